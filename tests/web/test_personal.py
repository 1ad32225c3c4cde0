"""Pages of what is known beside identity and career; texts; equipment."""

import re

import pytest
from django.urls import reverse

from baarada.journal import actions as journal
from baarada.registry import actions, lists
from baarada.registry.models import Employment, Equipment, ExtraValue, Identifier, LegalText, ListItem, Person
from tests.registry.test_extras import fields  # noqa: F401
from tests.web.test_careers import send, text_of


@pytest.fixture
def amina(country, browser_of):
    client = browser_of("amina", country.kadiolo)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def mariam(country, amina):
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F"}
    return Person.objects.get(pk=actions.add_person(values, by=amina.actor).record.pk)


@pytest.mark.parametrize(
    ("sort", "values", "shown"),
    [
        ("relative", {"name": "Awa Traoré", "dependent": "on", "born": "2012"}, "Awa Traoré"),
        ("language", {"language": "fr", "spoken": "good"}, "fr"),
        (
            "contact",
            {"kind": "mobile", "value": "76 41 20 58", "owner": "le chef de village"},
            "le chef de village",
        ),
    ],
)
def test_a_row_is_added_and_shown_on_the_file(amina, mariam, choices, sort, values, shown):
    answer = send(amina, mariam, sort, **values)
    assert answer.status_code == 302, text_of(answer)
    assert shown in text_of(amina.get(reverse("web:person", args=[mariam.pk])))


@pytest.fixture
def choices(country, amina):
    with journal.write("lists", by=amina.actor) as act:
        for list_, code in (("language", "fr"), ("language_level", "good"), ("contact_kind", "mobile")):
            act.create(ListItem, list=list_, code=code, label_fr=code, label_en=code)
        for code, *attributes in (("plain",), ("checked", "check=mod97")):
            act.create(ListItem, list="identifier_kind", code=code, label_fr=code, attributes=attributes)
    lists.forget()


def test_a_doubted_number_is_kept_once_somebody_says_it_stands_so_on_the_paper(amina, mariam, choices):
    address = reverse("web:add-number", args=[mariam.pk])
    answer = amina.post(address, {"kind": "checked", "number": "123456789"})
    assert answer.status_code == 422
    assert "check digit" in text_of(answer) and 'name="as_paper"' in answer.content.decode()
    assert not Identifier.objects.exists()
    assert (
        amina.post(address, {"kind": "checked", "number": "123456789", "as_paper": "yes"}).status_code == 302
    )
    assert "to check" in text_of(amina.get(reverse("web:person", args=[mariam.pk])))


def test_the_form_of_further_facts_fills_them_in_and_a_blank_one_is_nothing(amina, mariam, fields):  # noqa: F811
    address = reverse("web:extras", args=[mariam.pk])
    page = amina.get(address).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    typed = {
        "seen": seen,
        "extra-village": "Zégoua",
        "extra-households": "120",
        "extra-bicycle": "0",
        "extra-networks": ["good", "weak"],
    }
    own = re.search(r'<form method="post" class="card.*?</form>', page, re.DOTALL)[0]
    assert {name for name in re.findall(r' name="([^"]+)"', own) if not name.startswith("extra-")} == {
        "csrfmiddlewaretoken", "seen",
    }  # fmt: skip
    assert amina.post(address, typed).status_code == 302
    assert ExtraValue.objects.count() == 4
    file = text_of(amina.get(reverse("web:person", args=[mariam.pk])))
    assert "Zégoua" in file and "Good, Weak" in file
    row = ExtraValue.objects.get(field="bicycle")
    assert "no" in text_of(amina.get(reverse("web:record", args=["extra", row.pk])))
    answer = amina.post(address, {**typed, "extra-households": "9000"})
    assert answer.status_code == 422
    assert "a number from 0 to 500" in text_of(answer)


def test_one_further_fact_is_corrected_by_its_own_field_only(amina, mariam, fields):  # noqa: F811
    seen = re.search(
        r'name="seen" value="([^"]*)"', amina.get(reverse("web:extras", args=[mariam.pk])).content.decode()
    )
    amina.post(reverse("web:extras", args=[mariam.pk]), {"seen": seen[1], "extra-network": "weak"})
    row = ExtraValue.objects.get()
    page = amina.get(
        reverse("web:revise", args=["extra", row.pk, "correct"]) + "?fields=value"
    ).content.decode()
    assert page.count("<select") == 1
    assert "Good" in page
    token = re.search(r'name="seen" value="([^"]*)"', page)[1]
    answer = amina.post(
        reverse("web:revise", args=["extra", row.pk, "correct"]) + "?fields=value",
        {"seen": token, "value": "good"},
    )
    assert answer.status_code == 302
    assert ExtraValue.objects.get().value == "good"
    history = text_of(amina.get(reverse("web:record", args=["extra", row.pk]) + f"?fact={row.pk}.value"))
    assert "Weak" in history and "Good" in history


def test_what_a_kind_of_worker_is_asked_for_counts_as_missing(amina, mariam, fields):  # noqa: F811
    with journal.write("test", by=amina.actor) as act:
        act.create(Employment, person=mariam, worker="asc")
    assert "Households" in text_of(amina.get(reverse("web:person", args=[mariam.pk])))


def test_a_text_is_added_listed_and_opened(amina, country):
    assert amina.post(reverse("web:add-text"), {"title": ""}).status_code == 422
    answer = amina.post(
        reverse("web:add-text"), {"title": "Statut général", "number": "02-053", "starts": "2002"}
    )
    assert answer.url == reverse("web:record", args=["text", LegalText.objects.get().pk])
    assert "Statut général" in text_of(amina.get(answer.url))
    assert "02-053" in text_of(amina.get(reverse("web:texts") + "?q=statut"))
    assert "No text answers" in text_of(amina.get(reverse("web:texts") + "?q=nothing"))


def test_equipment_is_added_on_the_page_of_its_office(amina, country):
    address = reverse("web:add-equipment", args=[country.kadiolo.pk])
    assert amina.post(address, {"label": "x"}).status_code == 422
    with journal.write("lists", by=amina.actor) as act:
        act.create(ListItem, list="equipment_kind", code="moto", label_fr="Moto", label_en="Motorcycle")
    lists.forget()
    assert amina.post(address, {"kind": "moto", "serial": "YB-100"}).status_code == 302
    page = text_of(amina.get(reverse("web:office", args=[country.kadiolo.pk])))
    assert "Motorcycle" in page and "YB-100" in page
    assert amina.get(reverse("web:record", args=["equipment", Equipment.objects.get().pk])).status_code == 200
