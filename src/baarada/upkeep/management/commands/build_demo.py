"""``baarada build_demo``: fill an empty BAARADA_HOME with a demonstration. ``baarada demo`` runs it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import Progress

from baarada.upkeep.demo import building


class Command(BaseCommand):
    help = "Fill an empty BAARADA_HOME with a demonstration; baarada demo runs this by itself."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pack", required=True)
        parser.add_argument("--workers", type=int, required=True)
        parser.add_argument("--seed", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.CONFIG.pack:
            raise CommandError(_("%(folder)s holds a register already.") % {"folder": settings.CONFIG.home})
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(_("Telling the story"), total=None)
            building.build(
                options["pack"], workers=options["workers"], seed=options["seed"],
                tell=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
