"""``baarada rebuild``: draw the tables again from the journal alone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from baarada.journal import dump, runtime
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
            self.stdout.write(f"{entries} entries would be applied.")
            return
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task("Drawing the tables again", total=entries)
            engine.rebuild(lambda done: bar.update(task, completed=done))
        self.stdout.write(f"{entries} entries applied. State: {dump.digest(engine.store)}")
