# ruff: noqa: F401, F811 - fixtures of a neighbour
"""Pages of papers: page by page from a telephone, the pile of the scanner, what is missing."""

import io
import os

import pytest
from PIL import Image, ImageDraw

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.registry import actions, lists, paperdrafts, scans
from baarada.registry.models import ListItem, Paper, Person, Posting
from tests.web.test_people import (
    amina,
    boss,
    in_english,
    mariam,
    midwife,
    places,
    seen_on,
    text_of,
    url,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """Papers, pages in preparation and scans that belong to the test."""
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    return settings.CONFIG.home


@pytest.fixture
def awa(amina, places, midwife):
    done = actions.add_person({"family_name": "Koné", "given_names": "Awa", "sex": "F"}, by=amina.actor)
    return Person.objects.get(pk=done.record.pk)


def scan(n=1, name="page.jpg"):
    """A page that can be told from others."""
    drawn = Image.new("L", (300, 400), 255)
    ImageDraw.Draw(drawn).rectangle((20, 20, 40 + n * 20, 60), fill=0)
    file = io.BytesIO()
    drawn.save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


def pages_of(browser, person):
    return paperdrafts.of(person.pk, by=browser.actor).pieces


class TestPageByPage:
    def test_pages_that_arrived_are_kept_when_the_line_is_lost(self, amina, mariam):
        """The third upload never comes: the file still says that two pages wait, for whoever sent them."""
        for n in (1, 2):
            answer = amina.post(url("add-paper", mariam.pk), {"do": "pages", "file": scan(n)})
            assert answer.status_code == 200

        assert "A paper is in preparation: 2 pages" in text_of(amina.get(url("person", mariam.pk)))
        assert "TRAORÉ Mariam · 2 pages" in text_of(amina.get(url("scans")))
        answer = amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": scan(3)}, follow=True)
        assert "The paper was added." in text_of(answer) and "same scan" not in text_of(answer)
        assert Paper.objects.get().pages == 3
        assert "in preparation" not in text_of(amina.get(url("person", mariam.pk)))

    def test_a_telephone_gets_the_pages_alone(self, amina, mariam):
        address = url("add-paper", mariam.pk)
        answer = amina.post(address, {"do": "pages", "file": scan()}, headers=HTMX)
        assert "<html" not in answer.content.decode() and "1 page" in text_of(answer)
        bad = io.BytesIO(b"MZ")
        bad.name = "bad.jpg"
        answer = amina.post(address, {"do": "pages", "file": bad}, headers=HTMX)
        # htmx shows what is answered with 200 only.
        assert answer.status_code == 200 and "neither a picture nor a PDF" in text_of(answer)

    def test_pages_that_come_together_are_shown_in_their_order_before_they_are_joined(self, amina, mariam):
        data = {"kind": "birth", "title": "Acte", "file": [scan(1), scan(2)]}
        answer = amina.post(url("add-paper", mariam.pk), data)

        assert (
            "Look at the order of the pages" in text_of(answer) and 'value="Acte"' in answer.content.decode()
        )
        assert not Paper.objects.exists()
        first, second = pages_of(amina, mariam)
        moved = amina.post(
            url("add-paper", mariam.pk), {"do": f"down:{first.key}", "kind": "birth", "title": "Acte"}
        )
        assert 'value="Acte"' in moved.content.decode()
        assert [p.key for p in pages_of(amina, mariam)] == [second.key, first.key]
        amina.post(url("add-paper", mariam.pk), {"kind": "birth", "title": "Acte"})
        paper = Paper.objects.get()
        assert (paper.pages, paper.media, paper.title) == (2, "application/pdf", "Acte")

    def test_a_page_is_taken_out_all_are_turned_round_or_dropped(self, amina, mariam):
        amina.post(url("add-paper", mariam.pk), {"do": "pages", "file": [scan(n) for n in (1, 2, 3)]})
        a, b, c = (p.key for p in pages_of(amina, mariam))
        for verb, left in (
            (f"drop:{b}", [a, c]),
            ("turn", [c, a]),
            (f"up:{a}", [a, c]),
            ("clear", []),
            ("what", []),
        ):
            amina.post(url("add-paper", mariam.pk), {"do": verb})
            assert [p.key for p in pages_of(amina, mariam)] == left

    def test_of_several_files_the_bad_one_is_named_and_the_others_stay(self, amina, mariam):
        bad = io.BytesIO(b"MZ this is a program")
        bad.name = "programme.jpg"
        answer = amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": [scan(1), bad]})
        assert answer.status_code == 422 and "programme.jpg: This file is neither" in text_of(answer)
        assert len(pages_of(amina, mariam)) == 1 and not Paper.objects.exists()

    def test_a_wrong_fact_asks_for_no_second_upload(self, amina, mariam):
        answer = amina.post(url("add-paper", mariam.pk), {"dated": "1985", "file": scan()})
        assert answer.status_code == 422 and len(pages_of(amina, mariam)) == 1

    def test_the_small_picture_of_a_page_is_for_who_sent_it(self, amina, boss, mariam):
        amina.post(url("add-paper", mariam.pk), {"do": "pages", "file": scan()})
        (piece,) = pages_of(amina, mariam)
        assert amina.get(url("draft-thumb", mariam.pk, piece.key))["Content-Type"] == "image/jpeg"
        assert boss.get(url("draft-thumb", mariam.pk, piece.key)).status_code == 404

    def test_the_same_scan_twice_in_a_file_is_told_and_nothing_added(self, amina, mariam):
        for status in (302, 422):
            answer = amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": scan()})
            assert answer.status_code == status
        assert "in the file already (Birth certificate): nothing was added" in text_of(answer)
        assert Paper.objects.count() == 1

    def test_the_same_scan_in_two_files_is_allowed_and_said(self, amina, mariam, awa):
        amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": scan()})
        answer = amina.post(url("add-paper", awa.pk), {"kind": "birth", "file": scan()}, follow=True)
        assert "The same scan is also in the file of Mariam Traoré." in text_of(answer)
        paper = Paper.objects.get(canonical=awa.pk)
        assert "also in the file of Mariam Traoré" in text_of(amina.get(url("paper", paper.pk)))


class TestLooking:
    @pytest.fixture
    def paper(self, amina, mariam):
        amina.post(url("add-paper", mariam.pk), {"do": "pages", "file": [scan(n) for n in (1, 2, 3)]})
        amina.post(url("add-paper", mariam.pk), {"kind": "birth", "title": "Acte"})
        return Paper.objects.get()

    def test_pages_are_turned_on_the_paper_s_own_page(self, amina, mariam, paper):
        body = text_of(amina.get(url("paper", paper.pk)))
        assert "Page 1 of 3" in body and "Next page" in body and "Previous page" not in body
        assert "Back to the file of Mariam Traoré" in body
        last = text_of(amina.get(url("paper", paper.pk, page=99)))
        assert "Page 3 of 3" in last and "Next page" not in last

    def test_within_the_file_only_the_part_is_sent(self, amina, paper):
        answer = amina.get(url("paper", paper.pk, page=2), headers=HTMX)
        assert "<html" not in answer.content.decode() and "Page 2 of 3" in text_of(answer)
        assert amina.get(url("no-preview")).content == b""

    def test_each_page_is_a_small_picture(self, amina, paper):
        sent = amina.get(url("paper-picture", paper.pk, 2))
        assert (sent["Content-Type"], sent["Content-Security-Policy"]) == ("image/jpeg", "sandbox")
        assert len(b"".join(sent.streaming_content)) < 60_000
        for number in (0, 4):
            assert amina.get(url("paper-picture", paper.pk, number)).status_code == 404


class TestPile:
    @pytest.fixture
    def pile(self, home):
        folder = scans.folder()
        folder.mkdir(parents=True)
        for n in (1, 2, 3):
            (folder / f"scan{n}.jpg").write_bytes(scan(n).read())
            os.utime(folder / f"scan{n}.jpg", (1_700_000_000 + n,) * 2)
        return folder

    def keys(self, browser):
        return [one.key for one in scans.waiting(by=browser.actor).scans]

    def test_an_empty_folder_says_where_scans_go(self, amina):
        assert str(scans.folder()) in text_of(amina.get(url("scans")))

    def test_enter_looks_for_the_person_enter_again_files_and_the_next_comes_up(
        self, amina, mariam, awa, pile
    ):
        first, second, _third = self.keys(amina)
        looked = amina.post(
            url("scans"), {"f": first, "who": "traore", "searched": "", "kind": "birth", "do": "file"}
        )
        assert looked.status_code == 200 and "TRAORÉ Mariam" in text_of(looked)
        assert f'value="{mariam.pk}" checked' in looked.content.decode() and not Paper.objects.exists()

        data = {
            "f": first,
            "who": "traore",
            "searched": "traore",
            "person": str(mariam.pk),
            "kind": "birth",
            "do": "file",
        }
        filed = amina.post(url("scans"), data)

        assert filed["Location"] == f"{url('scans')}?f={second}"
        assert Paper.objects.get().canonical == mariam.pk
        assert sorted(p.name for p in pile.iterdir()) == ["done", "scan2.jpg", "scan3.jpg"]
        following = amina.get(filed["Location"])
        assert "scan2.jpg" in text_of(following) and "As before" in text_of(following)
        assert "same scan" not in text_of(following)
        assert f'value="{mariam.pk}">' in following.content.decode(), "offered, not chosen"

    def test_a_choice_made_for_another_name_does_not_count(self, amina, mariam, awa, pile):
        data = {
            "f": self.keys(amina)[0],
            "who": "awa kone",
            "searched": "traore",
            "person": str(mariam.pk),
            "kind": "birth",
        }
        answer = amina.post(url("scans"), data)
        assert answer.status_code == 200 and "KONÉ Awa" in text_of(answer)
        assert not Paper.objects.exists()

    def test_without_a_person_or_with_one_unknown_it_says_what_to_do(self, amina, pile):
        for who, sentence in (("", "Write the name or the number"), ("Zzyzx", "Nobody is found for “Zzyzx”")):
            answer = amina.post(
                url("scans"), {"f": self.keys(amina)[0], "who": who, "searched": who, "kind": "birth"}
            )
            assert answer.status_code == 422 and sentence in text_of(answer)
        assert len(self.keys(amina)) == 3

    def test_without_a_kind_the_choice_stays(self, amina, mariam, pile):
        data = {
            "f": self.keys(amina)[0],
            "who": "traore",
            "searched": "traore",
            "person": str(mariam.pk),
            "kind": "",
        }
        answer = amina.post(url("scans"), data)
        assert answer.status_code == 422 and "Choose what kind of paper" in text_of(answer)
        assert f'value="{mariam.pk}" checked' in answer.content.decode()

    def test_one_that_is_kept_already_is_said_to_be(self, amina, mariam, pile):
        amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": scan(1)})
        assert "Already in the file of Mariam Traoré" in text_of(amina.get(url("scans")))
        data = {
            "f": self.keys(amina)[0],
            "who": "traore",
            "searched": "traore",
            "person": str(mariam.pk),
            "kind": "birth",
        }
        answer = amina.post(url("scans"), data)
        assert answer.status_code == 422 and "in the file already" in text_of(answer)
        assert (pile / "scan1.jpg").exists()

    def test_it_can_be_put_aside(self, amina, pile):
        first, second, _third = self.keys(amina)
        answer = amina.post(url("scans"), {"f": first, "do": "aside"})
        assert answer["Location"].endswith(second) and (pile / "aside" / "scan1.jpg").exists()

    def test_one_that_is_gone_brings_up_the_next(self, amina, pile):
        answer = amina.post(url("scans"), {"f": "0" * 32, "do": "aside"}, follow=True)
        assert "no longer in the folder" in text_of(answer) and len(self.keys(amina)) == 3
        assert amina.get(url("scans", f="../../etc/passwd"))["Location"] == url("scans")

    def test_its_pictures_are_drawn_and_nothing_else_is_sent(self, amina, pile):
        key = self.keys(amina)[0]
        for address in (url("scan-thumb", key), url("scan-picture", key, 1)):
            assert amina.get(address)["Content-Type"] == "image/jpeg"
        assert amina.get(url("scan-picture", key, 2)).status_code == 404
        assert amina.get(url("scan-thumb", "0" * 32)).status_code == 404

    def test_one_that_is_no_paper_can_only_be_put_aside(self, amina, pile):
        (pile / "scan0.pdf").write_bytes(b"%PDF-1.7\n garbage")
        os.utime(pile / "scan0.pdf", (1_600_000_000,) * 2)
        answer = amina.get(url("scans"))
        assert (
            "neither a picture nor a PDF" in text_of(answer) and 'value="file"' not in answer.content.decode()
        )
        assert amina.get(url("scan-thumb", self.keys(amina)[0]))["Content-Type"] == "image/svg+xml"

    def test_a_name_with_marks_is_text(self, amina, pile):
        (pile / "<b>x&.jpg").write_bytes(scan(4).read())
        os.utime(pile / "<b>x&.jpg", (1_600_000_000,) * 2)
        assert "&lt;b&gt;x&amp;.jpg" in amina.get(url("scans")).content.decode()

    def test_names_are_offered_while_typing(self, amina, mariam, pile):
        answer = amina.get(url("candidates", who="traore"))
        assert "TRAORÉ Mariam" in text_of(answer) and "<html" not in answer.content.decode()


class TestMissing:
    @pytest.fixture
    def asked(self, boss, mariam):
        with journal.write("list.added", by=boss.actor) as act:
            for code, kind in (("posting", "decision"), ("birth", "birth")):
                act.create(
                    ListItem,
                    list="paper_need",
                    code=code,
                    label_fr=code,
                    label_en=code,
                    attributes=[f"paper={kind}"],
                )
            act.create(ListItem, list="paper_kind", code="decision", label_fr="Décision", label_en="Decision")
        lists.forget()
        yield
        lists.forget()

    def test_a_file_names_them_with_a_form_that_knows_what_is_added(self, amina, mariam, asked):
        answer = amina.get(url("person", mariam.pk))
        assert "Decision: posting, CSCom de Loulouni (2019)" in text_of(answer)
        line = next(one for one in answer.context["lacking"] if "posting" in one.words)
        form = amina.get(line.address)
        assert "It proves: posting, CSCom de Loulouni (2019)" in text_of(form)
        posting = Posting.objects.get()

        amina.post(
            url("add-paper", mariam.pk),
            {"kind": "decision", "dated": "2001", "proves": f"posting:{posting.pk}", "file": scan()},
        )

        paper = Paper.objects.get()
        assert paper.proves == [f"posting:{posting.pk}"]
        answer = amina.get(url("person", mariam.pk))
        assert (
            "Decision: posting" not in text_of(answer) and url("paper", paper.pk) in answer.content.decode()
        )
        assert "It proves: posting, CSCom de Loulouni (2019)" in text_of(amina.get(url("paper", paper.pk)))

    def test_a_step_of_another_file_is_not_proved(self, amina, mariam, awa, asked):
        posting = Posting.objects.get()
        amina.post(
            url("add-paper", awa.pk), {"kind": "decision", "proves": f"posting:{posting.pk}", "file": scan()}
        )
        assert Paper.objects.get().proves in (None, [])

    def test_files_that_lack_papers_are_listed_for_an_office_and_a_facility(
        self, amina, mariam, awa, asked, places
    ):
        for address in (
            url("lacking-papers"), url("lacking-papers", office="all"), url("lacking-papers", facility=places[0].pk),
        ):  # fmt: skip
            body = text_of(amina.get(address))
            assert "TRAORÉ Mariam" in body and "Posting, CSCom de Loulouni (2019) Decision" in body
        assert "TRAORÉ" not in text_of(amina.get(url("lacking-papers", facility=places[1].pk)))
        assert amina.get(url("lacking-papers", after="nowhere")).status_code == 404

    def test_a_country_that_asks_for_none_says_so(self, amina, mariam):
        assert "do not say which papers are asked for" in text_of(amina.get(url("lacking-papers")))

    def test_questions_do_not_grow_with_the_files(
        self, amina, mariam, asked, places, midwife, django_assert_max_num_queries
    ):
        posting = {"facility": places[0], "cadre": midwife, "starts": parse("2020")}
        for n in range(12):
            actions.add_person({"family_name": f"Nom{n}", "sex": "F"}, by=amina.actor, posting=posting)
        amina.get(url("lacking-papers"))
        with django_assert_max_num_queries(18):
            amina.get(url("lacking-papers"))


class TestWhatElseItIs:
    @pytest.fixture
    def paper(self, amina, mariam):
        amina.post(
            url("add-paper", mariam.pk),
            {"kind": "birth", "reference": "12/MS", "shelf": "A3", "file": scan()},
        )
        return Paper.objects.get()

    def test_one_scan_goes_into_the_files_of_all_whom_a_decision_names(self, amina, mariam, awa, paper):
        looked = amina.post(url("share-paper", paper.pk), {"who": "awa kone", "searched": ""})
        assert "KONÉ Awa" in text_of(looked) and Paper.objects.count() == 1

        data = {"who": "awa kone", "searched": "awa kone", "person": str(awa.pk)}
        done = amina.post(url("share-paper", paper.pk), data, follow=True)

        assert "is in the file of Awa Koné too" in text_of(done) and "KONÉ Awa" in text_of(done)
        other = Paper.objects.get(canonical=awa.pk)
        assert (other.hash, other.reference, other.shelf) == (paper.hash, "12/MS", None)
        again = amina.post(url("share-paper", paper.pk), data)
        assert again.status_code == 422 and "in the file already" in text_of(again)
        nobody = amina.post(url("share-paper", paper.pk), {"who": "", "searched": ""})
        assert nobody.status_code == 422 and "Write the name" in text_of(nobody)

    def test_somebody_says_what_it_proves(self, amina, mariam, paper):
        posting = Posting.objects.get()
        form = amina.get(url("paper-proves", paper.pk))
        data = {"seen": seen_on(form), "step": [f"posting:{posting.pk}", "posting:" + "0" * 32]}
        done = amina.post(url("paper-proves", paper.pk), data, follow=True)
        assert "are noted" in text_of(done) and "It proves:" in text_of(done)
        assert Paper.objects.get().proves == [f"posting:{posting.pk}"]
        again = amina.get(url("paper-proves", paper.pk))
        assert "checked" in again.content.decode()
        amina.post(url("paper-proves", paper.pk), {"seen": seen_on(again)})
        assert not Paper.objects.get().proves

    def test_a_page_of_another_paper_changes_nothing(self, amina, mariam, awa, paper):
        amina.post(url("add-paper", awa.pk), {"kind": "birth", "file": scan(2)})
        other = Paper.objects.get(canonical=awa.pk)
        data = {
            "seen": seen_on(amina.get(url("paper-proves", other.pk))),
            "step": f"posting:{Posting.objects.get().pk}",
        }
        assert "belongs to another file" in text_of(amina.post(url("paper-proves", paper.pk), data))
        assert not Paper.objects.get(pk=paper.pk).proves


def test_a_paper_is_taken_as_the_photograph_of_the_file_and_away_again(amina, mariam):
    amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": scan()})
    paper = Paper.objects.get()
    for away in (False, True):
        page = amina.get(url("paper", paper.pk)).content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        answer = amina.post(url("make-photo", paper.pk), {"seen": seen, **({"away": "yes"} if away else {})})
        assert answer.status_code == 302
        file = amina.get(url("person", mariam.pk)).content.decode()
        assert ('class="face" src="' in file) is not away
    assert Person.objects.get(pk=mariam.pk).photo_id is None
    assert amina.post(url("make-photo", paper.pk), {"seen": ""}).status_code == 302
    assert Person.objects.get(pk=mariam.pk).photo_id is None
