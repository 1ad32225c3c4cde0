"""A small table out as it is: headings, rows, numbers that stay numbers, and what is to be said of them."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from baarada.interop.tables import sheets
from baarada.interop.tables.exporting import XLSX, harmless
from baarada.journal import runtime

Rows = Sequence[Sequence[Any]]


def write(headings: Sequence[str], rows: Rows, notes: Sequence[str], target: Path, *, form: str) -> None:
    """Write a table as a workbook, its notes on a sheet of their own; or as CSV, its notes below it.

    A cell that is None is left empty: what is not known is not nought.
    """
    if form == XLSX:
        _xlsx(headings, rows, notes, target)
        return
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(headings)
        out.writerows([_text(cell) for cell in row] for row in rows)
        out.writerows([[], *([harmless(note)] for note in notes)])


def _text(cell: Any) -> str:
    return harmless("" if cell is None else str(cell))


def _xlsx(headings: Sequence[str], rows: Rows, notes: Sequence[str], target: Path) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"author": "", "company": "", "created": runtime.now().replace(tzinfo=None)})
        head = book.add_format({"bold": True, "bg_color": "#EFECE6", "bottom": 1, "text_wrap": True})
        sheet = book.add_worksheet(_("Figure"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings), 18)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, head)
        for line, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | Decimal):
                    sheet.write_number(line, place, cell)
                elif cell:
                    sheet.write_string(line, place, str(cell))
        about = book.add_worksheet(str(sheets.ABOUT)[:31])
        about.set_column(0, 0, 120)
        for line, note in enumerate(notes):
            about.write_string(line, 0, note)
