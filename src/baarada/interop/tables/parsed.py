"""A row of a list, read: its values, and what in it cannot be read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from baarada.interop.tables.answers import BadCell, LeftEmpty, Unknown
from baarada.interop.tables.columns import SEEN

LONGEST_CELL = 2_000
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|VALEUR!|NOM\?|NOMBRE!|NUL!|SPILL!|CALC!)")
"""What a spreadsheet shows in place of a value, in English and in French."""


@dataclass(slots=True)
class Parsed:
    """What one row says. ``problems`` hold column key, what was written, the sentence."""

    line: int
    cells: dict[str, str]
    """What was written, by column key."""
    untouched: frozenset[str] = frozenset()
    """Columns that stand as they were written out: they say nothing new."""
    values: dict[str, Any] = field(default_factory=dict)
    posting: dict[str, Any] = field(default_factory=dict)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    career: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is said of the status, a diploma, a licence, each under the prefix of its columns."""
    extras: dict[str, Any] = field(default_factory=dict)
    """What is said in the fields that the country added, by their code."""
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    """Words that nothing here is called: column key, what they should name, the word."""
    spoilt: list[tuple[str, str, str]] = field(default_factory=list)
    """Numbers that look spoilt: column key, as written, what they may have been."""

    def __post_init__(self) -> None:
        for key, cell in self.cells.items():
            if key in self.untouched:
                continue
            if len(cell) > LONGEST_CELL and key != SEEN:
                self.refuse(key, _("This cell holds more than 2,000 characters. Shorten it."))
            if _ERROR.fullmatch(cell):
                sentence = _("This cell shows the error of a formula (%(text)s). Write the value.")
                self.refuse(key, sentence % {"text": cell})

    def cell(self, key: str) -> str:
        """What a column says; nothing where it is as it was written out, or shows an error."""
        cell = "" if key in self.untouched else self.cells.get(key, "")
        return "" if _ERROR.fullmatch(cell) else cell

    def refuse(self, key: str, sentence: Any) -> None:
        """Say what is wrong with a cell."""
        self.problems.append((key, self.cells.get(key, "")[:LONGEST_CELL], str(sentence)))

    def read(self, key: str, reader: Callable[[str], Any]) -> Any:
        """A cell's value; None if it is empty or, with a problem noted, if it cannot be read."""
        cell = self.cell(key)
        if not cell:
            return None
        try:
            return reader(cell)
        except LeftEmpty:
            return None
        except BadCell as bad:
            if isinstance(bad, Unknown):
                self.unknown.append((key, bad.what, bad.text))
            self.refuse(key, bad)
            return None


@dataclass(slots=True)
class Plan:
    """What a row would do."""

    status: str
    target: Any = None
    seen: str = ""
    candidates: list[str] = field(default_factory=list)
    changes: int = 0
    title: str = ""
