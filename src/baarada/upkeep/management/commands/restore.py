"""``baarada restore FILE``: make a register of a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from baarada.kernel.errors import Refused
from baarada.upkeep import backup


class Command(BaseCommand):
    help = "Make a register of a backup, in an empty BAARADA_HOME."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Only say what the backup holds.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["dry_run"]:
                found = backup.read_manifest(options["file"])
            else:
                found = backup.restore(options["file"], say=lambda text: self.stderr.write(text))
        except Refused as refused:
            raise CommandError(str(refused)) from None
        entries = sum(last for _, _, last in found["lanes"])
        verb = "holds" if options["dry_run"] else "restored:"
        self.stdout.write(
            f"{options['file']} {verb} {entries} entries, made {found['made']}, pack {found['pack']}."
        )
