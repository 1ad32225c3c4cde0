"""One file brought in, from upload to undo. Each step leaves it in a state from which it can go on.

Rows are written in pieces, each with its marks in one transaction: when the power goes, the next
start takes up where the last piece ended, and no row is written twice.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from baarada.interop.models import (
    CHANGE,
    DONE,
    DOUBT,
    FAILED,
    IMPORTING,
    NEW,
    PLANNED,
    PLANNING,
    READ,
    REFUSED,
    SAME,
    STOPPED,
    UNDOING,
    UNDONE,
    UPLOADED,
    ImportJob,
    ImportRow,
)
from baarada.interop.tables import columns, sheets
from baarada.interop.tables.facilities import Facilities
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.people import People
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_id, as_uuid

READERS: dict[str, Any] = {columns.PEOPLE: People, columns.FACILITIES: Facilities}
PLAN_PIECE = 500
WRITE_PIECE = 70
"""People written in one transaction: about 500 entries."""
MOST_LEFT = 500
UNDER_WAY = (PLANNING, IMPORTING, UNDOING)


# -- files ------------------------------------------------------------------------------


def folder(job: ImportJob) -> Path:
    """Where a job keeps its file and its rows."""
    return Path(settings.CONFIG.work) / f"import-{job.pk.hex}"


def begin(kind: str, source: Path, name: str, *, by: Actor) -> ImportJob:
    """Take a file in: keep it, take it apart, look for its headings.

    Raises:
        Refused: it cannot be read; nothing was kept.
    """
    by.require("import")
    job = ImportJob(
        id=as_uuid(runtime.new_id()), kind=kind, file_name=Path(name).name[:200], account=as_uuid(by.account),
        writer=[by.name, by.office.hex(), by.kind], begun=runtime.now(), state=UPLOADED, digest=_digest(source),
    )  # fmt: skip
    place = folder(job)
    place.mkdir(parents=True)
    try:
        sheet = sheets.read(source, place / "rows")
        first = [row for row, _i in zip(sheet.rows(), range(columns.MOST_HEADING_ROWS), strict=False)]
        job.sheet = sheet.name
        job.heading_row, headings = columns.find_headings(kind, first)
        job.mapping = [_as_json(p) for p in columns.propose(kind, headings)]
        job.state = READ
        job.save()
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return job


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _as_json(proposal: columns.Proposal) -> dict[str, Any]:
    return {
        "index": proposal.index, "heading": proposal.heading, "key": proposal.key,
        "certainty": proposal.certainty, "remembered": proposal.remembered,
    }  # fmt: skip


def examples(job: ImportJob, most: int = 3) -> dict[int, list[str]]:
    """Some values of each column, for the page that asks what it is."""
    out: dict[int, list[str]] = {}
    for number, row in sheets.open_again(folder(job) / "rows").rows():
        if number > job.heading_row + 60:
            break
        if number > job.heading_row:
            for index, cell in enumerate(row):
                found = out.setdefault(index, [])
                if cell and cell not in found and len(found) < most:
                    found.append(cell)
    return out


def match(job: ImportJob, keys: dict[int, str], *, by: Actor) -> None:
    """Take columns for what a person says they are, and remember it.

    Raises:
        Refused: a column is taken twice, or one is missing without which the list cannot be read.
    """
    by.require("import")
    counted = Counter(key for key in keys.values() if key)
    double = next((key for key, count in counted.items() if count > 1), None)
    if double:
        label = next(c.label for c in columns.columns(job.kind) if c.key == double)
        raise Refused(_("Two columns are taken for “%(column)s”. Choose one.") % {"column": label})
    missing = columns.missing(job.kind, set(counted))
    if missing:
        raise Refused(_("No column is taken for “%(column)s”. Choose it.") % {"column": missing[0]})
    learned = {}
    for one in job.mapping:
        key = keys.get(one["index"], "")
        if key and key != one["key"]:
            learned[one["heading"]] = key
        one["key"], one["certainty"] = key, columns.SURE if key else columns.LEFT
    columns.learn(job.kind, learned)
    job.save()


# -- the dry run ------------------------------------------------------------------------


def rows_of(job: ImportJob) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the headings that hold anything, by column key."""
    keys = {one["index"]: one["key"] for one in job.mapping if one["key"]}
    for number, cells in sheets.open_again(folder(job) / "rows").rows():
        if number > job.heading_row:
            found = {key: cells[i] for i, key in keys.items() if i < len(cells) and cells[i]}
            if found:
                yield number, found


def plan(job: ImportJob, *, tell: Callable[[int], None] = lambda done: None) -> None:
    """Work out what every row would do. Nothing is written to the register."""
    by = actor(job)
    reader = READERS[job.kind](by)
    ImportJob.objects.filter(pk=job.pk).update(state=PLANNING, done=0, stop=False)
    job.rows.all().delete()
    piece: list[Parsed] = []
    done = 0
    for number, found in rows_of(job):
        piece.append(reader.parse(number, found))
        if len(piece) == PLAN_PIECE:
            done += _keep_plans(job, reader, piece)
            tell(done)
            piece = []
            if _stopped(job):
                return
    done += _keep_plans(job, reader, piece)
    _count(job)
    ImportJob.objects.filter(pk=job.pk).update(state=PLANNED, done=done, total=done)
    job.refresh_from_db()


def _keep_plans(job: ImportJob, reader: Any, piece: list[Parsed]) -> int:
    plans = reader.plan(piece)
    with transaction.atomic():
        ImportRow.objects.bulk_create(
            ImportRow(
                job=job, line=row.line, cells=row.cells, status=one.status, problems=row.problems,
                target=one.target, seen=one.seen, candidates=one.candidates, changes=one.changes, title=one.title,
            )
            for row, one in zip(piece, plans, strict=True)
        )  # fmt: skip
        ImportJob.objects.filter(pk=job.pk).update(done=F("done") + len(piece))
    return len(piece)


def _stopped(job: ImportJob) -> bool:
    asked: bool = ImportJob.objects.values_list("stop", flat=True).get(pk=job.pk)
    if asked:
        ImportJob.objects.filter(pk=job.pk).update(state=STOPPED)
    return asked


def _count(job: ImportJob) -> None:
    found = dict(job.rows.values_list("status").annotate(Count("id")))
    job.counts = {status: found.get(status, 0) for status in (NEW, CHANGE, SAME, DOUBT, REFUSED)}
    ImportJob.objects.filter(pk=job.pk).update(counts=job.counts)


def answer(row: ImportRow, choice: str, *, by: Actor) -> None:
    """A person settles a doubt: the row is one of the candidates, or somebody new, or is left out.

    Raises:
        Refused: not one of the choices.
    """
    by.require("import")
    if choice not in ("new", "leave", *row.candidates):
        raise Refused(_("Choose one of the people shown, or somebody new."))
    if choice == "leave":
        row.status = DOUBT
    elif choice == "new":
        row.status, row.target = NEW, None
    else:
        reader = READERS[row.job.kind](by)
        row.target = UUID(choice)
        parsed = reader.parse(row.line, row.cells)
        known = reader.known_for([row])
        found = reader._matched(parsed, row.target, known)
        row.status, row.seen, row.changes = (
            (found.status, found.seen, found.changes) if found else (NEW, "", 0)
        )
        if parsed.problems:
            row.status, row.problems = REFUSED, parsed.problems
    row.answered = True
    row.save()
    _count(row.job)


# -- writing ----------------------------------------------------------------------------


def actor(job: ImportJob) -> Actor:
    """Whoever brought the file in."""
    name, office, kind = job.writer
    return Actor(as_id(job.account), name, bytes.fromhex(office), kind)


def to_write(job: ImportJob) -> QuerySet[ImportRow]:
    """Rows that are to be written and are not yet."""
    return job.rows.filter(status__in=(NEW, CHANGE), written=False).order_by("line")


def ready(job: ImportJob) -> None:
    """Say that a file may be written: the act gets its id, so that a stop loses nothing."""
    if job.state not in (PLANNED, STOPPED):
        raise Refused(_("This file is not ready to be imported. Look at its dry run first."))
    act = job.act or as_uuid(runtime.new_id())
    total = job.rows.filter(status__in=(NEW, CHANGE)).count()
    done = job.rows.filter(written=True).count()
    ImportJob.objects.filter(pk=job.pk).update(state=IMPORTING, act=act, total=total, done=done, stop=False)
    job.refresh_from_db()


def write(job: ImportJob, *, tell: Callable[[int], None] = lambda done: None) -> None:
    """Write all rows that are to be written, as one act in pieces; goes on where it was stopped."""
    reader = READERS[job.kind](actor(job))
    while piece := list(to_write(job)[:WRITE_PIECE]):
        _write_piece(job, reader, piece)
        tell(len(piece))
        if _stopped(job):
            return
    ImportJob.objects.filter(pk=job.pk).update(state=DONE, finished=runtime.now())
    job.refresh_from_db()


def _write_piece(job: ImportJob, reader: Any, piece: list[ImportRow]) -> None:
    parsed = [reader.parse(row.line, row.cells) for row in piece]
    with transaction.atomic():
        known = reader.known_for(piece)
        with journal.write(
            f"{job.kind}.imported", by=reader.by, act=as_id(job.act), reason=job.file_name
        ) as act:
            for row, one in zip(piece, parsed, strict=True):
                reader.write(act, one, row, known)
        ImportRow.objects.filter(pk__in=[row.pk for row in piece]).update(written=True)
        ImportJob.objects.filter(pk=job.pk).update(done=F("done") + len(piece))


def undo(job: ImportJob, *, by: Actor, tell: Callable[[int], None] = lambda done: None) -> None:
    """Take a whole import back; what others have since built on it stays, and is listed."""
    by.require("act.undo")
    if job.act is None or job.state not in (DONE, STOPPED, UNDOING, FAILED):
        raise Refused(_("This import wrote nothing that could be taken back."))
    undo_act = job.undo_act or as_uuid(runtime.new_id())
    ImportJob.objects.filter(pk=job.pk).update(state=UNDOING, undo_act=undo_act, done=0)
    left: list[dict[str, str]] = []
    for piece in journal.undo(as_id(job.act), by=by, as_act=as_id(undo_act)):
        left += [_left(one) for one in piece][: MOST_LEFT - len(left)]
        ImportJob.objects.filter(pk=job.pk).update(done=F("done") + 500)
        tell(500)
    ImportJob.objects.filter(pk=job.pk).update(state=UNDONE, left=left, finished=runtime.now())
    job.refresh_from_db()


def _left(one: Any) -> dict[str, str]:
    entry = one.held.entry
    return {"type": str(entry.type), "id": entry.id.hex(), "units": ",".join(map(str, one.units))}


def stop(job: ImportJob, *, by: Actor) -> None:
    """Ask work under way to stop after the piece at hand."""
    by.require("import")
    ImportJob.objects.filter(pk=job.pk, state__in=UNDER_WAY).update(stop=True)


def fail(job: ImportJob, sentence: str) -> None:
    """Say why work could not go on; what was written stays, and can be taken back."""
    ImportJob.objects.filter(pk=job.pk).update(state=FAILED, message=sentence)


def unfinished() -> QuerySet[ImportJob]:
    """Work that a stop of the machine interrupted."""
    return ImportJob.objects.filter(state__in=UNDER_WAY).order_by("begun")


def summary(job: ImportJob) -> dict[str, int]:
    """How many rows would come in, and how many stay outside."""
    counts = {status: job.counts.get(status, 0) for status in (NEW, CHANGE, SAME, DOUBT, REFUSED)}
    inside = counts[NEW] + counts[CHANGE] + counts[SAME]
    return {**counts, "inside": inside, "outside": counts[DOUBT] + counts[REFUSED]}
