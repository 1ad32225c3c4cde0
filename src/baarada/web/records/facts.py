"""A record's facts as rows of a page, and everything that one of them ever held."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.journal import queries as journal
from baarada.journal.entries import CORRECT, NOTE, PROPOSE
from baarada.journal.models import ConflictRow, Record
from baarada.kernel.days import PartialDate
from baarada.registry import extras, facts
from baarada.registry.display import show, span
from baarada.registry.models import (
    Absence,
    Area,
    Assignment,
    Cadre,
    Contact,
    Employment,
    Equipment,
    Exit,
    ExtraValue,
    Facility,
    Identifier,
    Inclusion,
    LanguageSkill,
    LegalText,
    Licence,
    ListItem,
    Office,
    Paper,
    Person,
    PersonnelAct,
    Population,
    Post,
    Posting,
    Qualification,
    Relative,
    Unit,
)

HIDDEN = frozenset({"deleted", "person", "hash", "media", "size", "photo", "text", "proves"})
"""Fields that are no fact to be read or typed."""
SETTLED: dict[type[Record], frozenset[str]] = {
    ListItem: frozenset({"list", "code", "replaced_by"}), Cadre: frozenset({"code", "replaced_by"}),
}  # fmt: skip
"""Facts that are read and never typed over: a code is what records hold, what replaces it has a page of its own."""


@dataclass(slots=True)
class Shown:
    """One fact of a record as a row of the page."""

    record: Any
    name: str
    label: Any
    value: str
    note: str = ""
    to_decide: bool = False
    others: int = 0
    held: int = 0
    """How many values it ever held."""


@dataclass(slots=True)
class Value:
    """One value in a fact's history."""

    text: str
    mark: str
    by: str
    office: str
    at: Any
    reason: str | None
    decision: str | None
    effective: Any
    shown: bool
    stands: bool
    corrected: bool
    note: bool
    proposed: bool
    act: UUID


Conflicts = dict[tuple[UUID, int], ConflictRow]


def by_unit(rows: Iterable[ConflictRow]) -> Conflicts:
    """Disagreements by record and unit."""
    return {(row.entity, row.unit): row for row in rows}


def names_of(model: type[Record]) -> list[str]:
    """The facts of a kind of record that pages show, a group once."""
    out: list[str] = []
    for name in facts.FACTS[model]:
        first = facts.unit_of(model, name)[0]
        if name not in HIDDEN and first not in out:
            out.append(first)
    return out


def shown_facts(record: Any, names: Iterable[str], histories: Any, conflicts: Conflicts) -> list[Shown]:
    """Rows of a page for some facts of a record."""
    return [_shown(record, name, histories, conflicts) for name in names]


def unit_number(record: Record, name: str) -> int:
    """The number of the unit that a field belongs to."""
    numbers = type(record).Merge.numbers  # type: ignore[attr-defined]
    return min(numbers[n] for n in facts.unit_of(type(record), name))


def _shown(record: Any, name: str, histories: Any, conflicts: Conflicts) -> Shown:
    model = type(record)
    unit = facts.unit_of(model, name)
    values = [value_of(record, n) for n in unit]
    row = conflicts.get((record.pk, unit_number(record, name)))
    first = unit[0]
    found = histories.get(record.pk, {}).get(first, [])
    return Shown(
        record=record,
        name=first,
        label=facts.unit_label(model, name) if len(unit) > 1 else extras.fact_of(record, name).label,
        value=", ".join(v for v in values if v),
        to_decide=bool(row) and row is not None and row.merge != "latest",
        others=1 if row and row.merge == "latest" else 0,
        held=len(found),
    )


def value_of(record: Any, name: str) -> str:
    """A field's value in words."""
    fact = extras.fact_of(record, name)
    if fact.reads == facts.PLACE and hasattr(record, f"{name}_label"):
        return getattr(record, f"{name}_label") or ""
    if fact.reads == facts.PLACE:
        return str(getattr(record, name) or "") if getattr(record, f"{name}_id") else ""
    if fact.reads == facts.OFFICE:
        office = getattr(record, name, None) if getattr(record, f"{name}_id", None) else None
        return str(office) if office else ""
    return show(fact, getattr(record, name), sex=getattr(record, "sex", None))


def entry_value(of: Record | type[Record], values: dict[str, Any]) -> str:
    """What an entry wrote for a unit of a record, or of a record of a kind, in words."""
    model = of if isinstance(of, type) else type(of)
    if list(values) == ["starts", "ends"]:
        return span_value(values["starts"], values["ends"]) or _("(empty)")
    parts = [
        show(extras.fact_of(of, name), value) for name, value in values.items() if name in facts.FACTS[model]
    ]
    if list(values) == ["deleted"]:
        return _("marked as deleted") if values["deleted"] else _("kept")
    return ", ".join(p for p in parts if p) or _("(empty)")


def span_value(starts: int | None, ends: int | None) -> str:
    """A first and a last day as entries hold them, in words."""
    return span(PartialDate.of(starts) if starts else None, PartialDate.of(ends) if ends else None)


def fact_history(record: Any, name: str) -> list[Value]:
    """Every value a fact ever held, newest first."""
    model = type(record)
    first = facts.unit_of(model, name)[0] if name != "deleted" else name
    found = journal.history(record).get(first, [])
    agreed = _agreed(record, name)
    names = dict(Office.objects.filter(pk__in={w.office for w in found}).values_list("pk", "name"))
    out = []
    newer: Any = None
    for write in found:
        out.append(
            Value(
                text=entry_value(record, write.values), mark=write.kind, by=write.by,
                office=names.get(write.office, ""), at=write.at,
                reason=write.reason, decision=write.decision, effective=write.effective,
                shown=write.shown or write.ref == agreed, stands=write.stands,
                corrected=newer is not None and newer.mode == CORRECT and not write.stands and write.ref != agreed,
                note=write.mode == NOTE, proposed=write.mode == PROPOSE and write.stands, act=write.act,
            )
        )  # fmt: skip
        if write.mode != NOTE:
            newer = write
    return out


def _agreed(record: Any, name: str) -> int:
    """The write that shows while people disagree on what comes after it; 0 where nobody does."""
    if name == "deleted":
        return 0
    row = ConflictRow.objects.filter(entity=record.pk, unit=unit_number(record, name)).first()
    return row.shown if row else 0


def panel(asked: str, records: Iterable[Any]) -> dict[str, Any] | None:
    """What the side panel shows of the fact that an address asks for, as ``id.name``; None if there is none."""
    pk, _mark, name = asked.rpartition(".")
    record = next((r for r in records if str(r.pk) == pk), None)
    if record is None or name in HIDDEN or name not in facts.FACTS.get(type(record), {}):
        return None
    model = type(record)
    unit = facts.unit_of(model, name)
    return {
        "record": record,
        "name": unit[0],
        "sort": sort_of(record),
        "label": facts.unit_label(model, name) if len(unit) > 1 else extras.fact_of(record, name).label,
        "owner": facts.owner_of(model, name),
        "values": fact_history(record, name),
        "settled": name in SETTLED.get(model, ()),
        "fields": ",".join(unit),
    }


SORTS: dict[str, type[Record]] = {
    "person": Person, "number": Identifier, "posting": Posting, "paper": Paper, "facility": Facility, "area": Area,
    "unit": Unit, "office": Office, "assignment": Assignment, "inclusion": Inclusion, "employment": Employment,
    "qualification": Qualification, "licence": Licence, "absence": Absence, "act": PersonnelAct, "exit": Exit,
    "post": Post, "population": Population, "relative": Relative, "language": LanguageSkill, "contact": Contact,
    "extra": ExtraValue, "text": LegalText, "equipment": Equipment, "choice": ListItem, "cadre": Cadre,
}  # fmt: skip
"""Records that pages change, by the word in an address."""


def sort_of(record: Any) -> str:
    """The word in an address for a record's kind."""
    return word_of(type(record))


def word_of(kind: type[Record]) -> str:
    """The word in an address for a kind of record."""
    return next(word for word, model in SORTS.items() if model is kind)
