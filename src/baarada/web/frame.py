"""What every page's frame shows."""

from datetime import date
from functools import cache as once
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from baarada import __version__
from baarada.registry import conflicts
from baarada.upkeep import backup

KEEP_SECONDS = 60
BACKUP_KEY = "last-backup"


def context(request: HttpRequest) -> dict[str, Any]:
    """The frame's variables. Each is worked out only where a template asks for it."""
    actor = getattr(request, "actor", None)
    return {
        "frame_actor": actor,
        "frame_account": once(lambda: getattr(request, "account", None) if actor else None),
        "frame_to_decide": once(lambda: conflicts.to_decide(seen_by=actor) if actor else 0),
        "frame_backup": once(last_backup),
        "frame_version": __version__,
        "frame_demo": settings.CONFIG.demo,
    }


def last_backup() -> date | None:
    """The day of the last verified backup; looked up once a minute at most."""
    found: date | None = cache.get(BACKUP_KEY)
    if found is None:
        found = backup.last()
        cache.set(BACKUP_KEY, found, KEEP_SECONDS)
    return found
