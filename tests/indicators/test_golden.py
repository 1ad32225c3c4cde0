"""The figures of a page that a planner can read: the people are told in it, and what they come to."""

import re
from datetime import date
from pathlib import Path

import pytest

from baarada.indicators import densities, figures, telling
from baarada.indicators.asking import Question

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parent / "golden" / "country.md"
ON = date(2025, 12, 31)


def tables():
    """The tables of the page by the heading above them, each a list of rows of cells."""
    found, title = {}, "people"
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            title = line[3:]
        elif line.startswith("|") and not line.startswith("|---"):
            found.setdefault(title, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


TABLES = tables()


@pytest.fixture
def told(register, land, cadres):
    """The country of the page."""
    places = {name: register.facility(name, land[name]) for name in ("north", "south", "east", "west")}
    for name, sex, born, cadre, where, since, until, also in TABLES["people"][1:]:
        person = register.person(name, sex or None, born or None)
        register.post(person, places[where], cadres.get(cadre), since, ends=until or None, main=True)
        if "second posting" in also:
            register.post(person, places["east"], cadres.get(cadre), since)
        if "retired" in also:
            register.leave(person, left=re.search(r"\d{4}", also).group(), kind="retraite")
    register.people_of(land["north"], 2022, 20_000)
    register.people_of(land["north"], 2027, 25_000)
    register.people_of(land["south"], 2020, 40_000, quality="estimated")
    register.people_of(land["country"], 2022, 60_000)


@pytest.mark.parametrize("title", [title for title in TABLES if title != "people"])
def test_the_program_says_what_the_page_says(told, fatou, title):
    kind, by = title.split()
    question = Question(ON, by=tuple(by.split(",")))
    if kind == "density":
        table = telling.density_table(densities.densities(question, seen_by=fatou), brief=True)
    else:
        table = telling.headcount_table(figures.headcount(question, seen_by=fatou))
    plain = [[telling.shown(cell) for cell in row] for row in (table.headings, *table.rows)]

    assert [[re.sub(r"\s", " ", cell) for cell in row] for row in plain] == TABLES[title]
