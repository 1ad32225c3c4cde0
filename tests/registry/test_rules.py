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
]


@pytest.mark.parametrize(("rule", "values", "field"), REFUSED)
def test_it_refuses_with_a_sentence_under_the_field(rule, values, field):
    found = rule(**values) if rule in (person, posting, paper) else rule(values)

    assert list(found) == [field]
    sentence = str(found[field])
    assert (
        sentence.endswith(".") and (sentence[0].isupper() or sentence[0].isdigit()) and "%(" not in sentence
    )


@pytest.mark.parametrize(("rule", "values"), RIGHT)
def test_it_lets_through_what_is_just_right(rule, values):
    assert (rule(**values) if rule in (person, posting, paper) else rule(values)) == {}


def test_every_sentence_of_the_rules_is_among_the_examples():
    """A rule that nothing here breaks is a rule that may be gone tomorrow without anybody noticing."""
    with override("en"):
        said = [
            str(sentence)
            for rule, values, _field in REFUSED
            for sentence in (rule(**values) if rule in (person, posting, paper) else rule(values)).values()
        ]
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
