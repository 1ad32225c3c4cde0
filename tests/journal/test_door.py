"""The one door: writing, disagreeing, deciding, undoing, and what is refused."""

import pytest
from django.db import connection, transaction

from baarada.journal import actions, cuts, dump, runtime
from baarada.journal.guard import JournalBypassed
from baarada.journal.models import ConflictRow, EntryRow
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import as_uuid
from tests.conftest import TODAY, move_clock
from tests.invented.models import Child, File, Item


def make(by, **fields):
    with actions.write("created", by=by) as act:
        return act.create(File, **fields)


def load(record):
    return type(record).objects.get(pk=record.pk)


def change(record, by, *, seen=None, **fields):
    with actions.write("changed", by=by) as act:
        act.change(record, fields, seen=seen or actions.seen(record))
    return load(record)


def conflicts(record):
    return {row.unit: row for row in ConflictRow.objects.filter(entity=record.pk)}


class TestWriting:
    def test_a_record_is_kept_as_it_was_written(self, country, fatou):
        file = load(make(fatou, name="  Traoré ", born=PartialDate(1979), grade=3))

        assert (file.name, file.born, file.grade, file.phone) == ("Traoré", PartialDate(1979), 3, None)
        assert file.shout == "TRAORÉ"
        assert file.canonical == file.pk

    def test_what_comes_back_from_create_shows_the_values_already(self, country, fatou):
        file = make(fatou, name="Traoré")

        assert file.name == "Traoré"

    def test_add_keeps_the_same_as_create(self, country, fatou):
        with actions.write("created", by=fatou) as act:
            new = act.add(File, name="  Traoré ", born=PartialDate(1979), grade=3)

        file = File.objects.get(pk=as_uuid(new))
        assert (file.name, file.born, file.grade, file.shout) == ("Traoré", PartialDate(1979), 3, "TRAORÉ")

    def test_a_row_is_added_to_a_file_by_its_id(self, country, fatou):
        with actions.write("created", by=fatou) as act:
            new = act.add(File, name="Traoré")
            act.add(Child, file=new, note="x")

        child = Child.objects.get()
        assert (child.file_id, child.canonical) == (as_uuid(new), as_uuid(new))

    def test_two_edits_in_turn_never_conflict(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré"))

        file = change(file, amina, phone="1")
        file = change(file, fatou, phone="2")

        assert file.phone == "2"
        assert not conflicts(file)

    def test_different_fields_of_one_page_merge_without_a_question(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré"))
        page = actions.seen(file)

        change(file, amina, seen=page, phone="76 41 20 58")
        file = change(file, fatou, seen=page, address="Zégoua")

        assert (file.phone, file.address) == ("76 41 20 58", "Zégoua")
        assert not conflicts(file)


class TestDisagreeing:
    def test_two_birth_dates_from_one_page_are_both_kept_and_neither_shows(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", born=PartialDate(1985)))
        page = actions.seen(file)

        change(file, amina, seen=page, born=PartialDate(1985, 3, 12))
        file = change(file, fatou, seen=page, born=PartialDate(1985, 12, 31))

        assert file.born == PartialDate(1985)
        assert conflicts(file)[5].merge == "person"

    def test_a_third_person_decides(self, country, fatou, amina, cheick):
        file = load(make(fatou, name="Traoré", born=PartialDate(1985)))
        page = actions.seen(file)
        change(file, amina, seen=page, born=PartialDate(1985, 3, 12))
        file = change(file, fatou, seen=page, born=PartialDate(1985, 12, 31))

        with actions.write("decided", by=cheick) as act:
            act.decide(file, {"born": PartialDate(1985, 3, 12)}, seen=actions.seen(file))

        assert load(file).born == PartialDate(1985, 3, 12)
        assert not conflicts(file)

    def test_the_later_phone_shows_and_the_other_is_offered(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré"))
        page = actions.seen(file)

        change(file, amina, seen=page, phone="1")
        file = change(file, fatou, seen=page, phone="2")

        assert file.phone == "2"
        assert conflicts(file)[2].merge == "latest"

    def test_a_fact_that_belongs_to_the_capital_is_only_proposed_by_others(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", grade=3))

        file = change(file, amina, grade=4)

        assert file.grade == 3
        assert conflicts(file)[4].merge == "owner"

    def test_an_edit_unseen_by_a_deletion_brings_the_record_back_as_a_question(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré"))
        page = actions.seen(file)
        change(file, amina, seen=page, phone="1")

        with actions.write("deleted", by=fatou) as act:
            act.delete(file, seen=page)

        file = load(file)
        assert not file.deleted
        assert conflicts(file)[0].merge == "person"


class TestFiles:
    def test_linked_files_and_their_rows_bear_one_name(self, country, fatou):
        one, other = make(fatou, name="A"), make(fatou, name="B")
        with actions.write("created", by=fatou) as act:
            child = act.create(Child, file=other)

        with actions.write("linked", by=fatou) as act:
            link = act.link(one, other)

        name = min(one.pk, other.pk)
        assert {load(r).canonical for r in (one, other, child)} == {name}

        link = load(link)
        with actions.write("unlinked", by=fatou) as act:
            act.change(link, {"active": False}, seen=actions.seen(link))
        assert [load(r).canonical for r in (one, other, child)] == [one.pk, other.pk, other.pk]


class TestUndoing:
    def test_what_others_changed_since_stays_and_is_listed(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1"))
        act = runtime.new_id()
        with actions.write("imported", by=fatou, act=act) as writing:
            writing.change(file, {"phone": "2", "address": "Zégoua"}, seen=actions.seen(file))
            new = writing.create(File, name="Koné")
            kept = writing.create(File, name="Diarra")
        change(load(file), amina, address="Kadiolo")
        change(load(kept), amina, phone="3")

        left = [one for piece in actions.undo(act, by=fatou) for one in piece]

        file = load(file)
        assert (file.phone, file.address) == ("1", "Kadiolo")
        assert load(new).deleted
        assert not load(kept).deleted
        assert len(left) == 2

    def test_an_undo_can_be_undone(self, country, fatou):
        act = runtime.new_id()
        with actions.write("imported", by=fatou, act=act) as writing:
            new = writing.create(File, name="Koné")
        back = runtime.new_id()
        list(actions.undo(act, by=fatou, as_act=back))
        assert load(new).deleted

        list(actions.undo(back, by=fatou))

        assert not load(new).deleted


class TestKnownThen:
    def test_a_record_is_shown_as_it_was_known_on_a_day(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1"))
        move_clock(days=3)
        change(file, fatou, phone="2")

        engine = runtime.engine()
        cut = cuts.known_on(engine, TODAY)
        state = engine.as_known((221, file.pk.bytes), cut)

        assert state.values[2] == "1"
        assert cuts.known_on(engine, runtime.today()) is None


class TestRebuilding:
    def test_the_picture_drawn_again_is_the_same(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", born=PartialDate(1985)))
        page = actions.seen(file)
        change(file, amina, seen=page, born=PartialDate(1985, 3, 12))
        change(file, fatou, seen=page, born=PartialDate(1985, 12, 31))
        engine = runtime.engine()
        before = dump.digest(engine.store)

        engine.rebuild()

        assert dump.digest(engine.store) == before


class TestGuard:
    @pytest.mark.parametrize(
        "touch",
        [
            lambda f: File.objects.filter(pk=f.pk).update(phone="9"),
            lambda f: File.objects.filter(pk=f.pk).delete(),
            lambda f: File.objects.bulk_create([File(pk=runtime.new_id(), created=1)]),
            lambda f: connection.cursor().execute("UPDATE invented_file SET phone = '9'"),
            lambda f: connection.cursor().execute("delete from invented_file"),
            lambda f: connection.cursor().execute('INSERT INTO "journal_entry" (ref) VALUES (1)'),
            lambda f: EntryRow.objects.all().delete(),
        ],
    )
    def test_every_other_way_in_is_refused(self, country, fatou, touch):
        file = make(fatou, name="Traoré")

        with pytest.raises(JournalBypassed), transaction.atomic():
            touch(file)

        assert load(file).phone is None

    def test_save_and_delete_say_where_the_door_is(self, country, fatou):
        file = make(fatou, name="Traoré")
        with pytest.raises(TypeError, match=r"journal\.actions\.write"):
            file.save()
        with pytest.raises(TypeError, match=r"journal\.actions\.write"):
            file.delete()


class TestReferences:
    def test_a_reference_outside_keeps_the_label_its_writer_saw(self, country, fatou):
        with actions.write("created", by=fatou) as act:
            item = act.create(Item, label="CSCom de Loulouni")
            file = act.create(File, name="Traoré", place=(item, "CSCom de Loulouni"), item=item)

        file = load(file)
        assert (file.place_id, file.place_label) == (item.pk, "CSCom de Loulouni")
        assert file.item == load(item)
