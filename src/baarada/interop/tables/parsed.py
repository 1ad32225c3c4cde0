"""A row of a list, read: its values, and what in it cannot be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from baarada.interop.tables.cells import BadCell


@dataclass(slots=True)
class Parsed:
    """What one row says. ``problems`` hold column key, what was written, the sentence."""

    line: int
    cells: dict[str, str]
    """What was written, by column key."""
    values: dict[str, Any] = field(default_factory=dict)
    posting: dict[str, Any] = field(default_factory=dict)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str, str]] = field(default_factory=list)

    def refuse(self, key: str, sentence: Any) -> None:
        """Say what is wrong with a cell."""
        self.problems.append((key, self.cells.get(key, ""), str(sentence)))

    def read(self, key: str, reader: Callable[[str], Any]) -> Any:
        """A cell's value; None if it is empty or, with a problem noted, if it cannot be read."""
        cell = self.cells.get(key, "")
        if not cell:
            return None
        try:
            return reader(cell)
        except BadCell as bad:
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
