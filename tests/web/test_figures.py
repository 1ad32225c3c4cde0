"""Pages of figures: what they say, where each number leads, what is asked in the address."""
# ruff: noqa: F811

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from baarada.indicators import known, outlines
from baarada.indicators.outlines import Outlines
from baarada.journal import runtime
from tests.conftest import move_clock
from tests.emptying import committed
from tests.indicators.conftest import Register, cadres, land, register  # noqa: F401

FIGURES = "/chiffres/?area="
DENSITIES = "/chiffres/densites/?area="


@pytest.fixture
def fatou_s(country, browser_of):
    return browser_of("fatou", country.national)


@pytest.fixture
def staffed(register: Register, land, cadres):
    """Two women and a man in the north, one woman nowhere."""
    north = register.facility("Hôpital du Nord", land["north"])
    for name, sex, code in (("Awa", "F", "MED"), ("Binta", "F", "INF"), ("Chaka", "M", "SF")):
        register.post(register.person(name, sex, "1990"), north, cadres[code])
    register.post(register.person("Dado", "F", None), None)
    register.people_of(land["north"], 2022, 10_000, quality="estimated", source="Comptage")
    return land


def shown(answer):
    """The words of a page, without its marks."""
    text = re.sub(r"<(svg|head|nav|header)[ >].*?</\1>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def links(answer, start):
    return [
        unescape(href)
        for href in re.findall(r'href="([^"]+)"', answer.content.decode())
        if href.startswith(start)
    ]


@pytest.mark.django_db
class TestHeadcount:
    def test_the_page_says_its_figure_in_a_sentence_and_lines(self, fatou_s, staffed):
        words = shown(fatou_s.get(FIGURES))

        assert "Pays : 4 agents en poste au 20 novembre 2026, dont 75 % de femmes." in words
        assert "Nord 3" in words
        assert "lieu inconnu 1" in words
        assert "Total 4" in words
        assert "Âges : 3 femmes" in words

    def test_each_number_leads_to_its_people(self, fatou_s, staffed):
        addresses = links(fatou_s.get(f"{FIGURES}&by=region&by=sex"), "/chiffres/personnes/")
        wanted = next(a for a in addresses if "is=sex%3AF" in a and "is=region%3A&" not in a)
        words = shown(fatou_s.get(wanted))

        assert "2 personnes" in words
        assert "AWA Awa" in words
        assert "BINTA Awa" in words
        assert "CHAKA" not in words

    def test_every_number_of_every_page_leads_to_a_page(self, fatou_s, staffed):
        pages = (
            f"{FIGURES}&by=region&by=cadre",
            f"{FIGURES}&by=group&by=age",
            DENSITIES,
            f"{FIGURES}&by=office",
        )
        for address in [a for one in pages for a in links(fatou_s.get(one), "/chiffres/personnes/")]:
            assert fatou_s.get(address).status_code == 200, address

    @pytest.mark.parametrize(
        "cell", ["cadre:x", "age:x", "office:x", "region:x", "occupation:x", "facility:x", "sex:x"]
    )
    def test_a_line_that_an_address_made_up_has_nobody_behind_it(self, fatou_s, staffed, cell):
        answer = fatou_s.get(f"/chiffres/personnes/?area=&is={cell}")
        assert answer.status_code == 200
        assert "AWA" not in shown(answer)

    def test_the_people_behind_a_number_go_out_as_a_list(self, fatou_s, staffed):
        found = links(fatou_s.get(f"{FIGURES}&by=region&by=sex"), "/chiffres/personnes/")
        behind = fatou_s.get(next(a for a in found if "is=sex%3AF" in a and "is=region%3A&" not in a))
        (export,) = links(behind, "/exports/counted/")
        said = shown(fatou_s.get(export))
        assert "2" in said and "Sexe : Féminin" in said and "20 novembre 2026" in said

        file = fatou_s.get(f"{export}&form=csv")
        rows = list(csv.DictReader(io.StringIO(b"".join(file).decode("utf-8-sig")), delimiter=";"))
        assert sorted(row["Nom"] for row in rows) == ["Awa", "Binta"]

    def test_a_list_of_what_was_known_or_of_nothing_does_not_go_out(self, fatou_s, staffed):
        before = fatou_s.get("/chiffres/personnes/?area=&known=2026-11-01&on=2026-11-01", follow=True)
        assert "Rien n’était encore dans ce registre" in shown(before)
        assert not links(before, "/exports/counted/")
        for query in ("known=2026-11-01", "on=never", "is=nothing", f"area={uuid4()}", f"facility={uuid4()}"):
            assert fatou_s.get(f"/exports/counted/?{query}").status_code == 404
        assert "0" in shown(fatou_s.get(f"/exports/counted/?office={uuid4()}"))

    def test_people_come_a_page_at_a_time_each_once(self, fatou_s, staffed, register, monkeypatch):
        monkeypatch.setattr("baarada.web.figures.behind.PAGE", 3)
        first = fatou_s.get("/chiffres/personnes/?area=")
        second = fatou_s.get("/chiffres/personnes/" + links(first, "?")[-1])
        names = re.findall(r"(AWA|BINTA|CHAKA|DADO) Awa", shown(first) + shown(second))

        assert names == ["AWA", "BINTA", "CHAKA", "DADO"]

    def test_a_page_asks_as_much_for_many_lines_as_for_few(self, fatou_s, staffed, register, land):
        def asked():
            fatou_s.get(FIGURES)
            with CaptureQueriesContext(connection) as captured:
                assert fatou_s.get(FIGURES).status_code == 200
            return len(captured)

        few = asked()
        for n in range(12):
            place = register.facility(f"CSCom {n}", register.area(f"Région {n}", parent=land["country"]))
            register.post(register.person(f"P{n}"), place)
        assert asked() == few
        assert few <= 16

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("on=hier", "n’est pas un jour"), ("by=couleur", "ne se répartit pas par"),
            ("by=sex&by=age&by=cadre&by=sector", "3 critères au plus"), ("is=x", "ne nomme aucune ligne"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_said_and_the_page_is_there(self, fatou_s, staffed, query, said):
        answer = fatou_s.get(f"{FIGURES}&{query}")

        assert answer.status_code == 200
        assert said in shown(answer)
        assert "4 agents en poste" in shown(answer)

    def test_a_reader_begins_with_the_facilities_of_the_own_office(
        self, country, browser_of, staffed, register
    ):
        from baarada.registry.models import Assignment, Facility

        kadiolo = browser_of("amina", country.kadiolo)
        assert "District de Kadiolo : personne n’est connu en poste" in shown(kadiolo.get("/chiffres/"))
        place = Facility.objects.get(name="Hôpital du Nord")
        register.write(Assignment, facility=place, office=country.kadiolo)

        words = shown(kadiolo.get("/chiffres/"))
        assert "District de Kadiolo : 3 agents en poste" in words
        assert "Hôpital du Nord 3" in words
        region = shown(browser_of("cheick", country.region).get("/chiffres/"))
        assert "District de Kadiolo 3" in region

    def test_a_map_is_drawn_where_there_are_outlines_and_those_without_are_named(
        self, fatou_s, staffed, monkeypatch
    ):
        square = [[[0, 0], [9, 0], [9, 9], [0, 0]]]
        monkeypatch.setattr(outlines, "of_level", lambda level: Outlines({"nord": square}, "Essai"))
        page = fatou_s.get(FIGURES).content.decode()

        assert re.search(r'<path class="g\d" d="M', page)
        assert "Nord : 3" in page
        assert "Sans contour : Sud." in unescape(page).replace("\xa0", " ")
        assert "style=" not in page

    def test_without_outlines_there_is_no_map(self, fatou_s, staffed, monkeypatch):
        monkeypatch.setattr(outlines, "of_level", lambda level: Outlines())

        assert 'class="chart map"' not in fatou_s.get(FIGURES).content.decode()

    @pytest.mark.parametrize("figure", ["headcount", "density"])
    def test_the_file_says_what_the_page_says(self, fatou_s, staffed, figure):
        answer = fatou_s.get(f"/chiffres/fichier/?area=&figure={figure}&form=csv&by=region")
        rows = list(
            csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";")
        )

        if figure == "headcount":
            assert rows[:4] == [["Région", "Agents"], ["Nord", "3"], ["lieu inconnu", "1"], ["Total", "4"]]
        else:
            assert rows[1][:7] == ["Nord", "1", "1", "1", "3", "10000", "3.00"]
            assert rows[2][4] == ""
        assert fatou_s.get(f"/chiffres/fichier/?area=&figure={figure}&form=xlsx").status_code == 200

    def test_a_file_of_another_kind_is_not_found(self, fatou_s, staffed):
        assert fatou_s.get("/chiffres/fichier/?form=exe").status_code == 404


@pytest.mark.django_db
def test_densities_stand_beside_named_thresholds_and_tell_their_population(fatou_s, staffed):
    words = shown(fatou_s.get("/chiffres/densites/?area="))

    assert "3,00" in words
    for text in ("22,8 OMS", "33,45 OIT", "44,5 OMS", "pas des normes du pays", "aucune population notée"):
        assert text in words
    assert "2022, Comptage" in words


class TestAsKnown:
    @pytest.fixture
    def db(self, django_db_setup, django_db_blocker):
        """Without a transaction around the test, as Django's test case knows no database made meanwhile."""
        with django_db_blocker.unblock(), committed():
            yield

    def test_the_register_of_that_day_is_drawn_by_the_worker_then_counted(
        self, fatou_s, staffed, register, settings
    ):
        for path in settings.CONFIG.work.glob("known-*"):
            path.unlink()
        day = runtime.today()
        move_clock(1)
        register.post(register.person("Élie"), None)
        address = f"{FIGURES}&known={day.isoformat()}"
        assert "5 agents en poste" in shown(fatou_s.get(FIGURES))

        waiting = fatou_s.get(address)
        assert "Reconstituer le registre de ce jour" in shown(waiting)
        answer = fatou_s.post(reverse("web:figure-known"), {"known": f"{day:%d/%m/%Y}", "next": address})
        assert answer["Location"] == address
        assert "4 agents en poste" in shown(fatou_s.get(address))
        behind = links(fatou_s.get(address), "/chiffres/personnes/")[0]
        assert parse_qs(behind.partition("?")[2])["known"] == [day.isoformat()]
        assert "4 personnes" in shown(fatou_s.get(behind))

    def test_how_far_the_work_is(self, fatou_s, staffed, register):
        day = runtime.today()
        move_clock(1)
        register.person("Élie")
        copy = known.copy_for(day)
        known.begin(copy)

        page = fatou_s.get(f"{FIGURES}&known={day.isoformat()}")
        copy.note.unlink()
        assert "se reconstitue" in shown(page)

    def test_only_pages_of_figures_are_gone_back_to(self, fatou_s, staffed):
        answer = fatou_s.post(
            reverse("web:figure-known"), {"known": "01/01/2020", "next": "https://ailleurs.example/"}
        )

        assert answer["Location"] == reverse("web:figures")
