"""Facts that a country added: typed, checked, one value for each file, merged like any other field."""

from uuid import UUID

import pytest
from django.utils import translation

from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.journal.models import ConflictRow
from baarada.kernel.days import parse
from baarada.kernel.ids import as_id
from baarada.registry import actions, extras, filling, lists, queries
from baarada.registry.errors import Invalid
from baarada.registry.models import ExtraValue, ListItem, Person
from tests.conftest import TODAY
from tests.journal.nodes import Other


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def mariam(country, amina):
    return Person.objects.get(
        pk=actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina).record.pk
    )


@pytest.fixture
def fields(country, fatou):
    """One field of each type, as a country's pack brings them."""
    with journal.write("lists", by=fatou) as act:
        for list_, code, *attributes in (
            ("extra_group", "site"), ("coverage", "good"), ("coverage", "weak"),
            ("extra_field", "village", "type=text", "asks=asc+relais", "group=site"),
            ("extra_field", "households", "type=number", "most=500", "unit=households", "asks=asc"),
            ("extra_field", "certified", "type=day"),
            ("extra_field", "network", "type=code", "list=coverage"),
            ("extra_field", "networks", "type=codes", "list=coverage"),
            ("extra_field", "bicycle", "type=yes_no"),
            ("extra_field", "story", "type=long"),
            ("extra_field", "strange", "type=picture"),
        ):  # fmt: skip
            act.create(
                ListItem,
                list=list_,
                code=code,
                label_fr=code.title(),
                label_en=code.title(),
                attributes=attributes,
            )
    lists.forget()


GOOD = {
    "village": "Zégoua", "households": 120, "certified": parse("06/2024"), "network": "weak",
    "networks": ["good", "weak"], "bicycle": 0, "story": "Line one\nline two",
}  # fmt: skip


def seen_of(person):
    return {row.pk: journal.seen(row) for row in ExtraValue.objects.live().filter(person=person)}


def told(person, by):
    file = queries.person_file(person.pk, seen_by=by, on=TODAY)
    return {row.field: extras.value_of(row) for row in file.extras}


def test_the_fields_of_a_country_are_read_from_its_lists(fields):
    found = {field.code: field for field in extras.fields()}
    assert "strange" not in found
    assert found["households"].fact.label == "Households"
    assert found["households"].most == 500
    assert [field.code for field in extras.asked_of("asc")] == ["village", "households"]
    assert extras.asked_of(None) == []
    assert extras.field_of("nothing") is None


def test_a_value_of_each_type_is_kept_changed_and_undone(fields, mariam, amina):
    done = filling.fill(mariam, GOOD, seen={}, by=amina)
    assert told(mariam, amina) == GOOD
    again = filling.fill(mariam, GOOD, seen=seen_of(mariam), by=amina)
    assert again is None

    filling.fill(mariam, {"households": 130, "village": None}, seen=seen_of(mariam), by=amina)
    assert told(mariam, amina)["households"] == 130
    assert told(mariam, amina)["village"] is None
    actions.undo(done.act, by=amina)
    # What others changed since stays.
    assert told(mariam, amina) == {"households": 130, "village": None}


def test_what_was_taken_back_can_be_filled_in_again(fields, mariam, amina):
    done = filling.fill(mariam, {"village": "Zégoua"}, seen={}, by=amina)
    actions.undo(done.act, by=amina)
    assert told(mariam, amina) == {}
    filling.fill(mariam, {"village": "Fourou"}, seen={}, by=amina)
    assert told(mariam, amina) == {"village": "Fourou"}


@pytest.mark.parametrize(
    ("code", "value"),
    [("households", 501), ("households", -1), ("network", "best"), ("networks", ["good", "best"])],
)  # fmt: skip
def test_what_does_not_fit_is_refused_under_its_field(fields, mariam, amina, code, value):
    with pytest.raises(Invalid) as refused:
        filling.fill(mariam, {code: value, "village": "Zégoua"}, seen={}, by=amina)
    assert list(refused.value.problems) == [code]
    assert not ExtraValue.objects.exists()


def test_two_pages_that_fill_in_one_field_first_write_one_record_and_disagree(fields, mariam, amina, cheick):
    filling.fill(mariam, {"village": "Zégoua"}, seen={}, by=amina)
    filling.fill(mariam, {"village": "Fourou"}, seen={}, by=cheick)
    assert ExtraValue.objects.count() == 1
    assert ConflictRow.objects.filter(entity=ExtraValue.objects.get().pk).exists()


def test_a_value_of_a_field_that_goes_stays_on_the_file(fields, mariam, amina, fatou):
    filling.fill(mariam, {"village": "Zégoua"}, seen={}, by=amina)
    item = ListItem.objects.get(list="extra_field", code="village")
    with journal.write("lists", by=fatou) as act:
        act.change(item, {"starts": None, "ends": parse("2026-01-01")}, seen=journal.seen(item))
    lists.forget()
    assert "village" not in {field.code for field in extras.fields()}
    assert told(mariam, amina) == {"village": "Zégoua"}


def test_a_value_from_before_a_field_took_another_type_is_not_taken_back_unasked(
    fields, mariam, amina, fatou
):
    filling.fill(mariam, {"village": "Zégoua"}, seen={}, by=amina)
    item = ListItem.objects.get(list="extra_field", code="village")
    with journal.write("lists", by=fatou) as act:
        act.change(item, {"attributes": ["type=number"]}, seen=journal.seen(item))
    lists.forget()
    # The form shows the field empty, as a number; another is filled in.
    filling.fill(mariam, {"village": None, "households": 3}, seen=seen_of(mariam), by=amina)
    assert ExtraValue.objects.get(field="village").value == "Zégoua"


def test_bounds_that_are_no_numbers_are_none_and_a_most_of_nothing_holds(country, fatou):
    with journal.write("lists", by=fatou) as act:
        for code, most in (("odd", "--5"), ("long", "9" * 5000), ("none", "0")):
            act.create(
                ListItem,
                list="extra_field",
                code=code,
                label_fr=code,
                attributes=["type=number", f"most={most}"],
            )
    lists.forget()
    assert extras.field_of("odd").most is None and extras.field_of("long").most is None
    assert extras.check(extras.field_of("none"), 1) and not extras.check(extras.field_of("none"), 0)


def test_two_offices_apart_fill_in_one_field_and_disagree_when_they_meet(fields, mariam, amina):
    """Neither saw the other's: one record, one disagreement, whichever comes first."""
    elsewhere = Other("elsewhere")
    elsewhere.hear(runtime.engine())
    filling.fill(mariam, {"village": "Zégoua"}, seen={}, by=amina)
    numbers = ExtraValue.Merge.numbers
    values = {numbers["person"]: mariam.pk.bytes, numbers["field"]: "village", numbers["value"]: "Fourou"}
    elsewhere.create(
        ExtraValue.Merge.number, values, id_=UUID(bytes=extras.id_of(mariam.pk, "village")),
        office=as_id(mariam.office_id),
    )  # fmt: skip

    assert {runtime.engine().receive(data) for data in elsewhere.own()} == {"applied"}
    row = ExtraValue.objects.get()
    assert row.value in ("Zégoua", "Fourou")
    assert ConflictRow.objects.filter(entity=row.pk).count() == 1

    before = sorted(ConflictRow.objects.values_list("entity", "unit"))
    runtime.engine().rebuild()
    assert ExtraValue.objects.get().value == row.value
    assert sorted(ConflictRow.objects.values_list("entity", "unit")) == before


def test_of_two_linked_files_one_value_is_shown_and_changed(fields, mariam, amina):
    other = Person.objects.get(
        pk=actions.add_person({"family_name": "Traore", "sex": "F"}, by=amina).record.pk
    )
    filling.fill(other, {"village": "Zégoua"}, seen={}, by=amina)
    actions.link_people(mariam, other, by=amina)
    for person in (mariam, other):
        person.refresh_from_db()
    row = filling.rows_of(mariam, ["village"])["village"]
    assert row.value == filling.rows_of(other, ["village"])["village"].value == "Zégoua"
    filling.fill(mariam, {"village": "Fourou"}, seen={row.pk: journal.seen(row)}, by=amina)
    assert ExtraValue.objects.live().count() == 1
    assert told(mariam, amina) == {"village": "Fourou"}
