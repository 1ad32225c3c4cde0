"""An import from its start to its undo: progress, stop, crash at any point, power cut, and what others built on it."""

import json
import os
import subprocess
import sys

import pytest

from baarada.interop import tasks
from baarada.interop.models import (
    DONE,
    FAILED,
    IMPORTING,
    NEW,
    PLANNED,
    PLANNING,
    SAME,
    STOPPED,
    UNDONE,
    ImportJob,
)
from baarada.interop.tables import jobs, queries
from baarada.journal import actions as journal
from baarada.journal import cuts, dump, runtime
from baarada.journal.models import ActRow
from baarada.kernel.errors import NotAllowed, Refused
from baarada.registry import actions
from baarada.registry.models import Identifier, Person, Posting
from tests.interop.conftest import counts, person, write_csv

PEOPLE = 35
PIECE = 10


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(jobs, "WRITE_PIECE", PIECE)
    monkeypatch.setattr(jobs, "PLAN_PIECE", PIECE)


@pytest.fixture
def ready(bring, small_pieces):
    """A list that was looked at and may be written."""
    job = bring([person(n) for n in range(PEOPLE)], write=False)
    jobs.ready(job)
    return job


def everybody():
    return Person.objects.live().count(), Posting.objects.live().count(), Identifier.objects.live().count()


class Crash(Exception):
    """The program is gone."""


def crash_after(pieces):
    """What is told of progress, until the program is gone."""
    told = []

    def tell(done):
        told.append(done)
        if len(told) == pieces:
            raise Crash

    return tell


def start_again():
    """What a new process knows: nothing."""
    runtime.forget()
    cuts.forget()


class TestProgress:
    def test_the_dry_run_and_the_writing_say_how_far_they_are(self, bring, small_pieces, by, tmp_path):
        path = write_csv(tmp_path / "list.csv", [person(n) for n in range(PEOPLE)])
        job = jobs.begin("people", path, path.name, by=by)
        assert (job.state, job.total) == ("read", PEOPLE)
        looked, kept = [], []

        jobs.plan(job, tell=looked.append)
        jobs.ready(job)
        assert (job.state, job.total, job.done) == (IMPORTING, PEOPLE, 0)

        jobs.write(
            job, tell=lambda n: kept.append(ImportJob.objects.values_list("done", flat=True).get(pk=job.pk))
        )

        assert looked == [10, 20, 30, 35]
        assert kept == [10, 20, 30, 35]
        assert (job.state, job.done) == (DONE, PEOPLE) and job.finished

    def test_a_long_import_is_one_act(self, ready):
        jobs.write(ready)

        acts = ActRow.objects.filter(pk=ready.act)
        assert acts.count() == 1
        assert everybody() == (PEOPLE, PEOPLE, PEOPLE)

    def test_what_is_not_ready_is_not_written(self, bring, by, tmp_path):
        path = write_csv(tmp_path / "list.csv", [person(1)])
        job = jobs.begin("people", path, path.name, by=by)

        with pytest.raises(Refused, match="not ready"):
            jobs.ready(job)

    def test_a_dry_run_writes_nothing(self, bring, by):
        before = dump.digest(runtime.engine().store)

        bring([person(n) for n in range(5)], write=False)

        assert dump.digest(runtime.engine().store) == before

    def test_only_who_may_bring_lists_in_does(self, by, tmp_path):
        from dataclasses import replace

        path = write_csv(tmp_path / "list.csv", [person(1)])
        with pytest.raises(NotAllowed):
            jobs.begin("people", path, path.name, by=replace(by, rights=frozenset({"search"})))

    def test_the_worker_does_it_all(self, by, tmp_path):
        path = write_csv(tmp_path / "list.csv", [person(n) for n in range(3)])
        job = jobs.receive("people", path, path.name, by=by)
        tasks.enqueue(job, job.state)
        job.refresh_from_db()
        tasks.enqueue(job, PLANNING)
        job.refresh_from_db()
        jobs.ready(job)
        tasks.enqueue(job, IMPORTING)

        job.refresh_from_db()
        assert (job.state, everybody()) == (DONE, (3, 3, 3))

    def test_a_failure_nobody_foresaw_is_told_and_goes_on_later(self, ready, monkeypatch):
        broken = monkeypatch.context()
        with broken as patch:
            patch.setattr(jobs, "_write_piece", lambda *args: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                tasks._go_on(ready)
        ready.refresh_from_db()
        assert ready.state == FAILED

        jobs.ready(ready)
        jobs.write(ready)

        assert (ready.state, everybody()) == (DONE, (PEOPLE, PEOPLE, PEOPLE))

    def test_each_office_sees_its_own_imports(self, ready, by, region):
        assert list(queries.imports(seen_by=by)) == [ready]
        assert list(queries.imports(seen_by=region)) == []


class TestStopping:
    def test_a_stop_ends_after_the_piece_at_hand_and_goes_on(self, ready, by):
        jobs.write(ready, tell=lambda done: jobs.stop(ready, by=by))
        ready.refresh_from_db()
        assert (ready.state, ready.done, everybody()[0]) == (STOPPED, PIECE, PIECE)

        act = ready.act
        jobs.ready(ready)
        jobs.write(ready)

        assert (ready.state, ready.act, everybody()) == (DONE, act, (PEOPLE, PEOPLE, PEOPLE))

    def test_a_stopped_import_is_taken_back(self, ready, by):
        jobs.write(ready, tell=lambda done: jobs.stop(ready, by=by))
        ready.refresh_from_db()

        jobs.undo(ready, by=by)

        assert (ready.state, everybody()) == (UNDONE, (0, 0, 0))

    def test_a_dry_run_stops_too(self, by, tmp_path, small_pieces):
        path = write_csv(tmp_path / "list.csv", [person(n) for n in range(PEOPLE)])
        job = jobs.begin("people", path, path.name, by=by)
        jobs.plan(job, tell=lambda done: jobs.stop(job, by=by))
        job.refresh_from_db()
        assert (job.state, job.rows.count()) == (STOPPED, PIECE)

        jobs.plan(job)

        assert (job.state, counts(job)) == (PLANNED, {NEW: PEOPLE})

    def test_what_wrote_nothing_is_dropped_and_what_wrote_is_not(self, ready, bring):
        fresh = bring([person(90)], write=False)
        place = jobs.folder(fresh)
        jobs.drop(fresh)
        assert not place.exists() and ImportJob.objects.count() == 1

        jobs.write(ready)
        with pytest.raises(Refused, match="take it back"):
            jobs.drop(ready)


class TestCrashing:
    @pytest.mark.parametrize("pieces", [1, 2, 3, 4])
    def test_between_any_two_pieces_nothing_is_lost_or_doubled(self, ready, pieces):
        with pytest.raises(Crash):
            jobs.write(ready, tell=crash_after(pieces))
        start_again()
        again = ImportJob.objects.get(pk=ready.pk)
        assert again.state == IMPORTING and list(jobs.unfinished()) == [again]

        jobs.write(again)

        assert (again.state, again.done, everybody()) == (DONE, PEOPLE, (PEOPLE, PEOPLE, PEOPLE))
        assert ActRow.objects.filter(pk=ready.act).count() == 1

    @pytest.mark.parametrize("row", [0, 5, 10, 17, 34])
    def test_within_a_piece_the_piece_is_as_if_it_had_not_begun(self, ready, row, monkeypatch):
        from baarada.interop.tables.people import People

        write, written = People.write, []

        def failing(self, act, parsed, kept, known):
            if len(written) == row:
                raise Crash
            written.append(kept.line)
            write(self, act, parsed, kept, known)

        with monkeypatch.context() as patch:
            patch.setattr(People, "write", failing)
            with pytest.raises(Crash):
                jobs.write(ready)
        start_again()
        assert everybody()[0] == row // PIECE * PIECE

        jobs.write(ImportJob.objects.get(pk=ready.pk))

        assert everybody() == (PEOPLE, PEOPLE, PEOPLE)

    @pytest.mark.parametrize("pieces", [1, 2])
    def test_an_undo_goes_on_where_it_was(self, ready, by, pieces, monkeypatch):
        from baarada.journal import undoing

        monkeypatch.setattr(undoing, "PIECE", 40)
        jobs.write(ready)
        with pytest.raises(Crash):
            jobs.undo(ready, by=by, tell=crash_after(pieces))
        start_again()
        again = ImportJob.objects.get(pk=ready.pk)
        assert again.state == "undoing" and everybody()[0] < PEOPLE

        jobs.undo(again, by=by)

        assert (again.state, everybody()) == (UNDONE, (0, 0, 0))
        assert ActRow.objects.filter(about=ready.act).count() == 1

    def test_a_start_takes_up_what_was_under_way(self, ready):
        with pytest.raises(Crash):
            jobs.write(ready, tell=crash_after(2))
        start_again()

        assert tasks.take_up_again() == 1

        assert everybody() == (PEOPLE, PEOPLE, PEOPLE)


class TestUndoing:
    def test_all_that_nobody_touched_goes(self, ready, by):
        jobs.write(ready)

        jobs.undo(ready, by=by)

        assert (ready.state, ready.left, everybody()) == (UNDONE, [], (0, 0, 0))

    def test_what_others_changed_since_stays_and_is_listed(self, ready, by, region):
        jobs.write(ready)
        found = Person.objects.get(given_names="Ivo7")
        actions.revise(found, {"phone": "612000007"}, seen=journal.seen(found), by=region)

        jobs.undo(ready, by=by)

        assert [p.given_names for p in Person.objects.live()] == ["Ivo7"]
        assert Person.objects.live().get().phone == "612000007"
        left = queries.left_over(ready, 0, 100)
        assert Person.objects.live().get() in [one.record for one in left]

    def test_changes_that_a_list_made_go_back_and_later_ones_stay(self, bring, by, region):
        bring([person(1), person(2)])
        job = bring([person(1, born="12/04/1985"), person(2, born="12/04/1985")])
        assert counts(job) == {"change": 2}
        found = Person.objects.get(given_names="Ivo2")
        actions.revise(found, {"born": found.born.__class__(1985)}, seen=journal.seen(found), by=region)

        jobs.undo(job, by=by)

        assert [str(p.born) for p in Person.objects.order_by("given_names")] == ["1985-03-12", "1985"]
        (left,) = queries.left_over(job, 0, 100)
        assert (left.record.given_names, left.facts) == ("Ivo2", ["Birth"])

    def test_the_list_can_come_in_again(self, ready, by, bring):
        jobs.write(ready)
        jobs.undo(ready, by=by)

        again = bring([person(n) for n in range(PEOPLE)])

        assert counts(again) == {NEW: PEOPLE}
        assert everybody() == (PEOPLE, PEOPLE, PEOPLE)
        assert counts(bring([person(n) for n in range(PEOPLE)])) == {SAME: PEOPLE}

    def test_what_was_never_written_cannot_be_taken_back(self, bring, by):
        with pytest.raises(Refused, match="wrote nothing"):
            jobs.undo(bring([person(1)], write=False), by=by)


class TestFiles:
    def test_the_files_of_what_is_over_go_and_of_what_is_under_way_stay(self, ready, bring, by):
        waiting = bring([person(80)], write=False)
        jobs.write(ready)
        stray, coming = (jobs.folder(ready).with_name(name) for name in ("import-0123", "import-4567"))
        for place in (stray, coming):
            place.mkdir(exist_ok=True)
        os.utime(stray, (0, 0))

        assert jobs.forget_files() >= 2

        assert not jobs.folder(ready).exists() and not stray.exists()
        assert jobs.folder(waiting).exists() and coming.exists()
        assert jobs.forget_files() == 0

    def test_what_is_over_can_still_be_looked_at_and_taken_back(self, ready, by):
        jobs.write(ready)
        jobs.forget_files()

        assert queries.rows(ready, NEW).count() == PEOPLE
        jobs.undo(ready, by=by)
        assert everybody() == (0, 0, 0)


SCRIPT = """
import json, sys
import django
django.setup()
from pathlib import Path
from baarada.interop.models import ImportJob
from baarada.interop.tables import jobs
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.registry import actions, lists
from baarada.registry.models import Person, Posting
from baarada.upkeep import setup

def begin(path):
    setup.init("demo", password="a-long-test-password", say=lambda text: None)
    by = Actor(bytes(16), "Amina", runtime.root_office(), "national")
    actions.add_facility({"name": "Poste de Larma", "kind": lists.items("facility_type")[0].code}, by=by)
    job = jobs.begin("people", Path(path), "list.csv", by=by)
    jobs.plan(job)
    jobs.ready(job)
    jobs.WRITE_PIECE = 20
    def tell(done):
        print(done, flush=True)
        sys.stdin.readline()
    jobs.write(job, tell=tell)

def look():
    job = ImportJob.objects.get()
    print(json.dumps([job.state, job.done, Person.objects.live().count(), Posting.objects.live().count()]))

globals()[sys.argv[1]](*sys.argv[2:])
"""


def test_a_power_cut_between_two_pieces_is_taken_up_by_the_next_worker(tmp_path, larma):
    """A real process, killed as power does it; then a real worker on the same folder."""
    path = write_csv(tmp_path / "list.csv", [person(n) for n in range(70)])
    env = {n: v for n, v in os.environ.items() if not n.startswith("BAARADA_")} | {
        "BAARADA_HOME": str(tmp_path / "home"), "DJANGO_SETTINGS_MODULE": "baarada.settings",
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "BAARADA_LANGUAGE": "fr",
    }  # fmt: skip
    run = [sys.executable, "-c", SCRIPT]

    with subprocess.Popen(
        [*run, "begin", str(path)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "20\n"
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "20\n"
        child.kill()
    assert child.returncode != 0

    def look():
        return json.loads(subprocess.run([*run, "look"], env=env, capture_output=True, check=True).stdout)

    assert look() == [IMPORTING, 40, 40, 40]

    subprocess.run(
        [sys.executable, "-m", "baarada", "worker", "--once"], env=env, check=True, capture_output=True
    )

    assert look() == [DONE, 70, 70, 70]
