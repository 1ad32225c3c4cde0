"""Filling in the facts that a country added to those of everybody (``extras``)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from baarada.journal import actions as journal
from baarada.journal.drafts import Seen
from baarada.kernel.actors import Actor
from baarada.kernel.ids import Id, as_id
from baarada.registry import extras, rules
from baarada.registry.actions import Done, Why, act_of
from baarada.registry.models import ExtraValue, Person


def fill(
    person: Person, values: Mapping[str, Any], *, seen: Mapping[UUID, Seen], by: Actor, why: Why | None = None
) -> Done | None:
    """Write what somebody's file says in some fields, by their codes; None where that changes nothing.

    ``seen`` are the values as they stood on the page, by their id: what is not among them was empty there.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require("record.change")
    rules.refuse(extras.problems(values))
    known = rows_of(person, values)
    pages = {code: seen.get(row.pk) for code, row in known.items()}
    todo = {
        code: value
        for code, value in values.items()
        if _was_changed(code, value, known.get(code), pages.get(code))
    }
    if not todo:
        return None
    with act_of("extravalue.changed", by, why) as act:
        for code, value in todo.items():
            _write(act, person, code, value, known.get(code), pages.get(code))
    return Done(act.id, person)


def rows_of(person: Person, codes: Iterable[str]) -> dict[str, ExtraValue]:
    """What a file, or one linked with it, says in some fields: its own value first, one marked as deleted last."""
    wanted = list(codes)
    own = {UUID(bytes=extras.id_of(person.pk, code)) for code in wanted}
    found = ExtraValue.objects.filter(Q(canonical=person.canonical, field__in=wanted) | Q(pk__in=own))
    rows = sorted(found, key=lambda row: (row.deleted, row.pk not in own, str(row.pk)), reverse=True)
    return {row.field or "": row for row in rows}


def _was_changed(code: str, value: Any, row: ExtraValue | None, seen: Seen | None) -> bool:
    """True where somebody typed something else than what stood on the page."""
    field = extras.field_of(code)
    if field is None:
        return False
    if seen is None or row is None:
        return value is not None
    # Its own column only: a value from before the country gave the field another type is not taken back unasked.
    return bool(journal.changed_since(ExtraValue, seen, {field.column: value}, record=row))


def _write(
    act: journal.Act, person: Person, code: str, value: Any, row: ExtraValue | None, seen: Seen | None
) -> None:
    field = extras.field_of(code)
    assert field is not None
    if row is not None and (seen is not None or row.deleted):
        if row.deleted:
            act.restore(row, seen=journal.seen(row))
        act.change(row, field.as_fields(value), seen=seen or journal.seen(row))
        return
    # Not on the page, whether or not another has written it since: two first values are a disagreement like any.
    add(act, person, code, value)


def add(act: journal.Act, person: Person | Id, code: str, value: Any) -> None:
    """Write the first value of a field of somebody's file, by an act under way; the caller has checked it."""
    field = extras.field_of(code)
    assert field is not None
    pk = UUID(bytes=as_id(person if isinstance(person, bytes) else person.pk))
    act.create(
        ExtraValue, id_=extras.id_of(pk, code), entry_kind="extravalue.added", person=person, field=code,
        **{field.column: value},
    )  # fmt: skip
