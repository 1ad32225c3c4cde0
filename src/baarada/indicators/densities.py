"""Staff for each 10,000 inhabitants: of a place and of the places in it, each with the population it rests on.

A place without a population has no density, and says why: what is missing is never nought. No population is worked
out: the one of the latest year not after the day counts, if it counts the perimeter of the day.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.indicators import asking
from baarada.indicators import definitions as d
from baarada.indicators.areas import Place
from baarada.indicators.asking import Question
from baarada.indicators.figures import SEE, Counting, LeftOut
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.registry.models import Inclusion, Population

PLACES = Decimal("0.01")
SURE = "sourced"
_YEAR = re.compile(r"\b(?:18|19|20|21)\d\d\b")


@dataclass(slots=True)
class Density:
    """The density of one place."""

    place: Place | None
    key: str
    label: str
    staff: dict[str, int]
    """By occupation."""
    population: Population | None
    why_not: str = ""
    """Why there is no density."""
    is_present: bool = True
    """False where nobody of any occupation is known: then nothing was received, which is not nobody."""

    @property
    def counted(self) -> int:
        """All who are counted."""
        return sum(self.staff.values())

    @property
    def value(self) -> Decimal | None:
        """For each 10,000 inhabitants, to the hundredth; None where it cannot be told."""
        if self.population is None or not self.is_present:
            return None
        return (Decimal(self.counted) * 10_000 / self.population.people).quantize(PLACES, ROUND_HALF_UP)

    @property
    def is_sure(self) -> bool:
        """False where the population is itself an estimate or from memory."""
        return self.population is not None and self.population.quality in (None, "", SURE)

    def missing(self, threshold: d.Threshold) -> int | None:
        """How many more staff it would take to reach a threshold; None where it cannot be told."""
        if self.population is None or not self.is_present:
            return None
        return threshold.missing(self.counted, self.population.people)


@dataclass(slots=True)
class Densities:
    """Densities of a place and of the places in it, with the working."""

    definition: d.Definition
    question: Question
    whole: Density
    by: d.Dim | None
    rows: list[Density] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def behind(self, row: Density) -> Question:
        """The question of the people of one place."""
        cells = [(d.OCCUPATION, d.CORE)]
        if self.by is not None and row is not self.whole:
            cells.append((self.by.name, row.key))
        return self.question.narrowed(cells)


def densities(question: Question, *, seen_by: Actor, db: str = "default") -> Densities:
    """Densities of the place asked about, and of the places of a level in it.

    Raises:
        Refused: the place was not on the map on that day, or this is not asked of places.
    """
    seen_by.require(SEE)
    if (
        question.facility
        or question.office
        or not all(name == d.PLACE or asking.is_level(name) for name in question.by[:1])
    ):
        raise Refused(_("A density is that of places: break it down by a level of places, or by nothing."))
    if len(question.by) > 1:
        raise Refused(_("A density is broken down by one level of places. Leave the others out."))
    work = Counting(question, db=db)
    names = work.resolved(question.by or (d.PLACE,))
    level = next((name for name in names if asking.is_level(name)), "")
    counts = work.counts((level, d.OCCUPATION) if level else (d.SEX, d.OCCUPATION))
    by_key, whole = _by_occupation(counts)
    populations = Populations(question.on, db=db)
    out = Densities(
        definition=d.DENSITY, question=question, by=asking.dim(level) if level else None,
        whole=_density(work.place, work.place.pk.hex if work.place else "", _name(work.place), whole, populations),
        left_out=[LeftOut(why, n) for why, n in (
            (_("staff whose cadre is not known"), whole[d.UNKNOWN]),
            (_("staff of other occupations"), whole[d.ELSEWHERE]),
        ) if n],
    )  # fmt: skip
    if level:
        out.rows = _rows(work, level, by_key, populations)
    return out


def _name(place: Place | None) -> str:
    return place.name if place else _("Whole register")


def _by_occupation(counts: Counter[tuple[str, ...]]) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """The staff of each place by occupation, others and unknown among them; and of all places together."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    whole: Counter[str] = Counter()
    for (key, occupation), n in counts.items():
        found[key][occupation] += n
        whole[occupation] += n
    return found, whole


def _rows(
    work: Counting, level: str, by_key: dict[str, Counter[str]], populations: "Populations"
) -> list[Density]:
    """Every place of the level, also those without staff; then staff outside them, and of no known place."""
    places = work.places_of(level)
    populations.read(p.pk for p in places)
    known = {p.pk.hex for p in places}
    rows = [_density(p, p.pk.hex, p.name, by_key.get(p.pk.hex, Counter()), populations) for p in places]
    labels = work.folding.labels(level, by_key)
    for key in sorted(by_key.keys() - known, reverse=True):
        staff = {one.code: by_key[key][one.code] for one in d.OCCUPATIONS}
        rows.append(Density(None, key, labels[key][0], staff, None, _("no population of its own")))
    return rows


def _density(
    place: Place | None, key: str, label: str, staff: Counter[str], populations: "Populations"
) -> Density:
    population, why = populations.of(place.pk) if place else (None, _("no place chosen"))
    counted = {one.code: staff[one.code] for one in d.OCCUPATIONS}
    here = bool(staff.total())
    return Density(
        place, key, label, counted, population, why if here else _("nobody is known here yet"), here
    )


class Populations:
    """How many people live in places, as told for a day."""

    def __init__(self, on: date, *, db: str = "default") -> None:
        self.on = on
        self.db = db
        self._rows: dict[UUID, list[Population]] = {}
        self._reforms: dict[int, int] = {}

    def read(self, areas: Iterable[UUID]) -> None:
        """Look many places up at once."""
        wanted = [pk for pk in areas if pk not in self._rows]
        self._rows |= {pk: [] for pk in wanted}
        rows = Population.objects.using(self.db).live().filter(area_id__in=wanted, people__gt=0)
        for row in rows.exclude(year=None).order_by("-year", "pk"):
            self._rows[row.area_id].append(row)

    def of(self, area: UUID) -> tuple[Population | None, str]:
        """The population that counts for the day, or why there is none."""
        self.read([area])
        rows = self._rows[area]
        if not rows:
            return None, _("no population is noted")
        past = [row for row in rows if row.year <= self.on.year]
        if not past:
            return None, _("no population is noted before %(year)s") % {"year": rows[-1].year}
        fitting = [row for row in past if self._fits(row.perimeter or "")]
        if not fitting:
            return None, _("the populations noted count another perimeter")
        # Of one year, what was counted goes before what was worked out.
        return min(fitting, key=lambda row: (-row.year, row.quality not in (None, "", SURE), str(row.pk))), ""

    def _fits(self, perimeter: str) -> bool:
        """True if a perimeter is that of the day: ``2023`` is from the reform of 2023 on, ``avant 2023`` until then."""
        found = _YEAR.search(perimeter)
        if found is None:
            return True
        since = PartialDate.on(self.on).number >= self._reform(int(found.group()))
        return since if perimeter.strip() == found.group() else not since

    def _reform(self, year: int) -> int:
        """The day on which the map changed in a year: the first on which something lies elsewhere."""
        if year not in self._reforms:
            first = year * 10_000
            steps = (
                Inclusion.objects.using(self.db).live().filter(starts__gte=first, starts__lt=first + 10_000)
            )
            days = steps.order_by("starts").values_list("starts", flat=True)
            day = days.first()
            self._reforms[year] = day.number if day else first
        return self._reforms[year]
