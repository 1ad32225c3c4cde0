"""What can be asked of the register."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from baarada.journal import together
from baarada.journal.models import ActRow, ConflictRow, Link
from baarada.journal.schema import LATEST
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.registry import conflicts, lists, summaries
from baarada.registry.counting import count
from baarada.registry.models import (
    OF_A_CAREER,
    OF_A_PERSON,
    PERSONAL,
    Area,
    Assignment,
    ExtraValue,
    Facility,
    Identifier,
    Inclusion,
    Office,
    Paper,
    Person,
    Posting,
    Unit,
)

MOST_ASSIGNMENTS = 50
"""So many offices may be in charge of one facility, under all its ids, on one day."""


# -- places -----------------------------------------------------------------------------


def assignment_of(facility: Facility | UUID, on: date) -> Assignment | None:
    """The office a facility answers to on a day, as its assignment: its own, else that of a file linked with it."""
    pk = getattr(facility, "pk", facility)
    rows = Assignment.objects.in_force(on).filter(canonical__in=_name_of(facility)).select_related("office")
    found = list(rows.order_by("-starts", "pk")[:MOST_ASSIGNMENTS])
    return next((one for one in found if one.facility_id == pk), None) or next(iter(found), None)


def office_of_facility(facility: Facility | UUID, on: date) -> Office | None:
    """The office a facility answers to on a day."""
    found = assignment_of(facility, on)
    return found.office if found else None


def areas_above(area: Area | UUID | None, on: date) -> list[Area]:
    """The areas that an area lies in on a day, nearest first; a reform changes them."""
    out: list[Area] = []
    seen: set[UUID] = set()
    level: set[Any] = {getattr(area, "pk", area)} - {None}
    while level and len(out) < 20:
        rows = Inclusion.objects.in_force(on).filter(area_id__in=level).select_related("parent")
        parents = {row.parent.pk: row.parent for row in rows if row.parent and not row.parent.deleted}
        seen |= level
        level = parents.keys() - seen
        out += sorted((parents[pk] for pk in level), key=lambda a: a.sort_key)
    return out


def areas_within(area: Area, on: date) -> QuerySet[Area]:
    """The areas that lie directly in an area on a day."""
    inside = Inclusion.objects.in_force(on).filter(parent=area).values("area_id")
    return Area.objects.live().filter(pk__in=inside).order_by("sort_key", "pk")


def country(on: date) -> Area | None:
    """The area at the top."""
    return Area.objects.in_force(on).filter(kind="country").order_by("sort_key").first()


def area_and_below(area: Area, on: date) -> set[UUID]:
    """An area and all that lies in it on a day, by id."""
    found = {area.pk}
    level = {area.pk}
    while level:
        rows = Inclusion.objects.in_force(on).filter(parent_id__in=level).values_list("area_id", flat=True)
        level = set(rows) - found
        found |= level
    return found


def facilities(*, seen_by: Actor) -> QuerySet[Facility]:
    """All facilities, by name. Of linked files (one listed twice), the one that gives the name."""
    seen_by.require("facility.see")
    return Facility.objects.live().filter(canonical=F("pk")).order_by("sort_key", "pk")


def offices() -> QuerySet[Office]:
    """All offices, by name."""
    return Office.objects.live().order_by("sort_key", "pk")


def facilities_of_office(office: Office, on: date) -> QuerySet[Facility]:
    """The facilities that answer to an office on a day."""
    own = Assignment.objects.in_force(on).filter(office=office).values("facility_id")
    return Facility.objects.live().filter(pk__in=own).order_by("sort_key", "pk")


def units_of(facility: Facility) -> QuerySet[Unit]:
    """The services of a facility."""
    return Unit.objects.live().filter(canonical__in=_name_of(facility)).order_by("name", "pk")


def _name_of(facility: Facility | UUID) -> QuerySet[Any]:
    """The name that a facility bears, as a part of a question: an instance at hand may be older than a link."""
    return Facility.objects.filter(pk=getattr(facility, "pk", facility)).values("canonical")


# -- people -----------------------------------------------------------------------------


def people(*, seen_by: Actor) -> QuerySet[Person]:
    """Everybody whose file this actor may open, by name. Of linked files, the one that gives the name."""
    seen_by.require("person.see")
    return Person.objects.live().filter(canonical=F("pk")).order_by("sort_key", "pk")


def staff_of(facility: Facility, on: date, *, seen_by: Actor) -> list[Posting]:
    """Who works in a facility on a day, under any of its ids: one posting of each, with the person, by name."""
    seen_by.require("person.see")
    ids = Facility.objects.filter(canonical__in=_name_of(facility)).values("pk")
    rows = Posting.objects.in_force(on).of_those_here(Person).filter(facility_id__in=ids)
    found = {p.canonical: p for p in named(sorted(rows, key=lambda p: (not p.main, str(p.pk)), reverse=True))}
    return sorted(found.values(), key=lambda p: (p.person.sort_key, str(p.canonical)))


def named(postings: Iterable[Posting]) -> list[Posting]:
    """Postings with the people they are of: of linked files, the one that gives the name."""
    found = list(postings)
    people_ = Person.objects.in_bulk({p.canonical for p in found})
    for posting in found:
        if posting.canonical in people_:
            posting.person = people_[posting.canonical]
    return found


def current_postings(
    people_ids: Iterable[UUID], on: date, *, only: Iterable[str] = ()
) -> dict[UUID, list[Posting]]:
    """The postings of some people, by canonical file: those running on a day first, then the latest.

    ``only`` names the fields that are read, beside those that give the order.
    """
    found = Posting.objects.live().filter(canonical__in=list(people_ids))
    if only:
        found = found.only("canonical", "starts", "ends", "main", *only)
    out: dict[UUID, list[Posting]] = defaultdict(list)
    for posting in found:
        out[posting.canonical].append(posting)
    for rows in out.values():
        rows.sort(key=lambda p: posting_order(p, on))
    return out


def posting_order(posting: Posting, on: date) -> tuple[bool, bool, int, str]:
    """Running before ended, main before others, latest first."""
    running = posting.span.holds(on)
    began = posting.starts.number if posting.starts else 0
    return not running, not posting.main, -began, str(posting.pk)


def numbers_of(people_ids: Iterable[UUID], *, only: Sequence[str] = ()) -> dict[UUID, list[Identifier]]:
    """The identifiers of some people, by canonical file; ``only`` as for their postings."""
    found = Identifier.objects.live().filter(canonical__in=list(people_ids))
    if only:
        found = found.only("canonical", "kind", "number", *only)
    out: dict[UUID, list[Identifier]] = defaultdict(list)
    for one in found:
        out[one.canonical].append(one)
    for rows in out.values():
        rows.sort(key=number_order)
    return out


def number_order(number: Identifier) -> tuple[tuple[int, str], str, str]:
    """In the order of the list of kinds."""
    return lists.order_of("identifier_kind", number.kind), number.number or "", str(number.pk)


def conflicts_of(files: Iterable[UUID]) -> dict[UUID, list[ConflictRow]]:
    """What is to be decided about some files, by canonical file."""
    out: dict[UUID, list[ConflictRow]] = defaultdict(list)
    for row in ConflictRow.objects.filter(file__in=list(files)):
        out[row.file].append(row)
    return out


def undecided_among(files: Iterable[UUID]) -> set[UUID]:
    """The files, of some, about which a person has to decide something."""
    rows = ConflictRow.objects.filter(file__in=list(files)).exclude(merge=LATEST)
    return set(rows.values_list("file", flat=True))


@dataclass(slots=True)
class PersonFile:
    """Everything the register knows about somebody."""

    person: Person
    linked: list[Person]
    """Other files of the same person."""
    links: list[Link]
    identifiers: list[Identifier]
    postings: list[Posting]
    papers: list[Paper]
    career: list[Any]
    """Statuses, studies, licences, absences, acts, departures."""
    personal: list[Any]
    """Relatives, languages, other contacts."""
    extras: list[ExtraValue]
    office: Office | None
    conflicts: list[ConflictRow]
    acts: dict[UUID, ActRow] = field(default_factory=dict)

    @property
    def rows(self) -> list[Any]:
        """All its records."""
        return [
            self.person, *self.linked, *self.identifiers, *self.postings, *self.papers, *self.career,
            *self.personal, *self.extras,
        ]  # fmt: skip


def _everyone(pk: UUID) -> list[Person]:
    """All files of somebody, given the id of one, each with its office; also those marked as deleted.

    In plain words, as ``together`` does: a file is the page that is opened most.
    """
    id_ = Person._meta.get_field("canonical")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT canonical FROM registry_person WHERE id = %s", [id_.get_db_prep_value(pk, connection)]
        )
        found = cursor.fetchone()
    people: list[Person] = []
    if found:
        people = together.rows_of((Person,), id_.from_db_value(found[0], None, connection), deleted=True)
    offices = {p.office_id for p in people if p.office_id}
    known = {o.pk: o for office in offices for o in together.rows_of((Office,), office, deleted=True)}
    for person in people:
        # An office that has not arrived is none, as Django's own join would have it.
        Person._meta.get_field("office").set_cached_value(person, known.get(person.office_id))
    return people


def person_file(pk: UUID, *, seen_by: Actor, on: date) -> PersonFile | None:
    """Somebody's whole file, under any of its ids; None if there is none that this actor may see."""
    seen_by.require("person.see")
    everyone = _everyone(pk)
    asked = next((p for p in everyone if p.pk == pk), None)
    if asked is None:
        return None
    person = next((p for p in everyone if p.pk == asked.canonical), asked)
    ids = {p.pk for p in everyone}
    # All its rows in one question: a file has many kinds, and few of each.
    rows = together.rows_of(OF_A_PERSON, person.canonical)
    links = []
    if len(everyone) > 1:
        links = list(Link.objects.filter(one__in=ids, active=True, deleted=False).order_by("pk"))
    return PersonFile(
        person=person,
        linked=[p for p in everyone if p.pk != person.pk],
        links=links,
        identifiers=sorted((r for r in rows if isinstance(r, Identifier)), key=number_order),
        postings=sorted((r for r in rows if isinstance(r, Posting)), key=lambda p: posting_order(p, on)),
        papers=sorted((r for r in rows if isinstance(r, Paper)), key=summaries.order),
        career=sorted((r for r in rows if isinstance(r, OF_A_CAREER)), key=summaries.order),
        personal=sorted((r for r in rows if isinstance(r, PERSONAL)), key=summaries.order),
        extras=sorted((r for r in rows if isinstance(r, ExtraValue)), key=lambda r: str(r.pk)),
        office=person.office,
        conflicts=conflicts_of([person.canonical]).get(person.canonical, []),
    )


def rows_of(model: Any, people_ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
    """The rows of one kind of some people's careers, by canonical file, newest first."""
    out: dict[UUID, list[Any]] = defaultdict(list)
    for row in model.objects.live().filter(canonical__in=list(people_ids)):
        out[row.canonical].append(row)
    for rows in out.values():
        rows.sort(key=summaries.order)
    return out


def papers_with(digest: str | None, *, seen_by: Actor, most: int = 50) -> list[Paper]:
    """The papers, of all files, that are this very scan: a decision names twenty people."""
    seen_by.require("paper.see")
    if not digest:
        return []
    found = Paper.objects.live().of_those_here(Person).filter(hash=digest).order_by("pk")[:most]
    rows = list(found)
    people_ = Person.objects.in_bulk({p.canonical for p in rows})
    for row in rows:
        row.person = people_.get(row.canonical, row.person)
    return rows


def counts(*, seen_by: Actor) -> dict[str, int]:
    """How many people and facilities there are, and how many things are to be decided."""
    seen_by.require("person.see")
    return {
        "people": how_many_people(seen_by=seen_by),
        "facilities": count("facilities", facilities(seen_by=seen_by).count),
        "to_decide": conflicts.to_decide(seen_by=seen_by),
        "other_values": conflicts.counts(seen_by=seen_by)[LATEST],
    }


def in_post(on: date, *, seen_by: Actor) -> int:
    """How many people have a posting on a day."""
    seen_by.require("person.see")
    here = Posting.objects.in_force(on).of_those_here(Person)
    return count(("in post", on), here.values("canonical").distinct().count)


def how_many_people(office: Office | None = None, *, seen_by: Actor) -> int:
    """How many people there are, or how many an office is in charge of."""
    found = people(seen_by=seen_by)
    if office is None:
        return count("people", found.count)
    return count(("people", office.pk), found.filter(office=office).count)


def known_day(day: date) -> int:
    """A day as the journal keeps it."""
    return PartialDate.on(day).number
