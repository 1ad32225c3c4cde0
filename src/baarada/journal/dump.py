"""The canonical dump: the picture as bytes, the same on every machine that holds the same entries."""

import hashlib
from collections.abc import Iterator
from typing import Any

import cbor2

from baarada.journal.entries import LaneKey, Ref, lane_of, seq_of
from baarada.journal.merging import State
from baarada.journal.store import Store


def lines(store: Store) -> Iterator[bytes]:
    """One line of CBOR for each record, by type and id, then one for each waiting entry."""
    keys: dict[int, LaneKey] = {lane.number: lane.key for lane in store.lanes()}

    def name(ref: Ref) -> list[Any]:
        key = keys[lane_of(ref)]
        return [key.origin, key.office, seq_of(ref)]

    for state in store.states():
        yield cbor2.dumps(_record(state, name))
    for waiting in sorted(name(ref) for ref in store.waits()):
        yield cbor2.dumps(["waits", *waiting])


def _record(state: State, name: Any) -> list[Any]:
    heads = {unit: sorted(map(name, refs)) for unit, refs in sorted(state.heads.items())}
    conflicts = [
        [c.unit, c.merge, sorted(map(name, c.heads)), name(c.shown) if c.shown else None]
        for _, c in sorted(state.conflicts.items())
    ]
    values = {n: v for n, v in sorted(state.values.items()) if v is not None}
    return [state.type, state.id, values, name(state.created), heads, state.canonical, conflicts]


def digest(store: Store) -> str:
    """The SHA-256 of the whole dump, in hexadecimal."""
    sha = hashlib.sha256()
    for line in lines(store):
        sha.update(len(line).to_bytes(4, "big") + line)
    return sha.hexdigest()
