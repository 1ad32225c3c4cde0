"""The table on the screen, and the page of measures in the documentation."""

import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from tests.bench.figures import GROWTH, Figure
from tests.bench.registers import ROOT

PAGE = ROOT / "docs" / "measures.md"
MAIN = ("writing an import", "whole import", "search page, p95 of 200, 8 at once", "page: person, median",
        "weight: person, first", "beside an admin: search, 200 typed, p95, 8 at once", "beside an admin: file, median",
        "rebuild", "verify", "simulated networks")  # fmt: skip
_HEAD = """\
# Measures

Made by `./run bench` and `./run test --full`; not written by hand. Ratios to floors taken in the same run
(`tests/bench/floors.py`), as seconds say little on a shared machine. The newest run is the last line; below, each
figure as it was measured last, and when: a run of a part (`--only`, `--databases`) brings its own figures up to date.

"""
_LINES, _TABLE = "## Runs\n\n", "\n## Each figure as measured last\n\n"
HEADINGS = ("figure", "database", "people", "value", "unit", "ratio", "at most", "", "measured")
_KEY = 3
"""Cells by which a line of the table is known: the figure, the database, how many people."""


def cells(figure: Figure) -> tuple[str, ...]:
    """A figure as a line of the table, without when it was measured."""
    verdict = {True: "ok", False: "OVER", None: ""}[figure.ok]
    held, most = figure.ratio, figure.at_most
    return (
        figure.name, figure.database, f"{figure.size:,}" if figure.size else "", _number(figure.value), figure.unit,
        "" if held is None else f"{_number(held)} ×", "" if most is None else _number(most), verdict,
    )  # fmt: skip


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(figures: Sequence[Figure], console: Console) -> None:
    """Print the table."""
    table = Table(*HEADINGS[:-1])
    for column in table.columns[2:4] + table.columns[5:7]:
        column.justify = "right"
    for figure in figures:
        table.add_row(*cells(figure), style={True: "green", False: "bold red", None: ""}[figure.ok])
    console.print(table)


def log(figures: Sequence[Figure]) -> None:
    """Add a line to the page of measures, and bring the figures of this run up to date in its table."""
    earlier, table = _kept()
    commit, day = _commit(), _today()
    _write(earlier + line(figures, commit, day), page(figures, table, f"{day}, `{commit}`"))


def note(text: str) -> None:
    """Add a line about a run that measures nothing: of every check there is."""
    earlier, table = _kept()
    _write(f"{earlier}- {_today()}, `{_commit()}`, {text}\n", table)


def _kept() -> tuple[str, str]:
    """The lines and the table that the page has."""
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    found = re.search(f"{re.escape(_LINES)}(.*?)(?:{re.escape(_TABLE)}(.*)|$)", old, re.DOTALL)
    return (found.group(1), found.group(2) or "") if found else ("", "")


def _write(lines: str, table: str) -> None:
    PAGE.write_text(_HEAD + _LINES + lines + _TABLE + table, "utf-8")


def line(figures: Sequence[Figure], commit: str, day: str) -> str:
    """The main figures of a run in one line, the largest registers' first."""
    parts = []
    for name in MAIN:
        found = sorted((f for f in figures if f.name == name), key=lambda f: (-f.size, f.database))
        if found:
            largest = [f for f in found if f.size == found[0].size]
            said = ", ".join(f"{_said(f)} {f.database}".strip() for f in largest)
            parts.append(f"{name} {said}")
    people = max((f.size for f in figures), default=0)
    return f"- {day}, `{commit}`, {people:,} people: {'; '.join(parts)}.\n"


def _said(figure: Figure) -> str:
    return f"{_number(figure.value)} {figure.unit}" if figure.ratio is None else f"{_number(figure.ratio)} ×"


def page(figures: Sequence[Figure], table: str, when: str) -> str:
    """The table in Markdown, with these figures in the place of their older selves; how figures grow comes last."""
    lines = [
        tuple(cell.strip() for cell in row.strip().strip("|").split("|")) for row in table.splitlines()[2:]
    ]
    rows = {row[:_KEY]: row for row in lines} | {
        row[:_KEY]: row for row in ((*cells(figure), when) for figure in figures)
    }
    ordered = sorted(rows.values(), key=lambda row: row[0].startswith(GROWTH))
    whole = [HEADINGS, tuple("---" for _ in HEADINGS), *ordered]
    return "".join("| " + " | ".join(row) + " |\n" for row in whole)


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "no commit"


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"
