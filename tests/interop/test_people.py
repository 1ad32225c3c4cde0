"""Lists of people: who a row is about, what it changes, what is put to a person, what is refused and why."""

import csv

import pytest

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME
from baarada.interop.tables import exporting, jobs, queries
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.journal.models import ConflictRow
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.registry import actions, lists
from baarada.registry.models import Area, Facility, Identifier, Office, Person, Posting, Unit
from tests.interop.conftest import HEADINGS, counts, district, person, write_csv


def only(job):
    """The one row of a list."""
    (row,) = job.rows.all()
    return row


def the(name="Ivo1"):
    return Person.objects.live().get(given_names=name)


def second(by, name="Poste de Bandor"):
    """Another facility, of the same office."""
    return actions.add_facility(
        {"name": name, "kind": lists.items("facility_type")[0].code}, office=district(), by=by
    ).record


def again(record):
    """As it stands now."""
    return type(record).objects.get(pk=record.pk)


class TestComingIn:
    def test_a_row_is_a_person_with_number_and_posting(self, bring, larma, by):
        job = bring([person(1, phone="612000001")])

        found = the()
        assert counts(job) == {NEW: 1}
        assert (found.family_name, found.sex, found.born, found.phone) == (
            "Ostrel", "M", PartialDate(1985, 3, 12), "612000001",
        )  # fmt: skip
        assert found.office_id.bytes == by.office
        assert Identifier.objects.get().number == "P00001"
        posting = Posting.objects.get()
        assert (posting.facility_id, posting.starts, posting.main, posting.share) == (
            larma.pk, PartialDate(2015, 2, 1), True, 10_000,
        )  # fmt: skip

    def test_all_rows_are_one_act_of_whoever_brought_them(self, bring, by):
        job = bring([person(n) for n in range(150)])

        acts = {h.entry.act for h in runtime.engine().store.entries_of_act(job.act.bytes, 0, 1000)}
        writers = {h.entry.writer.name for h in runtime.engine().store.entries_of_act(job.act.bytes, 0, 1000)}
        assert acts == {job.act.bytes} and writers == {by.name}
        assert Person.objects.count() == 150

    @pytest.mark.parametrize(
        ("headings", "cells", "expected"),
        [
            (("Nom et prénoms", "Sexe"), ("TRAORÉ Mariam Awa", "F"), ("TRAORÉ", "Mariam Awa")),
            (("Nom et prénoms", "Sexe"), ("Mariam Awa TRAORÉ", "F"), ("TRAORÉ", "Mariam Awa")),
            (("Nom et prénoms", "Sexe"), ("Traoré Mariam", "F"), ("Traoré", "Mariam")),
            (("Nom", "Sexe"), ("Ostrel", "Féminin"), ("Ostrel", None)),
        ],
    )
    def test_names_in_one_cell_are_told_apart(self, bring, headings, cells, expected):
        bring([cells], headings=headings)

        found = Person.objects.get()
        assert (found.family_name, found.given_names, found.sex) == (*expected, "F")

    @pytest.mark.parametrize(
        ("headings", "cells"),
        [
            (("Nom et prénoms", "Sexe"), ("Dr TRAORÉ Mariam", "F")),
            (("Nom", "Prénom", "Sexe"), ("Dr TRAORÉ", "Mariam", "F")),
            (("Civilité", "Nom", "Prénom", "Sexe"), ("Dr", "Mme TRAORÉ", "Mariam", "F")),
        ],
    )
    def test_a_title_before_a_name_is_kept_as_a_title(self, bring, headings, cells):
        bring([cells], headings=headings)

        found = Person.objects.get()
        assert (found.title, found.family_name, found.given_names) == ("Dr", "TRAORÉ", "Mariam")
        # The same person without the title is the same person.
        job = bring([("TRAORÉ", "Mariam", "F")], headings=("Nom", "Prénom", "Sexe"), write=False)
        assert not job.counts["new"]

    @pytest.mark.parametrize(
        ("cell", "day"),
        [
            ("12/03/1985", "1985-03-12"), ("1985-03-12", "1985-03-12"), ("12.3.85", "1985-03-12"), ("1985", "1985"),
            ("03/1985", "1985-03"), ("12 mars 1985", "1985-03-12"), ("31118", "1985-03-12"),
            ("1985-03-12 00:00", "1985-03-12"), ("vers 1985", "1985"),
        ],
    )  # fmt: skip
    def test_days_are_read_as_people_write_them(self, bring, cell, day):
        bring([person(1, born=cell)])

        assert str(the().born) == day

    def test_two_telephones_in_one_cell_are_two(self, bring):
        bring([person(1, phone="612 000 001 / 612.000.002")])

        assert (the().phone, the().phone2) == ("612 000 001", "612.000.002")

    def test_somebody_without_a_posting_is_under_the_writers_office(self, bring, by):
        bring([("Ostrel", "Ivo1", "M", "1985")], headings=HEADINGS[:4])

        assert the().office_id.bytes == by.office
        assert not Posting.objects.exists()

    def test_a_service_of_the_facility_is_found_or_made_and_undone_with_the_list(self, bring, larma, by):
        actions.add_unit(larma, {"name": "Maternité"}, by=by)
        headings = (*HEADINGS, "Service")

        job = bring(
            [[*person(1), "maternite"], [*person(2), "Bloc B"], [*person(3), "bloc b"]], headings=headings
        )

        assert {p.person.given_names: p.unit_label for p in Posting.objects.select_related("person")} == {
            "Ivo1": "Maternité", "Ivo2": "Bloc B", "Ivo3": "Bloc B",
        }  # fmt: skip
        assert Unit.objects.live().count() == 2
        again = bring([[*person(1), "Maternité"], [*person(2), "Bloc B"]], headings=headings)
        assert counts(again) == {SAME: 2}
        jobs.undo(job, by=by)
        assert [u.name for u in Unit.objects.live()] == ["Maternité"]


class TestTwice:
    def test_the_same_list_changes_nothing(self, bring):
        rows = [person(n) for n in range(30)]
        bring(rows)
        before = runtime.engine().store.last_stamps("")

        again = bring(rows)

        assert counts(again) == {SAME: 30}
        assert Person.objects.count() == Posting.objects.count() == Identifier.objects.count() == 30
        assert runtime.engine().store.last_stamps("") == before

    def test_without_numbers_it_changes_nothing_either(self, bring):
        rows = [person(n, payroll="") for n in range(30)]
        bring(rows)

        assert counts(bring(rows)) == {SAME: 30}

    def test_two_dry_runs_before_two_imports_double_nobody(self, bring):
        rows = [person(n) for n in range(20)]
        one, other = bring(rows, write=False), bring(rows, write=False)
        for job in (one, other):
            jobs.ready(job)
            jobs.write(job)

        assert Person.objects.count() == 20
        assert (one.state, other.state) == ("done", "planned")
        assert counts(other) == {SAME: 20} and "Another list came in" in other.message
        jobs.ready(other)
        jobs.write(other)
        assert other.state == "done" and Person.objects.count() == 20

    def test_a_list_with_one_thing_more_changes_that_alone(self, bring):
        bring([person(n) for n in range(5)])

        job = bring([person(n, phone="612000009" if n == 3 else "") for n in range(5)])

        assert counts(job) == {SAME: 4, CHANGE: 1}
        changed = [h.entry for h in runtime.engine().store.entries_of_act(job.act.bytes, 0, 100)]
        assert [sorted(e.fields) for e in changed] == [[Person.Merge.numbers["phone"]]]

    def test_an_empty_cell_empties_nothing(self, bring):
        bring([person(1, phone="612000001")])

        assert counts(bring([person(1)])) == {SAME: 1}
        assert the().phone == "612000001"


class TestAPostingThatCannotBeOne:
    """What a list says of a posting is never dropped in silence."""

    def test_one_without_a_place_is_told_in_words_once(self, bring):
        row = person(1, facility="")
        first, again = bring([row]), bring([row])

        assert (counts(first), counts(again)) == ({NEW: 1}, {SAME: 1})
        assert not Posting.objects.exists()
        assert "01/02/2015" in the().note

    def test_it_is_added_to_the_note_of_somebody_known(self, bring, by):
        bring([person(1, cadre="", facility="", starts="")])
        actions.revise(the(), {"note": "Phones on Fridays."}, seen=journal.seen(the()), by=by)

        job = bring([person(1, cadre="", facility="", starts="2015")])

        assert counts(job) == {CHANGE: 1}
        assert the().note.splitlines() == ["Phones on Fridays.", "Premier jour : 2015"]

    def test_one_of_somebody_known_needs_a_cadre_as_any(self, bring):
        bring([person(1, cadre="", facility="", starts="")])

        job = bring([person(1, cadre="")])

        assert counts(job) == {REFUSED: 1}
        assert only(job).problems == [["posting.cadre", "", "Write the cadre."]]

    def test_one_that_ended_is_not_brought_back_by_an_old_list(self, bring, by):
        self._ended(bring, by)

        assert counts(bring([person(1)])) == {SAME: 1}
        assert Posting.objects.count() == 1

    def test_an_old_list_that_says_otherwise_of_it_is_refused(self, bring, by):
        self._ended(bring, by)

        job = bring([person(1, cadre=str(lists.cadres()[1]))])

        assert counts(job) == {REFUSED: 1}
        assert "in a posting that does not run today" in only(job).problems[0][2]

    def _ended(self, bring, by):
        bring([person(1)])
        posting = Posting.objects.get()
        last = PartialDate(2020, 6, 30)
        actions.end_posting(posting, last=last, end_reason="transfer", seen=journal.seen(posting), by=by)


class TestNothingIsDropped:
    """What a row says is written, told, or refused with a sentence."""

    def test_a_running_posting_beside_the_main_one_is_the_one_spoken_of(self, bring, by):
        second(by)
        bring([person(1)])
        beside = {"facility": "Poste de Bandor", "starts": "01/03/2016"}
        actions.start_posting(
            the(), {"facility": Facility.objects.get(name="Poste de Bandor"), "cadre": lists.cadres()[0],
                    "starts": PartialDate(2016, 3, 1), "share": 3_000, "main": False, "kind": "appointment"}, by=by,
        )  # fmt: skip

        job = bring([person(1, **beside, cadre=str(lists.cadres()[1]))])
        assert counts(job) == {CHANGE: 1}
        found = Posting.objects.get(facility_label="Poste de Bandor")
        assert (found.cadre_id, Posting.objects.count()) == (lists.cadres()[1].pk, 2)

    def test_a_facility_under_another_of_its_ids_is_the_same_place(self, bring, by, larma, region):
        other = second(by, "Poste de Larma bis")
        bring([person(1, facility="Poste de Larma bis")])
        with journal.write("linked", by=region) as act:
            act.link(larma, other)

        assert counts(bring([person(1, starts="")])) == {SAME: 1}
        actions.delete(again(larma), seen=journal.seen(again(larma)), by=region)
        assert counts(bring([person(1, facility="Poste de Larma bis", starts="")])) == {SAME: 1}

    def test_a_seal_of_somebody_else_drops_nothing(self, bring, by):
        bring([person(1), person(2)])
        sealed = tokens.seal(journal.seen(the("Ivo2")))

        job = bring([[*person(1, phone="612000001"), sealed]], headings=[*HEADINGS, "Version lue"])

        assert counts(job) == {CHANGE: 1}
        assert the().phone == "612000001"

    def test_two_rows_about_one_person_are_one_too_many(self, bring):
        bring([person(1)])

        first, last = person(1, born="13/03/1985"), person(1, phone="612000002")
        ids = [str(the().pk)]
        job = bring(
            [[*first, *ids], [*last[:5], "", *last[6:], *ids]], headings=[*HEADINGS, "Identifiant Baarada"]
        )
        assert counts(job) == {CHANGE: 1, REFUSED: 1}
        assert job.rows.get(status=REFUSED).problems[0][2] == (
            "Row 2 of the file is about the same file. Put both into one row."
        )

    def test_a_file_gone_between_dry_run_and_import_refuses_its_row_alone(self, bring, by):
        bring([person(1), person(2)])
        job = bring([person(1, phone="612000001"), person(2, phone="612000002")], write=False)
        actions.delete(the(), seen=journal.seen(the()), by=by)
        assert queries.changes_of(job, list(job.rows.order_by("line")))[2] == []

        jobs.ready(job)
        jobs.write(job)

        assert counts(job) == {CHANGE: 1, REFUSED: 1}
        assert "not here any more" in job.rows.get(status=REFUSED).problems[0][2]
        assert the("Ivo2").phone == "612000002"

    def test_what_cannot_be_written_any_more_is_refused_with_the_reason(self, bring, by):
        second(by)
        bring([person(1, cadre="", facility="", starts="")])
        job = bring([person(1, starts="")], write=False)
        actions.start_posting(
            the(), {"facility": Facility.objects.get(name="Poste de Bandor"), "cadre": lists.cadres()[0],
                    "starts": PartialDate(2016, 3, 1), "share": 10_000, "main": True, "kind": "appointment"}, by=by,
        )  # fmt: skip

        jobs.ready(job)
        jobs.write(job)

        assert counts(job) == {REFUSED: 1}
        assert "Poste de Bandor" in only(job).problems[0][2]

    def test_the_service_of_a_posting_that_ended_is_not_dropped(self, bring, by):
        bring([person(1)])
        posting = Posting.objects.get()
        actions.end_posting(
            posting, last=PartialDate(2020, 6, 30), end_reason="transfer", seen=journal.seen(posting), by=by
        )

        job = bring([[*person(1), "Maternité"]], headings=[*HEADINGS, "Service"])

        assert counts(job) == {REFUSED: 1}

    def test_two_cells_of_telephones_hold_two_telephones(self, bring):
        def row(one, two):
            return bring([[*person(1, phone=one), two]], headings=[*HEADINGS, "Téléphone 2"], write=False)

        assert counts(row("612000001 / 612000002", "612000003")) == {REFUSED: 1}
        assert counts(row("612000001 / 612000002", "612000002")) == {NEW: 1}

    def test_a_list_does_not_dispute_with_itself_about_the_office(self, bring, by, larma):
        bring([person(1, cadre="", facility="", starts="")])
        other = Office.objects.filter(kind=district().kind).exclude(pk=district().pk).first()

        bring([[*person(1), str(other)]], headings=[*HEADINGS, "District sanitaire"])

        assert not ConflictRow.objects.exists()


class TestWhoItIs:
    def test_a_known_number_is_that_person_even_if_the_name_is_spelt_otherwise(self, bring):
        bring([person(1, family="Coulibaly")])

        job = bring([person(1, family="Koulibaly")])

        assert counts(job) == {CHANGE: 1}
        assert Person.objects.get().family_name == "Koulibaly"

    def test_a_known_number_under_quite_another_name_is_put_to_a_person(self, bring):
        bring([person(1)])

        job = bring([person(1, family="Vardane", given="Selma")], write=False)

        assert counts(job) == {DOUBT: 1}
        assert only(job).candidates == [str(the().pk)]

    def test_numbers_of_two_people_in_one_row_are_put_to_a_person(self, bring):
        kind = lists.items("identifier_kind")[1]
        headings = (*HEADINGS, str(kind))
        bring([[*person(1), ""], [*person(2, payroll=""), "N2"]], headings=headings)

        job = bring([[*person(1), "N2"]], headings=headings, write=False)

        assert counts(job) == {DOUBT: 1}
        assert len(only(job).candidates) == 2

    def test_nobody_is_matched_on_a_name_alone(self, bring):
        bring([person(1)])

        job = bring([person(1, payroll="", phone="612000001", born="")], write=False)

        assert counts(job) == {DOUBT: 1}

    @pytest.mark.parametrize(
        "other", [{"born": "13/03/1985"}, {"sex": "F"}, {"payroll": "P99999"}, {"given": "Selma"}]
    )
    def test_whoever_cannot_be_the_same_is_somebody_else(self, bring, other):
        bring([person(1)])

        assert counts(bring([person(1, **{"payroll": "", "phone": "612000001"} | other)])) == {NEW: 1}

    def test_a_namesake_that_says_nothing_new_is_the_same(self, bring):
        bring([person(1)])

        assert counts(bring([person(1, payroll="")])) == {SAME: 1}

    def test_two_rows_for_two_namesakes_are_two_people_once_somebody_said_so(self, bring, by):
        rows = [person(1, payroll=""), person(1, payroll="")]
        first = bring(rows, write=False)
        jobs.answer(first.rows.get(status=DOUBT), "new", by=by)
        jobs.ready(first)
        jobs.write(first)
        assert Person.objects.count() == 2

        assert counts(bring(rows)) == {SAME: 2}

    def test_what_speaks_against_a_namesake_is_a_doubt_not_a_refusal(self, bring, by):
        """Without a day this is no transfer of the one who is here; it may be somebody else."""
        bring([person(1)])
        second(by)

        job = bring([person(1, payroll="", facility="Poste de Bandor", starts="")])

        assert counts(job) == {DOUBT: 1}
        assert only(job).problems == []

    def test_a_name_in_the_other_order_or_spelling_is_a_doubt_not_somebody_new(self, bring):
        bring([person(1, family="Ostrel", given="Marek")])

        job = bring([person(1, family="Marek", given="Ostrel", payroll="", phone="612000001")], write=False)

        assert counts(job) == {DOUBT: 1}


class TestDoubts:
    @pytest.fixture
    def doubt(self, bring):
        bring([person(1)])
        return bring([person(1, payroll="", phone="612000001")], write=False)

    def test_it_is_that_person(self, doubt, by):
        jobs.answer(only(doubt), str(the().pk), by=by)
        jobs.ready(doubt)
        jobs.write(doubt)

        assert the().phone == "612000001"

    def test_it_is_somebody_new(self, doubt, by):
        jobs.answer(only(doubt), "new", by=by)
        jobs.ready(doubt)
        jobs.write(doubt)

        assert Person.objects.filter(given_names="Ivo1").count() == 2

    def test_it_is_left_out(self, doubt, by):
        jobs.answer(only(doubt), "leave", by=by)
        jobs.ready(doubt)
        jobs.write(doubt)

        assert the().phone is None
        assert not queries.open_doubts(doubt).exists()

    def test_somebody_new_takes_what_a_new_file_takes(self, bring, by):
        bring([person(1)])
        doubt = bring([person(1, payroll="", phone="612000001", sex="")], write=False)

        jobs.answer(only(doubt), "new", by=by)

        assert counts(doubt) == {REFUSED: 1}
        assert only(doubt).problems[0][0] == "sex"

    def test_a_file_that_is_gone_meanwhile_is_nobody(self, doubt, by):
        found = the()
        actions.delete(found, seen=journal.seen(found), by=by)

        with pytest.raises(Refused, match="not here any more"):
            jobs.answer(only(doubt), str(found.pk), by=by)

    def test_left_alone_nothing_is_written(self, doubt):
        jobs.ready(doubt)
        jobs.write(doubt)

        assert Person.objects.get().phone is None
        assert doubt.state == "done"

    @pytest.mark.parametrize("choice", ["", "yes", "01a1f921-a712-7f8a-bf64-57fbfb2812d4"])
    def test_what_was_not_offered_is_refused(self, doubt, by, choice):
        with pytest.raises(Refused, match="Choose one of the people"):
            jobs.answer(only(doubt), choice, by=by)

    def test_row_and_file_are_shown_side_by_side(self, doubt):
        (candidate,) = queries.candidates_of(only(doubt))

        told = {c.label: (c.row, c.file) for c in candidate.compared}
        assert told["Name"] == ("OSTREL Ivo1", "OSTREL Ivo1")
        assert told["Telephone"][0].replace("\xa0", "") == "612000001" and told["Telephone"][1] == ""


class TestRefused:
    CASES = {
        "born tomorrow": ({"born": "12/03/2031"}, "born", "yet to come"),
        "no such day": ({"born": "31/02/1985"}, "born", "no such day"),
        "no date": ({"born": "printemps"}, "born", "not a date"),
        "too young": ({"born": "2020"}, "born", "years old"),
        "no name": ({"family": "", "given": ""}, "full_name", "family name"),
        "no sex": ({"sex": ""}, "sex", "F or M"),
        "another sex": ({"sex": "X"}, "sex", "F or M"),
        "a short telephone": ({"phone": "6120"}, "phone", "figures"),
        "an unknown place": ({"facility": "Poste de Nulle-Part"}, "posting.facility", "No facility"),
        "an unknown cadre": ({"cadre": "Chevalier"}, "posting.cadre", "Chevalier"),
        "a posting before the birth": ({"starts": "01/01/1980"}, "posting.starts", "before the birth"),
        "a number that Excel spoilt": ({"payroll": "1.23E+14"}, "number.", "spoilt"),
    }  # fmt: skip

    @pytest.mark.parametrize("what", CASES)
    def test_a_row_that_cannot_be_says_why(self, bring, what):
        other, key, sentence = self.CASES[what]

        job = bring([person(1, **other), person(2)])

        row = job.rows.get(line=2)
        assert counts(job) == {NEW: 1, REFUSED: 1}
        assert any(k.startswith(key) and sentence in said for k, _cell, said in row.problems), row.problems
        assert Person.objects.count() == 1

    def test_a_number_twice_in_one_file_is_refused_the_second_time(self, bring):
        job = bring([person(1), person(2, payroll="P00001")])

        assert counts(job) == {NEW: 1, REFUSED: 1}
        assert "already in row 2" in job.rows.get(line=3).problems[0][2]

    def test_bad_rows_come_back_as_they_were_with_the_reason_last(self, bring, by, tmp_path):
        job = bring([person(1, born="31/02/1985", phone="=1+1"), person(2), person(3, sex="?")])
        about = exporting.About(job.file_name, "", by.name, runtime.now())
        target = tmp_path / "bad.csv"
        rows = job.rows.filter(status__in=(DOUBT, REFUSED)).order_by("line")
        count = exporting.write_refused(rows, job, target, about, form="csv")

        with target.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.reader(file, delimiter=";"))
        assert count == 2
        assert found[0] == [*HEADINGS, "Row of the file", "Reason, and what to do"]
        assert found[1][:9] == [
            c if c != "=1+1" else "'=1+1" for c in person(1, born="31/02/1985", phone="=1+1")
        ]
        assert "no such day" in found[1][-1] and "F or M" in found[2][-1]

    def test_the_bad_rows_mended_come_in(self, bring, by, tmp_path):
        job = bring([person(1, born="31/02/1985"), person(2)])
        about = exporting.About(job.file_name, "", by.name, runtime.now())
        target = tmp_path / "bad.xlsx"
        exporting.write_refused(job.rows.filter(status=REFUSED), job, target, about)

        from baarada.interop.tables import sheets

        (*_one, read), (*_two, row) = list(sheets.read(target, tmp_path / "spool").rows())[:2]
        mended = [c.replace("31/02", "28/02") for c in row]
        again = bring(write_csv(tmp_path / "mended.csv", [mended], headings=read))

        assert counts(again) == {NEW: 1}
        assert str(the().born) == "1985-02-28"


class TestChanges:
    def test_another_place_with_a_day_is_a_transfer(self, bring, larma, by):
        kind = lists.items("facility_type")[0].code
        actions.add_facility({"name": "Poste de Vardane", "kind": kind}, by=by)
        bring([person(1)])

        bring([person(1, facility="Poste de Vardane", starts="01/06/2026")])

        old, new = Posting.objects.order_by("starts")
        assert (old.ends, new.starts, new.facility_label) == (
            PartialDate(2026, 5, 31), PartialDate(2026, 6, 1), "Poste de Vardane",
        )  # fmt: skip

    def test_the_office_of_the_new_place_takes_charge(self, bring, larma, by, national):
        kind = lists.items("facility_type")[0].code
        other = Office.objects.filter(kind=district().kind).exclude(pk=district().pk).first()
        actions.add_facility({"name": "Poste de Vardane", "kind": kind}, office=other, by=national)
        bring([person(1)])
        assert the().office_id == district().pk

        bring([person(1, facility="Poste de Vardane", starts="01/06/2026")])

        assert the().office_id == other.pk
        assert counts(bring([person(1, facility="Poste de Vardane", starts="01/06/2026")])) == {SAME: 1}

    def test_another_place_without_a_day_is_refused(self, bring, by):
        kind = lists.items("facility_type")[0].code
        actions.add_facility({"name": "Poste de Vardane", "kind": kind}, by=by)
        bring([person(1)])

        job = bring([person(1, facility="Poste de Vardane", starts="")])

        assert counts(job) == {REFUSED: 1}
        assert "Poste de Larma" in only(job).problems[0][2]

    def test_the_dry_run_says_what_stands_and_what_comes(self, bring):
        bring([person(1)])
        job = bring([person(1, born="12/04/1985")], write=False)

        changes = queries.changes_of(job, list(job.rows.all()))

        ((change,),) = changes.values()
        assert (change.label, change.old, change.new) == ("Birth", "12\xa0March 1985", "12\xa0April 1985")

    def test_a_fact_of_another_office_is_proposed_to_it(self, bring, by, region):
        """The region's list does not override what the district says about its own posting."""
        bring([person(1)])
        other = next(str(c) for c in lists.cadres() if str(c) != person()[6])

        bring([person(1, cadre=other)], who=region)

        assert lists.cadre_label(Posting.objects.get().cadre_id, "M") == person()[6]

    def test_what_changed_between_dry_run_and_import_is_no_loss(self, bring, by, region):
        """Both values stay: the list was made before the other was written."""
        bring([person(1)])
        job = bring([person(1, born="12/04/1985")], write=False)
        found = the()
        actions.revise(found, {"born": PartialDate(1985, 5, 12)}, seen=journal.seen(found), by=region)

        jobs.ready(job)
        jobs.write(job)

        from baarada.journal.models import ConflictRow

        assert str(the().born) == "1985-03-12"
        assert ConflictRow.objects.get().merge == "person"


class TestAreas:
    HEAD = (*HEADINGS, "Région de naissance", "Lieu de résidence")

    def test_where_somebody_was_born_and_lives(self, bring):
        area = Area.objects.filter(kind="province").order_by("pk").first()
        bring([[*person(), area.name, "Le hameau d'en bas"]], headings=self.HEAD)

        one = Person.objects.get()
        # What is no area of the map is the address in words.
        assert (one.birth_area_id, one.address, one.residence_id) == (area.pk, "Le hameau d'en bas", None)
        assert counts(bring([[*person(), area.name, "Le hameau d'en bas"]], headings=self.HEAD)) == {SAME: 1}

    def test_a_name_that_is_none_beside_the_place_in_words(self, bring):
        head = (*self.HEAD, "Adresse")
        job = bring([[*person(), "", "Nulle part", "Rue 3"]], headings=head)
        assert counts(job) == {REFUSED: 1}
