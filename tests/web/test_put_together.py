"""What is put together outside templates escapes what people typed, and says the same."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import translation

from baarada.kernel.days import PartialDate
from baarada.web.people.listing import Row
from baarada.web.people.lists import Heading
from baarada.web.people.narrowing import Choice
from baarada.web.records.facts import Shown
from baarada.web.templatetags.factrows import fact_rows
from baarada.web.templatetags.narrowing import choices
from baarada.web.templatetags.peoplerows import people_rows

pytestmark = pytest.mark.django_db

BAD = '<b onclick="x">l\'autre</b>'
HARMLESS = "&lt;b onclick=&quot;x&quot;&gt;l&#x27;autre&lt;/b&gt;"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def person():
    return SimpleNamespace(pk=uuid4(), family_name=BAD, given_names=BAD, other_names="", sex="F")


def row(**told):
    posting = SimpleNamespace(
        cadre_id=None, facility_label=BAD, starts=PartialDate(2019), ends=PartialDate(2020)
    )
    usual = {"person": person(), "number": None, "posting": posting, "state": "in", "to_decide": False}
    return Row(**usual | told)


class TestFacts:
    def test_what_was_typed_is_no_markup(self):
        found = fact_rows([Shown(SimpleNamespace(pk=1), "born", BAD, BAD)])
        assert found.count(HARMLESS) == 3 and "<b " not in found

    def test_each_has_its_clock_and_its_marks(self):
        record = SimpleNamespace(pk=7)
        one = Shown(record, "born", "Born", "", to_decide=True, others=1, held=3)
        found = fact_rows([one], {"record": record, "name": "born"})
        assert found.startswith('<div class="open"><dt>Born</dt>')
        for words in (
            "not known",
            "to decide",
            "another value",
            "History: Born, values:",
            "?fact=7.born#panel",
        ):
            assert words in found
        assert found.endswith("</svg> 3</a></dd></div>")

    def test_as_of_an_earlier_day_there_is_no_clock(self):
        one = Shown(SimpleNamespace(pk=7), "born", "Born", "1985")
        assert fact_rows([one], None, "a day") == "<div><dt>Born</dt><dd>1985</dd><dd></dd></div>"


class TestPeople:
    HEADINGS = (Heading("", "Name", "", False), Heading("note", BAD, "", False))

    def test_what_was_typed_is_no_markup(self):
        number = SimpleNamespace(number=BAD)
        cells = [("posting.cadre", ""), ("posting.facility", ""), ("note", BAD), ("phone", "")]
        found = people_rows([row(number=number, why=BAD, cells=cells)], self.HEADINGS)
        assert "<b " not in found and found.count(HARMLESS) >= 5
        assert f'data-l="{HARMLESS}:"' in found
        assert "since" in found and "cadre not known" in found and "not given" in found

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"state": "in"}, "In post"),
            ({"state": "away"}, "Absent"),
            ({"state": "left"}, "Left in 2020"),
            ({"state": "gone", "gone": PartialDate(2021)}, "Left in 2021"),
            ({"state": "gone"}, "No longer in service"),
            ({"state": "coming"}, "To come, in 2019"),
            ({"state": "none", "posting": None}, "without a posting"),
        ],
    )
    def test_how_somebody_stands(self, told, words):
        cells = [("state", ""), ("posting.facility", "")]
        assert words in people_rows([row(cells=cells, **told)], self.HEADINGS)

    def test_whoever_is_nowhere_and_has_no_number(self):
        found = people_rows([row(posting=None, to_decide=True, cells=[("posting.facility", "")])], ())
        assert "no facility" in found and "without a number" in found and "to decide" in found


def test_choices_of_a_facet_are_no_markup():
    found = choices(BAD, [Choice(BAD, BAD, 1_234, True), Choice("", BAD, None, False, BAD)])
    assert "<b " not in found and found.count(HARMLESS) == 5
    assert " checked>" in found and "1,234" in found
