"""Imports so far; a new file; what a list may look like."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baarada.interop import tasks
from baarada.interop.models import UPLOADED, ImportJob
from baarada.interop.tables import columns, exporting, jobs, queries
from baarada.registry.display import number, size
from baarada.web.pages import ActorRequest, page, signed_in, uuid_in
from baarada.web.tables import groups, words
from baarada.web.tables.files import made_file

PAGE = 25


class UploadForm(forms.Form):
    """A file, and what it lists."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What does the file list?"), choices=lambda: list(columns.KINDS.items()),
        initial=columns.PEOPLE,
        widget=forms.RadioSelect, error_messages={"required": gettext_lazy("Choose what the file lists.")},
    )  # fmt: skip
    file = forms.FileField(
        label=pgettext_lazy("spreadsheet", "File"), max_length=200, allow_empty_file=True,
        help_text=gettext_lazy("XLSX or CSV, as it is: headings may stand on any of the first 30 rows."),
        widget=forms.FileInput(attrs={"class": "in", "accept": ".xlsx,.csv,.txt,.tsv"}),
        error_messages={
            "required": gettext_lazy("Choose the file to bring in."),
            "max_length": gettext_lazy("The name of this file is too long. Give it a shorter one."),
        },
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Refuse what is too large before anybody opens it."""
        file = self.cleaned_data["file"]
        if file.size > settings.BAARADA_LARGEST_UPLOAD:
            raise forms.ValidationError(
                _("This file has %(size)s; at most %(most)s can be brought in. Cut it into several files.")
                % {"size": size(file.size), "most": size(settings.BAARADA_LARGEST_UPLOAD)}
            )
        if not file.size:
            raise forms.ValidationError(_("This file is empty."))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def imports(request: ActorRequest) -> HttpResponse:
    """Imports, the latest first, and the form that begins one."""
    request.actor.require("import")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _receive(request, form)
    found = list(_behind(request)[: PAGE + 1])
    context = {
        "room": "more",
        "form": form,
        "rows": [_row(job) for job in found[:PAGE]],
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "first": "after" not in request.GET,
        "first_kinds": _kinds(form, groups.FIRST),
        "further_kinds": [(label, _kinds(form, keys)) for label, keys in groups.grouped([*columns.KINDS])],
        "further_open": form["kind"].value() not in groups.FIRST,
        "largest": settings.BAARADA_LARGEST_UPLOAD,
    }
    return page(request, "web/tables/imports.html", context, status=422 if form.errors else 200)


def _kinds(form: UploadForm, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Kinds of lists, each with its button in the form and the headings that are known for it."""
    boxes = {box.data["value"]: box for box in form["kind"]}
    return [
        {
            "key": key,
            "label": columns.KINDS[key],
            "box": boxes[key],
            "headings": words.headings_known(key),
        }
        for key in keys
    ]


def _behind(request: ActorRequest) -> Any:
    """The imports behind one in the list."""
    found = queries.imports(seen_by=request.actor)
    last = found.filter(pk=uuid_in(request.GET.get("after", ""))).first()
    # Ids are made in the order of time.
    return found.filter(pk__lt=last.pk) if last else found


def _row(job: ImportJob) -> dict[str, Any]:
    state, badge = words.STATES[job.state]
    found = jobs.summary(job)
    parts = (
        (found["new"], _("%(n)s created") if job.act else _("%(n)s to create")),
        (found["change"], _("%(n)s changed") if job.act else _("%(n)s to change")),
        (found["same"], _("%(n)s unchanged")),
        (found["outside"], _("%(n)s outside")),
    )
    counts = ", ".join(sentence % {"n": number(n)} for n, sentence in parts if n)
    return {
        "job": job,
        "kind": columns.KINDS[job.kind],
        "state": state,
        "badge": badge,
        "counts": counts,
        "by": job.writer[0],
    }


def _receive(request: ActorRequest, form: UploadForm) -> HttpResponse:
    file = form.cleaned_data["file"]
    job = jobs.receive(
        form.cleaned_data["kind"], Path(file.temporary_file_path()), file.name, by=request.actor
    )
    tasks.enqueue(job, UPLOADED)
    return redirect("web:import", job.pk)


@require_safe
@signed_in
def model_file(request: ActorRequest, kind: str) -> HttpResponseBase:
    """An empty list to fill in, with the headings that are known and what each takes."""
    request.actor.require("import")
    if kind not in columns.KINDS:
        raise Http404
    name = _("Model, %(list)s") % {"list": str(columns.KINDS[kind]).lower()}
    return made_file(f"{name}.xlsx", lambda target: exporting.write_model(kind, target))
