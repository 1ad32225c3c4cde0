"""By what lists of people are narrowed: the facets, what an address says of them, who is found, how many of each.

Everything is asked of the outlines (``outlines.py``): a filter is a condition on one table, whatever it is about.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from baarada.journal.models import ConflictRow
from baarada.journal.schema import LATEST
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.registry import areatree, lists
from baarada.registry.counting import count
from baarada.registry.models import Facility, Outline
from baarada.registry.outlines import MISSING

UNKNOWN = "-"
"""In an address: what is not known. No code of a list is this."""
MOST_VALUES = 60
LONGEST_CODE = 100
MOST_COUNTED = 100_000
"""Beyond this it is said that there are more: counting them would make everybody wait."""
CHUNK = 2_000
DECIDE = "decide"
AGES = (0, 25, 35, 45, 55, 65)
"""The first year of each age group."""

CODE, IDS, AREA, GROUP, AGE, LACKS, FILE = "code", "ids", "area", "group", "age", "lacks", "file"
"""How the values of a facet are held against the outlines."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list: its name in an address, its words, the column of the outline that tells."""

    name: str
    label: Promise
    kind: str
    column: str
    list: str = ""
    """The list whose codes these are."""
    single: bool = False
    """One value at a time: choosing another goes there."""


FACETS: dict[str, Facet] = {
    facet.name: facet
    for facet in (
        Facet("state", _("Situation"), CODE, "state"),
        Facet("area", _("Place"), AREA, "area", single=True),
        Facet("place", _("Facility"), IDS, "facility"),
        Facet("type", _("Type of facility"), CODE, "facility_type", "facility_type"),
        Facet("sector", _("Sector"), CODE, "sector", "sector"),
        Facet("component", _("Component"), CODE, "component", "component"),
        Facet("cadre", _("Cadre"), IDS, "cadre"),
        Facet("group", _("NHWA group"), GROUP, "cadre"),
        Facet("sex", _("Sex"), CODE, "sex", "sex"),
        Facet("age", _("Age"), AGE, "born"),
        Facet("worker", _("Kind of worker"), CODE, "worker", "worker_kind"),
        Facet("employer", _("Employer"), CODE, "employer", "employer"),
        Facet("funding", _("Funding"), CODE, "funding", "funding"),
        Facet("position", _("Statutory position"), CODE, "position", "position"),
        Facet("kind", _("Kind of posting"), CODE, "posting_kind", "posting_kind"),
        Facet("licence", _("Licence"), CODE, "licence"),
        Facet("office", _("Office in charge"), IDS, "office"),
        Facet("lacks", pgettext_lazy("facts", "Missing"), LACKS, "missing"),
        Facet("file", _("File"), FILE, "person"),
    )
}
"""In the order in which they stand beside a list."""


Filter = dict[str, tuple[str, ...]]
"""For each facet that narrows, by name, its values: any of them will do."""


def parse(query: Mapping[str, Sequence[str]]) -> Filter:
    """What an address's query says of the facets; what cannot be a value is left out."""
    out: Filter = {}
    for name, facet in FACETS.items():
        values = sorted({v for v in query.get(name, ()) if _is_value(facet, v)})[:MOST_VALUES]
        if values:
            out[name] = tuple(values[:1] if facet.single else values)
    return out


def _is_value(facet: Facet, text: str) -> bool:
    if facet.kind in (IDS, AREA) and text != UNKNOWN:
        return _id(text) is not None
    if facet.kind == AGE:
        return text in (UNKNOWN, *map(str, AGES))
    if facet.kind == LACKS:
        return text in MISSING
    if facet.kind == FILE:
        return text == DECIDE
    # PostgreSQL has no text with this character in it.
    return 0 < len(text) <= LONGEST_CODE and "\0" not in text


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# -- who is found ---------------------------------------------------------------------------


def found(chosen: Filter, on: date, *, seen_by: Actor, among: Q | None = None) -> QuerySet[Outline]:
    """The outlines, as they hold on a day, of those whom a filter leaves; ``among`` narrows further. In no order."""
    seen_by.require("person.see")
    day = PartialDate.on(on).number
    out = Outline.objects.filter(first__lte=day, last__gte=day)
    if among is not None:
        out = out.filter(among)
    for name, values in chosen.items():
        out = out.filter(_CONDITIONS[FACETS[name].kind](FACETS[name], values, on))
    return out


def _code(facet: Facet, values: Sequence[str], on: date) -> Q:
    known = [v for v in values if v != UNKNOWN]
    asked = lists.counted_as(facet.list, known, on) if facet.list else known
    return Q(**{f"{facet.column}__in": [*asked, *([""] if UNKNOWN in values else [])]})


def _ids(facet: Facet, values: Sequence[str], on: date) -> Q:
    ids = [pk for pk in map(_id, values) if pk]
    if facet.column == "cadre":
        ids = _cadres_counted_as(ids, on)
    out = Q(**{f"{facet.column}__in": ids})
    if facet.column == "facility":
        # Linked since: it goes by another name.
        out |= Q(facility__in=Facility.objects.filter(pk__in=ids).values("canonical"))
    return out | Q(**{f"{facet.column}__isnull": True}) if UNKNOWN in values else out


def _cadres_counted_as(ids: Iterable[UUID], on: date) -> list[UUID]:
    """All cadres that count as one of some on a day: those that were replaced by one of them too."""
    asked = {lists.standing_cadre(pk, on) for pk in ids}
    moved = lists.standing_cadres(on)
    return [*(asked - moved.keys()), *(pk for pk, other in moved.items() if other in asked)]


def _nhwa(pk: UUID, on: date) -> str:
    """The group of the cadre that a cadre counts as on a day."""
    cadre = lists.cadre(lists.standing_cadre(pk, on))
    return (cadre.nhwa if cadre else "") or ""


def _area(facet: Facet, values: Sequence[str], on: date) -> Q:
    out = Q(area__in=areatree.below([pk for pk in map(_id, values) if pk], on))
    return out | Q(area__isnull=True) if UNKNOWN in values else out


def _group(facet: Facet, values: Sequence[str], on: date) -> Q:
    names = {"" if v == UNKNOWN else v for v in values}
    out = Q(cadre__in=[c.pk for c in lists.cadres() if _nhwa(c.pk, on) in names])
    return out | Q(cadre__isnull=True) if UNKNOWN in values else out


def _age(facet: Facet, values: Sequence[str], on: date) -> Q:
    out = Q(born=0) if UNKNOWN in values else Q(pk__in=())
    for value in values:
        if value != UNKNOWN:
            after, until = _born_between(int(value), on)
            out |= Q(born__gt=after, born__lte=until)
    return out


def _born_between(age: int, on: date) -> tuple[int, int]:
    """When people of an age group were born: after a day, up to another; what is known in part begins early."""
    day = PartialDate.on(on).number
    older = [one for one in AGES if one > age]
    return (day - older[0] * 10_000 if older else 0), day - age * 10_000 if age else 99_999_999


def _lacks(facet: Facet, values: Sequence[str], on: date) -> Q:
    bits = sum(1 << MISSING.index(value) for value in values)
    return Q(missing__in=[m for m in range(1 << len(MISSING)) if m & bits])


def _file(facet: Facet, values: Sequence[str], on: date) -> Q:
    return Q(person__in=ConflictRow.objects.exclude(merge=LATEST).values("file"))


_CONDITIONS: dict[str, Callable[[Facet, Sequence[str], date], Q]] = {
    CODE: _code, IDS: _ids, AREA: _area, GROUP: _group, AGE: _age, LACKS: _lacks, FILE: _file,
}  # fmt: skip


# -- in which order --------------------------------------------------------------------------

ORDERS: dict[str, tuple[str, ...]] = {
    "name": ("sort_key", "person"),
    "cadre": ("cadre_key", "sort_key", "person"),
    "place": ("place_key", "sort_key", "person"),
    "since": ("since", "sort_key", "person"),
}
"""What a list is ordered by, to its last column, so that no two people stand in one place."""


# -- how many of each ---------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """How many a list has, and for each facet how many it would have with one of its values alone."""

    total: int
    more: bool = False
    """There are more than were counted."""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    states: dict[UUID, str] = field(default_factory=dict)
    """How each of them stands, where that was asked for."""


def tally_of(
    people: Sequence[UUID], chosen: Filter, on: date, *, seen_by: Actor, among: Q | None = None,
    names: Collection[str] = FACETS.keys(),
) -> Tally:  # fmt: skip
    """Count some people, of whom a search found not too many, as :func:`tally` does; and say how each stands.

    Only the facets named are counted.
    """
    seen_by.require("person.see")
    own = Q(person__in=people)
    whole = own if among is None else own & among
    return _tally(chosen, on, seen_by, whole, with_states=True, names=names)


def tally(chosen: Filter, on: date, *, seen_by: Actor, among: Q | None = None, name: Any = None) -> Tally:
    """Count those whom a filter leaves, by each facet; ``name`` says what ``among`` is, where a count may be kept.

    The values of a facet are counted under the filter of the others: each number is the length of the list that
    has this value instead. Beyond ``MOST_COUNTED`` no value is counted.
    """
    seen_by.require("person.see")

    def work() -> Tally:
        return _tally(chosen, on, seen_by, among)

    if among is not None and name is None:
        return work()
    return count(("tally", on, name, tuple(sorted(chosen.items()))), work)


def _tally(
    chosen: Filter, on: date, seen_by: Actor, among: Q | None, *, with_states: bool = False,
    names: Collection[str] = FACETS.keys(),
) -> Tally:  # fmt: skip
    def those(without: str = "") -> QuerySet[Outline]:
        left = {name: values for name, values in chosen.items() if name != without}
        return found(left, on, seen_by=seen_by, among=among)

    states: dict[Any, str] = {}
    asked = {name: facet for name, facet in FACETS.items() if name in names}
    wanted = tuple(dict.fromkeys(facet.column for facet in asked.values() if facet.kind != FILE))
    total, columns = _counted(those(), wanted, states if with_states else None)
    out = Tally(min(total, MOST_COUNTED), total > MOST_COUNTED)
    out.states = {UUID(_uuid(person)): state for person, state in states.items()}
    if out.more:
        return out
    for name, facet in asked.items():
        if facet.kind == FILE:
            undecided = those(name).filter(_file(facet, (), on))
            out.counts[name] = Counter({DECIDE: undecided.count()})
        else:
            own = _counted(those(name), (facet.column,))[1] if name in chosen else columns
            out.counts[name] = _by_value(facet, own[facet.column], on)
    return out


def _counted(
    rows: QuerySet[Outline], columns: Sequence[str], states: dict[Any, str] | None = None
) -> tuple[int, dict[str, Counter[Any]]]:
    """How many rows there are, and how many of each value of some columns; some at a time, up to what is counted.

    ``states`` is filled with each person and how they stand.
    """
    counters: list[Counter[Any]] = [Counter() for _column in columns]
    total = 0
    try:
        wanted = columns if states is None else (*columns, "person", "state")
        sql, params = rows.values_list(*wanted)[: MOST_COUNTED + 1].query.sql_with_params()
    except EmptyResultSet:
        return 0, dict(zip(columns, counters, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while part := cursor.fetchmany(CHUNK):
            total += len(part)
            by_column = list(zip(*part, strict=True))
            for counter, values in zip(counters, by_column, strict=False):
                counter.update(values)
            if states is not None:
                states.update(zip(*by_column[-2:], strict=True))
    return total, dict(zip(columns, counters, strict=True))


def _by_value(facet: Facet, counted: Counter[Any], on: date) -> Counter[str]:
    """How many there are of each value as an address writes it."""
    out: Counter[str] = Counter()
    for written, n in counted.items():
        value = _standing(facet, written, on)
        for name in _VALUES[facet.kind](value, on):
            out[name] += n
    return out


def _standing(facet: Facet, value: Any, on: date) -> Any:
    """What a choice that was written counts as on a day."""
    if facet.column == "cadre" and value is not None:
        return lists.standing_cadre(UUID(_uuid(value)), on)
    return lists.standing(facet.list, value, on) if facet.list and value else value


def _id_value(value: Any, on: date) -> Iterable[str]:
    return (_uuid(value),)


def _uuid(value: Any) -> str:
    """An id as the database gave it, as an address writes it."""
    return UNKNOWN if value is None else str(value if isinstance(value, UUID) else UUID(bytes=bytes(value)))


def _group_value(value: Any, on: date) -> Iterable[str]:
    cadre = lists.cadre(UUID(_uuid(value))) if value is not None else None
    return ((cadre.nhwa if cadre else "") or UNKNOWN,)


def _age_value(value: int, on: date) -> Iterable[str]:
    if not value:
        return (UNKNOWN,)
    return (str(next(a for a in AGES if _born_between(a, on)[0] < value <= _born_between(a, on)[1])),)


_VALUES: dict[str, Callable[[Any, date], Iterable[str]]] = {
    CODE: lambda value, on: (value or UNKNOWN,),
    IDS: _id_value,
    AREA: _id_value,
    GROUP: _group_value,
    AGE: _age_value,
    LACKS: lambda value, on: [name for place, name in enumerate(MISSING) if value >> place & 1],
}


def in_area(counts: Counter[str], area: UUID, on: date) -> int:
    """How many of those counted by area are in one of them, or in one below it."""
    return sum(counts[str(pk)] for pk in areatree.below([area], on))
