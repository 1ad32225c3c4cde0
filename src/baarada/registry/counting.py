"""Counts over the whole register, that pages show but nobody waits for.

A count is kept while nothing is written. What this process writes is counted at once; what another one does (a long
import) as soon as that is cheap: in a small register at once, among a million people every few seconds, however
many pages ask.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from django.db import connection

from baarada.journal import runtime
from baarada.journal.applying import Changed
from baarada.journal.engine import Engine

T = TypeVar("T")
PATIENCE = 20
"""How many times as long as it took to make, a count may lag behind what other processes write."""

MOST_KEPT = 300
"""So many counts are kept; the oldest goes."""


@dataclass(slots=True)
class _Kept:
    value: Any
    entries: int
    """How much the journal held."""
    until: float


_kept: WeakKeyDictionary[Engine, dict[Hashable, _Kept]] = WeakKeyDictionary()


def count(name: Hashable, work: Callable[[], T]) -> T:
    """What ``work`` counts, one number or several, or what it counted a short while ago.

    ``name`` says what is counted, with all that the answer depends on besides the records.
    """
    kept = _kept.setdefault(runtime.engine(), {})
    found = kept.get(name)
    began = time.monotonic()
    if found is not None and found.until > began:
        return cast(T, found.value)
    entries = _entries()
    if found is None or found.entries != entries:
        began = time.monotonic()
        found = kept[name] = _Kept(work(), entries, 0)
        ended = time.monotonic()
        found.until = ended + PATIENCE * (ended - began)
        for oldest in list(kept)[:-MOST_KEPT]:
            kept.pop(oldest, None)
    return cast(T, found.value)


def _entries() -> int:
    # Every page asks this, in plain words: Django would take longer to put the question.
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(last) FROM journal_lane")
        return int(cursor.fetchone()[0] or 0)


def follow(changed: Changed) -> None:
    """Look anew at the next count: something was written here."""
    del changed
    for kept in list(_kept.values()):
        for one in list(kept.values()):
            one.until = 0
