"""The one door: every change to a record goes through ``write``.

::

    with write("posting.started", by=actor, decision="2026-0163") as act:
        posting = act.create(Posting, person=person, facility=facility, starts=day)
        act.change(person, {"phone": "76412058"}, seen=seen)

All entries of a block are one act, appended and applied in one transaction when the block ends.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from baarada.journal import drafts, runtime, undoing
from baarada.journal.drafts import Left, Seen
from baarada.journal.engine import ClockWrong, Engine
from baarada.journal.entries import CHANGE, CORRECT, CREATE, DECIDE, NOTE, Draft, Writer
from baarada.journal.merging import Held
from baarada.journal.models import NATIONAL_SCOPE, Link, Record
from baarada.journal.rows import read_heads
from baarada.journal.schema import FieldSpec, TypeSpec
from baarada.journal.values import DAY, OUTSIDE, BadValue, Value, normal, same
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id, as_id, as_uuid

R = TypeVar("R", bound=Record)


class ClockRefused(Refused):
    """This machine's clock cannot be right; nothing is written until a person has looked."""

    def __init__(self, wrong: ClockWrong) -> None:
        super().__init__(
            _("This computer's clock cannot be right. Set the date, or confirm it on the page About.")
        )
        self.wrong = wrong


def clock_problem() -> ClockWrong | None:
    """Why nothing can be written until a person has looked at this machine's clock; None where it can."""
    try:
        runtime.engine()._check_clock()
    except ClockWrong as wrong:
        return wrong
    return None


def seen(record: Record) -> Seen:
    """What somebody sees who looks at this record as it was loaded."""
    return Seen(
        record.Merge.number,  # type: ignore[attr-defined]
        as_id(record.pk),
        record.created,
        read_heads(record.heads),
    )


def writer_of(actor: Actor) -> Writer:
    """How an actor signs entries."""
    return Writer(actor.account, actor.office, actor.kind, actor.name)


class Act:
    """One act being written: collects entries, and gives them to the engine at the end."""

    def __init__(
        self, kind: str, by: Actor, *, reason: str | None = None, decision: str | None = None,
        effective: PartialDate | None = None, id_: Id | None = None, engine: Engine | None = None,
    ) -> None:  # fmt: skip
        self.kind = kind
        self.by = by
        self.id = id_ or runtime.new_id()
        self.reason = normal("text", reason)
        self.decision = normal("text", decision)
        self.effective = effective.number if effective else None
        self.engine = engine or runtime.engine()
        self.drafts: list[Draft] = []
        self._offices: dict[tuple[int, Id], Id] = {}

    # -- what can be done -----------------------------------------------------------

    def create(self, model: type[R], *, id_: Id | None = None, entry_kind: str = "", **fields: Any) -> R:
        """Make a record; returns it as it will be.

        ``id_`` is given only where the id is not new (a pack's row).

        Raises:
            Refused: a value does not fit its field.
        """
        new = id_ or runtime.new_id()
        instance = model(id=as_uuid(new))
        self._create(model, new, entry_kind, fields, instance, fresh=id_ is None)
        return instance

    def add(self, model: type[Record], *, entry_kind: str = "", **fields: Any) -> Id:
        """Make a record of which only the id is asked for: a long import has no use for the rest.

        Raises:
            Refused: a value does not fit its field.
        """
        new = runtime.new_id()
        self._create(model, new, entry_kind, fields, None, fresh=True)
        return new

    def _create(
        self, model: type[Record], new: Id, kind: str, fields: Mapping[str, Any], instance: Record | None, *,
        fresh: bool,
    ) -> None:  # fmt: skip
        spec = self._spec(model)
        values = self._values(spec, fields, instance)
        draft = self._draft(self._scope(model, new, values), spec, new, kind, CREATE, values)
        draft.fresh = fresh
        self.drafts.append(draft)

    def change(
        self, record: Record, fields: Mapping[str, Any], *, seen: Seen, mode: int = CHANGE, kind: str = "",
    ) -> None:  # fmt: skip
        """Change fields, from what was on the writer's screen.

        Raises:
            Refused: a value does not fit its field.
        """
        spec = self._spec(type(record))
        values = self._values(spec, fields, record)
        made = drafts.change(
            self.engine, seen, values, office=self.office_of(record), writer=writer_of(self.by),
            kind=kind or self.kind, mode=mode, effective=self.effective, reason=self.reason, decision=self.decision,
        )  # fmt: skip
        self.drafts += made

    def correct(self, record: Record, fields: Mapping[str, Any], *, seen: Seen) -> None:
        """Change fields that were wrong from the start."""
        self.change(record, fields, seen=seen, mode=CORRECT)

    def note(self, record: Record, fields: Mapping[str, Any]) -> None:
        """Write down an older fact: it joins the history and changes nothing that shows."""
        spec = self._spec(type(record))
        values = self._values(spec, fields, None)
        office = self.office_of(record)
        self.drafts.append(self._draft(office, spec, as_id(record.pk), "", NOTE, values))

    def decide(self, record: Record, fields: Mapping[str, Any], *, seen: Seen) -> None:
        """Choose one value among several; ``seen`` names them all."""
        self.change(record, fields, seen=seen, mode=DECIDE)

    def delete(self, record: Record, *, seen: Seen, mode: int = CHANGE) -> None:
        """Mark a record as deleted."""
        record.deleted = True
        self.drafts.append(
            drafts.delete(
                seen, office=self.office_of(record), kind=self.kind, mode=mode, reason=self.reason,
                decision=self.decision,
            )
        )  # fmt: skip

    def restore(self, record: Record, *, seen: Seen, mode: int = CHANGE) -> None:
        """Take a mark of deletion back."""
        record.deleted = False
        office = self.office_of(record)
        self.drafts.append(drafts.restore(seen, office=office, kind=self.kind, mode=mode, reason=self.reason))

    def link(self, one: Record, other: Record) -> Link:
        """Take two files as one."""
        number = type(one).Merge.number  # type: ignore[attr-defined]
        self._offices[1, as_id(one.pk)] = self.office_of(one)
        return self.create(Link, of_type=number, one=one.pk, other=other.pk, active=True)

    # -- how ------------------------------------------------------------------------

    def _spec(self, model: type[Record]) -> TypeSpec:
        return self.engine.schema.types[model.Merge.number]  # type: ignore[attr-defined]

    def _draft(
        self, office: Id, spec: TypeSpec, id_: Id, kind: str, mode: int, values: dict[int, Value]
    ) -> Draft:
        return Draft(
            office=office, type=spec.number, id=id_, kind=kind or self.kind, mode=mode, fields=values,
            effective=self.effective, reason=self.reason, decision=self.decision,
        )  # fmt: skip

    def _values(self, spec: TypeSpec, fields: Mapping[str, Any], record: Record | None) -> dict[int, Value]:
        out: dict[int, Value] = {}
        for name, value in fields.items():
            field = spec.by_name[name]
            try:
                out[field.number] = core_value(field, value)
            except BadValue:
                raise Refused(_("A value does not fit its field. Nothing was kept.")) from None
            if record is not None:
                _show(record, field, value, out[field.number])
        return out

    def office_of(self, record: Record) -> Id:
        """The office in charge of a record, as the writer knows it."""
        key = (record.Merge.number, as_id(record.pk))  # type: ignore[attr-defined]
        if key not in self._offices:
            scope = getattr(record.Merge, "scope", NATIONAL_SCOPE)
            self._offices[key] = self._follow(record, scope)
        return self._offices[key]

    def _follow(self, record: Record, scope: str) -> Id:
        if scope == NATIONAL_SCOPE:
            return runtime.root_office()
        owner: Any = record
        *path, last = scope.split(".")
        for name in path:
            owner = getattr(owner, name)
        found = getattr(owner, f"{last}_id", None) or getattr(owner, last, None)
        return as_id(found) if found else runtime.root_office()

    def _scope(self, model: type[Record], new: Id, values: dict[int, Value]) -> Id:
        """The office in charge of a record about to be made."""
        number = model.Merge.number  # type: ignore[attr-defined]
        scope = getattr(model.Merge, "scope", NATIONAL_SCOPE)
        spec = self.engine.schema.types[number]
        if model is Link:
            office = self._offices[1, values[2]]
        elif scope == NATIONAL_SCOPE:
            office = runtime.root_office()
        elif "." not in scope:
            office = _id_of(values.get(spec.by_name[scope].number)) or runtime.root_office()
        else:
            name, _dot, rest = scope.partition(".")
            field = spec.by_name[name]
            office = self._office_of_file((field.target, values[field.number]), model, name, rest)
        self._offices[number, new] = office
        return office

    def _office_of_file(self, key: tuple[int, Id], model: type[Record], name: str, rest: str) -> Id:
        if key not in self._offices:
            target: Any = model._meta.get_field(name).related_model
            file = target.objects.only(f"{rest}_id").get(pk=as_uuid(key[1]))
            self._offices[key] = self._follow(file, rest)
        return self._offices[key]

    def commit(self) -> list[Held]:
        """Give the entries to the engine. ``write`` does this when its block ends."""
        if not self.drafts:
            return []
        made, self.drafts = self.drafts, []
        try:
            return self.engine.commit(made, act=self.id, writer=writer_of(self.by))
        except ClockWrong as wrong:
            raise ClockRefused(wrong) from None
        except BadValue:
            raise Refused(_("A value is too long to be kept. Shorten it, and save again.")) from None


def _id_of(value: Value) -> Id | None:
    found: Id | None = value[0] if isinstance(value, list) else value
    return found


def core_value(field: FieldSpec, value: Any) -> Value:
    """A Python value (a model, a date, a UUID) as the journal keeps it.

    Raises:
        BadValue: the field cannot hold it.
    """
    if isinstance(value, PartialDate):
        # It was looked at when it was made.
        return value.number if field.kind == DAY else normal(field.kind, value.number)
    if field.kind == OUTSIDE:
        value = _labelled(value)
    elif isinstance(value, Record):
        value = as_id(value.pk)
    elif isinstance(value, UUID):
        value = value.bytes
    elif value == "":
        value = None
    return normal(field.kind, value)


def _held_value(record: Record, field: FieldSpec) -> Value:
    """A loaded record's value as the journal keeps it."""
    value = getattr(record, record._meta.get_field(field.name).attname)  # type: ignore[union-attr]
    if field.kind == OUTSIDE:
        return None if value is None else [as_id(value), None]
    return core_value(field, value)


def _labelled(value: Any) -> Any:
    """A reference with the label that the writer saw."""
    if value is None or value == "":
        return None
    if isinstance(value, Record):
        return [as_id(value.pk), str(value)]
    target, label = value
    return [as_id(target.pk if isinstance(target, Record) else target), label]


def _show(record: Record, field: FieldSpec, value: Any, kept: Value) -> None:
    """Let the record in hand show what is about to be kept."""
    if field.kind == OUTSIDE:
        setattr(record, f"{field.name}_id", as_uuid(kept[0]) if kept else None)
        setattr(record, f"{field.name}_label", kept[1] if kept else None)
    elif isinstance(value, Record):
        setattr(record, field.name, value)
    elif isinstance(kept, bytes):
        attribute = record._meta.get_field(field.name).attname  # type: ignore[union-attr]
        setattr(record, attribute, as_uuid(kept))
    else:
        setattr(record, field.name, value if isinstance(value, PartialDate) else kept)


@contextmanager
def write(
    kind: str, *, by: Actor, reason: str | None = None, decision: str | None = None,
    effective: PartialDate | None = None, act: Id | None = None, engine: Engine | None = None,
) -> Iterator[Act]:  # fmt: skip
    """Write one act. See the module.

    ``act`` continues an act begun in another transaction (a long import).

    Raises:
        Refused: with the sentence for the person; nothing was kept.
    """
    new = Act(kind, by, reason=reason, decision=decision, effective=effective, id_=act, engine=engine)
    yield new
    new.commit()


def undo(act: Id, *, by: Actor, reason: str | None = None, as_act: Id | None = None) -> Iterator[list[Left]]:
    """Take an act back, a piece at a time; yields what each piece left alone because others built on it.

    Safe to begin again after a stop.
    """
    engine = runtime.engine()
    new = as_act or runtime.new_id()
    for piece in undoing.pieces(engine, act, reason=reason):
        if piece.drafts:
            engine.commit(piece.drafts, act=new, writer=writer_of(by))
        yield piece.left


def belongs_elsewhere(record: Record, names: Iterable[str], *, seen: Seen, by: Actor) -> bool:
    """True where another office owns one of these facts and has written it: ``by`` may only propose a value."""
    engine = runtime.engine()
    spec = engine.schema.types[record.Merge.number]  # type: ignore[attr-defined]
    numbers = spec.by_name
    units = {spec.unit_of[numbers[name].number] for name in names}
    office = Act("asked", by, engine=engine).office_of(record)
    return any(
        drafts.belongs_elsewhere(engine, spec, unit, seen, office, writer_of(by)) for unit in sorted(units)
    )


def changed_since(
    model: type[Record], page: Seen, fields: Mapping[str, Any], *, record: Record | None = None
) -> dict[str, Any]:
    """The fields that somebody changed on a page, with those that change together with them.

    What was typed is held against what stood on that page, not against what stands now: a value that
    another person changed meanwhile, and that was left alone here, is not touched. ``record`` spares a look
    into the journal where it still stands as the page showed it.

    Raises:
        Refused: the record's content was erased.
    """
    engine = runtime.engine()
    spec = engine.schema.types[model.Merge.number]  # type: ignore[attr-defined]
    numbers = spec.by_name
    if record is not None and seen(record) == page:
        before = {numbers[name].number: _held_value(record, numbers[name]) for name in fields}
    else:
        try:
            before = drafts.values_seen(engine, page)
        except KeyError:
            raise Refused(_("This file was removed by a national decision.")) from None
    units = set()
    for name, value in fields.items():
        field = numbers[name]
        if not same(field.kind, core_value(field, value), before.get(field.number)):
            units.add(spec.unit_of[field.number])
    members = {number for unit in units for number in spec.members[unit]}
    return {name: value for name, value in fields.items() if numbers[name].number in members}
