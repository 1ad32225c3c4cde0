"""The demonstration: invented people, the same acts as people use, the same for one seed, and never in a register."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from baarada import config, demonstrating
from baarada.accounts import actions as accounts
from baarada.accounts.models import SignIn
from baarada.interop.models import DONE, PLANNED, UNDONE, ImportJob
from baarada.journal import dump, runtime, verification
from baarada.journal import queries as journal
from baarada.journal.models import ActRow, ConflictRow, Link
from baarada.journal.queries import when
from baarada.kernel.ids import as_uuid
from baarada.packs.reader import read
from baarada.registry import conflicts, queries
from baarada.registry.models import Exit, Facility, Identifier, Paper, Person, Posting, Unit
from baarada.upkeep import preparing
from baarada.upkeep.demo import building, script
from baarada.upkeep.demo.lives import Lives
from baarada.upkeep.demo.people import Inventor
from baarada.upkeep.demo.shares import shares
from baarada.upkeep.demo.workforce import Workforce
from tests.emptying import empty_database
from tests.upkeep.conftest import live_in


@pytest.fixture
def told(db, settings, tmp_path):
    """A small demonstration, open."""
    live_in(settings, tmp_path / "home")
    steps = []
    building.build("mali", workers=60, seed=1, tell=lambda done, total: steps.append((done, total)))
    settings.CONFIG = config.read({"BAARADA_HOME": str(tmp_path / "home")})
    return steps


def actor(login):
    return accounts.actor_of(SignIn.objects.get(login=login))


def test_a_demonstration_holds_what_a_register_meets(told):
    """One demonstration is made, and looked at from all sides."""
    today = runtime.today()

    # Its cast comes in with one click, and nobody by a password.
    cast = script.accounts()
    assert [(a.name, a.office.kind) for a in cast] == [
        ("Amina Ouattara", "district"), ("Cheick Diarra", "region"), ("Fatou Keïta", "national"),
    ]  # fmt: skip
    assert not any(one.has_usable_password() for one in SignIn.objects.all())
    amina, cheick = actor("amina.ouattara"), actor("cheick.diarra")

    # People: with and without a posting, with one that ended, with two at once.
    people = Person.objects.live()
    assert people.count() >= 60
    postings = {p.pk: list(Posting.objects.live().filter(person=p)) for p in people}
    running = {pk: [p for p in rows if p.span.holds(today)] for pk, rows in postings.items()}
    assert any(not rows for rows in postings.values())
    assert any(rows and not running[pk] for pk, rows in postings.items())
    shared = [rows for rows in running.values() if len(rows) == 2]
    assert shared and all(sorted(p.share for p in rows) == [4000, 6000] for rows in shared)
    assert all(sum(p.main for p in rows) == 1 for rows in shared)
    assert Posting.objects.live().filter(end_reason="FORM").exists()

    # What waits: disagreements of each class, some for each desk, and a list in doubt.
    assert set(ConflictRow.objects.values_list("merge", flat=True)) == {"person", "owner", "latest"}
    assert conflicts.to_decide(seen_by=amina) > conflicts.to_decide(seen_by=cheick) > 0
    assert set(ImportJob.objects.values_list("state", flat=True)) == {DONE, PLANNED, UNDONE}
    waiting = ImportJob.objects.get(state=PLANNED)
    assert (waiting.counts["new"], waiting.counts["doubt"], waiting.counts["refused"]) == (4, 2, 1)

    # Acts of several people over two years, one of them taken back, one disagreement settled.
    acts = list(ActRow.objects.exclude(kind="pack.loaded"))
    assert {"conflict.decided", "undone", "person.linked", "person.noted", "person.corrected"} <= {
        a.kind for a in acts
    }
    assert min(when(a.stamp) for a in acts) < datetime(today.year - 1, today.month, 1, tzinfo=UTC)
    assert max(when(a.stamp) for a in acts) <= runtime.now()
    assert Link.objects.filter(active=True, deleted=False).count() == 1

    # Papers that open, services, and a place that changed its region with the reform.
    assert {p.media for p in Paper.objects.all()} == {"application/pdf", "image/jpeg"}
    assert Unit.objects.count() == 18
    moved = Facility.objects.live().filter(code__startswith="X-", area__name="Bandiagara").first()
    regions = [
        next(a.name for a in queries.areas_above(moved.area_id, day) if a.kind == "region")
        for day in (datetime(2023, 3, 12).date(), datetime(2023, 3, 13).date())
    ]
    assert regions == ["Mopti", "Bandiagara"]

    # As it was known then: before two offices wrote a birth apart and a third one decided.
    (decided,) = runtime.engine().store.entries_of_act(
        ActRow.objects.get(kind="conflict.decided").act.bytes, 0, 9
    )
    person = Person.objects.get(pk=as_uuid(decided.entry.id))
    then = journal.as_known([person], today - timedelta(days=30))[person.pk]
    assert person.born.precision == "day" and then.born != person.born

    # Nothing that could be a true person's: numbers and telephones begin as no true one does.
    assert all(one.number[0] in "9X" for one in Identifier.objects.all())
    assert all(p.phone.startswith("809") for p in people if p.phone)

    # A register like any other: its picture is what its journal says.
    assert [p.what for p in verification.verify(runtime.engine())] == []
    before = dump.digest(runtime.engine().store)
    runtime.engine().rebuild()
    assert dump.digest(runtime.engine().store) == before

    # It opens at once: nothing is left to prepare at its first start.
    said = []
    preparing.prepare(say=said.append)
    assert said == []

    # It told how far it was.
    done, total = told[-1]
    assert done == total and [d for d, _t in told] == sorted(d for d, _t in told)


def test_scans_wait_in_its_own_folder(told, settings, tmp_path):
    """A true scanner's folder is left alone, whatever the settings of whoever starts it."""
    assert sorted(p.name for p in (tmp_path / "home" / "scans").iterdir()) == [
        "scan-0001.jpg", "scan-0002.jpg", "scan-0003.jpg",
    ]  # fmt: skip


def test_a_register_of_hundreds_holds_what_its_tables_ask(db, settings, tmp_path):
    live_in(settings, tmp_path / "home")
    building.build("mali", workers=300, seed=1)

    found = shares(Workforce(read("mali")), 300, runtime.today())

    assert {one.table for one in found} >= {"workers", "women", "ages", "employers", "dirt", "public nurses"}
    # What the story changes meanwhile, and half a deck of cards.
    wrong = [one for one in found if one.off > 0.1 and abs(one.found - one.asked) > 9]
    assert wrong == []
    # Ten years of careers: days long before this register have their figures too.
    then = datetime.now(UTC).date() - timedelta(days=9 * 365)
    assert 100 < Posting.objects.in_force(then).count() < 300
    assert Exit.objects.live().count() > 5
    verified = [p.what for p in verification.verify(runtime.engine())]
    assert verified == []


def test_nobody_is_let_in_with_a_click_where_it_is_no_demonstration(register):
    assert script.accounts() == []


def test_one_seed_gives_one_cast_and_another_seed_another(db, settings, tmp_path):
    live_in(settings, tmp_path / "home")

    def cast(seed):
        told = script.read("mali")
        inventor = Inventor(told, Workforce(told.pack), seed)
        drawn = inventor.cast(60)
        lives = Lives(inventor, inventor.workforce, seed, datetime(2026, 11, 20).date())
        seats = [one for some in drawn.seats.values() for one in some]
        return [p.name for p in drawn.places], [
            lives.of(*one, datetime(2026, 11, 20).date()) for one in seats
        ]

    assert cast(1) == cast(1)
    assert cast(1) != cast(2)
    assert len(cast(1)[1]) == 60


def content():
    """All that is told, without ids and the times of the day."""
    people = Person.objects.values_list("family_name", "given_names", "sex", "born", "phone", "deleted")
    postings = Posting.objects.values_list(
        "person__phone", "facility_label", "starts", "ends", "share", "decision"
    )
    acts = [
        (a.kind, a.name, a.count, when(a.stamp).date()) for a in ActRow.objects.exclude(kind="pack.loaded")
    ]
    return [sorted(map(str, some)) for some in (people, postings, acts)]


def test_one_seed_tells_one_story(told, settings, tmp_path):
    first = content()
    empty_database()
    live_in(settings, tmp_path / "again")

    building.build("mali", workers=60, seed=1)

    assert content() == first


class TestScript:
    def test_names_offices_cadres_and_choices_that_its_country_has(self):
        told = script.read("mali")
        tables = read("mali").tables
        offices = {o["code"] for o in tables["offices"]}
        cadres = {c["code"] for c in tables["cadres"]}
        choices = {(i["list"], i["code"]) for i in tables["lists"]}

        assert {m.office for m in told.cast} | {d.office for d in told.districts} <= offices
        assert {d.office for d in told.districts} <= {m.office for m in told.cast}
        assert set(told.data["recruits"]) <= cadres
        assert ("facility_type", told.data["large"]) in choices
        assert {("paper_kind", p["kind"]) for p in told.data["papers"]} <= choices
        assert {("unit_kind", kind) for kind in told.data["units"]} <= choices
        assert {("end_reason", c) for c in [*told.codes["left"], told.codes["training"]]} <= choices
        assert {("study_kind", told.codes["further"]), ("licence_status", told.codes["expired"])} <= choices
        assert len(told.birth_places) > 60


@pytest.fixture
def builds(monkeypatch):
    """What would be made, instead of making it: the folder, with the mark of a register."""
    made = []

    class Done:
        returncode = 0

    def run(args, env, **more):
        made.append(args)
        config.write_node(demonstrating.Path(env["BAARADA_HOME"]), pack="mali", time_zone="UTC", demo=True)
        return Done

    monkeypatch.setattr(demonstrating.subprocess, "run", run)
    return made


class TestFolders:
    def test_a_second_start_makes_nothing(self, builds, tmp_path):
        first = demonstrating.made(tmp_path, "mali", 500, 1)

        assert demonstrating.made(tmp_path, "mali", 500, 1) == first
        assert len(builds) == 1
        assert json.loads((first / config.NODE_FILE).read_text())["demo"] is True
        assert list(first.parent.iterdir()) == [first]

    def test_another_seed_or_size_is_made_beside(self, builds, tmp_path):
        folders = {demonstrating.made(tmp_path, "mali", n, seed) for n, seed in ((500, 1), (500, 2), (60, 1))}

        assert len(folders) == len(builds) == 3

    def test_another_version_of_the_story_is_made_anew(self, builds, tmp_path, monkeypatch):
        demonstrating.made(tmp_path, "mali", 500, 1)
        monkeypatch.setattr(demonstrating, "recipe", lambda: "00000000")

        demonstrating.made(tmp_path, "mali", 500, 1)

        assert len(builds) == 2

    def test_a_register_in_its_place_is_left_alone(self, builds, tmp_path):
        config.write_node(tmp_path / "demo", pack="mali", time_zone="UTC")

        with pytest.raises(SystemExit, match="demo"):
            demonstrating.made(tmp_path, "mali", 500, 1)
        assert builds == []

    def test_one_that_cannot_be_made_leaves_nothing(self, tmp_path, monkeypatch):
        class Failed:
            returncode = 1

        monkeypatch.setattr(demonstrating.subprocess, "run", lambda *args, **more: Failed)

        with pytest.raises(SystemExit):
            demonstrating.made(tmp_path, "mali", 500, 1)
        assert list((tmp_path / "demo").iterdir()) == []

    def test_the_database_of_a_register_is_not_its_own(self, builds, tmp_path, monkeypatch, capsys):
        monkeypatch.setenv("BAARADA_DATABASE", "postgres://somebody@127.0.0.1/register")
        monkeypatch.setenv("BAARADA_HOME", str(tmp_path))

        demonstrating.main(["--build-only", "--workers", "60"])

        assert "BAARADA_DATABASE" not in os.environ
        assert os.environ["BAARADA_HOME"].startswith(str(tmp_path / "demo"))

    @pytest.mark.parametrize("workers", ["0", "59", "100001", "many", "-1"])
    def test_a_number_of_workers_that_cannot_be_is_refused(self, workers, tmp_path, capsys):
        with pytest.raises(SystemExit):
            demonstrating.main(["--workers", workers])
        assert "100000" in capsys.readouterr().err


def test_the_demonstration_is_entered_with_one_click(told, client):
    page = client.get("/connexion/")
    assert [a.login for a in page.context["demo_accounts"]] == [
        "amina.ouattara",
        "cheick.diarra",
        "fatou.keita",
    ]

    # Others of the cast are not let in, nor anybody who is not there.
    assert client.post("/connexion/", {"demo": "oumar.sangare"}).status_code == 404
    assert client.post("/connexion/", {"demo": "nobody"}).status_code == 404
    assert client.post("/connexion/", {"demo": "cheick.diarra"}).status_code == 302
    assert "Cheick Diarra" in client.get("/").content.decode()
