"""The database guard: a journalled table is written by the journal, or not at all.

It looks at the statements themselves, so that ``update``, ``bulk_create``, ``delete`` and raw SQL are
caught as well as ``save``.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.backends.signals import connection_created

_open: ContextVar[bool] = ContextVar("journal_guard_open", default=False)
_WRITES = re.compile(
    r"""^\s*(?:/\*.*?\*/\s*)?(?:WITH\b.*?\)\s*)?
    (?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|COPY)
    \s+(?:ONLY\s+)?(?:"?\w+"?\.)?["`]?(\w+)["`]?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class JournalBypassed(RuntimeError):
    """A statement would have changed a journalled table behind the journal's back."""


@lru_cache(maxsize=1)
def guarded_tables() -> frozenset[str]:
    """The tables that only the journal writes: every record, and the journal itself."""
    from baarada.journal import models

    own = {m._meta.db_table for m in apps.get_app_config("journal").get_models()}
    return frozenset(own | {m._meta.db_table for m in models.record_models()})


@contextmanager
def opened() -> Iterator[None]:
    """Let statements through. Only the journal's own store may ask."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def _look(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    if not _open.get():
        for statement in str(sql).split(";") if ";" in str(sql) else (str(sql),):
            found = _WRITES.match(statement)
            if found and found.group(1).lower() in guarded_tables():
                raise JournalBypassed(f"{found.group(1)} is journalled: write through journal.actions.write")
    return execute(sql, params, many, context)


def _watch(sender: Any, connection: Any, **kwargs: Any) -> None:
    del sender, kwargs
    if _look not in connection.execute_wrappers:
        connection.execute_wrappers.append(_look)


def install() -> None:
    """Watch every connection from now on."""
    connection_created.connect(_watch, dispatch_uid="journal guard")
