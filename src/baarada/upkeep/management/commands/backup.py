"""``baarada backup FILE``: the database, papers and keys in one file, opened and verified."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.kernel.errors import Refused
from baarada.upkeep import backup

MOST_SHOWN = 10


class Command(BaseCommand):
    help = "Write a backup while the register goes on; announced only once it was opened and counted."
    # A backup has to be possible whatever state the pages are in.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="Best on another disk. It holds the keys: keep it safe.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backup.backup(options["file"].absolute(), say=self.stderr.write)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        for digest in made.lost[:MOST_SHOWN]:
            self.stderr.write(
                _("A paper is missing or altered in the register itself: %(paper)s") % {"paper": digest}
            )
        self.stdout.write(
            _("%(file)s: verified. Entries: %(entries)s; papers: %(papers)s.")
            % {"file": made.path, "entries": made.entries, "papers": made.papers}
        )
