"""Days as paper files know them: often only a year, sometimes a month.

A partial date is kept as one whole number, ``yyyymmdd``, with zeros for what is not
known: 19790000 is "1979", 19790300 is "March 1979". So it sorts, filters and
travels as a number, and never pretends to know more than the paper.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

FIRST_YEAR, LAST_YEAR = 1850, 2200

_NAMED = 0
"""The length that stands for a month written out."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev feb february",
            "mars mar march",
            "avril avr apr april",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aou aug august",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}


class BadDate(ValueError):
    """Text that is not a day.

    ``reason`` is one of ``unreadable``, ``no such month``, ``no such day`` and ``out of range``;
    ``text`` is what was read. The rooms above turn it into a sentence.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A day, a month of a year, or only a year. ``month`` and ``day`` are 0 where unknown."""

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        reason = self._problem()
        if reason:
            raise BadDate(reason, f"{self.day:02}/{self.month:02}/{self.year}")

    def _problem(self) -> str:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            return "out of range"
        if not 0 <= self.month <= 12:
            return "no such month"
        # Every month has 28 days: an import makes dates by the hundred thousand.
        if 0 <= self.day <= (28 if self.month else 0):
            return ""
        last = calendar.monthrange(self.year, self.month)[1] if self.month else 0
        return "" if 0 <= self.day <= last else "no such day"

    @classmethod
    def of(cls, number: int) -> "PartialDate":
        """The date kept as ``yyyymmdd``.

        Raises:
            BadDate: the number is not a date.
        """
        return cls(number // 10_000, number // 100 % 100, number % 100)

    @classmethod
    def on(cls, day: date) -> "PartialDate":
        """A whole day, from Python's date."""
        return cls(day.year, day.month, day.day)

    @property
    def number(self) -> int:
        """The whole number that is kept."""
        return self.year * 10_000 + self.month * 100 + self.day

    @property
    def precision(self) -> str:
        """``day``, ``month`` or ``year``."""
        return "day" if self.day else "month" if self.month else "year"

    def first(self) -> date:
        """The earliest day it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date:
        """The latest day it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04}"] + [f"{n:02}" for n in (self.month, self.day) if n]
        return "-".join(parts)


def parse(text: str) -> PartialDate:
    """Read a day as people type it: day first, or ISO, or only a month or a year.

    Accepts ``12/03/1985``, ``12-3-85`` (a two-figure year is taken in the hundred years
    before 2030), ``03/1985``, ``1985``, ``1985-03-12``, ``12 mars 1985``, ``mars 1985``,
    ``1er mars 1985``, ``March 12, 1985``, ``00/00/1975``.

    Raises:
        BadDate: with the reason.
    """
    words = re.findall(r"\d+|[^\W\d_]+", _plain(text))
    words = [w for w in words if w not in ("er", "le", "vers", "ne", "nee", "en")]
    if not words or len(words) > 3:
        raise BadDate("unreadable", text)
    if any(not w.isdigit() and w not in _MONTHS for w in words):
        raise BadDate("unreadable", text)
    numbers = [int(w) if w.isdigit() else _MONTHS[w] for w in words]
    lengths = [len(w) if w.isdigit() else _NAMED for w in words]
    try:
        return _assemble(numbers, lengths, text)
    except BadDate as error:
        raise BadDate(error.reason, text) from None


def _assemble(numbers: list[int], lengths: list[int], text: str) -> PartialDate:
    if max(lengths) > 4 and not (len(numbers) == 1 and lengths[0] == 8):
        raise BadDate("unreadable", text)
    if lengths[0] == _NAMED and len(numbers) == 3:
        # A month written out says which number is which: "March 12, 1985".
        numbers, lengths = [numbers[1], numbers[0], numbers[2]], [lengths[1], lengths[0], lengths[2]]
    if lengths.count(_NAMED) > 1:
        raise BadDate("unreadable", text)
    match lengths:
        case [8]:
            return PartialDate.of(numbers[0])
        case [4]:
            return PartialDate(numbers[0])
        case [_, 4]:
            return PartialDate(numbers[1], numbers[0])
        case [4, _]:
            return PartialDate(numbers[0], numbers[1])
        case [4, _, _]:
            return PartialDate(numbers[0], numbers[1], numbers[2])
        case [_, _, 4]:
            return PartialDate(numbers[2], numbers[1], numbers[0])
        case [_, _, 2]:
            year = numbers[2] + (2000 if numbers[2] < 30 else 1900)
            return PartialDate(year, numbers[1], numbers[0])
    raise BadDate("unreadable", text)


def _plain(text: str) -> str:
    from baarada.kernel.text import fold

    return fold(text)
