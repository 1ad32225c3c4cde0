"""Which area lies in which, read once and kept for a short while: lists are narrowed by an area and all below it."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from baarada.journal.applying import Changed
from baarada.registry import queries
from baarada.registry.models import Area, Inclusion

KEEP_SECONDS = 30


@dataclass(slots=True)
class _Kept:
    on: date
    children: dict[UUID, list[UUID]]
    top: UUID | None
    until: float


_kept: list[_Kept] = []


def forget(changed: Changed | None = None) -> None:
    """Read the tree anew at the next look, where a change touched it."""
    types = {Area.Merge.number, Inclusion.Merge.number}
    if changed is None or any(key[0] in types for key in [*changed.new, *changed.old, *changed.removed]):
        _kept.clear()


def _read(on: date) -> _Kept:
    # Taken once: another thread may forget it between two looks.
    kept = next(iter(_kept), None)
    if kept is None or kept.on != on or kept.until < time.monotonic():
        children: dict[UUID, list[UUID]] = defaultdict(list)
        for parent, area in Inclusion.objects.in_force(on).values_list("parent_id", "area_id"):
            children[parent].append(area)
        country = queries.country(on)
        kept = _Kept(on, dict(children), country.pk if country else None, time.monotonic() + KEEP_SECONDS)
        _kept[:] = [kept]
    return kept


def top(on: date) -> UUID | None:
    """The area in which all others lie on a day: the country."""
    return _read(on).top


def within(area: UUID, on: date) -> list[UUID]:
    """The areas that lie directly in an area on a day."""
    return list(_read(on).children.get(area, ()))


def below(areas: Iterable[UUID], on: date) -> set[UUID]:
    """Some areas and all that lies in them on a day."""
    children = _read(on).children
    found: set[UUID] = set()
    level = set(areas)
    while level:
        found |= level
        level = {child for area in level for child in children.get(area, ())} - found
    return found
