"""Batches: a run of entries of one lane, sealed, signed, and able to be shown in part.

A batch is one CBOR array: a magic word, the header's bytes, the signature over them, and the
body, compressed. The header signs the Merkle root over salted leaves, so an excerpt (some leaves
given only by the hash of their subtree) carries the same header and signature as
the whole. The bytes are told in ``docs/reference/batch-format.md``.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import cbor2
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from baarada.journal import columns, merkle
from baarada.journal.entries import LONGEST_ENTRY, SEQ_MASK, TAKEN_APART_BADLY, LaneKey, Unreadable
from baarada.journal.merkle import Hash, Range

MAGIC = "baarada-batch"
FORMAT = 1
SIGNED_BEFORE = b"baarada batch\x00"
PACK_ORIGIN = "pack:"
"""Origins of country packs: the same bytes on every node, so nobody signs them."""

MOST_ENTRIES = 2_000
MOST_BYTES = 64 * 1024
"""A batch is sealed at this many entries, or when its entries' bytes pass sixteen times this."""
LARGEST_BATCH = 8 * 1024 * 1024
LARGEST_BODY = 32 * 1024 * 1024
LEVEL = 19

_FORMAT, _READER, _ORIGIN, _OFFICE, _FIRST, _COUNT, _PREVIOUS, _ROOT, _SIGNER, _STAMP = range(1, 11)
_KINDS = {
    _FORMAT: int, _READER: int, _ORIGIN: str, _OFFICE: bytes, _FIRST: int, _COUNT: int, _PREVIOUS: bytes,
    _ROOT: bytes, _SIGNER: bytes, _STAMP: int,
}  # fmt: skip
_KEY, _SHOWN, _SALTS, _HIDDEN, _COLUMNS = range(1, 6)


class Altered(ValueError):
    """Readable bytes that are not what was signed."""


class TooNew(ValueError):
    """A batch that only a later version can read. It is kept until then."""


class Signer(Protocol):
    """Signs for one origin."""

    public: bytes

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature."""


class KeySigner:
    """Signs with an Ed25519 private key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``."""
        return self._private.sign(data)


@dataclass(frozen=True, slots=True)
class Header:
    """What is signed. ``raw`` is its exact bytes: parts that this version does not know live there."""

    lane: LaneKey
    first: int
    count: int
    previous: Hash
    root: Hash
    signer: bytes
    stamp: int
    raw: bytes
    format: int = FORMAT
    reader: int = FORMAT

    @property
    def hash(self) -> Hash:
        """What the next batch of the lane names as its predecessor."""
        return hashlib.sha256(self.raw).digest()

    @property
    def last(self) -> int:
        """The sequence of the last entry."""
        return self.first + self.count - 1


@dataclass(slots=True)
class Batch:
    """A batch as held: whole (``key`` present, every leaf shown) or an excerpt.

    ``contents`` maps a leaf's index to the entry's canonical bytes.
    """

    header: Header
    signature: bytes
    contents: dict[int, bytes]
    key: bytes | None = None
    salts: dict[int, bytes] = field(default_factory=dict)
    parts: dict[Range, Hash] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """True if no entry is hidden."""
        return len(self.contents) == self.header.count

    def salt(self, index: int) -> bytes:
        """The salt of leaf ``index``."""
        return merkle.salt(self.key, index) if self.key is not None else self.salts[index]


def seal(
    lane: LaneKey, first: int, contents: Sequence[bytes], *, previous: Hash, stamp: int,
    signer: Signer | None, key: bytes | None = None,
) -> Batch:  # fmt: skip
    """Close a run of entries into a batch.

    ``contents`` are canonical bytes in sequence; ``stamp`` is the last entry's; ``previous`` is
    the hash of the lane's previous header, empty for the first. Packs give no signer,
    and the key that all nodes share.
    """
    key = os.urandom(merkle.SALT_BYTES) if key is None else key
    leaves = [merkle.leaf(merkle.salt(key, i), c) for i, c in enumerate(contents)]
    header: dict[int, Any] = {
        _FORMAT: FORMAT,
        _READER: FORMAT,
        _ORIGIN: lane.origin,
        _OFFICE: lane.office,
        _FIRST: first,
        _COUNT: len(contents),
        _PREVIOUS: previous,
        _ROOT: merkle.root(leaves),
        _SIGNER: signer.public if signer else b"",
        _STAMP: stamp,
    }
    raw = cbor2.dumps(header)
    signature = signer.sign(SIGNED_BEFORE + raw) if signer else b""
    return Batch(read_header(raw), signature, dict(enumerate(contents)), key)


def read_header(raw: bytes) -> Header:
    """Read a header's bytes.

    Raises:
        Unreadable: they are not a header.
        TooNew: they ask for a later reader.
    """
    try:
        data = cbor2.loads(raw, allow_duplicate_keys=False)
        header = Header(
            lane=LaneKey(data[_ORIGIN], data[_OFFICE]),
            first=data[_FIRST],
            count=data[_COUNT],
            previous=data[_PREVIOUS],
            root=data[_ROOT],
            signer=data[_SIGNER],
            stamp=data[_STAMP],
            raw=raw,
            format=data[_FORMAT],
            reader=data[_READER],
        )
        good = (
            all(type(data[key]) is kind for key, kind in _KINDS.items())
            and len(header.lane.office) == 16
            and 0 < header.count <= MOST_ENTRIES
            and 0 < header.first <= SEQ_MASK - header.count
            and len(header.previous) in (0, 32)
            and len(header.root) == 32
            and len(header.signer) in (0, 32)
            and 0 <= header.stamp < 2**63
            # One content has one form: two byte strings that say the same would look like a fork.
            and cbor2.dumps(data) == raw
        )
    except TAKEN_APART_BADLY as error:
        raise Unreadable(f"not a header: {type(error).__name__}") from error
    if not good:
        raise Unreadable("a header has a part of the wrong kind")
    if header.reader > FORMAT:
        raise TooNew(f"needs reader {header.reader}")
    return header


def write(batch: Batch, *, level: int = LEVEL) -> bytes:
    """Return the bytes to carry: for a line, a USB stick, a backup."""
    shown = sorted(batch.contents)
    body: dict[int, Any] = {}
    if batch.key is not None and batch.is_whole:
        body[_KEY] = batch.key
    else:
        body[_SHOWN] = [b - a for a, b in zip([0, *shown], shown, strict=False)]
        body[_SALTS] = b"".join(batch.salt(i) for i in shown)
        body[_HIDDEN] = b"".join(batch.parts[r] for r in merkle.hidden(batch.header.count, set(shown)))
    body[_COLUMNS] = columns.write(cbor2.loads(batch.contents[i]) for i in shown)
    packed = zstandard.ZstdCompressor(level=level).compress(cbor2.dumps(body))
    return cbor2.dumps([MAGIC, batch.header.raw, batch.signature, packed])


Check = Callable[[Header, bytes], None]
"""Raises unless a header and its signature can be trusted."""


def read(data: bytes, check: Check = lambda header, signature: None) -> Batch:
    """Read a batch and check that its content is what its header signs.

    ``check`` judges the signature before anything else is unpacked.

    Raises:
        Unreadable: the bytes are no batch.
        TooNew: only a later version can read it.
        Altered: it is not what was signed.
    """
    if len(data) > LARGEST_BATCH:
        raise Unreadable("larger than any batch")
    header, signature, packed = _envelope(data)
    check(header, signature)
    try:
        batch = _unpack(header, signature, packed)
    except (Unreadable, TooNew, Altered):
        raise
    except (*TAKEN_APART_BADLY, zstandard.ZstdError) as error:
        raise Unreadable(f"the body cannot be read: {type(error).__name__}") from error
    check_root(batch)
    return batch


def _envelope(data: bytes) -> tuple[Header, bytes, bytes]:
    try:
        magic, raw, signature, packed = cbor2.loads(data)
        good = (
            magic == MAGIC
            and all(isinstance(b, bytes) for b in (raw, signature, packed))
            and cbor2.dumps([magic, raw, signature, packed]) == data
        )
    except TAKEN_APART_BADLY as error:
        raise Unreadable(f"not a batch: {type(error).__name__}") from error
    if not good:
        raise Unreadable("not a batch")
    return read_header(raw), signature, packed


def _unpack(header: Header, signature: bytes, packed: bytes) -> Batch:
    if not 0 <= zstandard.frame_content_size(packed) <= LARGEST_BODY:
        raise Unreadable("the body's size is not told, or too large")
    unpacked = zstandard.ZstdDecompressor().decompress(
        packed, max_output_size=LARGEST_BODY, allow_extra_data=False
    )
    body = cbor2.loads(unpacked, allow_indefinite=False, allow_duplicate_keys=False)
    if _KEY in body:
        shown = list(range(header.count))
        batch = Batch(header, signature, {}, _bytes(body[_KEY], 32))
    else:
        shown = _shown(body, header.count)
        batch = Batch(header, signature, {}, None, _salts(body, shown), _parts(body, header.count, shown))
    for i, raw in zip(shown, columns.read(body[_COLUMNS], [header.first + i for i in shown]), strict=True):
        batch.contents[i] = cbor2.dumps(raw)
        if len(batch.contents[i]) > LONGEST_ENTRY:
            raise Unreadable("an entry is longer than 64 kB")
    return batch


def _bytes(value: Any, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise Unreadable("a secret or a hash is cut")
    return value


def _shown(body: dict[int, Any], count: int) -> list[int]:
    place = 0
    shown: list[int] = []
    for step in body.get(_SHOWN, []):
        if not isinstance(step, int) or step < 0 or (shown and step == 0):
            raise Unreadable("the shown entries are out of order")
        place += step
        shown.append(place)
    if shown and shown[-1] >= count:
        raise Unreadable("an entry lies outside the batch")
    return shown


def _salts(body: dict[int, Any], shown: list[int]) -> dict[int, bytes]:
    joined = _bytes(body.get(_SALTS), 32 * len(shown))
    return {index: joined[i * 32 : i * 32 + 32] for i, index in enumerate(shown)}


def _parts(body: dict[int, Any], count: int, shown: list[int]) -> dict[Range, Hash]:
    ranges = merkle.hidden(count, set(shown))
    joined = _bytes(body.get(_HIDDEN), 32 * len(ranges))
    return {r: joined[i * 32 : i * 32 + 32] for i, r in enumerate(ranges)}


def check_root(batch: Batch) -> None:
    """Raise ``Altered`` unless the entries give the root that the header signs."""
    leaves = {i: merkle.leaf(batch.salt(i), content) for i, content in batch.contents.items()}
    if merkle.root_of_parts(batch.header.count, leaves, batch.parts) != batch.header.root:
        raise Altered("the entries are not those that were signed")


def check_signature(header: Header, signature: bytes, public: bytes) -> None:
    """Raise ``Altered`` unless the holder of ``public`` signed this header."""
    try:
        if header.signer != public:
            raise Altered("signed with another key")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, SIGNED_BEFORE + header.raw)
    except (InvalidSignature, ValueError) as error:
        raise Altered("the signature does not fit") from error


def excerpt(batch: Batch, show: set[int]) -> Batch:
    """The same batch with only the entries at these indexes; the rest is given by hashes.

    Raises:
        KeyError: an entry to show is not held.
    """
    leaves = {i: merkle.leaf(batch.salt(i), c) for i, c in batch.contents.items()}
    parts: dict[Range, Hash] = {}
    for start, stop in merkle.hidden(batch.header.count, show):
        inner = {i: h for i, h in leaves.items() if start <= i < stop}
        parts[start, stop] = _part(start, stop, inner, batch.parts)
    contents = {i: batch.contents[i] for i in sorted(show)}
    return Batch(batch.header, batch.signature, contents, None, {i: batch.salt(i) for i in show}, parts)


def _part(start: int, stop: int, leaves: Mapping[int, Hash], parts: Mapping[Range, Hash]) -> Hash:
    shifted = {i - start: h for i, h in leaves.items()}
    inner = {(a - start, b - start): h for (a, b), h in parts.items() if start <= a and b <= stop}
    return merkle.root_of_parts(stop - start, shifted, inner)


def join(one: Batch, other: Batch) -> Batch:
    """Two excerpts of the same batch as one that shows what either shows."""
    if one.header.raw != other.header.raw:
        raise ValueError("not the same batch")
    contents = one.contents | other.contents
    if one.key is not None or other.key is not None:
        whole = one if one.key is not None else other
        return Batch(whole.header, whole.signature, contents, whole.key)
    known = one.parts | other.parts
    parts = {r: known[r] for r in merkle.hidden(one.header.count, set(contents))}
    return Batch(one.header, one.signature, contents, None, one.salts | other.salts, parts)
