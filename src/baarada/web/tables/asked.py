"""Words of a file that nothing here is called, put to a person; what was said of a sender's words, to be looked at."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baarada.interop.models import ImportJob
from baarada.interop.tables import answers, asking, columns, memory
from baarada.interop.tables.answers import Asked
from baarada.kernel.errors import Refused
from baarada.registry import queries as registry
from baarada.web.forms import FacilityField
from baarada.web.pages import ActorRequest, done, page, signed_in, uuid_in

MOST_SHOWN = 30
"""So many words are asked about at once: those of most rows."""
LEAVE = "-"
"""In a form: the cell is to be left empty. Nothing chosen is no answer."""
WHAT = {
    answers.CADRE: gettext_lazy("cadre"),
    answers.FACILITY: gettext_lazy("facility"),
    answers.OFFICE: gettext_lazy("office"),
    answers.AREA: gettext_lazy("area"),
    answers.SEX: gettext_lazy("sex"),
}
PAGE = 50


@dataclass(slots=True)
class AskedLine:
    """One word that is asked about."""

    name: str
    """What the form calls it: the same in every dry run, whatever else is asked about."""
    heading: str
    text: str
    rows: int
    alike: list[tuple[str, str]]
    choices: list[tuple[str, str]]
    typed: Any
    """Where any other name or code can be typed: the field for it."""
    figure: bool
    """True for figures that stand for the sexes: the one says the other."""
    chosen: str
    """What was chosen already, where the form comes back."""


def lines(job: ImportJob, sent: Mapping[str, Any] = MappingProxyType({})) -> list[AskedLine]:
    """The words of a file that are asked about, those of most rows first; ``sent`` is a form that comes back."""
    return [_line(job, one, sent) for one in asking.words_asked(job)[:MOST_SHOWN]]


def _line(job: ImportJob, one: Asked, sent: Mapping[str, Any]) -> AskedLine:
    name = _name(one)
    return AskedLine(
        name, asking.column_of(job, one.key), one.text, one.rows, asking.alike(one.what, one.text, job.sender),
        asking.choices(one.what), _field(name, sent) if one.what == answers.FACILITY else "",
        one.what == answers.SEX and one.text == "1", str(sent.get(f"word-{name}", "")),
    )  # fmt: skip


def _name(one: Asked) -> str:
    """What a form calls a word. Not by its place: a page of before the last dry run would answer for another word."""
    return hashlib.sha256(answers.key_of(one.what, one.text).encode()).hexdigest()[:16]


def _field(name: str, sent: Mapping[str, Any]) -> Any:
    """A field for the name of a facility, with choices offered while it is typed."""
    typed = str(sent.get(f"typed-{name}", ""))[:300]
    attrs = {"class": "in", "aria-label": _("Another facility"), "placeholder": _("another name or code")}
    return FacilityField(required=False).widget.render(f"typed-{name}", typed, attrs)


def answers_in(job: ImportJob, sent: Mapping[str, Any]) -> dict[int, str]:
    """What a form says of the words it asked about, without those it says nothing of.

    Raises:
        Refused: a facility was typed that is not known, or several are called so.
    """
    out = {}
    for place, one in enumerate(asking.words_asked(job)):
        name = _name(one)
        typed = str(sent.get(f"typed-{name}", "")).strip()
        found = _typed(typed) if typed else str(sent.get(f"word-{name}", ""))[:200]
        if found:
            out[place] = answers.EMPTY if found == LEAVE else found
    return out


def _typed(text: str) -> str:
    try:
        facility = FacilityField(required=False).clean(text)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    return str(facility.pk) if facility else ""


@require_safe
@signed_in
def remembered(request: ActorRequest) -> HttpResponse:
    """What is remembered of the lists of one sender: headings matched by hand, words and what they mean."""
    request.actor.require("import")
    own = UUID(bytes=request.actor.office)
    sender = uuid_in(request.GET.get("expediteur", "")) or own
    office = registry.offices().filter(pk=sender).first()
    if office is None:
        raise Http404
    found = memory.words(sender, seen_by=request.actor, after=request.GET.get("apres", ""), most=PAGE + 1)
    context = {
        "room": "more",
        "office": office,
        "offices": registry.offices(),
        "headings": [
            {"one": one, "list": columns.KINDS.get(one.kind, one.kind), "taken": memory.taken_for(one)}
            for one in memory.headings(sender, seen_by=request.actor)
        ],
        "words": [
            {
                "one": one,
                "what": WHAT.get(one.what, _("choice")),
                "means": asking.label_of(one.what, one.choice),
            }
            for one in found[:PAGE]
        ],
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
    }
    return page(request, "web/tables/remembered.html", context)


@require_POST
@signed_in
def forget(request: ActorRequest) -> HttpResponse:
    """Forget one thing that is remembered of a sender; the next file is asked about again."""
    sender = uuid_in(request.POST.get("expediteur", ""))
    if sender is None:
        raise Http404
    memory.forget(sender, request.POST.get("sort", ""), request.POST.get("one", ""), by=request.actor)
    done(request, _("Forgotten; the next file of this sender is asked about again."))
    return redirect(f"{reverse('web:import-remembered')}?expediteur={sender}")
