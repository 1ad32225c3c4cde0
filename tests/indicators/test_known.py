"""Figures as known on a day are the figures that were computed on that day, whatever was written since."""

from datetime import date

import pytest

from baarada.indicators import densities, figures, known
from baarada.indicators.asking import Question
from baarada.journal import copies, runtime
from baarada.kernel.errors import Refused
from baarada.registry import actions as registry
from tests.conftest import move_clock
from tests.emptying import committed

BY = (("region", "cadre"), ("sex", "age"), ("worker",), ("facility",))


@pytest.fixture
def db(django_db_setup, django_db_blocker):
    """In this module: without a transaction around the test, as Django's test case knows no database made meanwhile."""
    with django_db_blocker.unblock(), committed():
        yield


@pytest.fixture(autouse=True)
def no_copies(settings):
    """Each test begins without copies."""
    for path in settings.CONFIG.work.glob("known-*"):
        path.unlink()


@pytest.fixture
def everything(fatou):
    """All that figures say of a day, as known on another."""

    def ask(on, seen=None):
        with known.database(Question(on, seen)) as db:
            found = [figures.headcount(Question(on, seen, by), seen_by=fatou, db=db) for by in BY]
            dense = densities.densities(Question(on, seen), seen_by=fatou, db=db)
        lines = [[(line.labels, line.value) for line in one.lines] for one in found]
        rows = [(row.label, row.counted, row.value) for row in [*dense.rows, dense.whole]]
        return lines, rows, found[0].women, [one.count for one in found[0].left_out]

    return ask


def test_what_is_written_later_changes_nothing_of_what_was_known(
    register, land, cadres, everything, fatou, settings
):
    place = register.facility("Centre", land["east"])
    awa, binta, chaka = (register.person(name) for name in ("Awa", "Binta", "Chaka"))
    for person, cadre in ((awa, "MED"), (binta, "INF"), (chaka, "SF")):
        register.post(person, place, cadres[cadre])
    register.people_of(land["south"], 2020, 1000)
    day = runtime.today()
    then = everything(day)

    move_clock(1)
    register.post(register.person("Dado", "M"), place, cadres["MED"])
    register.change(awa, sex="M")
    register.change(chaka, deleted=True)
    registry.link_people(awa, binta, by=fatou)
    register.change(place, area=land["north"])
    register.people_of(land["south"], 2021, 2000)
    register.leave(binta, left=None, kind="retraite")

    assert everything(day) != then
    assert everything(day, day) == then
    assert len(list(settings.CONFIG.work.glob("known-*.sqlite3"))) == 1


def test_a_copy_is_made_once_and_goes_after_some_days(register, land, monkeypatch, settings):
    register.person("Awa")
    day = runtime.today()
    move_clock(1)
    register.person("Binta")
    made = []
    make = copies.make
    monkeypatch.setattr(copies, "make", lambda *args, **rest: (made.append(args), make(*args, **rest)))
    for _time in range(2):
        with known.database(Question(day, day)):
            pass
    assert len(made) == 1

    known.forget_old()
    assert list(settings.CONFIG.work.glob("known-*.sqlite3"))
    move_clock(known.KEPT_DAYS + 400)
    assert known.forget_old() == 1
    assert not list(settings.CONFIG.work.glob("known-*"))


def test_nothing_is_copied_where_nothing_changed_since(register, land):
    register.person("Awa")
    with known.database(Question(runtime.today(), runtime.today())) as db:
        assert db == "default"


def test_a_day_before_anything_was_known_is_refused(register, land):
    move_clock(1)
    register.person("Awa")
    with (
        pytest.raises(Refused, match="Rien n’était encore"),
        known.database(Question(date(2020, 1, 1), date(2020, 1, 1))),
    ):
        pass
