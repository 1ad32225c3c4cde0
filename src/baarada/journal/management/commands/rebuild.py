"""``baarada rebuild``: draw the tables again from the journal alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import Progress

from baarada.journal import dump, runtime, statistics
from baarada.kernel.errors import Refused


class Command(BaseCommand):
    help = "Draw the tables again from the journal alone, in one transaction: people go on reading meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say how many entries would be applied.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            engine = runtime.engine()
        except Refused as refused:
            raise CommandError(str(refused)) from None
        entries = sum(lane.last for lane in engine.store.lanes())
        if options["dry_run"]:
            self.stdout.write(_("Entries that would be applied: %(count)s") % {"count": entries})
            return
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task(_("Drawing the tables again"), total=entries)
            engine.rebuild(lambda done: bar.update(task, completed=done))
        statistics.refresh()
        self.stdout.write(
            _("Entries applied: %(count)s. State: %(digest)s")
            % {"count": entries, "digest": dump.digest(engine.store)}
        )
