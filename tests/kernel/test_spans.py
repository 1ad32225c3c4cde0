"""Spans of days: both ends belong to them, and what is imprecise is never used against anybody."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from baarada.kernel.days import PartialDate
from baarada.kernel.spans import Span

near = st.dates(date(2019, 1, 1), date(2021, 12, 31))


@st.composite
def ends(draw):
    day = draw(near)
    precision = draw(st.integers(1, 3))
    return PartialDate(day.year, day.month if precision > 1 else 0, day.day if precision > 2 else 0)


spans = st.builds(Span, st.none() | ends(), st.none() | ends())


def days_it_may_hold(span):
    """Every day near here that some reading of the ends would hold: the slow way."""
    first = span.starts.first() if span.starts else date(2018, 1, 1)
    last = span.ends.last() if span.ends else date(2023, 1, 1)
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def days_it_must_hold(span):
    """Every day near here that all readings would hold."""
    first = span.starts.last() if span.starts else date(2018, 1, 1)
    last = span.ends.first() if span.ends else date(2023, 1, 1)
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


@given(span=spans, day=near)
def test_it_holds_a_day_that_may_lie_in_it(span, day):
    assert span.holds(day) == (day in days_it_may_hold(span))


@given(one=spans, other=spans)
def test_two_overlap_only_where_they_certainly_share_a_day(one, other):
    assume(days_it_must_hold(one) and days_it_must_hold(other))
    assert one.overlaps(other) == bool(days_it_must_hold(one) & days_it_must_hold(other))


@given(span=spans)
def test_it_is_backwards_only_where_no_day_could_lie_in_it(span):
    assert span.is_backwards == (not days_it_may_hold(span))


def test_the_day_of_a_change_belongs_to_the_new_place():
    change = date(2026, 11, 1)
    old = Span(PartialDate(2019, 3, 4), PartialDate.on(change - timedelta(days=1)))
    new = Span(PartialDate.on(change))

    assert (old.holds(change), new.holds(change)) == (False, True)
    assert not old.overlaps(new)
