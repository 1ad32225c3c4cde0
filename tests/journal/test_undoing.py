"""Undo: what is still the act's goes back, what others built on stays and is listed, and nothing is lost."""

import pytest

from baarada.journal import actions, runtime, undoing, verification
from baarada.journal.entries import CREATE
from baarada.journal.models import ActRow, ConflictRow, EntryRow
from baarada.kernel.days import PartialDate
from tests.invented.models import Child, File, Item
from tests.journal.nodes import CHILD, FILE, change, load, make


@pytest.fixture(autouse=True)
def as_written(db):
    """Whatever a test undoes, the picture is what the journal says."""
    yield
    assert list(verification.verify(runtime.engine())) == []


def an_act(fatou, do):
    """Write an act; returns its id and what ``do`` gave."""
    act = runtime.new_id()
    with actions.write("imported", by=fatou, act=act) as writing:
        made = do(writing)
    return act, made


def undo(act, by, **more):
    return [left for piece in actions.undo(act, by=by, **more) for left in piece]


def values(file):
    file = load(file)
    return file.phone, file.address, file.deleted


class TestFields:
    def test_a_field_goes_back_to_what_it_was(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1", starts=PartialDate(2020), ends=PartialDate(2021)))
        act, _ = an_act(fatou, lambda a: a.change(
            file, {"phone": "2", "address": "x", "starts": PartialDate(2022), "ends": None}, seen=actions.seen(file)
        ))  # fmt: skip
        assert undo(act, fatou, reason="a wrong file") == []
        file = load(file)
        assert (file.phone, file.address, file.starts, file.ends) == (
            "1",
            None,
            PartialDate(2020),
            PartialDate(2021),
        )
        row = ActRow.objects.get(about=runtime.as_uuid(act))
        assert (row.kind, row.name) == ("undone", "Fatou Keïta")

    def test_a_field_that_somebody_changed_since_stays_and_is_listed(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1", address="a"))
        act, _ = an_act(
            fatou, lambda a: a.change(file, {"phone": "2", "address": "b"}, seen=actions.seen(file))
        )
        change(load(file), amina, phone="3")

        (left,) = undo(act, fatou)
        assert values(file) == ("3", "a", False)
        assert left.units == [2]
        assert left.held.entry.act == act

    def test_a_field_that_somebody_changed_apart_stays_in_question(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1"))
        page = actions.seen(file)
        act, _ = an_act(fatou, lambda a: a.change(file, {"phone": "2"}, seen=page))
        change(file, amina, seen=page, phone="3")

        (left,) = undo(act, fatou)
        assert left.units == [2]
        assert ConflictRow.objects.get().unit == 2

    def test_two_changes_of_one_field_in_one_act_go_back_to_the_first(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1"))
        act = runtime.new_id()
        for phone in ("2", "3"):
            with actions.write("imported", by=fatou, act=act) as writing:
                writing.change(load(file), {"phone": phone}, seen=actions.seen(load(file)))

        undo(act, fatou)
        assert load(file).phone == "1"

    def test_a_decision_taken_back_brings_the_question_back(self, country, fatou, amina, cheick):
        file = load(make(fatou, name="Traoré", born=PartialDate(1985)))
        page = actions.seen(file)
        change(file, amina, seen=page, born=PartialDate(1986))
        file = change(file, fatou, seen=page, born=PartialDate(1987))
        act, _ = an_act(
            cheick, lambda a: a.decide(file, {"born": PartialDate(1986)}, seen=actions.seen(file))
        )
        assert load(file).born == PartialDate(1986)

        assert undo(act, cheick) == []
        key = (FILE, file.pk.bytes)
        store = runtime.engine().store
        heads = store.held(store.load([key])[key].conflicts[5].heads).values()
        assert {h.entry.fields[5] for h in heads} == {19860000, 19870000}
        assert ConflictRow.objects.get().unit == 5


class TestRecords:
    def test_a_record_that_the_act_made_is_marked_deleted_with_its_rows(self, country, fatou):
        def do(act):
            file = act.create(File, name="Traoré")
            return file, act.create(Child, file=file, note="x")

        act, (file, child) = an_act(fatou, do)
        assert undo(act, fatou) == []
        assert load(file).deleted
        assert load(child).deleted

    def test_a_record_that_others_changed_stays_and_is_listed(self, country, fatou, amina):
        act, file = an_act(fatou, lambda a: a.create(File, name="Traoré"))
        change(load(file), amina, phone="1")
        (left,) = undo(act, fatou)
        assert (left.units, left.held.entry.mode) == ([], CREATE)
        assert not load(file).deleted

    def test_a_record_that_others_point_to_stays_and_is_listed(self, country, fatou, amina):
        act, (item, file) = an_act(
            fatou, lambda a: (a.create(Item, label="CSCom"), a.create(File, name="Traoré"))
        )
        with actions.write("created", by=amina) as writing:
            writing.create(Child, file=file)
            writing.create(File, name="Koné", item=item)
        assert len(undo(act, fatou)) == 2
        assert not load(item).deleted
        assert not load(file).deleted

    def test_a_record_whose_row_others_changed_stays_with_it(self, country, fatou, amina):
        def do(act):
            file = act.create(File, name="Traoré")
            return file, act.create(Child, file=file, note="x")

        act, (file, child) = an_act(fatou, do)
        change(load(child), amina, note="y")

        assert {left.held.entry.id for left in undo(act, fatou)} == {
            load(file).pk.bytes,
            load(child).pk.bytes,
        }
        assert not load(file).deleted and not load(child).deleted

    def test_a_record_that_others_pointed_something_to_since_stays(self, country, fatou, amina):
        """A row of an earlier file was moved to the one that the act made."""
        earlier = make(fatou, name="Koné")
        with actions.write("created", by=fatou) as writing:
            child = writing.create(Child, file=earlier)
        act, file = an_act(fatou, lambda a: a.create(File, name="Traoré"))
        change(load(child), amina, file=load(file))

        assert len(undo(act, fatou)) == 1
        assert not load(file).deleted

    def test_a_place_where_others_put_somebody_since_stays_and_is_listed(self, country, fatou, amina):
        """A reference from outside never waits; it keeps what it names all the same."""
        act, item = an_act(fatou, lambda a: a.create(Item, label="CSCom"))
        file = make(amina, name="Traoré")
        change(load(file), amina, place=(load(item), "CSCom"))

        assert len(undo(act, fatou)) == 1
        assert not load(item).deleted
        change(load(file), amina, place=None)
        assert undo(act, fatou) == []
        assert load(item).deleted

    def test_it_goes_once_what_pointed_to_it_is_deleted(self, country, fatou, amina):
        act, file = an_act(fatou, lambda a: a.create(File, name="Traoré"))
        with actions.write("created", by=amina) as writing:
            child = writing.create(Child, file=file)
        with actions.write("deleted", by=amina) as writing:
            writing.delete(load(child), seen=actions.seen(load(child)))
        assert undo(act, fatou) == []
        assert load(file).deleted

    def test_a_record_that_another_created_too_stays_and_is_listed(self, country, fatou, engine, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré"})
        act, _ = an_act(fatou, lambda a: a.create(File, id_=key[1], name="Traoré"))
        elsewhere.meet(engine)
        (left,) = undo(act, fatou)
        assert left.held.entry.act == act
        assert not File.objects.get().deleted

    def test_a_deletion_taken_back_brings_the_record_back(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1"))
        act, _ = an_act(fatou, lambda a: a.delete(file, seen=actions.seen(file)))
        assert load(file).deleted
        assert undo(act, fatou) == []
        assert values(file) == ("1", None, False)
        assert not ConflictRow.objects.exists()

    def test_a_link_taken_back_parts_the_files(self, country, fatou):
        one, other = load(make(fatou, name="A")), load(make(fatou, name="B"))
        act, _ = an_act(fatou, lambda a: a.link(one, other))
        assert load(one).canonical == load(other).canonical
        undo(act, fatou)
        assert (load(one).canonical, load(other).canonical) == (one.pk, other.pk)

    def test_a_note_is_left_where_it_is(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1"))
        act, _ = an_act(fatou, lambda a: a.note(file, {"phone": "0"}))
        assert undo(act, fatou) == []
        assert load(file).phone == "1"


class TestPieces:
    def test_a_long_act_goes_back_piece_by_piece_and_may_be_stopped(self, country, fatou, monkeypatch):
        monkeypatch.setattr(undoing, "PIECE", 10)
        act, files = an_act(fatou, lambda a: [a.create(File, name=f"n{i}") for i in range(35)])
        pieces = actions.undo(act, by=fatou)
        next(pieces)
        next(pieces)
        assert 10 <= File.objects.filter(deleted=True).count() <= 20
        pieces.close()

        assert undo(act, fatou) == []
        assert File.objects.filter(deleted=True).count() == 35
        before = EntryRow.objects.count()
        assert undo(act, fatou) == []
        assert EntryRow.objects.count() == before
        assert len(files) == 35

    def test_an_undo_is_undone_and_done_again(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1"))
        act, new = an_act(fatou, lambda a: (
            a.change(file, {"phone": "2"}, seen=actions.seen(file)), a.create(File, name="Koné")
        )[1])  # fmt: skip
        for number in range(3):
            back = runtime.new_id()
            undo(act, fatou, as_act=back)
            assert (load(file).phone, load(new).deleted) == (("1", True) if number % 2 == 0 else ("2", False))
            act = back

    def test_an_act_that_nobody_knows_gives_nothing(self, country, fatou):
        assert undo(runtime.new_id(), fatou) == []

    def test_what_came_from_elsewhere_is_undone_here_too(self, country, fatou, engine, elsewhere):
        act = runtime.new_id()
        key = elsewhere.create(FILE, {1: "Traoré"}, act=act)
        elsewhere.create(CHILD, {1: key[1]}, act=act)
        elsewhere.meet(engine)
        assert undo(act, fatou) == []
        assert File.objects.get().deleted
        assert Child.objects.get().deleted

        elsewhere.change(key, {2: "1"})
        elsewhere.meet(engine)
        assert not File.objects.get().deleted
        assert ConflictRow.objects.get().unit == 0
