"""What can be asked of the journal, and the sealed texts that say what was on a page."""

from datetime import UTC, datetime, timedelta

import pytest

from baarada.journal import actions, queries, runtime, tokens
from baarada.journal.entries import CHANGE, CORRECT, CREATE, DECIDE, NOTE, PROPOSE, lane_of
from baarada.journal.merging import BIRTHS
from baarada.journal.models import ActRow, ConflictRow
from baarada.journal.tokens import BadToken
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from tests.conftest import TODAY, move_clock
from tests.invented.models import Child, File, Item
from tests.journal.nodes import FILE, change, load, make


class TestHistory:
    def test_each_unit_has_its_writes_newest_first_with_who_when_and_why(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", phone="1", starts=PartialDate(2020), ends=PartialDate(2021)))
        with actions.write(
            "corrected",
            by=amina,
            reason="lu sur l'acte",
            decision="2026-0163",
            effective=PartialDate(2026, 3),
        ) as act:
            act.correct(file, {"phone": "2"}, seen=actions.seen(file))
        file = load(file)

        told = queries.history(file)
        assert set(told) == {"name", "phone", "starts"}
        new, old = told["phone"]
        assert (new.values, old.values) == ({"phone": "2"}, {"phone": "1"})
        assert (new.by, new.kind, new.mode, new.reason) == (
            "Amina Ouattara",
            "corrected",
            CORRECT,
            "lu sur l'acte",
        )
        assert (new.decision, new.effective) == ("2026-0163", PartialDate(2026, 3))
        assert (new.stands, new.shown, old.stands, old.shown) == (True, True, False, False)
        assert timedelta() <= runtime.now() - new.at < timedelta(minutes=5)
        assert told["starts"][0].values == {"starts": 20200000, "ends": 20210000}

    def test_values_that_disagree_all_stand_and_none_is_the_one_shown(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", born=PartialDate(1985)))
        page = actions.seen(file)
        change(file, amina, seen=page, born=PartialDate(1985, 3))
        file = change(file, fatou, seen=page, born=PartialDate(1986))

        born = queries.history(file)["born"]
        assert [w.stands for w in born] == [True, True, False]
        assert not any(w.shown for w in born)

    def test_a_note_joins_the_history_and_moves_nothing(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1"))
        with actions.write("noted", by=fatou, effective=PartialDate(2019)) as act:
            act.note(file, {"phone": "of 2019"})

        file = load(file)
        assert file.phone == "1"
        note, first = queries.history(file)["phone"]
        assert (note.mode, note.stands, note.values, first.mode) == (
            NOTE,
            False,
            {"phone": "of 2019"},
            CREATE,
        )

    def test_a_list_of_histories_is_one_question(self, country, fatou, django_assert_max_num_queries):
        files = [load(make(fatou, name=f"n{i}")) for i in range(30)]
        with django_assert_max_num_queries(4):
            assert len(queries.histories(files)) == 30

    def test_writes_come_oldest_first(self, country, fatou):
        file = load(make(fatou, name="Traoré"))
        file = change(file, fatou, phone="1")
        told = queries.history(file)
        refs = [told["phone"][0].ref, told["name"][0].ref]
        assert [h.entry.mode for h in queries.writes(refs)] == [CREATE, CHANGE]

    def test_when_is_the_writers_time_in_utc(self):
        assert queries.when(1_795_156_200_000 << 16 | 7) == datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
        assert queries.when(0) == datetime(1970, 1, 1, tzinfo=UTC)


class TestKnownThen:
    def test_every_kind_of_field_comes_back_as_the_page_knows_it(self, country, fatou):
        with actions.write("created", by=fatou) as act:
            item = act.create(Item, label="CSCom")
            file = act.create(
                File, name="Traoré", born=PartialDate(1985, 3), grade=3, item=item, place=(item, "CSCom")
            )
        move_clock(days=2)
        change(load(file), fatou, name="Koné", item=None, place=None, born=None, grade=None)

        then = queries.as_known([load(file)], TODAY)[file.pk]
        assert (then.name, then.born, then.grade) == ("Traoré", PartialDate(1985, 3), 3)
        assert (then.item_id, then.place_id, then.place_label) == (item.pk, item.pk, "CSCom")
        assert then.pk == file.pk
        now = queries.as_known([load(file)], runtime.today())[file.pk]
        assert (now.name, now.item_id) == ("Koné", None)

    def test_an_instance_of_the_past_cannot_be_written(self, country, fatou):
        file = load(make(fatou, name="Traoré"))
        move_clock(days=1)
        change(file, fatou, phone="1")
        with pytest.raises(TypeError, match=r"journal\.actions\.write"):
            queries.as_known([file], TODAY)[file.pk].save()


class TestActs:
    def test_an_act_counts_what_it_wrote_and_tells_its_entries_a_page_at_a_time(self, country, fatou):
        act = runtime.new_id()
        for names in (("a", "b", "c"), ("d", "e")):
            with actions.write("imported", by=fatou, act=act) as writing:
                for name in names:
                    writing.create(File, name=name)

        row = queries.act(runtime.as_uuid(act))
        assert (row.kind, row.name, row.count) == ("imported", "Fatou Keïta", 5)
        first = queries.entries_of_act(act, most=2)
        rest = queries.entries_of_act(act, after=first[-1].ref, most=9)
        assert [h.entry.fields[1] for h in first + rest] == list("abcde")
        assert queries.act(runtime.as_uuid(runtime.new_id())) is None

    def test_an_act_that_was_undone_is_told(self, country, fatou):
        act = runtime.new_id()
        with actions.write("imported", by=fatou, act=act) as writing:
            writing.create(File, name="a")
        pk = runtime.as_uuid(act)
        assert queries.acts_undone([pk]) == set()
        list(actions.undo(act, by=fatou))
        assert queries.acts_undone([pk]) == {pk}
        assert ActRow.objects.get(about=pk).kind == "undone"

    def test_a_conflicts_row_is_the_conflict(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré"))
        page = actions.seen(file)
        change(file, amina, seen=page, phone="1")
        change(file, fatou, seen=page, phone="2")
        row = ConflictRow.objects.get()
        conflict = queries.conflict_of(row)
        assert (
            conflict.heads
            == runtime.engine().store.load([queries.key_of(file)])[FILE, file.pk.bytes].heads[2]
        )
        assert conflict.shown in conflict.heads
        assert row.file == file.pk


class TestActions:
    def test_what_belongs_elsewhere_becomes_a_proposal_and_the_rest_a_change(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré", grade=3))
        with actions.write("changed", by=amina) as act:
            act.change(file, {"grade": 4, "phone": "1"}, seen=actions.seen(file))
            assert [d.mode for d in act.drafts] == [CHANGE, PROPOSE]
        assert (load(file).grade, load(file).phone) == (3, "1")
        assert actions.belongs_elsewhere(load(file), ["grade"], seen=actions.seen(load(file)), by=amina)
        assert not actions.belongs_elsewhere(load(file), ["phone"], seen=actions.seen(load(file)), by=amina)
        assert not actions.belongs_elsewhere(load(file), ["grade"], seen=actions.seen(load(file)), by=fatou)

    def test_a_decision_names_all_it_saw_and_closes_the_question(self, country, fatou, amina, cheick):
        file = load(make(fatou, name="Traoré", born=PartialDate(1985)))
        page = actions.seen(file)
        change(file, amina, seen=page, born=PartialDate(1986))
        file = change(file, fatou, seen=page, born=PartialDate(1987))
        with actions.write("decided", by=cheick) as act:
            act.decide(file, {"born": PartialDate(1986)}, seen=actions.seen(file))
            assert act.drafts[0].mode == DECIDE
            assert len(act.drafts[0].bases[5]) == 2
        assert load(file).born == PartialDate(1986)
        assert not ConflictRow.objects.exists()

    def test_delete_and_restore(self, country, fatou):
        file = load(make(fatou, name="Traoré"))
        with actions.write("deleted", by=fatou) as act:
            act.delete(file, seen=actions.seen(file))
        assert load(file).deleted
        with actions.write("restored", by=fatou) as act:
            act.restore(load(file), seen=actions.seen(load(file)))
        assert not load(file).deleted
        assert not ConflictRow.objects.exists()

    def test_an_act_without_entries_writes_nothing(self, country, fatou):
        before = ActRow.objects.count()
        with actions.write("nothing", by=fatou):
            pass
        assert ActRow.objects.count() == before

    def test_an_act_that_fails_inside_writes_nothing(self, country, fatou):
        with pytest.raises(RuntimeError), actions.write("failed", by=fatou) as act:
            act.create(File, name="Traoré")
            raise RuntimeError
        assert not File.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": 7},
            {"name": "x" * 20_001},
            {"grade": "three"},
            {"grade": True},
            {"item": "here"},
            {"grade": 2**63},
        ],
        ids=str,
    )
    def test_a_value_that_does_not_fit_is_one_sentence_and_changes_nothing(self, country, fatou, fields):
        with pytest.raises(Refused, match=r"[Nn]othing|Rien"):
            make(fatou, **fields)
        assert not File.objects.exists()

    def test_an_entry_longer_than_the_format_allows_is_one_sentence(self, country, fatou):
        with pytest.raises(Refused, match=r"long"):
            make(fatou, **dict.fromkeys(("name", "phone", "address"), "é" * 19000))
        assert not File.objects.exists()

    def test_what_was_typed_is_held_against_what_stood_on_the_page(self, country, fatou, amina):
        """Another person changed the phone meanwhile: the form sends the old one back, and it is no change."""
        file = load(make(fatou, name="Traoré", phone="1", address="a", starts=PartialDate(2020)))
        page = actions.seen(file)
        file = change(file, amina, phone="2")
        typed = {"name": "Traoré", "phone": "1", "address": "b", "starts": PartialDate(2021), "ends": None}

        assert actions.changed_since(File, page, typed) == {
            "address": "b", "starts": PartialDate(2021), "ends": None
        }  # fmt: skip
        fresh = actions.changed_since(File, actions.seen(file), typed, record=file)
        assert fresh == {"phone": "1", "address": "b", "starts": PartialDate(2021), "ends": None}

    def test_a_clock_that_cannot_be_right_is_asked_about_and_nothing_is_written(self, country, fatou):
        file = load(make(fatou, name="Traoré"))
        move_clock(days=-10)
        with pytest.raises(actions.ClockRefused) as refused:
            change(file, fatou, phone="1")
        assert refused.value.wrong.now_ms < refused.value.wrong.at_least_ms
        assert load(file).phone is None

        runtime.confirm_clock()
        assert change(load(file), fatou, phone="1").phone == "1"

    def test_rows_go_into_the_lane_of_the_office_in_charge_of_their_file(self, country, fatou):
        file = make(fatou, name="Traoré")
        with actions.write("created", by=fatou) as act:
            child = act.create(Child, file=file)
        engine = runtime.engine()
        lane = engine.store.lane(lane_of(load(child).created))
        assert (lane.key.origin, lane.key.office) == (engine.origin, country.national.pk.bytes)


class TestTokens:
    def test_what_was_seen_travels_and_comes_back(self, country, fatou, amina):
        file = load(make(fatou, name="Traoré"))
        page = actions.seen(file)
        change(file, amina, seen=page, phone="1")
        file = change(file, fatou, seen=page, phone="2")
        other = load(make(fatou, name="Koné"))

        pages = [actions.seen(file), actions.seen(other)]
        text = tokens.seal(*pages)
        assert tokens.unseal(text) == pages
        assert len(pages[0].heads[2]) == 2
        assert text.isascii()
        assert "Traor" not in text

    def test_a_record_created_twice_travels_too(self, country, fatou, engine, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré"})
        with actions.write("imported", by=fatou) as act:
            act.create(File, id_=key[1], name="Koné")
        elsewhere.meet(engine)
        page = actions.seen(File.objects.get())
        assert len(page.heads[BIRTHS]) == 2
        assert tokens.unseal(tokens.seal(page)) == [page]
        assert change(File.objects.get(), fatou, phone="1").phone == "1"

    @pytest.mark.parametrize("bad", ["", "x", "é", "A" * 20_001, "AAAA" * 10, "====", "\x00"])
    def test_a_text_that_was_not_sealed_here_is_refused(self, country, bad):
        with pytest.raises(BadToken):
            tokens.unseal(bad)

    def test_a_text_with_any_letter_changed_is_refused(self, country, fatou):
        text = tokens.seal(actions.seen(load(make(fatou, name="Traoré"))))
        for place in range(len(text) - 1):
            harmed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            with pytest.raises(BadToken):
                tokens.unseal(harmed)

    def test_a_text_sealed_with_another_secret_is_refused(self, country, fatou, settings):
        text = tokens.seal(actions.seen(load(make(fatou, name="Traoré"))))
        settings.SECRET_KEY = "another"
        with pytest.raises(BadToken):
            tokens.unseal(text)
