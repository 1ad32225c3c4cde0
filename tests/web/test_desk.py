"""The desk: deciding between values, acts and taking them back, what waits, this computer, refusals."""

import re
from dataclasses import replace
from html import unescape

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from baarada.journal import actions as journal
from baarada.journal import guard, runtime, tokens
from baarada.journal.models import ActRow, ConflictRow, LaneRow, NodeRow, QuarantineRow, WaitRow
from baarada.journal.store import NEEDS_NEWER
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import as_id, as_uuid
from baarada.registry import actions, conflicts, facts
from baarada.registry.models import Cadre, Facility, Person, Posting
from baarada.upkeep import backup, tasks
from baarada.web.desk import waiting, words
from tests.conftest import TODAY, actor, move_clock

pytestmark = pytest.mark.django_db(databases=["default", "queue"])

TWELFTH, LAST = PartialDate(1985, 3, 12), PartialDate(1985, 12, 31)


@pytest.fixture
def amina_there(browser_of, country) -> Client:
    """Amina's browser."""
    return browser_of("amina", country.kadiolo)


@pytest.fixture
def cheick_there(browser_of, country) -> Client:
    return browser_of("cheick", country.region)


@pytest.fixture
def mariam(country, amina) -> Person:
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": PartialDate(1985)}
    return load(actions.add_person({**values, "office": country.kadiolo}, by=amina).record)


@pytest.fixture
def posting(country, mariam, amina, fatou) -> Posting:
    with journal.write("set up", by=fatou) as act:
        cadre = act.create(Cadre, code="sf", label_m="Maïeuticien", label_f="Sage-femme")
    zegoua = actions.add_facility({"name": "CSCom de Zégoua", "kind": "cscom"}, by=fatou).record
    values = {"facility": zegoua, "cadre": cadre, "starts": PartialDate(2019)}
    return load(actions.start_posting(mariam, values, by=amina).record)


def load(record):
    return type(record).objects.get(pk=record.pk)


def disagree(record, one, other, by, other_by, why=None):
    page = journal.seen(record)
    actions.revise(record, one, seen=page, by=by, why=why)
    actions.revise(load(record), other, seen=page, by=other_by)
    return load(record)


def on_birth(mariam, amina, cheick) -> ConflictRow:
    why = actions.Why(reason="Extrait apporté par l’intéressée")
    disagree(mariam, {"born": TWELFTH}, {"born": LAST}, amina, cheick, why)
    return ConflictRow.objects.get()


def address(row) -> str:
    return reverse("web:decision", args=[row.entity, row.unit])


def text(response) -> str:
    """What a page says, without its marks."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(bare))


def sealed(response) -> str:
    return re.search(r'name="seen" value="([^"]+)"', response.content.decode())[1]


def button(response, words_) -> str:
    """What the button that bears these words sends."""
    for value, label in re.findall(r'name="keep" value="(\d+)">([^<]*)', response.content.decode()):
        if words_ in unescape(label).replace("\xa0", " "):
            return value
    raise AssertionError(f"no button says {words_}")


class TestDeciding:
    def test_the_queue_shows_the_first_question_beside_it(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)

        page = amina_there.get(reverse("web:decisions"))

        said = text(page)
        assert page.status_code == 200
        assert "Mariam Traoré" in said
        assert "12 mars 1985" in said.replace("\xa0", " ")
        assert "31 décembre 1985" in said.replace("\xa0", " ")
        assert "Extrait apporté par l’intéressée" in said
        assert "Amina Ouattara" in said and "Cheick Diarra" in said
        assert address(row) in page.content.decode()

    def test_what_the_choice_changes_is_shown_for_each_value(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)

        rows = re.findall(
            r'<td role="cell" data-l="[^"]*">([^<]*)</td>', amina_there.get(address(row)).content.decode()
        )

        assert [cell.split()[0] for cell in rows] == ["41", "40"]

    def test_the_value_chosen_is_the_one_and_nothing_waits_any_more(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))

        answer = amina_there.post(
            address(row),
            {"seen": sealed(page), "keep": button(page, "31 décembre"), "reason": "La solde le dit"},
        )

        assert answer.status_code == 302
        assert load(mariam).born == LAST
        assert not ConflictRow.objects.exists()
        act = ActRow.objects.get(kind="conflict.decided")
        assert "La solde le dit" in text(amina_there.get(reverse("web:act", args=[act.act])))

    def test_it_can_be_taken_back_with_both_values(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))
        amina_there.post(address(row), {"seen": sealed(page), "keep": button(page, "12 mars")})

        act = ActRow.objects.get(kind="conflict.decided")
        amina_there.post(reverse("web:undo", args=[act.act]))

        again = amina_there.get(address(ConflictRow.objects.get())).context["question"]
        assert {(side.by, side.fields["born"]) for side in again.sides} == {
            ("Amina Ouattara", TWELFTH),
            ("Cheick Diarra", LAST),
        }

    def test_the_agreed_value_can_be_kept_too(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))

        amina_there.post(address(row), {"seen": sealed(page), "keep": button(page, "1985 (")})

        assert load(mariam).born == PartialDate(1985)
        assert not ConflictRow.objects.exists()

    def test_a_value_that_came_in_meanwhile_is_shown_and_not_decided_over(
        self, amina_there, mariam, amina, cheick, fatou
    ):
        before = journal.seen(mariam)
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))
        actions.revise(load(mariam), {"born": PartialDate(1986)}, seen=before, by=fatou)

        answer = amina_there.post(address(row), {"seen": sealed(page), "keep": button(page, "12 mars")})

        assert answer.status_code == 422
        assert "1986" in text(answer)
        assert load(mariam).born == PartialDate(1985)
        assert ConflictRow.objects.count() == 1
        assert not ActRow.objects.filter(kind="conflict.decided").exists()

    def test_what_was_settled_meanwhile_is_not_settled_again(self, amina_there, mariam, amina, cheick, fatou):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))
        current = load(mariam)
        actions.decide(current, {"born": LAST}, seen=journal.seen(current), by=fatou)

        answer = amina_there.post(address(row), {"seen": sealed(page), "keep": button(page, "12 mars")})

        assert answer.status_code == 302
        assert load(mariam).born == LAST
        assert ActRow.objects.filter(kind="conflict.decided").count() == 1

    def test_a_forged_page_changes_nothing(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))

        answer = amina_there.post(address(row), {"seen": "abc", "keep": button(page, "12 mars")})

        assert answer.status_code == 422
        assert ConflictRow.objects.count() == 1

    def test_a_value_that_no_button_shows_is_not_taken(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))

        answer = amina_there.post(address(row), {"seen": sealed(page), "keep": "12345"})

        assert answer.status_code == 422
        assert ConflictRow.objects.count() == 1

    def test_writing_another_value_answers_all_that_the_page_showed(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row)).content.decode()
        revise = unescape(re.search(r'href="([^"]*/correct/[^"]*)"', page)[1])
        form = amina_there.get(revise)

        amina_there.post(revise, {"seen": sealed(form), "born": "13/03/1985", "next": "/decisions/"})

        assert load(mariam).born == PartialDate(1985, 3, 13)
        assert not ConflictRow.objects.exists()

    def test_a_value_written_since_the_page_is_not_swept_away_by_another(
        self, amina_there, mariam, amina, cheick, fatou
    ):
        before = journal.seen(mariam)
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row)).content.decode()
        revise = unescape(re.search(r'href="([^"]*/correct/[^"]*)"', page)[1])
        actions.revise(load(mariam), {"born": PartialDate(1986)}, seen=before, by=fatou)

        form = amina_there.get(revise)
        amina_there.post(revise, {"seen": sealed(form), "born": "13/03/1985"})

        said = text(amina_there.get(address(ConflictRow.objects.get())))
        assert "1986" in said and "13 mars 1985" in said.replace("\xa0", " ")

    def test_the_file_leads_to_its_question(self, amina_there, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)

        assert amina_there.get(reverse("web:decisions"), {"d": row.pk})["Location"] == address(row)
        stale = amina_there.get(reverse("web:decisions"), {"d": row.pk + 99}, follow=True)
        assert stale.status_code == 200

    def test_a_question_that_is_no_more_leads_back_to_the_queue(self, amina_there, mariam):
        answer = amina_there.get(reverse("web:decision", args=[mariam.pk, 5]))

        assert answer["Location"] == reverse("web:decisions")

    def test_a_file_deleted_by_one_and_changed_by_another_is_kept_or_not(
        self, amina_there, mariam, amina, cheick
    ):
        page = journal.seen(mariam)
        actions.revise(mariam, {"phone": "76412058"}, seen=page, by=amina)
        actions.delete(load(mariam), seen=page, by=cheick)
        row = ConflictRow.objects.get(unit=0)
        shown = amina_there.get(address(row))
        assert "76 41 20 58" in text(shown).replace("\xa0", " ")
        side = next(s for s in shown.context["question"].sides if s.fields == {"deleted": False})

        amina_there.post(address(row), {"seen": sealed(shown), "keep": str(side.ref)})

        assert not load(mariam).deleted
        assert load(mariam).phone == "76412058"
        assert not ConflictRow.objects.filter(unit=0).exists()

    def test_a_file_may_be_left_deleted(self, amina_there, mariam, amina, cheick):
        page = journal.seen(mariam)
        actions.revise(mariam, {"phone": "76412058"}, seen=page, by=amina)
        actions.delete(load(mariam), seen=page, by=cheick)
        row = ConflictRow.objects.get(unit=0)
        shown = amina_there.get(address(row))
        side = next(s for s in shown.context["question"].sides if s.fields == {"deleted": True})

        amina_there.post(address(row), {"seen": sealed(shown), "keep": str(side.ref)})

        assert load(mariam).deleted
        assert not ConflictRow.objects.filter(unit=0).exists()

    def test_two_links_apart_are_a_question_like_any_other(
        self, amina_there, mariam, country, amina, cheick, fatou
    ):
        other = load(
            actions.add_person(
                {"family_name": "Traore", "sex": "F", "office": country.kadiolo}, by=amina
            ).record
        )
        link = load(actions.link_people(mariam, other, by=amina).record)
        page = journal.seen(link)
        actions.unlink(link, seen=page, by=amina)
        with journal.write("person.linked", by=cheick) as act:
            act.change(load(link), {"active": True}, seen=page)
        with journal.write("person.linked", by=cheick) as act:
            act.change(load(link), {"active": True}, seen=page)
        row = ConflictRow.objects.get()

        page = amina_there.get(address(row))
        assert page.status_code == 200
        assert "Mariam Traoré" in text(page)
        keep = page.context["question"].sides[0]
        amina_there.post(address(row), {"seen": sealed(page), "keep": str(keep.ref)})
        assert not ConflictRow.objects.exists()

    def test_a_group_is_decided_as_one(self, amina_there, posting, amina, country):
        colleague = actor("Salif", country.kadiolo)
        posting = disagree(
            posting,
            {"starts": PartialDate(2018), "ends": None},
            {"starts": PartialDate(2018, 5), "ends": PartialDate(2020)},
            amina,
            colleague,
        )
        row = ConflictRow.objects.get()
        page = amina_there.get(address(row))
        side = next(s for s in page.context["question"].sides if s.fields["ends"])

        amina_there.post(address(row), {"seen": sealed(page), "keep": str(side.ref)})

        assert (load(posting).starts, load(posting).ends) == (PartialDate(2018, 5), PartialDate(2020))
        assert not ConflictRow.objects.exists()

    def test_the_paper_of_a_decision_is_beside_its_value(self, amina_there, mariam, amina, cheick):
        paper = {"kind": "birth", "title": "Extrait 214/85", "reference": "214/85", "hash": "ab" * 32}
        kept = actions.add_paper(mariam, paper, by=amina).record
        why = actions.Why(decision="214/85")
        disagree(load(mariam), {"born": TWELFTH}, {"born": LAST}, amina, cheick, why)

        page = amina_there.get(address(ConflictRow.objects.get()))

        assert reverse("web:paper", args=[kept.pk]) in page.content.decode()
        assert [len(papers) for _side, papers in page.context["sides"]] == [1, 0]

    def test_nothing_to_decide_says_why(self, amina_there):
        page = amina_there.get(reverse("web:decisions"))

        assert page.status_code == 200
        assert "empty" in page.content.decode()

    def test_the_queue_is_cut_into_pages(self, amina_there, country, amina, cheick):
        for number in range(27):
            values = {"family_name": f"Sanogo {number:02}", "sex": "F", "office": country.kadiolo}
            person = load(actions.add_person(values, by=amina).record)
            disagree(person, {"born": TWELFTH}, {"born": LAST}, amina, cheick)

        first = amina_there.get(reverse("web:decisions"))
        second = amina_there.get(first.context["queue"].next)

        assert len(first.context["queue"].lines) == 25
        assert [line.subject.name for line in second.context["queue"].lines] == ["Sanogo 25", "Sanogo 26"]
        assert not second.context["queue"].next

    def test_a_longer_queue_asks_no_more(
        self, amina_there, country, amina, cheick, django_assert_max_num_queries
    ):
        def add(most):
            for number in range(most):
                values = {"family_name": f"Sanogo {number:02}", "sex": "F", "office": country.kadiolo}
                person = load(actions.add_person(values, by=amina).record)
                disagree(person, {"born": TWELFTH}, {"born": LAST}, amina, cheick)

        add(2)
        few = queries_of(amina_there, reverse("web:decisions"))
        add(12)
        assert queries_of(amina_there, reverse("web:decisions")) <= few

    def test_only_who_is_signed_in_sees_it(self, mariam, amina, cheick):
        row = on_birth(mariam, amina, cheick)

        for where in (reverse("web:decisions"), address(row), reverse("web:acts"), reverse("web:about")):
            assert reverse("web:sign-in") in Client().get(where)["Location"]
        Client().post(address(row), {"keep": "1"})
        assert ConflictRow.objects.count() == 1


def queries_of(browser, where) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser.get(where)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(where).status_code == 200
    return len(asked)


class TestProposals:
    def test_the_owner_decides(self, amina_there, posting, amina, cheick):
        disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)
        row = ConflictRow.objects.get()
        page = amina_there.get(address(row))

        amina_there.post(address(row), {"seen": sealed(page), "keep": button(page, "50")})

        assert load(posting).share == 5000
        assert not ConflictRow.objects.exists()

    def test_others_look_and_do_not_decide(self, cheick_there, posting, amina, cheick):
        disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)
        row = ConflictRow.objects.get()

        page = cheick_there.get(address(row))
        assert 'name="keep"' not in page.content.decode()
        side = page.context["question"].sides[-1]
        answer = cheick_there.post(address(row), {"seen": sealed(page), "keep": str(side.ref)})

        assert answer.status_code == 422
        assert load(posting).share == 8000
        assert ConflictRow.objects.count() == 1

    def test_the_menu_counts_what_waits_for_this_person(
        self, amina_there, cheick_there, posting, amina, cheick
    ):
        disagree(posting, {"share": 8000}, {"share": 5000}, amina, cheick)

        assert '<span class="b n"' in amina_there.get(reverse("web:home")).content.decode()
        assert '<span class="b n"' not in cheick_there.get(reverse("web:home")).content.decode()

    def test_who_may_not_decide_only_looks(self, amina_there, mariam, amina, cheick, monkeypatch):
        row = on_birth(mariam, amina, cheick)
        page = amina_there.get(address(row))
        looks = replace(amina_there.actor, rights=frozenset({"conflict.see", "person.see"}))
        monkeypatch.setattr("baarada.web.middleware.as_actor", lambda account: looks)

        assert 'name="keep"' not in amina_there.get(address(row)).content.decode()
        sent = {"seen": sealed(page), "keep": button(page, "12 mars")}
        assert amina_there.post(address(row), sent).status_code == 404
        act = ActRow.objects.get(kind="person.added")
        assert amina_there.post(reverse("web:undo", args=[act.act])).status_code == 404
        assert ConflictRow.objects.count() == 1
        assert not load(mariam).deleted


def test_every_record_of_the_program_has_words_for_what_it_is_and_holds():
    own = [m for m in conflicts.models().values() if m._meta.app_label in ("registry", "accounts")]

    assert len(own) > 12
    for model in own:
        assert str(facts.NAMES[model])
        assert set(facts.FACTS[model]) >= set(model.Merge.numbers)


class TestOtherValues:
    def three(self, country, amina, cheick):
        out = []
        for number in range(3):
            values = {"family_name": f"Sanogo {number}", "sex": "F", "office": country.kadiolo}
            person = load(actions.add_person(values, by=amina).record)
            out.append(
                disagree(person, {"phone": f"6671024{number}"}, {"phone": f"7671024{number}"}, amina, cheick)
            )
        return out

    def page_of(self, browser):
        page = browser.get(reverse("web:decisions"), {"tab": "others"})
        return page, [line.mark for line in page.context["lines"]]

    def test_the_others_are_taken_on_the_lines_ticked_as_one_act(self, amina_there, country, amina, cheick):
        people = self.three(country, amina, cheick)
        page, marks = self.page_of(amina_there)

        answer = amina_there.post(
            reverse("web:settle-others"), {"seen": sealed(page), "line": marks[:2], "do": "take"}, follow=True
        )

        assert [load(p).phone for p in people] == ["66710240", "66710241", "76710242"]
        assert ConflictRow.objects.count() == 1
        act = ActRow.objects.get(kind="conflict.decided")
        assert act.count == 2
        assert reverse("web:undo", args=[act.act]) in answer.content.decode()

    def test_those_shown_can_be_kept(self, amina_there, country, amina, cheick):
        people = self.three(country, amina, cheick)
        page, marks = self.page_of(amina_there)

        amina_there.post(reverse("web:settle-others"), {"seen": sealed(page), "line": marks, "do": "keep"})

        assert [load(p).phone for p in people] == ["76710240", "76710241", "76710242"]
        assert not ConflictRow.objects.exists()

    def test_a_line_that_changed_meanwhile_is_left_and_told(self, amina_there, country, amina, cheick, fatou):
        people = self.three(country, amina, cheick)
        page, marks = self.page_of(amina_there)
        late = load(people[0])
        actions.revise(late, {"phone": "90000000"}, seen=journal.seen(late), by=fatou)

        answer = amina_there.post(
            reverse("web:settle-others"), {"seen": sealed(page), "line": marks, "do": "take"}, follow=True
        )

        assert [load(p).phone for p in people] == ["90000000", "66710241", "66710242"]
        assert ActRow.objects.get(kind="conflict.decided").count == 2
        assert 'class="note stop"' in answer.content.decode()

    def test_nothing_ticked_and_forged_pages_write_nothing(self, amina_there, country, amina, cheick):
        self.three(country, amina, cheick)
        page, marks = self.page_of(amina_there)

        amina_there.post(reverse("web:settle-others"), {"seen": sealed(page), "do": "take"})
        amina_there.post(reverse("web:settle-others"), {"seen": "abc", "line": marks, "do": "take"})
        amina_there.post(
            reverse("web:settle-others"), {"seen": sealed(page), "line": ["x.y", "z"], "do": "take"}
        )

        assert ConflictRow.objects.count() == 3
        assert not ActRow.objects.filter(kind="conflict.decided").exists()

    def test_three_values_are_chosen_one_by_one(self, amina_there, country, amina, cheick, fatou):
        person = load(
            actions.add_person(
                {"family_name": "Berthé", "sex": "M", "office": country.kadiolo}, by=amina
            ).record
        )
        page = journal.seen(person)
        for by, phone in ((amina, "66000001"), (cheick, "66000002"), (fatou, "66000003")):
            actions.revise(load(person), {"phone": phone}, seen=page, by=by)

        listed, marks = self.page_of(amina_there)
        assert 'name="line"' not in listed.content.decode()
        amina_there.post(reverse("web:settle-others"), {"seen": sealed(listed), "line": marks, "do": "take"})
        assert ConflictRow.objects.count() == 1

        row = ConflictRow.objects.get()
        shown = amina_there.get(address(row))
        amina_there.post(address(row), {"seen": sealed(shown), "keep": button(shown, "66 00 00 02")})
        assert load(person).phone == "66000002"

    def test_a_longer_list_asks_no_more(self, amina_there, country, amina, cheick):
        self.three(country, amina, cheick)
        where = f"{reverse('web:decisions')}?tab=others"
        few = queries_of(amina_there, where)
        for _again in range(4):
            self.three(country, amina, cheick)

        assert queries_of(amina_there, where) <= few


class TestWaiting:
    def test_each_reason_has_its_sentence_and_a_remedy(self, amina_there):
        from baarada.journal import applying, arriving

        names = ("UNREADABLE", "ALTERED", "UNKNOWN_ORIGIN", "TOO_NEW", "FORK", "FROZEN", "OWN_LONGER")
        reasons = {getattr(arriving, n) for n in names} | {applying.BAD_VALUE, applying.NO_AUTHORITY}
        assert set(waiting.REASONS) >= reasons

        with guard.opened():
            for reason in reasons:
                QuarantineRow.objects.create(
                    reason=reason, detail="0123456789abcdef", data=b"", ref=0, seen=runtime.now()
                )
        said = text(amina_there.get(reverse("web:decisions"), {"tab": "waiting"}))

        for what, remedy in (waiting.REASONS[reason] for reason in reasons):
            assert " ".join(str(what).split()) in said and " ".join(str(remedy).split()) in said
        assert "0123456789abcdef" not in said

    def test_what_waits_says_who_wrote_it(self, amina_there, mariam):
        with guard.opened():
            WaitRow.objects.create(ref=mariam.created, type=NEEDS_NEWER[0], entity=as_uuid(NEEDS_NEWER[1]))
            WaitRow.objects.create(ref=mariam.created, type=24, entity=as_uuid(runtime.new_id()))

        page = amina_there.get(reverse("web:decisions"), {"tab": "waiting"})

        assert len(page.context["waits"]) == 2
        assert "Amina Ouattara" in text(page)
        assert waiting.count() == 1

    def test_nothing_waits_and_an_unknown_list(self, amina_there):
        assert "empty" in amina_there.get(reverse("web:decisions"), {"tab": "waiting"}).content.decode()
        assert amina_there.get(reverse("web:decisions"), {"tab": "decided"}).status_code == 200
        assert amina_there.get(reverse("web:decisions"), {"tab": "nothing"}).status_code == 404


class TestActs:
    def test_every_kind_that_the_program_writes_has_words(self):
        from pathlib import Path

        source = Path(words.__file__).parents[2]
        pattern = re.compile(r'(?:write|act_of)\(\s*"([a-z]+\.[a-z]+|undone)"')
        kinds = {
            k for path in source.rglob("*.py") for k in pattern.findall(path.read_text(encoding="utf-8"))
        }

        assert len(kinds) > 10
        assert kinds <= words.KINDS.keys()
        assert {k for name in words.FAMILIES for k in words.kinds_of(name)} >= kinds

    def test_the_list_says_who_did_what_to_whom(self, amina_there, mariam, amina):
        actions.revise(mariam, {"phone": "76412058"}, seen=journal.seen(mariam), by=amina)

        page = amina_there.get(reverse("web:acts"))

        assert page.context["acts"][0].about.startswith("Mariam Traoré (")
        assert "Amina Ouattara" in text(page)

    def test_it_is_narrowed_by_person_kind_and_day(self, amina_there, country, amina):
        added, facility = words.kind_words("person.added"), words.kind_words("facility.added")
        actions.add_person({"family_name": "Koné", "sex": "M", "office": country.kadiolo}, by=amina)
        move_clock(3)
        actions.add_facility({"name": "CSCom de Diou", "kind": "cscom"}, by=amina_there.actor)

        def kinds(**asked):
            return [a.words for a in amina_there.get(reverse("web:acts"), asked).context["acts"]]

        assert kinds(what="people") == [added]
        assert kinds(who=str(as_uuid(amina_there.actor.account))) == [facility]
        assert kinds(first="21/11/2026") == [facility]
        assert kinds(what="people", last="20/11/2026") == [added]
        assert kinds(what="people", first="21/11/2026") == []

    def test_a_day_that_is_none_is_said_beside_its_field(self, amina_there):
        page = amina_there.get(reverse("web:acts"), {"first": "hier"})

        assert page.status_code == 422
        assert 'value="hier"' in page.content.decode()

    def test_it_is_cut_into_pages(self, amina_there, mariam, amina):
        for number in range(30):
            current = load(mariam)
            actions.revise(current, {"phone": f"764120{number:02}"}, seen=journal.seen(current), by=amina)

        first = amina_there.get(reverse("web:acts"), {"what": "people"})
        second = amina_there.get(first.context["next"])

        assert len(first.context["acts"]) == 25
        assert len(second.context["acts"]) == 6
        assert not {a.act for a in first.context["acts"]} & {a.act for a in second.context["acts"]}

    def test_a_longer_list_asks_no_more(self, amina_there, country, mariam, amina):
        few = queries_of(amina_there, reverse("web:acts"))
        for number in range(20):
            actions.add_person(
                {"family_name": f"Koné {number}", "sex": "M", "office": country.kadiolo}, by=amina
            )

        assert queries_of(amina_there, reverse("web:acts")) <= few + 1

    def test_an_act_says_what_was_and_what_became(self, amina_there, mariam, amina):
        actions.revise(mariam, {"phone": "76412058"}, seen=journal.seen(mariam), by=amina)
        current = load(mariam)
        why = actions.Why(reason="Nouveau numéro", decision="12/DRS")
        done = actions.revise(current, {"phone": "66710244"}, seen=journal.seen(current), by=amina, why=why)

        page = amina_there.get(reverse("web:act", args=[as_uuid(done.act)]))

        said = text(page).replace("\xa0", " ")
        assert "76 41 20 58 → 66 71 02 44" in said
        assert "Nouveau numéro" in said and "12/DRS" in said
        assert reverse("web:person", args=[mariam.pk]) in page.content.decode()

    def test_names_stand_for_what_an_act_points_to(self, amina_there, posting):
        act = ActRow.objects.get(kind="posting.started")

        page = amina_there.get(reverse("web:act", args=[act.act]))

        said = text(page)
        assert "Mariam Traoré" in said and "CSCom de Zégoua" in said
        assert posting.pk.hex not in said.replace("-", "")

    def test_a_long_act_asks_no_more_and_is_cut_into_pages(self, amina_there, country, amina):
        def write(most):
            with journal.write("people.imported", by=amina) as act:
                for number in range(most):
                    act.create(Person, family_name=f"Koné {number}", sex="M", office=country.kadiolo)
            return reverse("web:act", args=[as_uuid(act.id)])

        short, long = write(2), write(60)
        few = queries_of(amina_there, short)

        assert queries_of(amina_there, long) <= few
        page = amina_there.get(long)
        assert len(page.context["written"]) == 50
        assert len(amina_there.get(long + page.context["next"]).context["written"]) == 10

    def test_what_comes_back_is_said_before_it_does(self, amina_there, mariam, amina):
        done = actions.revise(mariam, {"phone": "76412058"}, seen=journal.seen(mariam), by=amina)
        where = reverse("web:undo", args=[as_uuid(done.act)])

        asked = amina_there.get(where)
        assert asked.context["back"] == 1
        assert load(mariam).phone == "76412058"

        amina_there.post(where)
        assert load(mariam).phone is None
        assert amina_there.get(reverse("web:act", args=[as_uuid(done.act)])).context["act"].undone

    def test_what_stays_is_listed_before_and_after(self, amina_there, mariam, amina, cheick):
        done = actions.revise(
            mariam, {"phone": "76412058", "address": "Zégoua"}, seen=journal.seen(mariam), by=amina
        )
        current = load(mariam)
        actions.revise(current, {"phone": "66710244"}, seen=journal.seen(current), by=cheick)
        where = reverse("web:undo", args=[as_uuid(done.act)])

        assert len(amina_there.get(where).context["left"]) == 1
        answer = amina_there.post(where, follow=True)

        assert (load(mariam).phone, load(mariam).address) == ("66710244", None)
        assert [str(label) for kept in answer.context["left"] for label in kept.labels] == [
            str(facts.unit_label(Person, "phone"))
        ]

    def test_an_import_is_taken_back_from_its_own_page(self, amina_there, country, amina):
        from baarada.interop.models import ImportJob

        with journal.write("people.imported", by=amina) as act:
            act.create(Person, family_name="Koné", sex="M", office=country.kadiolo)
        job = ImportJob.objects.create(
            id=as_uuid(runtime.new_id()), kind="people", file_name="liste.csv", digest="", begun=runtime.now(),
            account=as_uuid(amina.account), writer=[amina.name, amina.office.hex(), amina.kind], state="done",
            act=as_uuid(act.id),
        )  # fmt: skip

        answer = amina_there.post(reverse("web:undo", args=[as_uuid(act.id)]))

        assert answer["Location"] == reverse("web:import-undo", args=[job.pk])
        assert not Person.objects.get(family_name="Koné").deleted
        assert "liste.csv" in text(amina_there.get(reverse("web:act", args=[as_uuid(act.id)])))

    def test_an_act_too_long_for_a_page_is_not_taken_back_by_one(self, amina_there, mariam):
        row = ActRow.objects.get(kind="person.added")
        with guard.opened():
            ActRow.objects.filter(pk=row.pk).update(count=501)

        answer = amina_there.post(reverse("web:undo", args=[row.act]), follow=True)

        assert not load(mariam).deleted
        assert "baarada undo" in text(answer)

    def test_an_act_that_is_not_here_is_not_found(self, amina_there):
        nowhere = as_uuid(runtime.new_id())

        assert amina_there.get(reverse("web:act", args=[nowhere])).status_code == 404
        assert amina_there.post(reverse("web:undo", args=[nowhere])).status_code == 404


class TestThisComputer:
    def test_it_says_what_runs_and_names_nobody(self, amina_there, mariam):
        said = text(amina_there.get(reverse("web:about")))

        assert "DRH-SDS" in said
        assert "Mariam" not in said and "Traoré" not in said
        assert "SQL" in said

    def test_a_backup_can_be_asked_for(self, amina_there, monkeypatch):
        asked = []
        monkeypatch.setattr(backup, "again", lambda today: asked.append(today))

        answer = amina_there.post(reverse("web:back-up"))

        assert answer.status_code == 302
        assert asked == [TODAY]

    def test_a_backup_made_again_takes_the_place_of_todays(self, country, settings, tmp_path, monkeypatch):
        settings.CONFIG = replace(settings.CONFIG, backup_folder=tmp_path)
        (tmp_path / f"baarada-{TODAY}.zip").write_bytes(b"old")

        def write(target):
            target.write_bytes(b"new")
            return backup.Made(target, 1, 0, 3, [])

        monkeypatch.setattr(backup, "backup", write)
        made = backup.again(TODAY)

        assert [p.name for p in tmp_path.iterdir()] == [made.path.name] == [f"baarada-{TODAY}.zip"]
        assert made.path.read_bytes() == b"new"

    def test_a_backup_that_failed_says_why(self, country, monkeypatch):
        from baarada.kernel.errors import Refused

        def fail(today):
            raise Refused("Le disque est plein.")

        monkeypatch.setattr(backup, "again", fail)

        assert tasks.back_up.call("fr") == "Le disque est plein."

    def test_everything_can_be_looked_at(self, amina_there, mariam):
        asked = amina_there.post(reverse("web:verify"), follow=True)

        assert asked.status_code == 200
        assert tasks.verify.call() == {
            "entries": LaneRow.objects.aggregate(n=Sum("last"))["n"],
            "problems": 0,
        }

    @pytest.mark.parametrize(
        ("status", "value", "words"),
        [
            ("READY", None, "en cours"),
            ("SUCCESSFUL", {"entries": 3705, "problems": 0}, "tout était comme écrit"),
            ("SUCCESSFUL", {"entries": 3705, "problems": 2}, "2 éléments n’étaient pas comme écrits"),
            ("FAILED", None, "n’est pas allée à son terme"),
        ],
    )
    def test_what_the_last_look_found_is_said(self, amina_there, mariam, status, value, words):
        now = runtime.now()
        DBTaskResult.objects.create(
            status=status, return_value=value, task_path=tasks.verify.module_path, args_kwargs={},
            backend_name="default", run_after=now, finished_at=now,
        )  # fmt: skip

        said = text(amina_there.get(reverse("web:about")))

        assert words in said
        assert (reverse("web:verify") in amina_there.get(reverse("web:about")).content.decode()) == (
            status != "READY"
        )

    def test_a_clock_that_cannot_be_right_is_said_and_confirmed_by_a_person(self, amina_there, mariam, amina):
        move_clock(-400)
        with pytest.raises(journal.ClockRefused):
            actions.revise(mariam, {"phone": "76412058"}, seen=journal.seen(mariam), by=amina)
        assert reverse("web:confirm-clock") in amina_there.get(reverse("web:about")).content.decode()
        move_clock(398)

        assert amina_there.get(reverse("web:about")).context["clock"].at_least is not None

        amina_there.post(reverse("web:confirm-clock"))

        assert amina_there.get(reverse("web:about")).context["clock"].at_least is None
        actions.revise(load(mariam), {"phone": "76412058"}, seen=journal.seen(mariam), by=amina)
        assert load(mariam).phone == "76412058"

    def test_a_clock_that_is_right_needs_no_confirming(self, amina_there):
        amina_there.post(reverse("web:confirm-clock"))

        assert NodeRow.objects.get().confirmed_ms is None

    def test_what_the_menu_has_no_room_for(self, amina_there):
        page = amina_there.get(reverse("web:more")).content.decode()

        for name in ("imports", "exports", "areas", "offices", "acts", "about", "me"):
            assert f'href="{reverse(f"web:{name}")}"' in page
        about = amina_there.get(reverse("web:about")).content.decode()
        assert f'href="{reverse("web:components")}"' in about

    def test_the_gallery_of_components(self, amina_there):
        page = amina_there.get(reverse("web:components")).content.decode()

        for part in (
            "note stop",
            "f err",
            "<dialog",
            "empty",
            "toast",
            "b stop",
            "practice",
            "list fold",
            "ticks",
            "pick",
        ):
            assert part in page


class TestRefusals:
    def test_an_address_that_leads_nowhere(self, amina_there):
        page = amina_there.get("/nulle-part/")

        assert page.status_code == 404
        assert reverse("web:home") in page.content.decode()

    def test_nobody_signed_in_sees_no_menu(self, country):
        page = Client().get("/nulle-part/")

        assert page.status_code == 404
        assert reverse("web:decisions") not in page.content.decode()

    def test_a_form_too_old_is_said_and_nothing_is_kept(self, country, mariam, amina, cheick, amina_there):
        row = on_birth(mariam, amina, cheick)
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = amina_there.cookies

        page = strict.post(address(row), {"keep": "1"}, HTTP_REFERER=f"http://testserver{address(row)}")

        assert page.status_code == 403
        assert "<h1>" in page.content.decode()
        assert ConflictRow.objects.count() == 1

    def test_a_form_too_large_is_said(self, amina_there, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

        page = amina_there.post(reverse("web:settle-others"), {"seen": "x" * 5000})

        assert page.status_code == 413
        assert "<h1>" in page.content.decode()

    def test_an_unknown_name_of_the_machine(self, country):
        page = Client().get("/", HTTP_HOST="ailleurs.example")

        assert page.status_code == 400
        assert "<h1>" in page.content.decode()

    def test_a_page_that_breaks_asks_nothing_of_the_database(
        self, amina_there, monkeypatch, django_assert_num_queries
    ):
        from baarada.web import errors

        with django_assert_num_queries(0):
            page = errors.failed(None)
        assert page.status_code == 500
        assert reverse("web:home") in page.content.decode()

        def broken(**asked):
            raise RuntimeError

        monkeypatch.setattr(conflicts, "waiting", broken)
        amina_there.raise_request_exception = False
        assert amina_there.get(reverse("web:decisions")).status_code == 500


def test_pages_carry_what_was_seen(amina_there, mariam, amina, cheick):
    row = on_birth(mariam, amina, cheick)

    seen = tokens.unseal(sealed(amina_there.get(address(row))))

    assert [one.id for one in seen] == [as_id(mariam.pk)]
    assert set(seen[0].behind(5)) == set(journal.seen(load(mariam)).behind(5))
    assert Facility.objects.count() == 0
