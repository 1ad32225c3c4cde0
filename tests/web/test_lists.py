"""Pages of the lists of the country: read, added to, retired from, replaced, as a file."""

import csv
import io
import re

import pytest
from django.urls import reverse

from baarada.journal import actions as journal
from baarada.registry import actions, choices, extras, lists
from baarada.registry.models import Cadre, Facility, ListItem, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    lists.forget()
    yield
    lists.forget()


@pytest.fixture
def fatou(country, browser_of):
    browser = browser_of("fatou", country.national)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def kinds(fatou):
    with journal.write("lists", by=fatou.actor) as act:
        act.create(ListItem, list="list", code="facility_type", label_fr="Types", label_en="Types of facility",
                   attributes=["group=place"])  # fmt: skip
        act.create(ListItem, list="quality", code="recalled", label_fr="De mémoire", label_en="Recalled")
        rows = {
            code: act.create(
                ListItem, list="facility_type", code=code, label_fr=label, label_en=label, quality=quality,
                attributes=["level=1"],
            )
            for code, label, quality in (
                ("PS", "Health post", "sourced"), ("DISP", "Dispensary", "recalled"), ("HZ", "Hospital", None),
            )
        }  # fmt: skip
    lists.forget()
    return {code: ListItem.objects.get(pk=row.pk) for code, row in rows.items()}


@pytest.fixture
def post(kinds, fatou, country):
    values = {"name": "Dispensary of Loulouni", "kind": "DISP"}
    found = actions.add_facility(values, by=fatou.actor, office=country.kadiolo).record
    return Facility.objects.get(pk=found.pk)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def page_of(row):
    return reverse("web:choice", args=[row.pk])


def retiring(row):
    return reverse("web:retire-choice", args=[row.pk])


def seen_on(browser, address):
    return re.search(r'name="seen" value="([^"]*)"', browser.get(address).content.decode())[1]


def retire(browser, row, **typed):
    return browser.post(retiring(row), {"seen": seen_on(browser, retiring(row)), **typed})


class TestReading:
    def test_all_lists_stand_by_group_with_what_is_to_verify(self, fatou, kinds):
        page = text_of(fatou.get(reverse("web:lists")))

        assert "Places and offices" in page
        assert "Types of facility 3 1 to verify" in page
        assert "Cadres none yet" in page

    def test_a_list_shows_choices_with_their_certainty_and_use(self, fatou, kinds, post):
        page = text_of(fatou.get(reverse("web:list", args=["facility_type"])))

        assert "Dispensary Recalled DISP Level : 1 ✓ in force 1 record" in page.replace("Level:", "Level :")
        assert page.count("Recalled") == 1
        assert "Health post PS" in page

    def test_a_choice_shows_where_it_is_written(self, fatou, kinds, post):
        page = text_of(fatou.get(page_of(kinds["DISP"])))

        assert "Recalled" in page
        assert "1 Facility" in page
        assert "facility_type" not in page

    def test_cadres_are_a_list_like_others(self, fatou):
        found = choices.add_cadre(
            {"code": "SF", "label_m": "Maïeuticien", "label_f": "Sage-femme"}, by=fatou.actor
        ).record

        assert "Sage-femme / Maïeuticien" in text_of(fatou.get(reverse("web:list", args=["cadre"])))
        assert "Sage-femme / Maïeuticien" in text_of(fatou.get(page_of(found)))

    def test_what_is_no_list_is_a_page_not_found(self, fatou, kinds, country):
        assert fatou.get(reverse("web:list", args=["nothing"])).status_code == 404
        assert fatou.get(page_of(country.kadiolo)).status_code == 404
        assert fatou.get(reverse("web:export-choices", args=["facility_type", "pdf"])).status_code == 404

    def test_the_number_of_questions_does_not_grow_with_the_list(
        self, fatou, kinds, django_assert_max_num_queries
    ):
        for n in range(20):
            choices.add("facility_type", {"code": f"K{n}", "label_fr": f"Type {n}"}, by=fatou.actor)
        fatou.get(reverse("web:list", args=["facility_type"]))

        with django_assert_max_num_queries(12):
            fatou.get(reverse("web:list", args=["facility_type"]))
        with django_assert_max_num_queries(12):
            fatou.get(reverse("web:lists"))

    def test_the_page_of_all_pages_leads_to_it(self, fatou):
        assert reverse("web:lists") in fatou.get(reverse("web:more")).content.decode()


class TestAdding:
    def test_a_choice_is_added_and_the_act_can_be_taken_back(self, fatou, kinds):
        address = reverse("web:add-choice", args=["facility_type"])
        assert "level=1" in text_of(fatou.get(address))

        answer = fatou.post(
            address, {"code": "CASE", "label_fr": "Case", "attributes": "level=0"}, follow=True
        )

        assert "“Case” was added to the list." in text_of(answer)
        assert ListItem.objects.get(code="CASE").attributes == ["level=0"]

    def test_the_first_field_of_a_country_says_what_it_holds(self, fatou):
        with journal.write("lists", by=fatou.actor) as act:
            act.create(ListItem, list="list", code="extra_field", label_fr="Champs", label_en="Fields")
        lists.forget()
        typed = {"label_fr": "Village", "code": "village", "attributes": "type=text"}
        address = reverse("web:add-choice", args=["extra_field"])

        assert 'name="attributes"' in fatou.get(address).content.decode()
        assert fatou.post(address, {**typed, "attributes": ""}).status_code == 422
        assert fatou.post(address, typed).status_code == 302
        assert [field.code for field in extras.fields()] == ["village"]

    def test_a_cadre_is_added(self, fatou):
        answer = fatou.post(
            reverse("web:add-choice", args=["cadre"]), {"code": "SF", "label_m": "Maïeuticien"}
        )

        assert answer.status_code == 302
        assert Cadre.objects.get().code == "SF"

    def test_a_taken_code_is_said_beside_its_field_and_what_was_typed_stays(self, fatou, kinds):
        answer = fatou.post(
            reverse("web:add-choice", args=["facility_type"]), {"code": "ps", "label_fr": "Another"}
        )

        assert answer.status_code == 422
        assert "The code ps is taken." in text_of(answer)
        assert 'value="Another"' in answer.content.decode()

    def test_a_closed_list_offers_no_addition(self, fatou):
        with journal.write("lists", by=fatou.actor) as act:
            act.create(ListItem, list="sex", code="F", label_fr="Féminin")
        lists.forget()
        page = fatou.get(reverse("web:list", args=["sex"]))

        assert reverse("web:add-choice", args=["sex"]) not in page.content.decode()
        answer = fatou.post(reverse("web:add-choice", args=["sex"]), {"code": "X", "label_fr": "X"})
        assert answer.status_code == 422


class TestRetiring:
    def test_a_choice_is_replaced_from_a_day_on(self, fatou, kinds, post):
        assert "1 record bears this choice" in text_of(fatou.get(retiring(kinds["DISP"])))

        answer = retire(fatou, kinds["DISP"], day="2027", successor=str(kinds["PS"].pk), decision="2026-12")

        assert answer.status_code == 302
        page = text_of(fatou.get(page_of(kinds["DISP"])))
        assert "until 31 Dec. 2026" in page and "then counts as Health post" in page
        assert "What it replaces Dispensary" in text_of(fatou.get(page_of(kinds["PS"])))
        act = fatou.get(reverse("web:acts"))
        assert "replaced from a day on" in text_of(act)

    def test_the_file_keeps_its_words_and_a_new_form_offers_the_choice_no_more(
        self, fatou, kinds, post, country
    ):
        retire(fatou, kinds["DISP"], day="01/06/2026")

        assert "Dispensary" in text_of(fatou.get(reverse("web:facility", args=[post.pk])))
        assert "Dispensary" not in text_of(fatou.get(reverse("web:add-facility")))
        revise = reverse("web:revise", args=["facility", post.pk, "correct"]) + "?fields=kind"
        form = fatou.get(revise).content.decode()
        assert '<option value="DISP" selected>' in form
        answer = fatou.post(revise, {"seen": seen_on(fatou, revise), "kind": "DISP"})
        assert answer.status_code == 302

    def test_what_cannot_be_is_said_and_nothing_changes(self, fatou, kinds):
        for typed, words in (
            ({"day": ""}, "Write the first day"),
            ({"day": "never"}, "is not a date"),
            ({"day": "2027", "successor": "x"}, "Select a valid choice"),
        ):
            answer = retire(fatou, kinds["PS"], **typed)
            assert answer.status_code == 422
            assert words in text_of(answer)
        assert ListItem.objects.get(code="PS").ends is None

    def test_it_is_put_back_in_force(self, fatou, kinds):
        retire(fatou, kinds["PS"], day="01/06/2026", successor=str(kinds["HZ"].pk))

        seen = seen_on(fatou, page_of(kinds["PS"]))
        fatou.post(reverse("web:bring-back-choice", args=[kinds["PS"].pk]), {"seen": seen})

        row = ListItem.objects.get(code="PS")
        assert (row.ends, row.replaced_by_id) == (None, None)

    def test_a_page_of_something_else_is_refused(self, fatou, kinds):
        seen = seen_on(fatou, retiring(kinds["HZ"]))

        answer = fatou.post(retiring(kinds["PS"]), {"seen": seen, "day": "2027"}, follow=True)

        assert "This page belongs to another file." in text_of(answer)
        assert ListItem.objects.get(code="PS").ends is None

    def test_a_label_is_corrected_on_the_page_of_facts_and_a_code_is_not(self, fatou, kinds):
        def address(name):
            return reverse("web:revise", args=["choice", kinds["PS"].pk, "correct"]) + f"?fields={name}"

        typed = {"seen": seen_on(fatou, address("label_en")), "label_en": "Post of health"}
        assert fatou.post(address("label_en"), typed).status_code == 302
        assert ListItem.objects.get(code="PS").label_en == "Post of health"
        for name in ("code", "list", "replaced_by"):
            assert fatou.get(address(name)).status_code == 404
        panel = fatou.get(page_of(kinds["PS"]) + f"?fact={kinds['PS'].pk}.code").content.decode()
        assert "/corriger/" not in panel and "correct/?fields=code" not in panel

    def test_a_choice_that_is_written_somewhere_is_not_deleted(self, fatou, kinds, post):
        address = reverse("web:remove", args=["choice", kinds["DISP"].pk])
        answer = fatou.post(address, {"seen": seen_on(fatou, address)}, follow=True)

        assert "Something was written with this choice." in text_of(answer)
        assert not ListItem.objects.get(code="DISP").deleted


class TestDistricts:
    def test_what_a_district_retires_is_proposed_to_the_owner(self, fatou, kinds, country, browser_of):
        amina = browser_of("amina", country.kadiolo)
        amina.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        assert "This fact belongs to the national directorate." in text_of(amina.get(retiring(kinds["DISP"])))

        answer = retire(amina, kinds["DISP"], day="2027", successor=str(kinds["PS"].pk))

        assert ListItem.objects.get(code="DISP").ends is None
        assert "Proposed for “Dispensary”: the national directorate decides." in text_of(
            amina.get(answer["Location"])
        )
        assert "to decide" in text_of(fatou.get(page_of(kinds["DISP"])))
        assert "Proposals 2" in text_of(fatou.get(reverse("web:decisions")))


class TestOffered:
    def test_a_person_keeps_a_retired_language_and_others_are_not_offered_it(self, fatou, country):
        with journal.write("lists", by=fatou.actor) as act:
            for code in ("bam", "fra"):
                act.create(ListItem, list="language", code=code, label_fr=code.upper())
        lists.forget()
        done = actions.add_person(
            {"family_name": "Traoré", "sex": "F", "languages": ["bam", "fra"]}, by=fatou.actor
        )
        retire(fatou, ListItem.objects.get(code="bam"), day="01/06/2026")
        person = Person.objects.get(pk=done.record.pk)

        form = fatou.get(reverse("web:revise", args=["person", person.pk, "change"]) + "?fields=languages")

        assert form.content.decode().count("checked") == 2
        other = actions.add_person({"family_name": "Keïta", "sex": "M"}, by=fatou.actor).record
        form = fatou.get(reverse("web:revise", args=["person", other.pk, "change"]) + "?fields=languages")
        assert "BAM" not in text_of(form)


class TestFiles:
    def test_a_list_goes_out_as_the_screen_shows_it(self, fatou, kinds, post, settings, tmp_path):
        from dataclasses import replace

        settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
        answer = fatou.get(reverse("web:export-choices", args=["facility_type", "csv"]))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))

        assert {row["Code"] for row in rows} == kinds.keys()
        told = next(row for row in rows if row["Code"] == "DISP")
        assert (told["Certainty"], told["Records"]) == ("Recalled", "1")

    def test_as_a_workbook_it_tells_nothing_of_coming_back(self, fatou, kinds, settings, tmp_path):
        from dataclasses import replace
        from zipfile import ZipFile

        settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
        answer = fatou.get(reverse("web:export-choices", args=["facility_type", "xlsx"]))
        book = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        words = (
            book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
        )
        sheets = "".join(
            book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/sheet")
        )

        assert "Dispensary" in words + sheets
        assert "To bring it back" not in words + sheets
