"""Which papers prove which step, and which are missing."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.registry import actions, career, lists, paperneeds, queries
from baarada.registry.models import (
    Cadre,
    Employment,
    Exit,
    Licence,
    ListItem,
    Paper,
    Person,
    Posting,
    Qualification,
)
from tests.conftest import TODAY

NEEDS = {
    "posting": ("Posting", ["DEC", "ARR"]),
    "taken_up": ("Taking up duty", ["PRISE"]),
    "qualification": ("Diploma", ["DIPL"]),
    "licence": ("Registration", ["LIC"]),
    "exit": ("Departure", ["ARR"]),
    "birth": ("Birth", ["NAISS", "JUG"]),
}
KINDS = {
    "DEC": "Decision", "ARR": "Order", "PRISE": "Certificate of taking up duty", "DIPL": "Diploma",
    "LIC": "Card of the order", "NAISS": "Birth certificate", "JUG": "Court statement",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english():
    lists.forget()
    with translation.override("en"):
        yield
    lists.forget()


@pytest.fixture
def asked(country, fatou):
    """A country that asks for papers."""
    with journal.write("list.added", by=fatou) as act:
        for code, (label, kinds) in NEEDS.items():
            attributes = [f"paper={kind}" for kind in kinds]
            act.create(
                ListItem, list="paper_need", code=code, label_fr=label, label_en=label, attributes=attributes
            )
        for code, label in KINDS.items():
            act.create(ListItem, list="paper_kind", code=code, label_fr=label, label_en=label)
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme")
    lists.forget()
    return cadre


@pytest.fixture
def place(asked, country, amina):
    return actions.add_facility(
        {"name": "CSCom de Loulouni", "kind": "cscom"}, by=amina, office=country.kadiolo
    ).record


@pytest.fixture
def mariam(asked, place, amina):
    posting = {
        "facility": place, "cadre": asked, "starts": parse("04/03/2019"), "decision": "2019-0114/MS",
        "decided": parse("12/02/2019"),
    }  # fmt: skip
    done = actions.add_person({"family_name": "Traoré", "sex": "F"}, by=amina, posting=posting)
    return Person.objects.get(pk=done.record.pk)


def missing(person, by):
    found = paperneeds.proofs_of(person, TODAY, seen_by=by).missing
    return [one.words for one in found]


POSTING = "Decision or order: posting, CSCom de Loulouni (2019)"
BIRTH = "Birth certificate or court statement: birth"


def test_a_file_without_papers_lacks_those_of_its_steps(mariam, amina):
    assert missing(mariam, amina) == [POSTING, BIRTH]


@pytest.mark.parametrize(
    "paper",
    [
        {"kind": "DEC", "reference": "2019-0114/MS"},
        {"kind": "ARR", "reference": "N° 2019 0114 ms"},
        {"kind": "DEC", "dated": parse("12/02/2019")},
        {"kind": "DEC", "dated": parse("2024")},
        {"kind": "DEC", "dated": parse("2018")},
    ],
)
def test_a_paper_proves_a_posting_by_its_number_or_its_day(mariam, amina, paper):
    actions.add_paper(mariam, paper, by=amina)
    assert missing(mariam, amina) == [BIRTH]


@pytest.mark.parametrize(
    "paper",
    [
        {"kind": "DIPL", "reference": "2019-0114/MS"},
        {"kind": "DEC"},
        {"kind": "DEC", "reference": "2019-0115/MS"},
        {"kind": "DEC", "dated": parse("2017")},
        {"kind": "DEC", "dated": parse("01/09/2018")},
        {"kind": "DEC", "dated": parse("12/02/2019"), "proves": ["exit:" + "0" * 32]},
    ],
)
def test_one_of_another_kind_number_or_time_does_not(mariam, amina, paper):
    actions.add_paper(mariam, paper, by=amina)
    assert missing(mariam, amina) == [POSTING, BIRTH]


def test_what_somebody_said_it_proves_it_proves(mariam, amina):
    posting = Posting.objects.get()
    actions.add_paper(mariam, {"kind": "DIPL", "proves": [f"posting:{posting.pk}"]}, by=amina)
    assert missing(mariam, amina) == [BIRTH]


def test_any_paper_of_the_kind_proves_a_birth(mariam, amina):
    actions.add_paper(mariam, {"kind": "JUG"}, by=amina)
    assert missing(mariam, amina) == [POSTING]


def test_the_number_of_one_step_is_no_date_of_another(mariam, asked, place, amina):
    """Two postings in one year: the decision of the second does not stand for that of the first."""
    second = {
        "facility": place, "cadre": asked, "starts": parse("01/06/2019"), "decision": "2019-0900/MS", "main": False,
    }  # fmt: skip
    actions.start_posting(mariam, second, by=amina)
    actions.add_paper(
        mariam, {"kind": "DEC", "reference": "2019-0900/MS", "dated": parse("15/05/2019")}, by=amina
    )
    assert missing(mariam, amina) == [POSTING, BIRTH]


def test_every_kind_of_step_asks_for_its_own(mariam, asked, amina):
    with journal.write("posting.changed", by=amina) as act:
        posting = Posting.objects.get()
        act.change(posting, {"taken_up": parse("10/03/2019")}, seen=journal.seen(posting))
    career.add_row(Qualification, mariam, {"title": "Diplôme d'État", "awarded": parse("2015")}, by=amina)
    career.add_row(
        Licence, mariam, {"kind": "ORDRE", "reference": "SF-77", "starts": parse("2016")}, by=amina
    )
    career.add_row(Employment, mariam, {"grade": "A", "starts": parse("2016")}, by=amina)
    career.add_row(Exit, mariam, {"kind": "retired", "left": parse("30/06/2026")}, by=amina)

    assert sorted(missing(mariam, amina)) == sorted([
        POSTING, BIRTH, "Certificate of taking up duty: taking up duty, CSCom de Loulouni (2019)",
        "Diploma: diploma, Diplôme d'État (2015)", "Card of the order: registration, ORDRE (2016)",
        "Order: departure, retired (2026)",
    ])  # fmt: skip
    for paper in (
        {"kind": "PRISE", "dated": parse("10/03/2019")}, {"kind": "DIPL", "dated": parse("2016")},
        {"kind": "LIC", "reference": "SF-77"}, {"kind": "ARR", "dated": parse("03/2026")},
        {"kind": "NAISS"},
    ):  # fmt: skip
        actions.add_paper(mariam, paper, by=amina)
    # The order of the departure is dated within the posting, and an order proves a posting.
    assert missing(mariam, amina) == []


def test_a_posting_to_come_asks_for_nothing_yet(asked, place, amina):
    posting = {"facility": place, "cadre": asked, "starts": parse("01/02/2027")}
    done = actions.add_person({"family_name": "Koné", "sex": "M"}, by=amina, posting=posting)
    assert missing(Person.objects.get(pk=done.record.pk), amina) == [BIRTH]


def test_a_country_that_asks_for_nothing_lacks_nothing(country, amina):
    person = actions.add_person({"family_name": "Koné", "sex": "M"}, by=amina).record
    assert missing(Person.objects.get(pk=person.pk), amina) == []


@given(text=st.text(max_size=30))
def test_a_number_is_compared_the_same_however_it_is_written(text):
    plain = paperneeds.plain_number(text)
    assert paperneeds.plain_number(plain) == plain
    assert paperneeds.plain_number(f" {text.upper()} / ") == paperneeds.plain_number(text.upper())


days = st.dates(date(1990, 1, 1), date(2026, 1, 1))


@given(dated=days, starts=days, ends=st.none() | days, more=days)
def test_a_longer_step_is_proved_by_no_fewer_papers(dated, starts, ends, more):
    """A posting that ends later, or not at all, keeps the papers that proved it."""
    posting = Posting(starts=parse(starts.isoformat()), ends=parse(ends.isoformat()) if ends else None)
    paper = Paper(kind="DEC", dated=parse(dated.isoformat()))

    def proved():
        (step,) = [s for s in paperneeds.steps([posting], TODAY) if s.code == "posting"]
        return paperneeds.proves(paper, step, ["DEC"], set())

    before = proved()
    posting.ends = parse(max(ends, more).isoformat()) if ends else None
    assert proved() >= before


class TestListing:
    @pytest.fixture
    def staff(self, asked, place, amina):
        posting = {"facility": place, "cadre": asked, "starts": parse("2020")}
        found = [
            actions.add_person({"family_name": f"Nom{n:02}", "sex": "F"}, by=amina, posting=posting).record
            for n in range(7)
        ]
        for person in found[::2]:
            actions.add_paper(person, {"kind": "DEC", "dated": parse("2020")}, by=amina)
            actions.add_paper(person, {"kind": "NAISS"}, by=amina)
        return found

    def names(self, found):
        return [person.family_name for person, _papers in found.files]

    def test_those_that_lack_papers_are_listed_by_name(self, staff, amina):
        found = paperneeds.lacking(queries.people(seen_by=amina), TODAY, most=25, seen_by=amina)
        assert (self.names(found), found.looked, found.next) == (["Nom01", "Nom03", "Nom05"], 7, "")

    def test_a_page_ends_when_it_is_full_and_is_gone_on_from(self, staff, amina, monkeypatch):
        monkeypatch.setattr(paperneeds, "BATCH", 2)
        people = queries.people(seen_by=amina)
        found = paperneeds.lacking(people, TODAY, most=2, seen_by=amina)
        assert self.names(found) == ["Nom01", "Nom03"]
        key = found.next.partition("|")[0]
        rest = paperneeds.lacking(people.filter(sort_key__gt=key), TODAY, most=2, seen_by=amina)
        assert (self.names(rest), rest.next) == (["Nom05"], "")

    def test_a_page_looks_at_so_many_files_and_no_more(self, staff, amina, monkeypatch):
        monkeypatch.setattr(paperneeds, "BATCH", 1)
        monkeypatch.setattr(paperneeds, "MOST_BATCHES", 3)
        found = paperneeds.lacking(queries.people(seen_by=amina), TODAY, most=25, seen_by=amina)
        assert (self.names(found), found.looked) == (["Nom01"], 3) and found.next.startswith("nom02|")

    def test_questions_do_not_grow_with_the_files(self, staff, amina, django_assert_max_num_queries):
        lists.items("paper_need")
        with django_assert_max_num_queries(7):
            paperneeds.lacking(queries.people(seen_by=amina), TODAY, most=25, seen_by=amina)

    def test_those_of_a_facility_are_its_staff_of_the_day(self, staff, asked, country, place, amina):
        other = actions.add_facility(
            {"name": "CSCom de Niéna", "kind": "cscom"}, by=amina, office=country.kadiolo
        ).record
        posting = {"facility": other, "cadre": asked, "starts": parse("2020")}
        actions.add_person({"family_name": "Ailleurs", "sex": "F"}, by=amina, posting=posting)
        found = paperneeds.staff_of(place, TODAY, seen_by=amina)
        assert [p.family_name for p in found] == [f"Nom{n:02}" for n in range(7)]
