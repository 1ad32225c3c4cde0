"""Pages of established posts: those of a facility, adding some, posting somebody on one."""

import re

import pytest
from django.urls import reverse

from baarada.journal import actions as journal
from baarada.registry import actions, lists, posts
from baarada.registry.models import Cadre, Person, Post, Posting

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(country, browser_of):
    browser = browser_of("amina", country.kadiolo)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def midwife(country, fatou):
    with journal.write("cadre", by=fatou) as act:
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme", label_en="Midwife")
    lists.forget()
    return cadre


@pytest.fixture
def loulouni(country, fatou):
    values = {"name": "CSCom de Loulouni", "kind": "cscom", "code": "LOU"}
    return actions.add_facility(values, by=fatou, office=country.kadiolo).record


@pytest.fixture
def mariam(amina):
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F"}
    return Person.objects.get(pk=actions.add_person(values, by=amina.actor).record.pk)


def url(name, record):
    return reverse(f"web:{name}", args=[record.pk])


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_facility_without_posts_says_so_and_offers_to_add_some(amina, loulouni):
    for name in ("facility", "posts"):
        page = amina.get(url(name, loulouni))
        assert "No post is established here." in text_of(page)
        assert url("add-posts", loulouni) in page.content.decode()


def test_posts_are_added_and_counted_where_people_look(amina, loulouni, midwife):
    answer = amina.post(
        url("add-posts", loulouni), {"cadre": str(midwife.pk), "count": "3", "first": "MAT-01"}
    )
    assert answer.status_code == 302

    assert [p.number for p in Post.objects.order_by("number")] == ["MAT-01", "MAT-02", "MAT-03"]
    assert "3 vacant posts" in text_of(amina.get(url("posts", loulouni)))
    assert "3 vacant posts" in text_of(amina.get(url("facility", loulouni)))
    record = amina.get(reverse("web:record", args=["post", Post.objects.first().pk]))
    assert "MAT-0" in text_of(record) and "CSCom de Loulouni" in text_of(record)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"count": "3"}, "Choose the cadre."),
        ({"cadre": "midwife", "count": "0"}, "Between 1 and 200"),
        ({"cadre": "midwife", "count": "many"}, "is not a whole number"),
        ({"cadre": "midwife", "count": "1", "first": "Maternité"}, "ends in figures"),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_is(amina, loulouni, midwife, typed, words):
    typed = {name: str(midwife.pk) if value == "midwife" else value for name, value in typed.items()}
    answer = amina.post(url("add-posts", loulouni), typed)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Post.objects.exists()


class TestPosting:
    @pytest.fixture
    def post(self, amina, loulouni, midwife):
        return posts.add(loulouni, {"cadre": midwife}, first="MAT-01", by=amina.actor).record

    def send(self, amina, mariam, midwife, number):
        address = url("start-posting", mariam)
        seen = re.search(r'name="seen" value="([^"]*)"', amina.get(address).content.decode())[1]
        typed = {
            "seen": seen, "facility": "CSCom de Loulouni", "cadre": str(midwife.pk), "starts": "2020", "main": "on",
            "share": "100", "post": number,
        }  # fmt: skip
        return amina.post(address, typed)

    def test_it_names_a_post_by_its_number(self, amina, mariam, midwife, loulouni, post):
        assert self.send(amina, mariam, midwife, "mat-01").status_code == 302

        assert Posting.objects.get().post_id.bytes == post.pk.bytes
        assert "1 filled post" in text_of(amina.get(url("facility", loulouni)))
        listed = text_of(amina.get(url("posts", loulouni)))
        assert "TRAORÉ Mariam" in listed
        assert "post MAT-01" in text_of(amina.get(url("person", mariam)))

    def test_a_number_that_is_none_is_said(self, amina, mariam, midwife, post):
        answer = self.send(amina, mariam, midwife, "MAT-99")
        assert answer.status_code == 422
        assert "has no post “MAT-99”" in text_of(answer)
        assert not Posting.objects.exists()
