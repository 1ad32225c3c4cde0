"""Posting, transferring, ending."""

from typing import Any
from uuid import UUID

from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from baarada.interop.tables import cells
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.days import BadDate, PartialDate, parse
from baarada.kernel.errors import Refused
from baarada.registry import actions, lists, queries, search
from baarada.registry.errors import Invalid
from baarada.registry.models import FULL_TIME, Facility, Person, Posting
from baarada.web.forms import PARTED, FactForm, facility_label
from baarada.web.pages import ActorRequest, done, page, refused, signed_in, uuid_in
from baarada.web.records.views import home_of, page_seen, record_of

NEW = (
    "facility",
    "unit",
    "post",
    "cadre",
    "job",
    "kind",
    "starts",
    "ends",
    "share",
    "main",
    "decision",
    "decided",
    "reason",
    "note",
)
TRANSFER = ("facility", "post", "starts", "reason", "cadre", "job", "decision", "decided", "note")
END = ("ends", "end_reason")
RESTS_ON = frozenset({"decision", "decided", "reason", "note", "why_reason"})


class PostingForm(FactForm):
    """A posting in two parts: where and since when; what it rests on."""

    @property
    def where_fields(self) -> list[BoundField]:
        """Place, cadre, days."""
        return [field for field in self if field.name not in RESTS_ON]

    @property
    def why_fields(self) -> list[BoundField]:
        """Decision and reasons."""
        return [field for field in self if field.name in RESTS_ON]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def start(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Place somebody in a facility; a posting of the past is written the same way."""
    person: Person = record_of("person", pk)
    running = _running(person)
    second = bool(running) and "second" in request.GET
    first = {
        "kind": "appointment", "share": None if second else FULL_TIME, "main": not second,
        "cadre": running[0].cadre_id if running else None, **_span_asked_for(request),
    }  # fmt: skip
    form = PostingForm(
        Posting,
        NEW,
        request.POST or None,
        required=("facility", "cadre", "starts"),
        initial=first,
        why=("reason",),
    )
    if request.method == "POST" and form.is_valid():
        values = {k: v for k, v in form.values().items() if v is not None}
        values["main"] = bool(values.get("main"))

        def verb() -> Any:
            seen = page_seen(request, person)
            return actions.start_posting(person, values, seen_person=seen, by=request.actor, why=form.why())

        answer = _write(request, form, person, verb, _("The posting was written."))
        if answer is not None:
            return answer
    context = {
        "form": form, "person": person, "title": _("Post"), "room": "people", "back": home_of(person),
        "seen": request.POST.get("seen") or tokens.seal(journal.seen(person)),
    }  # fmt: skip
    return page(request, "web/people/posting.html", context, status=422 if form.errors else 200)


def _running(person: Person) -> list[Posting]:
    today = runtime.today()
    found = queries.current_postings([person.canonical], today)[person.canonical]
    return [p for p in found if p.span.holds(today)]


def _span_asked_for(request: Any) -> dict[str, PartialDate]:
    """The days of a gap that is to be filled."""
    out = {}
    for name, field in (("first", "starts"), ("last", "ends")):
        try:
            out[field] = parse(request.GET[name])
        except (KeyError, BadDate):
            continue
    return out


def _write(
    request: ActorRequest, form: FactForm, person: Person, verb: Any, sentence: str
) -> HttpResponse | None:
    try:
        act = verb()
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    done(request, sentence, act)
    return redirect("web:person", person.canonical)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def transfer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Move somebody from the present posting to another facility."""
    old: Posting = record_of("posting", pk)
    person = Person.objects.get(pk=old.canonical)
    form = FactForm(
        Posting, TRANSFER, request.POST or None, required=("facility", "starts"),
        initial={"cadre": old.cadre_id, "starts": _today(), "facility": _asked_for(request)},
    )  # fmt: skip
    form.fields["facility"].label = _("New facility")
    form.fields["starts"].label = _("Takes effect on")
    target = None
    if request.method == "POST" and "look" not in request.POST and form.is_valid():
        values = {k: v for k, v in form.values().items() if v is not None}
        values.setdefault("cadre", old.cadre)

        def verb() -> Any:
            seen, seen_person = page_seen(request, old), page_seen(request, person)
            return actions.transfer(person, old, values, seen=seen, seen_person=seen_person, by=request.actor)

        answer = _write(request, form, person, verb, _("%(name)s was transferred.") % {"name": person})
        if answer is not None:
            return answer
        target = form.cleaned_data.get("facility")
    target = target or _chosen(form)
    context = {
        "form": form, "person": person, "old": old, "room": "people", "back": home_of(person), "target": target,
        "seen": request.POST.get("seen") or tokens.seal(journal.seen(old), journal.seen(person)),
        "effects": effects(old, target, person, request) if target else [],
        "cadre_word": lists.cadre_of_both(old.cadre_id),
    }  # fmt: skip
    return page(
        request,
        "web/people/transfer.html",
        context,
        part="effects",
        status=422 if form.errors else 200,
    )


def _today() -> Any:
    return PartialDate.on(runtime.today())


def _asked_for(request: Any) -> Facility | str | None:
    if request.GET.get("facility"):
        return str(request.GET["facility"])[:300]
    return Facility.objects.filter(pk=uuid_in(request.GET.get("to", ""))).first()


def _chosen(form: FactForm) -> Facility | None:
    """The facility named so far in a form, if it is one."""
    text = form["facility"].value()
    if isinstance(text, Facility):
        return text
    name, _mark, office = str(text or "").partition(PARTED)
    finder = cells.Finder()
    try:
        return finder.facility(name, finder.office(office) if office else None) if name else None
    except cells.BadCell:
        return None


def effects(old: Posting, target: Facility, person: Person, request: ActorRequest) -> list[dict[str, Any]]:
    """Both places before and after: how many of the cadre, how many in all, how many women."""
    today = runtime.today()
    out = []
    former = Facility.objects.filter(pk=old.facility_id).first()
    for facility, change in ((former, -1), (target, +1)):
        if facility is None:
            continue
        staff = queries.staff_of(facility, today, seen_by=request.actor)
        same = sum(p.cadre_id == old.cadre_id for p in staff)
        women = sum(p.person.sex == "F" for p in staff)
        woman = change if person.sex == "F" else 0
        out.append({
            "facility": facility, "leaves": change < 0, "cadre": (same, same + change),
            "all": (len(staff), len(staff) + change), "women": (women, women + woman),
            "last": change < 0 and same == 1,
        })  # fmt: skip
    return out


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def end(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End a posting: retirement, death, resignation, the end of a contract ..."""
    old: Posting = record_of("posting", pk)
    person = Person.objects.get(pk=old.canonical)
    form = FactForm(Posting, END, request.POST or None, required=END, why=("decision", "reason"))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if values["ends"] is None:
            form.add_error("ends", _("Write the last day; a year alone will do."))
        else:

            def verb() -> Any:
                return actions.end_posting(
                    old, last=values["ends"], end_reason=values["end_reason"] or "", seen=page_seen(request, old),
                    by=request.actor, why=form.why(),
                )  # fmt: skip

            answer = _write(request, form, person, verb, _("The posting was ended."))
            if answer is not None:
                return answer
    context = {
        "form": form, "person": person, "old": old, "room": "people", "back": home_of(person),
        "seen": request.POST.get("seen") or tokens.seal(journal.seen(old)),
    }  # fmt: skip
    return page(request, "web/people/end.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def facility_choices(request: ActorRequest) -> HttpResponse:
    """Facilities for a field, while its name is typed."""
    query = next((request.GET[k] for k in request.GET if k.endswith("facility")), "")
    found = search.facilities_like(query.partition(PARTED)[0], most=12) if len(query) > 1 else []
    context = {"labels": [facility_label(f) for f in found]}
    return page(request, "web/people/choices.html", context)
