"""The tutorial does what it says: its lists come in, its commands exist, its words are those of the pages."""

import csv
import re
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.utils import translation

from baarada.cli import COMMANDS
from baarada.config import VARIABLES
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.packs import loader, reader
from baarada.registry import country, rules, search, spelling
from baarada.registry.models import Facility, Person
from baarada.translations import CATALOGUE

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "docs" / "tutorials" / "first-register.md"


def text():
    return TUTORIAL.read_text(encoding="utf-8")


def tables():
    """The tables of the page, as rows of cells; the line under the headings left out."""
    rows = [line for line in text().splitlines() if line.startswith("|") or not line.strip()]
    found, table = [], []
    for line in [*rows, ""]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not set("".join(cells)) <= {"-"}:
                table.append(cells)
        elif table:
            found.append(table)
            table = []
    return found


def plain(words):
    """Words as they can be compared: one kind of apostrophe and space, figures as any figures."""
    words = words.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")
    return re.sub(r"%\(\w+\)s|\d+", "N", words).strip(" .…:").lower()


@pytest.fixture
def register(db, settings, tmp_path):
    """A register of the country the tutorial begins with."""
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    with translation.override("fr"):
        loader.load("mali")
        country.use(reader.read("mali"))
        yield tmp_path
    spelling.use((), ())
    rules.phone_rule.region, rules.phone_rule.length = "", 0


def bring_in(folder, kind, rows):
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    call_command("import", kind, str(path))


def test_its_lists_come_in_as_told(register):
    """Three facilities, three people, one row refused; the midwife is found; a second time nothing doubles."""
    here = Facility.objects.count()
    lists = list(zip(("facilities", "people"), tables(), strict=True))

    for _time in range(2):
        for kind, rows in lists:
            bring_in(register, kind, rows)

    assert Facility.objects.count() == here + 3
    people = {p.family_name: p for p in Person.objects.select_related("office")}
    assert {name: p.office.code for name, p in people.items()} == {
        "DIARRA": "ds-niena", "KONÉ": "ds-kadiolo", "TRAORÉ": "ds-kadiolo",
    }  # fmt: skip

    by = Actor(bytes(16), "essai", runtime.root_office(), "national")
    found = search.search("tarawele mariam", seen_by=by)
    assert [hit.target for hit in found.people] == [people["TRAORÉ"].pk]


def test_its_commands_and_settings_exist():
    commands = set(re.findall(r"^ +baarada (\w+)|`baarada (\w+)", text(), re.MULTILINE))

    assert {a or b for a, b in commands} <= COMMANDS.keys()
    assert set(re.findall(r"BAARADA_\w+", text())) <= VARIABLES.keys()


def test_its_words_are_those_of_the_pages():
    """What is in bold is read on a page: a button, a link, a menu."""
    catalogue = polib.pofile(str(CATALOGUE))
    known = {plain(t) for e in catalogue for t in (e.msgstr, *e.msgstr_plural.values()) if t}
    missing = [words for words in re.findall(r"\*\*(.+?)\*\*", text()) if plain(words) not in known]

    assert not missing


def test_its_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)h][^)]*)\)", text()):
        assert (TUTORIAL.parent / link).exists(), link
