"""Pages of lists: bringing one in from upload to undo, writing one out."""

import csv
import io
import os
from pathlib import Path

import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from baarada.interop.models import (
    CHANGE,
    DONE,
    FAILED,
    IMPORTING,
    NEW,
    PLANNED,
    READ,
    REFUSED,
    SAME,
    STOPPED,
    UNDONE,
    UPLOADED,
    ExportJob,
    ImportJob,
    ImportRow,
    LearnedHeading,
)
from baarada.interop.tables import jobs, outgoing, reading
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.journal.models import ActRow
from baarada.kernel import children
from baarada.kernel.ids import as_uuid
from baarada.registry import actions, lists
from baarada.registry.models import Cadre, Facility, Identifier, ListItem, Person, Posting
from tests.conftest import move_clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def read_here(monkeypatch) -> None:
    """Files are taken apart in this process: that a watched one does it is tested with the reader."""

    def run(module: str, args: list[str], **limits) -> None:
        code = reading.main(*map(Path, args[:2]), *args[2:])
        if code:
            raise children.ChildFailed("died", code)

    monkeypatch.setattr(children, "run", run)


HEADINGS = (
    "Matricule",
    "Nom",
    "Prénom",
    "Sexe",
    "Date de naissance",
    "Qualification",
    "Structure",
    "Téléphone",
)
AWA = ("100A", "Sidibé", "Awa", "F", "12/03/1985", "SF", "CSCom de Loulouni", "76000001")
ISSA = ("101B", "Coulibaly", "Issa", "M", "1979", "SF", "CSCom de Loulouni", "76000002")
OUMOU = ("102C", "Dembélé", "Oumou", "F", "01/05/1990", "SF", "CSCom de Loulouni", "76000003")


@pytest.fixture
def amina(country, browser_of):
    return in_english(browser_of("amina", country.kadiolo))


@pytest.fixture
def oumar(country, browser_of):
    """A colleague of Amina's, in the same office."""
    return in_english(browser_of("oumar", country.kadiolo))


@pytest.fixture
def cheick(country, browser_of):
    return in_english(browser_of("cheick", country.region))


@pytest.fixture
def loulouni(country, amina) -> Facility:
    """A health centre, and the lists that rows speak of."""
    with journal.write("cadre.added", by=amina.actor) as act:
        act.create(Cadre, code="SF", label_m="Sage-femme", label_f="Sage-femme", label_en="Midwife")
        for list_, code, label in (
            ("sex", "F", "Female"), ("sex", "M", "Male"), ("identifier_kind", "payroll", "Matricule"),
            ("facility_type", "cscom", "CSCom"), ("posting_kind", "appointment", "Appointment"),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label)
    lists.forget()
    values = {"name": "CSCom de Loulouni", "kind": "cscom"}
    return actions.add_facility(values, by=amina.actor, office=country.kadiolo).record


def in_english(browser):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def text_of(answer) -> str:
    return answer.content.decode()


def as_csv(*rows, headings=HEADINGS) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([headings, *rows])
    return out.getvalue().encode()


def send(browser, content: bytes, kind="people", name="staff.csv"):
    file = SimpleUploadedFile(name, content)
    return browser.post(reverse("web:imports"), {"kind": kind, "file": file})


def bring(browser, *rows, headings=HEADINGS, kind="people", name="staff.csv") -> ImportJob:
    """A list brought in up to its columns."""
    answer = send(browser, as_csv(*rows, headings=headings), kind, name)
    assert answer.status_code == 302, text_of(answer)
    return ImportJob.objects.order_by("-pk")[0]


def try_out(browser, job: ImportJob, **changed: str):
    """Send the columns as the page shows them, some of them changed."""
    keys = {f"column-{one['index']}": one["key"] for one in job.mapping} | changed
    return browser.post(reverse("web:import-columns", args=[job.pk]), keys)


def dry_run(browser, *rows, **how) -> ImportJob:
    job = bring(browser, *rows, **how)
    assert try_out(browser, job).status_code == 302
    job.refresh_from_db()
    return job


def imported(browser, *rows, **how) -> ImportJob:
    job = dry_run(browser, *rows, **how)
    post(browser, "import-write", job)
    return job


def get(browser, name: str, job, *more):
    return browser.get(reverse(f"web:{name}", args=[job.pk, *more]))


def post(browser, name: str, job, data=None):
    answer = browser.post(reverse(f"web:{name}", args=[job.pk]), data or {})
    job.refresh_from_db()
    return answer


def sheets_of(answer) -> dict[str, list[list[str]]]:
    """The workbook that was sent."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


class TestUpload:
    def test_a_page_without_imports_says_what_to_begin_with(self, amina):
        page = text_of(amina.get(reverse("web:imports")))
        assert "No list has come in yet" in page and "Begin with the facilities" in page

    def test_headings_that_are_known_are_told(self, amina):
        assert "date of birth" in text_of(amina.get(reverse("web:imports")))
        amina.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
        page = text_of(amina.get(reverse("web:imports")))
        assert "date de naissance" in page and "date of birth" not in page

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"kind": "people"}, "Choose the file to bring in."),
            ({"file": "some"}, "Choose what the file lists."),
            ({"kind": "horses", "file": "some"}, "horses"),
            ({"kind": "people", "file": ""}, "This file is empty."),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_is_kept(self, amina, data, sentence):
        if "file" in data:
            data = data | {"file": SimpleUploadedFile("a.csv", data["file"].encode())}
        answer = amina.post(reverse("web:imports"), data)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert not ImportJob.objects.exists()

    def test_too_large_a_file_is_refused_with_both_sizes(self, amina, settings):
        settings.BAARADA_LARGEST_UPLOAD = 2000
        answer = send(amina, b"x" * 3000)
        assert answer.status_code == 422
        assert "This file has 3 kB; at most 2 kB" in text_of(answer)
        assert not ImportJob.objects.exists()

    def test_a_file_that_is_no_list_ends_with_a_sentence(self, amina):
        answer = send(amina, b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
        job = ImportJob.objects.get()
        page = text_of(amina.get(answer.url))
        assert job.state == FAILED and not jobs.folder(job).exists()
        assert "old Excel format" in page and "Nothing was written to the register" in page

    def test_names_of_files_are_shown_as_they_are(self, amina, loulouni):
        job = bring(amina, AWA, name="<b>staff.csv")
        page = text_of(get(amina, "import", job))
        assert "&lt;b&gt;staff.csv" in page and "<b>staff" not in page

    def test_a_model_says_what_each_column_takes(self, amina, loulouni):
        first, second, choices = sheets_of(amina.get(reverse("web:import-model", args=["people"]))).values()
        assert {"Family name", "Sex", "Cadre"} <= set(first[0]) and len(first) == 1
        assert ["Sex", "Female; Male"] in second
        assert "Female" in [row[choices[0].index("Sex")] for row in choices[1:]]
        assert amina.get(reverse("web:import-model", args=["horses"])).status_code == 404

    def test_the_model_comes_back_with_every_heading_known(self, amina, loulouni):
        [headings, *_] = next(
            iter(sheets_of(amina.get(reverse("web:import-model", args=["people"]))).values())
        )
        job = bring(amina, ["x"] * len(headings), headings=headings)
        assert {one["certainty"] for one in job.mapping} == {"sure"}


class TestColumns:
    def test_the_page_shows_headings_examples_and_how_sure(self, amina, loulouni):
        job = bring(amina, AWA, ISSA, headings=(*HEADINGS[:4], "Date de naisance", *HEADINGS[5:7], "Truc"))
        page = text_of(get(amina, "import", job))
        assert job.state == READ
        assert "Coulibaly" in page and "6 columns of 8 are sure" in page
        assert "to confirm" in page and "left out" in page and "heading not known" in page

    def test_two_columns_for_one_thing_are_refused_and_the_choice_stays(self, amina, loulouni):
        job = bring(amina, AWA)
        answer = try_out(amina, job, **{"column-7": "family_name"})
        assert answer.status_code == 422
        assert "Two columns are taken for “Family name”" in text_of(answer)
        assert text_of(answer).count('<option value="family_name" selected>') == 2
        job.refresh_from_db()
        assert job.state == READ

    def test_a_list_without_names_is_refused(self, amina, loulouni):
        job = bring(amina, AWA)
        answer = try_out(amina, job, **{"column-1": ""})
        assert answer.status_code == 422
        assert "No column is taken for" in text_of(answer)

    def test_what_was_chosen_or_confirmed_is_remembered(self, amina, loulouni):
        headings = (*HEADINGS[:4], "Date de naisance", *HEADINGS[5:7], "Truc")
        job = bring(amina, AWA, headings=headings)
        try_out(amina, job, **{"column-7": "phone"})
        assert dict(LearnedHeading.objects.values_list("heading", "key")) == {
            "truc": "phone", "date de naisance": "born",
        }  # fmt: skip
        again = bring(amina, AWA, headings=headings)
        assert "as somebody chose the last time" in text_of(get(amina, "import", again))
        assert {one["certainty"] for one in again.mapping} == {"sure"}

    def test_columns_can_be_chosen_anew_after_the_dry_run(self, amina, loulouni):
        job = dry_run(amina, AWA)
        answer = try_out(amina, job, **{"column-7": ""})
        job.refresh_from_db()
        assert answer.status_code == 302 and job.state == PLANNED
        assert "phone" not in job.rows.get().cells


class TestDryRun:
    def test_it_says_what_would_happen_and_writes_nothing(self, amina, loulouni):
        bad = ("103D", "Ballo", "Lassina", "M", "31/02/1981", "SF", "CSCom Nouveau", "")
        job = dry_run(amina, AWA, ISSA, bad)
        page = text_of(get(amina, "import", job))
        assert not Person.objects.exists()
        assert "Dry run, nothing is written yet" in page and "Import 2 rows" in page
        assert "2 rows can come in," in page and "1 stays outside." in page
        assert "31/02/1981" in page and "that month has no such day" in page
        assert "No facility is called “CSCom Nouveau”" in page

    def test_rows_to_create_are_one_link_away(self, amina, loulouni):
        job = dry_run(amina, AWA)
        address = reverse("web:import-rows", args=[job.pk, "nouvelles"])
        assert address in text_of(get(amina, "import", job))
        assert "Sidibé Awa" in text_of(amina.get(address))
        assert get(amina, "import-rows", job, "autres").status_code == 404

    def test_changed_rows_show_the_old_and_the_new_value(self, amina, loulouni):
        imported(amina, AWA, ISSA)
        job = dry_run(amina, (*AWA[:7], "66112233"), ISSA)
        page = text_of(get(amina, "import-rows", job, "modifiees"))
        assert job.counts == {NEW: 0, CHANGE: 1, SAME: 1, "doubt": 0, REFUSED: 0}
        assert "<del>76\u00a000\u00a000\u00a001</del>" in page or "<del>76000001</del>" in page
        assert "66" in page and "Telephone" in page
        assert "ISSA" not in page.upper().split("<TBODY")[1]

    def test_a_transfer_shows_both_places(self, amina, country, loulouni):
        imported(amina, AWA)
        actions.add_facility(
            {"name": "CSCom de Fourou", "kind": "cscom"}, by=amina.actor, office=country.kadiolo
        )
        row = (*AWA[:6], "CSCom de Fourou", AWA[7], "01/06/2026")
        job = dry_run(amina, row, headings=(*HEADINGS, "Date de prise de service"))
        page = text_of(get(amina, "import-rows", job, "modifiees"))
        assert "Transfer" in page and "CSCom de Loulouni</del>" in page and "CSCom de Fourou" in page

    def test_what_refuses_many_rows_is_said_once(self, amina, loulouni):
        rows = [(f"{n}X", "Ballo", f"Issa{n}", "M", "1979", "MED", *ISSA[6:]) for n in range(12)]
        page = text_of(get(amina, "import", dry_run(amina, *rows)))
        assert "<b>12 rows:</b> Unknown cadre: “MED”." in page

    def test_rows_that_stay_outside_come_as_a_file_with_the_reason(self, amina, loulouni):
        bad = ("103D", "Ballo", "Lassina", "M", "31/02/1981", "SF", "CSCom de Loulouni", "=1+1")
        job = dry_run(amina, AWA, bad)
        lines = next(iter(sheets_of(get(amina, "import-outside", job, "xlsx")).values()))
        assert lines[0][-1] == "Reason, and what to do"
        assert lines[1][:3] == ["103D", "Ballo", "Lassina"] and "no such day" in lines[1][-1]
        answer = get(amina, "import-outside", job, "csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert (
            "'=1+1" in text
            and "no such day" in text
            and "staff - rows outside.csv" in answer["Content-Disposition"]
        )
        assert get(amina, "import-outside", job, "pdf").status_code == 404

    def test_files_made_for_an_answer_are_gone_after_it(self, amina, loulouni, settings):
        job = dry_run(amina, ("", "Ballo", "", "", "", "", "", ""))
        answer = get(amina, "import-outside", job, "xlsx")
        b"".join(answer.streaming_content)
        assert not list(Path(settings.CONFIG.work).glob("out-*"))

    def test_files_that_a_power_cut_left_behind_go_the_next_day(self, amina, loulouni, settings):
        folder = Path(settings.CONFIG.work)
        folder.mkdir(parents=True, exist_ok=True)
        old, fresh = folder / "out-old.xlsx", folder / "out-fresh.xlsx"
        for path, days in ((old, 2), (fresh, 0)):
            path.write_bytes(b"")
            at = runtime.now().timestamp() - days * 86_400
            os.utime(path, (at, at))
        b"".join(amina.get(reverse("web:import-model", args=["people"])).streaming_content)
        assert fresh.exists() and not old.exists()
        fresh.unlink()

    def test_a_list_that_says_nothing_new_has_nothing_to_import(self, amina, loulouni):
        imported(amina, AWA)
        job = dry_run(amina, AWA)
        page = text_of(get(amina, "import", job))
        assert "There is nothing to import" in page and "Import 1 row" not in page


class TestDoubts:
    WITHOUT_NUMBER = ("", *AWA[1:7], "66112233")

    def test_a_doubt_is_put_side_by_side(self, amina, loulouni):
        imported(amina, AWA)
        job = dry_run(amina, self.WITHOUT_NUMBER)
        page = text_of(get(amina, "import-doubts", job))
        assert "Same person? Doubt 1 of 1" in page
        assert "SIDIBÉ Awa" in page and "alike" in page and "different" in page and "not said" in page

    def test_the_same_person_is_changed(self, amina, loulouni):
        imported(amina, AWA)
        job = dry_run(amina, self.WITHOUT_NUMBER)
        person = Person.objects.get()
        answer = post(amina, "import-doubts", job, {"line": "2", "choice": str(person.pk)})
        assert answer.url == reverse("web:import", args=[job.pk])
        assert job.rows.get().status == CHANGE
        post(amina, "import-write", job)
        person.refresh_from_db()
        assert person.phone == "66112233" and Person.objects.count() == 1

    def test_somebody_else_is_created(self, amina, loulouni):
        imported(amina, AWA)
        job = dry_run(amina, self.WITHOUT_NUMBER)
        post(amina, "import-doubts", job, {"line": "2", "choice": "new"})
        post(amina, "import-write", job)
        assert Person.objects.count() == 2

    def test_one_doubt_leads_to_the_next_and_can_be_passed(self, amina, loulouni):
        imported(amina, AWA, OUMOU)
        job = dry_run(amina, self.WITHOUT_NUMBER, ("", *OUMOU[1:7], "66112244"))
        assert "?line=3" in text_of(get(amina, "import-doubts", job))
        answer = post(amina, "import-doubts", job, {"line": "2", "choice": "new"})
        assert answer.url.endswith("?line=3")
        page = text_of(amina.get(answer.url))
        assert "Same person? Doubt 1 of 1" in page and "Dembélé" in page

    def test_nobody_else_can_be_chosen(self, amina, loulouni):
        imported(amina, AWA, ISSA)
        job = dry_run(amina, self.WITHOUT_NUMBER)
        other = Person.objects.get(family_name="Coulibaly")
        answer = post(amina, "import-doubts", job, {"line": "2", "choice": str(other.pk)})
        assert "Choose one of the people shown" in text_of(amina.get(answer.url))
        assert job.rows.get().status == "doubt"


class TestBirths:
    @pytest.fixture
    def job(self, amina, loulouni) -> ImportJob:
        rows = [(f"{n}X", "Ballo", f"Issa{n}", "M", f"31/12/{1970 + n}", *ISSA[5:]) for n in range(8)]
        return dry_run(amina, *rows)

    def test_many_births_on_one_day_are_asked_about(self, amina, job):
        page = text_of(get(amina, "import", job))
        assert "8 births on 31/12: only the year?" in page and "Yes, keep the year" in page

    def test_the_year_is_kept_if_so_answered(self, amina, job):
        post(amina, "import-option", job, {"name": "births", "value": "year"})
        page = text_of(get(amina, "import", job))
        assert job.state == PLANNED and "answered: only the year is kept" in page
        post(amina, "import-write", job)
        assert {(p.born.month, p.born.day) for p in Person.objects.all()} == {(0, 0)}

    def test_the_days_are_kept_if_they_are_real(self, amina, job):
        post(amina, "import-option", job, {"name": "births", "value": "exact"})
        post(amina, "import-write", job)
        assert {p.born.day for p in Person.objects.all()} == {31}

    def test_there_is_no_third_answer(self, amina, job):
        answer = post(amina, "import-option", job, {"name": "births", "value": "perhaps"})
        assert "Choose one of the answers shown." in text_of(amina.get(answer.url))

    def test_another_list_in_between_makes_the_dry_run_again(self, amina, loulouni, job):
        imported(amina, AWA)
        post(amina, "import-write", job)
        page = text_of(get(amina, "import", job))
        assert job.state == PLANNED and "Another list came in since this dry run" in page


class TestWriting:
    def test_a_list_comes_in_as_one_act(self, amina, loulouni):
        job = imported(amina, AWA, ISSA, OUMOU)
        page = text_of(get(amina, "import", job))
        assert job.state == DONE and Person.objects.count() == Identifier.objects.count() == 3
        assert Posting.objects.filter(facility=loulouni).count() == 3
        assert ActRow.objects.get(act=job.act).name == "Amina"
        assert "One act, which can be taken back" in page
        assert reverse("web:act", args=[job.act]) in page

    def test_facilities_come_in_too(self, amina, loulouni):
        job = imported(amina, ["CSCom de Fourou", "CSCom"], headings=("Nom", "Type"), kind="facilities")
        assert job.state == DONE and Facility.objects.filter(name="CSCom de Fourou").exists()
        assert "See the facilities" in text_of(get(amina, "import", job))

    def test_what_is_not_ready_is_not_written(self, amina, loulouni):
        job = bring(amina, AWA)
        answer = post(amina, "import-write", job)
        assert job.state == READ and not Person.objects.exists()
        assert "not ready to be imported" in text_of(amina.get(answer.url))

    def test_what_was_stopped_goes_on_and_nothing_doubles(self, amina, loulouni, monkeypatch):
        job = dry_run(amina, AWA, ISSA, OUMOU)
        monkeypatch.setattr(jobs, "WRITE_PIECE", 1)
        jobs.ready(job)
        jobs.stop(job, by=amina.actor)
        jobs.write(job)
        job.refresh_from_db()
        page = text_of(get(amina, "import", job))
        assert job.state == STOPPED and Person.objects.count() == 1
        assert "1 rows of 3 are written" in page and "Go on with the import" in page
        post(amina, "import-resume", job)
        assert job.state == DONE and Person.objects.count() == 3

    def test_work_that_went_wrong_can_go_on(self, amina, loulouni, monkeypatch):
        job = dry_run(amina, AWA, ISSA)
        jobs.ready(job)
        jobs.fail(job, "")
        page = text_of(get(amina, "import", job))
        assert "did not come to its end" in page and "its log says more" in page
        post(amina, "import-resume", job)
        assert job.state == DONE and Person.objects.count() == 2

    def test_a_dry_run_that_was_stopped_begins_again(self, amina, loulouni):
        job = dry_run(amina, AWA)
        ImportJob.objects.update(state=STOPPED)
        page = text_of(get(amina, "import", job))
        assert "nothing is written" in page and "Begin the dry run again" in page
        post(amina, "import-resume", job)
        assert job.state == PLANNED

    def test_a_file_that_wrote_nothing_can_be_given_up(self, amina, loulouni):
        job = dry_run(amina, AWA)
        folder = jobs.folder(job)
        assert folder.exists()
        amina.post(reverse("web:import-drop", args=[job.pk]))
        assert not ImportJob.objects.exists() and not ImportRow.objects.exists() and not folder.exists()

    def test_a_file_that_wrote_something_is_taken_back_instead(self, amina, loulouni):
        job = imported(amina, AWA)
        answer = post(amina, "import-drop", job)
        assert "take it back instead" in text_of(amina.get(answer.url))


class TestProgress:
    @pytest.fixture
    def job(self, amina, loulouni) -> ImportJob:
        job = dry_run(amina, AWA)
        ImportJob.objects.update(state=IMPORTING, act=as_uuid(runtime.new_id()), done=50, total=200)
        job.refresh_from_db()
        return job

    def test_it_says_how_far_the_work_is(self, amina, job):
        page = text_of(get(amina, "import", job))
        assert "Import under way: 50 rows of 200." in page and 'width="25%"' in page
        assert "You may leave this page" in page

    def test_it_looks_again_by_itself_with_a_script_and_without(self, amina, job):
        page = text_of(get(amina, "import", job))
        assert '<noscript><meta http-equiv="refresh" content="2;url=' in page
        assert 'hx-trigger="every 2s"' in page

    def test_a_script_is_sent_only_the_part_that_moves(self, amina, job):
        answer = amina.get(reverse("web:import", args=[job.pk]), headers={"HX-Request": "true"})
        assert "Import under way" in text_of(answer) and "<html" not in text_of(answer)

    def test_how_long_it_still_takes_follows_from_the_pace(self, amina, job):
        at = runtime.now_ms() - 60_000
        page = text_of(amina.get(f"{reverse('web:import', args=[job.pk])}?at={at}&from=20"))
        assert "Still about 5 minutes." in page

    def test_an_address_that_was_tampered_with_is_no_clock(self, amina, job):
        page = text_of(amina.get(f"{reverse('web:import', args=[job.pk])}?at=99999999999999&from=-3"))
        assert "Import under way" in page and "Still" not in page

    def test_work_that_does_not_move_is_said(self, amina, job):
        at = runtime.now_ms()
        move_clock(1)
        page = text_of(amina.get(f"{reverse('web:import', args=[job.pk])}?at={at}&from=50"))
        assert "Nothing has moved for a while" in page

    def test_stopping_is_asked_for(self, amina, job):
        post(amina, "import-stop", job)
        assert job.stop
        assert "It stops after the rows at hand" in text_of(get(amina, "import", job))

    def test_a_file_under_way_is_not_given_up(self, amina, job):
        ImportJob.objects.update(act=None)
        post(amina, "import-drop", job)
        assert ImportJob.objects.exists()

    def test_when_the_work_is_over_the_browser_loads_what_comes_next(self, amina, job):
        ImportJob.objects.update(state=DONE)
        address = reverse("web:import", args=[job.pk])
        answer = amina.get(f"{address}?at=1&from=0", headers={"HX-Request": "true"})
        assert answer["HX-Redirect"] == address

    def test_reading_a_large_file_has_its_page_too(self, amina, job):
        ImportJob.objects.update(state=UPLOADED, act=None)
        assert "Reading the file." in text_of(get(amina, "import", job))
        at = runtime.now_ms() - 60_000
        page = text_of(amina.get(f"{reverse('web:import', args=[job.pk])}?at={at}&from=50"))
        assert "Nothing has moved" not in page


class TestUndo:
    def test_it_is_confirmed_first(self, amina, loulouni):
        job = imported(amina, AWA, ISSA)
        page = text_of(get(amina, "import-undo", job))
        assert "The files of 2 people whom it created are marked as deleted." in page
        job.refresh_from_db()
        assert job.state == DONE and Person.objects.live().count() == 2

    def test_everything_goes_back(self, amina, loulouni):
        job = imported(amina, AWA, ISSA)
        post(amina, "import-undo", job)
        assert job.state == UNDONE and not Person.objects.live().exists()
        assert "Everything is as it was before the import." in text_of(get(amina, "import", job))

    def test_what_others_changed_since_stays_and_is_listed(self, amina, cheick, loulouni):
        job = imported(amina, AWA, ISSA)
        person = Person.objects.get(family_name="Sidibé")
        with journal.write("person.changed", by=cheick.actor) as act:
            act.change(person, {"phone": "66999999"}, seen=journal.seen(person))
        post(amina, "import-undo", job)
        page = text_of(get(amina, "import", job))
        assert [p.family_name for p in Person.objects.live()] == ["Sidibé"]
        assert "What others have changed since stays as it is" in page
        assert reverse("web:person", args=[person.pk]) in page and "Awa Sidibé" in page

    def test_a_fact_that_others_changed_is_named(self, amina, cheick, loulouni):
        imported(amina, AWA)
        job = imported(amina, (*AWA[:7], "66112233"))
        person = Person.objects.get()
        with journal.write("person.changed", by=cheick.actor) as act:
            act.change(person, {"phone": "66999999"}, seen=journal.seen(person))
        post(amina, "import-undo", job)
        person.refresh_from_db()
        assert person.phone == "66999999"
        assert "Telephone" in text_of(get(amina, "import", job))

    def test_it_is_signed_by_whoever_asked_for_it(self, amina, oumar, loulouni):
        job = imported(amina, AWA)
        post(oumar, "import-undo", job)
        assert ActRow.objects.get(act=job.undo_act).name == "Oumar"
        assert "Taken back by Oumar" in text_of(get(amina, "import", job))

    def test_what_wrote_nothing_has_nothing_to_take_back(self, amina, loulouni):
        job = dry_run(amina, AWA)
        answer = get(amina, "import-undo", job)
        assert answer.url == reverse("web:import", args=[job.pk])

    def test_what_is_half_taken_back_is_not_written_on(self, amina, loulouni):
        job = imported(amina, AWA)
        ImportJob.objects.update(state=FAILED, undo_act=as_uuid(runtime.new_id()))
        page = text_of(get(amina, "import", job))
        assert "Taking it back did not come to its end" in page and "Go on with the import" not in page
        post(amina, "import-resume", job)
        assert job.state == FAILED
        post(amina, "import-undo", job)
        assert job.state == UNDONE and not Person.objects.live().exists()

    def test_an_import_undone_among_the_acts_says_so(self, amina, loulouni):
        job = imported(amina, AWA)
        actions.undo(job.act.bytes, by=amina.actor)
        page = text_of(get(amina, "import", job))
        assert "has since been taken back" in page and "Take the import back" not in page


class TestRights:
    ADDRESSES = (
        "import", "import-columns", "import-doubts", "import-write", "import-stop", "import-resume", "import-undo",
        "import-drop",
    )  # fmt: skip

    def test_nobody_enters_without_signing_in(self, amina, loulouni):
        job = dry_run(amina, AWA)
        addresses = [reverse("web:imports"), reverse("web:exports"), reverse("web:export", args=["people"])]
        addresses += [
            reverse(f"web:{name}", args=[job.pk]) for name in ("import", "import-columns", "import-undo")
        ]
        for address in addresses:
            assert Client().get(address).url.startswith(reverse("web:sign-in"))
        Client().post(reverse("web:import-write", args=[job.pk]))
        assert not Person.objects.exists()

    @pytest.mark.parametrize("name", ADDRESSES)
    def test_another_office_finds_nothing(self, amina, cheick, loulouni, name):
        job = dry_run(amina, AWA)
        address = reverse(f"web:{name}", args=[job.pk])
        assert cheick.get(address).status_code in (404, 405)
        assert cheick.post(address).status_code in (404, 405)
        job.refresh_from_db()
        assert job.state == PLANNED and not Person.objects.exists()

    def test_it_is_not_on_another_office_s_list(self, amina, cheick, loulouni):
        bring(amina, AWA)
        assert "staff.csv" in text_of(amina.get(reverse("web:imports")))
        assert "staff.csv" not in text_of(cheick.get(reverse("web:imports")))

    def test_a_colleague_looks_on_but_does_not_write_in_somebody_s_name(self, amina, oumar, loulouni):
        job = dry_run(amina, AWA)
        page = text_of(get(oumar, "import", job))
        assert "Only Amina, who brought this file in, can go on with it" in page
        assert reverse("web:import-write", args=[job.pk]) not in page
        assert post(oumar, "import-write", job).status_code == 404
        assert job.state == PLANNED


def made(browser, rows: int, status: str = NEW) -> ImportJob:
    """An import with rows that nobody had to read."""
    by = browser.actor
    job = ImportJob.objects.create(
        id=as_uuid(runtime.new_id()), kind="people", file_name="staff.csv", digest="", account=as_uuid(by.account),
        writer=[by.name, by.office.hex(), by.kind], begun=runtime.now(), state=DONE, counts={status: rows},
        act=as_uuid(runtime.new_id()),
        mapping=[{"index": 0, "heading": "Nom", "key": "family_name", "certainty": "sure", "remembered": False}],
    )  # fmt: skip
    problem = [["family_name", "?", "Write the family name."]]
    ImportRow.objects.bulk_create(
        ImportRow(
            job=job, line=n + 2, cells={"family_name": f"Ballo{n}"}, status=status, title=f"Ballo{n}",
            problems=problem if status == REFUSED else [],
        )
        for n in range(rows)
    )  # fmt: skip
    return job


class TestLongLists:
    @pytest.mark.parametrize(("word", "status"), [("nouvelles", NEW), ("refusees", REFUSED)])
    def test_rows_come_a_page_at_a_time(self, amina, word, status):
        job = made(amina, 60, status)
        first = text_of(get(amina, "import-rows", job, word))
        assert "Ballo24" in first and "Ballo25" not in first and 'href="?after=26"' in first
        second = text_of(amina.get(reverse("web:import-rows", args=[job.pk, word]) + "?after=26"))
        assert "Ballo25" in second and "Ballo24" not in second

    def test_a_kind_without_rows_says_so(self, amina):
        assert "No row is of this kind" in text_of(get(amina, "import-rows", made(amina, 1), "en-doute"))

    def test_imports_come_a_page_at_a_time(self, amina):
        for _n in range(30):
            made(amina, 0)
        last = ImportJob.objects.order_by("-pk")[24]
        page = text_of(amina.get(reverse("web:imports")))
        assert page.count("staff.csv") == 25 and f"?after={last.pk}" in page
        assert text_of(amina.get(f"{reverse('web:imports')}?after={last.pk}")).count("staff.csv") == 5

    def test_a_page_asks_the_same_however_long_the_list(self, amina, count_queries):
        few, many = made(amina, 5), made(amina, 50)
        address = [reverse("web:import-rows", args=[job.pk, "nouvelles"]) for job in (few, many)]
        assert count_queries(amina, address[0]) == count_queries(amina, address[1])

    def test_so_does_the_list_of_imports(self, amina, count_queries):
        for _n in range(3):
            made(amina, 0)
        before = count_queries(amina, reverse("web:imports"))
        for _n in range(20):
            made(amina, 0)
        assert count_queries(amina, reverse("web:imports")) == before

    def test_so_does_what_an_undo_left(self, amina, loulouni, count_queries):
        imported(amina, *((f"{n}X", "Ballo", f"Issa{n}", *ISSA[3:]) for n in range(12)))
        job = ImportJob.objects.get()
        left = [{"type": str(Person.Merge.number), "id": p.pk.hex, "units": ""} for p in Person.objects.all()]
        counts = []
        for n in (2, 12):
            ImportJob.objects.update(state=UNDONE, left=left[:n])
            counts.append(count_queries(amina, reverse("web:import", args=[job.pk])))
        assert counts[0] == counts[1]


@pytest.fixture
def count_queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(browser, address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as found:
            assert browser.get(address).status_code == 200
        return len(found)

    return count


class TestExport:
    @pytest.fixture
    def staff(self, amina, loulouni) -> list[Person]:
        imported(amina, AWA, ISSA, OUMOU)
        return list(Person.objects.order_by("sort_key"))

    def address(self, kind="people", **query) -> str:
        from urllib.parse import urlencode

        return reverse("web:export", args=[kind]) + (f"?{urlencode(query, doseq=True)}" if query else "")

    def names(self, browser, kind="people", **query) -> list[str]:
        head, *lines = next(iter(sheets_of(browser.get(self.address(kind, form="xlsx", **query))).values()))
        place = head.index("Name" if kind == "facilities" else "Family name")
        return [line[place] for line in lines]

    def test_the_page_says_what_can_be_written_out(self, amina, staff):
        page = text_of(amina.get(reverse("web:exports")))
        assert self.address() in page and "3 rows" in page and "No long list was written lately" in page

    def test_one_chooses_the_kind_of_file(self, amina, staff):
        page = text_of(amina.get(self.address()))
        assert 'value="xlsx"' in page and 'value="csv"' in page and "3 rows" in page

    def test_the_file_holds_what_the_list_shows(self, amina, staff):
        assert self.names(amina) == ["Coulibaly", "Dembélé", "Sidibé"]
        assert self.names(amina, "facilities") == ["CSCom de Loulouni"]

    def test_the_filter_of_the_list_holds_and_is_said(self, amina, country, staff):
        answer = amina.get(self.address(form="xlsx", office=country.niena.pk))
        assert "This list is empty" in text_of(answer)
        answer = amina.get(self.address(form="xlsx", office=country.kadiolo.pk))
        first, second = sheets_of(answer).values()
        assert len(first) == 4
        assert ["Filter", "Office in charge: District de Kadiolo"] in second and ["By", "Amina"] in second

    def test_people_found_by_words_are_those_of_the_file(self, amina, staff):
        assert self.names(amina, q="dembele") == ["Dembélé"]
        assert self.names(amina, q="issa", sex="M") == ["Coulibaly"]
        assert "This list is empty" in text_of(amina.get(self.address(q="issa", sex="F")))
        assert "found by “dembele”" in text_of(amina.get(self.address(q="dembele")))

    def test_the_form_carries_the_filter_and_the_search_box_stays_empty(self, amina, country, staff):
        page = text_of(amina.get(self.address(office=country.kadiolo.pk)))
        assert f'<input type="hidden" name="office" value="{country.kadiolo.pk}">' in page
        assert '<input id="q" name="q" type="search" value=""' in page

    def test_the_staff_of_a_facility(self, amina, loulouni, staff):
        assert self.names(amina, "staff", facility=loulouni.pk) == ["Coulibaly", "Dembélé", "Sidibé"]
        assert amina.get(self.address("staff")).status_code == 404

    def test_text_goes_out_harmless(self, amina, staff):
        with journal.write("person.changed", by=amina.actor) as act:
            act.change(staff[0], {"address": "=HYPERLINK()"}, seen=journal.seen(staff[0]))
        answer = amina.get(self.address(form="csv"))
        assert "'=HYPERLINK()" in b"".join(answer.streaming_content).decode("utf-8-sig")
        assert ".csv" in answer["Content-Disposition"]

    def test_what_went_out_comes_back_unchanged(self, amina, staff):
        answer = amina.get(self.address(form="csv"))
        send(amina, b"".join(answer.streaming_content))
        job = ImportJob.objects.order_by("-pk")[0]
        try_out(amina, job)
        job.refresh_from_db()
        assert job.counts[SAME] == 3

    def test_there_is_no_other_list(self, amina, staff):
        assert amina.get(self.address("horses")).status_code == 404

    def test_an_empty_list_says_what_to_do(self, amina):
        page = text_of(amina.get(self.address()))
        assert "This list is empty" in page and "Import a list" in page


class TestLongExport:
    @pytest.fixture
    def job(self, amina, loulouni, monkeypatch) -> ExportJob:
        imported(amina, AWA, ISSA, OUMOU)
        monkeypatch.setattr(outgoing, "AT_ONCE", 2)
        amina.post(reverse("web:export", args=["people"]), {"form": "xlsx"})
        return ExportJob.objects.get()

    def test_a_long_list_is_not_written_while_the_browser_waits(self, amina, job):
        answer = amina.get(reverse("web:export", args=["people"]) + "?form=xlsx")
        assert answer["Content-Type"].startswith("text/html")
        assert "Write it for Excel" in text_of(answer) and 'method="post"' in text_of(answer)

    def test_the_worker_writes_it_and_it_is_fetched(self, amina, job):
        page = text_of(get(amina, "export-job", job))
        assert "The list is ready" in page and reverse("web:export-file", args=[job.pk]) in page
        lines = next(iter(sheets_of(get(amina, "export-file", job)).values()))
        assert [line[0] for line in lines[1:]] == ["Coulibaly", "Dembélé", "Sidibé"]
        assert reverse("web:export-job", args=[job.pk]) in text_of(amina.get(reverse("web:exports")))

    def test_it_keeps_its_filter(self, amina, country, job):
        answer = amina.post(
            reverse("web:export", args=["people"]) + f"?office={country.kadiolo.pk}", {"form": "csv"}
        )
        assert ExportJob.objects.order_by("-pk")[0].query == {"office": [str(country.kadiolo.pk)]}
        assert answer.status_code == 302

    def test_while_it_is_written_the_page_looks_on(self, amina, job):
        ExportJob.objects.update(state="writing", done=1)
        page = text_of(get(amina, "export-job", job))
        assert "The list is being written: 1 rows of 3." in page and 'width="33%"' in page
        post(amina, "export-stop", job)
        assert job.stop
        post(amina, "export-drop", job)
        assert ExportJob.objects.exists()

    def test_a_file_that_went_says_so(self, amina, job):
        outgoing.path(job).unlink()
        assert "The file is no longer here" in text_of(get(amina, "export-job", job))
        assert get(amina, "export-file", job).status_code == 404

    def test_nobody_else_fetches_it(self, amina, oumar, job):
        for name in ("export-job", "export-file"):
            assert get(oumar, name, job).status_code == 404
        assert oumar.post(reverse("web:export-drop", args=[job.pk])).status_code == 404

    def test_it_is_removed_before_its_time(self, amina, job):
        path = outgoing.path(job)
        assert path.exists()
        amina.post(reverse("web:export-drop", args=[job.pk]))
        assert not path.exists() and not ExportJob.objects.exists()

    def test_an_unknown_form_is_refused(self, amina, job):
        answer = amina.post(reverse("web:export", args=["people"]), {"form": "pdf"})
        assert "There is no such list" in text_of(amina.get(answer.url))
