"""What else a paper is: the same scan in another file, the steps of the career that somebody says it proves."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.errors import Refused
from baarada.registry import actions, paperneeds, papers, summaries
from baarada.registry.models import Paper, Person
from baarada.web.pages import ActorRequest, done, nothing_changed, page, refused, signed_in
from baarada.web.people.choosing import choose
from baarada.web.people.papers import others_with, paper_of
from baarada.web.records.views import page_seen

SAME = ("kind", "title", "reference", "dated", "pages", "hash", "size", "media", "text")
"""What a paper is in every file; shelf mark and note are of one."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def share(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The same paper in somebody else's file: a decision names twenty people."""
    paper = paper_of(request, pk)
    if not papers.path(paper.hash or "").exists():
        raise Http404
    choice = choose(request)
    problem = ""
    if request.method == "POST":
        choice.to_choose = choice.chosen is None and bool(choice.candidates)
        if choice.chosen is not None:
            values = {name: value for name in SAME if (value := getattr(paper, name)) is not None}
            try:
                act = actions.add_paper(choice.chosen, values, by=request.actor)
            except Refused as refusal:
                problem = str(refusal)
            else:
                words = _("%(paper)s is in the file of %(person)s too.")
                done(request, words % {"paper": summaries.paper(paper), "person": choice.chosen}, act)
                return redirect("web:share-paper", pk)
        elif not choice.candidates:
            problem = choice.nobody
    context = {
        "paper": paper, "person": paper.person, "heading": summaries.paper(paper), "room": "people",
        "choice": choice, "problem": problem, "others": others_with(request, paper.hash, paper.canonical),
    }  # fmt: skip
    return page(request, "web/people/paper_share.html", context, status=422 if problem else 200)


@require_POST
@signed_in
def photograph(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take a paper as the photograph at the head of the file; or take the photograph away again."""
    paper = paper_of(request, pk)
    person: Person = paper.person
    shown = None if "away" in request.POST else (paper, summaries.paper(paper))
    try:
        act = actions.revise(person, {"photo": shown}, seen=page_seen(request, person), by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
    else:
        if act is None:
            nothing_changed(request)
        else:
            done(request, _("The photograph of the file was changed."), act)
    return redirect("web:person", person.canonical)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def prove(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Say which steps of the career a paper proves, where neither its number nor its date do."""
    paper: Paper = paper_of(request, pk)
    today = runtime.today()
    steps = [s for s in paperneeds.steps_of(paper.person, today, seen_by=request.actor) if s.row is not None]
    if request.method == "POST":
        chosen = set(request.POST.getlist("step"))
        # Steps that this page did not show, as they are of a file linked since, stay named.
        shown = {step.key for step in steps}
        kept = [key for key in paper.proves or [] if key not in shown]
        try:
            seen = page_seen(request, paper)
            named = kept + [step.key for step in steps if step.key in chosen]
            act = actions.revise(paper, {"proves": named}, seen=seen, by=request.actor)
        except Refused as refusal:
            refused(request, refusal)
        else:
            if act is None:
                nothing_changed(request)
            else:
                done(request, _("The steps that this paper proves are noted."), act)
            return redirect("web:paper", pk)
    proofs = paperneeds.proofs_of(paper.person, today, seen_by=request.actor)
    proved = {step.key for step in proofs.by.get(paper.pk, [])}
    named_now = set(paper.proves or [])
    context = {
        "paper": paper, "person": paper.person, "heading": summaries.paper(paper), "room": "people",
        "steps": [(step, step.key in named_now, step.key in proved - named_now) for step in steps],
        "seen": tokens.seal(journal.seen(paper)),
    }  # fmt: skip
    return page(request, "web/people/paper_proves.html", context)
