"""Backups: one file with the database, the papers and the keys, opened and verified before it is announced.

The database inside is always SQLite, whatever the register runs on: a laptop's backup can become
a centre's register, and the other way round. The file is a plain zip.
"""

import hashlib
import json
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from baarada import __version__, config, sqlite
from baarada.journal import cuts, guard, runtime, verification
from baarada.journal.engine import Engine
from baarada.journal.sql import SqlStore, in_pieces
from baarada.kernel.clocks import HybridClock
from baarada.kernel.errors import Refused

FORMAT = 1
MANIFEST, DATABASE, PAPERS, KEYS = "manifest.json", "register.sqlite3", "papers/", "keys/"
KEPT_DAYS, KEPT_MONTHS = 7, 6
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was verified."""

    path: Path
    entries: int
    papers: int
    bytes: int


def backup(target: Path, *, say: Say = lambda text: None) -> Made:
    """Write a backup while the register goes on; returns it once it was opened, restored aside and counted.

    Raises:
        Refused: it could not be written, or what was written is not what is here.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with _folder() as folder:
            # What is here before the copy begins is the least that the copy must hold.
            lanes = [[x.key.origin, x.key.office.hex(), x.last] for x in runtime.engine().store.lanes()]
            say("Copying the database.")
            _copy_out(folder / DATABASE)
            say("Adding papers and keys.")
            _pack(part, folder / DATABASE, lanes)
        say("Opening it again.")
        made = _check(part, target)
        part.replace(target)
    except OSError as error:
        raise Refused(f"The backup could not be written to {target}: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)
    return made


@contextmanager
def _folder() -> Iterator[Path]:
    folder = settings.CONFIG.work / f"backup-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_out(target: Path) -> None:
    """The register's database as an SQLite file, as of one moment."""
    source = connections["default"]
    source.ensure_connection()
    if source.vendor == "sqlite":
        copy = sqlite.library().connect(str(target))
        try:
            source.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
        return
    with _database(target) as alias:
        call_command("migrate", database=alias, verbosity=0)
        with transaction.atomic(), source.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            copy_tables("default", alias)


@contextmanager
def _database(path: Path) -> Iterator[str]:
    """An SQLite file as one more database of this process."""
    alias = f"file-{secrets.token_hex(4)}"
    wanted = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
    connections.databases[alias] = {**connections.databases["default"], **wanted}
    connections.databases[alias] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def copy_tables(source: str, target: str) -> None:
    """Copy every table of the register from one database to another, empty one, row by row."""
    with guard.opened(), transaction.atomic(using=target):
        for model in _models():
            _copy_table(model, source, target)
        _restart_sequences(target)


def _models() -> list[Any]:
    return [
        m for m in apps.get_models(include_auto_created=True) if m._meta.app_label != "django_tasks_database"
    ]


def _copy_table(model: Any, source: str, target: str) -> None:
    fields = model._meta.concrete_fields
    into = connections[target]
    names = ", ".join(f'"{f.column}"' for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    with into.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
        rows = model._base_manager.using(source).values_list(*[f.attname for f in fields])
        for piece in in_pieces(rows.iterator(2000), 2000):
            values = [
                [f.get_db_prep_save(v, into) for f, v in zip(fields, row, strict=True)] for row in piece
            ]
            cursor.executemany(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', values)


def _restart_sequences(target: str) -> None:
    from django.core.management.color import no_style

    into = connections[target]
    statements = into.ops.sequence_reset_sql(no_style(), _models())
    with into.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _pack(target: Path, database: Path, lanes: list[list[Any]]) -> None:
    manifest = {
        "format": FORMAT,
        "version": __version__,
        "made": runtime.now().isoformat(timespec="seconds"),
        "pack": settings.CONFIG.pack,
        "time_zone": settings.CONFIG.time_zone,
        "demo": settings.CONFIG.demo,
        "lanes": lanes,
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        file.writestr(MANIFEST, json.dumps(manifest, indent=1))
        file.write(database, DATABASE)
        for folder, name in ((settings.CONFIG.papers, PAPERS), (settings.CONFIG.keys, KEYS)):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                file.write(path, name + path.relative_to(folder).as_posix(), zipfile.ZIP_STORED)


def _check(path: Path, shown: Path) -> Made:
    """Open a backup, restore it aside, verify and count it."""
    with zipfile.ZipFile(path) as file, _folder() as folder:
        if file.testzip() is not None:
            raise Refused(f"What was written to {shown} cannot be read again. Check the disk.")
        manifest = json.loads(file.read(MANIFEST))
        file.extract(DATABASE, folder)
        papers = _check_papers(file)
        with _database(folder / DATABASE) as alias:
            store = SqlStore(runtime.schema(), alias)
            engine = Engine(
                runtime.schema(), store, HybridClock(runtime.now_ms), origin=runtime.engine().origin,
                key_of=runtime.key_of,
            )  # fmt: skip
            problems = list(verification.chains(engine))
            lanes = {(x.key.origin, x.key.office.hex()): x.last for x in store.lanes()}
        behind = [o for o, office, last in manifest["lanes"] if lanes.get((o, office), 0) < last]
        if problems or behind:
            what = problems[0].what if problems else "lanes are missing"
            raise Refused(f"The backup was written, but is not what is here ({what}). Run baarada verify.")
        return Made(shown, sum(lanes.values()), papers, path.stat().st_size)


def _check_papers(file: zipfile.ZipFile) -> int:
    count = 0
    for name in file.namelist():
        if name.startswith(PAPERS) and not name.endswith(".thumb"):
            count += 1
            with file.open(name) as paper:
                if hashlib.file_digest(paper, "sha256").hexdigest() != name.rpartition("/")[2]:
                    raise Refused(
                        f"The paper {name} is not what it was when it was kept. Run baarada verify."
                    )
    return count


def restore(source: Path, *, say: Say = lambda text: None) -> dict[str, Any]:
    """Make a register of a backup, in a BAARADA_HOME that holds none; returns the backup's manifest.

    Raises:
        Refused: the file is no backup, or a register is already here.
    """
    home = settings.CONFIG.home
    if settings.CONFIG.pack:
        raise Refused(f"{home} already holds a register. Choose another BAARADA_HOME; nothing was changed.")
    manifest = read_manifest(source)
    with zipfile.ZipFile(source) as file, _folder() as folder:
        say("Taking the backup apart.")
        for name in file.namelist():
            _extract(file, name, home)
        file.extract(DATABASE, folder)
        say("Filling the database.")
        _copy_in(folder / DATABASE)
    config.write_node(home, pack=manifest["pack"], time_zone=manifest["time_zone"], demo=manifest["demo"])
    runtime.forget()
    cuts.forget()
    return manifest


def read_manifest(source: Path) -> dict[str, Any]:
    """What a backup says of itself.

    Raises:
        Refused: the file is no backup, or of a later version.
    """
    try:
        with zipfile.ZipFile(source) as file:
            manifest: dict[str, Any] = json.loads(file.read(MANIFEST))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        raise Refused(f"{source} is not a backup of Baarada, or is damaged. Choose another one.") from None
    if manifest.get("format") != FORMAT:
        raise Refused("This backup was made by a later version. Install that version, then restore.")
    return manifest


def _extract(file: zipfile.ZipFile, name: str, home: Path) -> None:
    for prefix in (PAPERS, KEYS):
        if name.startswith(prefix) and not name.endswith("/") and ".." not in name:
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open(name) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out)


def _copy_in(database: Path) -> None:
    from baarada.upkeep.setup import migrate

    migrate()
    with _database(database) as alias:
        call_command("migrate", database=alias, verbosity=0)
        copy_tables(alias, "default")


# -- every day, by itself -------------------------------------------------------------------


def daily(today: date) -> Made | None:
    """Today's backup, unless it is there already; older ones make room."""
    folder = settings.CONFIG.backup_folder
    target = folder / f"baarada-{today.isoformat()}.zip"
    if target.exists():
        return None
    made = backup(target)
    _make_room(folder, today)
    return made


def _make_room(folder: Path, today: date) -> None:
    """Keep the last seven, and the first of each of the last six months."""
    found = sorted(folder.glob("baarada-????-??-??.zip"), reverse=True)
    months: dict[str, Path] = {}
    for path in reversed(found):
        months.setdefault(path.name[8:15], path)
    kept = set(found[:KEPT_DAYS]) | {months[m] for m in sorted(months, reverse=True)[:KEPT_MONTHS]}
    for path in found:
        if path not in kept and path.name[8:18] < today.isoformat():
            path.unlink()


def last() -> date | None:
    """The day of the newest daily backup."""
    found = sorted(settings.CONFIG.backup_folder.glob("baarada-????-??-??.zip"))
    return date.fromisoformat(found[-1].name[8:18]) if found else None
