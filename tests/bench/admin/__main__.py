"""The project beside ours, in processes of its own: ``fill ANSWER`` copies the people, ``serve --port N`` shows them.

It is served by the same server, with as many threads, as we are.
"""

import json
import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.admin.settings"


def fill(answer: Path) -> None:
    """Copy the register's people, unless they are here; say who is signed in and where somebody's file is."""
    import django

    django.setup()
    from tests.bench.admin import filling

    answer.write_text(json.dumps(filling.fill()), "utf-8")


def serve(port: int) -> None:
    """Serve until told to stop."""
    import multiprocessing

    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from baarada import config

    multiprocessing.set_start_method("spawn", force=True)
    Server(
        "tests.bench.admin.wsgi:application", "127.0.0.1", port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=config.read().threads, log_level=LogLevels.error,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(Path(sys.argv[2]))
    else:
        serve(int(sys.argv[sys.argv.index("--port") + 1]))
