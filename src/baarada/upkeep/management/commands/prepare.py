"""``baarada prepare``: bring the register to this version of the program."""

from typing import Any

from django.core.management.base import BaseCommand

from baarada.upkeep.preparing import prepare


class Command(BaseCommand):
    help = "Bring tables and country pack to this version of the program. baarada serve does it by itself."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        prepare(say=self.stdout.write)
