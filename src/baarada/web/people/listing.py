"""Rows of people for lists and search results: one line each, with what identifies them; and a page of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from baarada.kernel.days import PartialDate
from baarada.registry import facets, lists, queries
from baarada.registry.models import Exit, Identifier, Outline, Person, Posting
from baarada.registry.outlines import AWAY, GONE, IN_POST, LEFT, NO_POST, TO_COME
from baarada.registry.search import Hit
from baarada.web.pages import uuid_in
from baarada.web.people import columns

PAGE = 25
FEW = 1_000
"""So many are ordered here: among millions, walking an index until a few are met would take longer."""
_OF_A_PERSON = ("family_name", "given_names", "sex")
_OF_A_POSTING = ("cadre", "facility_label")
"""What a row says of a person and of a posting where nobody chose other columns, beside its days."""


@dataclass(slots=True)
class Row:
    """One person in a list."""

    person: Person
    number: Identifier | None
    posting: Posting | None
    state: str
    to_decide: bool
    why: str = ""
    cells: list[tuple[str, str]] = field(default_factory=list)
    """Each column that is shown, with what it says."""
    gone: PartialDate | None = None
    """The day of a departure for good."""

    @property
    def cadre(self) -> str:
        """The cadre, feminine for a woman."""
        return lists.cadre_label(self.posting.cadre_id, self.person.sex) if self.posting else ""


def rows(
    ids: Sequence[UUID], on: date, hits: Iterable[Hit] = (), *, states: Mapping[UUID, str] | None = None,
    keys: Sequence[str] = columns.LIST_COLUMNS,
) -> list[Row]:  # fmt: skip
    """The rows of some files, in the order given; ``states`` tells how they stand, where that is known already."""
    why = {hit.target: hit.why for hit in hits}
    usual = columns.are_usual(keys)
    found = Person.objects.filter(pk__in=ids)
    people = {p.pk: p for p in (found.only(*_OF_A_PERSON) if usual else found.select_related("office"))}
    numbers = queries.numbers_of(ids, only=("kind",) if usual else ())
    postings = queries.current_postings(ids, on, only=_OF_A_POSTING if usual else ())
    undecided, told = queries.undecided_among(ids), states or {}
    cells = {} if usual else columns.cells(keys, people, numbers, postings)
    gone = _gone([pk for pk, state in told.items() if state == GONE])
    out = []
    for pk in ids:
        if pk in people:
            posting = next(iter(postings.get(pk, ())), None)
            out.append(Row(
                people[pk], next(iter(numbers.get(pk, ())), None), posting, told.get(pk) or state_of(posting, on),
                pk in undecided, why.get(pk, ""), [(key, cells.get(pk, {}).get(key, "")) for key in keys], gone.get(pk),
            ))  # fmt: skip
    return out


def _gone(ids: Sequence[UUID]) -> dict[UUID, PartialDate]:
    """When those who are gone for good left."""
    if not ids:
        return {}
    left = Exit.objects.live().filter(canonical__in=ids, left__isnull=False).order_by("-left")
    return dict(left.values_list("canonical", "left"))


def state_of(posting: Posting | None, on: date) -> str:
    """In post, left, or never posted."""
    if posting is None:
        return NO_POST
    if posting.span.holds(on):
        return IN_POST
    return TO_COME if posting.starts and posting.starts.first() > on else LEFT


# -- a page of a list ----------------------------------------------------------------------------


@dataclass(slots=True)
class Part:
    """One page of a list: who is on it and how they stand."""

    states: dict[UUID, str]
    next: str
    """Where the next page begins; empty on the last."""
    first: bool


def part(found: QuerySet[Outline], order: str, after: str, *, few: bool, size: int = PAGE) -> Part:
    """The people behind a place in a list; ``few`` says that the whole of it is no more than ``FEW``.

    Raises:
        Http404: there is no such place.
    """
    keys = facets.ORDERS[order]
    place = _place(keys, after) if after else None
    if few:
        whole = sorted(found.values_list(*keys, "state"), key=lambda row: row[:-1])
        some = [row for row in whole if place is None or row[:-1] > place][: size + 1]
    else:
        if place is not None:
            found = found.filter(_behind(keys, place))
        some = list(found.order_by(*keys).values_list(*keys, "state")[: size + 1])
    following = "|".join(map(str, some[size - 1][:-1])) if len(some) > size else ""
    return Part({row[-2]: row[-1] for row in some[:size]}, following, not after)


def _place(keys: Sequence[str], after: str) -> tuple[Any, ...]:
    parts = after.split("|")
    last = uuid_in(parts[-1])
    # PostgreSQL has no text with the character 0 in it.
    if len(parts) != len(keys) or last is None or "\0" in after:
        raise Http404
    if keys[0] != "since":
        return (*parts[:-1], last)
    if not parts[0].isdecimal() or len(parts[0]) > 8:
        raise Http404
    return (int(parts[0]), *parts[1:-1], last)


def _behind(keys: Sequence[str], place: Sequence[Any]) -> Q:
    """The rows behind a place, all keys taken together; the first alone lets an index begin there."""
    out, same = Q(), Q()
    for key, value in zip(keys, place, strict=True):
        out |= same & Q(**{f"{key}__gt": value})
        same &= Q(**{key: value})
    return out & Q(**{f"{keys[0]}__gte": place[0]})


__all__ = ["AWAY", "FEW", "GONE", "PAGE", "Part", "Row", "part", "rows", "state_of"]
