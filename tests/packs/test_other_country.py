"""A country with other levels, other cadres and another midnight goes through the whole register."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.utils import translation

from baarada.journal import actions as journal
from baarada.journal import cuts, runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import as_id
from baarada.packs import loader, reader
from baarada.registry import actions, country, display, queries, rules, search, spelling
from baarada.registry.errors import Invalid
from baarada.registry.models import Cadre, Facility, Identifier, Office, Person, Posting

pytestmark = pytest.mark.django_db

FACILITIES = """Code;Nom;Type;Province;Zone de santé;Latitude;Longitude
F-9001;Poste de santé de Bralmont;Poste de santé;Talmira;Zone de santé d'Ambrel;27,71;85,32
F-9002;Poste de santé de Torvenne;PS;Haute-Zembrie;hz-corvane;;
"""
PEOPLE = """Nom;Prénom;Sexe;Date de naissance;Numéro d'agent;Cadre;Structure;Depuis le;Téléphone
Abelmont;Quendra;F;12/03/1985;AB-12345;S-F;Poste de santé de Bralmont;01/02/2020;612345678
"""


def at(text):
    """An instant, in milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(autouse=True)
def zembria(settings, tmp_path):
    """A register of the invented country, and nothing left of it afterwards."""
    with translation.override("fr"):
        loader.load("demo")
        country.use(reader.read("demo"))
        yield
    spelling.use((), ())
    rules.phone_rule.region, rules.phone_rule.length = "", 0


@pytest.fixture
def by():
    root = Office.objects.get(pk=runtime.node().root)
    return Actor(runtime.new_id(), "Assa Pun", as_id(root.pk), root.kind)


@pytest.fixture
def lists_in(tmp_path, settings):
    """Both lists, brought in as an office would."""
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    for kind, text in (("facilities", FACILITIES), ("people", PEOPLE)):
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        call_command("import", kind, str(path))


class TestImporting:
    def test_facilities_and_people_come_in_by_the_country_s_own_words(self, lists_in):
        person = Person.objects.get()
        posting = Posting.objects.get()

        assert Facility.objects.filter(code__startswith="F-900").count() == 2
        assert display.heading_name(person) == "ABELMONT Quendra"
        assert Identifier.objects.get().kind == "agent"
        assert (posting.cadre.code, posting.facility_label) == ("220", "Poste de santé de Bralmont")

    def test_the_office_of_the_facility_takes_charge(self, lists_in):
        assert Person.objects.get().office.code == "hz-ambrel"

    def test_a_person_is_found_as_the_country_spells(self, lists_in, by):
        found = search.search("kendra abelmon", seen_by=by)

        assert [hit.target for hit in found.people] == [Person.objects.get().pk]


class TestPosting:
    def test_a_transfer_between_two_zones_changes_who_is_in_charge(self, lists_in, by):
        person, old = Person.objects.get(), Posting.objects.get()
        new = Facility.objects.get(code="F-9002")

        actions.transfer(
            person, old, {"facility": new, "cadre": Cadre.objects.get(code="220"), "starts": PartialDate(2026, 11, 1)},
            seen=journal.seen(old), seen_person=journal.seen(person), by=by,
        )  # fmt: skip

        assert Person.objects.get().office.code == "hz-corvane"
        running = queries.current_postings([person.pk], date(2026, 11, 2))[person.pk]
        assert running[0].facility_id == new.pk

    def test_telephones_are_those_of_the_country(self, by):
        with pytest.raises(Invalid):
            actions.add_person({"family_name": "Brastek", "sex": "M", "phone": "76412058"}, by=by)

        actions.add_person({"family_name": "Brastek", "sex": "M", "phone": "612345678"}, by=by)


class TestMidnight:
    """Zembria is 5 h 45 min ahead: its 21 November begins at 18:15 UTC on the 20th."""

    def test_the_day_changes_at_the_country_s_midnight(self, settings):
        settings.BAARADA_WALL_MS = lambda: at("2026-11-20T18:14:59")
        assert runtime.today() == date(2026, 11, 20)

        settings.BAARADA_WALL_MS = lambda: at("2026-11-20T18:15:00")
        assert runtime.today() == date(2026, 11, 21)

    def test_what_was_known_on_a_day_is_what_was_known_at_its_midnight(self, settings, by):
        settings.BAARADA_WALL_MS = lambda: at("2026-11-20T18:10:00")
        done = actions.add_person({"family_name": "Corvelin", "sex": "F", "address": "before"}, by=by)
        settings.BAARADA_WALL_MS = lambda: at("2026-11-20T18:20:00")
        cuts.forget()
        person = Person.objects.get(pk=done.record.pk)
        actions.revise(person, {"address": "after"}, seen=journal.seen(person), by=by)

        engine = runtime.engine()
        cut = cuts.known_on(engine, date(2026, 11, 20))
        state = engine.as_known((Person.Merge.number, as_id(person.pk)), cut)

        assert state.values[Person.Merge.numbers["address"]] == "before"
        assert Person.objects.get().address == "after"

    def test_somebody_born_today_is_not_from_tomorrow(self, settings, by):
        """At 18:20 UTC the country's today is UTC's tomorrow."""
        settings.BAARADA_WALL_MS = lambda: at("2026-11-20T18:20:00")
        born = PartialDate(2012, 11, 21)

        done = actions.add_person({"family_name": "Dresmar", "sex": "F", "born": born}, by=by)

        assert Person.objects.get(pk=done.record.pk).born == born

        settings.BAARADA_WALL_MS = lambda: at("2026-11-20T18:10:00")
        with pytest.raises(Invalid):
            actions.add_person({"family_name": "Dresmar", "sex": "F", "born": born}, by=by)
