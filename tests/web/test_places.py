"""Pages about facilities, areas and offices."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from baarada.journal import actions as journal
from baarada.journal import tokens
from baarada.kernel.days import parse
from baarada.registry import actions, lists
from baarada.registry.models import (
    Area,
    Assignment,
    Cadre,
    Facility,
    Inclusion,
    ListItem,
    Population,
    Posting,
    Unit,
)
from tests.conftest import move_clock

pytestmark = pytest.mark.django_db
SEEN = re.compile(r'name="seen" value="([^"]+)"')


def in_english(browser):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def boss(country, browser_of):
    return in_english(browser_of("fatou", country.national))


@pytest.fixture
def land(boss):
    """A country, two regions, a cercle that passed from one to the other; kinds in words."""
    by = boss.actor
    with journal.write("set up", by=by) as act:
        for list_, code, label in (
            ("facility_type", "cscom", "Community health centre"), ("facility_type", "csref", "Referral centre"),
            ("area_kind", "country", "Country"), ("area_kind", "region", "Region"), ("area_kind", "cercle", "Cercle"),
            ("unit_kind", "mat", "Maternity ward"), ("office_kind", "district", "Health district"),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label)
        mali = act.create(Area, kind="country", name="Mali")
        mopti = act.create(Area, kind="region", name="Mopti", capital="Mopti")
        bandiagara = act.create(Area, kind="region", name="Bandiagara", starts=parse("13/03/2023"))
        cercle = act.create(Area, kind="cercle", name="Bandiagara")
        law = "Loi n°2023-006"
        for area, parent, starts, ends, legal in (
            (mopti, mali, "1960", None, None), (bandiagara, mali, "13/03/2023", None, law),
            (cercle, mopti, "10/08/1999", "12/03/2023", None), (cercle, bandiagara, "13/03/2023", None, law),
        ):  # fmt: skip
            days = {"starts": parse(starts), "ends": parse(ends) if ends else None}
            act.create(Inclusion, area=area, parent=parent, legal=legal, **days)
    lists.forget()
    return {"mali": mali, "mopti": mopti, "bandiagara": bandiagara, "cercle": cercle}


def make(by, name: str, office=None, **values) -> Facility:
    done = actions.add_facility({"name": name, "kind": "cscom", **values}, by=by, office=office)
    return Facility.objects.get(pk=done.record.pk)


@pytest.fixture
def centre(boss, country, land) -> Facility:
    return make(boss.actor, "CSCom de Doucombo", country.kadiolo, area=land["cercle"], starts=parse("1998"))


def post(boss, facility, names, cadre=None) -> None:
    for name in names:
        person = actions.add_person({"family_name": name, "sex": "F"}, by=boss.actor).record
        values = {"facility": facility, "starts": parse("2019"), "cadre": cadre or cadre_of(boss)}
        actions.start_posting(person, values, by=boss.actor)


def cadre_of(boss) -> Cadre:
    found = Cadre.objects.first()
    if found is None:
        with journal.write("cadre.added", by=boss.actor) as act:
            found = act.create(Cadre, code="SF", label_m="Sage-femme", label_en="Midwife")
        lists.forget()
    return found


def url(name: str, /, *args, **query) -> str:
    text = "&".join(f"{k}={v}" for k, v in query.items())
    return reverse(f"web:{name}", args=args) + (f"?{text}" if text else "")


def text_of(answer) -> str:
    """What somebody reads, without tags."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
    main = body[body.index("<main") :] if "<main" in body else body
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\u202f", " ")


def rows_of(answer) -> list[str]:
    """Names in the list of facilities."""
    return re.findall(r'<a class="hit"[^>]*>([^<]+)</a>', answer.content.decode())


# -- who may -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["facilities", "add-facility", "areas", "area-choices", "offices"])
def test_nobody_reads_places_without_signing_in(client, db, name):
    assert client.get(url(name)).headers["Location"].startswith("/connexion/")


def test_no_place_of_an_unknown_id(boss):
    for name in ("facility", "assign-facility", "add-unit", "area", "office"):
        assert boss.get(url(name, uuid4())).status_code == 404


# -- the list of facilities ------------------------------------------------------------------


def test_an_empty_list_says_what_to_do(boss):
    said = text_of(boss.get(url("facilities")))
    assert "No facility is in the register yet." in said and "Import a list" in said


def test_a_row_says_where_what_whose_and_how_many(boss, country, centre):
    post(boss, centre, ["Guindo", "Togo"])
    said = text_of(boss.get(url("facilities")))
    assert "1 facility" in said
    assert "CSCom de Doucombo Bandiagara Community health centre District de Kadiolo 2" in said


def test_facilities_come_a_page_at_a_time(boss, country):
    with journal.write("facility.added", by=boss.actor) as act:
        for n in range(60):
            act.create(Facility, name=f"Poste {n:02}", kind="cscom")
    seen, address = [], url("facilities")
    for length in (25, 25, 10):
        answer = boss.get(address)
        assert len(rows_of(answer)) == length and "60 facilities" in text_of(answer)
        seen += rows_of(answer)
        following = re.search(r'href="(\?[^"]+)" rel="next"', answer.content.decode())
        address = url("facilities") + following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Poste {n:02}" for n in range(60)] and not address


def test_a_page_that_is_no_place_in_the_list_is_not_found(boss):
    assert boss.get(url("facilities", after="nowhere")).status_code == 404


def test_the_list_is_narrowed_and_says_by_what(boss, country, land, centre):
    make(boss.actor, "CSRéf de Mopti", country.niena, kind="csref", area=land["mopti"])
    for query, names in (
        ({"name": "mopti"}, ["CSRéf de Mopti"]),
        ({"kind": "cscom"}, ["CSCom de Doucombo"]),
        ({"office": country.niena.pk}, ["CSRéf de Mopti"]),
        ({"area": land["bandiagara"].pk}, ["CSCom de Doucombo"]),
        ({"area": land["mali"].pk}, ["CSCom de Doucombo", "CSRéf de Mopti"]),
        ({"area": "nonsense", "office": uuid4()}, ["CSCom de Doucombo", "CSRéf de Mopti"]),
    ):
        assert rows_of(boss.get(url("facilities", **query))) == names
    answer = boss.get(url("facilities", kind="cscom", area=land["bandiagara"].pk))
    said = text_of(answer)
    assert "Place: Bandiagara" in said and "Remove all" in said
    # The area's own parts are offered next, with what it lies in.
    assert "Bandiagara (cercle)" in said and "Bandiagara (region)" in said and "Mopti (region)" not in said


def test_nothing_found_offers_to_add_what_was_typed(boss, centre):
    said = boss.get(url("facilities", name="Zanzana"))
    assert "No facility with these filters." in text_of(said)
    assert url("add-facility", name="Zanzana") in said.content.decode()


def test_htmx_gets_the_results_only(boss, centre):
    answer = boss.get(url("facilities"), headers={"HX-Request": "true"})
    assert rows_of(answer) == ["CSCom de Doucombo"] and "<html" not in answer.content.decode()


def test_a_long_list_asks_no_more_than_a_short_one(boss, country, land, centre):
    post(boss, centre, ["Guindo"])
    boss.get(url("facilities"))
    with CountedQueries() as short:
        boss.get(url("facilities"))
    for n in range(24):
        here = make(boss.actor, f"Poste {n}", country.kadiolo, area=land["cercle"])
        post(boss, here, [f"Guindo{n}"])
    boss.get(url("facilities"))
    with CountedQueries() as long:
        boss.get(url("facilities"))
    assert long.count == short.count


class CountedQueries:
    """How many queries a page asks."""

    def __enter__(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self._context = CaptureQueriesContext(connection)
        self._context.__enter__()
        return self

    def __exit__(self, *error):
        self._context.__exit__(*error)
        self.count = len(self._context)


# -- a facility -------------------------------------------------------------------------------


def test_a_facility_shows_what_it_is_where_and_whose(boss, country, land, centre):
    post(boss, centre, ["Guindo"])
    said = text_of(boss.get(url("facility", centre.pk)))
    for words in (
        "CSCom de Doucombo", "Community health centre", "Office in charge: District de Kadiolo", "1 person in post",
        "GUINDO", "Midwife", "Bandiagara (cercle) → Bandiagara (region) → Mali (country)", "position not known",
    ):  # fmt: skip
        assert words in said


def test_a_facility_belonged_to_one_region_before_the_reform_and_to_another_after(boss, land, centre):
    now = text_of(boss.get(url("facility", centre.pk)))
    assert "Mopti formerly Region 10 Aug. 1999 → 12 March 2023" in now.replace("\u00a0", " ")
    assert "since 13 March 2023 Loi n°2023-006" in now.replace("\u00a0", " ")
    then = text_of(boss.get(url("facility", centre.pk, on="12/03/2023")))
    assert "Bandiagara (cercle) → Mopti (region) → Mali (country)" in then
    assert "Back to today" in then


def test_staff_are_those_of_the_day_and_come_a_page_at_a_time(boss, centre):
    post(boss, centre, [f"Agent{n:02}" for n in range(30)])
    first = boss.get(url("facility", centre.pk))
    assert len(rows_of(first)) == 25 and "30 people in post" in text_of(first)
    following = re.search(r'href="(\?after=[^"#]+)#staff" rel="next"', first.content.decode())[1]
    second = boss.get(url("facility", centre.pk) + following)
    assert rows_of(second) == [f"AGENT{n}" for n in range(25, 30)]
    assert "Nobody is known to have worked here" in text_of(boss.get(url("facility", centre.pk, on="2010")))


def test_a_fact_of_a_facility_opens_its_history_beside_it(boss, centre):
    answer = boss.get(url("facility", centre.pk, fact=f"{centre.pk}.kind"), headers={"HX-Request": "true"})
    assert "Community health centre" in text_of(answer) and "<html" not in answer.content.decode()
    assert url("revise", "facility", centre.pk, "correct") in answer.content.decode()


def test_what_a_facility_lacks_leads_to_where_it_is_completed(boss, country):
    bare = make(boss.actor, "Poste")
    page = boss.get(url("facility", bare.pk)).content.decode()
    assert "no office in charge" in page and url("assign-facility", bare.pk) in page
    assert f"{url('revise', 'facility', bare.pk, 'correct')}?fields=latitude,longitude" in page


def test_a_position_leads_to_the_map_of_the_device(boss, country):
    here = make(boss.actor, "Poste", latitude=14_333_596, longitude=-3_600_052)
    assert 'href="geo:14.333596,-3.600052"' in boss.get(url("facility", here.pk)).content.decode()


def test_a_facility_is_shown_as_it_was_known(boss, country, centre):
    move_clock(3)
    found = Facility.objects.get(pk=centre.pk)
    with journal.write("facility.changed", by=boss.actor) as act:
        act.change(found, {"name": "CSCom de Doucombo-Ville"}, seen=journal.seen(found))
    actions.assign_facility(centre, country.niena, starts=parse("2024"), by=boss.actor)
    move_clock(1)
    then = text_of(boss.get(url("facility", centre.pk, known="21/11/2026")))
    assert "CSCom de Doucombo" in then and "Doucombo-Ville" not in then and "District de Niéna" not in then
    assert "nothing can be changed on this page" in then
    assert "CSCom de Doucombo-Ville" in text_of(boss.get(url("facility", centre.pk)))
    assert "was not known yet" in text_of(boss.get(url("facility", centre.pk, known="01/01/2020")))


def test_a_facility_listed_twice_has_one_page(boss, centre):
    twin = make(boss.actor, "CSCOM DOUCOMBO")
    with journal.write("facility.linked", by=boss.actor) as act:
        act.link(centre, twin)
    first, second = sorted([centre.pk, twin.pk])
    assert boss.get(url("facility", second)).headers["Location"] == url("facility", first)
    assert "came in twice" in text_of(boss.get(url("facility", first)))


def test_a_disagreement_about_a_facility_is_shown_on_its_page(boss, country, browser_of, centre):
    other = browser_of("awa", country.national)
    seen = journal.seen(centre)
    for browser, name in ((boss, "CSCom A"), (other, "CSCom B")):
        found = Facility.objects.get(pk=centre.pk)
        with journal.write("facility.changed", by=browser.actor) as act:
            act.change(found, {"name": name}, seen=seen)
    said = text_of(boss.get(url("facility", centre.pk)))
    assert "several values, to decide" in said and "CSCom A" in said and "CSCom B" in said


def test_a_facility_with_many_staff_asks_no_more_than_one_with_few(boss, centre):
    post(boss, centre, ["Guindo"])
    boss.get(url("facility", centre.pk))
    with CountedQueries() as few:
        boss.get(url("facility", centre.pk))
    post(boss, centre, [f"Agent{n}" for n in range(20)])
    for n in range(5):
        actions.add_unit(centre, {"name": f"Service {n}"}, by=boss.actor)
    boss.get(url("facility", centre.pk))
    with CountedQueries() as many:
        boss.get(url("facility", centre.pk))
    assert many.count == few.count <= 25


# -- adding -----------------------------------------------------------------------------------


def test_a_facility_is_added_with_its_office_and_its_place(boss, country, land):
    data = {
        "name": "CSCom de Sanzana", "kind": "cscom", "area": "Bandiagara · Cercle", "latitude": "14.3",
        "longitude": "-3.6", "charge-office": country.kadiolo.pk, "why_decision": "2026-12",
    }  # fmt: skip
    answer = boss.post(url("add-facility"), data)
    found = Facility.objects.get(name="CSCom de Sanzana")
    assert answer.headers["Location"] == url("facility", found.pk)
    assert (found.area_id, found.area_label, found.latitude) == (land["cercle"].pk, "Bandiagara", 14_300_000)
    assert Assignment.objects.get(facility=found).office_id == country.kadiolo.pk
    assert "CSCom de Sanzana was added." in text_of(boss.get(answer.headers["Location"]))


def test_a_facility_like_one_that_is_here_is_looked_at_first(boss, country, centre):
    data = {"name": "Centre de Doucombo", "kind": "cscom", "charge-office": country.kadiolo.pk}
    refused = boss.post(url("add-facility"), data)
    assert refused.status_code == 422 and "Perhaps already here CSCom de Doucombo" in text_of(refused)
    assert Facility.objects.count() == 1
    assert boss.post(url("add-facility"), {**data, "sure": "yes"}).status_code == 302
    assert Facility.objects.count() == 2


def test_what_is_needed_of_a_facility_is_asked_for_and_what_was_typed_stays(boss, country, land):
    answer = boss.post(url("add-facility"), {"locality": "Dé", "latitude": "14.3", "charge-office": ""})
    said = text_of(answer)
    assert answer.status_code == 422 and 'value="Dé"' in answer.content.decode()
    assert "Choose the office in charge." in said
    answer = boss.post(url("add-facility"), {"latitude": "14.3", "charge-office": country.kadiolo.pk})
    said = text_of(answer)
    for words in (
        "Write the name of the facility.",
        "Choose the kind",
        "A position takes a latitude and a longitude.",
    ):
        assert words in said
    assert not Facility.objects.exists()


def test_an_area_is_named_without_doubt(boss, country, land):
    data = {"name": "Poste", "kind": "cscom", "charge-office": country.kadiolo.pk}
    answer = boss.post(url("add-facility"), {**data, "area": "Bandiagara"})
    assert answer.status_code == 422
    assert "Several areas are called “Bandiagara”." in text_of(answer)
    assert "Bandiagara · Region" in text_of(answer) and "Bandiagara · Cercle" in text_of(answer)
    assert boss.post(url("add-facility"), {**data, "area": "Atlantis"}).status_code == 422
    assert boss.post(url("add-facility"), {**data, "area": "mopti"}).status_code == 302
    assert Facility.objects.get().area_id == land["mopti"].pk


def test_areas_are_offered_while_a_name_is_typed(boss, land):
    offered = boss.get(url("area-choices", area="bandi")).content.decode()
    assert 'value="Bandiagara · Region"' in offered and 'value="Bandiagara · Cercle"' in offered
    assert "option" not in boss.get(url("area-choices", area="b")).content.decode()


def test_a_place_is_corrected_by_the_page_that_shows_its_level(boss, land, centre):
    address = url("revise", "facility", centre.pk, "correct", fields="area")
    page = boss.get(address).content.decode()
    assert 'value="Bandiagara · Cercle"' in page
    seen = SEEN.search(page)[1]
    assert boss.post(address, {"seen": seen, "area": "Bandiagara · Region"}).status_code == 302
    assert Facility.objects.get(pk=centre.pk).area_id == land["bandiagara"].pk
    step = Inclusion.objects.get(area=land["cercle"], ends__isnull=True)
    address = url("revise", "inclusion", step.pk, "correct", fields="parent")
    seen = SEEN.search(boss.get(address).content.decode())[1]
    assert boss.post(address, {"seen": seen, "parent": "Mopti"}).status_code == 302
    assert Inclusion.objects.get(pk=step.pk).parent_id == land["mopti"].pk


# -- offices in charge, services ------------------------------------------------------------


def test_a_facility_is_put_under_another_office_from_a_day_on(boss, country, centre):
    address = url("assign-facility", centre.pk)
    seen = SEEN.search(boss.get(address).content.decode())[1]
    data = {"seen": seen, "office": country.niena.pk, "starts": "13/03/2023", "why_decision": "2023-006"}
    assert boss.post(address, data).headers["Location"] == url("facility", centre.pk)
    said = text_of(boss.get(url("facility", centre.pk))).replace("\u00a0", " ")
    assert "Office in charge: District de Niéna" in said
    assert "District de Kadiolo 1998 (year only) → 12 March 2023" in said
    then = text_of(boss.get(url("facility", centre.pk, on="12/03/2023")))
    assert "Office in charge: District de Kadiolo" in then


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"office": ""}, "Choose the office in charge."),
        ({"starts": ""}, "Write the first day"),
        ({"starts": "31/02/2024"}, "that month has no such day"),
        ({"seen": "altered"}, "too old or was altered"),
    ],
)
def test_an_office_that_cannot_be_in_charge_is_refused(boss, country, centre, changed, said):
    seen = tokens.seal(journal.seen(Assignment.objects.get(facility=centre)))
    data = {"seen": seen, "office": country.niena.pk, "starts": "2024", **changed}
    answer = boss.post(url("assign-facility", centre.pk), data)
    assert answer.status_code in (200, 422) and said in text_of(answer)
    assert Assignment.objects.filter(facility=centre).count() == 1
    assert Assignment.objects.get(facility=centre).ends is None


def test_a_service_is_added_and_can_be_part_of_another(boss, centre):
    address = url("add-unit", centre.pk)
    assert boss.post(address, {"name": "Maternité", "kind": "mat", "beds": "12"}).status_code == 302
    assert boss.post(address, {"name": "Salle 1", "parent": "maternité"}).status_code == 302
    room = Unit.objects.get(name="Salle 1")
    assert room.parent_id == Unit.objects.get(name="Maternité").pk
    said = text_of(boss.get(url("facility", centre.pk)))
    assert "Maternité Maternity ward 12 beds" in said and "Salle 1 Maternité" in said
    for data in (
        {"name": ""},
        {"name": "Salle 2", "parent": "Chirurgie"},
        {"name": "Salle 2", "beds": "many"},
    ):
        assert boss.post(address, data).status_code == 422
    assert Unit.objects.count() == 2


# -- areas ------------------------------------------------------------------------------------


def test_the_country_of_a_day_with_what_each_part_holds(boss, land, centre):
    now = text_of(boss.get(url("areas")))
    assert "Bandiagara Region Cercle 1 1 facility" in now
    then = text_of(boss.get(url("areas", on="12/03/2023")))
    assert "Mopti Region Cercle 1 1 facility" in then and "Bandiagara Region" not in then


def test_no_area_is_described(boss):
    assert "No place is described." in text_of(boss.get(url("areas")))


def test_an_area_shows_what_lies_in_it_then_and_now(boss, land, centre):
    now = text_of(boss.get(url("area", land["mopti"].pk))).replace("\u00a0", " ")
    assert "Nothing smaller is described." in now
    assert "Bandiagara Cercle 10 Aug. 1999 → 12 March 2023" in now
    assert "No facility is known here." in now
    then = text_of(boss.get(url("area", land["mopti"].pk, on="12/03/2023")))
    assert "What lies in it on" in then and "1 facility" in then and "CSCom de Doucombo" in then


def test_an_area_with_much_in_it_asks_no_more_than_one_with_little(boss, country, land, centre):
    address = url("area", land["bandiagara"].pk)
    boss.get(address)
    with CountedQueries() as little:
        boss.get(address)
    for n in range(30):
        make(boss.actor, f"Poste {n}", country.kadiolo, area=land["cercle"])
    boss.get(address)
    with CountedQueries() as much:
        answer = boss.get(address)
    assert much.count == little.count
    assert "25 of 31 are shown." in text_of(answer)


# -- offices ----------------------------------------------------------------------------------


def test_offices_stand_as_a_tree_with_what_each_is_in_charge_of(boss, country, centre):
    answer = boss.get(url("offices"))
    said = text_of(answer)
    assert "DRS Sikasso" in said and "2 offices below DRS Sikasso" in said
    assert "District de Kadiolo 1 facility" in said and "District de Niéna in charge of nothing yet" in said


def test_an_office_shows_whom_it_answers_to_and_what_answers_to_it(boss, country, centre):
    actions.add_person({"family_name": "Guindo", "sex": "F", "office": country.kadiolo}, by=boss.actor)
    answer = boss.get(url("office", country.kadiolo.pk))
    said = text_of(answer)
    assert "Health district · answers to DRH-SDS → DRS Sikasso" in said and "CSCom de Doucombo" in said
    assert url("people", office=country.kadiolo.pk) in answer.content.decode()
    assert "District de Niéna" in text_of(boss.get(url("office", country.region.pk)))


def test_postings_are_counted_from_the_person_s_file(boss, centre):
    post(boss, centre, ["Guindo"])
    person = Posting.objects.get().person
    assert url("facility", centre.pk) in boss.get(url("person", person.pk)).content.decode()


def test_lists_go_out_as_they_are_narrowed(boss, country, centre):
    post(boss, centre, ["Guindo"])
    listed = boss.get(url("facilities", kind="cscom", after=f"a|{uuid4()}")).content.decode()
    assert f'href="{url("export", "facilities", kind="cscom")}"' in listed
    page = boss.get(url("facility", centre.pk)).content.decode()
    assert f'href="{url("export", "staff", facility=centre.pk)}"' in page
    assert boss.get(url("export", "staff", facility=centre.pk)).status_code == 200


# -- population ---------------------------------------------------------------------------


class TestPopulation:
    def add(self, browser, area, **values):
        typed = {"year": "2022", "people": "935579", "source": "RGPH-5", "perimeter": "2023"}
        return browser.post(url("add-population", area.pk), typed | values)

    def test_an_area_without_a_figure_says_what_cannot_be_told(self, boss, land):
        page = boss.get(url("area", land["mopti"].pk))
        assert "No population is noted." in text_of(page)

    def test_a_figure_is_added_and_shown_with_its_source_latest_first(self, boss, land):
        assert self.add(boss, land["mopti"]).status_code == 302
        assert (
            self.add(boss, land["mopti"], year="2009", people="2036209", source="RGPH-4").status_code == 302
        )

        text = text_of(boss.get(url("area", land["mopti"].pk)))
        assert text.index("935,579") < text.index("2,036,209")
        assert "RGPH-5" in text and "perimeter: 2023" in text
        assert "No population" in text_of(boss.get(url("area", land["cercle"].pk)))

    @pytest.mark.parametrize(
        ("field", "typed", "words"),
        [
            ("year", "22", "four figures"),
            ("people", "", "how many people"),
            ("people", "beaucoup", "not a whole number"),
            ("source", "", "where the figure comes from"),
        ],
    )
    def test_what_cannot_be_is_said_and_nothing_written(self, boss, land, field, typed, words):
        answer = self.add(boss, land["mopti"], **{field: typed})
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert not Population.objects.exists()
