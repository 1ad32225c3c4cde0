"""What can be asked of people: lists in order, page by page, as much asked of many as of few; a file as it is."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.kernel.errors import NotAllowed
from baarada.registry import actions, queries
from baarada.registry.models import Cadre, Person, Posting
from tests.conftest import TODAY


@pytest.fixture
def place(country, fatou):
    values = {"name": "CSCom de Loulouni", "kind": "CSCOM"}
    return actions.add_facility(values, by=fatou, office=country.kadiolo).record


@pytest.fixture
def cadre(country, fatou):
    with journal.write("cadre", by=fatou) as act:
        return act.create(Cadre, code="SF", label_m="Sage-femme")


@pytest.fixture
def add(country, amina, place, cadre):
    def add(family, given="Awa", **posting):
        values = {"family_name": family, "given_names": given, "sex": "F"}
        number = [{"kind": "matricule", "number": f"{family}{given}"}]
        span = {"facility": place, "cadre": cadre, "starts": parse("2019")} | posting
        done = actions.add_person(values, by=amina, identifiers=number, posting=span)
        return Person.objects.get(pk=done.record.pk)

    return add


def asked(work):
    """How many questions a piece of work asks of the database."""
    work()  # Lists are read once and kept.
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


class TestLists:
    def test_people_stand_by_name_without_regard_to_accents_and_capitals(self, add, amina):
        for family in ("Zerbo", "élan", "Ébène", "Diarra", "eau"):
            add(family)

        assert [p.family_name for p in queries.people(seen_by=amina)] == [
            "Diarra",
            "eau",
            "Ébène",
            "élan",
            "Zerbo",
        ]

    def test_page_by_page_everybody_comes_once(self, add, amina):
        """By what was last seen, not by counting: nobody is stepped over when others come or go meanwhile."""
        for n in range(23):
            add("Traoré" if n % 2 else "Diarra", f"Awa {n % 5}")
        got, after = [], None
        while True:
            rows = queries.people(seen_by=amina)
            if after is not None:
                rows = rows.filter(
                    Q(sort_key__gt=after.sort_key) | Q(sort_key=after.sort_key, pk__gt=after.pk)
                )
            page = list(rows[:5])
            if not page:
                break
            got += page
            after = page[-1]

        assert len(got) == len({p.pk for p in got}) == 23
        assert [(p.sort_key, str(p.pk)) for p in got] == sorted((p.sort_key, str(p.pk)) for p in got)

    def test_the_rows_of_a_page_ask_the_same_however_many_they_are(self, add, amina):
        def page():
            found = list(queries.people(seen_by=amina))
            ids = [p.pk for p in found]
            queries.current_postings(ids, TODAY)
            queries.numbers_of(ids)
            queries.conflicts_of(ids)

        for n in range(3):
            add(f"Traoré {n}")
        few = asked(page)
        for n in range(30):
            add(f"Diarra {n}")

        assert asked(page) == few

    def test_staff_of_a_place_on_a_day(self, add, place, amina):
        add("Diarra", starts=parse("2019"), ends=parse("2020-06"))
        add("Traoré", starts=parse("2020-07-01"))

        def names(day):
            return [p.person.family_name for p in queries.staff_of(place, day, seen_by=amina)]

        assert names(date(2018, 12, 31)) == []
        assert names(date(2019, 1, 1)) == ["Diarra"]
        # An end known by its month holds to the end of it.
        assert names(date(2020, 6, 30)) == ["Diarra"]
        assert names(date(2020, 7, 1)) == ["Traoré"]
        assert queries.in_post(date(2020, 6, 30), seen_by=amina) == 1

    def test_staff_of_a_full_place_ask_the_same_as_of_an_empty_one(self, add, place, amina):
        def staff():
            return [p.person.family_name for p in queries.staff_of(place, TODAY, seen_by=amina)]

        add("Traoré")
        few = asked(staff)
        for n in range(6):
            add(f"Koné{n}")
        assert (asked(staff), len(staff())) == (few, 7)

    def test_counts_leave_out_the_deleted_and_count_the_linked_once(self, add, amina, cheick):
        one, other, third = add("Diarra"), add("Diara"), add("Traoré")
        actions.link_people(one, other, by=cheick)
        actions.delete(third, seen=journal.seen(third), by=amina)

        assert queries.counts(seen_by=amina)["people"] == 1

    @pytest.mark.parametrize(
        "ask", [queries.people, queries.counts, lambda seen_by: queries.in_post(TODAY, seen_by=seen_by)]
    )
    def test_only_who_may_see(self, add, amina, ask):
        with pytest.raises(NotAllowed):
            ask(seen_by=replace(amina, rights=frozenset({"search"})))


class TestFile:
    def test_it_asks_the_same_of_a_long_career_as_of_a_short_one(self, add, place, cadre, amina):
        person = add("Traoré")
        few = asked(lambda: queries.person_file(person.pk, seen_by=amina, on=TODAY))
        for year in range(1990, 2015):
            values = {"facility": place, "cadre": cadre, "starts": parse(str(year)), "ends": parse(str(year))}
            actions.start_posting(person, values, by=amina)
            actions.add_identifier(person, {"kind": "nina", "number": f"N{year}"}, by=amina)

        assert asked(lambda: queries.person_file(person.pk, seen_by=amina, on=TODAY)) == few <= 10
        assert len(queries.person_file(person.pk, seen_by=amina, on=TODAY).postings) == 26

    def test_the_running_posting_comes_first_then_the_latest(self, add, place, cadre, amina):
        person = add("Traoré")
        for first, last in (("2001", "2003"), ("2010", "2012"), ("2004", "2006")):
            values = {"facility": place, "cadre": cadre, "starts": parse(first), "ends": parse(last)}
            actions.start_posting(person, values, by=amina)

        file = queries.person_file(person.pk, seen_by=amina, on=TODAY)

        assert [p.starts.year for p in file.postings] == [2019, 2010, 2004, 2001]
        assert file.rows[0] == person and len(file.rows) == 6

    def test_nobody_is_found_under_an_id_of_nothing(self, add, amina):
        posting = Posting.objects.get(person=add("Traoré"))

        assert queries.person_file(posting.pk, seen_by=amina, on=TODAY) is None
