"""The batch format stays what it is: two readers that share no code read the same from the same bytes."""

import json
import random
import subprocess
import sys
from pathlib import Path

import cbor2
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from baarada.journal import batches, merkle
from baarada.journal.arriving import APPLIED, EARLY, KNOWN, UnknownOrigin
from baarada.journal.batches import Altered, TooNew
from baarada.journal.engine import Engine
from baarada.journal.entries import LONGEST_ENTRY, LaneKey, Unreadable, canonical, read
from baarada.journal.memory import MemoryStore
from baarada.journal.schema import Schema
from baarada.kernel.clocks import HybridClock
from tests.vectors import make, second_reader
from tests.vectors.second_reader import Bad

NAMES = sorted(make.vectors())
PUBLIC = {make.ORIGIN: make.SIGNER.public}
PACKS = {make.pack_batch().header.hash}


def stored(name):
    return (make.FOLDER / f"{name}.cbor").read_bytes()


def unpacked(data):
    """A batch with its body taken out of the frame, whose bytes depend on the version of the compressor."""
    magic, header, signature, packed = cbor2.loads(data)
    return magic, header, signature, zstandard.ZstdDecompressor().decompress(packed)


def engine():
    """A node that knows the vectors' keys and pack."""
    schema = Schema([])
    return Engine(
        schema, MemoryStore(schema), HybridClock(lambda: 1_795_100_000_000), origin="me.1",
        key_of=PUBLIC.get, pack_hashes=lambda: frozenset(PACKS),
    )  # fmt: skip


check = engine().arrivals._check_origin
"""What the journal asks of a header before it unpacks a batch."""


def with_journal(data):
    """What the journal reads: the header, and the entries' canonical bytes by sequence."""
    batch = batches.read(data, check)
    return batch.header.raw, {batch.header.first + i: c for i, c in batch.contents.items()}


def with_second(data):
    """What the second reader reads, in the same form."""
    found = second_reader.read(data, PUBLIC, PACKS)
    return cbor2.dumps(found["header"]), found["contents"]


class TestGolden:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_program_still_writes_the_very_bytes(self, name):
        assert unpacked(batches.write(make.vectors()[name].batch)) == unpacked(stored(name))

    @pytest.mark.parametrize("name", NAMES)
    def test_what_a_vector_says_is_written_beside_it(self, name):
        kept = json.loads((make.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        found = second_reader.read(stored(name), PUBLIC, PACKS)

        assert kept["entries"] == second_reader.as_json(found["entries"])
        assert kept["header"] == second_reader.as_json(found["header"])
        assert kept["contents"] == {str(seq): data.hex() for seq, data in found["contents"].items()}
        assert kept["hash"] == found["hash"].hex()

    def test_the_keys_are_those_of_the_vectors(self):
        assert json.loads((make.FOLDER / "keys.json").read_text(encoding="utf-8")) == make.keys()

    def test_all_ways_to_lay_out_a_column_occur(self):
        found = set()
        for name in NAMES:
            for of_type in cbor2.loads(unpacked(stored(name))[3])[5][13].values():
                for column in of_type.values():
                    found.add(column[0] if column[0] != 3 else (3, column[1][0]))
        assert found >= {0, 1, 2, (3, 0), (3, 1), (3, 2)}


class TestTwoReaders:
    @pytest.mark.parametrize("name", NAMES)
    def test_both_read_the_same(self, name):
        assert with_journal(stored(name)) == with_second(stored(name))

    @pytest.mark.parametrize("name", NAMES)
    def test_what_the_journal_reads_it_writes_again_bit_for_bit(self, name):
        lanes = {key: number for number, key in make.LANES.items()}
        lane = lanes[make.PACK_LANE if name == "pack" else make.LANE]
        names = {number: key for key, number in lanes.items()}
        for content in with_journal(stored(name))[1].values():
            assert canonical(read(content, lane, lanes.__getitem__), lane, names.__getitem__) == content

    def test_the_second_reader_imports_nothing_of_the_program(self):
        reader = Path(second_reader.__file__)
        command = [sys.executable, "-I", "-X", "importtime", reader, make.FOLDER / "keys.json"]
        out = subprocess.run(
            [*command, *(make.FOLDER / f"{n}.cbor" for n in NAMES)],
            capture_output=True,
            text=True,
            check=True,
        )

        assert "baarada" not in out.stderr
        assert len(reader.read_text(encoding="utf-8").splitlines()) < 260
        assert out.stdout.count('"header"') == len(NAMES)

    def test_both_follow_the_chain(self):
        full, unknown = (second_reader.read(stored(n), PUBLIC) for n in ("full", "unknown"))
        second_reader.check_chain([full, unknown])

        with pytest.raises(Bad, match="chain"):
            second_reader.check_chain([unknown])
        with pytest.raises(Bad, match="chain"):
            second_reader.check_chain([full, unknown, unknown])

    def test_a_node_takes_the_vectors_and_the_erasure_with_them(self):
        node = engine()
        outcomes = [
            node.receive(stored(n)) for n in ("unknown", "excerpt", "full", "pack", "hidden", "erased")
        ]

        assert outcomes == [EARLY, APPLIED, KNOWN, APPLIED, KNOWN, KNOWN]
        lane = node.store.lane_number(make.LANE)
        assert [seq for seq, _ in node.store.contents(lane, 1, 10)] == [1, 3, 4, 5, 6, 7, 8, 9, 10]
        kept = node.store.batch(lane, 1)
        assert kept.key is None
        assert with_second(batches.write(kept)) == with_second(stored("erased"))

    @given(st.sets(st.integers(0, 6)), st.sets(st.integers(0, 6)))
    def test_any_part_can_be_shown_and_parts_joined(self, one, other):
        full = make.vectors()["full"].batch
        both = batches.join(batches.excerpt(full, one), batches.excerpt(full, other))

        header, contents = with_second(batches.write(both, level=1))
        assert header == full.header.raw
        assert contents == {1 + i: full.contents[i] for i in one | other}


class TestDamage:
    """Every changed byte is found, or changes nothing of what is read. Both readers, the same verdict."""

    @pytest.mark.parametrize("name", NAMES)
    def test_no_changed_byte_changes_what_is_read(self, name):
        data, truth = stored(name), with_second(stored(name))
        for place in range(len(data)):
            harmed = bytearray(data)
            harmed[place] ^= (1, 0x80, 0xFF)[place % 3]
            assert verdict(with_second, harmed) in ("refused", truth)
            assert verdict(with_journal, harmed) in ("refused", truth)

    @pytest.mark.parametrize("name", NAMES)
    def test_nothing_cut_and_nothing_added_is_read(self, name):
        data = stored(name)
        for harmed in [*(data[:n] for n in range(len(data))), data + b"\x00", b"\x84" + data]:
            assert verdict(with_second, harmed) == verdict(with_journal, harmed) == "refused"

    def test_header_and_signature_bear_no_change_and_the_body_none_that_matters(self):
        magic, header, signature, body = unpacked(stored("full"))
        truth = with_second(stored("full"))
        for part, place in [
            (p, i) for p, whole in enumerate((header, signature, body)) for i in range(len(whole))
        ]:
            parts = [bytearray(header), bytearray(signature), bytearray(body)]
            parts[part][place] ^= 1
            packed = zstandard.ZstdCompressor(level=1).compress(bytes(parts[2]))
            harmed = cbor2.dumps([magic, bytes(parts[0]), bytes(parts[1]), packed])
            allowed = ("refused", truth) if part == 2 else ("refused",)
            assert verdict(with_second, harmed) in allowed, (part, place)
            assert verdict(with_journal, harmed) in allowed, (part, place)

    def test_another_signer_another_lane_and_another_pack_are_refused(self):
        other = make.KeySigner(make.Ed25519PrivateKey.from_private_bytes(make.secret("another key")))
        full = make.vectors()["full"].batch
        contents = list(full.contents.values())

        def sealed(lane, signer):
            return batches.write(
                batches.seal(
                    lane, 1, contents, previous=b"", stamp=full.header.stamp, signer=signer, key=bytes(32)
                )
            )

        for data in (
            sealed(make.LANE, other),
            sealed(LaneKey("nobody.1", make.DISTRICT), make.SIGNER),
            sealed(LaneKey(make.PACK, make.CAPITAL), None),
            sealed(make.LANE, None),
        ):
            assert verdict(with_second, data) == verdict(with_journal, data) == "refused"

    def test_a_batch_for_a_later_reader_is_told_apart(self):
        full = make.vectors()["full"].batch
        raw = cbor2.dumps(cbor2.loads(full.header.raw) | {2: 2})
        signature = make.SIGNER.sign(batches.SIGNED_BEFORE + raw)
        data = cbor2.dumps([batches.MAGIC, raw, signature, b""])

        with pytest.raises(TooNew):
            batches.read(data, check)
        with pytest.raises(Bad, match="later reader"):
            second_reader.read(data, PUBLIC)

    @pytest.mark.parametrize(
        "fields",
        [
            {1: 1.5}, {1: 2**63}, {1: cbor2.CBORTag(4711, 1)}, {1: cbor2.undefined}, {1: [float("nan")]},
            {1: [[[[[[[[[1]]]]]]]]]}, {1: {b"x": 1}}, {1: "x" * LONGEST_ENTRY},
        ],
        ids=["float", "66 bits", "tag", "undefined", "float inside", "too deep", "key of bytes", "too long"],
    )  # fmt: skip
    def test_a_signed_entry_that_the_format_does_not_have_is_refused_by_both(self, fields):
        signed = sealed_raw(make.first_entries()[0], {9: fields})

        assert verdict(with_second, signed) == verdict(as_entries, signed) == "refused"

    def test_a_base_that_comes_later_in_its_lane_is_refused_by_both(self):
        for base in (1, 2):
            signed = sealed_raw(make.first_entries()[0], {10: {1: [base]}})
            assert verdict(with_second, signed) == verdict(as_entries, signed) == "refused"

    def test_a_header_written_another_way_is_refused_by_both(self):
        full = make.vectors()["full"].batch
        header = cbor2.loads(full.header.raw)
        longer = full.header.raw.replace(b"\x01\x01\x02\x01", b"\x01\x18\x01\x02\x01", 1)
        backwards = cbor2.dumps(dict(reversed(header.items())))
        assert cbor2.loads(longer) == header
        packed = cbor2.loads(stored("full"))[3]
        data = cbor2.dumps([batches.MAGIC, longer, make.SIGNER.sign(batches.SIGNED_BEFORE + longer), packed])

        assert verdict(with_second, data) == verdict(with_journal, data) == "refused"
        assert backwards != full.header.raw

    def test_a_bomb_is_refused_before_it_is_unpacked(self):
        bomb = zstandard.ZstdCompressor(level=1).compress(bytes(batches.LARGEST_BODY + 1))
        full = make.vectors()["full"].batch
        data = cbor2.dumps([batches.MAGIC, full.header.raw, full.signature, bomb])

        assert len(data) < 5_000
        assert verdict(with_second, data) == verdict(with_journal, data) == "refused"

    @pytest.mark.slow
    def test_ten_thousand_mutations_are_found_or_harmless(self):
        rng = random.Random(1)
        for _ in range(10_000):
            name = rng.choice(NAMES)
            truth, data = with_second(stored(name)), bytearray(stored(name))
            for _ in range(rng.randint(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            assert verdict(with_second, data) in ("refused", truth)
            assert verdict(with_journal, data) in ("refused", truth)


class TestTree:
    @given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
    def test_any_part_gives_the_root(self, case):
        count, shown = case
        leaves = [merkle.leaf(bytes([i]), b"x") for i in range(count)]
        parts = {r: merkle.subtree(leaves, *r) for r in merkle.hidden(count, shown)}

        assert merkle.root_of_parts(count, {i: leaves[i] for i in shown}, parts) == merkle.root(leaves)
        with_hidden = iter(parts.values())
        assert second_reader.root(0, count, {i: leaves[i] for i in shown}, with_hidden) == merkle.root(leaves)
        assert next(with_hidden, None) is None


def verdict(reader, data):
    """What a reader reads, or "refused"."""
    try:
        return reader(bytes(data))
    except (Bad, Unreadable, TooNew, Altered, UnknownOrigin):
        return "refused"


def as_entries(data):
    """As a node that receives it: entries too, not only their bytes."""
    header, contents = with_journal(data)
    for content in contents.values():
        read(content, 1, lambda key: 2)
    return header, contents


def sealed_raw(entry, changed):
    """A batch of one entry with other parts, sealed and signed in due form."""
    content = cbor2.dumps(
        dict(sorted((cbor2.loads(canonical(entry, 1, make.LANES.__getitem__)) | changed).items()))
    )
    batch = batches.seal(
        make.LANE, 1, [content], previous=b"", stamp=entry.stamp, signer=make.SIGNER, key=make.secret("raw")
    )
    return batches.write(batch, level=1)
