"""What a code counts as on a day, once choices were replaced: chains, circles, any day."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baarada.kernel.days import PartialDate
from baarada.registry import lists
from baarada.registry.models import Cadre, ListItem

DAY = date(2027, 1, 1)
CODES = "ABCDEF"


def known(rows):
    """Lists as this process would keep them: code, first day, last day, code of the successor."""
    ids = {code: UUID(int=n + 1) for n, (code, *_rest) in enumerate(rows)}
    items = {}
    for code, starts, ends, successor in rows:
        item = ListItem(pk=ids[code], list="kind", code=code, label_fr=code, starts=starts, ends=ends)
        item.replaced_by_id = ids.get(successor)
        items[code] = item
    kept = lists._Kept(
        {("kind", code): i for code, i in items.items()}, {i.pk: i for i in items.values()}, {}, float("inf")
    )
    lists._kept[:] = [kept]
    return items


@pytest.fixture(autouse=True)
def forgotten():
    yield
    lists.forget()


def on(days):
    return DAY + timedelta(days=days)


def day(days):
    return None if days is None else PartialDate.on(on(days))


spans = st.tuples(
    st.none() | st.integers(-30, 30), st.none() | st.integers(-30, 30), st.sampled_from([*CODES, None, "?"])
)
registers = st.lists(spans, min_size=len(CODES), max_size=len(CODES)).map(
    lambda found: [(code, day(a), day(b), after) for code, (a, b, after) in zip(CODES, found, strict=True)]
)
days = st.integers(-40, 40).map(on)


def slow(rows, code, when):
    """The same, in the words of the decision record: step by step, and home again from a circle."""
    told = {row[0]: row for row in rows}
    path = [code]
    while True:
        _code, _starts, ends, successor = told[path[-1]]
        if ends is None or when <= ends.last() or successor not in told:
            return path[-1]
        if successor in path:
            return code
        path.append(successor)


@given(registers, days)
def test_it_is_what_a_slow_and_plain_reading_says(rows, when):
    known(rows)

    assert {code: lists.standing("kind", code, when) for code in CODES} == {
        code: slow(rows, code, when) for code in CODES
    }


@given(registers, days)
def test_what_a_code_counts_as_counts_as_itself(rows, when):
    """But where a circle sends everybody home, who leads into it stands for itself too."""
    known(rows)

    for code in CODES:
        found = lists.standing("kind", code, when)
        assert lists.standing("kind", found, when) == found


@given(registers, st.data())
def test_days_up_to_the_last_are_never_touched(rows, data):
    """A count for a day before a choice ended is the same whatever replaced it."""
    known(rows)
    code, _starts, ends, _successor = data.draw(st.sampled_from(rows))
    last = ends.first() if ends else on(40)
    when = last - timedelta(days=data.draw(st.integers(0, 60)))

    assert lists.standing("kind", code, when) == code


@given(registers, days)
def test_every_code_is_counted_once_and_under_one_that_is_looked_for(rows, when):
    known(rows)
    moved = lists.standing_codes("kind", when)

    for code in CODES:
        assert moved.get(code, code) == lists.standing("kind", code, when)
    asked = sorted(set(CODES) - moved.keys())
    assert lists.counted_as("kind", asked, when) == sorted(CODES)
    pieces = [lists.counted_as("kind", [code], when) for code in asked]
    assert sorted(code for piece in pieces for code in piece) == sorted(CODES)


@given(registers)
def test_successors_end(rows):
    items = known(rows)

    for item in items.values():
        found = lists.successors(item)
        assert item not in found
        assert len(found) == len(set(found)) <= len(CODES)


def test_the_day_of_the_change_belongs_to_the_successor():
    known([("A", None, PartialDate(2026, 12, 31), "B"), ("B", None, None, None)])

    assert lists.standing("kind", "A", date(2026, 12, 31)) == "A"
    assert lists.standing("kind", "A", date(2027, 1, 1)) == "B"


def test_what_no_list_knows_stays_as_it_was_written():
    known([("A", None, None, None)])

    assert lists.standing("kind", "Z", DAY) == "Z"
    assert lists.standing("kind", None, DAY) == ""
    assert lists.standing_cadre(UUID(int=9), DAY) == UUID(int=9)


def test_a_successor_in_another_list_does_not_count():
    items = known([("A", None, PartialDate(2026, 12, 31), "B"), ("B", None, None, None)])
    items["B"].list = "other"

    assert lists.standing("kind", "A", DAY) == "A"


def test_cadres_are_followed_like_choices():
    old, new = (Cadre(pk=UUID(int=n), code=str(n)) for n in (1, 2))
    old.ends, old.replaced_by_id = PartialDate(2026, 12, 31), new.pk
    lists._kept[:] = [lists._Kept({}, {}, {old.pk: old, new.pk: new}, float("inf"))]

    assert lists.standing_cadre(old.pk, date(2026, 12, 31)) == old.pk
    assert lists.standing_cadre(old.pk, DAY) == new.pk
    assert lists.standing_cadres(DAY) == {old.pk: new.pk}
    assert lists.standing_cadres(date(2026, 12, 31)) == {}
