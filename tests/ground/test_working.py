"""The worker: alone, taking up what was left, never stopped by a backup that fails."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.upkeep import working
from baarada.upkeep.working import Elsewhere, Stopped, Working

BOTH = pytest.mark.django_db(databases=["default", "queue"])


@pytest.fixture(autouse=True)
def connections_of_the_test_stay(monkeypatch):
    monkeypatch.setattr(working, "close_old_connections", lambda: None)


@pytest.fixture
def done(monkeypatch) -> list[str]:
    """What the worker did, without doing it."""
    out: list[str] = []
    for name in ("begin", "do_waiting", "follow_lists", "back_up"):
        monkeypatch.setattr(working, name, lambda name=name: out.append(name))
    monkeypatch.setattr(working, "tidy", lambda: None)
    return out


def queued(status, **more):
    return DBTaskResult.objects.create(
        status=status, args_kwargs={"args": [], "kwargs": {}}, task_path="x.y", queue_name="default",
        backend_name="default", exception_class_path="", traceback="", worker_ids=[], run_after=timezone.now(), **more,
    )  # fmt: skip


def test_two_do_not_work_on_one_register():
    with working.alone(), pytest.raises(Elsewhere), working.alone():
        pass


def test_the_next_one_may_work_when_the_first_has_gone():
    worked = []
    for number in range(2):
        with working.alone():
            worked.append(number)

    assert worked == [0, 1]


def test_once_is_everything_once(done):
    Working().run_once()

    assert done == ["begin", "do_waiting", "follow_lists", "back_up"]


def test_a_stop_ends_it_wherever_it_is_and_lets_the_next_one_work(done, monkeypatch):
    found = Working()
    monkeypatch.setattr(working, "do_waiting", lambda: found.stop())

    with pytest.raises(Stopped):
        found.run()

    assert done == ["begin"]
    with working.alone():
        pass


def test_a_stop_that_a_task_swallows_still_ends_it(done, monkeypatch):
    """The queue notes whatever a task raises, and goes on."""
    found = Working()

    def swallowing():
        with pytest.raises(Stopped):
            found.stop()
        done.append("swallowed")

    monkeypatch.setattr(working, "do_waiting", swallowing)
    found.run()

    assert done == ["begin", "swallowed"]


def test_the_backup_is_not_made_in_the_first_minute_and_then_now_and_again(done, monkeypatch):
    found = Working()
    times = iter([0.0, 59.0, 61.0, 62.0, 700.0, 701.0, 702.0])
    monkeypatch.setattr(working, "FIRST_BACKUP_SECONDS", 60)
    monkeypatch.setattr(working.time, "monotonic", lambda: next(times))
    found.next_backup = 60.0
    rounds = iter(range(4))
    monkeypatch.setattr(
        found.ending, "wait", lambda seconds: next(rounds, None) is None and found.ending.set()
    )

    found.run()

    assert done.count("back_up") == 2


@pytest.mark.parametrize("error", [Refused("the disk is full"), OSError("gone")])
def test_a_backup_that_fails_is_told_and_stops_nothing(monkeypatch, capsys, caplog, error):
    def fail(today):
        raise error

    monkeypatch.setattr(working.backup, "daily", fail)

    working.back_up()

    assert str(error) in capsys.readouterr().err
    assert caplog.records[-1].getMessage() == "the daily backup failed"
    assert caplog.records[-1].reason == type(error).__name__


@BOTH
def test_what_a_dead_worker_had_begun_is_asked_for_again(monkeypatch):
    asked = []
    monkeypatch.setattr(working.tasks, "take_up_again", lambda: asked.append(1))
    queued(TaskResultStatus.RUNNING)
    kept = queued(TaskResultStatus.READY)

    working.begin()

    assert list(DBTaskResult.objects.values_list("pk", flat=True)) == [kept.pk]
    assert asked == [1]


@BOTH
def test_what_was_done_long_ago_is_forgotten_after_a_backup(monkeypatch):
    monkeypatch.setattr(working.backup, "daily", lambda today: SimpleNamespace(bytes=10, entries=3))
    new = runtime.now()
    old = new - timedelta(days=working.KEPT_DAYS + 1)
    queued(TaskResultStatus.SUCCESSFUL, finished_at=old)
    kept = queued(TaskResultStatus.SUCCESSFUL, finished_at=new)

    working.back_up()

    assert list(DBTaskResult.objects.values_list("pk", flat=True)) == [kept.pk]
