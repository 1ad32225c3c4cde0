"""The registry as a Django application."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Keeps search keys in step with the records."""

    name = "baarada.registry"
    label = "registry"

    def ready(self) -> None:
        from baarada.journal import runtime
        from baarada.registry import searchkeys

        runtime.on_change(searchkeys.follow)
