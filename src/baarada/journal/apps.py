"""The journal as a Django application."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Puts the guard on every connection to the database."""

    name = "baarada.journal"
    label = "journal"

    def ready(self) -> None:
        from baarada.journal import checks, guard  # noqa: F401

        guard.install()
