"""Lists over the whole register: who sees which rows, narrowed by what, a page at a time."""

import pytest
from django.urls import reverse

from baarada.interop.tables import columns
from baarada.journal import actions as journal
from baarada.kernel.days import PartialDate, parse
from baarada.registry import actions, lists
from baarada.registry.models import (
    Absence,
    Area,
    Cadre,
    Exit,
    Licence,
    ListItem,
    Person,
    PersonnelAct,
    Population,
    Post,
    Posting,
    Qualification,
)
from baarada.web.rows.views import MODELS, SHOWN

pytestmark = pytest.mark.django_db

LISTS = (
    ("leave_kind", "annual", "Annual leave"), ("leave_kind", "sick", "Sick leave"),
    ("end_reason", "RETR", "Retirement"),
    ("act_kind", "award", "Award"), ("licence_kind", "reg", "Registration"), ("study_kind", "diploma", "Diploma"),
    ("facility_type", "cscom", "CSCom"),
)  # fmt: skip


@pytest.fixture
def amina(country, browser_of):
    browser = browser_of("amina", country.kadiolo)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def places(country, amina):
    """Two health centres in two areas, each under its own district; the lists of choices."""
    with journal.write("set up", by=amina.actor) as act:
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme", label_f="Sage-femme", label_en="Midwife")
        for list_, code, label in LISTS:
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label)
        areas = [act.create(Area, name=name, kind="commune") for name in ("Loulouni", "Niéna")]
    lists.forget()
    return [
        (actions.add_facility({"name": f"CSCom de {area.name}", "kind": "cscom", "area": area}, by=amina.actor,
                              office=office).record, area, cadre)
        for area, office in zip(areas, (country.kadiolo, country.niena), strict=True)
    ]  # fmt: skip


@pytest.fixture
def people(places, amina):
    """Somebody at each of the two."""
    return [
        actions.add_person(
            {"family_name": name, "given_names": "Awa", "sex": "F"}, by=amina.actor,
            posting={"facility": facility, "cadre": cadre, "starts": PartialDate(2015)},
        ).record
        for name, (facility, _area, cadre) in zip(("Sidibé", "Coulibaly"), places, strict=True)
    ]  # fmt: skip


def write(by, model, *rows):
    with journal.write("set up", by=by.actor) as act:
        return [act.create(model, **row) for row in rows]


@pytest.fixture
def absences(amina, people):
    one, other = people
    return write(
        amina, Absence,
        {"person": one, "kind": "annual", "starts": parse("01/11/2026"), "ends": parse("30/11/2026")},
        {"person": one, "kind": "sick", "starts": parse("2024"), "ends": parse("2024")},
        {"person": other, "kind": "annual", "starts": parse("01/12/2026"), "ends": parse("31/12/2026")},
    )  # fmt: skip


def names(answer):
    return [line.head.text.split()[0] for line in answer.context["lines"]]


def ask(browser, name, **query):
    answer = browser.get(reverse(f"web:{name}"), query)
    assert answer.status_code == 200
    return answer


class TestAbsences:
    def test_the_latest_first(self, amina, absences):
        answer = ask(amina, "absences")
        assert names(answer) == ["COULIBALY", "SIDIBÉ", "SIDIBÉ"]
        assert "absent today" in answer.content.decode()

    @pytest.mark.parametrize(("query", "n"), [
        ({"kind": "sick"}, 1), ({"kind": ["sick", "annual"]}, 3), ({"state": "now"}, 1), ({"state": "coming"}, 1),
        ({"state": "not-back"}, 1), ({"from": "2026"}, 2), ({"to": "2024"}, 1), ({"from": "2024", "to": "2024"}, 1),
        ({"from": "12/2026"}, 1), ({"to": "11/2026"}, 2), ({"state": "no such"}, 3), ({"from": "not a day"}, 3),
    ])  # fmt: skip
    def test_narrowed(self, amina, absences, query, n):
        assert len(names(ask(amina, "absences", **query))) == n

    def test_by_office_area_and_facility(self, amina, absences, places, country):
        (larger, area, _cadre), _other = places
        assert names(ask(amina, "absences", office=country.kadiolo.pk)) == ["SIDIBÉ", "SIDIBÉ"]
        assert names(ask(amina, "absences", area=area.pk)) == ["SIDIBÉ", "SIDIBÉ"]
        assert names(ask(amina, "absences", facility=larger.pk)) == ["SIDIBÉ", "SIDIBÉ"]

    def test_not_those_of_a_file_that_is_deleted(self, amina, absences, people):
        gone = Person.objects.get(pk=people[1].pk)
        actions.delete(gone, seen=journal.seen(gone), by=amina.actor)
        assert names(ask(amina, "absences")) == ["SIDIBÉ", "SIDIBÉ"]

    def test_what_is_seen_goes_out(self, amina, absences):
        answer = ask(amina, "absences", kind="sick")
        export = amina.get(answer.context["export"] + "&form=csv")
        lines = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert "Sick leave" in lines[1]


class TestPages:
    def test_each_begins_behind_the_one_before(self, amina, people):
        days = [f"{day:02}/{month:02}/2025" for month in (1, 2, 3) for day in range(1, 21)]
        write(
            amina,
            Absence,
            *({"person": people[0], "kind": "sick", "starts": parse(day)} for day in [*days, *days[:3]]),
        )
        seen, after, pages = [], "", 0
        while pages == 0 or after:
            answer = ask(amina, "absences", **({"after": after} if after else {}))
            seen += [line.cells[0].url for line in answer.context["lines"]]
            after, pages = answer.context["after"], pages + 1
        assert (pages, len(seen), len(set(seen))) == (3, 63, 63)

    def test_a_place_that_is_none_is_not_found(self, amina, absences):
        assert amina.get(reverse("web:absences"), {"after": "x|y"}).status_code == 404

    def test_the_same_questions_however_many_rows(self, amina, people, django_assert_max_num_queries):
        rows = [
            {"person": people[n % 2], "kind": "sick", "starts": PartialDate(2020, 1, n + 1)}
            for n in range(24)
        ]
        write(amina, Absence, *rows)
        ask(amina, "absences")
        with django_assert_max_num_queries(30):
            ask(amina, "absences")


class TestLicences:
    @pytest.fixture
    def licences(self, amina, people):
        one, other = people
        return write(
            amina, Licence,
            {"person": one, "kind": "reg", "reference": "L1", "ends": parse("31/12/2027")},
            {"person": one, "kind": "reg", "reference": "L2", "ends": parse("01/02/2027")},
            {"person": other, "kind": "reg", "reference": "L3", "ends": parse("12/2026")},
            {"person": other, "kind": "reg", "reference": "L4", "ends": parse("01/11/2026")},
            {"person": other, "kind": "reg", "reference": "L5"},
        )  # fmt: skip

    @pytest.mark.parametrize(("state", "found"), [
        ("", ["L1", "L2", "L3", "L4", "L5"]), ("valid", ["L1", "L2", "L3", "L5"]),
        ("soon", ["L3", "L2"]), ("expired", ["L4"]),
    ])  # fmt: skip
    def test_as_they_stand_today(self, amina, licences, state, found):
        shown = [line.cells[0].small for line in ask(amina, "licences", state=state).context["lines"]]
        assert [words.split(" · ")[0] for words in shown] == found


class TestPosts:
    @pytest.fixture
    def posts(self, amina, places, people):
        (facility, _area, cadre), (other, _a, _c) = places
        made = write(
            amina, Post,
            {"facility": facility, "number": "P-1", "cadre": cadre, "status": "open"},
            {"facility": facility, "number": "P-2", "cadre": cadre, "status": "open"},
            {"facility": facility, "number": "P-3", "cadre": cadre, "status": "frozen"},
            {"facility": other, "number": "P-9", "cadre": cadre, "status": "abolished"},
        )  # fmt: skip
        held = Posting.objects.get(canonical=people[0].pk)
        actions.revise(held, {"post": made[0]}, seen=journal.seen(held), by=amina.actor)
        return made

    @pytest.mark.parametrize(("state", "numbers"), [
        ("", {"P-1", "P-2", "P-3", "P-9"}), ("filled", {"P-1"}), ("vacant", {"P-2"}), ("frozen", {"P-3"}),
        ("abolished", {"P-9"}),
    ])  # fmt: skip
    def test_by_what_they_are_today(self, amina, posts, state, numbers):
        answer = ask(amina, "all-posts", state=state)
        assert {line.head.small for line in answer.context["lines"]} == numbers

    def test_of_an_office(self, amina, posts, country):
        answer = ask(amina, "all-posts", office=country.niena.pk)
        assert [line.head.small for line in answer.context["lines"]] == ["P-9"]
        assert "SIDIBÉ" in ask(amina, "all-posts", state="filled").content.decode()


def test_populations_by_year(amina, places):
    _facility, area, _cadre = places[0]
    write(
        amina,
        Population,
        *({"area": area, "year": year, "people": year, "source": "Census"} for year in (2024, 2026, 2025)),
    )

    years = [line.cells[0].text for line in ask(amina, "populations").context["lines"]]
    assert years == ["2026", "2025", "2024"]
    assert len(ask(amina, "populations", **{"from": "2025"}).context["lines"]) == 2


ROWS = {
    "absences": (Absence, {"kind": "sick", "starts": PartialDate(2024)}),
    "exits": (Exit, {"kind": "RETR", "left": PartialDate(2024)}),
    "acts": (PersonnelAct, {"kind": "award", "dated": PartialDate(2024)}),
    "diplomas": (Qualification, {"kind": "diploma", "title": "Licence", "awarded": PartialDate(2014)}),
    "licences": (Licence, {"kind": "reg", "reference": "L"}),
}


@pytest.mark.parametrize("word", list(ROWS))
def test_every_list_of_careers_shows_its_rows(amina, people, word):
    model, values = ROWS[word]
    write(amina, model, {"person": people[0], **values})

    assert names(ask(amina, SHOWN[word].name)) == ["SIDIBÉ"]


@pytest.mark.parametrize("word", list(MODELS))
def test_an_empty_list_says_what_fills_it(amina, country, word):
    assert "Nothing of this kind" in ask(amina, SHOWN[word].name).content.decode()


@pytest.mark.parametrize("kind", list(columns.KINDS))
def test_every_kind_of_list_goes_out_and_has_a_model(amina, people, absences, kind):
    answer = amina.get(reverse("web:export", args=[kind]))
    assert answer.status_code == 200
    whole = amina.get(reverse("web:export", args=[kind]), {"form": "csv"})
    if answer.context["found"].count:
        assert b"".join(whole.streaming_content).startswith("\ufeff".encode())
    assert amina.get(reverse("web:import-model", args=[kind])).status_code == 200


def test_the_lists_of_the_same_people_are_one_link_away(amina, people, absences, country):
    answer = ask(amina, "search", q="Sidibé")
    assert answer.status_code == 200
    export = amina.get(reverse("web:export", args=["people"]), {"q": "Sidibé"})
    url = next(url for url, title in export.context["same"] if "/absences/" in url)
    lines = b"".join(amina.get(url + "&form=csv").streaming_content).decode().splitlines()
    assert len(lines) == 3


def test_nobody_sees_a_list_without_signing_in(client, country):
    assert client.get(reverse("web:absences")).status_code == 302


def test_who_may_not_see_people_finds_no_list(amina, people, monkeypatch):
    from baarada.kernel.actors import Actor

    monkeypatch.setattr(Actor, "may", lambda self, right, at=None: right != "person.see")
    assert amina.get(reverse("web:absences")).status_code == 404
    assert Person.objects.count() == 2
