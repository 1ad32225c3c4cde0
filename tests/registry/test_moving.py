"""Moving people: what a transfer does to the posting it leaves."""

import pytest

from baarada.journal import actions as journal
from baarada.journal.models import ActRow, ConflictRow
from baarada.kernel.days import PartialDate
from baarada.registry import actions
from baarada.registry.models import Cadre, Person, Posting

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(country, fatou):
    """Two facilities, one in each district, and a cadre."""
    old = actions.add_facility(
        {"name": "CSCom de Loulouni", "kind": "CSCOM"}, by=fatou, office=country.kadiolo
    ).record
    new = actions.add_facility(
        {"name": "CSCom de Blendio", "kind": "CSCOM"}, by=fatou, office=country.niena
    ).record
    with journal.write("cadre", by=fatou) as act:
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme")
    return old, new, cadre


@pytest.fixture
def posting(places, amina):
    """A midwife of Loulouni, in post since 2019."""
    old, _new, cadre = places
    done = actions.add_person(
        {"family_name": "Traoré", "sex": "F"}, by=amina,
        posting={"facility": old, "cadre": cadre, "starts": PartialDate(2019, 3, 4)},
    )  # fmt: skip
    return Posting.objects.get(person=done.record)


def move(posting, new, cadre, by, *, seen=None):
    person = Person.objects.get(pk=posting.person_id)
    return actions.transfer(
        person, posting, {"facility": new, "cadre": cadre, "starts": PartialDate(2026, 11, 1)}, by=by,
        seen=seen or journal.seen(posting), seen_person=journal.seen(person),
    ).record  # fmt: skip


def end(posting, last, by, seen=None):
    actions.end_posting(
        posting, last=last, end_reason="retirement", seen=seen or journal.seen(posting), by=by
    )


class TestTransfer:
    def test_the_day_of_the_change_belongs_to_the_new_place(self, posting, places, country, amina):
        new = move(posting, *places[1:], amina)

        assert Posting.objects.get(pk=posting.pk).ends == PartialDate(2026, 10, 31)
        assert Posting.objects.get(pk=new.pk).starts == PartialDate(2026, 11, 1)
        assert Person.objects.get().office_id == country.niena.pk
        assert ActRow.objects.order_by("-stamp").first().kind == "posting.transferred"

    def test_a_posting_that_had_ended_is_not_lengthened(self, posting, places, amina):
        end(posting, PartialDate(2025, 6, 30), amina)

        move(Posting.objects.get(pk=posting.pk), *places[1:], amina)

        assert Posting.objects.get(pk=posting.pk).ends == PartialDate(2025, 6, 30)
        assert ActRow.objects.order_by("-stamp").first().kind == "posting.transferred"

    def test_a_secondment_planned_until_later_is_cut_short(self, posting, places, amina):
        end(posting, PartialDate(2027, 6, 30), amina)

        move(Posting.objects.get(pk=posting.pk), *places[1:], amina)

        assert Posting.objects.get(pk=posting.pk).ends == PartialDate(2026, 10, 31)

    def test_whoever_had_not_seen_the_end_disagrees_with_it(self, posting, places, amina, fatou):
        """Ended by one, transferred from the same page by another: both are kept, and shown."""
        page = journal.seen(posting)
        end(posting, PartialDate(2025, 6, 30), amina)

        move(Posting.objects.get(pk=posting.pk), *places[1:], fatou, seen=page)

        assert ConflictRow.objects.filter(entity=posting.pk).exists()
