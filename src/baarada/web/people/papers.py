"""Scanned papers: adding them page by page, looking at them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.errors import Refused
from baarada.registry import actions, paperdrafts, paperneeds, papers, queries, summaries
from baarada.registry.errors import Invalid
from baarada.registry.models import Paper, Person
from baarada.registry.paperneeds import Step
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, number_in, page, signed_in
from baarada.web.records.views import home_of, record_of

NEW = ("kind", "title", "reference", "dated", "shelf", "note")
MOST_FILES = 40
"""So many files are taken from one form."""
NAMED = 3
"""So many other files are named in a sentence."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Add a paper: its pages from files or the camera, one after another, then what it is."""
    person: Person = record_of("person", pk)
    request.actor.require("paper.add")
    verb, _mark, key = request.POST.get("do", "add").partition(":")
    adding = request.method == "POST" and verb == "add"
    problems = _take(request, person)
    if not adding:
        problems += _arrange(request, person, verb, key)
    form = FactForm(Paper, NEW, request.POST if adding else None, initial=typed(request), required=("kind",))
    # Pages that came together are shown before they are joined: their order is the browser's.
    to_check = adding and len(request.FILES.getlist("file")) > 1
    if adding and not to_check and form.is_valid() and not problems:
        answer = _add(request, person, form)
        if answer is not None:
            return answer
    for problem in problems if adding else ():
        form.add_error(None, problem)
    context = {
        "form": form, "person": person, "room": "people", "back": home_of(person), "to_check": to_check,
        "step": _step(request, person),
        "draft": paperdrafts.of(person.canonical, by=request.actor), "problems": [] if adding else problems,
        "days": paperdrafts.KEPT_DAYS,
    }  # fmt: skip
    bad = bool(form.errors or problems) and not request.htmx
    return page(request, "web/people/paper_add.html", context, part="pages", status=422 if bad else 200)


def typed(request: ActorRequest) -> dict[str, str]:
    """What was typed so far, or what the link that led here says of the paper."""
    found = request.POST or request.GET
    return {name: found[name][:500] for name in (*NEW, "proves") if name in found}


def _step(request: ActorRequest, person: Person) -> Step | None:
    """The step of the career that the paper is added for, where the link that led here said so."""
    key = typed(request).get("proves", "")
    if not key:
        return None
    found = paperneeds.steps_of(person, runtime.today(), seen_by=request.actor)
    return next((step for step in found if step.row is not None and step.key == key), None)


def _take(request: ActorRequest, person: Person) -> list[str]:
    """Put the files that came into the paper in preparation; returns what is wrong with some of them."""
    found = request.FILES.getlist("file")
    problems = []
    for upload in found[:MOST_FILES]:
        try:
            paperdrafts.add(person.canonical, uploaded(upload), by=request.actor)
        except Refused as refusal:
            # Of several, which one is meant.
            problems.append(f"{upload.name}{_(':')} {refusal}" if len(found) > 1 else str(refusal))
    if len(found) > MOST_FILES:
        problems.append(
            _("At most %(most)s files are taken at once: add the others after.") % {"most": MOST_FILES}
        )
    return problems


def _arrange(request: ActorRequest, person: Person, verb: str, key: str) -> list[str]:
    """Change the pages in preparation, as a button says."""
    draft, by = person.canonical, request.actor
    if verb in ("up", "down"):
        paperdrafts.move(draft, key, -1 if verb == "up" else 1, by=by)
    elif verb == "drop":
        paperdrafts.drop(draft, key, by=by)
    elif verb == "turn":
        paperdrafts.turn_round(draft, by=by)
    elif verb == "clear":
        paperdrafts.clear(draft, by=by)
    elif verb == "pages" and not request.FILES:
        return [_("Choose the file of the scan, or take a photo.")]
    return []


def _add(request: ActorRequest, person: Person, form: FactForm) -> HttpResponse | None:
    """Join the pages and write the paper."""
    draft = paperdrafts.of(person.canonical, by=request.actor)
    try:
        if not draft.pieces:
            raise Refused(_("Choose the file of the scan, or take a photo."))
        kept = paperdrafts.join(draft)
        values = {k: v for k, v in form.values().items() if v is not None} | kept.values()
        step = _step(request, person)
        if step is not None:
            values["proves"] = [step.key]
        act = actions.add_paper(person, values, by=request.actor)
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    paperdrafts.clear(person.canonical, by=request.actor)
    done(request, " ".join([_("The paper was added."), *elsewhere(request, kept.hash, person)]), act)
    return redirect("web:person", person.pk)


def elsewhere(request: ActorRequest, digest: str, person: Person) -> list[str]:
    """A sentence that names the other files which hold the scan of somebody's paper; none where there is none."""
    others = others_with(request, digest, person.canonical)
    if not others:
        return []
    names = ", ".join(str(other.person) for other in others[:NAMED])
    more = len(others) - NAMED
    if more > 0:
        names = ngettext("%(names)s and %(n)s other", "%(names)s and %(n)s others", more) % {
            "names": names, "n": more,
        }  # fmt: skip
    return [_("The same scan is also in the file of %(names)s.") % {"names": names}]


def others_with(request: ActorRequest, digest: str | None, file: UUID) -> list[Paper]:
    """The same scan in other files."""
    found = queries.papers_with(digest, seen_by=request.actor)
    return [other for other in found if other.canonical != file]


def uploaded(upload: Any) -> Path:
    """Where an uploaded file lies; refused before it is looked at if it is too large."""
    if upload.size > settings.BAARADA_LARGEST_UPLOAD:
        raise Refused(_("This file is larger than 40 MB. Scan it smaller, or cut it into parts."))
    assert isinstance(upload, TemporaryUploadedFile)
    return Path(upload.temporary_file_path())


@require_safe
@signed_in
def draft_thumb(request: ActorRequest, pk: UUID, key: str) -> HttpResponseBase:
    """The small picture of a page in preparation."""
    person: Person = record_of("person", pk)
    pieces = paperdrafts.of(person.canonical, by=request.actor).pieces
    return _send_first(piece.thumb for piece in pieces if piece.key == key)


def _send_first(found: Iterable[Path]) -> HttpResponseBase:
    for path in found:
        return send(path, "image/jpeg")
    raise Http404


@require_safe
@signed_in
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A paper with what is known of it, a page at a time; within somebody's file, or on a page of its own."""
    paper = paper_of(request, pk)
    pages = max(1, paper.pages or 1)
    proofs = paperneeds.proofs_of(paper.person, runtime.today(), seen_by=request.actor)
    number = min(max(1, number_in(request.GET.get("page", "1"))), pages)
    context = {
        "paper": paper,
        "person": paper.person,
        "room": "people",
        "here": papers.path(paper.hash or "").exists(),
        "heading": summaries.paper(paper),
        "number": number,
        "pages": pages,
        "previous": number - 1,
        "next": number + 1 if number < pages else 0,
        "others": others_with(request, paper.hash, paper.canonical),
        "proved": proofs.by.get(paper.pk, []),
        "is_photo": paper.person.photo_id == paper.pk,
        "seen": tokens.seal(journal.seen(paper.person)),
    }
    return page(request, "web/people/paper.html", context, part="preview")


@require_safe
@signed_in
def closed(request: ActorRequest) -> HttpResponse:
    """Nothing, where a paper was shown within a file."""
    del request
    return HttpResponse("")


def paper_of(request: ActorRequest, pk: UUID) -> Paper:
    """The paper of an address, with its person, or a page not found."""
    request.actor.require("paper.see")
    found = Paper.objects.filter(pk=pk, deleted=False).select_related("person").first()
    if found is None or not found.hash:
        raise Http404
    return found


@require_safe
@signed_in
@cache_control(private=True, max_age=86400, immutable=True)
def file(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """The scanned file itself."""
    paper = paper_of(request, pk)
    return send(papers.path(paper.hash or ""), paper.media or "application/octet-stream")


@require_safe
@signed_in
@cache_control(private=True, max_age=86400, immutable=True)
def thumb(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Its small picture."""
    paper = paper_of(request, pk)
    return send(papers.thumb_path(paper.hash or ""), "image/jpeg")


@require_safe
@signed_in
@cache_control(private=True, max_age=86400, immutable=True)
def picture(request: ActorRequest, pk: UUID, number: int) -> HttpResponseBase:
    """One of its pages, to look at."""
    paper = paper_of(request, pk)
    try:
        found = papers.picture(paper.hash or "", number - 1)
    except Refused:
        raise Http404 from None
    return _send_first([found] if found else [])


def send(path: Path, media: str) -> HttpResponseBase:
    """A file that came from outside, to be looked at."""
    if not path.exists():
        raise Http404
    # Shown, never run: a PDF or a picture, with nothing guessed from its content.
    return FileResponse(path.open("rb"), content_type=media, headers={"Content-Security-Policy": "sandbox"})
