"""Established posts: numbered in bulk, filled by postings, vacant when these end, frozen or abolished by decision."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.registry import actions, lists, posts
from baarada.registry.errors import Invalid
from baarada.registry.models import ABOLISHED, FROZEN, Cadre, Person, Post, Posting
from tests.conftest import TODAY


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def midwife(country, fatou):
    with journal.write("cadre", by=fatou) as act:
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme")
    lists.forget()
    return cadre


@pytest.fixture
def loulouni(country, fatou):
    values = {"name": "CSCom de Loulouni", "kind": "CSCOM", "code": "LOU"}
    return actions.add_facility(values, by=fatou, office=country.kadiolo).record


@pytest.fixture
def mariam(country, amina):
    return person(amina, "Mariam")


def person(by, name):
    made = actions.add_person({"family_name": "Traoré", "given_names": name, "sex": "F"}, by=by).record
    return Person.objects.get(pk=made.pk)


def numbers():
    return [p.number for p in Post.objects.live().order_by("number")]


def states(facility, by, on=TODAY):
    return {line.post.number: line.state for line in posts.of_facility([facility.pk], on, seen_by=by)}


def start(who, post, by, **more):
    place = {"facility": post.facility, "cadre": post.cadre, "starts": parse("2020"), "post": post}
    return Posting.objects.get(pk=actions.start_posting(who, place | more, by=by).record.pk)


class TestAdding:
    def test_many_at_once_follow_the_first_number_and_are_one_act(self, loulouni, midwife, amina):
        done = posts.add(loulouni, {"cadre": midwife, "job": "Maternité"}, count=3, first="MAT-009", by=amina)

        assert numbers() == ["MAT-009", "MAT-010", "MAT-011"]
        assert {p.job for p in Post.objects.all()} == {"Maternité"}
        assert actions.undo(done.act, by=amina) == []
        assert numbers() == []

    def test_without_a_number_they_go_on_behind_those_that_are_there(self, loulouni, midwife, amina):
        posts.add(loulouni, {"cadre": midwife}, count=2, by=amina)
        posts.add(loulouni, {"cadre": midwife}, by=amina)

        assert numbers() == ["LOU-001", "LOU-002", "LOU-003"]

    @pytest.mark.parametrize(
        ("values", "count", "first", "field"),
        [
            ({}, 1, "", "cadre"),
            ({"cadre": True}, 0, "", "count"),
            ({"cadre": True}, 201, "", "count"),
            ({"cadre": True}, 1, "Maternité", "first"),
            ({"cadre": True}, 2, "P-001", "first"),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_is_written(
        self, loulouni, midwife, amina, values, count, first, field
    ):
        posts.add(loulouni, {"cadre": midwife}, first="p-002", by=amina)
        values = dict.fromkeys(values, midwife)

        with pytest.raises(Invalid) as refused:
            posts.add(loulouni, values, count=count, first=first, by=amina)

        assert list(refused.value.problems) == [field]
        assert numbers() == ["p-002"]

    def test_numbers_of_another_kind_are_not_counted_on(self, loulouni, midwife, amina):
        posts.add(loulouni, {"cadre": midwife}, first="P-007/2026", by=amina)
        posts.add(loulouni, {"cadre": midwife}, by=amina)
        assert numbers() == ["LOU-001", "P-007/2026"]

    def test_numbers_stand_as_people_count(self, loulouni, midwife, amina):
        posts.add(loulouni, {"cadre": midwife}, first="P-9", count=3, by=amina)
        assert list(states(loulouni, amina)) == ["P-9", "P-10", "P-11"]


class TestState:
    @pytest.fixture
    def post(self, loulouni, midwife, amina):
        made = posts.add(loulouni, {"cadre": midwife, "starts": parse("2018")}, first="P-1", by=amina).record
        return Post.objects.select_related("facility", "cadre").get(pk=made.pk)

    def test_a_post_is_filled_while_a_posting_names_it(self, post, loulouni, mariam, amina):
        assert states(loulouni, amina) == {"P-1": posts.VACANT}
        posting = start(mariam, post, amina)
        assert states(loulouni, amina) == {"P-1": posts.FILLED}
        assert posting.post_label == "P-1"

        actions.end_posting(
            posting, last=parse("2026-11-01"), end_reason="RETR", seen=journal.seen(posting), by=amina
        )
        assert states(loulouni, amina) == {"P-1": posts.VACANT}
        assert states(loulouni, amina, on=parse("2022-05-05").first()) == {"P-1": posts.FILLED}

    @pytest.mark.parametrize("status", [FROZEN, ABOLISHED])
    def test_a_decision_shows_unless_somebody_holds_it(self, post, loulouni, mariam, amina, fatou, status):
        actions.revise(post, {"status": status}, seen=journal.seen(post), by=fatou)
        assert states(loulouni, amina) == {"P-1": status}
        start(mariam, post, amina)
        assert states(loulouni, amina) == {"P-1": posts.FILLED}

    def test_before_it_was_established_it_is_not_there_to_be_filled(self, post, loulouni, amina):
        assert states(loulouni, amina, on=parse("2017-12-31").first()) == {"P-1": ABOLISHED}

    def test_two_do_not_hold_one_post_at_the_same_time(self, post, mariam, amina):
        start(mariam, post, amina, ends=parse("2021-06-30"))
        awa = person(amina, "Awa")

        with pytest.raises(Invalid) as refused:
            start(awa, post, amina, starts=parse("2021-01-01"))
        assert "Mariam Traoré holds the post P-1" in str(refused.value.problems["post"])

        start(awa, post, amina, starts=parse("2021-07-01"))
        assert Posting.objects.filter(post_id=post.pk).count() == 2

    def test_a_deleted_file_holds_no_post(self, post, loulouni, mariam, amina):
        start(mariam, post, amina)
        mariam = Person.objects.get(pk=mariam.pk)
        actions.delete(mariam, seen=journal.seen(mariam), by=amina)

        assert states(loulouni, amina) == {"P-1": posts.VACANT}
        start(person(amina, "Awa"), post, amina)
        assert states(loulouni, amina) == {"P-1": posts.FILLED}

    def test_a_correction_asks_who_holds_it_too(self, post, loulouni, midwife, mariam, amina):
        start(mariam, post, amina)
        place = {"facility": loulouni, "cadre": midwife, "starts": parse("2020")}
        other = actions.start_posting(person(amina, "Awa"), place, by=amina).record
        other = Posting.objects.get(pk=other.pk)
        with pytest.raises(Invalid, match="holds the post"):
            actions.revise(other, {"post": post}, seen=journal.seen(other), by=amina)

    def test_a_posting_that_moves_to_another_facility_leaves_its_post(
        self, post, loulouni, mariam, amina, fatou
    ):
        posting = start(mariam, post, amina)
        other = actions.add_facility({"name": "Ailleurs", "kind": "CSCOM"}, by=fatou).record
        actions.revise(posting, {"facility": other}, seen=journal.seen(posting), by=amina)
        assert Posting.objects.get(pk=posting.pk).post_id is None
        assert states(loulouni, amina) == {"P-1": posts.VACANT}

    def test_it_is_found_by_its_number_however_it_is_typed(self, post, loulouni):
        assert posts.find(loulouni, "p-1").pk == post.pk
        assert posts.find(loulouni, "P-2") is None

    def test_more_posts_ask_no_more_questions(
        self, post, loulouni, midwife, amina, django_assert_num_queries
    ):
        posts.add(loulouni, {"cadre": midwife}, count=30, by=amina)
        start(person(amina, "Awa"), post, amina)
        # The posts, who holds them, the people of linked files.
        with django_assert_num_queries(3):
            posts.of_facility([loulouni.pk], TODAY, seen_by=amina)

    def test_many_are_added_with_as_many_questions_as_one(self, loulouni, midwife, amina):
        def asked(count):
            with CaptureQueriesContext(connection) as captured:
                posts.add(loulouni, {"cadre": midwife}, count=count, by=amina)
            return sum(q["sql"].startswith("SELECT") for q in captured)

        asked(1)
        assert asked(40) <= asked(1)

    def test_who_may_not_see_facilities_sees_no_posts(self, loulouni, amina):
        from dataclasses import replace

        from baarada.kernel.errors import NotAllowed

        with pytest.raises(NotAllowed):
            posts.of_facility([loulouni.pk], TODAY, seen_by=replace(amina, rights=frozenset()))
