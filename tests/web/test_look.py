"""Long pages kept short: lists by group, spans said once, what is not known folded away."""

import re
from functools import partial

import pytest
from django.urls import reverse
from django.utils import translation

from baarada.interop.tables import columns
from baarada.journal import actions as journal
from baarada.kernel.days import PartialDate
from baarada.registry import actions, display
from baarada.registry.extras import ExtraField
from baarada.registry.models import Employment, Person
from baarada.web.tables import groups
from tests.registry.test_extras import fields  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(country, browser_of):
    client = browser_of("amina", country.kadiolo)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def mariam(country, amina):
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F"}
    return Person.objects.get(pk=actions.add_person(values, by=amina.actor).record.pk)


def test_every_kind_of_list_is_offered_once_people_and_facilities_first(amina):
    page = amina.get(reverse("web:imports")).content.decode()
    kinds = re.findall(r'name="kind" value="([^"]+)"', page)
    assert kinds[:2] == ["people", "facilities"]
    assert sorted(kinds) == sorted(columns.KINDS)
    for kind in columns.KINDS:
        assert page.count(f'href="{reverse("web:import-model", args=[kind])}"') == 1
    written = amina.get(reverse("web:exports")).content.decode()
    for kind in columns.KINDS:
        assert f'href="{reverse("web:export", args=[kind])}"' in written


def test_the_other_lists_stand_open_where_one_of_them_was_chosen(amina):
    assert "<details open>" not in amina.get(reverse("web:imports")).content.decode()
    answer = amina.post(reverse("web:imports"), {"kind": "posts"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<details open>" in page
    assert re.search(r'value="posts"[^>]*checked', page)


def test_a_kind_of_no_group_comes_last():
    found = groups.grouped(["new", "people", "posts"])
    assert [keys for _label, keys in found] == [["posts"], ["new"]]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((2026, 9, 28), (2026, 9, 30), "28 sept. → 30 sept. 2026"),
        ((2025, 12, 28), (2026, 1, 3), "28 déc. 2025 → 3 janv. 2026"),
        ((2026, 0, 0), (2026, 9, 30), "2026 → 30 sept. 2026"),
        ((2026, 9, 0), (2026, 9, 30), "septembre 2026 → 30 sept. 2026"),
    ],
)
def test_the_year_of_two_days_of_one_year_is_said_once(first, last, said):
    with translation.override("fr"):
        told = display.span(PartialDate(*first), PartialDate(*last), short=True)
    assert told.replace("\u00a0", " ") == said


def test_the_unit_of_a_further_fact_is_said_where_its_name_does_not():
    named = partial(ExtraField, code="reach", type="number")
    assert named(label="Distance", unit="km").fact.label == "Distance (km)"
    assert named(label="Households served", unit="households").fact.label == "Households served"


def test_further_facts_that_are_not_known_are_folded_and_the_index_leads_to_them(amina, mariam, fields):  # noqa: F811
    with journal.write("test", by=amina.actor) as act:
        act.create(Employment, person=mariam, worker="asc")
    page = amina.get(reverse("web:person", args=[mariam.pk])).content.decode()
    assert 'href="#extras"' in page and 'id="extras"' in page
    assert re.search(r"<details><summary[^>]*>\d+ more facts? not known", page[page.index('id="extras"') :])


def test_the_equipment_of_an_office_is_asked_for_piece_by_piece(amina, country):
    def labels() -> list[str]:
        page = amina.get(reverse("web:office", args=[country.kadiolo.pk])).content.decode()
        return re.findall(r"<dt>([^<]*)</dt>", page)

    assert "Equipment" not in labels()
    with journal.write("test", by=amina.actor) as act:
        act.change(country.kadiolo, {"equipment": "Two computers"}, seen=journal.seen(country.kadiolo))
    assert "Equipment" in labels()
