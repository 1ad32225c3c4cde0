"""The pile of the scanner: each file is looked at, given to a person, and put away; the next one comes up."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from baarada.kernel.errors import Refused
from baarada.registry import actions, paperdrafts, papers, queries, scans
from baarada.registry.errors import Invalid
from baarada.registry.models import Paper, Person
from baarada.registry.scans import Scan, Waiting
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, number_in, page, refused, signed_in, uuid_in
from baarada.web.people.choosing import Choice, choose
from baarada.web.people.papers import NEW, elsewhere, send, typed

NEXT = 8
"""So many of the pile are shown beside the one in hand."""
NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 66 88"><path d="M1 1h64v86H1z" fill="none" stroke="#87817a"'
    ' stroke-dasharray="4 3"/><text x="33" y="52" font-size="28" text-anchor="middle" fill="#57534c">?</text></svg>'
)
"""What stands for a file that cannot be drawn."""
LAST_PERSON = "scan-person"
"""In the session: to whom the last scan went."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def pile(request: ActorRequest) -> HttpResponse:
    """The scans that wait: the one in hand with its form, those behind it, papers in preparation."""
    try:
        waiting = scans.waiting(by=request.actor)
    except Refused as refusal:
        return page(request, "web/people/scans.html", {"room": "people", "unreadable": str(refusal)})
    key = request.POST.get("f") or request.GET.get("f", "")
    at = next((n for n, scan in enumerate(waiting.scans) if scan.key == key), 0)
    if key and (not waiting.scans or waiting.scans[at].key != key):
        if request.method == "POST":
            refused(
                request,
                _("This scan is no longer in the folder, or it was written anew. Look at the next one."),
            )
        return redirect("web:scans")
    choice = choose(request, uuid_in(request.session.get(LAST_PERSON, "")))
    form = FactForm(Paper, NEW, initial=typed(request), required=("kind",))
    if request.method == "POST" and waiting.scans:
        scan, following = waiting.scans[at], waiting.scans[at + 1 : at + 2]
        target = reverse("web:scans") + (f"?f={following[0].key}" if following else "")
        if request.POST.get("do") == "aside":
            _put_aside(request, scan)
            return redirect(target)
        # What was typed is looked for first: nothing is filed with somebody who was not seen by name.
        choice.to_choose = choice.chosen is None and bool(choice.candidates)
        if not choice.to_choose:
            form = FactForm(Paper, NEW, request.POST, required=("kind",))
            if _file(request, scan, choice, form):
                return redirect(target)
    context = _context(request, waiting, at) | {"form": form, "room": "people", "choice": choice}
    return page(request, "web/people/scans.html", context, status=422 if form.errors else 200)


def _put_aside(request: ActorRequest, scan: Scan) -> None:
    if scans.put_away(scan, scans.ASIDE, by=request.actor):
        done(request, _("%(name)s was put aside.") % {"name": scan.name})
    else:
        refused(request, _stays(scan))


def _file(request: ActorRequest, scan: Scan, choice: Choice, form: FactForm) -> bool:
    """Keep a scan as a paper of somebody, and put the file away; False where something is still to be said."""
    person = choice.chosen
    right = form.is_valid()
    if person is None:
        form.add_error(None, choice.nobody)
        return False
    if not right:
        return False
    try:
        kept = scans.keep(scan)
        values = {k: v for k, v in form.values().items() if v is not None} | kept.values()
        act = actions.add_paper(person, values, by=request.actor)
    except Invalid as invalid:
        form.take(invalid)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    moved = scans.put_away(scan, scans.DONE, by=request.actor)
    request.session[LAST_PERSON] = str(person.canonical)
    words = _("%(name)s is in the file of %(person)s.") % {"name": scan.name, "person": person}
    done(
        request,
        " ".join([words, *elsewhere(request, kept.hash, person), *([] if moved else [_stays(scan)])]),
        act,
    )
    return True


def _stays(scan: Scan) -> str:
    return _("%(name)s could not be moved: close it in other programs, then put it aside here.") % {
        "name": scan.name
    }


def _context(request: ActorRequest, waiting: Waiting, at: int) -> dict[str, Any]:
    """The scan in hand, those behind it, and what is in preparation elsewhere."""
    scan = waiting.scans[at] if waiting.scans else None
    out: dict[str, Any] = {
        "waiting": waiting, "scan": scan, "folder": scans.folder(), "drafts": _drafts(request),
        "behind": [(one, _holders(request, scans.known(one))) for one in waiting.scans[at + 1 : at + 1 + NEXT]],
        "further": next((one.key for one in waiting.scans[at + 1 + NEXT :]), ""),
    }  # fmt: skip
    if scan is None:
        return out
    try:
        kept = papers.read(scans.prepared(scan))
    except Refused as refusal:
        return out | {"bad": str(refusal)}
    number = min(max(1, number_in(request.GET.get("page", "1"))), kept.pages)
    return out | {
        "kept": kept, "number": number, "previous": number - 1, "next": number + 1 if number < kept.pages else 0,
        "holders": _holders(request, kept.hash),
    }  # fmt: skip


def _holders(request: ActorRequest, digest: str) -> list[Paper]:
    """The papers that are this very scan already."""
    return queries.papers_with(digest, seen_by=request.actor, most=5) if digest else []


def _drafts(request: ActorRequest) -> list[tuple[Person, paperdrafts.Draft]]:
    found = {draft.person: draft for draft in paperdrafts.all_of(by=request.actor)}
    people = queries.people(seen_by=request.actor).filter(pk__in=list(found))
    return [(person, found[person.pk]) for person in people]


def _scan(request: ActorRequest, key: str) -> Scan:
    try:
        found = scans.find(key, by=request.actor)
    except Refused:
        found = None
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def picture(request: ActorRequest, key: str, number: int) -> HttpResponseBase:
    """A page of a scan that waits."""
    try:
        found = scans.picture(_scan(request, key), number - 1)
    except Refused:
        found = None
    if found is None:
        raise Http404
    return send(found, "image/jpeg")


@require_safe
@signed_in
def thumb(request: ActorRequest, key: str) -> HttpResponseBase:
    """The small picture of a scan that waits."""
    try:
        made = scans.prepared(_scan(request, key))
    except Refused:
        return HttpResponse(NO_PICTURE, content_type="image/svg+xml")
    return send(made.with_name("paper.thumb"), "image/jpeg")
