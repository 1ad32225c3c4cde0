"""Rows of a list that are about nobody: totals, headings once more, what stands outside the columns that are read.

They are left aside, counted and listed. What might be somebody stays a row, refused with its reason if need be.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from baarada.kernel.text import fold

TOTAL, HEADINGS, OUTSIDE, CLOSING = "total", "headings", "outside", "closing"
SENTENCES: Mapping[str, Any] = {
    TOTAL: _("A total, not a row of the list."),
    HEADINGS: _("The headings once more."),
    OUTSIDE: _("Nothing stands in the columns that are read."),
    CLOSING: _("A closing line, not a row of the list."),
}
_TOTAL = re.compile(
    r"(?:sous |s |grand |sub )?tota(?:l|ux|ls)\b|effectif(?:s)?(?: total| general)?$|ensemble$|cumul\b"
)
_CLOSING = re.compile(
    r"(?:arrete(?:e)? (?:la|le|a)|fait a|le medecin|le directeur|le chef|la directrice|signature|signe|vu\b|nb\b|"
    r"source|legende|page \d|etabli (?:par|le)|ampliation)"
)
_NUMBER = re.compile(r"[-+]?[\d\s.,]+%?")
LONGEST = 300


def why(cells: Sequence[str], found: Mapping[str, str], titles: Sequence[Sequence[str]]) -> str:
    """Why a row is left aside; nothing where it is a row of the list.

    ``found`` are its cells by column key; ``titles`` what stands over each column, alone and over several.
    """
    filled = [cell for cell in cells if cell]
    words = [fold(cell) for cell in filled if not _NUMBER.fullmatch(cell)]
    if words and all(_TOTAL.match(word) or not word for word in words):
        return TOTAL
    if _are_headings(cells, titles):
        return HEADINGS
    # One cell alone: a family name may be a word that closes a list.
    if len(filled) == 1 and any(_CLOSING.match(word) for word in words):
        return CLOSING
    return "" if found else OUTSIDE


def _are_headings(cells: Sequence[str], titles: Sequence[Sequence[str]]) -> bool:
    """True where the cells are what stands over their columns."""
    filled = [(at, fold(cell)) for at, cell in enumerate(cells) if cell]
    same = sum(at < len(titles) and word in {fold(t) for t in titles[at]} for at, word in filled)
    return same >= 2 and same == len(filled)


def shown(cells: Sequence[str]) -> str:
    """A row that was left aside, as one line."""
    return " ; ".join(cell for cell in cells if cell)[:LONGEST]
