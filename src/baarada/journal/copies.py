"""The tables as they were known when a day ended: drawn from the journal up to a cut, into a file of their own.

The file is SQLite whatever the register runs on. It holds the entries up to the cut and the records drawn from
them by the same code as the register's own; nothing in it is ever written to again.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from baarada import config
from baarada.journal import guard, runtime
from baarada.journal.cuts import Positions
from baarada.journal.engine import Engine
from baarada.journal.entries import ref_of
from baarada.journal.models import EntryRow, LaneRow, RangeRow, record_models
from baarada.journal.sql import SqlStore
from baarada.kernel.clocks import HybridClock
from baarada.kernel.pieces import in_pieces

PIECE = 2_000
Progress = Callable[[int, int], None]
"""Told how much of how much is done."""


@contextmanager
def opened(path: Path) -> Iterator[str]:
    """Such a file as one more database of this process; gives its alias."""
    alias = f"known-{secrets.token_hex(4)}"
    connections.databases[alias] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # What is lost is made again: nothing waits for the disk.
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY;", "timeout": 30},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
    }
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def entries_in(cut: Positions) -> int:
    """How many entries were known."""
    return sum(cut.values())


def make(target: Path, cut: Positions, *, progress: Progress = lambda done, total: None) -> None:
    """Write the tables as known at a cut into a file, which takes its name when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    part.touch(mode=config.PRIVATE)
    total = 2 * entries_in(cut)
    try:
        with opened(part) as alias:
            _make_tables(alias)
            done = _copy_entries(alias, cut, lambda copied: progress(copied, total))
            engine = Engine(runtime.schema(), SqlStore(runtime.schema(), alias), HybridClock(runtime.now_ms))
            engine.rebuild(lambda drawn: progress(done + drawn, total))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _make_tables(alias: str) -> None:
    own = [*apps.get_app_config("journal").get_models(), *record_models()]
    with connections[alias].schema_editor() as editor:
        for model in dict.fromkeys(own):
            editor.create_model(model)


def _copy_entries(alias: str, cut: Positions, progress: Callable[[int], None]) -> int:
    """The lanes as far as the cut, their entries, and which of these were erased or doubted since."""
    done = 0
    with guard.opened(), transaction.atomic(using=alias):
        lanes = list(LaneRow.objects.order_by("number"))
        for lane in lanes:
            lane.last = min(lane.last, cut.get(lane.number, 0))
            lane.sealed = min(lane.sealed, lane.last)
        LaneRow.objects.using(alias).bulk_create(lanes)
        RangeRow.objects.using(alias).bulk_create(RangeRow.objects.order_by("pk"))
        for lane in lanes:
            rows = EntryRow.objects.filter(
                ref__gte=ref_of(lane.number, 1), ref__lte=ref_of(lane.number, lane.last)
            )
            for piece in in_pieces(rows.order_by("ref").iterator(PIECE), PIECE):
                done += len(_copied(piece, alias))
                progress(done)
    return done


def _copied(piece: list[Any], alias: str) -> list[Any]:
    return EntryRow.objects.using(alias).bulk_create(piece)
