"""A backup's file: a plain zip with the database, the papers, the keys, and a page that says what it is.

The database inside is always SQLite, whatever the register runs on: a laptop's backup can become
a centre's register, and the other way round.
"""

import hashlib
import json
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.utils.translation import gettext as _

from baarada import __version__, config
from baarada.journal import guard, runtime, verification
from baarada.journal.engine import Engine
from baarada.journal.models import NodeRow, OriginRow
from baarada.journal.sql import SqlStore
from baarada.kernel.clocks import HybridClock
from baarada.kernel.errors import Refused
from baarada.kernel.pieces import in_pieces
from baarada.registry.models import Paper

FORMAT = 1
MANIFEST, DATABASE, PAPERS, KEYS = "manifest.json", "register.sqlite3", "papers/", "keys/"
PASSING = "backup-*"
"""Folders that exist while a backup is made or restored."""
MOST_MANIFEST = 5_000_000
_PART = re.compile(r"papers/[0-9a-f]{2}/[0-9a-f]{64}(?:\.thumb)?|keys/[a-z]+\.key")
"""The only names that are taken out of a backup, besides the database."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a backup was found to hold."""

    manifest: dict[str, Any]
    entries: int
    papers: int
    lost: list[str]
    """Papers of the register that are missing or altered: they were so when the backup was made."""


class Damaged(Refused):
    """A file that is not the backup it should be."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            _("%(file)s is not a backup of Baarada, or is damaged. Choose another one.") % {"file": path}
        )


class Unsound(Exception):
    """A backup that does not hold what it should. Its text says why in a word."""


@contextmanager
def passing_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, on the disk of the register."""
    folder = settings.CONFIG.work / PASSING.replace("*", secrets.token_hex(8))
    folder.mkdir(parents=True, mode=config.PRIVATE_FOLDER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def as_database(path: Path) -> Iterator[str]:
    """An SQLite file as one more database of this process; gives its alias."""
    alias = f"file-{secrets.token_hex(4)}"
    connections.databases[alias] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
    }
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def copy_tables(source: str, target: str) -> None:
    """Copy every table of the register from one database into another, row by row.

    What the other one held is replaced. The queue of tasks is left out: work begins again from the journal.
    """
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
    into = connections[target]
    with into.cursor() as cursor:
        for statement in into.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)


# -- writing it ------------------------------------------------------------------------------


def pack(target: Path, database: Path, lanes: list[list[Any]]) -> None:
    """Write the file: a database, and the papers and keys that lie here.

    ``lanes`` says where each lane ended: the least that the database must hold.
    """
    manifest = {
        "format": FORMAT,
        "version": __version__,
        "made": runtime.now().isoformat(timespec="seconds"),
        "pack": settings.CONFIG.pack,
        "time_zone": settings.CONFIG.time_zone,
        "demo": settings.CONFIG.demo,
        "lanes": lanes,
    }
    target.touch(mode=config.PRIVATE)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        file.writestr(MANIFEST, json.dumps(manifest, indent=1))
        file.write(database, DATABASE)
        for folder, prefix in ((settings.CONFIG.papers, PAPERS), (settings.CONFIG.keys, KEYS)):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                name = prefix + path.relative_to(folder).as_posix()
                if _PART.fullmatch(name):
                    file.write(path, name, zipfile.ZIP_STORED)


# -- reading it ------------------------------------------------------------------------------


def read_manifest(source: Path) -> dict[str, Any]:
    """What a backup says of itself.

    Raises:
        Refused: the file is no backup, or of a later version.
    """
    try:
        with zipfile.ZipFile(source) as file, file.open(MANIFEST) as page:
            manifest: dict[str, Any] = json.loads(page.read(MOST_MANIFEST))
        version = _numbers(manifest["version"])
        if not {"made", "pack", "time_zone", "demo", "lanes", "format"} <= manifest.keys():
            raise Damaged(source)
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, AttributeError):
        raise Damaged(source) from None
    if manifest["format"] != FORMAT or version > _numbers(__version__):
        raise Refused(_("This backup was made by a later version. Install that version, then restore."))
    return manifest


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@contextmanager
def opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """A backup to read from.

    Raises:
        Refused: what is read from it is damaged.
    """
    try:
        with zipfile.ZipFile(source) as file:
            yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        # A part is read to its end, where its checksum is held against what was read.
        raise Damaged(source) from None


def take_out(file: zipfile.ZipFile, folder: Path, *prefixes: str) -> None:
    """Put parts of a backup into a folder, under the names they have there."""
    for name in file.namelist():
        if name.startswith(prefixes) and (name == DATABASE or _PART.fullmatch(name)):
            file.extract(name, folder)


def check(file: zipfile.ZipFile, folder: Path, manifest: dict[str, Any]) -> Found:
    """Verify and count a backup whose database and keys were taken out into ``folder``.

    Raises:
        Unsound: chains, signatures, lanes or keys are not those it was made of.
    """
    try:
        with as_database(folder / DATABASE) as alias:
            entries = _check_journal(folder / KEYS, alias, manifest["lanes"])
            papers = Paper.objects.using(alias).exclude(hash=None)
            wanted = set(papers.values_list("hash", flat=True).distinct())
    except (DatabaseError, TypeError, ValueError) as error:
        raise Unsound("unreadable") from error
    good, altered = _look_at_papers(file)
    return Found(manifest, entries, len(good) + len(altered), sorted((wanted - good) | altered))


def _check_journal(keys: Path, alias: str, least: list[list[Any]]) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        if cursor.fetchone()[0] != "ok":
            raise Unsound("unreadable")
    public = {row.origin: bytes(row.public) for row in OriginRow.objects.using(alias).iterator()}
    node = NodeRow.objects.using(alias).first()
    key = keys / runtime.KEY_FILE
    if node is None or not key.exists() or runtime.signer(keys).public != public.get(runtime.origin_of(node)):
        raise Unsound("another key")
    engine = Engine(
        runtime.schema(), SqlStore(runtime.schema(), alias), HybridClock(runtime.now_ms), key_of=public.get
    )
    lanes = {(lane.key.origin, lane.key.office.hex()): lane for lane in engine.store.lanes()}
    lasts = {key: lane.last for key, lane in lanes.items()}
    if any(lasts.get((origin, office), 0) < last for origin, office, last in least):
        raise Unsound(verification.GAP)
    if any(lane.sealed < lane.last for lane in lanes.values()):
        raise Unsound("not sealed")
    for problem in verification.chains(engine):
        raise Unsound(problem.what)
    return sum(lasts.values())


def _look_at_papers(file: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """The papers that are what their name says, and those that are not."""
    good: set[str] = set()
    altered: set[str] = set()
    for name in file.namelist():
        if name.startswith(PAPERS) and not name.endswith(".thumb"):
            digest = name.rpartition("/")[2]
            with file.open(name) as paper:
                found = hashlib.file_digest(paper, "sha256").hexdigest()  # type: ignore[arg-type]
            (good if found == digest else altered).add(digest)
    return good, altered
