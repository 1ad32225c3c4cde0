"""Drawings of figures: bars, a pyramid, a map. Numbers of a table turned into widths in percent; nothing moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from baarada.indicators import asking
from baarada.indicators import definitions as d
from baarada.indicators.asking import Question
from baarada.indicators.densities import Densities, Density
from baarada.indicators.figures import WOMAN, Figure, Line
from baarada.indicators.folding import age_label

MAN = "M"
MOST_COLUMNS = 12
"""A table across has so many columns at most; more are told one below the other."""


def width(value: int | Decimal, most: int | Decimal) -> str:
    """A share of the largest, in percent."""
    return f"{100 * value / most:.1f}%" if most else "0%"


@dataclass(slots=True)
class Bar:
    """One line of a chart."""

    label: str
    value: int
    width: str
    known: bool
    people: str
    """The address of the people, without its beginning."""


def people_of(question: Question) -> str:
    """The address of the people whom a question counts."""
    return urlencode(asking.address(question))


def bars(figure: Figure) -> list[Bar]:
    """The lines of a figure of one thing, each with its bar."""
    most = max((line.value for line in figure.lines), default=0)
    return [
        Bar(one.labels[0], one.value, width(one.value, most), one.is_known, people_of(figure.behind(one)))
        for one in figure.lines
    ]


@dataclass(slots=True)
class Across:
    """A figure of two things: the first down, the second across, with totals both ways."""

    columns: list[str]
    rows: list[tuple[str, list[tuple[int, str] | None], int]]
    """Label, numbers with the addresses of their people, total."""
    totals: list[int]
    total: int


def across(figure: Figure) -> Across | None:
    """A figure of two things as a table; None where it would be too wide."""
    columns = _in_order(figure.lines, 1) if len(figure.by) == 2 else {}
    if not 0 < len(columns) <= MOST_COLUMNS:
        return None
    cells = {line.keys: line for line in figure.lines}
    rows = []
    for key, label in _in_order(figure.lines, 0).items():
        row = [cells.get((key, column)) for column in columns]
        shown = [(one.value, people_of(figure.behind(one))) if one else None for one in row]
        rows.append((label, shown, sum(one.value for one in row if one)))
    totals = [sum(line.value for line in figure.lines if line.keys[1] == column) for column in columns]
    return Across(list(columns.values()), rows, totals, figure.value)


def _in_order(lines: Sequence[Line], place: int) -> dict[str, str]:
    """The keys of one thing with their labels, as they stand; unknown last."""
    found = {line.keys[place]: line.labels[place] for line in lines}
    return {key: found[key] for key in sorted(found, key=lambda key: _late(key))} if place else found


def _late(key: str) -> tuple[int, int]:
    late = {d.ELSEWHERE: 1, d.UNKNOWN: 2}.get(key, 0)
    return late, int(key) if key.isdecimal() else 0


@dataclass(slots=True)
class Layer:
    """One age of a pyramid: women left, men right."""

    label: str
    known: bool
    women: int
    men: int
    women_from: str
    women_width: str
    men_width: str


@dataclass(slots=True)
class Pyramid:
    """Ages and sexes; those whose sex is not known are told beside it."""

    layers: list[Layer]
    women: int
    men: int
    unknown: int


def pyramid(figure: Figure) -> Pyramid:
    """The age pyramid of a figure, oldest at the top, unknown ages at the foot."""
    ages = [age for _sex, age in figure.ages]
    firsts = (0, *d.FIVE_YEARS)
    most = max(figure.ages.values(), default=0)
    keys = [str(first) for first in reversed(firsts) if any(int(a or -1) >= first for a in ages)]
    layers = []
    for key in [*_trimmed(keys, ages), *([d.UNKNOWN] if d.UNKNOWN in ages else [])]:
        women, men = figure.ages.get((WOMAN, key), 0), figure.ages.get((MAN, key), 0)
        share = Decimal(100 * women) / most if most else Decimal(0)
        layers.append(
            Layer(
                age_label(int(key), d.FIVE_YEARS) if key else "",
                bool(key),
                women,
                men,
                f"{100 - share:.1f}%",
                width(women, most),
                width(men, most),
            )
        )
    men = sum(n for (sex, _age), n in figure.ages.items() if sex == MAN)
    return Pyramid(layers, figure.women, men, figure.value - figure.women - men)


def _trimmed(keys: list[str], ages: Sequence[str]) -> list[str]:
    """Without the youngest groups in which there is nobody."""
    while keys and keys[-1] not in ages:
        keys = keys[:-1]
    return keys


@dataclass(slots=True)
class Mark:
    """A threshold on a chart."""

    one: d.Threshold
    at: str


@dataclass(slots=True)
class DensityBar:
    """One place on the chart of densities."""

    row: Density
    width: str
    whole: bool
    people: str
    missing: list[int | None]


def density_bars(found: Densities) -> tuple[list[DensityBar], list[Mark]]:
    """Places with their bars on one scale with the thresholds; the whole first."""
    rows = [found.whole, *found.rows]
    most = max([*(row.value or Decimal(0) for row in rows), d.THRESHOLDS[-1].value]) * Decimal("1.08")
    drawn = [
        DensityBar(
            row, width(row.value or Decimal(0), most), row is found.whole, people_of(found.behind(row)),
            [row.missing(one) for one in d.THRESHOLDS],
        )
        for row in rows
    ]  # fmt: skip
    return drawn, [Mark(one, width(one.value, most)) for one in d.THRESHOLDS]
