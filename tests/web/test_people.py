"""Pages about people: looking for them, their file, changing facts, posting, transferring."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.days import PartialDate, parse
from baarada.registry import actions, lists
from baarada.registry.models import Cadre, Facility, Identifier, ListItem, Paper, Person, Posting
from tests.conftest import TODAY, move_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(country, browser_of):
    return in_english(browser_of("amina", country.kadiolo))


@pytest.fixture
def cheick(country, browser_of):
    return in_english(browser_of("cheick", country.region))


@pytest.fixture
def boss(country, browser_of):
    return in_english(browser_of("fatou", country.national))


def in_english(browser):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def midwife(boss) -> Cadre:
    with journal.write("cadre.added", by=boss.actor) as act:
        found = act.create(Cadre, code="SF", label_m="Sage-femme", label_f="Sage-femme", label_en="Midwife")
        for list_, code, label in (
            ("sex", "F", "Female"), ("sex", "M", "Male"), ("identifier_kind", "payroll", "Payroll number"),
            ("paper_kind", "birth", "Birth certificate"), ("end_reason", "retired", "Retirement"),
        ):  # fmt: skip
            act.create(ListItem, list=list_, code=code, label_fr=label, label_en=label)
    lists.forget()
    return found


@pytest.fixture
def places(country, boss) -> list[Facility]:
    by = boss.actor
    return [
        actions.add_facility({"name": name, "kind": "cscom"}, by=by, office=office).record
        for name, office in (("CSCom de Loulouni", country.kadiolo), ("CSCom de Niéna", country.niena))
    ]


@pytest.fixture
def mariam(amina, places, midwife) -> Person:
    values = {"family_name": "Traoré", "given_names": "Mariam", "sex": "F", "born": parse("1985")}
    posting = {"facility": places[0], "cadre": midwife, "starts": parse("04/03/2019")}
    number = {"kind": "payroll", "number": "0142-318.K"}
    done = actions.add_person(values, by=amina.actor, posting=posting, identifiers=[number])
    return Person.objects.get(pk=done.record.pk)


def url(name: str, *args, **query) -> str:
    text = "&".join(f"{k}={v}" for k, v in query.items())
    return reverse(f"web:{name}", args=args) + (f"?{text}" if text else "")


def text_of(answer) -> str:
    """What somebody reads, without tags."""
    body = answer.content.decode()
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", body, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()


def seen_on(answer) -> str:
    """The sealed state of the page that a form came from."""
    return re.search(r'name="seen" value="([^"]+)"', answer.content.decode())[1]


# -- who may ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["home", "people", "facilities", "decisions", "more", "me", "about", "add-person"]
)
def test_pages_are_for_people_who_are_signed_in(client, db, name):
    answer = client.get(url(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(url("sign-in"))


def test_no_file_is_no_page(amina, db):
    answer = amina.get("/personnes/00000000-0000-0000-0000-000000000001/")
    assert answer.status_code == 404


# -- lists and search -----------------------------------------------------------------------


def test_the_list_goes_on_by_name_not_by_number_of_page(amina, midwife):
    for n in range(30):
        actions.add_person({"family_name": f"Koné{n:02}", "sex": "M"}, by=amina.actor)
    first = amina.get(url("people")).content.decode()
    assert first.count('<a class="hit"') == 25
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = amina.get(url("people") + following).content.decode()
    assert second.count('<a class="hit"') == 5
    assert "KONÉ29" in second and "KONÉ24" not in second


def cost(browser, address: str) -> int:
    """How many queries a page takes once what is kept for a while is there: it may run out in between."""

    def once() -> int:
        with CaptureQueriesContext(connection) as found:
            browser.get(address)
        return len(found)

    return min(once() for _ in range(4))


def test_lists_and_results_cost_the_same_however_many_rows(amina, mariam, places, midwife):
    addresses = (url("people"), url("search", q="traore"))
    # Of one alone nothing is counted: there is nothing to narrow.
    actions.add_person({"family_name": "Traoré", "given_names": "Oumou", "sex": "F"}, by=amina.actor)
    few = [cost(amina, a) for a in addresses]
    for n in range(20):
        values = {"family_name": "Traoré", "given_names": f"Awa{n}", "sex": "F"}
        posting = {"facility": places[0], "cadre": midwife, "starts": parse("2020")}
        actions.add_person(values, by=amina.actor, posting=posting)
    assert [cost(amina, a) for a in addresses] == few


def test_a_file_costs_the_same_however_long_the_career(amina, mariam, places, midwife):
    address = url("person", mariam.pk)
    short = cost(amina, address)
    fresh = Person.objects.get(pk=mariam.pk)
    for year in range(2005, 2013):
        values = {
            "facility": places[1],
            "cadre": midwife,
            "starts": parse(str(year)),
            "ends": parse(str(year)),
        }
        actions.start_posting(fresh, values, by=amina.actor)
        actions.add_identifier(fresh, {"kind": "payroll", "number": f"{year}-1"}, by=amina.actor)
    assert cost(amina, address) == short


def test_a_misspelt_name_is_found_and_says_why(amina, mariam):
    answer = amina.get(url("search", q="traore mariame"))
    assert "TRAORÉ Mariam" in text_of(answer)
    assert "0142-318.K" in text_of(answer)
    assert "Midwife" in text_of(answer)


def test_a_number_a_phone_and_nobody(amina, mariam):
    assert "TRAORÉ Mariam" in text_of(amina.get(url("search", q="0142318K")))
    nobody = text_of(amina.get(url("search", q="xyzzy qwerty")))
    assert "Nobody is found" in nobody and "Add “xyzzy qwerty”" in nobody


def test_suggestions_are_a_part_of_a_page(amina, mariam):
    answer = amina.get(url("search", q="traor", quick=1), headers={"HX-Request": "true"})
    assert "TRAORÉ Mariam" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_results_are_narrowed_by_what_is_ticked(amina, mariam, midwife):
    actions.add_person({"family_name": "Traoré", "given_names": "Bakary", "sex": "M"}, by=amina.actor)
    both = text_of(amina.get(url("search", q="traore")))
    assert "Mariam" in both and "Bakary" in both
    women = text_of(amina.get(url("search", q="traore", sex="F")))
    assert "TRAORÉ Mariam" in women and "TRAORÉ Bakary" not in women
    assert "Remove the filter" in amina.get(url("search", q="traore", sex="F")).content.decode()


# -- a file -----------------------------------------------------------------------------------


def test_a_file_shows_who_where_since_when_and_what_is_missing(amina, mariam):
    text = text_of(amina.get(url("person", mariam.pk)))
    for words in (
        "Traoré Mariam", "Midwife", "0142-318.K", "CSCom de Loulouni", "since 4\u00a0March 2019", "1985 (year only)",
        "facts are missing", "Nationality", "No paper is kept",
    ):  # fmt: skip
        assert re.sub(r"\s+", " ", words) in re.sub(r"\s+", " ", text), words


def test_no_field_name_no_id_and_no_other_language_in_a_file(amina, mariam):
    amina.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    text = text_of(amina.get(url("person", mariam.pk)))
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
    for name in ("family_name", "given_names", "birth_place", "contact_name", "end_reason"):
        assert name not in text


def test_the_history_of_a_fact_beside_the_file(amina, cheick, mariam):
    seen = journal.seen(mariam)
    why = actions.Why(reason="Seen on the certificate")
    actions.revise(
        mariam,
        {"born": parse("12/03/1985")},
        seen=seen,
        by=cheick.actor,
        mode=actions.MODES["correct"],
        why=why,
    )
    address = url("person", mariam.pk, fact=f"{mariam.pk}.born")
    whole = amina.get(address)
    part = amina.get(address, headers={"HX-Request": "true", "HX-Target": "panel"})
    for answer in (whole, part):
        text = text_of(answer)
        assert "12 March 1985" in text.replace("\u00a0", " ") and "Seen on the certificate" in text
        assert "corrected" in text and "Cheick" in text
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_a_file_as_it_was_known_then(amina, mariam):
    move_clock(3)
    fresh = Person.objects.get(pk=mariam.pk)
    actions.revise(fresh, {"phone": "76412058"}, seen=journal.seen(fresh), by=amina.actor)
    yesterday = runtime.today().toordinal() - 1
    day = type(runtime.today()).fromordinal(yesterday)
    now, then = (
        amina.get(url("person", mariam.pk)),
        amina.get(url("person", mariam.pk, known=f"{day:%d/%m/%Y}")),
    )
    assert "76" in text_of(now) and "2058" in re.sub(r"\s", "", text_of(now))
    assert "2058" not in re.sub(r"\s", "", text_of(then))
    assert "As known on the evening" in text_of(then)
    assert url("transfer", Posting.objects.get().pk) not in then.content.decode()


def test_a_day_that_cannot_be_read_is_no_page(amina, mariam):
    assert amina.get(url("person", mariam.pk, known="32/13/2026")).status_code == 404


# -- the three acts -----------------------------------------------------------------------------


def revise(browser, record, verb: str, fields: str, **typed):
    """Open the page that changes a fact, type, send; returns the answer."""
    address = url("revise", "person", record.pk, verb, fields=fields)
    return browser.post(address, {"seen": seen_on(browser.get(address)), **typed})


def test_a_change_says_so_and_offers_to_undo_it(amina, mariam):
    answer = amina.get(revise(amina, mariam, "change", "phone", phone="76412058")["Location"])
    assert "Changed: Telephone." in text_of(answer)
    assert Person.objects.get(pk=mariam.pk).phone == "76412058"
    undo = re.search(r'action="(/actes/[^"]+/defaire/)"', answer.content.decode())[1]
    amina.post(undo)
    assert Person.objects.get(pk=mariam.pk).phone is None


def test_two_people_from_one_page_lose_nothing(amina, cheick, boss, mariam):
    address = url("revise", "person", mariam.pk, "correct", fields="born")
    pages = [b.get(address) for b in (amina, cheick)]
    for browser, page, typed in ((amina, pages[0], "12/03/1985"), (cheick, pages[1], "31/12/1985")):
        assert browser.post(address, {"seen": seen_on(page), "born": typed}).status_code == 302
    text = text_of(boss.get(url("person", mariam.pk))).replace("\u00a0", " ")
    assert "several values, to decide" in text
    assert "12 March 1985" in text and "31 December 1985" in text
    assert Person.objects.get(pk=mariam.pk).born == parse("1985")


def test_different_facts_changed_from_one_page_merge(amina, cheick, mariam):
    pages = {}
    for browser, name in ((amina, "phone"), (cheick, "address")):
        address = url("revise", "person", mariam.pk, "change", fields=name)
        pages[name] = browser, address, seen_on(browser.get(address))
    for (name, (browser, address, seen)), typed in zip(pages.items(), ("76412058", "Kadiolo"), strict=True):
        browser.post(address, {"seen": seen, name: typed})
    found = Person.objects.get(pk=mariam.pk)
    assert (found.phone, found.address) == ("76412058", "Kadiolo")
    assert "to decide" not in text_of(amina.get(url("person", mariam.pk)))


def test_what_is_refused_stays_on_the_page_with_the_reason(amina, mariam):
    answer = revise(amina, mariam, "correct", "born", born="31/02/1985")
    assert answer.status_code == 422
    assert "that month has no such day" in text_of(answer)
    assert 'value="31/02/1985"' in answer.content.decode()
    assert Person.objects.get(pk=mariam.pk).born == parse("1985")


def test_nothing_typed_nothing_written(amina, mariam):
    answer = amina.get(revise(amina, mariam, "correct", "born", born="1985")["Location"])
    assert "Nothing was changed" in text_of(answer)


@pytest.mark.parametrize("seen", ["", "rubbish", "AAAA.BBBB"])
def test_a_page_without_its_seal_changes_nothing(amina, mariam, seen):
    address = url("revise", "person", mariam.pk, "correct", fields="born")
    answer = amina.post(address, {"seen": seen, "born": "1990"})
    assert "too old or was altered" in text_of(answer)
    assert Person.objects.get(pk=mariam.pk).born == parse("1985")


def test_the_seal_of_another_file_changes_nothing(amina, mariam, midwife):
    other = actions.add_person({"family_name": "Koné", "sex": "M"}, by=amina.actor).record
    token = tokens.seal(journal.seen(Person.objects.get(pk=other.pk)))
    address = url("revise", "person", mariam.pk, "correct", fields="born")
    assert "another file" in text_of(amina.post(address, {"seen": token, "born": "1990"}))
    assert Person.objects.get(pk=mariam.pk).born == parse("1985")


def test_an_older_fact_joins_the_history_only(amina, mariam):
    answer = revise(amina, mariam, "note", "phone", phone="66901327", why_effective="2010")
    assert "nothing that shows has changed" in text_of(amina.get(answer["Location"]))
    assert Person.objects.get(pk=mariam.pk).phone is None
    history = text_of(amina.get(url("person", mariam.pk, fact=f"{mariam.pk}.phone")))
    assert "older fact" in history


@pytest.mark.parametrize("fields", ["", "hash", "deleted", "person", "nonsense", "heads"])
def test_fields_that_are_no_facts_have_no_page(amina, mariam, fields):
    assert amina.get(url("revise", "person", mariam.pk, "correct", fields=fields)).status_code == 404


def test_next_leads_nowhere_else(amina, mariam):
    address = url("revise", "person", mariam.pk, "change", fields="phone")
    data = {"seen": seen_on(amina.get(address)), "phone": "76412058", "next": "https://elsewhere.example/"}
    assert amina.post(address, data)["Location"] == url("person", mariam.pk)


def test_a_file_opened_by_mistake_is_marked_and_comes_back(amina, mariam):
    address = url("remove", "person", mariam.pk)
    amina.post(address, {"seen": seen_on(amina.get(address)), "reason": "twice"})
    assert Person.objects.get(pk=mariam.pk).deleted
    assert amina.get(url("people")).content.decode().count('class="hit"') == 0


# -- adding ---------------------------------------------------------------------------------------


def test_a_new_person_with_number_and_posting(amina, places, midwife):
    address = url("add-person")
    assert "Add a person" in text_of(amina.get(address))
    answer = amina.post(address, {
        "family_name": "Koné", "given_names": "Bakary", "sex": "M", "born": "03/1981",
        "number-kind": "payroll", "number-number": "0118-540.T",
        "posting-facility": "CSCom de Niéna", "posting-cadre": str(midwife.pk), "posting-starts": "2015",
    })  # fmt: skip
    found = Person.objects.get(family_name="Koné")
    assert answer["Location"] == url("person", found.pk)
    assert found.born == PartialDate(1981, 3)
    assert Identifier.objects.get(person=found).number == "0118-540.T"
    assert Posting.objects.get(person=found).facility_id == places[1].pk
    assert found.office.name == "District de Niéna"


def test_who_may_be_here_already_is_shown_before_a_second_file(amina, mariam):
    typed = {"family_name": "Traore", "given_names": "Mariame", "sex": "F"}
    answer = amina.post(url("add-person"), typed)
    assert answer.status_code == 422
    assert "Perhaps already here" in text_of(answer) and "0142-318.K" in text_of(answer)
    assert Person.objects.count() == 1
    amina.post(url("add-person"), typed | {"sure": "yes"})
    assert Person.objects.count() == 2


def test_a_new_person_needs_a_name_and_a_sex(amina, midwife):
    answer = amina.post(url("add-person"), {"given_names": "Awa"})
    assert answer.status_code == 422
    assert "Write the family name" in text_of(answer) and "Choose the sex" in text_of(answer)
    assert not Person.objects.exists()


def test_two_files_of_one_person(amina, mariam):
    other = actions.add_person(
        {"family_name": "Traoré", "given_names": "Mariame", "sex": "F"}, by=amina.actor
    ).record
    page = amina.get(url("same-person", mariam.pk, **{"with": other.pk}))
    assert "Side by side" in text_of(page)
    answer = amina.post(url("link", mariam.pk), {"other": str(other.pk)}, follow=True)
    assert "Taken as the same person" in text_of(answer)
    form = answer.content.decode()
    unlink = re.search(r'action="(/liens/[^"]+)"', form)[1]
    seen = re.search(r'/liens/.*?name="seen" value="([^"]+)"', form, re.DOTALL)[1]
    assert "two again" not in text_of(amina.post(unlink, follow=True))
    assert "two again" in text_of(amina.post(unlink, {"seen": seen}, follow=True))
    assert Person.objects.get(pk=other.pk).canonical == other.pk


# -- postings -------------------------------------------------------------------------------------


def test_a_transfer_ends_the_old_posting_and_hands_the_file_over(amina, country, mariam, places):
    old = Posting.objects.get()
    address = url("transfer", old.pk)
    page = amina.get(address)
    answer = amina.post(
        address, {"seen": seen_on(page), "facility": "CSCom de Niéna", "starts": "04/01/2026"}
    )
    assert answer["Location"] == url("person", mariam.pk)
    old.refresh_from_db()
    assert old.ends == parse("03/01/2026")
    assert Posting.objects.get(ends=None).facility_id == places[1].pk
    assert Person.objects.get(pk=mariam.pk).office_id == country.niena.pk


def test_both_places_before_and_after_are_shown(amina, mariam):
    old = Posting.objects.get()
    text = text_of(amina.get(url("transfer", old.pk, facility="CSCom de Niéna")))
    assert "CSCom de Loulouni" in text and "will have nobody left of this cadre" in text
    part = amina.get(url("transfer", old.pk, facility="CSCom de Niéna"), headers={"HX-Request": "true"})
    assert "Before and after" in part.content.decode() and "<html" not in part.content.decode()


def test_looking_at_the_effects_writes_nothing(amina, mariam):
    address = url("transfer", Posting.objects.get().pk)
    data = {
        "seen": seen_on(amina.get(address)),
        "facility": "CSCom de Niéna",
        "starts": "04/01/2026",
        "look": "yes",
    }
    assert "will have nobody left" in text_of(amina.post(address, data))
    assert Posting.objects.count() == 1


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"facility": "CSCom de Loulouni", "starts": "04/01/2026"}, "already works"),
        ({"facility": "CSCom de Niéna", "starts": "01/01/2010"}, "not after the present posting began"),
        ({"facility": "CSCom de Nulle Part", "starts": "04/01/2026"}, "No facility is called"),
        ({"facility": "", "starts": "04/01/2026"}, "Choose the facility"),
        ({"facility": "CSCom de Niéna", "starts": "31/02/2026"}, "that month has no such day"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused_with_the_reason(amina, mariam, typed, sentence):
    address = url("transfer", Posting.objects.get().pk)
    answer = amina.post(address, {"seen": seen_on(amina.get(address)), **typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert Posting.objects.count() == 1


def test_a_second_posting_with_its_share_of_time(amina, mariam, places, midwife):
    data = {
        "facility": "CSCom de Niéna", "cadre": str(midwife.pk), "kind": "", "starts": "2024", "share": "20",
        "decision": "2024-12",
    }  # fmt: skip
    page = amina.get(url("start-posting", mariam.pk))
    answer = amina.post(url("start-posting", mariam.pk), data | {"seen": seen_on(page)})
    assert answer["Location"] == url("person", mariam.pk)
    found = Posting.objects.get(facility_id=places[1].pk)
    assert (found.share, found.main, found.decision) == (2000, False, "2024-12")


def test_a_service_is_looked_for_in_the_facility(amina, mariam, places, midwife):
    actions.add_unit(places[1], {"name": "Maternité"}, by=amina.actor)
    data = {"facility": "CSCom de Niéna", "cadre": str(midwife.pk), "starts": "2024", "share": "20"}
    data["seen"] = seen_on(amina.get(url("start-posting", mariam.pk)))
    refused = amina.post(url("start-posting", mariam.pk), data | {"unit": "Chirurgie"})
    assert refused.status_code == 422
    assert "Maternité" in text_of(refused)
    amina.post(url("start-posting", mariam.pk), data | {"unit": "maternite"})
    assert Posting.objects.get(facility_id=places[1].pk).unit_label == "Maternité"


def test_a_second_main_posting_from_an_old_page_is_refused_with_the_reason(amina, mariam, places, midwife):
    address = url("start-posting", mariam.pk)
    data = {"facility": "CSCom de Niéna", "cadre": str(midwife.pk), "starts": "05/11/2026", "main": "on"}
    answer = amina.post(address, data | {"seen": seen_on(amina.get(address))})
    assert answer.status_code == 422
    assert "The main posting is at CSCom de Loulouni" in text_of(answer)
    assert Posting.objects.count() == 1


def test_a_posting_from_a_page_without_its_seal_is_not_written(amina, mariam, places, midwife):
    data = {"facility": "CSCom de Niéna", "cadre": str(midwife.pk), "starts": "2024", "share": "20"}
    answer = amina.post(url("start-posting", mariam.pk), data)
    assert "too old or was altered" in text_of(answer)
    assert Posting.objects.count() == 1


def test_a_posting_ends_with_its_reason(amina, mariam):
    address = url("end-posting", Posting.objects.get().pk)
    page = amina.get(address)
    refused = amina.post(address, {"seen": seen_on(page), "ends": "", "end_reason": "retired"})
    assert refused.status_code == 422
    answer = amina.post(
        address, {"seen": seen_on(page), "ends": "15/11/2026", "end_reason": "retired"}, follow=True
    )
    assert "Left CSCom de Loulouni on 15 November 2026" in text_of(answer).replace("\u00a0", " ")


def test_facilities_are_offered_while_their_name_is_typed(amina, places):
    answer = amina.get(url("facility-choices", facility="nien"))
    assert "CSCom de Niéna · District de Niéna" in answer.content.decode()


# -- papers -----------------------------------------------------------------------------------------


def scan() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(file, "JPEG")
    file.seek(0)
    file.name = "acte.jpg"
    return file


def test_a_paper_is_added_shown_and_sent(amina, mariam):
    answer = amina.post(url("add-paper", mariam.pk), {"kind": "birth", "title": "Acte", "file": scan()})
    assert answer["Location"] == url("person", mariam.pk)
    paper = Paper.objects.get()
    assert "Acte" in text_of(amina.get(url("paper", paper.pk)))
    for name in ("paper-file", "paper-thumb"):
        sent = amina.get(url(name, paper.pk))
        assert sent["Content-Type"] == "image/jpeg"
        assert sent["Content-Security-Policy"] == "sandbox"
        assert b"".join(sent.streaming_content)[:2] == b"\xff\xd8"


def test_a_paper_needs_a_file_that_is_one(amina, mariam, tmp_path: Path):
    nothing = amina.post(url("add-paper", mariam.pk), {"kind": "birth"})
    assert nothing.status_code == 422 and "Choose the file" in text_of(nothing)
    bad = io.BytesIO(b"MZ this is a program")
    bad.name = "acte.jpg"
    answer = amina.post(url("add-paper", mariam.pk), {"kind": "birth", "file": bad})
    assert answer.status_code == 422 and "neither a picture nor a PDF" in text_of(answer)
    assert not Paper.objects.exists()


# -- single records -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["posting", "number"])
def test_every_record_has_a_page_with_its_history(amina, mariam, sort):
    record = (Posting if sort == "posting" else Identifier).objects.get()
    text = text_of(amina.get(url("record", sort, record.pk)))
    assert "Traoré" in text and "History" in text
    name = "facility" if sort == "posting" else "kind"
    assert "It was wrong from the start" in text_of(
        amina.get(url("record", sort, record.pk, fact=f"{record.pk}.{name}"))
    )


def test_a_sort_of_record_that_is_none_has_no_page(amina, mariam):
    assert amina.get(url("record", "account", mariam.pk)).status_code == 404


def test_another_posting_begins_as_a_secondary_one_in_the_same_cadre(amina, mariam, midwife):
    page = amina.get(url("start-posting", mariam.pk, second="yes"))
    form = page.context["form"]
    assert (form["main"].value(), form["share"].value()) == (False, None)
    assert form["cadre"].value() == str(midwife.pk)
    assert amina.get(url("start-posting", mariam.pk)).context["form"]["main"].value() is True


def test_a_secondary_posting_can_be_ended_from_the_file(amina, mariam, places, midwife):
    values = {"facility": places[1], "cadre": midwife, "starts": parse("2024"), "main": False, "share": 2000}
    second = actions.start_posting(mariam, values, by=amina.actor).record
    assert url("end-posting", second.pk) in amina.get(url("person", mariam.pk)).content.decode()


def test_a_number_of_somebody_else_is_looked_at_first(amina, mariam):
    other = actions.add_person(
        {"family_name": "Dao", "given_names": "Issa", "sex": "M"}, by=amina.actor
    ).record
    address, data = url("add-number", other.pk), {"kind": "payroll", "number": "0142 318k"}
    answer = amina.post(address, data)
    assert answer.status_code == 422
    assert "TRAORÉ Mariam" in text_of(answer)
    assert Identifier.objects.count() == 1
    amina.post(address, data | {"sure": "yes"})
    assert Identifier.objects.count() == 2


def test_a_new_person_with_a_number_of_somebody_else_is_looked_at_first(amina, mariam):
    data = {
        "family_name": "Dao", "given_names": "Issa", "sex": "M",
        "number-kind": "payroll", "number-number": "0142318K",
    }  # fmt: skip
    answer = amina.post(url("add-person"), data)
    assert answer.status_code == 422
    assert "has this number" in text_of(answer)
    assert Person.objects.count() == 1
    assert amina.post(url("add-person"), data | {"sure": "yes"}).status_code == 302


@pytest.mark.parametrize(
    "typed, family, given",
    [
        ("traoré awa", "Traoré", "Awa"),
        ("awa traoré", "Traoré", "Awa"),
        ("awa sissoko", "Sissoko", "Awa"),
        ("0142-318", None, None),
    ],
)
def test_the_typed_name_is_told_apart_by_the_family_names_known(amina, mariam, typed, family, given):
    form = amina.get(reverse("web:add-person"), {"name": typed}).context["form"]
    assert (form["family_name"].value(), form["given_names"].value()) == (family, given)


def test_a_cadre_without_a_sex_bears_both_its_names(amina, boss, mariam, midwife):
    with journal.write("cadre.changed", by=boss.actor) as act:
        act.create(Cadre, code="ME", label_m="Maïeuticien", label_f="Sage-femme")
        act.create(Cadre, code="IE", label_m="Infirmier", label_f="Infirmière")
    lists.forget()
    text = text_of(amina.get(url("start-posting", mariam.pk)))
    assert "Sage-femme / Maïeuticien" in text
    assert "Infirmière / Infirmier" not in text


def test_a_share_of_time_that_is_none_is_quoted_as_typed(amina, mariam, midwife):
    answer = amina.post(url("start-posting", mariam.pk), {"share": "un quart"})
    assert "un quart is not a share of time" in text_of(answer)


def test_the_list_of_my_own_office_is_one_click_away(amina, country, mariam):
    assert f'href="{url("people", office=country.kadiolo.pk)}"' in amina.get(url("people")).content.decode()
    home = amina.get(url("home"))
    assert home.context["mine"] == 1
    assert url("people", office=country.kadiolo.pk) in home.content.decode()


def test_a_number_is_said_with_the_colon_of_the_language(amina, mariam):
    address = url("record", "number", Identifier.objects.get().pk)
    assert "Payroll number: 0142-318.K" in text_of(amina.get(address))
    amina.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    assert "Payroll number\u00a0: 0142-318.K" in text_of(amina.get(address)).replace(
        "\u202f", "\u00a0"
    ).replace(" :", "\u00a0:")


def test_what_was_struck_out_since_is_in_the_file_as_it_was_known(amina, mariam, places, midwife):
    posting = Posting.objects.get()
    move_clock(10)
    actions.delete(posting, seen=journal.seen(posting), by=amina.actor)
    day = runtime.today() - timedelta(days=5)

    assert str(posting.facility_label) not in text_of(amina.get(url("person", mariam.pk)))
    assert str(posting.facility_label) in text_of(
        amina.get(url("person", mariam.pk, known=f"{day:%d/%m/%Y}"))
    )


def test_of_linked_files_the_one_that_was_there_is_shown_as_known_then(amina, mariam):
    """The older file was struck out as a duplicate of one that was not written yet on that day."""
    move_clock(10)
    other = actions.add_person(
        {"family_name": "Traore", "given_names": "Mariame", "sex": "F"}, by=amina.actor
    ).record
    actions.link_people(mariam, other, by=amina.actor)
    found = Person.objects.get(pk=mariam.pk)
    actions.delete(found, seen=journal.seen(found), by=amina.actor)
    day = runtime.today() - timedelta(days=5)

    assert "Mariam" in text_of(amina.get(url("person", other.pk, known=f"{day:%d/%m/%Y}")))


def test_what_is_typed_of_a_posting_asks_for_its_place(amina, midwife):
    answer = amina.post(url("add-person"), {
        "family_name": "Koné", "given_names": "Awa", "sex": "F", "posting-starts": "2020", "posting-job": "Matrone",
    })  # fmt: skip

    assert answer.status_code == 422
    assert not Person.objects.exists()


def test_somebody_whose_posting_begins_later_has_not_left(amina, mariam, places):
    from baarada.web.people import listing

    posting = Posting.objects.get()
    posting.starts, posting.ends = PartialDate(2027, 1, 1), PartialDate(2027, 12, 31)

    assert listing.state_of(posting, TODAY) == listing.TO_COME


@pytest.mark.parametrize("text", ["²", "٣²", "1²"])
def test_a_figure_that_is_none_breaks_no_page(amina, mariam, text):
    for name in ("acts", "decisions", "person"):
        args = [mariam.pk] if name == "person" else []
        assert amina.get(url(name, *args), {"from": text, "d": text, "before": text}).status_code < 500
