"""Work on strange files in a process of its own, watched: it may fail, the program does not.

The child gets a memory limit and a time limit, kept by this process from outside, so that they hold on
every system.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import psutil

LOOK_SECONDS = 0.03


class ChildFailed(Exception):
    """The work could not be done. ``reason`` is ``memory``, ``time``, ``stopped`` or ``died``."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(f"{reason} ({code})")
        self.reason = reason
        self.code = code


def run(
    module: str, args: Sequence[str], *, memory_mb: int, seconds: float,
    keep_on: Callable[[], bool] = lambda: True,
) -> None:  # fmt: skip
    """Run ``python -m module args`` and wait for it.

    ``keep_on`` is asked now and then; when it says no, the child is stopped.

    Raises:
        ChildFailed: it took too much memory or time, was stopped, or ended badly.
    """
    # Our own module, run by our own interpreter: nothing here comes from outside.
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-c", _START, module, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    try:
        _watch(child, memory_mb * 1_000_000, time.monotonic() + seconds, keep_on)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode:
        raise ChildFailed("died", child.returncode)


_START = (
    "import os, runpy, sys; sys.path[:0] = os.environ['BAARADA_CHILD_PATH'].split(os.pathsep); "
    "sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def _environment() -> dict[str, str]:
    """Nothing of the settings and secrets of this process: only where Python finds its modules."""
    keep = ("SYSTEMROOT", "PATH", "TEMP", "TMP", "TMPDIR", "LANG")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    return env | {"BAARADA_CHILD_PATH": os.pathsep.join(p for p in sys.path if p), "PYTHONUTF8": "1"}


def _watch(child: subprocess.Popen[bytes], memory: int, until: float, keep_on: Callable[[], bool]) -> None:
    process = psutil.Process(child.pid)
    while child.poll() is None:
        if time.monotonic() > until:
            raise ChildFailed("time")
        if not keep_on():
            raise ChildFailed("stopped")
        try:
            taken = process.memory_info().rss
        except psutil.NoSuchProcess:
            break
        if taken > memory:
            raise ChildFailed("memory")
        try:
            child.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    child.wait()
