"""Scanned papers as files: kept once, under the hash of their content, with a small picture beside."""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from baarada.journal.verification import Problem
from baarada.kernel import children, durable
from baarada.kernel.errors import Refused
from baarada.registry import paperwork
from baarada.registry.models import Paper

MEMORY_MB, SECONDS = 400, 60
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
    paperwork.ENCRYPTED: _("This PDF is protected by a password; save it without one, then add it again."),
}
_TOO_HEAVY = _("This file takes too much memory or time to open. Scan the paper again, smaller.")


def keep(source: Path) -> Kept:
    """Look at a file in a watched process, make it small, and keep it.

    Raises:
        Refused: it is no paper; nothing was kept.
    """
    folder = settings.CONFIG.work / f"paper-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    try:
        target = folder / "paper"
        try:
            children.run(
                "baarada.registry.paperwork", [str(source), str(target)], memory_mb=MEMORY_MB, seconds=SECONDS
            )
        except children.ChildFailed as failed:
            raise Refused(_SENTENCES.get(failed.code, _TOO_HEAVY)) from None
        return _take(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _take(target: Path) -> Kept:
    found = json.loads(target.with_name("paper.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    place = path(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not is_whole(digest):
        # Moved into place whole and on the disk: neither a stop nor a power failure leaves half a paper under a hash.
        durable.settle(target)
        shutil.move(target.with_name("paper.thumb"), thumb_path(digest))
        shutil.move(target, place)
        durable.settle_name(place)
    return Kept(digest, found["size"], found["media"], found["pages"])


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
