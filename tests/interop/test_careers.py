"""What lists of people say of careers: statuses, diplomas, licences come in, go out, come back."""

import csv

import pytest

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME
from baarada.interop.tables import columns, exporting, jobs, queries, recognising
from baarada.journal import actions as journal
from baarada.journal.models import ConflictRow
from baarada.kernel.days import PartialDate, parse
from baarada.registry import actions, career, lists
from baarada.registry.models import Employment, Licence, ListItem, Person, Qualification
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

    def test_a_list_with_a_step_and_no_status_keeps_nobody_out(self, bring, choices):
        """Offices list grade and step without the words for status: what they say is kept."""
        job = bring([row(choices, "", "", "3", "")], headings=self.HEAD)
        assert counts(job) == {NEW: 1}
        assert (Employment.objects.get().step, Employment.objects.get().status) == (3, None)

    @pytest.mark.parametrize(("cell", "step"), [("2ème", 2), ("1er", 1), ("2e", 2), ("3.0", 3), ("3,0", 3)])
    def test_a_step_is_read_as_it_is_written(self, bring, choices, cell, step):
        bring([row(choices, "", "", cell, "")], headings=self.HEAD)
        assert Employment.objects.get().step == step

    def test_what_no_list_knows_is_kept_in_words_once(self, bring, choices):
        cells = row(choices, "Agent très spécial", "Z9", "3", "2012")
        assert counts(bring([cells], headings=self.HEAD)) == {NEW: 1}

        assert Employment.objects.get().note == "Statut : Agent très spécial\nCatégorie : Z9"
        assert counts(bring([cells], headings=self.HEAD)) == {SAME: 1}

    def test_the_beginning_of_several_choices_is_none_of_them(self, bring, choices, national):
        with journal.write("lists", by=national) as act:
            for code in ("contrat de la ville", "contrat du port"):
                act.create(ListItem, list="status", code=code, label_fr=code, label_en=code)
        lists.forget()
        bring([row(choices, "contrat", "", "", "2012")], headings=self.HEAD)
        assert Employment.objects.get().status is None
        assert "contrat" in Employment.objects.get().note

    def test_a_list_without_a_day_leaves_a_status_that_has_ended(self, bring, choices, by):
        bring([person(1)])
        ivo = Person.objects.get()
        old, new = (lists.items("status")[n].code for n in (0, 1))
        span = {"starts": parse("2012"), "ends": parse("2015")}
        career.add_row(Employment, ivo, {"status": old, **span}, by=by)

        bring([row(choices, choices["status"][1], "", "", "")], headings=self.HEAD)

        assert {(e.status, e.ends) for e in Employment.objects.live()} == {(old, parse("2015")), (new, None)}

    def test_the_day_of_hiring_long_before_makes_no_second_status(self, bring, choices):
        bring([row(choices, choices["status"][0], "", "3", "01/03/2012")], headings=self.HEAD)
        cells = row(choices, choices["status"][0], "", "3", "2010")
        job = bring([cells], headings=self.HEAD)

        (one,) = Employment.objects.live()
        assert (one.starts, counts(job)) == (parse("2012-03-01"), {CHANGE: 1})
        assert "2010" in one.note
        assert counts(bring([cells], headings=self.HEAD)) == {SAME: 1}

    def test_another_status_before_ends_when_the_next_begins(self, bring, choices):
        bring([row(choices, choices["status"][0], "", "", "01/03/2012")], headings=self.HEAD)
        bring([row(choices, choices["status"][1], "", "", "2010")], headings=self.HEAD)

        assert [(e.starts, e.ends) for e in Employment.objects.live().order_by("starts")] == [
            (parse("2010"), parse("2012-02-29")), (parse("2012-03-01"), None),
        ]  # fmt: skip

    def test_a_vaguer_day_does_not_wipe_out_an_exact_one(self, bring, choices):
        bring([row(choices, choices["status"][0], "", "", "01/03/2012")], headings=self.HEAD)
        job = bring([row(choices, choices["status"][0], "", "", "2012")], headings=self.HEAD)
        assert counts(job) == {SAME: 1}
        assert Employment.objects.get().starts == parse("2012-03-01")

    def test_a_doubt_settled_by_hand_is_held_against_what_stood_then(self, bring, choices, by):
        """Somebody writes the same status between the answer and the import: both values are kept."""
        bring([row(choices, choices["status"][0], "", "3", "2012")], headings=self.HEAD)
        cells = [*person(1, payroll="", phone="612000001"), choices["status"][0], "", "4", "2012"]
        job = bring([cells], headings=self.HEAD, write=False)
        one = Employment.objects.get()
        jobs.answer(job.rows.get(), str(one.canonical), by=by)
        grade = {"category": one.category, "grade": None, "tier": None, "step": 9, "index": None}
        actions.revise(one, grade, seen=journal.seen(one), by=by)

        jobs.ready(job)
        jobs.write(job)

        assert ConflictRow.objects.filter(entity=one.pk).exists()


class TestDiplomasAndLicences:
    HEAD = (*HEADINGS, "Diplôme", "Année d’obtention", "Nature de l’inscription", "N° de licence")

    def cells(self, choices, awarded="2008", diploma=0):
        return row(choices, choices["diploma"][diploma], awarded, choices["licence_kind"][0], "L-117")

    def test_they_come_in_and_are_here_the_second_time(self, bring, choices):
        bring([self.cells(choices)], headings=self.HEAD)

        assert Qualification.objects.get().awarded == PartialDate(2008)
        assert Licence.objects.get().reference == "L-117"
        assert counts(bring([self.cells(choices)], headings=self.HEAD)) == {SAME: 1}

    def test_a_diploma_that_no_list_knows_is_kept_as_its_title(self, bring, choices):
        cells = row(choices, "Diplôme d'ailleurs", "2008", choices["licence_kind"][0], "L-117")
        bring([cells], headings=self.HEAD)
        assert Qualification.objects.get().title == "Diplôme d'ailleurs"
        assert counts(bring([cells], headings=self.HEAD)) == {SAME: 1}

    def test_a_number_is_one_however_it_is_written(self, bring, choices):
        for number in ("0077", "77", "00-77"):
            bring([row(choices, "", "", choices["licence_kind"][0], number)], headings=self.HEAD)
        assert Licence.objects.live().count() == 1

    def test_another_kind_of_licence_is_one_more(self, bring, choices):
        for kind in choices["licence_kind"][:2]:
            bring([row(choices, "", "", kind, "77")], headings=self.HEAD)
        assert len({licence.kind for licence in Licence.objects.live()}) == 2

    def test_what_cannot_be_of_the_person_is_refused(self, bring, choices):
        bring([self.cells(choices)], headings=self.HEAD)
        headings = ("Nom", "Prénom", "Matricule", "Diplôme", "Année d’obtention")
        job = bring([("Ostrel", "Ivo1", "P00001", choices["diploma"][0], "1970")], headings=headings)
        assert counts(job) == {REFUSED: 1}
        assert [key for key, _c, _s in job.rows.get().problems] == ["qualification.awarded"]

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
        assert ConflictRow.objects.filter(entity=one.pk).exists()

    def test_a_later_day_on_the_sheet_is_a_new_status_with_what_nobody_touched(self, bring, out, choices, by):
        bring(
            [row(choices, choices["status"][0], choices["category"][0], "3", "2010")],
            headings=TestStatus.HEAD,
        )
        headings, line = out(by)
        line[headings.index("Status")] = choices["status"][1]
        line[headings.index("Employed since")] = "01/01/2026"

        bring([line], headings=headings)

        old, new = Employment.objects.live().order_by("starts")
        assert (old.starts, old.ends) == (parse("2010"), parse("2025-12-31"))
        assert (new.starts, new.step, new.category) == (parse("2026-01-01"), 3, old.category)
        assert old.status != new.status

    def test_a_day_made_less_exact_on_the_sheet_is_what_somebody_typed(self, bring, out, choices, by):
        bring([row(choices, choices["status"][0], "", "3", "01/03/2012")], headings=TestStatus.HEAD)
        headings, line = out(by)
        line[headings.index("Employed since")] = "2012"
        assert counts(bring([line], headings=headings)) == {CHANGE: 1}
        assert Employment.objects.get().starts == PartialDate(2012)

    def test_a_line_that_is_gone_is_said_and_no_other_is_changed(self, bring, out, choices, by):
        bring([row(choices, choices["status"][0], "", "3", "2010")], headings=TestStatus.HEAD)
        headings, line = out(by)
        one = Employment.objects.get()
        actions.delete(one, seen=journal.seen(one), by=by)
        career.add_row(
            Employment, Person.objects.get(), {"status": "X", "step": 7, "starts": parse("2024")}, by=by
        )
        line[headings.index("Step")] = "4"

        job = bring([line], headings=headings)

        assert counts(job) == {REFUSED: 1}
        assert "not in the file any more" in job.rows.get().problems[0][2]
        assert Employment.objects.live().get().step == 7

    def test_a_course_does_not_hide_the_diploma(self, bring, out, choices, by):
        bring(
            [row(choices, choices["diploma"][0], "2008")],
            headings=(*HEADINGS, "Diplôme", "Année d’obtention"),
        )
        career.add_row(
            Qualification, Person.objects.get(), {"title": "Cours", "awarded": parse("2025")}, by=by
        )
        headings, line = out(by)
        assert (line[headings.index("Diploma")], line[headings.index("Awarded on")]) == (
            choices["diploma"][0],
            "2008",
        )

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


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (
            ("Nom", "Position", "Fonction", "Statut"),
            {"employment.position", "posting.job", "employment.status"},
        ),
        (("Nom", "Corps", "Cadre"), {"employment.corps", "posting.cadre"}),
        (("Nom", "Corps"), {"posting.cadre"}),
        (("Nom", "Corps/Cadre"), {"posting.cadre"}),
        (("Nom", "Corps", "Qualification"), {"employment.corps", "posting.cadre"}),
        (("Nom", "Spécialité", "Diplôme"), {"qualification.field", "qualification.diploma"}),
    ],
)
def test_headings_of_offices_are_taken_for_what_they_are(larma, headings, expected):
    found = {one.key for one in recognising.propose(columns.PEOPLE, headings)}
    assert found == {"family_name", *expected}
