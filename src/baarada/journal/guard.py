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
_ASIDE = re.compile(r"""("[^"]*") | '(?:[^']|'')*' | --[^\n]* | /\*.*?\*/""", re.DOTALL | re.VERBOSE)
"""A quoted name; or a text or a remark, in which nothing is a command."""
_NAME = r"""(?:ONLY\s+)?(?:["`\[]?\w+["`\]]?\s*\.\s*)?["`\[]?\w+["`\]]?"""
_WRITES = re.compile(
    rf"""\b(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO | MERGE\s+INTO | UPDATE(?:\s+OR\s+\w+)? | DELETE\s+FROM
    | TRUNCATE(?:\s+TABLE)? | COPY) \s* ({_NAME}(?:\s*,\s*{_NAME})*)""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST = re.compile(r"(\w+)\W*$")


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


@lru_cache(maxsize=4_096)
def written(sql: str) -> frozenset[str]:
    """The tables that a statement writes, wherever in it; those of a few that only look so may be among them."""
    plain = _ASIDE.sub(lambda found: found.group(1) or " ", sql)
    names = (name for found in _WRITES.finditer(plain) for name in found.group(1).split(","))
    return frozenset(last.group(1).lower() for last in map(_LAST.search, names) if last)


def _look(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    if not _open.get():
        touched = written(str(sql)) & guarded_tables()
        if touched:
            raise JournalBypassed(f"{min(touched)} is journalled: write through journal.actions.write")
    return execute(sql, params, many, context)


def _watch(sender: Any, connection: Any, **kwargs: Any) -> None:
    del sender, kwargs
    if _look not in connection.execute_wrappers:
        connection.execute_wrappers.append(_look)


def install() -> None:
    """Watch every connection from now on."""
    connection_created.connect(_watch, dispatch_uid="journal guard")
