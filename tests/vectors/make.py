"""Make the test vectors of the batch format from fixed keys: the same bytes on every run.

    python -m tests.vectors.make

Run it only when the format grows; a vector that changes means that older batches can no longer be read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from baarada.journal import batches
from baarada.journal.batches import Batch, KeySigner
from baarada.journal.entries import (
    CHANGE,
    CORRECT,
    CREATE,
    DECIDE,
    NOTE,
    UNDO,
    Entry,
    LaneKey,
    Writer,
    canonical,
    ref_of,
)
from baarada.journal.schema import DELETED, ERASED_ENTRIES, ERASURE
from baarada.journal.sealing import pack_secret
from baarada.kernel.clocks import stamp_of
from tests.vectors.second_reader import as_json

FOLDER = Path(__file__).parent
PERSON, POSTING, FACILITY = 26, 28, 22
START = stamp_of(1_795_000_000_000)
ERASED = 2
"""The sequence, in the first batch, of the entry that is erased."""


def secret(name: str) -> bytes:
    """Thirty-two bytes that are the same on every run."""
    return hashlib.sha256(f"baarada test vector: {name}".encode()).digest()


def an_id(name: str) -> bytes:
    """A UUID of version 7 that is the same on every run."""
    tail = bytearray(secret(name)[:10])
    tail[0], tail[2] = 0x70 | tail[0] & 0x0F, 0x80 | tail[2] & 0x3F
    return (1_794_000_000_000).to_bytes(6, "big") + bytes(tail)


KEY = Ed25519PrivateKey.from_private_bytes(secret("signing key"))
SIGNER = KeySigner(KEY)
ORIGIN, PACK = f"{an_id('node').hex()}.1", "pack:vector"
DISTRICT, CAPITAL = an_id("district"), an_id("capital")
LANE, OTHER_LANE, PACK_LANE = LaneKey(ORIGIN, DISTRICT), LaneKey(PACK, CAPITAL), LaneKey(PACK, CAPITAL)
LANES = {1: LANE, 2: OTHER_LANE, 3: LaneKey(ORIGIN, CAPITAL)}
AMINA = Writer(an_id("account of Amina"), DISTRICT, "district", "Amina Ouattara")
FATOU = Writer(an_id("account of Fatou"), CAPITAL, "national", "Fatou Keïta")
FILE, PLACE = an_id("person"), an_id("facility")


def entry(
    seq: int, writer: Writer, kind: str, type_: int, id_: bytes, mode: int, fields: Any, **more: Any
) -> Entry:
    """An entry of the first lane, a second after the one before."""
    act = more.pop("act", an_id(f"act {seq}"))
    return Entry(
        seq, START + (seq * 1_000 << 16) + seq % 2, writer, act, kind, type_, id_, mode, fields, **more
    )


def first_entries() -> list[Entry]:
    """Every mode, both kinds of base, each kind of value, every key that may be left out."""
    hiring = an_id("act of hiring")
    return [
        entry(1, AMINA, "person.created", PERSON, FILE, CREATE,
              {1: "Traoré", 2: "Awa", 3: "f", 4: 19850312, 5: ["Traore", "Tarawele"]}, act=hiring),
        entry(2, AMINA, "posting.started", POSTING, an_id("posting"), CREATE,
              {1: FILE, 2: [PLACE, "CSCom de Loulouni"], 7: 20260100, 11: 10_000, 12: True},
              act=hiring, effective=20260100, decision="2026-0163/MSDS-SG"),
        entry(3, AMINA, "person.corrected", PERSON, FILE, CORRECT, {4: 19850321},
              bases={4: (ref_of(1, 1),)}, reason="Lu sur l’acte de naissance"),
        entry(4, FATOU, "person.changed", PERSON, FILE, CHANGE, {10: "Bougouni", 11: None, 12: -7},
              bases={10: (ref_of(1, 1), ref_of(3, 9), ref_of(2, 4))}),
        entry(5, AMINA, "person.noted", PERSON, FILE, NOTE, {10: "Kadiolo"},
              effective=20190000, claimed=1_546_300_800_000),
        entry(6, FATOU, "person.decided", PERSON, FILE, DECIDE, {4: 19850312},
              bases={4: (ref_of(1, 1), ref_of(1, 3))}),
        entry(7, FATOU, "undone", POSTING, an_id("posting"), UNDO, {DELETED: True},
              bases={DELETED: (ref_of(1, 2),)}, about=hiring),
    ]  # fmt: skip


def later_entries() -> list[Entry]:
    """An erasure, and what only a later version knows: a field, a type, a mode, a key of an entry."""
    erased = [[ORIGIN, DISTRICT, ERASED, ERASED]]
    future = {17: {1: [b"\x00\xff", "later", -1, None, True]}, 40: "ẹ̀kọ́"}
    return [
        entry(8, FATOU, "entries.erased", ERASURE, an_id("erasure"), CREATE,
              {ERASED_ENTRIES: erased, 2: "Décision 2026-12"}),
        entry(9, AMINA, "person.changed", PERSON, FILE, CHANGE, {10: "Sikasso", 900: {1: [2**63 - 1, -(2**63)]}},
              bases={10: (ref_of(1, 4),), 900: (ref_of(1, 1),)}, extra=future, schema=7),
        entry(10, AMINA, "star.seen", 30_000, an_id("star"), 99, {1: "Sirius"}, schema=7),
    ]  # fmt: skip


def seal(entries: list[Entry], previous: bytes, name: str) -> Batch:
    """A full batch of the first lane."""
    contents = [canonical(e, 1, LANES.__getitem__) for e in entries]
    return batches.seal(
        LANE, entries[0].seq, contents, previous=previous, stamp=entries[-1].stamp, signer=SIGNER,
        key=secret(f"salts of {name}"),
    )  # fmt: skip


def with_unknown_header_key(batch: Batch) -> Batch:
    """The same batch, its header with a key that a later version has added."""
    raw = cbor2.dumps(cbor2.loads(batch.header.raw) | {11: ["later", 1]})
    header = batches.read_header(raw)
    return Batch(header, SIGNER.sign(batches.SIGNED_BEFORE + raw), batch.contents, batch.key)


def pack_batch() -> Batch:
    """What every node holds of a pack, signed by nobody. Its columns repeat: they are written with tables."""
    writer = Writer(an_id("account of the pack"), CAPITAL, "national", "Pack")
    made = [
        Entry(i, START + i, writer, an_id("act of the pack"), "pack.loaded", FACILITY, an_id(f"row {i}"), CREATE,
              {1: f"Kayes {i}", 2: "csref" if i % 3 else None, 3: PLACE if i % 5 else None,
               4: [PLACE, "Kayes"] if i % 2 else None, 9: 14_446_900 - i})
        for i in range(1, 21)
    ]  # fmt: skip
    contents = [canonical(e, 1, lambda number: PACK_LANE) for e in made]
    return batches.seal(
        PACK_LANE, 1, contents, previous=b"", stamp=made[-1].stamp, signer=None, key=pack_secret(PACK)
    )


@dataclass(frozen=True)
class Vector:
    """A batch, and what it is there for."""

    batch: Batch
    what: str


def vectors() -> dict[str, Vector]:
    """All vectors by name."""
    full = seal(first_entries(), b"", "first")
    unknown = with_unknown_header_key(seal(later_entries(), full.header.hash, "second"))
    shown = set(range(full.header.count)) - {ERASED - 1}
    return {
        "full": Vector(full, "The first batch of a lane, every entry shown."),
        "excerpt": Vector(
            batches.excerpt(full, {0, 2, 5}), "The same batch: entries 1, 3 and 6, the rest as hashes."
        ),
        "hidden": Vector(batches.excerpt(full, set()), "The same batch, no entry shown."),
        "erased": Vector(batches.excerpt(full, shown), "The same batch after entry 2 was erased."),
        "unknown": Vector(
            unknown,
            "The next batch: the erasure of entry 2, then a field, a type, a mode and keys of the future.",
        ),
        "pack": Vector(pack_batch(), "A country pack's batch, signed by nobody."),
    }


def keys() -> dict[str, Any]:
    """What a reader has to know to trust the vectors."""
    return {
        "public": {ORIGIN: SIGNER.public.hex()},
        "packs": [pack_batch().header.hash.hex()],
    }


def told(vector: Vector) -> dict[str, Any]:
    """What a vector says, as it stands in its JSON file."""
    batch = vector.batch
    first = batch.header.first
    return {
        "what": vector.what,
        "hash": batch.header.hash.hex(),
        "header": as_json(cbor2.loads(batch.header.raw)),
        "entries": {str(first + i): as_json(cbor2.loads(c)) for i, c in sorted(batch.contents.items())},
        "contents": {str(first + i): c.hex() for i, c in sorted(batch.contents.items())},
    }


def as_text(value: Any) -> str:
    """JSON as it is kept."""
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def main() -> None:
    """Write all files."""
    for name, vector in vectors().items():
        (FOLDER / f"{name}.cbor").write_bytes(batches.write(vector.batch))
        (FOLDER / f"{name}.json").write_text(as_text(told(vector)), encoding="utf-8", newline="\n")
    (FOLDER / "keys.json").write_text(as_text(keys()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
