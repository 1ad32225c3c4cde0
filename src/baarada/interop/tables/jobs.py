"""One file brought in, from upload to undo. Each step leaves it in a state from which it can go on.

Rows are written in pieces, each with its marks in one transaction: when the power goes, the next
start takes up where the last piece ended, and no row is written twice.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
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
from baarada.interop.tables import columns, recognising, sheets
from baarada.interop.tables.births import BIRTH_DAYS, BIRTHS, OPTIONS, YEAR_ONLY, Births, Question
from baarada.interop.tables.facilities import Facilities
from baarada.interop.tables.matching import refuse_twice
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.people import People
from baarada.interop.tables.returning import Rows, untouched
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
SAME_FILES = 5
"""Among so many earlier imports of the same file its answers are looked for."""
BORN = "born"
UNDER_WAY = (UPLOADED, PLANNING, IMPORTING, UNDOING)


# -- files ------------------------------------------------------------------------------


def folder(job: ImportJob) -> Path:
    """Where a job keeps its file and its rows."""
    return Path(settings.CONFIG.work) / f"import-{job.pk.hex}"


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
        writer=[by.name, by.office.hex(), by.kind], begun=runtime.now(), state=UPLOADED, digest=_digest(source),
    )  # fmt: skip
    folder(job).mkdir(parents=True)
    job.save()
    return job


def _take_apart(job: ImportJob, source: Path) -> None:
    sheet = sheets.read(source, folder(job) / "rows")
    first = [row for row, _i in zip(sheet.rows(), range(recognising.MOST_HEADING_ROWS), strict=False)]
    job.sheet = sheet.name
    job.heading_row, headings = recognising.find_headings(job.kind, first)
    job.mapping = [_as_json(p) for p in recognising.propose(job.kind, headings)]
    job.state = READ
    job.options = _answered_before(job)
    job.total = sum(any(cells) for number, cells in sheet.rows() if number > job.heading_row)
    if not job.total:
        raise Refused(_("This file has headings, and no row below them."))
    job.save()


def _answered_before(job: ImportJob) -> dict[str, Any]:
    """What was answered about this very file when it came before."""
    same = ImportJob.objects.filter(kind=job.kind, digest=job.digest).exclude(pk=job.pk).order_by("-pk")
    for options in same.values_list("options", flat=True)[:SAME_FILES]:
        if OPTIONS.keys() & options.keys():
            return {name: value for name, value in options.items() if name in {*OPTIONS, BIRTH_DAYS}}
    return {}


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


def _as_json(proposal: recognising.Proposal) -> dict[str, Any]:
    return {
        "index": proposal.index, "heading": proposal.heading, "key": proposal.key,
        "certainty": proposal.certainty, "remembered": proposal.remembered, "ours": proposal.ours,
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
    missing = recognising.missing(job.kind, set(counted))
    if missing:
        raise Refused(_("No column is taken for “%(column)s”. Choose it.") % {"column": missing[0]})
    learned = {}
    for one in job.mapping:
        key = keys.get(one["index"], "")
        one["chosen"] = (
            key != one["key"] or one["certainty"] == recognising.TO_CONFIRM or one.get("chosen", False)
        )
        if one["chosen"]:
            learned[one["heading"]] = key
        one["key"], one["certainty"] = key, recognising.SURE if key else recognising.LEFT
    recognising.learn(job.kind, learned)
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
    reader = reader_of(job)
    ImportJob.objects.filter(pk=job.pk).update(state=PLANNING, done=0, stop=False, message="")
    answers = _answers(job)
    job.rows.all().delete()
    done = 0
    births = Births()
    for piece in in_pieces(rows_of(job), PLAN_PIECE):
        for _line, found in piece:
            births.look(found.get(BORN, ""))
        done += _keep_plans(job, reader, parse(reader, piece))
        tell(done)
        if _stopped(job):
            return
    _answer_again(job, answers)
    _count(job)
    _note(job, {PLANNED_AT: runtime.now().isoformat(), BIRTH_DAYS: births.suspicious()})
    ImportJob.objects.filter(pk=job.pk).update(state=PLANNED, done=done, total=done)
    job.refresh_from_db()


def parse(reader: Any, rows: Rows) -> list[Parsed]:
    """Read some rows of a file, without what stands in them as it was written out."""
    same = untouched(reader.kind, rows)
    reader.look_ahead(rows)
    return [reader.parse(line, dict(cells), same.get(line, frozenset())) for line, cells in rows]


def reader_of(job: ImportJob, by: Actor | None = None) -> Any:
    """What reads the rows of a file, as a person decided for the whole of it."""
    reader = READERS[job.kind](by or actor(job))
    if job.options.get(BIRTHS) == YEAR_ONLY:
        reader.year_only = set(job.options.get(BIRTH_DAYS, {}))
    return reader


def _note(job: ImportJob, found: dict[str, Any]) -> None:
    job.options = {**job.options, **found}
    ImportJob.objects.filter(pk=job.pk).update(options=job.options)


def _answers(job: ImportJob) -> dict[int, str]:
    """What people said about doubts in an earlier dry run, by line."""
    found = {}
    for row in job.rows.filter(answered=True):
        found[row.line] = "leave" if row.status == DOUBT else str(row.target) if row.target else "new"
    return found


def _answer_again(job: ImportJob, answers: dict[int, str]) -> None:
    """Doubts that are still the same were settled already."""
    for row in job.rows.filter(status=DOUBT, line__in=answers):
        if answers[row.line] in ("new", "leave", *row.candidates):
            _settle(row, answers[row.line], actor(job))


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
        ImportJob.objects.filter(pk=job.pk).update(state=STOPPED, finished=runtime.now())
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
    _settle(row, choice, by)
    _count(row.job)


def _settle(row: ImportRow, choice: str, by: Actor) -> None:
    if choice == "leave":
        row.status = DOUBT
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


# -- what is asked once for the whole file ------------------------------------------------


def questions(job: ImportJob) -> list[Question]:
    """What a person is asked once for the whole file. Unanswered, the file is taken at its word."""
    days: dict[str, int] = job.options.get(BIRTH_DAYS) or {}
    if not days:
        return []
    return [Question(BIRTHS, sorted(days), sum(days.values()), job.options.get(BIRTHS, ""))]


def set_option(job: ImportJob, name: str, value: str, *, by: Actor) -> None:
    """Answer a question about the whole file. The dry run must then be made again: by ``plan``, or the worker.

    Raises:
        Refused: there is no such question or answer, or the import has begun.
    """
    by.require("import")
    if job.act is not None or job.state != PLANNED:
        raise Refused(_("This import has begun. Take it back, then bring the file in again."))
    if name not in OPTIONS or value not in OPTIONS[name]:
        raise Refused(_("Choose one of the answers shown."))
    _note(job, {name: value})


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
    counts = {status: job.counts.get(status, 0) for status in (NEW, CHANGE, SAME, DOUBT, REFUSED)}
    inside = counts[NEW] + counts[CHANGE] + counts[SAME]
    return {**counts, "inside": inside, "outside": counts[DOUBT] + counts[REFUSED]}
