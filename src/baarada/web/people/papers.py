"""Scanned papers: adding, looking at them."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from baarada.kernel.errors import Refused
from baarada.registry import actions, papers
from baarada.registry.errors import Invalid
from baarada.registry.models import Paper, Person
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, page, signed_in
from baarada.web.records.views import home_of, record_of

NEW = ("kind", "title", "reference", "dated", "shelf", "note")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Add a photo or a scan of a paper."""
    person: Person = record_of("person", pk)
    form = FactForm(Paper, NEW, request.POST or None, required=("kind",))
    upload: Any = request.FILES.get("file")
    if request.method == "POST" and form.is_valid():
        try:
            if upload is None:
                raise Refused(_("Choose the file of the scan, or take a photo."))
            kept = papers.keep(uploaded(upload))
            values = {k: v for k, v in form.values().items() if v is not None} | kept.values()
            act = actions.add_paper(person, values, by=request.actor)
        except Invalid as invalid:
            form.take(invalid)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            done(request, _("The paper was added."), act)
            return redirect("web:person", pk)
    context = {"form": form, "person": person, "room": "people", "back": home_of(person)}
    return page(request, "web/people/paper_add.html", context, status=422 if form.errors else 200)


def uploaded(upload: Any) -> Path:
    """Where an uploaded file lies; refused before it is looked at if it is too large."""
    if upload.size > settings.BAARADA_LARGEST_UPLOAD:
        raise Refused(_("This file is larger than 40 MB. Scan it smaller, or cut it into parts."))
    assert isinstance(upload, TemporaryUploadedFile)
    return Path(upload.temporary_file_path())


@require_safe
@signed_in
def show(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A paper with what is known of it."""
    paper = _paper(request, pk)
    context = {
        "paper": paper,
        "person": paper.person,
        "room": "people",
        "here": papers.path(paper.hash or "").exists(),
    }
    return page(request, "web/people/paper.html", context)


def _paper(request: ActorRequest, pk: UUID) -> Paper:
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
    paper = _paper(request, pk)
    return _send(papers.path(paper.hash or ""), paper.media or "application/octet-stream")


@require_safe
@signed_in
@cache_control(private=True, max_age=86400, immutable=True)
def thumb(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """Its small picture."""
    paper = _paper(request, pk)
    return _send(papers.thumb_path(paper.hash or ""), "image/jpeg")


def _send(path: Path, media: str) -> HttpResponseBase:
    if not path.exists():
        raise Http404
    # Shown, never run: a PDF or a picture, with nothing guessed from its content.
    return FileResponse(path.open("rb"), content_type=media, headers={"Content-Security-Policy": "sandbox"})
