"""A whole region's workbook: three sheets under titles, with totals. It comes in, is found, counted and undone."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from baarada.indicators import figures
from baarada.indicators.asking import Question
from baarada.interop.models import ASIDE, NEW
from baarada.interop.tables import jobs
from baarada.journal import runtime
from baarada.registry import actions, lists, search
from baarada.registry.models import Identifier, Person
from tests.interop.conftest import HEADINGS, counts, district

SHEETS = ("Liste 1", "Liste 2", "Liste 3")
PLACES = 60
FAMILIES = ("Ostrel", "Dunvar", "Keltam", "Maribo", "Sandrel", "Touvin", "Balcor", "Fendal")
GIVEN = ("Ivo", "Nela", "Taro", "Mirel", "Oda", "Savi", "Lune", "Karo", "Beni", "Wila")
ABOVE = 6
"""Rows above the headings."""


@dataclass(frozen=True)
class Somebody:
    """A row of the workbook."""

    number: str
    cadre: str
    cells: list[str]


def staff(size: int, cadres: list[str]) -> Iterator[Somebody]:
    """So many invented people; few names, so that many share one."""
    rng = random.Random(size)
    for i in range(size):
        number, cadre = f"P{i:06}", rng.choice(cadres)
        born = date(1966 + i % 31, 1 + i % 12, 1 + i % 28)
        yield Somebody(number, cadre, [
            rng.choice(FAMILIES), rng.choice(GIVEN), rng.choice("FM"), f"{born:%d/%m/%Y}", "", number, cadre,
            f"Poste {rng.randrange(PLACES):02} de Larma", f"01/02/{born.year + 25}",
        ])  # fmt: skip


def write(path: Path, people: list[Somebody]) -> Path:
    """The workbook: a sheet for each cercle, its title over merged cells, a total below."""
    share = -(-len(people) // len(SHEETS))
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        for place, name in enumerate(SHEETS):
            sheet, own = book.add_worksheet(name), people[place * share : (place + 1) * share]
            sheet.merge_range(0, 0, 0, 8, f"LISTE DU PERSONNEL, {name.upper()}")
            sheet.write_row(ABOVE, 0, HEADINGS)
            for row, one in enumerate(own, ABOVE + 1):
                sheet.write_row(row, 0, one.cells)
            sheet.write_row(ABOVE + 1 + len(own), 0, ["TOTAL", "", "", "", "", str(len(own))])
    return path


@pytest.mark.parametrize("size", [600, pytest.param(25_000, marks=pytest.mark.slow)])
def test_a_workbook_comes_in_is_found_counted_and_undone(national, tmp_path, size: int) -> None:
    cadres = [str(cadre) for cadre in lists.cadres()[:6]]
    people = list(staff(size, cadres))
    kind = lists.items("facility_type")[0].code
    for place in range(PLACES):
        actions.add_facility(
            {"name": f"Poste {place:02} de Larma", "kind": kind}, office=district(), by=national
        )

    job = jobs.begin("people", write(tmp_path / "region.xlsx", people), "region.xlsx", by=national)
    jobs.plan(job)
    assert counts(job) == {NEW: size, ASIDE: len(SHEETS)}
    jobs.ready(job)
    jobs.write(job)
    assert Person.objects.live().count() == size

    # Found: each by the number, among dozens of the same name.
    for one in random.Random(1).sample(people, 25):
        (hit,) = search.search(one.number, seen_by=national).people
        assert Identifier.objects.get(number=one.number).canonical == hit.target

    # Counted: as the list itself says.
    said = Counter(one.cadre for one in people)
    figure = figures.headcount(Question(runtime.today(), by=("cadre",)), seen_by=national)
    assert figure.value == size
    assert {line.labels[0]: line.value for line in figure.lines if line.value} == said

    # Undone: nobody is left, and nothing is left over.
    jobs.undo(job, by=national)
    assert not job.left
    assert not Person.objects.live().exists()
    assert figures.headcount(Question(runtime.today()), seen_by=national).value == 0
    assert not search.search(people[0].number, seen_by=national).people
