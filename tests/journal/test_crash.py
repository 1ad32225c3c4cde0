"""Power cuts and full disks: what was acknowledged is there, what was not leaves nothing half done."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from baarada.journal import actions, dump, runtime, verification
from baarada.journal.arriving import APPLIED
from baarada.journal.models import EntryRow
from baarada.journal.sql import SqlStore
from tests.invented.models import File
from tests.journal.nodes import CHILD, FILE, change, load, make

ROOT = Path(__file__).parent.parent.parent
PATH = os.pathsep.join((str(ROOT / "src"), str(ROOT)))


class Stop(Exception):
    """The power goes."""


def stop_before(monkeypatch, number, error=Stop):
    """Have the store fail before its n-th write; returns what was counted."""
    counted = []
    for name in ("_run", "_many"):
        real = getattr(SqlStore, name)

        def failing(self, sql, *args, real=real):
            counted.append(sql)
            if len(counted) == number:
                raise error(sql)
            return real(self, sql, *args)

        monkeypatch.setattr(SqlStore, name, failing)
    return counted


def a_change(fatou, page, file):
    """An act with all sorts of writes: a change that disagrees, a new record, a deletion."""
    with actions.write("changed", by=fatou) as act:
        act.change(file, {"phone": "3", "starts": None, "ends": None}, seen=page)
        act.create(File, name="Koné")
        act.delete(file, seen=page)


class TestBetweenWrites:
    @pytest.fixture
    def disagreed(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1"))
        page = actions.seen(file)
        change(file, amina, seen=page, phone="2")
        return load(file), page

    def test_a_write_that_stops_anywhere_leaves_nothing(self, engine, disagreed, fatou, monkeypatch):
        file, page = disagreed
        before, entries = dump.digest(engine.store), EntryRow.objects.count()
        number = 1
        while True:
            with monkeypatch.context() as patch:
                counted = stop_before(patch, number)
                try:
                    a_change(fatou, page, file)
                except Stop:
                    pass
                else:
                    break
            assert len(counted) == number
            assert (dump.digest(engine.store), EntryRow.objects.count()) == (before, entries)
            number += 1
        assert number > 6
        assert EntryRow.objects.count() == entries + 3
        assert list(verification.verify(engine)) == []

    def test_an_arrival_that_stops_anywhere_leaves_nothing_and_is_taken_later(
        self, engine, elsewhere, monkeypatch
    ):
        key = elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.create(CHILD, {1: key[1]})
        elsewhere.change(key, {2: "1"})
        (data,) = elsewhere.batches()
        before = dump.digest(engine.store)
        number, outcome = 1, ""
        while outcome != APPLIED:
            with monkeypatch.context() as patch:
                stop_before(patch, number)
                try:
                    outcome = engine.receive(data)
                except Stop:
                    assert dump.digest(engine.store) == before
            number += 1
        assert number > 6
        assert dump.digest(engine.store) != before
        assert list(verification.verify(engine)) == []

    def test_sealing_and_drawing_again_that_stop_leave_what_was(self, engine, disagreed, monkeypatch):
        before = dump.digest(engine.store)
        for what in (engine.seal, engine.rebuild):
            for number in (1, 2):
                with monkeypatch.context() as patch:
                    stop_before(patch, number)
                    with pytest.raises(Stop):
                        what()
                assert dump.digest(engine.store) == before
                assert list(verification.verify(engine)) == []

    def test_a_full_disk_is_no_damage_to_what_arrives(self, engine, elsewhere, monkeypatch):
        """The database says so in its own words; the batch is not taken for unreadable."""
        elsewhere.create(FILE, {1: "Traoré"})
        (data,) = elsewhere.batches()
        with monkeypatch.context() as patch:
            stop_before(patch, 3, DatabaseError)
            with pytest.raises(DatabaseError):
                engine.receive(data)
        assert engine.store.quarantined() == []
        assert engine.receive(data) == APPLIED


def test_a_write_inside_another_transaction_goes_with_it(country, fatou):
    file = load(make(fatou, name="Traoré", phone="1"))
    with pytest.raises(Stop), transaction.atomic():
        change(file, fatou, phone="2")
        raise Stop
    assert load(file).phone == "1"
    assert change(load(file), fatou, phone="3").phone == "3"
    assert list(verification.verify(runtime.engine())) == []


class Register:
    """A register of its own, written by processes that are killed."""

    def __init__(self, folder):
        self.folder = folder
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings", "BAARADA_TEST_HOME": str(folder), "PYTHONPATH": PATH,
        }  # fmt: skip
        self.env.pop("BAARADA_DATABASE", None)
        self.env.pop("BAARADA_TEST_DATABASE", None)
        self.acknowledged = 0

    def program(self, *args):
        return subprocess.Popen(
            [sys.executable, "-m", "tests.journal.killed", *map(str, args)], cwd=ROOT, env=self.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, *args):
        """Run to the end; what was said."""
        program = self.program(*args)
        out, err = program.communicate(timeout=120)
        assert program.returncode == 0, err
        return out

    def kill_after(self, lines):
        """Let it write, and kill it in the middle of what it does next."""
        program = self.program("write")
        for _ in range(lines):
            self.acknowledged = int(program.stdout.readline())
        program.kill()
        rest, _ = program.communicate(timeout=60)
        told = [int(line) for line in rest.splitlines() if line.isdigit()]
        self.acknowledged = max([self.acknowledged, *told])

    def check(self):
        """Everything acknowledged is there, everything there is whole."""
        found = json.loads(self.ask("check"))
        assert found["problems"] == []
        assert found["whole"]
        assert found["same"]
        assert found["acts"] == list(range(1, len(found["acts"]) + 1))
        assert len(found["acts"]) in (self.acknowledged, self.acknowledged + 1)


@pytest.fixture(scope="module")
def begun(django_db_setup, django_db_blocker, tmp_path_factory):
    """A register that has just been set up, to copy."""
    register = Register(tmp_path_factory.mktemp("begun"))
    register.ask("begin")
    return register.folder


@pytest.fixture
def register(begun, tmp_path):
    shutil.copytree(begun, tmp_path / "home")
    return Register(tmp_path / "home")


class TestTogether:
    """Several processes write at once, in one lane, and change one field."""

    @pytest.fixture
    def shared(self, db, begun, tmp_path):
        """A register on the database under test, for processes of their own."""
        shutil.copytree(begun, tmp_path / "home")
        register = Register(tmp_path / "home")
        if connection.vendor == "sqlite":
            yield register
            return
        parts = {k: connection.settings_dict[k] for k in ("HOST", "PORT", "USER", "PASSWORD")}
        login = {k.lower(): v for k, v in parts.items() if v}
        name = f"{connection.settings_dict['NAME']}_together"
        with psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}"')
            user = f"{parts['USER']}:{parts['PASSWORD']}@" if parts["PASSWORD"] else f"{parts['USER']}@"
            url = f"postgres://{user}{parts['HOST']}:{parts['PORT'] or 5432}/{name}"
            register.env["BAARADA_TEST_DATABASE"] = url
            register.ask("begin")
            yield register
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def test_nothing_is_lost_doubled_or_out_of_order(self, shared):
        shared.ask("common")
        programs = [shared.program("together", number) for number in range(1, 4)]
        for program in programs:
            _, err = program.communicate(timeout=120)
            assert program.returncode == 0, err

        found = json.loads(shared.ask("check"))
        assert (found["problems"], found["same"]) == ([], True)
        assert found["entries"] == found["last"] == 1 + 3 * 12 * 4
        assert sorted(found["acts"]) == [0, *[1] * 12, *[2] * 12, *[3] * 12]


class TestKilled:
    """On a file of SQLite: a laptop, whose battery gives up."""

    def test_what_was_acknowledged_survives_a_kill_at_any_moment(self, register):
        for lines in (2, 9):
            register.kill_after(lines)
        register.check()

    def test_a_full_disk_loses_nothing_and_writing_goes_on_once_there_is_room(self, register):
        assert register.ask("full").split() == ["OperationalError"]
        found = json.loads(register.ask("check"))
        assert (found["problems"], found["whole"], found["same"]) == ([], True, True)

    def test_no_image_of_the_files_shows_half_an_act(self, register, tmp_path):
        """The log cut at every frame and inside frames, as after a power cut: whole acts, none left out."""
        assert register.ask("images", tmp_path / "images").strip() == "wal"
        seen = 0
        for image in sorted((tmp_path / "images").iterdir()):
            (log,) = image.glob("*-wal")
            data = log.read_bytes()
            page = int.from_bytes(data[8:12], "big")
            for end in cuts_of(len(data), page + 24):
                log.write_bytes(data[:end])
                acts = acts_in(image, tmp_path / "copy")
                assert set(acts.values()) <= {4}, (image.name, end)
                assert list(acts) == [f"act {n}" for n in range(1, len(acts) + 1)]
                seen += 1
            assert len(acts) == int(image.name)
        assert seen > 100


def cuts_of(length, frame):
    """Every end of a frame, and places inside, of a log of this length; the whole last."""
    ends = set(range(32, length, frame))
    return sorted(ends | {end + 24 for end in ends} | {end + frame // 2 for end in ends} | {length})


def acts_in(image, copy):
    """What an image of the files holds when it is opened: how many entries each act has."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(image, copy)
    (database,) = copy.glob("*.sqlite3")
    opened = sqlite3.connect(database)
    try:
        assert opened.execute("PRAGMA quick_check").fetchone() == ("ok",)
        found = opened.execute(
            "SELECT a.name, count(*) FROM journal_act a JOIN journal_entry e USING (act)"
            " GROUP BY a.act ORDER BY a.stamp"
        ).fetchall()
        (entries,) = opened.execute("SELECT coalesce(sum(last), 0) FROM journal_lane").fetchone()
        assert entries == sum(count for _, count in found)
    finally:
        opened.close()
    return dict(found)
