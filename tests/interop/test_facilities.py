"""Lists of facilities: which facility a row is, what it changes, what is put to a person, what is refused."""

import pytest
from django.db.models import F

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED
from baarada.interop.tables import columns, jobs
from baarada.registry import lists
from baarada.registry.models import Area, Assignment, Facility
from tests.interop.conftest import counts, district

# -- rows -------------------------------------------------------------------------------

HEADINGS = ("Code", "Nom", "Type", "Région", "Cercle", "District", "Latitude", "Longitude")


def row(**other):
    """A row of a list of facilities of the invented country."""
    cells = {
        "code": "Z-1", "name": "Poste de Vardane", "kind": lists.items("facility_type")[0].code, "region": "",
        "below": "", "office": district().code, "lat": "", "lon": "",
    } | other  # fmt: skip
    return list(cells.values())


@pytest.fixture
def came(bring):
    """Rows brought in."""
    return lambda *rows, **more: bring(rows, kind=columns.FACILITIES, headings=HEADINGS, **more)


class TestRows:
    def test_a_row_is_a_facility_under_an_office_in_an_area(self, came):
        area = Area.objects.filter(kind="province").first() or Area.objects.order_by("kind").last()

        came(row(below=area.name, lat="10,5", lon="-5.75"))

        found = Facility.objects.get(code="Z-1")
        assert (found.name, found.area_label) == ("Poste de Vardane", area.name)
        assert (found.latitude, found.longitude) == (10_500_000, -5_750_000)
        assert Assignment.objects.get(facility=found).office_id == district().pk

    def test_a_known_code_is_that_facility_under_any_name(self, came):
        came(row())

        assert counts(came(row(name="Poste de santé de Vardane"))) == {CHANGE: 1}
        assert Facility.objects.get(code="Z-1").name == "Poste de santé de Vardane"

    def test_a_name_alone_that_says_something_new_is_put_to_a_person(self, came):
        came(row())

        job = came(row(code="", lat="10.5", lon="-5.75"))

        assert counts(job) == {DOUBT: 1}
        assert Facility.objects.filter(name="Poste de Vardane").count() == 1

    def test_a_doubt_is_settled(self, came, by):
        came(row())
        job = came(row(code="", lat="10.5", lon="-5.75"), write=False)
        jobs.answer(job.rows.get(), str(Facility.objects.get(code="Z-1").pk), by=by)
        jobs.ready(job)
        jobs.write(job)

        assert Facility.objects.get(code="Z-1").latitude == 10_500_000

    def test_the_same_name_under_another_code_is_another_facility(self, came):
        came(row())

        assert counts(came(row(code="Z-2"))) == {NEW: 1}

    @pytest.mark.parametrize(
        ("other", "sentence"),
        [
            ({"name": ""}, "name of the facility"), ({"kind": "Château"}, "Château"),
            ({"kind": ""}, "kind of facility"),
            ({"lat": "95", "lon": "1"}, "between -90 and 90"), ({"lat": "10.5"}, "latitude and a longitude"),
            ({"lat": "nord"}, "not a position"), ({"office": "Nulle-Part"}, "No office"),
            ({"below": "Nulle-Part"}, "No area"), ({"region": "Nulle-Part"}, "No area"),
        ],
    )  # fmt: skip
    def test_a_row_that_cannot_be_says_why(self, came, other, sentence):
        job = came(row(**other))

        assert counts(job) == {REFUSED: 1}
        assert any(sentence in said for _key, _cell, said in job.rows.get().problems), job.rows.get().problems

    def test_a_code_twice_in_one_file_is_refused_the_second_time(self, came):
        job = came(row(), row(name="Poste d'Ostrel"))

        assert counts(job) == {NEW: 1, REFUSED: 1}
        assert "already in row 2" in job.rows.get(line=3).problems[0][2]

    @pytest.mark.parametrize("order", [("Z-1", "Z-2"), ("Z-2", "Z-1")])
    def test_a_double_is_taken_as_one_whichever_stands_first(self, bring, order):
        rows = [[*row(code=code, name=f"Poste {code}"), "Z-1" if code == "Z-2" else ""] for code in order]

        bring(rows, kind=columns.FACILITIES, headings=(*HEADINGS, "Doublon de"))

        one, other = Facility.objects.filter(code__startswith="Z-").order_by("code")
        assert one.canonical == other.canonical

    def test_another_office_of_the_same_kind_takes_over_from_today(self, came):
        came(row())
        other = type(district()).objects.filter(kind=district().kind).exclude(pk=district().pk).first()

        came(row(office=other.code))

        old, new = Assignment.objects.filter(facility__code="Z-1").order_by(F("starts").asc(nulls_first=True))
        assert (old.office_id, new.office_id) == (district().pk, other.pk)
        assert old.ends.last() < new.starts.first()
