"""Two at once on one database: each waits where it must, and the picture is what one after the other gives."""

import threading

import pytest
from django.db import connection, connections, transaction

from baarada.journal import actions as journal
from baarada.journal import cuts, runtime, verification
from baarada.journal.entries import CHANGE
from baarada.journal.models import Link
from baarada.journal.sql import SqlStore
from baarada.registry import actions
from baarada.registry.models import Identifier, Person
from tests.conftest import actor, move_clock
from tests.emptying import committed

LONG_ENOUGH = 1.0
"""Seconds that one waits for the other."""


@pytest.fixture
def db(django_db_setup, django_db_blocker):
    """Here: without a transaction around the test, which the other connection could not see into."""
    with django_db_blocker.unblock(), committed():
        yield


class AtOnce:
    """Two writers: the second begins when the first has written and not yet committed."""

    def __init__(self):
        self.written, self.far_enough, self.committed = (threading.Event() for _ in range(3))
        self.failed = []

    def run(self, first, second):
        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            # A database in memory has one connection: there is no second.
            first()
            second()
            return
        threads = [
            threading.Thread(target=self._one, args=[self._first, first]),
            threading.Thread(target=self._one, args=[self._second, second], name="second"),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.failed == []

    def _one(self, how, work):
        try:
            how(work)
        except BaseException as error:
            self.failed.append(error)
            raise
        finally:
            connections.close_all()

    def _first(self, work):
        with transaction.atomic():
            work()
            self.written.set()
            # Where all is well the second waits for this one, and so does not come that far.
            self.far_enough.wait(LONG_ENOUGH)
        self.committed.set()

    def _second(self, work):
        self.written.wait(10)
        work()
        self.far_enough.set()

    def until_committed(self):
        """Let the first commit, where the second now stands."""
        if threading.current_thread().name == "second":
            self.far_enough.set()
            self.committed.wait(LONG_ENOUGH)


@pytest.fixture
def at_once():
    return AtOnce()


@pytest.fixture
def moussa(country):
    """HR officer of the district of Niéna."""
    return actor("Moussa Koné", country.niena)


@pytest.fixture
def here(amina):
    """A person's file in Kadiolo, the first of the two."""
    return person(amina)


@pytest.fixture
def there(here, moussa):
    """The same person's file in Niéna."""
    return person(moussa)


def person(by):
    made = actions.add_person({"family_name": "Traoré", "given_names": "Mariam", "sex": "F"}, by=by).record
    return Person.objects.get(pk=made.pk)


def names():
    """The file that each number belongs to."""
    return [number.canonical for number in Identifier.objects.all()]


def problems():
    return list(verification.verify(runtime.engine()))


def test_a_number_added_while_another_office_links_the_file_belongs_to_both(
    at_once, here, there, amina, moussa
):
    number = {"kind": "matricule", "number": "0142-318.K"}

    at_once.run(
        lambda: actions.add_identifier(there, number, by=moussa),
        lambda: actions.link_people(here, there, by=amina),
    )

    assert Person.objects.get(pk=there.pk).canonical == here.pk
    assert names() == [here.pk]
    assert problems() == []


def test_a_number_added_while_another_office_parts_the_files_belongs_to_its_own(
    at_once, here, there, amina, moussa
):
    number = {"kind": "matricule", "number": "0142-318.K"}
    link = Link.objects.get(pk=actions.link_people(here, there, by=amina).record.pk)

    at_once.run(
        lambda: actions.unlink(link, seen=journal.seen(link), by=amina),
        lambda: actions.add_identifier(there, number, by=moussa),
    )

    assert names() == [there.pk]
    assert problems() == []


def test_two_offices_that_begin_a_day_together_note_one_end_of_the_day_before(
    at_once, here, there, amina, moussa, monkeypatch
):
    """Also where the first commits after the second has seen that no end is noted."""
    yesterday = runtime.today()
    move_clock(days=1)
    lanes = {lane.number: lane.last for lane in runtime.engine().store.lanes() if lane.last}

    def move(found, by):
        actions.revise(found, {"birth_place": "Loulouni"}, seen=journal.seen(found), by=by, mode=CHANGE)

    known = SqlStore.lanes
    monkeypatch.setattr(SqlStore, "lanes", lambda store: at_once.until_committed() or known(store))
    at_once.run(lambda: move(here, amina), lambda: move(there, moussa))

    assert cuts.known_on(runtime.engine(), yesterday) == lanes
