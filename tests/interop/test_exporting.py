"""Lists out: what the screen shows and nothing else; and the sheet that comes back."""

import csv
import re
import zipfile
from datetime import UTC, datetime

import pytest
import python_calamine
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME
from baarada.interop.tables import columns, exporting, jobs, queries, recognising, sheets
from baarada.interop.tables.exporting import DANGEROUS, About
from baarada.journal import actions as journal
from baarada.journal.models import ConflictRow
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import NotAllowed
from baarada.registry import actions, lists
from baarada.registry.models import Facility, Identifier, Office, Person, Posting
from tests.interop.conftest import counts, person

ABOUT = About("Agents", "District: Ambrel", "Amina Ouattara", datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.fixture
def export(by, tmp_path):
    """Everybody (or some) as a file."""

    def export(form="xlsx", kind=columns.PEOPLE, ids=None, about=ABOUT):
        model = Person if kind == columns.PEOPLE else Facility
        found = model.objects.live().order_by("sort_key", "pk").values_list("pk", flat=True)
        target = tmp_path / f"out-{len(list(tmp_path.iterdir()))}.{form}"
        exporting.write(kind, list(found) if ids is None else ids, target, about, seen_by=by, form=form)
        return target

    return export


@pytest.fixture
def read(tmp_path):
    """A file's rows as dictionaries."""

    def read(path):
        rows = [row for at, _number, row in sheets.read(path, tmp_path / "spool").rows() if not at]
        return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]

    return read


@pytest.fixture
def changed(tmp_path):
    """A sheet with some cells typed over, as a person saves it."""

    def changed(path, read, **cells):
        """``cells``: a given name to what is typed over, by heading."""
        rows = read(path)
        for row in rows:
            row.update(cells.get(row["Given names"], {}))
        target = tmp_path / "typed.csv"
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]), delimiter=";")
            out.writeheader()
            out.writerows(rows)
        return target

    return changed


def parts(path):
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


class TestWhatIsInIt:
    def test_rows_stand_in_the_order_given_and_only_those(self, bring, export, read):
        bring([person(n) for n in range(5)])
        ids = list(Person.objects.order_by("-given_names").values_list("pk", flat=True))[:3]

        assert [row["Given names"] for row in read(export(ids=ids))] == ["Ivo4", "Ivo3", "Ivo2"]

    def test_values_read_as_on_the_screen(self, bring, export, read):
        bring([person(1, phone="612000001")])

        (row,) = read(export())

        told = {
            name: row[name]
            for name in ("Family name", "Sex", "Birth", "Telephone", "Facility", "Cadre", "Share of time")
        }
        assert told == {
            "Family name": "Ostrel", "Sex": "M", "Birth": "12/03/1985", "Telephone": "612000001",
            "Facility": "Poste de Larma", "Cadre": person()[6], "Share of time": "100 %",
        }  # fmt: skip
        assert {name: row[name] for name in told} == told

    def test_the_second_sheet_says_filter_date_and_author(self, bring, export):
        bring([person(1)])
        path = export()

        book = python_calamine.CalamineWorkbook.from_path(str(path))
        about = dict(book.get_sheet_by_index(1).to_python())
        assert len(book.sheet_names) == 2
        assert (
            about["List"] == "Agents"
            and about["Filter"] == "District: Ambrel"
            and about["By"] == "Amina Ouattara"
        )
        assert "20 November 2026" in about["Written on"].replace("\xa0", " ")

    def test_the_last_two_columns_are_opaque_and_say_which_row_is_whose(self, bring, export, read):
        bring([person(1)])

        (row,) = read(export())

        assert list(row)[-2:] == ["Baarada identifier", "Version read"]
        assert row["Baarada identifier"] == str(Person.objects.get().pk)
        assert re.fullmatch(r"[\w-]+", row["Version read"])
        assert "Ostrel" not in row["Version read"]

    def test_only_who_may_take_lists_out_does(self, by, tmp_path):
        from dataclasses import replace

        other = replace(by, rights=frozenset({"person.see"}))
        with pytest.raises(NotAllowed):
            exporting.write(
                columns.PEOPLE,
                [Office.objects.first().pk],
                tmp_path / "x.csv",
                ABOUT,
                seen_by=other,
                form="csv",
            )

    def test_queries_do_not_grow_with_the_rows(self, bring, export, django_assert_max_num_queries):
        bring([person(n) for n in range(60)])
        export()

        with django_assert_max_num_queries(12):
            export()


class TestNothingHidden:
    def test_no_sheet_row_column_name_author_or_path_is_hidden_in_the_file(self, bring, export):
        bring([person(n) for n in range(3)])
        found = parts(export())

        assert not [
            name
            for name in found
            if "externalLink" in name or "printerSettings" in name or "comments" in name
        ]
        assert not [
            name
            for name in found
            if name.endswith((".bin", ".vml")) or "pivot" in name or "customXml" in name
        ]
        for name, text in found.items():
            for word in (
                "hidden",
                "veryHidden",
                "definedName",
                "autoFilter",
                "absPath",
                "fileSharing",
                "/tmp",
                "/home",
            ):
                assert word not in text, (name, word)
        assert (
            "<dc:creator></dc:creator>" in found["docProps/core.xml"]
            or "creator" not in found["docProps/core.xml"]
        )
        assert (
            "Company></Company" in found["docProps/app.xml"] or "<Company>" not in found["docProps/app.xml"]
        )

    def test_nobody_outside_the_filter_is_anywhere_in_the_file(self, bring, export):
        bring([person(1), person(2, family="Secretov", given="Anonyme", phone="612345678")])
        seen = Person.objects.get(given_names="Ivo1")

        text = "".join(parts(export(ids=[seen.pk])).values())

        assert "Ostrel" in text
        assert "Secretov" not in text and "612345678" not in text

    def test_no_width_is_nothing(self, bring, export):
        bring([person(1)])

        sheet = parts(export())["xl/worksheets/sheet1.xml"]

        assert all(float(width) >= 8 for width in re.findall(r'<col [^>]*width="([\d.]+)"', sheet))


class TestHarmless:
    CELLS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_no_cell_is_a_formula(self, bring, export, read, form):
        bring([person(n, given=cell) for n, cell in enumerate(self.CELLS)])
        path = export(form)

        if form == "csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                written = [cell for row in csv.reader(file, delimiter=";") for cell in row]
            assert not [cell for cell in written if cell.startswith(DANGEROUS)]
        else:
            sheet = parts(path)["xl/worksheets/sheet1.xml"]
            assert "<f>" not in sheet and "hyperlink" not in sheet
            assert 'quotePrefix="1"' in parts(path)["xl/styles.xml"]
        assert {row["Given names"] for row in read(path)} == set(self.CELLS)

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_they_come_back_as_they_were(self, bring, export, form):
        bring([person(n, given=cell) for n, cell in enumerate(self.CELLS)])

        assert counts(bring(export(form))) == {SAME: len(self.CELLS)}

    @trying(deadline=None)
    @given(st.text())
    def test_whatever_a_cell_holds(self, text):
        safe = exporting.harmless(text)

        assert not safe.startswith(DANGEROUS)
        assert safe in (text, f"'{text}")


class TestComingBack:
    @pytest.fixture
    def three(self, bring):
        bring([person(n, phone=f"61200000{n}") for n in range(1, 4)])

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_untouched_it_changes_nothing(self, three, bring, export, form):
        assert counts(bring(export(form))) == {SAME: 3}

    def test_what_was_typed_is_all_that_changes(self, three, bring, export, read, changed):
        path = changed(export(), read, Ivo2={"Telephone": "612999999", "Birth": "13/03/1985"})

        job = bring(path)

        assert counts(job) == {SAME: 2, CHANGE: 1}
        found = Person.objects.get(given_names="Ivo2")
        assert (found.phone, str(found.born)) == ("612999999", "1985-03-13")

    def test_what_others_changed_meanwhile_in_other_cells_stays(
        self, three, bring, export, read, changed, region
    ):
        path = export()
        found = Person.objects.get(given_names="Ivo2")
        actions.revise(
            found, {"address": "Ambrel", "phone": "612777777"}, seen=journal.seen(found), by=region
        )

        job = bring(changed(path, read, Ivo2={"Birth": "13/03/1985"}))

        found = Person.objects.get(given_names="Ivo2")
        assert counts(job) == {SAME: 2, CHANGE: 1}
        assert (found.address, found.phone, str(found.born)) == ("Ambrel", "612777777", "1985-03-13")
        assert not ConflictRow.objects.exists()

    def test_the_same_cell_changed_twice_is_a_disagreement_with_both_values(
        self, three, bring, export, read, changed, region
    ):
        path = export()
        found = Person.objects.get(given_names="Ivo2")
        actions.revise(found, {"born": PartialDate(1985, 12, 3)}, seen=journal.seen(found), by=region)

        bring(changed(path, read, Ivo2={"Birth": "13/03/1985"}))

        conflict = ConflictRow.objects.get()
        assert (conflict.merge, conflict.entity) == ("person", found.pk)
        assert str(Person.objects.get(given_names="Ivo2").born) == "1985-03-12"

    def test_a_sheet_kept_open_for_a_week_says_only_what_was_typed(
        self, three, bring, export, read, changed, by
    ):
        """Everybody was transferred meanwhile: the old place in the sheet is not news."""
        path = export()
        kind = lists.items("facility_type")[0].code
        other = actions.add_facility({"name": "Poste de Vardane", "kind": kind}, by=by).record
        for posting in Posting.objects.select_related("person", "cadre"):
            values = {"facility": other, "cadre": posting.cadre, "starts": PartialDate(2026, 11, 1)}
            actions.transfer(
                posting.person,
                posting,
                values,
                seen=journal.seen(posting),
                seen_person=journal.seen(posting.person),
                by=by,
            )

        job = bring(changed(path, read, Ivo1={"Telephone": "612888888"}))

        assert counts(job) == {SAME: 2, CHANGE: 1}
        assert Posting.objects.live().count() == 6
        assert {p.facility_label for p in Posting.objects.live().filter(ends=None)} == {"Poste de Vardane"}

    def test_a_number_typed_over_is_that_number_changed(self, three, bring, export, read, changed):
        label = str(lists.items("identifier_kind")[0])

        bring(changed(export(), read, Ivo2={label: "P77777"}))

        assert sorted(Identifier.objects.live().values_list("number", flat=True)) == [
            "P00001",
            "P00003",
            "P77777",
        ]

    def test_a_number_of_somebody_else_is_refused(self, three, bring, export, read, changed):
        label = str(lists.items("identifier_kind")[0])

        job = bring(changed(export(), read, Ivo2={label: "P00003"}))

        assert counts(job) == {SAME: 2, REFUSED: 1}
        assert "already that of Ivo3 Ostrel" in job.rows.get(status=REFUSED).problems[0][2]

    def test_a_share_that_is_no_whole_per_cent_comes_back_the_same(self, three, bring, export, by):
        posting = Posting.objects.order_by("pk").first()
        actions.revise(posting, {"share": 3333}, seen=journal.seen(posting), by=by)

        assert counts(bring(export())) == {SAME: 3}

    def test_a_place_whose_name_two_bear_comes_back_the_same(self, three, bring, export, by, larma):
        actions.add_facility({"name": "Poste de Larma", "kind": larma.kind}, by=by)

        assert counts(bring(export())) == {SAME: 3}

    def test_a_touched_last_column_is_taken_as_what_stands_now(self, three, bring, export, read, changed):
        path = changed(export(), read, Ivo2={"Version read": "abc", "Telephone": "612999999"})

        assert counts(bring(path)) == {SAME: 2, CHANGE: 1}
        assert Person.objects.get(given_names="Ivo2").phone == "612999999"

    def test_the_identifier_of_nobody_is_refused(self, three, bring, export, read, changed):
        unknown = "01a1f921-a712-7f8a-bf64-57fbfb2812d4"
        path = changed(export(), read, Ivo2={"Baarada identifier": unknown})

        job = bring(path)

        assert counts(job) == {SAME: 2, REFUSED: 1}
        assert "No file has this identifier" in job.rows.get(status=REFUSED).problems[0][2]

    def test_a_posting_struck_out_meanwhile_is_not_told_in_words(self, three, bring, export, by):
        sheet = export("csv")
        posting = Posting.objects.filter(person__given_names="Ivo1").get()
        actions.delete(posting, seen=journal.seen(posting), by=by)

        assert counts(bring(sheet)) == {SAME: 3}

    def test_somebody_marked_as_deleted_is_not_changed(self, three, bring, export, read, changed, by):
        path = changed(export(), read, Ivo2={"Telephone": "612999999"})
        found = Person.objects.get(given_names="Ivo2")
        actions.delete(found, seen=journal.seen(found), by=by)

        assert counts(bring(path)) == {SAME: 2, REFUSED: 1}

    def test_a_row_added_below_is_somebody_new(self, three, bring, export, read, changed):
        path = changed(export(), read)
        with path.open("a", encoding="utf-8", newline="") as file:
            names = {"Family name": "Vardane", "Given names": "Selma", "Sex": "F", "Birth": "1990"}
            out = csv.DictWriter(file, list(read(path)[0]), delimiter=";")
            out.writerow(names)

        assert counts(bring(path)) == {SAME: 3, "new": 1}

    def test_facilities_come_back_too(self, bring, export, larma, by):
        for number in range(2):
            kind = lists.items("facility_type")[number].code
            values = {
                "name": f"Poste {number}",
                "kind": kind,
                "latitude": 10_500_001,
                "longitude": -5_750_009,
            }
            actions.add_facility(values | {"codes": ["dhis2:abc"], "level": 1}, by=by)

        assert counts(bring(export(kind=columns.FACILITIES), kind=columns.FACILITIES)) == {
            SAME: Facility.objects.live().count()
        }

    def test_the_dry_run_shows_what_was_typed(self, three, bring, export, read, changed):
        job = bring(changed(export(), read, Ivo2={"Telephone": "612999999"}), write=False)

        (changes,) = [c for c in queries.changes_of(job, list(job.rows.all())).values() if c]
        assert [(c.label, c.old.replace("\xa0", ""), c.new.replace("\xa0", "")) for c in changes] == [
            ("Telephone", "612000002", "612999999")
        ]
        jobs.ready(job)
        jobs.write(job)


class TestModel:
    @pytest.mark.parametrize("kind", list(columns.KINDS))
    def test_the_empty_list_has_every_column_that_can_be_brought_in(self, larma, kind, tmp_path):
        target = tmp_path / "model.xlsx"
        exporting.write_model(kind, target)

        book = python_calamine.CalamineWorkbook.from_path(str(target))
        headings = book.get_sheet_by_index(0).to_python()[0]
        expected = [
            c.key for c in columns.columns(kind) if c.key not in (*columns.NAMES, columns.ID, columns.SEEN)
        ]
        assert [p.key for p in recognising.propose(kind, headings)] == expected
        assert [row[0] for row in book.get_sheet_by_index(1).to_python()] == headings

    def test_cells_of_a_list_offer_its_choices_and_numbers_stay_text(self, larma, tmp_path):
        target = tmp_path / "model.xlsx"
        exporting.write_model(columns.PEOPLE, target)

        book = python_calamine.CalamineWorkbook.from_path(str(target))
        choices = zip(*book.get_sheet_by_name("Choices").to_python(), strict=True)
        by_heading = {column[0]: [cell for cell in column[1:] if cell] for column in choices}
        assert by_heading["Cadre"] == [c.label() for c in lists.cadres()]
        assert by_heading["Sex"] == [str(item) for item in lists.items("sex")]
        sheet = parts(target)["xl/worksheets/sheet1.xml"]
        assert sheet.count('errorStyle="information"') == sheet.count("Choices") == len(by_heading)
        assert 'numFmtId="49"' in parts(target)["xl/styles.xml"]

    def test_filled_in_it_is_read_whatever_stands_beside(self, larma, bring, tmp_path):
        """One row of it is smaller than the sheet of choices."""
        target = tmp_path / "model.xlsx"
        exporting.write_model(columns.PEOPLE, target)
        cells = "".join(
            f'<c r="{at}2" t="inlineStr"><is><t>{text}</t></is></c>'
            for at, text in (("A", "Ostrel"), ("E", "F"))
        )
        old = parts(target)
        with zipfile.ZipFile(target, "w") as file:
            for name, text in old.items():
                if name == "xl/worksheets/sheet1.xml":
                    text = text.replace("</sheetData>", f'<row r="2">{cells}</row></sheetData>')
                file.writestr(name, text)

        assert counts(bring(target)) == {NEW: 1}
