"""Invented people and health centres, as rows of the lists that offices bring in.

Everything is drawn from one seed: the same seed gives the same people, on every machine.
"""

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from baarada.interop.tables import columns
from baarada.upkeep.demo.script import District, PlaceKind, Script

Row = dict[str, str]
"""Cells by the key of their column."""

YOUNGEST, OLDEST = 23, 60
RETIREMENT = 62
ENOUGH = 20
"""People that the end of the story needs in the first district."""
NUMBERED = 10
"""Of so many people one has no payroll number: paid by a community, or new."""


@dataclass(frozen=True, slots=True)
class Place:
    """An invented health centre."""

    code: str
    name: str
    locality: str
    kind: PlaceKind
    district: District


@dataclass(slots=True)
class Cast:
    """The people and places of a story of so many workers."""

    places: list[Place] = field(default_factory=list)
    people: dict[str, list[Row]] = field(default_factory=dict)
    """By the code of the office that lists them."""


class Inventor:
    """Draws people and places."""

    def __init__(self, script: Script, seed: int, today: date) -> None:
        self.script = script
        self.today = today
        self.random = random.Random(f"{seed} people")  # noqa: S311 - a story, not a secret
        self.names = {
            (kind, sex): _weighted(script, kind, sex) for kind in ("family", "given") for sex in ("F", "M")
        }
        self.careers = random.Random(f"{seed} careers")  # noqa: S311 - a story, not a secret
        self.categories = {row["code"]: row.get("category", "") for row in script.pack.tables["cadres"]}
        self.masks = script.attributes("identifier_kind", "mask")
        self.council = next(
            code for code, role in script.attributes("identifier_kind", "role").items() if role == "council"
        )
        self.given = 0
        self.used: set[str] = set()
        self.places: dict[str, Place] = {}
        """By code."""

    def cast(self, workers: int) -> Cast:
        """Health centres for so many workers, and the workers."""
        cast = Cast(self._places(workers))
        seats = [(p, self._cadre(p)) for p in cast.places for _seat in range(p.kind.staff)]
        # The end of the story is told in the first district: a small demonstration has people there too.
        here = [seat for seat in seats if seat[0].district == self.script.districts[0]]
        elsewhere = [seat for seat in seats if seat[0].district != self.script.districts[0]]
        seats = [*here[:ENOUGH], *_shuffled(self.random, [*here[ENOUGH:], *elsewhere])]
        while len(seats) < workers:
            place = self.random.choice(cast.places)
            seats.append((place, self._cadre(place)))
        for place, cadre in seats[:workers]:
            cast.people.setdefault(place.district.office, []).append(self.person(place, cadre))
        return cast

    def _places(self, workers: int) -> list[Place]:
        districts, (large, small) = self.script.districts, self.script.kinds
        out = [self._place(district, large) for district in districts]
        seats = sum(p.kind.staff for p in out)
        while seats < workers or len(out) < 3 * len(districts):
            out.append(self._place(districts[len(out) % len(districts)], small))
            seats += small.staff
        return out

    def _place(self, district: District, kind: PlaceKind) -> Place:
        syllables = self.script.data["places"]
        while True:
            parts = [self.random.choice(syllables[part]) for part in ("first", "middle", "last")]
            locality = "".join(parts if self.random.random() < 0.6 else parts[::2])
            if locality not in self.used:
                break
            if len(self.used) > 500:
                locality += f" {len(self.used)}"
                break
        self.used.add(locality)
        self.given += 1
        found = Place(f"X-{self.given:05}", kind.name.format(place=locality), locality, kind, district)
        self.places[found.code] = found
        return found

    def _cadre(self, place: Place) -> str:
        found: str = self.random.choices(list(place.kind.cadres), list(place.kind.cadres.values()))[0]
        return found

    def person(self, place: Place, cadre: str) -> Row:
        """Somebody who works at a place, as a row of a list."""
        draw, codes, words = self.random, self.script.codes, self.script.words
        women = self.script.data["women"].get(cadre, 50)
        sex = "F" if draw.randrange(100) < women else "M"
        born = self.today - timedelta(days=draw.randrange(YOUNGEST * 365, OLDEST * 365))
        began = born + timedelta(days=draw.randrange(22 * 365, 30 * 365))
        began = min(began, self.today - timedelta(days=800 + draw.randrange(900)))
        self.given += 1
        row = {
            "family_name": self.name("family", sex), "given_names": self.name("given", sex), "sex": sex,
            "born": _written(born, draw),
            "birth_place": draw.choice(self.script.districts).below or place.district.region,
            "nationality": codes["country"], "marital": draw.choice(codes["married"]),
            "children": str(draw.randrange(7)), "languages": "; ".join(draw.sample(codes["languages"], 2)),
            "phone": self.phone(), "address": draw.choice(words["address"]),
            "contact_name": f"{self.name('given', 'M')} {self.name('family', 'M')}",
            "contact_link": draw.choice(words["relation"]), "contact_phone": self.phone(),
            "posting.cadre": cadre, "posting.facility": place.code, "posting.starts": f"{began:%d/%m/%Y}",
            "posting.decision": self.decision(began), "posting.decided": f"{began - timedelta(days=20):%d/%m/%Y}",
            "posting.reason": codes["first_posting"], "office": place.district.office,
        }  # fmt: skip
        return row | self._numbers(cadre) | self._career(cadre, born, began)

    def _career(self, cadre: str, born: date, began: date) -> Row:
        """By whom somebody is paid since when, what they learned, where they are registered."""
        draw, data, codes = self.careers, self.script.data, self.script.codes
        lines = data["employments"]
        own = [line for line in lines if cadre in line.get("cadres", ())]
        line = own[0] if own else draw.choices(lines, [line["weight"] for line in lines])[0]
        out = {f"employment.{name}": cell for name, cell in line["cells"].items()}
        out["employment.starts"] = f"{began:%d/%m/%Y}"
        if line.get("grade"):
            years = (self.today - began).days // 365
            out["employment.category"] = self.categories[cadre]
            out["employment.step"] = str(1 + min(years // 2, 15))
            out["employment.index"] = str(180 + 20 * (years // 2))
        learned = max(born.year + 21, began.year - draw.randrange(1, 3))
        if cadre in data["diplomas"]:
            out |= {"qualification.diploma": data["diplomas"][cadre], "qualification.awarded": str(learned)}
        if cadre in data["council"]["cadres"]:
            out |= {
                "licence.kind": codes["registration"], "licence.body": data["council"]["bodies"][cadre],
                "licence.reference": f"X{self.given:05}", "licence.status": codes["registered"],
                "licence.starts": str(began.year),
            }  # fmt: skip
        return out

    def _numbers(self, cadre: str) -> Row:
        """Numbers that no body gives: they begin as no true one does."""
        out = {}
        if self.given % NUMBERED:
            out = {f"number.{kind}": self._number(mask) for kind, mask in self.masks.items()}
        if cadre in self.script.data["council"]["cadres"]:
            out[f"number.{self.council}"] = f"X{self.given:05}"
        return out

    def _number(self, mask: str) -> str:
        figures = iter(f"9{self.given:0{mask.count('9') - 1}}")
        letter = self.random.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
        return "".join(next(figures) if c == "9" else letter if c == "A" else c for c in mask)

    def name(self, kind: str, sex: str) -> str:
        """A name as often as it is met in the country."""
        names, weights = self.names[kind, sex]
        found: str = self.random.choices(names, weights)[0]
        return found

    def phone(self) -> str:
        """A telephone that nobody bears."""
        prefix: str = self.script.data["phone"]["prefix"]
        return prefix + "".join(
            self.random.choice("0123456789") for _n in range(self.script.pack.phone.digits - len(prefix))
        )

    def decision(self, day: date) -> str:
        """The number of a decision of a day."""
        pattern: str = self.script.words["decision"]
        return pattern.format(year=day.year, number=self.random.randrange(1, 2000))


def _shuffled(draw: random.Random, seats: list[Any]) -> list[Any]:
    draw.shuffle(seats)
    return seats


def _weighted(script: Script, kind: str, sex: str) -> tuple[list[str], list[int]]:
    found = [n for n in script.pack.names if n.kind == kind and n.sex in ("", sex)]
    return [n.name for n in found], [n.weight for n in found]


def _written(born: date, draw: random.Random) -> str:
    """A birth as files know it: the day, now and then only the year."""
    return f"{born.year}" if draw.randrange(12) == 0 else f"{born:%d/%m/%Y}"


def facility_rows(places: Iterable[Place], script: Script) -> Iterator[Row]:
    """The list of health centres."""
    levels, sectors = (script.attributes("facility_type", name) for name in ("level", "sector"))
    for place in places:
        yield {
            "code": place.code, "name": place.name, "kind": place.kind.kind,
            "level": levels[place.kind.kind], "sector": sectors[place.kind.kind],
            "locality": place.locality, "region": place.district.region, "cercle": place.district.below,
            "office": place.district.office, "starts": f"01/01/{1985 + sum(map(ord, place.code)) % 35}",
            "source": script.words["source"],
        }  # fmt: skip


def write_list(path: Path, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as the file of an office: headed in the language of the moment."""
    known = [c for c in columns.columns(kind) if any(c.key in row for row in rows)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow([str(c.label) for c in known])
        out.writerows([[row.get(c.key, "") for c in known] for row in rows])
