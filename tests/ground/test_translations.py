"""The French texts: found everywhere they stand, kept when programs change, and complete."""

import gettext
from pathlib import Path

import polib
import pytest

from baarada import translations

PROGRAM = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy, npgettext

label = gettext_lazy("Telephone")
other = pgettext_lazy("work", "Function")
def f(n):
    # Translators: a number of people
    said = ngettext("%(n)s person", "%(n)s people", n)
    return _("A long text "
             "in two parts") + said + npgettext("list", "one row", "%(n)s rows", n) + _(f"not {n}")
"""
TEMPLATE = """{% load i18n %}
  <p class="x">{% translate "Home" %} don't (mind {% translate 'More' context "menu" %}
  {% blocktranslate trimmed with day=day|date:"j F" %}
      backup of {{ day }}
      verified
  {% endblocktranslate %}
  {% blocktranslate count n=people %}{{ n }} file{% plural %}{{ n }} files{% endblocktranslate %}
  {% include "x.html" with label=_("A label") %}{{ name|default:_("nobody") }} 100%
"""
FOUND = {
    (None, "Telephone"),
    ("work", "Function"),
    (None, "%(n)s person"),
    (None, "A long text in two parts"),
    ("list", "one row"),
    (None, "Home"),
    ("menu", "More"),
    (None, "backup of %(day)s verified"),
    (None, "%(n)s file"),
    (None, "A label"),
    (None, "nobody"),
}


@pytest.fixture
def program(tmp_path) -> Path:
    (tmp_path / "src" / "web" / "templates").mkdir(parents=True)
    (tmp_path / "src" / "page.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "src" / "web" / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path / "src"


@pytest.fixture
def catalogue(program, tmp_path) -> Path:
    """A catalogue in which everything has its French."""
    path = tmp_path / "django.po"
    translations.update(path, program)
    fill(path, lambda text: f"« {text.replace(' ', '·')} »")
    return path


def fill(path, french):
    found = translations.load(path)
    for entry in found:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: french(entry.msgid), 1: french(entry.msgid_plural)}
        else:
            entry.msgstr = french(entry.msgid)
    found.save(str(path))


def change(path, msgid, **what):
    found = translations.load(path)
    entry = next(e for e in found if e.msgid == msgid)
    for name, value in what.items():
        setattr(entry, name, value)
    found.save(str(path))


def test_texts_are_found_in_programs_and_templates(program):
    found = translations.collect(program)

    assert set(found) == FOUND
    assert found[None, "%(n)s person"].plural == "%(n)s people"
    assert found[None, "%(n)s person"].notes == ["Translators: a number of people"]
    assert found[None, "Home"].files == ["web/templates/page.html"]


def test_a_full_catalogue_passes(program, catalogue):
    assert translations.check(catalogue, program) == []


def test_update_twice_changes_nothing(program, catalogue):
    translations.update(catalogue, program)
    before = catalogue.read_text(encoding="utf-8")

    assert translations.update(catalogue, program) == (0, 0)
    assert catalogue.read_text(encoding="utf-8") == before


def test_a_new_text_is_missing_until_update_and_then_has_no_french(program, catalogue):
    (program / "new.py").write_text('_("A wholly new sentence, much unlike")', encoding="utf-8")

    assert "is missing" in translations.check(catalogue, program)[0]
    assert translations.update(catalogue, program) == (1, 0)
    assert translations.check(catalogue, program) == ["“A wholly new sentence, much unlike” has no French"]


def test_a_text_that_changed_keeps_its_french_until_a_person_has_looked(program, catalogue):
    text = (program / "page.py").read_text(encoding="utf-8")
    (program / "page.py").write_text(text.replace("A long text", "A longer text"), encoding="utf-8")

    assert any("is used nowhere" in p for p in translations.check(catalogue, program))
    translations.update(catalogue, program)

    (problem,) = translations.check(catalogue, program)
    assert "fuzzy" in problem
    assert "« A·long·text·in·two·parts »" in problem


@pytest.mark.parametrize(
    ("msgid", "what", "said"),
    [
        ("Home", {"msgstr": ""}, "has no French"),
        ("Home", {"msgstr": "Home"}, "is not translated"),
        ("Home", {"flags": ["fuzzy"]}, "is fuzzy"),
        ("Home", {"obsolete": True}, "is obsolete"),
        ("backup of %(day)s verified", {"msgstr": "vérifiée"}, "other placeholders"),
        ("backup of %(day)s verified", {"msgstr": "%(jour)s vérifiée"}, "other placeholders"),
        ("backup of %(day)s verified", {"msgstr": "A long text in two parts %(day)s"}, "has English"),
        ("%(n)s person", {"msgstr_plural": {0: "une personne", 1: ""}}, "has no French"),
        ("%(n)s person", {"msgstr_plural": {0: "une personne", 1: "des personnes"}}, "other placeholders"),
    ],
)
def test_each_defect_is_told(program, catalogue, msgid, what, said):
    change(catalogue, msgid, **what)

    assert any(said in problem for problem in translations.check(catalogue, program))


def test_one_thing_need_not_be_counted_and_a_word_may_be_the_same_in_both(program, catalogue):
    change(catalogue, "%(n)s person", msgstr_plural={0: "une personne", 1: "%(n)s personnes"})
    change(catalogue, "Telephone", msgstr="Telephone", tcomment=translations.SAME)

    assert translations.check(catalogue, program) == []


def test_what_is_compiled_is_what_the_program_reads(catalogue):
    target = translations.compile_catalogue(catalogue)

    with target.open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert read.gettext("Home") == "« Home »"
    assert read.pgettext("menu", "More") == "« More »"
    assert read.ngettext("%(n)s person", "%(n)s people", 0) == "« %(n)s·person »"
    assert read.ngettext("%(n)s person", "%(n)s people", 2) == "« %(n)s·people »"


def test_the_catalogue_of_the_program_can_be_read():
    assert polib.pofile(str(translations.CATALOGUE)).metadata["Language"] == "fr"


def test_an_unknown_verb_gets_a_sentence(capsys):
    assert translations.main(["upadte"]) == 2
    assert "update, check, compile" in capsys.readouterr().err
