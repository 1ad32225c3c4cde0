"""What an office works with: the form that adds a thing."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from baarada.kernel.errors import Refused
from baarada.registry import actions
from baarada.registry.errors import Invalid
from baarada.registry.models import Equipment, Office
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, page, refused, signed_in
from baarada.web.places.views import ROOM

FIELDS = ("kind", "label", "serial", "state", "checked", "holder", "giver", "starts", "ends", "note")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One more thing that an office works with."""
    office = Office.objects.live().filter(pk=pk).first()
    if office is None:
        raise Http404
    form = FactForm(Equipment, FIELDS, request.POST or None, required=("kind",))
    if request.method == "POST" and form.is_valid():
        try:
            values = {k: v for k, v in form.values().items() if v is not None}
            act = actions.add_equipment(office, values, by=request.actor)
        except Invalid as invalid:
            form.take(invalid)
        except Refused as refusal:
            refused(request, refusal)
        else:
            done(request, _("The equipment was added."), act)
            return redirect("web:office", pk)
    context = {"room": ROOM, "form": form, "office": office}
    return page(request, "web/places/add_equipment.html", context, status=422 if form.errors else 200)
