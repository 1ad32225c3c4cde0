"""Accounts as a Django application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts and sign-in."""

    name = "baarada.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Say what the fields of an account are called."""
        from baarada.accounts import facts

        facts.tell()
