"""What the program reads in the further facts of a choice, in every country."""

import re
from collections import Counter

import pytest

from baarada.packs.reader import split
from baarada.registry.choicerules import KNOWN
from tests.packs.test_tables import SAME_EVERYWHERE, attributes, list_of

GROUPS = {"person", "work", "study", "place", "paper"}
TYPES = {"text", "long", "number", "day", "code", "codes", "yes_no"}
FIELD = {"of", "type", "list", "unit", "least", "most", "asks", "group"}
STEPS = {
    "birth", "nationality", "qualification", "licence", "employment", "posting", "taken_up", "ceased", "exit",
}  # fmt: skip
ASKED = {"payroll", "grade", "contract", "licence", "diploma"}


def codes(pack, list_):
    return {row["code"] for row in list_of(pack, list_)}


def luhn(number):
    """ISO/IEC 7812: every second figure from the right is doubled, and the sum ends in 0."""
    figures = [int(c) for c in reversed(number) if c.isdigit()]
    return sum(sum(divmod(2 * f, 10)) if i % 2 else f for i, f in enumerate(figures)) % 10 == 0


def mod97(number):
    """ISO 7064, MOD 97-10: the figures as one number leave 1."""
    return int("".join(c for c in number if c.isdigit())) % 97 == 1


def mod11(number):
    """ISO 7064, MOD 11-2: the last is a figure, or X for ten."""
    total = 0
    for c in number:
        if c.isdigit() or c == "X":
            total = (total * 2 + (10 if c == "X" else int(c))) % 11
    return total == 1


CHECKS = {"none": lambda number: True, "luhn": luhn, "mod97": mod97, "mod11": mod11}


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("luhn", "4539 1488 0343 6467", "4539 1488 0343 6476"),
        ("mod97", "794 44", "794 45"),
        ("mod11", "0794 0", "0794 1"),
    ],
)
def test_the_sums_are_those_of_the_standards(check, good, bad):
    """794 with its figures 44 is the example of ISO 7064; 0794 with 0 that of MOD 11-2."""
    assert CHECKS[check](good)
    assert not CHECKS[check](bad)


class TestLists:
    def test_the_codes_that_the_program_needs_cannot_be_retired(self):
        for name, needed in SAME_EVERYWHERE.items():
            assert needed <= KNOWN[name]

    def test_every_list_has_a_name_and_a_group(self, pack):
        """Lists are named by a list of their own, once."""
        named = Counter(row["code"] for row in list_of(pack, "list"))

        assert named.keys() == {row["list"] for row in pack.tables["lists"]}
        assert set(named.values()) == {1}
        assert {attributes(row)["group"] for row in list_of(pack, "list")} <= GROUPS

    def test_no_code_stands_twice_in_a_list(self, pack):
        times = Counter((row["list"], row["code"]) for row in pack.tables["lists"])

        assert [key for key, n in times.items() if n > 1] == []


class TestNumbers:
    def test_an_example_follows_its_pattern_and_its_check(self, pack):
        for row in list_of(pack, "identifier_kind"):
            told = attributes(row)
            if "pattern" not in told:
                assert not {"check", "example"} & told.keys(), row["code"]
                continue
            assert told["pattern"].startswith("^") and told["pattern"].endswith("$"), row["code"]
            assert re.match(told["pattern"], told["example"]), row["code"]
            assert CHECKS[told["check"]](told["example"]), row["code"]

    def test_a_number_written_as_its_mask_says_follows_the_pattern(self, pack):
        for row in list_of(pack, "identifier_kind"):
            told = attributes(row)
            if {"mask", "pattern"} <= told.keys():
                number = told["mask"].replace("9", "7").replace("A", "K")
                assert re.match(told["pattern"], number), row["code"]

    def test_the_invented_country_has_a_number_with_a_check_figure(self, demo):
        found = [attributes(row) for row in list_of(demo, "identifier_kind")]

        assert [told["example"] for told in found if told.get("check", "none") != "none"]


class TestFieldsOfTheCountry:
    def test_each_says_what_it_holds(self, pack):
        for row in list_of(pack, "extra_field"):
            told = attributes(row)
            assert told.keys() <= FIELD, row["code"]
            assert told["of"] == "person"
            assert told["type"] in TYPES
            assert ("list" in told) == (told["type"] in ("code", "codes")), row["code"]
            assert set(told.get("asks", "").split("+")) - {""} <= codes(pack, "worker_kind")
            assert told["group"] in codes(pack, "extra_group")
            assert int(told.get("least", 0)) <= int(told.get("most", 0)) or "most" not in told

    def test_each_list_that_one_is_chosen_from_is_there(self, pack):
        known = {row["list"] for row in pack.tables["lists"]}

        assert {attributes(row).get("list", "list") for row in list_of(pack, "extra_field")} <= known

    def test_several_types_are_tried(self, demo):
        assert len({attributes(row)["type"] for row in list_of(demo, "extra_field")}) >= 3


class TestWhatFollowsFromAChoice:
    def test_each_step_of_a_career_is_proved_by_papers_that_exist(self, pack):
        needs = list_of(pack, "paper_need")

        assert {row["code"] for row in needs} <= STEPS
        for row in needs:
            parts = [part.partition("=") for part in split(row["attributes"])]
            assert {name for name, _, _ in parts} == {"paper"}
            assert {kind for _, _, kind in parts} <= codes(pack, "paper_kind")

    def test_a_norm_names_a_cadre_and_a_type_of_facility(self, pack):
        cadres = {row["code"] for row in pack.tables["cadres"]}
        for row in list_of(pack, "norm"):
            told = attributes(row)
            assert told["cadre"] in cadres
            assert told["facility_type"] in codes(pack, "facility_type")
            assert 0 <= int(told["least"]) <= int(told["number"])

    def test_every_corps_of_a_cadre_is_in_the_list(self, pack):
        """But where there is no corps: contracts, volunteers."""
        listed = {row["label_fr"] for row in list_of(pack, "corps")}
        asked = {c["corps"] for c in pack.tables["cadres"] if c["category"] in ("A", "B2", "B1", "C")}

        assert asked <= listed

    def test_contacts_and_relatives_say_what_they_are(self, pack):
        types = {attributes(row)["type"] for row in list_of(pack, "contact_kind")}

        assert types <= {"phone", "email", "text"}
        assert {attributes(row).get("child") for row in list_of(pack, "relative_link")} == {None, "yes"}

    def test_a_kind_of_worker_asks_for_what_the_program_can_look_for(self, pack):
        asked = {
            one
            for row in list_of(pack, "worker_kind")
            for one in attributes(row).get("asks", "").split("+")
            if one
        }
        assert asked <= ASKED

    def test_a_level_has_a_name(self, pack):
        used = {attributes(row)["level"] for row in list_of(pack, "facility_type")}

        assert used <= codes(pack, "facility_level")

    def test_what_a_facility_serves_is_a_level_or_smaller_than_any(self, pack):
        levels = codes(pack, "area_kind") | {"health_area", "village"}

        assert {attributes(row)["catchment"] for row in list_of(pack, "facility_type")} <= levels
