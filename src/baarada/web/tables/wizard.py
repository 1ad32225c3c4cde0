"""One import, from its columns to its undo. What the page shows follows from the state of the job."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baarada.interop import tasks
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
)  # fmt: skip
from baarada.interop.tables import (
    asides,
    asking,
    columns,
    exporting,
    headings,
    jobs,
    layout,
    queries,
    recognising,
    sheets,
)
from baarada.interop.tables.births import BIRTHS, Question
from baarada.journal import queries as journal
from baarada.journal import runtime
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import as_uuid
from baarada.registry import queries as registry
from baarada.registry.display import number
from baarada.web.pages import ActorRequest, done, number_in, page, refused, signed_in, uuid_in
from baarada.web.records.views import home_of, subject
from baarada.web.tables import asked, progress, words
from baarada.web.tables.files import made_file

PAGE = 25
FIRST_REFUSED = 10
"""How many refused rows the page of the dry run shows before the rest is one link away."""

TEMPLATES = {
    READ: "columns", PLANNED: "dry_run", STOPPED: "stopped", DONE: "done", UNDONE: "undone", FAILED: "failed",
}  # fmt: skip


def job_of(request: ActorRequest, pk: UUID) -> ImportJob:
    """The import of an address, if this actor may see it."""
    found = queries.imports(seen_by=request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _own(request: ActorRequest, pk: UUID) -> ImportJob:
    """The import of an address, for whoever brought the file in: what it writes is signed by them."""
    job = job_of(request, pk)
    if job.account != as_uuid(request.actor.account):
        raise NotAllowed("import")
    return job


def _frame(request: ActorRequest, job: ImportJob) -> dict[str, Any]:
    """What every page of an import shows."""
    return {
        "room": "more",
        "job": job,
        "kind": columns.KINDS[job.kind],
        "people": columns.ABOUT[job.kind] == "person",
        "steps": words.steps(job),
        "own": job.account == as_uuid(request.actor.account),
        "by": job.writer[0],
        "summary": jobs.summary(job),
        "file_rows": sum(job.counts.values()) or job.total,
        "about_sheets": words.about_sheets(job),
    }


@require_safe
@signed_in
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """An import as it stands."""
    job = job_of(request, pk)
    if job.state in jobs.UNDER_WAY:
        return _under_way(request, job)
    if answer := progress.turn_over(request):
        return answer
    context = _frame(request, job)
    if job.state == READ:
        context |= _columns(job)
    elif job.state == PLANNED:
        context |= _columns(job) | _dry_run(job)
    elif job.state == UNDONE:
        context |= _undone(request, job)
    elif job.state == DONE:
        # Acts have a page of their own, where any of them can be taken back.
        context["undone"] = job.act in journal.acts_undone([job.act])
    return page(request, f"web/tables/{TEMPLATES[job.state]}.html", context)


# -- columns ------------------------------------------------------------------------------


def _columns(job: ImportJob, typed: dict[int, str] | None = None) -> dict[str, Any]:
    rows = words.column_rows(job, layout.examples(job))
    for row in rows:
        row.key = row.key if typed is None else typed.get(row.index, "")
    return {
        "columns": rows,
        "choices": words.choices(job.kind),
        "sure": sum(row.certainty == recognising.SURE for row in rows),
        "remembered": sum(one["remembered"] for one in job.mapping),
        "sheets": words.sheet_rows(job),
        "sender": job.sender,
        "senders": registry.offices(),
        "last_heading": headings.MOST_HEADING_ROWS,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def columns_of(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What each column is taken for; then the dry run."""
    job = _own(request, pk)
    if job.state not in (READ, PLANNED) and not _plan_stopped(job):
        return redirect("web:import", job.pk)
    typed = None
    if request.method == "POST":
        typed = {one["index"]: request.POST.get(f"column-{one['index']}", "")[:60] for one in job.mapping}
        try:
            layout.match(job, typed, by=request.actor)
        except Refused as refusal:
            refused(request, refusal)
        else:
            tasks.enqueue(job, PLANNING)
            return redirect("web:import", job.pk)
    context = _frame(request, job) | _columns(job, typed)
    return page(request, "web/tables/columns.html", context, status=422 if typed is not None else 200)


@require_POST
@signed_in
def sheets_of(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Which sheets are read, below which headings, and whose file it is; then its columns once more."""
    job = _own(request, pk)
    if job.state not in (READ, PLANNED):
        return redirect("web:import", job.pk)
    shown = [row.index for row in words.sheet_rows(job)]
    read = {at for at in shown if request.POST.get(f"sheet-{at}")} if len(shown) > 1 else set(shown)
    rows = {at: number_in(request.POST.get(f"row-{at}", "")) for at in shown if request.POST.get(f"row-{at}")}
    sender = registry.offices().filter(pk=uuid_in(request.POST.get("sender", ""))).first()
    try:
        layout.choose_sheets(job, read, rows, sender.pk if sender else job.sender, by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
    return redirect("web:import-columns", job.pk)


def _plan_stopped(job: ImportJob) -> bool:
    """True where the dry run was stopped or went wrong: nothing was written yet."""
    return job.state in (STOPPED, FAILED) and job.act is None and bool(job.mapping)


# -- the dry run --------------------------------------------------------------------------


def _dry_run(job: ImportJob) -> dict[str, Any]:
    counts = jobs.summary(job)
    refused_rows = list(queries.rows(job, REFUSED)[:FIRST_REFUSED])
    return {
        "tiles": _tiles(job, counts),
        "to_write": counts[NEW] + counts[CHANGE],
        "refused": _problem_lines(job, refused_rows),
        "reasons": queries.frequent_reasons(job) if counts[REFUSED] > FIRST_REFUSED else [],
        "more_refused": counts[REFUSED] - len(refused_rows),
        "questions": [_question(one) for one in asking.questions(job)],
        "asked": asked.lines(job),
        "aside": counts[ASIDE],
        "open_questions": any(not one.answer for one in asking.questions(job)) or asking.words_asked(job),
        "doubt": _doubt(job, queries.open_doubts(job).first()) if counts[DOUBT] else None,
    }


def _tiles(job: ImportJob, counts: dict[str, int]) -> list[dict[str, Any]]:
    people = columns.ABOUT[job.kind] == "person"
    new = {columns.PEOPLE: _("new people"), columns.FACILITIES: _("new facilities")}
    below = {
        NEW: new.get(job.kind, _("new lines")),
        CHANGE: _("what changes, row by row"),
        SAME: _("already so here"),
        DOUBT: _("perhaps the same person") if people else _("perhaps the same facility"),
        REFUSED: _("with the reason and what to do"),
    }
    return [
        {
            "label": words.SORT_LABELS[status], "n": counts[status], "below": below[status],
            "url": reverse("web:import-rows", args=[job.pk, word]),
        }
        for word, status in words.SORTS.items()
        if status != ASIDE
    ]  # fmt: skip


def _problem_lines(job: ImportJob, found: list[ImportRow]) -> list[dict[str, Any]]:
    """A line for each thing that is wrong, with the row it stands in."""
    labels = {c.key: str(c.label) for c in columns.columns(job.kind)}
    return [
        {
            "row": row, "label": labels.get(key, ""), "cell": cell, "where": queries.where_of(job, row.line),
            "sentence": asides.SENTENCES.get(sentence, sentence),
        }
        for row in found
        for key, cell, sentence in row.problems
    ]  # fmt: skip


@require_safe
@signed_in
def rows_of(request: ActorRequest, pk: UUID, sort: str) -> HttpResponse:
    """The rows of one kind, a page at a time."""
    job = job_of(request, pk)
    status = words.SORTS.get(sort)
    if status is None:
        raise Http404
    found = list(queries.rows(job, status, after=number_in(request.GET.get("after", "")))[: PAGE + 1])
    shown = found[:PAGE]
    context = _frame(request, job) | {
        "sort": sort,
        "status": status,
        "label": words.SORT_LABELS[status],
        "total": job.counts.get(status, 0),
        "rows": _row_lines(job, status, shown),
        "problems": _problem_lines(job, shown) if status in (REFUSED, ASIDE) else [],
        "after": shown[-1].line if len(found) > PAGE else 0,
        "first": "after" not in request.GET,
        "tabs": _tabs(job),
    }
    return page(request, "web/tables/rows.html", context)


def _tabs(job: ImportJob) -> list[dict[str, Any]]:
    return [
        {"word": word, "label": words.SORT_LABELS[status], "n": job.counts.get(status, 0)}
        for word, status in words.SORTS.items()
        if job.counts.get(status)
    ]


def _row_lines(job: ImportJob, status: str, found: list[ImportRow]) -> list[dict[str, Any]]:
    """Rows as lines: their name, what the file says, what would change while nothing is written yet."""
    changes = queries.changes_of(job, found) if status == CHANGE and job.state == PLANNED else {}
    keys = [(one["key"], one["heading"]) for one in job.mapping if one["key"]]
    return [
        {
            "row": row,
            "where": queries.where_of(job, row.line),
            "title": row.title,
            "changes": changes.get(row.line, []),
            "cells": [(heading, row.cells[key]) for key, heading in keys if row.cells.get(key)],
            "url": _target_url(job, row),
        }
        for row in found
    ]


def _target_url(job: ImportJob, row: ImportRow) -> str:
    if row.target is None:
        return ""
    return reverse(f"web:{columns.ABOUT[job.kind]}", args=[row.target])


@require_safe
@signed_in
def outside(request: ActorRequest, pk: UUID, form: str) -> HttpResponseBase:
    """The rows that stay outside as a file, with the reason in the last column."""
    job = job_of(request, pk)
    if form not in (exporting.XLSX, exporting.CSV):
        raise Http404
    found = job.rows.filter(status__in=(DOUBT, REFUSED)).order_by("line")
    about = exporting.About(
        _("Rows that stay outside: %(file)s") % {"file": job.file_name}, "", request.actor.name, runtime.now()
    )
    outside_words = _("rows outside")
    name = f"{job.file_name.rpartition('.')[0] or job.file_name} - {outside_words}.{form}"
    return made_file(
        name, lambda target: exporting.write_refused(found.iterator(500), job, target, about, form=form)
    )


def _question(asked: Question) -> dict[str, Any]:
    births = asked.name == BIRTHS
    days = ["/".join(reversed(day.split("-"))) for day in asked.days] if births else asked.days
    return {"name": asked.name, "births": births, "days": days, "count": asked.count, "answer": asked.answer}


@require_POST
@signed_in
def option(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Answer a question about the whole file; the dry run is made again."""
    job = _own(request, pk)
    try:
        asking.set_option(job, request.POST.get("name", ""), request.POST.get("value", ""), by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
    else:
        tasks.enqueue(job, PLANNING)
    return redirect("web:import", job.pk)


@require_POST
@signed_in
def words_of(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say what words of the file mean that nothing here is called; the dry run is made again."""
    job = _own(request, pk)
    try:
        said = asked.answers_in(job, request.POST)
        if not said:
            raise Refused(_("Choose at least one answer."))
        asking.say(job, said, by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
        if job.state != PLANNED:
            return redirect("web:import", job.pk)
        # What was answered well stands in the form again.
        context = (
            _frame(request, job) | _columns(job) | _dry_run(job) | {"asked": asked.lines(job, request.POST)}
        )
        return page(request, f"web/tables/{TEMPLATES[job.state]}.html", context, status=422)
    tasks.enqueue(job, PLANNING)
    return redirect("web:import", job.pk)


# -- doubts -------------------------------------------------------------------------------


def _doubt(job: ImportJob, row: ImportRow | None) -> dict[str, Any] | None:
    """A doubt as the page puts it to somebody."""
    if row is None:
        return None
    still = queries.open_doubts(job)
    return {
        "row": row,
        "where": queries.where_of(job, row.line),
        "candidates": queries.candidates_of(row),
        "place": still.filter(line__lte=row.line).count(),
        "total": still.count(),
        "next": still.filter(line__gt=row.line).values_list("line", flat=True).first(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def doubts(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Doubts, put one by one to a person."""
    job = _own(request, pk)
    if job.state != PLANNED:
        return redirect("web:import", job.pk)
    if request.method == "POST":
        return _answer(request, job)
    row = queries.open_doubts(job).filter(line__gte=number_in(request.GET.get("line", ""))).first()
    doubt = _doubt(job, row or queries.open_doubts(job).first())
    if doubt is None:
        return redirect("web:import", job.pk)
    return page(request, "web/tables/doubts.html", _frame(request, job) | {"doubt": doubt})


def _answer(request: ActorRequest, job: ImportJob) -> HttpResponse:
    row = queries.open_doubts(job).filter(line=number_in(request.POST.get("line", ""))).first()
    if row is not None:
        try:
            jobs.answer(row, request.POST.get("choice", ""), by=request.actor)
        except Refused as refusal:
            refused(request, refusal)
            return redirect(f"{reverse('web:import-doubts', args=[job.pk])}?line={row.line}")
    still = queries.open_doubts(job)
    if not still.exists():
        done(request, _("Every doubt is settled."))
        return redirect("web:import", job.pk)
    following = still.filter(line__gt=row.line).first() if row else still.first()
    line = following.line if following else 0
    return redirect(f"{reverse('web:import-doubts', args=[job.pk])}?line={line}")


# -- writing, stopping, going on ----------------------------------------------------------


@require_POST
@signed_in
def write(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Write the rows that can come in, as one act."""
    job = _own(request, pk)
    try:
        jobs.ready(job)
    except Refused as refusal:
        refused(request, refusal)
    else:
        tasks.enqueue(job, IMPORTING)
    return redirect("web:import", job.pk)


@require_POST
@signed_in
def stop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Stop after the piece at hand."""
    job = _own(request, pk)
    jobs.stop(job, by=request.actor)
    return redirect("web:import", job.pk)


@require_POST
@signed_in
def resume(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Go on where work was stopped."""
    job = _own(request, pk)
    if _plan_stopped(job):
        tasks.enqueue(job, PLANNING)
        return redirect("web:import", job.pk)
    return write(request, pk)


@require_POST
@signed_in
def drop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Give a file up that wrote nothing."""
    job = _own(request, pk)
    try:
        if job.state in jobs.UNDER_WAY:
            raise Refused(_("Work on this file is under way. Stop it first."))
        jobs.drop(job)
    except Refused as refusal:
        refused(request, refusal)
        return redirect("web:import", job.pk)
    done(request, _("The file was given up; nothing was written."))
    return redirect("web:imports")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def undo(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take a whole import back, once somebody has confirmed it: whoever brought it in, or one of their office."""
    job = job_of(request, pk)
    act = journal.act(job.act) if job.act else None
    if act is None or job.state not in (DONE, STOPPED, FAILED):
        return redirect("web:import", job.pk)
    if request.method == "POST":
        try:
            jobs.ask_undo(job, by=request.actor)
        except Refused as refusal:
            refused(request, refusal)
        else:
            tasks.enqueue(job, UNDOING)
        return redirect("web:import", job.pk)
    return page(request, "web/tables/undo.html", _frame(request, job) | {"act": act})


def _undone(request: ActorRequest, job: ImportJob) -> dict[str, Any]:
    start = number_in(request.GET.get("from", ""))
    left = [
        {"url": home_of(one.record), "name": subject(one.record), "facts": ", ".join(one.facts)}
        for one in queries.left_over(job, start, PAGE)
    ]
    context: dict[str, Any] = {"undone_by": jobs.undoer(job).name}
    return context | {
        "left": left,
        "total": len(job.left),
        "next": start + PAGE if start + PAGE < len(job.left) else 0,
    }


# -- work under way -----------------------------------------------------------------------


def _under_way(request: ActorRequest, job: ImportJob) -> HttpResponse:
    """How far the work is; the page looks again by itself."""
    total = _total(job)
    # Reading has no steps to count: only after its own limit is it sure that nobody reads.
    patient_ms = sheets.SECONDS * 1000 if job.state == UPLOADED else progress.PATIENT_MS
    context = _frame(request, job) | progress.of(request, job.done, total, patient_ms=patient_ms)
    context["said"] = _progress_words(job, context["n"], total)
    context["can_stop"] = job.state in (PLANNING, IMPORTING)
    return page(request, "web/tables/progress.html", context, part="progress")


def _total(job: ImportJob) -> int:
    if job.state != UNDOING or job.act is None:
        return job.total
    act = journal.act(job.act)
    return act.count if act else 0


def _progress_words(job: ImportJob, n: int, total: int) -> str:
    if job.state == UPLOADED:
        return _("Reading the file.")
    sentence = {
        PLANNING: ngettext(
            "Dry run under way: %(n)s row of %(total)s.", "Dry run under way: %(n)s rows of %(total)s.", n
        ),
        IMPORTING: ngettext(
            "Import under way: %(n)s row of %(total)s.", "Import under way: %(n)s rows of %(total)s.", n
        ),
        UNDOING: ngettext(
            "Being taken back: %(n)s entry of %(total)s.", "Being taken back: %(n)s entries of %(total)s.", n
        ),
    }[job.state]
    return sentence % {"n": number(n), "total": number(total)}
