"""Lists of the rows of careers: whom a row is about, what makes it the same, what it writes, coming out and back."""

import csv

import pytest

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME
from baarada.interop.tables import careerkinds, columns, exporting, jobs, queries
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.registry import actions, lists
from baarada.registry.models import (
    Absence,
    Employment,
    Exit,
    Identifier,
    Licence,
    Person,
    PersonnelAct,
    Posting,
    Qualification,
)
from tests.interop.conftest import counts, person

ABSENCES = (
    "Matricule",
    "Nom",
    "Prénom",
    "Nature du congé",
    "Date de départ",
    "Date de fin",
    "Durée",
    "Retour",
    "N° décision",
)
LEAVE = (
    "P00001",
    "Ostrel",
    "Ivo1",
    "Congé de repos",
    "01/03/2024",
    "30/03/2024",
    "30 jours",
    "31/03/2024",
    "D-17",
)


@pytest.fixture
def ivo(bring):
    """Somebody who works at the health centre."""
    bring([person(1), person(2)])
    return Person.objects.get(given_names="Ivo1")


@pytest.fixture
def came(bring, ivo):
    """Rows of a kind of list brought in."""
    return lambda kind, headings, *rows, **more: bring(rows, kind=kind, headings=headings, **more)


def sentences(job):
    return [sentence for row in job.rows.order_by("line") for _key, _cell, sentence in row.problems]


class TestWhom:
    HEAD = ("Matricule", "Nom", "Prénom", "Date de naissance", "Structure", "Type de congé", "Du")

    def absence(self, came, number="", family="", given="", born="", at=""):
        return came(
            "absences", self.HEAD, (number, family, given, born, at, "Congé de repos", "2024"), write=False
        )

    def test_a_number_decides(self, came, ivo):
        job = self.absence(came, number="P00001")

        assert counts(job) == {NEW: 1}
        assert job.rows.get().target == ivo.pk

    def test_a_number_with_a_name_altogether_different_is_put_to_a_person(self, came):
        assert counts(self.absence(came, number="P00001", family="Kabwe", given="Zul")) == {DOUBT: 1}

    def test_name_birth_and_workplace_decide_together(self, came, ivo):
        who = {"family": "Ostrel", "given": "Ivo1"}
        assert counts(self.absence(came, **who, born="12/03/1985", at="Poste de Larma")) == {NEW: 1}
        assert counts(self.absence(came, **who, born="12/03/1985")) == {DOUBT: 1}
        assert counts(self.absence(came, **who, at="Poste de Larma")) == {DOUBT: 1}
        assert counts(self.absence(came, **who)) == {DOUBT: 1}

    def test_nobody_is_added(self, came):
        job = self.absence(came, family="Kabwe", given="Zul")

        assert counts(job) == {REFUSED: 1}
        assert sentences(job) == [
            "Nobody here has this number or name. Add the person first, or correct the cell."
        ]
        assert counts(self.absence(came, at="Poste de Larma")) == {REFUSED: 1}

    def test_a_doubt_is_settled_by_a_person_and_stays_settled(self, came, by, ivo):
        job = self.absence(came, family="Ostrel", given="Ivo1")
        row = job.rows.get()
        jobs.answer(row, row.candidates[0], by=by)
        assert (row.status, row.target) == (NEW, ivo.pk)

        jobs.plan(job)
        assert counts(job) == {NEW: 1}
        jobs.ready(job)
        jobs.write(job)
        assert Absence.objects.get().canonical == ivo.pk

    def test_somebody_else_is_added_by_hand_first(self, came, by):
        row = self.absence(came, family="Ostrel", given="Ivo1").rows.get()
        jobs.answer(row, "new", by=by)

        assert row.status == REFUSED
        assert "add the person first" in row.problems[0][2]

    def test_a_file_that_is_deleted_is_nobodys(self, came, by, ivo):
        actions.delete(ivo, seen=journal.seen(ivo), by=by)
        assert counts(self.absence(came, number="P00001")) == {REFUSED: 1}


class TestAbsences:
    def test_a_row_is_an_absence_and_the_same_list_again_is_no_change(self, came, ivo):
        assert counts(came("absences", ABSENCES, LEAVE)) == {NEW: 1}

        one = Absence.objects.get()
        assert (one.canonical, one.days, one.decision) == (ivo.pk, 30, "D-17")
        assert (one.starts, one.returned) == (PartialDate(2024, 3, 1), PartialDate(2024, 3, 31))
        assert counts(came("absences", ABSENCES, LEAVE)) == {SAME: 1}

    def test_what_it_says_anew_changes_the_absence_that_is_here(self, came):
        came("absences", ABSENCES, LEAVE)
        later = (*LEAVE[:5], "15/04/2024", "45", *LEAVE[7:])
        job = came("absences", ABSENCES, later, write=False)

        assert counts(job) == {CHANGE: 1}
        (changes,) = queries.changes_of(job, list(job.rows.all())).values()
        assert {c.label: (c.old, c.new) for c in changes} == {
            "Last day": ("30\xa0March 2024", "15\xa0April 2024"), "Days counted": ("30", "45"),
        }  # fmt: skip

    def test_a_kind_that_no_list_knows_is_refused_with_the_choices(self, came):
        job = came("absences", ABSENCES, (*LEAVE[:3], "Vacances", *LEAVE[4:]))

        assert counts(job) == {REFUSED: 1}
        assert "Choose one of" in sentences(job)[0]

    def test_a_row_twice_in_the_file_is_refused(self, came):
        assert counts(came("absences", ABSENCES, LEAVE, LEAVE)) == {NEW: 1, REFUSED: 1}

    def test_taken_back_whole(self, came, by):
        job = came("absences", ABSENCES, LEAVE)
        jobs.undo(job, by=by)

        assert not Absence.objects.live().exists()


class TestStatuses:
    HEAD = ("Matricule", "Statut", "Échelon", "Date d'effet", "Au")

    @pytest.fixture
    def status(self, ivo):
        return str(lists.items("status")[0])

    def test_each_ends_on_the_eve_of_the_next(self, came, status):
        rows = [
            ("P00001", status, step, year, "")
            for step, year in (("2", "2014"), ("1", "2010"), ("3", "01/07/2018"))
        ]
        assert counts(came("employments", self.HEAD, *rows)) == {NEW: 3}

        found = sorted(Employment.objects.live(), key=lambda e: e.step)
        assert [str(e.ends) if e.ends else None for e in found] == ["2013-12-31", "2018-06-30", None]
        assert counts(came("employments", self.HEAD, *rows)) == {SAME: 3}

    def test_without_a_day_it_is_said_of_the_one_that_runs(self, came, status):
        came("employments", self.HEAD, ("P00001", status, "2", "2014", ""))
        assert counts(came("employments", self.HEAD, ("P00001", "", "3", "", ""))) == {CHANGE: 1}
        assert [e.step for e in Employment.objects.live()] == [3]

    def test_what_no_list_knows_is_kept_in_words(self, came, ivo):
        row = ("P00001", "Agent à tout faire", "2", "2014", "")
        assert counts(came("employments", self.HEAD, row)) == {NEW: 1}
        assert "Agent à tout faire" in Employment.objects.get().note
        assert counts(came("employments", self.HEAD, row)) == {SAME: 1}


class TestCredentials:
    HEAD = (
        "Matricule",
        "Diplôme",
        "Spécialité",
        "Année d'obtention",
        "Ordre professionnel",
        "N° licence",
        "Expire le",
    )

    @pytest.fixture
    def cells(self, ivo):
        return (
            "P00001",
            str(lists.items("diploma")[0]),
            "",
            "2009",
            str(lists.items("order")[0]),
            "L-9",
            "31/12/2027",
        )

    def test_a_row_may_hold_a_diploma_and_a_licence(self, came, cells):
        assert counts(came("credentials", self.HEAD, cells)) == {NEW: 1}

        assert Qualification.objects.get().awarded == PartialDate(2009)
        assert Licence.objects.get().reference == "L-9"
        assert counts(came("credentials", self.HEAD, cells)) == {SAME: 1}

    def test_another_course_is_another_row(self, came, cells):
        rows = [
            ("P00001", "", subject, year, "", "", "")
            for subject, year in (("PCIME", "2019"), ("SONU", "2020"))
        ]
        assert counts(came("credentials", self.HEAD, cells, *rows)) == {NEW: 3}
        assert counts(came("credentials", self.HEAD, cells, *rows)) == {SAME: 3}

    def test_the_same_number_with_another_last_day_is_renewed(self, came, cells):
        came("credentials", self.HEAD, cells)
        assert counts(came("credentials", self.HEAD, (*cells[:6], "31/12/2030"))) == {CHANGE: 1}
        assert Licence.objects.get().ends == PartialDate(2030, 12, 31)


class TestActs:
    HEAD = ("Matricule", "Type d'acte", "Intitulé", "Date", "N° décision", "Motif")

    def test_two_acts_of_one_person(self, came, ivo):
        rows = [
            ("P00001", "Sanction", "Blâme", "05/02/2023", "B-1", "Retards"),
            ("P00001", "Distinction", "Félicitations", "2024", "", ""),
        ]
        job = came("acts", self.HEAD, *rows)
        assert counts(job) == {NEW: 2}, sentences(job)
        assert {a.nature for a in PersonnelAct.objects.live()} == {"Blâme", "Félicitations"}
        assert counts(came("acts", self.HEAD, *rows)) == {SAME: 2}


class TestDepartures:
    HEAD = ("Matricule", "Motif de départ", "Date de cessation")

    def test_what_runs_ends_with_it(self, came, ivo):
        assert counts(came("exits", self.HEAD, ("P00001", "Pension", "31/12/2024"))) == {NEW: 1}

        posting = Posting.objects.get(canonical=ivo.pk)
        assert (Exit.objects.get().left, posting.ends) == (
            PartialDate(2024, 12, 31),
            PartialDate(2024, 12, 31),
        )
        assert posting.end_reason == "PENSION"
        assert counts(came("exits", self.HEAD, ("P00001", "Pension", "31/12/2024"))) == {SAME: 1}

    def test_nobody_leaves_twice(self, came, ivo):
        came("exits", self.HEAD, ("P00001", "Pension", "31/12/2024"))
        job = came("exits", self.HEAD, ("P00001", "Démission", "2025"))

        assert counts(job) == {REFUSED: 1}
        assert "noted in the file already" in sentences(job)[0]

    def test_nor_twice_in_one_file(self, came):
        rows = [("P00001", "Pension", "31/12/2024"), ("P00001", "Démission", "2025")]
        assert counts(came("exits", self.HEAD, *rows)) == {NEW: 1, REFUSED: 1}

    def test_who_comes_back_has_not_left(self, came):
        job = came("exits", self.HEAD, ("P00001", "Détachement", "2024"))
        assert "end the posting instead" in sentences(job)[0]

    def test_before_the_posting_began(self, came):
        assert counts(came("exits", self.HEAD, ("P00001", "Pension", "2010"))) == {REFUSED: 1}


class TestPostings:
    HEAD = (
        "Matricule",
        "Structure",
        "Service",
        "Qualification",
        "Date d'affectation",
        "Principale",
        "Part du temps",
    )

    @pytest.fixture
    def cadre(self, ivo):
        return str(lists.cadres()[1])

    def test_one_beside_the_main_one(self, came, ivo, cadre):
        row = ("P00001", "Poste de Larma", "Maternité", cadre, "2020", "", "20 %")
        assert counts(came("postings", self.HEAD, row)) == {NEW: 1}

        beside = Posting.objects.get(canonical=ivo.pk, main=False)
        assert (beside.share, beside.unit_label) == (2000, "Maternité")
        assert counts(came("postings", self.HEAD, row)) == {SAME: 1}

    def test_two_main_ones_at_once_are_refused(self, came, ivo, cadre):
        job = came("postings", self.HEAD, ("P00001", "Poste de Larma", "", cadre, "2020", "oui", ""))
        assert "The main posting is at Poste de Larma" in sentences(job)[0]

    def test_a_former_one(self, came, ivo, cadre):
        head = (*self.HEAD, "Date de fin")
        row = ("P00001", "Poste de Larma", "", cadre, "2010", "", "", "2012")
        assert counts(came("postings", head, row)) == {NEW: 1}
        assert Posting.objects.get(canonical=ivo.pk, ends__isnull=False).main is True


class TestNumbers:
    HEAD = ("Matricule", "Type de pièce", "Numéro", "Délivré par", "Expire le")

    def test_a_paper_with_its_validity(self, came, ivo):
        row = ("P00001", "Passeport", "AA-77", "Police", "31/12/2030")
        assert counts(came("numbers", self.HEAD, row)) == {NEW: 1}
        one = Identifier.objects.get(kind="passeport")
        assert (one.canonical, one.issuer, one.expires) == (ivo.pk, "Police", PartialDate(2030, 12, 31))
        assert counts(came("numbers", self.HEAD, row)) == {SAME: 1}
        assert counts(came("numbers", self.HEAD, (*row[:3], "Mairie", row[4]))) == {CHANGE: 1}
        assert counts(came("numbers", self.HEAD, ("P00001", "", "AA-78", "", ""))) == {REFUSED: 1}


class TestOutAndBack:
    @pytest.fixture
    def sheet(self, came, by, tmp_path):
        """What is written out of a kind of list, and brought back as a person left it."""

        def sheet(kind, model, change=lambda row: None):
            target = tmp_path / "out.csv"
            ids = [
                pk for one in model for pk in one.objects.live().order_by("pk").values_list("pk", flat=True)
            ]
            about = exporting.About("", "", "", runtime.now())
            assert exporting.write(kind, ids, target, about, seen_by=by, form=exporting.CSV) == len(ids)
            with target.open(encoding="utf-8-sig", newline="") as file:
                head, *rows = csv.reader(file, delimiter=";")
            named = [dict(zip(head, row, strict=True)) for row in rows]
            for row in named:
                change(row)
            return came(kind, head, *([row[h] for h in head] for row in named))

        return sheet

    FULL = {
        "employments": (Employment, TestStatuses.HEAD, ("P00001", "{status}", "2", "2014", "2016")),
        "absences": (Absence, ABSENCES, LEAVE),
        "acts": (
            PersonnelAct,
            TestActs.HEAD,
            ("P00001", "Sanction", "Blâme", "05/02/2023", "B-1", "Retards"),
        ),
        "exits": (Exit, TestDepartures.HEAD, ("P00001", "Pension", "31/12/2024")),
        "postings": (
            Posting,
            TestPostings.HEAD,
            ("P00001", "Poste de Larma", "Tri", "{cadre}", "2020", "non", "20 %"),
        ),
    }

    @pytest.mark.parametrize("kind", list(FULL))
    def test_untouched_it_says_nothing_new(self, came, sheet, kind):
        model, head, cells = self.FULL[kind]
        words = {"status": str(lists.items("status")[0]), "cadre": str(lists.cadres()[1])}
        came(kind, head, tuple(cell.format(**words) for cell in cells))

        job = sheet(kind, [model])
        assert counts(job) == {SAME: job.rows.count()}

    def test_diplomas_and_licences_stand_in_one_sheet(self, came, sheet):
        cells = ("P00001", "", "PCIME", "2009", str(lists.items("order")[0]), "L-9", "31/12/2027")
        came("credentials", TestCredentials.HEAD, cells)

        assert counts(sheet("credentials", [Qualification, Licence])) == {SAME: 2}

    def test_a_cell_that_was_typed_over_is_the_only_change(self, came, sheet):
        came("absences", ABSENCES, LEAVE)
        job = sheet("absences", [Absence], lambda row: row.update({"Days counted": "12"}))

        assert counts(job) == {CHANGE: 1}
        one = Absence.objects.get()
        assert (one.days, one.ends) == (12, PartialDate(2024, 3, 30))

    def test_the_number_of_somebody_else_is_refused(self, came, sheet):
        came("absences", ABSENCES, LEAVE)
        job = sheet("absences", [Absence], lambda row: row.update({"Staff number": "P00002"}))

        assert counts(job) == {REFUSED: 1}
        assert "the number is that of OSTREL Ivo2" in sentences(job)[0]

    def test_a_name_that_was_corrected_meanwhile_does_not_matter(self, came, sheet):
        came("absences", ABSENCES, LEAVE)
        job = sheet("absences", [Absence], lambda row: row.update({"Family name": "Ostrell"}))

        assert counts(job) == {SAME: 1}

    def test_a_line_that_is_gone(self, came, sheet):
        came("absences", ABSENCES, LEAVE)
        gone = "01999999-0000-7000-8000-000000000000"
        job = sheet("absences", [Absence], lambda row: row.update({"Baarada identifier": gone}))

        assert counts(job) == {REFUSED: 1}


class TestQueries:
    def test_a_piece_is_read_in_as_many_questions_whatever_its_length(
        self, came, bring, django_assert_max_num_queries
    ):
        bring([person(n) for n in range(3, 43)])
        rows = [(f"P{n:05}", *LEAVE[1:2], f"Ivo{n}", *LEAVE[3:]) for n in range(1, 43)]
        with django_assert_max_num_queries(60):
            job = came("absences", ABSENCES, *rows, write=False)
        assert counts(job) == {NEW: 42}


def test_every_field_of_a_career_has_a_column():
    for kind in careerkinds.KINDS:
        for part in kind.parts:
            own = {name for name in part.model.Merge.numbers if name != "person"}
            assert set(part.words) == own, part.model


def test_columns_that_others_give_join_those_of_a_kind(db, monkeypatch):
    def give(kind):
        return [columns.Column("bike", "Bicycle")] if kind == "absences" else []

    monkeypatch.setattr(columns, "MORE", [give])
    assert [c.key for c in columns.columns("absences")][-3:] == ["bike", columns.ID, columns.SEEN]
    assert columns.column("people", "bike") is None
