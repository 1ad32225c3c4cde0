"""Adding a choice or a cadre; retiring or replacing one; taking that back."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.errors import Refused
from baarada.registry import choicerules, choices, choiceuse, extras, facts, lists
from baarada.registry.actions import Why
from baarada.registry.choicerules import Choice
from baarada.registry.choiceuse import CADRES
from baarada.registry.errors import Invalid
from baarada.registry.models import NATIONAL, Cadre, ListItem
from baarada.web.forms import REASON, DayField, FactForm
from baarada.web.lists import listpage
from baarada.web.lists.views import ROOM, choice_of, known_list
from baarada.web.pages import ActorRequest, done, page, refused, signed_in
from baarada.web.records.views import page_seen

CHOICE = ("label_fr", "label_en", "code", "order", "starts", "attributes", "note")
CADRE = (
    "label_m", "label_f", "label_en", "code", "corps", "category", "component", "isco", "isco_title", "nhwa", "body",
    "core", "order", "starts", "spellings", "note",
)  # fmt: skip


def _form_for(code: str, data: Any) -> FactForm:
    if code == CADRES:
        form = FactForm(Cadre, CADRE, data, required=("code", "label_m"), why=("decision", "reason"))
    else:
        form = FactForm(ListItem, CHOICE, data, required=("code", "label_fr"), why=("decision", "reason"))
        told = max((list(row.attributes or []) for row in lists.items(code)), key=len, default=[])
        if told:
            form.fields["attributes"].help_text = _("One a line, as here: %(lines)s") % {
                "lines": ", ".join(told)
            }
        elif code != extras.LIST:
            # The first field of a country has to say what it holds all the same.
            del form.fields["attributes"]
            form.names.remove("attributes")
    form.fields["code"].help_text = _("What lists and files write for it; it never changes.")
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: ActorRequest, code: str) -> HttpResponse:
    """A new choice, or a new cadre."""
    request.actor.require(choices.RIGHT)
    form = _form_for(known_list(code), request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _add(request, code, form)
        if answer is not None:
            return answer
    context = {
        "room": ROOM, "form": form, "code": code, "name": listpage.name_of(code),
        "closed": code in choicerules.CLOSED,
    }  # fmt: skip
    return page(request, "web/lists/add.html", context, status=422 if form.errors else 200)


def _add(request: ActorRequest, code: str, form: FactForm) -> HttpResponse | None:
    values = {name: value for name, value in form.values().items() if value is not None}
    try:
        if code == CADRES:
            act = choices.add_cadre(values, by=request.actor, why=form.why())
        else:
            act = choices.add(code, values, by=request.actor, why=form.why())
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    done(request, _("“%(name)s” was added to the list.") % {"name": act.record}, act)
    return redirect("web:list", code)


class RetireForm(forms.Form):
    """From which day on, and what stands for the choice from then."""

    def __init__(self, row: Choice, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"] = DayField(
            label=pgettext("choice", "From"), required=False,
            help_text=_("The first day without it: 01/01/2027, 01/2027, or only 2027"),
        )  # fmt: skip
        self.fields["successor"] = forms.ChoiceField(
            label=_("From then on it counts as"), required=False,
            choices=[("", _("nothing else: it stays itself")), *listpage.offered_instead(row)],
        )  # fmt: skip
        self.fields["decision"] = forms.CharField(
            label=gettext_lazy("Decision no."), required=False, max_length=80
        )
        self.fields["reason"] = forms.CharField(label=REASON, required=False, max_length=500)
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"
        self.fields["day"].needed = True  # type: ignore[attr-defined]

    def clean_successor(self) -> Choice | None:
        """The choice that was named."""
        chosen = self.cleaned_data.get("successor")
        return choices.find(UUID(chosen)) if chosen else None


def owner_elsewhere(request: ActorRequest, row: Choice) -> Any:
    """Who decides about a choice, where it is not the office of this person; empty where it is."""
    return "" if request.actor.kind == NATIONAL else facts.owner_of(type(row), "ends")


def _said(request: ActorRequest, row: Choice, words: str) -> str:
    """What was done with a choice, or proposed where another office decides."""
    owner = owner_elsewhere(request, row)
    proposed = _("Proposed for “%(name)s”: %(owner)s decides.")
    return (proposed if owner else words) % {"name": listpage.full_name(row), "owner": owner}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def retire(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Offer a choice no more from a day on, and say what replaces it."""
    request.actor.require(choices.RIGHT)
    row = choice_of(pk)
    initial = {"successor": row.replaced_by_id or ""}
    form = RetireForm(row, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = _retire(request, row, form)
        if answer is not None:
            return answer
    code = listpage.list_of(row)
    uses = choiceuse.uses(code, seen_by=request.actor)
    context = {
        "room": ROOM, "form": form, "choice": row, "name": listpage.full_name(row), "code": code,
        "list_name": listpage.name_of(code), "fixed": choicerules.is_known(row), "today": runtime.today(),
        "owner": owner_elsewhere(request, row),
        "uses": uses.get(row.pk if isinstance(row, Cadre) else row.code, 0),
        "seen": request.POST.get("seen") or tokens.seal(journal.seen(row)),
    }  # fmt: skip
    return page(request, "web/lists/retire.html", context, status=422 if form.errors else 200)


def _retire(request: ActorRequest, row: Choice, form: RetireForm) -> HttpResponse | None:
    data = form.cleaned_data
    why = Why(reason=data["reason"] or None, decision=data["decision"] or None, effective=data["day"])
    try:
        act = choices.retire(
            row,
            data["day"],
            successor=data["successor"],
            seen=page_seen(request, row),
            by=request.actor,
            why=why,
        )
    except Invalid as invalid:
        for name, sentence in invalid.problems.items():
            form.add_error(name if name in form.fields else None, str(sentence))
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    words = _("“%(name)s” is replaced.") if data["successor"] else _("“%(name)s” is retired.")
    done(request, _said(request, row, words), act)
    return redirect("web:choice", row.pk)


@require_POST
@signed_in
def bring_back(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Offer a retired choice again."""
    row = choice_of(pk)
    try:
        act = choices.bring_back(row, seen=page_seen(request, row), by=request.actor)
    except Refused as refusal:
        refused(request, refusal)
    else:
        done(request, _said(request, row, _("“%(name)s” is in force again.")), act)
    return redirect("web:choice", row.pk)
