"""Numbers are doubted by their form and their check digit, and never refused."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from baarada.journal import actions as journal
from baarada.registry import identifiers, lists
from baarada.registry.models import ListItem

DIGITS = st.lists(st.integers(0, 9), min_size=3, max_size=15)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def kinds(country, fatou):
    with journal.write("lists", by=fatou) as act:
        for code, *attributes in (
            ("payroll", "pattern=[0-9]{7}[A-Z]", "example=0142318K"), ("social", "check=mod97"), ("plain",),
            ("broken", "pattern=[0-9"),
        ):  # fmt: skip
            act.create(
                ListItem, list="identifier_kind", code=code, label_fr=code.title(), label_en=code.title(),
                attributes=attributes,
            )  # fmt: skip
    lists.forget()


def test_a_number_of_another_form_is_doubted_with_an_example(kinds):
    assert identifiers.doubt("payroll", "0142318K") == ""
    assert identifiers.doubt("payroll", "014 2318 k") == ""
    assert "For example: 0142318K." in identifiers.doubt("payroll", "142318K")


def test_a_wrong_check_digit_is_doubted(kinds):
    assert identifiers.doubt("social", "1234567 34") == "" or "check digit" in identifiers.doubt(
        "social", "123456734"
    )
    good = next(f"1234567{end:02}" for end in range(100) if int(f"1234567{end:02}") % 97 == 1)
    assert identifiers.doubt("social", good) == ""
    assert "check digit" in identifiers.doubt("social", good[:-1] + str((int(good[-1]) + 1) % 10))


@pytest.mark.parametrize("number", ["", None, "anything", "9" * 500])
def test_what_no_form_is_known_of_is_not_doubted(kinds, number):
    assert identifiers.doubt("plain", number) == ""
    assert identifiers.doubt(None, number) == ""
    assert identifiers.doubt("broken", number) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^([A-Z]*[0-9]+)*$",
        "^((a+)b)+$",
        "^(a|a)*$",
        "^(a+){20}$",
        "^a{99999999999999999999}$",
        "a" * 500,
        "(",
    ],
)
def test_a_form_that_cannot_be_tried_in_time_is_none(pattern):
    assert identifiers.form_of(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    ["^[A-Z]{2}-?[0-9]{5}$", "^([A-Z]{2})?[0-9]+$", "^(AB|CD)[0-9]{4}$", "^([0-9]{2}-){3}[0-9]$", ""],
)
def test_forms_that_countries_write_are_taken(pattern):
    assert identifiers.form_of(pattern) is not None


@given(DIGITS, st.integers(0, 14), st.integers(1, 9))
def test_luhn_and_mod97_find_every_single_wrong_figure(digits, place, step):
    for check in (identifiers._luhn, identifiers._mod97, identifiers._mod11):
        tail = 2 if check is identifiers._mod97 else 1
        whole = next(
            (n for end in range(10**tail) if check(n := [*digits, *map(int, f"{end:0{tail}}")])), None
        )
        if whole is None or (check is identifiers._mod11 and len(whole) > 10):
            continue
        wrong = list(whole)
        wrong[place % len(wrong)] = (wrong[place % len(wrong)] + step) % 10
        assert not check(wrong)
