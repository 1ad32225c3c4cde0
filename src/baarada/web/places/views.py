"""Facilities, areas, offices: lists of them, and each one's page."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from baarada.journal import runtime
from baarada.kernel.days import BadDate, parse
from baarada.registry import places, queries, search
from baarada.registry.models import Area, Office
from baarada.web.forms import PARTED, area_labels
from baarada.web.pages import ActorRequest, known_day, page, signed_in
from baarada.web.paging import part
from baarada.web.places import areapage, facilitypage, listing, officepage, posts
from baarada.web.records.facts import panel

ROOM = "facilities"


def day_asked(request: Any) -> date | None:
    """The day that a page is asked to show, by its address; None for today."""
    text = request.GET.get("on", "")
    try:
        found = parse(text) if text else None
    except BadDate:
        return None
    return found.last() if found and found.last() != runtime.today() else None


@require_safe
@signed_in
def facilities(request: ActorRequest) -> HttpResponse:
    """Facilities by name, narrowed by kind, place, office and words of the name."""
    today = runtime.today()
    narrowed = listing.Narrowed.by(request.GET)
    found = narrowed.found(today, seen_by=request.actor)
    shown = part(found, request.GET.get("after", ""))
    kinds, other_kinds = listing.kind_choices(narrowed, today, seen_by=request.actor)
    context = {
        "room": ROOM,
        "narrowed": narrowed,
        "part": shown,
        "rows": listing.rows(shown.rows, today, seen_by=request.actor),
        "total": found.count(),
        "kinds": kinds,
        "other_kinds": other_kinds,
        "areas": listing.area_choices(narrowed.area, today),
        "offices": queries.offices(),
        "chips": listing.chips(request.GET, narrowed),
    }
    return page(request, "web/places/facilities.html", context, part="results")


@require_safe
@signed_in
def facility(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A facility: now, on a day, or as it was known on one."""
    today, known, day = runtime.today(), known_day(request), day_asked(request)
    file = places.facility_file(pk, seen_by=request.actor)
    if file is None:
        raise Http404
    if file.facility.pk != pk:
        return redirect("web:facility", file.facility.pk)
    context: dict[str, Any] = {"room": ROOM, "known": known, "day": day, "on": day or known or today}
    then = places.as_known(file, known) if known else file
    if then is None:
        context["facility"] = file.facility
        return page(request, "web/places/facility_unknown.html", context)
    shown = facilitypage.build(
        then, context["on"], known, seen_by=request.actor, after=request.GET.get("after", "")
    )
    context |= {
        "page": shown,
        "facility": shown.facility,
        "panel": None if known else panel(request.GET.get("fact", ""), [file.facility]),
        "blocking": [q for q in shown.questions if q.blocks],
        "cadres": facilitypage.cadre_rows(shown),
        "posts": posts.by_cadre(shown.posts, context["on"]),
        "posts_counted": posts.counted(shown.posts),
    }
    return page(request, "web/places/facility.html", context, part="panel")


@require_safe
@signed_in
def areas(request: ActorRequest) -> HttpResponse:
    """The country's first level on a day, with what each area holds."""
    day = day_asked(request)
    on = day or runtime.today()
    country = queries.country(on)
    found = list(queries.areas_within(country, on)) if country else []
    context = {"room": ROOM, "country": country, "rows": areapage.rows(found, on), "day": day, "on": on}
    return page(request, "web/places/areas.html", context)


@require_safe
@signed_in
def area(request: ActorRequest, pk: UUID) -> HttpResponse:
    """An area: what it is, what it lies in and holds on a day, and on others."""
    found = Area.objects.live().filter(pk=pk).first()
    if found is None:
        raise Http404
    day = day_asked(request)
    on = day or runtime.today()
    shown = areapage.build(found, on, seen_by=request.actor)
    context = {
        "room": ROOM,
        "page": shown,
        "area": found,
        "day": day,
        "on": on,
        "panel": panel(request.GET.get("fact", ""), [found]),
    }
    return page(request, "web/places/area.html", context, part="panel")


@require_safe
@signed_in
def area_choices(request: ActorRequest) -> HttpResponse:
    """Areas for a field, while a name is typed."""
    query = next((str(text) for text in request.GET.values() if text), "")
    found = search.areas_like(query.partition(PARTED)[0], most=12) if len(query) > 1 else []
    return page(request, "web/people/choices.html", {"labels": area_labels(found).values()})


@require_safe
@signed_in
def offices(request: ActorRequest) -> HttpResponse:
    """The offices as a tree, with what each is in charge of."""
    today = runtime.today()
    context = {"room": ROOM, "tree": officepage.tree(today, seen_by=request.actor)}
    return page(request, "web/places/offices.html", context)


@require_safe
@signed_in
def office(request: ActorRequest, pk: UUID) -> HttpResponse:
    """An office: what it is, what it answers to, what it is in charge of."""
    found = Office.objects.live().filter(pk=pk).select_related("parent", "area").first()
    if found is None:
        raise Http404
    today = runtime.today()
    charged = places.find_facilities(seen_by=request.actor, on=today, office=found)
    own = part(charged, request.GET.get("after", ""))
    context = {
        "room": ROOM,
        "page": officepage.build(found, today, seen_by=request.actor),
        "office": found,
        "part": own,
        "rows": listing.rows(own.rows, today, seen_by=request.actor),
        "panel": panel(request.GET.get("fact", ""), [found]),
    }
    return page(request, "web/places/office.html", context, part="panel")
