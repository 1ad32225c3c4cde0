"""Long lists a page at a time: each page begins behind the last row of the one before, so all cost the same."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from baarada.web.pages import uuid_in

PAGE = 25


@dataclass(slots=True)
class Part:
    """One page of a list."""

    rows: list[Any]
    next: str
    """Where the next page begins; empty on the last."""
    first: bool


def part(found: QuerySet[Any], after: str, *, key: str = "sort_key", size: int = PAGE) -> Part:
    """The rows behind a place in a list that is ordered by a folded name, then by id.

    Raises:
        Http404: there is no such place.
    """
    out = list(behind(found, after, key=key)[: size + 1])
    place = f"{_value(out[size - 1], key)}|{out[size - 1].pk}" if len(out) > size else ""
    return Part(out[:size], place, not after)


def behind(found: QuerySet[Any], after: str, *, key: str = "sort_key") -> QuerySet[Any]:
    """The rows behind a place in a list, in its order; all where no place is given.

    Raises:
        Http404: there is no such place.
    """
    rows = found.order_by(key, "pk")
    if not after:
        return rows
    name, _mark, pk = after.rpartition("|")
    last = uuid_in(pk)
    # PostgreSQL has no text with the character 0 in it.
    if last is None or "\0" in name:
        raise Http404
    return rows.filter(Q(**{f"{key}__gt": name}) | Q(**{key: name, "pk__gt": last}))


def _value(row: Any, key: str) -> Any:
    for name in key.split("__"):
        row = getattr(row, name)
    return row
