"""Headcounts: who is counted, once, where; by what; and that unknown is never left out."""

from datetime import date

import pytest

from baarada.indicators import asking, figures
from baarada.indicators.asking import Question
from baarada.kernel.actors import Actor
from baarada.kernel.days import parse
from baarada.kernel.errors import NotAllowed, Refused
from baarada.registry import actions as registry
from baarada.registry import filling, lists
from baarada.registry.models import Cadre, Inclusion, ListItem
from tests.conftest import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(fatou):
    def ask(*by, on=TODAY, **rest):
        return figures.headcount(Question(on, by=by, **rest), seen_by=fatou)

    return ask


@pytest.fixture
def places(register, land):
    return {
        "north": register.facility("Hôpital du Nord", land["north"], sector="PUBLIC", kind="CSCOM"),
        "east": register.facility("CSCom Est", land["east"], sector="COMMU", component="SANTE"),
        "lost": register.facility("Poste perdu"),
    }


class TestWhoIsCounted:
    def test_somebody_with_two_postings_counts_once_where_the_main_one_is(
        self, register, places, cadres, ask, counted
    ):
        awa = register.person("Diallo")
        register.post(awa, places["north"], cadres["INF"], share=5000)
        register.post(awa, places["east"], cadres["SF"], share=5000, main=True)

        figure = ask("region")
        assert figure.value == 1
        assert counted(figure) == {("Sud",): 1}
        assert [one.count for one in figure.left_out] == [1]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"share": 7000}, {"share": 3000}),
            ({"starts": "2010"}, {"starts": "2011"}),
            ({"starts": None}, {"starts": "1990"}),
            ({}, {"share": 9999}),
        ],
    )
    def test_without_a_main_one_the_larger_then_the_older_places_somebody(
        self, register, places, ask, counted, first, second
    ):
        awa = register.person("Diallo")
        register.post(awa, places["east"], **second)
        register.post(awa, places["north"], **first)

        assert counted(ask("region")) == {("Nord",): 1}

    @pytest.mark.parametrize(
        ("ends", "on", "n"),
        [
            ("20/11/2026", date(2026, 11, 20), 1),
            ("19/11/2026", date(2026, 11, 20), 0),
            ("11/2026", date(2026, 11, 20), 1),
            ("2026", date(2026, 12, 31), 1),
            ("2026", date(2027, 1, 1), 0),
        ],
    )
    def test_a_posting_runs_to_the_end_of_its_last_day_month_or_year(
        self, register, places, ask, ends, on, n
    ):
        register.post(register.person("Diallo"), places["north"], ends=ends)

        assert ask(on=on).value == n

    @pytest.mark.parametrize(
        ("left", "n"),
        [("19/11/2026", 0), ("20/11/2026", 1), ("2026", 1), ("2025", 0), (None, 0), ("2009", 1)],
    )
    def test_who_left_for_good_is_not_in_post_though_a_posting_was_not_ended(
        self, register, places, ask, left, n
    ):
        """Who left before the posting began came back; of whom no day of leaving is known, none can be told here."""
        awa = register.person("Diallo")
        register.post(awa, places["north"], starts="2015")
        register.leave(awa, left=left, kind="retraite")

        figure = ask()
        assert figure.value == n
        assert [one.count for one in figure.left_out] == [1 - n][: 1 - n]

    def test_linked_files_are_one_person(self, register, places, ask, fatou):
        one, other = register.person("Diallo"), register.person("Diallo")
        register.post(one, places["north"])
        register.post(other, places["north"])
        assert ask().value == 2

        registry.link_people(one, other, by=fatou)

        assert ask().value == 1

    def test_a_deleted_file_or_posting_counts_nobody(self, register, places, ask, fatou):
        awa, binta = register.person("Diallo"), register.person("Sow")
        register.post(awa, places["north"])
        posting = register.post(binta, places["north"])
        register.change(awa, deleted=True)
        register.change(posting, deleted=True)

        assert ask().value == 0

    def test_somebody_without_the_right_is_told_nothing(self, country):
        nobody = Actor(bytes(16), "x", bytes(16), "district", frozenset())
        with pytest.raises(NotAllowed):
            figures.headcount(Question(TODAY), seen_by=nobody)


class TestByWhat:
    def test_unknown_is_a_line_of_its_own_and_lines_add_up(self, register, places, cadres, ask, counted):
        register.post(register.person("A", sex="F", born="12/03/1990"), places["north"], cadres["INF"])
        register.post(register.person("B", sex="M", born=None), places["lost"])
        register.post(register.person("C", sex=None, born="1960"), places["east"], cadres["MED"])

        assert counted(ask("region")) == {("Nord",): 1, ("Sud",): 1, ("lieu inconnu",): 1}
        assert counted(ask("sex")) == {("Féminin",): 1, ("Masculin",): 1, ("sexe inconnu",): 1}
        assert counted(ask("age")) == {("35–44",): 1, ("65 et plus",): 1, ("âge inconnu",): 1}
        assert counted(ask("group")) == {
            ("Médecins",): 1, ("Personnel infirmier",): 1, ("groupe inconnu",): 1,
        }  # fmt: skip
        assert ask("sex").women == 1

    def test_the_country_s_own_fields_are_counted_like_any_other(
        self, register, places, cadres, ask, counted
    ):
        for list_, code, label, *attributes in (
            ("reach", "good", "Bonne"), ("reach", "weak", "Faible"),
            ("extra_field", "network", "Réseau", "type=code", "list=reach"),
            ("extra_field", "bicycle", "Vélo", "type=yes_no"), ("extra_field", "village", "Village", "type=text"),
        ):  # fmt: skip
            register.write(ListItem, list=list_, code=code, label_fr=label, attributes=attributes)
        lists.forget()
        told = ({"network": "weak", "bicycle": 1}, {"network": "weak", "bicycle": 0}, {"village": "Zégoua"})
        for name, said in zip("ABC", told, strict=True):
            person = register.person(name, sex="F")
            register.post(person, places["north"], cadres["INF"])
            filling.fill(person, said, seen={}, by=register.by)

        assert counted(ask("extra.network")) == {("Faible",): 2, ("non connu",): 1}
        assert counted(ask("extra.bicycle")) == {("oui",): 1, ("non",): 1, ("non connu",): 1}
        assert "extra.village" not in asking.dims()

    @pytest.mark.parametrize(
        ("born", "on", "label"),
        [
            ("31/12/1999", date(2024, 12, 31), "25–34"), ("01/01/2000", date(2024, 12, 31), "moins de 25"),
            ("29/02/2000", date(2025, 2, 28), "moins de 25"), ("29/02/2000", date(2025, 3, 1), "25–34"),
            ("2000", date(2025, 6, 29), "moins de 25"), ("2000", date(2025, 6, 30), "25–34"),
            ("03/2000", date(2025, 3, 14), "moins de 25"), ("03/2000", date(2025, 3, 15), "25–34"),
            ("2030", date(2026, 1, 1), "âge inconnu"),
        ],
    )  # fmt: skip
    def test_age_is_in_whole_years_a_year_alone_is_its_middle(
        self, register, places, ask, counted, born, on, label
    ):
        register.post(register.person("A", born=born), places["north"])

        assert counted(ask("age", on=on)) == {(label,): 1}

    def test_employment_of_the_day_tells_funding_and_kind_of_worker(self, register, places, ask, counted):
        awa = register.person("A")
        register.post(awa, places["north"])
        register.employ(awa, worker="contract", funding="ASACO", starts="2015", ends="2019")
        register.employ(awa, worker="fonct", funding="ETAT", starts="2020")

        assert counted(ask("worker", "funding")) == {("Fonctionnaire", "Budget national"): 1}
        assert counted(ask("worker", on=date(2017, 1, 1))) == {("Contractuel",): 1}

    def test_the_highest_diploma_awarded_by_the_day(self, register, places, ask, counted):
        awa = register.person("A")
        register.post(awa, places["north"])
        register.qualify(awa, diploma="IDE", awarded="2012")
        register.qualify(awa, diploma="DM", awarded="2024")

        assert counted(ask("qualification")) == {("Doctorat",): 1}
        assert counted(ask("qualification", on=date(2020, 1, 1))) == {("Diplôme d'infirmier",): 1}

    def test_facts_of_the_facility_and_of_the_unit(self, register, places, ask, counted):
        unit = register.unit(places["east"], name="Salle d'accouchement", kind="MAT")
        register.post(register.person("A"), places["east"], unit=unit)

        assert counted(ask("sector", "component")) == {("Communautaire", "Santé"): 1}
        assert counted(ask("facility", "unit")) == {("CSCom Est", "Salle d'accouchement (CSCom Est)"): 1}
        assert counted(ask("service", "type")) == {("Maternité", "type inconnu"): 1}

    def test_a_replaced_cadre_counts_as_the_new_one_from_the_day_on(
        self, register, places, cadres, ask, counted
    ):
        old = register.write(
            Cadre, code="OLD", label_m="Ancien", isco="2221", ends="2020", replaced_by=cadres["INF"]
        )
        register.post(register.person("A"), places["north"], old)

        assert counted(ask("cadre", on=date(2020, 12, 31))) == {("Ancien",): 1}
        assert counted(ask("cadre")) == {("Infirmier",): 1}

    def test_a_code_that_was_replaced_counts_as_the_new_one(self, register, places, ask, counted):
        new = register.write(ListItem, list="sector", code="NEUF", label_fr="Neuf", order=5)
        register.write(ListItem, list="sector", code="VIEUX", label_fr="Vieux", ends="2020", replaced_by=new)
        place = register.facility("X", sector="VIEUX")
        register.post(register.person("A"), place)

        assert counted(ask("sector")) == {("Neuf",): 1}


class TestWhere:
    def test_a_region_that_changed_is_the_region_of_the_day(self, register, land, places, ask, counted):
        step = Inclusion.objects.get(area=land["east"])
        register.change(step, starts=None, ends=parse("31/12/2022"))
        register.write(Inclusion, area=land["east"], parent=land["north"], starts="01/01/2023")
        register.post(register.person("A"), places["east"])

        assert counted(ask("region", on=date(2022, 12, 31))) == {("Sud",): 1}
        assert counted(ask("region", on=date(2023, 1, 1))) == {("Nord",): 1}

    def test_a_place_is_broken_down_by_the_level_below_it(self, register, land, places, ask, counted):
        register.post(register.person("A"), places["east"])
        register.post(register.person("B"), register.facility("DRS", land["south"]))

        figure = ask("place", area=land["south"].pk)
        assert counted(figure) == {("Est",): 1, ("hors de ces lieux",): 1}
        assert figure.by[0].name == "health_district"
        assert counted(ask("place", area=land["east"].pk)) == {("CSCom Est",): 1}

    def test_a_place_holds_what_lies_in_it_the_country_everybody(self, register, land, places, ask):
        for place in places.values():
            register.post(register.person("A"), place)

        assert ask(area=land["south"].pk).value == 1
        assert ask(area=land["country"].pk).value == ask().value == 3

    def test_a_place_of_another_day_is_refused_in_a_sentence(self, register, land, ask):
        later = register.area("Neuve", parent=land["country"])
        register.change(later, starts=parse("2025"), ends=None)
        with pytest.raises(Refused, match="sur la carte"):
            ask(on=date(2020, 1, 1), area=later.pk)


class TestBehindANumber:
    @pytest.mark.parametrize("by", ["region", "cadre", "group", "sex", "age", "sector", "facility", "worker"])
    def test_each_line_leads_to_exactly_its_people(self, register, land, places, cadres, ask, fatou, by):
        people = [
            (
                register.person(
                    f"P{n}", sex="FM"[n % 2] if n % 3 else None, born=f"19{60 + n}" if n % 4 else None
                ),
                n,
            )
            for n in range(9)
        ]
        for person, n in people:
            register.post(
                person, list(places.values())[n % 3], list(cadres.values())[n % 5] if n % 4 else None
            )

        figure = ask(by)
        seen = []
        for line in figure.lines:
            behind = figures.Counting(figure.behind(line)).people()
            assert behind.count() == line.value
            seen += behind.values_list("canonical", flat=True)
        assert sorted(seen) == sorted(person.pk for person, _n in people)
