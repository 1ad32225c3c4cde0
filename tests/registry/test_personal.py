"""Relatives, languages, other contacts; texts; equipment of an office."""

import pytest
from django.utils import translation

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.registry import actions, career, places, queries, rules, search, summaries
from baarada.registry.errors import Invalid
from baarada.registry.models import PERSONAL, Contact, Equipment, LanguageSkill, Person, Relative
from tests.conftest import TODAY

GOOD = {
    Relative: {"name": "Awa Traoré", "link": "child", "born": parse("2012"), "dependent": True},
    LanguageSkill: {"language": "fr", "spoken": "fluent", "read": "fluent"},
    Contact: {"kind": "mobile", "value": "76412058", "owner": "the village chief"},
}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def mariam(country, amina):
    return Person.objects.get(
        pk=actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina).record.pk
    )


def rows_of(person, by):
    return queries.person_file(person.pk, seen_by=by, on=TODAY).personal


def test_every_kind_has_an_example_here():
    assert set(GOOD) == set(PERSONAL)


@pytest.mark.parametrize("model", GOOD, ids=lambda m: m.__name__)
def test_a_row_of_each_kind_is_written_changed_and_taken_back(model, mariam, amina):
    done = career.add_row(model, mariam, GOOD[model], by=amina)
    (row,) = rows_of(mariam, amina)
    assert {name: getattr(row, name) for name in GOOD[model]} == GOOD[model]
    actions.revise(row, {"note": "seen on paper"}, seen=journal.seen(row), by=amina)
    assert rows_of(mariam, amina)[0].note == "seen on paper"
    actions.undo(done.act, by=amina)
    assert [row.note for row in rows_of(mariam, amina)] == ["seen on paper"]
    actions.delete(model.objects.get(), seen=journal.seen(model.objects.get()), by=amina)
    assert rows_of(mariam, amina) == []


@pytest.mark.parametrize("model", GOOD, ids=lambda m: m.__name__)
def test_an_empty_row_is_refused(model, mariam, amina):
    with pytest.raises(Invalid):
        career.add_row(model, mariam, {}, by=amina)
    assert rows_of(mariam, amina) == []


def test_a_row_reads_in_a_line(mariam, amina):
    for model, values in GOOD.items():
        career.add_row(model, mariam, values, by=amina)
    said = {type(row): (summaries.title(row), summaries.detail(row)) for row in rows_of(mariam, amina)}
    assert said == {
        Relative: ("Awa Traoré", "child · dependent"),
        LanguageSkill: ("fr", "spoken: fluent · read: fluent"),
        Contact: ("76412058", "mobile · the village chief"),
    }


def test_somebody_is_found_by_another_telephone_also_with_the_prefix(mariam, amina, monkeypatch):
    monkeypatch.setattr(rules, "phone_rule", rules.PhoneRule("ML", 8))
    career.add_row(Contact, mariam, {"kind": "mobile", "value": "76 41 20 58"}, by=amina)
    career.add_row(Contact, mariam, {"kind": "box", "value": "BP 12"}, by=amina)
    for typed in ("76412058", "0022376412058", "7641"):
        assert [hit.target for hit in search.search(typed, seen_by=amina).people] == [mariam.pk], typed
    assert search.search("12", seen_by=amina).people == []


def test_equipment_of_an_office_is_listed_what_is_here_first(country, amina, fatou):
    actions.add_equipment(
        country.kadiolo, {"kind": "moto", "starts": parse("2015"), "ends": parse("2020")}, by=amina
    )
    actions.add_equipment(country.kadiolo, {"kind": "solar", "label": "Panel 100 W"}, by=amina)
    assert [row.kind for row in places.equipment_of(country.kadiolo, seen_by=amina)] == ["solar", "moto"]
    with pytest.raises(Invalid):
        actions.add_equipment(country.kadiolo, {"label": "?"}, by=amina)
    row = Equipment.objects.get(kind="solar")
    with pytest.raises(Invalid):
        actions.revise(row, {"checked": parse("2030")}, seen=journal.seen(row), by=amina)


def test_texts_are_found_by_words_and_number_those_in_force_on_a_day(country, fatou):
    actions.add_text(
        {"title": "Loi portant statut général", "number": "02-053", "starts": parse("2002")}, by=fatou
    )
    actions.add_text(
        {"title": "Norme de 2010", "kind": "norm", "starts": parse("2010"), "ends": parse("2015-12-31")},
        by=fatou,
    )

    def found(**asked):
        return [text.title for text in places.legal_texts(**asked)]

    assert found() == ["Loi portant statut général", "Norme de 2010"]
    assert found(text="STATUT general") == found(text="02-053") == ["Loi portant statut général"]
    assert found(kind="norm") == ["Norme de 2010"]
    assert found(on=TODAY) == ["Loi portant statut général"]
    with pytest.raises(Invalid):
        actions.add_text({"number": "1"}, by=fatou)
