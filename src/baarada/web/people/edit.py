"""Adding people and numbers; two files of one person."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baarada.journal import runtime
from baarada.journal.models import Link
from baarada.kernel.errors import Refused
from baarada.registry import actions, identifiers, search
from baarada.registry.errors import Invalid
from baarada.registry.models import Facility, Identifier, Person, Posting
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, page, refused, signed_in, uuid_in
from baarada.web.people import filepage, listing
from baarada.web.records.views import home_of, page_seen, record_of

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
        person = FactForm(Person, NEW_PERSON, required=required, initial=_named(request, name))
        posting = FactForm(Posting, NEW_POSTING, prefix="posting", initial=_placed(request))
        number = FactForm(Identifier, ("kind", "number"), prefix="number")
    _begin_here(person)
    alike = _alike(request, name)
    bad = person.errors or posting.errors or number.errors
    context = {
        "form": person,
        "posting": posting,
        "number": number,
        "alike": alike,
        "sure": request.POST.get("sure") == "yes",
        "room": "people",
        "name": name,
    }
    return page(request, "web/people/add.html", context, status=422 if bad else 200)


def _begin_here(form: FactForm) -> None:
    """Put the cursor into the first field that is empty, unless a refusal is to be read first."""
    empty = next((field for field in form if not field.value()), None)
    if empty is not None and not form.is_bound:
        empty.field.widget.attrs["autofocus"] = True


def _named(request: ActorRequest, name: str) -> dict[str, str]:
    """A name as it was typed in the search box, family and given names told apart as well as one can."""
    words = name.split()
    if not words or any(c.isdigit() for c in name):
        return {}
    known = [search.is_family_name(word, seen_by=request.actor) for word in (words[0], words[-1])]
    first = len(words) > 1 and known == [True, False]
    family, given = (words[0], words[1:]) if first else (words[-1], words[:-1])
    return {"given_names": " ".join(given).title(), "family_name": family.title()}


def _placed(request: Any) -> dict[str, Any]:
    facility = Facility.objects.filter(pk=uuid_in(request.GET.get("facility", ""))).first()
    return {"facility": facility} if facility else {}


def _alike(request: ActorRequest, name: str) -> list[listing.Row]:
    """Files that may be the one about to be opened: looked at before, so that nobody has two."""
    typed = " ".join(request.POST.get(n, "") for n in ("family_name", "given_names")).strip() or name
    number = request.POST.get("number-number", "").strip()
    hits = _bearers(request, request.POST.get("number-kind", ""), number) if number else []
    borne = {h.target for h in hits}
    if typed:
        found = search.search(typed, seen_by=request.actor).people[:6]
        hits += [h for h in found if h.target not in borne]
    return listing.rows([h.target for h in hits], runtime.today(), hits)


def _bearers(request: ActorRequest, kind: str, number: str) -> list[search.Hit]:
    """Who has this very number already."""
    why = _("has this number: %(number)s") % {"number": number}
    return [search.Hit(pk, 0, why) for pk in search.bearers(kind, number, seen_by=request.actor)[:6]]


def _add(request: ActorRequest, person: FactForm, posting: FactForm, number: FactForm) -> HttpResponse | None:
    if request.POST.get("sure") != "yes" and _alike(request, ""):
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
            # Whatever is typed of a posting asks for its place: nothing typed is dropped.
            posting=place or None,
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
    alike: list[listing.Row] = []
    doubt = ""
    if request.method == "POST" and form.is_valid():
        # Looked at now: a field that is refused below is no longer among what was typed.
        alike, doubt = _others_with(request, form, person), _doubt(form)
        try:
            if alike and request.POST.get("sure") != "yes":
                sentence = _(
                    "Somebody else has this number: look at the file beside, then tick the box if it is right."
                )
                raise Invalid({"number": sentence})
            if doubt and request.POST.get("as_paper") != "yes":
                raise Invalid({"number": doubt})
            act = actions.add_identifier(
                person, {k: v for k, v in form.values().items() if v is not None}, by=request.actor
            )
        except Invalid as invalid:
            form.take(invalid)
        except Refused as refusal:
            refused(request, refusal)
        else:
            done(request, _("The number was added."), act)
            return redirect("web:person", pk)
    context = {
        "form": form,
        "person": person,
        "title": _("Add a number"),
        "alike": alike,
        "doubt": doubt,
        "ticked": [name for name in ("sure", "as_paper") if request.POST.get(name) == "yes"],
        "room": "people",
        "back": home_of(person),
    }
    return page(request, "web/people/simple.html", context, status=422 if form.errors else 200)


def _doubt(form: FactForm) -> str:
    """Why the number that was typed may be wrong."""
    values = form.cleaned_data
    return identifiers.doubt(values.get("kind"), values.get("number"))


def _others_with(request: ActorRequest, form: FactForm, person: Person) -> list[listing.Row]:
    """Other people who have the number that was typed."""
    values = form.values()
    if not values["number"] or not values["kind"]:
        return []
    hits = [h for h in _bearers(request, values["kind"], values["number"]) if h.target != person.canonical]
    return listing.rows([h.target for h in hits], runtime.today(), hits)


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
        "lines": filepage.compare(person, other) if other else [],
    }  # fmt: skip
    return page(request, "web/people/same.html", context)


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
    try:
        act = actions.unlink(found, seen=page_seen(request, found), by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
        return redirect("web:person", found.one)
    parted = Person.objects.filter(pk__in=[found.one, found.other]).values("canonical").distinct().count() > 1
    sentence = (
        _("The files are two again.") if parted else _("Another link still holds the two files together.")
    )
    done(request, sentence, act)
    return redirect("web:person", found.one)
