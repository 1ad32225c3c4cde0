"""Values, entries, columns, batches: what is written is read back the same, and what does not fit is refused."""

import threading
import unicodedata
from dataclasses import replace
from zoneinfo import ZoneInfo

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baarada.journal import actions, batches, columns, runtime, values
from baarada.journal.batches import Altered
from baarada.journal.engine import ClockWrong, Engine
from baarada.journal.entries import (
    CHANGE,
    CREATE,
    LONGEST_ENTRY,
    MOST_BASES,
    Draft,
    Entry,
    LaneKey,
    Unreadable,
    Writer,
    canonical,
    check,
    lane_of,
    read,
    ref_of,
    seq_of,
)
from baarada.journal.memory import MemoryStore
from baarada.journal.models import NodeRow, OriginRow
from baarada.journal.schema import LATEST, OWNER, PERSON, FieldSpec, Schema, TypeSpec
from baarada.journal.values import BadValue, normal
from baarada.kernel.clocks import DAY_MS, HybridClock
from baarada.kernel.ids import new_id
from tests.invented.models import File
from tests.journal.nodes import signer
from tests.vectors import second_reader

IDS = st.binary(min_size=16, max_size=16)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=8), st.binary(max_size=20), IDS,
    st.tuples(IDS, st.one_of(st.none(), st.text(max_size=4))).map(list),
)  # fmt: skip
PLAIN = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
LANE, OTHER = LaneKey("n.1", bytes(16)), LaneKey("m.1", b"\x01" * 16)
LANES = {1: LANE, 2: OTHER}
NUMBERS = {key: number for number, key in LANES.items()}
FEW = st.sampled_from(range(4))


@st.composite
def entries(draw, seq):
    """Any entry of a lane."""
    fields = draw(st.dictionaries(st.integers(0, 6), PLAIN, max_size=4))
    bases = {
        unit: tuple(
            draw(
                st.lists(
                    st.one_of(
                        st.integers(1, max(1, seq - 1)).map(lambda s: ref_of(1 if seq > 1 else 2, s)),
                        st.integers(1, 2**40 - 1).map(lambda s: ref_of(2, s)),
                    ),
                    min_size=1, max_size=3, unique=True,
                )
            )
        )
        for unit in draw(st.sets(st.integers(0, 6), max_size=3))
    }  # fmt: skip
    return Entry(
        seq, draw(st.integers(0, 2**62)),
        Writer(draw(FEW).to_bytes(16, "big"), draw(IDS), "district", draw(st.text(max_size=5))),
        draw(FEW).to_bytes(16, "big"), draw(st.sampled_from(("a", "b"))), draw(st.sampled_from((20, 21))), draw(IDS),
        draw(st.integers(0, 9)), dict(sorted(fields.items())), dict(sorted(bases.items())),
        draw(st.one_of(st.none(), st.integers(0, 99_999_999))), draw(st.one_of(st.none(), st.text(max_size=5))),
        draw(st.one_of(st.none(), st.text(max_size=5))), draw(st.integers(0, 9)),
        draw(st.one_of(st.none(), st.integers(0, 2**53))), draw(st.one_of(st.none(), IDS)),
        dict(sorted(draw(st.dictionaries(st.integers(17, 30), PLAIN, max_size=2)).items())),
    )  # fmt: skip


few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RUNS = st.integers(1, 9).flatmap(lambda n: st.tuples(*(entries(i) for i in range(1, n + 1))))


class TestEntries:
    @few
    @given(RUNS)
    def test_canonical_bytes_read_back_are_the_entry(self, run):
        for entry in run:
            data = canonical(entry, 1, LANES.__getitem__)
            again = read(data, 1, NUMBERS.__getitem__)
            assert canonical(again, 1, LANES.__getitem__) == data
            assert {u: set(b) for u, b in again.bases.items()} == {u: set(b) for u, b in entry.bases.items()}
            again.bases = entry.bases
            assert again == entry

    @few
    @given(RUNS)
    def test_what_is_laid_out_by_column_comes_back_and_the_second_reader_agrees(self, run):
        contents = [canonical(entry, 1, LANES.__getitem__) for entry in run]
        laid = columns.write(cbor2.loads(c) for c in contents)
        seqs = [entry.seq for entry in run]

        assert [cbor2.dumps(raw) for raw in columns.read(laid, seqs)] == contents
        assert [cbor2.dumps(raw) for raw in second_reader.entries_of(laid, seqs)] == contents

    @few
    @given(RUNS, st.data())
    def test_any_excerpt_carries_the_same_header_and_its_entries(self, run, data):
        contents = [canonical(entry, 1, LANES.__getitem__) for entry in run]
        full = batches.seal(LANE, 1, contents, previous=b"", stamp=1, signer=signer("n"))
        show = data.draw(st.sets(st.integers(0, len(run) - 1)))
        part = batches.read(batches.write(batches.excerpt(full, show), level=1))
        assert (part.header, part.contents) == (full.header, {i: contents[i] for i in show})
        with pytest.raises(KeyError):
            batches.excerpt(part, {i for i in range(len(run)) if i not in show} or {99})

    def test_references_name_a_lane_and_a_sequence(self):
        ref = ref_of(7, 2**40 - 1)
        assert (lane_of(ref), seq_of(ref)) == (7, 2**40 - 1)

    @pytest.mark.parametrize(
        "changed",
        [
            {"seq": 0}, {"seq": True}, {"stamp": -1}, {"stamp": 2**63}, {"act": b"short"}, {"kind": 5}, {"type": -1},
            {"id": b""}, {"mode": -1}, {"fields": [1]}, {"fields": {"name": 1}}, {"fields": {-1: 1}},
            {"effective": -1}, {"reason": 5}, {"decision": b""}, {"schema": None}, {"claimed": -1}, {"about": b"x"},
            {"writer": Writer(b"", bytes(16), "k", "n")}, {"writer": Writer(bytes(16), bytes(16), None, "n")},
            {"bases": {1: tuple(ref_of(1, n) for n in range(1, MOST_BASES + 2))}},
        ],
        ids=str,
    )  # fmt: skip
    def test_an_entry_with_a_part_of_another_kind_is_refused(self, changed):
        good = Entry(
            1, 1, Writer(bytes(16), bytes(16), "k", "n"), bytes(16), "x", 20, bytes(16), CREATE, {1: "a"}
        )
        check(good)
        for name, value in changed.items():
            setattr(good, name, value)
        with pytest.raises(Unreadable):
            check(good)

    @pytest.mark.parametrize(
        "data", [b"", b"\xff", cbor2.dumps({}), cbor2.dumps([1]), cbor2.dumps({1: 1, 2: 2})]
    )
    def test_bytes_that_are_no_entry_are_refused(self, data):
        with pytest.raises(Unreadable):
            read(data, 1, NUMBERS.__getitem__)

    @given(st.binary(max_size=60))
    def test_no_bytes_at_all_raise_anything_else(self, data):
        for reader in (lambda d: read(d, 1, NUMBERS.__getitem__), batches.read, batches.read_header):
            with pytest.raises((Unreadable, Altered, batches.TooNew)):
                reader(data)


class TestValues:
    @given(st.sampled_from(sorted(values.KINDS)), PLAIN)
    def test_what_is_kept_is_kept_the_same_again(self, kind, value):
        try:
            kept = normal(kind, value)
        except BadValue:
            return
        assert normal(kind, kept) == kept
        values.check(kind, kept)
        assert values.same(kind, kept, kept)

    @given(st.text())
    def test_text_is_composed_trimmed_and_never_empty(self, text):
        kept = normal("text", text)
        assert kept is None or (kept == kept.strip() and unicodedata.is_normalized("NFC", kept) and kept)

    @pytest.mark.parametrize(
        ("kind", "bad"),
        [
            ("text", 5), ("text", "x" * 20_001), ("number", 1.5), ("number", True), ("number", 2**63),
            ("day", 20261301), ("day", 20260230), ("day", -1), ("day", "2026"), ("flag", 1), ("id", b"short"),
            ("id", "x" * 16),
            ("inside", b""), ("outside", b"x" * 16), ("outside", [b"x" * 16]), ("outside", [b"x", "label"]),
            ("texts", "one"), ("texts", ["x"] * 101), ("entries", [["o", bytes(16), 0, 1]]), ("entries", [[1, 2, 3]]),
        ],
    )  # fmt: skip
    def test_a_value_that_its_field_cannot_hold_is_refused(self, kind, bad):
        with pytest.raises(BadValue):
            normal(kind, bad)

    def test_the_label_of_a_reference_is_no_part_of_what_it_says(self):
        assert values.same("outside", [bytes(16), "one"], [bytes(16), None])
        assert not values.same("outside", [bytes(16), "one"], None)
        assert normal("outside", [bytes(16), "  a  b "]) == [bytes(16), "a b"]
        assert normal("texts", [" a ", "", "b"]) == ["a", "b"]
        assert normal("texts", []) is None


class TestSchema:
    def field(self, number, merge=LATEST, owner=""):
        return FieldSpec(number=number, name=f"f{number}", kind="text", merge=merge, owner=owner)

    @pytest.mark.parametrize(
        "bad",
        [{"kind": "float"}, {"merge": "mine"}, {"number": -1}, {"merge": OWNER}, {"owner": "national"}],
        ids=str,
    )
    def test_a_field_declared_badly_is_refused(self, bad):
        with pytest.raises(ValueError, match="field f"):
            FieldSpec(**({"number": 1, "name": "f", "kind": "text"} | bad))

    def test_groups_share_one_class_and_overlap_nowhere(self):
        fields = {1: self.field(1), 2: self.field(2), 3: self.field(3, PERSON)}
        spec = TypeSpec(number=20, name="T", fields=fields, together=[(2, 1)])
        assert (spec.members[1], spec.unit_of[2]) == ((1, 2), 1)
        for together in ([(1, 3)], [(0, 1)], [(1, 2), (2, 1)]):
            with pytest.raises(ValueError, match=r"T: field"):
                TypeSpec(number=20, name="T", fields=dict(fields), together=together)

    def test_a_number_is_one_type(self):
        with pytest.raises(ValueError, match="two types"):
            Schema([TypeSpec(number=1, name="T", fields={1: self.field(1)})])


class TestSealing:
    def engine(self, clock=None):
        schema = Schema([TypeSpec(number=20, name="T", fields={
            n: FieldSpec(number=n, name=f"f{n}", kind="text") for n in range(1, 5)
        })])  # fmt: skip
        return Engine(
            schema, MemoryStore(schema), clock or HybridClock(lambda: 1_795_000_000_000), origin="n.1",
            signer=signer("n"), built_ms=1_794_000_000_000,
        )  # fmt: skip

    def write(self, engine, count, text="x"):
        made = [
            Draft(office=bytes(16), type=20, id=new_id(), kind="x", mode=CREATE, fields={1: text}, fresh=True)
            for _ in range(count)
        ]
        return engine.commit(made, act=new_id(), writer=Writer(bytes(16), bytes(16), "k", "n"))

    def test_a_batch_closes_by_itself_at_two_thousand_entries(self):
        engine = self.engine()
        self.write(engine, 1_999)
        assert engine.store.lane(1).sealed == 0
        self.write(engine, 2)
        assert engine.store.lane(1).sealed == 2_000
        (rest,) = engine.seal()
        assert (rest.header.first, rest.header.count) == (2_001, 1)
        assert rest.header.previous == engine.store.batch(1, 1).header.hash
        assert engine.seal() == []

    def test_long_entries_make_more_batches_each_of_which_can_be_read(self):
        engine = self.engine()
        self.write(engine, 130, "x" * 18_000)
        sealed = engine.seal()
        assert len(sealed) > 1
        assert sum(batch.header.count for batch in sealed) == 130
        for batch in sealed:
            assert batches.read(batches.write(batch, level=1)).is_whole

    def test_every_batch_has_a_secret_of_its_own(self):
        engine = self.engine()
        self.write(engine, 1)
        (one,) = engine.seal()
        self.write(engine, 1)
        (two,) = engine.seal()
        assert one.key != two.key
        assert len(one.key) == 32

    def test_an_entry_too_long_to_be_kept_is_refused_and_leaves_nothing(self):
        engine = self.engine()
        draft = Draft(
            office=bytes(16), type=20, id=new_id(), kind="x", mode=CREATE,
            fields=dict.fromkeys(range(1, 5), "x" * (LONGEST_ENTRY // 4)), fresh=True,
        )  # fmt: skip
        with pytest.raises(BadValue, match="64 kB"):
            engine.commit([draft], act=new_id(), writer=Writer(bytes(16), bytes(16), "k", "n"))
        assert engine.store.tables["entries"] == {}

    def test_a_change_that_points_to_nothing_here_is_refused(self):
        engine = self.engine()
        draft = Draft(office=bytes(16), type=20, id=new_id(), kind="x", mode=CHANGE, fields={1: "a"})
        with pytest.raises(BadValue, match="not here"):
            engine.commit([draft], act=new_id(), writer=Writer(bytes(16), bytes(16), "k", "n"))

    def test_excerpts_of_two_batches_do_not_join(self):
        engine = self.engine()
        self.write(engine, 1)
        (one,) = engine.seal()
        self.write(engine, 1)
        (two,) = engine.seal()
        with pytest.raises(ValueError, match="not the same batch"):
            batches.join(one, two)

    def test_a_clock_behind_what_was_written_is_asked_about_and_a_confirmed_one_goes_on(self):
        now = [1_795_000_000_000]
        engine = self.engine(HybridClock(lambda: now[0]))
        (first,) = self.write(engine, 1)
        now[0] -= DAY_MS
        (second,) = self.write(engine, 1)
        assert second.entry.stamp > first.entry.stamp
        now[0] -= 2 * DAY_MS
        with pytest.raises(ClockWrong):
            self.write(engine, 1)
        engine.confirmed_ms = lambda: now[0]
        (third,) = self.write(engine, 1)
        assert third.entry.stamp > second.entry.stamp
        now[0] = 1_700_000_000_000
        with pytest.raises(ClockWrong):
            self.write(engine, 1)

    def test_a_signer_signs_with_its_key(self):
        private = Ed25519PrivateKey.generate()
        by = batches.KeySigner(private)
        private.public_key().verify(by.sign(b"x"), b"x")
        assert by.public == private.public_key().public_bytes_raw()


class TestRuntime:
    def test_setting_up_twice_keeps_the_node(self, country):
        node = runtime.node()
        assert runtime.set_up(office=new_id(), root=new_id()).pk == node.pk
        assert NodeRow.objects.count() == OriginRow.objects.count() == 1
        assert runtime.root_office() == country.national.pk.bytes
        assert runtime.key_of(runtime.origin_of(node)) == runtime.signer().public
        assert runtime.key_of("nobody.1") is None

    def test_without_a_node_it_says_what_to_do(self, db):
        with pytest.raises(runtime.NoNode, match="baarada init"):
            runtime.engine()

    def test_a_folder_with_another_key_is_refused_in_a_sentence(self, country, settings, tmp_path):
        settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
        runtime.forget()
        with pytest.raises(runtime.OtherKey):
            runtime.engine()

    def test_one_engine_serves_one_thread(self, country):
        found = []
        mine = runtime.engine()
        assert runtime.engine() is mine
        thread = threading.Thread(target=lambda: found.append(getattr(runtime._local, "engine", None)))
        thread.start()
        thread.join()
        assert found == [None]

    def test_listeners_are_told_inside_the_transaction_what_changed(self, country, fatou, monkeypatch):
        told = []
        monkeypatch.setattr(runtime, "_listeners", list(runtime._listeners))
        runtime.on_change(told.append)
        runtime.on_change(told.append)
        with actions.write("created", by=fatou) as act:
            file = act.create(File, name="Traoré")
        assert [list(changed.new) for changed in told] == [[(221, file.pk.bytes)]]

    def test_the_day_is_that_of_the_place(self, country, settings):
        assert runtime.today() == runtime.now().astimezone(ZoneInfo("Asia/Kathmandu")).date()
