"""Lists of facilities: what narrows them, their rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from baarada.kernel.actors import Actor
from baarada.registry import lists, places, queries
from baarada.registry.models import Area, Assignment, Facility, Office
from baarada.web.pages import uuid_in

MOST_KINDS = 8
"""Kinds that stand in the open; the others are one tap away."""


@dataclass(slots=True)
class Narrowed:
    """What a list of facilities is narrowed by, as its address says."""

    text: str = ""
    kinds: list[str] = field(default_factory=list)
    office: Office | None = None
    area: Area | None = None

    @classmethod
    def by(cls, query: QueryDict) -> "Narrowed":
        """Read an address; what names nothing is left out."""
        return cls(
            text=query.get("name", "").strip()[:120],
            kinds=[k for k in query.getlist("kind") if k][:40],
            office=_named(Office, query.get("office", "")),
            area=_named(Area, query.get("area", "")),
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.kinds or self.office or self.area)

    def found(self, on: date, *, seen_by: Actor, any_kind: bool = False) -> QuerySet[Facility]:
        """The facilities, by name; ``any_kind`` for counting what each kind would give."""
        return places.find_facilities(
            seen_by=seen_by, on=on, text=self.text, kinds=() if any_kind else self.kinds, office=self.office,
            area=self.area,
        )  # fmt: skip


def _named(model: Any, text: str) -> Any:
    pk = uuid_in(text)
    return model.objects.live().filter(pk=pk).first() if pk else None


def kind_label(code: str | None) -> str:
    """A kind of facility in words."""
    return lists.label("facility_type", code)


@dataclass(slots=True)
class Row:
    """One facility in a list."""

    facility: Facility
    office: Office | None
    staff: int
    to_decide: bool


def rows(found: Sequence[Facility], on: date, *, seen_by: Actor) -> list[Row]:
    """The rows of some facilities, in the order given."""
    ids = [f.canonical for f in found]
    offices: dict[UUID, Office | None] = {}
    for one in (
        Assignment.objects.in_force(on).filter(canonical__in=ids).select_related("office").order_by("starts")
    ):
        offices[one.canonical] = one.office
    staff = places.staff_counts(found, on, seen_by=seen_by)
    conflicts = queries.conflicts_of(ids)
    return [
        Row(
            facility=f, office=offices.get(f.canonical), staff=staff.get(f.canonical, 0),
            to_decide=any(c.merge != "latest" for c in conflicts.get(f.canonical, [])),
        )
        for f in found
    ]  # fmt: skip


@dataclass(slots=True)
class Choice:
    """One choice of a field that narrows."""

    value: str
    label: str
    chosen: bool
    count: int | None = None


def kind_choices(narrowed: Narrowed, on: date, *, seen_by: Actor) -> tuple[list[Choice], list[Choice]]:
    """Kinds with how many facilities each would give: the frequent ones, then the others."""
    counted = places.kind_counts(narrowed.found(on, seen_by=seen_by, any_kind=True), on)
    there = dict(counted) | {k: dict(counted).get(k, 0) for k in narrowed.kinds}
    out = [Choice(k, kind_label(k), k in narrowed.kinds, n) for k, n in there.items()]
    open_, rest = out[:MOST_KINDS], out[MOST_KINDS:]
    return open_ + [c for c in rest if c.chosen], [c for c in rest if not c.chosen]


def area_choices(chosen: Area | None, on: date) -> list[tuple[str, list[Choice]]]:
    """Areas to narrow by, a level at a time: the chosen one, those above it, those directly in it."""
    top = queries.country(on)
    out = []
    if chosen is not None:
        path = [*reversed(queries.areas_above(chosen, on)), chosen]
        choices = [_area_choice(a, chosen) for a in path if top is None or a.pk != top.pk]
        out.append((_("Chosen, and what it lies in"), choices))
    inside = chosen or top
    if inside is not None:
        below = [_area_choice(a, chosen) for a in queries.areas_within(inside, on)]
        label = _("In %(area)s") % {"area": inside} if chosen else ""
        if below:
            out.append((label, below))
    return out


def _area_choice(area: Area, chosen: Area | None) -> Choice:
    kind = lists.label("area_kind", area.kind)
    label = f"{area} ({kind.lower()})" if kind else str(area)
    return Choice(str(area.pk), label, chosen is not None and area.pk == chosen.pk)


def chips(query: QueryDict, narrowed: Narrowed) -> list[tuple[str, str]]:
    """What is narrowed, in words, each with the address without it."""
    out = []
    if narrowed.text:
        out.append((_("Name: %(text)s") % {"text": narrowed.text}, _without(query, "name")))
    if narrowed.area:
        out.append((_("Place: %(area)s") % {"area": narrowed.area}, _without(query, "area")))
    if narrowed.office:
        out.append((_("Office: %(office)s") % {"office": narrowed.office}, _without(query, "office")))
    out += [(kind_label(k), _without(query, "kind", k)) for k in narrowed.kinds]
    return out


def _without(query: QueryDict, name: str, value: str | None = None) -> str:
    left = query.copy()
    left.pop("after", None)
    left.setlist(name, [v for v in left.getlist(name) if value is not None and v != value])
    return f"?{left.urlencode()}"
