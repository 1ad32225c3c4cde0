"""At every start: what an older program or other rules have made is brought up to date, once."""

import pytest

from baarada.journal import actions as journal
from baarada.kernel.days import PartialDate
from baarada.packs import reader
from baarada.registry import lists, outlines, rules, search, searchkeys, spelling
from baarada.registry.models import Licence, ListItem, NameWord, Outline, Person, SearchKey
from baarada.upkeep import setup
from baarada.upkeep.preparing import follow_lists, prepare
from tests.upkeep.conftest import add_person, live_in

SAID: list[str] = []


@pytest.fixture
def by(db, settings, tmp_path):
    """A register of the invented country, prepared once."""
    from baarada.accounts.actions import system_actor
    from baarada.journal import runtime

    live_in(settings, tmp_path / "home")
    setup.init("demo", password="le mil pousse en juin", say=SAID.append)
    live_in(settings, tmp_path / "home", pack="demo")
    prepare(say=SAID.append)
    SAID.clear()
    yield system_actor("Baarada", runtime.root_office())
    spelling.use((), ())
    rules.phone_rule.region, rules.phone_rule.length = "", 0


def keys():
    return sorted(SearchKey.objects.values_list("key", "kind", "type", "target"))


def test_a_second_start_has_nothing_to_do(by):
    prepare(say=SAID.append)

    assert SAID == []


def test_keys_made_anew_are_those_that_were_kept_in_step(by):
    add_person(by, "Abelmont")
    before = keys()

    searchkeys.remake()

    assert keys() == before


def test_other_spellings_find_those_who_were_here_before(by, monkeypatch):
    """A new pack brings a rule: names learnt by the old ones would never sound right."""
    add_person(by, "Gombrel")
    assert not search.search("Zzel", seen_by=by).people
    pack = reader.read("demo")
    more = (
        spelling.Rule("zz", "gombr"), *(spelling.Rule(r.old, r.new, r.where, r.before) for r in pack.spelling)
    )  # fmt: skip
    spelling.use(more, pack.variants)
    monkeypatch.setattr(search, "_vocabulary", [])

    prepare(say=SAID.append)

    assert SAID == ["Preparing the search."]
    assert NameWord.objects.get(word="gombrel").sound == spelling.sound("zzel")
    assert [hit.target for hit in search.search("Zzel", seen_by=by).people] == [Person.objects.get().pk]


def test_outlines_follow_a_list_that_changes_while_people_work(by):
    person, state = add_person(by, "Abelmont"), ListItem.objects.get(list="licence_status", code="OK")
    with journal.write("licence.added", by=by) as act:
        act.create(Licence, person=person, status=state.code, starts=PartialDate(2020))
    assert {one.licence for one in Outline.objects.all()} == {outlines.VALID}
    assert not follow_lists()

    with journal.write("list.changed", by=by) as act:
        act.correct(state, {"attributes": ["state=ended"]}, seen=journal.seen(state))
    lists.forget()

    assert {one.licence for one in Outline.objects.all()} == {outlines.VALID}
    assert follow_lists()
    assert {one.licence for one in Outline.objects.all()} == {outlines.EXPIRED}
    assert not follow_lists()


def test_what_was_cut_off_is_begun_again(by, monkeypatch):
    add_person(by, "Abelmont")
    before = keys()
    monkeypatch.setattr(searchkeys, "KEYS_NUMBER", searchkeys.KEYS_NUMBER + 1)
    with monkeypatch.context() as patch:
        patch.setattr(searchkeys, "_add", lambda states: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            prepare(say=SAID.append)
    assert keys() == before

    prepare(say=SAID.append)

    assert keys() == before
    assert SAID == ["Preparing the search."] * 2
