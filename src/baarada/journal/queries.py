"""What can be asked of the journal: the history of a record, a record as known then, acts, conflicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from baarada.journal import cuts, merging, runtime
from baarada.journal.entries import CREATE, NOTE, Entry, Ref
from baarada.journal.merging import Conflict, Held, Key, State, units_of
from baarada.journal.models import ActRow, ConflictRow, Record
from baarada.journal.rows import read_heads
from baarada.journal.schema import TypeSpec
from baarada.journal.values import INSIDE, OUTSIDE, TEXTS, Value
from baarada.kernel.clocks import Stamp, ms_of
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import Id, as_id, as_uuid

R = TypeVar("R", bound=Record)


def when(stamp: Stamp) -> datetime:
    """When an entry was written, by the clock of its node."""
    return datetime.fromtimestamp(ms_of(stamp) / 1000, UTC)


def key_of(record: Record) -> Key:
    """Type and id of a record."""
    return record.Merge.number, as_id(record.pk)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Write:
    """What one entry says of one unit of fields: for people who ask where a value comes from."""

    ref: Ref
    act: UUID
    kind: str
    mode: int
    values: dict[str, Value]
    """By field name, as entries hold them."""
    by: str
    office: UUID
    account: UUID
    at: datetime
    reason: str | None
    decision: str | None
    effective: PartialDate | None
    stands: bool
    """True while nothing has replaced it."""
    shown: bool


def histories(records: Iterable[Record]) -> dict[UUID, dict[str, list[Write]]]:
    """For each record, for each unit by its first field: everything ever written, newest first."""
    engine = runtime.engine()
    found = {key_of(r): r for r in records}
    out: dict[UUID, dict[str, list[Write]]] = {}
    for key, helds in engine.store.entries_of_all(found).items():
        spec = engine.schema.types[key[0]]
        out[found[key].pk] = _history(found[key], helds, spec)
    return out


def history(record: Record) -> dict[str, list[Write]]:
    """Everything ever written about one record, by unit."""
    return histories([record])[record.pk]


def _history(record: Record, helds: list[Held], spec: TypeSpec) -> dict[str, list[Write]]:
    heads = read_heads(record.heads)
    out: dict[str, list[Write]] = {}
    for held in sorted(helds, key=lambda h: h.place, reverse=True):
        for unit in _units(held.entry, spec):
            names = {spec.fields[n].name: held.entry.fields.get(n) for n in spec.members[unit]}
            if held.entry.mode == CREATE and all(v is None for v in names.values()):
                continue
            standing = merging.standing(heads, unit, record.created)
            stands = held.ref in standing and held.entry.mode != NOTE
            write = _write(held, names, stands, stands and standing == (held.ref,))
            out.setdefault(spec.fields[unit].name, []).append(write)
    return out


def _units(entry: Entry, spec: TypeSpec) -> list[int]:
    if entry.mode == NOTE:
        return list(dict.fromkeys(spec.unit_of[n] for n in entry.fields if n in spec.unit_of))
    return units_of(entry, spec)


def _write(held: Held, values: dict[str, Value], stands: bool, shown: bool) -> Write:
    entry = held.entry
    return Write(
        ref=held.ref,
        act=as_uuid(entry.act),
        kind=entry.kind,
        mode=entry.mode,
        values=values,
        by=entry.writer.name,
        office=as_uuid(entry.writer.office),
        account=as_uuid(entry.writer.account),
        at=when(entry.stamp),
        reason=entry.reason,
        decision=entry.decision,
        effective=PartialDate.of(entry.effective) if entry.effective else None,
        stands=stands,
        shown=shown,
    )


def writes(refs: Iterable[Ref]) -> list[Held]:
    """Entries by reference, oldest first."""
    return sorted(runtime.engine().store.held(refs).values(), key=lambda h: h.place)


def as_known(records: Iterable[R], day: date) -> dict[UUID, R]:
    """Records as they were known when ``day`` ended, as instances that are not to be written.

    Those of which nothing was known then are left out; so are those marked as deleted then.
    """
    engine = runtime.engine()
    found = {key_of(r): r for r in records}
    cut = cuts.known_on(engine, day)
    if cut is None:
        return {r.pk: r for r in found.values() if not r.deleted}
    states = engine.picture.as_known(found, cut)
    return {
        found[key].pk: instance(type(found[key]), state)
        for key, state in states.items()
        if not state.values[0]
    }


def instance(model: type[R], state: State) -> R:
    """A record as a state gives it."""
    spec = runtime.schema().types[state.type]
    fields: dict[str, Any] = {}
    for number, value in state.values.items():
        field = spec.fields[number]
        if field.kind == OUTSIDE:
            fields[f"{field.name}_id"] = as_uuid(value[0]) if value else None
            fields[f"{field.name}_label"] = value[1] if value else None
        elif field.kind == INSIDE:
            fields[f"{field.name}_id"] = as_uuid(value) if value else None
        elif field.kind == "day":
            fields[field.name] = PartialDate.of(value) if value else None
        elif field.kind == TEXTS:
            fields[field.name] = value or []
        else:
            fields[field.name] = value
    fields["deleted"] = bool(fields.get("deleted"))
    return model(id=as_uuid(state.id), created=state.created, canonical=as_uuid(state.canonical), **fields)


def conflict_of(row: ConflictRow) -> Conflict:
    """A conflict's row as the core knows it."""
    import cbor2

    return Conflict(row.unit, row.merge, tuple(cbor2.loads(bytes(row.heads))), row.shown)


def act(pk: UUID) -> ActRow | None:
    """An act."""
    return ActRow.objects.filter(pk=pk).first()


def acts_undone(pks: Iterable[UUID]) -> set[UUID]:
    """Which of these acts another act has undone."""
    found = ActRow.objects.filter(about__in=list(pks)).values_list("about", flat=True)
    return {about for about in found if about is not None}


def entries_of_act(pk: Id, after: Ref = 0, most: int = 200) -> list[Held]:
    """What an act wrote, a page at a time."""
    return runtime.engine().store.entries_of_act(pk, after, most)
