"""What a list going out holds: a kind of list narrowed by an address's query, kept as plain text so that
the worker finds the same rows again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baarada.interop.tables import columns
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.registry import lists, places, queries
from baarada.registry.models import Area, Facility, Office

PEOPLE, FACILITIES, STAFF = columns.PEOPLE, columns.FACILITIES, "staff"

Query = Mapping[str, Sequence[str]]
"""An address's query: for each name its values."""

MOST_NAMED = 500
"""Rows named one by one, as those of a search."""


@dataclass(slots=True)
class Selection:
    """The rows of a list: which columns it has, what it is called, its filter in words."""

    columns: str
    title: str
    filter: str
    count: int
    ids: Callable[[], Iterator[UUID]]


def select(kind: str, query: Query, *, seen_by: Actor) -> Selection | None:
    """The rows of a list that somebody may see; None where there is no such list."""
    seen_by.require("export")
    maker = MAKERS.get(kind)
    return maker(query, seen_by) if maker else None


def _people(query: Query, seen_by: Actor) -> Selection | None:
    chosen = [pk for pk in map(id_in, query.get("id", ())) if pk][:MOST_NAMED]
    office = named(Office, query.get("office", ()))
    found = queries.people(seen_by=seen_by)
    if office is not None:
        found = found.filter(office=office)
    if "id" in query:
        found = found.filter(pk__in=chosen)
    words = [str(office)] if office else []
    return _of(columns.PEOPLE, _("People"), words + list(query.get("words", ())), found)


def _facilities(query: Query, seen_by: Actor) -> Selection | None:
    text = next(iter(query.get("name", ())), "").strip()[:120]
    kinds = [k for k in query.get("kind", ()) if k][:40]
    office, area = named(Office, query.get("office", ())), named(Area, query.get("area", ()))
    found = places.find_facilities(
        seen_by=seen_by, on=runtime.today(), text=text, kinds=kinds, office=office, area=area
    )
    words = [f"« {text} »"] if text else []
    words += [lists.label("facility_type", k) for k in kinds]
    words += [str(one) for one in (office, area) if one]
    return _of(columns.FACILITIES, _("Facilities"), words, found)


def _staff(query: Query, seen_by: Actor) -> Selection | None:
    facility = named(Facility, query.get("facility", ()))
    if facility is None:
        return None
    ids = Facility.objects.filter(canonical=facility.canonical).values_list("pk", flat=True)
    postings = places.staff(ids, runtime.today(), seen_by=seen_by)
    found = queries.people(seen_by=seen_by).filter(pk__in=postings.order_by().values("canonical"))
    return _of(columns.PEOPLE, _("Staff of %(facility)s") % {"facility": facility}, [], found)


MAKERS: dict[str, Callable[[Query, Actor], Selection | None]] = {
    PEOPLE: _people,
    FACILITIES: _facilities,
    STAFF: _staff,
}
"""What finds the rows of a list, by its word in an address; ``kinds.py`` adds those of further kinds."""


def _of(sort: str, title: str, words: list[str], found: QuerySet[Any]) -> Selection:
    def ids() -> Iterator[UUID]:
        return found.values_list("pk", flat=True).iterator(2000)

    return Selection(sort, title, " · ".join(words), found.count(), ids)


def named(model: Any, values: Sequence[str]) -> Any:
    """The record that an address names; None for none."""
    pk = id_in(next(iter(values), ""))
    return model.objects.live().filter(pk=pk).first() if pk else None


def id_in(text: str) -> UUID | None:
    """An id of an address; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
