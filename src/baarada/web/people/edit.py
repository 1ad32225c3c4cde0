"""Changing, correcting, completing facts; adding people, numbers; linking files."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.journal.drafts import Seen
from baarada.journal.models import Link, Record
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_id
from baarada.registry import actions, facts, search
from baarada.registry.errors import Invalid
from baarada.registry.models import Area, Facility, Identifier, Office, Paper, Person, Posting, Unit
from baarada.web.forms import FactForm, initial_of
from baarada.web.pages import ActorRequest, after, done, nothing_changed, page, refused, signed_in, uuid_in
from baarada.web.people import filepage, listing

SORTS: dict[str, type[Record]] = {
    "person": Person, "number": Identifier, "posting": Posting, "paper": Paper, "facility": Facility, "area": Area,
    "unit": Unit, "office": Office,
}  # fmt: skip
"""Records that pages change, by the word in an address."""

TITLES = {"change": _("Change"), "correct": _("Correct"), "note": _("Note an older fact")}


def page_seen(request: Any, record: Record) -> Seen:
    """What stood on the page that the form came from. Never what stands now."""
    try:
        found = tokens.unseal(request.POST.get("seen", ""))
    except tokens.BadToken:
        raise Refused(
            _("This page is too old or was altered. Open the file again, then redo the change.")
        ) from None
    seen = next((s for s in found if s.id == as_id(record.pk)), None)
    if seen is None:
        raise Refused(_("This page belongs to another file. Open the file again, then redo the change."))
    return seen


def record_of(sort: str, pk: UUID) -> Any:
    """The record of an address, or a page not found."""
    model: Any = SORTS.get(sort)
    found = model.objects.filter(pk=pk, deleted=False).first() if model else None
    if found is None:
        raise Http404
    return found


def home_of(record: Any) -> str:
    """The page on which a record is shown."""
    if isinstance(record, Person):
        return reverse("web:person", args=[record.pk])
    if isinstance(record, Facility):
        return reverse("web:facility", args=[record.pk])
    if isinstance(record, Unit):
        return reverse("web:facility", args=[record.facility_id])
    if isinstance(record, Area):
        return reverse("web:area", args=[record.pk])
    if isinstance(record, Office):
        return reverse("web:office", args=[record.pk])
    return reverse("web:person", args=[record.canonical])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def revise(request: ActorRequest, sort: str, pk: UUID, verb: str) -> HttpResponse:
    """Change a fact (it was true), correct it (it was wrong), or note an older one."""
    if verb not in actions.MODES:
        raise Http404
    record = record_of(sort, pk)
    known = facts.FACTS[type(record)]
    names = [
        n
        for n in request.GET.get("fields", "").split(",")
        if n in known and n not in ("deleted", "person", "hash")
    ]
    names = list(dict.fromkeys(m for n in names for m in facts.unit_of(type(record), n)))
    if not names:
        raise Http404
    why = {
        "change": ("effective", "decision", "reason"),
        "correct": ("reason",),
        "note": ("effective", "reason"),
    }[verb]
    if request.method == "POST":
        form = FactForm(type(record), names, request.POST, why=why)
        if form.is_valid():
            answer = _save(request, record, form, verb)
            if answer is not None:
                return answer
    else:
        form = FactForm(
            type(record), names, why=why, initial={} if verb == "note" else initial_of(record, names)
        )
    context = {
        "form": form,
        "record": record,
        "sort": sort,
        "verb": verb,
        "title": _title(record, names, verb),
        "seen": request.POST.get("seen") or tokens.seal(journal.seen(record)),
        "back": after(request, home_of(record)),
        "owner": facts.owner_of(type(record), names[0]),
        "others": _other_verbs(request, sort, record, names, verb),
        "room": "facilities" if isinstance(record, Facility | Area | Unit | Office) else "people",
    }
    return page(request, "web/people/revise.html", context, status=422 if form.errors else 200)


def _title(record: Any, names: list[str], verb: str) -> str:
    model = type(record)
    label = facts.unit_label(model, names[0]) if len(names) > 1 else facts.fact(model, names[0]).label
    sentence = {
        "change": _("Change: %(fact)s"), "correct": _("Correct: %(fact)s"), "note": _("Note an older fact: %(fact)s"),
    }[verb]  # fmt: skip
    return sentence % {"fact": str(label).lower() if len(str(label)) > 4 else label}


def _other_verbs(request: Any, sort: str, record: Any, names: list[str], verb: str) -> list[tuple[str, str]]:
    from urllib.parse import urlencode

    labels = {
        "change": _("it was true; it changes at a date"),
        "correct": _("it was wrong from the start"),
        "note": _("an older fact is missing"),
    }
    query = urlencode({"fields": ",".join(names), "next": after(request, home_of(record))})
    return [
        (f"{reverse('web:revise', args=[sort, record.pk, other])}?{query}", words)
        for other, words in labels.items()
        if other != verb
    ]


def _save(request: ActorRequest, record: Any, form: FactForm, verb: str) -> HttpResponse | None:
    """Write what the form says; None where it has to be looked at again."""
    try:
        if verb == "note":
            typed = {n: v for n, v in form.values().items() if v is not None}
            act: Any = actions.note_older(record, typed, by=request.actor, why=form.why())
        else:
            seen = page_seen(request, record)
            act = actions.revise(
                record, form.values(), seen=seen, by=request.actor, mode=actions.MODES[verb], why=form.why()
            )
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    if act is None:
        nothing_changed(request)
    else:
        said = {
            "change": _("Changed."),
            "correct": _("Corrected."),
            "note": _("Noted; nothing that shows has changed."),
        }
        done(request, said[verb], act)
    return redirect(after(request, home_of(record)))


# -- a new person ---------------------------------------------------------------------------

NEW_PERSON = ("family_name", "given_names", "sex", "born", "birth_place", "nationality", "phone", "address")
NEW_POSTING = ("facility", "cadre", "job", "starts", "decision")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_person(request: ActorRequest) -> HttpResponse:
    """A new file, after a look at those that may be the same person."""
    required = ("family_name", "sex")
    name = request.GET.get("name", "").strip()[:120]
    if request.method == "POST":
        person = FactForm(Person, NEW_PERSON, request.POST, required=required)
        posting = FactForm(Posting, NEW_POSTING, request.POST, prefix="posting")
        number = FactForm(Identifier, ("kind", "number"), request.POST, prefix="number")
        if person.is_valid() and posting.is_valid() and number.is_valid():
            answer = _add(request, person, posting, number)
            if answer is not None:
                return answer
    else:
        person = FactForm(Person, NEW_PERSON, required=required, initial=_named(name))
        posting = FactForm(Posting, NEW_POSTING, prefix="posting", initial=_placed(request))
        number = FactForm(Identifier, ("kind", "number"), prefix="number")
    alike = _alike(request, person, name)
    bad = person.errors or posting.errors or number.errors
    context = {
        "form": person,
        "posting": posting,
        "number": number,
        "alike": alike,
        "room": "people",
        "name": name,
    }
    return page(request, "web/people/add.html", context, status=422 if bad else 200)


def _named(name: str) -> dict[str, str]:
    """A name as it was typed in the search box, family and given names told apart as well as one can."""
    words = name.split()
    if not words:
        return {}
    return {"given_names": " ".join(words[:-1]).title(), "family_name": words[-1].title()}


def _placed(request: Any) -> dict[str, Any]:
    facility = Facility.objects.filter(pk=uuid_in(request.GET.get("facility", ""))).first()
    return {"facility": facility} if facility else {}


def _alike(request: ActorRequest, form: FactForm, name: str) -> list[listing.Row]:
    """Files that may be the one about to be opened: looked at before, so that nobody has two."""
    typed = " ".join(request.POST.get(n, "") for n in ("family_name", "given_names")).strip() or name
    if not typed:
        return []
    hits = search.search(typed, seen_by=request.actor).people[:6]
    return listing.rows([h.target for h in hits], runtime.today(), hits)


def _add(request: ActorRequest, person: FactForm, posting: FactForm, number: FactForm) -> HttpResponse | None:
    if request.POST.get("sure") != "yes" and _alike(request, person, ""):
        person.add_error(
            None, _("Look at the files beside: if it is none of them, tick the box, then add the person.")
        )
        return None
    place = {k: v for k, v in posting.values().items() if v is not None}
    numbers = [number.values()] if number.values().get("number") else []
    try:
        act = actions.add_person(
            {k: v for k, v in person.values().items() if v is not None},
            by=request.actor,
            posting=place if place.get("facility") or place.get("cadre") else None,
            identifiers=numbers,
        )
    except Invalid as invalid:
        for form in (person, posting, number):
            own = {k: v for k, v in invalid.problems.items() if k in form.fields}
            if own:
                form.take(Invalid(own))
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    done(request, _("%(name)s was added.") % {"name": act.record}, act)
    return redirect("web:person", act.record.pk)


# -- numbers, deletion, two files of one person ---------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_number(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A number by which somebody is known."""
    person = record_of("person", pk)
    names = ("kind", "number", "issuer", "issued", "expires")
    form = FactForm(Identifier, names, request.POST or None, required=("kind", "number"))
    if request.method == "POST" and form.is_valid():
        try:
            act = actions.add_identifier(
                person, {k: v for k, v in form.values().items() if v is not None}, by=request.actor
            )
        except Invalid as invalid:
            form.take(invalid)
        else:
            done(request, _("The number was added."), act)
            return redirect("web:person", pk)
    context = {
        "form": form,
        "person": person,
        "title": _("Add a number"),
        "room": "people",
        "back": home_of(person),
    }
    return page(request, "web/people/simple.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: ActorRequest, sort: str, pk: UUID) -> HttpResponse:
    """Mark a record as deleted: it was written by mistake. It can be taken back."""
    record = record_of(sort, pk)
    back = home_of(record)
    if request.method == "POST":
        try:
            why = actions.Why(reason=request.POST.get("reason", "")[:500] or None)
            act = actions.delete(record, seen=page_seen(request, record), by=request.actor, why=why)
        except Refused as refusal:
            refused(request, refusal)
            return redirect(back)
        done(request, _("Marked as deleted; the history keeps it."), act)
        return redirect("web:people" if isinstance(record, Person) else back)
    context = {
        "record": record, "kind": facts.NAMES[type(record)], "back": back, "seen": tokens.seal(journal.seen(record)),
        "room": "people",
    }  # fmt: skip
    return page(request, "web/people/remove.html", context)


@require_safe
@signed_in
def same_person(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Two files side by side: are they of one person?"""
    person = record_of("person", pk)
    query = request.GET.get("q", "").strip()[:200] or str(person)
    hits = [h for h in search.search(query, seen_by=request.actor).people if h.target != person.canonical][
        :10
    ]
    rows = listing.rows([h.target for h in hits], runtime.today(), hits)
    other = Person.objects.filter(pk=uuid_in(request.GET.get("with", "")), deleted=False).first()
    context = {
        "person": person, "query": query, "rows": rows, "other": other, "room": "people",
        "lines": compare(person, other) if other else [],
    }  # fmt: skip
    return page(request, "web/people/same.html", context)


def compare(one: Person, other: Person) -> list[tuple[Any, str, str, bool]]:
    """Each fact of two files, side by side, and whether they differ."""
    out = []
    for name in (*filepage.IDENTITY, *filepage.CONTACT):
        mine, theirs = filepage.value_of(one, name), filepage.value_of(other, name)
        if mine or theirs:
            out.append(
                (facts.fact(Person, name).label, mine, theirs, bool(mine and theirs and mine != theirs))
            )
    return out


@require_POST
@signed_in
def link(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take two files as those of one person."""
    person = record_of("person", pk)
    other = record_of("person", uuid_in(request.POST.get("other", "")) or UUID(int=0))
    try:
        act = actions.link_people(person, other, by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
        return redirect("web:person", pk)
    done(request, _("The two files are one now. It can be taken back."), act)
    return redirect("web:person", min(person.canonical, other.canonical))


@require_POST
@signed_in
def unlink(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The two files were not of one person after all."""
    found = Link.objects.filter(pk=pk, deleted=False).first()
    if found is None:
        raise Http404
    act = actions.unlink(found, seen=journal.seen(found), by=request.actor)
    done(request, _("The files are two again."), act)
    return redirect("web:person", found.one)
