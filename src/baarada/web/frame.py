"""What every page's frame shows."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from baarada import __version__
from baarada.accounts.models import Account
from baarada.journal.models import ConflictRow
from baarada.kernel.ids import as_uuid
from baarada.upkeep import backup

KEEP_SECONDS = 60


def context(request: HttpRequest) -> dict[str, Any]:
    """The frame's variables. Each is worked out only where a template asks for it."""
    actor = getattr(request, "actor", None)
    return {
        "frame_actor": actor,
        "frame_account": SimpleLazyObject(lambda: _account(actor)),
        "frame_to_decide": SimpleLazyObject(_to_decide),
        "frame_backup": SimpleLazyObject(_last_backup),
        "frame_version": __version__,
        "frame_demo": settings.CONFIG.demo,
    }


def _account(actor: Any) -> Account | None:
    if not actor:
        return None
    return Account.objects.filter(pk=as_uuid(actor.account)).select_related("office").first()


def _to_decide() -> int:
    return ConflictRow.objects.filter(merge__in=("person", "owner")).count()


def _last_backup() -> date | None:
    found: date | None = cache.get("last backup")
    if found is None:
        found = backup.last()
        cache.set("last backup", found, KEEP_SECONDS)
    return found
