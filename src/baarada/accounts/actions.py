"""What can be done to accounts."""

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from baarada.accounts.models import LONGEST_LOGIN, Account, SignIn, tidy_login
from baarada.journal import actions as journal
from baarada.journal.drafts import Seen
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id, as_id
from baarada.registry.models import Office

SET_UP = "Baarada"
"""The name under which the program signs what nobody in particular did."""
ASKED_EACH_TIME = ("login", "name", "active", "title", "office__name", "office__kind")
"""What each page reads of whoever is signed in."""
_LOGIN = re.compile(r"[\w.@+-]+")


def system_actor(name: str, office: Id, kind: str = "national") -> Actor:
    """The program itself, acting for an office: at set-up, for a demonstration."""
    return Actor(bytes(16), name, office, kind)


def add_account(
    *, login: str, name: str, office: Office, password: str | None, by: Actor, title: str = ""
) -> Account:
    """Give somebody an account, and a password on this machine (None: nobody comes in by password).

    The account is journalled; the password never is.

    Raises:
        Refused: the login is taken or cannot be one, or the password is too weak.
    """
    by.require("account.add")
    login = tidy_login(login)
    if not login or not name.strip():
        raise Refused(_("An account takes a login and a name."))
    if not _LOGIN.fullmatch(login) or len(login) > LONGEST_LOGIN:
        raise Refused(_("A login is one word of letters, figures, points and dashes: a.traore, for example."))
    if SignIn.objects.filter(login=login).exists():
        raise Refused(_("The login %(login)s is taken. Choose another.") % {"login": login})
    if password is not None:
        check_password(password)
    with transaction.atomic():
        with journal.write("account.added", by=by) as act:
            account = act.create(Account, login=login, name=name, office=office, active=True, title=title)
        set_password(SignIn(login=login, account=account.pk), password)
    return account


def set_active(account: Account, active: bool, *, seen: Seen, by: Actor, reason: str | None = None) -> None:
    """Close an account, or open it again. Whoever is signed in with it is out at the next page."""
    by.require("account.close")
    kind = "account.opened" if active else "account.closed"
    with transaction.atomic(), journal.write(kind, by=by, reason=reason) as act:
        act.change(account, {"active": active}, seen=seen)


def check_password(password: str) -> None:
    """Raise ``Refused`` if a password is too weak."""
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


def set_password(sign_in: SignIn, password: str | None) -> None:
    """Set a password on this machine; None lets nobody in by password.

    Raises:
        Refused: it is too weak.
    """
    if password is None:
        sign_in.set_unusable_password()
    else:
        check_password(password)
        sign_in.set_password(password)
    sign_in.save()


def actor_of(sign_in: SignIn) -> Actor | None:
    """Whoever signed in, as an actor; None if the account is closed or not here."""
    account = account_of(sign_in)
    return as_actor(account) if account else None


def account_of(sign_in: SignIn) -> Account | None:
    """The account of whoever signed in, with its office; None if it is closed or not here."""
    found = (
        Account.objects.filter(pk=sign_in.account, deleted=False)
        .select_related("office")
        .only(*ASKED_EACH_TIME)
    )
    account = found.first()
    return account if account and account.active and account.office else None


def as_actor(account: Account) -> Actor:
    """Somebody with an open account, as an actor of their office."""
    office = account.office
    return Actor(as_id(account.pk), account.name or account.login or "", as_id(office.pk), office.kind or "")
