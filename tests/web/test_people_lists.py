"""Lists of people on their pages: chips, facets, orders, columns, views, numbers pasted, and what goes out of them."""

import csv
import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from baarada.accounts import kept
from baarada.accounts.models import NumberList, OpenedFile, SavedView
from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.packs.reader import View, available, read
from baarada.registry import actions, country, facets, lists, numbers
from baarada.registry.models import Area, Cadre, Facility, Inclusion, ListItem, Person
from baarada.web.people import listing
from tests.web.test_people import in_english, text_of, url
from tests.web.test_tables import sheets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(country, browser_of):
    return in_english(browser_of("amina", country.kadiolo))


@pytest.fixture
def colleague(country, browser_of):
    return in_english(browser_of("drissa", country.kadiolo))


@pytest.fixture
def cheick(country, browser_of):
    return in_english(browser_of("cheick", country.region))


@pytest.fixture
def staff(country, browser_of) -> dict[str, Person]:
    """Five people of two facilities in two regions."""
    by = browser_of("fatou", country.national).actor
    with journal.write("lists", by=by) as act:
        top, north, south = (
            act.create(Area, kind=kind, name=name)
            for kind, name in (("country", "Pays"), ("region", "Nord"), ("region", "Sud"))
        )
        for area in (north, south):
            act.create(Inclusion, area=area, parent=top)
        midwife = act.create(
            Cadre, code="SF", label_m="Sage-femme", label_en="Midwife", nhwa="Midwifery professionals"
        )
        doctor = act.create(Cadre, code="MED", label_m="Médecin", label_en="Doctor", nhwa="Medical doctors")
        for list_, code, label in (
            ("sex", "F", "Female"), ("sex", "M", "Male"), ("sector", "PUB", "Public"), ("sector", "PRIV", "Private"),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label)
        for code, role in (("mle", "payroll"), ("nina", "national")):
            act.create(
                ListItem,
                list="identifier_kind",
                code=code,
                label_fr=code,
                label_en=code,
                attributes=[f"role={role}"],
            )
    lists.forget()
    places = [
        actions.add_facility(
            {"name": name, "kind": "cs", "sector": sector, "area": area}, by=by, office=country.kadiolo
        ).record
        for name, sector, area in (("CS de Nord", "PUB", north), ("Clinique du Sud", "PRIV", south))
    ]
    out = {}
    for family, sex, place, cadre, starts, number in (
        ("Coulibaly", "F", places[0], midwife, "2019", "100-A"), ("Diarra", "M", places[0], doctor, "2001", "200-B"),
        ("Keïta", "F", places[1], doctor, "2010", "300-C"), ("Traoré", "F", places[1], midwife, "2015", None),
    ):  # fmt: skip
        ids = [{"kind": "mle", "number": number}] if number else []
        posting = {"facility": place, "cadre": cadre, "starts": parse(starts)}
        values = {"family_name": family, "given_names": "A", "sex": sex, "phone": "76412058"}
        out[family] = actions.add_person(values, by=by, posting=posting, identifiers=ids).record
    out["Sidibé"] = actions.add_person({"family_name": "Sidibé", "sex": "M"}, by=by).record
    return out


def names(answer) -> list[str]:
    """The family names of a list, in its order."""
    found = re.findall(r'<a class="hit"[^>]*>([^<]+)</a>', answer.content.decode())
    return [unescape(name).split()[0].capitalize() for name in found]


def counts(answer, name: str) -> dict[str, int]:
    """What stands beside each box of a facet."""
    boxes = re.findall(
        rf'name="{name}" value="([^"]*)"[^>]*><span>([^<]*)</span><span>([^<]*)</span>',
        answer.content.decode(),
    )
    return {label: int(n) for _value, label, n in boxes}


class TestFacets:
    def test_each_count_is_the_length_of_the_list_that_its_box_leads_to(self, amina, staff):
        for address in (url("people"), url("search", q="A"), url("people", sex="F")):
            page = amina.get(address)
            pairs = re.findall(
                r'name="(\w+)" value="([^"]*)"( checked)?><span>[^<]*</span><span>(\d+)</span>',
                page.content.decode(),
            )
            assert len(pairs) > 5
            query = dict(amina.get(address).wsgi_request.GET.lists())
            for name, value, _checked, n in pairs:
                assert len(names(amina.get(address.split("?")[0], {**query, name: [value]}))) == int(n), (
                    name,
                    value,
                )

    def test_values_of_one_facet_add_up_and_facets_narrow(self, amina, staff):
        assert names(amina.get(url("people", sex="M"))) == ["Diarra", "Sidibé"]
        assert len(names(amina.get(url("people") + "?sex=M&sex=F"))) == 5
        assert names(amina.get(url("people", sex="M", state="in"))) == ["Diarra"]

    def test_the_unknown_is_a_value_like_another(self, amina, staff):
        page = amina.get(url("people", sector="-"))
        assert names(page) == ["Sidibé"]
        assert "Sector: not given" in text_of(page)

    def test_an_area_leads_into_it(self, amina, staff):
        page = amina.get(url("people")).content.decode()
        link = re.search(r'<a class="to" href="([^"]+)"><span>Sud</span><span>2</span>', page)[1]
        assert names(amina.get(url("people") + unescape(link))) == ["Keïta", "Traoré"]

    def test_each_chip_takes_itself_away(self, amina, staff):
        page = amina.get(url("people") + "?sex=F&sector=PRIV").content.decode()
        without = {unescape(href) for href in re.findall(r'<a href="([^"]+)" aria-label="Remove', page)}
        assert without == {"?sex=F", "?sector=PRIV"}

    def test_words_and_filters_together(self, amina, staff):
        assert names(amina.get(url("search", q="A", sector="PRIV"))) == ["Keïta", "Traoré"]
        page = amina.get(url("search", q="traore", sex="M"))
        assert "Nobody with these filters" in text_of(page)

    def test_words_find_without_outlines(self, amina, staff):
        """The box works even where the lists are being prepared."""
        from baarada.registry.models import Outline

        Outline.objects.all().delete()
        assert names(amina.get(url("search", q="traore"))) == ["Traoré"]

    def test_what_an_address_cannot_mean_changes_nothing(self, amina, staff):
        strange = "?sex=F&cadre=zzz&age=7&list=nothing&sort=soul&col=rubbish&area=%00"
        assert len(names(amina.get(url("people") + strange))) == 3
        assert amina.get(url("people", after="x|y")).status_code == 404
        assert amina.get(url("people", sort="since", after="x|y|z")).status_code == 404


class TestOrders:
    @pytest.mark.parametrize(
        ("order", "first"),
        [("name", "Coulibaly"), ("cadre", "Diarra"), ("place", "Keïta"), ("since", "Diarra")],
    )
    @pytest.mark.parametrize("few", [True, False])
    def test_pages_follow_each_other_in_every_order(self, amina, staff, monkeypatch, order, first, few):
        monkeypatch.setattr(listing.part, "__kwdefaults__", {"size": 2})
        if not few:
            from baarada.web.people import lists as pages

            monkeypatch.setattr(pages, "FEW", 0)
        found, address = [], url("people", sort=order)
        while address:
            page = amina.get(address).content.decode()
            found += re.findall(r'<a class="hit"[^>]*>(\w+)', page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            address = url("people") + unescape(following[1]) if following else ""
        assert len(found) == len(set(found)) == 5
        assert found[0] == first.upper()

    def test_results_of_words_keep_the_nearest_first_unless_told(self, amina, staff):
        assert names(amina.get(url("search", q="A", sort="since")))[0] == "Diarra"


class TestColumns:
    def test_any_column_of_an_export_is_a_column_of_the_list(self, amina, staff):
        page = amina.get(url("people") + "?col=phone&col=number.mle&col=posting.starts")
        text = text_of(page)
        assert "76412058" in text and "100-A" in text and "2019" in text
        assert "Midwife" not in text.split("In the order of")[1]

    def test_they_are_chosen_on_a_page(self, amina, staff):
        page = amina.get(reverse("web:columns"), {"sex": "F", "col": "phone"}).content.decode()
        assert re.search(r'value="phone" checked', page) and 'name="sex" value="F"' in page

    def test_rows_with_many_columns_cost_the_same(self, amina, staff):
        from tests.web.test_people import cost

        address = url("people") + "?col=office&col=employment.worker&col=licence.status&col=phone"
        few = cost(amina, address)
        for n in range(8):
            actions.add_person({"family_name": f"Koné{n}", "sex": "M"}, by=amina.actor)
        assert cost(amina, address) == few


class TestGoingOut:
    def names(self, browser, **query) -> list[str]:
        answer = browser.get(url("export", "people"), {"form": "xlsx", **query})
        first, *_rest = sheets_of(answer).values()
        return [row[0] for row in first[1:]]

    def test_the_file_has_the_filter_and_the_order_of_the_page(self, amina, staff):
        assert self.names(amina, sector="PRIV") == ["Keïta", "Traoré"]
        assert self.names(amina, sort="since", state="in") == ["Diarra", "Keïta", "Traoré", "Coulibaly"]
        assert self.names(amina, q="A", sex="M") == ["Diarra"]

    def test_the_columns_of_the_page_where_they_are_asked_for(self, amina, staff):
        answer = amina.get(
            url("export", "people"), {"form": "xlsx", "col": ["phone", "state"], "which": "shown", "sex": "M"}
        )
        first, second = sheets_of(answer).values()
        assert first[0][:-2] == ["Family name", "Given names", "Telephone", "mle", "First day", "Last day"]
        assert ["Filter", "Sex: Male"] in second

    def test_the_page_offers_them(self, amina, staff):
        assert "Those of the list on the screen" in text_of(
            amina.get(url("export", "people"), {"col": "phone"})
        )
        assert "Those of the list on the screen" not in text_of(amina.get(url("export", "people")))


class TestViews:
    def keep(self, browser, query="sex=F", **typed):
        return browser.post(f"{reverse('web:keep-view')}?{query}", {"name": "Women", **typed})

    def test_a_view_is_kept_and_stands_above_the_list_and_at_home(self, amina, staff):
        answer = self.keep(amina, "sex=F&sort=since&col=phone")
        assert answer["Location"] == url("people") + "?sex=F&sort=since&col=phone"
        for page in (amina.get(url("people")), amina.get(url("home"))):
            assert "Women" in text_of(page)
        assert 'aria-current="true">Women' in amina.get(answer["Location"]).content.decode()

    def test_a_view_of_words_leads_back_to_them(self, amina, staff):
        assert self.keep(amina, "q=traore&sex=F")["Location"].startswith(reverse("web:search"))

    def test_shared_it_is_the_office_s_and_nobody_else_s(self, amina, colleague, cheick, staff):
        self.keep(amina)
        assert "Women" not in text_of(colleague.get(url("views")))
        self.keep(amina, name="Women of Kadiolo", shared="yes")
        assert "Women of Kadiolo" in text_of(colleague.get(url("views")))
        assert "Women" not in text_of(cheick.get(url("views")))

    def test_only_its_owner_changes_it(self, amina, colleague, cheick, staff):
        self.keep(amina, shared="yes")
        view = SavedView.objects.get()
        for name in ("revise-view", "drop-view"):
            page = colleague.post(url(name, view.pk), {"name": "Mine"}, follow=True)
            assert "is a colleague" in text_of(page)
            assert cheick.post(url(name, view.pk), {"name": "Mine"}).status_code == 404
        assert SavedView.objects.get().name == "Women"
        amina.post(url("revise-view", view.pk), {"name": "Ladies"})
        assert (SavedView.objects.get().name, SavedView.objects.get().shared) == ("Ladies", False)
        amina.post(url("drop-view", view.pk))
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize(
        ("query", "name", "sentence"),
        [
            ("sex=F", " ", "Write the name of the view"), ("sex=F", "x" * 61, "at most 60 letters"),
            ("sex=F", "WOMEN", "named WOMEN already"), ("nothing=1", "All", "Nothing narrows this list"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_said_in_a_sentence(self, amina, staff, query, name, sentence):
        self.keep(amina)
        answer = self.keep(amina, query, name=name)
        assert answer.status_code == 422 and sentence in text_of(answer)
        assert SavedView.objects.count() == 1

    def test_there_are_not_endlessly_many(self, amina, staff, monkeypatch):
        monkeypatch.setattr(kept, "MOST_VIEWS", 1)
        self.keep(amina)
        assert "Delete one first" in text_of(self.keep(amina, name="Another"))

    def test_those_of_the_country_come_from_its_pack(self, amina, staff, monkeypatch):
        monkeypatch.setattr(
            country, "_views", [View({"fr": "Privé", "en": "Private ones"}, {"sector": ("PRIV",)})]
        )
        page = amina.get(url("people")).content.decode()
        link = re.search(r'href="([^"]+)"[^>]*>Private ones', page)[1]
        assert names(amina.get(link)) == ["Keïta", "Traoré"]

    @pytest.mark.parametrize("pack", available())
    def test_packs_name_codes_that_their_lists_hold(self, pack):
        found = read(pack)
        known = {(row["list"], row["code"]) for row in found.tables["lists"]}
        for view in found.views:
            assert set(view.titles) == {"fr", "en"}
            for name, codes in view.filter.items():
                assert {(facets.FACETS[name].list, code) for code in codes} <= known


class TestNumbers:
    def paste(self, browser, text: str):
        return browser.post(reverse("web:numbers"), {"numbers": text}, follow=True)

    def test_found_ones_are_a_list_like_any_other(self, amina, staff):
        page = self.paste(amina, "300 c\r\n100-A; 999-Z\n\n")
        assert names(page) == ["Coulibaly", "Keïta"]
        text = text_of(page)
        assert "3 numbers pasted" in text and "1 is borne by nobody here" in text and "999-Z" in text
        pk = NumberList.objects.get().pk
        assert names(amina.get(url("people", list=pk, sector="PRIV"))) == ["Keïta"]
        assert TestGoingOut().names(amina, list=pk) == ["Coulibaly", "Keïta"]
        absent = amina.get(url("numbers-absent", pk)).content.decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(absent))) == [["Borne by nobody here"], ["999-Z"]]

    def test_one_number_of_several_and_several_of_one(self, amina, staff):
        page = text_of(self.paste(amina, "76 41 20 58\n100A\n100-A"))
        assert "1 is borne by several people" in page and "2 lead to somebody found before" in page

    def test_numbers_parted_by_spaces_alone(self, amina, staff):
        assert names(self.paste(amina, "100-A 200-B 777-Q")) == ["Coulibaly", "Diarra"]
        assert NumberList.objects.get().absent == ["777-Q"]

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [("", "Paste one number"), (" ;; \n", "Paste one number"), ("1\n" * 2001, "At most 2000")],
    )
    def test_what_cannot_be_looked_up_is_said(self, amina, staff, text, sentence):
        page = self.paste(amina, text)
        assert page.status_code == 422 and sentence in text_of(page)
        assert not NumberList.objects.exists()

    def test_it_costs_the_same_however_many(self, amina, staff, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            numbers.look_up([f"{n}-Q" for n in range(300)], seen_by=amina.actor)
        with django_assert_max_num_queries(50):
            numbers.look_up([str(n) for n in range(2000)], seen_by=amina.actor)

    def test_the_oldest_list_goes(self, amina, staff, monkeypatch):
        monkeypatch.setattr(kept, "MOST_LISTS", 2)
        self.paste(amina, "100-A")
        first = NumberList.objects.get().pk
        for text in ("200-B", "300-C"):
            self.paste(amina, text)
        assert NumberList.objects.count() == 2
        page = amina.get(url("people", list=first))
        assert "not kept any more" in text_of(page)

    def test_linked_files_are_found_under_their_one_name(self, amina, cheick, staff):
        one, other = (Person.objects.get(pk=staff[n].pk) for n in ("Coulibaly", "Diarra"))
        pk = None
        self.paste(amina, "100-A\n200-B")
        pk = NumberList.objects.get().pk
        actions.link_people(one, other, by=cheick.actor)
        assert len(names(amina.get(url("people", list=pk)))) == 1


class TestOpenedLast:
    def test_the_last_ten_the_latest_first_each_once(self, amina, colleague, staff):
        for family in ("Coulibaly", "Keïta", "Coulibaly", "Coulibaly"):
            amina.get(url("person", staff[family].pk))
        people = [
            actions.add_person({"family_name": f"Koné{n}", "sex": "M"}, by=amina.actor).record
            for n in range(10)
        ]
        under = text_of(amina.get(url("search", q="", quick=1)))
        assert under.index("COULIBALY") < under.index("KEÏTA") and under.count("COULIBALY") == 1
        for person in people:
            amina.get(url("person", person.pk))
        assert OpenedFile.objects.count() == 10
        assert "COULIBALY" not in text_of(amina.get(url("home")))
        assert "KONÉ" not in text_of(colleague.get(url("home"))).split("Latest acts")[0]

    def test_who_was_deleted_is_not_offered(self, amina, staff):
        amina.get(url("person", staff["Keïta"].pk))
        person = Person.objects.get(pk=staff["Keïta"].pk)
        actions.delete(person, seen=journal.seen(person), by=amina.actor)
        assert kept.opened(seen_by=amina.actor) == []

    def test_reading_goes_on_where_nothing_can_be_written(self, amina, staff, monkeypatch):
        from django.db import OperationalError

        def locked(*args, **kwargs):
            raise OperationalError("database is locked")

        monkeypatch.setattr(OpenedFile, "save", locked)
        assert amina.get(url("person", staff["Keïta"].pk)).status_code == 200
        assert not OpenedFile.objects.exists()

    def test_the_file_that_was_opened_last_is_not_noted_again(self, amina, staff):
        amina.get(url("person", staff["Keïta"].pk))
        with CaptureQueriesContext(connection) as asked:
            amina.get(url("person", staff["Keïta"].pk))
        assert not [q for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE", "PRAGMA", "SET"))]


def test_whoever_left_is_said_to_have_left(amina, staff):
    from baarada.registry import career
    from baarada.registry.models import Posting

    person = Person.objects.get(pk=staff["Keïta"].pk)
    posting = Posting.objects.get(person=person)
    career.leave(
        person,
        {"kind": "retired", "left": parse("01/03/2026")},
        [(posting, journal.seen(posting))],
        by=amina.actor,
    )
    assert "Left on 1 March 2026" in text_of(amina.get(url("people", state="gone"))).replace("\u00a0", " ")
    assert "no longer in service" in text_of(amina.get(url("person", person.pk)))


def test_a_facility_on_a_file_s_page_of_lists_is_that_of_its_link(amina, staff):
    place = Facility.objects.get(name="CS de Nord")
    assert names(amina.get(url("people", place=place.pk))) == ["Coulibaly", "Diarra"]
