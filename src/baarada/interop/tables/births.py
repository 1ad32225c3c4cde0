"""Births on the last or the first day of the year: in many files they say that only the year is known.

No row tells by itself which it is. Where a file has far more of them than chance would give, a person is asked
once for the whole file.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from baarada.interop.tables import cells
from baarada.kernel.days import PartialDate

SUSPECTED = ("12-31", "01-01")
LEAST_ROWS = 5
BEYOND_CHANCE = 8
"""How many times more than one day in a year gives by chance."""

BIRTHS, BIRTH_DAYS = "births", "birth_days"
"""Of an import's options: the answer, and how many births are on each suspected day."""
EXACT, YEAR_ONLY = "exact", "year"
OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({BIRTHS: (EXACT, YEAR_ONLY)})
"""Questions about a whole file, with their answers."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked about a whole file."""

    name: str
    days: list[str]
    """Days of the year, as month-day; of spoilt numbers, some of them."""
    count: int
    """Rows that it is about."""
    answer: str
    """Empty until it is given."""


def day_of_year(day: PartialDate) -> str:
    """Month and day, as in ``12-31``; empty where the day is not known."""
    return f"{day.month:02}-{day.day:02}" if day.day else ""


class Births:
    """Counts the births of a file by day of the year."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.exact = 0

    def look(self, cell: str) -> None:
        """Count one cell."""
        try:
            day = day_of_year(cells.day(cell)) if cell else ""
        except cells.BadCell:
            return
        if day:
            self.exact += 1
            if day in SUSPECTED:
                self.found[day] += 1

    def suspicious(self) -> dict[str, int]:
        """The days with more births than chance gives, each with how many."""
        least = max(LEAST_ROWS, BEYOND_CHANCE * self.exact / 365)
        return {day: count for day, count in self.found.items() if count >= least}
