"""``baarada export KIND FILE``: write a list out."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.interop.tables import columns, exporting, selections
from baarada.journal import runtime
from baarada.kernel.actors import Actor


class Command(BaseCommand):
    help = "Write all rows of one kind of list to XLSX or CSV (by the file's ending)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(columns.KINDS))
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        by = Actor(bytes(16), "baarada export", runtime.root_office(), "national")
        form = options["file"].suffix.lower().lstrip(".")
        if form not in (exporting.XLSX, exporting.CSV):
            raise CommandError(_("Name a file that ends in .xlsx or .csv."))
        found = selections.select(options["kind"], {}, seen_by=by)
        assert found is not None
        about = exporting.About(str(columns.KINDS[options["kind"]]), "", by.name, runtime.now())
        count = exporting.write(found.columns, found.ids(), options["file"], about, seen_by=by, form=form)
        self.stdout.write(_("%(file)s: rows written: %(count)s") % {"file": options["file"], "count": count})
