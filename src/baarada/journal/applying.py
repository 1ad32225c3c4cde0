"""One round of applying entries to the picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from baarada.journal import merging
from baarada.journal.entries import CREATE, MODES, Entry, Ref
from baarada.journal.merging import Held, Key, State
from baarada.journal.schema import DELETED, ERASURE, FIRST_FREE_TYPE, LINK_TYPE, VERDICT, Schema, TypeSpec
from baarada.journal.store import NEEDS_FIELDS, NEEDS_NEWER, Quarantined, Store
from baarada.journal.values import BadValue, Value, check
from baarada.kernel.ids import Id

NATIONAL = "national"
"""The kind of office that alone may erase, and judge a clock."""

BAD_VALUE, NO_AUTHORITY = "bad value", "no authority"
"""Reasons to quarantine an entry that is held."""


@dataclass(slots=True)
class Changed:
    """What an apply did to the picture: for search keys and other things derived from it."""

    new: dict[Key, State] = field(default_factory=dict)
    old: dict[Key, State] = field(default_factory=dict)
    removed: set[Key] = field(default_factory=set)
    renamed: dict[Key, Id] = field(default_factory=dict)
    """Files whose canonical id changed."""
    left: set[Id] = field(default_factory=set)
    """The names of files that a row no longer belongs to: it is gone, or was moved to another."""


class Finder(Protocol):
    """Gives entries that are held and shown."""

    def __call__(self, ref: Ref) -> Held | None:
        """The entry, or None."""


def needs(schema: Schema, entry: Entry) -> set[Key]:
    """The records that must exist before an entry can show: its own, and those it points inside to."""
    spec = schema.types.get(entry.type)
    if spec is None or entry.mode not in MODES:
        return {NEEDS_NEWER}
    out: set[Key] = set() if entry.mode == CREATE else {(entry.type, entry.id)}
    for field_spec in spec.inside:
        value = entry.fields.get(field_spec.number)
        if isinstance(value, bytes):
            target = field_spec.target or entry.fields.get(LINK_TYPE)
            if isinstance(target, int):
                out.add((target, value))
    return out


def knows_fields(schema: Schema, entry: Entry) -> bool:
    """True if this version knows every field the entry writes."""
    fields = schema.types[entry.type].fields
    return all(number in fields for number in entry.fields)


def problem(schema: Schema, entry: Entry) -> str:
    """Why an entry that is held changes nothing: the reason to quarantine it, empty where there is none.

    It depends on the entry and on what this version knows, never on what else is held.
    """
    if entry.type in (ERASURE, VERDICT) and entry.writer.kind != NATIONAL:
        return NO_AUTHORITY
    spec = schema.types.get(entry.type)
    if spec is None:
        return ""
    try:
        for number, value in entry.fields.items():
            if number in spec.fields:
                check(spec.fields[number].kind, value)
    except BadValue:
        return BAD_VALUE
    return ""


def file_of(spec: TypeSpec, values: Mapping[int, Value]) -> Key | None:
    """The file that a record with these values belongs to, None where it is a file itself or belongs to none."""
    value = values.get(spec.file) if spec.file else None
    return (spec.fields[spec.file].target, value) if isinstance(value, bytes) else None


class Round:
    """What was loaded, what has changed, what is to be saved."""

    def __init__(self, schema: Schema, store: Store, find: Finder, fresh: set[Key], local: bool) -> None:
        self.schema = schema
        self.store = store
        self.find_held = find
        self.fresh = fresh
        self.local = local
        self.states: dict[Key, State] = {}
        self.absent: set[Key] = set()
        self.new: dict[Key, None] = {}
        self.touched: dict[Key, None] = {}
        self.found: dict[Ref, Held | None] = {}
        self.exists: set[Key] = set()
        self.canonical: dict[Key, Id] = {}
        self.named: dict[Key, dict[int, set[Ref]]] = {}
        """Bases that a write names but that are not applied here yet."""
        self.coming: set[Ref] = set()
        """Entries of this round whose turn has not come: in the store, but not in the picture."""
        self.applied: list[Held] = []
        self.turned: dict[Key, None] = {}
        """Records that were deleted, or are there again."""
        self.changed = Changed()

    def run(self, helds: list[Held]) -> set[Key]:
        """Apply what can be, let the rest wait; returns the records created."""
        self._prepare(helds)
        self.coming = {held.ref for held in helds}
        born: set[Key] = set()
        late: list[Ref] = []
        for held in helds:
            # The values of a change made here were looked at when it was drafted.
            judged = not self.local or held.entry.type < FIRST_FREE_TYPE
            wrong = problem(self.schema, held.entry) if judged else ""
            if wrong:
                self.store.quarantine(Quarantined(wrong, b"", held.ref))
                continue
            unmet = needs(self.schema, held.entry) - self.exists
            if unmet:
                self._wait(held.ref, unmet)
                continue
            if not knows_fields(self.schema, held.entry):
                # Shown as far as this version goes, and applied again after an upgrade.
                late.append(held.ref)
            self.coming.discard(held.ref)
            self.found[held.ref] = held
            key = (held.entry.type, held.entry.id)
            if held.entry.mode == CREATE and key not in self.states:
                born.add(key)
                self._create(held, key)
            else:
                self._change(held, key)
            self.applied.append(held)
        for ref in late:
            self.store.wait(ref, {NEEDS_FIELDS})
        return born

    def _wait(self, ref: Ref, unmet: set[Key]) -> None:
        if self.local:
            raise BadValue("an entry points to a record that is not here")
        self.store.wait(ref, unmet)

    def _prepare(self, helds: list[Held]) -> None:
        keys = {(h.entry.type, h.entry.id) for h in helds} - self.fresh - self.states.keys() - self.absent
        loaded = self.store.load(keys)
        self.states |= loaded
        if not self.local:
            self.named |= self.store.named_early(loaded)
        self.exists |= loaded.keys()
        self.absent |= keys - loaded.keys()
        wanted = {n for h in helds for n in needs(self.schema, h.entry)}
        wanted -= self.exists | self.absent | self.fresh
        self.exists |= self.store.created(wanted).keys()
        files = {
            f for h in helds if (f := self._file(h.entry)) and f not in self.fresh and f not in self.states
        }
        self.canonical |= self.store.canonical(files - self.canonical.keys())

    def _file(self, entry: Entry) -> Key | None:
        """The file that an entry says its record belongs to."""
        spec = self.schema.types.get(entry.type)
        return file_of(spec, entry.fields) if spec is not None else None

    def _name(self, state: State) -> Id:
        """The name of a record's file, or its own where it belongs to none."""
        file = file_of(self.schema.types[state.type], state.values)
        if file is None:
            return state.id
        if file in self.states:
            return self.states[file].canonical
        if file not in self.canonical:
            self.canonical |= self.store.canonical([file])
        return self.canonical.get(file, file[1])

    def find(self, ref: Ref) -> Held | None:
        """An applied entry, from this round or from the store."""
        if ref in self.coming:
            return None
        if ref not in self.found:
            self.found[ref] = self.find_held(ref)
        return self.found[ref]

    def _create(self, held: Held, key: Key) -> None:
        spec = self.schema.types[key[0]]
        state = State(*key)
        merging.create(state, held, spec)
        state.canonical = self._name(state)
        self.states[key] = state
        self.exists.add(key)
        self.new[key] = None

    def _change(self, held: Held, key: Key) -> None:
        spec, state = self.schema.types[key[0]], self.states[key]
        was_deleted = state.values[DELETED]
        if key not in self.new:
            self.touched[key] = None
        file = file_of(spec, state.values)
        named = self.named.setdefault(key, {})
        early = frozenset(unit for unit, refs in named.items() if held.ref in refs)
        absent: dict[int, list[Ref]] = {}
        if held.entry.mode == CREATE:
            merging.create_again(state, held, spec, self.find, early)
        else:
            absent = merging.change(state, held, spec, self.find, early)
        if file_of(spec, state.values) != file:
            self.changed.left.add(state.canonical)
            state.canonical = self._name(state)
        if state.values[DELETED] != was_deleted:
            self.turned[key] = None
        for unit in early:
            self.store.forget_named(key, unit, held.ref)
        if not self.local:
            for unit, refs in absent.items():
                missing = [ref for ref in refs if self.find(ref) is None]
                if missing:
                    self.store.name_early(key, unit, missing)
                    named.setdefault(unit, set()).update(missing)

    def save(self) -> None:
        """Write the records back."""
        self.changed.new = {key: self.states[key] for key in self.new}
        self.changed.old = {key: self.states[key] for key in self.touched}
        self.store.save(list(self.changed.new.values()), list(self.changed.old.values()))
