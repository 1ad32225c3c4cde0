"""Figures: staff in post, densities, the people behind a number, the same as a file."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from baarada.indicators import asking, known, tasks, telling
from baarada.indicators import densities as counting_densities
from baarada.indicators import figures as counting
from baarada.indicators.asking import Question
from baarada.interop.tables import exporting, plain
from baarada.kernel.errors import Refused
from baarada.web.figures import asked as reading
from baarada.web.figures import behind, charts, maps
from baarada.web.figures.asked import Asked
from baarada.web.pages import ActorRequest, page, refused, signed_in
from baarada.web.tables import progress
from baarada.web.tables.files import made_file

ROOM = "figures"
HEADCOUNT, DENSITY = "headcount", "density"
MOST_LINES = 300
"""So many lines are shown of a long figure; its file holds all of them."""


def _context(asked: Asked, tab: str, **more: Any) -> dict[str, Any]:
    return {"room": ROOM, "tab": tab, "asked": asked, "question": asked.question} | more


def _not_ready(request: ActorRequest, asked: Asked, tab: str) -> HttpResponse | None:
    """The page that stands for a figure until the register as known then is drawn."""
    question = asked.question
    copy = known.copy_for(question.known) if question.known else None
    if copy is None or copy.is_ready:
        return None
    under_way = known.progress_of(copy)
    context = _context(asked, tab, under_way=under_way, here=request.get_full_path())
    if under_way:
        context |= progress.of(request, *under_way)
        context["again"] = f"{request.path}?{asked.query}"
    return page(request, "web/figures/known.html", context)


@require_safe
@signed_in
def headcount(request: ActorRequest) -> HttpResponse:
    """Staff in post on a day, by place and by whatever is chosen."""
    asked = reading.read(request)
    context = _context(asked, HEADCOUNT, **reading.form(request, asked))
    try:
        waiting = _not_ready(request, asked, HEADCOUNT)
        if waiting:
            return waiting
        with known.database(asked.question) as db:
            figure = counting.headcount(asked.question, seen_by=request.actor, db=db)
            context["map"] = maps.of_headcount(figure)
    except Refused as refusal:
        asked.problem = str(refusal)
        return page(request, "web/figures/refused.html", context)
    context |= {
        "figure": figure,
        "sentence": telling.sentence(figure),
        "bars": charts.bars(figure) if len(figure.by) == 1 else [],
        "across": charts.across(figure),
        "pyramid": charts.pyramid(figure),
        "coverage": telling.coverage(figure),
        "lines": figure.lines[:MOST_LINES],
    }
    return page(request, "web/figures/headcount.html", context)


@require_safe
@signed_in
def densities(request: ActorRequest) -> HttpResponse:
    """Doctors, nurses and midwives for the inhabitants, beside the thresholds that others have named."""
    asked = reading.read(request, places_only=True)
    context = _context(asked, DENSITY, **reading.form(request, asked, levels_only=True))
    try:
        waiting = _not_ready(request, asked, DENSITY)
        if waiting:
            return waiting
        with known.database(asked.question) as db:
            found = counting_densities.densities(asked.question, seen_by=request.actor, db=db)
            context["map"] = maps.of_densities(found)
    except Refused as refusal:
        asked.problem = str(refusal)
        return page(request, "web/figures/refused.html", context)
    drawn, marks = charts.density_bars(found)
    context |= {
        "found": found,
        "sentence": telling.density_sentence(found),
        "title": telling.density_title(found),
        "bars": drawn,
        "marks": marks,
        "populations": telling.populations_told([found.whole, *found.rows]),
    }
    return page(request, "web/figures/densities.html", context)


@require_safe
@signed_in
def people(request: ActorRequest) -> HttpResponse:
    """The people behind a number, by name, a page at a time."""
    asked = reading.read(request, by=())
    if asked.problem:
        raise Http404
    try:
        waiting = _not_ready(request, asked, HEADCOUNT)
        if waiting:
            return waiting
        with known.database(asked.question) as db:
            shown = behind.people(asked.question, request.GET.get("after", ""), seen_by=request.actor, db=db)
    except Refused as refusal:
        refused(request, refusal)
        return redirect("web:figures")
    return page(request, "web/figures/people.html", _context(asked, HEADCOUNT, shown=shown))


@require_safe
@signed_in
def file(request: ActorRequest) -> HttpResponseBase:
    """A figure as a spreadsheet or as CSV, with its definition below."""
    request.actor.require("export")
    form = request.GET.get("form", "")
    if form not in (exporting.XLSX, exporting.CSV):
        raise Http404
    asked = reading.read(request, places_only=request.GET.get("figure") == DENSITY)
    try:
        waiting = _not_ready(request, asked, HEADCOUNT)
        if waiting:
            return waiting
        table = _table(request, asked.question)
    except Refused as refusal:
        refused(request, refusal)
        return redirect(f"{reverse('web:figures')}?{asked.query}")
    name = f"{table.title} {asked.question.on.isoformat()}.{form}"
    return made_file(
        name, lambda target: plain.write(table.headings, table.rows, table.notes, target, form=form)
    )


def _table(request: ActorRequest, question: Question) -> telling.Table:
    with known.database(question) as db:
        if request.GET.get("figure") == DENSITY:
            return telling.density_table(counting_densities.densities(question, seen_by=request.actor, db=db))
        return telling.headcount_table(counting.headcount(question, seen_by=request.actor, db=db))


@require_POST
@signed_in
def draw(request: ActorRequest) -> HttpResponse:
    """Have the worker draw the register as it was known on a day."""
    request.actor.require(counting.SEE)
    try:
        day = asking.read_known(request.POST.get("known", ""))
        copy = known.copy_for(day) if day else None
    except Refused as refusal:
        refused(request, refusal)
        return redirect("web:figures")
    if copy is not None and not copy.is_ready and known.progress_of(copy) is None:
        tasks.ask(day)
    target = request.POST.get("next", "")
    own = (reverse("web:figures"), reverse("web:densities"))
    return redirect(target if target.startswith(own) else reverse("web:figures"))
