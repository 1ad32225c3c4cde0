"""Lists of people: what a row says, whether it is somebody already here, what it would change.

Nobody is matched on a name alone. A number that is known decides (unless the names differ altogether);
a row without a number that says nothing new is somebody already here; anything in between
is put to a person.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import extracells
from baarada.interop.tables.careers import CAREER
from baarada.interop.tables.columns import ID, PEOPLE, SEEN, columns
from baarada.interop.tables.extracells import EXTRA
from baarada.interop.tables.knownpeople import Known, agree, may_be_named, name_keys
from baarada.interop.tables.matching import GONE, MOST_CANDIDATES, Pages, own_id, refuse_twice, whole_units
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.interop.tables.peoplerows import PeopleRows
from baarada.interop.tables.within import Met
from baarada.journal import actions as journal
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import lists
from baarada.registry.display import heading_name
from baarada.registry.models import (
    FULL_TIME,
    Facility,
    Identifier,
    Office,
    Person,
    Posting,
    SearchKey,
    Unit,
)
from baarada.registry.searchkeys import FULL, NUMBER, plain


class People(PeopleRows):
    """Plans and writes rows of lists of people."""

    kind = PEOPLE

    def __init__(self, by: Any) -> None:
        super().__init__()
        self.by = by
        self.met = Met()
        self.same_taken: Counter[UUID] = Counter()
        self.changed_by: dict[UUID, int] = {}
        """The row of the file that changes a person: two would each speak of what stood before."""

    # -- planning ---------------------------------------------------------------------

    def plan(self, rows: Sequence[Parsed]) -> list[Plan]:
        """What each row would do."""
        by_number = self.by_number(rows)
        by_name = self.by_name([r for r in rows if not r.cells.get(ID) and not by_number.get(r.line)])
        wanted = {pk for found in (*by_number.values(), *by_name.values()) for pk in found}
        wanted |= {pk for r in rows if (pk := own_id(r.cells.get(ID, "")))}
        known = Known(wanted)
        self.careers.read(rows, known)
        extracells.read(rows, known)
        return [
            self._plan(row, by_number.get(row.line, set()), by_name.get(row.line, []), known) for row in rows
        ]

    def by_number(self, rows: Iterable[Parsed]) -> dict[int, set[UUID]]:
        """For each row, the files that bear one of its numbers."""
        keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in rows:
            for kind, number in row.numbers:
                keys[plain(number)].append((row.line, kind))
        out: dict[int, set[UUID]] = defaultdict(set)
        for piece in in_pieces(keys):
            ids = SearchKey.objects.filter(key__in=piece, kind=NUMBER).values("target")
            for one in Identifier.objects.live().filter(pk__in=ids):
                for line, kind in keys[plain(one.number or "")]:
                    if one.kind == kind:
                        out[line].add(one.canonical)
        return out

    def by_name(self, rows: Iterable[Parsed]) -> dict[int, list[UUID]]:
        """For each row, the files with the same name in some spelling, in either order.

        Some names are borne by thousands: those whom birth or sex rule out are left aside before anything
        else of them is read.
        """
        keys: dict[str, list[Parsed]] = defaultdict(list)
        for row in rows:
            for key in name_keys(row):
                keys[key].append(row)
        targets: dict[UUID, list[Parsed]] = defaultdict(list)
        for piece in in_pieces(keys):
            found = SearchKey.objects.filter(key__in=piece, kind=FULL).values_list("key", "target")
            for key, target in found:
                targets[target] += keys[key]
        out: dict[int, list[UUID]] = defaultdict(list)
        for some in in_pieces(targets):
            people = Person.objects.live().filter(pk__in=some).values_list("pk", "canonical", "born", "sex")
            for pk, name, born, sex in people:
                for row in targets[pk]:
                    # Of linked files, what the one that gives the name says counts: it is looked at later.
                    if name not in out[row.line] and (pk != name or agree(row, born, sex)):
                        out[row.line].append(name)
        return out

    def _plan(self, row: Parsed, by_number: set[UUID], by_name: list[UUID], known: Known) -> Plan:
        title = " ".join(str(row.values.get(k) or "") for k in ("family_name", "given_names")).strip()
        own = own_id(row.cells.get(ID, ""))
        if own:
            plan = self._owned(row, own, by_number, known)
        elif len(by_number) > 1:
            plan = Plan(DOUBT, candidates=[str(pk) for pk in sorted(by_number)][:MOST_CANDIDATES])
        elif by_number:
            plan = self._numbered(row, next(iter(by_number)), known)
        else:
            plan = self._nameless(row, by_name, known)
        if plan.status == CHANGE and not row.problems:
            refuse_twice(row, self.changed_by.setdefault(plan.target, row.line))
        if row.problems:
            plan.status = REFUSED
        else:
            self.met.add(row)
        plan.title = title or plan.title
        return plan

    def _owned(self, row: Parsed, pk: UUID, by_number: set[UUID], known: Known) -> Plan:
        """A row that says which file it is."""
        plan = self._matched(row, pk, known)
        if plan is None:
            row.refuse(
                ID, _("No file has this identifier here. Empty the cell to look the person up by number.")
            )
            return Plan(REFUSED)
        others = by_number - {known.people[pk].canonical}
        if others:
            kind, _number = row.numbers[0]
            row.refuse(
                f"number.{kind}",
                _("This number is already that of %(name)s.") % {"name": known.people[min(others)]},
            )
        return plan

    def _numbered(self, row: Parsed, pk: UUID, known: Known) -> Plan:
        person = known.people.get(pk)
        if person is not None and not may_be_named(row, person):
            return Plan(DOUBT, candidates=[str(pk)])
        return self._matched(row, pk, known) or Plan(NEW)

    def _nameless(self, row: Parsed, by_name: list[UUID], known: Known) -> Plan:
        """A row without a known number: somebody already here, somebody new, or a doubt."""
        alike = [pk for pk in by_name if known.may_be(pk, row)]
        told = row.values.get("born") and row.posting
        for pk in alike if told else ():
            plan = self._on_trial(row, pk, known)
            # Nothing would be written: so nothing is decided on a name alone. Two rows that say the same
            # are two people, if two are here.
            if plan and plan.status == SAME and not self.same_taken[pk]:
                self.same_taken[pk] += 1
                return plan
        alike = [pk for pk in alike if not self.same_taken[pk]]
        if alike:
            return Plan(DOUBT, candidates=[str(pk) for pk in alike[:MOST_CANDIDATES]])
        if earlier := self.met.alike(row):
            return Plan(DOUBT, candidates=earlier)
        self._check_new(row)
        return Plan(NEW)

    def _on_trial(self, row: Parsed, pk: UUID, known: Known) -> Plan | None:
        """What a row would do if it were this person; what speaks against it is not held against the row."""
        before = len(row.problems)
        plan = self._matched(row, pk, known)
        against = len(row.problems) > before
        del row.problems[before:]
        return None if against else plan

    def settled(self, row: Parsed, pk: UUID | None) -> Plan:
        """What a row does when a person has said who it is: somebody here, or somebody new (None).

        Raises:
            Refused: that file is gone meanwhile.
        """
        if pk is None:
            self._check_new(row)
            return Plan(NEW)
        known = Known({pk})
        self.careers.read([row], known)
        extracells.read([row], known)
        plan = self._matched(row, pk, known)
        if plan is None:
            raise Refused(GONE)
        return plan

    def _check_new(self, row: Parsed) -> None:
        if "sex" not in row.values and not any(key == "sex" for key, _cell, _s in row.problems):
            row.refuse("sex", _("Write F or M."))
        self.careers.check_new(row)
        if row.posting.get("facility"):
            self._check_cadre(row)

    def _check_cadre(self, row: Parsed) -> None:
        """A posting that begins is of a cadre."""
        if "cadre" not in row.posting and not any(key == "posting.cadre" for key, _cell, _s in row.problems):
            row.refuse("posting.cadre", _("Write the cadre."))

    def _matched(self, row: Parsed, pk: UUID, known: Known) -> Plan | None:
        if not known.holds(pk):
            return None
        person = known.people[pk]
        seen, pages = known.seen(pk, row.cells.get(SEEN, ""), row)
        changes = self._changes(row, person, known, pages)
        return Plan(CHANGE if changes else SAME, pk, seen, changes=len(changes), title=heading_name(person))

    def _changes(self, row: Parsed, person: Person, known: Known, pages: Pages) -> list[tuple[str, Any]]:
        """What a row would write about somebody: sort of change and its fields."""
        out: list[tuple[str, Any]] = []
        page = pages[person.pk]
        values = {
            k: v for k, v in row.values.items() if k != "office" or self._says_office(row, person, known)
        }
        if not row.posting.get("facility") and self._starts_anew(row, person.pk, known):
            values |= _note_with(row, person.note)
        fields = whole_units(Person, values, person)
        changed = journal.changed_since(Person, page, fields, record=person) if fields else {}
        out += [("person", {name: value}) for name, value in changed.items() if name in values]
        out += [
            self._number_change(row, pair, known.numbers.get(person.pk, []), pages) for pair in row.numbers
        ]
        if row.posting or "unit" in row.extra:
            out += self._posting_changes(row, person, known, pages)
        out += self.careers.changes(row, person, known, pages)
        out += extracells.changes(row, person, known, pages)
        return [change for change in out if change is not None]

    def _says_office(self, row: Parsed, person: Person, known: Known) -> bool:
        """True where a list says which office is in charge: of somebody without a posting, and who gets none by it."""
        facility = row.posting.get("facility")
        return known.unposted(person.pk) and (facility is None or self.finder.office_of(facility) is None)

    def _number_change(
        self, row: Parsed, pair: tuple[str, str], have: Sequence[Identifier], pages: Pages
    ) -> tuple[str, Any] | None:
        """Another number; or the same one written anew, where a sheet that came back says which it was."""
        kind, number = pair
        own = [n for n in have if n.kind == kind]
        if any(plain(n.number or "") == plain(number) for n in own):
            return None
        written = next((n for n in own if n.pk in pages), None)
        return ("renumber", (written, number)) if written is not None else ("number", pair)

    def _posting_changes(
        self, row: Parsed, person: Person, known: Known, pages: Pages
    ) -> list[tuple[str, Any]]:
        facility, starts = row.posting.get("facility"), row.posting.get("starts")
        current = known.current(person.pk, self.today, facility)
        if self._starts_anew(row, person.pk, known):
            return self._first_posting(row, person, known)
        if facility is None or known.is_at(current, facility):
            page = pages.get(current.pk) or journal.seen(current)
            values = {k: v for k, v in row.posting.items() if k != "facility"}
            unit = self._unit(row, current)
            if unit is not None:
                values["unit"] = unit
            fields = whole_units(Posting, {k: v for k, v in values.items() if not _is_new(v)}, current)
            changed = journal.changed_since(Posting, page, fields, record=current) if fields else {}
            changed |= {k: v for k, v in values.items() if _is_new(v)}
            return [("posting", {name: value}) for name, value in changed.items() if name in values]
        if self._is_known(row, person.pk, known):
            return []
        if starts is None or (current.starts and starts.first() <= current.starts.first()):
            row.refuse("posting.facility", _(
                "The register has this person at %(facility)s. Add the day of the transfer, or transfer from the file."
            ) % {"facility": current.facility_label or ""})  # fmt: skip
            return []
        return [("transfer", row.posting)]

    def _first_posting(self, row: Parsed, person: Person, known: Known) -> list[tuple[str, Any]]:
        """A posting of somebody who has none now; an old list does not bring back one that has ended."""
        if not row.posting.get("facility") or self._is_known(row, person.pk, known):
            return []
        self._check_cadre(row)
        return [("start", row.posting)]

    def _is_known(self, row: Parsed, pk: UUID, known: Known) -> bool:
        """True for a posting that is here and does not run; a row that says otherwise of it is refused."""
        facility, starts = row.posting["facility"], row.posting.get("starts")
        same = [
            p for p in known.postings.get(pk, [])
            if known.is_at(p, facility) and (starts is None or p.span.holds(starts.first()))
        ]  # fmt: skip
        if same and all(_says_otherwise(row, p) for p in same):
            row.refuse("posting.facility", _(
                "The register has this person at %(facility)s as %(cadre)s, in a posting that does not run today. "
                "Correct it from the file, or empty the cells of the posting."
            ) % {"facility": facility, "cadre": lists.cadre_of_both(same[0].cadre_id)})  # fmt: skip
        return bool(same)

    def _starts_anew(self, row: Parsed, pk: UUID, known: Known) -> bool:
        """True where what a row says of a posting is not said of one that is here and runs."""
        return known.current(pk, self.today) is None or _is_past(known, pk, row, self.today)

    def _unit(self, row: Parsed, current: Posting) -> Any:
        """The service a row names, if it is another than the posting's: one that is here, or a new one."""
        name = row.extra.get("unit")
        if not name or fold(name) == fold(current.unit_label or ""):
            return None
        return self.finder.unit(current.facility_id, name) or NewUnit(name)

    # -- writing ----------------------------------------------------------------------

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write what a row was planned to do; nothing where it cannot be any more, with the reason in the row."""
        if row.problems:
            return
        if kept.status == NEW:
            self._create(act, row)
            return
        if not known.holds(kept.target):
            row.refuse(ID, GONE)
            return
        person = known.people[kept.target]
        _seen, pages = known.seen(kept.target, kept.seen, row)
        changes = self.changes(row, kept, known)
        for sort, what in [] if row.problems else changes:
            self._write_change(act, row, person, sort, what, known, pages)

    def changes(self, row: Parsed, kept: ImportRow, known: Known) -> list[tuple[str, Any]]:
        """What a row writes about the file that it was found to be: sorts of change and their fields."""
        _seen, pages = known.seen(kept.target, kept.seen, row)
        return _gathered(self._changes(row, known.people[kept.target], known, pages))

    def _create(self, act: journal.Act, row: Parsed) -> None:
        values = dict(row.values)
        values["office"] = self._office(row)
        if not row.posting.get("facility"):
            values |= _note_with(row, "")
        person = act.add(Person, entry_kind="person.added", **values)
        for kind, number in row.numbers:
            act.add(Identifier, entry_kind="identifier.added", person=person, kind=kind, number=number)
        if row.posting.get("facility"):
            self._start(act, row, person, row.posting)
        self.careers.create(act, row, person)
        extracells.create(act, row, person)

    def _start(self, act: journal.Act, row: Parsed, person: Person | Id, values: dict[str, Any]) -> None:
        facility: Facility = values["facility"]
        found = {"kind": "appointment", "share": FULL_TIME, "main": True, **values, "person": person}
        found["facility"] = (facility, str(facility))
        if "unit" in row.extra:
            name = row.extra["unit"]
            found["unit"] = self._made(act, facility.pk, self.finder.unit(facility.pk, name) or NewUnit(name))
        act.add(Posting, entry_kind="posting.started", **found)

    def _take_charge(self, act: journal.Act, person: Person, posting: dict[str, Any], pages: Pages) -> None:
        """The office of a new main posting takes charge of the person, as by hand."""
        office = self.finder.office_of(posting["facility"])
        if office is None or office.pk == person.office_id or posting.get("ends"):
            return
        page = pages.get(person.pk) or journal.seen(person)
        act.change(person, {"office": office}, seen=page, kind="person.moved")

    def _made(self, act: journal.Act, facility: UUID, unit: Any) -> Any:
        """A service with its name; one that is not here is added to its facility, by the same act."""
        if isinstance(unit, NewUnit):
            pk = act.add(Unit, entry_kind="unit.added", facility=facility, name=unit.name)
            unit = Unit(id=UUID(bytes=pk), name=unit.name, facility_id=facility)
            self.finder.remember_unit(unit)
        return (unit.pk, unit.name)

    def _office(self, row: Parsed) -> Office:
        """The office of the place where somebody works: a hospital's own, though the row names the district around."""
        facility = row.posting.get("facility")
        found = self.finder.office_of(facility) if facility else None
        return found or row.values.get("office") or self._own_office

    @cached_property
    def _own_office(self) -> Office:
        """The office of whoever brings the list in: in charge of people whose place says no other."""
        return Office.objects.get(pk=UUID(bytes=self.by.office))

    def _write_change(
        self, act: journal.Act, row: Parsed, person: Person, sort: str, what: Any, known: Known, pages: Pages,
    ) -> None:  # fmt: skip
        if sort == "person":
            act.change(
                person, whole_units(Person, what, person), seen=pages[person.pk], kind="person.changed"
            )
        elif sort == "number":
            act.add(Identifier, entry_kind="identifier.added", person=person, kind=what[0], number=what[1])
        elif sort == "renumber":
            identifier, number = what
            fields = whole_units(Identifier, {"number": number}, identifier)
            act.change(identifier, fields, seen=pages[identifier.pk], kind="identifier.changed")
        elif sort == CAREER:
            self.careers.write(act, person, what, pages)
        elif sort == EXTRA:
            extracells.write(act, person, what, pages)
        elif sort == "posting":
            current = known.current(person.pk, self.today, row.posting.get("facility"))
            fields = whole_units(Posting, what, current)
            if "unit" in what:
                fields["unit"] = self._made(act, current.facility_id, what["unit"])
            page = pages.get(current.pk) or journal.seen(current)
            act.change(current, fields, seen=page, kind="posting.changed")
        else:
            current = known.current(person.pk, self.today)
            if sort == "transfer" and current:
                last = PartialDate.on(what["starts"].first() - timedelta(days=1))
                page = pages.get(current.pk) or journal.seen(current)
                act.change(current, {"starts": current.starts, "ends": last}, seen=page, kind="posting.ended")
            cadre = what.get("cadre") or (current.cadre if current else None)
            self._start(act, row, person, {**what, "cadre": cadre})
            self._take_charge(act, person, what, pages)

    def finish(self, act: journal.Act, rows: Iterable[ImportRow]) -> None:
        """Nothing is left to do when all rows are written."""

    def known_for(self, rows: Iterable[ImportRow]) -> Known:
        """The people that some rows are about."""
        return Known({r.target for r in rows if r.target})


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A service that a list names and the register does not hold."""

    name: str

    def __str__(self) -> str:
        return self.name


def _is_new(value: Any) -> bool:
    return isinstance(value, NewUnit)


def _is_past(known: Known, pk: UUID, row: Parsed, on: Any) -> bool:
    """True where the posting that a row speaks of has ended, and the row does not come from a sheet of that posting."""
    current = known.current(pk, on)
    return current is not None and not row.cells.get(ID) and not current.span.holds(on)


def _says_otherwise(row: Parsed, posting: Posting) -> bool:
    """True where a row gives a posting another cadre, share or decision. A day within it is not another day."""
    values = {k: v for k, v in row.posting.items() if k not in ("facility", "starts")}
    fields = whole_units(Posting, values, posting)
    changed = journal.changed_since(Posting, journal.seen(posting), fields, record=posting) if fields else {}
    other_unit = "unit" in row.extra and fold(row.extra["unit"]) != fold(posting.unit_label or "")
    return other_unit or any(name in values for name in changed)


def _note_with(row: Parsed, have: str | None) -> dict[str, str]:
    """The note that tells a posting without a place in words: a posting is somewhere. Empty if it is told already."""
    note, told = row.values.get("note") or have or "", _told(row)
    return {} if not told or told in note.splitlines() else {"note": f"{note}\n{told}".strip()}


def _told(row: Parsed) -> str:
    """What a row says of a posting, in words: in one language, whoever asks, else the same list is told twice."""
    said = {key: row.cell(key) for key in row.cells if key.startswith("posting.")}
    with override(settings.LANGUAGE_CODE):
        labels = {c.key: str(c.label) for c in columns(PEOPLE)}
        told = [
            _("%(what)s: %(where)s") % {"what": labels[key], "where": cell}
            for key, cell in said.items()
            if cell
        ]
    return " ".join("; ".join(told).split())


def _gathered(changes: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Changes of one record as one: one entry for all fields of a person that a row changes."""
    out: list[tuple[str, Any]] = []
    for sort in ("person", "posting"):
        fields = {k: v for s, one in changes if s == sort for k, v in one.items()}
        if fields:
            out.append((sort, fields))
    return out + [(s, what) for s, what in changes if s not in ("person", "posting")]
