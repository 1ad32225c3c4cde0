# ruff: noqa: F811 - fixtures of a neighbour
"""What lists of people say in the fields that a country added: in, out and back."""

import pytest

from baarada.interop.models import CHANGE, NEW, REFUSED, SAME
from baarada.interop.tables import columns
from baarada.kernel.days import parse
from baarada.kernel.ids import as_id
from baarada.registry import actions, extras, queries
from baarada.registry.models import ExtraValue, Person
from tests.conftest import TODAY
from tests.interop.test_exporting import changed, counts, export, read  # noqa: F401

HEADINGS = (
    "Family name", "Given names", "Sex", "Payroll number",
    "Height of the post (m)", "Crafts learned", "Last rope exercise",
)  # fmt: skip
ROW = ("Ostrel", "Ivo", "M", "M1", "3120", "", "06/2024")


@pytest.fixture
def craft():
    from baarada.registry import lists

    return [str(item) for item in lists.items("craft")[:2]]


def said(person, by):
    file = queries.person_file(person.pk, seen_by=by, on=TODAY)
    return {row.field: extras.value_of(row) for row in file.extras}


def test_every_field_has_its_column_in_lists_of_people_only(larma):
    own = [f"extra.{field.code}" for field in extras.fields()]
    assert len(own) == 3
    assert [c.key for c in columns.columns("people") if c.key.startswith("extra.")] == own
    assert [c.key for c in columns.columns("chw") if c.key.startswith("extra.")] == own
    assert not [c for c in columns.columns("facilities") if c.key.startswith("extra.")]


def test_somebody_new_comes_with_them_and_the_same_list_changes_nothing(larma, by, bring, craft):
    row = (*ROW[:5], "; ".join(craft), ROW[6])
    assert counts(bring([row], headings=HEADINGS)) == {NEW: 1}
    person = Person.objects.get(family_name="Ostrel")
    found = said(person, by)
    assert found["post_height"] == 3120
    assert found["rope_day"] == parse("06/2024")
    assert len(found["crafts"]) == 2
    assert counts(bring([row], headings=HEADINGS)) == {SAME: 1}
    job = bring([(*ROW[:4], "2500", "", "")], headings=HEADINGS)
    assert counts(job) == {CHANGE: 1}
    assert said(person, by)["post_height"] == 2500
    actions.undo(as_id(job.act), by=by)
    assert said(person, by)["post_height"] == 3120


@pytest.mark.parametrize("cell", ["9000", "high"])
def test_what_does_not_fit_is_refused_in_its_row(larma, bring, cell):
    assert counts(bring([(*ROW[:4], cell, "", "")], headings=HEADINGS)) == {REFUSED: 1}
    assert not ExtraValue.objects.exists()


def test_a_sheet_that_comes_back_merges_cell_by_cell(larma, by, bring, export, read, changed):
    bring([ROW], headings=HEADINGS)
    person = Person.objects.get(family_name="Ostrel")
    out = export()
    assert counts(bring(out)) == {SAME: 1}
    assert counts(bring(changed(out, read, Ivo={"Height of the post (m)": "3200"}))) == {CHANGE: 1}
    assert said(person, by) == {"post_height": 3200, "rope_day": parse("06/2024")}
