"""What an act wrote, record by record: each fact with what it was and what it became."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.journal import queries, runtime
from baarada.journal.entries import CREATE, DECIDE, NOTE, PROPOSE, UNDO
from baarada.journal.merging import Held, value_of
from baarada.journal.schema import DELETED, LINK_TYPE, FieldSpec, TypeSpec
from baarada.journal.values import INSIDE
from baarada.kernel.ids import as_uuid
from baarada.registry import facts, lists
from baarada.registry.conflicts import models
from baarada.registry.display import show
from baarada.registry.models import Cadre
from baarada.web.desk.subjects import Key, Subject, subjects
from baarada.web.records.facts import HIDDEN, span_value

NEVER_SHOWN = HIDDEN - {"deleted", "person"}


@dataclass(slots=True)
class Line:
    """One fact: what it was, what it became."""

    label: Any
    old: str
    new: str


@dataclass(slots=True)
class Written:
    """What an act did to one record."""

    subject: Subject | None
    kind: Any
    deed: str
    lines: list[Line] = field(default_factory=list)


def written(helds: Iterable[Held]) -> list[Written]:
    """Entries as people read them, with a fixed number of queries however many there are."""
    helds = [h for h in helds if h.entry.type in models()]
    before = {
        h.ref: h
        for h in queries.writes({ref for h in helds for refs in h.entry.bases.values() for ref in refs})
    }
    keys = {(h.entry.type, as_uuid(h.entry.id)) for h in helds}
    found = subjects(keys | {key for h in [*helds, *before.values()] for key in _named(h)})
    return [_written(h, before, found) for h in helds]


def _spec(held: Held) -> TypeSpec:
    return runtime.schema().types[held.entry.type]


def _named(held: Held) -> Iterable[Key]:
    """The records that an entry points inside to, by whose names it reads."""
    for number, value in held.entry.fields.items():
        spec = _spec(held).fields.get(number)
        if spec is not None and spec.kind == INSIDE and isinstance(value, bytes):
            yield _target(held, spec), as_uuid(value)


def _target(held: Held, spec: FieldSpec) -> int:
    """The type of record that a reference points to; a link says it in a field."""
    return spec.target or held.entry.fields.get(LINK_TYPE) or 0


def _written(held: Held, before: dict[int, Held], found: dict[Key, Subject]) -> Written:
    entry = held.entry
    out = Written(
        found.get((entry.type, as_uuid(entry.id))),
        facts.NAMES.get(models()[entry.type], _("Record")),
        _deed(held),
    )
    spec, model = _spec(held), models()[entry.type]
    known = facts.FACTS.get(model, {})
    units = dict.fromkeys(spec.unit_of[n] for n in entry.fields if n in spec.unit_of)
    for unit in units:
        names = [spec.fields[n].name for n in spec.members[unit]]
        if unit == DELETED or not set(names) & known.keys() or set(names) & NEVER_SHOWN:
            continue
        new = _words(held, unit, found)
        old = " / ".join(
            dict.fromkeys(
                _words(before[ref], unit, found) for ref in entry.bases.get(unit, ()) if ref in before
            )
        )
        if new or old:
            out.lines.append(Line(facts.unit_label(model, names[0]), old, new))
    return out


def _deed(held: Held) -> str:
    """What was done to the record as a whole."""
    entry = held.entry
    if entry.mode == CREATE:
        return _("created")
    if DELETED in entry.fields:
        return _("marked as deleted") if entry.fields[DELETED] else _("restored")
    return {
        NOTE: _("older fact noted"), DECIDE: _("decided"), PROPOSE: _("proposed"), UNDO: _("taken back"),
    }.get(entry.mode, "")  # fmt: skip


def _words(held: Held, unit: int, found: dict[Key, Subject]) -> str:
    spec, model = _spec(held), models()[held.entry.type]
    values = value_of(held.entry, spec.members[unit])
    if [spec.fields[n].name for n in spec.members[unit]] == ["starts", "ends"]:
        return span_value(*values)
    parts = []
    for number, value in zip(spec.members[unit], values, strict=True):
        field_spec, fact = spec.fields[number], facts.FACTS[model].get(spec.fields[number].name)
        if fact is None or value is None:
            continue
        if field_spec.kind == INSIDE and isinstance(value, bytes):
            parts.append(_name(_target(held, field_spec), as_uuid(value), found))
        else:
            parts.append(show(fact, value))
    return ", ".join(p for p in parts if p)


def _name(target: int, pk: UUID, found: dict[Key, Subject]) -> str:
    if target == Cadre.Merge.number:
        return lists.cadre_label(pk)
    subject = found.get((target, pk))
    return subject.name if subject else _("not here")
