"""Where the tests find PostgreSQL: a setting, a server on this machine, or one of their own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
SETTING = "BAARADA_TEST_POSTGRES_URL"


@contextmanager
def server() -> Iterator[str | None]:
    """The address of a server to use; None where there is none and none can be started."""
    found = postgres_url()
    if found:
        yield found
    elif programs() is None:
        yield None
    else:
        with own() as url:
            yield url


def postgres_url() -> str | None:
    """A server that is there, None if there is none. ``./run test`` starts one before it asks."""
    given = os.environ.get(SETTING)
    return given or (LOCAL if answers(LOCAL) else None)


def answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, of the newest version installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[4]))
    here = found[-1] if found else shutil.which("initdb")
    return Path(here).resolve().parent if here else None


@contextmanager
def own() -> Iterator[str]:
    """A server of our own in a temporary folder, gone at the end. It keeps nothing and is quick for that."""
    here = programs()
    assert here is not None
    folder = Path(tempfile.mkdtemp(prefix="baarada-pg-"))
    account = _account(folder)
    port = _free_port()
    options = (
        f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    )
    control = [*account, str(here / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    try:
        initdb = [str(here / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"]
        _run([*account, *initdb, "-E", "UTF8", "--no-sync"])
        _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    # No pipes: the server would keep them open after pg_ctl has gone.
    with tempfile.TemporaryFile() as said:
        if subprocess.run(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, check=False
        ).returncode:
            said.seek(0)
            raise RuntimeError(f"{command[-1]}: {said.read().decode(errors='replace')}")


def _account(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: it is then given an account of its own."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    name = "postgres" if _exists("postgres") else "nobody"
    shutil.chown(folder, name)
    return ["runuser", "-u", name, "--"]


def _exists(name: str) -> bool:
    import pwd

    return any(one.pw_name == name for one in pwd.getpwall())


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
