"""Entries to be written, made from what was on the writer's screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from baarada.journal import merging
from baarada.journal.engine import Engine
from baarada.journal.entries import CHANGE, DECIDE, PROPOSE, Draft, Ref, Writer
from baarada.journal.merging import Held, Key, State
from baarada.journal.schema import DELETED, IN_CHARGE, OWNER, TypeSpec
from baarada.journal.values import Value
from baarada.kernel.ids import Id


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as somebody saw it: which writes stood behind each unit of fields.

    It is made when a page, a form or a sheet is made, and travels with it; it is
    never read again when saving, or two people could not be told to have disagreed.
    """

    type: int
    id: Id
    created: Ref
    heads: Mapping[int, tuple[Ref, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State) -> "Seen":
        """What somebody sees who looks at this record now."""
        return cls(state.type, state.id, state.created, dict(state.heads))

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id

    def behind(self, unit: int) -> tuple[Ref, ...]:
        """The writes seen for a unit."""
        return merging.standing(self.heads, unit, self.created)


def change(
    engine: Engine, seen: Seen, fields: dict[int, Value], *, office: Id, writer: Writer, kind: str,
    mode: int = CHANGE, effective: int | None = None, reason: str | None = None, decision: str | None = None,
) -> list[Draft]:  # fmt: skip
    """An edit of fields, as one entry, or two where some become proposals.

    A fact that belongs to another office, and that this office has written, is only proposed.

    Raises:
        ValueError: fields that merge together are not all given.
    """
    spec = engine.schema.types[seen.type]
    units = units_touched(spec, fields)
    proposed = [
        u for u in units if mode != DECIDE and belongs_elsewhere(engine, spec, u, seen, office, writer)
    ]

    def draft(these: list[int], as_mode: int) -> Draft:
        return Draft(
            office=office, type=seen.type, id=seen.id, kind=kind, mode=as_mode,
            fields={n: fields[n] for u in these for n in spec.members[u]}, bases={u: seen.behind(u) for u in these},
            effective=effective, reason=reason, decision=decision,
        )  # fmt: skip

    changed = [u for u in units if u not in proposed]
    return [draft(these, as_mode) for these, as_mode in ((changed, mode), (proposed, PROPOSE)) if these]


def units_touched(spec: TypeSpec, fields: Iterable[int]) -> list[int]:
    """The units that some fields belong to.

    Raises:
        ValueError: a unit is not whole.
    """
    given = set(fields)
    units = list(dict.fromkeys(spec.unit_of[n] for n in sorted(given)))
    for unit in units:
        if not given.issuperset(spec.members[unit]):
            raise ValueError(f"{spec.name}: fields {spec.members[unit]} change together")
    return units


def belongs_elsewhere(
    engine: Engine, spec: TypeSpec, unit: int, seen: Seen, office: Id, writer: Writer
) -> bool:
    """True where another office owns a unit, and one of the writes seen is that owner's."""
    field_spec = spec.unit_spec(unit)
    if field_spec.merge != OWNER:
        return False
    if owns(field_spec.owner, office, writer):
        return False
    return any(held.owns(field_spec) for held in engine.store.held(seen.behind(unit)).values())


def owns(owner: str, office: Id, writer: Writer) -> bool:
    """True if a writer's office owns a fact of class *owner* in the scope of ``office``."""
    return writer.office == office if owner == IN_CHARGE else writer.kind == owner


def values_seen(engine: Engine, seen: Seen) -> dict[int, Value]:
    """The values that stood on the screen, by field: worked out from the writes that stood behind them.

    Raises:
        KeyError: an entry that was seen is not held here any more (it was erased).
    """
    spec = engine.schema.types[seen.type]
    creation = engine.store.held([seen.created])[seen.created]
    state = State(seen.type, seen.id)
    merging.create(state, creation, spec)
    state.heads = dict(seen.heads)
    for unit in spec.members if merging.BIRTHS in state.heads else list(state.heads):
        merging.settle(state, unit, spec, engine.picture.find)
    return state.values


def delete(
    seen: Seen, *, office: Id, kind: str, mode: int = CHANGE, reason: str | None = None,
    decision: str | None = None, about: Id | None = None,
) -> Draft:  # fmt: skip
    """A mark of deletion, which names all that its writer saw of the record."""
    edits = {unit: refs for unit, refs in seen.heads.items() if unit != merging.BIRTHS}
    return Draft(
        office=office, type=seen.type, id=seen.id, kind=kind, mode=mode, fields={DELETED: True},
        bases={DELETED: seen.behind(DELETED)} | edits, reason=reason, decision=decision, about=about,
    )  # fmt: skip


def restore(
    seen: Seen, *, office: Id, kind: str, mode: int = CHANGE, reason: str | None = None, about: Id | None = None
) -> Draft:  # fmt: skip
    """Take a mark of deletion back."""
    return Draft(
        office=office, type=seen.type, id=seen.id, kind=kind, mode=mode, fields={DELETED: False},
        bases={DELETED: seen.behind(DELETED)}, reason=reason, about=about,
    )  # fmt: skip


@dataclass(slots=True)
class Left:
    """Something an undo leaves as it is, because others have built on it since."""

    held: Held
    units: list[int]
    """The units left; empty for a record that stays although the act created it."""
