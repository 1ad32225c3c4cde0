"""Spans of days. Both ends belong to the span; the day of a change belongs to the new place."""

from dataclasses import dataclass
from datetime import date

from baarada.kernel.days import PartialDate


@dataclass(frozen=True, slots=True)
class Span:
    """From ``starts`` to ``ends``, both included; ``ends`` None while it lasts."""

    starts: PartialDate | None
    ends: PartialDate | None = None

    @property
    def is_backwards(self) -> bool:
        """True if it certainly ends before it begins."""
        return bool(self.starts and self.ends and self.ends.last() < self.starts.first())

    def holds(self, day: date) -> bool:
        """True if ``day`` may lie in the span: an imprecise end is read generously."""
        return (self.starts is None or self.starts.first() <= day) and (
            self.ends is None or day <= self.ends.last()
        )

    def overlaps(self, other: "Span") -> bool:
        """True if the two certainly share a day: imprecise ends are read narrowly."""
        return _before(self.starts, other.ends) and _before(other.starts, self.ends)


def _before(start: PartialDate | None, end: PartialDate | None) -> bool:
    return start is None or end is None or start.last() <= end.first()
