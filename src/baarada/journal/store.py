"""What the core needs of a place to keep things.

In memory it is ``memory.py``, on SQL ``sql.py``. The simulator runs the same core over both and compares.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from baarada.journal.batches import Batch
from baarada.journal.entries import Entry, LaneKey, Ref, lane_of, read, seq_of
from baarada.journal.merging import Held, Key, State
from baarada.journal.schema import (
    LINK_TYPE,
    Schema,
    TypeSpec,
)
from baarada.journal.values import Value
from baarada.kernel.ids import Id

Ranges = list[tuple[int, int, int]]
"""Entries by lane number, first and last sequence, both included."""

NEEDS_NEWER: Key = (0, bytes(16))
"""What an entry waits for when this version does not know its type or its mode."""
NEEDS_FIELDS: Key = (0, b"f" * 16)
"""What an entry waits for when this version shows it but does not know one of its fields."""


@dataclass(slots=True)
class Lane:
    """One origin's entries for one office, as far as they are held here, without a gap."""

    number: int
    key: LaneKey
    last: int = 0
    sealed: int = 0
    head: bytes = b""
    """Hash of the last sealed header."""
    stamp: int = 0
    frozen: bool = False
    """True once two different histories were seen under the same numbers: nothing more is taken."""

    def copy(self) -> "Lane":
        """The same, to change."""
        return Lane(self.number, self.key, self.last, self.sealed, self.head, self.stamp, self.frozen)


@dataclass(slots=True)
class Quarantined:
    """Something refused, kept with its reason: a batch's bytes, or the reference of an entry held."""

    reason: str
    data: bytes = b""
    ref: Ref = 0
    detail: str = ""


@dataclass(slots=True)
class ActCount:
    """What one act did, in one batch of entries."""

    act: Id
    first: Held
    count: int = 0
    about: Id | None = None


def count_acts(helds: Iterable[Held]) -> list[ActCount]:
    """What each act did among these entries, given in the order of their lanes."""
    counts: dict[Id, ActCount] = {}
    for held in helds:
        one = counts.get(held.entry.act)
        if one is None:
            one = counts[held.entry.act] = ActCount(held.entry.act, held, 0, held.entry.about)
        one.count += 1
    return list(counts.values())


class Lanes(Protocol):
    """Whatever gives lanes their numbers."""

    def lane_number(self, key: LaneKey) -> int: ...


NAMING, CUTTING = 1, 2
"""Work that must not happen twice at once: to give linked files one name, to note a day's cut."""


class Store(Protocol):
    """A place to keep the journal and its picture. All writing happens inside ``transaction()``."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing."""

    def take_turn(self, work: int, *, alone: bool = True) -> None:
        """Do a kind of work alone until the transaction ends, or beside all who do it but not alone.

        Asked before any lane or record is taken, so that nobody who waits here holds what another waits for.
        """

    def lane(self, number: int) -> Lane:
        """The lane with a local number."""

    def lane_number(self, key: LaneKey) -> int:
        """The local number of a lane; a new one for a lane never heard of."""

    def lanes(self) -> list[Lane]:
        """All lanes, by number."""

    def lock(self, numbers: Iterable[int]) -> None:
        """Keep other writers from these lanes until the transaction ends, and read them afresh."""

    def save_lane(self, lane: Lane) -> None:
        """Keep where a lane now ends."""

    def append(self, rows: list[tuple[Held, bytes]]) -> None:
        """Keep entries with their canonical bytes."""

    def held(self, refs: Iterable[Ref]) -> dict[Ref, Held]:
        """The entries held among these."""

    def entries_of(self, key: Key) -> list[Held]:
        """All entries of a record, by reference."""

    def entries_of_all(self, keys: Iterable[Key]) -> dict[Key, list[Held]]:
        """All entries of some records, each by reference."""

    def entries_of_act(self, act: Id, after: Ref, most: int) -> list[Held]:
        """The next entries of an act, by reference."""

    def contents(self, lane: int, first: int, last: int) -> list[tuple[int, bytes]]:
        """Sequence and canonical bytes of the entries held in a range."""

    def add_batch(self, lane: int, batch: Batch) -> None:
        """Keep a sealed batch's header, signature and secrets; replaces the same batch held before."""

    def batch(self, lane: int, seq: int) -> Batch | None:
        """The sealed batch that holds an entry, with the contents still held."""

    def load(self, keys: Iterable[Key]) -> dict[Key, State]:
        """The records among these that exist, each locked and with its conflicts."""

    def created(self, keys: Iterable[Key]) -> dict[Key, Ref]:
        """The creations of the records among these that exist."""

    def referring(self, keys: Iterable[Key]) -> set[Key]:
        """The records that point to any of these: inside, or outside where a field's type says what it points to."""

    def naming(self, key: Key) -> set[Key]:
        """The records of which an entry held here points *inside* to this one, now or once.

        It looks through the entries: for erasures, which are few.
        """

    def last_stamps(self, origin: str) -> tuple[int, int]:
        """The greatest stamp that an origin has given in any lane held here, and that anyone has."""

    def canonical(self, keys: Iterable[Key]) -> dict[Key, Id]:
        """The name that each of these bears: its own id, or that of a file linked with it."""

    def save(self, new: list[State], changed: list[State]) -> None:
        """Keep records as they now stand, with their conflicts."""

    def set_canonical(self, type_: int, names: dict[Id, Id]) -> None:
        """Rename the files of a type, in their own rows and in all rows that belong to them."""

    def remove(self, key: Key) -> None:
        """Take a record and its conflicts out of the picture (its entries were erased)."""

    def links_of(self, type_: int, ids: set[Id]) -> list[tuple[Id, Id]]:
        """The links in force that touch these files of a type."""

    def wait(self, ref: Ref, needs: Iterable[Key]) -> None:
        """Let an entry wait for records that are not here yet."""

    def waiting_on(self, keys: Iterable[Key]) -> list[Ref]:
        """Entries that wait for any of these records."""

    def waiting(self, refs: Iterable[Ref]) -> set[Ref]:
        """Which of these entries wait and are not shown."""

    def end_wait(self, refs: Iterable[Ref]) -> None:
        """These entries wait no longer."""

    def name_early(self, key: Key, unit: int, refs: Iterable[Ref]) -> None:
        """Remember bases that a write names but that are not applied here."""

    def named_early(self, keys: Iterable[Key]) -> dict[Key, dict[int, set[Ref]]]:
        """Such bases of these records."""

    def forget_named(self, key: Key, unit: int | None = None, ref: Ref = 0) -> None:
        """A base named early has come; without a unit, all of a record's are forgotten."""

    def count_acts(self, counts: Iterable[ActCount]) -> None:
        """Add to what is known of acts."""

    def quarantine(self, item: Quarantined) -> None:
        """Keep what was refused, with its reason; once, however often it comes."""

    def release(self, item: Quarantined) -> None:
        """No longer keep something as refused: it has been taken after all."""

    def quarantined(self) -> list[Quarantined]:
        """What was refused, oldest first."""

    def keep_early(self, lane: int, first: int, data: bytes) -> None:
        """Keep a batch that came before its predecessors."""

    def take_early(self, lane: int, first: int) -> list[bytes]:
        """Give back, and no longer keep, the early batches that begin here."""

    def erase(self, ranges: Ranges) -> set[Key]:
        """Drop the content of entries, now and whenever they come; returns the records they touched."""

    def erased(self) -> Ranges:
        """All ranges ever erased."""

    def doubt(self, ranges: Ranges) -> None:
        """Mark entries as written by a wrong clock, now and whenever they come."""

    def doubted(self) -> Ranges:
        """All ranges marked so."""

    def conflicted(self, merge: str) -> list[Key]:
        """Records with a conflict of this class."""

    def states(self) -> Iterator[State]:
        """Every record, by type and id."""

    def waits(self) -> Iterator[Ref]:
        """Every entry that waits."""

    def clear_picture(self) -> None:
        """Empty what is derived from the journal: records, conflicts, waiting entries."""


def in_ranges(ref: Ref, ranges: Ranges) -> bool:
    """True if an entry lies in one of the ranges."""
    lane, seq = lane_of(ref), seq_of(ref)
    return any(n == lane and first <= seq <= last for n, first, last in ranges)


def pointing_to(schema: Schema, type_: int) -> dict[int, list[int]]:
    """By type of record, the *inside* fields that may point to records of a type."""
    out = {
        spec.number: [f.number for f in spec.inside if f.target in (0, type_)]
        for spec in schema.types.values()
    }
    return {number: fields for number, fields in out.items() if fields}


ALONE = frozenset({NEEDS_FIELDS})


def entry_at(lanes: Lanes, ref: Ref, data: bytes) -> Entry:
    """Read an entry's canonical bytes, naming lanes by this store's numbers."""
    return read(data, lane_of(ref), lanes.lane_number)


def refers_to(spec: TypeSpec, values: Mapping[int, Value]) -> set[Key]:
    """The records that a record points to as it stands, inside and outside."""
    out: set[Key] = set()
    for one in (*spec.inside, *spec.outside):
        value, target = values.get(one.number), one.target
        id_ = value[0] if isinstance(value, list | tuple) and value else value
        if one in spec.inside and not target:
            target = int(values[LINK_TYPE] or 0)
        if target and isinstance(id_, bytes):
            out.add((target, id_))
    return out
