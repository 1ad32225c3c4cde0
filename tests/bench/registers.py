"""Registers of some size, made once through the program's own import and kept for the next run.

Kept under a hash of all that they were made with: when the program's journal, register or import changes,
they are made anew, so that no figure speaks of a program that is no more.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil

from tests.databases import postgres_url

SQLITE, POSTGRES = "sqlite", "postgres"
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MADE_WITH = ("kernel", "journal", "registry", "interop", "packs")
LOOK_SECONDS = 0.2
MEGABYTE = 1_000_000


def cache() -> Path:
    """Where registers are kept between runs."""
    given = os.environ.get("BAARADA_BENCH_CACHE")
    return Path(given) if given else Path(tempfile.gettempdir()) / "baarada-bench"


@lru_cache(maxsize=1)
def recipe() -> str:
    """The hash of all that a register is made with, apart from its size and database."""
    found = hashlib.sha256()
    files = [HERE / "population.py", HERE / "building.py", ROOT / "src/baarada/settings.py"]
    for room in MADE_WITH:
        files += sorted((ROOT / "src/baarada" / room).rglob("*.py"))
        files += sorted((ROOT / "src/baarada" / room).rglob("*.csv"))
    for path in files:
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\x00" + path.read_bytes())
    return found.hexdigest()[:12]


class TaskFailed(Exception):
    """A measuring process ended badly; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register on disk, of a size, in a database."""

    database: str
    size: int
    folder: Path
    name: str
    """Of its PostgreSQL database."""

    @property
    def home(self) -> Path:
        """Its BAARADA_HOME."""
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to open it."""
        keep = {k: v for k, v in os.environ.items() if not k.startswith("BAARADA_")}
        found = keep | {
            "BAARADA_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "PYTHONUTF8": "1",
        }
        if self.database == POSTGRES:
            found["BAARADA_DATABASE"] = _url(self.name)
        return found

    def run(self, task: str, *args: str) -> dict[str, Any]:
        """Do a task of ``tests.bench.tasks`` in a process of its own.

        Returns what it measured, with the most memory that it and its children ever took together.

        Raises:
            TaskFailed: it ended badly.
        """
        answer = self.folder / f"{task}.json"
        answer.unlink(missing_ok=True)
        log = self.folder / f"{task}.log"
        with log.open("w", encoding="utf-8") as out:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.tasks", task, str(answer), str(self.size), *args],
                cwd=ROOT, env=self.environment, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
            watch = MemoryWatch(child.pid)
            watch.start()
            code = child.wait()
            watch.stop()
        if code:
            raise TaskFailed(
                f"{task}, {self.size} people, {self.database}:\n{log.read_text('utf-8')[-3000:]}"
            )
        found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        return found | {"peak_mb": watch.peak / MEGABYTE}


class MemoryWatch(threading.Thread):
    """Watches how much memory a process and its children take together, each shared page counted once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(pid)
        self.peak = 0
        self._end = threading.Event()

    def run(self) -> None:
        """Look now and then, until told to stop."""
        while not self._end.wait(LOOK_SECONDS):
            self.peak = max(self.peak, taken(self.process))

    def stop(self) -> None:
        """Look no more."""
        self._end.set()
        self.join()


def taken(process: psutil.Process) -> int:
    """Bytes of memory that a process and its children hold, by their share of each page."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            found = one.memory_full_info()
            total += getattr(found, "pss", found.rss)
    except psutil.Error:
        return 0
    return total


def made(database: str, size: int, say: Any) -> tuple[Register, dict[str, Any]]:
    """A register of this size, made now or kept from an earlier run; and what was measured while it was made."""
    hash_ = recipe()
    start = f"{database}-{size}-"
    register = Register(database, size, cache() / f"{start}{hash_}", f"baarada_bench_{size}_{hash_}")
    built = register.folder / "built.json"
    if built.exists() and (database == SQLITE or _exists(register.name)):
        return register, json.loads(built.read_text("utf-8"))
    forget(start)
    say(f"making a register of {size} people on {database}")
    register.home.mkdir(parents=True)
    if database == POSTGRES:
        _server(f'CREATE DATABASE "{register.name}"', f'CREATE DATABASE "{register.name}_floor"')
    register.run("lists")
    found = register.run("build")
    built.write_text(json.dumps(found), "utf-8")
    return register, found


def copied(register: Register) -> Register:
    """The same register once more, to be worked on and thrown away."""
    other = Register(register.database, register.size, register.folder / "copy", f"{register.name}_copy")
    drop(other)
    other.folder.mkdir()
    shutil.copytree(register.home, other.home, ignore=shutil.ignore_patterns("floor.*"))
    if register.database == POSTGRES:
        _server(f'CREATE DATABASE "{other.name}" TEMPLATE "{register.name}"')
        _server(f'CREATE DATABASE "{other.name}_floor"')
    return other


def drop(register: Register) -> None:
    """Throw a register away."""
    shutil.rmtree(register.folder, ignore_errors=True)
    if register.database == POSTGRES:
        for name in (register.name, f"{register.name}_floor"):
            _server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def forget(start: str) -> None:
    """Throw away the registers of a size and database that were made with another program."""
    for folder in cache().glob(f"{start}*"):
        shutil.rmtree(folder)
    database, size, _ = start.split("-")
    if database == POSTGRES:
        for name in _names(f"baarada_bench_{size}_"):
            _server(f'DROP DATABASE "{name}" WITH (FORCE)')


def alone(task: str) -> dict[str, Any]:
    """Do a task that asks for no register."""
    folder = cache() / "alone"
    (folder / "home").mkdir(parents=True, exist_ok=True)
    return Register(SQLITE, 0, folder, "").run(task)


def has_postgres() -> bool:
    """True if there is a server to measure on."""
    return postgres_url() is not None


def _url(name: str) -> str:
    server = postgres_url()
    assert server is not None
    return f"{server.rsplit('/', 1)[0]}/{name}"


def _server(*statements: str) -> None:
    import psycopg

    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        for statement in statements:
            server.execute(statement)  # type: ignore[arg-type]


def _names(start: str) -> list[str]:
    import psycopg

    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        rows = server.execute("SELECT datname FROM pg_database").fetchall()
    return [name for (name,) in rows if name.startswith(start)]


def _exists(name: str) -> bool:
    return name in _names(name)
