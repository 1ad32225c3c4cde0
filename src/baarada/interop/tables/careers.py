"""What a list of people says of a career: the status, a diploma, a licence. Read, compared, written.

A list has one of each in a row. Which row of the file it speaks of: the one that the sheet was written from;
else the status that held on the day it gives (or runs today), the same diploma, the same licence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from baarada.interop.tables import cells
from baarada.interop.tables.cells import Finder
from baarada.interop.tables.columns import OF_A_CAREER
from baarada.interop.tables.knownpeople import Known
from baarada.interop.tables.matching import Pages, whole_units
from baarada.interop.tables.parsed import Parsed
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.kernel.text import fold
from baarada.registry import facts
from baarada.registry.checking import check_row
from baarada.registry.facts import FACTS
from baarada.registry.models import Employment, Facility, Person, Qualification

CAREER = "career"
"""The sort of change that this module makes."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a row of a list would write: a new row of a career, or facts of one that is here."""

    prefix: str
    record: Any
    values: dict[str, Any]
    ended: Any = None
    """The status that ends because this one begins."""


class Careers:
    """Reads and writes the parts of a row that are about a career."""

    def __init__(self, finder: Finder) -> None:
        self.readers = {
            f"{prefix}.{name}": _reader(FACTS[model][name], finder)
            for prefix, (model, names) in OF_A_CAREER.items()
            for name in names
        }

    def parse(self, row: Parsed) -> None:
        """Read the cells of a career into ``row.career``, each part under its prefix."""
        for key, reader in self.readers.items():
            value = row.read(key, reader) if key in row.cells else None
            if value is not None:
                prefix, _dot, name = key.partition(".")
                row.career.setdefault(prefix, {})[name] = value
        for prefix, values in row.career.items():
            self._refuse(row, prefix, values, only=values)

    def _refuse(self, row: Parsed, prefix: str, values: dict[str, Any], only: Iterable[str] = ()) -> bool:
        """Say what is wrong with a part of a row; of ``only`` some fields, if any are named."""
        model = OF_A_CAREER[prefix][0]
        problems = check_row(model, values, row.values.get("born"))
        found = {name: text for name, text in problems.items() if not only or name in only}
        for name, sentence in found.items():
            row.refuse(f"{prefix}.{name}", sentence)
        return bool(found)

    def read(self, rows: Iterable[Parsed], known: Known) -> None:
        """Have what some rows speak of read for all of them at once, so that it stands on their pages."""
        for prefix in {prefix for row in rows for prefix in row.career}:
            known.load(OF_A_CAREER[prefix][0])

    def check_new(self, row: Parsed) -> None:
        """Refuse what cannot stand by itself in a file that is opened."""
        for prefix, values in row.career.items():
            if not any(key.startswith(f"{prefix}.") for key, _cell, _s in row.problems):
                self._refuse(row, prefix, values)

    def changes(self, row: Parsed, person: Person, known: Known, pages: Pages) -> list[tuple[str, Any]]:
        """What a row would write about somebody."""
        out = []
        written = pages if person.pk in known.returned else {}
        for prefix, values in row.career.items():
            rows = known.rows(OF_A_CAREER[prefix][0], person.pk)
            record = next((r for r in rows if r.pk in written), None) or _meant(prefix, values, rows)
            said = _facts(prefix, record, values, pages) if record else self._anew(row, prefix, values, rows)
            if said is not None:
                out.append((CAREER, said))
        return out

    def _anew(self, row: Parsed, prefix: str, values: dict[str, Any], rows: list[Any]) -> Said | None:
        refused = self._refuse(row, prefix, values)
        return None if refused else Said(prefix, None, values, _before(values, rows))

    def create(self, act: journal.Act, row: Parsed, person: Any) -> None:
        """Write everything that a row says of the career of somebody new."""
        for prefix, values in row.career.items():
            self._add(act, prefix, person, values)

    def write(self, act: journal.Act, person: Person, said: Said, pages: Pages) -> None:
        """Write one change."""
        if said.record is None:
            values = said.values
            if said.ended is not None:
                last = PartialDate.on(values["starts"].first() - timedelta(days=1))
                page = pages.get(said.ended.pk) or journal.seen(said.ended)
                span = {"starts": said.ended.starts, "ends": last}
                act.change(said.ended, span, seen=page, kind="employment.ended")
            self._add(act, said.prefix, person, values)
            return
        record = said.record
        fields = whole_units(type(record), said.values, record)
        page = pages.get(record.pk) or journal.seen(record)
        act.change(record, _labelled(fields), seen=page, kind=f"{type(record).__name__.lower()}.changed")

    def _add(self, act: journal.Act, prefix: str, person: Any, values: dict[str, Any]) -> None:
        model = OF_A_CAREER[prefix][0]
        kind = f"{model.__name__.lower()}.added"
        act.add(model, entry_kind=kind, person=person, **_labelled(values))


def _facts(prefix: str, record: Any, values: dict[str, Any], pages: Pages) -> Said | None:
    """What a list says otherwise of a row that is here; None if nothing."""
    model, page = type(record), pages.get(record.pk) or journal.seen(record)
    fields = whole_units(model, values, record)
    changed = journal.changed_since(model, page, fields, record=record)
    changed = {name: value for name, value in changed.items() if name in values}
    return Said(prefix, record, changed) if changed else None


def _meant(prefix: str, values: dict[str, Any], rows: list[Any]) -> Any:
    """The row of a career that a row of a list speaks of; None for a new one."""
    model = OF_A_CAREER[prefix][0]
    if model is Employment:
        return _status(values.get("starts"), rows)
    names = ("diploma", "title") if model is Qualification else ("reference", "kind")
    return next((r for r in rows if _same(r, values, names)), None)


def _status(starts: PartialDate | None, rows: list[Any]) -> Any:
    """The status that began on a day, as far as the day is known; without a day, the one that runs."""
    if starts is None:
        running = [r for r in rows if r.span.holds(runtime.today())]
        return next(iter(running or rows), None)
    same = [r for r in rows if r.starts and _overlap(r.starts, starts)]
    undated = [r for r in rows if r.starts is None]
    return next(iter(same or undated), None)


def _overlap(one: PartialDate, other: PartialDate) -> bool:
    return one.first() <= other.last() and other.first() <= one.last()


def _before(values: dict[str, Any], rows: list[Any]) -> Any:
    """The status that runs when a new one begins, and so ends with it."""
    starts = values.get("starts")
    if starts is None:
        return None
    running = [r for r in rows if isinstance(r, Employment) and r.starts and r.ends is None]
    return next((r for r in running if r.starts.last() < starts.first()), None)


def _same(record: Any, values: dict[str, Any], names: Iterable[str]) -> bool:
    """True if the first of some facts that a list gives is what a record says."""
    for name in names:
        if values.get(name):
            return fold(getattr(record, name) or "") == fold(values[name])
    return False


def _labelled(values: dict[str, Any]) -> dict[str, Any]:
    facility = values.get("facility")
    return (
        {**values, "facility": (facility, str(facility))} if isinstance(facility, Facility) else dict(values)
    )


def _reader(fact: Any, finder: Finder) -> Callable[[str], Any]:
    """How the cells of a fact are read."""
    if fact.reads == facts.CODE:
        return cells.code(fact.list)
    if fact.reads == facts.CADRE:
        return finder.cadre
    return {facts.DAY: cells.day, facts.NUMBER: cells.number}.get(fact.reads, cells.text)
