"""Shares kept exactly: whole numbers that add up, and decks of cards dealt without putting back."""

import random
from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

DECK = 100


def split(total: int, weights: Mapping[K, int | Fraction]) -> dict[K, int]:
    """Whole numbers in these proportions that add up to ``total``: each share cut, the rest to the largest remainders.

    Raises:
        ValueError: there is something to split, and no weight.
    """
    whole = sum(weights.values())
    if not whole:
        if total:
            raise ValueError("nothing has a weight")
        return dict.fromkeys(weights, 0)
    exact = {key: Fraction(total) * weight / whole for key, weight in weights.items()}
    out = {key: int(share) for key, share in exact.items()}
    order = sorted(exact, key=lambda key: out[key] - exact[key])
    for key in order[: total - sum(out.values())]:
        out[key] += 1
    return out


class Deck(Generic[K]):
    """Deals values in given shares: of each hundred, exactly so many.

    Drawing each by itself would leave a rare value off by a tenth in a country of 25,000.
    """

    def __init__(self, shares: Mapping[K, int | Fraction], draw: random.Random, size: int = DECK) -> None:
        self._cards = [value for value, count in split(size, shares).items() for _card in range(count)]
        self._draw = draw
        self._left: list[K] = []

    def deal(self) -> K:
        """The next card."""
        if not self._left:
            self._left = self._cards.copy()
            self._draw.shuffle(self._left)
        return self._left.pop()
