"""The workforce of a demonstration: its tables are met, by counting and not by luck."""

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baarada.packs.reader import read
from baarada.upkeep.demo import script
from baarada.upkeep.demo.lives import Lives
from baarada.upkeep.demo.people import Inventor
from baarada.upkeep.demo.quotas import Deck, split
from baarada.upkeep.demo.workforce import COMMUNITY, PRIVATE, Workforce

TOLERANCE = 0.05
WORKERS = 25_000
TODAY = date(2026, 11, 20)
weights = st.dictionaries(st.text(max_size=3), st.integers(0, 1000), min_size=1, max_size=9).filter(
    lambda found: sum(found.values())
)


@given(total=st.integers(0, 100_000), weights=weights)
def test_shares_add_up_and_none_is_off_by_one(total, weights):
    found = split(total, weights)

    assert sum(found.values()) == total
    whole = sum(weights.values())
    assert all(abs(count - Fraction(total * weights[key], whole)) < 1 for key, count in found.items())


def test_nothing_is_split_only_where_there_is_nothing():
    assert split(0, {"a": 0}) == {"a": 0}
    with pytest.raises(ValueError, match="weight"):
        split(1, {"a": 0})


@given(weights=weights, seed=st.integers())
def test_a_deck_deals_each_hundred_in_its_shares(weights, seed):
    deck = Deck(weights, random.Random(seed))

    dealt = Counter(deck.deal() for _card in range(300))

    assert dealt == Counter({key: 3 * count for key, count in split(100, weights).items() if count})


@pytest.fixture(scope="module")
def tables():
    return Workforce(read("mali"))


@pytest.fixture(scope="module")
def drawn(tables):
    """The whole country as it is invented for 25,000: its centres and seats."""
    told = script.read("mali")
    inventor = Inventor(told, tables, 1)
    cast = inventor.cast(WORKERS)
    return cast, inventor


def seats(drawn):
    return [seat for some in drawn[0].seats.values() for seat, _place in some]


def region_of(tables):
    return {d: r.code for r in tables.regions() for d in r.districts}


def near(found, asked):
    return abs(found - asked) <= TOLERANCE * asked


class TestSeats:
    def test_as_many_as_asked_private_and_community_among_them(self, drawn):
        found = seats(drawn)
        assert len(found) == WORKERS
        assert sum(s.sector == PRIVATE for s in found) == 3_604
        assert sum(s.group == COMMUNITY for s in found) == 1_500

    def test_doctors_nurses_and_midwives_for_ten_thousand_inhabitants(self, tables, drawn):
        core = tables.data["core"]["groups"]
        where = region_of(tables)
        found = Counter(where[s.district] for s in seats(drawn) if s.group in core)
        people = {
            r["area"]: int(r["people"]) for r in tables.pack.tables["populations"] if r["year"] == "2022"
        }

        assert set(found) == set(tables.densities) and len(found) == 20
        for region, density in tables.densities.items():
            # In the smallest region one person is three per cent.
            asked = float(density) * people[region] / 10_000
            assert near(found[region], asked) or abs(found[region] - asked) <= 1, region
        assert (tables.densities["reg-mopti"], tables.densities["reg-bamako"]) == (3, 23)

    def test_each_cadre_of_each_group(self, tables, drawn):
        found = Counter((s.sector, s.group, s.cadre) for s in seats(drawn))
        for sector, groups in tables.data["cadres"].items():
            for group, shares in groups.items():
                whole = sum(n for (a, b, _c), n in found.items() if (a, b) == (sector, group))
                for cadre, share in shares.items():
                    asked = whole * share / sum(shares.values())
                    assert (
                        near(found[sector, group, cadre], asked)
                        or abs(found[sector, group, cadre] - asked) < 8
                    )

    def test_every_district_has_people_and_the_first_enough_for_the_story(self, tables, drawn):
        found = Counter(s.district for s in seats(drawn))
        assert len(found) == 75 and min(found.values()) >= 5
        for workers in (40, 300, 1_000, 4_000):
            few = Counter(
                s.district for s in tables.seats(workers, ["ds-kadiolo", "ds-sikasso"], random.Random(1))
            )
            assert sum(few.values()) == workers and few["ds-kadiolo"] >= min(30, workers // 2)

    def test_no_place_bears_the_name_of_another(self, drawn):
        names = [p.locality for p in drawn[0].places]
        assert len(names) == len(set(names)) > 1_500


@pytest.fixture(scope="module")
def lives(tables, drawn):
    """One seat in five: enough for shares within their tables, and quick."""
    cast, inventor = drawn
    some = [one for several in cast.seats.values() for one in several][::5]
    invent = Lives(inventor, tables, 1, TODAY)
    return [(seat, invent.of(seat, place, TODAY)) for seat, place in some], invent


class TestLives:
    def test_women_by_cadre(self, tables, lives):
        found = Counter((seat.cadre, life.person["sex"]) for seat, life in lives[0])
        for cadre, share in tables.data["women"].items():
            whole = found[cadre, "F"] + found[cadre, "M"]
            if whole >= 300:
                assert near(found[cadre, "F"], whole * share / 100), cadre

    def test_ages(self, tables, lives):
        born = [(s.group, life.person["born"]) for s, life in lives[0] if "born" in life.person]
        for table in tables.data["ages"]:
            ages = [TODAY.year - day.year for group, day in born if group in table["groups"]]
            assert min(ages) >= table["begin"][0] and max(ages) <= table["end"] + 1
            for (low, high), share in tables.bands(table).items():
                # A birth known by its year only may be a year off.
                assert abs(sum(low <= age < high for age in ages) / len(ages) - share / 100) < 0.06, low

    def test_nobody_works_before_their_studies_are_over(self, tables, lives):
        begins = {group: table["begin"][0] for table in tables.data["ages"] for group in table["groups"]}
        for seat, life in lives[0]:
            if "born" in life.person:
                assert life.employments[0]["starts"].year - life.person["born"].year >= begins[seat.group] - 1

    def test_employers_and_funding(self, tables, lives):
        last = [(seat, life.employments[-1]) for seat, life in lives[0]]
        for table in tables.data["employers"]:
            some = [
                e for s, e in last
                if (s.sector == PRIVATE) == table.get("private", False) and s.group in table.get("groups", [s.group])
            ]  # fmt: skip
            for line in table["lines"]:
                found = sum((e["worker"], e["funding"]) == (line["worker"], line["funding"]) for e in some)
                assert (
                    near(found, len(some) * line["share"] / 100)
                    or abs(found - len(some) * line["share"] / 100) < 6
                )

    def test_ten_years_hold_postings_one_after_the_other(self, lives):
        moved = 0
        for _seat, life in lives[0]:
            *earlier, last = life.postings
            assert "ends" not in last and last["starts"].first() <= TODAY
            for one, following in pairwise(life.postings):
                assert one["starts"] <= one["ends"] < following["starts"]
            assert all(a["ends"] < b["starts"] for a, b in pairwise(life.employments))
            moved += bool(earlier)
        assert moved > len(lives[0]) / 3

    def test_dirt_as_often_as_stated(self, tables, lives):
        people = [life for _seat, life in lives[0]]
        rates = tables.data["dirt"]
        licences = [one for life in people for one in life.licences]
        for name, found, whole in (
            ("no_birth", sum("born" not in p.person for p in people), len(people)),
            ("no_phone", sum("phone" not in p.person for p in people), len(people)),
            ("expired", sum(one["status"] == "expire" for one in licences), len(licences)),
        ):
            assert near(found, whole * rates[name] / 1000), name

    def test_who_left_has_a_last_day_and_nothing_runs_after_it(self, drawn, lives):
        seat, place = next(iter(drawn[0].seats.values()))[0]
        for _one in range(50):
            life = lives[1].leaver(seat, place, TODAY)
            left = life.exits[0]["left"]
            assert left.first() < TODAY
            assert life.postings[-1]["ends"] == left == life.employments[-1]["ends"]

    def test_somebody_opened_twice_has_another_spelling_and_no_more_numbers(self, lives):
        twice = [(life, again) for _s, life in lives[0] if (again := lives[1].again(life))]
        assert twice
        for life, again in twice:
            assert again.person["family_name"] != life.person["family_name"]
            assert set(again.numbers) <= set(life.numbers)


def test_names_what_its_country_has(tables):
    pack = tables.pack.tables
    choices = {(i["list"], i["code"]) for i in pack["lists"]}
    cadres = {c["code"] for c in pack["cadres"]}
    data = tables.data
    used = {c for sector in data["cadres"].values() for group in sector.values() for c in group}

    assert used <= cadres and used <= set(data["women"])
    assert set(data["diplomas"]) | set(data["council"]) | set(data["women"]) <= cadres
    assert {("facility_type", kind) for kind in data["centres"]} <= choices
    assert {
        kind for sector in data["places"].values() for shares in sector.values() for kind in shares
    } <= set(data["centres"])
    assert {("diploma", code) for code in data["diplomas"].values()} <= choices
    assert {("order", code) for code in data["council"].values()} <= choices
    assert {("end_reason", code) for code in data["careers"]["why"]} <= choices
    assert {("leave_kind", code) for code in data["careers"]["absences"]} <= choices
    lines = [line for table in data["employers"] for line in table["lines"]] + [
        data["careers"]["before_grade"]
    ]
    lists = {"worker": "worker_kind"}
    for line in lines:
        cells = {name: cell for name, cell in line.items() if name not in ("share", "grade")}
        assert {(lists.get(name, name), cell) for name, cell in cells.items()} <= choices
    assert set(tables.densities) <= {a["code"] for a in pack["areas"]}
