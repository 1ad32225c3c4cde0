"""``baarada import KIND FILE``: bring a list in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import Console
from rich.progress import Progress

from baarada.interop.models import ASIDE, DOUBT, REFUSED, ImportJob
from baarada.interop.tables import asking, columns, exporting, jobs, layout, recognising
from baarada.interop.tables.births import BIRTHS, OPTIONS
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused

MOST_WORDS = 10
QUESTIONS = {
    BIRTHS: gettext_lazy(
        "%(count)s births are on the first or last day of the year. If only the year is known, "
        "take this import back and run it again with --births year."
    ),
    asking.NUMBERS: gettext_lazy(
        "%(count)s rows have a number that looks spoilt; they stay outside. Run it again with --numbers mended, "
        "or with --numbers kept."
    ),
}


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
        parser.add_argument(
            "--numbers", choices=asking.OPTIONS[asking.NUMBERS],
            help="Numbers that look spoilt (a zero lost, a letter O): as they are proposed, or as they are written.",
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
        aside = [sheet["name"] for sheet in job.sheets if sheet["why"] and sheet["why"] != layout.OURS]
        if aside:
            self.stderr.write(_("Sheets left aside: %(sheets)s.") % {"sheets": ", ".join(aside)})

    def _run(self, job: ImportJob, options: dict[str, Any], by: Actor) -> None:
        rows = job.total
        with Progress(console=Console(stderr=True)) as bar:
            looking = bar.add_task(_("Dry run"), total=rows)
            jobs.plan(job, tell=lambda done: bar.update(looking, completed=done))
            asked = {question.name for question in asking.questions(job)}
            answers = {name: options[name] for name in asked if options[name]}
            for name, value in answers.items():
                asking.set_option(job, name, value, by=by)
            if answers:
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
        for question in asking.questions(job):
            if not question.answer:
                self.stderr.write(QUESTIONS[question.name] % {"count": question.count})
        self._say_words(job)
        if options["report"]:
            self._report(job, options["report"], by)
        if job.act and found["new"] + found["change"]:
            self.stdout.write(_("To take it back: %(command)s") % {"command": f"baarada undo {job.act}"})

    def _say_words(self, job: ImportJob) -> None:
        """Name what the file speaks of and nothing here is called; say what was left aside."""
        asked = asking.words_asked(job)
        if asked:
            some = ", ".join(f"{one.text} ({one.rows})" for one in asked[:MOST_WORDS])
            sentence = _(
                "Not known here, with how many rows: %(words)s. Say what they mean on the page of imports."
            )
            self.stderr.write(sentence % {"words": some + ("…" if len(asked) > MOST_WORDS else "")})
        if job.counts.get(ASIDE):
            sentence = _("Rows left aside (totals, headings once more): %(count)s.")
            self.stderr.write(sentence % {"count": job.counts[ASIDE]})

    def _report(self, job: ImportJob, target: Path, by: Actor) -> None:
        outside = job.rows.filter(status__in=(DOUBT, REFUSED)).order_by("line")
        about = exporting.About(f"{job.file_name}", "", by.name, runtime.now())
        count = exporting.write_refused(outside.iterator(), job, target, about)
        self.stdout.write(
            _("Rows that stay outside: %(count)s, in %(file)s") % {"count": count, "file": target}
        )
