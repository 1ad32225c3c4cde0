"""Hybrid clocks: a stamp is 48 bits of milliseconds and 16 bits of counting.

A stamp never decides between two writes of which one knew the other; it only breaks
the tie between writes that did not know each other (see ``journal/merging.py``).
"""

from collections.abc import Callable

from baarada.kernel.ids import wall_ms

Stamp = int
"""Milliseconds since 1970, shifted left by 16, plus a counter."""

DAY_MS = 86_400_000
MOST_AHEAD_MS = DAY_MS
"""A stamp received from elsewhere lifts this clock no further than this beyond its own time."""


def stamp_of(ms: int) -> Stamp:
    """The first stamp of a millisecond."""
    return ms << 16


def ms_of(stamp: Stamp) -> int:
    """The millisecond of a stamp."""
    return stamp >> 16


class HybridClock:
    """One node's clock: never goes back, follows what it receives within a day."""

    def __init__(self, now_ms: Callable[[], int] = wall_ms, last: Stamp = 0) -> None:
        self.now_ms = now_ms
        self.last = last

    def tick(self) -> Stamp:
        """Return the stamp of a new write, greater than every stamp given or accepted so far.

        When the wall clock stands still or goes back, the counter goes on and carries
        into the milliseconds.
        """
        self.last = max(self.last + 1, stamp_of(self.now_ms()))
        return self.last

    def receive(self, stamp: Stamp) -> None:
        """Take note of a stamp written elsewhere, so that later writes here are later.

        A clock far ahead does not lift this one: what it wrote is kept, but it
        is not followed beyond 24 hours.
        """
        if stamp > self.last:
            most = stamp_of(self.now_ms() + MOST_AHEAD_MS)
            self.last = max(self.last, min(stamp, most))
