"""Lists of people of one sort: the private register, the list of community health workers."""

import csv

import pytest

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME
from baarada.interop.tables import exporting, jobs, peoplekinds, selections
from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.registry import lists
from baarada.registry.models import Assignment, Employment, Facility, Licence, Person, Posting
from tests.interop.conftest import counts, district, person

PRIVATE = (
    "Nom", "Prénom", "Sexe", "Date de naissance", "Qualification", "Structure", "Type de structure", "Localité",
    "N° agrément", "Fin de validité de la licence", "District", "En exercice depuis",
)  # fmt: skip


@pytest.fixture
def cells(larma):
    """A row of the private register; anything may be given another value."""

    def cells(**other):
        row = {
            "family": "Quesne", "given": "Ada", "sex": "F", "born": "03/04/1980", "cadre": str(lists.cadres()[0]),
            "place": "Clinique Vermeil", "kind": lists.items("facility_type")[0].code, "locality": "Rive",
            "licence": "PR-1", "until": "31/12/2028", "office": district().code, "since": "2012",
        } | other  # fmt: skip
        return tuple(row.values())

    return cells


@pytest.fixture
def came(bring):
    return lambda *rows, **more: bring(rows, kind="private", headings=PRIVATE, **more)


def sentences(job):
    return [sentence for row in job.rows.order_by("line") for _key, _cell, sentence in row.problems]


def out(kind, by, tmp_path):
    """What is written out of a kind of list, by heading."""
    found = selections.select(kind, {}, seen_by=by)
    target = tmp_path / "out.csv"
    about = exporting.About("", "", "", runtime.now())
    exporting.write(kind, found.ids(), target, about, seen_by=by, form=exporting.CSV)
    with target.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    return head, rows


class TestPrivate:
    def test_a_row_is_a_person_a_licence_and_a_facility(self, came, cells):
        assert counts(came(cells())) == {NEW: 1}

        place, ada = Facility.objects.get(name="Clinique Vermeil"), Person.objects.get()
        assert (place.sector, place.locality) == ("LUC", "Rive")
        assert Assignment.objects.get(facility=place).office_id == district().pk
        posting = Posting.objects.get(canonical=ada.pk)
        assert (posting.facility_id, posting.starts, posting.main) == (place.pk, PartialDate(2012), True)
        assert Employment.objects.get().worker == "private"
        assert Licence.objects.get().reference == "PR-1"
        assert counts(came(cells())) == {SAME: 1}

    def test_two_people_of_one_new_facility(self, came, cells, monkeypatch):
        monkeypatch.setattr(jobs, "WRITE_PIECE", 1)
        came(cells(), cells(family="Rostand", given="Bo", licence="PR-2"))

        assert Facility.objects.filter(name="Clinique Vermeil").count() == 1
        assert Posting.objects.filter(facility__name="Clinique Vermeil").count() == 2

    def test_a_facility_of_which_nobody_is_named(self, came, cells):
        alone = cells(family="", given="", sex="", born="", cadre="", licence="", until="", since="")
        assert counts(came(alone)) == {NEW: 1}
        assert (Facility.objects.filter(name="Clinique Vermeil").count(), Person.objects.count()) == (1, 0)
        assert counts(came(alone)) == {SAME: 1}

    def test_a_practice_beside_a_public_posting_ends_nothing(self, came, bring, cells, by):
        bring([person(1)])
        head = ("Matricule", *PRIVATE)
        row = ("P00001", *cells(family="Ostrel", given="Ivo1", sex="M", born="12/03/1985"))
        job = bring([row], kind="private", headings=head)

        assert counts(job) == {CHANGE: 1}
        public = Posting.objects.get(facility__name="Poste de Larma")
        private = Posting.objects.get(facility__name="Clinique Vermeil")
        assert (public.ends, public.main, private.main) == (None, True, False)
        assert not Employment.objects.live().exists()
        assert counts(bring([row], kind="private", headings=head)) == {SAME: 1}

    def test_a_new_facility_says_its_kind(self, came, cells):
        job = came(cells(kind=""))
        assert counts(job) == {REFUSED: 1}
        assert "Choose the kind of facility." in sentences(job)

    def test_out_and_back(self, came, bring, cells, by, tmp_path):
        came(cells(), cells(family="Rostand", given="Bo", licence="PR-2"))
        bring([person(1)])
        head, rows = out("private", by, tmp_path)
        assert [row[head.index("Given names")] for row in rows] == ["Ada", "Bo"]
        assert rows[0][head.index("Kind of facility")]

        assert counts(bring(rows, kind="private", headings=head)) == {SAME: 2}
        rows[0][head.index("Licence no.")] = "PR-9"
        assert counts(bring(rows, kind="private", headings=head)) == {CHANGE: 1, SAME: 1}
        assert set(Licence.objects.values_list("reference", flat=True)) == {"PR-9", "PR-2"}

    def test_taken_back_whole(self, came, cells, by):
        job = came(cells())
        jobs.undo(job, by=by)
        assert not Facility.objects.live().filter(name="Clinique Vermeil").exists()
        assert not Person.objects.live().exists()


class TestCommunity:
    HEAD = (
        "Nom et prénom",
        "Sexe",
        "Téléphone",
        "Village",
        "CSCom",
        "En service depuis",
        "Niveau d'instruction",
    )
    ROW = ("OSTREL Zoé", "F", "", "Hameau de Rive", "Poste de Larma", "2019", "École du village")

    @pytest.fixture
    def cadre(self, larma):
        (found,) = peoplekinds.community_cadres()
        return found

    def test_the_cadre_goes_without_saying_where_there_is_one(self, bring, cadre):
        assert counts(bring([self.ROW], kind="chw", headings=self.HEAD)) == {NEW: 1}

        zoe = Person.objects.get()
        assert zoe.address == "Hameau de Rive"
        assert Posting.objects.get(canonical=zoe.pk).cadre_id == cadre.pk

    def test_out_and_back(self, bring, cadre, by, tmp_path):
        bring([self.ROW], kind="chw", headings=self.HEAD)
        bring([person(1)])
        head, rows = out("chw", by, tmp_path)
        assert [row[head.index("Given names")] for row in rows] == ["Zoé"]
        assert counts(bring(rows, kind="chw", headings=head)) == {SAME: 1}
