"""Adding a facility, putting it under another office, adding a service."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.errors import Refused
from baarada.registry import actions, facts, places, search
from baarada.registry.errors import Invalid
from baarada.registry.models import NATIONAL, Area, Assignment, Facility, Population, Unit
from baarada.registry.places import FacilityFile
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, page, refused, signed_in, uuid_in
from baarada.web.places import listing
from baarada.web.places.views import ROOM

NATURE = ("name", "kind", "other_names", "code", "level", "sector", "component", "starts")
PLACE = ("area", "locality", "address", "latitude", "longitude", "phone", "note")
POPULATION = ("year", "people", "source", "edition", "perimeter", "quality", "note")
SERVICE = ("name", "kind", "parent", "beds", "starts", "note")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_facility(request: ActorRequest) -> HttpResponse:
    """A new facility, after a look at those that may be the same one."""
    name = request.GET.get("name", "").strip()[:200]
    data = request.POST if request.method == "POST" else None
    form = FactForm(
        Facility, NATURE, data, required=("name", "kind"), initial={"name": name}, why=("decision", "reason")
    )
    place = FactForm(Facility, PLACE, data, initial=_placed(request))
    charge = FactForm(Assignment, ("office",), data, prefix="charge", required=("office",))
    typed = request.POST.get("name", "").strip() or name
    alike = search.facilities_alike(typed) if typed else []
    if data is not None and all([form.is_valid(), place.is_valid(), charge.is_valid()]):
        answer = _add(request, form, place, charge, alike)
        if answer is not None:
            return answer
    bad = bool(form.errors or place.errors or charge.errors)
    context = {
        "room": ROOM, "form": form, "place": place, "charge": charge, "typed": typed,
        "alike": listing.rows(alike, runtime.today(), seen_by=request.actor),
    }  # fmt: skip
    return page(request, "web/places/add.html", context, status=422 if bad else 200)


def _placed(request: Any) -> dict[str, Any]:
    """The area on whose page the facility was begun."""
    area = Area.objects.live().filter(pk=uuid_in(request.GET.get("area", ""))).first()
    return {"area": area} if area else {}


def _add(
    request: ActorRequest, form: FactForm, place: FactForm, charge: FactForm, alike: list[Facility]
) -> HttpResponse | None:
    if alike and request.POST.get("sure") != "yes":
        sentence = _(
            "Look at the facilities beside: if it is none of them, tick the box, then add the facility."
        )
        form.add_error(None, sentence)
        return None
    if charge.values()["office"] is None:
        charge.add_error("office", _("Choose the office in charge."))
        return None
    values = {k: v for k, v in {**form.values(), **place.values()}.items() if v is not None}
    try:
        act = actions.add_facility(values, by=request.actor, office=charge.values()["office"], why=form.why())
    except Invalid as invalid:
        for one in (form, place):
            own = {k: v for k, v in invalid.problems.items() if k in one.fields}
            one.take(Invalid(own))
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    done(request, _("%(name)s was added.") % {"name": act.record}, act)
    return redirect("web:facility", act.record.pk)


def _file(request: ActorRequest, pk: UUID) -> FacilityFile:
    found = places.facility_file(pk, seen_by=request.actor)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def assign_facility(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Put a facility under another office from a day on."""
    file = _file(request, pk)
    form = FactForm(
        Assignment, ("office", "starts"), request.POST or None, required=("office", "starts"),
        why=("decision", "reason"),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        answer = _assign(request, file, form)
        if answer is not None:
            return answer
    context = {
        "room": ROOM, "form": form, "facility": file.facility, "assignments": file.assignments,
        "today": runtime.today(), "office": file.office_on(runtime.today()),
        "owner": "" if request.actor.kind == NATIONAL else facts.owner_of(Assignment, "office"),
        "seen": request.POST.get("seen") or tokens.seal(*(journal.seen(a) for a in file.assignments)),
    }  # fmt: skip
    return page(request, "web/places/assign.html", context, status=422 if form.errors else 200)


def _assign(request: ActorRequest, file: FacilityFile, form: FactForm) -> HttpResponse | None:
    values = form.values()
    try:
        act = actions.assign_facility(
            file.facility, values["office"], starts=values["starts"], seen=_seen(request), by=request.actor,
            why=form.why(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    done(request, _("%(facility)s answers to another office.") % {"facility": file.facility}, act)
    return redirect("web:facility", file.facility.pk)


def _seen(request: ActorRequest) -> list[Any]:
    """The assignments as the page showed them."""
    try:
        return tokens.unseal(request.POST.get("seen", ""))
    except tokens.BadToken:
        raise Refused(
            _("This page is too old or was altered. Open the file again, then redo the change.")
        ) from None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_unit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A service or ward of a facility."""
    file = _file(request, pk)
    form = FactForm(Unit, SERVICE, request.POST or None, required=("name",), facility=file.facility)
    if request.method == "POST" and form.is_valid():
        values = {k: v for k, v in form.values().items() if v is not None}
        try:
            act = actions.add_unit(file.facility, values, by=request.actor)
        except Invalid as invalid:
            form.take(invalid)
        except Refused as refusal:
            refused(request, refusal)
        else:
            done(request, _("The service “%(name)s” was added.") % {"name": act.record}, act)
            return redirect("web:facility", file.facility.pk)
    context = {"room": ROOM, "form": form, "facility": file.facility, "units": file.units}
    return page(request, "web/places/unit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_population(request: ActorRequest, pk: UUID) -> HttpResponse:
    """How many people live in an area in a year."""
    area = Area.objects.live().filter(pk=pk).first()
    if area is None:
        raise Http404
    form = FactForm(Population, POPULATION, request.POST or None, required=("year", "people", "source"))
    if request.method == "POST" and form.is_valid():
        try:
            act = actions.add_population(area, form.values(), by=request.actor)
        except Invalid as invalid:
            form.take(invalid)
        except Refused as refusal:
            refused(request, refusal)
        else:
            done(request, _("The figure was added."), act)
            return redirect("web:area", area.pk)
    context = {"room": ROOM, "form": form, "area": area}
    return page(request, "web/places/add_population.html", context, status=422 if form.errors else 200)
