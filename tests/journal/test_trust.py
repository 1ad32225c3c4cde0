"""Erasure, verdicts, verification, drawing again: what was written stays what it was, or somebody is told."""

from datetime import timedelta
from io import StringIO

import cbor2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from baarada.journal import actions, batches, dump, runtime, verification
from baarada.journal.entries import ref_of
from baarada.journal.models import BatchRow, ConflictRow, EntryRow, QuarantineRow
from baarada.journal.verification import (
    ALTERED,
    BAD_CUT,
    BAD_SIGNATURE,
    BROKEN_CHAIN,
    EXTRA_ENTRY,
    EXTRA_RECORD,
    GAP,
    MISSING_RECORD,
    NOT_AS_WRITTEN,
    UNREADABLE,
)
from tests.conftest import TODAY, move_clock
from tests.invented.models import Child, File
from tests.journal.nodes import CHILD, FILE, Other, change, load, make, sealed, tamper
from tests.vectors import second_reader


def problems():
    return {problem.what for problem in verification.verify(runtime.engine())}


def lane_of(engine, origin=""):
    return next(lane for lane in engine.store.lanes() if lane.key.origin == (origin or engine.origin))


def chain_of(engine, origin):
    """A lane as the second reader sees it."""
    keys = {o: runtime.key_of(o) for o in {lane.key.origin for lane in engine.store.lanes()}}
    found = [second_reader.read(data, keys) for data in sealed(engine.store)]
    mine = [one for one in found if one["header"][3] == origin]
    second_reader.check_chain(mine)
    return mine


class TestErasing:
    def test_an_erased_entry_is_gone_everywhere_and_the_chain_still_holds(self, engine, capital, elsewhere):
        keep = elsewhere.create(FILE, {1: "Koné"})
        gone = elsewhere.create(FILE, {1: "Traoré", 2: "76412058"})
        elsewhere.create(CHILD, {1: gone[1], 5: "a note on Traoré"})
        elsewhere.meet(engine)
        elsewhere.meet(capital.engine)
        capital.erase((elsewhere.origin, elsewhere.office, 2, 3))
        capital.meet(engine)

        assert [f.name for f in File.objects.all()] == ["Koné"]
        assert not Child.objects.exists()
        assert not any(b"Traor" in bytes(p) for p in EntryRow.objects.values_list("payload", flat=True))
        (batch,) = chain_of(engine, elsewhere.origin)
        assert list(batch["entries"]) == [1]
        assert bytes(BatchRow.objects.get(lane=lane_of(engine, elsewhere.origin).number).key or b"") == b""
        assert problems() == set()
        before = dump.digest(engine.store)
        engine.rebuild()
        assert dump.digest(engine.store) == before
        assert engine.store.load([keep])

    def test_an_erased_entry_that_comes_later_never_shows(self, engine, capital, elsewhere):
        gone = elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.meet(capital.engine)
        capital.erase((elsewhere.origin, elsewhere.office, 1, 1))
        for data in capital.own():
            engine.receive(data)

        elsewhere.meet(engine)
        assert not File.objects.exists()
        assert not EntryRow.objects.filter(entity=runtime.as_uuid(gone[1])).exists()
        elsewhere.change(gone, {2: "1"})
        elsewhere.meet(engine)
        assert not File.objects.exists()
        assert problems() == set()

    def test_an_erased_edit_brings_back_what_it_replaced(self, engine, capital, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré", 2: "1"})
        elsewhere.change(key, {2: "2"})
        elsewhere.meet(engine)
        elsewhere.meet(capital.engine)
        capital.erase((elsewhere.origin, elsewhere.office, 2, 2))
        capital.meet(engine)

        assert File.objects.get().phone == "1"

    def test_our_own_entries_are_erased_before_they_are_sealed_too(self, engine, capital, fatou):
        file = make(fatou, name="Traoré")
        lane = lane_of(engine)
        capital.hear(engine)
        make(fatou, name="Koné")
        capital.erase((lane.key.origin, lane.key.office, lane.last, lane.last + 1))
        capital.meet(engine)

        assert not File.objects.filter(pk=file.pk).exists()
        assert not File.objects.exists()
        assert problems() == set()
        chain_of(engine, engine.origin)

    def test_two_excerpts_of_a_batch_join(self, engine, elsewhere):
        for name in ("a", "b", "c"):
            elsewhere.create(FILE, {1: name})
        (data,) = elsewhere.batches()
        full = batches.read(data)

        for show in ({0}, {2}, {0, 1}):
            engine.receive(batches.write(batches.excerpt(full, show)))
            assert problems() == set()
        assert sorted(File.objects.values_list("name", flat=True)) == ["a", "b", "c"]
        engine.receive(data)
        assert problems() == set()
        chain_of(engine, elsewhere.origin)


class TestVerdicts:
    def test_what_a_wrong_clock_wrote_no_longer_wins(self, engine, capital, country):
        ahead = Other("ahead", ahead_ms=20 * 365 * 86_400_000)
        key = capital.create(FILE, {1: "Traoré", 2: "1"})
        capital.meet(ahead.engine)
        capital.meet(engine)
        ahead.change(key, {2: "of 2046"})
        capital.change(key, {2: "of today"})
        ahead.meet(engine)
        capital.meet(engine)
        assert File.objects.get().phone == "of 2046"

        capital.create(3, {1: [[ahead.origin, ahead.office, 1, 9]], 2: "clock"})
        capital.meet(engine)
        assert File.objects.get().phone == "of today"
        assert ConflictRow.objects.filter(unit=2).count() == 1
        assert problems() == set()

    def test_a_clock_far_ahead_lifts_nobody_by_more_than_a_day(self, engine, country, fatou):
        ahead = Other("ahead", ahead_ms=20 * 365 * 86_400_000)
        ahead.create(FILE, {1: "Traoré"})
        ahead.meet(engine)

        make(fatou, name="Koné")
        assert lane_of(engine).stamp >> 16 <= runtime.now_ms() + 86_400_000 + 1


class TestVerifying:
    @pytest.fixture
    def register(self, engine, elsewhere, fatou, amina):
        """Sealed and unsealed entries of this node, entries of another, a conflict."""
        file = load(make(fatou, name="Traoré", phone="1"))
        page = actions.seen(file)
        change(file, amina, seen=page, phone="2")
        change(file, fatou, seen=page, phone="3")
        engine.seal()
        key = elsewhere.create(FILE, {1: "Koné"})
        elsewhere.create(CHILD, {1: key[1], 5: "x"})
        elsewhere.meet(engine)
        make(fatou, name="Diarra")
        return file

    def test_an_honest_register_has_no_problem(self, register, engine):
        looked = []
        assert list(verification.verify(engine, looked.append)) == []
        assert looked[-1] > sum(lane.last for lane in engine.store.lanes())

    def test_another_room_may_have_something_looked_at(self, register, monkeypatch):
        monkeypatch.setattr(verification, "_also", list(verification._also))
        problem = verification.Problem("a paper is gone", "x")
        check = lambda: iter([problem])  # noqa: E731
        verification.also(check)
        verification.also(check)
        assert list(verification.verify(runtime.engine())) == [problem]

    @pytest.mark.parametrize(
        ("sql", "found"),
        [
            ("UPDATE invented_file SET phone = '9' WHERE name = 'Koné'", {NOT_AS_WRITTEN}),
            ("UPDATE invented_file SET heads = NULL WHERE name = 'Traoré'", {NOT_AS_WRITTEN}),
            ("DELETE FROM journal_conflict", {NOT_AS_WRITTEN}),
            ("DELETE FROM invented_child", {MISSING_RECORD, EXTRA_RECORD}),
            ("UPDATE invented_child SET canonical = NULL", {NOT_AS_WRITTEN}),
            (
                "UPDATE journal_lane SET head = signature FROM journal_batch WHERE lane = number",
                {BROKEN_CHAIN},
            ),
            ("UPDATE journal_batch SET signature = header", {BAD_SIGNATURE}),
            ("UPDATE journal_origin SET public = substr(public, 2)", {BAD_SIGNATURE, BAD_CUT}),
            ("UPDATE journal_cut SET day = day + 1", {BAD_CUT}),
            ("UPDATE journal_cut SET signature = positions", {BAD_CUT}),
        ],
        ids=lambda value: str(value)[:50],
    )
    def test_what_was_changed_in_the_file_is_told(self, register, sql, found):
        tamper(sql)
        assert problems() == found

    def test_an_entry_that_was_changed_removed_or_exchanged_is_told(self, register, engine, elsewhere):
        number = lane_of(engine, elsewhere.origin).number
        one = EntryRow.objects.get(ref=ref_of(number, 1))
        other = cbor2.loads(bytes(one.payload)) | {9: {1: "Another"}}

        tamper("UPDATE journal_entry SET payload = %s WHERE ref = %s", cbor2.dumps(other), one.ref)
        assert ALTERED in problems()
        tamper("UPDATE journal_entry SET payload = %s WHERE ref = %s", b"garbage", one.ref)
        assert {ALTERED, UNREADABLE} <= problems()
        tamper("DELETE FROM journal_entry WHERE ref = %s", one.ref)
        assert GAP in problems()

    def test_an_entry_not_yet_sealed_that_is_removed_is_told(self, register, engine):
        tamper(
            "DELETE FROM journal_entry WHERE ref = %s", ref_of(lane_of(engine).number, lane_of(engine).last)
        )
        assert GAP in problems()

    def test_a_batch_that_is_removed_or_signed_by_somebody_else_is_told(self, register, engine):
        row = BatchRow.objects.filter(lane=lane_of(engine).number).first()
        stranger = Other("stranger", known=False)
        tamper(
            "UPDATE journal_batch SET signature = %s WHERE id = %s",
            stranger.signer.sign(batches.SIGNED_BEFORE + bytes(row.header)), row.pk,
        )  # fmt: skip
        assert problems() == {BAD_SIGNATURE}
        tamper("DELETE FROM journal_batch WHERE id = %s", row.pk)
        assert GAP in problems()

    def test_a_cut_that_knows_more_than_there_is_is_told(self, register, engine, fatou):
        move_clock(days=1)
        make(fatou, name="Keïta")
        tamper("UPDATE journal_lane SET last = 0, sealed = 0, head = %s", b"")
        assert BAD_CUT in problems()

    def test_a_record_that_no_entry_made_is_told(self, register):
        tamper("UPDATE invented_file SET id = %s WHERE name = 'Koné'", File._meta.pk.get_db_prep_value(
            runtime.as_uuid(runtime.new_id()), connection
        ))  # fmt: skip
        assert {MISSING_RECORD, EXTRA_RECORD} <= problems()

    def test_an_entry_that_was_slipped_in_behind_the_last_is_told(self, register, engine):
        lane, one = lane_of(engine), EntryRow.objects.first()
        tamper(
            "UPDATE journal_entry SET ref = %s WHERE ref = %s", ref_of(lane.number, lane.last + 5), one.ref
        )
        assert EXTRA_ENTRY in problems()

    def test_a_lane_that_was_shortened_is_told(self, register, engine):
        lane = lane_of(engine)
        tamper("UPDATE journal_lane SET last = last - 1 WHERE number = %s", lane.number)
        assert EXTRA_ENTRY in problems()


class TestCommands:
    def out(self, *args):
        text = StringIO()
        with translation.override("en"):
            call_command(*args, stdout=text)
        return text.getvalue()

    def test_verify_says_how_much_was_looked_at(self, engine, fatou):
        make(fatou, name="Traoré")
        said = self.out("verify", "--digest")
        assert "All is as it was written. Entries: 5, lanes: 1." in said
        assert dump.digest(engine.store) in said

    def test_they_speak_french(self, engine, fatou):
        make(fatou, name="Traoré")
        said = StringIO()
        call_command("verify", stdout=said)
        call_command("rebuild", stdout=said)
        tamper("UPDATE invented_file SET phone = '9'")
        with pytest.raises(CommandError, match="1 élément n’est pas comme écrit"):
            call_command("verify", stdout=said)

        assert "Tout est comme écrit. Écritures\xa0: 5" in said.getvalue()
        assert "Écritures appliquées\xa0: 5" in said.getvalue()
        assert "autre que ce qui fut écrit\xa0:" in said.getvalue()

    def test_verify_fails_and_names_what_is_wrong(self, engine, fatou):
        make(fatou, name="Traoré")
        tamper("UPDATE invented_file SET phone = '9'")
        with pytest.raises(CommandError, match="1 thing is not as it was written"):
            self.out("verify")

    def test_rebuild_draws_the_same_again_and_mends_what_was_changed(self, engine, fatou):
        file = make(fatou, name="Traoré")
        before = dump.digest(engine.store)
        tamper("UPDATE invented_file SET phone = '9'")

        assert "Entries that would be applied: 5" in self.out("rebuild", "--dry-run")
        assert load(file).phone == "9"
        assert before in self.out("rebuild")
        assert load(file).phone is None

    def test_history_shows_everything_written_about_a_record(self, engine, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1"))
        change(file, amina, phone="2")
        said = self.out("history", str(file.pk))
        assert "File" in said
        assert "phone: 2" in said
        assert "phone: 1" in said
        assert "Amina Ouattara" in said
        with pytest.raises(CommandError, match="No record has the identifier"):
            self.out("history", str(runtime.as_uuid(runtime.new_id())))

    def test_undo_lists_acts_says_what_one_wrote_and_takes_it_back(self, engine, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1"))
        act = runtime.new_id()
        with actions.write("imported", by=fatou, act=act) as writing:
            writing.change(file, {"phone": "2", "address": "Zégoua"}, seen=actions.seen(file))
        change(load(file), amina, address="Kadiolo")
        pk = str(runtime.as_uuid(act))

        assert pk in self.out("undo")
        assert "imported, by Fatou Keïta. Entries: 1." in self.out("undo", pk, "--dry-run")
        assert load(file).phone == "2"
        said = self.out("undo", pk, "--reason", "a wrong file")
        assert f"Left alone: imported, record {file.pk.hex}" in said
        assert "1 thing stays" in said
        assert (load(file).phone, load(file).address) == ("1", "Kadiolo")
        with pytest.raises(CommandError, match="No act has this identifier"):
            self.out("undo", str(runtime.as_uuid(runtime.new_id())))

    def test_without_a_register_each_says_so_in_a_sentence(self, db):
        for command in ("verify", "rebuild"):
            with pytest.raises(CommandError, match="baarada init"):
                self.out(command)


class TestRebuilding:
    def test_it_gives_the_same_bytes_whatever_came_in_whatever_order(
        self, engine, elsewhere, capital, fatou, amina
    ):
        file = load(make(fatou, name="Traoré", grade=3))
        page = actions.seen(file)
        change(file, amina, seen=page, phone="2")
        change(file, fatou, seen=page, phone="3")
        third = Other("third")
        key = elsewhere.create(FILE, {1: "Koné"})
        elsewhere.meet(third.engine)
        third.change(key, {2: "1"})
        third.create(CHILD, {1: key[1]})
        for data in third.own():
            engine.receive(data)
        move_clock(days=1)
        elsewhere.delete(key)
        elsewhere.meet(engine)
        with actions.write("linked", by=fatou) as act:
            act.link(file, File.objects.get(pk=runtime.as_uuid(key[1])))
        elsewhere.meet(capital.engine)
        capital.erase((elsewhere.origin, elsewhere.office, 9, 9))
        capital.meet(engine)
        before = list(dump.lines(engine.store))
        refused = QuarantineRow.objects.count()

        done = []
        engine.rebuild(done.append)
        assert list(dump.lines(engine.store)) == before
        assert done[-1] == EntryRow.objects.count()
        assert QuarantineRow.objects.count() == refused
        assert problems() == set()
        assert TODAY + timedelta(days=1) == runtime.today()
