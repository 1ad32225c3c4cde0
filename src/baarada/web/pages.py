"""What every view uses: who asks, whole pages and parts of pages, sentences after an act."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import BadDate, parse
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import as_uuid
from baarada.registry.actions import Done


class ActorRequest(HttpRequest):
    """A request of somebody who is signed in."""

    actor: Actor
    htmx: Any


View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Only for people who are signed in; a page that may not be seen is a page not found."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated or not request.actor:
            if request.method == "POST":
                return _sign_in_first(request)
            target = redirect(settings.LOGIN_URL)
            if request.method == "GET":
                target["Location"] += f"?{urlencode({'next': request.get_full_path()})}"
            return target
        try:
            return view(request, *args, **kwargs)
        except (NotAllowed, PermissionDenied):
            raise Http404 from None

    return wrapped


def _sign_in_first(request: Any) -> HttpResponse:
    """A form sent when its session had ended: what was typed is carried through the sign-in."""
    from baarada.web.desk.sign_in import carrying

    return carrying(request)


def page(
    request: Any, template: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """Render the whole page, or only its named part when htmx asks for that.

    Going back in history arrives as an htmx request but needs the whole page. The Vary
    header keeps a cache from serving the part in place of the page.
    """
    htmx = request.htmx
    part_only = part and htmx and not htmx.boosted and not htmx.history_restore_request
    response = render(request, f"{template}#{part}" if part_only else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def done(request: Any, sentence: Any, act: Done | None = None) -> None:
    """Say what happened, with the act that can be taken back."""
    tag = str(as_uuid(act.act)) if act else ""
    messages.success(request, sentence, extra_tags=tag)


def refused(request: Any, refusal: Refused | str) -> None:
    """Say what was not done."""
    messages.error(request, str(refusal))


def known_day(request: HttpRequest) -> date | None:
    """The day as of which the page shows what was known; None for now."""
    text = request.GET.get("known", "")
    if not text:
        return None
    try:
        found = parse(text)
    except BadDate:
        raise Http404 from None
    return found.last() if found.last() < runtime.today() else None


def after(request: HttpRequest, fallback: str) -> str:
    """Where to go on: the page asked for in the form, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return fallback


def number_in(text: str) -> int:
    """A whole number of an address; 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def uuid_in(text: str) -> UUID | None:
    """An id of an address or a form; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def nothing_changed(request: Any) -> None:
    """Say that what was typed is what was there."""
    messages.info(request, _("Nothing was changed: what you typed is what was there."))
