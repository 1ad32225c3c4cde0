"""What lists of people say of careers: statuses, diplomas, licences come in, go out, come back."""

import csv

import pytest

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME
from baarada.interop.tables import columns, exporting, jobs, queries
from baarada.journal import actions as journal
from baarada.kernel.days import PartialDate, parse
from baarada.registry import actions, career
from baarada.registry.models import Employment, Licence, Person, Qualification
from tests.interop.conftest import HEADINGS, counts, person

STATUS = ("Statut", "Catégorie", "Échelon", "Date d’engagement")


@pytest.fixture
def choices(larma):
    """Some choices of the invented country, by list."""
    from baarada.registry import lists

    return {
        name: [str(i) for i in lists.items(name)]
        for name in ("status", "category", "diploma", "licence_kind")
    }


def row(choices, *cells, number=1):
    return [*person(number), *cells]


def words(job):
    """What the dry run says that a row would change."""
    rows = list(job.rows.filter(status=CHANGE))
    (changes,) = queries.changes_of(job, rows).values()
    return {change.label: (change.old, change.new) for change in changes}


class TestStatus:
    HEAD = (*HEADINGS, *STATUS)

    def test_it_comes_in_with_the_person_and_is_here_the_second_time(self, bring, choices):
        cells = row(choices, choices["status"][0], choices["category"][1], "3", "2012")
        assert counts(bring([cells], headings=self.HEAD)) == {NEW: 1}

        one = Employment.objects.get()
        assert (one.step, one.starts, one.person.given_names) == (3, PartialDate(2012), "Ivo1")
        assert one.status and one.category
        assert counts(bring([cells], headings=self.HEAD)) == {SAME: 1}

    def test_a_list_without_the_day_corrects_the_one_that_runs(self, bring, choices):
        bring([row(choices, choices["status"][0], "", "3", "2012")], headings=self.HEAD)
        job = bring([row(choices, "", "", "4", "")], headings=self.HEAD)

        assert counts(job) == {CHANGE: 1}
        assert [e.step for e in Employment.objects.live()] == [4]

    def test_a_later_day_is_another_status_and_the_first_ends_on_its_eve(self, bring, choices, by):
        bring([row(choices, choices["status"][0], "", "", "2012")], headings=self.HEAD)
        job = bring([row(choices, choices["status"][1], "", "", "01/03/2020")], headings=self.HEAD)

        old, new = Employment.objects.live().order_by("starts")
        assert (old.ends, new.starts, new.ends) == (PartialDate(2020, 2, 29), PartialDate(2020, 3, 1), None)
        assert counts(job) == {CHANGE: 1}
        jobs.undo(job, by=by)
        (only,) = Employment.objects.live()
        assert (only.starts, only.ends) == (PartialDate(2012), None)

    def test_what_cannot_be_is_refused_at_its_column(self, bring, choices):
        job = bring([row(choices, choices["status"][0], "", "300", "2012")], headings=self.HEAD)

        assert counts(job) == {REFUSED: 1}
        assert [(key, cell) for key, cell, _s in job.rows.get().problems] == [("employment.step", "300")]
        assert not Person.objects.exists()

    def test_a_step_alone_opens_no_status(self, bring, choices):
        job = bring([row(choices, "", "", "3", "")], headings=self.HEAD)
        assert counts(job) == {REFUSED: 1}
        assert "Choose at least" in job.rows.get().problems[0][2]


class TestDiplomasAndLicences:
    HEAD = (*HEADINGS, "Diplôme", "Année d’obtention", "Nature de l’inscription", "N° de licence")

    def cells(self, choices, awarded="2008", diploma=0):
        return row(choices, choices["diploma"][diploma], awarded, choices["licence_kind"][0], "L-117")

    def test_they_come_in_and_are_here_the_second_time(self, bring, choices):
        bring([self.cells(choices)], headings=self.HEAD)

        assert Qualification.objects.get().awarded == PartialDate(2008)
        assert Licence.objects.get().reference == "L-117"
        assert counts(bring([self.cells(choices)], headings=self.HEAD)) == {SAME: 1}

    def test_another_diploma_is_one_more_and_the_same_is_corrected(self, bring, choices):
        bring([self.cells(choices)], headings=self.HEAD)
        bring([self.cells(choices, diploma=1)], headings=self.HEAD)
        assert Qualification.objects.live().count() == 2

        job = bring([self.cells(choices, awarded="06/2008")], headings=self.HEAD)
        assert counts(job) == {CHANGE: 1}
        assert {q.awarded for q in Qualification.objects.live()} == {PartialDate(2008), PartialDate(2008, 6)}

    def test_an_undo_takes_them_back(self, bring, choices, by):
        job = bring([self.cells(choices)], headings=self.HEAD)
        jobs.undo(job, by=by)
        assert not Qualification.objects.live().exists() and not Licence.objects.live().exists()


class TestComingBack:
    @pytest.fixture
    def out(self, tmp_path):
        def write(by):
            path = tmp_path / "out.csv"
            about = exporting.About("List", "", by.name, __import__("datetime").datetime(2026, 11, 20))
            ids = [p.pk for p in Person.objects.live()]
            exporting.write(columns.PEOPLE, ids, path, about, seen_by=by, form=exporting.CSV)
            with path.open(encoding="utf-8-sig", newline="") as file:
                return list(csv.reader(file, delimiter=";"))

        return write

    def test_a_list_as_it_went_out_changes_nothing(self, bring, out, choices, by):
        bring(
            [row(choices, choices["status"][0], choices["category"][0], "3", "2012")],
            headings=TestStatus.HEAD,
        )
        headings, *rows = out(by)
        assert counts(bring(rows, headings=headings)) == {SAME: 1}

    def test_a_changed_cell_is_held_against_what_stood_when_it_went_out(self, bring, out, choices, by):
        """Somebody else wrote the step meanwhile: both are kept, and a person sees it."""
        bring(
            [row(choices, choices["status"][0], choices["category"][0], "3", "2012")],
            headings=TestStatus.HEAD,
        )
        headings, line = out(by)
        one = Employment.objects.get()
        grade = {"category": one.category, "grade": None, "tier": None, "step": 3, "index": 500}
        actions.revise(one, grade, seen=journal.seen(one), by=by)
        line[headings.index("Step")] = "4"

        job = bring([line], headings=headings)

        assert counts(job) == {CHANGE: 1}
        one = Employment.objects.get()
        # Grade, step and index are of one decision: two who wrote them apart disagree.
        from baarada.journal.models import ConflictRow

        assert ConflictRow.objects.filter(entity=one.pk).exists()

    def test_the_row_that_went_out_is_the_one_that_comes_back(self, bring, out, choices, by):
        bring([row(choices, choices["status"][0], "", "3", "2012")], headings=TestStatus.HEAD)
        headings, line = out(by)
        mariam = Person.objects.get()
        career.add_row(Employment, mariam, {"status": "X", "starts": parse("2024")}, by=by)
        line[headings.index("Step")] = "5"

        bring([line], headings=headings)

        assert Employment.objects.get(starts=parse("2012").number).step == 5
        assert Employment.objects.get(starts=parse("2024").number).step is None


def test_no_two_columns_of_a_list_have_one_heading(larma):
    """A list that went out comes back by its headings."""
    from django.utils import translation

    for language in ("fr", "en"):
        with translation.override(language):
            labels = [str(c.label) for c in columns.columns(columns.PEOPLE)]
        assert len(set(labels)) == len(labels), sorted(x for x in labels if labels.count(x) > 1)
