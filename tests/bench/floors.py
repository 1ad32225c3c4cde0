"""What each piece of work is held against, measured in the same run, on the same machine and database.

A floor is the least that any program must do that keeps, finds or shows the same thing; where the work is
durable, so is its floor. A floor never changes in the commit that changes what it measures.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.apps.registry import Apps
from django.db import connections, models

from baarada.journal.fields import IdField

ALIAS = "floor"
BATCH = 500
"""Rows in one ``bulk_create``, and in one transaction, as the program writes its imports."""


class PlainTables:
    """Writing: the rows of records as a program without a journal would keep them.

    Django's ``bulk_create``, in batches of 500, into tables with the same columns and the same indexes, in
    a database of its own with the same settings: each batch is as safe from a power cut as an
    import's. Making the objects is not counted, nor any key for searching: a strict floor.
    """

    def __init__(self, records: tuple[type[models.Model], ...]) -> None:
        self.records = records
        self.plain = {record: _plain(record) for record in records}
        self.waiting: dict[type[models.Model], list[models.Model]] = {record: [] for record in records}
        self.seconds = 0.0
        self.rows = 0
        with connections[ALIAS].schema_editor() as editor:
            for model in self.plain.values():
                editor.create_model(model)

    def add(self, found: models.Model) -> None:
        """Take a record's row, to write it with the next batch of its table."""
        model = self.plain[type(found)]
        row = model(**{f.attname: getattr(found, f.attname) for f in found._meta.concrete_fields})
        self.waiting[type(found)].append(row)
        if len(self.waiting[type(found)]) == BATCH:
            self._write(type(found))

    def finish(self) -> None:
        """Write what still waits."""
        for record in self.records:
            self._write(record)

    def _write(self, record: type[models.Model]) -> None:
        rows, self.waiting[record] = self.waiting[record], []
        if rows:
            began = time.perf_counter()
            self.plain[record].objects.using(ALIAS).bulk_create(rows, batch_size=BATCH)
            self.seconds += time.perf_counter() - began
            self.rows += len(rows)


def _plain(record: type[models.Model]) -> type[models.Model]:
    """The same table without a journal: references become plain ids, as the register's have no constraint."""
    fields: dict[str, Any] = {}
    for field in record._meta.concrete_fields:
        if field.is_relation:
            fields[field.attname] = IdField(null=True, db_column=field.column)
        else:
            fields[field.name] = field.clone()
    names = {f.name: (f.attname if f.is_relation else f.name) for f in record._meta.concrete_fields}
    # Those over an expression keep it; their own name must be another, as it is one for the whole database.
    indexes = [
        models.Index(*index.expressions, name=f"floor_{index.name}"[:30])
        if index.expressions
        else models.Index(fields=[names[n] for n in index.fields])
        for index in record._meta.indexes
    ]
    meta = type("Meta", (), {
        "apps": Apps(), "app_label": "floor", "db_table": f"floor_{record._meta.model_name}", "indexes": indexes,
    })  # fmt: skip
    return type(record.__name__, (models.Model,), {**fields, "Meta": meta, "__module__": __name__})


def one_row(record: type[models.Model], pk: Any, using: str = "default") -> bytes:
    """Finding: one row by its key, through the program's own connection, as JSON. No template, no rights."""
    connection = connections[using]
    own = pk if connection.vendor == "postgresql" else pk.bytes
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{record._meta.db_table}" WHERE id = %s', [own])
        return json.dumps(cursor.fetchall(), default=str).encode()


def sheet(path: Path) -> int:
    """Reading a file: the reader of spreadsheets alone, in this process; returns how many rows there are."""
    import python_calamine

    return sum(
        1 for _row in python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    )


def signatures(count: int) -> float:
    """Simulating: seconds for so many Ed25519 signatures, each made and checked once.

    Each batch that meets another node is at least signed and checked.
    """
    private = Ed25519PrivateKey.generate()
    public, data = private.public_key(), b"a header of a batch" * 8
    began = time.perf_counter()
    for _ in range(count):
        public.verify(private.sign(data), data)
    return time.perf_counter() - began


def timed(work: Callable[[], Any]) -> float:
    """Seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
