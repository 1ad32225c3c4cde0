"""Disagreements as pages show them: the values, who wrote each, what was agreed before."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from baarada.journal import queries as journal
from baarada.journal import runtime
from baarada.journal.entries import CREATE, PROPOSE, UNDO
from baarada.journal.merging import Held, value_of
from baarada.journal.models import ConflictRow
from baarada.kernel.days import PartialDate
from baarada.registry import conflicts, facts
from baarada.registry.models import Office
from baarada.web.records.facts import HIDDEN, entry_value

DELETED = "deleted"
BUTTON_LETTERS = 48
MOST_UNDONE = 4
"""How often a value may have been taken back and brought back before its first writer is given up."""


@dataclass(slots=True)
class Side:
    """One of the values that disagree."""

    ref: int
    text: str
    button: str
    by: str
    office: str
    account: UUID
    at: Any
    reason: str | None
    decision: str | None
    act: UUID
    proposed: bool
    fields: dict[str, Any]
    """The values as an action takes them."""
    same: list[Held] = field(default_factory=list)
    """Others who wrote the same value apart."""
    changes: list[tuple[Any, str]] = field(default_factory=list)
    """Where somebody else deleted the record: what this person changed in it."""


@dataclass(slots=True)
class Question:
    """A disagreement: the values, what was agreed before, whose it is to decide."""

    row: ConflictRow
    record: Any
    name: str
    label: Any
    sides: list[Side]
    agreed: str
    shown: str
    owner: Any = ""
    before: Side | None = None
    """The value agreed before, where it can be kept: where none of the others says the same."""

    @property
    def blocks(self) -> bool:
        """True for what a person must decide."""
        return self.row.merge != "latest"

    @property
    def fields(self) -> list[str]:
        """The fields that are decided together."""
        return facts.unit_of(type(self.record), self.name)


def questions(rows: Iterable[ConflictRow], records: Iterable[Any]) -> list[Question]:
    """Disagreements with everything needed to settle them, the blocking ones first."""
    rows = list(rows)
    if not rows:
        return []
    known = {r.pk: r for r in records}
    refs = {ref for row in rows for ref in (*journal.conflict_of(row).heads, row.shown) if ref}
    held = {h.ref: h for h in journal.writes(refs)}
    held |= _first_written(rows, held)
    offices = {h.entry.writer.office for h in held.values()}
    names = {
        pk.bytes: name
        for pk, name in Office.objects.filter(pk__in=[UUID(bytes=o) for o in offices]).values_list(
            "pk", "name"
        )
    }
    out = [_question(row, known[row.entity], held, names) for row in rows if row.entity in known]
    return sorted(out, key=lambda q: (not q.blocks, -q.row.stamp))


def _first_written(rows: Iterable[ConflictRow], held: dict[int, Held]) -> dict[int, Held]:
    """For each value that an undo brought back, under the undo's reference: the entry that had written it."""
    units = {
        ref: row.unit for row in rows if row.unit for ref in (*journal.conflict_of(row).heads, row.shown)
    }
    found = {ref: held[ref] for ref in units if ref in held and held[ref].entry.mode == UNDO}
    out: dict[int, Held] = {}
    for _again in range(MOST_UNDONE):
        earlier = _earlier(found, units)
        out |= earlier
        found = {ref: one for ref, one in earlier.items() if one.entry.mode == UNDO}
        if not found:
            break
    return {ref: replace(one, ref=ref) for ref, one in out.items()}


def _earlier(found: dict[int, Held], units: dict[int, int]) -> dict[int, Held]:
    """For each undo the entry that had written its value: one of those that the undone entry was built on."""
    undone = _behind(found, units)
    before = _behind(
        {one.ref: one for helds in undone.values() for one in helds},
        {one.ref: units[ref] for ref, helds in undone.items() for one in helds},
    )
    out = {}
    for ref, one in found.items():
        values = _says(one, units[ref])
        candidates = [h for held in undone[ref] for h in before[held.ref] if _says(h, units[ref]) == values]
        if candidates:
            out[ref] = candidates[0]
    return out


def _behind(helds: dict[int, Held], units: dict[int, int]) -> dict[int, list[Held]]:
    """The entries that each of some entries was built on, for one unit."""
    bases = {ref: one.entry.bases.get(units[ref], ()) for ref, one in helds.items()}
    found = {h.ref: h for h in journal.writes({b for refs in bases.values() for b in refs})}
    return {ref: [found[b] for b in refs if b in found] for ref, refs in bases.items()}


def _says(held: Held, unit: int) -> Any:
    members = runtime.schema().types[held.entry.type].members[unit]
    return value_of(held.entry, members)


def name_of_unit(row: ConflictRow) -> str:
    """The first of the fields that a disagreement is about."""
    numbers: dict[str, int] = conflicts.models()[row.type].Merge.numbers  # type: ignore[attr-defined]
    return next((name for name, number in numbers.items() if number == row.unit), DELETED)


def label_of(row: ConflictRow) -> Any:
    """What the facts of a disagreement are called."""
    name = name_of_unit(row)
    if name == DELETED:
        return _("Deleted by one, changed by another")
    return facts.unit_label(conflicts.models()[row.type], name)


def _question(row: ConflictRow, record: Any, held: dict[int, Held], offices: dict[bytes, str]) -> Question:
    model = type(record)
    name = name_of_unit(row)
    sides = [_side(record, held[ref], name, offices) for ref in journal.conflict_of(row).heads if ref in held]
    sides.sort(key=lambda s: s.at)
    shown = held.get(row.shown)
    text = _text(model, shown, name) if shown else ""
    distinct = _distinct(sides, held)
    before = None
    if (
        shown is not None
        and row.merge == "person"
        and name != DELETED
        and text not in {s.text for s in sides}
    ):
        before = _side(record, shown, name, offices)
    return Question(
        row=row,
        record=record,
        name=name,
        label=label_of(row),
        sides=distinct,
        agreed=text if row.merge == "person" else "",
        shown=text,
        owner=facts.owner_of(model, name),
        before=before,
    )


def _numbers(model: Any, name: str) -> dict[str, int]:
    numbers = {**model.Merge.numbers, DELETED: 0}
    return {one: numbers[one] for one in facts.unit_of(model, name)}


def _text(model: Any, held: Held, name: str) -> str:
    return entry_value(
        model, {n: held.entry.fields.get(number) for n, number in _numbers(model, name).items()}
    )


def _side(record: Any, held: Held, name: str, offices: dict[bytes, str]) -> Side:
    entry, model = held.entry, type(record)
    values = conflicts.said(held, _numbers(model, name))
    text = _text(model, held, name)
    button = _button(values, text)
    changes: list[tuple[Any, str]] = []
    if name == DELETED:
        values = {DELETED: bool(values[DELETED])}
        button = _("Leave it marked as deleted") if values[DELETED] else _("Keep it")
        if entry.mode != CREATE and 0 not in entry.fields:
            text, changes = _("changed meanwhile"), _changes(model, held)
    return Side(
        ref=held.ref, text=text, button=button, by=entry.writer.name, office=offices.get(entry.writer.office, ""),
        account=UUID(bytes=entry.writer.account), at=journal.when(entry.stamp), reason=entry.reason,
        decision=entry.decision, act=UUID(bytes=entry.act), proposed=entry.mode == PROPOSE, fields=values,
        changes=changes,
    )  # fmt: skip


def _button(values: dict[str, Any], text: str) -> str:
    days = list(values.values())
    if len(days) == 1 and isinstance(days[0], PartialDate) and days[0].day:
        return pgettext("a day", "Keep %(value)s") % {"value": text}
    return _("Keep %(value)s") % {"value": Truncator(text).chars(BUTTON_LETTERS)}


def _changes(model: Any, held: Held) -> list[tuple[Any, str]]:
    """What an entry wrote, in words."""
    out = []
    for name in model.Merge.numbers:
        if facts.unit_of(model, name)[0] == name and name not in HIDDEN and name in facts.FACTS[model]:
            numbers = _numbers(model, name)
            if not held.entry.fields.keys().isdisjoint(numbers.values()):
                out.append((facts.unit_label(model, name), _text(model, held, name)))
    return out


def _distinct(sides: list[Side], held: dict[int, Held]) -> list[Side]:
    """One side for each value: who said it last, and who else did."""
    found: dict[Any, Side] = {}
    for side in sides:
        key = tuple((name, _comparable(value)) for name, value in side.fields.items())
        before = found.pop(key, None)
        if before is not None:
            side.same = [*before.same, held[before.ref]]
            side.changes = [*before.changes, *side.changes]
        found[key] = side
    return list(found.values())


def _comparable(value: Any) -> Any:
    """A value without the label that its writer saw."""
    if isinstance(value, list) and value and isinstance(value[0], bytes):
        return value[0]
    return tuple(value) if isinstance(value, list) else value
