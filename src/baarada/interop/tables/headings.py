"""Where the headings of a sheet stand: on any of its first rows, under titles, in one row or in two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from baarada.interop.tables import recognising
from baarada.interop.tables.columns import columns
from baarada.interop.tables.recognising import LEFT, Title
from baarada.kernel.text import fold

MOST_HEADING_ROWS = 30
_LONGEST_HEADING = 80
_FIGURES = re.compile(r"\d{3,}|\d+[/.]\d+")

Rows = Sequence[tuple[int, list[str]]]
"""The first rows of a sheet, with their numbers."""


@dataclass(slots=True)
class Headings:
    """What stands over the columns of a sheet, and where."""

    first: int = 0
    last: int = 0
    """Rows from 1; two where a heading over several columns stands above. 0 where the sheet holds nothing."""
    titles: list[Title] = field(default_factory=list)
    known: int = 0
    """How many of them are recognised."""


def find(kind: str, rows: Rows, sender: UUID | None = None) -> Headings:
    """The row or the two rows that hold the headings, among the first of a sheet."""
    rows = rows[:MOST_HEADING_ROWS]
    words = {name for c in columns(kind) for name in (*c.names, *c.weak)}
    words |= recognising.learned(kind, (cell for _n, cells in rows for cell in cells), sender).keys()
    scores = [sum(fold(cell) in words for cell in cells) for _number, cells in rows]
    best = max(range(len(rows)), key=lambda at: scores[at], default=None)
    if best is None or not scores[best]:
        return _first_filled(kind, rows, sender)
    found = _single(kind, *rows[best], sender)
    for above, below in ((best, best + 1), (best - 1, best)):
        if above >= 0 and below < len(rows) and _is_group(rows[above][1], rows[below][1]):
            pair = _pair(kind, rows[above], rows[below], sender)
            if pair.known > found.known:
                found = pair
    return found


def at(kind: str, rows: Rows, number: int, sender: UUID | None = None) -> Headings:
    """The headings where a person says that they stand."""
    cells = next((cells for n, cells in rows if n == number), [])
    return _single(kind, number, cells, sender)


def _first_filled(kind: str, rows: Rows, sender: UUID | None) -> Headings:
    number, cells = next(((n, cells) for n, cells in rows if any(cells)), (0, []))
    return _single(kind, number, cells, sender)


def _single(kind: str, number: int, cells: list[str], sender: UUID | None) -> Headings:
    return _headings(kind, number, number, [Title(cell) for cell in cells], sender)


def _pair(
    kind: str, above: tuple[int, list[str]], below: tuple[int, list[str]], sender: UUID | None
) -> Headings:
    groups, texts = above[1], below[1]
    titles, group = [], ""
    for place in range(max(len(groups), len(texts))):
        own = groups[place] if place < len(groups) else ""
        text = texts[place] if place < len(texts) else ""
        group = own or group
        # A heading reaches over the empty cells to its right, as far as something stands below them.
        titles.append(Title(text, group) if text else Title(own))
        if not text:
            group = ""
    return _headings(kind, above[0], below[0], titles, sender)


def _headings(kind: str, first: int, last: int, titles: list[Title], sender: UUID | None) -> Headings:
    known = recognising.propose(kind, titles, sender)
    return Headings(first, last, titles, sum(one.certainty != LEFT for one in known))


def _is_group(above: list[str], below: list[str]) -> bool:
    """True where a row can be headings below headings: words, and under at least one cell of which the right one
    is empty above."""
    if any(len(cell) > _LONGEST_HEADING or _FIGURES.search(cell) for cell in (*above, *below)):
        return False
    width = max(len(above), len(below))
    above, below = above + [""] * (width - len(above)), below + [""] * (width - len(below))
    return any(above[i] and not above[i + 1] and below[i] and below[i + 1] for i in range(width - 1))
