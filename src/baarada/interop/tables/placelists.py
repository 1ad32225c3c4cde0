"""Lists of posts, populations and areas: what each row would write, what was written out.

Nothing here is put to a person: a row whose place is not sure is refused, with what to add.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import cells
from baarada.interop.tables.cells import BadCell, Finder
from baarada.interop.tables.columns import ID, SEEN, Column
from baarada.interop.tables.matching import GONE, Pages, own_id, pages_of, refuse_twice
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.interop.tables.said import ROW, Said, reader_of
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.registry import facts
from baarada.registry.facts import FACTS

Cells = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceKind:
    """A kind of list of which each row is about a place."""

    key: str
    label: Any
    model: Any
    about: str
    """Whose page says more: a facility's, an area's."""
    columns: Callable[[], list[Column]]
    names: tuple[str, ...]
    """The columns that are fields of the record, under the field's own name."""
    needed: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the other columns read as."""
    soft: tuple[str, ...] = ()
    """Fields of which a word that no list knows is kept in the note."""

    def fact(self, key: str) -> Any:
        """What a column reads as."""
        return FACTS[self.model][key] if key in self.names else self.facts.get(key)


@dataclass
class Known:
    """The records that some rows may be about, by the place that they are of."""

    records: dict[UUID, Any]
    of: dict[UUID, list[Any]]
    places: dict[UUID, Any]

    @cached_property
    def lanes(self) -> dict[bytes, int]:
        """For reading sealed last columns."""
        return tokens.lanes_here()

    def holds(self, pk: UUID) -> bool:
        """True for a place that is still here."""
        return pk in self.places


class PlaceRows(ABC):
    """Reads, plans and writes rows of one kind of list. What is of the kind alone stands in its own class."""

    spec: PlaceKind
    many = True
    """Several rows of a file may be about one place."""

    def __init__(self, by: Actor) -> None:
        self.by, self.kind = by, self.spec.key
        self.finder = Finder()
        self.today = runtime.today()
        self.changed_by: dict[Any, int] = {}
        """The row of the file that changes a record, or adds it."""
        self.readers = {
            name: reader_of(FACTS[self.spec.model][name], self.finder)
            for name in self.spec.names
            if FACTS[self.spec.model][name].reads not in (facts.PLACE,)
        }

    # -- what each kind says for itself -------------------------------------------------

    @abstractmethod
    def look_ahead(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Look up together what some rows will ask for one by one."""

    @abstractmethod
    def place(self, row: Parsed) -> Any:
        """The place that a row is of; None with a problem noted."""

    @abstractmethod
    def known_of(self, places: Mapping[UUID, Any], ids: Iterable[UUID]) -> Known:
        """The records of some places, and some records by id."""

    @abstractmethod
    def said(self, row: Parsed, place: Any, record: Any, known: Known, pages: Pages) -> list[Said]:
        """What a row would write; what stands against it is noted in the row."""

    @abstractmethod
    def add(self, act: journal.Act, row: Parsed, kept: ImportRow, said: Said, known: Known) -> None:
        """Write what is new."""

    @abstractmethod
    def change(self, act: journal.Act, said: Said, pages: Pages) -> None:
        """Write facts of what is here."""

    @abstractmethod
    def same(self, row: Parsed, said: Said) -> Any:
        """What tells that an earlier row of the file says the same."""

    # -- the same for all ---------------------------------------------------------------

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        row = Parsed(line, found, untouched)
        for name, reader in self.readers.items():
            cell = row.cell(name) if name in row.cells else ""
            if not cell:
                continue
            try:
                row.values[name] = reader(cell)
            except BadCell as bad:
                if name in self.spec.soft:
                    self._tell(row, name, cell)
                else:
                    row.refuse(name, bad)
        return row

    def _tell(self, row: Parsed, name: str, cell: str) -> None:
        """Keep in words what no list knows: in one language, else the same list is told twice."""
        with override(settings.LANGUAGE_CODE):
            told = cells.text(f"{FACTS[self.spec.model][name].label}{_(':')} {cell}")
        row.extra["told"] = told

    def plan(self, rows: Sequence[Parsed]) -> list[Plan]:
        """What each row would do."""
        places = {row.line: self.place(row) for row in rows}
        own = {pk for row in rows if (pk := own_id(row.cells.get(ID, "")))}
        known = self.known_of({p.pk: p for p in places.values() if p is not None and p.pk}, own)
        return [self._plan(row, places[row.line], known) for row in rows]

    def _plan(self, row: Parsed, place: Any, known: Known) -> Plan:
        own = own_id(row.cells.get(ID, ""))
        record = known.records.get(own) if own else None
        if own and record is None:
            row.refuse(
                ID, _("No line has this identifier here. Empty the cell to look it up by its other cells.")
            )
        if row.problems:
            return Plan(REFUSED, title=self.title(row, place, record))
        return self._judged(row, place, record, known)

    def _judged(self, row: Parsed, place: Any, record: Any, known: Known) -> Plan:
        pages = pages_of(row.cells.get(SEEN, ""), known.lanes)
        said = self.said(row, place, record, known, pages)
        for one in said:
            refuse_twice(row, self.changed_by.setdefault(self.same(row, one), row.line))
        status = SAME if not said else NEW if any(one.record is None for one in said) else CHANGE
        seals = [journal.seen(one.record) for one in said if one.record is not None]
        seen = row.cells.get(SEEN, "") if pages else tokens.seal(*seals) if seals else ""
        target = self.target(place, record)
        changes = sum(one.times if one.record is None else len(one.values) for one in said)
        plan = Plan(status, target, seen, changes=changes, title=self.title(row, place, record))
        if row.problems:
            plan.status = REFUSED
        return plan

    def target(self, place: Any, record: Any) -> UUID | None:
        """Whose page says more of the row."""
        del record
        return place.pk if place is not None else None

    def title(self, row: Parsed, place: Any, record: Any) -> str:
        """What the row is called on the page of the import."""
        del record
        return str(place) if place is not None else next((c for c in row.cells.values() if c), "")

    def settled(self, row: Parsed, pk: UUID | None) -> Plan:
        """Never: no row of these lists is put to a person.

        Raises:
            Refused: always.
        """
        raise Refused(GONE)

    def _of_kept(self, row: Parsed, kept: ImportRow, known: Known) -> tuple[Any, list[Said]]:
        own = own_id(row.cells.get(ID, ""))
        place = known.places.get(kept.target) if kept.target else self.place(row)
        record = known.records.get(own) if own else None
        return place, self.said(row, place, record, known, pages_of(kept.seen, known.lanes))

    def changes(self, row: Parsed, kept: ImportRow, known: Known) -> list[tuple[str, Any]]:
        """What a row writes, as the dry run shows it."""
        return [(ROW, one) for one in self._of_kept(row, kept, known)[1]]

    def known_for(self, rows: Iterable[ImportRow]) -> Known:
        """The places that some rows are about, with their records."""
        found = list(rows)
        ids = {pk for r in found if (pk := own_id(r.cells.get(ID, "")))}
        return self.known_of(self.places_by_id({r.target for r in found if r.target}), ids)

    @abstractmethod
    def places_by_id(self, ids: set[UUID]) -> dict[UUID, Any]:
        """Places by id."""

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write what a row was planned to do; nothing where it cannot be any more, with the reason in the row."""
        if row.problems:
            return
        if kept.target and not known.holds(kept.target):
            row.refuse(ID, GONE)
            return
        _place, said = self._of_kept(row, kept, known)
        pages = pages_of(kept.seen, known.lanes)
        for one in [] if row.problems else said:
            if one.record is None:
                self.add(act, row, kept, one, known)
            else:
                self.change(act, one, pages)

    def finish(self, act: journal.Act, rows: Iterable[ImportRow]) -> None:
        """Nothing is left to do when all rows are written."""
        del act, rows


def grouped(records: Iterable[Any], key: Callable[[Any], UUID]) -> dict[UUID, list[Any]]:
    """Records by the place that they are of."""
    out: dict[UUID, list[Any]] = defaultdict(list)
    for record in records:
        out[key(record)].append(record)
    return out


def sealed(pk: UUID, cells_: Cells, *records: Any) -> Cells:
    """The cells of a row with the opaque last two."""
    return cells_ | {ID: str(pk), SEEN: tokens.seal(*(journal.seen(record) for record in records))}
