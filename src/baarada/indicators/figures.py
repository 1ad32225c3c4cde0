"""A figure with its working: the lines, what is known of them, who was left out, by which definition."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from baarada.indicators import asking, counting
from baarada.indicators import definitions as d
from baarada.indicators.areas import AreaMap, Place
from baarada.indicators.asking import Question
from baarada.indicators.folding import Folding
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.registry.models import Facility, Posting

SEE = "figure.see"
MOST_GROUPS = 50_000
"""So many combinations are read of a figure; more would be a list, not a figure."""
WOMAN = "F"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a figure: a key and a label for each thing it is broken down by, and how many people."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    value: int

    @property
    def is_known(self) -> bool:
        """False where something that it is broken down by is not known."""
        return d.UNKNOWN not in self.keys


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People or postings that a figure does not count, and why."""

    why: str
    count: int


@dataclass(slots=True)
class Figure:
    """A count, and everything needed to trust it."""

    definition: d.Definition
    question: Question
    place: Place | None
    """Where; None for the whole register."""
    facility: str
    office: str
    by: list[d.Dim]
    lines: list[Line]
    ages: dict[tuple[str, str], int]
    """By sex and five years of age: for the pyramid, and for what is known."""
    places: list[Place] = field(default_factory=list)
    """Every place of the level that it is broken down by, also those of which nobody is known."""
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def value(self) -> int:
        """How many people."""
        return sum(self.ages.values())

    @property
    def women(self) -> int:
        """How many of them are women."""
        return sum(n for (sex, _age), n in self.ages.items() if sex == WOMAN)

    @property
    def sex_known(self) -> int:
        """Of how many the sex is known."""
        return sum(n for (sex, _age), n in self.ages.items() if sex != d.UNKNOWN)

    @property
    def age_known(self) -> int:
        """Of how many the age is known."""
        return sum(n for (_sex, age), n in self.ages.items() if age != d.UNKNOWN)

    def behind(self, line: Line) -> Question:
        """The question of the people of one line."""
        return self.question.narrowed(zip((one.name for one in self.by), line.keys, strict=True))


class Counting:
    """The people that one question counts, and how they are broken down."""

    def __init__(self, question: Question, *, db: str = "default") -> None:
        self.question = question
        self.db = db
        self.areas = AreaMap(question.on, db=db)
        self.folding = Folding(question, self.areas, db=db)
        self.place = self.areas.places.get(question.area) if question.area else self.areas.country
        if question.area and self.place is None:
            raise Refused(_("This place was not on the map on that day. Choose another day or place."))

    def scoped(self, found: QuerySet[Posting]) -> QuerySet[Posting]:
        """Those of some postings that are where the question asks; in the country also those of no known place."""
        if self.question.facility:
            return counting.in_facility(found, self.question.facility)
        if self.question.office:
            offices = self.folding.offices.below(self.question.office)
            return counting.answering_to(found, offices, self.question.on)
        if self.place is None or self.place == self.areas.country:
            return found
        return counting.lying_in(found, self.areas.within(self.place.pk))

    def people(self) -> QuerySet[Posting]:
        """One posting of each person counted, also narrowed to the lines that the question names."""
        found = self.scoped(counting.counted(self.question.on))
        for name, key in self.question.cells:
            found = self._narrowed(found, name, key)
        return found.using(self.db)

    def _narrowed(self, found: QuerySet[Posting], name: str, key: str) -> QuerySet[Posting]:
        """The people of a line: those whose value in the table is one of those that the line was made of."""
        expression = self.raw(name)
        rows = self._grouped(found, {name: expression})
        wanted = {one.code for one in d.OCCUPATIONS} if (name, key) == (d.OCCUPATION, d.CORE) else {key}
        values = {value for (value,), _n in rows if self.folding.key(name, value) in wanted}
        marked = found.annotate(**{f"is_{name}": expression})
        one = Q(**{f"is_{name}__in": values - {None}})
        if None in values:
            one |= Q(**{f"is_{name}__isnull": True})
        return marked.filter(one)

    def words(self) -> list[tuple[str, str]]:
        """What the question is narrowed to: where, then each thing with its value."""
        where = self.place.name if self.place else ""
        if self.question.facility:
            where = facility_name(self.question.facility, db=self.db)
        elif self.question.office:
            where = self.folding.offices.name(self.question.office)
        out = [
            (str(asking.dim(name).label), self.folding.labels(name, [key])[key][0])
            for name, key in self.question.cells
        ]
        return [(where, ""), *out] if where else out

    def raw(self, name: str) -> Any:
        """What is looked at in the tables for one way of breaking down."""
        diplomas = self.folding.codes.in_order("diploma") if name == d.QUALIFICATION else ()
        return counting.raw(name, self.question.on, diplomas)

    def _grouped(
        self, found: QuerySet[Posting], expressions: dict[str, Any]
    ) -> list[tuple[tuple[Any, ...], int]]:
        rows = counting.grouped(found, expressions, db=self.db, most=MOST_GROUPS)
        if rows is None:
            raise Refused(
                _("This figure would have too many lines. Break it down by less, or choose a smaller place.")
            )
        return rows

    def resolved(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ways to break down, ``place`` made the level below the place asked about, else the facility."""
        return tuple(dict.fromkeys(self._below() if name == d.PLACE else name for name in names))

    def _below(self) -> str:
        office = self.question.office
        if office and not self.question.facility:
            return d.OFFICE if len(self.folding.offices.below(office)) > 1 else d.FACILITY
        kinds = self.areas.kinds_below(self.place.pk if self.place else None)
        if self.question.facility or not kinds:
            return d.FACILITY
        if len(kinds) == 1:
            return kinds[0]
        rows = self._grouped(self.people(), {d.PLACE: self.raw(d.PLACE)})
        return self.folding.level_of(((pk, n) for (pk,), n in rows), kinds)

    def counts(self, names: Sequence[str]) -> Counter[tuple[str, ...]]:
        """How many people are on each line."""
        out: Counter[tuple[str, ...]] = Counter()
        rows = self._grouped(self.people(), {name: self.raw(name) for name in names})
        for values, n in rows:
            out[tuple(self.folding.key(*pair) for pair in zip(names, values, strict=True))] += n
        return out

    def places_of(self, level: str) -> list[Place]:
        """Every place of a level where the question asks, by name."""
        within = self.folding.within
        found = self.areas.places.values()
        here = [p for p in found if p.kind == level and (within is None or p.pk in within)]
        return sorted(here, key=lambda place: place.order)

    def lines(self, names: Sequence[str]) -> list[Line]:
        """The lines of the figure, in order."""
        counts = self.counts(names)
        called = [self.folding.labels(name, {keys[i] for keys in counts}) for i, name in enumerate(names)]
        ordered = sorted(counts, key=lambda keys: [called[i][key][1] for i, key in enumerate(keys)])
        return [
            Line(keys, tuple(called[i][key][0] for i, key in enumerate(keys)), counts[keys])
            for keys in ordered
        ]  # fmt: skip

    def left_out(self, value: int) -> list[LeftOut]:
        """Who and what is not counted."""
        on = self.question.on
        stayed = counting.in_post(on).values("canonical")
        gone = self.scoped(counting.left_but_running(on)).exclude(canonical__in=stayed).using(self.db)
        further = self.scoped(counting.in_post(on)).using(self.db).count() - value
        found = [
            LeftOut(
                _("people who have left for good, and whose posting was not ended"),
                gone.order_by().values("canonical").distinct().count(),
            ),
            LeftOut(_("further postings here of people counted once, by their main posting"), further),
        ]
        return [one for one in found if one.count > 0]


def headcount(question: Question, *, seen_by: Actor, db: str = "default") -> Figure:
    """How many people are in post.

    Raises:
        Refused: the place was not on the map on that day, or there would be too many lines.
    """
    seen_by.require(SEE)
    work = Counting(question, db=db)
    names = work.resolved(question.by)
    ages = work.counts((d.SEX, d.AGE5))
    office = work.folding.offices.name(question.office) if question.office else ""
    figure = Figure(
        definition=d.HEADCOUNT, question=question, place=work.place,
        facility=facility_name(question.facility, db=db), office=office,
        by=[asking.dim(name) for name in names],
        lines=work.lines(names) if names else [], ages={(sex, age): n for (sex, age), n in ages.items()},
    )  # fmt: skip
    if names and asking.is_level(names[0]):
        figure.places = work.places_of(names[0])
    figure.left_out = work.left_out(figure.value) if not question.cells else []
    return figure


def facility_name(pk: UUID | None, *, db: str = "default") -> str:
    """What a facility is called; empty without one.

    Raises:
        Refused: there is no such facility.
    """
    if pk is None:
        return ""
    found = Facility.objects.using(db).filter(pk=pk).first()
    if found is None:
        raise Refused(_("There is no such facility in this register."))
    return str(found)
