"""People that two rows of one file speak of: nobody is in the register yet who could tell them apart."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from baarada.interop.tables.knownpeople import agree
from baarada.interop.tables.matching import MOST_CANDIDATES
from baarada.interop.tables.parsed import Parsed
from baarada.kernel.days import PartialDate
from baarada.kernel.text import fold
from baarada.registry.searchkeys import plain

ROW = "row:"
"""Before the line of an earlier row, where that row is whom a doubt is about."""
MOST_NAMESAKES = 50
"""So many rows of one name are held against a row."""


@dataclass(slots=True)
class _Said:
    """What an earlier row says of somebody."""

    line: int
    born: PartialDate | None
    sex: str | None
    place: UUID | None
    numbers: dict[str, str]


@dataclass(slots=True)
class Met:
    """Whom the rows of a file have spoken of so far."""

    rows: dict[str, list[_Said]] = field(default_factory=dict)

    def add(self, row: Parsed) -> None:
        """Remember whom a row speaks of."""
        known = self.rows.setdefault(_name(row), [])
        if len(known) < MOST_NAMESAKES:
            known.append(_said(row))

    def alike(self, row: Parsed) -> list[str]:
        """The earlier rows that may speak of the same person, as candidates of a doubt."""
        own = _said(row)
        found = [one for one in self.rows.get(_name(row), []) if _may_be(row, own, one)]
        return [f"{ROW}{one.line}" for one in found[:MOST_CANDIDATES]]


def line_of(candidate: str) -> int:
    """The line of the earlier row that a candidate is; 0 where it is a file of the register."""
    return int(candidate.removeprefix(ROW)) if candidate.startswith(ROW) else 0


def _name(row: Parsed) -> str:
    words = " ".join(str(row.values.get(key) or "") for key in ("family_name", "given_names"))
    return " ".join(sorted(fold(words).split()))


def _said(row: Parsed) -> _Said:
    place: Any = row.posting.get("facility")
    numbers = {kind: plain(number) for kind, number in row.numbers}
    return _Said(
        row.line, row.values.get("born"), row.values.get("sex"), place.canonical if place else None, numbers
    )


def _may_be(row: Parsed, own: _Said, other: _Said) -> bool:
    """True unless numbers, birth or sex tell them apart; a name alone is not enough either."""
    if any(kind in other.numbers and other.numbers[kind] != number for kind, number in own.numbers.items()):
        return False
    if not agree(row, other.born, other.sex):
        return False
    same_day = own.born is not None and own.born == other.born and own.born.precision == "day"
    return same_day or own.place == other.place
