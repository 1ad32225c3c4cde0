"""Loading: once, whole, and the same on every node."""

import pytest
from django.utils import translation

from baarada.journal import batches, cuts, dump, runtime
from baarada.journal.engine import Engine
from baarada.journal.entries import LaneKey
from baarada.journal.memory import MemoryStore
from baarada.journal.models import ActRow, EntryRow, LaneRow, QuarantineRow, WaitRow
from baarada.kernel.clocks import HybridClock
from baarada.kernel.days import PartialDate
from baarada.packs import loader, reader
from baarada.packs.composer import ENTRY_KIND, compose
from baarada.packs.reader import BadPack
from baarada.registry.models import Area, Assignment, Cadre, Facility, Inclusion, ListItem, Office, Population
from tests.conftest import TODAY, move_clock

pytestmark = pytest.mark.django_db

HASHES = {
    ("demo", 1): "3e85c5f3b39026a5a0b3ca96bdc0b1e521344b255d474c1e4413dcdef3a07d0c",
    ("demo", 2): "7d6426c728904ba55a12b9f15d8272872fd8e00a677f464f30038bf5aad6dafe",
    ("mali", 1): "0270c847594edaea7c571cf0c44f4810cfef7c0c41b174727be2a7925a6a8a32",
    ("mali", 2): "f35215564c8da799bd161796afd7fe02c71866a1a85315555660b45a6af428e8",
    ("demo", 3): "11b13c206b7a1aac1ad52e82a5050cb8e2bd1e17d2436729b0858ed1fbfe769c",
    ("mali", 3): "a6f7c8f53b72dcdf7eded29bce1725ade5d34d70fa77a00b18ddd2bc9b98f71c",
    ("demo", 4): "462340d564bc63aa312555772cda25c079eeb03ce59e983389293a7b34b0dfee",
}
"""What came out, for ever. A release that gives another hash was edited: put it back, and write the change as
a new release."""

MODELS = {
    "areas": Area, "populations": Population, "inclusions": Inclusion, "offices": Office, "facilities": Facility,
    "assignments": Assignment, "cadres": Cadre, "lists": ListItem,
}  # fmt: skip


def lane(pack):
    store = runtime.engine().store
    return store.lane(store.lane_number(LaneKey(pack.origin, pack.root)))


def rehash(folder):
    """Let an edited copy pass for a pack that came out like this."""
    path = folder / "pack.toml"
    for release, batch in compose(reader.read("demo"), runtime.schema()):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(release.hash, batch.header.hash.hex()), encoding="utf-8")


class TestOnceForAll:
    def test_a_release_that_came_out_is_never_edited(self):
        """Its hash is the one that every node has signed for."""
        found = {
            (name, release.number): batch.header.hash.hex()
            for name in reader.available()
            for release, batch in compose(reader.read(name), runtime.schema())
        }
        assert found == HASHES
        told = {(n, r.number): r.hash for n in reader.available() for r in reader.read(n).releases}
        assert told == HASHES

    def test_an_edited_release_is_refused_and_nothing_is_kept(self, copy):
        path = copy / "release-1" / "areas.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("Corvane", "Corvène"), encoding="utf-8")

        with pytest.raises(BadPack, match="was changed after it came out"):
            loader.load("demo")
        assert not EntryRow.objects.exists()

    def test_a_batch_that_only_claims_to_be_a_pack_is_refused(self, pack):
        """Nobody signs a pack, so only the very releases that this program holds are taken in."""
        from baarada.journal.entries import CREATE, Entry, Writer, canonical
        from baarada.registry.models import Area

        loader.load(pack.name)
        key = LaneKey("pack:evil", pack.root)
        entry = Entry(
            1, 1, Writer(bytes(16), pack.root, "national", "x"), bytes(16), "x", Area.Merge.number, bytes(16), CREATE,
            {1: "region", 2: "Forged"},
        )  # fmt: skip
        forged = batches.seal(
            key, 1, [canonical(entry, 1, lambda n: key)], previous=b"", stamp=1, signer=None
        )

        assert runtime.engine().receive(batches.write(forged)) == "refused"
        assert not Area.objects.filter(name="Forged").exists()

    def test_two_stores_hold_the_same_bytes(self, pack):
        """One in memory, one in this database: same batches, same picture."""
        loader.load(pack.name)
        other = MemoryStore(runtime.schema())
        engine = Engine(
            runtime.schema(), other, HybridClock(lambda: 0), origin="other", pack_hashes=runtime.pack_hashes
        )
        number = other.lane_number(LaneKey(pack.origin, pack.root))
        mine = runtime.engine().store

        for _, batch in compose(pack, runtime.schema()):
            assert engine.receive(batches.write(batch)) == "applied"
            here = mine.batch(lane(pack).number, batch.header.first)
            there = other.batch(number, batch.header.first)
            assert here.header.raw == there.header.raw == batch.header.raw
            assert here.contents == there.contents == batch.contents
        assert dump.digest(mine) == dump.digest(other)

    def test_the_language_of_the_moment_changes_nothing(self, demo):
        with translation.override("en"):
            english = [batch.header.hash for _, batch in compose(demo, runtime.schema())]
        with translation.override("fr"):
            assert [batch.header.hash for _, batch in compose(demo, runtime.schema())] == english

    def test_entries_bear_the_release_s_own_time_and_schema(self, demo):
        """A later program, with another schema number, writes the very same bytes."""
        loader.load("demo")
        acts = {release.act: release for release in demo.releases}

        for row in EntryRow.objects.all():
            entry = runtime.engine().store.held([row.ref])[row.ref].entry
            release = acts[entry.act]
            assert (entry.schema, entry.stamp >> 16, entry.kind) == (release.schema, release.ms, ENTRY_KIND)

    def test_a_clock_that_people_have_set_does_not_stand_in_the_way(self, settings):
        """A release may be older than the day on which somebody confirmed this machine's clock."""
        runtime.set_up(office=reader.read("demo").root, root=reader.read("demo").root)
        move_clock(days=400)
        runtime.confirm_clock()

        assert loader.load("demo") == [1, 2, 3, 4]


class TestLoading:
    def test_every_row_is_in_the_register(self, pack):
        """As many records as rows, nothing waiting, nothing in quarantine, all batches sealed."""
        assert loader.load(pack.name) == [release.number for release in pack.releases]

        for table, model in MODELS.items():
            assert model.objects.filter(deleted=False).count() == len(pack.tables[table]), table
        assert not WaitRow.objects.exists()
        assert not QuarantineRow.objects.exists()
        assert lane(pack).sealed == lane(pack).last
        assert lane(pack).head.hex() == pack.releases[-1].hash

    def test_loading_twice_changes_nothing(self, pack):
        loader.load(pack.name)
        before = dump.digest(runtime.engine().store), EntryRow.objects.count(), ActRow.objects.count()

        assert loader.load(pack.name) == []

        assert (
            dump.digest(runtime.engine().store),
            EntryRow.objects.count(),
            ActRow.objects.count(),
        ) == before

    def test_it_can_be_stopped_between_releases_and_begun_again(self, monkeypatch, demo):
        """Each release is there whole or not at all."""
        receive = Engine.receive

        def fail_at_the_second(engine, data):
            if EntryRow.objects.exists():
                raise OSError("no power")
            return receive(engine, data)

        monkeypatch.setattr(Engine, "receive", fail_at_the_second)
        with pytest.raises(OSError, match="no power"):
            loader.load("demo")
        assert lane(demo).head.hex() == demo.releases[0].hash

        monkeypatch.setattr(Engine, "receive", receive)
        assert loader.load("demo") == [2, 3, 4]

    def test_what_came_from_another_node_is_not_loaded_again(self, demo):
        """A node may hear of a release before its own program brings it."""
        runtime.set_up(office=demo.root, root=demo.root)
        for _, batch in compose(demo, runtime.schema()):
            runtime.engine().receive(batches.write(batch))

        assert loader.load("demo") == []
        assert LaneRow.objects.count() == 1

    def test_the_picture_can_be_drawn_again(self, demo):
        loader.load("demo")
        engine = runtime.engine()
        before = dump.digest(engine.store)

        engine.rebuild()

        assert dump.digest(engine.store) == before

    def test_it_makes_the_register_that_of_the_office_asked_for(self, demo):
        zone = demo.id_of("offices", "hz-ambrel")

        loader.load("demo", office=zone)

        assert runtime.node().office.bytes == zone
        assert runtime.node().root.bytes == demo.root

    def test_what_was_known_before_a_release_stays_what_it_was(self, copy):
        """Three days later the program brings later releases: the first day still knows the first alone."""
        path = copy / "pack.toml"
        whole = path.read_text(encoding="utf-8")
        path.write_text("[[releases]]".join(whole.split("[[releases]]")[:2]), encoding="utf-8")
        assert loader.load("demo") == [1]

        move_clock(days=3)
        path.write_text(whole, encoding="utf-8")
        assert loader.load("demo") == [2, 3, 4]

        engine = runtime.engine()
        cut = cuts.known_on(engine, TODAY)
        old, new = (Area.objects.get(code=code) for code in ("ar-quarmez", "ar-vamdor"))
        assert engine.as_known((17, old.pk.bytes), cut).values[2] == "Quarmez"
        assert engine.as_known((17, new.pk.bytes), cut) is None


class TestRefusing:
    def test_another_country_s_register_is_left_alone(self):
        loader.load("mali")
        before = EntryRow.objects.count()

        with pytest.raises(loader.OtherCountry):
            loader.load("demo")
        assert EntryRow.objects.count() == before

    def test_another_version_of_a_release_is_refused_before_it_freezes_the_lane(self, copy):
        loader.load("demo")
        path = copy / "release-1" / "areas.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("Corvane", "Corvène"), encoding="utf-8")
        rehash(copy)

        with pytest.raises(loader.OtherPack, match="1"):
            loader.load("demo")
        assert not LaneRow.objects.get().frozen
        assert not QuarantineRow.objects.exists()


class TestLaterReleases:
    def test_a_correction_replaces_without_a_question(self, demo):
        loader.load("demo")

        area = Area.objects.get(code="ar-quarmez")
        assert (area.name, area.other_names, area.starts) == ("Quarmèze", ["Quarmez"], PartialDate(1974))
        choice = ListItem.objects.get(list="facility_type", code="CASE")
        assert (choice.label_fr, choice.label_en) == ("Case de santé", "Village health hut")

    def test_a_reform_closes_one_place_and_opens_another(self, demo):
        """The first day of a closed span stays as it was, though the file gives only the last."""
        loader.load("demo")

        old, new = Inclusion.objects.filter(area__code="ar-urbesk").order_by("starts")
        assert (old.starts, old.ends) == (PartialDate(1974), PartialDate(2026, 9, 30))
        assert (new.starts, new.ends, new.parent.code) == (PartialDate(2026, 10, 1), None, "pr-gb")

    def test_what_the_country_changed_meanwhile_is_not_overwritten(self, demo):
        """The national office renames an area between two releases; both names are kept, for a person to see."""
        from baarada.journal import actions
        from baarada.journal.models import ConflictRow
        from baarada.kernel.actors import Actor

        runtime.set_up(office=demo.root, root=demo.root)
        first, second, *_later = [batches.write(batch) for _, batch in compose(demo, runtime.schema())]
        runtime.engine().receive(first)
        area = Area.objects.get(code="ar-quarmez")
        with actions.write("renamed", by=Actor(bytes(16), "DGP", demo.root, "national")) as act:
            act.change(area, {"name": "Quarmé"}, seen=actions.seen(area))

        runtime.engine().receive(second)

        assert ConflictRow.objects.filter(entity=area.pk).count() == 1
