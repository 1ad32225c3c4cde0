"""What can be done to accounts."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from baarada.accounts.models import Account, SignIn
from baarada.journal import actions as journal
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import Id, as_id
from baarada.registry.models import Office

SET_UP = "set up"


def system_actor(name: str, office: Id, kind: str = "national") -> Actor:
    """The program itself, acting for an office: at set-up, for a demonstration."""
    return Actor(bytes(16), name, office, kind)


def add_account(
    *, login: str, name: str, office: Office, password: str | None, by: Actor, title: str = ""
) -> Account:
    """Give somebody an account, and a password on this machine.

    Raises:
        Refused: the login is taken, or the password too weak.
    """
    by.require("account.add")
    if not login or not name:
        raise Refused(_("An account takes a login and a name."))
    if SignIn.objects.filter(login__iexact=login).exists():
        raise Refused(_("The login %(login)s is taken. Choose another.") % {"login": login})
    with transaction.atomic():
        with journal.write("account.added", by=by) as act:
            account = act.create(Account, login=login, name=name, office=office, active=True, title=title)
        sign_in = SignIn(login=login, account=account.pk)
        set_password(sign_in, password)
    return account


def set_password(sign_in: SignIn, password: str | None) -> None:
    """Set a password on this machine; None lets nobody in by password.

    Raises:
        Refused: it is too weak.
    """
    if password is None:
        sign_in.set_unusable_password()
    else:
        try:
            validate_password(password)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
        sign_in.set_password(password)
    sign_in.save()


def actor_of(sign_in: SignIn) -> Actor | None:
    """Whoever signed in, as an actor; None if the account is closed or not here."""
    account = Account.objects.filter(pk=sign_in.account, deleted=False).select_related("office").first()
    if account is None or not account.active or account.office is None:
        return None
    office = account.office
    return Actor(as_id(account.pk), account.name or account.login or "", as_id(office.pk), office.kind or "")
