"""``baarada figures headcount|density``: figures to the screen, to JSON, to CSV."""

import csv
import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import Progress
from rich.table import Table as Drawn

from baarada.indicators import asking, definitions, densities, figures, known, telling
from baarada.indicators.areas import AreaMap
from baarada.indicators.asking import Question
from baarada.journal import runtime
from baarada.kernel.actors import Actor

FORMATS = ("table", "json", "csv")


class Command(BaseCommand):
    help = "Count staff in post, or staff for each 10,000 inhabitants, on any day, as known on any day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("figure", choices=list(definitions.DEFINITIONS))
        parser.add_argument("--at", metavar="DATE", default="", help="The day counted. Default: today.")
        parser.add_argument(
            "--as-known", metavar="DATE", default="", help="As known when this day ended. Default: now."
        )
        parser.add_argument(
            "--by", metavar="DIM,DIM", default="",
            help=f"Broken down by: {', '.join(definitions.DIMS)}, or a level of places of the country (region ...).",
        )  # fmt: skip
        parser.add_argument("--area", metavar="CODE", default="", help="In one place, by its code.")
        parser.add_argument("--format", choices=FORMATS, default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor(bytes(16), "baarada figures", runtime.root_office(), "national")
        on = asking.read_day(options["at"]) if options["at"] else runtime.today()
        seen = asking.read_known(options["as_known"]) if options["as_known"] else None
        question = Question(on, seen, asking.read_by(options["by"].split(",")))
        with Progress(console=Console(stderr=True), transient=True, disable=seen is None) as bar:
            task = bar.add_task(_("Drawing the register as it was known then"), total=None, visible=False)
            with known.database(question, progress=lambda done, total: bar.update(
                task, completed=done, total=total, visible=True,
            )) as db:  # fmt: skip
                bar.update(task, visible=False)
                if options["area"]:
                    area = asking.read_area(options["area"], AreaMap(on, db=db))
                    question = Question(on, seen, question.by, area.pk)
                work = {"headcount": figures.headcount, "density": densities.densities}[options["figure"]]
                found = work(question, seen_by=by, db=db)
        self._write(found, options["format"])

    def _write(self, found: Any, form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps(telling.json_of(found), ensure_ascii=False, indent=1))
            return
        is_density = isinstance(found, densities.Densities)
        table = (
            telling.density_table(found, brief=form == "table")
            if is_density
            else telling.headcount_table(found)
        )
        if form == "csv":
            rows = csv.writer(self.stdout, lineterminator="\n")
            rows.writerow(table.headings)
            rows.writerows([telling.harmless("" if c is None else c) for c in row] for row in table.rows)
            return
        drawn = Drawn(title=table.title)
        for place, heading in enumerate(table.headings):
            is_number = any(not isinstance(row[place], str) for row in table.rows)
            drawn.add_column(heading, justify="right" if is_number else "left")
        for row in table.rows:
            drawn.add_row(*[telling.shown(cell) for cell in row])
        console = Console(file=cast("IO[str]", self.stdout))
        console.print(drawn)
        for note in table.notes:
            console.print(note, highlight=False)
