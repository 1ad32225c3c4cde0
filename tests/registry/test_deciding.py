"""Settling disagreements: whose they are, several at once, what was said meanwhile."""

import pytest

from baarada.journal import actions as journal
from baarada.journal.models import ActRow, ConflictRow
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.registry import actions, conflicts
from baarada.registry.actions import Choice
from baarada.registry.models import Cadre, Facility, Person, Posting

BORN = PartialDate(1985)


@pytest.fixture
def mariam(country, amina) -> Person:
    values = {
        "family_name": "Traoré",
        "given_names": "Mariam",
        "sex": "F",
        "born": BORN,
        "office": country.kadiolo,
    }
    return load(actions.add_person(values, by=amina).record)


@pytest.fixture
def posting(country, mariam, amina, fatou) -> Posting:
    with journal.write("set up", by=fatou) as act:
        cadre = act.create(Cadre, code="sf", label_m="Sage-femme")
    zegoua = actions.add_facility({"name": "CSCom de Zégoua", "kind": "cscom"}, by=fatou).record
    values = {"facility": zegoua, "cadre": cadre, "starts": PartialDate(2019)}
    return load(actions.start_posting(mariam, values, by=amina).record)


def load(record):
    return type(record).objects.get(pk=record.pk)


def disagree(record, one, other, by, other_by):
    page = journal.seen(record)
    actions.revise(record, one, seen=page, by=by)
    actions.revise(load(record), other, seen=page, by=other_by)
    return load(record)


class TestWhoDecides:
    def test_a_fact_that_is_nobodys_own_is_anybodys_to_settle(self, mariam, amina, cheick, fatou):
        mariam = disagree(
            mariam, {"born": PartialDate(1985, 3, 12)}, {"born": PartialDate(1984)}, amina, cheick
        )

        assert conflicts.may_decide(mariam, ["born"], by=fatou)
        assert conflicts.to_decide(seen_by=fatou) == 1

    def test_a_fact_that_its_owner_wrote_is_settled_by_the_owner(self, posting, amina, cheick):
        posting = disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)

        with pytest.raises(Refused):
            actions.decide(posting, {"share": 5000}, seen=journal.seen(posting), by=cheick)
        assert load(posting).share == 8000

        actions.decide(posting, {"share": 5000}, seen=journal.seen(posting), by=amina)
        assert load(posting).share == 5000
        assert not ConflictRow.objects.exists()

    def test_a_proposal_waits_for_its_owner_alone(self, posting, amina, cheick, fatou):
        disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)

        assert conflicts.to_decide(seen_by=amina) == 1
        assert conflicts.to_decide(seen_by=cheick) == 0
        assert conflicts.to_decide(seen_by=fatou) == 0

    def test_where_the_owner_said_nothing_others_settle(self, country, mariam, cheick, fatou):
        facility = actions.add_facility({"name": "CSCom de Diou", "kind": "cscom"}, by=cheick).record
        facility = disagree(load(facility), {"locality": "Diou"}, {"name": "Diou"}, cheick, cheick)
        facility = disagree(facility, {"name": "Diou 1"}, {"name": "Diou 2"}, cheick, cheick)

        assert ConflictRow.objects.get().merge == "owner"
        assert conflicts.may_decide(facility, ["name"], by=cheick)
        assert conflicts.to_decide(seen_by=cheick) == 1
        assert conflicts.to_decide(seen_by=fatou) == 1

    def test_counting_asks_no_more_where_more_waits(
        self, posting, amina, cheick, django_assert_max_num_queries
    ):
        page = journal.seen(posting)
        for share in (8000, 6000, 5000, 4000):
            actions.revise(load(posting), {"share": share}, seen=page, by=amina)
            actions.revise(load(posting), {"kind": f"k{share}"}, seen=page, by=cheick)

        with django_assert_max_num_queries(6):
            conflicts.to_decide(seen_by=cheick)

    def test_it_is_counted_once_while_nothing_is_written(
        self, posting, amina, cheick, django_assert_max_num_queries
    ):
        posting = disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)
        assert [conflicts.to_decide(seen_by=by) for by in (amina, cheick)] == [1, 0]

        with django_assert_max_num_queries(2):
            assert [conflicts.to_decide(seen_by=by) for by in (amina, cheick)] == [1, 0]

        disagree(posting, {"kind": "one"}, {"kind": "other"}, amina, cheick)
        assert [conflicts.to_decide(seen_by=by) for by in (amina, cheick)] == [2, 0]


class TestSeveralAtOnce:
    def others(self, country, amina, cheick, most=3):
        out = []
        for number in range(most):
            values = {"family_name": f"Sanogo {number}", "sex": "F", "office": country.kadiolo}
            person = load(actions.add_person(values, by=amina).record)
            out.append(
                disagree(person, {"phone": f"6671024{number}"}, {"phone": f"7671024{number}"}, amina, cheick)
            )
        return out

    def test_they_are_one_act_that_can_be_taken_back(self, country, amina, cheick):
        people = self.others(country, amina, cheick)
        choices = [Choice(p, {"phone": f"6671024{n}"}, journal.seen(p)) for n, p in enumerate(people)]

        done = actions.decide_many(choices, by=amina)

        assert ActRow.objects.get(kind="conflict.decided").count == 3
        assert [load(p).phone for p in people] == ["66710240", "66710241", "66710242"]
        assert not ConflictRow.objects.exists()

        assert actions.undo(done.act, by=amina) == []
        assert ConflictRow.objects.count() == 3

    def test_one_that_cannot_be_settled_keeps_all_from_being_kept(self, country, posting, amina, cheick):
        person = self.others(country, amina, cheick, 1)[0]
        posting = disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)
        choices = [
            Choice(person, {"phone": "66710240"}, journal.seen(person)),
            Choice(posting, {"share": 5000}, journal.seen(posting)),
        ]

        with pytest.raises(Refused):
            actions.decide_many(choices, by=cheick)

        assert ConflictRow.objects.count() == 2
        assert not ActRow.objects.filter(kind="conflict.decided").exists()

    def test_nothing_ticked_is_said(self, amina):
        with pytest.raises(Refused):
            actions.decide_many([], by=amina)


def test_what_an_entry_says_is_taken_by_an_action_as_it_is(posting, amina, cheick):
    other = actions.add_facility({"name": "CSCom de Fourou", "kind": "cscom"}, by=amina).record
    posting = disagree(
        posting,
        {"facility": (other, "CSCom de Fourou")},
        {"starts": PartialDate(2018, 5), "ends": None},
        amina,
        cheick,
    )
    posting = disagree(
        posting,
        {"starts": PartialDate(2017), "ends": None},
        {"starts": PartialDate(2016), "ends": None},
        amina,
        amina,
    )
    row = ConflictRow.objects.get(unit=7)
    from baarada.journal import queries

    held = queries.writes(queries.conflict_of(row).heads)[0]
    fields = conflicts.said(held, {"starts": 7, "ends": 8})
    assert fields["starts"] in (PartialDate(2017), PartialDate(2016), PartialDate(2018, 5))

    actions.decide(posting, fields, seen=journal.seen(posting), by=amina)
    assert load(posting).starts == fields["starts"]
    assert not ConflictRow.objects.filter(unit=7).exists()
    assert Facility.objects.get(pk=load(posting).facility_id) == other


def test_undoing_a_decision_brings_back_what_was_agreed_before(mariam, amina, cheick, fatou):
    seen = journal.seen(mariam)
    for by, day in ((amina, PartialDate(1985, 3, 12)), (cheick, PartialDate(1985, 12, 31))):
        actions.revise(load(mariam), {"born": day}, seen=seen, by=by)
    fresh = load(mariam)
    decided = actions.decide(fresh, {"born": PartialDate(1985, 3, 12)}, seen=journal.seen(fresh), by=fatou)
    assert load(mariam).born == PartialDate(1985, 3, 12)
    actions.undo(decided.act, by=fatou)
    assert load(mariam).born == BORN
