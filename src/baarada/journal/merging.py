"""How two writes meet: heads, the value shown, and what a person must decide.

Stated once here and once, slowly, in the simulator's own oracle:

- A *write* is what one entry says of one unit of fields. A creation writes every unit.
- The *heads* of a unit are the writes held that no held write names as a base. They
  depend on the set of entries held, never on the order they came in.
- A unit is *in conflict* when its heads carry at least two different values.
- *Shown* is the one value; or, by class: ``latest``, the head with the greatest stamp; ``owner``, the
  same among heads written by the owner, else among all; ``person``, the latest
  write that every head builds on, else nothing yet ("to decide").
- A proposal never replaces what it saw. A note on the past is no write at all.
- Deleting is a write of the field ``deleted`` that also names everything its writer saw of
  the record: an edit it did not see puts the record in conflict.

Nothing here reads a clock, a table or an order of arrival.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from baarada.journal.entries import CREATE, NOTE, PROPOSE, UNDO, Entry, Ref
from baarada.journal.schema import DELETED, IN_CHARGE, LATEST, OWNER, FieldSpec, TypeSpec
from baarada.journal.values import Value, same
from baarada.kernel.ids import Id

Key = tuple[int, Id]
"""A record: its type's number and its id."""

Place = tuple[int, str, bytes, int]
Rank = tuple[bool, int, str, bytes, int]
"""What orders entries that did not know each other: see :meth:`Held.rank`."""


@dataclass(slots=True)
class Held:
    """An entry this node holds, with its place."""

    ref: Ref
    entry: Entry
    origin: str
    office: Id
    """The office of the lane: in charge of the record, as the writer knew it."""
    doubted: bool = False
    """True where a verdict says that a wrong clock wrote it: it loses in class *latest*."""

    @property
    def rank(self) -> Rank:
        """Greater shows first among heads of class *latest*. A total order, the same everywhere."""
        return (not self.doubted, *self.place)

    @property
    def place(self) -> Place:
        """A total order of entries, the same everywhere, that knows no verdict."""
        return (self.entry.stamp, self.origin, self.office, self.entry.seq)

    def owns(self, spec: FieldSpec) -> bool:
        """True if the writer's office owned the field, as read from the entry alone."""
        if spec.owner == IN_CHARGE:
            return self.entry.writer.office == self.office
        return self.entry.writer.kind == spec.owner


@dataclass(slots=True)
class Conflict:
    """Several values for one unit of fields. ``shown`` is 0 where nothing is shown yet."""

    unit: int
    merge: str
    heads: tuple[Ref, ...]
    shown: Ref


BIRTHS = 2**31 - 1
"""No unit: in the heads of a record that was created more than once, all its creations."""


def standing(heads: Mapping[int, tuple[Ref, ...]], unit: int, created: Ref) -> tuple[Ref, ...]:
    """The writes of a unit that nothing held has replaced: the creation's where ``heads`` says nothing."""
    return heads.get(unit) or heads.get(BIRTHS) or ((created,) if created else ())


@dataclass(slots=True)
class State:
    """A record as it now stands.

    ``heads`` holds only the units whose heads are not the creation alone (all creations, if there are
    several: then they stand under ``BIRTHS``, also for units that only a later version knows); ``values`` every field.
    """

    type: int
    id: Id
    created: Ref = 0
    values: dict[int, Value] = field(default_factory=dict)
    heads: dict[int, tuple[Ref, ...]] = field(default_factory=dict)
    canonical: Id = b""
    conflicts: dict[int, Conflict] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id

    def heads_of(self, unit: int) -> tuple[Ref, ...]:
        """The writes of a unit that nothing held has replaced."""
        return standing(self.heads, unit, self.created)


Find = Callable[[Ref], Held | None]
"""Gives an applied entry of the record, or None if it is not held (or not yet applied)."""


def value_of(entry: Entry, members: Iterable[int]) -> tuple[Value, ...]:
    """What an entry writes for a unit; a field it leaves out is empty."""
    return tuple(entry.fields.get(number) for number in members)


def units_of(entry: Entry, spec: TypeSpec) -> list[int]:
    """The units an entry writes, those this version knows."""
    if entry.mode == CREATE:
        return list(spec.members)
    if entry.mode == NOTE:
        return []
    return list(dict.fromkeys(spec.unit_of[n] for n in entry.fields if n in spec.unit_of))


def create(state: State, held: Held, spec: TypeSpec) -> None:
    """Apply the first creation of a record."""
    state.created = held.ref
    fields = held.entry.fields
    state.values = {number: fields.get(number) for number in spec.fields}
    state.values[DELETED] = bool(fields.get(DELETED))


def create_again(
    state: State, held: Held, spec: TypeSpec, find: Find, named: frozenset[int] = frozenset()
) -> None:
    """Apply another creation of the same record: one more write of every unit.

    The one with the lowest rank counts as the creation, whichever came first. ``named`` is as in :func:`change`.
    """
    births = tuple(sorted({*state.heads_of(BIRTHS), held.ref}))
    for unit in spec.members:
        own = set() if unit in named else {held.ref}
        state.heads[unit] = tuple(sorted({*state.heads_of(unit), *own}))
    state.heads[BIRTHS] = births
    first = find(state.created)
    if first is None or held.place < first.place:
        state.created = held.ref
    for unit in spec.members:
        settle(state, unit, spec, find)


def change(
    state: State, held: Held, spec: TypeSpec, find: Find, named: frozenset[int] = frozenset()
) -> dict[int, list[Ref]]:
    """Apply an edit to a record that exists.

    ``named`` lists units for which a write already held names this one as its base (it arrived
    before what it builds on). Returns, per unit, bases that are not heads: where they are
    not held, they are to be remembered, so that they do not become heads when they come.
    """
    entry = held.entry
    absent: dict[int, list[Ref]] = {}
    for unit in units_of(entry, spec):
        bases = entry.bases.get(unit, ())
        old = state.heads_of(unit)
        dethroned = () if entry.mode == PROPOSE else bases
        heads = tuple(h for h in old if h not in dethroned)
        if unit not in named:
            heads = tuple(sorted({*heads, held.ref}))
        missing = [b for b in dethroned if b not in old]
        if missing:
            absent[unit] = missing
        state.heads[unit] = heads
        if heads == (held.ref,) and unit != DELETED:
            for number, value in zip(spec.members[unit], value_of(entry, spec.members[unit]), strict=True):
                state.values[number] = value
            state.conflicts.pop(unit, None)
        else:
            settle(state, unit, spec, find)
    if state.heads.get(DELETED) and DELETED not in entry.fields:
        settle(state, DELETED, spec, find)
    return absent


def replay(key: Key, helds: list[Held], spec: TypeSpec) -> State | None:
    """The record that a set of entries gives, whatever their order; None without a creation."""
    births = sorted((h for h in helds if h.entry.mode == CREATE), key=lambda h: h.place)
    if not births:
        return None
    found = {h.ref: h for h in helds}
    state = State(*key, canonical=key[1])
    create(state, births[0], spec)
    for held in births[1:]:
        create_again(state, held, spec, found.get)
    edits = sorted((h for h in helds if h.entry.mode != CREATE), key=lambda h: h.ref)
    # By reference is not always the order of building: what is named before its turn is no head.
    named: dict[int, set[Ref]] = {}
    for held in edits:
        early = frozenset(unit for unit, refs in named.items() if held.ref in refs)
        change(state, held, spec, found.get, early)
        for unit in replaced_units(held.entry, spec):
            named.setdefault(unit, set()).update(held.entry.bases.get(unit, ()))
    return state


def replaced_units(entry: Entry, spec: TypeSpec) -> list[int]:
    """The units in which an entry takes the place of what it names."""
    return [] if entry.mode == PROPOSE else units_of(entry, spec)


def settle(state: State, unit: int, spec: TypeSpec, find: Find) -> None:
    """Work out what a unit shows from its heads, and whether it is in conflict."""
    heads = state.heads_of(unit)
    if heads == state.heads_of(BIRTHS):
        state.heads.pop(unit, None)
    found = [h for h in map(find, heads) if h is not None]
    if not found:
        return
    members = spec.members[unit]
    rivals = found + (_unseen(state, found, find) if unit == DELETED else [])
    shown: Held | None
    if len(rivals) == len(found) and _values_agree(found, spec, unit):
        # Equal values may still differ in a reference's label: one pick for all nodes.
        shown = max(found, key=lambda h: h.place)
        state.conflicts.pop(unit, None)
    else:
        shown = pick(found, spec, unit, find)
        refs = tuple(sorted(h.ref for h in rivals))
        state.conflicts[unit] = Conflict(unit, spec.unit_spec(unit).merge, refs, shown.ref if shown else 0)
    picked = value_of(shown.entry, members) if shown else (None,) * len(members)
    for number, value in zip(members, picked, strict=True):
        state.values[number] = value if unit != DELETED else bool(value)


def pick(heads: list[Held], spec: TypeSpec, unit: int, find: Find) -> Held | None:
    """The write shown while heads disagree; None where people never agreed on one."""
    field_spec = spec.unit_spec(unit)
    if field_spec.merge == LATEST:
        return max(heads, key=lambda h: h.rank)
    if field_spec.merge == OWNER:
        return max([h for h in heads if h.owns(field_spec)] or heads, key=lambda h: h.rank)
    return _agreed(heads, spec, unit, find)


def _agreed(heads: list[Held], spec: TypeSpec, unit: int, find: Find) -> Held | None:
    """The last write that every head builds on, and that nobody took back.

    Last by what builds on what, not by a clock. Where two such writes disagree (two people decided
    apart), the answer is what those two last agreed on.
    """
    pasts = [_past(head, unit, find) for head in heads]
    undone = _undone([*heads, *(held for past in pasts for held in past.values())], unit)
    common = set(pasts[0]).intersection(*pasts[1:]) - undone
    shared = {ref: pasts[0][ref] for ref in common}
    replaced = {ref for held in shared.values() for ref in _past(held, unit, find)}
    last = [held for ref, held in shared.items() if ref not in replaced]
    if not last:
        return None
    if _values_agree(last, spec, unit):
        return max(last, key=lambda h: h.place)
    return _agreed(last, spec, unit, find)


def _undone(writes: list[Held], unit: int) -> set[Ref]:
    """The writes that others of these took back."""
    return {ref for held in writes if held.entry.mode == UNDO for ref in _bases(held, unit)}


def _values_agree(writes: list[Held], spec: TypeSpec, unit: int) -> bool:
    members = spec.members[unit]
    kinds = [spec.fields[n].kind for n in members]
    first, *others = [value_of(h.entry, members) for h in writes]
    if unit == DELETED:
        return all(bool(other[0]) == bool(first[0]) for other in others)
    return all(all(map(same, kinds, first, other)) for other in others)


def _past(head: Held, unit: int, find: Find) -> dict[Ref, Held]:
    """All writes that a write builds on, as far as they are held."""
    past: dict[Ref, Held] = {}
    todo = list(_bases(head, unit))
    while todo:
        ref = todo.pop()
        held = None if ref in past else find(ref)
        if held is not None:
            past[ref] = held
            todo += _bases(held, unit)
    return past


def _bases(held: Held, unit: int) -> tuple[Ref, ...]:
    return held.entry.bases.get(unit, ())


def _unseen(state: State, found: list[Held], find: Find) -> list[Held]:
    """Edits that no deletion among the heads had seen."""
    deletions = [h for h in found if h.entry.fields.get(DELETED)]
    if not deletions:
        return []
    seen = {ref for d in deletions for refs in d.entry.bases.values() for ref in refs}
    seen |= {*state.heads_of(BIRTHS)} | {h.ref for h in found}
    refs = sorted({h for unit, hs in state.heads.items() if unit != DELETED for h in hs} - seen)
    return [h for h in map(find, refs) if h is not None]
