"""The map of the administration on one day: what lies in what, read once for a figure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from baarada.indicators.definitions import ELSEWHERE, UNKNOWN
from baarada.kernel.text import fold
from baarada.registry.models import Area, Inclusion, Office

COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Place:
    """One area of the map."""

    pk: UUID
    kind: str
    name: str
    code: str
    iso: str
    sort_key: str

    @property
    def order(self) -> tuple[str, str]:
        """By name."""
        return self.sort_key, str(self.pk)


class AreaMap:
    """Areas and what they lie in on a day."""

    def __init__(self, on: date, *, db: str = "default") -> None:
        names = ("pk", "kind", "name", "code", "iso", "sort_key")
        rows = Area.objects.using(db).in_force(on).values_list(*names)
        self.places = {pk: Place(pk, *(text or "" for text in rest)) for pk, *rest in rows}
        self.above: dict[UUID, list[UUID]] = defaultdict(list)
        self.below: dict[UUID, list[UUID]] = defaultdict(list)
        pairs = Inclusion.objects.using(db).in_force(on).values_list("area_id", "parent_id").distinct()
        for area, parent in pairs:
            if area in self.places and parent in self.places and area != parent:
                self.above[area].append(parent)
                self.below[parent].append(area)
        for found in (*self.above.values(), *self.below.values()):
            found.sort(key=lambda pk: self.places[pk].order)

    @property
    def country(self) -> Place | None:
        """The area at the top."""
        found = [p for p in self.places.values() if p.kind == COUNTRY]
        return min(found, key=lambda p: p.order, default=None)

    def named(self, text: str) -> list[Place]:
        """The areas that bear a code or a name."""
        wanted = text.strip().lower()
        found = [p for p in self.places.values() if wanted in (p.code.lower(), p.iso.lower())]
        return found or [p for p in self.places.values() if fold(p.name) == fold(text)]

    def within(self, pk: UUID) -> set[UUID]:
        """An area and all that lies in it."""
        return self._reach(pk, self.below)

    def path(self, pk: UUID) -> list[Place]:
        """What an area lies in, nearest first."""
        found: list[UUID] = []
        level = [pk]
        while level:
            level = [up for one in level for up in self.above.get(one, ()) if up not in found and up != pk]
            found += dict.fromkeys(level)
        return [self.places[one] for one in found]

    @staticmethod
    def _reach(pk: UUID, steps: dict[UUID, list[UUID]]) -> set[UUID]:
        found, level = {pk}, [pk]
        while level:
            level = [near for one in level for near in steps.get(one, ()) if near not in found]
            found.update(level)
        return found

    def kinds_below(self, pk: UUID | None) -> list[str]:
        """The levels of areas that lie directly in one."""
        return sorted({self.places[one].kind for one in self.below.get(pk, ())} if pk else set())

    def kinds(self) -> set[str]:
        """All levels there are."""
        return {p.kind for p in self.places.values()}

    def at_level(self, pk: UUID | None, kind: str, within: Iterable[UUID] | None = None) -> str:
        """The key of the area of a level that an area is or lies in.

        ``UNKNOWN`` where the area is not on the map; ``ELSEWHERE`` where it lies in none of that level. Nearer
        ones go before others, those ``within`` some areas before those that are not, then by name.
        """
        if pk not in self.places:
            return UNKNOWN
        seen, level = {pk}, [pk]
        outside = ""
        while level:
            found = [one for one in level if self.places[one].kind == kind]
            inside = [one for one in found if within is None or one in within]
            for one in sorted(inside or (), key=lambda one: self.places[one].order):
                return one.hex
            if found and not outside:
                outside = min(found, key=lambda one: self.places[one].order).hex
            level = list(
                dict.fromkeys(up for one in level for up in self.above.get(one, ()) if up not in seen)
            )
            seen.update(level)
        return outside or ELSEWHERE


class OfficeTree:
    """The offices and which answers to which, with a line for each office that answers directly to one."""

    def __init__(self, top: UUID | None, *, db: str = "default") -> None:
        self.top = top
        rows = Office.objects.using(db).live().values_list("pk", "parent_id", "name", "sort_key")
        self.names = {pk: (name or "", sort_key) for pk, _parent, name, sort_key in rows}
        self._above = {pk: parent for pk, parent, _name, _sort_key in rows}

    def name(self, pk: UUID | None) -> str:
        """What an office is called; empty without one."""
        return self.names[pk][0] if pk in self.names else ""

    def below(self, pk: UUID) -> set[UUID]:
        """An office and all that answer to it."""
        return {one for one in self.names if pk in self.path(one)}

    def path(self, pk: UUID) -> list[UUID]:
        """An office and those that it answers to, nearest first; a circle ends."""
        out: list[UUID] = []
        step: UUID | None = pk
        while step in self.names and step not in out:
            out.append(step)
            step = self._above.get(step)
        return out

    def line(self, pk: UUID) -> UUID:
        """The office under which another is told: the one of its path that answers to the top; itself without a top."""
        path = self.path(pk)
        if self.top is None or self.top not in path:
            return pk
        at = path.index(self.top)
        return path[at - 1] if at else pk
