"""A career beside the postings: statuses, studies, licences, absences, acts, the departure."""

import pytest
from django.utils import translation

from baarada.journal import actions as journal
from baarada.journal.entries import CORRECT
from baarada.kernel.days import parse
from baarada.registry import actions, career, lists, queries, summaries
from baarada.registry.errors import Invalid
from baarada.registry.models import (
    OF_A_CAREER,
    Absence,
    Cadre,
    Employment,
    Exit,
    Licence,
    ListItem,
    Person,
    PersonnelAct,
    Posting,
    Qualification,
)
from tests.conftest import TODAY, move_clock


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def mariam(country, amina):
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": parse("1985-03-12")}
    return Person.objects.get(pk=actions.add_person(values, by=amina).record.pk)


@pytest.fixture
def choices(country, fatou):
    """What the pack of a country brings."""
    with journal.write("lists", by=fatou) as act:
        for list_, code, label in (
            ("status", "FONC", "Civil servant"), ("employer", "ETAT", "The State"), ("category", "A", "Category A"),
            ("leave_kind", "annuel", "Annual leave"), ("licence_kind", "lic", "Licence"),
            ("end_reason", "RETR", "Retirement"),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label)
    lists.forget()


def career_of(person, by):
    return queries.person_file(person.pk, seen_by=by, on=TODAY).career


GOOD = {
    Employment: {"status": "FONC", "category": "A", "step": 3, "index": 412, "starts": parse("2019")},
    Qualification: {"title": "Diplôme de sage-femme", "awarded": parse("06/2008")},
    Licence: {"kind": "lic", "body": "ONSF", "reference": "117", "ends": parse("2028")},
    Absence: {"kind": "annuel", "starts": parse("2026-08-01"), "ends": parse("2026-08-30"), "days": 30},
    PersonnelAct: {"kind": "notation", "nature": "Appraisal of 2025", "score": "17/20"},
    Exit: {"kind": "RETR", "left": parse("2047-12-31")},
}


class TestRows:
    def test_every_kind_has_an_example_here(self):
        assert set(GOOD) == set(OF_A_CAREER)

    @pytest.mark.parametrize("model", GOOD, ids=lambda m: m.__name__)
    def test_a_row_of_each_kind_is_written_changed_and_taken_back(self, model, mariam, amina):
        done = career.add_row(model, mariam, GOOD[model], by=amina)
        (row,) = career_of(mariam, amina)
        assert type(row) is model
        assert {name: getattr(row, name) for name in GOOD[model]} == GOOD[model]

        actions.revise(row, {"note": "seen on paper"}, seen=journal.seen(row), by=amina, mode=CORRECT)
        assert career_of(mariam, amina)[0].note == "seen on paper"

        actions.delete(model.objects.get(), seen=journal.seen(model.objects.get()), by=amina)
        assert career_of(mariam, amina) == []
        assert actions.undo(done.act, by=amina) == []

    def test_they_come_newest_first(self, mariam, amina):
        for model in GOOD:
            career.add_row(model, mariam, GOOD[model], by=amina)
        assert [type(row) for row in career_of(mariam, amina)] == [
            Exit, Licence, Absence, Employment, Qualification, PersonnelAct,
        ]  # fmt: skip

    def test_two_files_of_one_person_show_the_rows_of_both(self, mariam, amina):
        other = actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina).record
        other = Person.objects.get(pk=other.pk)
        career.add_row(Absence, mariam, GOOD[Absence], by=amina)
        career.add_row(Qualification, other, GOOD[Qualification], by=amina)

        actions.link_people(mariam, other, by=amina)

        assert {type(row) for row in career_of(other, amina)} == {Absence, Qualification}


@pytest.mark.parametrize(
    ("model", "values", "field", "words"),
    [
        (Employment, {"ends": parse("2019")}, "status", "Fill in at least"),
        (Employment, {"status": "FONC", "step": 300}, "step", "from 0 to 30"),
        (Employment, {"status": "FONC", "starts": parse("2020"), "ends": parse("2019")}, "ends", "is before the first"),
        (Qualification, {"hours": 12}, "diploma", "Choose the diploma"),
        (Qualification, {"title": "x", "awarded": parse("1980")}, "awarded", "before the birth"),
        (Qualification, {"title": "x", "awarded": parse("2030")}, "awarded", "yet to come"),
        (Licence, {"specialty": "x"}, "kind", "what kind of licence"),
        (Absence, {"starts": parse("2026")}, "kind", "what kind of absence"),
        (Absence, {"kind": "annuel"}, "starts", "Write the first day"),
        (Absence, GOOD[Absence] | {"returned": parse("2025")}, "returned", "before the absence"),
        (Absence, {"kind": "annuel", "starts": parse("2026"), "days": 0}, "days", "from 1 to"),
        (PersonnelAct, {"nature": "x"}, "kind", "Choose what it is"),
        (Exit, {"kind": "RETR"}, "left", "last day of service"),
        (Exit, {"left": parse("2026")}, "kind", "reason of the departure"),
        (Exit, {"kind": "RETR", "left": parse("1960")}, "left", "before the birth"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence_beside_its_field(
    model, values, field, words, mariam, amina
):
    with pytest.raises(Invalid) as refused:
        career.add_row(model, mariam, values, by=amina)

    assert words in str(refused.value.problems[field])
    assert not model.objects.exists()


def test_a_change_is_judged_with_what_the_row_says_already(mariam, amina):
    row = career.add_row(Absence, mariam, GOOD[Absence], by=amina).record
    row = Absence.objects.get(pk=row.pk)
    with pytest.raises(Invalid, match="before the absence"):
        actions.revise(row, {"returned": parse("2026-07-01")}, seen=journal.seen(row), by=amina)


class TestLeaving:
    @pytest.fixture
    def posted(self, mariam, amina, fatou, country):
        with journal.write("cadre", by=fatou) as act:
            cadre = act.create(Cadre, code="SF", label_m="Sage-femme")
        lists.forget()
        values = {"name": "CSCom de Loulouni", "kind": "CSCOM"}
        facility = actions.add_facility(values, by=fatou, office=country.kadiolo).record
        place = {"facility": facility, "cadre": cadre, "starts": parse("2019-01-15")}
        return Posting.objects.get(pk=actions.start_posting(mariam, place, by=amina).record.pk)

    def test_the_posting_ends_with_the_departure_in_one_act(self, posted, mariam, amina):
        ending = [(posted, journal.seen(posted))]
        done = career.leave(mariam, {"kind": "RETR", "left": parse("2026-10-31")}, ending, by=amina)

        old = Posting.objects.get(pk=posted.pk)
        assert (old.ends, old.end_reason) == (parse("2026-10-31"), "RETR")
        assert Exit.objects.get().left == parse("2026-10-31")

        assert actions.undo(done.act, by=amina) == []
        assert Posting.objects.get(pk=posted.pk).ends is None
        assert Exit.objects.get().deleted

    def test_nobody_leaves_before_the_posting_began(self, posted, mariam, amina):
        ending = [(posted, journal.seen(posted))]
        with pytest.raises(Invalid) as refused:
            career.leave(mariam, {"kind": "RETR", "left": parse("2018-12-31")}, ending, by=amina)
        assert "CSCom de Loulouni begins only on" in str(refused.value.problems["left"])
        assert not Exit.objects.exists()
        assert Posting.objects.get(pk=posted.pk).ends is None

    def test_a_posting_that_ends_before_is_not_made_longer(self, posted, mariam, amina):
        actions.end_posting(
            posted, last=parse("2026-12-31"), end_reason="FIN", seen=journal.seen(posted), by=amina
        )
        posted = Posting.objects.get(pk=posted.pk)
        values = {"kind": "RETR", "left": parse("2027-06-30")}
        career.leave(mariam, values, [(posted, journal.seen(posted))], by=amina)
        assert Posting.objects.get(pk=posted.pk).ends == parse("2026-12-31")

    def test_the_status_ends_too(self, mariam, amina):
        career.add_row(Employment, mariam, {"status": "FONC", "starts": parse("2019")}, by=amina)
        status = Employment.objects.get()
        values = {"kind": "RETR", "left": parse("2026-06-30")}
        career.leave(mariam, values, [(status, journal.seen(status))], by=amina)
        assert (Employment.objects.get().ends, Employment.objects.get().end_reason) == (
            parse("2026-06-30"),
            "RETR",
        )

    def test_nobody_leaves_twice(self, mariam, amina):
        values = {"kind": "RETR", "left": parse("2026-06-30")}
        career.leave(mariam, values, [], by=amina)
        with pytest.raises(Invalid) as refused:
            career.leave(mariam, values, [], by=amina)
        assert "already" in str(refused.value.problems["left"])
        assert Exit.objects.count() == 1


class TestWords:
    def test_a_row_reads_as_a_line(self, choices, mariam, amina):
        for model in (Employment, Absence, Exit):
            career.add_row(model, mariam, GOOD[model], by=amina)
        leaving, absence, status = career_of(mariam, amina)

        assert summaries.title(status) == "Civil servant"
        assert summaries.detail(status) == "Category A · step 3 · index 412"
        assert summaries.title(absence) == "Annual leave"
        assert (summaries.detail(absence), summaries.title(leaving)) == ("30 days", "Retirement")
        assert "2047" in summaries.days(leaving)

    def test_a_code_that_no_list_knows_still_has_a_name(self, mariam, amina):
        career.add_row(Licence, mariam, {"kind": "unheard of"}, by=amina)
        (row,) = career_of(mariam, amina)
        assert summaries.title(row)


def test_a_row_that_was_not_known_on_a_day_is_not_shown_for_it(mariam, amina):
    move_clock(days=3)
    career.add_row(Absence, mariam, GOOD[Absence], by=amina)
    file = queries.person_file(mariam.pk, seen_by=amina, on=TODAY)
    from baarada.web.people import filepage

    assert filepage.build(file, TODAY, TODAY).file.career == []
    assert len(filepage.build(file, TODAY, None).file.career) == 1
