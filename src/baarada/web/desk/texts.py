"""Laws, norms and plans: the list, and the form that adds one."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.registry import actions, lists, places
from baarada.registry.errors import Invalid
from baarada.registry.models import LegalText
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, page, refused, signed_in
from baarada.web.paging import part

ROOM = "more"
FIELDS = (
    "kind", "number", "title", "dated", "signed_by", "starts", "ends", "subject", "found_at", "extract", "note",
)  # fmt: skip


class TextsForm(forms.Form):
    """Which texts to list."""

    q = forms.CharField(label=gettext_lazy("Words of the title, or number"), required=False, max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of text"), required=False)
    past = forms.BooleanField(label=gettext_lazy("Also those no longer in force"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("All")), *lists.choices("text_kind")]  # type: ignore[attr-defined]
        for name in ("q", "kind"):
            self.fields[name].widget.attrs["class"] = "in"


@require_safe
@signed_in
def texts(request: ActorRequest) -> HttpResponse:
    """Laws, norms and plans by title, those in force first asked for."""
    form = TextsForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    today = runtime.today()
    found = places.legal_texts(
        text=said.get("q") or "", kind=said.get("kind") or "", on=None if said.get("past") else today
    )
    context = {
        "room": ROOM, "form": form, "part": part(found, request.GET.get("after", "")), "today": today,
        "narrowed": any(said.values()),
    }  # fmt: skip
    return page(request, "web/desk/texts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: ActorRequest) -> HttpResponse:
    """A new text."""
    form = FactForm(LegalText, FIELDS, request.POST or None, required=("title",))
    if request.method == "POST" and form.is_valid():
        try:
            values = {k: v for k, v in form.values().items() if v is not None}
            act = actions.add_text(values, by=request.actor)
        except Invalid as invalid:
            form.take(invalid)
        except Refused as refusal:
            refused(request, refusal)
        else:
            done(request, _("The text was added."), act)
            return redirect("web:record", "text", act.record.pk)
    context = {"room": ROOM, "form": form}
    return page(request, "web/desk/add_text.html", context, status=422 if form.errors else 200)
