"""Archives taken in: whole files, by the rules of a file opened by hand, in one act of small pieces."""

import pytest
from django.utils import translation

from baarada.interop.tables import cells
from baarada.journal import actions as journal
from baarada.journal import verification
from baarada.journal.models import ActRow, EntryRow
from baarada.journal.runtime import engine
from baarada.kernel.days import parse
from baarada.registry import actions, intake, lists, queries, search
from baarada.registry.errors import Invalid
from baarada.registry.intake import File
from baarada.registry.models import Absence, Cadre, Exit, Identifier, ListItem, Person, Posting
from tests.conftest import TODAY


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def health_centre(country, fatou):
    values = {"name": "CSCom de Loulouni", "kind": "CSCOM"}
    return actions.add_facility(values, by=fatou, office=country.kadiolo).record


@pytest.fixture
def midwife(country, fatou):
    with journal.write("cadre", by=fatou) as act:
        cadre = act.create(Cadre, code="SF", label_m="Sage-femme", label_f="Sage-femme")
    lists.forget()
    return cadre


@pytest.fixture
def file_of(country, health_centre, midwife):
    def make(number=1, **person):
        values = {
            "family_name": "Traoré",
            "given_names": f"Mariam {number}",
            "sex": "F",
            "office": country.kadiolo,
        }
        posting = {"facility": health_centre, "cadre": midwife, "starts": parse("2019-02-04")}
        return File(
            values | person,
            [
                (Identifier, {"kind": "matricule", "number": f"9{number:03}-000-A"}),
                (Posting, posting),
                (Absence, {"kind": "annuel", "starts": parse("2024-08-01"), "ends": parse("2024-08-30")}),
            ],
        )

    return make


def test_a_file_is_whole_found_and_one_act(file_of, amina):
    act = intake.take_in([file_of(1), file_of(2, born=parse("1985"))], by=amina, reason="Archive")

    (row,) = ActRow.objects.filter(act__in=[act])
    assert (row.kind, row.count) == ("people.taken_in", 8)
    person = Person.objects.get(given_names="Mariam 2")
    file = queries.person_file(person.pk, seen_by=amina, on=TODAY)
    (posting,) = file.postings
    assert (posting.facility_label, posting.main, posting.share) == ("CSCom de Loulouni", True, 10_000)
    assert [hit.target for hit in search.search("9002-000-A", seen_by=amina).people] == [person.pk]
    assert [p.what for p in verification.verify(engine())] == []


def test_no_transaction_writes_more_than_five_hundred_entries_and_all_are_one_act(
    file_of, amina, monkeypatch
):
    sizes = []
    commit = journal.Act.commit
    monkeypatch.setattr(journal.Act, "commit", lambda act: sizes.append(len(act.drafts)) or commit(act))
    told = []

    act = intake.take_in(map(file_of, range(260)), by=amina, reason="Archive", tell=told.append)

    assert sizes == [500, 500, 40] and told == [125, 125, 10]
    assert EntryRow.objects.filter(act=act).count() == 4 * 260


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"family_name": ""}, "family_name"),
        ({"sex": "X"}, "sex"),
        ({"born": parse("2024")}, "born"),
        ({"phone": "abc"}, "phone"),
    ],
)
def test_a_file_that_breaks_a_rule_keeps_its_whole_piece_out(file_of, amina, change, field):
    with pytest.raises(Invalid) as refused:
        intake.take_in([file_of(1), file_of(2, **change)], by=amina, reason="Archive")

    assert field in refused.value.problems
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (Posting, {"starts": parse("2019")}, "facility"),
        (Identifier, {"kind": "matricule", "number": ""}, "number"),
        (Exit, {"kind": "RETR"}, "left"),
    ],
)
def test_so_does_a_row_that_breaks_one(file_of, amina, model, values, field):
    file = file_of(1)
    with pytest.raises(Invalid) as refused:
        intake.take_in([File(file.person, [*file.rows, (model, values)])], by=amina, reason="Archive")

    assert field in refused.value.problems
    assert not Person.objects.exists()


def test_an_archive_is_taken_back_as_one(file_of, amina):
    act = intake.take_in(map(file_of, range(3)), by=amina, reason="Archive")

    actions.undo(act, by=amina)

    assert not Person.objects.live().exists()


class TestChoicesByName:
    @pytest.fixture(autouse=True)
    def choices(self, country, fatou):
        with journal.write("lists", by=fatou) as act:
            for order, (code, label) in enumerate(
                (("LAB", "Laboratoire"), ("LABP", "Laboratoire privé"), ("B", "Bloc"))
            ):
                act.create(ListItem, list="unit_kind", code=code, label_fr=label, order=order)
        lists.forget()

    def test_by_code_or_label_whatever_the_accents(self):
        assert lists.named("unit_kind", "laboratoire PRIVE").code == "LABP"
        assert lists.named("unit_kind", "lab").code == "LAB"
        assert lists.named("unit_kind", "radiologie") is None
        # A choice that has no English label is not what an empty cell says.
        assert lists.named("unit_kind", "-") is None

    def test_a_change_of_the_list_is_seen_at_once(self, fatou):
        assert cells.code("unit_kind")("Labo") == "LAB"
        item = ListItem.objects.get(code="B")
        with journal.write("lists", by=fatou) as act:
            act.change(item, {"label_fr": "Bloc opératoire"}, seen=journal.seen(item))
        assert lists.named("unit_kind", "Bloc") is None
        assert [i.code for i in lists.items("unit_kind")] == ["LAB", "LABP", "B"]

    def test_a_choice_of_several_beginnings_is_the_first_of_the_list(self):
        assert cells.code("unit_kind")("labor") == "LAB"
