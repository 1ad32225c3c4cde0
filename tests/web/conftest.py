"""Browsers of the cast."""

from collections.abc import Callable

import pytest
from django.test import Client

from baarada.accounts import actions
from baarada.accounts.models import Account, SignIn
from baarada.kernel.actors import Actor
from baarada.kernel.ids import as_id
from baarada.registry import counting


@pytest.fixture
def browser_of(country) -> Callable[..., Client]:
    """A browser in which somebody is signed in, acting for an office; ``browser.actor`` is who they are."""

    def make(login: str, office) -> Client:
        by = Actor(bytes(16), "set-up", as_id(country.national.pk), "national")
        account: Account = actions.add_account(
            login=login, name=login.title(), office=office, password=None, by=by
        )
        client = Client()
        sign_in = SignIn.objects.get(account=account.pk)
        client.force_login(sign_in)
        client.actor = actions.actor_of(sign_in)
        return client

    return make


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    """No count is kept for the time that it took to make: how fast the machine is tells nothing about queries."""
    monkeypatch.setattr(counting, "PATIENCE", 0)
