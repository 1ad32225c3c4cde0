"""One record: its facts with their history; changing, correcting, completing one; marking it as deleted."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from baarada.journal import actions as journal
from baarada.journal import queries, tokens
from baarada.journal.drafts import Seen
from baarada.journal.models import ConflictRow, Record
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_id
from baarada.registry import actions, extras, facts, lists, summaries
from baarada.registry.errors import Invalid
from baarada.registry.models import (
    OF_A_CAREER,
    OF_A_PERSON,
    PERSONAL,
    Area,
    Assignment,
    Cadre,
    Equipment,
    ExtraValue,
    Facility,
    Identifier,
    Inclusion,
    LegalText,
    ListItem,
    Office,
    Person,
    Population,
    Post,
    Posting,
    Unit,
)
from baarada.web.forms import FactForm, initial_of
from baarada.web.pages import ActorRequest, after, done, nothing_changed, page, refused, signed_in
from baarada.web.records.facts import HIDDEN, SETTLED, SORTS, by_unit, names_of, panel, shown_facts


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
    if isinstance(record, Post):
        return reverse("web:posts", args=[record.facility_id])
    if isinstance(record, Unit | Assignment):
        return reverse("web:facility", args=[record.facility_id])
    if isinstance(record, Inclusion | Population):
        return reverse("web:area", args=[record.area_id])
    if isinstance(record, Area):
        return reverse("web:area", args=[record.pk])
    if isinstance(record, Office):
        return reverse("web:office", args=[record.pk])
    if isinstance(record, Equipment):
        return reverse("web:office", args=[record.office_id])
    if isinstance(record, LegalText):
        return reverse("web:record", args=["text", record.pk])
    if isinstance(record, ListItem | Cadre):
        return reverse("web:choice", args=[record.pk])
    return reverse("web:person", args=[record.canonical])


LISTS = {
    Person: "web:people",
    Facility: "web:facilities",
    Area: "web:areas",
    Office: "web:offices",
    LegalText: "web:texts",
    Cadre: "web:lists",
    ListItem: "web:lists",
}
"""Where to go on from a record that has no page any more."""


def room_of(record: Any) -> str:
    """The entry of the menu that a record belongs to."""
    if isinstance(record, LegalText | ListItem | Cadre):
        return "more"
    return "people" if isinstance(record, (Person, *OF_A_PERSON)) else "facilities"


def heading(record: Any) -> str:
    """What a record is called on its own page."""
    if isinstance(record, Posting):
        return record.facility_label or _("Posting")
    if isinstance(record, Identifier):
        said = [p for p in (lists.label("identifier_kind", record.kind), record.number) if p]
        return f"{_(':')} ".join(said)
    if isinstance(record, (*OF_A_CAREER, *PERSONAL)):
        return summaries.title(record)
    if isinstance(record, ExtraValue):
        return lists.label(extras.LIST, record.field)
    if isinstance(record, Equipment):
        return " ".join(p for p in (lists.label("equipment_kind", record.kind), record.label) if p)
    if isinstance(record, Assignment):
        return str(record.office or "")
    if isinstance(record, Inclusion):
        return str(record.parent or "")
    if isinstance(record, Population):
        return " ".join(str(part) for part in (record.area, record.year) if part)
    return str(record) or str(facts.NAMES[type(record)])


def subject(record: Any) -> str:
    """Whom or what a page about a record is about, in a few words."""
    person = person_of(record)
    return f"{person}, {heading(record)}" if person else heading(record)


def person_of(record: Any) -> Person | None:
    """Whose record it is."""
    if not isinstance(record, OF_A_PERSON):
        return None
    return Person.objects.filter(pk=record.canonical).first()


@require_safe
@signed_in
def show(request: ActorRequest, sort: str, pk: UUID) -> HttpResponse:
    """All facts of a record, each with its history."""
    record = record_of(sort, pk)
    histories = queries.histories([record])
    conflicts = by_unit(ConflictRow.objects.filter(entity=record.pk))
    context = {
        "record": record,
        "sort": sort,
        "kind": facts.NAMES[type(record)],
        "heading": heading(record),
        "person": person_of(record),
        "rows": shown_facts(record, names_of(type(record)), histories, conflicts),
        "panel": panel(request.GET.get("fact", ""), [record]),
        "back": home_of(record),
        "room": room_of(record),
    }
    return page(request, "web/records/record.html", context, part="panel")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def revise(request: ActorRequest, sort: str, pk: UUID, verb: str) -> HttpResponse:
    """Change a fact (it was true), correct it (it was wrong), or note an older one."""
    if verb not in actions.MODES:
        raise Http404
    record = record_of(sort, pk)
    known = facts.FACTS[type(record)].keys() - HIDDEN - SETTLED.get(type(record), frozenset())
    names = [n for n in request.GET.get("fields", "").split(",") if n in known]
    names = list(dict.fromkeys(m for n in names for m in facts.unit_of(type(record), n)))
    names = extras.asked_names(record, names)
    if not names:
        raise Http404
    known_facts = {name: extras.fact_of(record, name) for name in names}
    why = {
        "change": ("effective", "decision", "reason"),
        "correct": ("reason",),
        "note": ("effective", "reason"),
    }[verb]
    initial = {} if verb == "note" else initial_of(record, names)
    if request.method == "POST":
        facility = getattr(record, "facility", None)
        form = FactForm(
            type(record), names, request.POST, why=why, facility=facility, known=known_facts, initial=initial
        )
        if form.is_valid():
            answer = _save(request, record, form, verb)
            if answer is not None:
                return answer
    else:
        form = FactForm(type(record), names, why=why, initial=initial, known=known_facts)
    context = {
        "form": form,
        "record": record,
        "sort": sort,
        "verb": verb,
        "title": _title(record, names, verb),
        "subject": subject(record),
        "seen": request.POST.get("seen") or request.GET.get("seen") or tokens.seal(journal.seen(record)),
        "back": after(request, home_of(record)),
        "owner": facts.owner_of(type(record), names[0]),
        "others": _other_verbs(request, sort, record, names, verb),
        "room": room_of(record),
    }
    return page(request, "web/records/revise.html", context, status=422 if form.errors else 200)


def _title(record: Any, names: list[str], verb: str) -> str:
    model = type(record)
    label = facts.unit_label(model, names[0]) if len(names) > 1 else extras.fact_of(record, names[0]).label
    sentence = {
        "change": _("Change: %(fact)s"), "correct": _("Correct: %(fact)s"), "note": _("Note an older fact: %(fact)s"),
    }[verb]  # fmt: skip
    return sentence % {"fact": str(label).lower() if len(str(label)) > 4 else label}


def _other_verbs(request: Any, sort: str, record: Any, names: list[str], verb: str) -> list[tuple[str, str]]:
    labels = {
        "change": _("No, it was true; it changes at a date"),
        "correct": _("No, it was wrong from the start"),
        "note": _("No, an older fact is missing"),
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
            typed = extras.whole_unit(record, typed)
            act: Any = actions.note_older(record, typed, by=request.actor, why=form.why())
        else:
            seen = page_seen(request, record)
            act = actions.revise(
                record,
                extras.whole_unit(record, form.values()),
                seen=seen,
                by=request.actor,
                mode=actions.MODES[verb],
                why=form.why(),
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
        label = str(facts.unit_label(type(record), form.names[0]))
        said = {
            "change": _("Changed: %(fact)s.") % {"fact": label},
            "correct": _("Corrected: %(fact)s.") % {"fact": label},
            "note": _("Noted; nothing that shows has changed."),
        }
        done(request, said[verb], act)
    return redirect(after(request, home_of(record)))


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
        return redirect(LISTS.get(type(record)) or back)
    context = {
        "record": record, "kind": facts.NAMES[type(record)], "heading": heading(record), "subject": subject(record),
        "back": back, "seen": tokens.seal(journal.seen(record)),
        "room": room_of(record),
    }  # fmt: skip
    return page(request, "web/records/remove.html", context)
