"""Who may: accounts, sign-in; turns a user into an Actor."""
