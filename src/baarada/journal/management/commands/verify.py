"""``baarada verify``: can this register be trusted?"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from baarada import sqlite
from baarada.journal import dump, runtime, verification
from baarada.kernel.errors import Refused

MOST_SHOWN = 40


class Command(BaseCommand):
    help = "Check chains, signatures, cuts, and that the tables are what the journal says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--digest", action="store_true", help="Print the SHA-256 of the canonical dump too."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            engine = runtime.engine()
        except Refused as refused:
            raise CommandError(str(refused)) from None
        if settings.CONFIG.is_sqlite:
            self.stdout.write(self._library())
        problems = list(verification.verify(engine))
        for problem in problems[:MOST_SHOWN]:
            self.stdout.write(f"{problem.what}: {problem.where}")
        if options["digest"]:
            self.stdout.write(f"State: {dump.digest(engine.store)}")
        entries = sum(lane.last for lane in engine.store.lanes())
        if problems:
            raise CommandError(f"{len(problems)} things are not as they were written, in {entries} entries.")
        self.stdout.write(
            f"All is as it was written: {entries} entries in {len(engine.store.lanes())} lanes."
        )

    def _library(self) -> str:
        version = ".".join(map(str, sqlite.version()))
        if sqlite.wal_is_safe():
            return f"SQLite {version}, write-ahead log."
        fault = f"SQLite {version} has the WAL-reset fault: the rollback journal is used."
        return f"{fault} Install pysqlite3 0.6.1 or later."
