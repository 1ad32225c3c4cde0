"""Lists of facilities: what a row says, whether it is one already here, what it would change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import answers, cells
from baarada.interop.tables.cells import Finder
from baarada.interop.tables.columns import FACILITIES, ID, SEEN
from baarada.interop.tables.matching import (
    GONE,
    MOST_CANDIDATES,
    Pages,
    own_id,
    pages_of,
    refuse_twice,
    whole_units,
)
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.kernel.pieces import in_pieces
from baarada.registry import rules
from baarada.registry.models import Area, Assignment, Facility, SearchKey
from baarada.registry.searchkeys import CODE, NAME, fold_place, plain

DUPLICATE_OF = "duplicate_of"
"""The column in which a list says that two of its rows are one facility."""

_READERS: dict[str, Any] = {
    "code": cells.text, "name": cells.text, "other_names": cells.texts, "kind": cells.code("facility_type"),
    "level": cells.number, "sector": cells.code("sector"), "component": cells.code("component"),
    "locality": cells.text, "starts": cells.day, "ends": cells.day, "latitude": cells.degrees,
    "longitude": cells.degrees, "codes": cells.texts, "services": cells.texts, "phone": cells.text,
    "email": cells.text, "address": cells.text, "source": cells.text, "quality": cells.text, "note": cells.text,
}  # fmt: skip


class Facilities:
    """Reads, plans and writes rows of lists of facilities."""

    kind = FACILITIES

    def __init__(self, by: Any) -> None:
        self.by = by
        self.finder = Finder()
        self.today = runtime.today()
        self.codes_met: dict[str, int] = {}
        self.changed_by: dict[UUID, int] = {}
        """The row of the file that changes a facility: two would each speak of what stood before."""

    def look_ahead(self, rows: Any) -> None:
        """Nothing: the areas and offices of a list are few, and remembered once found."""

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        row = Parsed(line, found, untouched)
        for key, reader in _READERS.items():
            value = row.read(key, reader)
            if value is not None:
                row.values[key] = value
        if row.cell("commune") and "locality" not in row.values:
            row.values["locality"] = cells.text(row.cell("commune"))
        area = self._area(row)
        if area is not None:
            row.values["area"] = (area, str(area))
        office = row.read("office", self.finder.office)
        if office is not None:
            row.extra["office"] = office
        self._check(row)
        return row

    def _area(self, row: Parsed) -> Area | None:
        """The smallest area that is named: below the region, else the region."""
        region, below, code = (row.cell(k) for k in ("region", "cercle", "cercle_code"))
        found = self.finder.area(below, "", region, code) if below or code else None
        above = self.finder.area(region, "region") or self.finder.area(region) if region else None
        found = _sought(row, "cercle", below, found)
        return found or _sought(row, "region", region, above)

    def _check(self, row: Parsed) -> None:
        if not row.cells.get(ID) and not row.values.get("name"):
            row.refuse("name", _("Write the name of the facility."))
        for key, sentence in rules.check_facility(row.values).items():
            row.refuse(key, sentence)
        code = plain(row.values.get("code") or "")
        if code:
            earlier = self.codes_met.setdefault(code, row.line)
            if earlier != row.line:
                row.refuse("code", _("This code is already in row %(line)s of the file.") % {"line": earlier})

    # -- planning ---------------------------------------------------------------------

    def plan(self, rows: Sequence[Parsed]) -> list[Plan]:
        """What each row would do."""
        by_code = self._targets(rows, CODE, lambda r: plain(r.values.get("code") or ""))
        by_name = self._targets(rows, NAME, lambda r: fold_place(r.values.get("name") or ""))
        wanted = {pk for found in (*by_code.values(), *by_name.values()) for pk in found}
        wanted |= {pk for r in rows if (pk := own_id(r.cells.get(ID, "")))}
        known = Known(wanted)
        return [self._plan(row, by_code.get(row.line, []), by_name.get(row.line, []), known) for row in rows]

    def _targets(self, rows: Iterable[Parsed], kind: int, key_of: Any) -> dict[int, list[UUID]]:
        keys: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if key_of(row):
                keys[key_of(row)].append(row.line)
        out: dict[int, list[UUID]] = defaultdict(list)
        for piece in in_pieces(keys):
            found = SearchKey.objects.filter(key__in=piece, kind=kind, type=Facility.Merge.number)
            for key, target in found.values_list("key", "target"):
                for line in keys[key]:
                    out[line].append(target)
        return out

    def _plan(self, row: Parsed, by_code: list[UUID], by_name: list[UUID], known: "Known") -> Plan:
        own = own_id(row.cells.get(ID, ""))
        coded = [pk for pk in by_code if pk in known.facilities]
        if own and own not in known.facilities:
            row.refuse(ID, _("No facility has this identifier here. Empty the cell to look it up by code."))
            plan = Plan(REFUSED)
        elif own or len(coded) == 1:
            plan = self._matched(row, own or coded[0], known)
        elif coded:
            plan = Plan(DOUBT, candidates=[str(pk) for pk in coded][:MOST_CANDIDATES])
        else:
            plan = self._uncoded(row, by_name, known)
        if plan.status == CHANGE and not row.problems:
            refuse_twice(row, self.changed_by.setdefault(plan.target, row.line))
        if row.problems:
            plan.status = REFUSED
        plan.title = str(row.values.get("name") or plan.title)
        if row.cells.get(DUPLICATE_OF):
            plan.title = _("%(name)s, the same as %(code)s") % {
                "name": plan.title,
                "code": row.cells[DUPLICATE_OF],
            }
        return plan

    def _uncoded(self, row: Parsed, by_name: list[UUID], known: "Known") -> Plan:
        """A row whose code is not here: the same name, kind and area may be the same facility."""
        area = row.values.get("area")
        alike = [
            f for pk in by_name if (f := known.facilities.get(pk)) is not None
            and fold_place(f.name or "") == fold_place(row.values.get("name") or "")
            and (area is None or f.area_id is None or f.area_id == area[0].pk)
            and not (row.values.get("code") and f.code)
        ]  # fmt: skip
        if not alike:
            self._check_new(row)
            return Plan(NEW)
        if len(alike) == 1:
            plan = self._matched(row, alike[0].pk, known)
            if plan.status == SAME:
                return plan
        return Plan(DOUBT, candidates=[str(f.pk) for f in alike][:MOST_CANDIDATES])

    def settled(self, row: Parsed, pk: UUID | None) -> Plan:
        """What a row does when a person has said which facility it is: one that is here, or a new one (None).

        Raises:
            Refused: that facility is gone meanwhile.
        """
        if pk is None:
            self._check_new(row)
            return Plan(NEW)
        known = Known({pk})
        if pk not in known.facilities:
            raise Refused(GONE)
        return self._matched(row, pk, known)

    def _check_new(self, row: Parsed) -> None:
        if "kind" not in row.values and not any(key == "kind" for key, _cell, _s in row.problems):
            row.refuse("kind", _("Write the kind of facility."))

    def _matched(self, row: Parsed, pk: UUID, known: "Known") -> Plan:
        facility = known.facilities[pk]
        seen = row.cells.get(SEEN, "") or tokens.seal(journal.seen(facility))
        changes = self._changes(row, facility, known, pages_of(row.cells.get(SEEN, ""), known.lanes))
        return Plan(CHANGE if changes else SAME, pk, seen, changes=len(changes), title=str(facility))

    def _changes(
        self, row: Parsed, facility: Facility, known: "Known", pages: Pages
    ) -> list[tuple[str, Any]]:
        page = pages.get(facility.pk) or journal.seen(facility)
        fields = whole_units(Facility, row.values, facility)
        changed = journal.changed_since(Facility, page, fields, record=facility) if fields else {}
        out: list[tuple[str, Any]] = [("facility", {k: v}) for k, v in changed.items() if k in row.values]
        office = row.extra.get("office")
        old = known.assignment(facility.pk, self.today)
        if office is not None and (old is None or _may_move(old, office)):
            out.append(("office", (office, old)))
        return out

    # -- writing ----------------------------------------------------------------------

    def changes(self, row: Parsed, kept: ImportRow, known: "Known") -> list[tuple[str, Any]]:
        """What a row writes about the facility that it was found to be: sorts of change and their fields."""
        return self._changes(row, known.facilities[kept.target], known, pages_of(kept.seen, known.lanes))

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: "Known") -> None:
        """Write what a row was planned to do; nothing where it cannot be any more, with the reason in the row."""
        if row.problems:
            return
        if kept.status == NEW:
            facility = act.create(Facility, entry_kind="facility.added", **row.values)
            self._assign(act, facility, row.extra.get("office"), None)
        else:
            facility = known.facilities.get(kept.target)
            if facility is None:
                row.refuse(ID, GONE)
                return
            pages = pages_of(kept.seen, known.lanes)
            changes = self.changes(row, kept, known)
            fields = {k: v for sort, one in changes if sort == "facility" for k, v in one.items()}
            if fields:
                page = pages.get(facility.pk) or journal.seen(facility)
                act.change(
                    facility, whole_units(Facility, fields, facility), seen=page, kind="facility.changed"
                )
            for sort, what in changes:
                if sort == "office":
                    self._assign(act, facility, *what)

    def _assign(self, act: journal.Act, facility: Facility, office: Any, old: Assignment | None) -> None:
        if office is None:
            return
        starts = None
        if old is not None:
            starts = PartialDate.on(self.today)
            last = PartialDate.on(self.today - timedelta(days=1))
            act.change(
                old, {"starts": old.starts, "ends": last}, seen=journal.seen(old), kind="facility.assigned"
            )
        act.create(
            Assignment, entry_kind="facility.assigned", facility=facility, office=office, starts=starts
        )

    def finish(self, act: journal.Act, rows: Iterable[ImportRow]) -> None:
        """Take as one the facilities that a list says are: once all are here, whatever their order in it.

        Safe to do again; each link can be taken back.
        """
        pairs = [
            (row.cells.get("code", ""), row.cells[DUPLICATE_OF])
            for row in rows
            if row.cells.get(DUPLICATE_OF)
        ]
        found = self._by_codes([code for pair in pairs for code in pair])
        for one, other in ((found.get(plain(a)), found.get(plain(b))) for a, b in pairs):
            if one is not None and other is not None and one.canonical != other.canonical:
                act.link(one, other)

    def _by_codes(self, codes: Iterable[str]) -> dict[str, Facility]:
        out: dict[str, Facility] = {}
        for piece in in_pieces({plain(code) for code in codes if code}):
            keys = SearchKey.objects.filter(key__in=piece, kind=CODE, type=Facility.Merge.number)
            for facility in Facility.objects.live().filter(pk__in=keys.values("target")).order_by("-pk"):
                out[plain(facility.code or "")] = facility
        return out

    def known_for(self, rows: Iterable[ImportRow]) -> "Known":
        """The facilities that some rows are about."""
        return Known({r.target for r in rows if r.target})


def _sought(row: Parsed, key: str, cell: str, found: Area | None) -> Area | None:
    """An area that a cell names; where nothing is called so, the one that somebody said it means."""
    if found is not None or not cell:
        return found
    try:
        chosen = answers.said_id(answers.AREA, cell)
    except answers.LeftEmpty:
        return None
    found = Area.objects.live().filter(pk=chosen).first() if chosen else None
    if found is None:
        row.unknown.append((key, answers.AREA, cell))
        row.refuse(
            key, _("No area is called “%(text)s”. Correct the name, or add the area first.") % {"text": cell}
        )
    return found


def _may_move(old: Assignment, office: Any) -> bool:
    """A list that names the district of a hospital does not take the hospital from its own office."""
    return old.office_id != office.pk and old.office is not None and old.office.kind == office.kind


class Known:
    """Some facilities with the offices they answer to, loaded together."""

    def __init__(self, ids: set[UUID]) -> None:
        self.facilities: dict[UUID, Facility] = {}
        self.assignments: dict[UUID, list[Assignment]] = defaultdict(list)
        for piece in in_pieces(ids):
            self.facilities |= {f.pk: f for f in Facility.objects.live().filter(pk__in=piece)}
        for piece in in_pieces(self.facilities):
            for one in Assignment.objects.live().filter(facility_id__in=piece).select_related("office"):
                self.assignments[one.facility_id].append(one)

    @cached_property
    def lanes(self) -> dict[bytes, int]:
        """For reading sealed last columns."""
        return tokens.lanes_here()

    def holds(self, pk: UUID) -> bool:
        """True for a facility that is still here."""
        return pk in self.facilities

    def assignment(self, pk: UUID, on: Any) -> Assignment | None:
        """The one in force."""
        return next((a for a in self.assignments.get(pk, []) if a.span.holds(on)), None)
