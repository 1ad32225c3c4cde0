"""``baarada verify``: can this register be trusted?"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.progress import Progress

from baarada import sqlite
from baarada.journal import dump, runtime, verification
from baarada.journal.engine import Engine
from baarada.journal.sql import SqlStore
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
        problems = self._look(engine)
        for problem in problems[:MOST_SHOWN]:
            self.stdout.write(_("%(what)s: %(where)s") % {"what": _(problem.what), "where": problem.where})
        if options["digest"]:
            self.stdout.write(_("State: %(digest)s") % {"digest": dump.digest(engine.store)})
        entries = sum(lane.last for lane in engine.store.lanes())
        if problems:
            raise CommandError(
                ngettext(
                    "%(count)s thing is not as it was written. Entries: %(entries)s.",
                    "%(count)s things are not as they were written. Entries: %(entries)s.",
                    len(problems),
                )
                % {"count": len(problems), "entries": entries}
            )
        self.stdout.write(
            _("All is as it was written. Entries: %(entries)s, lanes: %(lanes)s.")
            % {"entries": entries, "lanes": len(engine.store.lanes())}
        )

    def _look(self, engine: Engine) -> list[verification.Problem]:
        store = engine.store
        assert isinstance(store, SqlStore)
        total = sum(lane.last for lane in store.lanes()) + sum(store.counts().values())
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(_("Looking at everything"), total=total)
            return list(verification.verify(engine, lambda done: bar.update(task, completed=done)))

    def _library(self) -> str:
        version = ".".join(map(str, sqlite.version()))
        if sqlite.wal_is_safe():
            return _("SQLite %(version)s, write-ahead log.") % {"version": version}
        return _(
            "SQLite %(version)s has the WAL-reset fault: the rollback journal is used. "
            "Install pysqlite3 0.6.1 or later."
        ) % {"version": version}
