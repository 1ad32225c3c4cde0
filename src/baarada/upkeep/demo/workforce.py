"""Who is to be invented: how many people, where, of what cadre, for whom they work. Pure: tables in, seats out.

The tables are a country's ``demonstration-workforce.toml``. Seats are counted, not drawn, so that each share is met.
"""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

from baarada.packs.reader import Pack
from baarada.upkeep.demo.quotas import Deck, split

FILE = "demonstration-workforce.toml"
EVERYWHERE = 1_000
"""With fewer people the story's districts stand for the country."""
IN_THE_FIRST = 40
"""The story is told in the first district: so many people at least are there."""
DISTRICT_CARDS = 60
"""So that a region's deck is dealt to its end even in a small country."""
PUBLIC, PRIVATE = "public", "private"
COMMUNITY = "community"


@dataclass(frozen=True, slots=True)
class Region:
    """A region: how many people live there, how much of the core works there, its districts."""

    code: str
    people: int | Fraction
    core: Fraction
    capital: bool
    districts: Sequence[str]
    """The codes of their offices."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody to be invented."""

    district: str
    kind: str
    """Of centre."""
    group: str
    cadre: str
    sector: str


@dataclass(slots=True)
class Count:
    """How many people of a region are of each group and sector."""

    public: dict[str, int] = field(default_factory=dict)
    private: dict[str, int] = field(default_factory=dict)


class Workforce:
    """A country's tables."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        text = (pack.folder / FILE).read_text(encoding="utf-8")
        self.data: dict[str, Any] = tomllib.loads(text, parse_float=Fraction)
        self.densities: dict[str, Fraction] = {
            code: Fraction(value)
            for table in self.data["core"]["density"].values()
            for code, value in table.items()
        }
        self.categories = {row["code"]: row.get("category", "") for row in pack.tables["cadres"]}
        self.group_of = {
            cadre: group for sector in ("private", "public")
            for group, cadres in self.data["cadres"][sector].items() for cadre in cadres
        }  # fmt: skip

    # -- places -----------------------------------------------------------------------

    def regions(self, only: Mapping[str, Fraction] | None = None) -> list[Region]:
        """The regions with their districts; of ``only`` some offices, each with its weight in place of people."""
        year = str(self.data["core"]["year"])
        people = {r["area"]: int(r["people"]) for r in self.pack.tables["populations"] if r["year"] == year}
        capital = self.capital
        out = []
        for code, density in self.densities.items():
            districts = [d for d in self.districts_of(code) if only is None or d in only]
            if districts and only is not None:
                weight = sum((only[d] for d in districts), Fraction(0))
                out.append(Region(code, weight, weight, code == capital, districts))
            elif districts:
                out.append(Region(code, people[code], density * people[code], code == capital, districts))
        return out

    @property
    def capital(self) -> str:
        """The region where the density is highest."""
        return max(self.densities, key=lambda code: self.densities[code])

    def districts_of(self, region: str) -> list[str]:
        """The offices of the districts that lie in a region today."""
        offices = {o["area"]: o["code"] for o in self.pack.tables["offices"] if o["kind"] == "district"}
        rows = [r for r in self.pack.tables["inclusions"] if r["parent"] == region and not r.get("ends")]
        return list(dict.fromkeys(offices[r["area"]] for r in rows if r["area"] in offices))

    @staticmethod
    def bands(table: Mapping[str, Any]) -> dict[tuple[int, int], int]:
        """A table of ages: from an age up to, not including, another."""
        ages = [int(age) for age in table["bands"]]
        return dict(zip(pairwise([*ages, table["end"]]), table["bands"].values(), strict=True))

    # -- how many ---------------------------------------------------------------------

    def of(self, workers: int, number: int) -> int:
        """A number of the tables, for so many workers."""
        return round(Fraction(number * workers, self.data["workers"]))

    def counts(self, workers: int, regions: Sequence[Region], *, few: bool = False) -> dict[str, Count]:
        """How many people of each group and sector work in each region."""
        data = self.data
        weights = {r.code: r.core for r in regions}
        core = split(self.of(workers, round(self._core_of_the_country() / 10_000)), weights)
        community = self._over(regions, self.of(workers, data["community"]["workers"]), 0, few)
        rest = workers - sum(core.values()) - sum(community.values())
        others = self._over(regions, rest, data["others"]["capital"], few)
        out = {}
        for region in regions:
            mix = data["core"]["mix"]["capital" if region.capital else "elsewhere"]
            groups = split(core[region.code], mix) | split(others[region.code], data["others"]["mix"])
            out[region.code] = Count(groups | {COMMUNITY: community[region.code]})
        self._part_private(workers, regions, out, few)
        return out

    def _core_of_the_country(self) -> Fraction:
        return sum((r.core for r in self.regions()), Fraction(0))

    def _over(self, regions: Sequence[Region], total: int, capital: int, few: bool) -> dict[str, int]:
        """A number of people over the regions: so many of a hundred in the capital, elsewhere by population."""
        if few:
            return split(total, {r.code: r.people for r in regions if capital or not r.capital} | {
                r.code: 0 for r in regions if r.capital and not capital
            })  # fmt: skip
        inside = round(Fraction(total * capital, 100))
        elsewhere = split(total - inside, {r.code: r.people for r in regions if not r.capital})
        return elsewhere | {r.code: inside for r in regions if r.capital}

    def _part_private(
        self, workers: int, regions: Sequence[Region], counts: dict[str, Count], few: bool
    ) -> None:
        table = self.data["private"]
        total = self.of(workers, table["workers"])
        if few:
            share = split(total, {r.code: r.people for r in regions})
        else:
            inside = round(Fraction(total * table["capital"], 100))
            share = split(total - inside, {r.code: r.core for r in regions if not r.capital})
            share |= {r.code: inside for r in regions if r.capital}
        for code, count in counts.items():
            wanted = split(share[code], table["mix"])
            for group in sorted(wanted, key=lambda g: wanted[g]):
                number = wanted[group]
                found = min(number, count.public.get(group, 0))
                count.private[group] = found
                count.public[group] = count.public.get(group, 0) - found
                # Where a region has no more of a group, its most frequent one stands in.
                wanted[max(wanted, key=lambda g: wanted[g])] += number - found

    # -- seats ------------------------------------------------------------------------

    def seats(self, workers: int, story: Sequence[str], draw: random.Random) -> list[Seat]:
        """A seat for each worker. ``story`` are the offices of the story, the first of them first."""
        few = workers < EVERYWHERE
        regions = self.regions(_of_the_story(story, workers) if few else None)
        cadres, kinds = self._decks("cadres", draw), self._decks("places", draw)
        out: list[Seat] = []
        for region, count in zip(regions, self.counts(workers, regions, few=few).values(), strict=True):
            districts = self._districts(region, count, story[0], workers, draw)
            for sector, groups in ((PUBLIC, count.public), (PRIVATE, count.private)):
                for group, people in groups.items():
                    for _one in range(people):
                        kind = kinds[sector, group].deal()
                        alone = self.data["centres"][kind].get("of") == "region" and not region.capital
                        district = region.districts[0] if alone and not few else districts.deal()
                        out.append(Seat(district, kind, group, cadres[sector, group].deal(), sector))
        return out

    def _decks(self, table: str, draw: random.Random) -> dict[tuple[str, str], Deck[str]]:
        """For each sector and group a deck; a private group without a table of its own is as the public one."""
        public: Mapping[str, Any] = self.data[table][PUBLIC]
        private = {**public, **self.data[table][PRIVATE]}
        return {
            (sector, group): Deck(shares, draw)
            for sector, groups in ((PUBLIC, public), (PRIVATE, private)) for group, shares in groups.items()
        }  # fmt: skip

    def _districts(
        self, region: Region, count: Count, first: str, workers: int, draw: random.Random
    ) -> Deck[str]:
        """The districts of a region in equal shares; more for the first of the story, where people are few."""
        weights = dict.fromkeys(region.districts, Fraction(1, len(region.districts)))
        people = sum(count.public.values()) + sum(count.private.values())
        if first in weights and people:
            least = Fraction(_in_the_first(workers), people)
            weights[first] = max(weights[first], min(least, Fraction(1)))
            others = [d for d in region.districts if d != first]
            weights |= dict.fromkeys(others, (1 - weights[first]) / max(len(others), 1))
        return Deck(weights, draw, size=max(DISTRICT_CARDS, len(weights)))


def _of_the_story(story: Sequence[str], workers: int) -> dict[str, Fraction]:
    """The districts of the story, each as large as another; the first larger where there are few people."""
    first = Fraction(_in_the_first(workers), workers)
    more = first * (len(story) - 1) / (1 - first)
    return dict.fromkeys(story, Fraction(1)) | {story[0]: max(more, Fraction(1))}


def _in_the_first(workers: int) -> int:
    return min(IN_THE_FIRST, workers * 3 // 5)
