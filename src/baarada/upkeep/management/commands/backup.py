"""``baarada backup FILE``: the database, papers and keys in one file, opened and verified."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from baarada.kernel.errors import Refused
from baarada.upkeep import backup


class Command(BaseCommand):
    help = "Write a backup while the register goes on; announced only once it was opened and counted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="Best on another disk. It holds the keys: keep it safe.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backup.backup(options["file"].absolute(), say=lambda text: self.stderr.write(text))
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{made.path}: {made.entries} entries, {made.papers} papers, verified.")
