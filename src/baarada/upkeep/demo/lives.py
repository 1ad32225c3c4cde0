"""The life of somebody invented: who they are, where they worked for ten years, by whom paid, what they learned.

Told as an office knows it on the day on which it writes its files: what came later is not in them.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from baarada.kernel.days import PartialDate
from baarada.registry import lists
from baarada.registry.extras import ExtraField
from baarada.upkeep.demo.people import Inventor, Place
from baarada.upkeep.demo.quotas import Deck
from baarada.upkeep.demo.workforce import COMMUNITY, PRIVATE, Seat, Workforce

YEAR = 365
PROMOTED_AFTER = 6
"""Years in a grade."""
MOST_POSTINGS = 4

Values = dict[str, Any]


@dataclass(slots=True)
class Life:
    """Somebody's file before it is written. Places are those invented, cadres and choices are codes."""

    office: str
    """The code of the office in charge."""
    cadre: str
    person: Values
    numbers: list[tuple[str, str]] = field(default_factory=list)
    postings: list[Values] = field(default_factory=list)
    """The first one first."""
    employments: list[Values] = field(default_factory=list)
    qualifications: list[Values] = field(default_factory=list)
    licences: list[Values] = field(default_factory=list)
    absences: list[Values] = field(default_factory=list)
    exits: list[Values] = field(default_factory=list)
    relatives: list[Values] = field(default_factory=list)
    own_fields: Values = field(default_factory=dict)


class Lives:
    """Invents lives."""

    def __init__(
        self, inventor: Inventor, workforce: Workforce, seed: int, today: date,
        own_fields: Iterable[ExtraField] = (),
    ) -> None:  # fmt: skip
        self.inventor = inventor
        self.own_fields = {field.code: field for field in own_fields}
        self.workforce = workforce
        self.today = today
        self.draw = draw = random.Random(f"{seed} lives")  # noqa: S311 - a story, not a secret
        self.places: dict[tuple[str, str], list[Place]] = {}
        """By kind and district."""
        self.kinds: dict[str, list[Place]] = {}
        for place in inventor.places.values():
            self.places.setdefault((place.kind, place.office), []).append(place)
            self.kinds.setdefault(place.kind, []).append(place)
        data = workforce.data
        self.careers, self.dirt = data["careers"], data["dirt"]
        self.ages: dict[str, tuple[Sequence[int], Deck[tuple[int, int]]]] = {}
        for table in data["ages"]:
            bands = Deck(workforce.bands(table), draw)
            self.ages |= dict.fromkeys(table["groups"], (table["begin"], bands))
        self.sexes = {c: Deck({"F": share, "M": 100 - share}, draw) for c, share in data["women"].items()}
        self.lines = [self._lines(one, draw) for one in data["employers"]]
        self.rare: dict[str, Deck[bool]] = {
            name: Deck({True: rate, False: 1000 - rate}, draw, size=1000)
            for name, rate in {**self.dirt, "leavers": self.careers["leavers"]}.items()
        }
        self.often = {
            name: Deck({True: rate, False: 100 - rate}, draw)
            for name, rate in (("absent", self.careers["absent"]), ("studies", self.careers["studies"]),
                               ("contract first", 50), ("promoted", 60))
        }  # fmt: skip
        self.why = Deck(self.careers["why"], draw)
        self.absence = Deck(self.careers["absences"], draw)
        self.more = random.Random(f"{seed} more")  # noqa: S311 - a story, not a secret

    def _lines(self, table: Mapping[str, Any], draw: random.Random) -> tuple[Mapping[str, Any], Deck[int]]:
        return table, Deck({number: line["share"] for number, line in enumerate(table["lines"])}, draw)

    def of(self, seat: Seat, place: Place, on: date) -> Life:
        """Somebody who works at a place on a day; of an age of the tables today, if that is later."""
        (least, _most), ages = self.ages[seat.group]
        low, high = ages.deal()
        born = self.today - timedelta(days=self._between(low * YEAR, high * YEAR))
        # Nobody was at work on that day before their studies were over.
        born = min(born, on - timedelta(days=least * YEAR + self._between(60, YEAR)))
        return self._life(seat, place, on, born, None)

    def leaver(self, seat: Seat, place: Place, on: date) -> Life:
        """Somebody who held such a seat, and left in the ten years before a day."""
        why = self.why.deal()
        left = on - timedelta(days=self._between(10, self.careers["years"] * YEAR))
        age = self._between(58, 65) if why == self.inventor.script.codes["retired"] else self._between(35, 58)
        born = left - timedelta(days=age * YEAR + self._between(0, YEAR))
        return self._life(seat, place, left, born, why)

    def _between(self, least: int, most: int) -> int:
        return self.draw.randrange(least, most)

    def _life(self, seat: Seat, place: Place, last: date, born: date, why: str | None) -> Life:
        least, most = (age * YEAR for age in self.ages[seat.group][0])
        began = born + timedelta(days=self._between(least, most))
        began = min(began, last - timedelta(days=self._between(60, YEAR)))
        sex = self.sexes[seat.cadre].deal()
        out = Life(place.office, seat.cadre, self._person(sex, born, place))
        self._postings(out, seat, place, began, last, why)
        line = self._employment(out, seat, began, last, why)
        self._numbers(out, seat, line, began, last)
        self._learned(out, seat, born, began)
        if self.often["absent"].deal():
            out.absences.append(self._absent(began, last))
        if why is not None:
            out.exits.append({"kind": why, "left": PartialDate.on(last)})
        self._beside(out, seat, born, last)
        return out

    def _beside(self, life: Life, seat: Seat, born: date, last: date) -> None:
        """A child of some; of community workers, what the country asks of them."""
        told, draw = self.workforce.data["beside"], self.more
        if draw.randrange(100) < told["children"]:
            year = draw.randrange(born.year + 20, max(last.year, born.year + 20) + 1)
            child = {
                "name": f"{self._child(draw)} {life.person['family_name']}", "link": told["child"],
                "born": PartialDate(min(year, self.today.year)), "dependent": True,
            }  # fmt: skip
            life.relatives.append(child)
        if seat.group == COMMUNITY:
            asked = [code for code in told["community"] if code in self.own_fields]
            life.own_fields = {code: self._own_field(self.own_fields[code]) for code in asked}

    def _child(self, draw: random.Random) -> str:
        names, weights = self.inventor.names["given", draw.choice("FM")]
        found: str = draw.choices(names, weights)[0]
        return found

    def _own_field(self, field: ExtraField) -> Any:
        """A value that a field takes."""
        draw = self.more
        if field.type == "number":
            least = field.least or 0
            return draw.randrange(least, min(field.most or 100, least + 1500))
        if field.list:
            choice = draw.choice(lists.choices(field.list))[0]
            return [choice] if field.type == "codes" else choice
        if field.type == "day":
            return PartialDate.on(self.today - timedelta(days=draw.randrange(1000)))
        return 1 if field.type == "yes_no" else draw.choice(self.inventor.script.birth_places)

    def _person(self, sex: str, born: date, place: Place) -> Values:
        inventor, draw = self.inventor, self.draw
        codes, words = inventor.script.codes, inventor.script.words
        found: Values = {
            "family_name": inventor.name("family", sex), "given_names": inventor.name("given", sex), "sex": sex,
            "born": PartialDate(born.year) if self.rare["year_only"].deal() else PartialDate.on(born),
            "birth_place": draw.choice(inventor.script.birth_places), "nationality": codes["country"],
            "marital": draw.choice(codes["married"]), "children": draw.randrange(7),
            "languages": draw.sample(codes["languages"], 2), "phone": inventor.phone(),
            "address": draw.choice(words["address"]),
            "contact_name": f"{inventor.name('given', 'M')} {inventor.name('family', 'M')}",
            "contact_link": draw.choice(words["relation"]), "contact_phone": inventor.phone(),
        }  # fmt: skip
        for name, deck in (("born", "no_birth"), ("phone", "no_phone")):
            if self.rare[deck].deal():
                del found[name]
        return found

    # -- where ------------------------------------------------------------------------

    def _postings(
        self, life: Life, seat: Seat, place: Place, began: date, last: date, why: str | None
    ) -> None:
        firsts = self._firsts(seat, began, last)
        codes = self.inventor.script.codes
        for number, starts in enumerate(firsts):
            at_last = starts == firsts[-1]
            decided = starts - timedelta(days=20)
            values: Values = {
                "facility": place if at_last else self._elsewhere(place),
                "cadre": seat.cadre, "starts": PartialDate.on(starts),
                "decision": self.inventor.decision(starts), "decided": PartialDate.on(decided),
                "reason": codes["first_posting"] if not number else codes[self.draw.choice(("need", "wish"))],
                "kind": "transfer" if number else "appointment",
            }  # fmt: skip
            if not at_last:
                values |= {
                    "ends": PartialDate.on(firsts[number + 1] - timedelta(days=1)), "end_reason": codes["moved"],
                }  # fmt: skip
            elif why is not None:
                values |= {"ends": PartialDate.on(last), "end_reason": why}
            life.postings.append(values)

    def _firsts(self, seat: Seat, began: date, last: date) -> list[date]:
        """The first days of somebody's postings: as many as ten years hold, and one that began before."""
        least, most = (years * YEAR for years in self.careers["stays"])
        since = last - timedelta(days=self.careers["years"] * YEAR)
        firsts = [max(began, last - timedelta(days=self._between(30, most)))]
        while seat.group != COMMUNITY and firsts[0] > max(began, since) and len(firsts) < MOST_POSTINGS:
            before = firsts[0] - timedelta(days=self._between(least, most))
            # A stay shorter than the least is none: the first posting then began with the career.
            firsts.insert(0, before) if before > began + timedelta(days=least) else firsts.insert(0, began)
        if len(firsts) > 1 and (firsts[1] - firsts[0]).days < YEAR // 2:
            del firsts[0]
        return firsts

    def _elsewhere(self, place: Place) -> Place:
        """Another centre of the kind: more often than not in the same district."""
        near = self.places[place.kind, place.office]
        some = near if len(near) > 1 and self.draw.random() < 0.6 else self.kinds[place.kind]
        found = self.draw.choice(some)
        return found if found.code != place.code else some[some.index(found) - 1]

    # -- by whom paid -----------------------------------------------------------------

    def _employment(
        self, life: Life, seat: Seat, began: date, last: date, why: str | None
    ) -> Mapping[str, Any]:
        line = self._line(seat)
        cells = {name: cell for name, cell in line.items() if name not in ("share", "grade")}
        spans = [began]
        years = (last - began).days // YEAR
        if line.get("grade") and years > PROMOTED_AFTER:
            entered = began + timedelta(days=self._between(YEAR, 3 * YEAR))
            if self.often["contract first"].deal():
                life.employments.append({**self.careers["before_grade"], "starts": PartialDate.on(began)})
                spans = [entered]
            if self.often["promoted"].deal():
                spans.append(last - timedelta(days=self._between(YEAR, 4 * YEAR)))
        for starts in spans:
            values = {**cells, "starts": PartialDate.on(starts)}
            if line.get("grade"):
                served = (min(starts, last) - began).days // YEAR
                values |= {
                    "category": self.workforce.categories[seat.cadre], "step": 1 + min(served // 2, 15),
                    "index": 180 + 20 * (served // 2),
                }  # fmt: skip
            life.employments.append(values)
        for one, following in pairwise(life.employments):
            one["ends"] = PartialDate.on(following["starts"].first() - timedelta(days=1))
        if why is not None:
            life.employments[-1] |= {"ends": PartialDate.on(last), "end_reason": why}
        return line

    def _line(self, seat: Seat) -> Mapping[str, Any]:
        for table, deck in self.lines:
            if table.get("private", False) == (seat.sector == PRIVATE) and (
                table.get("private") or seat.group in table["groups"]
            ):
                found: Mapping[str, Any] = table["lines"][deck.deal()]
                return found
        raise LookupError(seat.group)

    # -- numbers, studies, licences, absences -------------------------------------------

    def _numbers(self, life: Life, seat: Seat, line: Mapping[str, Any], began: date, last: date) -> None:
        inventor = self.inventor
        number = inventor.next_number()
        if inventor.is_on_payroll(line["worker"]) and not self.rare["no_payroll"].deal():
            life.numbers.append(inventor.number("payroll", number))
        life.numbers.append(inventor.number("national", number))
        if seat.cadre in self.workforce.data["council"]:
            life.numbers.append(inventor.number("council", number))
            life.licences.append(self._licence(seat, life.numbers[-1][1], began, last))

    def _licence(self, seat: Seat, reference: str, began: date, last: date) -> Values:
        codes = self.inventor.script.codes
        found: Values = {
            "kind": codes["registration"], "body": self.workforce.data["council"][seat.cadre],
            "reference": reference, "status": codes["registered"], "starts": PartialDate(began.year),
        }  # fmt: skip
        if self.rare["expired"].deal():
            ends = max(last - timedelta(days=self._between(30, 900)), began)
            found |= {"status": codes["expired"], "ends": PartialDate.on(ends)}
        return found

    def _learned(self, life: Life, seat: Seat, born: date, began: date) -> None:
        diploma = self.workforce.data["diplomas"].get(seat.cadre)
        if diploma is None:
            return
        year = max(born.year + 21, began.year - self._between(1, 3))
        life.qualifications.append({"diploma": diploma, "awarded": PartialDate(min(year, began.year))})
        if self.often["studies"].deal():
            later = {"kind": self.inventor.script.codes["further"], "awarded": PartialDate(began.year)}
            life.qualifications.append(
                later | {"title": self.draw.choice(self.inventor.script.words["course"])}
            )

    def _absent(self, began: date, last: date) -> Values:
        kind = self.absence.deal()
        days = {"annuel": 30, "maternite": 98, "formation": 180}.get(kind, self._between(3, 21))
        room = max((last - began).days - days - 1, 1)
        starts = began + timedelta(days=self._between(max(room - 3 * YEAR, 0), room))
        return {
            "kind": kind, "starts": PartialDate.on(starts), "days": days,
            "ends": PartialDate.on(starts + timedelta(days=days - 1)),
        }  # fmt: skip

    # -- dirt -------------------------------------------------------------------------

    def again(self, life: Life) -> Life | None:
        """The same person once more, as another list has them: the name spelt otherwise, less known, now and then."""
        if not self.rare["twice"].deal():
            return None
        person = dict(life.person)
        person["family_name"] = self.inventor.spelt_otherwise(person["family_name"], self.draw)
        for name in ("contact_name", "contact_link", "contact_phone", "address", "languages"):
            person.pop(name, None)
        if "born" in person:
            person["born"] = PartialDate(person["born"].year)
        last = dict(life.postings[-1])
        last["facility"] = self._near(last["facility"])
        kept = life.numbers[:1] if self.draw.random() < 0.5 else []
        return Life(life.office, life.cadre, person, kept, [last])

    def _near(self, place: Place) -> Place:
        near = self.places[place.kind, place.office]
        return near[near.index(place) - 1]
