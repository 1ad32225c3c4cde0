"""What a list going out holds: a kind of list narrowed by an address's query, kept as plain text so that
the worker finds the same rows again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from baarada.accounts import kept
from baarada.interop.tables import columns
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.registry import facets, lists, places, queries
from baarada.registry.facetwords import Labels
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
    only: tuple[str, ...] = ()
    """The columns that are wanted, where these are not all."""


def select(kind: str, query: Query, *, seen_by: Actor) -> Selection | None:
    """The rows of a list that somebody may see; None where there is no such list."""
    seen_by.require("export")
    maker = MAKERS.get(kind)
    return maker(query, seen_by) if maker else None


def _people(query: Query, seen_by: Actor) -> Selection | None:
    """People as their list shows them: the same filter, the same order; and, where that is asked, the same columns."""
    chosen, today = facets.parse(query), runtime.today()
    named = [pk for pk in map(id_in, query.get("id", ())) if pk][:MOST_NAMED]
    numbers = kept.number_list(id_in(next(iter(query.get("list", ())), "")))
    found = facets.found(chosen, today, seen_by=seen_by, among=Q(person__in=named) if "id" in query else None)
    labels = Labels([(name, value) for name, values in chosen.items() for value in values])
    words = [labels.said(name, value) for name, values in chosen.items() for value in values]
    if "list" in query:
        found = found.filter(kept.among(numbers)) if numbers else found.none()
        words.append(_("Numbers pasted"))
    order = next(iter(query.get("sort", ())), "")
    out = selection_of(
        columns.PEOPLE, _("People"), words + list(query.get("words", ())),
        found.order_by(*facets.ORDERS.get(order, facets.ORDERS["name"])), "person",
    )  # fmt: skip
    if named and not order:
        # As they were found, the nearest first.
        there = set(out.ids())
        out.ids = lambda: iter([pk for pk in named if pk in there])
    if "shown" in query.get("which", ()):
        out.only = _shown(query.get("col", ()))
    return out


OF_STATE = ("posting.starts", "posting.ends")
"""What tells in a file how somebody stands."""


def _shown(keys: Sequence[str]) -> tuple[str, ...]:
    """The columns of a file for those of the list on the page, which also says names and a number."""
    wanted = [part for key in keys for part in (OF_STATE if key == "state" else (key,))]
    payroll = [
        f"number.{item.code}" for item in lists.items("identifier_kind")
        if lists.attribute("identifier_kind", item.code, "role") == "payroll"
    ]  # fmt: skip
    return ("family_name", "given_names", *payroll, *wanted, columns.ID, columns.SEEN)


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
    return selection_of(columns.FACILITIES, _("Facilities"), words, found)


def _staff(query: Query, seen_by: Actor) -> Selection | None:
    facility = named(Facility, query.get("facility", ()))
    if facility is None:
        return None
    ids = Facility.objects.filter(canonical=facility.canonical).values_list("pk", flat=True)
    postings = places.staff(ids, runtime.today(), seen_by=seen_by)
    found = queries.people(seen_by=seen_by).filter(pk__in=postings.order_by().values("canonical"))
    return selection_of(columns.PEOPLE, _("Staff of %(facility)s") % {"facility": facility}, [], found)


MAKERS: dict[str, Callable[[Query, Actor], Selection | None]] = {
    PEOPLE: _people,
    FACILITIES: _facilities,
    STAFF: _staff,
}
"""What finds the rows of a list, by its word in an address; ``kinds.py`` adds those of further kinds."""


def selection_of(sort: str, title: str, words: list[str], found: QuerySet[Any], key: str = "pk") -> Selection:
    """The rows of a query as a list of some kind, with its filter in words."""

    def ids() -> Iterator[UUID]:
        return found.values_list(key, flat=True).iterator(2000)

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
