"""What the bench says: figures, each held against its floor, and how they grow. No clock, no database."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FOR_EACH = 1.1
"""Four times the people may take 4.4 times the work: for each person, a tenth more."""
FOR_ONE = 1.5
"""A question about one person costs the same among four times as many: what read them all would show four. Half as
much again leaves room for a machine's moods."""
RARELY = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. ``ratio`` is the value in floors; ``at_most`` is its budget, None where it has none."""

    name: str
    database: str
    size: int
    value: float
    unit: str
    floor: float | None = None
    at_most: float | None = None
    growth: float | None = None
    """How much it may grow from the smallest register to the largest; None where that is not judged."""

    @property
    def ratio(self) -> float | None:
        """The value in floors; for a figure without a floor there is none."""
        return self.value / self.floor if self.floor else None

    @property
    def ok(self) -> bool | None:
        """True if within budget, None if there is no budget."""
        if self.at_most is None:
            return None
        held = self.value if self.ratio is None else self.ratio
        return held <= self.at_most

    def as_json(self) -> dict[str, Any]:
        """As ``bench.json`` has it."""
        found = asdict(self)
        del found["growth"]
        return {**found, "ratio": self.ratio, "ok": self.ok}


def percentile(values: Iterable[float], share: float = RARELY) -> float:
    """The value that this share of the values does not exceed.

    Raises:
        ValueError: there are none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("a percentile of nothing")
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def middle(values: Iterable[float]) -> float:
    """The median."""
    return percentile(values, 0.5)


def growths(figures: Sequence[Figure]) -> list[Figure]:
    """How what should not grow does, from the smallest size to the largest.

    Ratios are compared where there are floors: a machine that was busier at one size than at the other is
    then not taken for growth. Bytes are compared as they are.
    """
    out = []
    for name, database in dict.fromkeys((f.name, f.database) for f in figures if f.growth):
        same = sorted((f for f in figures if (f.name, f.database) == (name, database)), key=lambda f: f.size)
        if len(same) > 1 and same[0].size < same[-1].size and _held(same[0]) > 0:
            grown = _worth(same[-1]) / _worth(same[0])
            out.append(Figure(f"{GROWTH}{name}", database, same[-1].size, grown, "×", None, same[0].growth))
    return out


GROWTH = "growth of "


def _held(figure: Figure) -> float:
    return figure.value if figure.ratio is None else figure.ratio


def _worth(figure: Figure) -> float:
    """Bytes do not depend on how busy a machine is."""
    return figure.value if figure.unit.startswith("bytes") else _held(figure)


def over(figures: Iterable[Figure]) -> list[Figure]:
    """The figures beyond their budgets."""
    return [f for f in figures if f.ok is False]
