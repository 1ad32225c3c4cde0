"""Long work in pieces, so that nothing is ever held in memory whole."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

MOST_PARAMETERS = 900
"""SQLite takes about a thousand in one statement."""


def in_pieces(items: Iterable[T], size: int = MOST_PARAMETERS) -> Iterator[list[T]]:
    """Lists of at most ``size``, in order."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece
