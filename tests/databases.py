"""Where the tests find PostgreSQL: a setting, a server on this machine, or one of their own."""

import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"


@lru_cache(maxsize=1)
def postgres_url() -> str | None:
    """A server to use, or None where there is none and none can be started."""
    given = os.environ.get("BAARADA_TEST_POSTGRES_URL")
    if given:
        return given
    if _answers(LOCAL):
        return LOCAL
    return start_own()


def _answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def start_own() -> str | None:
    """Start a server in a temporary folder, where the programs for it are installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None or (hasattr(os, "geteuid") and os.geteuid() == 0):
        return None
    folder = tempfile.mkdtemp(prefix="baarada-pg-")
    here = Path(initdb).parent
    subprocess.run([initdb, "-D", folder, "-U", "postgres", "-A", "trust"], check=True, capture_output=True)
    options = f"-p 54329 -k {folder} -c fsync=off"
    subprocess.run(
        [here / "pg_ctl", "-D", folder, "-o", options, "-w", "start"], check=True, capture_output=True
    )
    return "postgres://postgres@127.0.0.1:54329/postgres"
