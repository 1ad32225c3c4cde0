"""Which SQLite this program runs on.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode (the WAL-reset bug); it was mended in 3.51.3, 3.50.7
and 3.44.6. ``pysqlite3`` brings its own, newer library, and takes the place of ``sqlite3`` here. On
an affected library the rollback journal is used instead, and ``baarada verify`` says so.
"""

import sys
from types import ModuleType

MENDED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


def install() -> None:
    """Put ``pysqlite3`` in the place of ``sqlite3``, where it is installed. Call before Django is imported."""
    try:
        import pysqlite3
        from pysqlite3 import dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2


def library() -> ModuleType:
    """The module in use."""
    import sqlite3

    return sqlite3


def version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    found: tuple[int, ...] = library().sqlite_version_info
    return found


def wal_is_safe(found: tuple[int, ...] | None = None) -> bool:
    """True if WAL mode cannot corrupt the database with this library."""
    found = found or version()
    return found >= MENDED[0] or any(found[:2] == m[:2] and found >= m for m in MENDED[1:])


def init_command() -> str:
    """The pragmas of each connection: nothing acknowledged is lost when the power goes."""
    mode = "WAL" if wal_is_safe() else "DELETE"
    return f"PRAGMA journal_mode={mode}; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;"
