"""Undo an act: a new act that takes back what is still the first one's.

Every field whose head is still that act's goes back to its base; a record that the act
created is marked deleted; what others have since changed is left, and listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from baarada.journal import drafts
from baarada.journal.drafts import Left, Seen
from baarada.journal.engine import Engine
from baarada.journal.entries import CREATE, NOTE, UNDO, Draft, Ref
from baarada.journal.merging import Held, Key, State, units_of, value_of
from baarada.journal.schema import DELETED
from baarada.journal.store import refers_to
from baarada.kernel.ids import Id
from baarada.kernel.pieces import in_pieces

KIND = "undone"
PIECE = 500


@dataclass(slots=True)
class Undoing:
    """One piece of an undo: the entries to write, and what is left alone."""

    drafts: list[Draft] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    last: Ref = 0
    """The last entry of the act that was looked at."""


def pieces(engine: Engine, act: Id, *, reason: str | None = None) -> Iterator[Undoing]:
    """Go through an act, at most 500 entries at a time.

    The caller writes each piece before asking for the next. Safe to begin again after a stop: what is
    already undone is no longer the act's.
    """
    after = 0
    while helds := engine.store.entries_of_act(act, after, PIECE):
        after = helds[-1].ref
        yield _piece(engine, act, helds, reason)


def _piece(engine: Engine, act: Id, helds: list[Held], reason: str | None) -> Undoing:
    out = Undoing(last=helds[-1].ref)
    keys: dict[Key, list[Held]] = {}
    for held in helds:
        keys.setdefault((held.entry.type, held.entry.id), []).append(held)
    states = engine.store.load(keys)
    born = {h.ref: key for key, own in keys.items() for h in own if h.entry.mode == CREATE}
    kept = _needed_by_others(engine, act, set(born.values()))
    for key, own in keys.items():
        state = states.get(key)
        if state is None:
            continue
        birth = next((h for h in own if h.entry.mode == CREATE), None)
        if birth is not None:
            _take_back_record(engine, state, birth, key in kept, reason, out)
        else:
            _take_back_edits(engine, state, own, reason, out)
    return out


def _needed_by_others(engine: Engine, act: Id, keys: set[Key]) -> set[Key]:
    """The records among these that something points to now, which others made or changed: it stays."""
    out: set[Key] = set()
    for piece in in_pieces(sorted(engine.store.referring(keys)), PIECE):
        found = engine.store.load(piece)
        referring = [state for state in found.values() if not state.values[DELETED]]
        helds = engine.store.held({ref for state in referring for ref in _standing(state)})
        for state in referring:
            entries = [helds[ref].entry for ref in _standing(state) if ref in helds]
            if any(act not in (entry.act, entry.about) for entry in entries):
                out |= refers_to(engine.schema.types[state.type], state.values) & keys
    return out


def _standing(state: State) -> set[Ref]:
    """The creation of a record and every write of it that nothing has replaced."""
    return {state.created, *(ref for unit in state.heads for ref in state.heads_of(unit))}


def _take_back_record(
    engine: Engine, state: State, birth: Held, needed: bool, reason: str | None, out: Undoing
) -> None:
    if state.values[DELETED] and not state.conflicts:
        return
    act = birth.entry.act
    heads = engine.store.held({ref for unit in state.heads for ref in state.heads_of(unit)})
    if needed or any(h.entry.act != act for h in heads.values()):
        out.left.append(Left(birth, []))
        return
    seen = Seen.of(state)
    out.drafts.append(
        drafts.delete(seen, office=birth.office, kind=KIND, mode=UNDO, reason=reason, about=act)
    )


def _take_back_edits(engine: Engine, state: State, own: list[Held], reason: str | None, out: Undoing) -> None:
    spec = engine.schema.types[state.type]
    for held in own:
        if held.entry.mode not in (CREATE, NOTE):
            units = units_of(held.entry, spec)
            left = [u for u in units if not _take_back(engine, state, held, u, reason, out)]
            if left and not state.values[DELETED]:
                out.left.append(Left(held, left))


def _before(engine: Engine, held: Held, unit: int) -> dict[Ref, Held]:
    """What a unit was before the act: the writes of others that this one, or an earlier one of the act, builds on."""
    found: dict[Ref, Held] = {}
    todo, asked = set(held.entry.bases.get(unit, ())), set[Ref]()
    while todo:
        asked |= todo
        bases = engine.store.held(todo)
        own = {ref: base for ref, base in bases.items() if base.entry.act == held.entry.act}
        found |= {ref: base for ref, base in bases.items() if ref not in own}
        todo = {ref for base in own.values() for ref in base.entry.bases.get(unit, ())} - asked
    return found


def _take_back(engine: Engine, state: State, held: Held, unit: int, reason: str | None, out: Undoing) -> bool:
    """Write a unit's earlier value back, if this entry is its only head; False if it was left."""
    heads = state.heads_of(unit)
    if heads != (held.ref,):
        # Where the act wrote twice its last write goes back, and what was taken back before is not left alone.
        act = held.entry.act
        return all(act in (h.entry.act, h.entry.about) for h in engine.store.held(heads).values())
    spec = engine.schema.types[state.type]
    members = spec.members[unit]
    bases = _before(engine, held, unit)
    if not bases:
        return False
    # Where the entry decided among several values, undoing it brings them all back.
    for base in sorted(bases.values(), key=lambda h: h.place):
        fields = dict(zip(members, value_of(base.entry, members), strict=True))
        if unit == DELETED:
            fields[DELETED] = bool(fields[DELETED])
        draft = Draft(
            office=held.office, type=state.type, id=state.id, kind=KIND, mode=UNDO, fields=fields,
            bases={unit: (held.ref,)}, reason=reason, about=held.entry.act,
        )  # fmt: skip
        out.drafts.append(draft)
    return True
