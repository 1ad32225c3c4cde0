"""``baarada demo_shares``: what the demonstration in BAARADA_HOME holds, beside the tables it was made from."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.packs import reader
from baarada.upkeep.demo.shares import shares
from baarada.upkeep.demo.workforce import Workforce


class Command(BaseCommand):
    help = "Print the tables of a demonstration beside what its register holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, required=True, help="How many it was made with.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CONFIG.demo:
            raise CommandError(_("This is a register, not a demonstration."))
        workforce = Workforce(reader.read(settings.CONFIG.pack))
        for one in shares(workforce, options["workers"], runtime.today()):
            self.stdout.write(f"{one.table:24} {one.name:24} {one.asked:10.1f} {one.found:8} {one.off:7.1%}")
