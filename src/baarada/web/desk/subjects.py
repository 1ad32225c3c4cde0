"""What entries and disagreements are about: records by type and id, with what people call them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from baarada.accounts.models import Account
from baarada.journal.models import Link, Record
from baarada.registry import facts
from baarada.registry.conflicts import models
from baarada.registry.models import (
    OF_A_PERSON,
    Assignment,
    Equipment,
    Inclusion,
    Person,
    Population,
    Post,
    Unit,
)
from baarada.web.records.facts import SORTS
from baarada.web.records.views import heading, home_of

Key = tuple[int, UUID]

WITH: dict[type[Record], tuple[str, ...]] = {
    **dict.fromkeys(OF_A_PERSON, ("person",)), Assignment: ("facility", "office"), Unit: ("facility",),
    Post: ("facility",), Inclusion: ("area", "parent"), Population: ("area",),
    Equipment: ("office",),
}  # fmt: skip
"""What is loaded with a record because it is called by it."""


@dataclass(slots=True)
class Subject:
    """One record: whose it is, what it is called, its page."""

    record: Any
    name: str
    """The person, facility or area; the record itself where it is nobody's."""
    detail: str
    """The record, where it is somebody's."""
    kind: Any
    address: str

    @property
    def whole(self) -> str:
        """Name and detail."""
        return f"{self.name}, {self.detail}" if self.detail else self.name

    @property
    def sort(self) -> str:
        """The word in addresses for a record that pages change; empty for others."""
        return next((word for word, model in SORTS.items() if model is type(self.record)), "")


def subjects(keys: Iterable[Key]) -> dict[Key, Subject]:
    """The records of some types and ids, with one query for each type. What is not here is left out."""
    wanted: dict[int, set[UUID]] = defaultdict(set)
    for type_, pk in keys:
        wanted[type_].add(pk)
    out: dict[Key, Subject] = {}
    for type_, pks in wanted.items():
        model: Any = models().get(type_)
        if model is not None:
            rows = list(model.objects.filter(pk__in=pks).select_related(*WITH.get(model, ())))
            pairs = _pairs(rows) if model is Link else {}
            out |= {(type_, row.pk): _subject(row, pairs) for row in rows}
    return out


def _pairs(links: list[Link]) -> dict[UUID, str]:
    """The people whose files are linked, by id."""
    ids = {pk for link in links for pk in (link.one, link.other)}
    return {p.pk: str(p) for p in Person.objects.filter(pk__in=ids)}


def _subject(record: Any, pairs: dict[UUID, str]) -> Subject:
    kind = facts.NAMES.get(type(record), _("Record"))
    if isinstance(record, OF_A_PERSON):
        return Subject(record, str(record.person or ""), heading(record), kind, home_of(record))
    match record:
        case Assignment() | Unit() | Post():
            return Subject(record, str(record.facility or ""), heading(record), kind, home_of(record))
        case Equipment():
            return Subject(record, str(record.office or ""), heading(record), kind, home_of(record))
        case Inclusion() | Population():
            return Subject(record, str(record.area or ""), heading(record), kind, home_of(record))
        case Link():
            names = " = ".join(pairs.get(pk, "") for pk in (record.one, record.other))
            return Subject(record, names, "", kind, reverse("web:person", args=[record.one]))
        case Account():
            return Subject(record, str(record), "", kind, "")
    if type(record) in SORTS.values():
        return Subject(record, heading(record), "", kind, home_of(record))
    return Subject(record, str(kind), "", kind, "")
