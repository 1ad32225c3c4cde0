"""The main job from end to end, as people do it: in Chromium, on a real node, with power cuts."""

import datetime
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import lists
from tests.e2e.node import PASSWORD, ROOT, Node

pytestmark = pytest.mark.browser
PATIENCE = 180
BORN = "born"


def make(node: Node, days_back: int) -> None:
    """A register of Mali with four people who use it."""
    node.set_clock_back(days_back)
    node.run("init", "--pack", "mali", "--no-input", "--login", "admin", "--name", "Fatou Keïta", "--password-stdin",
             stdin=PASSWORD)  # fmt: skip
    for login, name in (
        ("amina", "Amina Ouattara"),
        ("cheick", "Cheick Diarra"),
        ("djeneba", "Djénéba Sanogo"),
    ):
        node.run("account", "add", login, "--name", name, "--password-stdin", stdin=PASSWORD)


def bring_in(page: Page, node: Node, path: Path, kind: str) -> Page:
    """Upload a list and follow it to its dry run."""
    page.goto(f"{node.address}/imports/")
    page.locator(f"input[name=kind][value={kind}]").check()
    page.set_input_files("input[type=file]", path)
    page.locator("main form[enctype] button[type=submit]").click()
    columns = page.locator("form[action$='/colonnes/'] button.main")
    dry_run = page.locator(".tiles")
    wait_for(page, columns.or_(dry_run))
    if columns.count():
        columns.click()
        wait_for(page, dry_run)
    return page


def wait_for(page: Page, what: Locator) -> None:
    """Look at the page again until the work is done."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if what.first.is_visible():
            return
        failed = page.locator("main .note.stop")
        assert not failed.count(), failed.first.inner_text()
        page.wait_for_timeout(300)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def write_import(page: Page) -> None:
    """Say yes to the dry run, and wait for the end."""
    page.locator("form[action$='/importer/'] button").click()
    wait_for(page, page.locator("a[href$='/defaire/']"))


def tiles(page: Page) -> dict[str, int]:
    """The figures of a dry run, by their heading."""
    out = {}
    for tile in page.locator(".tile").all():
        figure = re.sub(r"\D", "", tile.locator(".val").inner_text())
        out[tile.locator("h3").inner_text()] = int(figure or 0)
    return out


def find(page: Page, words: str) -> Locator:
    """Type into the one search box; the rows found."""
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    page.wait_for_url(re.compile("/recherche/"))
    return page.locator("main table tbody tr")


def revise(page: Page, file: str, verb: str, field: str) -> None:
    """Open the page that changes one fact of a person."""
    pk = file.rstrip("/").rpartition("/")[2]
    root = file.partition("/personnes/")[0]
    page.goto(f"{root}/fiches/person/{pk}/{verb}/?fields={field}")


def save(page: Page, field: str, value: str) -> None:
    """Type a value and save it; somebody else may have changed it meanwhile."""
    page.locator(f"#id_{field}").fill(value)
    page.locator("main form button.main").click()
    expect(page.locator("main .note.stop[data-errors]")).to_have_count(0)


def value(page: Page, label: str) -> str:
    """What a person's file shows of a fact, with plain spaces."""
    row = page.locator(".facts div", has=page.locator(f"dt:text-is('{label}')")).first
    return re.sub(r"\s+", " ", row.locator("dd").first.inner_text())


def digest(node: Node) -> str:
    """The register's state as one number."""
    code = (
        "import django; django.setup(); from baarada.journal import dump, runtime; "
        "print(dump.digest(runtime.engine().store))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=node.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_the_story(node, sign_in, tmp_path):
    days_back = 7
    make(node, days_back)
    node.start()
    amina, cheick, djeneba = (sign_in(node, login) for login in ("amina", "cheick", "djeneba"))

    # The facility list is imported.
    list_of_facilities = lists.facilities(tmp_path)
    bring_in(amina, node, list_of_facilities, "facilities")
    assert tiles(amina)["Refusées"] == 0
    write_import(amina)
    where = lists.places(list_of_facilities)

    # A list of 200 staff is imported twice; the second time nothing doubles.
    staff = lists.with_midwife(
        lists.staff(tmp_path / "personnel.csv", 200, where, seed=1, first=1000), where[0]
    )
    bring_in(amina, node, staff, "people")
    assert tiles(amina)["À créer"] == 200
    write_import(amina)
    bring_in(amina, node, staff, "people")
    again = tiles(amina)
    assert (again["À créer"], again["À modifier"], again["Inchangées"]) == (0, 0, 200)

    # A midwife is found by a misspelt name with two words typed.
    rows = find(amina, "mariame tarawele")
    midwife = rows.filter(has_text=lists.MIDWIFE)
    expect(midwife).to_have_count(1)
    midwife.get_by_role("link", name="TRAORÉ Mariam").click()
    amina.wait_for_url(re.compile("/personnes/"))
    file = amina.url
    assert value(amina, "Naissance").startswith("1985")

    # A week passes: what follows is written today.
    node.set_clock_back(0)
    the_day_before = datetime.date.today() - datetime.timedelta(days=2)

    # Two browsers change her birth date from the same page; neither is refused, neither is lost.
    revise(amina, file, "correct", BORN)
    revise(cheick, file, "correct", BORN)
    save(amina, BORN, "12/03/1985")
    save(cheick, BORN, "31/12/1985")
    djeneba.goto(file)
    expect(djeneba.locator(".file .note.stop")).to_contain_text("12 mars 1985")
    expect(djeneba.locator(".file .note.stop")).to_contain_text("31 décembre 1985")

    # A third person decides.
    djeneba.locator(".file .note.stop").get_by_role("link", name="Trancher").click()
    djeneba.get_by_role("button", name="Garder le 12 mars 1985").click()
    djeneba.goto(file)
    expect(djeneba.locator(".file .note.stop")).to_have_count(0)
    assert value(djeneba, "Naissance").startswith("12 mars 1985")

    # Her phone and her address, changed by two people, merge without a question.
    revise(amina, file, "change", "phone")
    revise(cheick, file, "change", "address")
    save(amina, "phone", "66901327")
    save(cheick, "address", "Kadiolo, quartier Lafiabougou")
    djeneba.goto(file)
    assert "66" in value(djeneba, "Téléphone") and "27" in value(djeneba, "Téléphone")
    assert value(djeneba, "Adresse") == "Kadiolo, quartier Lafiabougou"
    expect(djeneba.locator(".file .note.stop")).to_have_count(0)

    # She is transferred in three clicks.
    clicks = [
        djeneba.get_by_role("link", name="Muter…"),
        djeneba.get_by_role("button", name="Enregistrer la mutation"),
    ]
    assert len(clicks) <= 3
    clicks[0].click()
    djeneba.locator("#id_facility").fill(where[1])
    clicks[1].click()
    djeneba.wait_for_url(re.compile("/personnes/"))
    expect(djeneba.locator(".person")).to_contain_text(where[1])

    # Power is cut during an import, and it resumes.
    many = lists.staff(tmp_path / "region.csv", 1500, where, seed=2, first=20_000)
    bring_in(cheick, node, many, "people")
    job = cheick.url
    expected = tiles(cheick)["À créer"]
    cheick.locator("form[action$='/importer/'] button").click()
    seen = cut_in_the_middle(cheick, node)
    assert 0 < seen < 1500
    node.start()
    cheick.goto(job)
    wait_for(cheick, cheick.locator("a[href$='/defaire/']"))
    cheick.goto(f"{node.address}/personnes/")
    expect(cheick.locator(".head")).to_contain_text(re.compile(rf"{expected + 200:,}".replace(",", r"\D?")))

    # The import is undone; what others changed since stays, and is listed.
    number = many.read_text(encoding="cp1252").splitlines()[1].split(";")[0]
    find(amina, number).first.get_by_role("link").first.click()
    amina.wait_for_url(re.compile("/personnes/"))
    other = amina.url
    revise(amina, other, "change", "phone")
    save(amina, "phone", "79153308")
    cheick.goto(job)
    cheick.locator("a[href$='/defaire/']").first.click()
    cheick.locator("main form button.main").click()
    wait_for(cheick, cheick.locator("a[href*='/actes/']"))
    left = cheick.locator("main table tbody tr")
    expect(left).to_have_count(1)
    assert other.endswith(left.get_by_role("link").get_attribute("href"))
    amina.goto(other)
    assert "79" in value(amina, "Téléphone")
    cheick.goto(f"{node.address}/personnes/")
    expect(cheick.locator(".head")).to_contain_text("201")

    # Her file of last Tuesday is shown as it was known then.
    djeneba.goto(f"{file}?known={the_day_before:%d/%m/%Y}")
    assert value(djeneba, "Naissance").startswith("1985")
    expect(djeneba.locator(".person")).to_contain_text(where[0])

    # Drawing the tables again from the journal alone gives the byte-same state.
    node.cut_power()
    before = digest(node)
    assert before in node.run("rebuild")
    assert digest(node) == before
    node.run("verify")


def cut_in_the_middle(page: Page, node: Node) -> int:
    """Cut the power once some rows are written; how many the page had said by then."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        words = page.locator("#progress p[role=status] b")
        if words.count():
            figures = [
                int(re.sub(r"\D", "", n)) for n in re.findall(r"\d[\d\s\u202f\u00a0]*", words.inner_text())
            ]
            if figures and 0 < figures[0] < figures[-1]:
                node.cut_power()
                return figures[0]
        page.wait_for_timeout(50)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())
