"""The program's addresses, and one more: the page that pages are held against."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.template import Template, engines
from django.urls import include, path

from baarada.registry.models import Person
from baarada.web.pages import ActorRequest, signed_in

FLOOR = "floor/"


@lru_cache(maxsize=1)
def _template() -> Template:
    source = "{% extends 'web/base.html' %}{% block main %}<p>{{ person.family_name }}</p>{% endblock %}"
    found: Template = engines["django"].from_string(source)
    return found


@signed_in
def floor(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The least page there is: the same middleware, session, sign-in and frame, around one row found by its key."""
    context: dict[str, Any] = {"person": Person.objects.get(pk=pk), "room": "people"}
    return HttpResponse(_template().render(context, request))


urlpatterns = [path("", include("baarada.web.urls")), path(f"{FLOOR}<uuid:pk>/", floor)]
