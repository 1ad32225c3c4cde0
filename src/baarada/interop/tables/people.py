"""Lists of people: what a row says, whether it is somebody already here, what it would change.

Nobody is matched on a name alone. A number that is known decides (unless the names differ altogether);
a row without a number that says nothing new is somebody already here; anything in between
is put to a person.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import cells
from baarada.interop.tables.cells import Finder
from baarada.interop.tables.columns import ID, SEEN
from baarada.interop.tables.matching import MOST_CANDIDATES, Pages, own_id, pages_of, whole_units
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.journal.sql import in_pieces
from baarada.kernel.days import PartialDate
from baarada.kernel.text import fold
from baarada.registry import queries, rules, spelling
from baarada.registry.display import heading_name
from baarada.registry.models import FULL_TIME, Identifier, Office, Person, Posting, SearchKey
from baarada.registry.searchkeys import FULL, NUMBER, plain

LIKE_ENOUGH = 60
"""Below this likeness of names (of 100), a known number is not enough: it may have been mistyped."""

_PERSON_READERS: dict[str, Any] = {
    "family_name": cells.text, "given_names": cells.text, "other_names": cells.texts, "sex": cells.sex,
    "born": cells.day, "birth_place": cells.text, "nationality": cells.code("nationality"),
    "marital": cells.code("marital"), "children": cells.number, "languages": cells.codes("language"),
    "phone2": cells.text, "email": cells.text, "address": cells.text, "contact_name": cells.text,
    "contact_link": cells.text, "contact_phone": cells.text, "note": cells.text,
}  # fmt: skip
_POSTING_READERS: dict[str, Any] = {
    "job": cells.text, "kind": cells.code("posting_kind"), "starts": cells.day, "ends": cells.day,
    "share": cells.share, "decision": cells.text, "decided": cells.day, "reason": cells.code("posting_reason"),
    "end_reason": cells.code("end_reason"),
}  # fmt: skip


class People:
    """Reads, plans and writes rows of lists of people."""

    def __init__(self, by: Any) -> None:
        self.by = by
        self.finder = Finder()
        self.today = runtime.today()
        self.numbers_met: dict[tuple[str, str], int] = {}
        self.same_taken: Counter[UUID] = Counter()

    # -- reading ----------------------------------------------------------------------

    def parse(self, line: int, found: dict[str, str]) -> Parsed:
        """Read one row, given its cells by column key."""
        row = Parsed(line, found)
        self._name(row)
        for key, reader in _PERSON_READERS.items():
            value = row.read(key, reader)
            if value is not None:
                row.values[key] = value
        self._phones(row)
        for key in found:
            if key.startswith("number."):
                value = row.read(key, cells.text)
                if value:
                    row.numbers.append((key.removeprefix("number."), value))
        self._posting(row)
        self._check(row)
        return row

    def _name(self, row: Parsed) -> None:
        whole = row.cells.get("full_name", "")
        if whole:
            family, given = cells.names(whole)
            row.values["family_name"] = family
            if given:
                row.values["given_names"] = given

    def _phones(self, row: Parsed) -> None:
        found = cells.phones(row.cells.get("phone", ""))
        for key, value in zip(("phone", "phone2"), found, strict=False):
            row.values[key] = value

    def _posting(self, row: Parsed) -> None:
        office = row.read("office", self.finder.office)
        if office is not None:
            row.values["office"] = office
        cadre = row.read("posting.cadre", self.finder.cadre)
        facility = row.read("posting.facility", lambda cell: self.finder.facility(cell, office))
        posting = {name: row.read(f"posting.{name}", reader) for name, reader in _POSTING_READERS.items()}
        row.posting = {name: value for name, value in posting.items() if value is not None}
        if cadre is not None:
            row.posting["cadre"] = cadre
        if facility is not None:
            row.posting["facility"] = facility

    def _check(self, row: Parsed) -> None:
        if not row.cells.get(ID) and not row.values.get("family_name"):
            row.refuse(
                "family_name" if "family_name" in row.cells else "full_name", _("Write the family name.")
            )
        for key, sentence in rules.check_person(row.values, self.today).items():
            row.refuse(key, sentence)
        if row.posting:
            for key, sentence in rules.check_posting(row.posting, row.values.get("born"), self.today).items():
                row.refuse(f"posting.{key}", sentence)
        for kind, number in row.numbers:
            for sentence in rules.check_identifier({"kind": kind, "number": number}).values():
                row.refuse(f"number.{kind}", sentence)
            earlier = self.numbers_met.setdefault((kind, plain(number)), row.line)
            if earlier != row.line:
                row.refuse(
                    f"number.{kind}",
                    _("This number is already in row %(line)s of the file.") % {"line": earlier},
                )

    # -- planning ---------------------------------------------------------------------

    def plan(self, rows: Sequence[Parsed]) -> list[Plan]:
        """What each row would do."""
        by_number = self._by_number(rows)
        by_name = self._by_name([r for r in rows if not r.cells.get(ID)])
        wanted = {pk for found in (*by_number.values(), *by_name.values()) for pk in found}
        wanted |= {pk for r in rows if (pk := own_id(r.cells.get(ID, "")))}
        known = Known(wanted)
        return [
            self._plan(row, by_number.get(row.line, set()), by_name.get(row.line, []), known) for row in rows
        ]

    def _by_number(self, rows: Iterable[Parsed]) -> dict[int, set[UUID]]:
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

    def _by_name(self, rows: Iterable[Parsed]) -> dict[int, list[UUID]]:
        """For each row, the files with the same name in some spelling, in either order."""
        keys: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            for key in _name_keys(row):
                keys[key].append(row.line)
        targets: dict[UUID, list[int]] = defaultdict(list)
        for piece in in_pieces(keys):
            found = SearchKey.objects.filter(key__in=piece, kind=FULL).values_list("key", "target")
            for key, target in found:
                targets[target] += keys[key]
        out: dict[int, list[UUID]] = defaultdict(list)
        for piece in in_pieces(targets):
            for pk, name in Person.objects.live().filter(pk__in=piece).values_list("pk", "canonical"):
                for line in targets[pk]:
                    if name not in out[line]:
                        out[line].append(name)
        return out

    def _plan(self, row: Parsed, by_number: set[UUID], by_name: list[UUID], known: "Known") -> Plan:
        title = " ".join(str(row.values.get(k) or "") for k in ("family_name", "given_names")).strip()
        own = own_id(row.cells.get(ID, ""))
        if own:
            plan = self._matched(row, own, known)
            if plan is None:
                row.refuse(
                    ID, _("No file has this identifier here. Empty the cell to look the person up by number.")
                )
                plan = Plan(REFUSED)
        elif len(by_number) > 1:
            plan = Plan(DOUBT, candidates=[str(pk) for pk in sorted(by_number)][:MOST_CANDIDATES])
        elif by_number:
            plan = self._numbered(row, next(iter(by_number)), known)
        else:
            plan = self._nameless(row, by_name, known)
        if row.problems:
            plan.status = REFUSED
        plan.title = title or plan.title
        return plan

    def _numbered(self, row: Parsed, pk: UUID, known: "Known") -> Plan:
        person = known.people.get(pk)
        name = " ".join(str(row.values.get(k) or "") for k in ("family_name", "given_names"))
        if (
            person is not None
            and name.strip()
            and fuzz.token_sort_ratio(fold(name), person.sort_key) < LIKE_ENOUGH
        ):
            return Plan(DOUBT, candidates=[str(pk)])
        return self._matched(row, pk, known) or Plan(NEW)

    def _nameless(self, row: Parsed, by_name: list[UUID], known: "Known") -> Plan:
        """A row without a known number: somebody already here, somebody new, or a doubt."""
        alike = [pk for pk in by_name if known.may_be(pk, row)]
        for pk in alike:
            plan = self._matched(row, pk, known)
            # Nothing would be written: so nothing is decided on a name alone. Two rows that say the same
            # are two people, if two are here.
            if (
                plan
                and plan.status == SAME
                and row.values.get("born")
                and row.posting
                and not self.same_taken[pk]
            ):
                self.same_taken[pk] += 1
                return plan
        alike = [pk for pk in alike if not self.same_taken[pk]]
        if alike:
            return Plan(DOUBT, candidates=[str(pk) for pk in alike[:MOST_CANDIDATES]])
        self._check_new(row)
        return Plan(NEW)

    def _check_new(self, row: Parsed) -> None:
        if "sex" not in row.values and not any(key == "sex" for key, _cell, _s in row.problems):
            row.refuse("sex", _("Write F or M."))
        if row.posting and "cadre" not in row.posting and "posting.cadre" not in row.cells:
            row.refuse("posting.cadre", _("Write the cadre."))

    def _matched(self, row: Parsed, pk: UUID, known: "Known") -> Plan | None:
        person = known.people.get(pk)
        if person is None:
            return None
        seen = row.cells.get(SEEN, "") or known.token(pk)
        changes = self._changes(row, person, known, pages_of(seen) or known.pages(pk))
        return Plan(CHANGE if changes else SAME, pk, seen, changes=len(changes), title=heading_name(person))

    def _changes(self, row: Parsed, person: Person, known: "Known", pages: Pages) -> list[tuple[str, Any]]:
        """What a row would write about somebody: sort of change and its fields."""
        out: list[tuple[str, Any]] = []
        page = pages.get(person.pk)
        values = {k: v for k, v in row.values.items() if k != "office" or known.unposted(person.pk)}
        fields = whole_units(Person, values, person)
        changed = journal.changed_since(Person, page, fields, record=person) if page and fields else {}
        out += [("person", {name: value}) for name, value in changed.items() if name in values]
        have = {(n.kind, plain(n.number or "")) for n in known.numbers.get(person.pk, [])}
        out += [("number", pair) for pair in row.numbers if (pair[0], plain(pair[1])) not in have]
        if row.posting:
            out += self._posting_changes(row, person, known, pages)
        return out

    def _posting_changes(
        self, row: Parsed, person: Person, known: "Known", pages: Pages
    ) -> list[tuple[str, Any]]:
        current = known.current(person.pk, self.today)
        facility = row.posting.get("facility")
        if current is None:
            return [("start", row.posting)] if facility and row.posting.get("cadre") else []
        if facility is None or facility.pk == current.facility_id:
            page = pages.get(current.pk)
            fields = whole_units(Posting, {k: v for k, v in row.posting.items() if k != "facility"}, current)
            changed = journal.changed_since(Posting, page, fields, record=current) if page and fields else {}
            return [("posting", {name: value}) for name, value in changed.items() if name in row.posting]
        starts = row.posting.get("starts")
        if starts is None or (current.starts and starts.first() <= current.starts.first()):
            row.refuse("posting.facility", _(
                "The register has this person at %(facility)s. Add the day of the transfer, or transfer from the file."
            ) % {"facility": current.facility_label or ""})  # fmt: skip
            return []
        return [("transfer", row.posting)]

    # -- writing ----------------------------------------------------------------------

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: "Known") -> None:
        """Write what a row was planned to do."""
        if kept.status == NEW:
            self._create(act, row)
            return
        person = known.people[kept.target]
        pages = pages_of(kept.seen) or known.pages(kept.target)
        for sort, what in _gathered(self._changes(row, person, known, pages)):
            self._write_change(act, row, person, sort, what, known, pages)

    def _create(self, act: journal.Act, row: Parsed) -> None:
        values = dict(row.values)
        values.setdefault("office", self._office(row))
        person = act.create(Person, entry_kind="person.added", **values)
        for kind, number in row.numbers:
            act.create(Identifier, entry_kind="identifier.added", person=person, kind=kind, number=number)
        if row.posting.get("facility"):
            act.create(Posting, entry_kind="posting.started", **self._new_posting(person, row.posting))

    def _new_posting(self, person: Person, values: dict[str, Any]) -> dict[str, Any]:
        found = {"kind": "appointment", "share": FULL_TIME, "main": True, **values, "person": person}
        found["facility"] = (values["facility"], str(values["facility"]))
        return found

    def _office(self, row: Parsed) -> Office:
        facility = row.posting.get("facility")
        found = queries.office_of_facility(facility, self.today) if facility else None
        return found or Office.objects.get(pk=UUID(bytes=self.by.office))

    def _write_change(
        self, act: journal.Act, row: Parsed, person: Person, sort: str, what: Any, known: "Known", pages: Pages,
    ) -> None:  # fmt: skip
        if sort == "person":
            act.change(
                person, whole_units(Person, what, person), seen=pages[person.pk], kind="person.changed"
            )
        elif sort == "number":
            act.create(Identifier, entry_kind="identifier.added", person=person, kind=what[0], number=what[1])
        elif sort == "posting":
            current = known.current(person.pk, self.today)
            if current:
                fields = whole_units(Posting, what, current)
                act.change(current, fields, seen=pages[current.pk], kind="posting.changed")
        else:
            current = known.current(person.pk, self.today)
            if sort == "transfer" and current:
                last = PartialDate.on(what["starts"].first() - timedelta(days=1))
                act.change(
                    current, {"starts": current.starts, "ends": last}, seen=pages[current.pk], kind="posting.ended"
                )  # fmt: skip
            cadre = what.get("cadre") or (current.cadre if current else None)
            act.create(
                Posting, entry_kind="posting.started", **self._new_posting(person, {**what, "cadre": cadre})
            )

    def known_for(self, rows: Iterable[ImportRow]) -> "Known":
        """The people that some rows are about."""
        return Known({r.target for r in rows if r.target})


class Known:
    """Some people with their numbers and postings, loaded together."""

    def __init__(self, ids: set[UUID]) -> None:
        self.people: dict[UUID, Person] = {}
        for piece in in_pieces(ids):
            self.people |= {p.pk: p for p in Person.objects.filter(pk__in=piece).select_related("office")}
        self.numbers = queries.numbers_of(self.people)
        self.postings = queries.current_postings(self.people, runtime.today())

    def current(self, pk: UUID, on: Any) -> Posting | None:
        """The posting that a list speaks of: the main one running."""
        return next((p for p in self.postings.get(pk, []) if p.span.holds(on)), None)

    def unposted(self, pk: UUID) -> bool:
        """True for somebody without a posting: only then does a list say which office is in charge."""
        return not self.postings.get(pk)

    def pages(self, pk: UUID) -> Pages:
        """What somebody sees who looks at a person and the present posting now."""
        found = [self.people[pk], *self.postings.get(pk, [])[:1]]
        return {r.pk: journal.seen(r) for r in found}

    def token(self, pk: UUID) -> str:
        """The same, sealed."""
        return tokens.seal(*self.pages(pk).values())

    def may_be(self, pk: UUID, row: Parsed) -> bool:
        """True unless something known rules out that a row is this person."""
        person = self.people.get(pk)
        if person is None:
            return False
        born, theirs = row.values.get("born"), person.born
        if born and theirs and (born.last() < theirs.first() or theirs.last() < born.first()):
            return False
        if row.values.get("sex") and person.sex and row.values["sex"] != person.sex:
            return False
        have = {n.kind: plain(n.number or "") for n in self.numbers.get(pk, [])}
        return not any(kind in have and have[kind] != plain(number) for kind, number in row.numbers)


def _name_keys(row: Parsed) -> set[str]:
    """The full names a row may be found under: as written, and in known spellings of its words."""
    family, given = fold(row.values.get("family_name") or ""), fold(row.values.get("given_names") or "")
    if not family:
        return set()
    families = {family, *spelling.aliases(family)}
    givens = {given, *spelling.aliases(given)}
    return {f"{f} {g}".strip() for f in families for g in givens}


def _gathered(changes: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Changes of one record as one: one entry for all fields of a person that a row changes."""
    out: list[tuple[str, Any]] = []
    for sort in ("person", "posting"):
        fields = {k: v for s, one in changes if s == sort for k, v in one.items()}
        if fields:
            out.append((sort, fields))
    return out + [(s, what) for s, what in changes if s not in ("person", "posting")]
