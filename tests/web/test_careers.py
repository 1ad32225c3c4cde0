"""The administrative career on a person's file: statuses, diplomas, licences, absences, acts, the departure."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.registry import actions, lists
from baarada.registry.models import (
    OF_A_CAREER,
    PERSONAL,
    Absence,
    Cadre,
    Employment,
    Exit,
    ListItem,
    Person,
    Posting,
    Qualification,
)
from baarada.web.people import careerrows
from baarada.web.records.facts import HIDDEN, SORTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(country, browser_of):
    browser = browser_of("amina", country.kadiolo)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def choices(country, fatou):
    with journal.write("lists", by=fatou) as act:
        for list_, code, label, attributes in (
            ("status", "FONC", "Civil servant", None), ("worker_kind", "etat", "Of the State", ["asks=payroll+grade"]),
            ("leave_kind", "annuel", "Annual leave", None), ("end_reason", "RETR", "Retirement", ["effect=gone"]),
            ("end_reason", "MUT", "Transferred away", ["effect=moves"]),
            ("licence_kind", "lic", "Licence", None), ("act_kind", "note", "Appraisal", None),
            ("category", "A", "Category A", None), ("identifier_kind", "mle", "Payroll number", ["role=payroll"]),
            ("corps", "tss", "Techniciens <supérieurs>", None), ("grade", "1", "1st class", None),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label, attributes=attributes)
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme", label_en="Midwife")
    lists.forget()
    return cadre


@pytest.fixture
def mariam(amina, choices, country, fatou):
    facility = actions.add_facility(
        {"name": "CSCom de Loulouni", "kind": "cscom"}, by=fatou, office=country.kadiolo
    ).record
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": parse("1985")}
    posting = {"facility": facility, "cadre": choices, "starts": parse("04/03/2019")}
    return Person.objects.get(pk=actions.add_person(values, by=amina.actor, posting=posting).record.pk)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def adding(mariam, sort):
    return reverse("web:add-row", args=[mariam.pk, sort])


def send(browser, mariam, sort, **values):
    page = browser.get(adding(mariam, sort)).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    return browser.post(adding(mariam, sort), {"seen": seen, **values})


TYPED = {
    "employment": {"status": "FONC", "category": "A", "starts": "2019"},
    "qualification": {"title": "Diplôme de sage-femme", "awarded": "06/2008"},
    "licence": {"kind": "lic", "reference": "117"},
    "absence": {"kind": "annuel", "starts": "01/08/2026", "ends": "30/08/2026"},
    "act": {"kind": "note", "nature": "Appraisal of 2025"},
    "exit": {"kind": "RETR", "left": "31/12/2047"},
}


def test_every_kind_has_its_form_and_every_fact_its_place():
    assert [SORTS[sort] for sort in careerrows.FIELDS] == [*OF_A_CAREER, *PERSONAL]
    for sort, names in careerrows.FIELDS.items():
        model = SORTS[sort]
        left = set(model.Merge.numbers) - set(names) - HIDDEN
        # Why a status ended is told when it ends, not when it is opened.
        assert left <= {"end_reason"}, sort


@pytest.mark.parametrize("sort", TYPED)
def test_a_row_is_added_shown_on_the_file_and_opened(sort, amina, mariam):
    answer = send(amina, mariam, sort, **TYPED[sort])
    assert answer.status_code == 302, text_of(answer)

    row = SORTS[sort].objects.get()
    file = amina.get(reverse("web:person", args=[mariam.pk]))
    address = reverse("web:record", args=[sort, row.pk])
    assert address in file.content.decode()
    assert amina.get(address).status_code == 200
    assert "Mariam" in text_of(amina.get(address))


@pytest.mark.parametrize("sort", ["licence", "absence", "act", "exit"])
def test_an_empty_form_says_what_is_missing_and_writes_nothing(sort, amina, mariam):
    answer = send(amina, mariam, sort)
    assert answer.status_code == 422
    assert "Choose" in text_of(answer)
    assert not SORTS[sort].objects.exists()


def test_what_was_typed_stays_when_it_is_refused(amina, mariam):
    answer = send(
        amina, mariam, "absence", kind="annuel", starts="01/08/2026", ends="30/07/2026", note="à vérifier"
    )
    assert answer.status_code == 422
    assert "à vérifier" in answer.content.decode()


def test_corps_and_grade_are_offered_and_others_may_be_typed(amina, mariam):
    address = reverse("web:add-row", args=[mariam.pk, "employment"])
    page = amina.get(address).content.decode()
    assert '<datalist id="corps-names"><option value="Techniciens &lt;supérieurs&gt;"></datalist>' in page
    assert 'list="corps-names"' in page and '<option value="1st class">' in page

    assert (
        amina.post(address, {"status": "FONC", "corps": "Corps of before", "grade": "1st class"}).status_code
        == 302
    )
    row = Employment.objects.get(corps="Corps of before")
    assert row.grade == "1st class"
    shown = amina.get(
        reverse("web:revise", args=["employment", row.pk, "correct"]) + "?fields=corps"
    ).content.decode()
    assert 'value="Corps of before"' in shown and "corps-names" in shown


def test_another_kind_of_row_is_no_page(amina, mariam):
    assert amina.get(adding(mariam, "posting")).status_code == 404


def test_who_leaves_leaves_the_posting_too(amina, mariam):
    page = amina.get(adding(mariam, "exit"))
    assert "CSCom de Loulouni" in text_of(page)
    send(amina, mariam, "exit", kind="RETR", left="31/10/2026", ends_them="yes")

    assert Posting.objects.get().ends == parse("31/10/2026")
    assert "Left CSCom de Loulouni" in text_of(amina.get(reverse("web:person", args=[mariam.pk])))


def test_who_moves_does_not_leave(amina, mariam):
    assert "Transferred away" not in text_of(amina.get(adding(mariam, "exit")))
    assert send(amina, mariam, "exit", kind="MUT", left="31/10/2026").status_code == 422


def test_who_left_without_a_posting_is_not_merely_without_one(amina, choices):
    made = actions.add_person({"family_name": "Koné", "sex": "F"}, by=amina.actor).record
    awa = Person.objects.get(pk=made.pk)
    assert "without a posting" in text_of(amina.get(reverse("web:person", args=[awa.pk])))
    send(amina, awa, "exit", kind="RETR", left="31/10/2026")

    file = text_of(amina.get(reverse("web:person", args=[awa.pk])))
    assert "Left the service on 31" in file and "(Retirement)" in file
    assert "without a posting" not in file


def test_who_leaves_may_keep_the_posting(amina, mariam):
    send(amina, mariam, "exit", kind="RETR", left="31/10/2026")
    assert Exit.objects.exists()
    assert Posting.objects.get().ends is None


def test_a_kind_of_worker_is_asked_for_what_its_pack_says(amina, mariam):
    file = reverse("web:person", args=[mariam.pk])
    before = text_of(amina.get(file))
    assert "A payroll number" not in before
    send(amina, mariam, "employment", worker="etat", starts="2019")

    asked = text_of(amina.get(file))
    assert "A payroll number" in asked and "The category and the grade" in asked
    employment = Employment.objects.get()
    assert (
        reverse("web:revise", args=["employment", employment.pk, "correct"])
        in amina.get(file).content.decode()
    )

    actions.add_identifier(mariam, {"kind": "mle", "number": "0142-318.K"}, by=amina.actor)
    grade = {"category": "A", "grade": None, "tier": None, "step": None, "index": None}
    actions.revise(employment, grade, seen=journal.seen(employment), by=amina.actor)
    whole = text_of(amina.get(file))
    assert "A payroll number" not in whole and "The category and the grade" not in whole


def test_a_row_is_corrected_like_any_fact(amina, mariam):
    send(amina, mariam, "qualification", **TYPED["qualification"])
    row = Qualification.objects.get()
    address = reverse("web:revise", args=["qualification", row.pk, "correct"]) + "?fields=awarded"
    seen = re.search(r'name="seen" value="([^"]+)"', amina.get(address).content.decode())[1]
    assert amina.post(address, {"seen": seen, "awarded": "07/2008"}).status_code == 302
    assert Qualification.objects.get().awarded == parse("07/2008")


def test_a_long_career_asks_no_more_of_the_database_than_a_short_one(amina, mariam):
    def cost():
        with CaptureQueriesContext(connection) as found:
            amina.get(reverse("web:person", args=[mariam.pk]))
        return len(found)

    send(amina, mariam, "absence", **TYPED["absence"])
    cost()
    short = cost()
    for year in range(2015, 2025):
        with journal.write("absence.added", by=amina.actor) as act:
            act.create(Absence, person=mariam, kind="annuel", starts=parse(str(year)))
    cost()
    assert cost() == short


def test_a_choice_that_no_list_has_any_more_is_not_emptied_by_saving_a_form(amina, mariam):
    with journal.write("test", by=amina.actor) as act:
        row = act.create(Employment, person=mariam, status="OLD", grade="first")
    address = reverse("web:revise", args=["employment", row.pk, "correct"]) + "?fields=status"
    page = amina.get(address).content.decode()
    assert '<option value="OLD" selected>' in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    assert amina.post(address, {"seen": seen, "status": "OLD"}).status_code == 302
    assert Employment.objects.get(pk=row.pk).status == "OLD"
