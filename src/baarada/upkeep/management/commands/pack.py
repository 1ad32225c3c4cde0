"""``baarada pack``: load a country pack's newest release."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.packs import loader
from baarada.packs.reader import available, read


class Command(BaseCommand):
    help = "Load the releases of a country pack that this register does not hold yet."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "name", nargs="?", help=f"One of {', '.join(available())}; by default this register's."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        here = settings.CONFIG.pack
        name = options["name"] or here
        if not here:
            raise runtime.NoNode
        if name not in available():
            raise CommandError(
                _("No country pack is called %(pack)s. There are: %(packs)s.")
                % {"pack": name, "packs": ", ".join(available())}
            )
        loaded = loader.load(name)
        if loaded:
            self.stdout.write(
                _("Loaded of %(pack)s: release %(numbers)s.")
                % {"pack": name, "numbers": ", ".join(map(str, loaded))}
            )
        else:
            last = read(name).releases[-1].number
            self.stdout.write(
                _("Nothing to load: release %(number)s, the newest of %(pack)s, is here.")
                % {"number": last, "pack": name}
            )
