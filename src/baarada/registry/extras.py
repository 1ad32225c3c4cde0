"""Facts that a country added to those of everybody: named, typed, with their own lists.

A field is a choice of the list ``extra_field``; its attributes say what it takes (``docs/reference/packs.md``). A value
is an ``ExtraValue`` of somebody's file.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.journal.models import Record
from baarada.kernel.ids import Id
from baarada.registry import facts, lists
from baarada.registry.display import number
from baarada.registry.facts import Fact
from baarada.registry.models import ExtraValue, ListItem

LIST, GROUPS = "extra_field", "extra_group"
PREFIX = "extra."
"""What the columns of extra fields begin with, in lists in and out."""

READS = {
    "text": facts.TEXT, "long": facts.LONG, "number": facts.NUMBER, "day": facts.DAY, "code": facts.CODE,
    "codes": facts.CODES, "yes_no": facts.ANSWER,
}  # fmt: skip
"""How a field of each type reads."""
COLUMNS = {
    "text": "value", "long": "value", "number": "number", "day": "day", "code": "value", "codes": "texts",
    "yes_no": "number",
}  # fmt: skip
"""The field of ``ExtraValue`` that holds a value of each type; yes is 1, no is 0."""
LARGEST = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraField:
    """One field that the country added."""

    code: str
    label: str
    type: str
    list: str = ""
    unit: str = ""
    least: int | None = None
    most: int | None = None
    asks: tuple[str, ...] = ()
    """The kinds of worker that are asked for it; nobody is, where there is none."""
    group: str = ""

    @property
    def column(self) -> str:
        """The field of ``ExtraValue`` that holds its value."""
        return COLUMNS[self.type]

    def as_fields(self, value: Any) -> dict[str, Any]:
        """A value as the fields of ``ExtraValue`` that change as one."""
        return {**dict.fromkeys(facts.unit_of(ExtraValue, "value")), self.column: value}

    @property
    def fact(self) -> Fact:
        """It, as pages and lists show any fact."""
        said = not self.unit or self.unit.casefold() in self.label.casefold().split()
        label = self.label if said else f"{self.label} ({self.unit})"
        hint = facts.FACTS[ExtraValue]["day"].hint if self.type == "day" else ""
        most = 2000 if self.type == "long" else 200
        return Fact(
            name=self.column, label=label, reads=READS[self.type], list=self.list, hint=hint, most=most
        )


def fields(on: date | None = None) -> list[ExtraField]:
    """The fields in force on a day, today by default, in the order of their groups."""
    day = on or runtime.today()
    return list(lists.made((LIST, day), lambda: _fields(day)))


def _fields(on: date) -> list[ExtraField]:
    found = [_field(item) for item in lists.items(LIST, on)]
    order = {item.code: place for place, item in enumerate(lists.items(GROUPS))}
    return sorted((f for f in found if f is not None), key=lambda f: order.get(f.group, len(order)))


def field_of(code: str | None) -> ExtraField | None:
    """A field by its code, also one that is not asked for any more."""
    item = lists.item(LIST, code)
    return _field(item) if item is not None else None


def _field(item: ListItem) -> ExtraField | None:
    """What a choice of the list says; None where its type is none that the program knows."""
    said: dict[str, str] = dict(_pair(a) for a in item.attributes or ())
    if said.get("type", "text") not in READS:
        return None
    return ExtraField(
        code=item.code or "", label=str(item), type=said.get("type", "text"), list=said.get("list", ""),
        unit=said.get("unit", ""), least=_whole(said.get("least")), most=_whole(said.get("most")),
        asks=tuple(kind for kind in said.get("asks", "").split("+") if kind), group=said.get("group", ""),
    )  # fmt: skip


def _pair(attribute: str) -> tuple[str, str]:
    name, _mark, value = attribute.partition("=")
    return name, value


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,12}", text) else None


def asked_of(worker: str | None) -> list[ExtraField]:
    """The fields that a kind of worker is asked for."""
    return [field for field in fields() if worker and worker in field.asks]


def fact_of(record: Record | type[Record], name: str) -> Fact:
    """What people know a field of a record by; of an extra value, what its own field says.

    Raises:
        KeyError: the field is never shown.
    """
    if isinstance(record, ExtraValue):
        own = field_of(record.field)
        if own is not None and own.column == name:
            return own.fact
    return facts.fact(record if isinstance(record, type) else type(record), name)


def asked_names(record: Record, names: Iterable[str]) -> list[str]:
    """Of the fields that change as one, those that a form asks for: an extra value has one of its four."""
    own = field_of(record.field) if isinstance(record, ExtraValue) else None
    found = list(names)
    return [own.column] if own is not None and own.column in found else found


def whole_unit(record: Record, values: dict[str, Any]) -> dict[str, Any]:
    """What a form says of a record, an extra value with the fields that its form does not ask for."""
    own = field_of(record.field) if isinstance(record, ExtraValue) else None
    return own.as_fields(values[own.column]) if own is not None and own.column in values else values


def value_of(row: ExtraValue) -> Any:
    """What a row says; None where its field is not known here."""
    own = field_of(row.field)
    return getattr(row, own.column) if own is not None else None


def id_of(person: UUID, code: str) -> Id:
    """The id of the value that somebody's file has in a field: the same wherever it is written first."""
    made = bytearray(hashlib.sha256(b"extra value" + person.bytes + code.encode()).digest()[:16])
    # Version 8 of RFC 9562: made by a rule of our own.
    made[6] = 0x80 | made[6] & 0x0F
    made[8] = 0x80 | made[8] & 0x3F
    return bytes(made)


def check(field: ExtraField, value: Any) -> str:
    """The sentence about a value that does not fit its field; empty if it does, or if there is none."""
    if value is None:
        return ""
    if field.type == "number" and not isinstance(value, bool) and isinstance(value, int):
        least, most = (
            field.least if field.least is not None else 0,
            field.most if field.most is not None else LARGEST,
        )
        if not least <= value <= most:
            return _("%(field)s: a number from %(least)s to %(most)s goes here.") % {
                "field": field.label, "least": number(least), "most": number(most),
            }  # fmt: skip
    if field.list:
        known = {code for code, _label in lists.choices(field.list)}
        strange = [code for code in (value if isinstance(value, list) else [value]) if code not in known]
        if strange:
            return _("%(field)s: choose from the list.") % {"field": field.label}
    return ""


def problems(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with some values, by the code of their field."""
    found = {code: check(field, values[code]) for code in values if (field := field_of(code))}
    return {code: sentence for code, sentence in found.items() if sentence}
