"""Trust: are chains, signatures and roots those that were sealed, and are the tables what the journal says?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cbor2
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_noop

from baarada import sqlite
from baarada.journal import batches, cuts
from baarada.journal.applying import file_of
from baarada.journal.batches import Altered, Batch
from baarada.journal.engine import Engine
from baarada.journal.entries import SEQ_MASK, LaneKey, Unreadable, lane_of, ref_of, seq_of
from baarada.journal.merging import Key, State
from baarada.journal.models import CutRow, Link, OriginRow
from baarada.journal.picture import first_of
from baarada.journal.schema import DELETED
from baarada.journal.sealing import is_pack, pack_secret
from baarada.journal.sql import SqlStore
from baarada.journal.store import Lane

PIECE = 400


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was sealed. ``where`` names it, ``what`` says it in a word."""

    what: str
    where: str


(BROKEN_CHAIN, BAD_SIGNATURE, ALTERED, GAP, EXTRA_ENTRY, UNREADABLE, NOT_AS_WRITTEN, MISSING_RECORD, EXTRA_RECORD,
 BAD_CUT) = (
    gettext_noop("broken chain"), gettext_noop("bad signature"), gettext_noop("altered"), gettext_noop("gap"),
    gettext_noop("extra entry"), gettext_noop("unreadable"), gettext_noop("not as written"),
    gettext_noop("missing record"), gettext_noop("extra record"), gettext_noop("bad cut"),
)  # fmt: skip
"""As they stand here they are codes; their French is looked up where they are shown."""


_also: list[Callable[[], Iterator[Problem]]] = []


def also(check: Callable[[], Iterator[Problem]]) -> None:
    """Have something else looked at too: the papers, by the room that keeps them."""
    if check not in _also:
        _also.append(check)


def verify(engine: Engine, progress: Callable[[int], None] = lambda done: None) -> Iterator[Problem]:
    """Look at everything; yields what is wrong, in the order it is found.

    ``progress`` is told how many entries and records have been looked at.
    """
    store = engine.store
    assert isinstance(store, SqlStore)
    with _one_moment(store.connection):
        yield from chains(engine)
        done = sum(lane.last for lane in store.lanes())
        progress(done)
        for count, problems in _records(engine, store):
            done += count
            progress(done)
            yield from problems
        for check in _also:
            yield from check()


@contextmanager
def _one_moment(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All that is read inside is of one moment: what others write meanwhile is not taken for something wrong."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            _run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    elif sqlite.wal_is_safe():
        # Not by Django, whose transactions keep others from writing. With a write-ahead log this one keeps nobody.
        _run(connection, "BEGIN DEFERRED")
        try:
            yield
        finally:
            _run(connection, "ROLLBACK")
    else:
        # Without that log, a moment that lasts minutes would keep everybody from writing.
        yield


def _run(connection: BaseDatabaseWrapper, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def chains(engine: Engine) -> Iterator[Problem]:
    """Look at every lane and cut: is anything missing, altered, or signed by somebody else?"""
    for lane in engine.store.lanes():
        yield from _lane(engine, lane)
    assert isinstance(engine.store, SqlStore)
    yield from _cuts(engine.store)


def _lane(engine: Engine, lane: Lane) -> Iterator[Problem]:
    previous, seq = b"", 1
    name = f"{lane.key.origin}/{lane.key.office.hex()}"
    while seq <= lane.sealed:
        batch = engine.store.batch(lane.number, seq)
        if batch is None or batch.header.first != seq:
            yield Problem(GAP, f"{name} {seq}")
            return
        yield from (Problem(what, f"{name} {seq}") for what in _batch(engine, batch, previous))
        previous, seq = batch.header.hash, batch.header.last + 1
    if lane.head != previous:
        yield Problem(BROKEN_CHAIN, name)
    for beyond, _ in engine.store.contents(lane.number, lane.last + 1, SEQ_MASK):
        yield Problem(EXTRA_ENTRY, f"{name} {beyond}")
    yield from _unsealed(engine, lane, name)


def _batch(engine: Engine, batch: Batch, previous: bytes) -> Iterator[str]:
    header = batch.header
    if header.previous != previous:
        yield BROKEN_CHAIN
    hidden = set() if batch.key is not None else {i for i in range(header.count) if i not in batch.salts}
    if set(batch.contents) | hidden != set(range(header.count)):
        yield GAP
        return
    try:
        batches.check_root(batch)
        if is_pack(header.lane.origin):
            if batch.key not in (None, pack_secret(header.lane.origin)):
                yield ALTERED
        else:
            public = engine.arrivals.key_of(header.lane.origin)
            if public is None:
                yield BAD_SIGNATURE
                return
            batches.check_signature(header, batch.signature, public)
    except Altered as error:
        yield BAD_SIGNATURE if "sign" in str(error) and "entries" not in str(error) else ALTERED
    except KeyError:
        yield ALTERED


def _unsealed(engine: Engine, lane: Lane, name: str) -> Iterator[Problem]:
    for first in range(lane.sealed + 1, lane.last + 1, PIECE):
        last = min(lane.last, first + PIECE - 1)
        refs = [ref_of(lane.number, seq) for seq in range(first, last + 1)]
        try:
            held = engine.store.held(refs)
        except Unreadable:
            yield Problem(UNREADABLE, f"{name} {first}-{last}")
            continue
        missing = [ref for ref in refs if ref not in held]
        erased = engine.store.erased()
        for ref in missing:
            if not any(lane_of(ref) == n and a <= seq_of(ref) <= b for n, a, b in erased):
                yield Problem(GAP, f"{name} {seq_of(ref)}")


def _cuts(store: SqlStore) -> Iterator[Problem]:
    lasts = {lane.key: lane.last for lane in store.lanes()}
    known = {bytes(key) for key in OriginRow.objects.using(store.using).values_list("public", flat=True)}
    for row in CutRow.objects.using(store.using).order_by("day"):
        try:
            cuts.check(bytes(row.positions), bytes(row.public), bytes(row.signature))
            day, lanes = cbor2.loads(bytes(row.positions))
            good = (
                day == row.day
                and bytes(row.public) in known
                and all(last <= lasts.get(LaneKey(origin, office), 0) for origin, office, last in lanes)
            )
        except Altered:
            good = False
        if not good:
            yield Problem(BAD_CUT, str(row.day))


def _records(engine: Engine, store: SqlStore) -> Iterator[tuple[int, list[Problem]]]:
    """Every record worked out from its entries, held against its row."""
    everything = {lane.number: lane.last for lane in store.lanes()}
    names = _names(store)
    known: dict[int, int] = {}
    for keys in store.entities(PIECE):
        wanted, problems = _worked_out(engine, keys, everything)
        found = store.load(keys)
        for key in keys:
            if key not in wanted:
                continue
            truth, row = wanted[key], found.get(key)
            if truth is not None:
                known[key[0]] = known.get(key[0], 0) + 1
            if truth is None and row is not None:
                problems.append(Problem(EXTRA_RECORD, _name(key)))
            elif truth is not None and row is None:
                problems.append(Problem(MISSING_RECORD, _name(key)))
            elif (
                truth is not None
                and row is not None
                and not (_same(truth, row) and row.canonical == _name_of(engine, names, truth))
            ):
                problems.append(Problem(NOT_AS_WRITTEN, _name(key)))
        yield len(keys), problems
    extra = [
        Problem(EXTRA_RECORD, f"type {type_}: {count - known.get(type_, 0)}")
        for type_, count in store.counts().items()
        if count != known.get(type_, 0)
    ]
    yield 0, extra


def _worked_out(
    engine: Engine, keys: list[Key], everything: dict[int, int]
) -> tuple[dict[Key, State | None], list[Problem]]:
    """What the journal says of some records; those whose entries cannot be read are left out, and told."""
    try:
        found = engine.picture.as_known(keys, everything)
        return {key: found.get(key) for key in keys}, []
    except Unreadable:
        if len(keys) == 1:
            return {}, [Problem(UNREADABLE, _name(keys[0]))]
    out: dict[Key, State | None] = {}
    problems: list[Problem] = []
    for key in keys:
        one, wrong = _worked_out(engine, [key], everything)
        out |= one
        problems += wrong
    return out, problems


def _names(store: SqlStore) -> dict[Key, bytes]:
    """The linked files, each with the name that those linked with it bear."""
    names: dict[Key, bytes] = {}
    links = Link.objects.filter(active=True, deleted=False).values_list("of_type", "one", "other")
    pairs = [((t, one.bytes), (t, other.bytes)) for t, one, other in links.iterator() if one and other]
    moved = True
    while moved:
        moved = False
        for pair in pairs:
            low = min(names.get(key, key[1]) for key in pair)
            moved = moved or any(names.get(key) != low for key in pair)
            names |= dict.fromkeys(pair, low)
    groups: dict[Key, list[Key]] = {}
    for key, low in names.items():
        groups.setdefault((key[0], low), []).append(key)
    for group in groups.values():
        deleted = {state.id for state in store.load(group).values() if state.values[DELETED]}
        names |= dict.fromkeys(group, first_of([id_ for _type, id_ in group], deleted))
    return names


def _name_of(engine: Engine, names: dict[Key, bytes], truth: State) -> bytes:
    file = file_of(engine.schema.types[truth.type], truth.values) or truth.key
    return names.get(file, file[1])


def _name(key: Key) -> str:
    return f"type {key[0]} {key[1].hex()}"


def _same(truth: State, row: State) -> bool:
    heads = {u: tuple(sorted(h)) for u, h in row.heads.items()}
    shown = {u: (sorted(c.heads), c.shown) for u, c in row.conflicts.items()}
    expected = {u: (sorted(c.heads), c.shown) for u, c in truth.conflicts.items()}
    return (
        truth.created == row.created
        and truth.values == row.values
        and {u: tuple(sorted(h)) for u, h in truth.heads.items()} == heads
        and expected == shown
    )
