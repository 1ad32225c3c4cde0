"""One box: names in any spelling and order, numbers, telephones, places, decisions; and what is not to be found."""

import pytest
from django.utils import translation

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.kernel.errors import NotAllowed
from baarada.packs.reader import read
from baarada.registry import actions, career, country, search, searchkeys
from baarada.registry.models import (
    Absence,
    Area,
    Cadre,
    Facility,
    Licence,
    NameWord,
    Person,
    Posting,
    SearchKey,
)


@pytest.fixture(autouse=True)
def mali(monkeypatch):
    """Spelling and telephones of the country whose names these are."""
    from baarada.registry import rules, spelling

    monkeypatch.setattr(spelling, "_now", spelling.Spelling())
    monkeypatch.setattr(rules, "phone_rule", rules.PhoneRule())
    country.use(read("mali"))
    search.forget_vocabulary()
    searchkeys.forget_words()
    with translation.override("en"):
        yield
    search.forget_vocabulary()
    searchkeys.forget_words()


@pytest.fixture
def add(country, amina):
    def add(family, given, sex="F", **more):
        values = {"family_name": family, "given_names": given, "sex": sex, **more}
        identifiers = (
            [{"kind": "matricule", "number": values.pop("matricule")}] if "matricule" in values else []
        )
        return Person.objects.get(pk=actions.add_person(values, by=amina, identifiers=identifiers).record.pk)

    return add


@pytest.fixture
def people(add):
    """Some people, so that a search has something to leave out."""
    add("Coulibaly", "Aminata")
    add("Diarra", "Moussa", "M")
    add("Keïta", "Fatoumata")
    add("Traoré", "Seydou", "M")
    return add("Traoré", "Mariam", phone="76 41 20 58", matricule="0142-318.K", other_names=["Sidibé"])


def found(query, by):
    search.forget_vocabulary()
    hits = search.search(query, seen_by=by).people
    names = {p.pk: str(p) for p in Person.objects.filter(pk__in=[h.target for h in hits])}
    return [names[h.target] for h in hits]


MARIAM = [
    "Mariam Traoré", "traore mariam", "TRAORÉ MARIAM", "Mariam", "mariam tra", "Tarawélé Mariam", "Mariam Tarawele",
    "Mariame Traore", "Maryam Traoré", "Mariam Trarore", "Traore  Mariam ", "Mariam Sidibe", "maria traore",
    "Mariem Traoré",
]  # fmt: skip


class TestNames:
    @pytest.mark.parametrize("query", MARIAM)
    def test_two_words_in_any_spelling_and_order(self, people, amina, query):
        assert "Mariam Traoré" in found(query, amina)

    def test_the_exact_name_comes_first(self, add, people, amina):
        add("Tarawélé", "Mariam")

        assert found("Mariam Traoré", amina)[0] == "Mariam Traoré"

    def test_both_words_count(self, people, amina):
        assert found("Mariam Diarra", amina) == []
        assert found("Traoré Seydou", amina) == ["Seydou Traoré"]

    def test_it_is_said_why_somebody_with_another_name_is_there(self, people, amina):
        (hit,) = search.search("Mariam Tarawélé", seen_by=amina).people

        assert hit.why == "“Tarawele” is also spelt Traore"
        assert search.search("Mariam Traoré", seen_by=amina).people[0].why == ""

    def test_a_new_name_finds_and_the_old_one_does_not(self, people, amina):
        person = Person.objects.get(given_names="Mariam")
        actions.revise(person, {"family_name": "Sangaré"}, seen=journal.seen(person), by=amina)

        assert found("Mariam Sangare", amina) == ["Mariam Sangaré"]
        assert found("Mariam Traoré", amina) == []

    def test_whoever_is_marked_as_deleted_is_not_found(self, people, amina):
        person = Person.objects.get(given_names="Mariam")
        actions.delete(person, seen=journal.seen(person), by=amina)

        assert found("Mariam Traoré", amina) == []

    def test_linked_files_are_one_line(self, add, people, amina, cheick):
        other = add("Tarawélé", "Mariame")
        actions.link_people(people, other, by=cheick)

        assert len(search.search("Mariame Tarawélé", seen_by=amina).people) == 1

    @pytest.mark.parametrize(
        "query", ["", "   ", "…", "'", "%", "_", "*", "'; DROP TABLE registry_person; --", "x" * 5000]
    )
    def test_what_is_no_name_finds_nobody_and_harms_nobody(self, people, amina, query):
        assert found(query, amina) == []
        assert Person.objects.count() == 5

    def test_only_who_may_search_does(self, people, amina):
        from dataclasses import replace

        with pytest.raises(NotAllowed):
            search.search("Mariam", seen_by=replace(amina, rights=frozenset({"person.see"})))


class TestNumbers:
    @pytest.mark.parametrize("query", ["0142-318.K", "0142318K", "0142 318 k", "0142-318"])
    def test_a_payroll_number_however_it_is_typed(self, people, amina, query):
        (hit,) = search.search(query, seen_by=amina).people

        assert (hit.target, hit.why) == (people.pk, "by its number")

    @pytest.mark.parametrize("query", ["76412058", "76 41 20 58", "76-41-20-58", "7641"])
    def test_a_telephone_however_it_is_typed(self, people, amina, query):
        (hit,) = search.search(query, seen_by=amina).people

        assert (hit.target, hit.why) == (people.pk, "by the telephone")

    def test_a_number_inside_another_is_not_it(self, people, amina):
        assert found("412058", amina) == []

    def test_the_number_of_a_licence_leads_to_who_has_it(self, people, amina):
        career.add_row(Licence, people, {"kind": "lic", "reference": "ONSF-117"}, by=amina)
        assert found("onsf 117", amina) == ["Mariam Traoré"]
        (hit,) = search.search("ONSF-117", seen_by=amina).people
        assert "licence" in hit.why

    def test_a_decision_about_a_career_leads_to_whom_it_is_about(self, people, amina):
        values = {"kind": "annuel", "starts": parse("2026"), "decision": "2026-0777/DRH"}
        absence = career.add_row(Absence, people, values, by=amina)
        assert found("2026-0777", amina) == ["Mariam Traoré"]
        assert search.search("2026-0777", seen_by=amina).decisions == []
        actions.undo(absence.act, by=amina)
        assert found("2026-0777", amina) == []

    def test_a_decision_leads_to_its_posting(self, people, amina, fatou):
        facility = actions.add_facility({"name": "CSCom de Loulouni", "kind": "CSCOM"}, by=fatou).record
        with journal.write("cadre", by=fatou) as act:
            cadre = act.create(Cadre, code="SF", label_m="Sage-femme")
        values = {"facility": facility, "cadre": cadre, "starts": parse("2019"), "decision": "2026-0163/MSDS"}
        posting = actions.start_posting(people, values, by=amina).record

        assert [h.target for h in search.search("2026-0163", seen_by=amina).decisions] == [posting.pk]
        assert Posting.objects.count() == 1


class TestPlaces:
    @pytest.fixture
    def places(self, country, fatou):
        for name, code in (
            ("CSCom de Loulouni", "ML-1"),
            ("CSCom de Blendio", "ML-2"),
            ("CSRéf de Kadiolo", "ML-3"),
        ):
            actions.add_facility({"name": name, "kind": "CSCOM", "code": code}, by=fatou)
        actions.add_area({"name": "Kadiolo", "kind": "cercle"}, by=fatou)

    def names(self, query, by, sort="facilities"):
        model = Facility if sort == "facilities" else Area
        return [str(model.objects.get(pk=h.target)) for h in getattr(search.search(query, seen_by=by), sort)]

    @pytest.mark.parametrize(
        "query", ["loulouni", "CSCom de Loulouni", "cscom loul", "C.S.Com de Loulouni", "LOULOUNI", "ML-1"]
    )
    def test_a_facility_by_any_of_its_words(self, places, amina, query):
        assert "CSCom de Loulouni" in self.names(query, amina)

    def test_an_area_beside_the_facility_of_its_name(self, places, amina):
        assert self.names("kadiolo", amina, "areas") == ["Kadiolo"]
        assert self.names("kadiolo", amina) == ["CSRéf de Kadiolo"]


class TestKeys:
    def test_made_anew_they_are_the_same(self, people, amina):
        def all_keys():
            return sorted(map(str, SearchKey.objects.values_list("key", "kind", "type", "target")))

        def all_words():
            return sorted(NameWord.objects.values_list("word", "sound"))

        before = all_keys(), all_words()
        SearchKey.objects.all().delete()

        searchkeys.remake()

        assert (all_keys(), all_words()) == before
        assert found("Mariam Traoré", amina) == ["Mariam Traoré"]

    def test_a_search_asks_as_much_of_many_people_as_of_few(
        self, add, people, amina, django_assert_max_num_queries
    ):
        for n in range(40):
            add("Traoré", f"Mariam {chr(97 + n % 26)}{n}")
        search.forget_vocabulary()

        with django_assert_max_num_queries(12):
            assert len(search.search("mariam traore", seen_by=amina).people) == 41
