"""Papers in preparation: pages that came one after another, kept until the paper is added.

A telephone that loses its line at page 3 keeps pages 1 and 2. They lie in a folder of this machine, one for each
account and file. The name of each page says all there is to know of it, so that nothing has to be kept in step.
"""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_uuid
from baarada.registry import papers, paperwork
from baarada.registry.papers import Kept

KEPT_DAYS = 14
MOST_DRAFTS = 40
"""So many papers may be in preparation for one account."""
MOST_BYTES = 60_000_000
_NAME = re.compile(r"(\d{6,9})-([0-9a-f]{16})-(\d{1,3})(\.jpg|\.pdf)")
_STEP = 1000
"""Between two places in the order."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A page, or a PDF of several, in its place."""

    path: Path
    place: int
    key: str
    pages: int

    @property
    def thumb(self) -> Path:
        """Its small picture."""
        return self.path.with_name(self.path.name + ".thumb")


@dataclass(frozen=True, slots=True)
class Draft:
    """The pages of one paper in preparation, in their order."""

    person: UUID
    pieces: list[Piece]

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return sum(piece.pages for piece in self.pieces)


def of(person: UUID, *, by: Actor) -> Draft:
    """What is in preparation for somebody's file; without pages where there is nothing."""
    by.require("paper.add")
    return Draft(person, _pieces(_folder(person, by)))


def all_of(*, by: Actor) -> list[Draft]:
    """Everything that an account has in preparation."""
    by.require("paper.add")
    found = [Draft(UUID(folder.name), _pieces(folder)) for folder in _folders(by)]
    return [draft for draft in found if draft.pieces]


def add(person: UUID, source: Path, *, by: Actor) -> Draft:
    """Put the pages of a file behind those that are there; the same page twice is once.

    Raises:
        Refused: it is no paper, or there is no more room; nothing was added.
    """
    by.require("paper.add")
    folder = _folder(person, by)
    if not folder.exists() and len(list(_folders(by))) >= MOST_DRAFTS:
        raise Refused(_("Too many papers are in preparation. Add or drop some of them first."))
    with papers.passing() as work:
        taken = papers.take(source, work)
        there = _pieces(folder)
        pages = sum(p.pages for p in there) + sum(pages for _path, pages in taken)
        room = sum(p.path.stat().st_size for p in there) + sum(p.stat().st_size for p, _pages in taken)
        joined = len(there) + len(taken) > 1
        if room > MOST_BYTES:
            raise Refused(_("These pages take more than 60 MB together. Cut them into several papers."))
        if joined and pages > paperwork.MOST_JOINED:
            raise Refused(
                _("One paper made of several files has at most 100 pages. Cut it into several papers.")
            )
        folder.mkdir(parents=True, exist_ok=True)
        known = {p.key for p in there}
        last = max((p.place for p in there), default=0)
        for path, pages in taken:
            key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            if key not in known:
                known.add(key)
                last += _STEP
                _put(path, folder / f"{last:06}-{key}-{pages}{path.suffix}")
    return of(person, by=by)


def _put(source: Path, target: Path) -> None:
    # The small picture first: a page counts once its own file is there. It may be on its way to a browser: Windows
    # moves no open file, and a page without its small picture is still a page.
    with contextlib.suppress(OSError):
        shutil.move(source.with_name(source.name + ".thumb"), target.with_name(target.name + ".thumb"))
    shutil.move(source, target)


def move(person: UUID, key: str, by_places: int, *, by: Actor) -> Draft:
    """Put a page some places earlier or later."""
    draft = of(person, by=by)
    order = [p.key for p in draft.pieces]
    if key in order:
        at = order.index(key)
        order.insert(max(0, at + by_places), order.pop(at))
    return _reorder(draft, order, by)


def turn_round(person: UUID, *, by: Actor) -> Draft:
    """The last page first: as many scanners give a pile."""
    draft = of(person, by=by)
    return _reorder(draft, [p.key for p in reversed(draft.pieces)], by)


def _reorder(draft: Draft, order: list[str], by: Actor) -> Draft:
    pieces = {p.key: p for p in draft.pieces}
    for number, key in enumerate(order, 1):
        piece = pieces[key]
        if piece.place != number * _STEP:
            name = f"{number * _STEP:06}-{key}-{piece.pages}{piece.path.suffix}"
            _put(piece.path, piece.path.with_name(name))
    return of(draft.person, by=by)


def drop(person: UUID, key: str, *, by: Actor) -> Draft:
    """Take a page out."""
    for piece in of(person, by=by).pieces:
        if piece.key == key:
            piece.path.unlink()
            with contextlib.suppress(OSError):
                piece.thumb.unlink()
    return of(person, by=by)


def clear(person: UUID, *, by: Actor) -> None:
    """Forget what is in preparation for somebody's file."""
    by.require("paper.add")
    shutil.rmtree(_folder(person, by), ignore_errors=True)


def join(draft: Draft) -> Kept:
    """Keep the pages as one paper. What is in preparation stays until it is cleared.

    Raises:
        Refused: they are too many.
    """
    return papers.join([piece.path for piece in draft.pieces])


def forget_old() -> int:
    """Remove what nobody touched for some days; returns how many there were."""
    before = runtime.now() - timedelta(days=KEPT_DAYS)
    gone = 0
    for folder in _all().glob("*/*"):
        if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    for account in _all().glob("*"):
        # Only where it is empty.
        with contextlib.suppress(OSError):
            account.rmdir()
    return gone


def _all() -> Path:
    return settings.CONFIG.work / "drafts"


def _folder(person: UUID, by: Actor) -> Path:
    return _all() / as_uuid(by.account).hex / person.hex


def _folders(by: Actor) -> Iterable[Path]:
    mine = _all() / as_uuid(by.account).hex
    return sorted(p for p in mine.glob("*") if re.fullmatch("[0-9a-f]{32}", p.name)) if mine.exists() else []


def _pieces(folder: Path) -> list[Piece]:
    found = []
    for path in folder.glob("*") if folder.exists() else ():
        said = _NAME.fullmatch(path.name)
        if said:
            found.append(Piece(path, int(said[1]), said[2], int(said[3])))
    return sorted(found, key=lambda p: (p.place, p.key))
