"""What can be done: opening a file, the three acts on a fact, careers, papers, one person with two files, undo."""

from dataclasses import replace

import pytest
from django.utils import translation

from baarada.journal import actions as journal
from baarada.journal import queries as history
from baarada.journal.entries import CHANGE, CORRECT, NOTE
from baarada.journal.models import ActRow, ConflictRow, EntryRow, Link
from baarada.kernel.days import PartialDate, parse
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import as_uuid
from baarada.registry import actions, lists, queries, search
from baarada.registry.actions import Why
from baarada.registry.errors import Invalid
from baarada.registry.models import Area, Cadre, Facility, Identifier, Inclusion, Paper, Person, Posting, Unit
from tests.conftest import TODAY


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def midwife(country, fatou):
    """A cadre."""
    with journal.write("cadre", by=fatou) as act:
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme", label_f="Sage-femme")
    lists.forget()
    return cadre


@pytest.fixture
def loulouni(country, fatou):
    """A health centre of the district of Kadiolo."""
    values = {"name": "CSCom de Loulouni", "kind": "CSCOM"}
    return actions.add_facility(values, by=fatou, office=country.kadiolo).record


@pytest.fixture
def blendio(country, fatou):
    """One of the district of Niéna."""
    values = {"name": "CSCom de Blendio", "kind": "CSCOM"}
    return actions.add_facility(values, by=fatou, office=country.niena).record


def open_file(by, **more):
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": parse("1985-03-12")}
    return actions.add_person(values | more.pop("values", {}), by=by, **more)


@pytest.fixture
def mariam(country, amina):
    return again(open_file(amina).record)


def again(record):
    """A record as it stands now."""
    return type(record).objects.get(pk=record.pk)


def start(person, facility, cadre, by, **more):
    values = {"facility": facility, "cadre": cadre, "starts": parse("2019-01-15")}
    return again(actions.start_posting(person, values | more, by=by).record)


class TestOpeningAFile:
    def test_with_number_and_posting_it_is_one_act(self, amina, loulouni, midwife, country):
        done = open_file(
            amina, posting={"facility": loulouni, "cadre": midwife, "starts": parse("2019")},
            identifiers=[{"kind": "matricule", "number": "0142-318.K"}], why=Why(decision="2026-0163"),
        )  # fmt: skip

        person = again(done.record)
        assert (str(person), person.office_id) == ("Mariam Traoré", country.kadiolo.pk)
        assert Identifier.objects.get().number == "0142-318.K"
        posting = Posting.objects.get()
        assert (posting.main, posting.share, posting.kind, posting.facility_label) == (
            True, 10_000, "appointment", "CSCom de Loulouni",
        )  # fmt: skip
        (written,) = history.history(person)["born"]
        assert {w.act for w in history.history(posting)["starts"]} == {written.act}
        assert written.decision == "2026-0163"

    def test_the_office_of_the_place_is_in_charge_whoever_writes(self, fatou, blendio, midwife, country):
        posting = {"facility": blendio, "cadre": midwife, "starts": parse("2019")}

        assert again(open_file(fatou, posting=posting).record).office_id == country.niena.pk

    def test_without_a_place_the_writers_office_is(self, mariam, country):
        assert mariam.office_id == country.kadiolo.pk

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"values": {"family_name": ""}}, "family_name"), ({"values": {"sex": None}}, "sex"),
            ({"values": {"born": parse("2030")}}, "born"),
            ({"identifiers": [{"kind": "nina", "number": ""}]}, "number"),
            ({"posting": {"starts": parse("2019")}}, "facility"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_writes_nothing_at_all(self, amina, more, field):
        before = EntryRow.objects.count()

        with pytest.raises(Invalid) as refused:
            open_file(amina, **more)

        assert field in refused.value.problems
        assert EntryRow.objects.count() == before and not Person.objects.exists()

    def test_only_who_may(self, amina):
        with pytest.raises(NotAllowed):
            open_file(replace(amina, rights=frozenset({"person.see"})))


class TestThreeActs:
    def test_a_change_and_a_correction_are_told_apart(self, mariam, amina):
        actions.revise(mariam, {"phone": "76000001"}, seen=journal.seen(mariam), by=amina)
        found = again(mariam)
        actions.revise(found, {"phone": "76000002"}, seen=journal.seen(found), by=amina, mode=CORRECT)

        written = history.history(again(mariam))["phone"]
        assert [(w.mode, w.values["phone"], w.stands) for w in written] == [
            (CORRECT, "76000002", True), (CHANGE, "76000001", False),
        ]  # fmt: skip
        assert {w.kind for w in written} == {"person.changed", "person.corrected"}

    def test_an_older_fact_joins_the_history_and_changes_nothing_that_shows(self, mariam, amina):
        actions.revise(mariam, {"phone": "76000001"}, seen=journal.seen(mariam), by=amina)

        why = Why(reason="Lu sur la fiche", effective=PartialDate(2011))
        actions.note_older(again(mariam), {"phone": "20000001"}, by=amina, why=why)

        newest = history.history(again(mariam))["phone"][0]
        assert again(mariam).phone == "76000001"
        assert (newest.mode, newest.values["phone"], newest.effective, newest.stands) == (
            NOTE, "20000001", PartialDate(2011), False,
        )  # fmt: skip

    def test_an_older_fact_says_since_when(self, mariam, amina):
        with pytest.raises(Invalid) as refused:
            actions.note_older(mariam, {"phone": "20000001"}, by=amina, why=Why(reason="?"))
        assert list(refused.value.problems) == ["effective"]

    def test_what_was_left_as_it_stood_on_the_page_is_not_written(self, mariam, amina):
        seen = journal.seen(mariam)

        same = {"given_names": "Mariam", "born": parse("1985-03-12")}
        assert actions.revise(mariam, same, seen=seen, by=amina) is None
        done = actions.revise(mariam, {"given_names": "Mariam", "phone": "76000001"}, seen=seen, by=amina)

        assert [w.values for w in history.history(again(mariam))["given_names"]] == [
            {"given_names": "Mariam"}
        ]
        assert ActRow.objects.get(pk=as_uuid(done.act)).count == 1

    def test_two_pages_that_change_different_facts_merge_without_a_question(self, mariam, amina, cheick):
        page = journal.seen(mariam)
        actions.revise(again(mariam), {"phone": "76000001"}, seen=page, by=amina)
        actions.revise(again(mariam), {"address": "Kadiolo"}, seen=page, by=cheick)

        found = again(mariam)
        assert (found.phone, found.address) == ("76000001", "Kadiolo")
        assert not ConflictRow.objects.exists()

    def test_two_pages_that_change_one_birth_are_a_question_and_no_value_is_lost(
        self, mariam, amina, cheick, fatou
    ):
        page = journal.seen(mariam)
        actions.revise(again(mariam), {"born": parse("1985-04-12")}, seen=page, by=amina)
        actions.revise(again(mariam), {"born": parse("1985-12-04")}, seen=page, by=cheick)

        found = again(mariam)
        assert str(found.born) == "1985-03-12"
        assert ConflictRow.objects.get().merge == "person"
        actions.decide(found, {"born": parse("1985-12-04")}, seen=journal.seen(found), by=fatou)
        assert str(again(mariam).born) == "1985-12-04" and not ConflictRow.objects.exists()

    def test_a_change_that_cannot_be_is_refused_under_its_field(self, mariam, amina):
        before = EntryRow.objects.count()
        with pytest.raises(Invalid) as refused:
            actions.revise(
                mariam, {"born": parse("2030"), "phone": "76000001"}, seen=journal.seen(mariam), by=amina
            )

        assert list(refused.value.problems) == ["born"]
        assert EntryRow.objects.count() == before

    def test_deleted_and_restored(self, mariam, amina):
        actions.delete(mariam, seen=journal.seen(mariam), by=amina)
        assert not queries.people(seen_by=amina).exists()

        found = again(mariam)
        actions.restore(found, seen=journal.seen(found), by=amina)
        assert queries.people(seen_by=amina).get().pk == mariam.pk


class TestCareers:
    def test_a_transfer_ends_the_day_before_and_the_new_office_takes_charge(
        self, mariam, loulouni, blendio, midwife, amina, country
    ):
        old = start(mariam, loulouni, midwife, amina)
        person = again(mariam)

        actions.transfer(
            person, old,
            {"facility": blendio, "cadre": midwife, "starts": parse("2026-11-20"), "decision": "2026-0163"},
            seen=journal.seen(old), seen_person=journal.seen(person), by=amina,
        )  # fmt: skip

        old, new = Posting.objects.order_by("starts")
        assert (str(old.ends), str(new.starts), new.kind, new.main) == (
            "2026-11-19",
            "2026-11-20",
            "transfer",
            True,
        )
        assert again(mariam).office_id == country.niena.pk
        assert [p.pk for p in queries.staff_of(blendio, TODAY, seen_by=amina)] == [new.pk]

    @pytest.mark.parametrize(
        "other", [{"starts": parse("2019-01-15")}, {"starts": parse("2018")}, {"starts": None}]
    )  # fmt: skip
    def test_a_transfer_that_cannot_be(self, mariam, loulouni, blendio, midwife, amina, other):
        old = start(mariam, loulouni, midwife, amina)
        values = {"facility": blendio, "cadre": midwife, "starts": parse("2026-11-20")} | other
        with pytest.raises(Invalid) as refused:
            actions.transfer(
                mariam, old, values, seen=journal.seen(old), seen_person=journal.seen(mariam), by=amina
            )
        assert "starts" in refused.value.problems
        assert Posting.objects.get().ends is None

    def test_a_transfer_to_where_somebody_works_is_refused(self, mariam, loulouni, midwife, amina):
        old = start(mariam, loulouni, midwife, amina)
        values = {"facility": loulouni, "cadre": midwife, "starts": parse("2026-11-20")}
        with pytest.raises(Invalid, match="already works"):
            actions.transfer(
                mariam, old, values, seen=journal.seen(old), seen_person=journal.seen(mariam), by=amina
            )

    def test_a_transfer_keeps_share_and_rank_and_is_written_once(
        self, mariam, loulouni, blendio, midwife, amina
    ):
        old = start(mariam, loulouni, midwife, amina, share=5_000)
        values = {"facility": blendio, "cadre": midwife, "starts": parse("2026-11-20")}
        page = {"seen": journal.seen(old), "seen_person": journal.seen(again(mariam))}

        actions.transfer(again(mariam), old, values, **page, by=amina)
        with pytest.raises(Invalid, match="written already"):
            actions.transfer(again(mariam), again(old), values, **page, by=amina)

        assert [(p.share, p.main) for p in Posting.objects.order_by("starts")] == [(5_000, True)] * 2

    def test_a_transfer_beside_another_main_posting_is_refused(
        self, mariam, loulouni, blendio, midwife, amina
    ):
        old = start(mariam, loulouni, midwife, amina, ends=parse("2026-12-31"))
        start(mariam, loulouni, midwife, amina, starts=parse("2027-01-01"))
        values = {"facility": blendio, "cadre": midwife, "starts": parse("2026-11-20")}

        with pytest.raises(Invalid, match="The main posting is at"):
            actions.transfer(
                again(mariam),
                old,
                values,
                seen=journal.seen(old),
                seen_person=journal.seen(again(mariam)),
                by=amina,
            )

    def test_a_posting_with_a_last_day_to_come_hands_the_file_over_too(
        self, mariam, blendio, midwife, amina, country
    ):
        start(mariam, blendio, midwife, amina, starts=parse("2026-01-01"), ends=parse("2027-12-31"))

        assert again(mariam).office_id == country.niena.pk

    def test_a_posting_ends_with_its_reason(self, mariam, loulouni, midwife, amina):
        posting = start(mariam, loulouni, midwife, amina)

        actions.end_posting(
            posting, last=parse("2026-11-20"), end_reason="RETR", seen=journal.seen(posting), by=amina
        )

        found = again(posting)
        assert (str(found.ends), found.end_reason) == ("2026-11-20", "RETR")
        assert queries.in_post(TODAY, seen_by=amina) == 1
        assert queries.in_post(TODAY.replace(day=21), seen_by=amina) == 0

    @pytest.mark.parametrize(
        ("last", "reason", "field"),
        [(parse("2018"), "RETR", "ends"), (parse("2026"), "", "end_reason"), (None, "RETR", "ends")],
    )  # fmt: skip
    def test_an_end_that_cannot_be(self, mariam, loulouni, midwife, amina, last, reason, field):
        posting = start(mariam, loulouni, midwife, amina)
        with pytest.raises(Invalid) as refused:
            actions.end_posting(posting, last=last, end_reason=reason, seen=journal.seen(posting), by=amina)
        assert list(refused.value.problems) == [field]
        assert again(posting).ends is None

    def test_several_postings_share_the_time_and_one_is_the_main_one(
        self, mariam, loulouni, blendio, midwife, amina, country
    ):
        first = start(mariam, loulouni, midwife, amina)
        actions.revise(first, {"share": 6000}, seen=journal.seen(first), by=amina)
        start(mariam, blendio, midwife, amina, share=4000, main=False, starts=parse("2020"))

        running = queries.current_postings([mariam.pk], TODAY)[mariam.pk]
        assert [(p.facility_label, p.share, p.main) for p in running] == [
            ("CSCom de Loulouni", 6000, True), ("CSCom de Blendio", 4000, False),
        ]  # fmt: skip
        # A place beside the main one takes charge of nobody.
        assert again(mariam).office_id == country.kadiolo.pk

    def test_a_second_main_posting_at_the_same_time_is_refused(
        self, mariam, loulouni, blendio, midwife, amina
    ):
        start(mariam, loulouni, midwife, amina)

        with pytest.raises(Invalid, match="main posting is at CSCom de Loulouni"):
            start(mariam, blendio, midwife, amina, starts=parse("2020"))
        assert Posting.objects.count() == 1

    def test_one_main_posting_after_another_is_a_career(self, mariam, loulouni, blendio, midwife, amina):
        start(mariam, loulouni, midwife, amina, ends=parse("2020-12-31"))
        start(mariam, blendio, midwife, amina, starts=parse("2021-01-01"))

        assert [p.main for p in Posting.objects.all()] == [True, True]

    def test_a_posting_of_the_past_moves_nobody(self, mariam, blendio, midwife, amina, country):
        start(mariam, blendio, midwife, amina, starts=parse("2012"), ends=parse("2015"))

        assert again(mariam).office_id == country.kadiolo.pk


class TestPapersAndPlaces:
    def test_a_paper_belongs_to_somebody(self, mariam, amina):
        done = actions.add_paper(
            mariam, {"kind": "DIPL", "title": "Diplôme", "hash": "0" * 64, "pages": 1}, by=amina
        )

        assert queries.person_file(mariam.pk, seen_by=amina, on=TODAY).papers == [done.record]
        with pytest.raises(Invalid):
            actions.add_paper(mariam, {"kind": ""}, by=amina)
        assert Paper.objects.count() == 1

    def test_a_number_is_added_and_must_be_one(self, mariam, amina):
        actions.add_identifier(mariam, {"kind": "nina", "number": "9123"}, by=amina)

        assert Identifier.objects.get().canonical == mariam.pk
        with pytest.raises(Invalid):
            actions.add_identifier(mariam, {"kind": "nina", "number": ""}, by=amina)
        with pytest.raises(Invalid):
            actions.add_identifier(mariam, {"number": "9123"}, by=amina)

    def test_services_and_areas(self, loulouni, amina, fatou):
        actions.add_unit(loulouni, {"name": "Maternité", "kind": "MAT"}, by=amina)
        assert [u.name for u in queries.units_of(loulouni)] == ["Maternité"]
        with pytest.raises(Invalid):
            actions.add_unit(loulouni, {"name": ""}, by=amina)
        region = actions.add_area({"name": "Sikasso", "kind": "region"}, by=fatou).record
        actions.add_area(
            {"name": "Kadiolo", "kind": "cercle", "starts": parse("1999")}, parent=region, by=fatou
        )
        assert [(i.area.name, i.parent.name, str(i.starts)) for i in Inclusion.objects.all()] == [
            ("Kadiolo", "Sikasso", "1999")
        ]
        with pytest.raises(Invalid):
            actions.add_area({"name": "", "kind": "region"}, by=fatou)
        assert Area.objects.count() == 2 and Unit.objects.count() == 1

    def test_a_facility_takes_a_name_and_a_kind(self, fatou):
        with pytest.raises(Invalid) as refused:
            actions.add_facility({"name": ""}, by=fatou)
        assert set(refused.value.problems) == {"name", "kind"}
        assert not Facility.objects.exists()


class TestOnePersonTwoFiles:
    @pytest.fixture
    def two(self, amina, cheick, loulouni, midwife):
        one = again(open_file(amina, identifiers=[{"kind": "matricule", "number": "M1"}]).record)
        other = again(open_file(cheick, values={"given_names": "Mariame", "phone": "76000009"}).record)
        start(other, loulouni, midwife, amina)
        return one, other

    def test_linked_they_are_one_and_nothing_of_either_is_lost(self, two, cheick):
        one, other = two
        actions.link_people(one, other, by=cheick)

        assert list(queries.people(seen_by=cheick)) == [again(one)]
        for pk in (one.pk, other.pk):
            file = queries.person_file(pk, seen_by=cheick, on=TODAY)
            assert (file.person.pk, [p.pk for p in file.linked]) == (one.pk, [other.pk])
            assert [i.number for i in file.identifiers] == ["M1"] and len(file.postings) == 1

    def test_with_the_older_one_struck_out_the_other_is_still_here(self, two, cheick):
        one, other = two
        actions.link_people(one, other, by=cheick)

        actions.delete(again(one), seen=journal.seen(again(one)), by=cheick)

        assert list(queries.people(seen_by=cheick)) == [again(other)]
        assert [hit.target for hit in search.search("M1", seen_by=cheick).people] == [other.pk]
        file = queries.person_file(one.pk, seen_by=cheick, on=TODAY)
        assert (file.person.pk, [i.number for i in file.identifiers]) == (other.pk, ["M1"])

    def test_unlinked_they_are_two_as_before(self, two, cheick):
        one, other = two
        link = again(actions.link_people(one, other, by=cheick).record)

        actions.unlink(link, seen=journal.seen(link), by=cheick)

        assert {p.pk for p in queries.people(seen_by=cheick)} == {one.pk, other.pk}
        assert queries.person_file(other.pk, seen_by=cheick, on=TODAY).linked == []
        assert [len(queries.person_file(p.pk, seen_by=cheick, on=TODAY).postings) for p in two] == [0, 1]

    def test_what_is_one_already_is_not_linked_again(self, two, cheick):
        one, other = two
        actions.link_people(one, other, by=cheick)

        with pytest.raises(Refused, match="already one file"):
            actions.link_people(again(one), again(other), by=cheick)
        assert Link.objects.count() == 1

    def test_only_who_may(self, two, cheick):
        with pytest.raises(NotAllowed):
            actions.link_people(*two, by=replace(cheick, rights=frozenset({"person.see"})))


class TestUndoing:
    def test_an_act_goes_and_what_others_built_on_it_stays(self, mariam, amina, cheick):
        page = journal.seen(mariam)
        done = actions.revise(mariam, {"phone": "76000001", "address": "Kadiolo"}, seen=page, by=amina)
        found = again(mariam)
        actions.revise(found, {"phone": "76000002"}, seen=journal.seen(found), by=cheick)

        left = actions.undo(done.act, by=amina)

        found = again(mariam)
        assert (found.phone, found.address) == ("76000002", None)
        assert [one.units for one in left] == [[Person.Merge.numbers["phone"]]]

    def test_a_transfer_goes_whole(self, mariam, loulouni, blendio, midwife, amina, country):
        old = start(mariam, loulouni, midwife, amina)
        person = again(mariam)
        values = {"facility": blendio, "cadre": midwife, "starts": parse("2026-11-20")}
        done = actions.transfer(
            person, old, values, seen=journal.seen(old), seen_person=journal.seen(person), by=amina
        )

        assert actions.undo(done.act, by=amina) == []

        assert again(old).ends is None
        assert [p.pk for p in Posting.objects.live()] == [old.pk]
        assert again(mariam).office_id == country.kadiolo.pk


def test_undoing_a_facility_leaves_it_where_others_work_there(amina, cheick, mariam, midwife, country):
    """Staff posted since by others are work that stands on it."""
    made = actions.add_facility(
        {"name": "CSCom de Zégoua", "kind": "cscom"}, by=cheick, office=country.kadiolo
    )
    facility = Facility.objects.get(pk=made.record.pk)
    start(mariam, facility, midwife, amina)

    (left,) = actions.undo(made.act, by=cheick)

    assert left.held.entry.id == facility.pk.bytes
    assert not again(facility).deleted
