"""Turns whoever is signed in into an Actor."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from baarada.accounts.actions import account_of, as_actor
from baarada.accounts.models import SignIn


class ActorMiddleware:
    """Gives every request its actor, worked out when first asked for, and then the account that the frame shows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def find() -> object:
            user = request.user
            account = account_of(user) if isinstance(user, SignIn) else None
            request.account = account  # type: ignore[attr-defined]
            return as_actor(account) if account else None

        request.actor = SimpleLazyObject(find)  # type: ignore[attr-defined]
        return self.get_response(request)
