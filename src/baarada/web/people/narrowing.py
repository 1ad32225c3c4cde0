"""What narrows a list of people, as its address says and its page shows: chips, facets with counts, views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from baarada.accounts import kept
from baarada.accounts.models import NumberList
from baarada.registry import areatree, facets, lists
from baarada.registry.facets import AGES, DECIDE, FACETS, UNKNOWN, Facet, Filter, Tally
from baarada.registry.facetwords import WORDS, Labels
from baarada.registry.models import Area
from baarada.web.pages import uuid_in
from baarada.web.people.columns import LIST_COLUMNS, chosen_columns

SHOWN = 6
"""Choices of a facet that stand in the open; the others are one tap away."""
MOST_CHOICES = 60
OPEN = frozenset(["state", "area", "cadre", "type"])
"""Facets whose choices stand in the open."""
OF_A_SEARCH = ("state", "cadre", "place", "worker", "sex", "age", "lacks", "file")
"""Facets beside the few people that words find."""


@dataclass(slots=True)
class Narrowing:
    """What an address asks of a list of people."""

    chosen: Filter = field(default_factory=dict)
    words: str = ""
    numbers: NumberList | None = None
    numbers_gone: bool = False
    """The address names pasted numbers that are not kept any more."""
    order: str = ""
    columns: list[str] = field(default_factory=list)

    @classmethod
    def by(cls, query: QueryDict) -> "Narrowing":
        """Read an address; what it cannot mean is left out."""
        pk = query.get("list", "")
        numbers = kept.number_list(uuid_in(pk))
        order = query.get("sort", "")
        return cls(
            facets.parse(dict(query.lists())), query.get("q", "").strip()[:200], numbers, bool(pk) and numbers is None,
            order if order in facets.ORDERS else "", chosen_columns(query.getlist("col")),
        )  # fmt: skip

    def query(self, **changed: Any) -> QueryDict:
        """The address's query again, some of it changed; None takes a part away."""
        out = QueryDict(mutable=True)
        if self.words:
            out["q"] = self.words
        for name, values in self.chosen.items():
            out.setlist(name, list(values))
        if self.numbers:
            out["list"] = str(self.numbers.pk)
        if self.order:
            out["sort"] = self.order
        if self.columns != list(LIST_COLUMNS):
            out.setlist("col", self.columns)
        for name, value in changed.items():
            out.pop(name, None)
            if value is not None:
                out.setlist(name, [value] if isinstance(value, str) else list(value))
        return out

    def address(self, **changed: Any) -> str:
        """The query of :meth:`query` as it stands in a link."""
        return f"?{self.query(**changed).urlencode()}"

    @property
    def among(self) -> Q | None:
        """Whom pasted numbers leave."""
        return kept.among(self.numbers) if self.numbers else None

    @property
    def kept_under(self) -> Any:
        """What a count may be kept under, besides the filter."""
        return self.numbers.pk if self.numbers else None


# -- chips ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Chip:
    """One value that narrows, in words, with the address without it."""

    words: str
    without: str


def chips(narrowing: Narrowing, labels: Labels) -> list[Chip]:
    """What narrows a list, each part of it to be taken away."""
    out = []
    if narrowing.numbers:
        out.append(Chip(_("Numbers pasted"), narrowing.address(list=None)))
    for name, values in narrowing.chosen.items():
        for value in values:
            words = labels.said(name, value)
            left = [v for v in values if v != value]
            out.append(Chip(words, narrowing.address(**{name: left or None})))
    return out


# -- facets ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Choice:
    """One value of a facet. ``count`` is None where nothing was counted."""

    value: str
    label: str
    count: int | None
    chosen: bool
    link: str = ""
    """Where it is a link: to the list with this value."""


@dataclass(slots=True)
class Block:
    """One facet as the page shows it."""

    name: str
    label: Promise
    open: bool
    shown: list[Choice] = field(default_factory=list)
    rest: list[Choice] = field(default_factory=list)


def blocks(
    narrowing: Narrowing,
    tally: Tally,
    there: Mapping[str, Sequence[str]],
    labels: Labels,
    areas: list[Choice],
) -> list[Block]:
    """The facets beside a list, those that tell its rows apart."""
    out = []
    for name, values in there.items():
        facet, own = FACETS[name], narrowing.chosen.get(name, ())
        choices = areas if name == "area" else _choices(facet, tally, values, own, labels)
        if len(choices) > 1 or own or (choices and facet.kind in (facets.FILE, facets.LACKS)):
            is_open = name in OPEN or bool(own)
            out.append(Block(name, facet.label, is_open, choices[:SHOWN], choices[SHOWN:MOST_CHOICES]))
    return out


def offered(narrowing: Narrowing, tally: Tally, names: Sequence[str]) -> dict[str, list[str]]:
    """The values that each facet offers; areas have choices of their own."""
    return {
        name: [] if name == "area" else _values(FACETS[name], tally, narrowing.chosen.get(name, ()))
        for name in names
    }


def wanted(narrowing: Narrowing, there: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The values of which a page says the names."""
    counted = [(name, value) for name, values in there.items() for value in values]
    return counted + [(name, value) for name, values in narrowing.chosen.items() for value in values]


def _values(facet: Facet, tally: Tally, own: Sequence[str]) -> list[str]:
    """The values offered: those that somebody has, the most frequent first where there is no other order."""
    counts = tally.counts.get(facet.name)
    if counts is None:
        offered = _all_values(facet)
    else:
        offered = [value for value, n in counts.most_common() if n]
        if facet.kind in (facets.CODE, facets.AGE):
            order = {value: place for place, value in enumerate(_all_values(facet))}
            offered.sort(key=lambda v: (v == UNKNOWN, order.get(v, len(order)), v))
    first = [v for v in own if v not in offered[:SHOWN]]
    return [*first, *(v for v in offered if v not in first)][:MOST_CHOICES]


def _all_values(facet: Facet) -> list[str]:
    """The values that a facet may have, in their order, where that is known without counting."""
    if facet.name in WORDS:
        return list(WORDS[facet.name])
    if facet.kind == facets.AGE:
        return [str(age) for age in AGES]
    if facet.kind == facets.FILE:
        return [DECIDE]
    if facet.name == "cadre":
        return [str(cadre.pk) for cadre in lists.cadres()]
    return [item.code or "" for item in lists.items(facet.list)] if facet.list else []


def _choices(
    facet: Facet, tally: Tally, values: Sequence[str], own: Sequence[str], labels: Labels
) -> list[Choice]:
    counts = tally.counts.get(facet.name)
    return [
        Choice(value, labels(facet.name, value), None if counts is None else counts[value], value in own)
        for value in values
    ]


def area_choices(narrowing: Narrowing, tally: Tally, on: date) -> list[Choice]:
    """The areas that lie directly in the one chosen, or in the country: each leads there."""
    chosen = next(iter(narrowing.chosen.get("area", ())), "")
    if chosen == UNKNOWN:
        return []
    above = uuid_in(chosen) if chosen else areatree.top(on)
    if above is None:
        return []
    inside = Area.objects.live().filter(pk__in=areatree.within(above, on)).order_by("sort_key", "pk")
    counts = tally.counts.get("area")
    out = []
    for pk, name in inside.values_list("pk", "name"):
        n = None if counts is None else facets.in_area(counts, pk, on)
        if n is None or n:
            out.append(Choice(str(pk), name or "", n, False, narrowing.address(area=str(pk))))
    if not chosen and counts is not None and counts[UNKNOWN]:
        link = narrowing.address(area=UNKNOWN)
        out.append(Choice(UNKNOWN, _("not given"), counts[UNKNOWN], False, link))
    return out
