"""Make a register in BAARADA_HOME."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command

from baarada import config
from baarada.accounts import actions as accounts
from baarada.accounts.models import Account
from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.packs import loader
from baarada.packs.reader import available, read
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
    """Make the tables, load the country pack, add the first administrator.

    Safe to run again: what is there stays. Returns the administrator's password if one was made.

    Raises:
        Refused: no such pack, or another pack is already here.
    """
    if pack not in available():
        raise Refused(f"No country pack is called {pack}. There are: {', '.join(available())}.")
    here = settings.CONFIG.pack
    if here and here != pack:
        raise Refused(
            f"This folder already holds a register of the pack {here}. Choose another BAARADA_HOME."
        )
    config.write_node(settings.CONFIG.home, pack=pack, time_zone=read(pack).time_zone, demo=demo)
    say("Making the tables.")
    migrate()
    say(f"Loading the country pack {pack}.")
    loader.load(pack)
    if Account.objects.live().exists():
        return ""
    made = password or secrets.token_urlsafe(9)
    root = runtime.root_office()
    accounts.add_account(
        login=login, name=name or login, office=Office.objects.get(pk=runtime.node().root), password=made,
        by=accounts.system_actor(accounts.SET_UP, root), title="Administration",
    )  # fmt: skip
    return "" if password else made
