"""Acts: what each wrote; taking one back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baarada.accounts.models import Account
from baarada.interop.models import ImportJob
from baarada.journal import queries, undoing
from baarada.journal.drafts import Left
from baarada.journal.models import ActRow
from baarada.kernel.clocks import stamp_of
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import as_id
from baarada.registry import actions, facts
from baarada.registry.conflicts import models
from baarada.registry.models import Office
from baarada.web.desk.subjects import Subject, subjects
from baarada.web.desk.words import FAMILIES, kinds_of, said_of
from baarada.web.desk.written import written
from baarada.web.forms import DayField
from baarada.web.pages import ActorRequest, after, done, page, refused, signed_in

PAGE = 25
ENTRIES = 50
_OFFICE = Office.Merge.number
MOST_ACCOUNTS = 300


class ActsForm(forms.Form):
    """Which acts to list."""

    who = forms.ChoiceField(label=gettext_lazy("By whom"), required=False)
    what = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Account.objects.filter(deleted=False).order_by("name", "pk")[:MOST_ACCOUNTS]
        self.fields["who"].choices = [("", _("Everybody")), *((str(a.pk), str(a)) for a in accounts)]  # type: ignore[attr-defined]
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("", _("Everything")),
            *((name, str(words)) for name, (words, _starts) in FAMILIES.items()),
        ]
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"

    def narrow(self, rows: QuerySet[ActRow]) -> QuerySet[ActRow]:
        """The acts that were asked for."""
        data = self.cleaned_data
        if data.get("who"):
            rows = rows.filter(account=UUID(data["who"]))
        if data.get("what"):
            rows = rows.filter(kind__in=kinds_of(data["what"]))
        if data.get("first"):
            rows = rows.filter(stamp__gte=_begin(data["first"].first()))
        if data.get("last"):
            rows = rows.filter(stamp__lt=_begin(data["last"].last() + timedelta(days=1)))
        return rows


def _begin(day: date) -> int:
    """The first stamp of a day, where this node stands."""
    begin = datetime.combine(day, time(), timezone.get_default_timezone())
    return stamp_of(int(begin.timestamp() * 1000))


@require_safe
@signed_in
def acts(request: ActorRequest) -> HttpResponse:
    """Everything that was done, newest first."""
    form = ActsForm(request.GET)
    rows = ActRow.objects.order_by("-stamp", "-act")
    rows = form.narrow(rows) if form.is_valid() else rows.none()
    found = list(_before(rows, request.GET.get("before", ""))[: PAGE + 1])
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    here = reverse("web:acts")
    place = f"{found[PAGE - 1].stamp}.{found[PAGE - 1].act}" if len(found) > PAGE else ""
    context = {
        "room": "more",
        "form": form,
        "narrowed": bool(asked),
        "acts": said_of(found[:PAGE]),
        "first": f"{here}?{urlencode(asked)}" if request.GET.get("before") else "",
        "next": f"{here}?{urlencode({**asked, 'before': place})}" if place else "",
    }
    return page(request, "web/desk/acts.html", context, status=422 if form.errors else 200)


def _before(rows: QuerySet[ActRow], place: str) -> QuerySet[ActRow]:
    stamp, _dot, act_ = place.partition(".")
    if not stamp.isdecimal() or len(stamp) > 19:
        return rows
    try:
        return rows.filter(Q(stamp__lt=int(stamp)) | Q(stamp=int(stamp), act__lt=UUID(act_)))
    except ValueError:
        return rows


# -- one act --------------------------------------------------------------------------------


@dataclass(slots=True)
class Kept:
    """Something that an undo leaves as it is."""

    subject: Subject | None
    labels: list[Any]
    """Which facts; none for a record that stays whole."""


def _found(pk: UUID) -> ActRow:
    row = queries.act(pk)
    if row is None:
        raise Http404
    return row


@require_safe
@signed_in
def act(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What an act wrote."""
    row = _found(pk)
    said = said_of([row])[0]
    after_ = ref_in(request.GET.get("after", ""))
    helds = queries.entries_of_act(as_id(pk), after_, ENTRIES + 1)
    first = helds[0].entry if helds else None
    context = {
        "room": "more",
        "act": said,
        "office": subjects([(_OFFICE, row.office)]).get((_OFFICE, row.office)),
        "reason": first.reason if first else None,
        "decision": first.decision if first else None,
        "written": written(helds[:ENTRIES]),
        "next": f"?after={helds[ENTRIES - 1].ref}" if len(helds) > ENTRIES else "",
        "first": after_ > 0,
        "short": row.count <= undoing.PIECE,
        "left": _left(request, row) if said.undone and not said.job else [],
    }
    return page(request, "web/desk/act.html", context)


def ref_in(text: str) -> int:
    """A reference of an address; 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _left(request: ActorRequest, row: ActRow) -> list[Kept]:
    """What undoing this act leaves, or has left, because others have built on it."""
    if row.count > undoing.PIECE:
        return []
    return _kept(actions.would_undo(as_id(row.act), seen_by=request.actor)[1])


def _kept(left: list[Left]) -> list[Kept]:
    keys = {(one.held.entry.type, UUID(bytes=one.held.entry.id)) for one in left}
    found = subjects(keys)
    return [_one_kept(one, found) for one in left]


def _one_kept(one: Left, found: dict[Any, Subject]) -> Kept:
    entry = one.held.entry
    model = models().get(entry.type)
    names = {number: name for name, number in model.Merge.numbers.items()} if model else {}  # type: ignore[attr-defined]
    known = facts.FACTS.get(model, {}) if model else {}
    labels = [facts.unit_label(model, names[u]) for u in one.units if names.get(u) in known]
    return Kept(found.get((entry.type, UUID(bytes=entry.id))), labels)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def undo(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Take an act back, once it was said what comes back and what stays."""
    row = _found(pk)
    job = ImportJob.objects.filter(act=pk).only("pk").first()
    if job is not None:
        return redirect("web:import-undo", job.pk)
    if row.count > undoing.PIECE:
        refused(request, _("This act wrote too much to be taken back from a page. Run: baarada undo"))
        return redirect("web:act", pk)
    if request.method != "POST":
        return _confirm(request, row)
    try:
        left = actions.undo(as_id(pk), by=request.actor)
    except NotAllowed:
        raise
    except Refused as refusal:
        refused(request, refusal)
        return redirect("web:act", pk)
    if left:
        done(request, _("Undone, but for what others have changed since: see the list."))
        return redirect("web:act", pk)
    done(request, _("Undone: everything is as it was before."))
    return redirect(after(request, reverse("web:act", args=[pk])))


def _confirm(request: ActorRequest, row: ActRow) -> HttpResponse:
    back, left = actions.would_undo(as_id(row.act), seen_by=request.actor)
    context = {
        "room": "more", "act": said_of([row])[0], "back": back, "left": _kept(left),
        "next": after(request, reverse("web:act", args=[row.act])),
    }  # fmt: skip
    return page(request, "web/desk/undo.html", context)
