"""Make a register in BAARADA_HOME."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import gettext as _

from baarada import config
from baarada.accounts import actions as accounts
from baarada.accounts.models import Account
from baarada.journal import cuts, runtime, statistics
from baarada.kernel.errors import Refused
from baarada.packs import loader
from baarada.packs.reader import BadPack, Pack, available, read
from baarada.registry import country
from baarada.registry.models import Office

ADMINISTRATOR = "admin"


def migrate() -> None:
    """Bring the tables of the register and of the queue to this version."""
    call_command("migrate", verbosity=0)
    call_command("migrate", database="queue", verbosity=0)


def init(
    pack: str, *, login: str = ADMINISTRATOR, name: str = "", password: str | None = None, demo: bool = False,
    say: Callable[[str], None] = print,
) -> str:  # fmt: skip
    """Make the tables, load the country pack, add the first administrator: all of it or nothing.

    Safe to run again: what is there stays, and newer releases of the pack come in. Returns the
    administrator's password if one was made.

    Raises:
        Refused: no such pack, another register is already here, or the password is too weak.
    """
    country_pack = _pack(pack)
    here = settings.CONFIG.pack
    if here and here != pack:
        raise Refused(
            _("%(folder)s already holds a register of the pack %(pack)s. Choose another BAARADA_HOME.")
            % {"folder": settings.CONFIG.home, "pack": here}
        )
    made = password or secrets.token_urlsafe(9)
    accounts.check_password(made)
    country.use(country_pack)
    say(_("Making the tables."))
    migrate()
    say(_("Loading the country pack %(pack)s.") % {"pack": pack})
    try:
        with transaction.atomic():
            loader.load(pack)
            is_first = not Account.objects.live().exists()
            if is_first:
                _first_administrator(login, name or login, made)
            config.make_private(settings.CONFIG.home)
            config.write_node(settings.CONFIG.home, pack=pack, time_zone=country_pack.time_zone, demo=demo)
    except BaseException as error:
        # What this thread remembers of the register was never kept.
        runtime.forget()
        cuts.forget()
        if isinstance(error, BadPack):
            raise _damaged(pack, error) from None
        if isinstance(error, OSError):
            raise Refused(
                _("The register could not be made in %(folder)s: %(why)s.")
                % {"folder": settings.CONFIG.home, "why": error.strerror or error}
            ) from None
        raise
    statistics.refresh()
    return made if is_first and not password else ""


def _pack(name: str) -> Pack:
    if name not in available():
        raise Refused(
            _("No country pack is called %(pack)s. There are: %(packs)s.")
            % {"pack": name, "packs": ", ".join(available())}
        )
    try:
        return read(name)
    except BadPack as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: BadPack) -> Refused:
    return Refused(
        _("The country pack %(pack)s is damaged (%(where)s). Install the program again.")
        % {"pack": name, "where": error}
    )


def _first_administrator(login: str, name: str, password: str) -> None:
    accounts.add_account(
        login=login, name=name, office=Office.objects.get(pk=runtime.node().root), password=password,
        by=accounts.system_actor(accounts.SET_UP, runtime.root_office()), title=_("Administration"),
    )  # fmt: skip
