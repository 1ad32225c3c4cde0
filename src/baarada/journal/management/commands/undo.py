"""``baarada undo``: take an act back."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baarada.journal import actions, queries, runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_id


class Command(BaseCommand):
    help = "Take an act back; what others have since built on it stays, and is listed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "act", type=UUID, nargs="?", help="The act's id; without it, the last twenty are listed."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what the act wrote.")
        parser.add_argument("--reason", help="Why, in a sentence: kept with the undo.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] is None:
            self._list()
            return
        act = queries.act(options["act"])
        if act is None:
            raise CommandError(
                _("No act has this identifier. Run baarada undo without one to see the last twenty.")
            )
        if options["dry_run"]:
            self.stdout.write(
                _("%(act)s, by %(name)s. Entries: %(count)s.")
                % {"act": act.kind, "name": act.name, "count": act.count}
            )
            return
        by = Actor(bytes(16), "baarada undo", runtime.root_office(), "national")
        try:
            left = [
                one for piece in actions.undo(as_id(act.pk), by=by, reason=options["reason"]) for one in piece
            ]
        except Refused as refused:
            raise CommandError(str(refused)) from None
        for one in left:
            entry = one.held.entry
            self.stdout.write(
                _("Left alone: %(act)s, record %(id)s") % {"act": entry.kind, "id": entry.id.hex()}
            )
        stay = ngettext(
            "%(act)s: taken back. %(count)s thing stays, because others built on it.",
            "%(act)s: taken back. %(count)s things stay, because others built on them.",
            len(left),
        )
        self.stdout.write(
            stay % {"act": act.kind, "count": len(left)}
            if left
            else _("%(act)s: taken back.") % {"act": act.kind}
        )

    def _list(self) -> None:
        from baarada.journal.models import ActRow

        for act in ActRow.objects.order_by("-stamp")[:20]:
            self.stdout.write(
                f"{act.pk}  {queries.when(act.stamp):%Y-%m-%d %H:%M} UTC  {act.kind}  {act.name}  {act.count}"
            )
