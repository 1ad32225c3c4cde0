"""What lists of people say in the fields that a country added: columns, reading, comparing, writing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from baarada.interop.tables import cells, columns
from baarada.interop.tables.answers import BadCell
from baarada.interop.tables.columns import Column
from baarada.interop.tables.knownpeople import Known
from baarada.interop.tables.matching import Pages
from baarada.interop.tables.parsed import Parsed
from baarada.journal import actions as journal
from baarada.kernel.ids import as_id
from baarada.kernel.text import fold
from baarada.registry import extras, filling, lists, queries
from baarada.registry.display import show
from baarada.registry.extras import PREFIX, ExtraField
from baarada.registry.models import ExtraValue, Person

EXTRA = "extra"
"""The sort of change that this module makes."""
HAVE = (columns.PEOPLE, "chw")
"""The kinds of list that have these columns."""


@dataclass(frozen=True, slots=True)
class ExtraSaid:
    """What a row says in one field; ``record`` is None where the file says nothing in it yet."""

    field: ExtraField
    record: ExtraValue | None
    value: Any


def columns_of(kind: str) -> list[Column]:
    """The columns of the fields that the country asks for, in their order."""
    if kind not in HAVE:
        return []
    return [_column(field) for field in extras.fields()]


def _column(field: ExtraField) -> Column:
    """The column of a field, known by its name in each language, with its unit and without."""
    item = lists.item(extras.LIST, field.code)
    french = _names(item.label_fr if item else None, field.unit)
    english = _names(item.label_en if item else None, field.unit)
    return Column(f"{PREFIX}{field.code}", str(field.fact.label), french, english)


def _names(label: str | None, unit: str) -> tuple[str, ...]:
    return (fold(label), fold(f"{label} ({unit})")) if label else ()


def _reader(field: ExtraField) -> Any:
    return {
        "number": cells.number, "day": cells.day, "code": cells.code(field.list, unique=True),
        "codes": cells.codes(field.list), "yes_no": lambda cell: int(cells.yes_no(cell)),
    }.get(field.type, cells.text)  # fmt: skip


def parse(row: Parsed) -> None:
    """Read the cells of a row into ``row.extras``, by the code of their field."""
    for key in row.cells:
        field = extras.field_of(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None
        if field is None or not row.cell(key):
            continue
        try:
            value = _reader(field)(row.cell(key))
        except BadCell as bad:
            row.refuse(key, bad)
            continue
        sentence = extras.check(field, value)
        if sentence:
            row.refuse(key, sentence)
        else:
            row.extras[field.code] = value


def read(rows: Iterable[Parsed], known: Known) -> None:
    """Have what some rows speak of read for all of them at once, so that it stands on their pages."""
    if any(row.extras for row in rows):
        known.load(ExtraValue)


def changes(row: Parsed, person: Person, known: Known, pages: Pages) -> list[tuple[str, Any]]:
    """What a row would write about somebody."""
    out = []
    for code, value in row.extras.items():
        field = extras.field_of(code)
        assert field is not None
        records = [one for one in known.rows(ExtraValue, person.pk) if one.field == code]
        record = next((one for one in records if one.pk == UUID(bytes=extras.id_of(person.pk, code))), None)
        record = record or next(iter(records), None)
        if record is None or _differs(field, record, value, pages):
            out.append((EXTRA, ExtraSaid(field, record, value)))
    return out


def _differs(field: ExtraField, record: ExtraValue, value: Any, pages: Pages) -> bool:
    page = pages.get(record.pk) or journal.seen(record)
    return bool(journal.changed_since(ExtraValue, page, field.as_fields(value), record=record))


def create(act: journal.Act, row: Parsed, person: Any) -> None:
    """Write everything that a row says in these fields of somebody new."""
    for code, value in row.extras.items():
        field = extras.field_of(code)
        assert field is not None
        # Somebody new: nothing was taken back of their file yet.
        filling.add(act, person, field.code, value)


def write(act: journal.Act, person: Person, said: ExtraSaid, pages: Pages) -> None:
    """Write one change."""
    if said.record is None:
        _add(act, person, said.field, said.value)
        return
    page = pages.get(said.record.pk) or journal.seen(said.record)
    act.change(said.record, said.field.as_fields(said.value), seen=page, kind="extravalue.changed")


def _add(act: journal.Act, person: Any, field: ExtraField, value: Any) -> None:
    pk = UUID(bytes=as_id(getattr(person, "pk", person)))
    gone = ExtraValue.objects.filter(pk=UUID(bytes=extras.id_of(pk, field.code)), deleted=True).first()
    if gone is not None:
        act.restore(gone, seen=journal.seen(gone))
        act.change(gone, field.as_fields(value), seen=journal.seen(gone), kind="extravalue.changed")
        return
    filling.add(act, person, field.code, value)


def cells_of(rows: Iterable[ExtraValue]) -> dict[str, Any]:
    """What files say in these fields, as cells that can be read back."""
    out: dict[str, Any] = {}
    for row in rows:
        field = extras.field_of(row.field)
        if field is not None:
            out[f"{PREFIX}{field.code}"] = _cell(field, extras.value_of(row))
    return out


def _cell(field: ExtraField, value: Any) -> Any:
    if field.type == "codes":
        return [lists.label(field.list, code) for code in value or []]
    if field.type in ("number", "day"):
        return value
    return show(field.fact, value)


def told(said: ExtraSaid) -> tuple[str, str, str]:
    """A change in words: the field, what stands, what the row says."""
    fact = said.field.fact
    old = show(fact, extras.value_of(said.record)) if said.record is not None else ""
    return str(fact.label), old, show(fact, said.value)


def own_rows(people: Iterable[UUID]) -> Mapping[UUID, list[ExtraValue]]:
    """What some people's files say in these fields, by canonical file; nothing is asked where no field is there."""
    return queries.rows_of(ExtraValue, people) if extras.fields() else {}
