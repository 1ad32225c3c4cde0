"""Disagreements: which wait, whose they are to settle, what each value says."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from baarada.journal import actions, runtime, schema
from baarada.journal import queries as journal
from baarada.journal.merging import Held
from baarada.journal.models import NATIONAL_SCOPE, ConflictRow, Record, record_models
from baarada.journal.schema import LATEST, OWNER, PERSON
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import as_uuid
from baarada.registry.counting import count

MOST_LOOKED_AT = 100
"""Proposals to others of which the values are read, to count those that their owner has not answered."""


def waiting(merge: str, *, seen_by: Actor) -> QuerySet[ConflictRow]:
    """The disagreements of a class that wait, the oldest first."""
    seen_by.require("conflict.see")
    return ConflictRow.objects.filter(merge=merge).order_by("stamp", "pk")


def counts(*, seen_by: Actor) -> dict[str, int]:
    """How many disagreements of each class wait."""
    seen_by.require("conflict.see")
    found = dict(ConflictRow.objects.values_list("merge").annotate(Count("id")))
    return {merge: found.get(merge, 0) for merge in (PERSON, OWNER, LATEST)}


def to_decide(*, seen_by: Actor) -> int:
    """How many disagreements wait for this actor: what any person may settle, and what is their office's to say."""
    seen_by.require("conflict.see")
    # Every page shows it.
    return count(("to decide", seen_by.office, seen_by.kind), lambda: _to_decide(seen_by))


def _to_decide(actor: Actor) -> int:
    found = counts(seen_by=actor)
    return found[PERSON] + (_proposals_to(actor) if found[OWNER] else 0)


def _proposals_to(actor: Actor) -> int:
    rows = waiting(OWNER, seen_by=actor)
    own = _owned_by(actor)
    others = list(rows.exclude(own).order_by("-stamp")[:MOST_LOOKED_AT])
    shown = {held.ref: held for held in journal.writes(row.shown for row in others)}
    return rows.filter(own).count() + sum(_unanswered(row, shown.get(row.shown)) for row in others)


def _unanswered(row: ConflictRow, shown: Held | None) -> bool:
    """True where no value is the owner's: else the owner's would be the one shown."""
    spec = runtime.schema().types[row.type].unit_spec(row.unit)
    return shown is not None and not shown.owns(spec)


def _owned_by(actor: Actor) -> Q:
    """The disagreements about facts that belong to an actor's office."""
    found = Q(pk__in=())
    for type_, units in _units_of_owner(actor.kind).items():
        found |= Q(type=type_, unit__in=units)
    for type_, units in _units_of_owner(schema.IN_CHARGE).items():
        found |= Q(_in_charge(models()[type_], actor), type=type_, unit__in=units)
    return found


def _in_charge(model: Any, actor: Actor) -> Exists | Q:
    """True for a disagreement about a record of which an actor's office is in charge."""
    scope = getattr(model.Merge, "scope", NATIONAL_SCOPE)
    if scope == NATIONAL_SCOPE:
        return Q() if actor.office == runtime.root_office() else Q(pk__in=())
    path = scope.replace(".", "__")
    return Exists(model.objects.filter(pk=OuterRef("entity"), **{f"{path}_id": as_uuid(actor.office)}))


def _units_of_owner(owner: str) -> dict[int, list[int]]:
    out: dict[int, list[int]] = {}
    for spec in runtime.schema().types.values():
        units = [unit for unit in spec.members if spec.unit_spec(unit).owner == owner]
        if units:
            out[spec.number] = units
    return out


def may_decide(record: Record, names: Iterable[str], *, by: Actor) -> bool:
    """True if this actor may settle some facts: they are nobody's own, or theirs, or their owner has said nothing."""
    if not by.may("conflict.decide"):
        return False
    return not actions.belongs_elsewhere(record, names, seen=actions.seen(record), by=by)


@cache
def models() -> dict[int, type[Record]]:
    """Journalled models by their number."""
    return {model.Merge.number: model for model in record_models()}  # type: ignore[attr-defined]


def find(entity: UUID, unit: int) -> ConflictRow | None:
    """The disagreement about a fact of a record, if there is one."""
    return ConflictRow.objects.filter(entity=entity, unit=unit).first()


def said(held: Held, names: Mapping[str, int]) -> dict[str, Any]:
    """What an entry says of some fields, given by name and number, as an action takes it."""
    fields = runtime.schema().types[held.entry.type].fields
    return {
        name: _taken(fields[number].kind, held.entry.fields.get(number)) for name, number in names.items()
    }


def _taken(kind: str, value: Any) -> Any:
    return PartialDate.of(value) if kind == "day" and value else value
