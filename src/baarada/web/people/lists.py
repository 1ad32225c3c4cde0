"""A list of people as a page shows it: narrowed, counted, ordered, a page at a time; or as words found them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from baarada.accounts import kept
from baarada.kernel.actors import Actor
from baarada.kernel.ids import as_uuid
from baarada.registry import country, facets, lists
from baarada.registry.facets import FACETS, Tally
from baarada.registry.search import Results
from baarada.web.people import columns, listing
from baarada.web.people.listing import FEW, PAGE
from baarada.web.people.narrowing import (
    OF_A_SEARCH,
    Labels,
    Narrowing,
    area_choices,
    blocks,
    chips,
    offered,
    wanted,
)


def of_everybody(narrowing: Narrowing, after: str, on: date, *, seen_by: Actor) -> dict[str, Any]:
    """The list of everybody whom a filter leaves, in an order, behind a place in it."""
    tally = facets.tally(
        narrowing.chosen, on, seen_by=seen_by, among=narrowing.among, name=narrowing.kept_under
    )
    found = facets.found(narrowing.chosen, on, seen_by=seen_by, among=narrowing.among)
    few = tally.total <= FEW and not tally.more
    part = listing.part(found, narrowing.order or "name", after, few=few)
    return _shown(narrowing, tally, part.states, on, tuple(FACETS)) | {
        "more": part.next,
        "first": part.first,
    }


def of_words(
    narrowing: Narrowing, results: Results, start: int, on: date, *, seen_by: Actor
) -> dict[str, Any]:
    """Those whom words found and a filter leaves, nearest first, from a place on."""
    ids = [hit.target for hit in results.people]
    names = OF_A_SEARCH if len(ids) > 1 else ()
    tally = facets.tally_of(ids, narrowing.chosen, on, seen_by=seen_by, among=narrowing.among, names=names)
    narrowed = bool(narrowing.chosen or narrowing.numbers)
    there = [pk for pk in ids if pk in tally.states or not narrowed]
    if narrowing.order:
        found = facets.found({}, on, seen_by=seen_by, among=Q(person__in=there))
        there = list(listing.part(found, narrowing.order, "", few=True, size=len(there) + 1).states)
    shown = {pk: tally.states.get(pk, "") for pk in there[start : start + PAGE]}
    tally.total = len(there)
    end = start + len(shown)
    return _shown(narrowing, tally, shown, on, names, results) | {
        "next": end if end < len(there) else 0,
        "first_shown": start + 1 if shown else 0,
        "last_shown": end,
        "left_over": min(PAGE, len(there) - end),
    }


def _shown(
    narrowing: Narrowing, tally: Tally, states: dict[UUID, str], on: date, names: tuple[str, ...],
    results: Results | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What both lists show: rows with their columns, chips, facets."""
    values = offered(narrowing, tally, names)
    labels = Labels(wanted(narrowing, values))
    areas = area_choices(narrowing, tally, on) if "area" in names else []
    hits = results.people if results else ()
    return {
        "asked": narrowing,
        "rows": listing.rows(list(states), on, hits, states=states, keys=narrowing.columns),
        "headings": headings(narrowing),
        "orders": orders(narrowing),
        "total": tally.total,
        "uncounted": tally.more,
        "facets": blocks(narrowing, tally, values, labels, areas),
        "chips": chips(narrowing, labels),
        "narrowed": bool(narrowing.chosen or narrowing.numbers),
        "same": narrowing.query().urlencode(),
        "hidden": hidden(narrowing, names),
    }


@dataclass(slots=True)
class Heading:
    """A column's heading: what it is called, the address of the list ordered by it, whether it is now."""

    key: str
    label: Any
    link: str
    is_order: bool


def headings(narrowing: Narrowing) -> list[Heading]:
    """The headings of a list: the name, then the columns that were chosen."""
    order = narrowing.order or ("" if narrowing.words else "name")
    own = [
        ("", _("Name and number"), "name"),
        *((h.key, h.label, h.sort) for h in columns.headings(narrowing.columns)),
    ]
    return [
        Heading(key, label, narrowing.address(sort=sort) if sort else "", bool(sort) and sort == order)
        for key, label, sort in own
    ]


_ORDERS = {
    "name": pgettext_lazy("order", "name"),
    "cadre": pgettext_lazy("order", "cadre"),
    "place": pgettext_lazy("order", "facility"),
    "since": pgettext_lazy("order", "longest in post"),
}


def orders(narrowing: Narrowing) -> list[Heading]:
    """What the list can be ordered by; of people found by words, first how near they are."""
    near = [("", pgettext_lazy("order", "nearness"))] if narrowing.words else []
    now = narrowing.order or ("" if narrowing.words else "name")
    return [
        Heading(key, label, narrowing.address(sort=key or None), key == now)
        for key, label in (*near, *_ORDERS.items())
    ]


def hidden(narrowing: Narrowing, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """What the form of the facets carries along: all that no box of it says."""
    boxes = {name for name in names if name != "area"}
    return [(name, v) for name, values in narrowing.query().lists() if name not in boxes for v in values]


# -- views -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tab:
    """A list at hand: everybody, my office, those of the country, those that were kept."""

    name: str
    address: str
    current: bool


def tabs(narrowing: Narrowing, *, seen_by: Actor) -> list[Tab]:
    """The lists at hand."""
    now = narrowing.query(sort=None, col=None).urlencode()
    office = Narrowing(facets.parse({"office": [str(as_uuid(seen_by.office))]}))
    found = [
        (_("Everybody"), "", ""),
        (_("My office"), office.query().urlencode(), office.query().urlencode()),
    ]
    for view in country.views():
        own = Narrowing(facets.parse(view.filter)).query().urlencode()
        found.append((view.titles.get(lists.language()) or view.titles["fr"], own, own))
    found += [(view.name, view.query, view.query) for view in kept.views(seen_by=seen_by)]
    whole = narrowing.query().urlencode()
    return [Tab(name, f"?{query}" if query else "?", own in (now, whole)) for name, query, own in found]
