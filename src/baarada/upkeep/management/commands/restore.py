"""``baarada restore FILE``: make a register of a backup."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from baarada.kernel.errors import Refused
from baarada.registry import display
from baarada.upkeep import restoring


class Command(BaseCommand):
    help = "Make a register of a backup, in an empty BAARADA_HOME."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Verify the backup, say what it holds.")

    def handle(self, *args: Any, **options: Any) -> None:
        source, dry = options["file"].absolute(), options["dry_run"]
        try:
            found = restoring.look_at(source) if dry else restoring.restore(source, say=self.stderr.write)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        sentence = (
            _("%(file)s is whole. Pack: %(pack)s; made: %(made)s; entries: %(entries)s; papers: %(papers)s.")
            if dry
            else _(
                "%(file)s: restored. Pack: %(pack)s; made: %(made)s; entries: %(entries)s; papers: %(papers)s."
            )
        )
        said = found.manifest
        with timezone.override(ZoneInfo(said["time_zone"])):
            made = display.moment(datetime.fromisoformat(said["made"]))
        words = {"file": source, "pack": said["pack"], "made": made}
        self.stdout.write(sentence % {**words, "entries": found.entries, "papers": found.papers})
