"""What must be true of every country's tables."""

import csv
import re
from collections import Counter
from itertools import combinations
from uuid import UUID

import pytest

from baarada.journal import runtime
from baarada.kernel.days import parse
from baarada.kernel.spans import Span
from baarada.kernel.text import fold
from baarada.packs import reader
from baarada.packs.composer import compose
from baarada.packs.reader import split
from baarada.registry import facts

SAME_EVERYWHERE = {
    "area_kind": {"country"},
    "office_kind": {"national"},
    "posting_kind": {"appointment", "transfer", "secondment", "interim"},
    "post_status": {"open", "frozen", "abolished"},
    "quality": {"sourced", "recalled", "estimated"},
    "sex": {"F", "M"},
}
"""Codes that the program itself knows."""

CODED = {
    "areas": {"kind": "area_kind", "quality": "quality"},
    "populations": {"quality": "quality"},
    "inclusions": {"quality": "quality"},
    "offices": {"kind": "office_kind", "quality": "quality"},
    "facilities": {
        "kind": "facility_type",
        "sector": "sector",
        "component": "component",
        "quality": "quality",
    },
    "assignments": {"quality": "quality"},
    "cadres": {"category": "category", "component": "component", "body": "order", "quality": "quality"},
    "lists": {"quality": "quality"},
}
"""Columns that hold a code, and of which list."""

ROLES = {"payroll", "national", "council", "passport", "social", "insurance", "other"}
EFFECTS = {"moves", "away", "gone", "unknown"}


def span(row: dict[str, str]) -> Span:
    starts, ends = row.get("starts"), row.get("ends")
    return Span(parse(starts) if starts else None, parse(ends) if ends else None)


def list_of(pack, name):
    return [row for row in pack.tables["lists"] if row["list"] == name]


def attributes(row):
    return dict(part.split("=", 1) for part in split(row.get("attributes", "")))


def shared_lists(pack):
    """The lists of a country but those that only its own extra fields are chosen from."""
    own = {attributes(row).get("list") for row in list_of(pack, "extra_field")}
    return {row["list"] for row in pack.tables["lists"]} - (own - {fact.list for fact in coded_facts()})


def coded_facts():
    return [fact for found in facts.FACTS.values() for fact in found.values() if fact.list]


def sound(pack, text):
    """What the rules make of a name: a slow and plain reading of ``docs/reference/packs.md``."""
    out = fold(text)
    for rule in pack.spelling:
        after = f"(?=[{rule.before}])" if rule.before else ""
        head, tail = (r"\b" if rule.where == "start" else ""), (r"\b" if rule.where == "end" else "")
        out = re.sub(head + rule.old + after + tail, rule.new, out)
    return re.sub(r"(\w)\1+", r"\1", out)


class TestIds:
    def test_every_row_has_an_id_of_its_own_for_ever(self, pack):
        """Ids are UUIDs of version 7 and no two rows of the pack share one."""
        ids = [row["id"] for rows in pack.tables.values() for row in rows]

        assert len(ids) == len(set(ids))
        assert all(UUID(i).version == 7 and UUID(i).variant == "specified in RFC 4122" for i in ids)

    def test_no_two_packs_share_an_id(self):
        """Rows, acts and accounts of all packs are told apart."""
        ids = []
        for pack in map(reader.read, reader.available()):
            ids += [UUID(row["id"]).bytes for rows in pack.tables.values() for row in rows]
            ids += [pack.account, *(release.act for release in pack.releases)]

        assert len(ids) == len(set(ids))

    def test_the_root_of_the_tree_is_the_only_office_that_answers_to_none(self, pack):
        """Every other office leads up to it, in steps that the file has already told."""
        offices = pack.tables["offices"]
        told = set()
        for office in offices:
            if "parent" in office:
                assert office["parent"] in told, office["code"]
            told.add(office["code"])

        assert [UUID(o["id"]).bytes for o in offices if "parent" not in o] == [pack.root]
        assert offices[0]["kind"] == "national"


class TestReferences:
    def test_every_row_becomes_an_entry(self, pack):
        """All codes that rows name are there, all values fit their fields."""
        batches = [batch for _, batch in compose(pack, runtime.schema())]

        rows = sum(len(list(pack.rows(release))) for release in pack.releases)
        assert sum(batch.header.count for batch in batches) == rows

    def test_every_code_is_in_its_list(self, pack):
        """Kinds, sectors, categories and the like are choices that the pack offers."""
        known = {(row["list"], row["code"]) for row in pack.tables["lists"]}
        used = {
            (list_, row[column])
            for table, columns in CODED.items()
            for row in pack.tables[table]
            for column, list_ in columns.items()
            if column in row
        }

        assert used <= known

    def test_the_codes_that_the_program_knows_are_there(self, pack):
        """Each country labels them in its own words."""
        for name, codes in SAME_EVERYWHERE.items():
            assert codes <= {row["code"] for row in list_of(pack, name)}, name

    def test_packs_offer_the_same_lists(self):
        """A form that works in one country finds its choices in the other."""
        mali, demo = (shared_lists(reader.read(name)) for name in ("mali", "demo"))

        assert mali == demo

    def test_people_of_the_country_have_a_nationality(self, pack):
        assert pack.nationality in {row["code"] for row in list_of(pack, "nationality")}

    def test_every_facility_answers_to_an_office(self, pack):
        """No facility is left without an office in charge today."""
        open_ended = {row["facility"] for row in pack.tables["assignments"] if "ends" not in row}

        assert open_ended == {row["code"] for row in pack.tables["facilities"]}

    def test_every_area_below_the_country_lies_in_another(self, pack):
        placed = {row["area"] for row in pack.tables["inclusions"] if "ends" not in row}

        assert placed == {row["code"] for row in pack.tables["areas"] if row["kind"] != "country"}


class TestSpans:
    @pytest.mark.parametrize("table", ["areas", "inclusions", "offices", "facilities", "assignments"])
    def test_nothing_ends_before_it_begins(self, pack, table):
        assert not [row for row in pack.tables[table] if span(row).is_backwards]

    def test_an_area_lies_in_one_area_of_a_kind_at_a_time(self, pack):
        """A cercle has one region on any day, before, during and after a reform."""
        kinds = {row["code"]: row["kind"] for row in pack.tables["areas"]}
        groups: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in pack.tables["inclusions"]:
            groups.setdefault((row["area"], kinds[row["parent"]]), []).append(row)

        clashes = [
            (one, other)
            for rows in groups.values()
            for one, other in combinations(rows, 2)
            if span(one).overlaps(span(other))
        ]
        assert not clashes

    def test_an_area_lies_in_no_area_that_was_not_there_yet(self, pack):
        """The first day of an inclusion is not before the first day of the area around it."""
        areas = {row["code"]: row for row in pack.tables["areas"]}
        early = [
            row
            for row in pack.tables["inclusions"]
            if (starts := span(row).starts) and (began := span(areas[row["parent"]]).starts)
            if starts.last() < began.first()
        ]
        assert not early


class TestWords:
    def test_every_choice_has_a_label_in_french_and_in_english(self, pack):
        assert all(row.get("label_fr") and row.get("label_en") for row in pack.tables["lists"])

    def test_every_cadre_is_named_for_men_for_women_and_in_english(self, pack):
        assert all(c.get("label_m") and c.get("label_f") and c.get("label_en") for c in pack.tables["cadres"])

    def test_the_country_is_named_in_both_languages(self, pack):
        assert pack.titles.keys() == pack.credits.keys() == {"fr", "en"}
        assert pack.title("bm") == pack.titles["fr"]

    def test_every_row_says_how_sure_it_is(self, pack):
        qualities = Counter(row.get("quality") for rows in pack.tables.values() for row in rows)

        assert qualities.keys() <= SAME_EVERYWHERE["quality"]

    def test_rows_say_where_they_come_from(self, pack):
        """Areas, offices and facilities name a source."""
        for table in ("areas", "offices", "facilities"):
            assert all(row.get("source") for row in pack.tables[table]), table

    def test_attributes_mean_the_same_in_every_country(self, pack):
        """What the program asks of a choice is written as ``name=value``, with values it knows."""
        assert {attributes(r)["role"] for r in list_of(pack, "identifier_kind")} <= ROLES
        assert {attributes(r)["effect"] for r in list_of(pack, "end_reason")} <= EFFECTS
        assert {attributes(r)["state"] for r in list_of(pack, "position")} == {"active", "away", "gone"}
        sectors = {row["code"] for row in list_of(pack, "sector")}
        for row in list_of(pack, "facility_type"):
            assert attributes(row).keys() == {"level", "sector", "catchment"}
            assert attributes(row)["sector"] in sectors


class TestNames:
    def test_names_have_a_kind_a_weight_and_no_double(self, pack):
        keys = [(n.kind, n.sex, n.name) for n in pack.names]

        assert len(keys) == len(set(keys))
        assert {n.kind for n in pack.names} == {"family", "given"}
        assert {n.sex for n in pack.names if n.kind == "given"} == {"F", "M"}
        assert all(n.weight > 0 for n in pack.names)

    def test_weights_are_of_a_hundred_thousand(self, pack):
        """Family names, women's and men's given names each add up to about the whole."""
        totals = Counter()
        for name in pack.names:
            totals[name.kind, name.sex if name.kind == "given" else ""] += name.weight

        assert all(60_000 < total < 140_000 for total in totals.values()), totals

    def test_each_spelling_rule_does_what_its_example_says(self, pack):
        """After all rules, the two spellings of the example are one word."""
        with (pack.folder / "spelling.csv").open(encoding="utf-8", newline="") as file:
            examples = [row["example"].split(", ") for row in csv.DictReader(file) if row["example"]]

        assert len(examples) > 10
        assert [pair for pair in examples if sound(pack, pair[0]) != sound(pack, pair[1])] == []

    def test_rules_bring_together_most_spellings_of_a_name_and_few_names(self, pack):
        """The others are known one by one, as variants; two names that sound alike are written as such."""
        groups = [(n.name, v) for n in pack.names for v in n.variants]
        alike = sum(sound(pack, one) == sound(pack, other) for one, other in groups)
        assert alike / len(groups) > 0.7

        known = {frozenset(map(fold, pair)) for pair in groups}
        families = {fold(n.name) for n in pack.names if n.kind == "family"}
        merged = [
            {one, other}
            for one, other in combinations(sorted(families), 2)
            if sound(pack, one) == sound(pack, other) and frozenset((one, other)) not in known
        ]
        assert not merged

    def test_spelling_rules_are_made_of_folded_letters(self, pack):
        """They apply to folded words, so no other letter can ever match."""
        for rule in pack.spelling:
            assert rule.old and rule.where in ("any", "start", "end")
            assert all(fold(part) == part for part in (rule.old, rule.new, rule.before))
