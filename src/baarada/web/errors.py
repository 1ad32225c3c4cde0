"""Pages for what cannot be shown or done: one sentence, and the way back."""

from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    context = {"title": title, "sentence": sentence, "back": _came_from(request)}
    return render(request, "web/errors/page.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """The page of ours that was shown before; empty where there is none."""
    before = request.META.get("HTTP_REFERER", "")
    try:
        ours = url_has_allowed_host_and_scheme(
            before, {request.get_host()}, require_https=request.is_secure()
        )
        return before if ours and before != request.build_absolute_uri() else ""
    except DisallowedHost:
        return ""


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Nothing at this address, or nothing that may be seen: the same page, so that it tells nothing."""
    sentence = _("Nothing is shown at this address. It may have been typed wrongly, or moved.")
    return _page(request, 404, _("Page not found"), sentence)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Something that this person may not do."""
    return _page(request, 403, _("Page not found"), _("Your account does not lead here."))


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something that no page of ours sends."""
    if isinstance(exception, TOO_LARGE):
        sentence = _(
            "What was sent is too large to be taken at once. Nothing was kept. Shorten it, and send it again."
        )
        return _page(request, 413, _("Too large"), sentence)
    sentence = _(
        "This address or form is not one of this register. Nothing was kept. Begin again from the home page."
    )
    return _page(request, 400, _("Not understood"), sentence)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form from a page that is too old, or from elsewhere."""
    sentence = _(
        "This page was open for too long, or cookies are refused. Nothing was kept. Open the page again, then send it."
    )
    return _page(request, 403, _("Not sent"), sentence)


def failed(request: Any) -> HttpResponse:  # noqa: ARG001
    """Something broke. The page asks nothing of the database, which may be what broke."""
    text = render_to_string("web/errors/failed.html", {"room": ""})
    return HttpResponse(text, status=500)
