"""Files as offices send them are read; files that are no lists get one sentence, change nothing, and harm nobody."""

import io
import json
import random
import zipfile
from functools import cache

import psutil
import pytest

from baarada.interop.models import FAILED, ImportJob
from baarada.interop.tables import columns, jobs, reading, sheets
from baarada.interop.tables.parsed import LONGEST_CELL
from baarada.journal.models import EntryRow
from baarada.kernel.errors import Refused
from baarada.registry.models import Person
from tests.interop.conftest import HEADINGS, counts, person, write_csv, write_xlsx

ACCENTS = ["Ostrél", "Ñandú", "Œdipe", "Zoë"]


def read(path, tmp_path):
    """The rows of a file."""
    return [row for _sheet, _number, row in sheets.read(path, tmp_path / "spool").rows()]


class TestText:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-bom", "utf-16-be-bom"]
    )
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_every_usual_encoding_and_separator(self, tmp_path, encoding, separator):
        path = tmp_path / "list.csv"
        lines = "\r\n".join(
            separator.join(row) for row in (["Nom", "Prénom"], *([a, "Ivo"] for a in ACCENTS))
        )
        if encoding.endswith("-bom"):
            plain = encoding.removesuffix("-bom")
            path.write_bytes("\ufeff".encode(plain) + lines.encode(plain))
        else:
            path.write_bytes(lines.encode(encoding))

        assert read(path, tmp_path) == [["Nom", "Prénom"], *([a, "Ivo"] for a in ACCENTS)]

    def test_quotes_may_hold_separators_and_line_breaks(self, tmp_path):
        path = tmp_path / "list.csv"
        path.write_text('Nom;Note\r\n"Ostrel; dit ""Ivo""";"une ligne\nune autre"\r\n', encoding="utf-8")

        assert read(path, tmp_path)[1] == ['Ostrel; dit "Ivo"', "une ligne\nune autre"]

    def test_a_single_column_is_a_list(self, tmp_path):
        path = tmp_path / "list.csv"
        path.write_text("Nom\nOstrel\nVardane\n", encoding="utf-8")

        assert read(path, tmp_path) == [["Nom"], ["Ostrel"], ["Vardane"]]

    def test_the_apostrophe_that_made_a_cell_harmless_is_taken_off(self, tmp_path):
        path = write_csv(tmp_path / "list.csv", [["'=1+1", "'+223", "'-", "N'Golo", "'Tite"]])

        assert read(path, tmp_path)[1] == ["=1+1", "+223", "-", "N'Golo", "'Tite"]

    def test_a_cell_too_long_to_be_kept_is_refused_in_its_row(self, larma, bring):
        job = bring([person(1, given="I" * (LONGEST_CELL + 500)), person(2)])

        assert counts(job) == {"new": 1, "refused": 1}
        assert "characters" in job.rows.get(line=2).problems[0][2]


class TestWorkbooks:
    def test_numbers_dates_and_empty_cells_read_as_they_show(self, tmp_path):
        from datetime import date, datetime

        import xlsxwriter

        path = tmp_path / "list.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            day = book.add_format({"num_format": "dd/mm/yyyy"})
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Nom", "Né le", "Matricule", "Part", "Oui"])
            sheet.write(1, 0, "Ostrel")
            sheet.write_datetime(1, 1, date(1985, 3, 12), day)
            sheet.write_number(1, 2, 76412058)
            sheet.write_number(1, 3, 0.8)
            sheet.write_boolean(1, 4, True)
            sheet.write_datetime(3, 1, datetime(1985, 3, 12, 0, 0), day)

        found = read(path, tmp_path)

        assert found[1] == ["Ostrel", "1985-03-12", "76412058", "0.8", "1"]
        assert found[2] == ["", "", "", "", ""] and found[3][1] == "1985-03-12"

    def test_the_same_rows_as_text_and_as_workbook_are_the_same_people(self, bring, larma, tmp_path):
        rows = [person(n) for n in range(3)]

        assert counts(bring(write_xlsx(tmp_path / "list.xlsx", rows))) == {"new": 3}
        assert counts(bring(rows)) == {"same": 3}


# -- what is no list --------------------------------------------------------------------


def workbook(members=None, *, sheet=b"", replace=None, drop=()):
    """A small workbook as bytes, with members added, replaced or left out."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Liste").write_row(0, 0, HEADINGS)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name in drop:
                continue
            data = sheet if sheet and name == "xl/worksheets/sheet1.xml" else old.read(name)
            new.writestr(name, (replace or {}).get(name, data))
        for name, data in (members or {}).items():
            new.writestr(name, data)
    return changed.getvalue()


HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_of(rows):
    return HEAD + b"<worksheet " + SPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"


def cell(place, text=b"x"):
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place, text)


def other_sheets(member):
    """A zip of another spreadsheet program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        file.writestr(member, b"<office:document-content/>")
    return out.getvalue()


def old_book(stream):
    """The old box of Microsoft files, with something in it."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500 + stream.encode("utf-16-le") + b"\x00" * 500


def formula(result):
    """A sheet with a formula, and what was kept of its result."""
    return workbook(sheet=sheet_of(b'<row r="1">' + cell(b"A1", b"Nom") + result + b"</row>"))


def far_cells():
    return workbook(
        sheet=sheet_of(
            b'<row r="1">' + cell(b"A1") + b'</row><row r="1048576">' + cell(b"XFD1048576") + b"</row>"
        )
    )


def laughs():
    """Entities that grow to a thousand million letters where a reader follows them."""
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    rows = b'<row r="1">' + cell(b"A1", b"&a9;") + b"</row>"
    return workbook(
        sheet=HEAD
        + b"<!DOCTYPE x ["
        + entities
        + b"]><worksheet "
        + SPACE
        + b"><sheetData>"
        + rows
        + b"</sheetData></worksheet>"
    )


@cache
def bomb():
    """Half a thousand million letters in half a megabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b"<workbook/>")
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _n in range(400):
                member.write(b" " * 1_000_000)
    return out.getvalue()


def lying_bomb():
    """The same, whose table of contents says that it is small."""
    data = bytearray(bomb())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def many_members():
    return workbook({f"xl/media/{n}.bin": b"" for n in range(3000)})


def encrypted_office():
    """The old box in which a workbook with a password lies."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\x00" * 500
        + "EncryptedPackage".encode("utf-16-le")
        + b"\x00" * 500
    )


def encrypted_zip():
    data = bytearray(workbook())
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data[place + 8] |= 1
        place += 4
    return bytes(data)


def wide_csv():
    return (",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("x" for _n in range(10_000))).encode()


def wide_workbook():
    def name(n):
        out = ""
        while n:
            n, rest = divmod(n - 1, 26)
            out = chr(65 + rest) + out
        return out.encode()

    return workbook(
        sheet=sheet_of(b'<row r="1">' + b"".join(cell(name(n) + b"1") for n in range(1, 10_001)) + b"</row>")
    )


def long_csv():
    return b"Nom,Sexe\n" + b"Ostrel,M\n" * (reading.MOST_ROWS + 5)


BAD = {
    "an empty file": (lambda: b"", "empty"),
    "spaces only": (lambda: b"  \r\n\r\n ", "empty"),
    "headings alone": (workbook, "no row below"),
    "headings alone, as text": (lambda: ",".join(HEADINGS).encode(), "no row below"),
    "an empty workbook": (lambda: workbook(sheet=sheet_of(b"")), "empty"),
    "a page of the web called xls": (lambda: b"\xef\xbb\xbf <meta charset=utf-8><table><tr><td>Nom", "page of the web"),
    "a sheet of another program": (lambda: other_sheets("content.xml"), "another format"),
    "a binary workbook": (lambda: other_sheets("xl/workbook.bin"), "another format"),
    "the old format with macros": (lambda: old_book("_VBA_PROJECT_CUR"), "macros"),
    "a formula without a result": (lambda: formula(b'<c r="B1"><f>UPPER(A1)</f></c>'), "without their results"),
    "a formula with an empty result": (lambda: formula(b'<c r="B1"><f>A1</f><v/></c>'), "without their results"),
    "a PDF named as a workbook": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40, "not a list"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not a list"),
    "a page of the web": (lambda: b"<!DOCTYPE html><html><table><tr><td>Nom</td></tr></table>", "page of the web"),
    "a document": (lambda: workbook(drop=("xl/workbook.xml",)), "not a list"),
    "a zip of nothing": (lambda: b"PK\x05\x06" + b"\x00" * 18, "not a list"),
    "a workbook cut short": (lambda: workbook()[:900], "damaged"),
    "a workbook with a hole": (lambda: workbook()[:300] + b"\x00" * 200 + workbook()[500:], "damaged"),
    "a sheet that is no XML": (lambda: workbook(sheet=b"\x00\x01<row" * 50), "damaged"),
    "no sheet": (lambda: workbook(drop=("xl/worksheets/sheet1.xml",)), "damaged"),
    "a password": (encrypted_office, "password"),
    "a zip with a password": (encrypted_zip, "password"),
    "the old format": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, "old Excel"),
    "macros": (lambda: workbook({"xl/vbaProject.bin": b"Attribute VB_Name"}), "macros"),
    "a bomb": (bomb, "larger|too much"),
    "a bomb that lies": (lying_bomb, "larger|damaged|too much"),
    "entities that grow": (laughs, "damaged|not a list"),
    "two far cells": (far_cells, "larger"),
    "too many members": (many_members, "larger"),
    "ten thousand columns of text": (wide_csv, "300 columns"),
    "ten thousand columns": (wide_workbook, "300 columns"),
    "too many rows": (long_csv, "larger"),
}  # fmt: skip


class TestNoList:
    @pytest.mark.parametrize("what", BAD)
    def test_it_gets_one_sentence_and_changes_nothing(self, by, tmp_path, settings, what):
        make, sentence = BAD[what]
        path = tmp_path / "liste.xlsx"
        path.write_bytes(make())
        entries, before = EntryRow.objects.count(), psutil.Process().memory_info().rss
        kept = set(settings.CONFIG.work.iterdir()) if settings.CONFIG.work.exists() else set()

        with pytest.raises(Refused, match=sentence) as refused:
            jobs.begin(columns.PEOPLE, path, path.name, by=by)

        text = str(refused.value)
        assert text.endswith(".") and len(text) < 160 and "\n" not in text
        assert EntryRow.objects.count() == entries
        assert not ImportJob.objects.exists()
        assert set(settings.CONFIG.work.iterdir()) == kept
        assert psutil.Process().memory_info().rss - before < 60_000_000

    @pytest.mark.parametrize("what", ["an empty file", "a PDF named as a workbook", "a password"])
    def test_one_sent_by_a_page_is_told_as_failed_and_not_kept(self, by, tmp_path, what):
        from baarada.interop import tasks

        path = tmp_path / "liste.xlsx"
        path.write_bytes(BAD[what][0]())
        job = jobs.receive(columns.PEOPLE, path, path.name, by=by)

        tasks.enqueue(job, job.state)

        job.refresh_from_db()
        assert job.state == FAILED and job.message
        assert not jobs.folder(job).exists()

    def test_any_bytes_end_in_a_list_or_a_sentence(self, tmp_path):
        """Bytes by chance, and a workbook with a few bytes exchanged: never anything but rows or a refusal."""
        rng = random.Random(7)
        good = workbook()
        for n in range(12):
            data = bytearray(rng.randbytes(rng.randrange(1, 5000)) if n % 2 else good)
            for _change in range(rng.randrange(30) if not n % 2 else 0):
                data[rng.randrange(len(data))] = rng.randrange(256)
            path = tmp_path / f"{n}"
            path.write_bytes(bytes(data))
            try:
                assert isinstance(read(path, tmp_path), list)
            except Refused as refused:
                assert str(refused)

    def test_a_formula_whose_result_is_an_empty_text_is_a_value(self, tmp_path):
        path = tmp_path / "liste.xlsx"
        path.write_bytes(formula(b'<c r="B1" t="str"><f>""</f><v></v></c>'))

        assert read(path, tmp_path) == [["Nom", ""]]

    def test_links_to_other_workbooks_are_not_followed(self, tmp_path):
        """What a formula last showed is read; nothing is opened or fetched for it."""
        formula = b'<row r="1"><c r="A1"><f>[1]Sheet1!A1</f><v>42</v></c></row>'
        link = b'<externalLink xmlns="x"><externalBook r:id="rId1"/></externalLink>'
        path = tmp_path / "linked.xlsx"
        path.write_bytes(workbook({"xl/externalLinks/externalLink1.xml": link}, sheet=sheet_of(formula)))

        assert read(path, tmp_path) == [["42"]]

    def test_a_reader_that_never_ends_is_ended(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sheets, "SECONDS", 0)

        with pytest.raises(Refused, match="too much memory or time"):
            read(write_csv(tmp_path / "list.csv", []), tmp_path)
        assert not (tmp_path / "spool").exists()

    def test_a_reader_that_takes_all_memory_is_ended(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sheets, "MEMORY_MB", 1)

        with pytest.raises(Refused, match="too much memory or time"):
            read(write_csv(tmp_path / "list.csv", [["x" * 100] * 50] * 5000), tmp_path)

    def test_the_child_is_told_nothing_of_this_machine(self, tmp_path, monkeypatch):
        """Whoever breaks into the reader of files finds no key, no address, no password in its environment."""
        from baarada.kernel import children

        monkeypatch.setenv("BAARADA_DATABASE", "postgres://secret")
        spy = tmp_path / "spy.py"
        spy.write_text("import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))")
        monkeypatch.syspath_prepend(str(tmp_path))
        children.run("spy", [str(tmp_path / "found.json")], memory_mb=200, seconds=30)

        found = json.loads((tmp_path / "found.json").read_text())
        assert not [name for name in found if name.startswith(("BAARADA_D", "DJANGO", "BAARADA_H", "SECRET"))]

    def test_nobody_comes_in_from_a_list_that_was_refused(self, by, tmp_path):
        path = tmp_path / "liste.csv"
        path.write_bytes(long_csv())

        with pytest.raises(Refused):
            jobs.begin(columns.PEOPLE, path, path.name, by=by)
        assert not Person.objects.exists()
