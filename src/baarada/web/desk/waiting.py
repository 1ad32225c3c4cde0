"""What came and cannot be shown yet, or was refused: why, and what to do, in words."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.journal import applying, arriving, queries
from baarada.journal.models import EarlyRow, LaneRow, QuarantineRow, WaitRow
from baarada.journal.store import NEEDS_FIELDS, NEEDS_NEWER
from baarada.kernel.ids import as_uuid
from baarada.registry import facts
from baarada.registry.conflicts import models
from baarada.registry.models import Office
from baarada.web.desk.words import kind_words
from baarada.web.pages import number_in

PAGE = 25

REASONS: dict[str, tuple[Any, Any]] = {
    arriving.UNREADABLE: (
        gettext_lazy("A parcel that cannot be read."),
        gettext_lazy("Ask its sender to make it again; a USB stick pulled out too early does this."),
    ),
    arriving.ALTERED: (
        gettext_lazy("A parcel that was changed after it was signed."),
        gettext_lazy("Nothing of it was taken. Tell its sender, and ask for it again by another road."),
    ),
    arriving.UNKNOWN_ORIGIN: (
        gettext_lazy("A parcel from a computer that this register does not know."),
        gettext_lazy(
            "Let the national directorate present that computer first, then bring the parcel again."
        ),
    ),
    arriving.TOO_NEW: (
        gettext_lazy("A parcel made by a newer version of Baarada."),
        gettext_lazy("Install that version here, then bring the parcel again."),
    ),
    arriving.FORK: (
        gettext_lazy("Two computers write under one name: one was copied or restored from an old backup."),
        gettext_lazy("Nothing more is taken under that name. Tell the national directorate."),
    ),
    arriving.FROZEN: (
        gettext_lazy("A parcel under a name that two computers have used."),
        gettext_lazy("Nothing more is taken under that name. Tell the national directorate."),
    ),
    arriving.OWN_LONGER: (
        gettext_lazy("A parcel of this very computer, with entries that it no longer has."),
        gettext_lazy("This register was restored from an older backup. Tell the national directorate."),
    ),
    applying.BAD_VALUE: (
        gettext_lazy("An entry with a value that its field cannot hold."),
        gettext_lazy("It is kept and changes nothing. Whoever wrote it can write the fact again."),
    ),
    applying.NO_AUTHORITY: (
        gettext_lazy("A decision that only the national directorate can take."),
        gettext_lazy("It is kept and changes nothing. Ask the national directorate to take it."),
    ),
}
"""For each reason of a refusal: what it is, what to do."""


@dataclass(slots=True)
class Item:
    """One thing that waits or was refused."""

    what: Any
    remedy: Any
    by: str = ""
    office: str = ""
    kind: str = ""
    at: Any = None
    act: Any = None


def count() -> int:
    """How many entries wait and how many things were refused."""
    waits = WaitRow.objects.values("ref").distinct().count()
    return waits + EarlyRow.objects.count() + QuarantineRow.objects.count()


def context(request: HttpRequest) -> dict[str, Any]:
    """The page: what waits, what came early, what was refused."""
    after, before = number_in(request.GET.get("after", "")), number_in(request.GET.get("before", ""))
    waits = list(WaitRow.objects.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    refusals = QuarantineRow.objects.defer("data").order_by("-pk")
    if before:
        refusals = refusals.filter(pk__lt=before)
    refused = list(refusals[: PAGE + 1])
    here = f"{reverse('web:decisions')}?tab=waiting"
    return {
        "waits": _waits(waits[:PAGE]),
        "early": _early(),
        "refused": _refused(refused[:PAGE]),
        "first": here if after or before else "",
        "more_waits": f"{here}&after={waits[PAGE - 1].pk}" if len(waits) > PAGE else "",
        "more_refused": f"{here}&before={refused[PAGE - 1].pk}" if len(refused) > PAGE else "",
    }


def _waits(rows: list[WaitRow]) -> list[Item]:
    held = {h.ref: h for h in queries.writes({row.ref for row in rows})}
    return [_waits_for(row, held.get(row.ref)) for row in rows]


def _waits_for(row: WaitRow, held: Any) -> Item:
    need = (row.type, row.entity.bytes)
    if need == NEEDS_NEWER:
        what = _("A change of a kind that this version does not know.")
        remedy = _("It shows by itself once this computer has the newer version of Baarada.")
    elif need == NEEDS_FIELDS:
        what = _("A change shown in part: this version does not know all of its facts.")
        remedy = _("The rest shows by itself once this computer has the newer version of Baarada.")
    else:
        name = facts.NAMES.get(models().get(row.type), _("Record"))
        what = _("A change that came before what it is about (%(kind)s).") % {"kind": str(name).lower()}
        remedy = _("It shows by itself when the parcel that comes before it arrives. Ask its sender for it.")
    return _told(Item(what, remedy), held)


def _told(item: Item, held: Any) -> Item:
    """Who wrote it, and when."""
    if held is not None:
        entry = held.entry
        item.by, item.kind = entry.writer.name, kind_words(entry.kind)
        item.at, item.act = queries.when(entry.stamp), as_uuid(entry.act)
    return item


def _early() -> list[Item]:
    """Parcels that came before their predecessors, a line for each sender."""
    lanes = set(EarlyRow.objects.values_list("lane", flat=True)[:200])
    offices = dict(LaneRow.objects.filter(number__in=lanes).values_list("number", "office"))
    names = dict(Office.objects.filter(pk__in=offices.values()).values_list("pk", "name"))
    return [
        Item(
            _("A parcel that came before the one it follows."),
            _("It is taken by itself when the missing one arrives. Ask its sender for it."),
            office=names.get(offices.get(lane), "") or "",
        )
        for lane in sorted(lanes)
    ]


def _refused(rows: list[QuarantineRow]) -> list[Item]:
    held = {h.ref: h for h in queries.writes({row.ref for row in rows if row.ref})}
    out = []
    for row in rows:
        what, remedy = REASONS.get(
            row.reason, (_("Something that could not be taken."), _("Tell its sender."))
        )
        item = _told(Item(what, remedy), held.get(row.ref))
        item.at = item.at or row.seen
        out.append(item)
    return out
