"""The journal as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JournalConfig(AppConfig):
    """Puts the guard on every connection to the database; after an upgrade, shows what it can show now."""

    name = "baarada.journal"
    label = "journal"

    def ready(self) -> None:
        from baarada.journal import checks, guard  # noqa: F401

        guard.install()
        post_migrate.connect(_catch_up, sender=self, dispatch_uid="journal catches up")


def _catch_up(using: str, **kwargs: Any) -> None:
    """The new version may know what the old one let wait."""
    del kwargs
    from baarada.journal import runtime
    from baarada.kernel.errors import Refused

    if using != "default":
        return
    try:
        engine = runtime.engine()
    except Refused:
        # No register here yet, or not this folder's: whoever starts is told then.
        return
    engine.upgrade()
