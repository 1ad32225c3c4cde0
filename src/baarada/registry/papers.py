"""Scanned papers as files: kept once, under the hash of their content, with a small picture beside."""

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from baarada.journal import runtime
from baarada.journal.verification import Problem
from baarada.kernel import children, durable
from baarada.kernel.errors import Refused
from baarada.registry import paperwork
from baarada.registry.models import Paper

MEMORY_MB, SECONDS = 400, 60
_FEW = threading.BoundedSemaphore(2)
"""So many files are looked at at the same time: an old laptop has memory for no more."""
MISSING_PAPER, ALTERED_PAPER = gettext_noop("missing paper"), gettext_noop("altered paper")
NO_FILE = "0" * 64
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(slots=True)
class Kept:
    """A file now in the papers folder: the values of a ``Paper`` that describe it."""

    hash: str
    size: int
    media: str
    pages: int

    def values(self) -> dict[str, Any]:
        """As fields of a paper."""
        return {"hash": self.hash, "size": self.size, "media": self.media, "pages": self.pages}


_SENTENCES = {
    paperwork.NEITHER: _(
        "This file is neither a picture nor a PDF. Scan the paper as JPEG or PDF, then add it again."
    ),
    paperwork.TOO_MANY_PAGES: _("This PDF has more than 200 pages. Cut it into several papers."),
    paperwork.TOO_MANY_JOINED: _(
        "One paper made of several files has at most 100 pages. Cut it into several papers."
    ),
    paperwork.ENCRYPTED: _("This PDF is protected by a password; save it without one, then add it again."),
}
_TOO_HEAVY = _("This file takes too much memory or time to open. Scan the paper again, smaller.")


def keep(*sources: Path) -> Kept:
    """Look at files in a watched process, make their pages small, and keep them, in this order, as one paper.

    Raises:
        Refused: one is no paper; nothing was kept.
    """
    with passing() as folder:
        return put(prepare("keep", sources, folder))


def join(pieces: Sequence[Path]) -> Kept:
    """Keep pages that were taken before (``take``), in their order, as one paper.

    Raises:
        Refused: there are too many; nothing was kept.
    """
    with passing() as folder:
        return put(prepare("join", pieces, folder))


def take(source: Path, folder: Path) -> list[tuple[Path, int]]:
    """The pages of a file, made small, in a folder: each piece, with how many pages it has.

    Raises:
        Refused: it is no paper.
    """
    _work("take", folder, source)
    found = json.loads((folder / paperwork.PIECES).read_text(encoding="utf-8"))
    return [(folder / one["name"], one["pages"]) for one in found]


def prepare(verb: str, sources: Sequence[Path], folder: Path) -> Path:
    """Make a paper of some files in a folder, without keeping it: the file, with ``.thumb`` and ``.json`` beside."""
    target = folder / "paper"
    _work(verb, target, *sources)
    return target


@contextlib.contextmanager
def passing() -> Iterator[Path]:
    """A folder for work under way, gone at the end."""
    folder = settings.CONFIG.work / f"paper-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _work(verb: str, target: Path, *more: Path | int) -> None:
    try:
        with _FEW:
            children.run(
                "baarada.registry.paperwork", [verb, str(target), *map(str, more)],
                memory_mb=MEMORY_MB, seconds=SECONDS,
            )  # fmt: skip
    except children.ChildFailed as failed:
        raise Refused(_SENTENCES.get(failed.code, _TOO_HEAVY)) from None


def read(target: Path) -> Kept:
    """What a paper that was prepared is."""
    found = json.loads(target.with_name("paper.json").read_text(encoding="utf-8"))
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Kept(digest, found["size"], found["media"], found["pages"])


def put(target: Path) -> Kept:
    """Move a paper that was prepared to its place, under its hash."""
    kept = read(target)
    place = path(kept.hash)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not is_whole(kept.hash):
        # Moved into place whole and on the disk: neither a stop nor a power failure leaves half a paper under a hash.
        durable.settle(target)
        shutil.move(target.with_name("paper.thumb"), thumb_path(kept.hash))
        shutil.move(target, place)
        durable.settle_name(place)
    return kept


def path(digest: str) -> Path:
    """Where the file with this hash lies. A hash that is none leads to no file."""
    # The text comes from an entry, which another node may have written: it must not lead out of the folder.
    name = digest if _DIGEST.fullmatch(digest) else NO_FILE
    return settings.CONFIG.papers / name[:2] / name


def thumb_path(digest: str) -> Path:
    """Where its small picture lies."""
    return path(digest).with_suffix(".thumb")


def is_whole(digest: str) -> bool:
    """True if the file is here and its content is that of its name."""
    place = path(digest)
    return place.exists() and hashlib.sha256(place.read_bytes()).hexdigest() == digest


def check() -> Iterator[Problem]:
    """Papers whose file is not here, or not what it was when it was kept."""
    for digest in (
        Paper.objects.live().exclude(hash=None).values_list("hash", flat=True).distinct().iterator()
    ):
        if not path(digest).exists():
            yield Problem(MISSING_PAPER, digest)
        elif not is_whole(digest):
            yield Problem(ALTERED_PAPER, digest)


# -- looking at pages -----------------------------------------------------------------------


DRAWN_AT_ONCE = 4
"""So many pages are drawn together: the next ones are there when they are turned to."""
MOST_SEEN_BYTES = 200_000_000


def picture(digest: str, page: int) -> Path | None:
    """A page of a kept paper as a small picture, drawn when first asked for; None where there is none.

    Raises:
        Refused: the file cannot be drawn.
    """
    return draw(path(digest), digest if _DIGEST.fullmatch(digest) else NO_FILE, page)


def draw(source: Path, name: str, page: int) -> Path | None:
    """A page of a file as a small picture, kept under a name that stands for what is in the file.

    Raises:
        Refused: the file cannot be drawn.
    """
    folder = _seen() / name[:2]
    place = folder / f"{name}-{page}.jpg"
    if place.exists():
        return place
    if page < 0 or not source.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with passing() as work:
        _work("draw", work, source, page - page % DRAWN_AT_ONCE, DRAWN_AT_ONCE)
        for drawn in work.glob("*.jpg"):
            # Another page may have drawn it meanwhile, and be sending it: Windows replaces no open file.
            with contextlib.suppress(OSError):
                drawn.replace(folder / f"{name}-{drawn.name}")
    return place if place.exists() else None


def _seen() -> Path:
    return settings.CONFIG.work / "seen-pages"


def forget_pictures() -> int:
    """Remove the pictures of pages drawn longest ago, where they take too much room; returns how many."""
    found = sorted(((p, p.stat()) for p in _seen().glob("*/*.jpg")), key=lambda one: one[1].st_mtime)
    room, gone = sum(stat.st_size for _path, stat in found), 0
    for old, stat in found:
        if room <= MOST_SEEN_BYTES:
            break
        room, gone = room - stat.st_size, gone + 1
        with contextlib.suppress(OSError):
            old.unlink()
    return gone


def forget_strays() -> int:
    """Remove the folders of work that a stop cut off, once they are a day old; returns how many."""
    before = runtime.now() - timedelta(days=1)
    gone = 0
    for folder in settings.CONFIG.work.glob("paper-*"):
        if folder.is_dir() and datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone
