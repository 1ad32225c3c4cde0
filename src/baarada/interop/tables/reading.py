"""Run in a watched child process: take a spreadsheet apart into rows of text.

    python -m baarada.interop.tables.reading FILE OUT [SHEET ...]

Writes ``OUT``: a CBOR map about the file, then one CBOR array of texts for each row. Imports nothing of
Baarada. Ends with a code of its own for each thing that can be wrong.
"""

import csv
import io
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import cbor2

NOT_A_TABLE, ENCRYPTED, MACROS, TOO_LARGE, DAMAGED, EMPTY, OLD_FORMAT, TOO_WIDE = range(3, 11)

MOST_ROWS = 200_000
MOST_COLUMNS = 300
LONGEST_CELL = 20_000
"""Longer than any cell that is kept: what is longer still is refused in its row, not cut in silence."""
MOST_UNPACKED = 300_000_000
MOST_MEMBERS = 2_000
MOST_PLACES = 20_000_000
"""Rows times columns that a sheet may span: two far cells make some readers take all memory."""
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
        _look_into(source)
        name, rows = _workbook(source, asides)
        kind = "xlsx"
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        # The old box of Microsoft files: an .xls, or an .xlsx with a password.
        raise Bad(
            ENCRYPTED if b"E\x00n\x00c\x00r\x00y\x00p\x00t" in source.read_bytes()[:65536] else OLD_FORMAT
        )
    else:
        name, rows, kind = "", _delimited(source), "csv"
    cbor2.dump({"sheet": name, "kind": kind}, out)
    count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise Bad(TOO_LARGE)
        if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
            raise Bad(TOO_WIDE)
        cbor2.dump(row[:MOST_COLUMNS], out)
    if not count:
        raise Bad(EMPTY)


# -- XLSX -----------------------------------------------------------------------------------


def _look_into(source: Path) -> None:
    """Look at the zip before anybody unpacks it."""
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
                raise Bad(NOT_A_TABLE)
            for member in members:
                if member.filename.lower().startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    _look_at_sheet(file, member)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
        raise Bad(DAMAGED) from None


def _look_at_sheet(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    last_column, last_row, unpacked, rest = 0, 0, 0, b""
    with file.open(member) as sheet:
        while chunk := sheet.read(1 << 20):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED:
                raise Bad(TOO_LARGE)
            data = rest + chunk
            for column, row in _REFERENCE.findall(data):
                last_row = max(last_row, int(row))
                last_column = max(last_column, _column(column))
            rest = data[-200:]
    if last_column * last_row > MOST_PLACES or last_row > MOST_ROWS * 5:
        raise Bad(TOO_LARGE)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(source: Path, asides: Sequence[str]) -> tuple[str, Iterator[list[str]]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(source))
        best: tuple[str, Any] = ("", None)
        for name in [n for n in book.sheet_names if n not in asides] or book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            # The largest sheet is the list; notes and filters are narrow.
            if best[1] is None or sheet.height * sheet.width > best[1].height * best[1].width:
                best = (name, sheet)
    except (python_calamine.CalamineError, OSError, ValueError):
        raise Bad(DAMAGED) from None
    name, sheet = best
    if sheet is None or not sheet.height:
        raise Bad(EMPTY)
    return name, ([_text(cell) for cell in row] for row in sheet.iter_rows())


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
    if (
        not sample.strip()
        or _looks_binary(sample)
        or re.match(r"\s*<(!doctype|html|\?xml)", sample, re.IGNORECASE)
    ):
        raise Bad(NOT_A_TABLE if sample.strip() else EMPTY)
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
