"""Numbers that a spreadsheet spoilt: proposed where the column tells, never mended in silence."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baarada.interop.tables import spoilt

figures = st.text("0123456789", min_size=2, max_size=8)
numbers = st.builds(
    lambda first, middle, last: first + middle + last,
    figures, figures, st.text(string.ascii_uppercase, min_size=1, max_size=2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "wanted", "meant"),
    [
        ("142318K", "9999999A", "0142318K"),
        ("142318K", "999999A", "142318K"),
        ("42318K", "999999A", "042318K"),
        ("O142318K", "9999999A", "0142318K"),
        ("I42318K", "999999A", "142318K"),
        ("0142-318.0", "9999-999.A", "0142-318.O"),
        ("123456.0", "", "123456"),
        ("123456.5", "", "123456.5"),
        ("X99", "9999999A", "X99"),
        ("", "99999", ""),
    ],
)
def test_what_it_may_have_been(written, wanted, meant):
    assert spoilt.mended(written, wanted) == meant


@given(numbers)
def test_a_number_of_the_usual_shape_is_left_alone(number):
    assert spoilt.mended(number, spoilt.shape(number)) == number


@given(numbers, st.integers(1, spoilt.MOST_ZEROS))
def test_zeros_that_were_lost_come_back(number, zeros):
    whole = "0" * zeros + number
    assert spoilt.mended(whole[zeros:], spoilt.shape(whole)) == whole


@given(numbers)
def test_letters_that_look_like_figures_are_figures_again(number):
    typed = "".join({"0": "O", "1": "I"}.get(c, c) for c in number)
    assert spoilt.mended(typed, spoilt.shape(number)) in (number, typed)


@given(st.text(max_size=12), st.text("9A-.", max_size=12))
def test_what_is_mended_has_the_shape_that_was_wanted(number, wanted):
    found = spoilt.mended(number, wanted)
    assert found in (number, number.removesuffix(".0")) or spoilt.shape(found) == wanted


def test_a_column_without_one_shape_tells_nothing():
    rows = [{"number.agent": n} for n in ("7", "12", "345", "12045", "1", "99", "123")]
    assert spoilt.shapes(rows) == {}
    assert spoilt.shapes([{"number.agent": f"12{n}K"} for n in range(10, 20)]) == {"number.agent": "9999A"}
    assert spoilt.shapes([{"number.agent": "1234"}] * 4) == {}
