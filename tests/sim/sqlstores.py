"""Stores on SQL for simulated nodes: each node has a database of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from baarada.journal import guard  # noqa: E402
from baarada.journal.schema import Schema  # noqa: E402
from baarada.journal.sql import SqlStore  # noqa: E402
from tests.sim.types import NEW  # noqa: E402

_numbers = itertools.count()


class SimSqlStore(SqlStore):
    """The shipped store, which a test may stop before any statement."""

    def before_write(self, what: str) -> None:
        pass

    @contextmanager
    def transaction(self) -> Iterator[None]:
        outermost = not self._depth
        with super().transaction():
            yield
            if outermost:
                self.before_write("commit")

    def _run(self, sql: str, params: Sequence[Any] = ()) -> None:
        self.before_write(sql)
        super()._run(sql, params)

    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.before_write(sql)
        super()._many(sql, rows)

    def use(self, schema: Schema) -> None:
        """Go on with another version's schema over the same database."""
        self.__init__(schema, self.using)  # type: ignore[misc]


def maker(kind: str) -> tuple[Callable[[Any], Any], Callable[[], None]]:
    """How to make stores, and how to throw away those made."""
    make_database = _sqlite if kind == "sqlite" else _postgres
    aliases: list[str] = []

    def make(schema: Any) -> SimSqlStore:
        alias = make_database()
        aliases.append(alias)
        return SimSqlStore(schema or NEW, alias)

    def done() -> None:
        for alias in aliases:
            if kind == "sqlite":
                connections[alias].close()
                del connections[alias]
                del connections.databases[alias]
            else:
                _free.append(alias)

    return make, done


_template: list[Any] = []


def _add(alias: str, **changed: Any) -> None:
    connections.databases[alias] = {**connections.databases["default"], **changed}
    connections.configure_settings(connections.databases)


def _migrate(alias: str) -> None:
    call_command("migrate", database=alias, verbosity=0, run_syncdb=True)


def _sqlite() -> str:
    options = {"transaction_mode": "IMMEDIATE"}
    engine = "django.db.backends.sqlite3"
    if not _template:
        _add("sim-template", ENGINE=engine, NAME=":memory:", OPTIONS=options)
        _migrate("sim-template")
        _template.append(connections["sim-template"].connection)
    alias = f"sim-{next(_numbers)}"
    _add(alias, ENGINE=engine, NAME=":memory:", OPTIONS=options)
    connections[alias].ensure_connection()
    _template[0].backup(connections[alias].connection)
    return alias


_free: list[str] = []


def _postgres() -> str:
    alias = _free.pop() if _free else _new_postgres()
    with guard.opened(), connections[alias].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [n for (n,) in cursor.fetchall() if n.startswith(("journal_", "invented_"))]
        cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
    return alias


def _new_postgres() -> str:
    """A database of this process, made from a migrated template."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from tests.databases import postgres_url

    url = postgres_url()
    if url is None:
        raise RuntimeError("no PostgreSQL here")
    template, name = f"baarada_sim_{os.getpid()}", f"baarada_sim_{os.getpid()}_{next(_numbers)}"
    common = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}, **_parts(url)}
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as server:
        if template not in _template:
            server.execute(f'CREATE DATABASE "{template}"')
            _add("sim-template", NAME=template, **common)
            _migrate("sim-template")
            connections["sim-template"].close()
            _template.append(template)
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _add(name, NAME=name, **common)
    return name


def _parts(url: str) -> dict[str, str]:
    from baarada.config import read

    found = read({"BAARADA_HOME": str(settings.CONFIG.home), "BAARADA_DATABASE": url}).database
    return {key: found[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}


def drop_databases() -> None:
    """Drop the databases that this process made."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    from tests.databases import postgres_url

    connections.close_all()
    with psycopg.connect(make_conninfo(postgres_url() or "", dbname="postgres"), autocommit=True) as server:
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"baarada_sim_{os.getpid()}%"]
        )
        for (name,) in rows.fetchall():
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
