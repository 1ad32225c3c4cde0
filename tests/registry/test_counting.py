"""Counts that pages show: right at once for what is written here, never made twice for nothing."""

import pytest
from django.utils import translation

from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.registry import actions, counting, lists, queries
from baarada.registry.models import ListItem, Person


@pytest.fixture
def add(country, fatou):
    def add(given):
        done = actions.add_person({"family_name": "Diallo", "given_names": given, "sex": "F"}, by=fatou)
        return Person.objects.get(pk=done.record.pk)

    return add


class Work:
    """Counts how often it was asked, and takes as long as it is told on a clock of its own."""

    def __init__(self, monkeypatch, seconds=0.0):
        self.asked = 0
        self.now = 1000.0
        self.seconds = seconds
        monkeypatch.setattr(counting.time, "monotonic", lambda: self.now)

    def __call__(self):
        self.asked += 1
        self.now += self.seconds
        return Person.objects.count()


def test_who_is_added_here_is_counted_at_once(add, fatou):
    assert queries.counts(seen_by=fatou)["people"] == 0
    add("Awa")

    assert queries.counts(seen_by=fatou)["people"] == 1


def test_people_of_an_office_are_counted_for_themselves(add, country, fatou):
    add("Awa")

    assert queries.how_many_people(country.national, seen_by=fatou) == 1
    assert queries.how_many_people(country.niena, seen_by=fatou) == 0


def test_nothing_is_counted_twice_while_nothing_is_written(country, monkeypatch):
    work = Work(monkeypatch)
    counting.count("people", work)
    work.now += 3600

    counting.count("people", work)

    assert work.asked == 1


def test_what_another_process_writes_is_counted_when_that_is_cheap_again(add, monkeypatch):
    work = Work(monkeypatch, seconds=0.5)
    monkeypatch.setattr(runtime, "_listeners", [])
    assert counting.count("people", work) == 0
    add("Awa")

    assert counting.count("people", work) == 0
    work.now += 0.5 * counting.PATIENCE
    assert counting.count("people", work) == 1


def test_another_register_is_counted_for_itself(country, monkeypatch):
    work = Work(monkeypatch, seconds=5)
    counting.count("people", work)
    runtime.forget()

    counting.count("people", work)

    assert work.asked == 2


def test_what_is_made_of_lists_is_made_once_until_they_change(country, fatou):
    asked = []

    def codes():
        asked.append("once")
        return [item.code for item in lists.items("made_of")]

    assert lists.made("codes", codes) == lists.made("codes", codes) == []
    assert len(asked) == 1
    with journal.write("lists", by=fatou) as act:
        act.create(ListItem, list="made_of", code="one", label_fr="un", label_en="one")
    assert lists.made("codes", codes) == ["one"]
    with translation.override("en"):
        lists.made("codes", codes)
    assert len(asked) == 3
