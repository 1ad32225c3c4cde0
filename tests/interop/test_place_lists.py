"""Lists of posts, areas and populations: what each row is, what it writes, coming out and back."""

import csv

import pytest

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME
from baarada.interop.tables import exporting, jobs, queries
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.registry import lists
from baarada.registry.models import ABOLISHED, Area, Inclusion, Population, Post, Posting
from tests.interop.conftest import counts, person


def sentences(job):
    return [sentence for row in job.rows.order_by("line") for _key, _cell, sentence in row.problems]


@pytest.fixture
def came(bring):
    """Rows of a kind of list brought in."""
    return lambda kind, headings, *rows, **more: bring(rows, kind=kind, headings=headings, **more)


@pytest.fixture
def sheet(came, by, tmp_path):
    """What is written out of a kind of list, and brought back as a person left it."""

    def sheet(kind, records, change=lambda row: None):
        target = tmp_path / "out.csv"
        about = exporting.About("", "", "", runtime.now())
        exporting.write(kind, [r.pk for r in records], target, about, seen_by=by, form=exporting.CSV)
        with target.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file, delimiter=";")
        named = [dict(zip(head, row, strict=True)) for row in rows]
        for row in named:
            change(row)
        return came(kind, head, *([row[h] for h in head] for row in named))

    return sheet


class TestPosts:
    HEAD = ("Structure", "N° poste", "Corps", "Service", "Nombre", "Financement", "État")

    @pytest.fixture
    def cadres(self, larma):
        return [str(c) for c in lists.cadres()[:2]]

    def row(self, cadre, number="", count="", unit="", funding="", state=""):
        return ("Poste de Larma", number, cadre, unit, count, funding, state)

    def numbers(self):
        return sorted(p.number for p in Post.objects.live())

    def test_a_number_is_a_post_and_the_second_time_no_change(self, came, cadres, larma):
        row = self.row(cadres[0], "P-7", unit="Maternité")
        assert counts(came("posts", self.HEAD, row)) == {NEW: 1}

        one = Post.objects.get()
        assert (one.facility_id, one.number, one.unit_label, one.status) == (
            larma.pk,
            "P-7",
            "Maternité",
            "open",
        )
        assert counts(came("posts", self.HEAD, row)) == {SAME: 1}
        assert counts(came("posts", self.HEAD, self.row(cadres[1], "p-7"))) == {CHANGE: 1}
        assert str(Post.objects.get().cadre) == cadres[1]

    def test_a_row_may_stand_for_several_that_are_numbered(self, came, cadres):
        assert counts(came("posts", self.HEAD, self.row(cadres[0], count="3"))) == {NEW: 1}
        assert len(self.numbers()) == 3
        assert len(set(self.numbers())) == 3

        assert counts(came("posts", self.HEAD, self.row(cadres[0], count="3"))) == {SAME: 1}
        came("posts", self.HEAD, self.row(cadres[0], count="5"))
        assert len(self.numbers()) == 5

    def test_numbered_from_the_number_that_is_given(self, came, cadres):
        came("posts", self.HEAD, self.row(cadres[0], "L-008", "4"))
        assert self.numbers() == ["L-008", "L-009", "L-010", "L-011"]
        assert counts(came("posts", self.HEAD, self.row(cadres[0], "L-008", "4"))) == {SAME: 1}
        job = came("posts", self.HEAD, self.row(cadres[0], "ZÉRO", "4"))
        assert "ends in figures" in sentences(job)[0]

    def test_rows_of_one_sort_add_up(self, came, cadres):
        rows = [self.row(cadres[0]), self.row(cadres[1]), self.row(cadres[0])]
        assert counts(came("posts", self.HEAD, *rows)) == {NEW: 3}
        assert len(self.numbers()) == 3
        assert counts(came("posts", self.HEAD, *rows)) == {SAME: 3}

    def test_as_many_as_the_dry_run_said_also_after_a_stop(self, came, cadres, monkeypatch):
        monkeypatch.setattr(jobs, "WRITE_PIECE", 1)
        job = came("posts", self.HEAD, *[self.row(cadres[0], count="2")] * 3, write=False)
        jobs.ready(job)
        calls = iter([False, True])
        monkeypatch.setattr(jobs, "_stopped", lambda job: next(calls))
        jobs.write(job)
        monkeypatch.setattr(jobs, "_stopped", lambda job: False)
        jobs.write(job)

        assert len(self.numbers()) == 6

    def test_what_is_abolished_does_not_count(self, came, cadres, by):
        came("posts", self.HEAD, self.row(cadres[0], "P-1"))
        post = Post.objects.get()
        with journal.write("post.changed", by=by) as act:
            act.change(post, {"status": ABOLISHED}, seen=journal.seen(post))
        assert counts(came("posts", self.HEAD, self.row(cadres[0]))) == {NEW: 1}

    def test_refused_with_the_reason(self, came, cadres):
        rows = [
            ("Nulle part", "P-1", cadres[0], "", "", "", ""), self.row("Devin", "P-2"), self.row("", "P-3"),
            self.row(cadres[0], count="900"), self.row(cadres[0], "P-4"), self.row(cadres[0], "P-4"),
        ]  # fmt: skip
        job = came("posts", self.HEAD, *rows)
        assert counts(job) == {NEW: 1, REFUSED: 5}
        said = sentences(job)
        for words in ("No facility is called", "Unknown cadre", "Choose the cadre", "Between 1 and", "Row 6"):
            assert any(words in sentence for sentence in said), (words, said)

    def test_who_pays_is_kept_in_words_if_no_list_knows_it(self, came, cadres):
        row = self.row(cadres[0], "P-1", funding="Jumelage avec Angers")
        came("posts", self.HEAD, row)
        assert "Jumelage avec Angers" in Post.objects.get().note
        assert counts(came("posts", self.HEAD, row)) == {SAME: 1}

    def test_out_and_back(self, came, cadres, sheet):
        came("posts", self.HEAD, self.row(cadres[0], "P-1", unit="Tri"), self.row(cadres[1], "P-2"))
        found = list(Post.objects.order_by("number"))
        assert counts(sheet("posts", found)) == {SAME: 2}

        job = sheet(
            "posts", found, lambda row: row.update({"Function": "Major"}) if row["Number"] == "P-2" else None
        )
        assert counts(job) == {CHANGE: 1, SAME: 1}
        assert [p.job for p in Post.objects.order_by("number")] == [None, "Major"]

    def test_a_post_stays_in_its_facility(self, came, cadres, sheet, by, larma):
        from baarada.registry import actions

        actions.add_facility({"name": "Poste de Vardane", "kind": larma.kind}, by=by)
        came("posts", self.HEAD, self.row(cadres[0], "P-1"))
        job = sheet(
            "posts", list(Post.objects.all()), lambda row: row.update({"Facility": "Poste de Vardane"})
        )
        assert "stays in its facility" in sentences(job)[0]

    def test_a_posting_comes_in_with_its_post(self, came, bring, cadres):
        bring([person(1)])
        came("posts", self.HEAD, self.row(cadres[0], "P-1"))
        head = ("Matricule", "Structure", "Qualification", "Date d'affectation", "Principale", "N° poste")
        row = ("P00001", "Poste de Larma", cadres[0], "2021", "non")
        assert "no post" in sentences(came("postings", head, (*row, "P-9")))[0]
        assert counts(came("postings", head, (*row, "P-1"))) == {NEW: 1}
        assert Posting.objects.get(main=False).post_label == "P-1"
        assert counts(came("postings", head, (*row, "P-1"))) == {SAME: 1}

    def test_taken_back(self, came, cadres, by):
        job = came("posts", self.HEAD, self.row(cadres[0], count="4"))
        jobs.undo(job, by=by)
        assert not Post.objects.live().exists()

    def test_few_questions_for_many_rows(self, came, cadres, django_assert_max_num_queries):
        rows = [self.row(cadres[0], f"P-{n}") for n in range(60)]
        with django_assert_max_num_queries(60):
            came("posts", self.HEAD, *rows, write=False)


class TestAreas:
    HEAD = (
        "Nom",
        "Niveau",
        "Code",
        "Appartient à",
        "Niveau de rattachement",
        "Rattaché depuis",
        "Date de création",
    )

    @pytest.fixture
    def province(self, larma):
        return Area.objects.filter(kind="province").order_by("pk").first()

    def row(self, name, level, parent="", code="", since="", parent_level="", starts=""):
        return (name, level, code, parent, parent_level, since, starts)

    def test_an_area_lies_in_one_that_is_here_or_in_a_row_above(self, came, province):
        rows = [
            self.row("Vardane", "Arrondissement", province.name, "V-1"),
            self.row("Bas-Vardane", "Quartier", "Vardane", "V-2"),
        ]
        assert counts(came("areas", self.HEAD, *rows)) == {NEW: 2}

        upper, lower = Area.objects.get(code="V-1"), Area.objects.get(code="V-2")
        assert Inclusion.objects.get(area=upper).parent_id == province.pk
        assert Inclusion.objects.get(area=lower).parent_id == upper.pk
        assert counts(came("areas", self.HEAD, *rows)) == {SAME: 2}

    def test_a_row_below_its_own_is_no_parent_yet(self, came, province):
        rows = [
            self.row("Bas-Vardane", "Quartier", "Vardane"),
            self.row("Vardane", "Arrondissement", province.name),
        ]
        assert counts(came("areas", self.HEAD, *rows)) == {NEW: 1, REFUSED: 1}
        assert counts(came("areas", self.HEAD, *rows)) == {NEW: 1, SAME: 1}

    def test_without_a_code_by_name_level_and_what_it_lies_in(self, came, province):
        row = self.row("Vardane", "Arrondissement", province.name)
        came("areas", self.HEAD, row)
        assert counts(came("areas", self.HEAD, row)) == {SAME: 1}
        assert counts(came("areas", self.HEAD, self.row("Vardane", "Quartier", "Vardane"))) == {NEW: 1}

    def test_it_passes_to_another_from_a_day_on(self, came, province):
        other = (
            Area.objects.filter(kind="province").exclude(pk=province.pk).exclude(name=province.name).first()
        )
        came("areas", self.HEAD, self.row("Vardane", "Arrondissement", province.name, "V-1", since="2010"))

        job = came("areas", self.HEAD, self.row("Vardane", "Arrondissement", other.name, "V-1"))
        assert "Write since when" in sentences(job)[0]
        job = came(
            "areas", self.HEAD, self.row("Vardane", "Arrondissement", other.name, "V-1", since="01/03/2024")
        )
        assert counts(job) == {CHANGE: 1} or counts(job) == {NEW: 1}
        spans = {r.parent_id: (r.starts, r.ends) for r in Inclusion.objects.filter(area__code="V-1")}
        assert spans == {
            province.pk: (PartialDate(2010), PartialDate(2024, 2, 29)), other.pk: (PartialDate(2024, 3, 1), None),
        }  # fmt: skip

    def test_refused_with_the_reason(self, came, province):
        rows = [self.row("", "Quartier", code="V-9"), self.row("Vardane", "Royaume"), self.row("Vardane", ""),
                self.row("Vardane", "Quartier", "Nulle part")]  # fmt: skip
        job = came("areas", self.HEAD, *rows)
        assert counts(job) == {REFUSED: 4}
        for words in ("Write the name of the area", "is in no list", "Choose the level", "No area is called"):
            assert any(words in sentence for sentence in sentences(job)), words

    def test_out_and_back(self, came, province, sheet):
        came("areas", self.HEAD, self.row("Vardane", "Arrondissement", province.name, "V-1", since="2010"))
        found = list(Area.objects.live().order_by("pk"))
        job = sheet("areas", found)
        assert counts(job) == {SAME: len(found)}, sentences(job)

        job = sheet("areas", [Area.objects.get(code="V-1")], lambda row: row.update({"Chief town": "Larma"}))
        assert counts(job) == {CHANGE: 1}
        assert Area.objects.get(code="V-1").capital == "Larma"

    def test_a_sheet_that_is_older_than_a_reform_does_not_undo_it(self, came, province, sheet):
        other = (
            Area.objects.filter(kind="province").exclude(pk=province.pk).exclude(name=province.name).first()
        )
        came("areas", self.HEAD, self.row("Vardane", "Arrondissement", province.name, "V-1", since="2010"))
        area = Area.objects.get(code="V-1")

        def reform(row):
            moved = self.row("Vardane", "Arrondissement", other.name, "V-1", since="01/03/2024")
            came("areas", self.HEAD, moved)

        assert counts(sheet("areas", [area], reform)) == {SAME: 1}


class TestPopulations:
    HEAD = ("Lieu", "Niveau", "Année", "Population", "Source")

    @pytest.fixture
    def area(self, larma):
        return Area.objects.filter(kind="province").order_by("pk").first()

    def test_a_figure_of_a_year_and_the_same_again(self, came, area):
        row = (area.name, "Province", "2031", "12 500", "Recensement")
        assert counts(came("populations", self.HEAD, row)) == {NEW: 1}
        assert Population.objects.get(year=2031).people == 12_500
        assert counts(came("populations", self.HEAD, row)) == {SAME: 1}

        assert counts(came("populations", self.HEAD, (*row[:3], "12600", row[4]))) == {CHANGE: 1}
        assert counts(came("populations", self.HEAD, (*row[:4], "Projection"))) == {NEW: 1}

    def test_refused_with_the_reason(self, came, area):
        rows = [("Nulle part", "", "2031", "1", "R"), (area.name, "Province", "31", "1", "R"),
                (area.name, "Province", "2031", "beaucoup", "R"), (area.name, "Province", "2031", "1", "")]  # fmt: skip
        job = came("populations", self.HEAD, *rows)
        assert counts(job) == {REFUSED: 4}
        for words in ("No area is called", "four figures", "whole number", "where the figure comes from"):
            assert any(words in sentence for sentence in sentences(job)), words

    def test_twice_in_one_file(self, came, area):
        row = (area.name, "Province", "2031", "1", "R")
        assert counts(came("populations", self.HEAD, row, row)) == {NEW: 1, REFUSED: 1}

    def test_out_and_back(self, came, area, sheet):
        came("populations", self.HEAD, (area.name, "Province", "2031", "1", "R"))
        found = list(Population.objects.live().order_by("pk"))
        assert counts(sheet("populations", found)) == {SAME: len(found)}
        job = sheet(
            "populations", [Population.objects.get(year=2031)], lambda row: row.update({"Inhabitants": "9"})
        )
        assert counts(job) == {CHANGE: 1}
        (changes,) = [Population.objects.get(year=2031).people]
        assert changes == 9

    def test_what_changes_is_told_in_words(self, came, area):
        row = (area.name, "Province", "2031", "1", "R")
        came("populations", self.HEAD, row)
        job = came("populations", self.HEAD, (*row[:3], "2", "R"), write=False)
        (changes,) = queries.changes_of(job, list(job.rows.all())).values()
        assert [(c.label, c.old, c.new) for c in changes] == [("Inhabitants", "1", "2")]


def test_every_field_has_a_column():
    from baarada.interop.tables import arealists, postlists

    for kind, but in ((postlists.KIND, set()), (arealists.AREAS, set()), (arealists.POPULATIONS, {"area"})):
        assert set(kind.names) == set(kind.model.Merge.numbers) - but
