"""``baarada account``: give somebody an account, set a password, close or open an account, list accounts."""

import getpass
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.accounts import actions
from baarada.accounts.models import Account, SignIn, tidy_login
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.registry.models import Office

MOST_NAMED = 5


class Command(BaseCommand):
    help = "Add an account, set a password, close or open an account, list accounts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="Add an account.")
        add.add_argument("login")
        add.add_argument("--name", required=True, help="As it is shown beside what this person writes.")
        add.add_argument("--office", help="Code or name of the office; by default the national one.")
        add.add_argument("--title", default="", help="Function, for example: HR officer.")
        password = verbs.add_parser("password", help="Set a password on this machine.")
        password.add_argument("login")
        for verb in (add, password):
            verb.add_argument(
                "--password-stdin", action="store_true", help="Read the password from standard input."
            )
        verbs.add_parser("close", help="Let nobody in with an account any more.").add_argument("login")
        verbs.add_parser("open", help="Open a closed account again.").add_argument("login")
        verbs.add_parser("list", help="List accounts.")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs = {
            "add": self._add, "password": self._reset, "close": self._close, "open": self._open, "list": self._list,
        }  # fmt: skip
        try:
            verbs[options["verb"]](options)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _add(self, options: dict[str, Any]) -> None:
        office = self._office(options["office"])
        password, shown = self._password(options)
        account = actions.add_account(
            login=options["login"], name=options["name"], office=office, password=password, by=self._program(),
            title=options["title"],
        )  # fmt: skip
        self.stdout.write(
            _("%(login)s: account added, of %(office)s.") % {"login": account.login, "office": office} + shown
        )

    def _program(self) -> Actor:
        return actions.system_actor(actions.SET_UP, runtime.root_office())

    def _password(self, options: dict[str, Any]) -> tuple[str, str]:
        if options["password_stdin"]:
            return sys.stdin.readline().rstrip("\r\n"), ""
        if sys.stdin.isatty():
            return getpass.getpass(_("Password: ")), ""
        made = secrets.token_urlsafe(9)
        return made, " " + _("Password, shown once: %(password)s") % {"password": made}

    def _office(self, wanted: str | None) -> Office:
        if not wanted:
            return Office.objects.get(pk=runtime.node().root)
        live = Office.objects.live()
        found = list(live.filter(code=wanted)[:MOST_NAMED] or live.filter(name=wanted)[:MOST_NAMED])
        if not found:
            raise Refused(_("No office has the code or the name %(office)s.") % {"office": wanted})
        if len(found) > 1:
            raise Refused(
                _("Several offices are called %(office)s. Give the code of one: %(codes)s.")
                % {"office": wanted, "codes": ", ".join(one.code or "-" for one in found)}
            )
        return found[0]

    def _find(self, login: str) -> SignIn:
        found = SignIn.objects.filter(login=tidy_login(login)).first()
        if found is None:
            raise Refused(_("Nobody signs in here as %(login)s.") % {"login": login})
        return found

    def _reset(self, options: dict[str, Any]) -> None:
        sign_in = self._find(options["login"])
        password, shown = self._password(options)
        actions.set_password(sign_in, password)
        self.stdout.write(_("%(login)s: password set on this computer.") % {"login": sign_in.login} + shown)

    def _close(self, options: dict[str, Any]) -> None:
        self._turn(options["login"], False)

    def _open(self, options: dict[str, Any]) -> None:
        self._turn(options["login"], True)

    def _turn(self, login: str, active: bool) -> None:
        account = Account.objects.get(pk=self._find(login).account)
        if account.active != active:
            actions.set_active(account, active, seen=journal.seen(account), by=self._program())
        sentence = _("%(login)s: account open.") if active else _("%(login)s: account closed.")
        self.stdout.write(sentence % {"login": account.login})

    def _list(self, options: dict[str, Any]) -> None:
        here = set(SignIn.objects.values_list("account", flat=True))
        for account in Account.objects.live().select_related("office").order_by("login").iterator():
            signs_in = _("signs in here") if account.pk in here else _("has no password here")
            state = signs_in if account.active else _("closed account")
            self.stdout.write(f"{account.login}\t{account.name}\t{account.office}\t{state}")
