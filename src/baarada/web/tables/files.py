"""Files made for one answer: written aside, sent, then gone."""

import contextlib
import tempfile
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse

from baarada.journal import runtime

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}
PREFIX = "out-"
FORGOTTEN_SECONDS = 24 * 3600
"""A file so old was left by a stop of the machine: nobody fetches it any more."""


class _Passing(FileIO):
    """A file that is removed when it is closed: only then may Windows remove it."""

    def close(self) -> None:
        super().close()
        Path(str(self.name)).unlink(missing_ok=True)


def made_file(name: str, write: Callable[[Path], Any]) -> FileResponse:
    """Have a file written, and send it; it never lies in memory whole."""
    ending = Path(name).suffix
    folder = Path(settings.CONFIG.work)
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=PREFIX, suffix=ending, delete=False) as made:
        target = Path(made.name)
    try:
        write(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return FileResponse(_Passing(str(target)), as_attachment=True, filename=name, content_type=TYPES[ending])


def _sweep(folder: Path) -> None:
    before = runtime.now().timestamp() - FORGOTTEN_SECONDS
    for left in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < before:
                left.unlink()


def kept_file(name: str, path: Path) -> FileResponse:
    """Send a file that stays."""
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[path.suffix])
