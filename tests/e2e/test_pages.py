"""Every page, as it is reached by links: wide, on a phone, at 320 px, by keyboard, without scripts, in French."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polib
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from baarada.registry.facets import FACETS
from tests.e2e.node import ROOT, Node

pytestmark = pytest.mark.browser
WORKERS = "60"
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOST_OF_A_ROUTE = 1
MOST_PAGES = 120
LEADS_TO_FILES = re.compile(r"/(fichier|vignette|modele|dehors|telecharger)\b")
NARROWING = {*FACETS, "sort", "list", "q", "col"}
CATALOGUE = ROOT / "src/baarada/locale/fr/LC_MESSAGES/django.po"


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Node]:
    """A small demonstration register, served."""
    node = Node(tmp_path_factory.mktemp("demo") / "home")
    node.home.mkdir()
    node.run("demo", "--build-only", "--workers", WORKERS)
    made = next(node.home.rglob("node.json")).parent
    served = Node(made)
    served.start()
    yield served
    served.cut_power()


def enter(chromium: Browser, node: Node, width: int, **options) -> Page:
    """Come in with one click."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", **options)
    page = context.new_page()
    page.goto(f"{node.address}/connexion/")
    page.locator("button[name=demo]").first.click()
    page.wait_for_url(f"{node.address}/")
    return page


def route(address: str) -> str:
    """An address without its ids and sorts of records: pages of one kind are one route."""
    parts = urlsplit(address)
    path = re.sub("/fiches/[a-z]+/", "/fiches/<sort>/", ID.sub("<id>", parts.path))
    path = re.sub("/listes/(?!choix/)[a-z0-9_]+/", "/listes/<list>/", path)
    keys = sorted(p.partition("=")[0] for p in parts.query.split("&") if p)
    if path.startswith(("/personnes/", "/exports/people")):
        # However a list is narrowed, it is the same page.
        keys = sorted({"narrowed" if key in NARROWING else key for key in keys})
    return path + ("?" + "&".join(keys) if keys else "")


@dataclass
class Visit:
    """What was found on one page, seen wide, on a phone, at 320 px, and in the dark."""

    address: str
    status: int
    language: str = ""
    text: str = ""
    banner: bool = False
    widths: dict[int, int] = field(default_factory=dict)
    barred: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return route(self.address)


def barriers(page: Page, options: dict[str, Any], how: str) -> list[str]:
    """What axe finds wrong."""
    found = Axe().run(page, options=options).response["violations"]
    return [f"{how}: {v['id']}: {[node['html'][:150] for node in v['nodes'][:2]]}" for v in found]


def look(page: Page, address: str, whole: bool) -> Visit:
    """Visit a page; ``whole`` looks at it with axe too."""
    page.set_viewport_size({"width": 1280, "height": 800})
    visit = Visit(address, 0)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            visit.said.append(message.text)

    page.on("console", hear)
    answer = page.goto(address)
    visit.status = answer.status if answer else 0
    visit.language = page.locator("html").get_attribute("lang") or ""
    visit.text = page.locator("body").inner_text()
    visit.banner = "démonstration" in page.locator(".demo").inner_text()
    if whole:
        visit.barred += barriers(page, AXE, "wide")
        page.emulate_media(color_scheme="dark")
        visit.barred += barriers(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}, "dark")
        page.emulate_media(color_scheme="light")
    for width in (1280, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        visit.widths[width] = page.evaluate("document.documentElement.scrollWidth")
        if whole and width == 360:
            visit.barred += barriers(page, AXE, "phone")
    page.remove_listener("console", hear)
    return visit


@pytest.fixture(scope="module")
def visits(chromium, demo) -> list[Visit]:
    """A page or two of each kind, found by following links."""
    page = enter(chromium, demo, 1280)
    waiting = [
        demo.address + path for path in ("/", "/recherche/?q=traore", "/composants/", "/listes/cadre/")
    ]
    found: dict[str, Visit] = {}
    counts: Counter[str] = Counter()
    while waiting and len(found) < MOST_PAGES:
        address = waiting.pop(0)
        kind = route(address)
        if address in found or counts[kind] >= MOST_OF_A_ROUTE:
            continue
        counts[kind] += "?" in kind
        path = kind.partition("?")[0]
        found[address] = look(page, address, whole=not counts[path])
        counts[path] += 1
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href.split('#')[0])")
        waiting += [a for a in links if a.startswith(demo.address) and not LEADS_TO_FILES.search(a)]
    page.context.close()
    return list(found.values())


def test_pages_of_every_kind_are_reached(visits):
    routes = {route(v.address).partition("?")[0] for v in visits}
    for path in (
        "/", "/recherche/", "/personnes/", "/personnes/<id>/", "/personnes/ajouter/", "/affectations/<id>/muter/",
        "/structures/", "/structures/<id>/", "/lieux/<id>/", "/bureaux/<id>/", "/decisions/", "/imports/", "/exports/",
        "/actes/", "/actes/<id>/", "/a-propos/", "/plus/", "/moi/", "/composants/", "/listes/", "/listes/<list>/",
        "/listes/choix/<id>/", "/chiffres/", "/chiffres/densites/", "/chiffres/personnes/", "/papiers/a-classer/",
        "/papiers/manquants/",
    ):  # fmt: skip
        assert path in routes, path


def test_every_link_leads_to_a_page(visits):
    assert not sorted({f"{v}: {v.status}" for v in visits if v.status != 200})


def test_no_page_bars_anybody(visits):
    assert not sorted({f"{v}: {line}" for v in visits for line in v.barred})


def test_no_page_scrolls_sideways(visits):
    assert not sorted(
        {f"{v}: {wide} at {width}" for v in visits for width, wide in v.widths.items() if wide > width}
    )


def test_no_page_breaks_its_own_security_policy(visits):
    assert not sorted({f"{v}: {line}" for v in visits for line in v.said})


def test_every_page_says_that_it_is_a_demonstration(visits):
    assert not sorted({str(v) for v in visits if not v.banner})


def english() -> set[str]:
    """Sentences that a French page never shows as they are."""
    entries = polib.pofile(str(CATALOGUE))
    pairs = [(e.msgid, e.msgstr) for e in entries if not e.msgid_plural and "%(" not in e.msgid]
    french = {translated for _, translated in pairs}
    return {text for text, translated in pairs if text != translated and text not in french and len(text) > 2}


def test_french_pages_hold_no_english_no_id_no_field_name(visits):
    words = english()
    names = re.compile(
        r"\b(family_name|given_names|birth_place|end_reason|contact_name|sort_key|None|True|False)\b"
    )
    bad = [f"{v}: in {v.language}" for v in visits if v.language != "fr"]
    for visit in visits:
        for line in filter(None, (part.strip() for part in visit.text.split("\n"))):
            if line in words or ID.search(line) or names.search(line):
                bad.append(f"{visit}: {line}")
    assert not bad


def test_the_main_job_without_scripts(chromium, demo):
    page = enter(chromium, demo, 360, java_script_enabled=False)
    page.locator("#q").fill("traore")
    page.locator("#q").press("Enter")
    page.locator("a.hit").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.locator(".facts a.h").first.click()
    expect(page.locator("#panel .hist")).to_be_visible()
    page.locator("#panel .acts3 a").first.click()
    page.locator("main form input.in").first.fill("Traoré-Diarra")
    page.locator("main form button.main").click()
    expect(page.locator(".toast")).to_contain_text("Corrigé")
    page.context.close()


def test_the_search_box_by_keyboard(chromium, demo):
    page = enter(chromium, demo, 1280)
    page.goto(f"{demo.address}/personnes/")
    page.keyboard.press("/")
    page.keyboard.type("traore", delay=20)
    expect(page.locator("#quick a").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#quick a")).to_have_count(0)
    # Escape empties a search field, as everywhere.
    page.keyboard.type("traore")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/recherche/"))
    expect(page.locator("a.hit").first).to_be_visible()
    page.context.close()


def test_a_list_is_narrowed_and_kept(chromium, demo):
    page = enter(chromium, demo, 1280)
    page.goto(f"{demo.address}/personnes/")
    page.locator("input[name=state][value=in]").check()
    expect(page.locator(".chip")).to_contain_text("Situation")
    page.get_by_role("link", name="Garder cette vue").click()
    page.locator("#name").fill("Agents en poste")
    page.locator("main form button.main").click()
    expect(page.locator(".tabs [aria-current]")).to_have_text("Agents en poste")
    page.locator(".chip a").first.click()
    expect(page.locator(".chip")).to_have_count(0)
    page.context.close()


def test_a_list_is_narrowed_on_a_phone_without_scripts(chromium, demo):
    page = enter(chromium, demo, 360, java_script_enabled=False)
    page.goto(f"{demo.address}/personnes/")
    page.locator(".narrow-by > details > summary").click()
    page.locator("input[name=state][value=in]").check()
    page.locator(".facet button").click()
    expect(page.locator(".chip")).to_contain_text("Situation")
    page.context.close()


def test_a_printed_file_has_no_frame(chromium, demo, tmp_path: Path):
    page = enter(chromium, demo, 1280)
    page.goto(f"{demo.address}/personnes/")
    page.locator("a.hit").first.click()
    page.emulate_media(media="print")
    expect(page.locator("nav.menu")).to_be_hidden()
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    page.context.close()


@pytest.fixture
def pages_of_a_paper(tmp_path) -> list[Path]:
    """Photos of three pages that differ."""
    found = [tmp_path / f"photo{n}.jpg" for n in (1, 2, 3)]
    for n, path in enumerate(found, 1):
        Image.new("RGB", (600, 800), (n * 60, n * 60, 200)).save(path, "JPEG")
    return found


def test_a_paper_by_telephone_whose_line_breaks(chromium, demo, pages_of_a_paper):
    """Pages that arrived stay when the line is lost; the paper is looked at without leaving the file."""
    page = enter(chromium, demo, 360)
    page.goto(f"{demo.address}/personnes/")
    page.locator("a.hit").last.click()
    file = page.url
    page.get_by_role("link", name="Ajouter une photo ou un scan").click()
    for n, photo in enumerate(pages_of_a_paper[:2], 1):
        page.locator("#camera").set_input_files(photo)
        expect(page.locator(".leaves li")).to_have_count(n)
    page.context.set_offline(True)
    page.locator("#camera").set_input_files(pages_of_a_paper[2])
    expect(page.locator("[data-line-lost]")).to_be_visible(timeout=30_000)
    page.context.set_offline(False)

    page.goto(file)
    expect(page.get_by_text("1 papier en préparation (2 pages)")).to_be_visible()
    page.get_by_role("link", name="Continuer").click()
    page.get_by_label("Type de papier").select_option(index=3)
    page.get_by_label("Référence").fill("2026-77")
    page.get_by_label("Référence").press("Enter")
    expect(page.locator(".toast")).to_contain_text("Papier ajouté.")
    page.goto(file)
    page.locator("ul.papers a").first.click()
    expect(page.locator("#preview")).to_contain_text("Page 1 sur 2")
    page.locator("#preview").get_by_role("link", name="Page suivante").click()
    expect(page.locator("#preview")).to_contain_text("Page 2 sur 2")
    page.locator("#preview img").evaluate("picture => picture.decode()")
    assert page.url.startswith(file)
    assert not barriers(page, AXE, "file with a paper")
    page.locator("#preview").get_by_role("link", name="Fermer").click()
    expect(page.locator("#preview")).to_be_empty()
    paper = page.locator("ul.papers a").first.get_attribute("href")
    for address in (paper, f"{paper}aussi/", f"{paper}prouve/"):
        visit = look(page, f"{demo.address}{address}", whole=True)
        assert (visit.status, visit.barred, visit.said) == (200, [], [])
        assert not [width for width, wide in visit.widths.items() if wide > width]
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_scan_is_filed_by_keyboard(chromium, demo, scripts):
    page = enter(chromium, demo, 1280, java_script_enabled=scripts)
    page.goto(f"{demo.address}/personnes/")
    name = page.locator("a.hit").first.inner_text()
    page.goto(f"{demo.address}/papiers/a-classer/")
    scan = page.locator("main h2").first.inner_text()
    page.locator("#who").fill(name)
    page.locator("#who").press("Enter")
    page.get_by_role("radio").first.check()
    page.get_by_label("Type de papier").select_option(index=2)
    page.get_by_label("Titre").press("Enter")
    expect(page.locator(".toast")).to_contain_text(f"{scan} est au dossier de")
    expect(page.locator("main h2").first).not_to_have_text(scan)
    page.context.close()
