"""Looking for people, lists of them, somebody's file."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from baarada.journal import runtime
from baarada.registry import extras, paperdrafts, paperneeds, queries, search
from baarada.registry.models import Area, Facility, Office, Paper, Posting
from baarada.web.pages import ActorRequest, known_day, number_in, page, signed_in, uuid_in
from baarada.web.people import filepage, lacking, listing
from baarada.web.records.facts import panel, value_of

PAGE = 25
QUICK_MOST = 30
"""Under the box while typing, seven are shown: no more are looked for than tell the nearest."""
FACETS = ("state", "cadre", "place", "sex", "file")


@require_safe
@signed_in
def find(request: ActorRequest) -> HttpResponse:
    """Results of the one search box: people, facilities, places, papers, decisions."""
    query = request.GET.get("q", "").strip()[:200]
    if request.GET.get("quick"):
        return _quick(request, query)
    if not query:
        return redirect("web:people")
    found = search.search(query, seen_by=request.actor)
    tab = request.GET.get("tab") or _first_tab(found)
    context: dict[str, Any] = {
        "query": query,
        "found": found,
        "tab": tab,
        "room": "people",
        "counts": _counts(found),
    }
    if tab == "people":
        context |= _people_results(request, found)
    else:
        context["others"] = _others(tab, found)
    return page(request, "web/people/search.html", context, part="results")


def _first_tab(found: search.Results) -> str:
    order = ("people", "facilities", "areas", "decisions", "papers")
    return next((name for name in order if getattr(found, name)), "people")


def _counts(found: search.Results) -> list[tuple[str, Any, int]]:
    tabs = (
        ("people", _("People")), ("facilities", _("Facilities")), ("areas", _("Places")),
        ("decisions", _("Decisions")), ("papers", _("Papers")),
    )  # fmt: skip
    return [(name, label, len(getattr(found, name))) for name, label in tabs]


def _people_results(request: ActorRequest, found: search.Results) -> dict[str, Any]:
    today = runtime.today()
    chosen = {name: request.GET.getlist(name) for name in FACETS}
    start = number_in(request.GET.get("from", "0"))
    ids = [h.target for h in found.people]
    # Many are counted by, few are shown: only these are read whole.
    everyone = listing.outlines(ids, today) if len(ids) > PAGE else listing.rows(ids, today, found.people)
    rows = listing.narrow(everyone, chosen)
    shown = rows[start : start + PAGE]
    if len(ids) > PAGE:
        shown = listing.rows([r.person.pk for r in shown], today, found.people)
    facet_list = listing.facets(everyone, chosen)
    return {
        "rows": shown,
        "total": len(rows),
        "start": start,
        "next": start + PAGE if start + PAGE < len(rows) else 0,
        "first_shown": start + 1 if rows else 0,
        "last_shown": min(start + PAGE, len(rows)),
        "left_over": min(PAGE, max(0, len(rows) - start - PAGE)),
        "facets": facet_list,
        "chips": _chips(request, facet_list),
        "narrowed": any(chosen.values()),
    }


def _chips(request: ActorRequest, facet_list: list[listing.Facet]) -> list[tuple[str, str]]:
    """What is filtered, in words, each with the address without it."""
    out = []
    for facet in facet_list:
        for choice in facet.choices:
            if choice.chosen:
                query = request.GET.copy()
                query.setlist(facet.name, [v for v in query.getlist(facet.name) if v != choice.value])
                query.pop("from", None)
                out.append((f"{facet.label}{_(':')} {choice.label}", f"?{query.urlencode()}"))
    return out


def _others(tab: str, found: search.Results) -> list[tuple[str, str, str]]:
    """Hits that are no people: address, name, a line about it."""
    if tab == "facilities":
        ids = [h.target for h in found.facilities][:100]
        rows = {f.pk: f for f in Facility.objects.filter(pk__in=ids)}
        return [
            (reverse("web:facility", args=[pk]), str(rows[pk]), rows[pk].area_label or "")
            for pk in ids
            if pk in rows
        ]
    if tab == "areas":
        ids = [h.target for h in found.areas][:100]
        areas = {a.pk: a for a in Area.objects.filter(pk__in=ids)}
        labels = {a.pk: value_of(a, "kind") for a in areas.values()}
        return [(reverse("web:area", args=[pk]), str(areas[pk]), labels[pk]) for pk in ids if pk in areas]
    if tab == "papers":
        ids = [h.target for h in found.papers][:100]
        papers = Paper.objects.filter(pk__in=ids).select_related("person")
        return [(reverse("web:paper", args=[p.pk]), str(p), str(p.person)) for p in papers]
    ids = [h.target for h in found.decisions][:100]
    postings = Posting.objects.filter(pk__in=ids).select_related("person")
    return [
        (reverse("web:person", args=[p.canonical]), p.decision or "", f"{p.person}, {p.facility_label}")
        for p in postings
    ]


def _quick(request: ActorRequest, query: str) -> HttpResponse:
    """The first hits, under the search box while typing."""
    found = (
        search.search(query, seen_by=request.actor, most=QUICK_MOST)
        if len(query) > 1
        else search.Results(query)
    )
    rows = listing.rows([h.target for h in found.people[:7]], runtime.today(), found.people)
    places = _others("facilities", found)[:3]
    context = {"rows": rows, "places": places, "query": query, "more": len(found.people) > 7}
    return page(request, "web/people/quick.html", context)


@require_safe
@signed_in
def people(request: ActorRequest) -> HttpResponse:
    """Everybody, by name; of one office if one is chosen."""
    office = Office.objects.filter(pk=uuid_in(request.GET.get("office", ""))).first()
    found = queries.people(seen_by=request.actor)
    if office is not None:
        found = found.filter(office=office)
    after = request.GET.get("after", "")
    if after:
        found = _after(found, after)
    ids = list(found.values_list("pk", "sort_key")[: PAGE + 1])
    more = f"{ids[PAGE - 1][1]}|{ids[PAGE - 1][0]}" if len(ids) > PAGE else ""
    context = {
        "rows": listing.rows([pk for pk, _key in ids[:PAGE]], runtime.today()),
        "office": office,
        "offices": queries.offices(),
        "total": queries.how_many_people(office, seen_by=request.actor),
        "more": more,
        "room": "people",
        "first": not after,
    }
    return page(request, "web/people/list.html", context, part="rows")


def _after(found: Any, after: str) -> Any:
    """The rows behind a place in the list: by name, then id. Pages cost the same however deep."""
    from django.db.models import Q

    key, _mark, pk = after.rpartition("|")
    last = uuid_in(pk)
    if last is None:
        raise Http404
    return found.filter(Q(sort_key__gt=key) | Q(sort_key=key, pk__gt=last))


@require_safe
@signed_in
def person(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Somebody's whole file, now or as it was known on a day."""
    today, known = runtime.today(), known_day(request)
    file = queries.person_file(pk, seen_by=request.actor, on=known or today)
    if file is None:
        raise Http404
    if file.person.pk != pk and not known:
        return redirect("web:person", file.person.pk)
    shown = filepage.build(file, today, known)
    proofs = None if known else paperneeds.look([*file.postings, *file.career], file.papers, today)
    context = {
        "page": shown,
        "person": shown.person,
        "room": "people",
        "today": today,
        "known": known,
        "panel": panel(request.GET.get("fact", ""), file.rows) if not known else None,
        "blocking": [q for q in shown.questions if q.blocks],
        "twins": filepage.twins(shown.file),
        "missing": shown.missing,
        "latest": filepage.latest(shown),
        "lacking": lacking.lines(shown.person, proofs.missing) if proofs else [],
        "proofs": proofs.of if proofs else {},
        "draft": _in_preparation(request, shown, known),
        "kept_words": _("Kept here"),
        "has_extras": bool(extras.fields()),
    }
    return page(request, "web/people/file.html", context, part="panel")


def _in_preparation(request: ActorRequest, shown: filepage.FilePage, known: Any) -> paperdrafts.Draft | None:
    """The paper that somebody began to add to this file."""
    if known or not request.actor.may("paper.add"):
        return None
    return paperdrafts.of(shown.person.canonical, by=request.actor)
