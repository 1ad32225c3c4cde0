"""Every field of every record is known by a name, reads as it should, and is said in both languages."""

import pytest
from django.utils import translation

from baarada.journal import runtime
from baarada.journal.schema import OWNER
from baarada.journal.values import DAY, FLAG, INSIDE, NUMBER, OUTSIDE, TEXTS
from baarada.kernel.days import PartialDate
from baarada.registry import display, facts
from baarada.registry.display import show
from baarada.registry.facts import FACTS
from baarada.registry.models import Facility, Identifier, Person, Posting
from baarada.translations import CATALOGUE

SHOWN = sorted(FACTS, key=lambda model: model.__name__)
READS = {
    DAY: {facts.DAY}, FLAG: {facts.YES_NO}, TEXTS: {facts.TEXTS, facts.CODES},
    NUMBER: {facts.NUMBER, facts.SHARE, facts.DEGREES, facts.SIZE}, OUTSIDE: {facts.PLACE, facts.TEXT},
    INSIDE: {facts.PERSON, facts.PLACE, facts.OFFICE, facts.CADRE},
}  # fmt: skip


NEVER_SHOWN = {"of_type"}
"""What a link is about follows from the two that it links."""


def spec(model):
    return runtime.schema().types[model.Merge.number]


@pytest.mark.parametrize("model", SHOWN)
def test_every_field_has_a_name_and_reads_as_what_it_holds(model):
    for field in spec(model).fields.values():
        if field.name in NEVER_SHOWN:
            continue
        known = facts.fact(model, field.name)
        assert str(known.label), field.name
        assert known.reads in READS.get(field.kind, {known.reads}), (field.name, field.kind, known.reads)


@pytest.mark.parametrize("model", SHOWN)
def test_no_two_fields_of_a_record_have_one_name(model):
    for language in ("fr", "en"):
        with translation.override(language):
            labels = [str(known.label) for known in FACTS[model].values()]
        assert len(labels) == len(set(labels)), sorted(labels)


@pytest.mark.parametrize("model", SHOWN)
def test_no_name_is_that_of_the_field(model):
    with translation.override("fr"):
        assert not [known.name for known in FACTS[model].values() if "_" in str(known.label)]


@pytest.mark.parametrize("model", SHOWN)
def test_what_changes_together_has_one_name(model):
    for unit, members in spec(model).members.items():
        names = [spec(model).fields[n].name for n in members]
        if len(names) > 1:
            assert {str(facts.unit_label(model, name)) for name in names} == {
                str(facts.unit_label(model, names[0]))
            }
            assert facts.unit_of(model, names[-1]) == facts.unit_of(model, names[0])
            assert set(facts.unit_of(model, names[0])) == set(names)
        else:
            assert facts.unit_of(model, names[0]) == names
        assert unit == members[0]


@pytest.mark.parametrize("model", SHOWN)
def test_whoever_owns_a_fact_is_named(model):
    for unit in spec(model).members:
        field = spec(model).unit_spec(unit)
        assert bool(str(facts.owner_of(model, field.name))) == (field.merge == OWNER)


def test_every_kind_of_record_has_a_name():
    assert FACTS.keys() <= facts.NAMES.keys()
    with translation.override("fr"):
        names = [str(facts.NAMES[model]) for model in SHOWN]
    assert all(names) and "Posting" not in names
    assert CATALOGUE.exists()


def test_an_unknown_field_is_an_error_for_makers():
    with pytest.raises(KeyError):
        facts.fact(Person, "shoe_size")


CASES = [
    (Person, "family_name", "Traoré", "Traoré", "Traoré"),
    (Person, "other_names", ["Tarawélé", "Traore"], "Tarawélé, Traore", "Tarawélé, Traore"),
    (Person, "born", PartialDate(1985, 3, 12), "12 mars 1985", "12 March 1985"),
    (Person, "born", 19850301, "1er mars 1985", "1 March 1985"),
    (Person, "born", PartialDate(1985, 3), "mars 1985", "March 1985"),
    (Person, "born", 19850000, "1985 (année seule)", "1985 (year only)"),
    (Person, "children", 4, "4", "4"),
    (Person, "phone", "76412058", "76 41 20 58", "76 41 20 58"),
    (Person, "phone", "+33612345678", "+33612345678", "+33612345678"),
    (Posting, "share", 6000, "60 %", "60%"),
    (Posting, "share", 3333, "33 %", "33%"),
    (Posting, "main", True, "oui", "yes"),
    (Posting, "main", False, "non", "no"),
    (Posting, "facility", [b"0" * 16, "CSCom de Loulouni"], "CSCom de Loulouni", "CSCom de Loulouni"),
    (Facility, "latitude", 12_650_170, "12,65017", "12.65017"),
    (Facility, "longitude", -7_994_380, "-7,99438", "-7.99438"),
    (Identifier, "number", "0142-318.K", "0142-318.K", "0142-318.K"),
    (Person, "children", None, "", ""),
    (Person, "other_names", [], "", ""),
    (Person, "note", "", "", ""),
]


@pytest.mark.parametrize(("model", "name", "value", "french", "english"), CASES)
def test_a_value_reads_as_people_say_it(model, name, value, french, english):
    for language, expected in (("fr", french), ("en", english)):
        with translation.override(language):
            found = (
                show(facts.fact(model, name), value).replace(display.FIXED, " ").replace(display.NARROW, " ")
            )
        assert found == expected


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 octet", "0 bytes"), (1, "1 octet", "1 byte"), (999, "999 octets", "999 bytes"),
        (120_400, "120 ko", "120 kB"), (5_250_000, "5,2 Mo", "5.2 MB"),
    ],
)  # fmt: skip
def test_sizes(count, french, english):
    for language, expected in (("fr", french), ("en", english)):
        with translation.override(language):
            assert display.size(count).replace(display.FIXED, " ").replace(display.NARROW, " ") == expected


def test_thousands_do_not_break_over_the_line():
    with translation.override("fr"):
        assert display.number(4_273_984) == f"4{display.NARROW}273{display.NARROW}984"
    with translation.override("en"):
        assert display.number(4_273_984) == "4,273,984"


@pytest.mark.parametrize(
    ("family", "given", "sentence", "heading"),
    [
        ("Traoré", "Mariam", "Mariam Traoré", "TRAORÉ Mariam"),
        ("Traoré", None, "Traoré", "TRAORÉ"),
        (None, None, "(no name)", "(no name)"),
    ],
)
def test_names(family, given, sentence, heading):
    person = Person(family_name=family, given_names=given)
    with translation.override("en"):
        assert (display.person_name(person), display.heading_name(person)) == (sentence, heading)
