"""Rows that no public source bears out are marked wherever a page shows them as themselves."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from baarada.accounts import actions
from baarada.accounts.models import SignIn
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.packs import loader, reader
from baarada.registry import lists
from baarada.registry.models import Area, Cadre, Facility, Inclusion, ListItem, Office, Population

pytestmark = pytest.mark.django_db

PACK = "mali"
EACH = 12
"""So many pages of each kind are opened: those whose ids come first, the same in each run."""


@pytest.fixture
def browser():
    lists.forget()
    loader.load(PACK)
    root = Office.objects.get(pk=runtime.node().root)
    by = Actor(bytes(16), "set-up", root.pk.bytes, root.kind)
    with translation.override("fr"):
        account = actions.add_account(login="fatou", name="Fatou", office=root, password=None, by=by)
        client = Client(headers={"accept-language": "fr"})
        client.force_login(SignIn.objects.get(account=account.pk))
        yield client
    lists.forget()


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def unsure(model):
    return model.objects.live().exclude(quality="sourced").order_by("pk")


def mark(row):
    return lists.label("quality", row.quality)


def rows_in(html):
    """The rows of a page's tables, by the address each leads to."""
    found = {}
    for row in re.findall(r"<tr .*?</tr>", html, re.DOTALL):
        for address in re.findall(r'href="([^"?]+)', row):
            found.setdefault(address, text_of(row))
    return found


def test_every_choice_and_cadre_bears_its_mark_in_its_list(browser):
    for code in ["cadre", *lists.codes()]:
        shown = rows_in(browser.get(reverse("web:list", args=[code])).content.decode())
        rows = unsure(Cadre) if code == "cadre" else unsure(ListItem).filter(list=code)
        missing = [
            row for row in rows if mark(row) not in shown.get(reverse("web:choice", args=[row.pk]), "")
        ]
        assert not missing, code


def test_what_is_sourced_bears_none(browser):
    shown = rows_in(browser.get(reverse("web:list", args=["component"])).content.decode())
    row = ListItem.objects.get(list="component", code="SANTE")

    words = shown[reverse("web:choice", args=[row.pk])]
    assert not any(
        lists.label("quality", quality) in words for quality in ("recalled", "estimated", "sourced")
    )


@pytest.mark.parametrize(
    ("model", "name"),
    [(ListItem, "choice"), (Cadre, "choice"), (Area, "area"), (Facility, "facility"), (Office, "office")],
)
def test_each_row_bears_its_mark_on_its_own_page(browser, model, name):
    """At the head, not only among its facts."""
    rows = unsure(model)[:EACH]

    assert rows
    for row in rows:
        html = browser.get(reverse(f"web:{name}", args=[row.pk])).content.decode()
        head = html[html.index("<h1") :][:1500]
        assert re.search(rf'<span class="b warn">{mark(row)}</span>', head), row


def test_a_population_bears_its_mark_beside_its_figure(browser):
    rows = list(unsure(Population).select_related("area")[:EACH])

    assert rows
    for row in rows:
        shown = rows_in(browser.get(reverse("web:area", args=[row.area_id])).content.decode())
        assert mark(row) in shown[reverse("web:record", args=["population", row.pk])]


def test_what_an_area_lay_in_bears_its_mark(browser):
    rows = list(unsure(Inclusion)[:EACH])

    assert rows
    for row in rows:
        html = browser.get(reverse("web:area", args=[row.area_id])).content.decode()
        line = next(r for r in re.findall(r"<tr .*?</tr>", html, re.DOTALL) if str(row.pk) in r)
        assert mark(row) in text_of(line)


def test_the_office_of_a_facility_bears_its_mark(browser):
    from baarada.registry.models import Assignment

    for row in unsure(Assignment)[:EACH]:
        html = browser.get(reverse("web:facility", args=[row.facility_id])).content.decode()
        line = next(r for r in re.findall(r"<tr .*?</tr>", html, re.DOTALL) if str(row.pk) in r)
        assert mark(row) in text_of(line)


def test_the_pack_of_this_test_has_rows_of_both_kinds(browser):
    assert {row["quality"] for row in reader.read(PACK).tables["lists"]} == {
        "sourced",
        "recalled",
        "estimated",
    }
