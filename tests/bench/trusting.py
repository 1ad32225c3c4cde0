"""Drawing the register again from its journal, and verifying it."""

import hashlib
import time
from typing import Any

import cbor2
from django.db import connection

from baarada.journal import runtime, verification
from tests.bench import building, floors

PIECE = 5_000


def rebuild(size: int) -> dict[str, Any]:
    """Draw all tables again; the floor is the plain rows of the same people, for as many rows."""
    engine = runtime.engine()
    entries = sum(lane.last for lane in engine.store.lanes())
    began = time.perf_counter()
    engine.rebuild()
    took = time.perf_counter() - began
    tables = floors.PlainTables(building.RECORDS)
    for model in building.RECORDS:
        for record in model.objects.order_by("pk").iterator(2000):
            tables.add(record)
    tables.finish()
    return {"seconds": took, "floor": tables.seconds / tables.rows * entries, "entries": entries}


def verify(size: int) -> dict[str, Any]:
    """Look at everything; the floor is reading, decoding and hashing each entry once."""
    engine = runtime.engine()
    entries = sum(lane.last for lane in engine.store.lanes())
    # Before and after: a long look meets other moods of the machine than a short one.
    floor = floors.timed(_read_all)
    began = time.perf_counter()
    problems = list(verification.verify(engine))
    took = time.perf_counter() - began
    floor = (floor + floors.timed(_read_all)) / 2
    if problems:
        raise RuntimeError(f"{len(problems)} problems: {problems[:3]}")
    return {"seconds": took, "floor": floor, "entries": entries}


def _read_all() -> None:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ref, payload FROM journal_entry WHERE ref > %s ORDER BY ref LIMIT %s", [last, PIECE]
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for ref, payload in rows:
            data = bytes(payload)
            cbor2.loads(data)
            hashlib.sha256(data).digest()
            last = ref
