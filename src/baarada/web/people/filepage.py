"""A person's file as a page shows it: facts with their history, disagreements, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.journal import queries as journal
from baarada.journal.entries import CORRECT, CREATE, NOTE, PROPOSE
from baarada.journal.merging import Held
from baarada.journal.models import ConflictRow, Record
from baarada.registry import facts, lists, queries
from baarada.registry.display import show
from baarada.registry.models import Identifier, Office, Paper, Person, Posting
from baarada.registry.queries import PersonFile
from baarada.web.people.career import Career, career

IDENTITY = (
    "family_name",
    "given_names",
    "other_names",
    "sex",
    "born",
    "birth_place",
    "nationality",
    "marital",
    "children",
)
CONTACT = ("phone", "phone2", "email", "address", "contact_name", "languages", "dependents", "office", "note")
WANTED = ("given_names", "sex", "born", "birth_place", "nationality", "phone", "address", "contact_name")
"""Facts without which a file counts as incomplete."""


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
    fields: dict[str, Any]


@dataclass(slots=True)
class Question:
    """A disagreement: the values, what was agreed before, whose it is to decide."""

    row: ConflictRow
    record: Any
    name: str
    label: Any
    sides: list[Side]
    agreed: str
    owner: Any = ""

    @property
    def blocks(self) -> bool:
        """True for what a person must decide."""
        return self.row.merge != "latest"


@dataclass(slots=True)
class FilePage:
    """Everything the page shows."""

    file: PersonFile
    person: Person
    career: Career
    main: Posting | None
    identity: list[Shown]
    contact: list[Shown]
    numbers: list[tuple[Identifier, list[Shown]]]
    questions: list[Question]
    missing: list[str]
    complete: int
    known: date | None
    left: Posting | None = None
    histories: dict[UUID, Any] = field(default_factory=dict)


def build(file: PersonFile, today: date, known: date | None) -> FilePage:
    """The page of a file; ``known`` shows what was known when that day ended."""
    on = known or today
    if known:
        file = _as_known(file, known)
    person = file.person
    histories = journal.histories([person, *file.identifiers]) if not known else {}
    conflicts = {} if known else _by_unit(file.conflicts)
    main = next((p for p in file.postings if p.span.holds(on)), None)
    left = None if main else next((p for p in file.postings if p.ends), None)
    missing = missing_facts(file, main or left)
    total = len(WANTED) + 3
    return FilePage(
        file=file,
        person=person,
        career=career(file.postings, on),
        main=main,
        identity=[_shown(person, n, histories, conflicts) for n in IDENTITY],
        contact=[_shown(person, n, histories, conflicts) for n in CONTACT],
        numbers=[(one, [_shown(one, "kind", histories, conflicts)]) for one in file.identifiers],
        questions=questions(file.conflicts, file.rows) if not known else [],
        missing=missing,
        complete=round(100 * (total - len(missing)) / total),
        known=known,
        left=left,
        histories=histories,
    )


def missing_facts(file: PersonFile, posting: Posting | None) -> list[str]:
    """What a file lacks, in words."""
    person = file.person
    out = [str(facts.fact(Person, n).label) for n in WANTED if getattr(person, n) in (None, "", [])]
    if not file.identifiers:
        out.append(_("a number (payroll, national identity)"))
    if posting is None:
        out.append(_("a posting"))
    if not file.papers:
        out.append(_("a scanned paper"))
    return out


def _as_known(file: PersonFile, known: date) -> PersonFile:
    """The same file as it was known when a day ended."""
    rows = journal.as_known(file.rows, known)
    offices = {
        o.pk: o
        for o in Office.objects.filter(pk__in=[p.office_id for p in rows.values() if isinstance(p, Person)])
    }
    for row in rows.values():
        if isinstance(row, Person):
            row.office = offices.get(row.office_id)
    kinds = {
        model: [r for r in rows.values() if isinstance(r, model)]
        for model in (Person, Identifier, Posting, Paper)
    }
    person = rows.get(file.person.pk)
    if not isinstance(person, Person):
        person = Person(id=file.person.pk, canonical=file.person.canonical)
    return PersonFile(
        person=person,
        linked=[p for p in kinds[Person] if p.pk != person.pk],
        links=[],
        identifiers=kinds[Identifier],
        postings=sorted(kinds[Posting], key=lambda p: queries.posting_order(p, known)),
        papers=kinds[Paper],
        office=person.office if person.office_id in offices else None,
        conflicts=[],
    )


def _by_unit(rows: Iterable[ConflictRow]) -> dict[tuple[UUID, int], ConflictRow]:
    return {(row.entity, row.unit): row for row in rows}


def unit_number(record: Record, name: str) -> int:
    """The number of the unit that a field belongs to."""
    numbers = type(record).Merge.numbers  # type: ignore[attr-defined]
    return min(numbers[n] for n in facts.unit_of(type(record), name))


def _shown(record: Any, name: str, histories: Any, conflicts: dict[tuple[UUID, int], ConflictRow]) -> Shown:
    model = type(record)
    unit = facts.unit_of(model, name)
    values = [value_of(record, n) for n in unit]
    row = conflicts.get((record.pk, unit_number(record, name)))
    first = unit[0]
    found = histories.get(record.pk, {}).get(first, [])
    return Shown(
        record=record,
        name=first,
        label=facts.unit_label(model, name) if len(unit) > 1 else facts.fact(model, name).label,
        value=", ".join(v for v in values if v),
        to_decide=bool(row) and row is not None and row.merge != "latest",
        others=1 if row and row.merge == "latest" else 0,
        held=len(found),
    )


def value_of(record: Any, name: str) -> str:
    """A field's value in words."""
    fact = facts.fact(type(record), name)
    if fact.reads == facts.PLACE:
        return getattr(record, f"{name}_label", None) or ""
    if fact.reads == facts.OFFICE:
        office = getattr(record, name, None) if getattr(record, f"{name}_id", None) else None
        return str(office) if office else ""
    return show(fact, getattr(record, name), sex=getattr(record, "sex", None))


def entry_value(model: type[Record], values: dict[str, Any]) -> str:
    """What an entry wrote for a unit, in words."""
    parts = [
        show(facts.fact(model, name), value) for name, value in values.items() if name in facts.FACTS[model]
    ]
    if list(values) == ["deleted"]:
        return _("marked as deleted") if values["deleted"] else _("kept")
    return ", ".join(p for p in parts if p) or _("(empty)")


def fact_history(record: Any, name: str) -> list[Value]:
    """Every value a fact ever held, newest first."""
    model = type(record)
    first = facts.unit_of(model, name)[0] if name != "deleted" else name
    found = journal.history(record).get(first, [])
    names = dict(Office.objects.filter(pk__in={w.office for w in found}).values_list("pk", "name"))
    out = []
    newer: Any = None
    for write in found:
        out.append(
            Value(
                text=entry_value(model, write.values), mark=write.kind, by=write.by, office=names.get(write.office, ""),
                at=write.at, reason=write.reason, decision=write.decision, effective=write.effective,
                shown=write.shown, stands=write.stands,
                corrected=newer is not None and newer.mode == CORRECT and not write.stands,
                note=write.mode == NOTE, proposed=write.mode == PROPOSE and write.stands, act=write.act,
            )
        )  # fmt: skip
        if write.mode != NOTE:
            newer = write
    return out


def questions(rows: Iterable[ConflictRow], records: Iterable[Any]) -> list[Question]:
    """Disagreements with everything needed to settle them, the blocking ones first."""
    rows = list(rows)
    known = {r.pk: r for r in records}
    refs = {ref for row in rows for ref in (*journal.conflict_of(row).heads, row.shown) if ref}
    held = {h.ref: h for h in journal.writes(refs)}
    offices = {h.entry.writer.office for h in held.values()}
    names = {
        pk.bytes: name
        for pk, name in Office.objects.filter(pk__in=[UUID(bytes=o) for o in offices]).values_list(
            "pk", "name"
        )
    }
    out = [_question(row, known[row.entity], held, names) for row in rows if row.entity in known]
    return sorted(out, key=lambda q: (not q.blocks, -q.row.stamp))


def _question(row: ConflictRow, record: Any, held: dict[int, Held], offices: dict[bytes, str]) -> Question:
    model = type(record)
    merge: Any = model.Merge
    names = {number: name for name, number in merge.numbers.items()} | {0: "deleted"}
    name = names[row.unit]
    unit = facts.unit_of(model, name) if name != "deleted" else ["deleted"]
    sides = [_side(model, held[ref], unit, offices) for ref in journal.conflict_of(row).heads if ref in held]
    sides.sort(key=lambda s: s.at)
    agreed = ""
    if row.shown in held and row.merge == "person":
        agreed = entry_value(model, _values(held[row.shown], model, unit))
    return Question(
        row=row,
        record=record,
        name=name,
        label=facts.fact(model, name).label if len(unit) == 1 else facts.unit_label(model, name),
        sides=_distinct(sides),
        agreed=agreed,
        owner=facts.owner_of(model, name),
    )


def _values(held: Held, model: Any, unit: list[str]) -> dict[str, Any]:
    numbers = {**model.Merge.numbers, "deleted": 0}
    return {name: held.entry.fields.get(numbers[name]) for name in unit}


def _side(model: Any, held: Held, unit: list[str], offices: dict[bytes, str]) -> Side:
    entry = held.entry
    values = _values(held, model, unit)
    if unit == ["deleted"] and entry.mode != CREATE and "deleted" not in {n for n in unit if values[n]}:
        # An edit that the deletion had not seen: the record itself is at stake.
        text = _("changed meanwhile")
        values = {"deleted": False}
    else:
        text = entry_value(model, values)
    return Side(
        ref=held.ref, text=text, button=text, by=entry.writer.name, office=offices.get(entry.writer.office, ""),
        account=UUID(bytes=entry.writer.account), at=journal.when(entry.stamp), reason=entry.reason, fields=values,
    )  # fmt: skip


def _distinct(sides: list[Side]) -> list[Side]:
    """One side for each value: who said it last."""
    found: dict[str, Side] = {}
    for side in sides:
        found[side.text] = side
    return list(found.values())


def nearby(person: Person, today: date) -> str:
    """Cadre and place of somebody in a few words, for lists of candidates."""
    postings = queries.current_postings([person.canonical], today).get(person.canonical, [])
    if not postings:
        return ""
    return ", ".join(
        p for p in (lists.cadre_label(postings[0].cadre_id, person.sex), postings[0].facility_label) if p
    )
