"""``baarada outlines FILE``: bring the outlines of places in, for maps."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baarada.indicators import asking, outlines
from baarada.indicators.areas import AreaMap
from baarada.journal import runtime
from baarada.registry import lists
from baarada.registry.display import number

MOST_NAMED = 12


class Command(BaseCommand):
    help = "Keep the outlines of places of a GeoJSON file (WGS 84) on this machine, for maps of figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument(
            "--level", default="", help="The level of the places. Default: that of most outlines."
        )
        parser.add_argument(
            "--forget", metavar="LEVEL", default="", help="Remove the imported outlines of a level."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        runtime.node()
        if options["forget"]:
            if not outlines.forget(options["forget"]):
                raise CommandError(
                    _("No outlines of the level “%(level)s” were imported.") % {"level": options["forget"]}
                )
            self.stdout.write(_("The outlines were removed."))
            return
        if options["file"] is None:
            raise CommandError(_("Name a GeoJSON file."))
        brought = outlines.bring_in(options["file"], AreaMap(runtime.today()), level=options["level"])
        for level, n in brought.levels.items():
            said = ngettext("%(level)s: %(n)s outline kept.", "%(level)s: %(n)s outlines kept.", n)
            self.stdout.write(said % {"level": lists.label(asking.LEVELS, level), "n": number(n)})
        if brought.unmatched:
            named = ", ".join(brought.unmatched[:MOST_NAMED]) + (
                " …" if len(brought.unmatched) > MOST_NAMED else ""
            )
            said = _("Not matched with a place: %(n)s (%(names)s).")
            self.stdout.write(said % {"n": number(len(brought.unmatched)), "names": named})
