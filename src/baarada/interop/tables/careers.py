"""What a list of people says of a career: the status, a diploma, a licence. Read, compared, written.

A list has one of each in a row. Which row of the file it speaks of: the one that the sheet was written from;
else the status that held on the day it gives (or runs today), the same diploma, the same licence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from baarada.interop.tables import cells
from baarada.interop.tables.answers import BadCell
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
from baarada.registry.display import partial_day
from baarada.registry.facts import FACTS
from baarada.registry.models import Employment, Person, Qualification
from baarada.registry.searchkeys import plain

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
            f"{prefix}.{name}": (FACTS[model][name], _reader(FACTS[model][name], finder))
            for prefix, (model, names) in OF_A_CAREER.items()
            for name in names
        }

    # -- reading ----------------------------------------------------------------------

    def parse(self, row: Parsed) -> None:
        """Read the cells of a career into ``row.career``, each part under its prefix.

        Offices write choices in many ways: what no list knows is kept in words, in the note of the part, and
        keeps nobody out.
        """
        for key, (fact, reader) in self.readers.items():
            cell = row.cell(key) if key in row.cells else ""
            if not cell:
                continue
            prefix, _dot, name = key.partition(".")
            try:
                row.career.setdefault(prefix, {})[name] = reader(cell)
            except BadCell as bad:
                if fact.reads == facts.DAY:
                    row.refuse(key, bad)
                else:
                    _tell(row, prefix, name, cell)
        row.career = {prefix: values for prefix, values in row.career.items() if values}
        for prefix, values in row.career.items():
            self._refuse(row, prefix, values, only=values)

    def _refuse(self, row: Parsed, prefix: str, values: dict[str, Any], only: Iterable[str] = ()) -> bool:
        """Say what is wrong with a part of a row; of ``only`` some fields, if any are named."""
        return _refuse(row, prefix, values, row.values.get("born"), only)

    def read(self, rows: Iterable[Parsed], known: Known) -> None:
        """Have what some rows speak of read for all of them at once, so that it stands on their pages."""
        for prefix in {prefix for row in rows for prefix in row.career}:
            known.load(OF_A_CAREER[prefix][0])

    def check_new(self, row: Parsed) -> None:
        """Refuse what cannot stand by itself in a file that is opened."""
        for prefix, values in row.career.items():
            if not any(key.startswith(f"{prefix}.") for key, _cell, _s in row.problems):
                self._refuse(row, prefix, values)

    # -- comparing --------------------------------------------------------------------

    def changes(self, row: Parsed, person: Person, known: Known, pages: Pages) -> list[tuple[str, Any]]:
        """What a row would write about somebody."""
        out = []
        written = pages if person.pk in known.returned else {}
        for prefix, values in row.career.items():
            rows = known.rows(OF_A_CAREER[prefix][0], person.pk)
            said = self._said(row, prefix, values, rows, written, pages, person.born)
            if said is not None:
                out.append((CAREER, said))
        return out

    def _said(
        self, row: Parsed, prefix: str, values: dict[str, Any], rows: list[Any], written: Pages, pages: Pages,
        born: PartialDate | None,
    ) -> Said | None:  # fmt: skip
        model = OF_A_CAREER[prefix][0]
        if any(page.type == model.Merge.number for page in written.values()):
            record = next((r for r in rows if r.pk in written), None)
            if record is None:
                row.refuse(_first_key(prefix, values), _(
                    "The line that this was written from is not in the file any more: correct it from the file."
                ))  # fmt: skip
                return None
            if _is_another(record, values):
                whole = {name: getattr(record, name) for name in OF_A_CAREER[prefix][1]} | values
                ended = record if model is Employment else None
                return self._anew(row, prefix, whole if ended else values, ended, born)
        else:
            record, values = meant(model, values, rows)
            if record is not None:
                # Of a list that comes from elsewhere, a day that is only less exact says nothing new.
                values = {n: v for n, v in values.items() if not is_vaguer(v, getattr(record, n))}
        if record is not None:
            return _facts(row, prefix, record, values, pages, born)
        return self._anew(row, prefix, values, _before(values, rows), born)

    def _anew(
        self, row: Parsed, prefix: str, values: dict[str, Any], ended: Any, born: PartialDate | None
    ) -> Said | None:
        values = {name: value for name, value in values.items() if value is not None}
        refused = _refuse(row, prefix, values, born)
        return None if refused else Said(prefix, None, values, ended)

    # -- writing ----------------------------------------------------------------------

    def create(self, act: journal.Act, row: Parsed, person: Any) -> None:
        """Write everything that a row says of the career of somebody new."""
        for prefix, values in row.career.items():
            self._add(act, prefix, person, values)

    def write(self, act: journal.Act, person: Person, said: Said, pages: Pages) -> None:
        """Write one change."""
        if said.record is None:
            if said.ended is not None:
                page = pages.get(said.ended.pk) or journal.seen(said.ended)
                span = {"starts": said.ended.starts, "ends": _eve(said.values["starts"])}
                act.change(said.ended, span, seen=page, kind="employment.ended")
            self._add(act, said.prefix, person, said.values)
            return
        record = said.record
        fields = whole_units(type(record), said.values, record)
        page = pages.get(record.pk) or journal.seen(record)
        act.change(record, fields, seen=page, kind=f"{type(record).__name__.lower()}.changed")

    def _add(self, act: journal.Act, prefix: str, person: Any, values: dict[str, Any]) -> None:
        model = OF_A_CAREER[prefix][0]
        act.add(model, entry_kind=f"{model.__name__.lower()}.added", person=person, **values)


def one_of(model: Any, rows: list[Any]) -> Any:
    """The row that a list shows: the status and the licence that hold today, a diploma before a course."""
    if model is Qualification:
        return next((row for row in rows if row.diploma), None) or next(iter(rows), None)
    today = runtime.today()
    return next((row for row in rows if row.span.holds(today)), None) or next(iter(rows), None)


def _tell(row: Parsed, prefix: str, name: str, cell: str) -> None:
    """Keep in words what no list knows: a diploma as its title, anything else in the note."""
    values = row.career.setdefault(prefix, {})
    if name == "diploma" and not row.cell(f"{prefix}.title"):
        values["title"] = cells.text(cell)
        return
    model = OF_A_CAREER[prefix][0]
    # In one language, whoever asks: else the same list is told twice.
    with override(settings.LANGUAGE_CODE):
        told = cells.text(f"{FACTS[model][name].label}{_(':')} {cell}")
    values["note"] = "\n".join(filter(None, (values.get("note"), told)))


def _refuse(
    row: Parsed, prefix: str, values: dict[str, Any], born: PartialDate | None, only: Iterable[str] = ()
) -> bool:
    problems = check_row(OF_A_CAREER[prefix][0], values, born)
    found = {name: text for name, text in problems.items() if not only or name in only}
    for name, sentence in found.items():
        row.refuse(f"{prefix}.{name}", sentence)
    return bool(found)


def _first_key(prefix: str, values: dict[str, Any]) -> str:
    return f"{prefix}.{next(iter(values))}"


def _is_another(record: Any, values: dict[str, Any]) -> bool:
    """True where a sheet that came back tells of something new, and not that what went out was wrong."""
    if isinstance(record, Employment):
        starts = values.get("starts")
        later = starts and record.starts and record.starts.last() < starts.first()
        return bool(later) and _says_otherwise(record, values, but=("starts",))
    if isinstance(record, Qualification):
        return bool(record.diploma and values.get("diploma") and values["diploma"] != record.diploma)
    return False


def _says_otherwise(record: Any, values: dict[str, Any], but: Iterable[str] = ()) -> bool:
    return any(value != getattr(record, name) for name, value in values.items() if name not in (*but, "note"))


def _facts(
    row: Parsed, prefix: str, record: Any, values: dict[str, Any], pages: Pages, born: PartialDate | None
) -> Said | None:
    """What a list says otherwise of a row that is here; None if nothing."""
    if "note" in values:
        values = noted(record, values)
    model, page = type(record), pages.get(record.pk) or journal.seen(record)
    fields = whole_units(model, values, record)
    changed = journal.changed_since(model, page, fields, record=record) if fields else {}
    changed = {name: value for name, value in changed.items() if name in values}
    if not changed:
        return None
    known = {name: getattr(record, name) for name in OF_A_CAREER[prefix][1]}
    # What nobody touched is not held against the row.
    refused = _refuse(row, prefix, known | changed, born, only=changed)
    return None if refused else Said(prefix, record, changed)


def is_vaguer(new: Any, old: Any) -> bool:
    """True for a day that is only less exact than the one that is known."""
    if not isinstance(new, PartialDate) or not isinstance(old, PartialDate) or new == old:
        return False
    return new.first() <= old.first() and old.last() <= new.last()


def noted(record: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The values with what is new of the note behind what it says already."""
    have = (record.note or "").splitlines()
    new = [line for line in values["note"].splitlines() if line not in have]
    if not new:
        return {name: value for name, value in values.items() if name != "note"}
    return values | {"note": "\n".join([*have, *new])}


def meant(model: Any, values: dict[str, Any], rows: list[Any]) -> tuple[Any, dict[str, Any]]:
    """The row of a career that a row of a list speaks of, None for a new one; and what it then says."""
    if model is Employment:
        return _status(values, rows)
    if model is Qualification:
        if not values.get("diploma") and not values.get("title"):
            # A school or a year alone is said of the diploma that is here.
            return one_of(model, rows), values
        return next((r for r in rows if _is_same_study(r, values)), None), values
    return next((r for r in rows if _is_same_licence(r, values)), None), values


def _status(values: dict[str, Any], rows: list[Any]) -> tuple[Any, dict[str, Any]]:
    """The status that runs, or that began on the day that is given, as far as it is known."""
    starts = values.get("starts")
    if starts is None:
        running = [r for r in rows if r.span.holds(runtime.today())]
        same = [r for r in rows if not _says_otherwise(r, values)]
        return next(iter(running or same), None), values
    same = [r for r in rows if r.starts and overlap(r.starts, starts)]
    undated = [r for r in rows if r.starts is None and r.ends is None]
    if same or undated:
        return (same or undated)[0], values
    later = [r for r in rows if r.starts and starts.last() < r.starts.first()]
    if not later:
        return None, values
    following = min(later, key=lambda r: r.starts.number)
    if _says_otherwise(following, values, but=("starts",)):
        return None, values | {"ends": _eve(following.starts)}
    # The day somebody was engaged, long before the status that the list names.
    rest = {name: value for name, value in values.items() if name != "starts"}
    with override(settings.LANGUAGE_CODE):
        told = cells.text(f"{_('Employed since')}{_(':')} {partial_day(starts, note=False)}")
    return following, rest | {"note": "\n".join(filter(None, (rest.get("note"), told)))}


def overlap(one: PartialDate, other: PartialDate) -> bool:
    """True for days of which each is known only so far that they may be the same."""
    return one.first() <= other.last() and other.first() <= one.last()


def _eve(day: PartialDate) -> PartialDate:
    return PartialDate.on(day.first() - timedelta(days=1))


def _before(values: dict[str, Any], rows: list[Any]) -> Any:
    """The status that runs when a new one begins, and so ends with it."""
    starts = values.get("starts")
    if starts is None or "ends" in values:
        return None
    running = [r for r in rows if isinstance(r, Employment) and r.starts and r.ends is None]
    return next((r for r in running if r.starts.last() < starts.first()), None)


def _is_same_study(record: Any, values: dict[str, Any]) -> bool:
    """True for the same diploma, or the same title where no diploma is named, if titles do not differ."""
    title, known = fold(values.get("title") or ""), fold(record.title or "")
    if values.get("diploma"):
        return record.diploma == values["diploma"] and not (title and known and title != known)
    return title == known


def _is_same_licence(record: Any, values: dict[str, Any]) -> bool:
    """True for the same kind and order, and the same number however it is written."""
    for name in ("kind", "body"):
        if values.get(name) and getattr(record, name) and values[name] != getattr(record, name):
            return False
    if values.get("reference") and record.reference:
        return plain(values["reference"]).lstrip("0") == plain(record.reference).lstrip("0")
    return True


def _reader(fact: Any, finder: Finder) -> Callable[[str], Any]:
    """How the cells of a fact are read."""
    if fact.reads == facts.CODE:
        return cells.code(fact.list, unique=True)
    if fact.reads == facts.CADRE:
        return finder.cadre
    return {facts.DAY: cells.day, facts.NUMBER: cells.number}.get(fact.reads, cells.text)
