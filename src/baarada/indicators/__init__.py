"""What the records say, counted."""
