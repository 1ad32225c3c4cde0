"""What an import asks of the database grows with the list's pieces, not with its rows or with the register."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baarada.interop.models import ImportRow
from baarada.interop.tables import jobs
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.packs import loader
from baarada.registry import actions, lists, queries
from baarada.registry.models import Area, Facility, Office, Person

HEADINGS = (
    "Nom",
    "Prénom",
    "Sexe",
    "Date de naissance",
    "Matricule",
    "Qualification",
    "Structure",
    "Prise de service",
)


@pytest.fixture
def by(db):
    """Somebody at the head of an invented country with one more health centre."""
    loader.load("demo")
    lists.forget()
    found = Actor(bytes(16), "Amina", runtime.root_office(), "national")
    area = Area.objects.filter(kind="district").first() or Area.objects.first()
    kind = lists.items("facility_type")[0].code
    office = Office.objects.exclude(kind="national").order_by("sort_key").first()
    actions.add_facility({"name": "Poste de Larma", "kind": kind, "area": area}, office=office, by=found)
    return found


def row(number, *, family="Ostrel", given="Ivo", born="12/03/1985", payroll=None, place="Poste de Larma"):
    cadre = str(lists.cadres()[0])
    return (family, given, "M", born, payroll or f"P{number}", cadre, place, "01/02/2015")


def bring(by, tmp_path, rows, headings=HEADINGS):
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return jobs.begin("people", path, path.name, by=by)


def statuses(job):
    return dict(ImportRow.objects.filter(job=job).values_list("line", "status"))


def written(job):
    """Import; returns how many statements that took."""
    jobs.plan(job)
    jobs.ready(job)
    with CaptureQueriesContext(connection) as captured:
        jobs.write(job)
    return [q["sql"] for q in captured if not q["sql"].startswith(("INSERT", "SAVEPOINT", "RELEASE"))]


def test_a_longer_piece_asks_no_more_questions(by, tmp_path):
    short = written(bring(by, tmp_path, [row(i, family=f"Un{i}") for i in range(3)]))
    long = written(bring(by, tmp_path, [row(i, family=f"Deux{i}") for i in range(100, 140)]))

    assert len(long) <= len(short)
    assert Person.objects.count() == 43


def test_more_facilities_ask_no_more_questions(by, tmp_path):
    kind = lists.items("facility_type")[0].code
    places = [f"Poste de {name}" for name in ("Un", "Deux", "Trois", "Quatre", "Cinq", "Six", "Sept")]
    for name in places:
        actions.add_facility({"name": name, "kind": kind}, office=Office.objects.first(), by=by)

    def asked(names):
        job = bring(by, tmp_path, [row(i, family=f"De{name}", place=name) for i, name in enumerate(names)])
        with CaptureQueriesContext(connection) as captured:
            jobs.plan(job)
        return len(captured), statuses(job)

    few, _statuses = asked(places[:1])
    many, found = asked(places[1:])
    assert many == few
    assert set(found.values()) == {"new"}


def test_the_office_of_the_place_takes_charge_of_everybody_posted_there(by, tmp_path):
    written(bring(by, tmp_path, [row(1), row(2)]))

    expected = queries.office_of_facility(Facility.objects.get(name="Poste de Larma"), runtime.today())
    assert expected.kind != "national"
    assert set(Person.objects.values_list("office", flat=True)) == {expected.pk}


def test_rows_after_a_stop_are_all_written(by, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "WRITE_PIECE", 2)
    job = bring(by, tmp_path, [row(i, family=f"Nom{i}") for i in range(5)])
    jobs.plan(job)
    jobs.ready(job)
    jobs.write(job, tell=lambda done: jobs.stop(job, by=by))
    assert Person.objects.count() == 2
    job.refresh_from_db()

    jobs.ready(job)
    jobs.write(job)

    assert sorted(Person.objects.values_list("family_name", flat=True)) == [f"Nom{i}" for i in range(5)]


class TestNamesakes:
    """Many bear one name; only those who can be meant are looked at."""

    @pytest.fixture
    def many(self, by, tmp_path):
        days = [f"{day:02}/05/19{year}" for year in range(60, 80) for day in (1, 15)]
        written(bring(by, tmp_path, [row(i, born=born) for i, born in enumerate(days)]))
        return days

    def test_a_birth_of_their_own_is_somebody_new(self, by, tmp_path, many):
        job = bring(by, tmp_path, [row(1, born="03/03/1990", payroll="new")])
        jobs.plan(job)

        assert list(statuses(job).values()) == ["new"]

    def test_the_same_birth_is_put_to_a_person(self, by, tmp_path, many):
        rows = [row(1, born=many[7], payroll="")[:4]]
        job = bring(by, tmp_path, rows, HEADINGS[:4])
        jobs.plan(job)

        found = ImportRow.objects.get(job=job)
        expected = Person.objects.get(born=int("".join(reversed(many[7].split("/")))))
        assert (found.status, found.candidates) == ("doubt", [str(expected.pk)])

    def test_a_year_alone_leaves_those_of_that_year(self, by, tmp_path, many):
        job = bring(by, tmp_path, [row(1, born="1971")[:4]], HEADINGS[:4])
        jobs.plan(job)

        assert len(ImportRow.objects.get(job=job).candidates) == 2
