"""Lists narrowed by facets: counts equal the lists they lead to, for any register and any filter."""

import random
from collections import Counter
from datetime import date

import pytest

from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.days import PartialDate, parse
from baarada.kernel.errors import NotAllowed
from baarada.registry import actions, career, facets, lists, outlines, queries
from baarada.registry.models import (
    Absence,
    Area,
    Cadre,
    Employment,
    Exit,
    Facility,
    Identifier,
    Inclusion,
    Licence,
    ListItem,
    Outline,
    Person,
    Posting,
)
from tests.conftest import move_clock

pytestmark = pytest.mark.django_db

SEXES, KINDS, SECTORS = ("F", "M", None), ("appointment", "interim", None), ("PUB", "PRIV", None)
WORKERS = ("state", "chw", None)


@pytest.fixture
def land(country, fatou):
    """Two regions, a district in one, facilities of two types, cadres of two groups, and the lists they need."""
    with journal.write("set up", by=fatou) as act:
        top = act.create(Area, kind="country", name="Pays")
        north = act.create(Area, kind="region", name="Nord")
        south = act.create(Area, kind="region", name="Sud")
        town = act.create(Area, kind="district", name="Ville")
        for area, parent in ((north, top), (south, top), (town, north)):
            act.create(Inclusion, area=area, parent=parent)
        cadres = [
            act.create(Cadre, code=code, label_m=code, nhwa=group)
            for code, group in (("SF", "Midwives"), ("MED", "Doctors"), ("MED2", "Doctors"), ("X", None))
        ]
        for list_, code, attributes in (
            ("identifier_kind", "payroll", ["role=payroll"]), ("identifier_kind", "nina", ["role=national"]),
            ("licence_status", "ok", ["state=active"]), ("licence_status", "held", ["state=suspended"]),
            ("position", "dispo", ["state=away"]), ("position", "act", ["state=active"]),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=code, attributes=attributes)
    lists.forget()
    places = [
        actions.add_facility(
            {"name": f"CS {n}", "kind": kind, "sector": sector, "area": area},
            by=fatou, office=country.kadiolo,
        ).record
        for n, (kind, sector, area) in enumerate(
            [("cs", "PUB", town), ("cs", "PRIV", north), ("hosp", "PUB", south), ("hut", None, None)]
        )
    ]  # fmt: skip
    return {
        "top": top,
        "north": north,
        "south": south,
        "town": town,
        "cadres": cadres,
        "places": places,
        "offices": [country.kadiolo, country.niena],
    }


def day(chance: random.Random, first: int, last: int) -> PartialDate:
    """A day, a month or a year."""
    year, month = chance.randint(first, last), chance.randint(1, 12)
    return PartialDate(*chance.choice([(year,), (year, month), (year, month, chance.randint(1, 28))]))


def span(chance: random.Random) -> dict[str, PartialDate | None]:
    starts = day(chance, 2008, 2027)
    return {"starts": starts, "ends": day(chance, starts.year + 1, 2029) if chance.random() < 0.5 else None}


def fill(land, chance: random.Random, amina, fatou, people: int) -> None:
    """Invented people with whatever a file may hold, some linked, some deleted."""
    made = []
    for n in range(people):
        values = {
            "family_name": chance.choice(["Traoré", "Koné", "Diarra"]), "given_names": f"A{n}",
            "sex": chance.choice(SEXES), "born": day(chance, 1955, 2004) if chance.random() < 0.8 else None,
            "phone": chance.choice([None, f"7641{n:04}"]), "nationality": chance.choice([None, "ML"]),
        }  # fmt: skip
        with journal.write("rows", by=amina) as act:
            person = act.create(Person, office=chance.choice(land["offices"]), **values)
            made.append(person)
            for kind in ("payroll", "nina"):
                if chance.random() < 0.5:
                    act.create(Identifier, person=person, kind=kind, number=f"{kind}{n}")
            for _ in range(chance.randint(0, 3)):
                place, cadre = chance.choice(land["places"]), chance.choice([*land["cadres"], None])
                act.create(
                    Posting, person=person, facility=place, cadre=cadre, kind=chance.choice(KINDS),
                    main=chance.choice([True, False]), **span(chance),
                )  # fmt: skip
            if chance.random() < 0.6:
                position = chance.choice(["dispo", "act", None])
                act.create(
                    Employment,
                    person=person,
                    worker=chance.choice(WORKERS),
                    position=position,
                    **span(chance),
                )
            if chance.random() < 0.3:
                act.create(Absence, person=person, kind="x", **span(chance))
            if chance.random() < 0.4:
                act.create(Licence, person=person, status=chance.choice(["ok", "held", None]), **span(chance))
            if chance.random() < 0.2:
                act.create(Exit, person=person, kind="x", left=day(chance, 2020, 2028))
    for one, other in zip(made[::7], made[3::7], strict=False):
        actions.link_people(Person.objects.get(pk=one.pk), Person.objects.get(pk=other.pk), by=fatou)
    for one in made[5::11]:
        fresh = Person.objects.get(pk=one.pk)
        actions.delete(fresh, seen=journal.seen(fresh), by=amina)


# -- a plain second way: everything read, file by file ---------------------------------------


def stands(file, on: date) -> dict[str, set[str]]:
    """What a file is under each facet, worked out from its rows as its page reads them."""
    person, posting = file.person, next(iter(file.postings), None)
    place = Facility.objects.get(pk=posting.facility_id) if posting and posting.facility_id else None
    if place and place.canonical != place.pk:
        place = Facility.objects.get(pk=place.canonical)
    own = [row for row in file.career if isinstance(row, Employment)]
    status = next((row for row in own if row.span.holds(on)), None) or next(iter(own), None)
    cadre = lists.cadre(posting.cadre_id) if posting and posting.cadre_id else None
    return {
        "state": {state(file, posting, status, on)},
        "place": {str(place.pk) if place else "-"},
        "type": {(place and place.kind) or "-"},
        "sector": {(place and place.sector) or "-"},
        "cadre": {str(cadre.pk) if cadre else "-"},
        "group": {(cadre and cadre.nhwa) or "-"},
        "sex": {person.sex or "-"},
        "age": {age(person.born, on)},
        "worker": {(status and status.worker) or "-"},
        "position": {(status and status.position) or "-"},
        "kind": {(posting and posting.kind) or "-"},
        "licence": {licence(file, on)},
        "office": {str(person.office_id)},
        "lacks": lacks(file),
    }


def state(file, posting, status, on) -> str:
    if posting and posting.span.holds(on):
        absent = any(
            row.span.holds(on) and not (row.returned and row.returned.first() <= on)
            for row in file.career
            if isinstance(row, Absence)
        )
        return "away" if absent or (status and status.position == "dispo") else "in"
    if any(row.left and row.left.last() <= on for row in file.career if isinstance(row, Exit)):
        return "gone"
    if posting is None:
        return "none"
    return "coming" if posting.starts and posting.starts.first() > on else "left"


def age(born, on) -> str:
    if born is None:
        return "-"
    years = on.year - born.first().year - ((on.month, on.day) < (born.first().month, born.first().day))
    return str(max(a for a in facets.AGES if a <= max(years, 0)))


def licence(file, on) -> str:
    own = [row for row in file.career if isinstance(row, Licence)]
    running = {row.status for row in own if row.span.holds(on)}
    if running & {"ok", None}:
        return "valid"
    return "suspended" if "held" in running else "expired" if own else "-"


def lacks(file) -> set[str]:
    person = file.person
    there = {
        "born": person.born, "birth_place": person.birth_place, "nationality": person.nationality,
        "phone": person.phone, "number": file.identifiers, "paper": file.papers,
        "payroll": any(i.kind == "payroll" for i in file.identifiers), "diploma": False,
    }  # fmt: skip
    return {name for name, value in there.items() if not value}


def everybody(on: date, by) -> dict[str, dict[str, set[str]]]:
    ids = queries.people(seen_by=by).values_list("pk", flat=True)
    files = {pk: queries.person_file(pk, seen_by=by, on=on) for pk in ids}
    return {pk: stands(file, on) for pk, file in files.items()}


def expected(files, chosen) -> set:
    return {
        pk for pk, own in files.items()
        if all(own[name] & set(values) for name, values in chosen.items())
    }  # fmt: skip


def any_filter(chance: random.Random, files) -> facets.Filter:
    """Some values that somebody has, of some facets."""
    names = chance.sample(sorted(next(iter(files.values()))), chance.randint(0, 3))
    query = {}
    for name in names:
        there = sorted({value for own in files.values() for value in own[name]})
        query[name] = chance.sample(there, min(len(there), chance.randint(1, 2)))
    return facets.parse(query)


def listed(chosen, on, by) -> list:
    return sorted(facets.found(chosen, on, seen_by=by).values_list("person", flat=True))


class TestCounts:
    @pytest.mark.parametrize("seed", range(4))
    def test_lists_and_counts_are_those_of_a_plain_look_at_every_file(self, land, amina, fatou, seed):
        chance = random.Random(seed)
        fill(land, chance, amina, fatou, 45)
        for ahead in (0, 40, 400):
            on = date.fromordinal(runtime.today().toordinal() + ahead)
            files = everybody(on, amina)
            for _ in range(6):
                chosen = any_filter(chance, files)

                assert listed(chosen, on, amina) == sorted(expected(files, chosen)), chosen
                self.check_counts(chosen, files, on, amina)

    def check_counts(self, chosen, files, on, by):
        found = facets.tally(chosen, on, seen_by=by)
        assert found.total == len(expected(files, chosen)) and not found.more
        for name in next(iter(files.values())):
            others = {n: v for n, v in chosen.items() if n != name}
            counted = Counter(v for pk in expected(files, others) for v in files[pk][name])
            assert +found.counts[name] == counted, (name, chosen)
            for value, n in found.counts[name].items():
                assert n == len(listed({**others, name: (value,)}, on, by)), (name, value)

    def test_outlines_made_anew_are_the_same(self, land, amina, fatou):
        fill(land, random.Random(9), amina, fatou, 40)
        columns = [f.attname for f in Outline._meta.concrete_fields if not f.primary_key]
        kept = sorted(map(repr, Outline.objects.values_list(*columns)))
        outlines.remake()
        assert sorted(map(repr, Outline.objects.values_list(*columns))) == kept
        runtime.engine().rebuild()
        assert sorted(map(repr, Outline.objects.values_list(*columns))) == kept


@pytest.fixture
def mariam(land, amina):
    posting = {
        "facility": land["places"][0],
        "cadre": land["cadres"][0],
        "starts": parse("2019"),
        "kind": "appointment",
    }
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": parse("1985")}
    return Person.objects.get(pk=actions.add_person(values, by=amina, posting=posting).record.pk)


def of(person, **query) -> bool:
    """True if somebody is in the list that a query leads to, today."""
    return [person.pk] == list(
        facets.found(facets.parse({k: [v] for k, v in query.items()}), runtime.today(), seen_by=_BY[0])
        .filter(person=person.pk).values_list("person", flat=True)
    )  # fmt: skip


_BY = []


@pytest.fixture(autouse=True)
def asker(amina):
    _BY[:] = [amina]


class TestInStep:
    """What is written shows in lists at once."""

    def test_an_area_holds_all_below_it(self, land, mariam):
        for name in ("top", "north", "town"):
            assert of(mariam, area=str(land[name].pk)), name
        assert not of(mariam, area=str(land["south"].pk))

    def test_a_facility_that_changes_takes_its_people_along(self, land, mariam, fatou):
        place = Facility.objects.get(pk=land["places"][0].pk)
        south = land["south"]
        actions.revise(
            place, {"sector": "PRIV", "kind": "hosp", "area": south},
            seen=journal.seen(place), by=fatou,
        )  # fmt: skip

        assert of(mariam, sector="PRIV", type="hosp", area=str(south.pk))
        assert not of(mariam, sector="PUB")

    def test_linked_facilities_are_one_and_part_again(self, land, mariam, fatou):
        one, other = (Facility.objects.get(pk=p.pk) for p in land["places"][:2])
        first, second = sorted((one, other), key=lambda f: f.pk)
        posting = Posting.objects.get()
        actions.revise(posting, {"facility": second}, seen=journal.seen(posting), by=_BY[0])
        with journal.write("linked", by=fatou) as act:
            link = act.link(first, second)
        assert of(mariam, place=str(first.pk)) and of(mariam, place=str(second.pk))
        assert not Outline.objects.filter(facility=second.pk).exists()
        actions.unlink(link, seen=journal.seen(link), by=fatou)
        assert of(mariam, place=str(second.pk)) and not of(mariam, place=str(first.pk))

    def test_linked_people_are_one_line_and_part_again(self, land, mariam, amina, fatou):
        other = actions.add_person(
            {"family_name": "Tarawélé", "sex": "F", "phone": "76412058"}, by=amina
        ).record
        other = Person.objects.get(pk=other.pk)
        link = actions.link_people(mariam, other, by=fatou).record
        assert Outline.objects.count() == 1
        actions.unlink(link, seen=journal.seen(link), by=fatou)
        assert (
            of(mariam, state="in", lacks="phone") and of(other, state="none") and not of(other, lacks="phone")
        )

    def test_a_cadre_renamed_orders_lists_anew(self, land, mariam, fatou):
        cadre = Cadre.objects.get(pk=land["cadres"][0].pk)
        with journal.write("cadre", by=fatou) as act:
            act.change(cadre, {"label_m": "Agent"}, seen=journal.seen(cadre))
        assert Outline.objects.get().cadre_key == "agent"

    def test_a_row_moved_to_another_file_leaves_the_first(self, mariam, amina):
        other = actions.add_person({"family_name": "Koné", "sex": "F"}, by=amina).record
        posting = Posting.objects.get()
        with journal.write("moved", by=amina) as act:
            act.change(posting, {"person": Person.objects.get(pk=other.pk)}, seen=journal.seen(posting))
        assert of(mariam, state="none") and of(other, state="in")

    def test_what_was_written_and_taken_back_is_gone(self, land, mariam, amina):
        done = career.add_row(
            Licence,
            mariam,
            {"kind": "lic", "reference": "1", "status": "ok", "starts": parse("2020")},
            by=amina,
        )
        assert of(mariam, licence="valid")
        actions.undo(done.act, by=amina)
        assert of(mariam, licence="-")

    def test_days_pass_and_nobody_writes(self, land, mariam, amina):
        ends = PartialDate.on(date.fromordinal(runtime.today().toordinal() + 10))
        posting = Posting.objects.get()
        actions.revise(
            posting, {"starts": posting.starts, "ends": ends}, seen=journal.seen(posting), by=amina
        )
        career.add_row(
            Absence,
            mariam,
            {"kind": "x", "starts": parse("2026"), "ends": PartialDate.on(runtime.today())},
            by=amina,
        )
        assert of(mariam, state="away")
        move_clock(1)
        assert of(mariam, state="in")
        move_clock(10)
        assert of(mariam, state="left")

    def test_whoever_is_deleted_is_in_no_list(self, mariam, amina):
        actions.delete(mariam, seen=journal.seen(mariam), by=amina)
        assert not Outline.objects.exists()

    def test_what_is_to_be_decided(self, mariam, amina, fatou):
        seen = journal.seen(mariam)
        assert not of(mariam, file="decide")
        for by, year in ((amina, "1986"), (fatou, "1987")):
            actions.revise(mariam, {"born": parse(year)}, seen=seen, by=by)
        assert of(mariam, file="decide")
        assert facets.tally({}, runtime.today(), seen_by=amina).counts["file"]["decide"] == 1


class TestAddresses:
    def test_what_cannot_be_a_value_is_left_out(self):
        query = {
            "cadre": ["x", "-"], "age": ["25", "26", "-1"], "lacks": ["born", "soul"], "file": ["all"],
            "area": ["1; DROP TABLE"], "sex": ["F" * 200], "nothing": ["1"],
        }  # fmt: skip
        assert facets.parse(query) == {"cadre": ("-",), "age": ("25",), "lacks": ("born",)}

    def test_a_value_that_nobody_has_finds_nobody(self, mariam, amina):
        for query in ({"group": ["?"]}, {"sex": ["'"]}, {"kind": ["x\x00y"[:1]]}):
            assert facets.tally(facets.parse(query), runtime.today(), seen_by=amina).total == 0

    def test_beyond_what_is_counted_it_is_said_that_there_are_more(self, land, mariam, amina, monkeypatch):
        monkeypatch.setattr(facets, "MOST_COUNTED", 1)
        actions.add_person({"family_name": "Koné", "sex": "F"}, by=amina)
        found = facets.tally({}, runtime.today(), seen_by=amina)
        assert (found.total, found.more, found.counts) == (1, True, {})

    def test_only_who_may_see_people_asks(self, mariam, amina):
        from dataclasses import replace

        nobody = replace(amina, rights=frozenset())
        with pytest.raises(NotAllowed):
            facets.found({}, runtime.today(), seen_by=nobody)
        with pytest.raises(NotAllowed):
            facets.tally({}, runtime.today(), seen_by=nobody)


def test_a_choice_that_was_replaced_is_counted_and_found_under_the_one_that_replaced_it(land, fatou, country):
    today = runtime.today()
    old, new = land["cadres"][1], land["cadres"][2]
    for cadre in (old, new):
        posting = {"facility": land["places"][0], "cadre": cadre, "starts": parse("2020")}
        actions.add_person({"family_name": "Koné", "sex": "F"}, by=fatou, posting=posting)
    row = Cadre.objects.get(pk=old.pk)
    with journal.write("replaced", by=fatou) as act:
        day = {"starts": None, "ends": PartialDate.on(today.replace(year=today.year - 1))}
        act.change(
            row, {**day, "replaced_by": (Cadre.objects.get(pk=new.pk), "MED2")}, seen=journal.seen(row)
        )
    lists.forget()

    tally = facets.tally({}, today, seen_by=fatou)
    assert tally.counts["cadre"] == {str(new.pk): 2}
    assert facets.found({"cadre": (str(new.pk),)}, today, seen_by=fatou).count() == 2
    assert facets.found({"group": ("Doctors",)}, today, seen_by=fatou).count() == 2
