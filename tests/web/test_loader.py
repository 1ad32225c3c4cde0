"""Templates kept ready in each language say what Django's own would."""

from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from django.template import Context, Engine
from django.template.base import Node, NodeList, TextNode
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from baarada.web.addresses import address

SOURCES = {
    "words": '{% load i18n %}<p>{% translate "Home" %} {% translate "More" context "menu" %}</p>',
    "percent": '{% load i18n %}{% translate "100 %% sure" %}{% blocktranslate %}Complete at 5 %{% endblocktranslate %}',
    "sentence": "{% load i18n %}{% blocktranslate trimmed %}\n  Home\n{% endblocktranslate %}",
    "given": '{% load i18n %}{% translate name %}{% translate "Home" as home %}{{ home }}{% translate "home"|upper %}',
    "counted": "{% load i18n %}{% blocktranslate count n=n %}{{ n }} fact is missing{% plural %}"
    "{{ n }} facts are missing{% endblocktranslate %}",
    "branches": '{% load i18n %}{% if n %}{% translate "Home" %}{% else %}{% translate "People" %}{% endif %}'
    '{% for x in some %}{% translate "Home" %}{{ x }}{% empty %}{% translate "People" %}{% endfor %}',
    "another": '{% load i18n %}{% language "en" %}{% translate "Home" %}{% endlanguage %}{% translate "Home" %}',
    "addresses": "{% url 'web:home' %} {% url 'web:person' pk %}?a=1&amp;b {% url 'web:add-row' pk sort %}"
    "{% url 'web:person' pk as there %}{{ there }}{% url 'web:nowhere' pk as none %}[{{ none }}]",
    "drawings": '{% load baarada %}{% icon "home" %}{% icon drawn %}',
    "escaped": "{% load i18n %}{% autoescape off %}{% translate '<b>' %}{{ name }}{% endautoescape %}{{ name }}",
    "include": "{% load i18n %}{% include 'one.html' %}{% with n=0 %}{% include 'one.html' %}{% endwith %}",
    "one.html": '{% load i18n %}{% block b %}{% translate "Home" %}{{ n }}{% endblock %}',
    "extends": '{% extends "one.html" %}{% load i18n %}{% block b %}{{ block.super }}{% translate "People" %}'
    "{% endblock %}",
    "partial": '{% load i18n partials %}{% partialdef p inline %}{% translate "Home" %}{% endpartialdef %}'
    "{% partial p %}",
}
GIVEN = {
    "n": 2, "some": ["<a>", "b"], "name": "<Home>", "pk": UUID(int=7), "sort": "language", "drawn": "people",
}  # fmt: skip
LIBRARIES = {
    "i18n": "django.templatetags.i18n", "baarada": "baarada.web.templatetags.baarada",
    "partials": "template_partials.templatetags.partials",
}  # fmt: skip


NOWHERE = {"nowhere": "{% url 'web:nowhere' pk %}"}


def _engine(loader: str) -> Engine:
    sources = ("django.template.loaders.locmem.Loader", SOURCES | NOWHERE)
    return Engine(loaders=[("template_partials.loader.Loader", [(loader, [sources])])], libraries=LIBRARIES)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_page_reads_as_before(name: str) -> None:
    ours, theirs = _engine("baarada.web.loader.Loader"), _engine("django.template.loaders.cached.Loader")
    # Both languages in turns, twice: what is kept in one does not show in the other.
    for language in ("fr", "en", "fr", "en"):
        with translation.override(language):
            found = ours.get_template(name).render(Context(GIVEN))
            assert found == theirs.get_template(name).render(Context(GIVEN))
            assert found


def test_the_words_of_a_page_are_its_text() -> None:
    with translation.override("fr"):
        kept = _engine("baarada.web.loader.Loader").get_template("words")
        assert [type(node).__name__ for node in kept.nodelist] == ["LoadNode", "TextNode"]
        assert kept.nodelist[1].s == "<p>Accueil Plus</p>"


def test_every_page_keeps_few_nodes_that_only_say_words() -> None:
    with translation.override("fr"):
        names = [type(node).__name__ for node in _all(get_template("web/people/file.html").template.nodelist)]
    assert names.count("TranslateNode") == 0
    assert names.count("URLNode") == 0
    assert names.count("TextNode") > 50


def _all(nodes: NodeList) -> list[Node]:
    return list(nodes.get_nodes_by_type(Node))


def test_an_address_that_is_not_there_is_an_error() -> None:
    with translation.override("fr"), pytest.raises(NoReverseMatch):
        _engine("baarada.web.loader.Loader").get_template("nowhere").render(Context(GIVEN))
    with pytest.raises(NoReverseMatch):
        address("web:nowhere", uuid4())
    with pytest.raises(NoReverseMatch):
        address("web:person", None)


@given(st.uuids(), st.sampled_from(["language", "employment", "0", "a-b_c"]))
def test_an_address_is_what_django_says(pk: UUID, sort: str) -> None:
    assert address("web:person", pk) == reverse("web:person", args=[pk])
    assert address("web:home") == reverse("web:home")
    assert address("web:add-row", pk, sort) == reverse("web:add-row", args=[pk, sort])
    assert address("web:record", sort, pk) == reverse("web:record", args=[sort, pk])


def test_a_text_node_stays_where_it_was() -> None:
    with translation.override("fr"):
        found = _engine("baarada.web.loader.Loader").get_template("branches").nodelist
    assert not any(isinstance(a, TextNode) and isinstance(b, TextNode) for a, b in pairwise(found))
