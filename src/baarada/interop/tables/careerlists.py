"""Lists of the rows of careers: who each row is about, what it would write, what was written out.

A row says something of somebody who is here; it adds nobody. A departure ends what still runs, as its page does.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import cells, whom
from baarada.interop.tables.careerkinds import CareerKind, Part
from baarada.interop.tables.cells import BadCell, Finder
from baarada.interop.tables.columns import ID, SEEN, Column
from baarada.interop.tables.exporting import PIECE
from baarada.interop.tables.knownpeople import Known
from baarada.interop.tables.matching import GONE, Pages, own_id, pages_of
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.interop.tables.people import NewUnit
from baarada.interop.tables.returning import as_seen
from baarada.interop.tables.said import ROW, Said, cells_of, changed, reader_of, refuse
from baarada.interop.tables.whom import Hits, Whom
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import career, facts, lists, queries, rules
from baarada.registry.checking import check_post, check_row
from baarada.registry.display import heading_name
from baarada.registry.facts import FACTS
from baarada.registry.models import FULL_TIME, Employment, Exit, Identifier, Person, Post, Posting, Unit

_DAYS = re.compile(r"^(\d+)\s*(?:j|jrs?|jours?|days?)\.?$", re.IGNORECASE)


def columns_of(kind: CareerKind) -> list[Column]:
    """The columns of a kind of list: who, then what."""
    own = [column for part in kind.parts for column in part.columns()]
    return [*whom.whom_columns(), *own]


def fact_of(kind: CareerKind, key: str) -> Any:
    """What a column reads as."""
    for part in kind.parts:
        name = key.removeprefix(part.prefix)
        if key.startswith(part.prefix) and name in part.words:
            return FACTS[part.model][name]
    return whom.fact(key)


class CareerRows:
    """Reads, plans and writes rows of one kind of list."""

    many = True
    """Several rows of a file may be about one person."""

    def __init__(self, spec: CareerKind, by: Actor) -> None:
        self.spec, self.by, self.kind = spec, by, spec.key
        self.finder = Finder()
        self.whom = Whom(by, self.finder)
        self.today = runtime.today()
        self.year_only: set[str] = set()
        self.owned: dict[UUID, int] = {}
        """The row of the file that changes a record."""
        self.coming: dict[UUID, list[tuple[int, Part, Any]]] = defaultdict(list)
        """What earlier rows of the file would add, by person."""
        self.posts: dict[UUID, dict[str, Post]] = {}
        self.readers = {
            f"{part.prefix}{name}": (part, name, _reader(part.model, name, self.finder))
            for part in spec.parts
            for name in part.words
        }

    # -- reading ----------------------------------------------------------------------

    def look_ahead(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Look up together the facilities that some rows name."""
        places = (whom.AT, *(f"{part.prefix}facility" for part in self.spec.parts))
        self.finder.look_ahead(row.get(key, "") for _line, row in rows for key in places)

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        row = Parsed(line, found, untouched)
        self.whom.parse(row, self.year_only)
        for key, (part, name, reader) in self.readers.items():
            cell = row.cell(key) if key in row.cells else ""
            if cell:
                self._read(row, part, name, cell, reader)
        if not any(row.cells.get(key) for key in self.readers):
            row.refuse(next(iter(self.readers)), _("This row says nothing: fill in at least one cell of it."))
        return row

    def _read(self, row: Parsed, part: Part, name: str, cell: str, reader: Any) -> None:
        values = row.career.setdefault(part.prefix, {})
        try:
            values[name] = reader(cell)
        except BadCell as bad:
            if name in part.firm or FACTS[part.model][name].reads == facts.DAY:
                row.refuse(f"{part.prefix}{name}", bad)
            else:
                _tell(values, part, name, cell)

    # -- planning ---------------------------------------------------------------------

    def plan(self, rows: Sequence[Parsed]) -> list[Plan]:
        """What each row would do."""
        hits = self.whom.find(rows)
        own = self._owned(rows)
        known = Known(hits.everybody | {record.canonical for record in own.values()})
        return [self._plan(row, own, hits, known) for row in rows]

    def _owned(self, rows: Iterable[Parsed]) -> dict[UUID, Any]:
        """The records that rows say they are."""
        wanted = {pk for row in rows if (pk := own_id(row.cells.get(ID, "")))}
        return {
            record.pk: record
            for part in self.spec.parts
            for piece in in_pieces(wanted)
            for record in part.model.objects.live().of_those_here(Person).filter(pk__in=piece)
        }

    def _plan(self, row: Parsed, own: Mapping[UUID, Any], hits: Hits, known: Known) -> Plan:
        title = " ".join(str(row.values.get(k) or "") for k in ("family_name", "given_names")).strip()
        pk = own_id(row.cells.get(ID, ""))
        if pk and pk not in own:
            row.refuse(
                ID, _("No line has this identifier here. Empty the cell to look the person up by number.")
            )
            plan = Plan(REFUSED)
        elif pk:
            name = own[pk].canonical
            whom.refuse_another(row, known.people[name], hits, known)
            plan = self._of_person(row, name, known)
        else:
            found = self.whom.of(row, hits, known)
            plan = found if isinstance(found, Plan) else self._of_person(row, found, known)
        if row.problems:
            plan.status = REFUSED
        plan.title = plan.title or title or next((number for _kind, number in row.numbers), "")
        return plan

    def _of_person(self, row: Parsed, pk: UUID, known: Known) -> Plan:
        """What a row does of which it is known who it is about."""
        pages = pages_of(row.cells.get(SEEN, ""), known.lanes)
        said = self._said(row, pk, known, pages)
        for one in said:
            self._refuse_double(row, pk, one)
        status = SAME if not said else NEW if any(one.record is None for one in said) else CHANGE
        seen = row.cells.get(SEEN, "") if pages else ""
        changing = [journal.seen(one.record) for one in said if one.record is not None]
        changes = sum(len(one.values) for one in said if one.record is not None)
        title = heading_name(known.people[pk])
        return Plan(
            status, pk, seen or (tokens.seal(*changing) if changing else ""), changes=changes, title=title
        )

    def _refuse_double(self, row: Parsed, pk: UUID, said: Said) -> None:
        """Refuse a row that says what an earlier row of the file does."""
        line = row.line
        if said.record is not None:
            line = self.owned.setdefault(said.record.pk, row.line)
        else:
            part = next(p for p in self.spec.parts if p.model is said.model)
            earlier = [(at, one) for at, of, one in self.coming[pk] if of is part and at != row.line]
            same, _values = part.meant(said.values, [one for _at, one in earlier])
            # Nobody leaves for good twice, whatever the second row says.
            line = next((at for at, one in earlier if one is same or part.model is Exit), row.line)
            self.coming[pk].append((row.line, part, _draft(said)))
        if line != row.line:
            row.refuse(ID, _("Row %(line)s of the file says the same. Keep one of the two.") % {"line": line})

    def settled(self, row: Parsed, pk: UUID | None) -> Plan:
        """What a row does when a person has said whom it is about; nobody is added for it (None).

        Raises:
            Refused: that file is gone meanwhile.
        """
        if pk is None:
            row.refuse(
                _first_name(row),
                _("None of the people shown: add the person first, then bring the list in again."),
            )
            return Plan(REFUSED)
        known = Known({pk})
        if not known.holds(pk):
            raise Refused(GONE)
        return self._of_person(row, pk, known)

    # -- comparing --------------------------------------------------------------------

    def _said(self, row: Parsed, pk: UUID, known: Known, pages: Pages) -> list[Said]:
        """What a row would write of somebody; what stands against it is noted in the row."""
        own = own_id(row.cells.get(ID, ""))
        out = []
        for part in self.spec.parts:
            values = row.career.get(part.prefix)
            if not values:
                continue
            records = _records(part.model, pk, known)
            record = next((r for r in records if r.pk == own), None)
            returned = record is not None
            if record is None:
                record, values = part.meant(values, records)
            values = self._placed(row, part, values, record)
            found = (
                self._new(row, part, values, pk, known)
                if record is None
                else self._changed(row, part, record, values, pages, known.people[pk], returned=returned)
            )
            out += [found] if found is not None else []
        return out

    def _placed(self, row: Parsed, part: Part, values: dict[str, Any], record: Any) -> dict[str, Any]:
        """Values in which the service and the post are those of the place; what stands already is left out."""
        values, facility = dict(values), None
        if "facility" in values:
            facility = values["facility"][0].pk
        elif record is not None and part.model is Posting:
            facility = record.facility_id
        if "unit" in values:
            name = values.pop("unit")
            if facility and (record is None or fold(name) != fold(record.unit_label or "")):
                values["unit"] = self.finder.unit(facility, name) or NewUnit(name)
        if "post" in values:
            number = values.pop("post")
            post = self._posts(facility).get(fold(number)) if facility else None
            if post is None:
                sentence = _("The facility has no post “%(number)s”. Add the post first, or empty the cell.")
                row.refuse("post", sentence % {"number": number})
            elif record is None or record.post_id != post.pk:
                values["post"] = (post, str(post))
        return values

    def _posts(self, facility: UUID) -> dict[str, Post]:
        if facility not in self.posts:
            found = Post.objects.live().filter(facility_id=facility)
            self.posts[facility] = {fold(post.number or ""): post for post in found}
        return self.posts[facility]

    def _new(self, row: Parsed, part: Part, values: dict[str, Any], pk: UUID, known: Known) -> Said | None:
        person = known.people[pk]
        values = {name: value for name, value in values.items() if value is not None}
        if part.model is Posting:
            values, problems = self._new_posting(values, pk, known)
        elif part.model is Exit:
            ending = _ending(pk, known)
            problems = career.check_leaving(person, values, ending, gone=bool(known.rows(Exit, pk)))
            problems |= _not_for_good(values)
        else:
            problems = _check(part.model, {"kind": None, "number": None, **values}, person)
        if row.problems or refuse(row, problems, part.prefix):
            return None
        ended = (
            [r for r in _ending(pk, known) if career.runs_on(r, values["left"])] if part.model is Exit else []
        )
        return Said(part.model, None, values, ended=ended)

    def _new_posting(
        self, values: dict[str, Any], pk: UUID, known: Known
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A posting with what goes without saying, and what stands against it."""
        person = known.people[pk]
        needed = {"facility": None, "cadre": None, "starts": None, **values}
        problems = rules.check_posting(needed, person.born, self.today)
        if problems:
            return values, problems
        draft = Posting(starts=values["starts"], ends=values.get("ends"))
        beside = [p for p in known.postings.get(pk, []) if p.main and p.span.overlaps(draft.span)]
        main = values.setdefault("main", not beside)
        if main and beside:
            sentence = _(
                "The main posting is at %(facility)s. Say that this one is not, or end the other first."
            )
            problems["main"] = sentence % {"facility": beside[0].facility_label or ""}
        values = {"kind": "appointment", **({"share": FULL_TIME} if main else {}), **values}
        if "post" in values:
            problems |= check_post(person.canonical, {**values, "post": values["post"][0]})
        return values, problems

    def _changed(
        self, row: Parsed, part: Part, record: Any, values: dict[str, Any], pages: Pages, person: Person, *,
        returned: bool,
    ) -> Said | None:  # fmt: skip
        new = {name: value for name, value in values.items() if isinstance(value, NewUnit)}
        found = changed(
            part.model, record, {n: v for n, v in values.items() if n not in new}, pages, returned=returned
        )
        if part.model is Posting and "facility" in found and record.post_id and "post" not in found:
            # A post is of one facility: it stays there.
            found["post"] = None
        known = {name: getattr(record, name) for name in part.words if not _is_place(part.model, name)}
        if part.model is Posting:
            problems = rules.check_posting({**known, **found}, person.born, self.today)
            if {"post", "starts", "ends"} & found.keys():
                post = found["post"][0] if found.get("post") else record.post_id
                problems |= check_post(record.canonical, {**known, **found, "post": post})
        else:
            problems = _check(part.model, {**known, **found}, person)
            problems |= _not_for_good(found) if part.model is Exit else {}
        if refuse(row, problems, part.prefix, only={*found, "post"} if found else ()):
            return None
        return Said(part.model, record, found | new) if found or new else None

    # -- writing ----------------------------------------------------------------------

    def changes(self, row: Parsed, kept: ImportRow, known: Known) -> list[tuple[str, Any]]:
        """What a row writes, as the dry run shows it."""
        return [(ROW, one) for one in self._said(row, kept.target, known, pages_of(kept.seen, known.lanes))]

    def known_for(self, rows: Iterable[ImportRow]) -> Known:
        """The people that some rows are about."""
        return Known({r.target for r in rows if r.target})

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write what a row was planned to do; nothing where it cannot be any more, with the reason in the row."""
        if row.problems:
            return
        if not known.holds(kept.target):
            row.refuse(ID, GONE)
            return
        pages = pages_of(kept.seen, known.lanes)
        said = self._said(row, kept.target, known, pages)
        for one in [] if row.problems else said:
            if one.record is None:
                self._add(act, known, kept.target, one)
            else:
                self._change(act, one, pages)

    def _change(self, act: journal.Act, said: Said, pages: Pages) -> None:
        record, model = said.record, type(said.record)
        fields = {
            name: self._made(act, record.facility_id, v) if name == "unit" else v
            for name, v in said.values.items()
        }
        page = pages.get(record.pk) or journal.seen(record)
        act.change(record, _whole(model, fields, record), seen=page, kind=f"{model.__name__.lower()}.changed")

    def _add(self, act: journal.Act, known: Known, pk: UUID, said: Said) -> None:
        person, values = known.people[pk], dict(said.values)
        if said.model is Exit:
            rows = _ending(pk, known)
            career.write_leaving(act, person, values, [(row, journal.seen(row)) for row in rows])
            return
        if "unit" in values:
            values["unit"] = self._made(act, values["facility"][0].pk, values["unit"])
        kind = "posting.started" if said.model is Posting else f"{said.model.__name__.lower()}.added"
        act.add(said.model, entry_kind=kind, person=person, **values)
        if said.model is Posting:
            # A later row of the same person is held against it.
            known.postings.setdefault(pk, []).append(_draft(said))
            self._take_charge(act, person, values)

    def _take_charge(self, act: journal.Act, person: Person, values: Mapping[str, Any]) -> None:
        """The office of a new main posting that runs takes charge of the person, as by hand."""
        ends = values.get("ends")
        if not values.get("main") or (ends is not None and ends.last() < self.today):
            return
        office = self.finder.office_of(values["facility"][0])
        if office is not None and office.pk != person.office_id:
            act.change(person, {"office": office}, seen=journal.seen(person), kind="person.moved")

    def _made(self, act: journal.Act, facility: UUID, unit: Any) -> Any:
        """A service with its name; one that is not here is added to its facility, by the same act."""
        if isinstance(unit, NewUnit):
            pk = act.add(Unit, entry_kind="unit.added", facility=facility, name=unit.name)
            unit = Unit(id=UUID(bytes=pk), name=unit.name, facility_id=facility)
            self.finder.remember_unit(unit)
        return (unit.pk, unit.name)

    def finish(self, act: journal.Act, rows: Iterable[ImportRow]) -> None:
        """A status that has no last day ends on the eve of the next that the list brought. Safe to do again."""
        if not any(part.model is Employment for part in self.spec.parts):
            return
        for piece in in_pieces({r.target for r in rows if r.status == NEW and r.target}):
            for statuses in queries.rows_of(Employment, piece).values():
                _end_each_before_the_next(act, statuses)


def _end_each_before_the_next(act: journal.Act, statuses: Sequence[Employment]) -> None:
    dated = sorted((s for s in statuses if s.starts), key=lambda s: (s.starts.number, str(s.pk)))
    for one, following in pairwise(dated):
        if one.ends is None and one.starts.last() < following.starts.first():
            last = PartialDate.on(following.starts.first() - timedelta(days=1))
            span = {"starts": one.starts, "ends": last}
            act.change(one, span, seen=journal.seen(one), kind="employment.ended")


def _whole(model: Any, fields: dict[str, Any], record: Any) -> dict[str, Any]:
    """Fields with those that change with them, as they stand."""
    return {
        **{other: getattr(record, other) for name in fields for other in facts.unit_of(model, name)},
        **fields,
    }


def _records(model: Any, pk: UUID, known: Known) -> list[Any]:
    """Somebody's records of one kind."""
    return known.postings.get(pk, []) if model is Posting else known.rows(model, pk)


def _check(model: Any, values: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """The problems of a row, by the rules of its kind."""
    if model is Identifier:
        return rules.check_identifier(values)
    return check_row(model, values, person.born)


def _ending(pk: UUID, known: Known) -> list[Any]:
    """The postings and statuses of somebody: what a departure may end."""
    return [*known.postings.get(pk, []), *known.rows(Employment, pk)]


def _not_for_good(values: Mapping[str, Any]) -> dict[str, Any]:
    """The sentence about a reason for which nobody leaves for good."""
    reason = values.get("kind")
    if not reason or lists.attribute("end_reason", reason, "effect") not in ("moves", "away"):
        return {}
    return {
        "kind": _(
            "Who leaves for the reason “%(reason)s” comes back or works elsewhere: end the posting instead."
        )
        % {"reason": lists.label("end_reason", reason)}
    }


def _draft(said: Said) -> Any:
    """What would be added, as a record to hold other rows against."""
    values = {n: v for n, v in said.values.items() if not _is_place(said.model, n) and n != "cadre"}
    draft = said.model(**values)
    if "facility" in said.values:
        draft.facility_id, draft.facility_label = said.values["facility"][0].pk, said.values["facility"][1]
    return draft


def _is_place(model: Any, name: str) -> bool:
    return FACTS[model][name].reads == facts.PLACE


def _reader(model: Any, name: str, finder: Finder) -> Any:
    """How the cells of a field are read."""
    if name == "facility":
        return lambda cell: (found := finder.facility(cell), str(found))
    if name == "days":
        return lambda cell: cells.number(_DAYS.sub(r"\1", cell.strip()))
    return reader_of(FACTS[model][name], finder)


def _tell(values: dict[str, Any], part: Part, name: str, cell: str) -> None:
    """Keep in words what no list knows, in the note: in one language, else the same list is told twice."""
    with override(settings.LANGUAGE_CODE):
        told = cells.text(f"{FACTS[part.model][name].label}{_(':')} {cell}")
    values["note"] = "\n".join(filter(None, (values.get("note"), told)))


def _first_name(row: Parsed) -> str:
    return next((key for key in row.cells if key in whom.NAMES or key.startswith("number.")), whom.NAMES[0])


# -- out ----------------------------------------------------------------------------------


def rows_out(kind: CareerKind, ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of a list, in the order given."""
    seen_by.require("export")
    for piece in in_pieces(ids, PIECE):
        records = {r.pk: r for part in kind.parts for r in part.model.objects.filter(pk__in=piece)}
        shown = _shown(kind, records)
        for pk in piece:
            if pk in shown:
                own = {ID: str(pk), SEEN: tokens.seal(journal.seen(records[pk]))}
                yield shown[pk] | own


def written(kind: CareerKind, pages: Mapping[UUID, Pages]) -> dict[UUID, dict[str, str]]:
    """What the rows of some records were, each as it stood on its page."""
    records = {
        r.pk: as_seen(r, pages[r.pk].get(r.pk))
        for part in kind.parts
        for r in part.model.objects.filter(pk__in=list(pages))
    }
    return _shown(kind, records)


def _shown(kind: CareerKind, records: Mapping[UUID, Any]) -> dict[UUID, dict[str, str]]:
    """What the columns say of some records."""
    names = {r.canonical for r in records.values()}
    people = Person.objects.in_bulk(names)
    numbers, postings = queries.numbers_of(names), queries.current_postings(names, runtime.today())
    out = {}
    for pk, record in records.items():
        person = people.get(record.canonical)
        if person is None:
            # A row whose file is not here yet.
            continue
        row = whom.whom_cells(person, numbers.get(person.pk, []), postings.get(person.pk, []))
        for part in kind.parts:
            if isinstance(record, part.model):
                row |= cells_of(record, part.words, sex=person.sex, prefix=part.prefix)
        out[pk] = row
    return out
