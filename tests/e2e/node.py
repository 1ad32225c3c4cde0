"""A register on this machine as its people have it: real processes, its own folder, its own port."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PASSWORD = "trois mangues vertes"
PATIENCE = 180


@dataclass
class Node:
    """One register and, while it runs, its server with the worker beside."""

    home: Path
    port: int = 0
    server: subprocess.Popen[bytes] | None = None
    log: list[Path] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BAARADA_", "DJANGO_", "TZ"))}
        return kept | {
            "BAARADA_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "PYTHONUTF8": "1",
        }

    def run(self, *args: str, stdin: str = "") -> str:
        """A command of the program; returns what it printed.

        Raises:
            AssertionError: it failed.
        """
        found = subprocess.run(
            [sys.executable, "-m", "baarada", *args], cwd=ROOT, env=self.environment(), input=stdin, text=True,
            encoding="utf-8", capture_output=True, timeout=300,
        )  # fmt: skip
        assert found.returncode == 0, f"baarada {' '.join(args)}: {found.stdout}{found.stderr}"
        return found.stdout

    def set_clock_back(self, days: int) -> None:
        """Let all its processes believe that it is some days ago."""
        (self.home / "days-back").write_text(str(days))

    def start(self) -> None:
        """Serve, and wait for the first page."""
        self.port = self.port or free_port()
        path = self.home / f"server-{len(self.log)}.log"
        self.log.append(path)
        with path.open("wb") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "baarada", "serve", "--port", str(self.port)], cwd=ROOT,
                env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.address}/connexion/", timeout=5).close()
                return
            except OSError:
                assert self.server.poll() is None, path.read_text(encoding="utf-8", errors="replace")
                time.sleep(0.1)
        raise AssertionError(path.read_text(encoding="utf-8", errors="replace"))

    def cut_power(self) -> None:
        """Kill the server, its children, the worker: nobody has time to tidy up."""
        if self.server is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            found = [psutil.Process(self.server.pid)]
            found += found[0].children(recursive=True)
            for process in found:
                process.kill()
            psutil.wait_procs(found, timeout=PATIENCE)
        self.server.wait(PATIENCE)
        self.server = None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
