"""Where places lie when; finding facilities; which office is in charge from which day on."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baarada.journal import actions as journal
from baarada.kernel.days import PartialDate, parse
from baarada.kernel.errors import Refused
from baarada.kernel.spans import Span
from baarada.registry import actions, places, queries, search
from baarada.registry.errors import Invalid
from baarada.registry.models import Area, Assignment, Facility, Inclusion, Posting

BEFORE, AFTER = date(2023, 3, 12), date(2023, 3, 13)


def make_area(by, kind: str, name: str, *parents) -> Area:
    """An area; each parent comes with its first and last day, as they are typed."""
    found = actions.add_area({"kind": kind, "name": name}, by=by).record
    with journal.write("area.placed", by=by) as act:
        for parent, starts, ends in parents:
            days = {"starts": parse(starts) if starts else None, "ends": parse(ends) if ends else None}
            act.create(Inclusion, area=found, parent=parent, **days)
    return found


@pytest.fixture
def land(fatou):
    """A cercle that the law of March 2023 moved from one region to another."""
    country = make_area(fatou, "country", "Mali")
    mopti = make_area(fatou, "region", "Mopti", (country, "1960", ""))
    bandiagara = make_area(fatou, "region", "Bandiagara", (country, "13/03/2023", ""))
    parents = ((mopti, "10/08/1999", "12/03/2023"), (bandiagara, "13/03/2023", ""))
    cercle = make_area(fatou, "cercle", "Bandiagara", *parents)
    return {"country": country, "mopti": mopti, "bandiagara": bandiagara, "cercle": cercle}


def facility(by, name: str, office=None, **values) -> Facility:
    done = actions.add_facility({"name": name, "kind": "cscom", **values}, by=by, office=office)
    return Facility.objects.get(pk=done.record.pk)


# -- areas ------------------------------------------------------------------------------


def test_what_lies_in_a_moved_cercle_lay_in_both_regions(land):
    found = [
        (str(one.area), str(one.span.starts), str(one.span.ends)) for one in places.enclosing(land["cercle"])
    ]
    assert found == [
        ("Bandiagara", "2023-03-13", "None"), ("Mopti", "1999-08-10", "2023-03-12"), ("Mali", "1999-08-10", "None"),
    ]  # fmt: skip
    assert [one.depth for one in places.enclosing(land["cercle"])] == [1, 1, 2]


def test_how_a_place_stands_to_a_day(land):
    on_eve = {str(one.area): one.when(BEFORE) for one in places.enclosing(land["cercle"])}
    assert on_eve == {"Bandiagara": "later", "Mopti": "now", "Mali": "now"}
    assert {one.when(AFTER) for one in places.enclosing(land["cercle"]) if str(one.area) == "Mopti"} == {
        "before"
    }


def test_areas_that_lie_in_each_other_by_mistake_are_no_endless_walk(land, fatou):
    with journal.write("area.placed", by=fatou) as act:
        act.create(Inclusion, area=land["country"], parent=land["cercle"])
    assert {str(one.area) for one in places.enclosing(land["cercle"])} == {"Mali", "Mopti", "Bandiagara"}
    assert places.facility_counts([land["country"]], AFTER) == {}


def test_facilities_are_counted_where_they_lay_on_the_day(land, fatou):
    facility(fatou, "CSCom de Dé", area=land["cercle"])
    facility(fatou, "Hôpital", area=land["mopti"])
    regions = [land["mopti"], land["bandiagara"]]
    assert places.facility_counts(regions, BEFORE) == {land["mopti"].pk: 2}
    assert places.facility_counts(regions, AFTER) == {land["mopti"].pk: 1, land["bandiagara"].pk: 1}
    assert places.part_counts(regions, AFTER) == {land["bandiagara"].pk: {"cercle": 1}}


days = st.dates(date(2000, 1, 1), date(2000, 3, 31))
spans = st.lists(
    st.tuples(days, st.integers(0, 40)).map(lambda pair: (pair[0], pair[0] + timedelta(pair[1])))
)


@given(spans)
def test_joined_spans_hold_the_same_days_and_never_touch(some):
    made = [Span(PartialDate.on(first), PartialDate.on(last)) for first, last in some]
    out = places.joined(made)
    for n in range(140):
        day = date(2000, 1, 1) + timedelta(n)
        assert any(s.holds(day) for s in made) == any(s.holds(day) for s in out)
    for one, other in pairwise(out):
        assert one.ends.last() + timedelta(days=1) < other.starts.first()


def test_spans_without_a_beginning_or_an_end_are_joined():
    assert places.joined([Span(None, parse("2001")), Span(parse("2001"), None)]) == [Span(None, None)]


# -- facilities ---------------------------------------------------------------------------


def names(found) -> list[str]:
    return [f.name for f in found]


def test_facilities_are_narrowed_by_words_kind_office_and_area(country, land, fatou):
    facility(fatou, "CSCom de Dé", country.kadiolo, area=land["cercle"])
    facility(fatou, "CSRéf de Mopti", country.niena, kind="csref", area=land["mopti"], code="ML-007")
    ask = {"seen_by": fatou, "on": AFTER}
    assert names(places.find_facilities(**ask)) == ["CSCom de Dé", "CSRéf de Mopti"]
    assert names(places.find_facilities(**ask, text="mopti")) == ["CSRéf de Mopti"]
    assert names(places.find_facilities(**ask, text="ml-007")) == ["CSRéf de Mopti"]
    assert names(places.find_facilities(**ask, kinds=["cscom"])) == ["CSCom de Dé"]
    assert names(places.find_facilities(**ask, office=country.niena)) == ["CSRéf de Mopti"]
    assert names(places.find_facilities(**ask, area=land["bandiagara"])) == ["CSCom de Dé"]
    assert names(places.find_facilities(seen_by=fatou, on=BEFORE, area=land["bandiagara"])) == []


def test_a_facility_listed_twice_is_one(country, fatou):
    one, other = facility(fatou, "CSCom de Dé", country.kadiolo), facility(fatou, "CSCOM DE")
    with journal.write("facility.linked", by=fatou) as act:
        act.link(one, other)
    assert len(places.find_facilities(seen_by=fatou, on=AFTER)) == 1
    file = places.facility_file(other.pk, seen_by=fatou)
    assert {file.facility.pk, *(f.pk for f in file.linked)} == {one.pk, other.pk}
    assert file.office_on(AFTER).pk == country.kadiolo.pk


def test_staff_are_counted_once_a_person_and_on_the_day(country, fatou):
    here = facility(fatou, "CSCom de Dé", country.kadiolo)
    person = actions.add_person({"family_name": "Guindo", "sex": "F"}, by=fatou).record
    with journal.write("posting.started", by=fatou) as act:
        for starts, ends in (("2020", None), ("2021", None), ("2010", "2012")):
            ends = parse(ends) if ends else None
            act.create(
                Posting, person=person, facility=(here, "CSCom de Dé"), starts=parse(starts), ends=ends
            )
    assert places.staff_counts([here], date(2024, 1, 1), seen_by=fatou) == {here.pk: 1}
    assert places.staff_counts([here], date(2015, 1, 1), seen_by=fatou) == {}
    counted = places.cadre_counts(places.staff([here.pk], date(2024, 1, 1), seen_by=fatou), date(2024, 1, 1))
    assert [(c.people, c.women) for c in counted] == [(1, 1)]


def test_what_belonged_to_a_deleted_file_belongs_to_the_one_that_stays(country, fatou):
    """A facility and a person, each listed twice: the older file of each is struck out as a duplicate."""
    one, other = facility(fatou, "CSCom de Dé", country.kadiolo), facility(fatou, "CSCOM DE")
    guindo, double = (
        actions.add_person({"family_name": name, "sex": "F"}, by=fatou).record
        for name in ("Guindo", "Guindou")
    )
    with journal.write("posting.started", by=fatou) as act:
        act.create(Posting, person=guindo, facility=(one, "CSCom de Dé"), starts=parse("2020"))
        act.link(one, other)
        act.link(guindo, double)
    for record in (one, guindo):
        found = type(record).objects.get(pk=record.pk)
        actions.delete(found, seen=journal.seen(found), by=fatou)

    other = Facility.objects.get(pk=other.pk)
    file = places.facility_file(one.pk, seen_by=fatou)
    assert (file.facility.pk, file.linked, set(file.ids)) == (other.pk, [], {one.pk, other.pk})
    assert [p.canonical for p in places.staff(file.ids, AFTER, seen_by=fatou)] == [double.pk]
    assert places.staff_counts([other], AFTER, seen_by=fatou) == {other.pk: 1}
    assert queries.in_post(AFTER, seen_by=fatou) == 1
    assert queries.office_of_facility(other, AFTER).pk == country.kadiolo.pk
    assert places.charges([country.kadiolo], AFTER, seen_by=fatou)[country.kadiolo.pk].facilities == 1


def test_the_posting_of_a_deleted_file_is_no_post_held(country, fatou):
    here = facility(fatou, "CSCom de Dé", country.kadiolo)
    person = actions.add_person({"family_name": "Guindo", "sex": "F"}, by=fatou).record
    with journal.write("posting.started", by=fatou) as act:
        act.create(Posting, person=person, facility=(here, "CSCom de Dé"), starts=parse("2020"))
    assert queries.in_post(AFTER, seen_by=fatou) == 1

    person = type(person).objects.get(pk=person.pk)
    actions.delete(person, seen=journal.seen(person), by=fatou)

    assert queries.in_post(AFTER, seen_by=fatou) == 0


def test_a_facility_about_to_be_added_is_found_by_the_end_of_its_name(fatou):
    facility(fatou, "CSCom de Sanzana")
    assert names(search.facilities_alike("Centre de santé de SANZANA")) == ["CSCom de Sanzana"]
    assert search.facilities_alike("CSCom de Dé") == []
    assert search.facilities_alike(" ") == []


# -- offices in charge ----------------------------------------------------------------------


def assignments(here) -> list[tuple[str, str, str]]:
    rows = sorted(Assignment.objects.live().filter(facility=here), key=lambda a: str(a.starts))
    return [(a.office.name, str(a.starts), str(a.ends)) for a in rows]


def test_the_former_office_keeps_a_facility_until_the_day_before(country, fatou):
    here = facility(fatou, "CSCom de Dé", country.kadiolo, starts=parse("1998"))
    actions.assign_facility(here, country.niena, starts=parse("13/03/2023"), by=fatou)
    assert assignments(here) == [
        ("District de Kadiolo", "1998", "2023-03-12"), ("District de Niéna", "2023-03-13", "None"),
    ]  # fmt: skip


def test_an_office_that_is_known_to_follow_keeps_its_first_day(country, fatou):
    here = facility(fatou, "CSCom de Dé", country.kadiolo, starts=parse("1998"))
    actions.assign_facility(here, country.niena, starts=parse("01/01/2030"), by=fatou)
    actions.assign_facility(here, country.region, starts=parse("01/01/2027"), by=fatou)
    assert assignments(here) == [
        ("District de Kadiolo", "1998", "2026-12-31"), ("DRS Sikasso", "2027-01-01", "2029-12-31"),
        ("District de Niéna", "2030-01-01", "None"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("office", "starts", "field"),
    [
        ("kadiolo", "2024", "office"),
        ("", "2024", "office"),
        ("niena", "", "starts"),
        ("niena", "1998", "starts"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused_and_writes_nothing(country, fatou, office, starts, field):
    here = facility(fatou, "CSCom de Dé", country.kadiolo, starts=parse("1998"))
    with pytest.raises(Invalid) as refusal:
        actions.assign_facility(
            here, getattr(country, office, None), starts=parse(starts) if starts else None, by=fatou
        )
    assert list(refusal.value.problems) == [field]
    assert assignments(here) == [("District de Kadiolo", "1998", "None")]


def test_an_assignment_that_the_page_did_not_show_is_not_ended(country, fatou):
    here = facility(fatou, "CSCom de Dé", country.kadiolo, starts=parse("1998"))
    with pytest.raises(Refused):
        actions.assign_facility(here, country.niena, starts=parse("2024"), seen=[], by=fatou)
    assert assignments(here) == [("District de Kadiolo", "1998", "None")]


def test_what_offices_are_in_charge_of_is_counted(country, fatou, amina):
    facility(fatou, "CSCom de Dé", country.kadiolo)
    actions.add_person({"family_name": "Guindo", "sex": "F"}, by=amina)
    found = places.charges([country.kadiolo, country.niena], AFTER, seen_by=fatou)
    assert (found[country.kadiolo.pk].facilities, found[country.kadiolo.pk].people) == (1, 1)
    assert (found[country.niena.pk].facilities, found[country.niena.pk].people) == (0, 0)
    assert names(places.offices_above(country.niena)) == ["DRS Sikasso", "DRH-SDS"]
    assert names(places.offices_below([country.region])[country.region.pk]) == [
        "District de Kadiolo", "District de Niéna",
    ]  # fmt: skip
