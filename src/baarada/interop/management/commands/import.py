"""``baarada import KIND FILE``: bring a list in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from baarada.interop.models import DOUBT, REFUSED, ImportJob
from baarada.interop.tables import columns, exporting, jobs
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused


class Command(BaseCommand):
    help = "Bring a list of facilities or people in. Safe to run twice: what is here already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(columns.KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would be created, changed, refused."
        )
        parser.add_argument(
            "--report", type=Path, help="Write the rows that stay outside, with the reason, to this XLSX."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor(bytes(16), "baarada import", runtime.root_office(), "national")
        try:
            job = jobs.begin(options["kind"], options["file"], options["file"].name, by=by)
            self._columns(job)
            self._run(job, options, by)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from None

    def _columns(self, job: ImportJob) -> None:
        missing = columns.missing(job.kind, {one["key"] for one in job.mapping})
        if missing:
            raise CommandError(
                f"No column is recognised as {missing[0]}. Match the columns on the import page once."
            )
        left = [one["heading"] for one in job.mapping if not one["key"] and one["heading"]]
        if left:
            self.stderr.write(f"Columns left out: {', '.join(left)}.")

    def _run(self, job: ImportJob, options: dict[str, Any], by: Actor) -> None:
        rows = sum(1 for _row in jobs.rows_of(job))
        with Progress(console=Console(stderr=True)) as bar:
            looking = bar.add_task("Dry run", total=rows)
            jobs.plan(job, tell=lambda done: bar.update(looking, completed=done))
            bar.update(looking, completed=rows)
            if not options["dry_run"]:
                jobs.ready(job)
                writing = bar.add_task("Importing", total=job.total)
                jobs.write(job, tell=lambda done: bar.advance(writing, done))
        self._say(job, options, by)

    def _say(self, job: ImportJob, options: dict[str, Any], by: Actor) -> None:
        found = jobs.summary(job)
        verb = "would be" if options["dry_run"] else "were"
        self.stdout.write(
            f"{found['new']} rows {verb} created, {found['change']} changed; {found['same']} were here already, "
            f"{found['doubt']} are in doubt, {found['refused']} refused."
        )
        if options["report"]:
            outside = job.rows.filter(status__in=(DOUBT, REFUSED)).order_by("line")
            about = exporting.About(f"{job.file_name}", "", by.name, runtime.now())
            headings = {one["key"]: one["heading"] for one in job.mapping if one["key"]}
            count = exporting.write_refused(outside.iterator(), headings, options["report"], about)
            self.stdout.write(f"{count} rows that stay outside: {options['report']}")
        if job.act:
            self.stdout.write(f"To take it back: baarada undo {job.act}")
