"""Which papers prove which step of a career, and which are missing.

What is asked for is data of the country: the list ``paper_need``, one choice for each kind of step, with the kinds of
paper any of which proves it. A paper proves a step

1. if somebody said so (its field ``proves`` names the step), whatever its kind; or, being of one of those kinds,
2. if its reference is a number of the row: of the decision, the contract, the licence, the diploma; or
3. if it is dated within the row's days, from half a year before the first (a decision is signed before it takes effect)
   to the last. A step of one day (a diploma, a taking up of duty, a departure) is given a year after it. A paper that
   names other steps, or bears the number of another row, proves nothing by its date alone.

What belongs to no row (the birth, the nationality) is proved by any paper of those kinds.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baarada.journal import together
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.text import fold
from baarada.registry import lists, queries, summaries
from baarada.registry.models import (
    Employment,
    Exit,
    Facility,
    Licence,
    ListItem,
    Paper,
    Person,
    Posting,
    Qualification,
)

NEEDS = "paper_need"
BEFORE, AFTER = timedelta(days=183), timedelta(days=365)
ROWS: tuple[type[Any], ...] = (Posting, Employment, Qualification, Licence, Exit)
"""The rows that papers prove."""
NUMBERS: dict[str, tuple[str, ...]] = {
    "posting": ("decision",),
    "employment": ("decision", "contract"),
    "qualification": ("reference",),
    "licence": ("reference", "decision"),
    "exit": ("decision",),
}
"""For each kind of step, the facts of its row that are numbers of its papers."""
CODES = {
    Posting: "posting",
    Employment: "employment",
    Qualification: "qualification",
    Licence: "licence",
    Exit: "exit",
}
OF_NO_ROW = ("birth", "nationality")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a paper proves: a row of the career, or a fact of the person."""

    code: str
    row: Any
    first: date | None
    last: date | None
    numbers: frozenset[str]

    @property
    def key(self) -> str:
        """How a paper names it."""
        return f"{self.code}:{self.row.pk}" if self.row is not None else self.code

    @property
    def words(self) -> str:
        """``affectation, CSCom du Nord (2019)``."""
        called = lists.label(NEEDS, self.code)
        if self.row is None:
            return called
        title = self.row.facility_label if isinstance(self.row, Posting) else summaries.title(self.row)
        said = f"{called}, {title}" if title else called
        day = _day_of(self)
        return f"{said} ({day.year})" if day else said


@dataclass(frozen=True, slots=True)
class Missing:
    """A step without a paper, and the kinds any of which would prove it."""

    step: Step
    kinds: list[str]

    @property
    def papers(self) -> str:
        """``Décision ou note de service``."""
        return lists.made((NEEDS, *self.kinds), lambda: _any_of(self.kinds))

    @property
    def words(self) -> str:
        """``Décision ou note de service : affectation, CSCom du Nord (2019)``."""
        step = self.step.words
        return f"{self.papers}{_(':')} {step[:1].lower()}{step[1:]}"


def _any_of(kinds: Sequence[str]) -> str:
    labels = [lists.label("paper_kind", kind) for kind in kinds]
    said = labels[:1] + [f"{label[:1].lower()}{label[1:]}" for label in labels[1:]]
    if len(said) == 1:
        return said[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(said[:-1]), "last": said[-1]}


# -- rules ------------------------------------------------------------------------------------


def needs(on: date) -> dict[str, list[str]]:
    """For each kind of step of the country's list, the kinds of paper any of which proves it."""
    found = {item.code or "": _kinds(item) for item in lists.items(NEEDS, on)}
    return {code: kinds for code, kinds in found.items() if kinds}


def _kinds(item: ListItem) -> list[str]:
    return lists.attributes(NEEDS, item.code, "paper")


def steps(rows: Iterable[Any], on: date) -> list[Step]:
    """The steps of somebody's career that papers prove, those to come left out; then what belongs to no row."""
    out: list[Step] = []
    for row in rows:
        code = CODES.get(type(row))
        first, last = _days(row) if code else (None, None)
        to_come = first is not None and first > on - BEFORE
        if code and not to_come:
            out.append(Step(code, row, first, last, _numbers(code, row)))
        if isinstance(row, Posting) and row.taken_up and row.taken_up.first() <= on:
            out.append(Step("taken_up", row, *_around(row.taken_up), frozenset()))
    return out + [Step(code, None, None, None, frozenset()) for code in OF_NO_ROW]


def _days(row: Any) -> tuple[date | None, date | None]:
    """Between which days the paper of a row is dated; None for open, both None where nothing is known."""
    day = getattr(row, "left", None) or getattr(row, "awarded", None)
    if day:
        return _around(day)
    starts, ends = getattr(row, "starts", None), getattr(row, "ends", None)
    if not (starts or ends):
        return None, None
    return starts.first() - BEFORE if starts else date.min, ends.last() if ends else date.max


def _around(day: PartialDate) -> tuple[date, date]:
    return day.first() - BEFORE, day.last() + AFTER


def _numbers(code: str, row: Any) -> frozenset[str]:
    found = (plain_number(getattr(row, name)) for name in NUMBERS[code])
    return frozenset(number for number in found if number)


def plain_number(text: str | None) -> str:
    """A number as it is compared: ``N° 2019-0123/MS-SG`` and ``2019 0123 MS SG`` are one."""
    plain = re.sub(r"[^a-z0-9]", "", fold(text or ""))
    # What stands before the first figure is a word for "number", or for the kind of paper.
    return re.sub(r"^[a-z]+(?=\d)", "", plain)


def proves(paper: Paper, step: Step, kinds: Sequence[str], numbers: Container[str]) -> bool:
    """True if a paper proves a step: see the top of this file. ``numbers`` are those of all steps."""
    if step.key in (paper.proves or []):
        return True
    if paper.kind not in kinds:
        return False
    if step.row is None:
        return True
    number = plain_number(paper.reference)
    if number and number in step.numbers:
        return True
    if not paper.dated or paper.proves or number in numbers:
        return False
    if step.first is None or step.last is None:
        return False
    return paper.dated.first() <= step.last and paper.dated.last() >= step.first


@dataclass(frozen=True, slots=True)
class Proofs:
    """What the papers of a file prove, and what they do not."""

    missing: list[Missing]
    of: dict[UUID, list[Paper]]
    """By the id of a row, its papers."""
    by: dict[UUID, list[Step]]
    """By the id of a paper, what it proves."""


def look(
    rows: Iterable[Any], papers: Sequence[Paper], on: date, asked: Mapping[str, list[str]] | None = None
) -> Proofs:
    """Hold the papers of a file against the steps of its career; ``asked`` are the ``needs``, if they are at hand."""
    asked, found = needs(on) if asked is None else asked, steps(rows, on)
    numbers = {number for step in found for number in step.numbers}
    lacking_: list[Missing] = []
    of: dict[UUID, list[Paper]] = defaultdict(list)
    by: dict[UUID, list[Step]] = defaultdict(list)
    for step in found:
        kinds = asked.get(step.code, [])
        proofs = [paper for paper in papers if proves(paper, step, kinds, numbers)]
        for paper in proofs:
            by[paper.pk].append(step)
            if step.row is not None and paper not in of[step.row.pk]:
                of[step.row.pk].append(paper)
        if kinds and not proofs:
            lacking_.append(Missing(step, kinds))
    return Proofs(lacking_, of, by)


def _day_of(step: Step) -> PartialDate | None:
    if step.code == "taken_up":
        found: PartialDate | None = step.row.taken_up
        return found
    return summaries.day_of(step.row)


# -- questions --------------------------------------------------------------------------------


BATCH, MOST_BATCHES = 100, 5
"""People looked at together, and how many times for one page."""


@dataclass(slots=True)
class Lacking:
    """Files that lack papers, and where to look on."""

    files: list[tuple[Person, list[Missing]]]
    looked: int
    next: str


def proofs_of(person: Person, on: date, *, seen_by: Actor) -> Proofs:
    """What the papers of somebody's file prove."""
    seen_by.require("person.see")
    rows = list(together.rows_of((*ROWS, Paper), person.canonical))
    return look(rows, [row for row in rows if isinstance(row, Paper)], on)


def steps_of(person: Person, on: date, *, seen_by: Actor) -> list[Step]:
    """The steps of somebody's career that papers prove."""
    seen_by.require("person.see")
    return steps(together.rows_of(ROWS, person.canonical), on)


def staff_of(facility: Facility, on: date, *, seen_by: Actor) -> QuerySet[Person]:
    """The files of those who work in a facility on a day, under any of its ids."""
    name = Facility.objects.filter(pk=facility.pk).values("canonical")
    ids = Facility.objects.filter(canonical__in=name).values("pk")
    here = Posting.objects.in_force(on).filter(facility_id__in=ids).values("canonical")
    return queries.people(seen_by=seen_by).filter(pk__in=here)


def lacking(people: QuerySet[Person], on: date, *, most: int, seen_by: Actor) -> Lacking:
    """The first of some files, by name, that lack papers.

    A page looks at so many files at most, however few of them lack something: it may be short, and be gone on from.
    ``people`` are given from where to begin.
    """
    seen_by.require("person.see")
    found: list[tuple[Person, list[Missing]]] = []
    looked = 0
    ordered = people.order_by("sort_key", "pk")[: BATCH * MOST_BATCHES + 1]
    for start in range(0, BATCH * MOST_BATCHES, BATCH):
        batch = list(ordered[start : start + BATCH])
        for person, papers in _with_papers(batch, on):
            if len(found) == most:
                break
            looked += 1
            last = person
            if papers:
                found.append((person, papers))
        else:
            if len(batch) == BATCH:
                continue
            return Lacking(found, looked, "")
        break
    return Lacking(found, looked, f"{last.sort_key}|{last.pk}")


def _with_papers(people: Sequence[Person], on: date) -> Iterable[tuple[Person, list[Missing]]]:
    """What each of some people lacks, in their order; one question for each kind of row."""
    ids = [person.pk for person in people]
    rows: dict[UUID, list[Any]] = defaultdict(list)
    papers: dict[UUID, list[Paper]] = defaultdict(list)
    for model in ROWS if ids else ():
        for row in model.objects.live().filter(canonical__in=ids):
            rows[row.canonical].append(row)
    for paper in Paper.objects.live().filter(canonical__in=ids) if ids else ():
        papers[paper.canonical].append(paper)
    asked = needs(on)
    for person in people:
        yield person, look(rows[person.pk], papers[person.pk], on, asked).missing
