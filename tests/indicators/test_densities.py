"""Densities: which population counts, what has none, how far a threshold is."""

from datetime import date
from decimal import Decimal

import pytest

from baarada.indicators import definitions as d
from baarada.indicators import densities
from baarada.indicators.asking import Question
from baarada.indicators.densities import Populations
from baarada.indicators.figures import Counting
from baarada.kernel.errors import Refused
from baarada.registry.models import Inclusion
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def chosen(land):
    def chosen(place, on):
        found, why = Populations(on).of(land[place].pk)
        return (found.people, "") if found else (None, why)

    return chosen


class TestWhichPopulation:
    def test_the_latest_year_not_after_the_day(self, register, land, chosen):
        for year, people in ((2009, 100), (2022, 200), (2030, 300)):
            register.people_of(land["north"], year, people)

        assert chosen("north", date(2021, 12, 31)) == (100, "")
        assert chosen("north", date(2022, 1, 1)) == (200, "")
        assert chosen("north", date(2008, 1, 1)) == (None, "aucune population notée avant 2009")

    def test_what_was_counted_goes_before_what_was_estimated_in_one_year(self, register, land, chosen):
        register.people_of(land["north"], 2020, 100, quality="estimated")
        register.people_of(land["north"], 2020, 200, quality="sourced")

        assert chosen("north", TODAY) == (200, "")

    def test_the_perimeter_is_that_of_the_day(self, register, land, chosen):
        """The reform of 2023 came into force in March."""
        register.write(Inclusion, area=land["east"], parent=land["north"], starts="13/03/2023")
        register.people_of(land["north"], 2009, 100, perimeter="avant 2023")
        register.people_of(land["north"], 2009, 60, perimeter="2023")

        assert chosen("north", date(2023, 3, 12)) == (100, "")
        assert chosen("north", date(2023, 3, 13)) == (60, "")

    def test_a_population_of_another_perimeter_only_is_none(self, register, land, chosen):
        register.people_of(land["north"], 2009, 100, perimeter="avant 2016")

        assert chosen("north", TODAY) == (None, "les populations notées comptent un autre périmètre")


class TestDensity:
    @pytest.fixture
    def found(self, register, land, cadres, fatou):
        north, east = register.facility("Nord", land["north"]), register.facility("Est", land["east"])
        for code, place in (("MED", north), ("SF", north), ("MAT", north), ("CHA", east)):
            register.post(register.person(code), place, cadres[code])
        register.post(register.person("X"), north)
        register.people_of(land["north"], 2022, 3_000)
        return lambda **rest: densities.densities(Question(TODAY, **rest), seen_by=fatou)

    def test_only_core_staff_of_the_three_occupations_count(self, found, land):
        out = found()
        north = next(row for row in out.rows if row.label == "Nord")

        assert north.staff == {"doctors": 1, "nurses": 0, "midwives": 1}
        assert north.value == Decimal("6.67")
        assert [one.count for one in out.left_out] == [1, 2]
        assert Counting(out.behind(north)).people().count() == 2

    def test_a_place_without_a_population_has_no_density(self, found):
        south = next(row for row in found().rows if row.label == "Sud")

        assert (south.counted, south.value, south.missing(d.THRESHOLDS[0])) == (0, None, None)
        assert south.why_not == "aucune population notée"

    def test_a_place_of_which_nobody_is_known_has_no_density_rather_than_nought(self, found, register, land):
        register.people_of(land["west"], 2022, 1_000)
        west = next(row for row in found(area=land["south"].pk).rows if row.label == "Ouest")

        assert west.value is None
        assert west.why_not == "personne n’est encore connu ici"

    @pytest.mark.parametrize("by", [("sex",), ("region", "health_district")])
    def test_it_is_that_of_places(self, found, by):
        with pytest.raises(Refused):
            found(by=by)


@pytest.mark.parametrize(
    ("staff", "people", "gap"), [(0, 10_000, 23), (22, 10_000, 1), (23, 10_000, 0), (9, 1, 0)]
)
def test_what_is_missing_is_whole_people(staff, people, gap):
    assert d.THRESHOLDS[0].missing(staff, people) == gap


def test_no_threshold_goes_without_its_source_and_year():
    assert [(str(one.value), one.year, bool(str(one.source))) for one in d.THRESHOLDS] == [
        ("22.8", 2006, True), ("33.45", 2013, True), ("44.5", 2016, True),
    ]  # fmt: skip
