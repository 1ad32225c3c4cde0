"""Pages of a file as people send it: its sheets, the words it asks about, what is remembered of its sender."""

import io
from uuid import UUID

import pytest
import xlsxwriter
from django.urls import reverse

from baarada.interop.models import PLANNED, READ, ImportJob, LearnedHeading, LearnedValue
from baarada.interop.tables import asking, layout
from baarada.registry.models import Office, Person
from baarada.web.tables import asked
from tests.web.test_tables import HEADINGS, amina, loulouni, read_here, send, text_of, try_out

pytestmark = pytest.mark.django_db
__all__ = ["amina", "loulouni", "read_here"]

HERE, THERE = "CSCom de Loulouni", "C.S. Lulun"


def row(
    number: int, *, facility: str = HERE, sex: str = "F", cadre: str = "SF", payroll: str = ""
) -> list[str]:
    return [
        payroll or f"10{number}A",
        f"Sidibé{number}",
        "Awa",
        sex,
        "12/03/1985",
        cadre,
        facility,
        "76000001",
    ]


def workbook(**sheets) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, cells in enumerate(rows):
                sheet.write_row(at, 0, cells)
    return out.getvalue()


def brought(browser, **sheets) -> ImportJob:
    answer = send(browser, workbook(**sheets), name="staff.xlsx")
    assert answer.status_code == 302, text_of(answer)
    return ImportJob.objects.order_by("-pk")[0]


def again(job: ImportJob) -> ImportJob:
    return ImportJob.objects.get(pk=job.pk)


def shown(browser, job: ImportJob) -> str:
    return text_of(browser.get(reverse("web:import", args=[job.pk])))


TWO = {
    "Couverture": [["Direction"]],
    "A": [["Titre"], HEADINGS, row(1)],
    "B": [HEADINGS, row(2), row(3), ["TOTAL", "2"]],
}


class TestSheets:
    def test_the_page_says_which_are_read_and_why_others_are_not(self, amina, loulouni):
        job = brought(amina, **TWO)
        page = shown(amina, job)

        assert "2 sheets" in page and "1 sheet left aside" in page
        assert "no headings of this kind of list" in page
        assert page.count('name="column-') == len(HEADINGS)

    def test_a_sheet_is_left_aside_and_headings_are_elsewhere_as_a_person_says(self, amina, loulouni):
        job = brought(amina, **TWO)
        where = reverse("web:import-sheets", args=[job.pk])

        answer = amina.post(where, {"sheet-1": "1", "row-1": "2", "sender": str(job.sender)})

        assert answer.status_code == 302
        assert [sheet["why"] for sheet in again(job).sheets] == [layout.NO_LIST, "", layout.BY_HAND]
        assert again(job).total == 1 and "left aside by you" in shown(amina, job)

    def test_after_a_dry_run_it_must_be_made_anew(self, amina, loulouni):
        job = brought(amina, **TWO)
        try_out(amina, job)
        assert again(job).state == PLANNED

        amina.post(reverse("web:import-sheets", args=[job.pk]), {"sheet-2": "1", "sender": str(job.sender)})

        assert again(job).state == READ and not job.rows.exists()
        assert amina.post(reverse("web:import-write", args=[job.pk])).status_code == 302
        assert not Person.objects.exists()

    @pytest.mark.parametrize("sent", [{}, {"sheet-1": "1", "row-1": "77"}, {"sheet-0": "1", "row-0": "1"}])
    def test_what_cannot_be_changes_nothing(self, amina, loulouni, sent):
        job = brought(amina, **TWO)
        before = again(job).sheets

        answer = amina.post(reverse("web:import-sheets", args=[job.pk]), sent, follow=True)

        assert 'role="alert"' in text_of(answer)
        assert again(job).sheets == before

    def test_rows_left_aside_are_counted_and_listed(self, amina, loulouni):
        job = brought(amina, **TWO)
        try_out(amina, job)

        assert "1 row left aside" in shown(amina, job)
        page = text_of(amina.get(reverse("web:import-rows", args=[job.pk, "laissees"])))
        assert "TOTAL ; 2" in page and "A total, not a row of the list." in page and "B, 4" in page

    def test_rows_say_their_sheet_and_what_goes_back_too(self, amina, loulouni):
        job = brought(amina, A=[HEADINGS, row(1)], B=[HEADINGS, row(2, sex="")])
        try_out(amina, job)

        assert "B, 2" in text_of(amina.get(reverse("web:import-rows", args=[job.pk, "refusees"])))
        back = b"".join(amina.get(reverse("web:import-outside", args=[job.pk, "csv"]))).decode("utf-8-sig")
        assert back.splitlines()[0].endswith("Sheet of the file;Row of the file;Reason, and what to do")
        assert ";B;2;" in back

    def test_a_sheet_of_another_list_is_asked_about_by_name(self, amina, loulouni):
        job = brought(amina, A=[HEADINGS, row(1)], B=[HEADINGS[:4], row(2)[:4]])
        keys = {"column-1": "note"}

        answer = amina.post(reverse("web:import-columns", args=[job.pk]), keys)

        assert answer.status_code == 422
        assert "sheet “A”" in text_of(answer) or "sheet “B”" in text_of(answer)


def named(job, sent) -> dict[str, str]:
    """A form about the words of a file; ``word-0`` is the first of those that are asked about now."""
    names = [line.name for line in asked.lines(again(job))]
    return {f"{key.split('-')[0]}-{names[int(key.split('-')[1])]}": value for key, value in sent.items()}


def answered(browser, job, **sent):
    return browser.post(reverse("web:import-words", args=[job.pk]), named(job, sent), follow=True)


class TestWords:
    def words(self, browser, job, **sent):
        return answered(browser, job, **sent)

    def planned(self, browser, *rows) -> ImportJob:
        job = brought(browser, Liste=[HEADINGS, *rows])
        try_out(browser, job)
        return again(job)

    def test_a_word_is_asked_about_once_and_answered_for_all_its_rows(self, amina, loulouni):
        job = self.planned(amina, row(1, facility=THERE), row(2, facility=THERE), row(3))
        assert job.counts["refused"] == 2
        page = shown(amina, job)
        assert "1 word is not known here" in page and THERE in page

        self.words(amina, job, **{"word-0": str(loulouni.pk)})

        assert again(job).counts["new"] == 3
        assert not asking.words_asked(again(job))

    def test_the_next_file_of_this_sender_is_not_asked_about_it(self, amina, loulouni):
        job = self.planned(amina, row(1, facility=THERE))
        self.words(amina, job, **{"typed-0": "CSCom de Loulouni"})

        assert self.planned(amina, row(2, facility=THERE.upper())).counts["new"] == 1

    def test_another_sender_is_and_the_first_answer_is_offered(self, amina, loulouni, country):
        job = self.planned(amina, row(1, facility=THERE))
        self.words(amina, job, **{"word-0": str(loulouni.pk)})
        other = brought(amina, Liste=[HEADINGS, row(2, facility=THERE)])
        amina.post(reverse("web:import-sheets", args=[other.pk]), {"sender": str(country.region.pk)})
        try_out(amina, again(other))

        assert again(other).counts["refused"] == 1
        assert again(other).sender == country.region.pk

    def test_a_cell_can_be_left_empty(self, amina, loulouni):
        job = self.planned(amina, row(1, facility=THERE))
        self.words(amina, job, **{"word-0": "-"})

        assert again(job).counts["new"] == 1

    @pytest.mark.parametrize(
        "sent",
        [{}, {"word-0": "nobody"}, {"word-0": "00000000-0000-0000-0000-000000000001"}, {"typed-0": "Nulle part"}],
    )  # fmt: skip
    def test_what_is_no_choice_gets_a_sentence_and_changes_nothing(self, amina, loulouni, sent):
        job = self.planned(amina, row(1, facility=THERE))

        page = text_of(self.words(amina, job, **sent))

        assert 'role="alert"' in page
        assert not LearnedValue.objects.exists() and again(job).counts["refused"] == 1

    def test_a_page_of_before_the_last_dry_run_answers_for_no_other_word(self, amina, loulouni):
        job = self.planned(amina, row(1, facility=THERE), row(2, facility=THERE), row(3, facility="Ailleurs"))
        old = named(job, {"word-0": str(loulouni.pk)})
        self.words(amina, job, **{"word-0": "-"})
        assert [one.text for one in asking.words_asked(again(job))] == ["Ailleurs"]

        amina.post(reverse("web:import-words", args=[job.pk]), old)

        assert LearnedValue.objects.get().text == THERE
        assert [one.text for one in asking.words_asked(again(job))] == ["Ailleurs"]

    def test_what_was_answered_well_stands_in_the_form_again(self, amina, loulouni):
        job = self.planned(amina, row(1, facility=THERE), row(2, facility="Ailleurs"))
        sent = named(job, {"word-0": "-", "typed-1": "Nulle part"})

        answer = amina.post(reverse("web:import-words", args=[job.pk]), sent)

        assert answer.status_code == 422
        page = answer.content.decode()
        assert '<option value="-" selected>' in page and 'value="Nulle part"' in page

    def test_figures_for_the_sexes_are_asked_about_once(self, amina, loulouni):
        job = self.planned(amina, row(1, sex="1"), row(2, sex="2"))
        assert "the other figure is then the other sex" in shown(amina, job)

        self.words(amina, job, **{"word-0": "F"})
        amina.post(reverse("web:import-write", args=[job.pk]))

        assert list(Person.objects.order_by("sort_key").values_list("sex", flat=True)) == ["F", "M"]
        assert self.planned(amina, row(3, sex="2")).counts["new"] == 1


class TestNumbers:
    def test_they_are_mended_once_somebody_says_so(self, amina, loulouni):
        rows = [row(n, payroll=f"0142{n}K") for n in range(310, 318)]
        job = brought(amina, Liste=[HEADINGS, *rows, row(9, payroll="142309K")])
        try_out(amina, job)
        page = shown(amina, job)
        assert "1 number looks spoilt" in page and "142309K → 0142309K" in page
        assert again(job).counts["refused"] == 1

        amina.post(reverse("web:import-option", args=[job.pk]), {"name": "numbers", "value": "mended"})

        assert again(job).counts["new"] == 9
        assert "answered: taken as proposed" in shown(amina, job)


class TestTwoRowsOfOnePerson:
    def test_they_are_put_to_a_person(self, amina, loulouni):
        twice = row(1)
        twice[0] = ""
        job = brought(amina, Liste=[HEADINGS, twice, twice])
        try_out(amina, job)
        page = shown(amina, job)
        assert "The file itself has a row much like it" in page and "row 2 of the file" in page

        amina.post(reverse("web:import-doubts", args=[job.pk]), {"line": "3", "choice": "row:2"})

        assert again(job).counts == {"new": 1, "change": 0, "same": 1, "doubt": 0, "refused": 0}

    def test_they_stay_two_if_somebody_says_so(self, amina, loulouni):
        twice = row(1)
        twice[0] = ""
        job = brought(amina, Liste=[HEADINGS, twice, twice])
        try_out(amina, job)
        amina.post(reverse("web:import-doubts", args=[job.pk]), {"line": "3", "choice": "new"})
        amina.post(reverse("web:import-write", args=[job.pk]))

        assert Person.objects.count() == 2


class TestRemembered:
    def test_the_page_shows_what_is_remembered_and_forgets_it(self, amina, loulouni):
        headings = [*HEADINGS[:-1], "Appel"]
        job = brought(amina, Liste=[headings, row(1, facility=THERE)])
        try_out(amina, job, **{"column-7": "phone"})
        answered(amina, job, **{"word-0": str(loulouni.pk)})
        where = f"{reverse('web:import-remembered')}?expediteur={job.sender}"

        page = text_of(amina.get(where))
        assert THERE in page and HERE in page and "appel" in page

        for sort, one in (("word", LearnedValue.objects.get()), ("heading", LearnedHeading.objects.get())):
            sent = {"expediteur": str(job.sender), "sort": sort, "one": str(one.pk)}
            assert amina.post(reverse("web:import-forget"), sent).status_code == 302
        assert not LearnedValue.objects.exists() and not LearnedHeading.objects.exists()
        assert "No word of this sender" in text_of(amina.get(where))

    def test_without_a_sender_it_is_ones_own_office(self, amina, loulouni):
        own = Office.objects.get(pk=UUID(bytes=amina.actor.office))
        assert str(own) in text_of(amina.get(reverse("web:import-remembered")))

    def test_an_unknown_sender_is_no_page(self, amina, loulouni):
        where = reverse("web:import-remembered")
        assert amina.get(f"{where}?expediteur={UUID(int=7)}").status_code == 404

    def test_one_sender_cannot_have_another_ones_forgotten(self, amina, loulouni, country):
        LearnedHeading.objects.create(kind="people", heading="appel", key="phone", sender=country.region.pk)
        one = LearnedHeading.objects.get()

        sent = {"expediteur": str(country.kadiolo.pk), "sort": "heading", "one": str(one.pk)}
        amina.post(reverse("web:import-forget"), sent)

        assert LearnedHeading.objects.exists()
