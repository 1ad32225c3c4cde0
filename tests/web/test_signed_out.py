"""A session that ends while somebody types: nothing typed is lost."""

import re
from html import unescape

import pytest
from django.urls import reverse

from baarada.accounts import actions as accounts
from baarada.accounts.models import SignIn
from baarada.registry.models import Person

pytestmark = pytest.mark.django_db(databases=["default", "queue"])

PASSWORD = "le mil pousse en juin"
TYPED = {"family_name": "Traoré", "given_names": "« Awa » & Mariam", "sex": "F", "born": "31/02/1990"}


@pytest.fixture
def browser(browser_of, country):
    browser = browser_of("amina", country.kadiolo)
    accounts.set_password(SignIn.objects.get(login="amina"), PASSWORD)
    browser.logout()
    return browser


def hidden(answer) -> dict[str, str]:
    """The hidden fields of a page, as a browser sends them back."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_a_form_sent_after_the_session_is_carried_through_the_sign_in(browser, country):
    add = reverse("web:add-person")
    answer = browser.post(add, TYPED)
    assert answer.status_code == 403
    assert Person.objects.count() == 0

    signed = browser.post(reverse("web:sign-in"), {**hidden(answer), "login": "amina", "password": PASSWORD})
    assert f'action="{add}"' in signed.content.decode()
    assert Person.objects.count() == 0

    assert hidden(signed) == TYPED
    assert browser.post(add, hidden(signed)).context["form"]["born"].value() == TYPED["born"]


def test_it_outlives_a_wrong_password(browser):
    answer = browser.post(reverse("web:add-person"), TYPED)
    wrong = browser.post(reverse("web:sign-in"), {**hidden(answer), "login": "amina", "password": "non"})
    assert wrong.status_code == 422
    assert hidden(wrong) == hidden(answer)


def test_passwords_are_not_carried(browser):
    typed = {"present": PASSWORD, "new": "une autre phrase longue"}
    answer = browser.post(reverse("web:me"), typed)
    assert not any(word in answer.content.decode() for word in typed.values())


@pytest.mark.parametrize("typed", ["{", "[1]", '"text"', "[[1]]", "null"])
def test_what_is_not_a_form_is_no_form(browser, typed):
    answer = browser.post(reverse("web:sign-in"), {"login": "amina", "password": PASSWORD, "typed": typed})
    assert answer.status_code == 302


def test_it_goes_nowhere_else(browser, country):
    sent = {
        "login": "amina",
        "password": PASSWORD,
        "typed": '[["a", "b"]]',
        "next": "https://elsewhere.example/",
    }
    signed = browser.post(reverse("web:sign-in"), sent)
    assert "elsewhere.example" not in signed.content.decode()
