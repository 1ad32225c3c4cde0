"""Run in a watched child process: take a spreadsheet apart into rows of text.

    python -m baarada.interop.tables.reading FILE OUT [SHEET ...]

Writes ``OUT``: a CBOR map about the file; then for each sheet a map about it, an array of texts for each row, and
a map of what was found on the way. Imports nothing of Baarada. Ends with a code of its own for each thing that can
be wrong.
"""

import csv
import html
import io
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import cbor2

(
    NOT_A_TABLE, ENCRYPTED, MACROS, TOO_LARGE, DAMAGED, EMPTY, OLD_FORMAT, TOO_WIDE, NO_RESULTS, WEB_PAGE,
    OTHER_FORMAT,
) = range(3, 14)  # fmt: skip

MOST_ROWS = 200_000
MOST_COLUMNS = 300
LONGEST_CELL = 20_000
"""Longer than any cell that is kept: what is longer still is refused in its row, not cut in silence."""
MOST_UNPACKED = 300_000_000
MOST_MEMBERS = 2_000
MOST_PLACES = 20_000_000
"""Rows times columns that a sheet may span: two far cells make some readers take all memory."""
MOST_SHEETS = 200
MOST_ERRORS = 20_000
_SHORT = 5_000_000
"""No table of contents of a workbook is longer."""
_NO_RESULT = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s*(<v\s*/>|<v>\s*</v>)?\s*</c>")
_ERROR = re.compile(
    rb'<c\b(?=[^>]*?\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>.{0,400}?<v>(#[^<]{1,20})</v>', re.DOTALL
)
_REFERENCE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


class Bad(Exception):
    """The file cannot be read; ``code`` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def main(source: Path, target: Path, *asides: str) -> int:
    """Do the work; returns the exit code. ``asides`` are names of sheets that are no lists."""
    try:
        with target.open("wb") as out:
            _convert(source, out, asides)
    except Bad as bad:
        return bad.code
    return 0


def _convert(source: Path, out: BinaryIO, asides: Sequence[str]) -> None:
    with source.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        parts = _workbook(source, _look_into(source), asides)
        kind = "xlsx"
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Bad(_old_box(source))
    else:
        parts, kind = iter([Part("", _delimited(source))]), "csv"
    cbor2.dump({"kind": kind}, out)
    count = 0
    for part in parts:
        count += _write_part(part, out, MOST_ROWS - count)
    if not count:
        raise Bad(EMPTY)


def _old_box(source: Path) -> int:
    """What lies in the old box of Microsoft files: an .xls, with macros or not, or an .xlsx with a password."""
    with source.open("rb") as file:
        start = file.read(_SHORT)
    if b"E\x00n\x00c\x00r\x00y\x00p\x00t" in start:
        return ENCRYPTED
    return MACROS if b"_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J" in start else OLD_FORMAT


@dataclass(slots=True)
class Part:
    """One sheet: its name and rows, and whether it was hidden or is one that this program writes beside a list."""

    name: str
    rows: Iterator[list[str]]
    hidden: bool = False
    ours: bool = False


def _write_part(part: Part, out: BinaryIO, most: int) -> int:
    """Write one sheet; returns how many rows it has."""
    cbor2.dump({"name": part.name[:100], "hidden": part.hidden, "ours": part.ours}, out)
    count, wide = 0, False
    for row in part.rows:
        count += 1
        if count > most:
            raise Bad(TOO_LARGE)
        wide = wide or (len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]))
        cbor2.dump(row[:MOST_COLUMNS], out)
    cbor2.dump({"wide": wide}, out)
    return count


# -- XLSX -----------------------------------------------------------------------------------


Errors = dict[tuple[int, int], str]
"""Cells that show an error of a formula, by row and column from 0: readers would leave them empty."""


def _look_into(source: Path) -> dict[str, Errors]:
    """Look at the zip before anybody unpacks it; returns the errors of formulas, by the member they stand in."""
    try:
        with zipfile.ZipFile(source) as file:
            members = file.infolist()
            names = {m.filename.lower() for m in members}
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
                raise Bad(TOO_LARGE)
            if any(m.flag_bits & 1 for m in members):
                raise Bad(ENCRYPTED)
            if any(n.endswith("vbaproject.bin") for n in names):
                raise Bad(MACROS)
            if "xl/workbook.xml" not in names:
                other = {"content.xml", "xl/workbook.bin", "index/document.iwa"} & names
                raise Bad(OTHER_FORMAT if other else NOT_A_TABLE)
            return {
                member.filename: _look_at_sheet(file, member)
                for member in members
                if member.filename.lower().startswith("xl/worksheets/") and member.filename.endswith(".xml")
            }
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
        raise Bad(DAMAGED) from None


def _look_at_sheet(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> Errors:
    last_column, last_row, unpacked, rest = 0, 0, 0, b""
    errors: Errors = {}
    with file.open(member) as sheet:
        while chunk := sheet.read(1 << 20):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED:
                raise Bad(TOO_LARGE)
            data = rest + chunk
            for column, row in _REFERENCE.findall(data):
                last_row = max(last_row, int(row))
                last_column = max(last_column, _column(column))
            if b"</f>" in data or b"<f" in data:
                _look_for_results(data)
            if b't="e"' in data and len(errors) < MOST_ERRORS:
                errors |= {
                    (int(row) - 1, _column(column) - 1): text.decode("ascii", "replace")
                    for column, row, text in _ERROR.findall(data)
                }
            rest = data[-600:]
    if last_column * last_row > MOST_PLACES or last_row > MOST_ROWS * 5:
        raise Bad(TOO_LARGE)
    return errors


def _look_for_results(data: bytes) -> None:
    """Refuse formulas that nobody has worked out. An empty text is a result."""
    for found in _NO_RESULT.finditer(data):
        start = max(data.rfind(b"<c ", 0, found.start()), 0)
        if not found[1] or b't="str"' not in data[start : found.start()].partition(b">")[0]:
            raise Bad(NO_RESULTS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(source: Path, errors: Mapping[str, Errors], asides: Sequence[str]) -> Iterator[Part]:
    """The sheets of a workbook, one after the other: only one lies in memory at a time."""
    import python_calamine

    known = _members(source) if any(errors.values()) else {}
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(source))
        found = [s for s in book.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]
        if len(found) > MOST_SHEETS:
            raise Bad(TOO_LARGE)
        for about in found:
            sheet = book.get_sheet_by_name(about.name)
            hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
            wrong = errors.get(known.get(about.name, ""), {})
            yield Part(about.name, _rows(sheet, wrong), hidden, about.name in asides)
    except (python_calamine.CalamineError, OSError, ValueError):
        raise Bad(DAMAGED) from None


def _rows(sheet: Any, errors: Errors) -> Iterator[list[str]]:
    by_row: dict[int, dict[int, str]] = {}
    for (row, place), text in errors.items():
        by_row.setdefault(row, {})[place] = text
    for at, row in enumerate(sheet.iter_rows()):
        wrong = by_row.get(at, {})
        yield [wrong.get(place) or _text(cell) for place, cell in enumerate(row)]


def _members(source: Path) -> dict[str, str]:
    """For each sheet by its name, the member of the zip that it lies in."""
    with zipfile.ZipFile(source) as file:
        book = _start(file, "xl/workbook.xml")
        relations = _start(file, "xl/_rels/workbook.xml.rels")
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", relations):
        found = {name: html.unescape(value) for name, value in re.findall(r'\b(Id|Target)="([^"]*)"', tag)}
        place = found.get("Target", "")
        targets[found.get("Id", "")] = place[1:] if place.startswith("/") else f"xl/{place}"
    out = {}
    for tag in re.findall(r"<sheet\b[^>]*>", book):
        named = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        out[html.unescape(named.get("name", ""))] = targets.get(named.get("r:id", ""), "")
    return out


def _start(file: zipfile.ZipFile, name: str) -> str:
    if name not in file.namelist():
        return ""
    with file.open(name) as member:
        return member.read(_SHORT).decode("utf-8", "replace")


def _text(cell: Any) -> str:
    """A cell as text: a date as ISO, a whole number without a point."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return _clean(str(cell))


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST_CELL]


# -- CSV ------------------------------------------------------------------------------------


def _delimited(source: Path) -> Iterator[list[str]]:
    encoding = _encoding(source)
    with source.open(encoding=encoding, newline="", errors="replace") as file:
        sample = file.read(65536)
    if not sample.strip():
        raise Bad(EMPTY)
    if re.match(r"\s*<(!doctype|html|\?xml|!--|meta|table)", sample, re.IGNORECASE):
        raise Bad(WEB_PAGE)
    if _looks_binary(sample):
        raise Bad(NOT_A_TABLE)
    separator = _separator(sample)
    csv.field_size_limit(LONGEST_CELL * 5)
    return _csv_rows(source, encoding, separator)


def _csv_rows(source: Path, encoding: str, separator: str) -> Iterator[list[str]]:
    with source.open(encoding=encoding, newline="", errors="replace") as file:
        try:
            for row in csv.reader(file, delimiter=separator):
                yield [_plain(cell) for cell in row]
        except csv.Error:
            raise Bad(DAMAGED) from None


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    text = _clean(cell)
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@" else text


def _encoding(source: Path) -> str:
    """UTF-8 or UTF-16 by their mark, UTF-8 where it fits, else the old Windows code page."""
    with source.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        with source.open(encoding="utf-8") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _looks_binary(sample: str) -> bool:
    strange = sum(c < " " and c not in "\t\r\n" for c in sample)
    return "\x00" in sample or strange * 50 > len(sample)


def _separator(sample: str) -> str:
    """The mark that cuts the first lines into the same number of cells, at least two."""
    best, most = ",", 0
    for mark in (";", ",", "\t", "|"):
        lines = [row for row in csv.reader(io.StringIO(sample[:20000]), delimiter=mark) if row][:20]
        widths = [len(row) for row in lines[:-1] or lines]
        common = max(set(widths), key=widths.count) if widths else 0
        score = common * widths.count(common) if common > 1 else 0
        if score > most:
            best, most = mark, score
    return best


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
