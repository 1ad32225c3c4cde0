"""What is worked out from the records is right after the tables were drawn again, whatever came first."""

import pytest

from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.days import parse
from baarada.registry import actions, lists
from baarada.registry.models import Identifier, ListItem, NameWord, Outline, Person, SearchKey
from tests.journal.nodes import Other

pytestmark = pytest.mark.django_db


def worked_out():
    """Everything that the machine's tables say of the records."""
    columns = [f.attname for f in Outline._meta.concrete_fields if not f.primary_key]
    return {
        "outlines": sorted(map(repr, Outline.objects.values_list(*columns))),
        "keys": sorted(map(repr, SearchKey.objects.values_list("key", "kind", "type", "target"))),
        "words": sorted(NameWord.objects.values_list("word", "sound")),
    }


def told(model, **values):
    """Values by the numbers of their fields, as entries have them."""
    return {model.Merge.numbers[name]: value for name, value in values.items()}


def test_they_are_as_they_were_whatever_lane_the_lists_came_in(country, amina):
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": parse("1985")}
    person = Person.objects.get(pk=actions.add_person(values, by=amina).record.pk)
    actions.add_identifier(person, {"kind": "payroll", "number": "12345"}, by=amina)

    centre = Other("centre", kind="national")
    centre.create(
        ListItem.Merge.number,
        told(ListItem, list="identifier_kind", code="payroll", label_fr="x", attributes=["role=payroll"]),
    )
    assert set(centre.meet(runtime.engine())) == {"applied"}
    # Any change of the file has its outline made by the lists of the moment.
    row = Identifier.objects.get()
    actions.revise(row, {"kind": "payroll", "number": "54321"}, seen=journal.seen(row), by=amina)
    before = worked_out()

    # The command is a process of its own, that has read no list yet.
    lists.forget()
    runtime.engine().rebuild()
    assert worked_out() == before
