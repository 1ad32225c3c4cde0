"""All rows of a file in one statement are what one statement for each kind gives."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baarada.journal import actions, together
from baarada.kernel.days import parse
from baarada.registry.models import OF_A_PERSON, Absence, Employment, Identifier, Person, Qualification


@pytest.fixture
def mariam(country, amina):
    with actions.write("created", by=amina) as act:
        mariam = act.create(Person, family_name="Traoré", sex="F", office=country.kadiolo)
        other = act.create(Person, family_name="Koné", sex="M", office=country.kadiolo)
        act.create(Identifier, person=mariam, kind="nina", number="123", issued=parse("2019"))
        act.create(Employment, person=mariam, status="FONC", step=3, starts=parse("03/2019"), index=2**40)
        act.create(Employment, person=mariam)
        act.create(Absence, person=mariam, kind="x", note="Une note, avec é et \n ligne")
        act.create(Qualification, person=other, title="Not hers")
        gone = act.create(Absence, person=mariam, kind="y")
    gone = Absence.objects.get(pk=gone.pk)
    with actions.write("deleted", by=amina) as act:
        act.delete(gone, seen=actions.seen(gone))
    return Person.objects.get(pk=mariam.pk)


def values(row):
    return type(row), {f.attname: getattr(row, f.attname) for f in type(row)._meta.concrete_fields}


def by_id(rows):
    return {row.pk: values(row) for row in rows}


def test_each_row_is_read_as_django_reads_it(mariam):
    one_by_one = [row for model in OF_A_PERSON for row in model.objects.live().filter(canonical=mariam.pk)]

    assert by_id(together.rows_of(OF_A_PERSON, mariam.pk)) == by_id(one_by_one)
    assert len(one_by_one) == 4


def test_it_is_one_statement_and_the_rows_can_be_changed(mariam, amina):
    with CaptureQueriesContext(connection) as captured:
        rows = together.rows_of(OF_A_PERSON, mariam.pk)
    assert len(captured) == 1

    status = next(row for row in rows if isinstance(row, Employment) and row.step)
    with actions.write("changed", by=amina) as act:
        act.change(status, {"note": "x"}, seen=actions.seen(status))
    assert Employment.objects.get(pk=status.pk).note == "x"


def test_a_file_without_rows_has_none(country, amina):
    assert together.rows_of(OF_A_PERSON, country.kadiolo.pk) == []
