"""Which names a search finds: whole words, more words behind them, and no others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baarada.registry import actions, search
from baarada.registry.models import Person


@pytest.fixture
def add(country, fatou):
    search.forget_vocabulary()

    def add(family, given, **more):
        done = actions.add_person({"family_name": family, "given_names": given, "sex": "F", **more}, by=fatou)
        return done.record.pk

    yield add
    search.forget_vocabulary()


def found(query, by):
    return {hit.target for hit in search.search(query, seen_by=by).people}


def test_a_name_is_found_by_its_first_words_in_either_order(add, fatou):
    person = add("Diallo", "Fatou Binta")
    add("Diallo", "Awa")

    assert found("diallo fatou", fatou) == {person}
    assert found("fatou binta", fatou) == {person}


def test_a_whole_word_is_not_the_beginning_of_another(add, fatou):
    person = add("Diallo", "Fatou")
    add("Diallo", "Fatouma")

    assert found("fatou diallo", fatou) == {person}


def test_the_last_word_may_be_unfinished(add, fatou):
    both = {add("Diallo", "Fatou"), add("Diallo", "Fatouma")}
    add("Diallo", "Fanta")

    assert found("diallo fatou", fatou) == both
    assert found("diallo fa", fatou) == both | {Person.objects.get(given_names="Fanta").pk}


def test_what_follows_a_space_in_the_order_of_keys_is_another_name(add, fatou):
    person = add("Ba", "Awa")
    add("Ba0", "Awa")

    assert found("ba awa", fatou) == {person}


def test_words_that_stand_apart_in_a_name_are_found_together(add, fatou):
    person = add("Walet Mohamed", "Roïa Fatou")
    add("Walet", "Fatou")

    assert found("fatou mohamed", fatou) == {person}


def test_the_nearest_spelling_comes_first(add, fatou):
    far, near = add("Diallo", "Fatoo"), add("Diallo", "Fato")

    assert [hit.target for hit in search.search("fato diallo", seen_by=fatou).people] == [near, far]


def test_no_more_are_given_than_asked_for_and_that_is_said(add, fatou):
    for given in ("Awa", "Binta", "Coumba"):
        add("Diallo", given)

    few = search.search("diallo", seen_by=fatou, most=2)
    assert (len(few.people), few.more) == (2, True)
    assert search.search("diallo", seen_by=fatou).more is False


def test_many_words_in_many_spellings_are_looked_up_with_few_statements(add, fatou):
    for letter in "abcdefghijkl":
        add("Diallo", f"Fato{letter}a Mari{letter}a Awa{letter}a Kadi{letter}a")

    with CaptureQueriesContext(connection) as captured:
        hits = search.search("fatoxa marixa awaxa kadixa", seen_by=fatou).people

    assert hits
    assert len(captured) < 20
