"""``baarada import KIND FILE``: bring a list in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import Progress

from baarada.interop.models import DOUBT, REFUSED, ImportJob
from baarada.interop.tables import columns, exporting, jobs, recognising
from baarada.interop.tables.births import BIRTHS, OPTIONS
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused


class Command(BaseCommand):
    help = "Bring a list in. Safe to run twice: what is here already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(columns.KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would be created, changed, refused."
        )
        parser.add_argument(
            "--report", type=Path, help="Write the rows that stay outside, with the reason, to this XLSX."
        )
        parser.add_argument(
            "--births", choices=OPTIONS[BIRTHS],
            help="Births on the first or last day of the year, where there are many: that very day, or only the year.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor(bytes(16), "baarada import", runtime.root_office(), "national")
        try:
            job = jobs.begin(options["kind"], options["file"], options["file"].name, by=by)
            try:
                self._columns(job)
                self._run(job, options, by)
            finally:
                if job.act is None:
                    # What wrote nothing is not kept: nobody could find it on a page.
                    jobs.drop(job)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read. Look at its name and its folder.") % {"file": options["file"]}
            ) from error

    def _columns(self, job: ImportJob) -> None:
        missing = recognising.missing(job.kind, {one["key"] for one in job.mapping})
        if missing:
            raise CommandError(
                _("No column is recognised as “%(column)s”. Match the columns once on the page of imports.")
                % {"column": missing[0]}
            )
        left = [one["heading"] for one in job.mapping if not one["key"] and one["heading"]]
        if left:
            self.stderr.write(_("Columns left out: %(columns)s.") % {"columns": ", ".join(left)})

    def _run(self, job: ImportJob, options: dict[str, Any], by: Actor) -> None:
        rows = sum(1 for _row in jobs.rows_of(job))
        with Progress(console=Console(stderr=True)) as bar:
            looking = bar.add_task(_("Dry run"), total=rows)
            jobs.plan(job, tell=lambda done: bar.update(looking, completed=done))
            if options["births"] and jobs.questions(job):
                jobs.set_option(job, BIRTHS, options["births"], by=by)
                jobs.plan(job)
            bar.update(looking, completed=rows)
            if not options["dry_run"]:
                jobs.ready(job)
                writing = bar.add_task(_("Importing"), total=job.total)
                jobs.write(job, tell=lambda done: bar.advance(writing, done))
        self._say(job, options, by)

    def _say(self, job: ImportJob, options: dict[str, Any], by: Actor) -> None:
        found = jobs.summary(job)
        counts = _(
            "created: %(new)s, changed: %(change)s, here already: %(same)s, in doubt: %(doubt)s, refused: %(refused)s"
        )
        sentence = _("Imported: %(counts)s.") if job.act else _("Dry run: %(counts)s.")
        self.stdout.write(sentence % {"counts": counts % found})
        for question in jobs.questions(job):
            if not question.answer:
                self.stderr.write(
                    _(
                        "%(count)s births are on the first or last day of the year. If only the year is known, "
                        "take this import back and run it again with --births year."
                    )
                    % {"count": question.count}
                )
        if options["report"]:
            self._report(job, options["report"], by)
        if job.act and found["new"] + found["change"]:
            self.stdout.write(_("To take it back: %(command)s") % {"command": f"baarada undo {job.act}"})

    def _report(self, job: ImportJob, target: Path, by: Actor) -> None:
        outside = job.rows.filter(status__in=(DOUBT, REFUSED)).order_by("line")
        about = exporting.About(f"{job.file_name}", "", by.name, runtime.now())
        headings = {one["key"]: one["heading"] for one in job.mapping if one["key"]}
        count = exporting.write_refused(outside.iterator(), headings, target, about)
        self.stdout.write(
            _("Rows that stay outside: %(count)s, in %(file)s") % {"count": count, "file": target}
        )
