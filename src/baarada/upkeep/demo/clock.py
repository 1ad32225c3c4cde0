"""The clock of a story: it stands where the story is, and moves a little at each look."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from django.conf import settings

from baarada.journal import cuts, runtime
from baarada.kernel.clocks import HybridClock, Stamp


class StoryClock:
    """A clock that is set, and never goes back."""

    def __init__(self, start: datetime) -> None:
        self.ms = int(start.timestamp() * 1000)

    def __call__(self) -> int:
        self.ms += 1
        return self.ms

    def move_to(self, day: date, minute: int) -> None:
        """Let time pass until a minute of a day, if it is not over."""
        then = datetime.combine(day, time(minute // 60, minute % 60), UTC)
        self.ms = max(self.ms, int(then.timestamp() * 1000))


class _Alone(HybridClock):
    """Follows nobody: the country's pack came out after the story begins, and would pull its clock along."""

    def receive(self, stamp: Stamp) -> None:
        """Take no note."""


@contextmanager
def telling(clock: StoryClock) -> Iterator[None]:
    """Have the whole program live at the time of the story."""
    wall = settings.BAARADA_WALL_MS
    settings.BAARADA_WALL_MS = clock
    try:
        yield
    finally:
        settings.BAARADA_WALL_MS = wall
        runtime.forget()
        cuts.forget()


def write_then() -> None:
    """Let this thread write although the story begins before this program was made."""
    engine = runtime.make_engine(
        runtime.origin_of(runtime.node()), _Alone(runtime.now_ms), runtime.signer(), built_ms=0
    )
    runtime.use(engine)
