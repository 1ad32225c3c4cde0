"""As known on a day: where every lane ended when that day ended, whatever was written or arrived since."""

from datetime import timedelta

import pytest
from django.db import transaction

from baarada.journal import actions, cuts, queries, runtime
from baarada.journal.batches import Altered
from baarada.journal.engine import Engine
from baarada.journal.models import CutRow
from baarada.journal.sql import SqlStore
from baarada.kernel.clocks import HybridClock
from baarada.kernel.days import PartialDate
from tests.conftest import TODAY, move_clock
from tests.journal.nodes import FILE, change, load, make


def days():
    return list(CutRow.objects.order_by("day").values_list("day", flat=True))


def number(day):
    return PartialDate.on(day).number


def phone_on(file, day):
    found = queries.as_known([load(file)], day).get(file.pk)
    return None if found is None else found.phone


class TestNoting:
    def test_the_first_change_of_a_day_notes_where_the_day_before_ended(self, country, fatou):
        assert days() == [number(TODAY - timedelta(days=1))]
        move_clock(days=1)
        file = make(fatou, name="Traoré")
        make(fatou, name="Koné")
        assert days() == [number(TODAY - timedelta(days=1)), number(TODAY)]
        move_clock(days=3)
        change(load(file), fatou, phone="1")
        assert days()[2:] == [number(TODAY + timedelta(days=3))]

    def test_a_record_is_shown_as_it_was_known_on_each_day(self, country, fatou):
        file = make(fatou, name="Traoré", phone="1")
        for phone in ("2", "3"):
            move_clock(days=2)
            change(load(file), fatou, phone=phone)

        known = [phone_on(file, TODAY + timedelta(days=n)) for n in range(-1, 6)]
        assert known == [None, "1", "1", "2", "2", "3", "3"]

    def test_what_arrives_counts_from_the_day_it_arrives(self, country, engine, elsewhere):
        key = elsewhere.create(FILE, {1: "Traoré", 2: "1"})
        move_clock(days=2)
        elsewhere.meet(engine)

        assert engine.as_known(key, cuts.known_on(engine, TODAY + timedelta(days=1))) is None
        assert cuts.known_on(engine, TODAY + timedelta(days=2)) is None

    def test_a_deleted_record_is_shown_on_the_days_before(self, country, fatou):
        file = load(make(fatou, name="Traoré", phone="1"))
        move_clock(days=1)
        with actions.write("deleted", by=fatou) as act:
            act.delete(file, seen=actions.seen(file))

        assert phone_on(file, TODAY) == "1"
        assert phone_on(file, TODAY + timedelta(days=1)) is None

    def test_a_write_that_is_taken_back_takes_its_cut_with_it_and_the_next_notes_it_again(
        self, country, fatou
    ):
        file = make(fatou, name="Traoré", phone="1")
        move_clock(days=1)
        with pytest.raises(RuntimeError), transaction.atomic():
            change(load(file), fatou, phone="2")
            raise RuntimeError
        assert number(TODAY) not in days()

        change(load(file), fatou, phone="3")
        assert number(TODAY) in days()
        assert phone_on(file, TODAY) == "1"

    def test_an_engine_that_signs_for_nobody_notes_none(self, country, engine):
        mute = Engine(engine.schema, SqlStore(engine.schema), HybridClock(runtime.now_ms))
        move_clock(days=4)
        before = days()
        assert cuts.record(mute, runtime.today()) is False
        cuts.before_change(mute)
        assert days() == before

    def test_the_days_before_anything_was_noted_show_the_first_cut(self, country, fatou):
        assert cuts.first_day() == TODAY - timedelta(days=1)
        file = make(fatou, name="Traoré", phone="1")
        assert phone_on(file, TODAY - timedelta(days=30)) is None


class TestWrongClocks:
    def test_a_cut_noted_by_a_clock_that_was_ahead_tells_nothing(self, country, fatou):
        """2099 for an afternoon: the years until then are not known, and days go on being noted."""
        file = make(fatou, name="Traoré", phone="1")
        move_clock(days=26_000)
        change(load(file), fatou, phone="2")
        move_clock(days=-25_999)
        runtime.confirm_clock()
        change(load(file), fatou, phone="3")
        move_clock(days=1)
        change(load(file), fatou, phone="4")

        assert number(TODAY + timedelta(days=1)) in days()
        known = [phone_on(file, TODAY + timedelta(days=n)) for n in range(3)]
        assert known == ["2", "3", "4"]

    def test_a_day_noted_too_early_is_noted_again_when_it_comes(self, country, fatou):
        file = make(fatou, name="Traoré", phone="1")
        move_clock(days=3)
        change(load(file), fatou, phone="2")
        move_clock(days=-2)
        runtime.confirm_clock()
        for phone in ("3", "4", "5"):
            change(load(file), fatou, phone=phone)
            move_clock(days=1)

        change(load(file), fatou, phone="6")
        known = [phone_on(file, TODAY + timedelta(days=n)) for n in range(5)]
        assert known == ["2", "3", "4", "5", "6"]

    def test_a_clock_before_this_version_was_made_notes_nothing(self, country, elsewhere, engine):
        elsewhere.create(FILE, {1: "Traoré"})
        (data,) = elsewhere.batches()
        before = days()
        move_clock(days=-20_000)

        assert engine.receive(data) == "applied"
        assert days() == before


class TestTrust:
    def test_a_cut_is_signed_by_its_node(self, country, engine):
        row = CutRow.objects.get()
        cuts.check(bytes(row.positions), bytes(row.public), bytes(row.signature))
        assert bytes(row.public) == engine.sealer.signer.public

    def test_a_cut_that_was_changed_or_signed_by_nobody_is_told(self, country):
        row = CutRow.objects.get()
        positions, public, signature = bytes(row.positions), bytes(row.public), bytes(row.signature)
        for bad in (
            (positions + b"\x00", public, signature), (positions, bytes(32), signature),
            (positions, public, signature[::-1]), (positions, b"", signature),
        ):  # fmt: skip
            with pytest.raises(Altered):
                cuts.check(*bad)
