"""Rows of people for lists and search results: one line each, with what identifies them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.kernel.days import PartialDate
from baarada.registry import lists, queries
from baarada.registry.models import Identifier, Person, Posting
from baarada.registry.search import Hit

IN_POST, TO_COME, LEFT, NO_POST = "in", "to come", "left", "none"
MOST_CHOICES = 6


@dataclass(slots=True)
class Row:
    """One person in a list."""

    person: Person
    number: Identifier | None
    posting: Posting | None
    state: str
    to_decide: bool
    why: str = ""

    @property
    def cadre(self) -> str:
        """The cadre, feminine for a woman."""
        return lists.cadre_label(self.posting.cadre_id, self.person.sex) if self.posting else ""


@dataclass(slots=True)
class Choice:
    """One box of a facet."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(slots=True)
class Facet:
    """One way to narrow a list, with its choices and their counts."""

    name: str
    label: Any
    choices: list[Choice] = field(default_factory=list)


def outlines(ids: Sequence[UUID], on: date) -> list[Row]:
    """The rows of some files as far as they are counted and narrowed by: for hundreds, of which few are shown."""
    people = {p.pk: p for p in Person.objects.filter(pk__in=ids).only("sex")}
    postings = queries.current_postings(ids, on, only=("cadre", "facility", "facility_label"))
    undecided = queries.undecided_among(ids)
    return [_row(people[pk], postings.get(pk, []), on, pk in undecided) for pk in ids if pk in people]


def rows(ids: Sequence[UUID], on: date, hits: Iterable[Hit] = ()) -> list[Row]:
    """The rows of some files, in the order given."""
    why = {hit.target: hit.why for hit in hits}
    people = {p.pk: p for p in Person.objects.filter(pk__in=ids)}
    numbers = queries.numbers_of(ids)
    postings = queries.current_postings(ids, on)
    undecided = queries.undecided_among(ids)
    out = []
    for pk in ids:
        if pk in people:
            row = _row(people[pk], postings.get(pk, []), on, pk in undecided)
            row.number, row.why = next(iter(numbers.get(pk, [])), None), why.get(pk, "")
            out.append(row)
    return out


def _row(person: Person, postings: Sequence[Posting], on: date, to_decide: bool) -> Row:
    posting = next(iter(postings), None)
    return Row(person, None, posting, state_of(posting, on), to_decide)


def state_of(posting: Posting | None, on: date) -> str:
    """In post, left, or never posted."""
    if posting is None:
        return NO_POST
    if posting.span.holds(on):
        return IN_POST
    return TO_COME if posting.starts and posting.starts.first() > on else LEFT


def state_label(state: str) -> str:
    """A state in words."""
    labels = {IN_POST: _("In post"), TO_COME: _("To come"), LEFT: _("Left"), NO_POST: _("Without a posting")}
    return labels[state]


def facets(found: Sequence[Row], chosen: dict[str, list[str]]) -> list[Facet]:
    """The ways to narrow results, counted over all of them."""
    states = Counter(r.state for r in found)
    sexes = Counter(r.person.sex or "" for r in found)
    cadres = Counter(str(r.posting.cadre_id) for r in found if r.posting and r.posting.cadre_id)
    places = Counter((str(r.posting.facility_id), r.posting.facility_label or "") for r in found if r.posting)
    situations = [_choice("state", s, state_label(s), n, chosen) for s, n in states.most_common()]
    out = [
        Facet("state", _("Situation"), situations),
        Facet("cadre", _("Cadre"), [
            _choice("cadre", pk, lists.cadre_of_both(UUID(pk)), n, chosen) for pk, n in cadres.most_common(MOST_CHOICES)
        ]),
        Facet("place", _("Facility"), [
            _choice("place", pk, label, n, chosen) for (pk, label), n in places.most_common(MOST_CHOICES)
        ]),
        Facet("sex", _("Sex"), [
            _choice("sex", s, lists.label("sex", s), n, chosen) for s, n in sexes.most_common() if s
        ]),
    ]  # fmt: skip
    undecided = sum(r.to_decide for r in found)
    if undecided:
        out.append(Facet("file", _("File"), [_choice("file", "decide", _("To decide"), undecided, chosen)]))
    return [f for f in out if f.choices]


def _choice(name: str, value: str, label: str, count: int, chosen: dict[str, list[str]]) -> Choice:
    return Choice(value, label, count, value in chosen.get(name, []))


def narrow(found: Sequence[Row], chosen: dict[str, list[str]]) -> list[Row]:
    """The rows that have one of the chosen values in each facet."""
    tests = {
        "state": lambda r: r.state,
        "cadre": lambda r: str(r.posting.cadre_id) if r.posting else "",
        "place": lambda r: str(r.posting.facility_id) if r.posting else "",
        "sex": lambda r: r.person.sex or "",
        "file": lambda r: "decide" if r.to_decide else "",
    }
    active = {name: set(values) for name, values in chosen.items() if values and name in tests}
    return [r for r in found if all(tests[name](r) in values for name, values in active.items())]


def since(row: Row, on: date) -> str:
    """Since when, or until when, somebody is where they are."""
    posting = row.posting
    if posting is None:
        return ""
    day: PartialDate | None = posting.ends if state_of(posting, on) == LEFT else posting.starts
    return str(day or "")
