"""The program's own settings, with a clock that a test can set back by whole days."""

from baarada.kernel.ids import wall_ms
from baarada.settings import *  # noqa: F403
from baarada.settings import CONFIG

DAY_MS = 86_400_000


def BAARADA_WALL_MS() -> int:
    """The machine's clock, moved by the days that ``days-back`` in the home folder says."""
    path = CONFIG.home / "days-back"
    days = int(path.read_text()) if path.exists() else 0
    return wall_ms() - days * DAY_MS
