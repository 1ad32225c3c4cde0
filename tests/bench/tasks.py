"""Run in a process of its own, on one register: one task, its figures written as JSON.

python -m tests.bench.tasks TASK ANSWER SIZE ...
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from tests.bench import asking, beside, building, pages, simulating, trusting  # noqa: E402

TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "lists": building.lists,
    "build": building.build,
    "again": building.again,
    "ask": asking.ask,
    "serve": pages.serve,
    "admin": beside.admin,
    "rebuild": trusting.rebuild,
    "verify": trusting.verify,
    "simulate": simulating.simulate,
}


def main(task: str, answer: str, size: str, *args: str) -> None:
    """Do the task."""
    found = TASKS[task](int(size), *args)
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
