"""Days as people write them: read right, or refused; never guessed."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baarada.kernel.days import FIRST_YEAR, LAST_YEAR, BadDate, PartialDate, parse

MONTHS = [
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
]  # fmt: skip
ENGLISH = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip

whole_days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@st.composite
def partial_days(draw):
    day = draw(whole_days)
    precision = draw(st.sampled_from(["day", "month", "year"]))
    return PartialDate(day.year, day.month * (precision != "year"), day.day * (precision == "day"))


class TestReading:
    @given(day=whole_days)
    def test_every_usual_way_of_writing_a_day_is_that_day(self, day):
        wanted = PartialDate.on(day)
        french, english = MONTHS[day.month - 1], ENGLISH[day.month - 1]
        for text in (
            f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}",
            f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.day} {french} {day.year}",
            f"le {day.day} {french.upper()} {day.year}",
            f"{day.day} {english} {day.year}", f"{english} {day.day}, {day.year}",
        ):  # fmt: skip
            assert parse(text) == wanted, text

    @given(day=partial_days())
    def test_what_is_written_is_read_back(self, day):
        assert parse(str(day)) == day

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("1979", (1979,)), ("03/1979", (1979, 3)), ("mars 1979", (1979, 3)), ("1979-03", (1979, 3)),
            ("00/00/1975", (1975,)), ("00/06/1975", (1975, 6)), ("né vers 1975", (1975,)), ("en 1975", (1975,)),
            ("1er mars 1985", (1985, 3, 1)), ("12-3-85", (1985, 3, 12)), ("12/03/29", (2029, 3, 12)),
            ("12/03/30", (1930, 3, 12)), ("  12 / 03 / 1985 ", (1985, 3, 12)), ("13 Sept. 1988", (1988, 9, 13)),
        ],
    )  # fmt: skip
    def test_a_day_is_read_as_far_as_it_is_known(self, text, wanted):
        assert parse(text) == PartialDate(*wanted)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "unreadable"), ("?", "unreadable"), ("inconnue", "unreadable"), ("1/2/3/4", "unreadable"),
            ("15/13/1988", "no such month"), ("31/02/1985", "no such day"), ("29/02/1985", "no such day"),
            ("12/00/1985", "no such day"), ("01/01/0085", "out of range"), ("9999", "out of range"),
            ("123456", "unreadable"), ("12 mars avril", "unreadable"), ("mars 12 mai", "unreadable"),
            ("12 85", "unreadable"), ("janvier", "unreadable"), ("1" * 400, "unreadable"),
        ],
    )  # fmt: skip
    def test_what_is_no_day_is_refused_with_its_reason(self, text, reason):
        with pytest.raises(BadDate) as refusal:
            parse(text)
        assert (refusal.value.reason, refusal.value.text) == (reason, text)

    @given(text=st.text(max_size=40))
    def test_nothing_typed_breaks_it(self, text):
        try:
            found = parse(text)
        except BadDate:
            return
        assert PartialDate.of(found.number) == found


class TestKeeping:
    @given(day=partial_days())
    def test_the_number_keeps_it(self, day):
        assert PartialDate.of(day.number) == day

    @given(one=partial_days(), other=partial_days())
    def test_numbers_sort_as_days_do(self, one, other):
        assert (one < other) == (one.number < other.number)

    @given(day=partial_days())
    def test_it_lies_between_its_first_and_its_last_day(self, day):
        assert day.first() <= day.last()
        assert (day.first() == day.last()) == (day.precision == "day")
        for end in (day.first(), day.last()):
            assert str(PartialDate.on(end)).startswith(str(day))

    @given(number=st.integers())
    def test_a_number_that_is_no_day_is_refused(self, number):
        with contextlib.suppress(BadDate):
            assert PartialDate.of(number).number == number
