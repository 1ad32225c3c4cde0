"""Backups and what is made of them: whole, verified, or refused in a sentence."""

import json
import os
import shutil
import threading
import zipfile
from datetime import date

import cbor2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from baarada import config
from baarada.interop.models import FAILED, IMPORTING, PLANNING, STOPPED, ImportJob
from baarada.journal import actions, batches, dump, queries, runtime, verification
from baarada.journal.models import ConflictRow, LaneRow
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_uuid
from baarada.registry.models import Person
from baarada.upkeep import archive, backup, restoring
from tests.emptying import empty_database
from tests.upkeep.conftest import add_paper, add_person, live_in, names


def problems() -> list[str]:
    return [p.what for p in verification.verify(runtime.engine())]


@pytest.fixture
def file(register, tmp_path):
    """A verified backup of the register."""
    return backup.backup(tmp_path / "stick" / "of today.zip").path


def is_open_to_others(path) -> bool:
    """True where another account of this computer could read it; Windows keeps such rights elsewhere."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def restore_elsewhere(settings, tmp_path, file, name="new machine"):
    """Make a register of the backup, as on a machine that never held one."""
    empty_database()
    live_in(settings, tmp_path / name)
    return restoring.restore(file)


def rewritten(file, tmp_path, change):
    """The same backup with some of its parts exchanged: ``change`` gives new bytes, or None to leave one out."""
    target = tmp_path / "other.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


class TestBackup:
    def test_is_restored_to_the_same_state_on_an_empty_machine(self, register, settings, tmp_path):
        paper = add_paper(register, add_person(register, "Koné"), b"a scanned decision")
        before, content = dump.digest(runtime.engine().store), paper.read_bytes()
        made = backup.backup(tmp_path / "b.zip")

        found = restore_elsewhere(settings, tmp_path, made.path)

        assert (found.entries, found.papers, found.lost) == (made.entries, 1, [])
        assert dump.digest(runtime.engine().store) == before
        assert (settings.CONFIG.papers / paper.parent.name / paper.name).read_bytes() == content
        assert json.loads((settings.CONFIG.home / "node.json").read_text())["pack"] == "demo"
        assert problems() == []

    def test_holds_the_keys_it_was_signed_with(self, register, settings, tmp_path, file):
        key = (settings.CONFIG.keys / runtime.KEY_FILE).read_bytes()

        restore_elsewhere(settings, tmp_path, file)

        assert (settings.CONFIG.keys / runtime.KEY_FILE).read_bytes() == key

    def test_is_made_while_another_writes(self, register, tmp_path):
        """What was written before it began is in it, whatever is written meanwhile."""
        add_person(register, "Before")
        going, written = threading.Event(), []

        def write():
            try:
                while not going.is_set():
                    written.append(add_person(register, f"Meanwhile {len(written)}"))
            finally:
                connections.close_all()

        if connection.vendor == "sqlite" and connection.is_in_memory_db():
            # A database in memory has one connection: the other writes between the steps instead.
            def say(text):
                written.append(add_person(register, f"Meanwhile {len(written)}"))

            made = backup.backup(tmp_path / "b.zip", say=say)
        else:
            writer = threading.Thread(target=write)
            writer.start()
            made = backup.backup(tmp_path / "b.zip")
            going.set()
            writer.join()

        assert written
        with zipfile.ZipFile(made.path) as zipped:
            zipped.extract(archive.DATABASE, tmp_path)
        with archive.as_database(tmp_path / archive.DATABASE) as alias:
            assert Person.objects.using(alias).filter(family_name="Before").exists()

    def test_holds_only_what_is_sealed(self, register, tmp_path, file):
        with zipfile.ZipFile(file) as zipped:
            zipped.extract(archive.DATABASE, tmp_path)
        with archive.as_database(tmp_path / archive.DATABASE) as alias:
            rows = list(LaneRow.objects.using(alias).all())
        assert rows
        assert all(row.last and row.sealed == row.last for row in rows)

    def test_is_begun_again_if_somebody_writes_between_sealing_and_copying(
        self, register, tmp_path, monkeypatch
    ):
        copy, copied = backup._copy_if_sealed, []

        def late(target):
            copied.append(target)
            if len(copied) < 3:
                add_person(register, f"Late {len(copied)}")
            return copy(target)

        monkeypatch.setattr(backup, "_copy_if_sealed", late)

        made = backup.backup(tmp_path / "b.zip")

        assert len(copied) == 3
        assert made.entries == sum(lane.last for lane in runtime.engine().store.lanes())

    def test_gives_up_in_a_sentence_if_the_writing_never_pauses(self, register, tmp_path, monkeypatch):
        copy = backup._copy_if_sealed
        monkeypatch.setattr(backup, "TRIES", 3)
        monkeypatch.setattr(backup, "_copy_if_sealed", lambda t: (add_person(register, "Late"), copy(t))[1])

        with pytest.raises(Refused, match="without a pause"):
            backup.backup(tmp_path / "b.zip")

        assert list(tmp_path.glob("b.zip*")) == []

    def test_never_takes_the_place_of_a_file(self, register, tmp_path):
        other = tmp_path / "letter.doc"
        other.write_text("dear colleague")

        with pytest.raises(Refused, match=r"letter\.doc is there already"):
            backup.backup(other)

        assert other.read_text() == "dear colleague"

    def test_a_folder_that_cannot_be_written_is_told(self, register, tmp_path):
        (tmp_path / "stick").write_text("a file where a folder should be")

        with pytest.raises(Refused, match="could not be written"):
            backup.backup(tmp_path / "stick" / "b.zip")

    def test_is_for_nobody_else_s_eyes(self, register, settings, tmp_path, file):
        """It holds the keys, and everybody's file."""
        restore_elsewhere(settings, tmp_path, file)

        home = settings.CONFIG.home
        for path in (file, home, *(home / "keys").iterdir()):
            assert not is_open_to_others(path)

    def test_leaves_nothing_behind_in_the_home(self, register, settings, file):
        assert not list(settings.CONFIG.work.glob("*"))

    def test_is_refused_when_the_journal_is_not_what_was_sealed(self, register, tmp_path):
        runtime.engine().seal()
        from baarada.journal import guard

        with guard.opened(), connection.cursor() as cursor:
            cursor.execute("UPDATE journal_batch SET signature = %s", [bytes(64)])

        with pytest.raises(Refused, match="bad signature"):
            backup.backup(tmp_path / "b.zip")

        assert not (tmp_path / "b.zip").exists()

    def test_names_the_papers_that_are_lost_and_is_made_all_the_same(self, register, tmp_path):
        person = add_person(register, "Koné")
        missing, altered = add_paper(register, person, b"one"), add_paper(register, person, b"two")
        missing.unlink()
        altered.write_bytes(b"twisted")

        made = backup.backup(tmp_path / "b.zip")

        assert made.lost == sorted([missing.name, altered.name])

    def test_the_command_says_what_it_made(self, register, tmp_path, capsys):
        call_command("backup", str(tmp_path / "b.zip"))

        out = capsys.readouterr().out
        assert "b.zip: verified. Entries: 2; papers: 0." in out


NO_BACKUP = "is not a backup of Baarada, or is damaged"


class TestDamaged:
    @pytest.fixture
    def empty(self, any_backup, settings, tmp_path):
        """A machine that holds no register."""
        live_in(settings, tmp_path / "empty")
        return settings.CONFIG.home

    def refused(self, path, home):
        """The sentence of a restore that is refused; nothing is there afterwards."""
        with pytest.raises(CommandError) as refusal:
            call_command("restore", str(path))
        assert not Person.objects.exists()
        assert not (home / "node.json").exists()
        assert not (home / "papers").exists()
        return str(refusal.value)

    def test_a_file_cut_short(self, any_backup, empty, tmp_path):
        cut = tmp_path / "cut.zip"
        cut.write_bytes(any_backup.read_bytes()[:-2000])
        assert NO_BACKUP in self.refused(cut, empty)

    def test_any_flipped_byte(self, any_backup, empty, tmp_path):
        data = any_backup.read_bytes()
        for place in range(60, len(data) - 60, len(data) // 12):
            spoilt = tmp_path / f"{place}.zip"
            spoilt.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
            assert NO_BACKUP in self.refused(spoilt, empty)

    def test_another_kind_of_file(self, empty, tmp_path):
        other = tmp_path / "list.xlsx"
        with zipfile.ZipFile(other, "w") as zipped:
            zipped.writestr("xl/workbook.xml", "<workbook/>")
        assert NO_BACKUP in self.refused(other, empty)
        assert NO_BACKUP in self.refused(tmp_path / "nothing.zip", empty)

    @pytest.mark.parametrize("part", [archive.DATABASE, f"keys/{runtime.KEY_FILE}"])
    def test_a_part_left_out(self, any_backup, empty, tmp_path, part):
        assert NO_BACKUP in self.refused(
            rewritten(any_backup, tmp_path, lambda n, d: None if n == part else d), empty
        )

    def test_another_key(self, any_backup, empty, tmp_path):
        assert NO_BACKUP in self.refused(
            rewritten(any_backup, tmp_path, lambda n, d: bytes(range(32)) if n.endswith("node.key") else d),
            empty,
        )

    def test_a_database_that_is_none(self, any_backup, empty, tmp_path):
        assert NO_BACKUP in self.refused(
            rewritten(any_backup, tmp_path, lambda n, d: b"no database" * 99 if n == archive.DATABASE else d),
            empty,
        )

    def test_a_database_with_fewer_entries_than_it_says(self, any_backup, empty, tmp_path):
        def boast(name, data):
            if name != archive.MANIFEST:
                return data
            said = json.loads(data)
            said["lanes"][0][2] += 1
            return json.dumps(said).encode()

        assert NO_BACKUP in self.refused(rewritten(any_backup, tmp_path, boast), empty)

    def test_of_a_later_version(self, any_backup, empty, tmp_path):
        def later(name, data):
            return data.replace(b'"version": "', b'"version": "9') if name == archive.MANIFEST else data

        assert "made by a later version" in self.refused(rewritten(any_backup, tmp_path, later), empty)

    def test_names_that_lead_elsewhere_are_left_in_it(self, any_backup, empty, tmp_path, settings):
        with zipfile.ZipFile(any_backup, "a") as zipped:
            zipped.writestr("../outside", "x")
            zipped.writestr("keys/../../outside", "x")
            zipped.writestr("papers/ab/outside", "x")

        call_command("restore", str(any_backup))

        assert not list(tmp_path.rglob("outside"))

    def test_a_disk_that_fills_leaves_nothing_half_done(self, any_backup, empty, monkeypatch):
        def full(found):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(restoring, "_put_in_place", full)

        with pytest.raises(CommandError, match="No space left on device"):
            call_command("restore", str(any_backup))

        assert not Person.objects.exists()

    def test_until_the_database_is_kept_the_folder_holds_no_register(
        self, any_backup, empty, monkeypatch, settings
    ):
        """Else a start after a stop would make a new register of nobody under the restored keys."""
        monkeypatch.setattr(restoring, "_put_in_place", lambda folder: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            call_command("restore", str(any_backup))

        assert not (settings.CONFIG.home / config.NODE_FILE).exists()


class TestTaken:
    def test_a_home_that_holds_a_register(self, any_backup, register, settings):
        with pytest.raises(CommandError, match="already holds a register"):
            call_command("restore", str(any_backup))

        assert names() == {"Traoré"}

    def test_a_database_that_holds_a_register(self, any_backup, register, settings, tmp_path):
        """A new home must not hide that the database it points at is in use."""
        live_in(settings, tmp_path / "new home")

        with pytest.raises(CommandError, match=r"The database .* already holds a register"):
            call_command("restore", str(any_backup))

        assert names() == {"Traoré"}

    def test_a_dry_run_says_what_a_backup_holds_and_changes_nothing(
        self, any_backup, register, settings, capsys
    ):
        call_command("restore", str(any_backup), dry_run=True)

        said = capsys.readouterr().out
        assert "is whole. Pack: demo; made: Friday 20" in said
        assert "entries: 2; papers: 0." in said
        assert names() == {"Traoré"}


def sealed() -> list[bytes]:
    """Everything this node's lanes hold, as it would travel."""
    engine = runtime.engine()
    engine.seal()
    out = []
    for lane in engine.store.lanes():
        seq = 1
        while (batch := engine.store.batch(lane.number, seq)) is not None:
            out.append(batches.write(batch))
            seq = batch.header.last + 1
    return out


def phone(by, number, *, seen=None):
    """Write another telephone on the only file."""
    person = Person.objects.get()
    with actions.write("changed", by=by) as act:
        act.change(person, {"phone": number}, seen=seen or actions.seen(person))


class TestRestoredNode:
    def test_writes_on_without_contradicting_what_it_wrote_after_the_backup(
        self, register, settings, tmp_path, file
    ):
        """The lost entries come back from elsewhere one day: they and the new ones stand side by side."""
        add_person(register, "Lost")
        elsewhere = sealed()
        restore_elsewhere(settings, tmp_path, file)
        add_person(register, "New")

        outcomes = {runtime.engine().receive(data) for data in elsewhere}

        assert outcomes == {"applied", "known"}
        assert names() == {"Traoré", "Lost", "New"}
        assert not LaneRow.objects.filter(frozen=True).exists()
        assert problems() == []

    def test_two_machines_restored_from_one_backup_agree(self, register, settings, tmp_path, file):
        restore_elsewhere(settings, tmp_path, file, "one")
        add_person(register, "One")
        from_one = sealed()
        keys = dict(OriginKeys())
        restore_elsewhere(settings, tmp_path, file, "two")
        add_person(register, "Two")
        OriginKeys.learn(keys)

        outcomes = {runtime.engine().receive(data) for data in from_one}

        assert outcomes == {"applied", "known"}
        assert names() == {"Traoré", "One", "Two"}
        assert problems() == []

    def test_its_clock_goes_on_from_where_the_old_one_was(self, register, settings, tmp_path, file):
        before = max(lane.stamp for lane in runtime.engine().store.lanes())
        settings.BAARADA_WALL_MS = lambda: (before >> 16) - 3_600_000

        restore_elsewhere(settings, tmp_path, file)
        add_person(register, "New")

        origin = runtime.engine().origin
        assert min(x.stamp for x in runtime.engine().store.lanes() if x.key.origin == origin) > before

    def test_what_is_saved_from_a_page_of_before_the_loss_stands_beside_what_came_since(
        self, register, settings, tmp_path, file
    ):
        """The page names an entry that is lost: it is never taken for another that was written since."""
        phone(register, "612345678")
        page = actions.seen(Person.objects.get())
        restore_elsewhere(settings, tmp_path, file)
        phone(register, "698765432")

        phone(register, "611111111", seen=page)

        conflict = ConflictRow.objects.get()
        assert Person.objects.get().phone == "611111111"
        assert {held.entry.fields[12] for held in queries.writes(cbor2.loads(bytes(conflict.heads)))} == {
            "611111111", "698765432",
        }  # fmt: skip

    def test_leaves_an_import_under_way_to_people(self, register, settings, tmp_path):
        """Where the backup was made it may have gone on to its end: going on here would bring everybody in twice."""
        for state in (IMPORTING, PLANNING):
            ImportJob.objects.create(
                id=as_uuid(runtime.new_id()), kind="people", file_name="a.csv", digest="", begun=runtime.now(),
                account=as_uuid(register.account), writer=[], state=state,
            )  # fmt: skip
        made = backup.backup(tmp_path / "b.zip")

        restore_elsewhere(settings, tmp_path, made.path)

        assert set(ImportJob.objects.values_list("state", flat=True)) == {STOPPED, FAILED}

    def test_a_folder_with_another_key_writes_nothing(self, register, settings):
        shutil.rmtree(settings.CONFIG.keys)
        runtime.forget()

        with pytest.raises(Refused, match="is not that of this register"):
            add_person(register, "Koné")

        assert names() == {"Traoré"}


class OriginKeys:
    """The public keys that nodes tell each other."""

    def __iter__(self):
        from baarada.journal.models import OriginRow

        return iter([(row.origin, bytes(row.public)) for row in OriginRow.objects.all()])

    @staticmethod
    def learn(keys):
        from baarada.journal import guard
        from baarada.journal.models import OriginRow

        with guard.opened():
            for origin, public in keys.items():
                OriginRow.objects.get_or_create(origin=origin, defaults={"public": public})


@pytest.fixture
def quick(monkeypatch):
    """What is made of other days' backups does not depend on what is in today's."""

    def make(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        return backup.Made(target, 0, 0, 0, [])

    monkeypatch.setattr(backup, "backup", make)


class TestDaily:
    def test_is_made_once_a_day_into_the_second_folder(self, register, settings):
        made = backup.daily(date(2026, 11, 20))

        assert made.path == settings.CONFIG.backup_folder / "baarada-2026-11-20.zip"
        assert backup.daily(date(2026, 11, 20)) is None
        assert backup.last() == date(2026, 11, 20)

    def test_the_last_seven_stay_and_the_first_of_each_month(self, home, settings, quick):
        folder = settings.CONFIG.backup_folder
        folder.mkdir(parents=True)
        for month, days in (
            (4, (1, 2)),
            (5, (3,)),
            (6, (1,)),
            (8, (5, 9)),
            (9, (30,)),
            (10, (1, 31)),
            (11, range(1, 20)),
        ):
            for day in days:
                (folder / f"baarada-2026-{month:02}-{day:02}.zip").touch()

        backup.daily(date(2026, 11, 20))

        left = sorted(path.stem.removeprefix("baarada-2026-") for path in folder.glob("*.zip"))
        assert left == [
            "05-03", "06-01", "08-05", "09-30", "10-01", "11-01",
            "11-14", "11-15", "11-16", "11-17", "11-18", "11-19", "11-20",
        ]  # fmt: skip

    def test_other_files_of_the_folder_are_left_alone(self, home, settings, quick):
        folder = settings.CONFIG.backup_folder
        folder.mkdir(parents=True)
        for name in ("baarada-abcd-ef-gh.zip", "baarada-2026-13-45.zip", "thesis.doc"):
            (folder / name).touch()

        backup.daily(date(2026, 11, 20))

        assert len(list(folder.iterdir())) == 4
        assert backup.last() == date(2026, 11, 20)

    def test_halves_left_by_a_power_failure_go_the_next_day(self, home, settings, quick):
        folder = settings.CONFIG.backup_folder
        folder.mkdir(parents=True)
        old, new = folder / "baarada-2026-11-18.zip.aa.part", folder / "baarada-2026-11-20.zip.bb.part"
        copy = settings.CONFIG.work / archive.PASSING.replace("*", "cc")
        copy.mkdir(parents=True)
        for path, days in ((old, 2), (new, 0), (copy, 2)):
            path.touch()
            when = runtime.now_ms() / 1000 - days * 86_400
            os.utime(path, (when, when))

        backup.daily(date(2026, 11, 20))

        assert not old.exists()
        assert not copy.exists()
        assert new.exists()

    def test_after_a_failure_the_last_good_day_stays(self, register, monkeypatch):
        backup.daily(date(2026, 11, 19))

        def fail(*args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(archive, "pack", fail)

        with pytest.raises(Refused, match="No space left on device"):
            backup.daily(date(2026, 11, 20))

        assert backup.last() == date(2026, 11, 19)
