"""Lists kept at hand: views under a name, columns chosen, numbers pasted."""

import csv
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baarada.accounts import kept
from baarada.accounts.models import NumberList, SavedView
from baarada.interop.tables.exporting import harmless
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_uuid
from baarada.registry import numbers
from baarada.registry.facts import NAMES
from baarada.registry.models import Employment, Licence, Person, Posting, Qualification
from baarada.web.pages import ActorRequest, done, page, refused, signed_in
from baarada.web.people import columns
from baarada.web.people.narrowing import Labels, Narrowing, chips

LONGEST_PASTED = numbers.MOST_AT_ONCE * 100


def address_of(query: str) -> str:
    """Where a view leads: to the list of everybody, or to what words find."""
    name = "web:search" if query.startswith("q=") or "&q=" in query else "web:people"
    return f"{reverse(name)}?{query}"


# -- views -------------------------------------------------------------------------------------------


@require_safe
@signed_in
def views(request: ActorRequest) -> HttpResponse:
    """The views kept by this account, and those of its office."""
    own = as_uuid(request.actor.account)
    found = kept.views(seen_by=request.actor)
    rows = [(view, address_of(view.query), view.account == own) for view in found]
    return page(request, "web/people/views.html", {"room": "people", "views": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keep_view(request: ActorRequest) -> HttpResponse:
    """Keep the list that the address narrows, under a name."""
    narrowing = Narrowing.by(request.GET)
    query = narrowing.query().urlencode()
    name, shared, problem = request.POST.get("name", ""), request.POST.get("shared") == "yes", ""
    if request.method == "POST":
        try:
            view = kept.keep_view(name, query, shared=shared, by=request.actor)
        except Refused as refusal:
            problem = str(refusal)
        else:
            done(request, _("The view “%(name)s” is kept.") % {"name": view.name})
            return redirect(address_of(query))
    labels = Labels([(n, v) for n, values in narrowing.chosen.items() for v in values])
    context = {
        "room": "people", "same": query, "chips": chips(narrowing, labels), "name": name, "shared": shared,
        "problem": problem, "back": address_of(query),
    }  # fmt: skip
    return page(request, "web/people/keep_view.html", context, status=422 if problem else 200)


def _view(request: ActorRequest, pk: int) -> SavedView:
    found = kept.views(seen_by=request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_POST
@signed_in
def revise_view(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a view another name, share it or not."""
    view = _view(request, pk)
    try:
        kept.revise_view(
            view, request.POST.get("name", ""), shared=request.POST.get("shared") == "yes", by=request.actor
        )
    except Refused as refusal:
        refused(request, refusal)
    else:
        done(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect("web:views")


@require_POST
@signed_in
def drop_view(request: ActorRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = _view(request, pk)
    try:
        kept.drop_view(view, by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
    else:
        done(request, _("The view “%(name)s” is deleted. Nobody's file was touched.") % {"name": view.name})
    return redirect("web:views")


# -- columns -------------------------------------------------------------------------------------------


@require_safe
@signed_in
def choose_columns(request: ActorRequest) -> HttpResponse:
    """Which columns the list shows."""
    narrowing = Narrowing.by(request.GET)
    rest = narrowing.query(col=None)
    back = reverse("web:search" if narrowing.words else "web:people")
    context = {
        "room": "people", "groups": _groups(narrowing.columns), "most": columns.MOST_COLUMNS, "back": back,
        "kept": [(name, value) for name, values in rest.lists() for value in values],
        "without": f"{back}?{rest.urlencode()}",
    }  # fmt: skip
    return page(request, "web/people/columns.html", context)


_GROUPS: dict[str, Any] = {
    "posting": Posting,
    "employment": Employment,
    "qualification": Qualification,
    "licence": Licence,
}


def _groups(chosen: list[str]) -> list[tuple[Any, list[tuple[columns.Heading, bool]]]]:
    """The columns that can be chosen, by what they are about."""
    out: dict[Any, list[tuple[columns.Heading, bool]]] = {}
    for heading in columns.offered():
        prefix, dot, _name = heading.key.partition(".")
        label = (
            _("The list") if heading.key in columns.LIST_COLUMNS else _label(prefix) if dot else NAMES[Person]
        )
        out.setdefault(str(label), []).append((heading, heading.key in chosen))
    return list(out.items())


def _label(prefix: str) -> Any:
    return NAMES[_GROUPS[prefix]] if prefix in _GROUPS else _("Numbers")


# -- numbers pasted ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def paste_numbers(request: ActorRequest) -> HttpResponse:
    """Numbers pasted become a list of people."""
    typed, problem = request.POST.get("numbers", "")[:LONGEST_PASTED], ""
    if request.method == "POST":
        try:
            found = kept.keep_numbers(typed, by=request.actor)
        except Refused as refusal:
            problem = str(refusal)
        else:
            return redirect(f"{reverse('web:people')}?list={found.pk}")
    context = {
        "room": "people", "typed": typed, "problem": problem, "most": numbers.MOST_AT_ONCE,
        "lists": kept.number_lists(seen_by=request.actor),
    }  # fmt: skip
    return page(request, "web/people/numbers.html", context, status=422 if problem else 200)


@require_safe
@signed_in
def absent_numbers(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The pasted numbers that nobody bears, as a file."""
    request.actor.require("export")
    found: NumberList | None = kept.number_list(pk)
    if found is None:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="numeros.csv"'
    answer.write("\ufeff")
    out = csv.writer(answer, delimiter=";")
    out.writerow([_("Borne by nobody here")])
    out.writerows([harmless(one)] for one in found.absent)
    return answer
