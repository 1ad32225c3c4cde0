"""Entries: one change to one record, and its canonical bytes.

The canonical form is deterministic CBOR (RFC 8949, 4.2): a map from small numbers to values,
keys ascending, shortest forms. Its hash is what a batch signs. A key this
version does not know is kept in ``extra`` and written back bit for bit.

Within one database an entry is named by a whole number, its *reference*: the lane's local number
shifted left by 40, plus the sequence in the lane. Across machines it is named
(origin, office, sequence).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, NamedTuple

import cbor2

from baarada.journal.values import Value
from baarada.kernel.clocks import Stamp
from baarada.kernel.ids import Id

Ref = int
LANE_SHIFT = 40
SEQ_MASK = (1 << LANE_SHIFT) - 1

CREATE, CHANGE, CORRECT, NOTE, DECIDE, PROPOSE, UNDO = range(7)
"""Modes: why the entry was written.

``CHANGE``: it was true and changes at a date. ``CORRECT``: it was wrong from the start. ``NOTE``: an older fact, for
the history only, which moves no value. ``DECIDE``: a person chose among values.
``PROPOSE``: a value for a fact that belongs to another office; it never replaces what it saw.
"""
MODES = range(7)

LONGEST_ENTRY = 64 * 1024
MOST_BASES = 200
DEEPEST = 8
"""Lists and maps inside one value nest no deeper."""


class LaneKey(NamedTuple):
    """A lane: all that one origin wrote for the people of one office."""

    origin: str
    office: Id


class Writer(NamedTuple):
    """Who wrote: the account, the office it acted for, that office's kind, the name as shown."""

    account: Id
    office: Id
    kind: str
    name: str


TAKEN_APART_BADLY = (
    cbor2.CBORError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError,
)  # fmt: skip
"""What strange bytes make the decoder and the unpacking raise. A failing disk must not be among them."""


class Unreadable(ValueError):
    """Bytes that are not an entry or a batch of this format."""


@dataclass(slots=True)
class Entry:
    """One change to one record. ``fields`` and ``bases`` are by permanent number.

    ``bases`` names, for each unit of fields that merges as one, the entries that were
    on the writer's screen; a creation has none.
    """

    seq: int
    stamp: Stamp
    writer: Writer
    act: Id
    kind: str
    type: int
    id: Id
    mode: int
    fields: dict[int, Value]
    bases: dict[int, tuple[Ref, ...]] = field(default_factory=dict)
    effective: int | None = None
    reason: str | None = None
    decision: str | None = None
    schema: int = 1
    claimed: int | None = None
    """For history brought in: the time the old system claims (milliseconds). Never used in merging."""
    about: Id | None = None
    """The act that this entry undoes."""
    extra: dict[int, Any] = field(default_factory=dict)


_SEQ, _STAMP, _WRITER, _ACT, _KIND, _TYPE, _ID, _MODE, _FIELDS, _BASES = range(1, 11)
_EFFECTIVE, _REASON, _DECISION, _SCHEMA, _CLAIMED, _ABOUT = range(11, 17)
OPTIONAL = {
    _EFFECTIVE: "effective",
    _REASON: "reason",
    _DECISION: "decision",
    _CLAIMED: "claimed",
    _ABOUT: "about",
}
LAST_KEY = _ABOUT

LaneName = Callable[[int], LaneKey]
LaneNumber = Callable[[LaneKey], int]


def ref_of(lane: int, seq: int) -> Ref:
    """The reference of entry ``seq`` of the lane with this local number."""
    return lane << LANE_SHIFT | seq


def lane_of(ref: Ref) -> int:
    """The local number of the lane of an entry."""
    return ref >> LANE_SHIFT


def seq_of(ref: Ref) -> int:
    """The sequence of an entry in its lane."""
    return ref & SEQ_MASK


def canonical(entry: Entry, lane: int, name: LaneName) -> bytes:
    """Return the bytes that are hashed and kept. ``lane`` is the local number of the entry's own lane."""
    bases = {
        unit: [_wire(ref, lane, name) for ref in _by_place(refs, lane, name)]
        for unit, refs in sorted(entry.bases.items())
    }
    out: dict[int, Any] = {
        _SEQ: entry.seq,
        _STAMP: entry.stamp,
        _WRITER: entry.writer,
        _ACT: entry.act,
        _KIND: entry.kind,
        _TYPE: entry.type,
        _ID: entry.id,
        _MODE: entry.mode,
        _FIELDS: dict(sorted(entry.fields.items())),
    }
    if bases:
        out[_BASES] = bases
    if entry.effective is not None:
        out[_EFFECTIVE] = entry.effective
    if entry.reason is not None:
        out[_REASON] = entry.reason
    if entry.decision is not None:
        out[_DECISION] = entry.decision
    out[_SCHEMA] = entry.schema
    if entry.claimed is not None:
        out[_CLAIMED] = entry.claimed
    if entry.about is not None:
        out[_ABOUT] = entry.about
    if entry.extra:
        out.update(sorted(entry.extra.items()))
    return cbor2.dumps(out)


def _wire(ref: Ref, lane: int, name: LaneName) -> int | list[Any]:
    """A base in the same lane is its sequence alone; one of another lane is named in full."""
    if lane_of(ref) == lane:
        return seq_of(ref)
    key = name(lane_of(ref))
    return [key.origin, key.office, seq_of(ref)]


def _by_place(refs: Iterable[Ref], lane: int, name: LaneName) -> list[Ref]:
    """Bases in one order on every machine: own lane first, then by origin, office, sequence."""
    refs = list(refs)
    if len(refs) < 2:
        return refs
    return sorted(refs, key=lambda r: (lane_of(r) != lane, *name(lane_of(r)), seq_of(r)))


def read(data: bytes, lane: int, number: LaneNumber) -> Entry:
    """Read canonical bytes back.

    ``number`` gives the local number of a lane, making one where it is new.

    Raises:
        Unreadable: the bytes are not one canonical entry.
    """
    try:
        raw = cbor2.loads(data)
        entry = build(raw, lane, number)
    except Unreadable:
        raise
    except TAKEN_APART_BADLY as error:
        raise Unreadable(f"not an entry: {type(error).__name__}") from error
    return entry


def build(raw: dict[int, Any], lane: int, number: LaneNumber) -> Entry:
    """Make an entry of its decoded map and check its shape.

    Raises:
        Unreadable: something is missing or of the wrong type.
    """
    entry = Entry(
        seq=raw[_SEQ],
        stamp=raw[_STAMP],
        writer=Writer(*raw[_WRITER]),
        act=raw[_ACT],
        kind=raw[_KIND],
        type=raw[_TYPE],
        id=raw[_ID],
        mode=raw[_MODE],
        fields=raw[_FIELDS],
        bases={
            unit: tuple(_local(ref, raw[_SEQ], lane, number) for ref in refs)
            for unit, refs in raw.get(_BASES, {}).items()
        },
        effective=raw.get(_EFFECTIVE),
        reason=raw.get(_REASON),
        decision=raw.get(_DECISION),
        schema=raw[_SCHEMA],
        claimed=raw.get(_CLAIMED),
        about=raw.get(_ABOUT),
        extra={key: value for key, value in raw.items() if key > LAST_KEY},
    )
    check(entry)
    if not all(map(is_plain, (*entry.fields.values(), *entry.extra.values()))):
        raise Unreadable("a value of a kind that this format does not have")
    return entry


def _local(ref: int | list[Any], own: int, lane: int, number: LaneNumber) -> Ref:
    if isinstance(ref, int):
        seq, place = ref, lane
        if seq >= own:
            raise Unreadable("an entry builds on what its lane says later")
    else:
        origin, office, seq = ref
        if not isinstance(origin, str) or not _is_id(office):
            raise Unreadable("a base names no lane")
        place = number(LaneKey(origin, office))
    if not 0 < seq <= SEQ_MASK:
        raise Unreadable("a base has no sequence")
    return ref_of(place, seq)


def is_plain(value: Any, deep: int = DEEPEST) -> bool:
    """True for what a value may be, in fields known or unknown: no float, no tag, no number beyond 64 bits.

    So that every reader, whatever its language, sees the same value and writes the same bytes.
    """
    kind = type(value)
    if kind is list:
        return deep > 0 and all(is_plain(v, deep - 1) for v in value)
    if kind is dict:
        return deep > 0 and all(type(k) in (int, str) and is_plain(v, deep - 1) for k, v in value.items())
    return kind in (str, bytes, bool, NoneType) or (kind is int and -(2**63) <= value < 2**63)


def _is_id(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 16


def _is_count(value: Any, most: int = 2**63 - 1) -> bool:
    return type(value) is int and 0 <= value <= most


def _is_note(value: Any) -> bool:
    return value is None or isinstance(value, str)


def check(entry: Entry) -> None:
    """Raise ``Unreadable`` unless every part of an entry is of the right kind."""
    writer = entry.writer
    good = (
        _is_count(entry.seq, SEQ_MASK)
        and entry.seq > 0
        and _is_count(entry.stamp)
        and _is_id(writer.account)
        and _is_id(writer.office)
        and isinstance(writer.kind, str)
        and isinstance(writer.name, str)
        and _is_id(entry.act)
        and isinstance(entry.kind, str)
        and _is_count(entry.type, 2**31)
        and _is_id(entry.id)
        and _is_count(entry.mode, 2**16)
        and isinstance(entry.fields, dict)
        and all(_is_count(number, 2**31) for number in entry.fields)
        and all(_is_count(unit, 2**31) for unit in entry.bases)
        and sum(map(len, entry.bases.values())) <= MOST_BASES
        and (entry.effective is None or _is_count(entry.effective, 99_999_999))
        and _is_note(entry.reason)
        and _is_note(entry.decision)
        and _is_count(entry.schema, 2**31)
        and (entry.claimed is None or _is_count(entry.claimed, 2**53))
        and (entry.about is None or _is_id(entry.about))
    )
    if not good:
        raise Unreadable("an entry has a part of the wrong kind")


@dataclass(slots=True, kw_only=True)
class Draft:
    """An entry about to be written. ``fresh`` says that its record's id was made just now."""

    office: Id
    type: int
    id: Id
    kind: str
    mode: int
    fields: dict[int, Value]
    bases: dict[int, tuple[Ref, ...]] = field(default_factory=dict)
    effective: int | None = None
    reason: str | None = None
    decision: str | None = None
    claimed: int | None = None
    about: Id | None = None
    fresh: bool = False
