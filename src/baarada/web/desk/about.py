"""What this node is, and how it fares: version, backup, journal, clock. No personal data."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baarada import __version__, sqlite
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.journal.models import BatchRow, LaneRow
from baarada.packs.reader import available, read
from baarada.registry.lists import language
from baarada.registry.models import Office
from baarada.upkeep import tasks
from baarada.web.desk import waiting
from baarada.web.frame import BACKUP_KEY, last_backup
from baarada.web.pages import ActorRequest, done, page, signed_in

LOW_SPACE = 2 * 1000**3
"""Free space under which the page says so: a backup takes as much as the register."""


@dataclass(slots=True)
class Clock:
    """What the node takes the time to be, and what it knows to have passed."""

    now: datetime
    at_least: datetime | None
    """Where the clock is refused: the time that has certainly passed."""


@require_safe
@signed_in
def about(request: ActorRequest) -> HttpResponse:
    """What this node is, and how it fares."""
    request.actor.require("node.see")
    node = runtime.node()
    asked, sentence = tasks.state()
    lanes = LaneRow.objects.aggregate(entries=Sum("last"))
    free = shutil.disk_usage(settings.CONFIG.home).free
    backup = last_backup()
    context = {
        "room": "more",
        "version": __version__,
        "office": Office.objects.filter(pk=node.office).first(),
        "packs": _packs(),
        "database": _database(),
        "free": free,
        "low": free < LOW_SPACE,
        "backup": backup,
        "backup_days": (runtime.today() - backup).days if backup else 0,
        "backup_state": asked,
        "backup_sentence": sentence,
        "entries": lanes["entries"] or 0,
        "verified": tasks.verified(),
        "lanes": LaneRow.objects.count(),
        "batches": BatchRow.objects.count(),
        "clock": _clock(),
        "waiting": waiting.count(),
    }
    return page(request, "web/desk/about.html", context)


def _packs() -> list[tuple[str, int]]:
    """The country packs in the register: title, last release."""
    name = settings.CONFIG.pack
    if name not in available():
        return []
    pack = read(name)
    return [(pack.title(language()), pack.releases[-1].number)]


def _database() -> str:
    if connection.vendor == "postgresql":
        return "PostgreSQL {}".format(".".join(map(str, divmod(connection.pg_version, 10_000))))  # type: ignore[attr-defined]
    return "SQLite {}".format(".".join(map(str, sqlite.version())))


def _clock() -> Clock:
    wrong = journal.clock_problem()
    at_least = datetime.fromtimestamp(wrong.at_least_ms / 1000, UTC) if wrong else None
    return Clock(runtime.now(), at_least)


@require_POST
@signed_in
def confirm_clock(request: ActorRequest) -> HttpResponse:
    """Somebody has looked at the clock and says that it is right."""
    request.actor.require("clock.confirm")
    if journal.clock_problem() is not None:
        runtime.confirm_clock()
        done(request, _("The date is confirmed: this computer writes again."))
    return redirect(reverse("web:about") + "#clock")


@require_POST
@signed_in
def back_up(request: ActorRequest) -> HttpResponse:
    """Have a backup made now."""
    request.actor.require("backup")
    tasks.ask()
    cache.delete(BACKUP_KEY)
    done(request, _("A backup was asked for. It counts once it was opened again and verified."))
    return redirect(reverse("web:about") + "#backup")


@require_POST
@signed_in
def verify(request: ActorRequest) -> HttpResponse:
    """Have everything looked at now."""
    request.actor.require("node.see")
    tasks.ask_to_verify()
    done(request, _("Everything is looked at; what is found will stand here."))
    return redirect(reverse("web:about") + "#journal")
