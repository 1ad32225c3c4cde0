"""What a demonstration's register really holds, beside what its tables ask for."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from baarada.kernel.pieces import in_pieces
from baarada.registry import lists
from baarada.registry.models import Assignment, Employment, Facility, Licence, Person, Posting
from baarada.upkeep.demo.workforce import COMMUNITY, EVERYWHERE, PRIVATE, PUBLIC, Workforce

PRIVATE_SECTOR = "PRIV-L"


@dataclass(frozen=True, slots=True)
class Share:
    """One line of the tables."""

    table: str
    name: str
    asked: float
    found: int

    @property
    def off(self) -> float:
        """How far the register is from the table, as a part of what was asked."""
        return abs(self.found - self.asked) / self.asked if self.asked else float(self.found)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody at work, as far as the tables speak of them."""

    region: str
    sector: str
    group: str
    cadre: str
    sex: str
    born: int | None
    """The year."""
    employer: tuple[str, str]


def shares(workforce: Workforce, workers: int, on: date) -> list[Share]:
    """Every line of the tables with how many people at work the register has of it on a day."""
    people = list(_at_work(workforce, on))
    return [
        *_regions(workforce, workers, people), *_sectors(workforce, workers, people), *_cadres(workforce, people),
        *_women(workforce, people), *_ages(workforce, people, on), *_employers(workforce, people), *_dirt(workforce),
    ]  # fmt: skip


def _at_work(workforce: Workforce, on: date) -> Iterator[Worker]:
    """Who is at work, one posting of each: a piece at a time."""
    region_of = {district: r.code for r in workforce.regions() for district in r.districts}
    offices = dict(Assignment.objects.in_force(on).values_list("facility_id", "office__code"))
    sectors = dict(Facility.objects.live().values_list("pk", "sector"))
    running = Posting.objects.in_force(on).filter(main=True).order_by("pk")
    rows = running.values_list(
        "person_id", "facility_id", "cadre_id", "person__sex", "person__born", "person__deleted"
    )
    met = set()
    for piece in in_pieces(rows.iterator()):
        employed = {e[0]: e[1:] for e in Employment.objects.in_force(on).filter(
            person_id__in=[row[0] for row in piece]
        ).values_list("person_id", "worker", "funding")}  # fmt: skip
        for person, facility, cadre_id, sex, born, deleted in piece:
            cadre = lists.cadre(cadre_id)
            group = workforce.group_of.get(cadre.code or "") if cadre else None
            if deleted or person in met or group is None or cadre is None:
                continue
            met.add(person)
            sector = PRIVATE if sectors.get(facility) == PRIVATE_SECTOR else PUBLIC
            region = region_of.get(offices.get(facility), "")
            year = born.year if born else None
            yield Worker(region, sector, group, cadre.code or "", sex, year, employed.get(person, ("", "")))


def _regions(workforce: Workforce, workers: int, people: list[Worker]) -> Iterator[Share]:
    if workers < EVERYWHERE:
        return
    core = workforce.data["core"]["groups"]
    found = Counter(one.region for one in people if one.group in core)
    for region in workforce.regions():
        asked = float(region.core / 10_000 * workers / workforce.data["workers"])
        yield Share("core by region", region.code, asked, found[region.code])


def _sectors(workforce: Workforce, workers: int, people: list[Worker]) -> Iterator[Share]:
    yield Share("workers", "all", workers, len(people))
    for name, found in (
        (PRIVATE, sum(one.sector == PRIVATE for one in people)),
        (COMMUNITY, sum(one.group == COMMUNITY for one in people)),
    ):
        yield Share("workers", name, workforce.of(workers, workforce.data[name]["workers"]), found)


def _of_hundred(table: str, shares_: Mapping[str, int], found: Mapping[Any, int]) -> Iterator[Share]:
    whole, hundred = sum(found.values()), sum(shares_.values())
    for name, share in shares_.items():
        yield Share(table, name, whole * share / hundred, found.get(name, 0))


def _cadres(workforce: Workforce, people: list[Worker]) -> Iterator[Share]:
    for sector in (PUBLIC, PRIVATE):
        groups = {**workforce.data["cadres"][PUBLIC], **workforce.data["cadres"][sector]}
        for group, shares_ in groups.items():
            some = Counter(one.cadre for one in people if (one.sector, one.group) == (sector, group))
            yield from _of_hundred(f"{sector} {group}", shares_, some)


def _women(workforce: Workforce, people: list[Worker]) -> Iterator[Share]:
    found, women = (
        Counter(one.cadre for one in people),
        Counter(one.cadre for one in people if one.sex == "F"),
    )
    for cadre, share in workforce.data["women"].items():
        yield Share("women", cadre, found[cadre] * share / 100, women[cadre])


def _ages(workforce: Workforce, people: list[Worker], on: date) -> Iterator[Share]:
    """By the year of birth: of many people no more is known."""
    for table in workforce.data["ages"]:
        born = [on.year - one.born for one in people if one.born and one.group in table["groups"]]
        for (low, high), share in workforce.bands(table).items():
            found = sum(low <= age < high for age in born)
            yield Share("ages", f"{table['groups'][0]} {low}", len(born) * share / 100, found)


def _employers(workforce: Workforce, people: list[Worker]) -> Iterator[Share]:
    for table in workforce.data["employers"]:
        private = table.get("private", False)
        some = [
            one for one in people
            if one.employer[0] and (one.sector == PRIVATE) == private and one.group in table.get("groups", [one.group])
        ]  # fmt: skip
        found = Counter("/".join(one.employer) for one in some)
        asked = {f"{line['worker']}/{line['funding']}": line["share"] for line in table["lines"]}
        yield from _of_hundred("employers", asked, found)


def _dirt(workforce: Workforce) -> Iterator[Share]:
    rates = workforce.data["dirt"]
    people, licences = Person.objects.live(), Licence.objects.live()
    for name, found, whole in (
        ("no_birth", people.filter(born=None).count(), people.count()),
        ("no_phone", people.filter(phone=None).count(), people.count()),
        ("expired", licences.exclude(ends=None).count(), licences.count()),
    ):
        yield Share("dirt", name, whole * rates[name] / 1000, found)
