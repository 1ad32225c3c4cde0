"""Doors to others as a Django application."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    """Files in and out."""

    name = "baarada.interop"
    label = "interop"

    def ready(self) -> None:
        """Make the kinds of list known."""
        from baarada.interop.tables import kinds

        kinds.make_known()
