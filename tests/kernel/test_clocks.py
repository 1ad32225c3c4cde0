"""Hybrid clocks: never back, never far ahead."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from baarada.kernel.clocks import MOST_AHEAD_MS, HybridClock, ms_of, stamp_of
from baarada.kernel.ids import IdMaker, as_id, as_uuid

walls = st.lists(st.integers(0, 2**47), min_size=1, max_size=30)


def clock_over(times):
    """A clock whose wall shows these times one after the other, then stands still."""
    left = list(times)
    return HybridClock(lambda: left.pop(0) if len(left) > 1 else left[0])


@given(times=walls)
def test_every_stamp_is_greater_than_the_one_before_whatever_the_wall_says(times):
    clock = clock_over(times)
    stamps = [clock.tick() for _ in times]

    assert all(a < b for a, b in pairwise(stamps))


@given(times=walls)
def test_a_stamp_is_never_behind_the_wall(times):
    clock = clock_over(times)
    for time in times:
        assert ms_of(clock.tick()) >= time


@given(now=st.integers(0, 2**46), theirs=st.integers(0, 2**62))
def test_what_is_received_is_followed_but_by_a_day_at_most(now, theirs):
    clock = HybridClock(lambda: now)
    clock.receive(theirs)

    assert clock.last <= stamp_of(now + MOST_AHEAD_MS)
    if theirs <= stamp_of(now + MOST_AHEAD_MS):
        assert clock.tick() > theirs


def test_the_counter_carries_into_the_milliseconds():
    clock = HybridClock(lambda: 5)
    for _ in range(70_000):
        clock.tick()

    assert ms_of(clock.last) == 6


@given(ms=st.integers(0, 2**48 - 1), noise=st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_seven_that_sorts_by_its_birth(ms, noise):
    made = as_uuid(IdMaker(lambda: ms, lambda n: noise)())

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert as_id(made) == as_id(str(made)) == as_id(made.bytes)
    assert made.int >> 80 == ms
