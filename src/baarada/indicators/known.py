"""The register as it was known when a day ended, to count in: made once for a cut, used again, gone after some days.

Its name says which entries it holds, and which were erased since: a person's content that was removed is in no
copy made before for long.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from baarada import __version__
from baarada.indicators.asking import Question
from baarada.journal import copies, cuts, runtime
from baarada.journal.copies import Progress
from baarada.journal.cuts import Positions
from baarada.journal.models import RangeRow
from baarada.journal.schema import SCHEMA_NUMBER
from baarada.kernel.errors import Refused

NAME = "known-{erased}-{cut}.sqlite3"
KEPT_DAYS = 3
QUIET_SECONDS = 120
"""After so long without a step, whoever was making a copy has stopped."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The register as known on a day: where it lies, or will lie."""

    path: Path
    cut: Positions

    @property
    def is_ready(self) -> bool:
        """True when it can be counted in."""
        return self.path.exists()

    @property
    def note(self) -> Path:
        """Where it is noted how far the making is."""
        return self.path.with_suffix(".json")


def copy_for(day: date) -> Copy | None:
    """The copy for a day; None where what is known now is what was known then.

    Raises:
        Refused: nothing was known here then.
    """
    cut = cuts.known_on(runtime.engine(), day)
    if cut is None:
        return None
    if not any(cut.values()):
        raise Refused(
            _("Nothing was in this register yet on %(day)s. Choose a later day.") % {"day": day.isoformat()}
        )
    held = repr((sorted(cut.items()), SCHEMA_NUMBER, __version__)).encode()
    name = NAME.format(erased=_erased(), cut=hashlib.sha256(held).hexdigest()[:24])
    return Copy(Path(settings.CONFIG.work) / name, cut)


def _erased() -> str:
    rows = RangeRow.objects.order_by("pk").values_list("kind", "lane", "first", "last")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:8]


def begin(copy: Copy) -> None:
    """Note that the making of a copy was asked for, so that pages look on."""
    copy.path.parent.mkdir(parents=True, exist_ok=True)
    copy.note.write_text(json.dumps([0, 2 * copies.entries_in(copy.cut)]), encoding="utf-8")


def make(copy: Copy, *, progress: Progress = lambda done, total: None) -> None:
    """Draw a copy, unless it is there."""
    if copy.is_ready:
        return
    forget_old()

    def note(done: int, total: int) -> None:
        copy.note.write_text(json.dumps([done, total]), encoding="utf-8")
        progress(done, total)

    begin(copy)
    try:
        copies.make(copy.path, copy.cut, progress=note)
    finally:
        copy.note.unlink(missing_ok=True)


def progress_of(copy: Copy) -> tuple[int, int] | None:
    """How far the making of a copy is; None where nobody is making it."""
    try:
        if runtime.now().timestamp() - copy.note.stat().st_mtime > QUIET_SECONDS:
            return None
        done, total = json.loads(copy.note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return int(done), int(total)


@contextmanager
def database(question: Question, *, progress: Progress = lambda done, total: None) -> Iterator[str]:
    """The database in which a question is asked: the register, or a copy as known then, made if it is not there.

    Raises:
        Refused: nothing was known here then.
    """
    copy = copy_for(question.known) if question.known else None
    if copy is None:
        yield "default"
        return
    make(copy, progress=progress)
    with copies.opened(copy.path) as alias:
        yield alias


def forget_old() -> int:
    """Remove copies of some days ago, and those that hold what was erased since; returns how many there were."""
    before = runtime.now().timestamp() - KEPT_DAYS * 86_400
    current = NAME.format(erased=_erased(), cut="")[: -len(".sqlite3")]
    gone = 0
    for path in Path(settings.CONFIG.work).glob("known-*"):
        # A file that is being read cannot be removed on every system: next time.
        with contextlib.suppress(OSError):
            if not path.name.startswith(current) or path.stat().st_mtime < before:
                path.unlink()
                gone += path.suffix == ".sqlite3"
    return gone
