"""What can be asked about facilities, areas and offices: finding them, what they hold, where they lay when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from baarada.journal import queries as journal
from baarada.journal.fields import IdField
from baarada.journal.models import ConflictRow
from baarada.kernel.actors import Actor
from baarada.kernel.spans import Span
from baarada.kernel.text import fold
from baarada.registry import lists, queries, search
from baarada.registry.models import (
    Area,
    Assignment,
    Equipment,
    Facility,
    Inclusion,
    LegalText,
    Office,
    Person,
    Population,
    Posting,
    Unit,
)

MOST_POPULATIONS = 60
"""So many figures of one area are shown, the latest first."""
MOST_EQUIPMENT = 200
"""So many things of one office are shown."""
DEEPEST = 10
"""More levels of areas than any country has: a circle of areas ends here."""


# -- texts and equipment ------------------------------------------------------------------


def equipment_of(office: Office, *, seen_by: Actor) -> list[Equipment]:
    """What an office works with: what is here first, then what it had."""
    seen_by.require("office.see")
    rows = list(Equipment.objects.live().filter(office=office)[:MOST_EQUIPMENT])
    return sorted(rows, key=lambda row: (row.ends is not None, row.kind or "", row.label or "", str(row.pk)))


def legal_texts(*, text: str = "", kind: str = "", on: date | None = None) -> QuerySet[LegalText]:
    """Laws, norms and plans by title; narrowed to a kind, to words of the title, to those in force on a day."""
    found: QuerySet[LegalText] = LegalText.objects.in_force(on) if on else LegalText.objects.live()
    if kind:
        found = found.filter(kind=kind)
    for word in fold(text).split()[:8]:
        found = found.filter(Q(sort_key__contains=word) | Q(number__icontains=word))
    return found.order_by("sort_key", "pk")


# -- facilities ---------------------------------------------------------------------------


def find_facilities(
    *, seen_by: Actor, on: date, text: str = "", kinds: Iterable[str] = (), office: Office | None = None,
    area: Area | None = None,
) -> QuerySet[Facility]:  # fmt: skip
    """Facilities by name, narrowed by what is given: words of the name, kinds, office and area on a day."""
    found = queries.facilities(seen_by=seen_by)
    if text.strip():
        hits = Facility.objects.filter(pk__in=search.facilities_named(text))
        found = found.filter(pk__in=hits.order_by().values("canonical"))
    chosen = list(kinds)
    if chosen:
        found = found.filter(kind__in=lists.counted_as("facility_type", chosen, on))
    if office is not None:
        own = Assignment.objects.in_force(on).filter(office=office).values("canonical")
        found = found.filter(pk__in=own)
    if area is not None:
        found = found.filter(area_id__in=queries.area_and_below(area, on))
    return found


def kind_counts(found: QuerySet[Facility], on: date) -> list[tuple[str, int]]:
    """How many of some facilities are of each kind, most first; one replaced on a day counts as its successor."""
    counts: dict[str, int] = defaultdict(int)
    for kind, n in found.order_by().values_list("kind").annotate(n=Count("pk")):
        if kind:
            counts[lists.standing("facility_type", kind, on)] += n
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def staff(facility_ids: Iterable[UUID], on: date, *, seen_by: Actor) -> QuerySet[Posting]:
    """The postings that run in some facilities on a day, by the people's names."""
    seen_by.require("person.see")
    rows = Posting.objects.in_force(on).of_those_here(Person).filter(facility_id__in=list(facility_ids))
    return rows.select_related("person").order_by("person__sort_key", "pk")


def staff_counts(facilities: Sequence[Facility], on: date, *, seen_by: Actor) -> dict[UUID, int]:
    """How many people work in each of some facilities on a day; those with nobody are left out."""
    ids = [f.canonical for f in facilities]
    canonical = dict(Facility.objects.filter(canonical__in=ids).values_list("pk", "canonical"))
    counted = (
        staff(canonical, on, seen_by=seen_by)
        .order_by()
        .values_list("facility_id")
        .annotate(Count("canonical", distinct=True))
    )
    out: dict[UUID, int] = defaultdict(int)
    for pk, n in counted:
        out[canonical[pk]] += n
    return dict(out)


@dataclass(slots=True)
class CadreCount:
    """How many people of one cadre work somewhere."""

    cadre: UUID | None
    people: int
    women: int


def cadre_counts(postings: QuerySet[Posting], on: date) -> list[CadreCount]:
    """How many people of each cadre some postings hold, most first; one replaced on a day counts as its successor."""
    # In the database, so that somebody with a posting under each of the two counts once.
    moved = [When(cadre_id=old, then=Value(new)) for old, new in lists.standing_cadres(on).items()]
    counted = (
        postings.order_by()
        .annotate(counted_as=Case(*moved, default=F("cadre_id"), output_field=IdField()))
        .values_list("counted_as")
        .annotate(
            people=Count("canonical", distinct=True),
            women=Count("canonical", distinct=True, filter=Q(person__sex="F")),
        )
    )
    found = [CadreCount(*row) for row in counted]
    return sorted(found, key=lambda c: (-c.people, str(c.cadre)))


@dataclass(slots=True)
class FacilityFile:
    """Everything the register knows about a facility, its staff apart."""

    facility: Facility
    linked: list[Facility]
    """Other files of the same facility, those not deleted."""
    ids: list[UUID]
    """Everything it goes by: also what was deleted, where people may have been posted."""
    assignments: list[Assignment]
    """Offices in charge, the latest first."""
    units: list[Unit]
    conflicts: list[ConflictRow]

    @property
    def rows(self) -> list[Any]:
        """All its records."""
        return [self.facility, *self.linked, *self.assignments, *self.units]

    def office_on(self, day: date) -> Office | None:
        """The office in charge on a day."""
        return next((a.office for a in self.assignments if a.office and a.span.holds(day)), None)


def facility_file(pk: UUID, *, seen_by: Actor) -> FacilityFile | None:
    """A facility with all that belongs to it, under any of its ids; None where there is none."""
    seen_by.require("facility.see")
    asked = Facility.objects.filter(pk=pk).first()
    if asked is None:
        return None
    everyone = list(Facility.objects.filter(canonical=asked.canonical).select_related("area"))
    facility = next((f for f in everyone if f.pk == asked.canonical), None)
    if facility is None or facility.deleted:
        return None
    assignments = Assignment.objects.live().filter(canonical=facility.canonical).select_related("office")
    return FacilityFile(
        facility=facility,
        linked=[f for f in everyone if f.pk != facility.pk and not f.deleted],
        ids=[f.pk for f in everyone],
        assignments=sorted(assignments, key=assignment_order),
        units=list(Unit.objects.live().filter(canonical=facility.canonical).order_by("name", "pk")),
        conflicts=queries.conflicts_of([facility.canonical]).get(facility.canonical, []),
    )


def assignment_order(assignment: Assignment) -> tuple[int, str]:
    """The latest first."""
    return -(assignment.starts.number if assignment.starts else 0), str(assignment.pk)


def as_known(file: FacilityFile, known: date) -> FacilityFile | None:
    """The same file as it was known when a day ended; None if the facility was not known then."""
    # What was struck out since was there to read on that day; and of linked files, the one that gives the name
    # today may not have been there yet.
    gone = [
        row for model in (Facility, Assignment, Unit)
        for row in model.objects.filter(canonical=file.facility.canonical, deleted=True)
    ]  # fmt: skip
    rows = journal.as_known([*file.rows, *gone], known)
    others = (row for row in rows.values() if isinstance(row, Facility))
    facility = rows.get(file.facility.pk) or min(others, key=lambda f: f.pk, default=None)
    if facility is None:
        return None
    assignments = [r for r in rows.values() if isinstance(r, Assignment)]
    offices = {o.pk: o for o in Office.objects.filter(pk__in=[a.office_id for a in assignments])}
    for one in assignments:
        one.office = offices.get(one.office_id)
    facility.area = Area.objects.filter(pk=facility.area_id).first()
    units = [r for r in rows.values() if isinstance(r, Unit)]
    return FacilityFile(
        facility=facility,
        linked=[r for r in rows.values() if isinstance(r, Facility) and r.pk != facility.pk],
        ids=file.ids,
        assignments=sorted(assignments, key=assignment_order),
        units=sorted(units, key=lambda u: (u.name or "", str(u.pk))),
        conflicts=[],
    )


# -- areas --------------------------------------------------------------------------------


@dataclass(slots=True)
class Enclosing:
    """An area that another lies in, over a span of days."""

    area: Area
    span: Span
    depth: int
    """How many steps above."""
    steps: list[Inclusion]
    """What it rests on, where the one lies directly in the other."""

    def when(self, day: date) -> str:
        """``now`` if it is so on a day, ``before`` if it was so until then, else ``later``."""
        return when(self.span, day)


def enclosing(area: Area | UUID | None) -> list[Enclosing]:
    """Every area above one, nearest first, the latest before former ones, each with the days on which it was so.

    A cercle that passes from one region to another lies in both, one after the other; what lies in
    the cercle follows it.
    """
    start: Any = getattr(area, "pk", area)
    reached: dict[UUID, list[Span]] = {start: [Span(None)]} if start else {}
    found: dict[UUID, tuple[Area, int]] = {}
    direct: dict[UUID, list[Inclusion]] = defaultdict(list)
    spans: dict[UUID, list[Span]] = defaultdict(list)
    for depth in range(1, DEEPEST):
        rows = Inclusion.objects.live().filter(area_id__in=list(reached)).select_related("parent")
        above: dict[UUID, list[Span]] = defaultdict(list)
        for row in rows:
            if row.parent is None or row.parent.deleted or row.parent_id == start:
                continue
            common = [c for c in (_common(row.span, span) for span in reached[row.area_id]) if c]
            above[row.parent_id] += common
            if common:
                found[row.parent_id] = row.parent, depth
            if row.area_id == start:
                direct[row.parent_id].append(row)
        for pk, some in above.items():
            spans[pk] += some
        reached = {pk: some for pk, some in above.items() if some}
        if not reached:
            break
    out = [
        Enclosing(area, span, depth, [step for step in direct[pk] if _common(step.span, span)])
        for pk, (area, depth) in found.items()
        for span in joined(spans[pk])
    ]
    return sorted(out, key=lambda one: (one.depth, -_first(one.span).toordinal(), one.area.sort_key))


def when(span: Span, day: date) -> str:
    """How a span stands to a day: ``now``, ``before`` or ``later``."""
    if span.holds(day):
        return "now"
    return "before" if _last(span) < day else "later"


def _first(span: Span) -> date:
    return span.starts.first() if span.starts else date.min


def _last(span: Span) -> date:
    return span.ends.last() if span.ends else date.max


def _common(one: Span, other: Span) -> Span | None:
    """The days that two spans share; imprecise ends are read generously."""
    starts = max(one, other, key=_first).starts
    ends = min(one, other, key=_last).ends
    found = Span(starts, ends)
    return None if _first(found) > _last(found) else found


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one."""
    out: list[Span] = []
    for span in sorted(spans, key=_first):
        if out and (_last(out[-1]) == date.max or _first(span) <= _last(out[-1]) + timedelta(days=1)):
            out[-1] = Span(out[-1].starts, max(out[-1], span, key=_last).ends)
        else:
            out.append(span)
    return out


def contents(area: Area) -> list[Inclusion]:
    """What lies directly in an area, today and on other days, by level and name."""
    rows = Inclusion.objects.live().filter(parent=area).select_related("area")
    return sorted(
        (r for r in rows if r.area and not r.area.deleted),
        key=lambda r: (r.area.kind or "", r.area.sort_key, _first(r.span)),
    )


def populations(area: Area) -> list[Population]:
    """What is known of how many people live in an area, the latest year first."""
    found = Population.objects.live().filter(area=area).order_by("-year", "perimeter", "pk")
    return list(found[:MOST_POPULATIONS])


def facility_counts(areas: Iterable[Area], on: date) -> dict[UUID, int]:
    """How many facilities lie in each of some areas on a day, at any depth."""
    top: dict[UUID, UUID] = {a.pk: a.pk for a in areas}
    level = dict(top)
    for _depth in range(DEEPEST):
        rows = Inclusion.objects.in_force(on).filter(parent_id__in=list(level))
        level = {a: level[p] for a, p in rows.values_list("area_id", "parent_id") if a not in top}
        top |= level
        if not level:
            break
    counted = Facility.objects.live().filter(area_id__in=list(top), canonical=F("pk")).values_list("area_id")
    out: dict[UUID, int] = defaultdict(int)
    for area, n in counted.annotate(Count("pk")):
        out[top[area]] += n
    return dict(out)


def part_counts(areas: Iterable[Area], on: date) -> dict[UUID, dict[str, int]]:
    """How many areas of each level lie directly in each of some areas on a day."""
    rows = Inclusion.objects.in_force(on).filter(parent_id__in=[a.pk for a in areas], area__deleted=False)
    out: dict[UUID, dict[str, int]] = defaultdict(dict)
    for parent, kind, n in rows.values_list("parent_id", "area__kind").annotate(
        Count("area_id", distinct=True)
    ):
        out[parent][kind or ""] = n
    return dict(out)


# -- offices ------------------------------------------------------------------------------


def offices_above(office: Office) -> list[Office]:
    """The offices that an office answers to, nearest first."""
    out: list[Office] = []
    above = office.parent
    while above is not None and above.pk not in {office.pk, *(o.pk for o in out)}:
        out.append(above)
        above = above.parent
    return out


def offices_below(offices: Iterable[Office]) -> dict[UUID, list[Office]]:
    """The offices that answer to each of some, by name."""
    out: dict[UUID, list[Office]] = defaultdict(list)
    rows = Office.objects.live().filter(parent_id__in=[o.pk for o in offices]).order_by("sort_key", "pk")
    for office in rows:
        out[office.parent_id].append(office)
    return dict(out)


@dataclass(slots=True)
class Charge:
    """What an office is in charge of."""

    facilities: int = 0
    people: int = 0


def charges(offices: Iterable[Office], on: date, *, seen_by: Actor) -> dict[UUID, Charge]:
    """How many facilities answer to each of some offices on a day, and how many people are in their charge."""
    ids = [o.pk for o in offices]
    out: dict[UUID, Charge] = {pk: Charge() for pk in ids}
    own = Assignment.objects.in_force(on).of_those_here(Facility).filter(office_id__in=ids)
    for pk, n in own.values_list("office_id").annotate(Count("canonical", distinct=True)):
        out[pk].facilities = n
    people = queries.people(seen_by=seen_by).order_by().filter(office_id__in=ids)
    for pk, n in people.values_list("office_id").annotate(Count("pk")):
        out[pk].people = n
    return out
