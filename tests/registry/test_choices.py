"""Lists kept by those who run them: adding, retiring, replacing, counting, taking back."""

from dataclasses import replace
from datetime import date

import pytest

from baarada.journal import actions as journal
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import NotAllowed
from baarada.kernel.ids import as_id
from baarada.registry import actions, choices, choiceuse, lists, places
from baarada.registry.errors import Invalid
from baarada.registry.models import Cadre, Facility, ListItem

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2026, 12, 31), date(2027, 1, 1)
NEW_YEAR = PartialDate(2027, 1, 1)


@pytest.fixture(autouse=True)
def nothing_kept():
    """Lists are kept for a while: those of another test are none of ours."""
    lists.forget()
    yield
    lists.forget()


@pytest.fixture
def kinds(fatou):
    """Three types of facility."""
    rows = [
        choices.add("facility_type", {"code": code, "label_fr": label}, by=fatou).record
        for code, label in (("PS", "Poste de santé"), ("DISP", "Dispensaire"), ("CSCOM", "CSCom"))
    ]
    return {row.code: ListItem.objects.get(pk=row.pk) for row in rows}


@pytest.fixture
def facilities(kinds, amina, country):
    return [
        actions.add_facility({"name": f"{kind} {n}", "kind": kind}, by=amina, office=country.kadiolo).record
        for kind, many in (("PS", 2), ("DISP", 3))
        for n in range(many)
    ]


def again(row):
    return type(row).objects.get(pk=row.pk)


def retire(row, day, by, successor=None):
    return choices.retire(again(row), day, seen=journal.seen(again(row)), by=by, successor=successor)


def counted(on, by):
    """Types of the facilities, as pages count them."""
    return dict(places.kind_counts(places.find_facilities(seen_by=by, on=on), on))


class TestAdding:
    def test_a_choice_is_offered_at_once(self, fatou):
        choices.add("leave_kind", {"code": "deuil", "label_fr": "Congé de deuil"}, by=fatou)

        assert lists.choices("leave_kind", AFTER) == [("deuil", "Congé de deuil")]

    def test_a_list_of_the_country_is_a_choice_among_lists(self, fatou):
        choices.add("list", {"code": "village_kind", "label_fr": "Sortes de villages"}, by=fatou)

        assert "village_kind" in lists.codes()
        assert lists.items("village_kind") == []

    def test_a_cadre_is_added(self, fatou):
        found = choices.add_cadre({"code": "SF", "label_m": "Maïeuticien"}, by=fatou).record

        assert lists.cadre(found.pk).code == "SF"

    @pytest.mark.parametrize(
        ("list_", "values", "field"),
        [
            ("leave_kind", {"label_fr": "Sans code"}, "code"),
            ("leave_kind", {"code": "a b", "label_fr": "Deux mots"}, "code"),
            ("leave_kind", {"code": "x" * 41, "label_fr": "Trop long"}, "code"),
            ("leave_kind", {"code": "x"}, "label_fr"),
            ("list", {"code": "Été", "label_fr": "Majuscule"}, "code"),
            ("sex", {"code": "X", "label_fr": "Autre"}, ""),
            ("leave_kind", {"code": "x", "label_fr": "X", "attributes": ["sans signe"]}, "attributes"),
            (
                "identifier_kind",
                {"code": "x", "label_fr": "X", "attributes": ["pattern=^[0-9$"]},
                "attributes",
            ),
            (
                "identifier_kind",
                {"code": "x", "label_fr": "X", "attributes": ["pattern=[0-9]+"]},
                "attributes",
            ),
            ("extra_field", {"code": "x", "label_fr": "X"}, "attributes"),
            ("extra_field", {"code": "x", "label_fr": "X", "attributes": ["type=colour"]}, "attributes"),
            (
                "extra_field",
                {"code": "x", "label_fr": "X", "attributes": ["type=code", "list=none"]},
                "attributes",
            ),
            (
                "leave_kind",
                {"code": "x", "label_fr": "X", "starts": NEW_YEAR, "ends": PartialDate(2026)},
                "ends",
            ),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(self, fatou, list_, values, field):
        with pytest.raises(Invalid) as refusal:
            choices.add(list_, values, by=fatou)

        assert set(refusal.value.problems) == {field}
        assert not ListItem.objects.exists()

    def test_a_code_is_taken_however_it_is_written(self, kinds, fatou):
        """Also by a choice that was retired: records still hold it."""
        retire(kinds["PS"], NEW_YEAR, fatou)

        with pytest.raises(Invalid, match="ps"):
            choices.add("facility_type", {"code": "ps", "label_fr": "Encore"}, by=fatou)

    def test_it_takes_the_right_to_keep_lists(self, country, kinds):
        nobody = Actor(
            bytes(16), "Personne", country.national.pk.bytes, "national", frozenset({"record.change"})
        )
        row = kinds["PS"]

        with pytest.raises(NotAllowed):
            choices.add("leave_kind", {"code": "x", "label_fr": "X"}, by=nobody)
        with pytest.raises(NotAllowed):
            choices.retire(row, NEW_YEAR, seen=journal.seen(row), by=nobody)
        with pytest.raises(NotAllowed):
            actions.revise(row, {"label_fr": "Autre"}, seen=journal.seen(row), by=nobody)


class TestReplacing:
    def test_counts_before_are_unchanged_and_counts_after_are_the_successor_s(self, kinds, facilities, fatou):
        retire(kinds["DISP"], NEW_YEAR, fatou, kinds["PS"])

        assert counted(BEFORE, fatou) == {"PS": 2, "DISP": 3}
        assert counted(AFTER, fatou) == {"PS": 5}

    def test_who_narrows_finds_what_was_counted(self, kinds, facilities, fatou):
        retire(kinds["DISP"], NEW_YEAR, fatou, kinds["PS"])

        def found(kind, on):
            return places.find_facilities(seen_by=fatou, on=on, kinds=[kind]).count()

        assert (found("PS", BEFORE), found("DISP", BEFORE)) == (2, 3)
        assert (found("PS", AFTER), found("DISP", AFTER)) == (5, 5)

    def test_nothing_that_was_written_is_rewritten(self, kinds, facilities, fatou):
        retire(kinds["DISP"], NEW_YEAR, fatou, kinds["PS"])

        assert sorted(Facility.objects.values_list("kind", flat=True)) == ["DISP"] * 3 + ["PS"] * 2
        assert lists.label("facility_type", "DISP") == "Dispensaire"

    def test_undoing_the_act_restores_every_count(self, kinds, facilities, fatou):
        done = retire(kinds["DISP"], NEW_YEAR, fatou, kinds["PS"])
        assert counted(AFTER, fatou) == {"PS": 5}

        assert actions.undo(done.act, by=fatou) == []

        assert counted(AFTER, fatou) == {"PS": 2, "DISP": 3}
        row = again(kinds["DISP"])
        assert (row.ends, row.replaced_by_id, row.replaced_by_label) == (None, None, None)

    def test_it_can_be_put_back_in_force(self, kinds, facilities, fatou):
        retire(kinds["DISP"], NEW_YEAR, fatou, kinds["PS"])
        row = again(kinds["DISP"])

        choices.bring_back(row, seen=journal.seen(row), by=fatou)

        assert counted(AFTER, fatou) == {"PS": 2, "DISP": 3}

    def test_chains_are_followed_to_their_end(self, kinds, facilities, fatou):
        retire(kinds["DISP"], NEW_YEAR, fatou, kinds["PS"])
        retire(kinds["PS"], PartialDate(2028), fatou, kinds["CSCOM"])

        assert counted(AFTER, fatou) == {"PS": 5}
        assert counted(date(2028, 1, 1), fatou) == {"CSCOM": 5}

    def test_what_is_retired_without_a_successor_counts_as_itself_and_is_offered_no_more(
        self, kinds, facilities, fatou
    ):
        retire(kinds["DISP"], NEW_YEAR, fatou)

        assert counted(AFTER, fatou) == {"PS": 2, "DISP": 3}
        assert "DISP" not in dict(lists.choices("facility_type", AFTER))
        assert "DISP" in dict(lists.choices("facility_type", BEFORE))

    def test_cadres_are_replaced_in_the_same_way(self, fatou):
        old, new = (choices.add_cadre({"code": c, "label_m": c}, by=fatou).record for c in ("A", "B"))
        retire(old, NEW_YEAR, fatou, again(new))

        assert lists.standing_cadre(old.pk, BEFORE) == old.pk
        assert lists.standing_cadre(old.pk, AFTER) == new.pk
        assert [c.code for c in lists.cadres(AFTER)] == ["B"]


class TestRefusing:
    def problems(self, *args):
        with pytest.raises(Invalid) as refusal:
            retire(*args)
        return set(refusal.value.problems)

    def test_a_day_is_asked_for(self, kinds, fatou):
        assert self.problems(kinds["PS"], None, fatou) == {"day"}

    def test_nothing_is_retired_before_it_begins(self, fatou):
        row = choices.add("leave_kind", {"code": "x", "label_fr": "X", "starts": NEW_YEAR}, by=fatou).record

        assert self.problems(row, NEW_YEAR, fatou) == {"day"}
        assert self.problems(row, PartialDate(2026), fatou) == {"day"}

    def test_nothing_replaces_itself_nor_comes_round_again(self, kinds, fatou):
        ps, disp, cscom = (kinds[c] for c in ("PS", "DISP", "CSCOM"))
        assert self.problems(ps, NEW_YEAR, fatou, ps) == {"successor"}

        retire(ps, NEW_YEAR, fatou, disp)
        retire(disp, PartialDate(2028), fatou, cscom)
        assert self.problems(disp, PartialDate(2026), fatou, again(ps)) == {"successor"}
        assert self.problems(cscom, PartialDate(2026), fatou, again(ps)) == {"successor"}

    def test_what_replaces_is_in_force_on_that_day(self, kinds, fatou):
        retire(kinds["PS"], NEW_YEAR, fatou)

        assert self.problems(kinds["DISP"], PartialDate(2028), fatou, again(kinds["PS"])) == {"successor"}

    def test_what_replaces_is_of_the_same_list(self, kinds, fatou):
        other = choices.add("leave_kind", {"code": "x", "label_fr": "X"}, by=fatou).record
        cadre = choices.add_cadre({"code": "A", "label_m": "A"}, by=fatou).record

        assert self.problems(kinds["PS"], NEW_YEAR, fatou, again(other)) == {"successor"}
        assert self.problems(kinds["PS"], NEW_YEAR, fatou, again(cadre)) == {"successor"}

    def test_what_the_program_needs_stays(self, fatou):
        with journal.write("pack", by=fatou) as act:
            row = act.create(ListItem, list="sex", code="F", label_fr="Féminin")
        lists.forget()

        assert self.problems(row, NEW_YEAR, fatou) == {""}
        for fields in ({"ends": NEW_YEAR}, {"label_fr": None}):
            with pytest.raises(Invalid):
                actions.revise(again(row), fields, seen=journal.seen(again(row)), by=fatou)
        with pytest.raises(Invalid):
            actions.delete(again(row), seen=journal.seen(again(row)), by=fatou)

    def test_only_a_mistake_is_deleted(self, kinds, facilities, fatou):
        used, unused = again(kinds["PS"]), again(kinds["CSCOM"])

        with pytest.raises(Invalid):
            actions.delete(used, seen=journal.seen(used), by=fatou)
        actions.delete(unused, seen=journal.seen(unused), by=fatou)

        assert dict(lists.choices("facility_type")) == {"PS": "Poste de santé", "DISP": "Dispensaire"}

    def test_what_a_district_adds_is_offered_there_at_once(self, kinds, country):
        lists.choices("facility_type")
        amina = Actor(bytes(16), "Amina", as_id(country.kadiolo.pk), "district")
        choices.add("facility_type", {"code": "MAT", "label_fr": "Maternité"}, by=amina)

        assert dict(lists.choices("facility_type"))["MAT"] == "Maternité"

    def test_a_deleted_one_is_restored_by_who_keeps_the_lists(self, kinds, facilities, fatou):
        unused = again(kinds["CSCOM"])
        actions.delete(unused, seen=journal.seen(unused), by=fatou)
        row = ListItem.objects.get(pk=unused.pk)

        with pytest.raises(NotAllowed):
            actions.restore(
                row, seen=journal.seen(row), by=replace(fatou, rights=frozenset({"record.delete"}))
            )
        actions.restore(row, seen=journal.seen(row), by=fatou)

        assert "CSCOM" in dict(lists.choices("facility_type"))

    def test_what_another_counts_as_stays(self, kinds, fatou):
        retire(kinds["PS"], NEW_YEAR, fatou, kinds["CSCOM"])
        row = again(kinds["CSCOM"])

        with pytest.raises(Invalid):
            actions.delete(row, seen=journal.seen(row), by=fatou)


class TestUse:
    def test_records_are_counted_by_choice(self, kinds, facilities, fatou):
        assert choiceuse.uses("facility_type", seen_by=fatou) == {"PS": 2, "DISP": 3}
        assert [n for _kind, _fact, n in choiceuse.where_used(kinds["DISP"])] == [3]
        assert choiceuse.where_used(kinds["CSCOM"]) == []

    def test_several_choices_of_one_record_count_each(self, fatou):
        spoken = choices.add("language", {"code": "bam", "label_fr": "Bambara"}, by=fatou).record
        for name, languages in (("A", ["bam", "fra"]), ("B", ["bam"])):
            actions.add_person({"family_name": name, "sex": "F", "languages": languages}, by=fatou)

        assert choiceuse.uses("language", seen_by=fatou) == {"bam": 2, "fra": 1}
        assert [n for _kind, _fact, n in choiceuse.where_used(again(spoken))] == [2]

    def test_no_question_more_for_a_longer_list(
        self, kinds, facilities, fatou, django_assert_max_num_queries
    ):
        for n in range(30):
            choices.add("facility_type", {"code": f"K{n}", "label_fr": f"Type {n}"}, by=fatou)

        with django_assert_max_num_queries(sum(1 for _field in choiceuse.fields_of("facility_type")) + 2):
            choiceuse.uses("facility_type", seen_by=fatou)

    def test_cadres_are_counted_by_their_ids(self, fatou):
        found = choices.add_cadre({"code": "SF", "label_m": "Maïeuticien"}, by=fatou).record
        with journal.write("posts", by=fatou) as act:
            from baarada.registry.models import Post

            act.create(Post, cadre=Cadre.objects.get(pk=found.pk), number="1")

        assert choiceuse.uses(choiceuse.CADRES, seen_by=fatou) == {found.pk: 1}
