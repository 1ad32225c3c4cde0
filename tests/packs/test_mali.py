"""Mali: what was restated, how sure it is, and who lay where on three days."""

import csv
import os
from collections import Counter
from datetime import date
from pathlib import Path

import phonenumbers
import pytest

from baarada.kernel.text import fold
from baarada.packs import loader
from baarada.packs.reader import split

COUNTS = {
    "areas": 256, "populations": 166,
    "inclusions": 359, "offices": 115, "facilities": 86, "assignments": 86, "cadres": 72, "lists": 582,
}  # fmt: skip

KINDS = {"country": 1, "region": 20, "cercle": 160, "health_district": 75}
OFFICES = {"national": 1, "region": 11, "district": 75, "hospital": 15, "school": 9, "order": 4}


def kinds(pack, table):
    return Counter(row["kind"] for row in pack.tables[table])


def parent_of(area, kind, on):
    from baarada.registry.models import Area, Inclusion

    child = Area.objects.get(code=area)
    rows = Inclusion.objects.in_force(on).filter(area=child, parent__kind=kind)
    return [row.parent.code for row in rows]


class TestCounts:
    def test_as_many_rows_as_were_restated(self, mali):
        assert {table: len(rows) for table, rows in mali.tables.items()} == COUNTS
        assert kinds(mali, "areas") == KINDS
        assert kinds(mali, "offices") == OFFICES

    def test_a_district_office_stands_in_its_district(self, mali):
        districts = [row for row in mali.tables["offices"] if row["kind"] == "district"]

        assert all(row["area"] == row["code"] for row in districts)

    def test_only_known_abbreviations_stand_for_several_cadres(self, mali):
        """TSS, TS and AM name a corps: a person must say which cadre is meant."""
        spellings = (
            {fold(word) for word in split(row.get("spellings", ""))} for row in mali.tables["cadres"]
        )
        uses = Counter(word for words in spellings for word in words)

        assert {word for word, times in uses.items() if times > 1} == {"tss", "ts", "am"}

    def test_the_numbering_plan_is_that_of_libphonenumber(self, mali):
        """What this pack takes for a number of the country, the library takes for one that can exist."""
        for figures in ("20212345", "65012345", "76412058", "94000000", "83000000"):
            assert mali.phone.national(figures)
            assert phonenumbers.is_possible_number(phonenumbers.parse(figures, mali.nationality))
        assert mali.phone.code == str(phonenumbers.country_code_for_region(mali.nationality))

    def test_no_name_tells_where_a_family_comes_from(self, mali):
        """Languages are kept, never origins: names have no such column."""
        with (mali.folder / "names.csv").open(encoding="utf-8") as file:
            assert next(csv.reader(file)) == ["kind", "sex", "name", "weight", "variants", "quality"]


@pytest.mark.django_db
class TestThreeDays:
    """Before 2016, between the two reforms, and after that of 13 March 2023."""

    @pytest.fixture(autouse=True)
    def loaded(self):
        loader.load("mali")

    @pytest.mark.parametrize(
        ("area", "day", "region"),
        [
            ("cer-bandiagara", date(2010, 1, 1), "reg-mopti"),
            ("cer-bandiagara", date(2023, 3, 12), "reg-mopti"),
            ("cer-bandiagara", date(2023, 3, 13), "reg-bandiagara"),
            ("ds-bandiagara", date(2023, 3, 12), "reg-mopti"),
            ("ds-bandiagara", date(2023, 3, 13), "reg-bandiagara"),
            ("cer-menaka", date(2016, 1, 18), "reg-gao"),
            ("cer-menaka", date(2016, 1, 19), "reg-menaka"),
            ("cer-menaka", date(2026, 11, 20), "reg-menaka"),
            ("ds-menaka", date(2016, 1, 18), "reg-gao"),
            ("ds-menaka", date(2023, 3, 13), "reg-menaka"),
            ("cer-nioro-du-sahel", date(2023, 3, 12), "reg-kayes"),
            ("cer-nioro-du-sahel", date(2023, 3, 13), "reg-nioro"),
            ("ds-ouelessebougou", date(2023, 3, 12), "reg-koulikoro"),
            ("ds-ouelessebougou", date(2023, 3, 13), "reg-bougouni"),
            ("ds-kadiolo", date(2000, 1, 1), "reg-sikasso"),
            ("ds-kadiolo", date(2026, 1, 1), "reg-sikasso"),
        ],
    )
    def test_an_area_lies_in_one_region_on_each_day(self, area, day, region):
        assert parent_of(area, "region", day) == [region]

    @pytest.mark.parametrize(
        ("day", "regions", "cercles"),
        [
            (date(2015, 6, 1), 9, 50),
            (date(2020, 6, 1), 11, 50),
            (date(2023, 3, 12), 11, 50),
            (date(2023, 3, 13), 20, 160),
        ],
    )
    def test_regions_and_cercles_grow_with_the_laws(self, day, regions, cercles):
        """Eight regions and Bamako, then ten, then nineteen; 49 cercles, then 159, each time with Bamako."""
        from baarada.registry.models import Area

        assert Area.objects.in_force(day).filter(kind="region").count() == regions
        assert Area.objects.in_force(day).filter(kind="cercle").count() == cercles

    def test_a_district_lies_in_its_cercle_as_long_as_that_is_known(self):
        """The perimeters of 2023 no longer follow the health map."""
        assert parent_of("ds-kadiolo", "cercle", date(2020, 1, 1)) == ["cer-kadiolo"]
        assert parent_of("ds-fana", "cercle", date(2020, 1, 1)) == ["cer-dioila"]
        assert parent_of("ds-kadiolo", "cercle", date(2024, 1, 1)) == []
        assert parent_of("ds-bamako-commune-iv", "cercle", date(2024, 1, 1)) == ["cer-bamako"]


SHARED = Path(os.environ.get("BAARADA_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "mali"


def shared(name):
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the reference data is not here: {SHARED}")
class TestAgainstTheReferenceData:
    """Nothing was dropped or misspelt on the way. The pack itself works without these files."""

    def names(self, pack, kind):
        rows = (row for row in pack.tables["areas"] if row["kind"] == kind)
        return {name for row in rows for name in (row["name"], *split(row.get("other_names", "")))}

    @pytest.mark.parametrize(
        ("file", "kind", "count"),
        [
            ("regions.csv", "region", 20),
            ("cercles.csv", "cercle", 50),
            ("cercles-2023.csv", "cercle", 159),
            ("districts-sanitaires.csv", "health_district", 75),
        ],
    )
    def test_every_area_is_here_under_a_name_it_bears(self, mali, file, kind, count):
        names = {row["name"] for row in shared(file)}

        assert names <= self.names(mali, kind)
        assert len(names) == count

    def test_every_cadre_is_here_as_it_was_mapped(self, mali):
        here = {
            c["code"]: (c["label_m"], c["isco"], c["nhwa"], c["core"], c["quality"])
            for c in mali.tables["cadres"]
        }
        there = {
            c["cadre_code"]: (c["label_fr_m"], c["isco08"], c["nhwa_group"], c["sdg_3c1_core"], c["quality"])
            for c in shared("cadres.csv")
        }
        assert here == there

    def test_every_choice_is_here(self, mali):
        here = {(row["list"], row["code"], row["label_fr"], row["quality"]) for row in mali.tables["lists"]}

        assert {(r["list"], r["code"], r["label_fr"], r["quality"]) for r in shared("code-lists.csv")} <= here
        types = {
            ("facility_type", r["type_code"], r["label_fr"], r["quality"])
            for r in shared("facility-levels.csv")
        }
        assert types <= here

    def test_every_norm_is_here_as_the_illustration_it_is(self, mali):
        here = {
            (facts["facility_type"], facts["cadre"], facts["least"], facts["number"], row["quality"])
            for row in mali.tables["lists"]
            if row["list"] == "norm"
            for facts in [dict(part.split("=", 1) for part in split(row["attributes"]))]
        }
        there = {
            (n["type_code"], n["cadre_code"], n["min"], n["target"], n["quality"])
            for n in shared("staffing-norms.csv")
        }
        assert here == there

    def test_every_population_of_2009_is_here_with_its_certainty(self, mali):
        """Of cercles and of health districts, as told; a total that nobody told is not made up."""
        here = {
            (row["area"], row["people"], row["quality"])
            for row in mali.tables["populations"]
            if row["year"] == "2009" and row["area"].startswith("ds-")
        }
        there = {
            (d["code"], d["pop_2009"], d["pop_2009_quality"])
            for d in shared("districts-sanitaires.csv")
            if d["pop_2009"]
        }
        assert here == there
        cercles = Counter(
            (row["people"], row["quality"])
            for row in mali.tables["populations"]
            if row["area"].startswith("cer-")
        )
        assert cercles == Counter(
            (c["pop_2009"], c["pop_2009_quality"]) for c in shared("cercles.csv") if c["pop_2009"]
        )

    def test_every_institution_but_the_group_of_private_schools_is_here(self, mali):
        here = {(f["name"], f["kind"], f["quality"]) for f in mali.tables["facilities"]}
        there = {
            (i["name"], i["type_code"], i["quality"])
            for i in shared("institutions.csv")
            if i["type_code"] != "ECOLE-PRIV"
        }
        assert here == there

    def test_every_name_is_here_with_its_variants(self, mali):
        here = {(n.kind, n.sex, n.name, n.variants) for n in mali.names}
        kind = {"first": "given", "family": "family"}
        there = {
            (kind[n["kind"]], n["sex"], n["name"], tuple(v for v in n["variants"].split(";") if v))
            for n in shared("names.csv")
        }
        assert here == there
