"""Who is there: sign in, sign out, one's own page."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from baarada.accounts import actions
from baarada.accounts.models import SignIn, tidy_login
from baarada.kernel.errors import Refused
from baarada.upkeep.demo import script
from baarada.web.pages import ActorRequest, after, done, page, signed_in

MOST_TRIES, WAIT_SECONDS = 8, 300
LANGUAGE_SECONDS = 365 * 24 * 3600


class SignInForm(forms.Form):
    """Login and password."""

    login = forms.CharField(
        label=gettext_lazy("Login"), max_length=80,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "username", "autocapitalize": "none"}),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("Password"), max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "current-password"}),
    )  # fmt: skip


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in. After eight wrong passwords a login waits five minutes."""
    if request.method == "POST" and settings.CONFIG.demo and "demo" in request.POST:
        return _enter(request, _demo_account(request.POST["demo"]))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = _known(request, form)
        if found is not None:
            return _enter(request, found)
    typed = request.POST.get("typed", "")
    return _page(request, form, after(request, ""), typed, 422 if form.errors else 200)


def _page(request: HttpRequest, form: SignInForm, target: str, typed: str, status: int) -> HttpResponse:
    context = {"form": form, "next": target, "typed": typed, "demo_accounts": script.accounts()}
    return page(request, "web/desk/sign_in.html", context, status=status)


NOT_CARRIED = frozenset({"csrfmiddlewaretoken", "present", "new", "password"})
"""What no page may hold, or what belongs to the session that ended."""


def carrying(request: HttpRequest) -> HttpResponse:
    """The sign-in page in answer to a form whose session has ended: what was typed travels with it."""
    pairs = [(k, v) for k, values in request.POST.lists() if k not in NOT_CARRIED for v in values]
    typed = json.dumps(pairs) if pairs else ""
    return _page(request, SignInForm(), request.get_full_path(), typed, 403)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form that came through the sign-in; none where there was none."""
    try:
        pairs = json.loads(request.POST.get("typed", "") or "[]")
        return [(str(name), str(value)) for name, value in pairs if name not in NOT_CARRIED]
    except (ValueError, TypeError):
        return []


def _known(request: HttpRequest, form: SignInForm) -> SignIn | None:
    """Who signs in; None with a sentence on the form."""
    name, password = form.cleaned_data["login"], form.cleaned_data["password"]
    key = f"sign-in:{tidy_login(name)}"
    tries = cache.get_or_set(key, 0, WAIT_SECONDS) or 0
    if tries >= MOST_TRIES:
        form.add_error(None, _("Too many attempts. Wait five minutes, then try again."))
        return None
    user: Any = authenticate(request, login=name, password=password)
    if user is None:
        cache.set(key, tries + 1, WAIT_SECONDS)
        form.add_error(None, _("Login and password do not go together. Check both, capitals included."))
        return None
    if actions.actor_of(user) is None:
        form.add_error(None, _("This account is closed. Ask the administrator of this register."))
        return None
    cache.delete(key)
    return user


def _enter(request: HttpRequest, user: SignIn) -> HttpResponse:
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    target, typed = after(request, reverse("web:home")), _typed(request)
    if typed:
        return page(request, "web/desk/typed.html", {"action": target, "typed": typed, "room": ""})
    return redirect(target)


def _demo_account(name: str) -> SignIn:
    """How one of those comes in whom a demonstration can be entered as."""
    found = SignIn.objects.filter(login=name, account__in=[a.pk for a in script.accounts()]).first()
    if found is None:
        raise Http404
    return found


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return redirect("web:sign-in")


class PasswordForm(forms.Form):
    """The present password, and the new one."""

    present = forms.CharField(
        label=gettext_lazy("Present password"), max_length=200, strip=False,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "current-password"}),
    )  # fmt: skip
    new = forms.CharField(
        label=gettext_lazy("New password"), max_length=200, strip=False,
        help_text=gettext_lazy("Ten characters at least: a short sentence is good."),
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "new-password"}),
    )  # fmt: skip


@sensitive_post_parameters("present", "new")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def me(request: ActorRequest) -> HttpResponse:
    """One's own page: language, password, sign-out."""
    form = PasswordForm()
    if request.method == "POST" and "language" in request.POST:
        return _choose_language(request)
    if request.method == "POST":
        form = PasswordForm(request.POST)
        if form.is_valid() and _change_password(request, form):
            done(request, _("The password was changed."))
            return redirect("web:me")
    context = {"form": form, "languages": settings.LANGUAGES, "room": "more"}
    return page(request, "web/desk/me.html", context, status=422 if form.errors else 200)


def _choose_language(request: ActorRequest) -> HttpResponse:
    code = request.POST["language"]
    answer = redirect(after(request, reverse("web:me")))
    if code in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=LANGUAGE_SECONDS, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return answer


def _change_password(request: ActorRequest, form: PasswordForm) -> bool:
    from django.contrib.auth import update_session_auth_hash

    user: Any = request.user
    if not user.check_password(form.cleaned_data["present"]):
        form.add_error("present", _("This is not the present password."))
        return False
    try:
        actions.set_password(user, form.cleaned_data["new"])
    except Refused as refusal:
        form.add_error("new", str(refusal))
        return False
    update_session_auth_hash(request, user)
    return True
