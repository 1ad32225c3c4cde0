"""An area's page: what it is, what it lay in and held when, the facilities and offices in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from baarada.journal import queries as journal
from baarada.journal.models import ConflictRow
from baarada.kernel.actors import Actor
from baarada.registry import lists, places
from baarada.registry.models import Area, Inclusion, Office, Population
from baarada.registry.places import Enclosing
from baarada.web.paging import PAGE
from baarada.web.places import listing
from baarada.web.places.facilitypage import position
from baarada.web.records.facts import Shown, by_unit, shown_facts
from baarada.web.records.questions import Question, questions

NATURE = ("name", "other_names", "kind", "code", "iso", "capital", "starts", "legal")
SOURCE = ("latitude", "source", "quality", "note")


@dataclass(slots=True)
class Level:
    """The areas of one level that lie in another."""

    label: str
    rows: list[Inclusion]


@dataclass(slots=True)
class AreaPage:
    """Everything the page shows."""

    area: Area
    above: list[Enclosing]
    """What it lies in on the day shown."""
    places: list[tuple[Enclosing, str]]
    """What it ever lay in, each with how that stands to the day shown."""
    inside: list[Level]
    """What lies in it on the day shown."""
    others: list[tuple[Inclusion, str]]
    """What lay, or will lie, in it on other days."""
    nature: list[Shown]
    source: list[Shown]
    questions: list[Question]
    offices: list[Office]
    populations: list[tuple[Population, str]]
    """How many people live in it, by year, each with the width of its bar."""
    facilities: list[listing.Row]
    total: int
    """How many facilities lie in it."""

    @property
    def position(self) -> tuple[str, str] | None:
        """Latitude and longitude in degrees."""
        return position(self.area)


def build(area: Area, on: date, *, seen_by: Actor) -> AreaPage:
    """The page of an area for a day."""
    histories = journal.histories([area])
    rows = list(ConflictRow.objects.filter(entity=area.pk))
    conflicts = by_unit(rows)
    contents = places.contents(area)
    inside = [one for one in contents if one.span.holds(on)]
    here = {one.area_id for one in inside}
    found = places.find_facilities(seen_by=seen_by, on=on, area=area)
    above = places.enclosing(area)
    return AreaPage(
        area=area, above=[one for one in above if one.when(on) == "now"],
        places=[(one, one.when(on)) for one in above],
        inside=_levels(inside),
        others=[(one, places.when(one.span, on)) for one in contents if one.area_id not in here],
        nature=shown_facts(area, NATURE, histories, conflicts),
        source=shown_facts(area, SOURCE, histories, conflicts),
        questions=[q for q in questions(rows, [area]) if q.blocks],
        offices=list(Office.objects.live().filter(area=area).order_by("sort_key", "pk")),
        populations=_drawn(places.populations(area)),
        facilities=listing.rows(list(found[:PAGE]), on, seen_by=seen_by), total=found.count(),
    )  # fmt: skip


def _drawn(found: list[Population]) -> list[tuple[Population, str]]:
    most = max((p.people or 0 for p in found), default=0)
    return [(p, f"{100 * (p.people or 0) / most:.1f}%" if most else "0%") for p in found]


def _levels(inside: Sequence[Inclusion]) -> list[Level]:
    found: dict[str, list[Inclusion]] = {}
    for one in inside:
        if one.area is not None:
            found.setdefault(one.area.kind or "", []).append(one)
    kinds = sorted(found, key=lambda kind: lists.order_of("area_kind", kind))
    return [Level(lists.label("area_kind", kind), found[kind]) for kind in kinds]


@dataclass(slots=True)
class Row:
    """One area in a list."""

    area: Area
    parts: list[tuple[str, int]]
    """How many areas of each level lie directly in it."""
    facilities: int


def rows(areas: Sequence[Area], on: date) -> list[Row]:
    """Areas with what each holds on a day."""
    parts = places.part_counts(areas, on)
    facilities = places.facility_counts(areas, on)
    return [Row(area, _by_level(parts.get(area.pk, {})), facilities.get(area.pk, 0)) for area in areas]


def _by_level(parts: dict[str, int]) -> list[tuple[str, int]]:
    kinds = sorted(parts, key=lambda kind: lists.order_of("area_kind", kind))
    return [(lists.label("area_kind", kind), parts[kind]) for kind in kinds]
