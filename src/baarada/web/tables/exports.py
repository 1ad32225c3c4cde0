"""Lists going out: what can be written, in which form, and the file."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baarada.interop import tasks
from baarada.interop.models import DONE, FAILED, STOPPED, WAITING, WRITING, ExportJob
from baarada.interop.tables import columns, exporting, outgoing, rowselections, selections
from baarada.interop.tables.selections import Selection
from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.registry import search
from baarada.web.pages import ActorRequest, done, page, refused, signed_in
from baarada.web.tables import groups, progress
from baarada.web.tables.files import kept_file, made_file

LATEST = 20
STATES: dict[str, tuple[Any, str]] = {
    WAITING: (gettext_lazy("will be written"), "n"),
    WRITING: (gettext_lazy("being written"), "n"),
    STOPPED: (gettext_lazy("stopped"), "warn"),
    DONE: (gettext_lazy("ready"), "ok"),
    FAILED: (gettext_lazy("not finished"), "stop"),
}
"""What the state of a long list is called, and the badge it wears."""


@require_safe
@signed_in
def exports(request: ActorRequest) -> HttpResponse:
    """What can be written out."""
    request.actor.require("export")
    found = [
        (kind, selections.select(kind, {}, seen_by=request.actor))
        for kind in (selections.PEOPLE, selections.FACILITIES)
    ]
    context = {
        "room": "more",
        "lists": [(reverse("web:export", args=[kind]), one) for kind, one in found if one],
        "latest": [(job, *STATES[job.state]) for job in outgoing.exports(seen_by=request.actor)[:LATEST]],
        "days": outgoing.KEPT_DAYS,
        "further": [
            (label, [(reverse("web:export", args=[kind]), columns.KINDS[kind]) for kind in kinds])
            for label, kinds in groups.grouped([*columns.FURTHER])
        ],
    }
    return page(request, "web/tables/exports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export(request: ActorRequest, kind: str) -> HttpResponseBase:
    """One list: how many rows, filtered how, as which kind of file; then the file, or the worker's word."""
    query = _query(request)
    found = selections.select(kind, query, seen_by=request.actor)
    if found is None:
        raise Http404
    form = (request.POST or request.GET).get("form", "")
    long = found.count > outgoing.AT_ONCE
    if request.method == "POST":
        return _ask(request, kind, query, form)
    if form in (exporting.XLSX, exporting.CSV) and found.count and not long:
        return _file(request, found, form)
    context = {
        "room": "more",
        "kind": kind,
        "found": found,
        "long": long,
        "same": _same(request, kind),
        "filters": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in ("form", "which")
            for value in values
        ],
        "may_be_shown": kind == selections.PEOPLE and "col" in request.GET,
    }
    return page(request, "web/tables/export.html", context)


def _same(request: ActorRequest, kind: str) -> list[tuple[str, Any]]:
    """The other lists that say more of the people, or the facilities, that are chosen."""
    words = {
        selections.PEOPLE: rowselections.OF_PEOPLE, selections.STAFF: rowselections.OF_PEOPLE,
        selections.FACILITIES: ("posts",),
    }.get(kind, ())  # fmt: skip
    left = request.GET.copy()
    left.pop("form", None)
    return [
        (f"{reverse('web:export', args=[word])}?{left.urlencode()}", rowselections.SORTS[word].title)
        for word in words
    ]


def _ask(request: ActorRequest, kind: str, query: dict[str, list[str]], form: str) -> HttpResponse:
    """Have the worker write a long list."""
    try:
        job = outgoing.begin(kind, query, form, by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
        return redirect(request.get_full_path())
    tasks.enqueue_export(job)
    return redirect("web:export-job", job.pk)


def _query(request: ActorRequest) -> dict[str, list[str]]:
    """The filter of an address. People found by words become named rows: the search is not asked again."""
    query = {name: values for name, values in request.GET.lists() if name not in ("form", "id", "words")}
    if "which" in request.POST:
        query["which"] = request.POST.getlist("which")
    words = request.GET.get("q", "").strip()[:200]
    if not words:
        return query
    found = search.search(words, seen_by=request.actor)
    query.pop("q", None)
    return query | {
        "id": [str(hit.target) for hit in found.people],
        "words": [_("found by “%(words)s”") % {"words": words}],
    }


def _file(request: ActorRequest, found: Selection, form: str) -> HttpResponseBase:
    about = exporting.About(found.title, found.filter, request.actor.name, runtime.now())

    def write(target: Any) -> None:
        exporting.write(
            found.columns, found.ids(), target, about, seen_by=request.actor, form=form, only=found.only
        )

    return made_file(f"{found.title} {runtime.today().isoformat()}.{form}", write)


# -- long lists -----------------------------------------------------------------------------


def _job(request: ActorRequest, pk: UUID) -> ExportJob:
    found = outgoing.exports(seen_by=request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def written(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A long list: how far it is written, then where to fetch it."""
    job = _job(request, pk)
    context: dict[str, Any] = {
        "room": "more",
        "job": job,
        "file": outgoing.file(job),
        "days": outgoing.KEPT_DAYS,
    }
    if job.state in outgoing.UNDER_WAY:
        context |= progress.of(request, job.done, job.total)
        return page(request, "web/tables/export_progress.html", context, part="progress")
    return progress.turn_over(request) or page(request, "web/tables/export_job.html", context)


@require_safe
@signed_in
def fetch(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """The file of a long list."""
    job = _job(request, pk)
    found = outgoing.file(job)
    if found is None:
        raise Http404
    day = timezone.localtime(job.begun).date()
    return kept_file(f"{job.title} {day.isoformat()}.{job.form}", found)


@require_POST
@signed_in
def stop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Stop writing a long list."""
    outgoing.stop(_job(request, pk), by=request.actor)
    return redirect("web:export-job", pk)


@require_POST
@signed_in
def drop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Remove a long list and its file before its time."""
    job = _job(request, pk)
    if job.state in outgoing.UNDER_WAY:
        refused(request, _("This list is being written. Stop it first."))
        return redirect("web:export-job", pk)
    outgoing.drop(job, by=request.actor)
    done(request, _("The file was removed from this computer."))
    return redirect("web:exports")
