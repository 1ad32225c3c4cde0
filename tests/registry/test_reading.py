"""Small things that lists and people get nearly right: telephones, years of birth, lengths of service."""

from datetime import date

import pytest

from baarada.interop.tables import cells
from baarada.kernel.days import PartialDate
from baarada.registry import display, papers, rules, search
from baarada.registry.models import Facility, Paper, Person
from tests.conftest import TODAY


@pytest.fixture
def eight_figures(monkeypatch):
    """A country whose telephones have eight figures."""
    monkeypatch.setattr(rules.phone_rule, "length", 8)


class TestTelephones:
    @pytest.mark.parametrize(
        "text", ["76 41 20 58", "76412058", "+223 76 41 20 58", "00 223 76 41 20 58", "+33 6 12 34 56 78"]
    )
    def test_usual_ways_of_writing_one_are_taken(self, eight_figures, text):
        assert rules.check_phone(text) == ""

    @pytest.mark.parametrize("text", ["7641205", "764120589", "+223", "00", "aucun", "+999999"])
    def test_what_cannot_be_called_is_told(self, eight_figures, text):
        assert rules.check_phone(text)

    @pytest.mark.django_db
    @pytest.mark.parametrize("typed", ["76412058", "76 41 20 58", "+223 76412058", "0022376412058", "7641"])
    def test_is_found_however_it_is_typed(self, eight_figures, country, fatou, typed):
        from baarada.registry.actions import add_person

        person = add_person({"family_name": "Traoré", "sex": "F", "phone": "76 41 20 58"}, by=fatou).record

        assert [hit.target for hit in search.search(typed, seen_by=fatou).people] == [person.pk]


class TestBirth:
    @pytest.mark.parametrize(
        ("born", "good"),
        [
            (PartialDate(2012), True),  # fourteen if born before today's day of the year
            (PartialDate(2013), False),
            (PartialDate(2012, 11, 20), True),
            (PartialDate(2012, 11, 21), False),
            (PartialDate(1925), True),  # a hundred if born late in the year
            (PartialDate(1924), False),
        ],
    )
    def test_a_year_is_refused_only_where_no_day_of_it_would_do(self, born, good):
        assert (rules.check_birth(born, TODAY) == "") is good

    def test_the_age_in_the_sentence_is_below_the_least(self):
        assert "13" in rules.check_birth(PartialDate(2013), TODAY)


class TestDuration:
    @pytest.mark.parametrize(
        ("first", "last", "months"),
        [
            ((2026, 1, 1), (2026, 1, 31), 1),
            ((2019, 3, 1), (2020, 2, 29), 12),
            ((2026, 1, 15), (2026, 2, 14), 1),
            ((2026, 1, 15), (2026, 2, 13), 0),
            ((2026, 1, 1), (2026, 12, 31), 12),
            ((2026, 5, 5), (2026, 5, 5), 0),
        ],
    )
    def test_both_days_belong_to_it(self, monkeypatch, first, last, months):
        seen = {}
        monkeypatch.setattr(display, "ngettext", lambda one, many, n: seen.setdefault(many, n) and "%(n)s")

        display.duration(date(*first), date(*last))

        assert seen.get("%(n)s years", 0) * 12 + seen.get("%(n)s months", 0) == months


class TestNames:
    @pytest.mark.parametrize(
        ("family", "given", "sentence", "heading"),
        [
            ("TRAORÉ", "Mariam", "Mariam Traoré", "TRAORÉ Mariam"),
            ("Traoré", "MARIAM", "Mariam Traoré", "TRAORÉ Mariam"),
            ("N'DIAYE", "El Hadj", "El Hadj N'Diaye", "N'DIAYE El Hadj"),
            ("DIALLO-KONÉ", "AWA FATIM", "Awa Fatim Diallo-Koné", "DIALLO-KONÉ Awa Fatim"),
            ("Ag Mohamed", "J.P.", "J.P. Ag Mohamed", "AG MOHAMED J.P."),
            ("Keïta", None, "Keïta", "KEÏTA"),
        ],
    )
    def test_capitals_of_a_list_stay_out_of_sentences(self, family, given, sentence, heading):
        person = Person(family_name=family, given_names=given)

        assert display.person_name(person) == sentence
        assert display.heading_name(person) == heading


class TestPapers:
    @pytest.mark.parametrize(
        "text", ["", "../../keys/node.key", "..", "/etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n"]
    )
    def test_a_hash_that_is_none_leads_to_no_file(self, settings, text):
        """It comes from an entry that another node may have written."""
        assert papers.path(text).parent.parent == settings.CONFIG.papers
        assert not papers.path(text).exists()
        assert not papers.thumb_path(text).exists()

    @pytest.mark.django_db
    def test_and_is_told_by_verify(self, country, fatou):
        from baarada.journal import actions
        from baarada.registry.actions import add_person

        person = add_person({"family_name": "Traoré", "sex": "F"}, by=fatou).record
        with actions.write("x", by=fatou) as act:
            act.create(Paper, person=person, hash="../../keys/node.key")

        assert [p.what for p in papers.check()] == [papers.MISSING_PAPER]


@pytest.mark.django_db
class TestSearch:
    @pytest.fixture
    def post(self, country, fatou):
        from baarada.registry.actions import add_facility

        return add_facility(
            {"name": "CSCom de Loulouni", "kind": "CSCOM", "code": "F-00.12"}, by=fatou
        ).record

    def test_small_words_alone_find_nothing_rather_than_everything(self, post, fatou):
        assert not search.search("de la", seen_by=fatou).facilities

    @pytest.mark.parametrize("typed", ["F-00.12", "f0012", "f 00", "loulouni", "cscom de lou"])
    def test_a_facility_is_found_by_its_code_however_it_is_typed(self, post, fatou, typed):
        assert [hit.target for hit in search.search(typed, seen_by=fatou).facilities] == [
            Facility.objects.get().pk
        ]


class TestCells:
    @pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1e999", "x"])
    def test_numbers_that_are_none_get_a_sentence(self, cell):
        for reader in (cells.share, cells.degrees, cells.number):
            with pytest.raises(cells.BadCell):
                reader(cell)

    def test_what_no_field_could_keep_is_refused_in_its_row(self):
        """Found only at the writing, it would stop the whole list."""
        with pytest.raises(cells.BadCell):
            cells.number("9" * 20)
        with pytest.raises(cells.BadCell):
            cells.texts("a;" * 101)
