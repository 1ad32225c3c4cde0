"""``baarada account``: give somebody an account, set a password, list accounts."""

import getpass
import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from baarada.accounts import actions
from baarada.accounts.models import Account, SignIn
from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.registry.models import Office


class Command(BaseCommand):
    help = "Add an account, set a password, or list accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="Add an account.")
        add.add_argument("login")
        add.add_argument("--name", required=True, help="As it is shown beside what this person writes.")
        add.add_argument("--office", help="Code or name of the office; by default the national one.")
        add.add_argument("--title", default="", help="Function, for example: HR officer.")
        add.add_argument(
            "--password-stdin", action="store_true", help="Read the password from standard input."
        )
        password = verbs.add_parser("password", help="Set a password on this machine.")
        password.add_argument("login")
        password.add_argument("--password-stdin", action="store_true")
        verbs.add_parser("list", help="List accounts.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"add": self._add, "password": self._reset, "list": self._list}[options["verb"]](options)
        except Refused as refused:
            raise CommandError(str(refused)) from None

    def _add(self, options: dict[str, Any]) -> None:
        office = self._office(options["office"])
        password, shown = self._password(options)
        by = actions.system_actor(actions.SET_UP, runtime.root_office())
        actions.add_account(
            login=options["login"], name=options["name"], office=office, password=password, by=by,
            title=options["title"],
        )  # fmt: skip
        self.stdout.write(f"{options['login']}: account of {office} added.{shown}")

    def _password(self, options: dict[str, Any]) -> tuple[str, str]:
        if options["password_stdin"]:
            return sys.stdin.readline().rstrip("\n"), ""
        if sys.stdin.isatty():
            return getpass.getpass("Password: "), ""
        made = secrets.token_urlsafe(9)
        return made, f" Password, shown once: {made}"

    def _office(self, wanted: str | None) -> Office:
        if not wanted:
            return Office.objects.get(pk=runtime.node().root)
        found = (
            Office.objects.live().filter(code=wanted).first()
            or Office.objects.live().filter(name=wanted).first()
        )
        if found is None:
            raise CommandError(f"No office has the code or name {wanted}.")
        return found

    def _find(self, login: str) -> SignIn:
        found = SignIn.objects.filter(login__iexact=login).first()
        if found is None:
            raise CommandError(f"Nobody signs in here as {login}.")
        return found

    def _reset(self, options: dict[str, Any]) -> None:
        sign_in = self._find(options["login"])
        password, shown = self._password(options)
        actions.set_password(sign_in, password)
        self.stdout.write(f"{sign_in.login}: password set on this machine.{shown}")

    def _list(self, options: dict[str, Any]) -> None:
        here = set(SignIn.objects.values_list("account", flat=True))
        for account in Account.objects.live().select_related("office").order_by("login"):
            signs_in = "signs in here" if account.pk in here else "has no password here"
            self.stdout.write(f"{account.login}\t{account.name}\t{account.office}\t{signs_in}")
