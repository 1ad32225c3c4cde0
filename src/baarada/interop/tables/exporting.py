"""Lists out: what the screen shows, in its order, with its filter said; nothing else, nothing hidden.

Cells that a spreadsheet would take for a formula are made harmless. The last two columns are
opaque: which record a row is, and what stood in it, so that the sheet can come back.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.interop.models import ImportJob, ImportRow
from baarada.interop.tables import columns, extracells, layout, sheets
from baarada.interop.tables.careers import one_of
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.pieces import in_pieces
from baarada.registry import facts, lists, queries
from baarada.registry.display import moment
from baarada.registry.models import (
    FULL_TIME,
    MICRO,
    Assignment,
    Facility,
    Identifier,
    Office,
    Person,
    Posting,
)

XLSX, CSV = "xlsx", "csv"
MODEL_ROWS = 5_000
"""So many rows of an empty list offer choices."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
PIECE = 400


@dataclass(slots=True)
class About:
    """What is said of a list on its second sheet (or below it)."""

    title: str
    filter: str
    author: str
    made: datetime
    returns: bool = True
    """False for a list that is only read: nothing in it says which row is whose."""


def people_rows(ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of a list of people, in the order given."""
    seen_by.require("export")
    today = runtime.today()
    for piece in in_pieces(ids, PIECE):
        people = {p.pk: p for p in Person.objects.filter(pk__in=piece).select_related("office")}
        numbers = queries.numbers_of(people)
        postings = queries.current_postings(people, today)
        career = {
            prefix: queries.rows_of(model, people) for prefix, (model, _names) in columns.OF_A_CAREER.items()
        }
        more = extracells.own_rows(people)
        for pk in piece:
            if pk in people:
                shown = {
                    prefix: one_of(columns.OF_A_CAREER[prefix][0], rows[pk])
                    for prefix, rows in career.items()
                    if rows.get(pk)
                }
                own = more.get(pk, [])
                yield _person_row(people[pk], numbers.get(pk, []), postings.get(pk, []), shown, own)


def _person_row(
    person: Person,
    numbers: Sequence[Any],
    postings: Sequence[Posting],
    career: Mapping[str, Any],
    more: Sequence[Any],
) -> dict[str, str]:
    posting = postings[0] if postings else None
    shown = _first_of_each(numbers)
    pages = [journal.seen(r) for r in (person, posting, *shown, *career.values(), *more) if r is not None]
    own = {columns.ID: str(person.pk), columns.SEEN: tokens.seal(*pages)}
    return person_cells(person, shown, posting, career, more) | own


def _first_of_each(numbers: Iterable[Identifier]) -> list[Identifier]:
    """One number of each kind: a list has one column for it."""
    out: dict[str | None, Identifier] = {}
    for one in numbers:
        out.setdefault(one.kind, one)
    return list(out.values())


def person_cells(
    person: Person,
    numbers: Iterable[Identifier],
    posting: Posting | None,
    career: Mapping[str, Any] | None = None,
    more: Iterable[Any] = (),
) -> dict[str, str]:
    """What the columns say of somebody, without the opaque ones; of ``career`` one row of each kind.

    ``more`` is what the file says in the fields that the country added.
    """
    plain = [name for name in columns.FIELDS[columns.PEOPLE] if name not in columns.AREAS]
    row: dict[str, Any] = {name: getattr(person, name) for name in plain}
    row |= {name: getattr(person, f"{name}_label") for name in columns.AREAS}
    for name in ("nationality", "birth_country", "residence_country", "marital"):
        row[name] = lists.label(facts.fact(Person, name).list, row[name])
    for name in ("languages", "other_nationalities"):
        row[name] = [lists.label(facts.fact(Person, name).list, code) for code in row[name] or []]
    row["office"] = str(person.office) if person.office else None
    row |= {f"number.{one.kind}": one.number for one in numbers}
    if posting:
        row |= _posting_cells(posting, person.sex)
    for prefix, one in (career or {}).items():
        row |= {f"{prefix}.{name}": _fact_cell(one, name) for name in columns.OF_A_CAREER[prefix][1]}
    row |= extracells.cells_of(more)
    return {key: cell_of(value) for key, value in row.items()}


def said_cell(fact: facts.Fact, value: Any) -> str:
    """A value that a list, a share, an answer or a position holds, as a cell that can be read back."""
    if fact.reads == facts.CODE:
        return lists.label(fact.list, value)
    if fact.reads == facts.SHARE:
        return f"{value * 100 / FULL_TIME:g} %"
    if fact.reads == facts.DEGREES:
        return f"{value / MICRO:.6f}".rstrip("0").rstrip(".")
    return _("yes") if value else _("no")


def _fact_cell(record: Any, name: str) -> Any:
    """A fact as a cell that can be read back: choices by their label, the rest as it is."""
    fact, value = facts.fact(type(record), name), getattr(record, name)
    return lists.label(fact.list, value) if fact.reads == facts.CODE else value


def _posting_cells(posting: Posting, sex: str | None) -> dict[str, Any]:
    return {
        "posting.facility": posting.facility_label,
        "posting.unit": posting.unit_label,
        "posting.cadre": lists.cadre_label(posting.cadre_id, sex),
        "posting.job": posting.job,
        "posting.kind": lists.label("posting_kind", posting.kind),
        "posting.starts": posting.starts,
        "posting.ends": posting.ends,
        "posting.share": None if posting.share is None else f"{posting.share * 100 / FULL_TIME:g} %",
        "posting.decision": posting.decision,
        "posting.decided": posting.decided,
        "posting.reason": lists.label("posting_reason", posting.reason),
        "posting.end_reason": lists.label("end_reason", posting.end_reason),
    }


def facility_rows(ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of a list of facilities, in the order given."""
    seen_by.require("export")
    for piece in in_pieces(ids, PIECE):
        found = {f.pk: f for f in Facility.objects.filter(pk__in=piece).select_related("area")}
        offices = offices_of(piece)
        for pk in piece:
            if pk in found:
                own = {columns.ID: str(pk), columns.SEEN: tokens.seal(journal.seen(found[pk]))}
                yield facility_cells(found[pk], offices.get(pk)) | own


def offices_of(facilities: Sequence[UUID]) -> dict[UUID, Office]:
    """The offices that some facilities answer to today."""
    rows = Assignment.objects.in_force(runtime.today()).filter(facility_id__in=facilities)
    return {a.facility_id: a.office for a in rows.select_related("office")}


def facility_cells(facility: Facility, office: Office | None) -> dict[str, str]:
    """What the columns say of a facility, without the opaque ones."""
    row: dict[str, Any] = {name: getattr(facility, name) for name in columns.FIELDS[columns.FACILITIES]}
    row["kind"] = lists.label("facility_type", facility.kind)
    row["sector"] = lists.label("sector", facility.sector)
    row["component"] = lists.label("component", facility.component)
    for name in ("latitude", "longitude"):
        row[name] = None if row[name] is None else f"{row[name] / MICRO:.6f}".rstrip("0").rstrip(".")
    row["region" if facility.area and facility.area.kind == "region" else "cercle"] = facility.area_label
    row["office"] = str(office) if office else None
    return {key: cell_of(value) for key, value in row.items()}


ROWS = {columns.PEOPLE: people_rows, columns.FACILITIES: facility_rows}


def write(
    kind: str, ids: Iterable[UUID], target: Path, about: About, *, seen_by: Actor, form: str = XLSX,
    only: Sequence[str] = (),
) -> int:  # fmt: skip
    """Write a list to a file, all its columns or only some; returns how many rows it has."""
    known = [c for c in columns.columns(kind) if c.key not in columns.NAMES and (not only or c.key in only)]
    headings = [str(c.label) for c in known]
    rows = ([row.get(c.key, "") for c in known] for row in ROWS[kind](ids, seen_by=seen_by))
    return (_write_xlsx if form == XLSX else _write_csv)(target, headings, rows, about)


def write_table(
    headings: Sequence[Any], rows: Iterable[Sequence[Any]], target: Path, about: About, *, form: str = XLSX
) -> int:
    """Write a table that does not come back; returns how many rows it has."""
    cells = ([cell_of(value) for value in row] for row in rows)
    return (_write_xlsx if form == XLSX else _write_csv)(target, [str(h) for h in headings], cells, about)


def cell_of(value: Any) -> str:
    """A value as a cell."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        return _day(value)
    if isinstance(value, list):
        return "; ".join(value)
    return str(value)


def _day(day: PartialDate) -> str:
    """A day as it is typed: 12/03/1985, 03/1985, 1985."""
    parts = [f"{n:02}" for n in (day.day, day.month) if n]
    return "/".join([*parts, f"{day.year:04}"])


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def notes(about: About) -> list[tuple[str, str]]:
    """What is said of a list: its title, filter, date, author."""
    said = [
        (_("List"), about.title),
        (_("Filter"), about.filter or _("none")),
        (_("Written on"), moment(about.made)),
        (_("By"), about.author),
    ]
    back = _("Leave the last two columns as they are; they say which row is whose.")
    return [*said, (_("To bring it back"), back)] if about.returns else said


def _write_csv(target: Path, headings: list[str], rows: Iterable[list[str]], about: About) -> int:
    del about  # A CSV has no second sheet; the file's name says what it is.
    count = 0
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(headings)
        for row in rows:
            out.writerow([harmless(cell) for cell in row])
            count += 1
    return count


def _write_xlsx(target: Path, headings: list[str], rows: Iterable[list[str]], about: About) -> int:
    book = _book(target, about.title, about.made)
    head = _head(book)
    # Text for ever, even where somebody edits the cell or saves the sheet in another form.
    as_text = book.add_format({"quote_prefix": True})
    sheet = book.add_worksheet(_("List")[:31])
    _headings(sheet, headings, head)
    count = 0
    for row in rows:
        count += 1
        for place, cell in enumerate(row):
            if cell:
                sheet.write_string(count, place, cell, as_text if cell.startswith(DANGEROUS) else None)
    _write_notes(book.add_worksheet(str(sheets.ABOUT)[:31]), notes(about), head)
    book.close()
    return count


def _book(target: Path, title: str, made: datetime) -> Any:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(target), options)
    # No author, no path, no time of the machine in the file's properties.
    book.set_properties({"title": title, "author": "", "company": "", "created": made.replace(tzinfo=None)})
    return book


def _head(book: Any) -> Any:
    return book.add_format({"bold": True, "bg_color": "#EFECE6", "bottom": 1})


def _headings(sheet: Any, headings: Sequence[str], head: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, max(10, min(len(heading) + 2, 28)))
        sheet.write_string(0, place, heading, head)


def _write_notes(sheet: Any, lines: list[tuple[str, str]], head: Any) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    for place, (name, text) in enumerate(lines):
        sheet.write_string(place, 0, name, head)
        sheet.write_string(place, 1, text)


def write_refused(
    rows: Iterable[ImportRow], job: ImportJob, target: Path, about: About, *, form: str = XLSX
) -> int:
    """The rows that stay outside, as they were sent: where each stood in the file, and the reason in a last column."""
    headings = layout.headings_out(job)
    several = len(layout.used(job)) > 1
    own = (columns.SHEET, columns.LINE, columns.REASON) if several else (columns.LINE, columns.REASON)
    names = [*headings.values(), *(str(one.label) for one in own)]
    return (_write_xlsx if form == XLSX else _write_csv)(
        target, names, (_refused(row, job, list(headings), several=several) for row in rows), about
    )


def _refused(row: ImportRow, job: ImportJob, keys: Sequence[str], *, several: bool) -> list[str]:
    place = layout.place_in(job, row.line)
    where = [place.sheet, str(place.row)] if several else [str(place.row)]
    reason = "; ".join(sentence for _key, _cell, sentence in row.problems) or _(
        "Perhaps somebody who is already here: settle it on the page of the import."
    )
    return [*(row.cells.get(key, "") for key in keys), *where, reason]


def write_model(kind: str, target: Path) -> None:
    """An empty list to fill in: headings with their choices, what each column takes, and the choices themselves."""
    known = [c for c in columns.columns(kind) if c.key not in (*columns.NAMES, columns.ID, columns.SEEN)]
    book = _book(target, str(columns.KINDS[kind]), runtime.now())
    head = _head(book)
    sheet = book.add_worksheet(_("List")[:31])
    _headings(sheet, [str(c.label) for c in known], head)
    notes_ = [(str(c.label), columns.takes(kind, c)) for c in known]
    _write_notes(book.add_worksheet(str(sheets.HOW)[:31]), notes_, head)
    _write_choices(book, sheet, kind, known, head)
    book.close()


def _write_choices(book: Any, sheet: Any, kind: str, known: Sequence[columns.Column], head: Any) -> None:
    """Cells that offer what can be chosen, and take other spellings too; columns of numbers that stay as typed."""
    offered = {at: some for at, one in enumerate(known) if (some := columns.choices(kind, one))}
    labels = [str(known[at].label) for at in offered]
    listed, as_text = book.add_worksheet(str(sheets.CHOICES)[:31]), book.add_format({"num_format": 49})
    _headings(listed, labels, head)
    # Row by row: nothing of a book is kept in memory.
    for row, cells in enumerate(zip_longest(*offered.values(), fillvalue=""), 1):
        for place, cell in enumerate(cells):
            listed.write_string(row, place, cell)
    for at, one in enumerate(known):
        if columns.is_number(one):
            sheet.set_column(at, at, 18, as_text)
    for place, (at, some) in enumerate(offered.items()):
        sheet.data_validation(1, at, MODEL_ROWS, at, {
            "validate": "list", "source": _range(listed.name, len(some), place), "error_type": "information",
            "error_title": labels[place][:32],
            "error_message": _("Not in the list of choices. Kept as typed: another spelling may be understood."),
        })  # fmt: skip


def _range(sheet: str, rows: int, column: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"='{sheet}'!{xl_range_abs(1, column, rows, column)}"
