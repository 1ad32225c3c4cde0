"""Home, the menu's last page, what this node is."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from baarada.accounts import kept
from baarada.interop.models import ImportJob
from baarada.journal import runtime
from baarada.journal.models import ActRow, QuarantineRow, WaitRow
from baarada.kernel.ids import as_uuid
from baarada.registry import queries
from baarada.registry.display import number
from baarada.registry.models import Office
from baarada.web.desk.words import said_of
from baarada.web.frame import last_backup
from baarada.web.pages import ActorRequest, page, signed_in
from baarada.web.people.listing import rows
from baarada.web.people.lists import tabs
from baarada.web.people.narrowing import Narrowing

LATEST = 8
LATE_DAYS = 2
"""A daily backup older than this is a thing to look at."""


@require_safe
@signed_in
def home(request: ActorRequest) -> HttpResponse:
    """What needs a hand, then figures."""
    counts = queries.counts(seen_by=request.actor)
    today = runtime.today()
    latest = list(ActRow.objects.exclude(kind__in=("set up", "pack.loaded")).order_by("-stamp")[:LATEST])
    context = {
        "room": "home",
        "today": today,
        "counts": counts,
        "in_post": queries.in_post(today, seen_by=request.actor),
        "mine": queries.how_many_people(Office(pk=as_uuid(request.actor.office)), seen_by=request.actor),
        "todo": _todo(counts),
        "latest": said_of(latest),
        "views": tabs(Narrowing(), seen_by=request.actor)[1:],
        "opened": rows(kept.opened(seen_by=request.actor), today),
    }
    return page(request, "web/desk/home.html", context)


def _todo(counts: dict[str, int]) -> list[dict[str, Any]]:
    """What waits for somebody, most pressing first."""
    out: list[dict[str, Any]] = []

    def add(count: int, name: str, words: str, verb: str) -> None:
        if count:
            out.append({"n": number(count), "url": name, "words": words, "verb": verb})

    n = counts["to_decide"]
    add(
        n,
        reverse("web:decisions"),
        ngettext("Disagreement to decide", "Disagreements to decide", n),
        _("Decide"),
    )
    n = ImportJob.objects.exclude(state__in=("done", "undone", "failed")).count()
    add(n, reverse("web:imports"), ngettext("Import under way", "Imports under way", n), _("Go on"))
    n = counts["other_values"]
    words = ngettext("Other value received", "Other values received", n)
    add(n, reverse("web:decisions") + "?tab=others", words, _("Look"))
    n = WaitRow.objects.count() + QuarantineRow.objects.count()
    add(n, reverse("web:about") + "#waiting", ngettext("Entry that waits", "Entries that wait", n), _("Look"))
    backup = last_backup()
    if backup is None or (runtime.today() - backup).days > LATE_DAYS:
        add(1, reverse("web:about") + "#backup", _("No recent backup"), _("Look"))
    return out


@require_safe
@signed_in
def more(request: ActorRequest) -> HttpResponse:
    """The pages that the menu has no room for."""
    return page(request, "web/desk/more.html", {"room": "more"})


@require_safe
@signed_in
def components(request: ActorRequest) -> HttpResponse:
    """Every component in every state: what pages are made of, for those who make and test them."""
    return page(request, "web/desk/components.html", {"room": "more"})
