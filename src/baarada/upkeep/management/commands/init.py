"""``baarada init``: make a register in BAARADA_HOME."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.kernel.errors import Refused
from baarada.packs.reader import available
from baarada.upkeep import setup


class Command(BaseCommand):
    help = "Make a register in BAARADA_HOME: tables, country pack, first administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pack", help=f"Country pack: {', '.join(available())}.")
        parser.add_argument("--no-input", action="store_true", help="Ask nothing.")
        parser.add_argument("--login", default=setup.ADMINISTRATOR, help="Login of the first administrator.")
        parser.add_argument("--name", default="", help="Name of the first administrator.")
        parser.add_argument(
            "--password-stdin", action="store_true", help="Read the password from standard input."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pack = options["pack"] or self._ask_pack(options)
        again = settings.CONFIG.pack == pack
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else None
        try:
            made = setup.init(
                pack, login=options["login"], name=options["name"], password=password, say=self.stdout.write
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        if made:
            self.stdout.write(
                _("Administrator: %(login)s   password, shown once: %(password)s")
                % {"login": options["login"], "password": made}
            )
        where = (
            _("The register was already in %(folder)s. Run: baarada serve")
            if again
            else _("The register is in %(folder)s. Run: baarada serve")
        )
        self.stdout.write(where % {"folder": settings.CONFIG.home})

    def _ask_pack(self, options: dict[str, Any]) -> str:
        if options["no_input"] or not sys.stdin.isatty():
            raise CommandError(_("Say which country: --pack %(packs)s") % {"packs": " | ".join(available())})
        return input(_("Country pack (%(packs)s): ") % {"packs": ", ".join(available())}).strip()
