"""What can be done to the register. Each verb checks the rules, then writes one act through the journal."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from baarada.journal import actions as journal
from baarada.journal import runtime, undoing
from baarada.journal.drafts import Left, Seen
from baarada.journal.entries import CHANGE, CORRECT, NOTE
from baarada.journal.models import Link, Record
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id, as_id
from baarada.kernel.spans import Span
from baarada.registry import checking, choiceuse, facts, queries, rules, summaries
from baarada.registry.errors import Invalid
from baarada.registry.models import (
    FULL_TIME,
    Area,
    Assignment,
    Cadre,
    Equipment,
    Facility,
    Identifier,
    Inclusion,
    LegalText,
    ListItem,
    Office,
    Paper,
    Person,
    Population,
    Posting,
    Unit,
)

Values = Mapping[str, Any]


@dataclass(slots=True)
class Done:
    """An act that was written: for the line that says so, and offers to undo it."""

    act: Id
    record: Any


@dataclass(slots=True, kw_only=True)
class Why:
    """What justifies a change: words of the writer, the decision it rests on, since when."""

    reason: str | None = None
    decision: str | None = None
    effective: PartialDate | None = None


@contextmanager
def act_of(kind: str, by: Actor, why: Why | None = None) -> Iterator[journal.Act]:
    """One act, with what justifies it, in one transaction."""
    why = why or Why()
    with (
        transaction.atomic(),
        journal.write(kind, by=by, reason=why.reason, decision=why.decision, effective=why.effective) as act,
    ):
        yield act


# -- people -----------------------------------------------------------------------------


def add_person(
    values: Values, *, by: Actor, posting: Values | None = None, identifiers: Sequence[Values] = (),
    why: Why | None = None,
) -> Done:  # fmt: skip
    """Open the file of somebody, with their numbers and their first posting.

    The office in charge is that of the facility, or else the writer's.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require("person.add")
    today = runtime.today()
    problems = rules.check_person({"family_name": None, "sex": None, **values}, today)
    if posting:
        problems |= rules.check_posting(
            {"facility": None, "cadre": None, "starts": None, **posting}, values.get("born"), today
        )
    for one in identifiers:
        problems |= rules.check_identifier(one)
    rules.refuse(problems)
    office = values.get("office") or _office_for(posting, by, today)
    with act_of("person.added", by, why) as act:
        person = act.create(Person, **{**values, "office": office})
        for one in identifiers:
            act.create(Identifier, entry_kind="identifier.added", person=person, **one)
        if posting:
            act.create(Posting, entry_kind="posting.started", **_posting_values(person, posting))
    return Done(act.id, person)


def _office_for(posting: Values | None, by: Actor, today: date) -> Office:
    if posting and posting.get("facility"):
        starts = posting.get("starts")
        found = queries.office_of_facility(
            posting["facility"], max(starts.first(), today) if starts else today
        )
        if found:
            return found
    return Office.objects.get(pk=_uuid(by.office))


def _uuid(id_: Id) -> Any:
    from baarada.kernel.ids import as_uuid

    return as_uuid(id_)


def _posting_values(person: Person, values: Values) -> dict[str, Any]:
    defaults = {"kind": "appointment", "share": FULL_TIME, "main": True}
    return {**defaults, **values, "person": person}


def revise(
    record: Record, fields: Values, *, seen: Seen, by: Actor, mode: int = CHANGE, why: Why | None = None
) -> Done | None:
    """Change or correct facts of a record, as they were typed on a page that showed ``seen``.

    Only what was really changed on that page is written; returns None if nothing was.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require(_right_to_change(record))
    changed = journal.changed_since(type(record), seen, fields)
    if not changed:
        return None
    if isinstance(record, Posting) and "facility" in changed and record.post_id:
        # A post is of one facility: it stays there.
        changed = {"post": None, **changed}
    rules.refuse(checking.check(record, {**fields, **changed}, only=changed))
    kind = f"{type(record).__name__.lower()}.{'corrected' if mode == CORRECT else 'changed'}"
    with act_of(kind, by, why) as act:
        act.change(record, changed, seen=seen, mode=mode)
    return Done(act.id, record)


def _right_to_change(record: Record) -> str:
    """What people choose from is changed by those who keep the lists."""
    return "list.change" if isinstance(record, Cadre | ListItem) else "record.change"


def note_older(record: Record, fields: Values, *, by: Actor, why: Why) -> Done:
    """Write an older fact into the history; nothing that shows changes.

    Raises:
        Invalid: there is no day on which it was true.
    """
    by.require(_right_to_change(record))
    if why.effective is None:
        raise Invalid({"effective": _("Write since when this was true; a year alone will do.")})
    rules.refuse(checking.check(record, fields, only=fields))
    with act_of(f"{type(record).__name__.lower()}.noted", by, why) as act:
        act.note(record, fields)
    return Done(act.id, record)


def add_identifier(person: Person, values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Write down a number by which somebody is known."""
    by.require("record.change")
    rules.refuse(rules.check_identifier({"kind": None, **values}))
    with act_of("identifier.added", by, why) as act:
        found = act.create(Identifier, person=person, **values)
    return Done(act.id, found)


def delete(record: Record, *, seen: Seen, by: Actor, why: Why | None = None) -> Done:
    """Mark a record as deleted: it was written by mistake."""
    by.require("record.delete")
    if isinstance(record, Cadre | ListItem):
        by.require(_right_to_change(record))
        rules.refuse(choiceuse.check_deletion(record))
    with act_of(f"{type(record).__name__.lower()}.deleted", by, why) as act:
        act.delete(record, seen=seen)
    return Done(act.id, record)


def restore(record: Record, *, seen: Seen, by: Actor, why: Why | None = None) -> Done:
    """Take a mark of deletion back."""
    by.require("record.delete")
    if isinstance(record, Cadre | ListItem):
        by.require(_right_to_change(record))
    with act_of(f"{type(record).__name__.lower()}.restored", by, why) as act:
        act.restore(record, seen=seen)
    return Done(act.id, record)


def link_people(one: Person, other: Person, *, by: Actor, why: Why | None = None) -> Done:
    """Take two files as those of one person; it can be taken back."""
    by.require("person.link")
    if one.canonical == other.canonical:
        raise Invalid({"": _("These two are already one file.")})
    with act_of("person.linked", by, why) as act:
        link = act.link(one, other)
    return Done(act.id, link)


def unlink(link: Link, *, seen: Seen, by: Actor, why: Why | None = None) -> Done:
    """Two files were not those of one person after all."""
    by.require("person.link")
    with act_of("person.unlinked", by, why) as act:
        act.change(link, {"active": False}, seen=seen)
    return Done(act.id, link)


# -- postings ---------------------------------------------------------------------------


def start_posting(
    person: Person, values: Values, *, by: Actor, seen_person: Seen | None = None, why: Why | None = None
) -> Done:
    """Place somebody in a facility. ``seen_person`` is the person as they stood on the page, as now by default.

    An overlap with another posting is allowed: two offices apart can each record a true
    one. It is raised for review later (``findings``), and no node ever refuses what another has accepted.
    """
    by.require("posting.start")
    problems = rules.check_posting(
        {"facility": None, "cadre": None, "starts": None, **values}, person.born, runtime.today()
    )
    rules.refuse(problems or {**_check_main(person, values), **checking.check_post(person.canonical, values)})
    with act_of("posting.started", by, why) as act:
        found = act.create(Posting, **_posting_values(person, values))
        _take_charge(act, person, values, seen_person)
    return Done(act.id, found)


def _check_main(person: Person, values: Values, but: Posting | None = None) -> dict[str, Any]:
    """The sentence about a second main posting at the same time, under ``main``; ``but`` is one that ends."""
    if values.get("main") is False:
        return {}
    new = Span(values["starts"], values.get("ends"))
    others = Posting.objects.live().filter(canonical=person.canonical, main=True)
    other = next((p for p in others if p.span.overlaps(new) and (but is None or p.pk != but.pk)), None)
    if other is None:
        return {}
    return {
        "main": _("The main posting is at %(facility)s. Say that this one is not, or end the other first.")
        % {"facility": other.facility_label or ""}
    }


def transfer(
    person: Person,
    old: Posting,
    values: Values,
    *,
    seen: Seen,
    seen_person: Seen,
    by: Actor,
    why: Why | None = None,
) -> Done:
    """Move somebody: the old posting ends the day before, the new one begins, the new office takes charge.

    ``values`` are those of the new posting; what they do not say of share and rank stays as it was.
    ``seen`` is the old posting as it stood on the page.
    """
    by.require("posting.start")
    stays = {"share": old.share, "main": old.main}
    values = {**{name: value for name, value in stays.items() if value is not None}, **values}
    starts = values.get("starts")
    problems = rules.check_posting(
        {"facility": None, "cadre": None, "starts": None, **values}, person.born, runtime.today()
    )
    if starts and old.starts and starts.first() <= old.starts.first():
        sentence = _(
            "The transfer takes effect on %(day)s, which is not after the present posting began on %(began)s."
        )
        problems["starts"] = sentence % {
            "day": rules.partial_day(starts), "began": rules.partial_day(old.starts),
        }  # fmt: skip
    if values.get("facility") and values["facility"].pk == old.facility_id:
        problems["facility"] = _("This is where the person already works. Choose another facility.")
    rules.refuse(problems or _check_new_place(person, old, values))
    last = PartialDate.on(starts.first() - timedelta(days=1))
    # A posting that had ended already, on the page too, keeps its last day: a transfer never lengthens it.
    span = runtime.schema().types[Posting.Merge.number].unit_of[Posting.Merge.numbers["ends"]]
    unmoved = seen.behind(span) == journal.seen(old).behind(span)
    had_ended = old.ends is not None and old.ends.last() <= last.first() and unmoved
    with act_of("posting.transferred", by, why) as act:
        # The first entry of an act says what the act was.
        if not had_ended:
            act.change(old, {"starts": old.starts, "ends": last}, seen=seen)
        found = act.create(
            Posting, entry_kind="" if had_ended else "posting.started",
            **_posting_values(person, {"kind": "transfer", **values}),
        )  # fmt: skip
        _take_charge(act, person, values, seen_person)
    return Done(act.id, found)


def _check_new_place(person: Person, old: Posting, values: Values) -> dict[str, Any]:
    """A transfer that was sent twice, or beside another main posting."""
    same = Posting.objects.live().filter(canonical=person.canonical, facility=values["facility"])
    if any(p.starts == values["starts"] for p in same):
        return {"facility": _("This transfer is written already: the file shows it.")}
    beside = _check_main(person, values, but=old)
    return {"facility": beside["main"]} if beside else checking.check_post(person.canonical, values)


def end_posting(
    posting: Posting, *, last: PartialDate, end_reason: str, seen: Seen, by: Actor, why: Why | None = None
) -> Done:
    """End a posting; ``last`` is its last day."""
    by.require("posting.end")
    problems = rules.check_span(posting.starts, last)
    if last is None:
        problems["ends"] = _("Write the last day; a year alone will do.")
    if not end_reason:
        problems["end_reason"] = _("Choose why the posting ends.")
    rules.refuse(problems)
    with act_of("posting.ended", by, why) as act:
        act.change(posting, {"starts": posting.starts, "ends": last, "end_reason": end_reason}, seen=seen)
    return Done(act.id, posting)


def _take_charge(act: journal.Act, person: Person, values: Values, seen: Seen | None = None) -> None:
    """The office of a new main posting takes charge of the person."""
    ends = values.get("ends")
    if values.get("main") is False or (ends is not None and ends.last() < runtime.today()):
        return
    day = max(values["starts"].first(), runtime.today())
    office = queries.office_of_facility(values["facility"], day)
    if office is not None and office.pk != person.office_id:
        act.change(person, {"office": office}, seen=seen or journal.seen(person), kind="person.moved")


# -- papers -----------------------------------------------------------------------------


def add_paper(person: Person, values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Add a scanned paper whose file was kept already (``papers.keep``).

    Raises:
        Invalid: with a sentence for each field; the same file is among the person's papers already.
    """
    by.require("paper.add")
    problems = rules.check_paper({"kind": None, **values}, runtime.today())
    rules.refuse(problems | _check_twice(person, values.get("hash")))
    with act_of("paper.added", by, why) as act:
        found = act.create(Paper, person=person, **values)
    return Done(act.id, found)


def _check_twice(person: Person, digest: str | None) -> dict[str, Any]:
    """The very same scan is kept once in a file."""
    file = Person.objects.filter(pk=person.pk).values("canonical")
    found = Paper.objects.live().filter(canonical__in=file, hash=digest).first() if digest else None
    if found is None:
        return {}
    sentence = _("This scan is in the file already (%(paper)s): nothing was added.")
    return {"hash": sentence % {"paper": summaries.paper(found)}}


# -- places -----------------------------------------------------------------------------


def add_facility(values: Values, *, by: Actor, office: Office | None = None, why: Why | None = None) -> Done:
    """Add a facility, and the office that it answers to."""
    by.require("facility.add")
    rules.refuse(rules.check_facility({"name": None, "kind": None, **values}))
    with act_of("facility.added", by, why) as act:
        found = act.create(Facility, **_labelled_area(values))
        if office:
            act.create(
                Assignment,
                entry_kind="facility.assigned",
                facility=found,
                office=office,
                starts=values.get("starts"),
            )
    return Done(act.id, found)


def _labelled_area(values: Values) -> dict[str, Any]:
    area = values.get("area")
    return {**values, "area": (area, str(area))} if isinstance(area, Area) else dict(values)


def assign_facility(
    facility: Facility, office: Office | None, *, starts: PartialDate | None, by: Actor,
    seen: Sequence[Seen] | None = None, why: Why | None = None,
) -> Done:  # fmt: skip
    """Put a facility under another office from a day on; the former one keeps it until the day before.

    An office that is already known to follow keeps its own first day. ``seen`` are the facility's assignments
    as the page showed them.

    Raises:
        Invalid: with a sentence for each field.
        Refused: the assignment that ends was not on the page.
    """
    by.require("facility.assign")
    file = Facility.objects.filter(pk=facility.pk).values("canonical")
    rows = list(Assignment.objects.live().filter(canonical__in=file).select_related("office"))
    running = [a for a in rows if starts and a.span.holds(starts.first())]
    rules.refuse(rules.check_assignment(running, office, starts))
    assert starts is not None
    pages = [journal.seen(a) if seen is None else _page_of(a, seen) for a in running]
    with act_of("facility.assigned", by, why) as act:
        for old, page in zip(running, pages, strict=True):
            act.change(old, {"starts": old.starts, "ends": _eve(starts)}, seen=page)
        later = [a.starts for a in rows if a.starts and a.starts.first() > starts.first()]
        ends = _eve(min(later, key=PartialDate.first)) if later else None
        found = act.create(Assignment, facility=facility, office=office, starts=starts, ends=ends)
    return Done(act.id, found)


def _eve(day: PartialDate) -> PartialDate:
    """The day before."""
    return PartialDate.on(day.first() - timedelta(days=1))


def _page_of(record: Record, seen: Sequence[Seen]) -> Seen:
    """A record as the page showed it."""
    found = next((s for s in seen if s.id == as_id(record.pk)), None)
    if found is None:
        raise Refused(
            _("Something was added here since this page was opened. Open it again, then redo the change.")
        )
    return found


def add_unit(facility: Facility, values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Add a service or ward of a facility."""
    by.require("facility.add")
    if not values.get("name"):
        raise Invalid({"name": _("Write the name of the service.")})
    with act_of("unit.added", by, why) as act:
        found = act.create(Unit, facility=facility, **values)
    return Done(act.id, found)


def add_equipment(office: Office, values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Add a thing that an office works with."""
    by.require("office.change")
    rules.refuse(rules.check_equipment({"kind": None, **values}, runtime.today()))
    with act_of("equipment.added", by, why) as act:
        found = act.create(Equipment, office=office, **values)
    return Done(act.id, found)


def add_text(values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Add a law, a norm or a plan that decisions rest on."""
    by.require("text.add")
    rules.refuse(rules.check_legal_text({"title": None, **values}, runtime.today()))
    with act_of("legaltext.added", by, why) as act:
        found = act.create(LegalText, **values)
    return Done(act.id, found)


def add_area(values: Values, *, by: Actor, parent: Area | None = None, why: Why | None = None) -> Done:
    """Add an area, and the one it lies in."""
    by.require("area.add")
    rules.refuse(rules.check_area({"name": None, "kind": None, **values}))
    with act_of("area.added", by, why) as act:
        found = act.create(Area, **values)
        if parent:
            act.create(
                Inclusion, entry_kind="area.placed", area=found, parent=parent, starts=values.get("starts"),
                ends=values.get("ends"), legal=values.get("legal"),
            )  # fmt: skip
    return Done(act.id, found)


# -- deciding, undoing --------------------------------------------------------------------


def add_population(area: Area, values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Write down how many people live in an area in a year, with the source."""
    by.require("area.add")
    rules.refuse(
        rules.check_population({"year": None, "people": None, "source": None, **values}, runtime.today())
    )
    with act_of("population.added", by, why) as act:
        found = act.create(Population, area=area, **values)
    return Done(act.id, found)


def decide(record: Record, fields: Values, *, seen: Seen, by: Actor, why: Why | None = None) -> Done:
    """Settle a disagreement: the value given is the one, and answers all that ``seen`` names.

    Raises:
        Invalid: with a sentence for each field.
        Refused: the fact belongs to another office, which has spoken.
    """
    by.require("conflict.decide")
    _may_settle(record, fields, seen, by)
    rules.refuse(checking.check(record, fields, only=fields))
    with act_of("conflict.decided", by, why) as act:
        act.decide(record, fields, seen=seen)
    return Done(act.id, record)


def _may_settle(record: Record, fields: Values, seen: Seen, by: Actor) -> None:
    if journal.belongs_elsewhere(record, fields, seen=seen, by=by):
        owner = facts.owner_of(type(record), next(iter(fields)))
        raise Refused(
            _("This fact belongs to %(owner)s, which has written it: it decides.") % {"owner": owner}
        )


@dataclass(slots=True)
class Choice:
    """One disagreement settled: the value chosen, and what was on the page."""

    record: Any
    fields: Values
    seen: Seen


def decide_many(choices: Sequence[Choice], *, by: Actor, why: Why | None = None) -> Done:
    """Settle several disagreements as one act.

    Raises:
        Refused: one of them cannot be settled; nothing was kept.
    """
    by.require("conflict.decide")
    if not choices:
        raise Refused(_("Tick at least one line."))
    for one in choices:
        _may_settle(one.record, one.fields, one.seen, by)
        rules.refuse(checking.check(one.record, one.fields, only=one.fields))
    with act_of("conflict.decided", by, why) as act:
        for one in choices:
            act.decide(one.record, one.fields, seen=one.seen)
    return Done(act.id, None)


def decide_deleted(record: Record, deleted: bool, *, seen: Seen, by: Actor, why: Why | None = None) -> Done:
    """Settle whether a record that one deleted and another changed stays."""
    from baarada.journal.entries import DECIDE

    by.require("conflict.decide")
    with act_of("conflict.decided", by, why) as act:
        (act.delete if deleted else act.restore)(record, seen=seen, mode=DECIDE)
    return Done(act.id, record)


def undo(act: Id, *, by: Actor) -> list[Left]:
    """Take a short act back, all at once; returns what stayed because others built on it."""
    by.require("act.undo")
    with transaction.atomic():
        return [left for piece in journal.undo(act, by=by) for left in piece]


def would_undo(act: Id, *, seen_by: Actor) -> tuple[int, list[Left]]:
    """What taking a short act back does: how many records and facts come back, and what stays.

    Of an act that was taken back already: what has stayed.
    """
    seen_by.require("act.see")
    back, left = 0, []
    for piece in undoing.pieces(runtime.engine(), act):
        back += len(piece.drafts)
        left += piece.left
    return back, _stayed(act, left)


def _stayed(act: Id, left: list[Left]) -> list[Left]:
    """What is left of an act, without the facts that were taken back already."""
    store = runtime.engine().store
    states = store.load({(one.held.entry.type, one.held.entry.id) for one in left})
    heads = {
        one.held.ref: {u: states[one.held.entry.type, one.held.entry.id].heads_of(u) for u in one.units}
        for one in left
    }
    held = store.held({ref for units in heads.values() for refs in units.values() for ref in refs})
    undone = {ref for ref, one in held.items() if one.entry.about == act}
    out = []
    for one in left:
        units = [u for u in one.units if undone.isdisjoint(heads[one.held.ref][u])]
        if units or not one.units:
            out.append(Left(one.held, units))
    return out


MODES = {"change": CHANGE, "correct": CORRECT, "note": NOTE}
"""The three acts on a fact, by the word in an address."""
