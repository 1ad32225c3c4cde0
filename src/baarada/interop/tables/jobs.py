"""One file brought in, from upload to undo. Each step leaves it in a state from which it can go on.

Rows are written in pieces, each with its marks in one transaction: when the power goes, the next
start takes up where the last piece ended, and no row is written twice.
"""

import hashlib
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from baarada.interop.models import (
    ASIDE,
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
from baarada.interop.tables import answers, asides, asking, columns, layout, sheets
from baarada.interop.tables.facilities import Facilities
from baarada.interop.tables.layout import folder
from baarada.interop.tables.matching import refuse_twice
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.people import People
from baarada.interop.tables.returning import Rows, untouched
from baarada.interop.tables.within import line_of
from baarada.journal import actions as journal
from baarada.journal import runtime, statistics
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_id, as_uuid
from baarada.kernel.pieces import in_pieces

READERS: dict[str, Any] = {columns.PEOPLE: People, columns.FACILITIES: Facilities}
PLAN_PIECE = 500
WRITE_PIECE = 70
"""People written in one transaction: about 500 entries."""
MOST_LEFT = 500
SENT = "sent"
UNDONE_BY = "undone_by"
PLANNED_AT = "planned_at"
UNDER_WAY = (UPLOADED, PLANNING, IMPORTING, UNDOING)


# -- files ------------------------------------------------------------------------------


def begin(kind: str, source: Path, name: str, *, by: Actor) -> ImportJob:
    """Take a file in: take it apart, look for its headings.

    Raises:
        Refused: it cannot be read; nothing was kept.
    """
    by.require("import")
    job = _new(kind, source, name, by)
    try:
        _take_apart(job, source)
    except BaseException:
        drop(job)
        raise
    return job


def receive(kind: str, source: Path, name: str, *, by: Actor) -> ImportJob:
    """Keep a file that was sent; the worker takes it apart."""
    by.require("import")
    job = _new(kind, source, name, by)
    shutil.copyfile(source, folder(job) / SENT)
    return job


def read(job: ImportJob) -> None:
    """Take apart a file that was sent.

    Raises:
        Refused: it cannot be read; the file is not kept.
    """
    try:
        _take_apart(job, folder(job) / SENT)
    except Refused:
        shutil.rmtree(folder(job), ignore_errors=True)
        raise
    (folder(job) / SENT).unlink()


def _new(kind: str, source: Path, name: str, by: Actor) -> ImportJob:
    job = ImportJob(
        id=as_uuid(runtime.new_id()), kind=kind, file_name=Path(name).name[:200], account=as_uuid(by.account),
        writer=[by.name, by.office.hex(), by.kind], sender=as_uuid(by.office), begun=runtime.now(),
        state=UPLOADED, digest=_digest(source),
    )  # fmt: skip
    folder(job).mkdir(parents=True)
    job.save()
    return job


def _take_apart(job: ImportJob, source: Path) -> None:
    sheets.read(source, folder(job) / "rows")
    layout.lay_out(job)
    job.state = READ
    job.options = asking.answered_before(job)
    job.save()


def drop(job: ImportJob) -> None:
    """Forget a file that wrote nothing.

    Raises:
        Refused: it wrote something: that can be taken back, not forgotten.
    """
    if job.act is not None:
        raise Refused(_("This import wrote to the register: take it back instead."))
    place = folder(job)
    job.delete()
    shutil.rmtree(place, ignore_errors=True)


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- the dry run ------------------------------------------------------------------------


def plan(job: ImportJob, *, tell: Callable[[int], None] = lambda done: None) -> None:
    """Work out what every row would do. Nothing is written to the register."""
    asking.begin_anew(job)
    reader = reader_of(job, fresh=True)
    ImportJob.objects.filter(pk=job.pk).update(state=PLANNING, done=0, stop=False, message="")
    settled = _settled_before(job)
    job.rows.all().delete()
    done = 0
    seen = asking.Seen()
    for piece in in_pieces(layout.lines(job), PLAN_PIECE):
        parsed = parse(reader, _keep_asides(job, piece))
        seen.look(parsed)
        _keep_plans(job, reader, parsed)
        done += len(piece)
        tell(done)
        if _stopped(job):
            return
    found = {PLANNED_AT: runtime.now().isoformat(), asking.NEEDED: reader.answers.needed}
    asking.note(job, found | seen.as_options())
    _answer_again(job, settled)
    _count(job)
    ImportJob.objects.filter(pk=job.pk).update(state=PLANNED, done=done, total=done)
    job.refresh_from_db()


def parse(reader: Any, rows: Rows) -> list[Parsed]:
    """Read some rows of a file, without what stands in them as it was written out."""
    same = untouched(reader.kind, rows)
    with answers.at_hand(reader.answers):
        reader.look_ahead(rows)
        return [reader.parse(line, dict(cells), same.get(line, frozenset())) for line, cells in rows]


def reader_of(job: ImportJob, by: Actor | None = None, *, fresh: bool = False) -> Any:
    """What reads the rows of a file, as a person decided for the whole of it; ``fresh``: for a new dry run."""
    reader = READERS[job.kind](by or actor(job))
    asking.furnish(reader, job, fresh=fresh)
    return reader


def _settled_before(job: ImportJob) -> dict[int, str]:
    """What people said about doubts in an earlier dry run, by line."""
    found = {}
    for row in job.rows.filter(answered=True):
        same = row.status == SAME and row.target is None
        found[row.line] = (
            "leave" if row.status == DOUBT else row.candidates[0] if same else str(row.target or "new")
        )
    return found


def _answer_again(job: ImportJob, settled: dict[int, str]) -> None:
    """Doubts that are still the same were settled already."""
    for row in job.rows.filter(status=DOUBT, line__in=settled):
        if settled[row.line] in ("new", "leave", *row.candidates):
            _settle(row, settled[row.line], actor(job))


def _keep_asides(job: ImportJob, piece: Sequence[layout.Line]) -> list[tuple[int, dict[str, str]]]:
    """Keep the rows that are left aside, with the reason; returns the others."""
    rows, aside = [], []
    for line, found, cells in piece:
        why = asides.why(cells, found, layout.sheet_of(job, line)["titles"])
        if why:
            aside.append(
                ImportRow(
                    job=job,
                    line=line,
                    cells={},
                    status=ASIDE,
                    title=why,
                    problems=[["", asides.shown(cells), why]],
                )
            )
        else:
            rows.append((line, found))
    ImportRow.objects.bulk_create(aside)
    ImportJob.objects.filter(pk=job.pk).update(done=F("done") + len(aside))
    return rows


def _keep_plans(job: ImportJob, reader: Any, piece: list[Parsed]) -> None:
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


def _stopped(job: ImportJob) -> bool:
    asked: bool = ImportJob.objects.values_list("stop", flat=True).get(pk=job.pk)
    if asked:
        ImportJob.objects.filter(pk=job.pk).update(state=STOPPED, finished=runtime.now())
    return asked


def _count(job: ImportJob) -> None:
    found = dict(job.rows.values_list("status").annotate(Count("id")))
    job.counts = {status: found.get(status, 0) for status in (NEW, CHANGE, SAME, DOUBT, REFUSED)}
    if ASIDE in found:
        job.counts[ASIDE] = found[ASIDE]
    ImportJob.objects.filter(pk=job.pk).update(counts=job.counts)


def answer(row: ImportRow, choice: str, *, by: Actor) -> None:
    """A person settles a doubt: the row is one of the candidates, or somebody new, or is left out.

    Raises:
        Refused: not one of the choices.
    """
    by.require("import")
    if choice not in ("new", "leave", *row.candidates):
        raise Refused(_("Choose one of the people shown, or somebody new."))
    _settle(row, choice, by)
    _count(row.job)


def _settle(row: ImportRow, choice: str, by: Actor) -> None:
    if choice == "leave":
        row.status = DOUBT
    elif line_of(choice):
        # The earlier row is written; this one would be the same person once more.
        row.status = SAME
    else:
        reader = reader_of(row.job, by)
        (parsed,) = parse(reader, [(row.line, row.cells)])
        row.target = None if choice == "new" else UUID(choice)
        found = reader.settled(parsed, row.target)
        others = row.job.rows.filter(status=CHANGE, target=row.target).exclude(pk=row.pk)
        if found.status == CHANGE and not getattr(reader, "many", False):
            refuse_twice(parsed, others.values_list("line", flat=True).first() or row.line)
        row.status, row.seen, row.changes = found.status, found.seen, found.changes
        if parsed.problems:
            row.status, row.problems = REFUSED, parsed.problems
    row.answered = True
    row.save()


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
    # What is half taken back can only be taken back whole.
    going_on = job.state in (STOPPED, FAILED) and job.act is not None and job.undo_act is None
    if job.state != PLANNED and not going_on:
        raise Refused(_("This file is not ready to be imported. Look at its dry run first."))
    act = job.act or as_uuid(runtime.new_id())
    total = job.rows.filter(status__in=(NEW, CHANGE)).count()
    done = job.rows.filter(written=True).count()
    ImportJob.objects.filter(pk=job.pk).update(state=IMPORTING, act=act, total=total, done=done, stop=False)
    job.refresh_from_db()


def write(job: ImportJob, *, tell: Callable[[int], None] = lambda done: None) -> None:
    """Write all rows that are to be written, as one act in pieces; goes on where it was stopped.

    Where another list came in since the dry run, the dry run is made again instead, and shown.
    """
    if _is_stale(job):
        # Nothing is written under this act yet.
        ImportJob.objects.filter(pk=job.pk).update(act=None)
        plan(job)
        sentence = _("Another list came in since this dry run: it was made again. Look at it once more.")
        ImportJob.objects.filter(pk=job.pk).update(message=sentence)
        job.refresh_from_db()
        return
    reader = reader_of(job)
    after = 0
    # Beginning after the last piece, not at the first row: else each piece would step over all before it.
    while piece := list(to_write(job).filter(line__gt=after)[:WRITE_PIECE]):
        _write_piece(job, reader, piece)
        after = piece[-1].line
        tell(len(piece))
        if _stopped(job):
            return
    with transaction.atomic():
        inside = job.rows.filter(status__in=(NEW, CHANGE, SAME)).order_by("line")
        with _act(job, reader) as act:
            reader.finish(act, inside.iterator(PLAN_PIECE))
        _count(job)
        ImportJob.objects.filter(pk=job.pk).update(state=DONE, finished=runtime.now())
    if job.total >= statistics.MANY:
        statistics.refresh()
    job.refresh_from_db()


def _act(job: ImportJob, reader: Any) -> AbstractContextManager[journal.Act]:
    return journal.write(f"{job.kind}.imported", by=reader.by, act=as_id(job.act), reason=job.file_name)


def _is_stale(job: ImportJob) -> bool:
    """True where nothing of this file is written yet, and another list of its kind was since the dry run."""
    planned = job.options.get(PLANNED_AT)
    if planned is None or job.rows.filter(written=True).exists():
        return False
    others = ImportJob.objects.filter(kind=job.kind, act__isnull=False).exclude(pk=job.pk)
    return others.filter(finished__gt=datetime.fromisoformat(planned)).exists()


def _write_piece(job: ImportJob, reader: Any, piece: list[ImportRow]) -> None:
    parsed = parse(reader, [(row.line, row.cells) for row in piece])
    with transaction.atomic():
        known = reader.known_for(piece)
        with _act(job, reader) as act:
            for row, one in zip(piece, parsed, strict=True):
                reader.write(act, one, row, known)
        _keep_refused(piece, parsed)
        ImportRow.objects.filter(pk__in=[row.pk for row in piece]).update(written=True)
        ImportJob.objects.filter(pk=job.pk).update(done=F("done") + len(piece))


def _keep_refused(piece: list[ImportRow], parsed: list[Parsed]) -> None:
    """Rows that cannot be written any more, since somebody changed the file meanwhile: kept with the reason."""
    refused = []
    for row, one in zip(piece, parsed, strict=True):
        if one.problems:
            row.status, row.problems = REFUSED, one.problems
            refused.append(row)
    ImportRow.objects.bulk_update(refused, ["status", "problems"])


def ask_undo(job: ImportJob, *, by: Actor) -> None:
    """Note who takes an import back, so that the worker signs it for them.

    Raises:
        Refused: it wrote nothing.
    """
    by.require("act.undo")
    if job.act is None or job.state not in (DONE, STOPPED, FAILED):
        raise Refused(_("This import wrote nothing that could be taken back."))
    job.options = {**job.options, UNDONE_BY: [by.account.hex(), by.name, by.office.hex(), by.kind]}
    ImportJob.objects.filter(pk=job.pk).update(options=job.options)


def undoer(job: ImportJob) -> Actor:
    """Whoever takes an import back: if nobody else was noted, who brought it in."""
    if UNDONE_BY not in job.options:
        return actor(job)
    account, name, office, kind = job.options[UNDONE_BY]
    return Actor(bytes.fromhex(account), name, bytes.fromhex(office), kind)


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
    ImportJob.objects.filter(pk=job.pk).update(state=FAILED, message=sentence, finished=runtime.now())


def unfinished() -> QuerySet[ImportJob]:
    """Work that a stop of the machine interrupted."""
    return ImportJob.objects.filter(state__in=UNDER_WAY).order_by("begun")


COMING_IN = timedelta(days=1)
"""A file that is just coming in has its folder before its job."""


def forget_files() -> int:
    """Remove the files of imports that are over, and of those that are gone; returns how many there were.

    What is asked of an import afterwards stands in its rows; the file would only be one more copy of people's data.
    """
    gone = 0
    for place in Path(settings.CONFIG.work).glob("import-*"):
        job = ImportJob.objects.filter(pk=_job_of(place)).only("state").first()
        stray = job is None and place.stat().st_mtime < (runtime.now() - COMING_IN).timestamp()
        if stray or (job is not None and job.state in (DONE, UNDONE)):
            shutil.rmtree(place, ignore_errors=True)
            gone += not place.exists()
    return gone


def _job_of(place: Path) -> UUID | None:
    """The import that a folder belongs to."""
    try:
        return UUID(place.name.removeprefix("import-"))
    except ValueError:
        return None


def after_restore() -> None:
    """Leave work that a backup caught under way to people: where it was made, it may have gone on to its end."""
    ImportJob.objects.filter(state__in=(IMPORTING, UNDOING)).update(state=STOPPED)
    ImportJob.objects.filter(state__in=(UPLOADED, READ, PLANNING)).update(
        state=FAILED, message=_("This file is not in the backup. Bring it in again.")
    )


def summary(job: ImportJob) -> dict[str, int]:
    """How many rows would come in, and how many stay outside."""
    counts = {status: job.counts.get(status, 0) for status in (NEW, CHANGE, SAME, DOUBT, REFUSED, ASIDE)}
    inside = counts[NEW] + counts[CHANGE] + counts[SAME]
    return {**counts, "inside": inside, "outside": counts[DOUBT] + counts[REFUSED]}
