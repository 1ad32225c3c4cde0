"""Invented names, numbers and health centres, and the lists that offices bring in.

Everything is drawn from one seed: the same seed gives the same people, on every machine.
"""

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from baarada.interop.tables import columns
from baarada.upkeep.demo.script import Script
from baarada.upkeep.demo.workforce import Seat, Workforce

Row = dict[str, str]
"""Cells by the key of their column."""

ENOUGH = 20
"""People that the end of the story needs in the first district."""
LEAST_PLACES = {"CSREF": 1, "CSCOM": 3}
"""In each district of the story, whoever works there."""


@dataclass(frozen=True, slots=True)
class Place:
    """An invented health centre."""

    code: str
    name: str
    locality: str
    kind: str
    office: str


@dataclass(slots=True)
class Cast:
    """The places of a story of so many workers, and who is to work there."""

    places: list[Place] = field(default_factory=list)
    seats: dict[str, list[tuple[Seat, Place]]] = field(default_factory=dict)
    """By the code of the office in charge."""


class Inventor:
    """Draws names, numbers and places."""

    def __init__(self, script: Script, workforce: Workforce, seed: int) -> None:
        self.script = script
        self.workforce = workforce
        self.random = random.Random(f"{seed} people")  # noqa: S311 - a story, not a secret
        self.names = {
            (kind, sex): _weighted(script, kind, sex) for kind in ("family", "given") for sex in ("F", "M")
        }
        self.variants = {n.name: n.variants for n in script.pack.names if n.variants}
        self.masks = script.attributes("identifier_kind", "mask")
        self.kinds = {role: code for code, role in script.attributes("identifier_kind", "role").items()}
        self.asked = script.attributes("worker_kind", "asks")
        self.given = 0
        self.used: set[str] = set()
        self.places: dict[str, Place] = {}
        """By code."""

    # -- places -----------------------------------------------------------------------

    def cast(self, workers: int) -> Cast:
        """Health centres for so many workers, and who works in each."""
        cast = Cast()
        story = [d.office for d in self.script.districts]
        by_place: dict[tuple[str, str], list[Seat]] = {
            (office, kind): [] for office in story for kind in LEAST_PLACES
        }
        for seat in self.workforce.seats(workers, story, self.random):
            by_place.setdefault((seat.district, seat.kind), []).append(seat)
        for (office, kind), seats in by_place.items():
            centre = self.workforce.data["centres"][kind]
            least = LEAST_PLACES.get(kind, 1) if office in story else 1
            count = least if "of" in centre else max(round(len(seats) / centre["staff"]), least)
            places = [self._place(office, kind, centre["name"]) for _one in range(count)]
            cast.places += places
            cast.seats.setdefault(office, []).extend(
                (seat, places[number % count]) for number, seat in enumerate(seats)
            )
        return cast

    def _place(self, office: str, kind: str, pattern: str) -> Place:
        locality = self._locality()
        found = Place(f"X-{self.next_number():05}", pattern.format(place=locality), locality, kind, office)
        self.places[found.code] = found
        return found

    def _locality(self) -> str:
        """A name that no other place of the story bears."""
        syllables = self.script.data["places"]
        for attempt in range(2_000):
            middles = [self.random.choice(syllables["middle"]) for _one in range((attempt + 5) // 10)]
            found = "".join(
                (self.random.choice(syllables["first"]), *middles, self.random.choice(syllables["last"]))
            )
            if found not in self.used:
                self.used.add(found)
                return found
        raise LookupError("too few syllables for so many places")

    # -- names and numbers --------------------------------------------------------------

    def name(self, kind: str, sex: str) -> str:
        """A name as often as it is met in the country."""
        names, weights = self.names[kind, sex]
        found: str = self.random.choices(names, cum_weights=weights)[0]
        return found

    def spelt_otherwise(self, name: str, draw: random.Random) -> str:
        """A family name as another office writes it."""
        known = self.variants.get(name)
        return draw.choice(known) if known else f"{name[:-1]}{name[-1] * 2}"

    def phone(self) -> str:
        """A telephone that nobody bears."""
        prefix: str = self.script.data["phone"]["prefix"]
        digits = self.script.pack.phone.digits - len(prefix)
        return f"{prefix}{self.random.randrange(10**digits):0{digits}}"

    def decision(self, day: date) -> str:
        """The number of a decision of a day."""
        pattern: str = self.script.words["decision"]
        return pattern.format(year=day.year, number=self.random.randrange(1, 2000))

    def next_number(self) -> int:
        """A number that nothing else in the story bears."""
        self.given += 1
        return self.given

    def number(self, role: str, given: int) -> tuple[str, str]:
        """A number that no body gives, with its kind: it begins as no true one does."""
        kind = self.kinds[role]
        mask = self.masks.get(kind)
        return kind, self._masked(mask, given) if mask else f"X{given:05}"

    def _masked(self, mask: str, given: int) -> str:
        figures = iter(f"9{given:0{mask.count('9') - 1}}")
        letter = self.random.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
        return "".join(next(figures) if c == "9" else letter if c == "A" else c for c in mask)

    def is_on_payroll(self, worker: str) -> bool:
        """True for a kind of worker who has a payroll number."""
        return "payroll" in self.asked.get(worker, "")


def _weighted(script: Script, kind: str, sex: str) -> tuple[list[str], list[int]]:
    found = [n for n in script.pack.names if n.kind == kind and n.sex in ("", sex)]
    return [n.name for n in found], list(accumulate(n.weight for n in found))


# -- lists --------------------------------------------------------------------------------


def facility_rows(places: Iterable[Place], script: Script) -> Iterator[Row]:
    """The list of health centres."""
    levels, sectors = (script.attributes("facility_type", name) for name in ("level", "sector"))
    areas = {o["code"]: o["area"] for o in script.pack.tables["offices"]}
    for place in places:
        yield {
            "code": place.code, "name": place.name, "kind": place.kind, "level": levels[place.kind],
            "sector": sectors[place.kind], "locality": place.locality, "cercle_code": areas[place.office],
            "office": place.office, "starts": f"01/01/{1985 + sum(map(ord, place.code)) % 35}",
            "source": script.words["source"],
        }  # fmt: skip


def write_list(path: Path, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as the file of an office: headed in the language of the moment."""
    known = [c for c in columns.columns(kind) if any(c.key in row for row in rows)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow([str(c.label) for c in known])
        out.writerows([[row.get(c.key, "") for c in known] for row in rows])
