"""What comes from elsewhere: taken, kept waiting, or refused with its reason; never lost, never taken twice."""

from datetime import date

import cbor2
import pytest
from django.core.management import call_command

from baarada.journal import actions, batches, cuts, dump, runtime
from baarada.journal.arriving import APPLIED, EARLY, KNOWN, REFUSED
from baarada.journal.batches import FORMAT
from baarada.journal.engine import Engine
from baarada.journal.entries import CHANGE, CREATE, LaneKey
from baarada.journal.models import ConflictRow, CutRow, EarlyRow, QuarantineRow, WaitRow
from baarada.journal.schema import FieldSpec, Schema, TypeSpec
from baarada.journal.sealing import pack_secret
from tests.conftest import TODAY, move_clock
from tests.invented.models import Child, File, Item, Newer
from tests.journal.nodes import (
    CHILD,
    FILE,
    ITEM,
    NEWER,
    Other,
    change,
    load,
    make,
    raw_entry,
    seal_raw,
    trust,
)


def reasons():
    return list(QuarantineRow.objects.order_by("id").values_list("reason", flat=True))


def old_schema():
    """What a version before the record Newer and the field motto knew."""
    types = runtime.schema().types
    return [t for n, t in types.items() if n >= 16 and n != NEWER]


class TestTaking:
    def test_what_was_written_elsewhere_shows_here(self, engine, elsewhere):
        _, id_ = elsewhere.create(FILE, {1: "Traoré", 2: "76412058"})

        assert elsewhere.meet(engine) == [APPLIED]
        assert File.objects.get(pk=id_.hex()).phone == "76412058"

    def test_the_same_batch_again_changes_nothing(self, engine, elsewhere):
        elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.meet(engine)
        before = dump.digest(engine.store)

        assert elsewhere.meet(engine) == [KNOWN]
        assert dump.digest(engine.store) == before

    def test_a_batch_before_its_turn_waits_and_is_applied_once(self, engine, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré"})
        first = elsewhere.new()
        elsewhere.change(key, {2: "1"})
        second = elsewhere.new()
        elsewhere.change(key, {2: "2"})
        third = elsewhere.new()

        assert [engine.receive(data) for data in (*third, *third, *second)] == [EARLY, EARLY, EARLY]
        assert EarlyRow.objects.count() == 2
        assert engine.receive(*first) == APPLIED
        assert EarlyRow.objects.count() == 0
        assert File.objects.get(pk=key[1].hex()).phone == "2"

    def test_memory_and_database_draw_the_same_picture_from_the_same_batches(self, engine, elsewhere, amina):
        mine = load(make(amina, name="Koné", grade=2))
        elsewhere.hear(engine)
        theirs = elsewhere.create(FILE, {1: "Traoré", 5: 19850312})
        elsewhere.create(CHILD, {1: theirs[1], 3: 20200101})
        elsewhere.change((FILE, mine.pk.bytes), {2: "1", 4: 5})
        change(mine, amina, phone="2", born=None)
        elsewhere.delete(theirs)
        elsewhere.meet(engine)
        elsewhere.hear(engine)

        assert dump.digest(engine.store) == dump.digest(elsewhere.store)


class TestWaiting:
    def test_an_edit_waits_for_its_record_and_a_row_for_its_file(self, engine, elsewhere):
        third = Other("third")
        file = elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.meet(third.engine)
        child = third.create(CHILD, {1: file[1], 5: "note"})
        third.change(file, {2: "1"})
        own = third.new()

        assert [engine.receive(data) for data in own] == [APPLIED]
        assert WaitRow.objects.count() == 2
        assert not Child.objects.exists()

        elsewhere.meet(engine)
        assert WaitRow.objects.count() == 0
        assert Child.objects.get().file_id.bytes == file[1]
        assert Child.objects.get().pk.bytes == child[1]
        assert File.objects.get().phone == "1"

    def test_what_waits_for_two_things_waits_until_both_are_here(self, engine, elsewhere):
        """A row of a file that has an item: two lanes, three arrivals, and nothing left over."""
        third, fourth = Other("third"), Other("fourth")
        item = elsewhere.create(ITEM, {1: "CSCom"})
        elsewhere.meet(third.engine)
        file = third.create(FILE, {1: "Traoré", 8: item[1]})
        third.meet(fourth.engine)
        fourth.create(CHILD, {1: file[1]})
        fourth.change(file, {8: item[1], 2: "1"})

        assert [engine.receive(data) for data in fourth.new()] == [APPLIED]
        assert sorted(WaitRow.objects.values_list("type", flat=True)) == [ITEM, FILE, FILE]
        assert [engine.receive(data) for data in third.own()] == [APPLIED]
        assert set(WaitRow.objects.values_list("type", flat=True)) == {ITEM, FILE}
        assert WaitRow.objects.count() == WaitRow.objects.values("ref", "type", "entity").distinct().count()
        assert not File.objects.exists()

        elsewhere.meet(engine)
        assert WaitRow.objects.count() == 0
        assert (File.objects.get().phone, Child.objects.count()) == ("1", 1)

    def test_a_creation_made_here_releases_what_waits_for_it_once(self, engine, elsewhere, fatou):
        """The same record brought in from an old list here, while its edits came from elsewhere."""
        third = Other("third")
        file = elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.meet(third.engine)
        third.change(file, {2: "1"})
        third.create(CHILD, {1: file[1]})
        for data in third.new():
            engine.receive(data)
        assert WaitRow.objects.count() == 2

        with actions.write("imported", by=fatou) as act:
            act.create(File, id_=file[1], name="Traoré")

        assert WaitRow.objects.count() == 0
        assert Child.objects.count() == 1
        released = load(File.objects.get())
        assert change(released, fatou, phone="2").phone == "2"

        elsewhere.meet(engine)
        before = dump.digest(engine.store)
        engine.rebuild()
        assert dump.digest(engine.store) == before
        assert File.objects.get().phone == "2"

    def test_a_creation_made_here_is_not_refused_because_of_what_it_releases(self, engine, elsewhere, fatou):
        """What waited still lacks something else: that is no fault of whoever writes here."""
        third = Other("third")
        item = elsewhere.create(ITEM, {1: "CSCom"})
        file = elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.meet(third.engine)
        third.change(file, {8: item[1]})
        for data in third.new():
            engine.receive(data)

        with actions.write("imported", by=fatou) as act:
            act.create(File, id_=file[1], name="Traoré")
            act.create(Item, label="another")

        assert File.objects.get().item_id is None
        assert list(WaitRow.objects.values_list("type", "entity")) == [(ITEM, runtime.as_uuid(item[1]))]
        elsewhere.meet(engine)
        assert WaitRow.objects.count() == 0
        assert ConflictRow.objects.get(unit=8).merge == "latest"


class TestRefusing:
    def test_what_is_refused_is_kept_once_with_its_reason_and_its_bytes(self, engine, elsewhere):
        elsewhere.create(FILE, {1: "Traoré"})
        (data,) = elsewhere.batches()
        harmed = data[:-1] + bytes([data[-1] ^ 1])

        assert [engine.receive(d) for d in (harmed, b"garbage", harmed, b"garbage", b"")] == [REFUSED] * 5
        assert QuarantineRow.objects.count() == 3
        assert {bytes(row.data) for row in QuarantineRow.objects.all()} == {harmed, b"garbage", b""}
        assert not File.objects.exists()
        assert engine.receive(data) == APPLIED

    def test_an_origin_whose_key_comes_later_is_taken_then(self, engine):
        stranger = Other("stranger", known=False)
        stranger.create(FILE, {1: "Traoré"})

        assert stranger.meet(engine) == [REFUSED]
        assert reasons() == ["unknown origin"]
        assert engine.retry() == 0
        assert reasons() == ["unknown origin"]

        trust(stranger.origin, stranger.signer.public)
        assert engine.retry() == 1
        assert reasons() == []
        assert File.objects.get().name == "Traoré"
        assert engine.retry() == 0

    def test_a_harmed_batch_of_a_stranger_is_told_apart_once_the_key_is_known(self, engine):
        stranger = Other("stranger", known=False)
        stranger.create(FILE, {1: "Traoré"})
        magic, header, signature, body = cbor2.loads(stranger.batches()[0])
        engine.receive(cbor2.dumps([magic, header, signature[:-1] + bytes([signature[-1] ^ 1]), body]))

        trust(stranger.origin, stranger.signer.public)
        assert engine.retry() == 0
        assert reasons() == ["altered"]

    def test_a_batch_for_a_later_version_is_kept_until_the_upgrade(self, engine, elsewhere, monkeypatch):
        elsewhere.create(FILE, {1: "Traoré"})
        magic, header, _, body = cbor2.loads(elsewhere.batches()[0])
        later = cbor2.dumps(cbor2.loads(header) | {2: FORMAT + 1})
        signature = elsewhere.signer.sign(batches.SIGNED_BEFORE + later)

        assert engine.receive(cbor2.dumps([magic, later, signature, body])) == REFUSED
        assert reasons() == ["too new"]

        monkeypatch.setattr(batches, "FORMAT", FORMAT + 1)
        call_command("migrate", verbosity=0)
        assert reasons() == []
        assert File.objects.get().name == "Traoré"

    def test_a_fork_is_named_frozen_and_both_sides_are_kept(self, engine, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré"})
        elsewhere.meet(engine)
        lane = LaneKey(elsewhere.origin, elsewhere.office)
        other = seal_raw(
            lane, [raw_entry(1, lane.office, FILE, key[1], CREATE, {1: "Koné"})], elsewhere.signer
        )

        assert engine.receive(batches.write(other)) == REFUSED
        assert reasons() == ["fork"]
        elsewhere.change(key, {2: "1"})
        assert elsewhere.meet(engine)[-1] == REFUSED
        assert "frozen" in reasons()
        assert engine.store.lane(engine.store.lane_number(lane)).frozen
        assert File.objects.get().name == "Traoré"

    def test_a_node_does_not_take_its_own_later_entries_from_others(self, engine, fatou, elsewhere):
        make(fatou, name="Traoré")
        engine.seal()
        lane = next(lane for lane in engine.store.lanes() if lane.key.origin == engine.origin)
        later = seal_raw(
            lane.key,
            [raw_entry(lane.last + 1, lane.key.office, FILE, runtime.new_id(), CREATE, {1: "Koné"})],
            engine.sealer.signer, first=lane.last + 1, previous=lane.head,
        )  # fmt: skip

        assert engine.receive(batches.write(later)) == REFUSED
        assert reasons() == ["own lane longer"]


class TestEntriesThatChangeNothing:
    def send(self, engine, node, *entries):
        lane = LaneKey(node.origin, node.office)
        batch = seal_raw(
            lane, [raw_entry(i, node.office, *entry) for i, entry in enumerate(entries, 1)], node.signer
        )
        assert engine.receive(batches.write(batch)) == APPLIED

    def test_a_value_its_field_cannot_hold_is_kept_and_does_not_show(self, engine, elsewhere, fatou):
        file = load(make(fatou, name="Traoré", grade=3))
        self.send(
            engine,
            elsewhere,
            (FILE, file.pk.bytes, CHANGE, {4: "three"}),
            (FILE, file.pk.bytes, CHANGE, {2: "1"}),
        )

        file = load(file)
        assert (file.grade, file.phone) == (3, "1")
        assert reasons() == ["bad value"]
        before = dump.digest(engine.store)
        engine.rebuild()
        assert dump.digest(engine.store) == before
        assert reasons() == ["bad value"]
        assert change(file, fatou, grade=4).grade == 4

    def test_a_later_version_that_knows_the_value_shows_it(self, engine, elsewhere, fatou):
        def version(kind):
            one, two = FieldSpec(number=1, name="a", kind=kind), FieldSpec(number=2, name="b", kind="text")
            return Schema([TypeSpec(number=40, name="T", fields={1: one, 2: two})])

        node, old = Other("other", schema=version("text")), Other("old", schema=version("number"))
        key = node.create(40, {1: "a text"})
        node.change(key, {2: "seen"})
        node.meet(old.engine)
        assert [q.reason for q in old.store.quarantined()] == ["bad value"]
        assert len(list(old.store.waits())) == 1

        old.store.schema = version("text")
        Engine(old.store.schema, old.store, old.clock, origin=old.origin, key_of=runtime.key_of).upgrade()

        assert old.store.quarantined() == []
        assert not list(old.store.waits())
        assert old.store.load([key])[key].values == {0: False, 1: "a text", 2: "seen"}

    @pytest.mark.parametrize("type_", [2, 3], ids=["erasure", "verdict"])
    def test_only_a_national_office_erases_or_judges_a_clock(self, engine, elsewhere, fatou, type_):
        file = load(make(fatou, name="Traoré"))
        lane = next(lane for lane in engine.store.lanes() if lane.key.origin == engine.origin)
        ranges = [[lane.key.origin, lane.key.office, 1, lane.last]]
        self.send(engine, elsewhere, (type_, runtime.new_id(), CREATE, {1: ranges}))

        assert load(file).name == "Traoré"
        assert reasons() == ["no authority"]


class TestUnknown:
    def test_types_and_fields_of_a_later_version_are_kept_handed_on_and_shown_after_the_upgrade(
        self, country
    ):
        new, old, newest = Other("new"), Other("old", schema=Schema(old_schema())), Other("newest")
        file = new.create(FILE, {1: "Traoré"})
        newer = new.create(NEWER, {1: file[1], 2: "text"})
        new.meet(old.engine)

        assert old.store.load([file])[file].values[1] == "Traoré"
        assert len(list(old.store.waits())) == 1
        old.meet(newest.engine)
        assert newest.store.load([newer])[newer].values[2] == "text"
        assert dump.digest(newest.store) == dump.digest(new.store)

    def test_a_mode_of_a_later_version_waits(self, engine, elsewhere):
        lane = LaneKey(elsewhere.origin, elsewhere.office)
        batch = seal_raw(
            lane, [raw_entry(1, lane.office, FILE, runtime.new_id(), 99, {1: "x"})], elsewhere.signer
        )

        assert engine.receive(batches.write(batch)) == APPLIED
        assert WaitRow.objects.count() == 1
        assert not File.objects.exists()

    def test_unknown_fields_survive_bit_for_bit(self, engine, elsewhere):
        lane = LaneKey(elsewhere.origin, elsewhere.office)
        entry = raw_entry(
            1, lane.office, FILE, runtime.new_id(), CREATE, {1: "x", 999: {1: [b"\x00", -5]}}, _77="later"
        )
        batch = seal_raw(lane, [entry], elsewhere.signer)
        engine.receive(batches.write(batch))

        number = engine.store.lane_number(lane)
        assert [cbor2.loads(data) for _, data in engine.store.contents(number, 1, 1)] == [entry]
        assert batches.write(engine.store.batch(number, 1)) == batches.write(batch)
        assert File.objects.get().name == "x"
        assert Newer.objects.count() == 0


class TestPacks:
    LANE = ("pack:test", bytes(16))

    def pack(self, label="Kayes", *, first=1, previous=b"", key=None):
        lane = LaneKey(*self.LANE)
        entry = raw_entry(first, lane.office, ITEM, (b"%016d" % first), CREATE, {1: label})
        entry[2] = first << 16
        return seal_raw(
            lane, [entry], None, first=first, previous=previous, key=key or pack_secret(lane.origin)
        )

    @pytest.fixture
    def known(self, monkeypatch):
        found = set()
        monkeypatch.setattr(runtime, "_pack_hashes", [lambda: frozenset(found)])
        return found

    def test_a_release_is_taken_only_where_this_program_holds_the_same(self, engine, known):
        honest, other = self.pack(), self.pack("Elsewhere")
        assert engine.receive(batches.write(honest)) == REFUSED

        known.add(honest.header.hash)
        assert engine.receive(batches.write(other)) == REFUSED
        assert engine.receive(batches.write(honest)) == APPLIED
        assert engine.receive(batches.write(other)) == REFUSED
        assert Item.objects.get().label == "Kayes"
        assert not engine.store.lane(engine.store.lane_number(honest.header.lane)).frozen

    def test_nobody_writes_in_the_name_of_a_pack_by_signing(self, engine, known, elsewhere):
        trust("pack:test", elsewhere.signer.public)
        signed = batches.seal(
            LaneKey(*self.LANE), 1, list(self.pack().contents.values()), previous=b"", stamp=1,
            signer=elsewhere.signer, key=bytes(32),
        )  # fmt: skip

        assert engine.receive(batches.write(signed)) == REFUSED
        assert reasons() == ["unknown origin"]
        assert not Item.objects.exists()

    def test_a_release_that_the_next_version_brings_is_taken_after_the_upgrade(self, engine, known):
        first = self.pack()
        second = self.pack("Ségou", first=2, previous=first.header.hash)
        known.add(first.header.hash)
        assert [engine.receive(batches.write(b)) for b in (second, first)] == [REFUSED, APPLIED]

        known.add(second.header.hash)
        call_command("migrate", verbosity=0)
        assert sorted(Item.objects.values_list("label", flat=True)) == ["Kayes", "Ségou"]
        assert reasons() == []


class TestCuts:
    def test_what_arrives_today_was_not_known_yesterday(self, engine, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré"})
        move_clock(days=1)
        elsewhere.meet(engine)

        cut = cuts.known_on(engine, TODAY)
        assert cut is not None
        assert engine.as_known(key, cut) is None
        assert engine.as_known(key, {lane.number: lane.last for lane in engine.store.lanes()}) is not None
        assert cuts.first_day() == date(2026, 11, 19)
        assert CutRow.objects.count() == 2
