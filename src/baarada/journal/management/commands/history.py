"""``baarada history``: everything ever written about a record."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from baarada.journal import queries
from baarada.journal.models import record_models


class Command(BaseCommand):
    help = "Show everything ever written about a record, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "id", type=UUID, help="The record's id, from the address of its page or an export."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = [r for model in record_models() for r in model._default_manager.filter(pk=options["id"])]
        if not found:
            raise CommandError(_("No record has the identifier %(id)s.") % {"id": options["id"]})
        for record in found:
            self.stdout.write(f"{type(record).__name__} {record}")
            for name, writes in queries.history(record).items():
                for write in writes:
                    self.stdout.write(self._line(name, write))

    def _line(self, name: str, write: queries.Write) -> str:
        mark = "*" if write.shown else "!" if write.stands else " "
        values = ", ".join(
            "" if v is None else v.hex() if isinstance(v, bytes) else str(v) for v in write.values.values()
        )
        why = f" ({write.reason})" if write.reason else ""
        return f" {mark} {name}: {values} | {write.at:%Y-%m-%d %H:%M} UTC {write.by}: {write.kind}{why}"
