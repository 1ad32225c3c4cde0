"""Every rule refuses what it is there for, with a sentence, and lets through what is just right."""

import inspect
import re

import pytest
from django.utils.translation import override

from baarada.kernel.days import PartialDate, parse
from baarada.registry import rules
from baarada.registry.errors import Invalid
from baarada.registry.models import FULL_TIME, MICRO
from tests.conftest import TODAY

BORN = PartialDate(1985, 3, 12)


@pytest.fixture(autouse=True)
def eight_figures(monkeypatch):
    monkeypatch.setattr(rules, "phone_rule", rules.PhoneRule("ML", 8))


def person(**values):
    return rules.check_person(values, TODAY)


def posting(**values):
    return rules.check_posting(values, BORN, TODAY)


def paper(**values):
    return rules.check_paper(values, TODAY)


def qualification(**values):
    return rules.check_qualification({"title": "Diplôme", **values}, BORN, TODAY)


def personnel_act(**values):
    return rules.check_personnel_act(values, TODAY)


def exit_(**values):
    return rules.check_exit(values, BORN)


def population(**values):
    return rules.check_population(values, TODAY)


def relative(**values):
    return rules.check_relative(values, TODAY)


def contact(takes="", **values):
    return rules.check_contact(values, takes)


def legal_text(**values):
    return rules.check_legal_text(values, TODAY)


def equipment(**values):
    return rules.check_equipment(values, TODAY)


BY_NAME = (
    person, posting, paper, qualification, personnel_act, exit_, population, relative, contact, legal_text, equipment,
)  # fmt: skip


def look(rule, values):
    return rule(**values) if rule in BY_NAME else rule(values)


REFUSED = [
    (person, {"family_name": ""}, "family_name"),
    (person, {"family_name": None}, "family_name"),
    (person, {"sex": None}, "sex"),
    (person, {"sex": "X"}, "sex"),
    (person, {"born": parse("2026-11-21")}, "born"),
    (person, {"born": parse("2027")}, "born"),
    (person, {"born": parse("1920")}, "born"),
    (person, {"born": parse("2013")}, "born"),
    (person, {"phone": "7641205"}, "phone"),
    (person, {"phone": "764120588"}, "phone"),
    (person, {"phone2": "oui"}, "phone2"),
    (person, {"contact_phone": "+999 1"}, "contact_phone"),
    (person, {"email": "a.traore"}, "email"),
    (person, {"email": "a@b"}, "email"),
    (person, {"email": "a b@c.org"}, "email"),
    (person, {"children": -1}, "children"),
    (person, {"children": 41}, "children"),
    (posting, {"facility": None}, "facility"),
    (posting, {"cadre": None}, "cadre"),
    (posting, {"starts": None}, "starts"),
    (posting, {"starts": parse("1984")}, "starts"),
    (posting, {"starts": parse("2032")}, "starts"),
    (posting, {"starts": parse("2020-05"), "ends": parse("2020-04-30")}, "ends"),
    (posting, {"share": 0}, "share"),
    (posting, {"share": -1}, "share"),
    (posting, {"share": FULL_TIME + 1}, "share"),
    (rules.check_identifier, {"number": ""}, "number"),
    (rules.check_identifier, {"number": "1.23E+14"}, "number"),
    (rules.check_identifier, {"number": "1,23e+14"}, "number"),
    (rules.check_identifier, {"number": "A1", "kind": ""}, "kind"),
    (rules.check_identifier, {"number": "A1", "issued": parse("2020"), "expires": parse("2019")}, "expires"),
    (rules.check_facility, {"name": ""}, "name"),
    (rules.check_facility, {"kind": None}, "kind"),
    (rules.check_facility, {"starts": parse("2020"), "ends": parse("2019")}, "ends"),
    (rules.check_facility, {"latitude": 1}, "longitude"),
    (rules.check_facility, {"longitude": 1}, "latitude"),
    (rules.check_facility, {"latitude": 90 * MICRO + 1, "longitude": 0}, "latitude"),
    (rules.check_facility, {"latitude": 0, "longitude": -180 * MICRO - 1}, "longitude"),
    (rules.check_area, {"name": None}, "name"),
    (rules.check_area, {"kind": None}, "kind"),
    (rules.check_area, {"starts": parse("2020"), "ends": parse("2019")}, "ends"),
    (paper, {"kind": None}, "kind"),
    (paper, {"dated": parse("2026-11-21")}, "dated"),
    (population, {"year": 12}, "year"),
    (population, {"year": None}, "year"),
    (population, {"people": None}, "people"),
    (population, {"people": -1}, "people"),
    (population, {"source": ""}, "source"),
    (rules.check_post, {"cadre": None}, "cadre"),
    (rules.check_post, {"number": ""}, "number"),
    (rules.check_post, {"starts": parse("2020"), "ends": parse("2019")}, "ends"),
    (rules.check_employment, {"decision": "x"}, "status"),
    (rules.check_employment, {"status": "FONC", "step": 31}, "step"),
    (rules.check_employment, {"status": "FONC", "index": -1}, "index"),
    (rules.check_employment, {"status": "FONC", "hours": 169}, "hours"),
    (rules.check_employment, {"status": "FONC", "starts": parse("2020"), "ends": parse("2019")}, "ends"),
    (qualification, {"title": "", "diploma": None}, "diploma"),
    (qualification, {"awarded": parse("1984")}, "awarded"),
    (qualification, {"awarded": parse("2026-11-21")}, "awarded"),
    (qualification, {"hours": 20_001}, "hours"),
    (rules.check_licence, {"kind": None}, "kind"),
    (rules.check_licence, {"body": "CNOM", "starts": parse("2020"), "ends": parse("2019")}, "ends"),
    (rules.check_absence, {"kind": ""}, "kind"),
    (rules.check_absence, {"starts": None}, "starts"),
    (rules.check_absence, {"starts": parse("2026-05-02"), "returned": parse("2026-05-01")}, "returned"),
    (rules.check_absence, {"days": 0}, "days"),
    (personnel_act, {"kind": None}, "kind"),
    (personnel_act, {"dated": parse("2027")}, "dated"),
    (exit_, {"kind": None}, "kind"),
    (exit_, {"left": None}, "left"),
    (exit_, {"left": parse("1984")}, "left"),
    (relative, {"name": ""}, "name"),
    (relative, {"name": "Awa", "born": parse("2027")}, "born"),
    (relative, {"name": "Awa", "phone": "12"}, "phone"),
    (rules.check_language, {"language": None, "spoken": "good"}, "language"),
    (rules.check_language, {"language": "fr"}, "spoken"),
    (contact, {"value": "76412058"}, "kind"),
    (contact, {"kind": "mobile", "value": ""}, "value"),
    (contact, {"takes": "phone", "kind": "mobile", "value": "12"}, "value"),
    (contact, {"takes": "email", "kind": "mail", "value": "a@b"}, "value"),
    (legal_text, {"title": ""}, "title"),
    (legal_text, {"dated": parse("2027")}, "dated"),
    (legal_text, {"starts": parse("2020"), "ends": parse("2019")}, "ends"),
    (equipment, {"kind": ""}, "kind"),
    (equipment, {"checked": parse("2027")}, "checked"),
    (equipment, {"starts": parse("2020"), "ends": parse("2019")}, "ends"),
]

RIGHT = [
    (
        person,
        {"family_name": "Traoré", "sex": "F", "born": BORN, "email": "a.traore@sante.ml", "children": 0},
    ),
    (person, {"born": parse("2026"), "family_name": "Née cette année"} | {"born": parse("2012")}),
    (person, {"born": parse("1926-11-21")}),
    (person, {"phone": "76 41 20 58", "phone2": "+33 6 12 34 56 78", "contact_phone": "76-41-20-58"}),
    (person, {}),
    (posting, {"starts": parse("1985"), "share": 1}),
    (posting, {"starts": parse("2031-12-31"), "share": FULL_TIME}),
    (posting, {"starts": parse("2020"), "ends": parse("2020")}),
    (posting, {"starts": parse("2020-05-05"), "ends": parse("2020-05-05")}),
    (rules.check_identifier, {"number": "0142-318.K", "kind": "matricule"}),
    (rules.check_identifier, {"number": "A1", "issued": parse("2020-05"), "expires": parse("2020")}),
    (
        rules.check_facility,
        {"latitude": -90 * MICRO, "longitude": 180 * MICRO, "name": "CSCom", "kind": "CSCOM"},
    ),
    (rules.check_area, {"name": "Kadiolo", "kind": "cercle", "starts": parse("1999")}),
    (paper, {"kind": "DECISION", "dated": parse("2026-11-20")}),
    (paper, {"kind": "DECISION", "dated": parse("2026")}),
    (population, {"year": 2022, "people": 0, "source": "RGPH-5"}),
    (rules.check_post, {"number": "P-001", "starts": parse("2020"), "ends": parse("2020")}),
    (rules.check_employment, {"employer": "ETAT", "step": 30, "index": 0}),
    (qualification, {"awarded": parse("2026"), "hours": 0}),
    (qualification, {"awarded": parse("1985")}),
    (rules.check_licence, {"kind": "licence", "starts": parse("2020"), "ends": parse("2020")}),
    (rules.check_absence, {"kind": "annuel", "starts": parse("2026-05-02"), "returned": parse("2026-05-02")}),
    (rules.check_absence, {"days": 1}),
    (personnel_act, {"kind": "notation", "dated": parse("2026-11-20")}),
    (exit_, {"kind": "RETR", "left": parse("2047")}),
    (relative, {"name": "Awa", "born": parse("2026"), "phone": "76 41 20 58"}),
    (rules.check_language, {"language": "fr", "read": "some"}),
    (contact, {"kind": "box", "value": "BP 12"}),
    (contact, {"takes": "phone", "kind": "mobile", "value": "76412058"}),
    (contact, {"takes": "email", "kind": "mail", "value": "a@b.org"}),
    (legal_text, {"title": "Loi portant statut général", "dated": parse("2026"), "starts": parse("2027")}),
    (equipment, {"kind": "moto", "checked": parse("2026-11-20")}),
]


@pytest.mark.parametrize(("rule", "values", "field"), REFUSED)
def test_it_refuses_with_a_sentence_under_the_field(rule, values, field):
    found = look(rule, values)

    assert list(found) == [field]
    sentence = str(found[field])
    assert (
        sentence.endswith(".") and (sentence[0].isupper() or sentence[0].isdigit()) and "%(" not in sentence
    )


@pytest.mark.parametrize(("rule", "values"), RIGHT)
def test_it_lets_through_what_is_just_right(rule, values):
    assert look(rule, values) == {}


def test_every_sentence_of_the_rules_is_among_the_examples():
    """A rule that nothing here breaks is a rule that may be gone tomorrow without anybody noticing."""
    with override("en"):
        said = [str(sentence) for rule, values, _field in REFUSED for sentence in look(rule, values).values()]
        rules.phone_rule.length = 0
        said.append(rules.check_phone("oui"))
    source = inspect.getsource(rules)
    body = source[: source.index("def check_assignment")] + source[source.index("def check_area") :]
    patterns = [
        re.sub(r"%\\\(\w+\\\)s", ".*", re.escape(text)) for text in re.findall(r'_\(\s*"([^"]+)"\s*\)', body)
    ]
    assert len(patterns) > 25
    assert [p for p in patterns if not any(re.fullmatch(p, one) for one in said)] == []


def test_problems_are_raised_together_each_under_its_field():
    with pytest.raises(Invalid) as refused:
        rules.refuse(person(family_name="", sex=""))

    assert list(refused.value.problems) == ["family_name", "sex"]
    assert all(str(text) in str(refused.value) for text in refused.value.problems.values())
    rules.refuse({})
