"""``baarada worker``: long work and the daily backup."""

import _thread
import os
import signal
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from baarada.journal import runtime
from baarada.serving import WORKER_ELSEWHERE
from baarada.upkeep.working import Elsewhere, Working


class Command(BaseCommand):
    help = "Do long work: imports, the daily backup. baarada serve starts one by itself."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Do what waits, make today's backup, and end."
        )
        parser.add_argument("--beside", action="store_true", help="End when standard input is closed.")

    def handle(self, *args: Any, **options: Any) -> None:
        runtime.node()
        working = Working()
        if options["once"]:
            working.run_once()
            return
        signal.signal(signal.SIGINT, working.stop)
        signal.signal(signal.SIGTERM, working.stop)
        if options["beside"]:
            threading.Thread(target=_end_with_input, daemon=True).start()
        try:
            working.run()
        except Elsewhere as elsewhere:
            self.stderr.write(str(elsewhere))
            sys.exit(WORKER_ELSEWHERE)


def _end_with_input() -> None:
    """Have the main thread stop once whoever started this process closes the pipe, or has gone."""
    # Not through sys.stdin: its lock would be held when the interpreter ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    _thread.interrupt_main(signal.SIGTERM)
