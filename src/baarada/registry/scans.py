"""The folder into which the scanner writes: what lies there waits to be filed, and is never deleted.

A file that was filed goes into the folder ``done`` beside it, one that nobody wants into ``aside``. Only plain files
of the folder itself are looked at: a link, or a file whose name a page made up, leads nowhere. Names come from outside
and are shown, never followed: a file is known by a key made of its name, its size and when it was written.
"""

import contextlib
import hashlib
import os
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.registry import papers
from baarada.registry.papers import Kept

DONE, ASIDE = "done", "aside"
QUIET_SECONDS = 10
"""A file written to more recently than this may not be whole yet."""
MOST_FILES = 1_000
"""So many names are looked at; what lies beyond comes up once some of them are filed."""
LONGEST_NAME = 120
PREPARED_DAYS = 2
ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf", ".webp", ".bmp")


@dataclass(frozen=True, slots=True)
class Scan:
    """A file that waits."""

    path: Path
    key: str
    size: int
    written: datetime
    arriving: bool
    """It may still be being written."""

    @property
    def name(self) -> str:
        """Its name as it is shown: short, without what a screen cannot show."""
        text = "".join(c for c in self.path.name if unicodedata.category(c)[0] != "C")
        return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies in the folder, oldest first."""

    scans: list[Scan]
    arriving: int
    other: int
    """Files that are neither pictures nor PDF: they are left where they are."""


def folder() -> Path:
    """Where the scanner writes."""
    return Path(settings.CONFIG.scan_folder)


def waiting(*, by: Actor) -> Waiting:
    """What waits to be filed.

    Raises:
        Refused: the folder cannot be read.
    """
    by.require("paper.add")
    found, arriving, other = [], 0, 0
    for entry in _entries():
        if not entry.name.lower().endswith(ENDINGS):
            other += 1
            continue
        scan = _scan(entry)
        if scan is not None:
            arriving += scan.arriving
            found.append(scan)
    found.sort(key=lambda scan: (scan.written, scan.path.name))
    return Waiting([scan for scan in found if not scan.arriving], arriving, other)


def _entries() -> Iterator[os.DirEntry[str]]:
    place = folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with os.scandir(place) as entries:
            count = 0
            for entry in entries:
                # Links are not followed: what they lead to lies elsewhere. Names with a dot are others' passing files.
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    yield entry
                    count += 1
                if count == MOST_FILES:
                    return
    except OSError as error:
        sentence = _("The folder of the scanner cannot be read (%(why)s): %(folder)s")
        raise Refused(sentence % {"folder": place, "why": error.strerror}) from None


def _scan(entry: os.DirEntry[str]) -> Scan | None:
    try:
        # Windows tells nothing of links and little of sizes in a listing: asked of the file itself.
        stat = os.stat(entry.path, follow_symlinks=False)
        written = datetime.fromtimestamp(stat.st_mtime, UTC)
    except (OSError, ValueError, OverflowError):
        # It is gone meanwhile, or says that it was written in a year that no calendar has.
        return None
    # Nearer to now than some seconds, on either side: the clock of a scanner may go wrong by more.
    arriving = abs((runtime.now() - written).total_seconds()) < QUIET_SECONDS or not stat.st_size
    said = f"{entry.name}\0{stat.st_size}\0{stat.st_mtime_ns}".encode("utf-8", "surrogatepass")
    return Scan(Path(entry.path), hashlib.sha256(said).hexdigest()[:32], stat.st_size, written, arriving)


def find(key: str, *, by: Actor) -> Scan | None:
    """The file with a key, as it lies there now; None where it is gone or was written to since."""
    return next((scan for scan in waiting(by=by).scans if scan.key == key), None)


def prepared(scan: Scan) -> Path:
    """The paper that a file becomes, made when first asked for; kept for some days beside its small picture.

    Raises:
        Refused: it is no paper.
    """
    if scan.size > settings.BAARADA_LARGEST_UPLOAD:
        raise Refused(_("This file is larger than 40 MB. Scan it smaller, or cut it into parts."))
    place = _made() / scan.key
    if not (place / "paper.json").exists():
        with papers.passing() as work:
            papers.prepare("keep", [scan.path], work)
            for pieces in work.glob("paper-*"):
                shutil.rmtree(pieces)
            place.parent.mkdir(parents=True, exist_ok=True)
            # Two pages may ask at the same time: the first to be done counts.
            with contextlib.suppress(OSError):
                work.rename(place)
    return place / "paper"


def known(scan: Scan) -> str:
    """The hash of the paper that a file becomes, where it was made; empty where it was not yet."""
    place = _made() / scan.key / "paper"
    return papers.read(place).hash if place.exists() else ""


def picture(scan: Scan, page: int) -> Path | None:
    """A page of a file that waits, as a small picture; None where there is none.

    Raises:
        Refused: it is no paper.
    """
    return papers.draw(prepared(scan), scan.key, page)


def keep(scan: Scan) -> Kept:
    """Keep a file as a paper; it stays where it lies until it is put away.

    Raises:
        Refused: it is no paper.
    """
    source = prepared(scan)
    with papers.passing() as work:
        for ending in ("", ".json", ".thumb"):
            shutil.copyfile(source.with_name(source.name + ending), work / f"paper{ending}")
        return papers.put(work / "paper")


def put_away(scan: Scan, where: str, *, by: Actor) -> bool:
    """Move a file that was filed, or that nobody wants, into the folder for it; False where it cannot be moved."""
    by.require("paper.add")
    target = folder() / where
    try:
        target.mkdir(exist_ok=True)
        place, number = target / scan.path.name, 1
        while place.exists():
            number += 1
            place = target / f"{scan.path.stem}-{number}{scan.path.suffix}"
        scan.path.rename(place)
    except OSError:
        # Another program holds it open, or the folder cannot be written to.
        return False
    shutil.rmtree(_made() / scan.key, ignore_errors=True)
    return True


def forget_old() -> int:
    """Remove what was made of files some days ago; returns how many there were. The files themselves stay."""
    before = runtime.now() - timedelta(days=PREPARED_DAYS)
    gone = 0
    for place in _made().glob("*"):
        if datetime.fromtimestamp(place.stat().st_mtime, UTC) < before:
            shutil.rmtree(place, ignore_errors=True)
            gone += 1
    return gone


def _made() -> Path:
    return settings.CONFIG.work / "scans"
