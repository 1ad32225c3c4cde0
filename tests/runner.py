"""Runs the parts of ``./run test [--full] [part ...]``, two at a time, and says what each took.

A part is one or more commands. It fails if one of them does; only then is its output shown.
"""

import argparse
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests import databases

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
AT_A_TIME = 2
LIMIT, LIMIT_FULL = 1800, 3 * 3600
"""Seconds after which a command has hung."""
PYTEST = ("-m", "pytest", "--durations=5", "-m")

Command = tuple[str, ...]


class NotHere(Exception):
    """A part cannot run on this machine; the text says what is missing."""


@dataclass(frozen=True)
class Setting:
    """What the commands of a run depend on."""

    full: bool
    postgres: str | None


@dataclass(frozen=True)
class Part:
    """One row of the time table."""

    name: str
    what: str
    commands: Callable[[Setting], Iterator[Command]]
    needs: Callable[[Setting], dict[str, str]] = field(default=lambda setting: {})
    """What is added to the environment. Raises ``NotHere``."""
    may_be_missing: bool = False
    """True if a machine without what the part needs has passed all the same."""


@dataclass
class Outcome:
    """How a part went."""

    part: Part
    state: str
    seconds: float = 0.0
    processor: float = 0.0
    said: str = ""


def python(*args: str) -> Command:
    """A command of this environment's Python."""
    return (sys.executable, *args)


def tool(name: str, *args: str) -> Command:
    """A program of this environment."""
    return (str(BIN / name), *args)


def _postgres(setting: Setting) -> dict[str, str]:
    if setting.postgres is None:
        raise NotHere("no PostgreSQL server answers and none could be started: this half did not run")
    # A name of its own: two runs on one server do not meet.
    own = urlsplit(setting.postgres)._replace(path=f"/baarada_{os.getpid()}")
    return {"BAARADA_TEST_DATABASE": own.geturl()}


def _browser(setting: Setting) -> dict[str, str]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        found = _install_browser()
    if found is None:
        raise NotHere("no Chromium is installed. On Debian: apt-get install chromium fonts-dejavu-core")
    return {}


def _install_browser() -> str | None:
    for args in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        subprocess.run(["apt-get", "-q", *args], capture_output=True, check=False)
    return shutil.which("chromium")


def _tests(setting: Setting) -> Iterator[Command]:
    if setting.full:
        yield python(*PYTEST, "not browser", "--hypothesis-profile=others")
    else:
        yield python(*PYTEST, "not browser and not slow")


SEEDS = {"memory": 1900, "sqlite": 90, "postgres": 30}
SEEDS_FULL = {"memory": 4000, "sqlite": 150, "postgres": 100}


def _simulator(store: str) -> Callable[[Setting], Iterator[Command]]:
    def commands(setting: Setting) -> Iterator[Command]:
        seeds = SEEDS_FULL if setting.full else SEEDS
        yield python("-m", "tests.sim", "--seeds", str(seeds[store]), "--store", store)

    return commands


def _types(setting: Setting) -> Iterator[Command]:
    yield tool("mypy")


def _migrations(setting: Setting) -> Iterator[Command]:
    yield python("-m", "django", "makemigrations", "--check", "--dry-run", "--settings", "tests.settings")
    yield python("-m", "django", "check", "--settings", "tests.settings")


PARTS = (
    Part("format", "ruff format", lambda s: iter([tool("ruff", "format", "--check", "src", "tests")])),
    Part("lint", "ruff check", lambda s: iter([tool("ruff", "check", "src", "tests")])),
    Part("types", "mypy, strict in kernel and journal", _types),
    Part("contracts", "who imports whom", lambda s: iter([tool("lint-imports", "--no-logo")])),
    Part("templates", "djlint, and every page is read", lambda s: iter([
        tool("djlint", "src", "--lint", "--quiet"), python("-m", "tests.templates"),
    ])),
    Part("french", "every text has its French", lambda s: iter([
        python("-m", "baarada.translations", "check"),
    ])),
    Part("reference", "docs/reference is what the program says", lambda s: iter([
        python("-m", "tests.reference", "--check"),
    ])),
    Part("portable", "nothing in src that only POSIX has", lambda s: iter([python("-m", "tests.portable")])),
    Part("migrations", "the models are what the migrations make", _migrations),
    # The longest first, so that neither of two hands waits for the other at the end.
    Part("simulator", "networks with faults, from seeds, in memory", _simulator("memory")),
    Part("sqlite", "tests on SQLite", _tests),
    Part("postgres", "the same tests on PostgreSQL", _tests, _postgres, may_be_missing=True),
    Part("sim-pg", "networks over PostgreSQL", _simulator("postgres"), _postgres, may_be_missing=True),
    Part("browser", "the pages in Chromium", lambda s: iter([python(*PYTEST, "browser")]), _browser),
    Part("sim-sqlite", "networks over SQLite", _simulator("sqlite")),
)  # fmt: skip


def run_part(part: Part, setting: Setting) -> Outcome:
    """Run one part's commands until one fails."""
    began = time.monotonic()
    out = Outcome(part, "passed")
    try:
        env = (
            os.environ | part.needs(setting) | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
        )
        if setting.postgres:
            env[databases.SETTING] = setting.postgres
        for command in part.commands(setting):
            code, said, processor = _run(command, env, LIMIT_FULL if setting.full else LIMIT)
            out.processor += processor
            out.said = f"$ {' '.join(command)}\n{said}"
            if code:
                out.state = "failed"
                break
    except NotHere as missing:
        out.state = "not run" if part.may_be_missing else "failed"
        out.said = str(missing)
    out.seconds = time.monotonic() - began
    return out


def _run(command: Command, env: dict[str, str], limit: float) -> tuple[int, str, float]:
    """Run a command; returns its exit code, what it said, and its seconds of processor."""
    until = time.monotonic() + limit
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        processor = 0.0
        process = psutil.Process(child.pid)
        while child.poll() is None:
            if time.monotonic() > until:
                _end(process)
                said.write(f"\nIt hung, and was ended after {limit:.0f} seconds.".encode())
            try:
                times = process.cpu_times()
                processor = max(processor, sum(times[:4]))
            except psutil.Error:
                pass
            try:
                child.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        said.seek(0)
        return child.returncode, said.read().decode(errors="replace"), processor


def _end(process: psutil.Process) -> None:
    """End a process and all that it started."""
    for one in [*process.children(recursive=True), process]:
        with suppress(psutil.NoSuchProcess):
            one.kill()


def run_all(parts: list[Part], setting: Setting, say: Callable[[Outcome], None]) -> list[Outcome]:
    """Run parts, two at a time, each said as it ends; returns them in the order asked."""
    waiting: queue.SimpleQueue[Part] = queue.SimpleQueue()
    for part in parts:
        waiting.put(part)
    outcomes: dict[str, Outcome] = {}
    lock = threading.Lock()

    def work() -> None:
        while True:
            try:
                part = waiting.get_nowait()
            except queue.Empty:
                return
            outcome = run_part(part, setting)
            with lock:
                outcomes[part.name] = outcome
                say(outcome)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[part.name] for part in parts]


def say(outcome: Outcome) -> None:
    """One line for a part that ended; all it said if it failed."""
    print(f"{outcome.state:8} {outcome.part.name:11} {outcome.part.what}", flush=True)
    if outcome.state == "failed":
        print("\n".join("    " + line for line in outcome.said.strip().splitlines()), flush=True)
    elif outcome.state == "not run":
        print(f"         {outcome.said}", flush=True)


def table(outcomes: list[Outcome], whole: float) -> str:
    """The time table, and the count."""
    lines = ["", f"{'part':12} {'result':8} {'seconds':>8} {'processor':>10}"]
    lines += [f"{o.part.name:12} {o.state:8} {o.seconds:8.1f} {o.processor:10.1f}" for o in outcomes]
    lines += [f"{'whole':12} {'':8} {whole:8.1f}   ({AT_A_TIME} parts at a time)", ""]
    count = {state: sum(o.state == state for o in outcomes) for state in ("passed", "failed", "not run")}
    last = f"{count['passed']} passed, {count['failed']} failed"
    lines.append(last + (f", {count['not run']} skipped" if count["not run"] else ""))
    return "\n".join(lines)


def summary(outcomes: list[Outcome], whole: float) -> str:
    """A full run in a line, for the page of measures."""
    from tests.sim.mutants import MUTANTS

    failed = [o.part.name for o in outcomes if o.state == "failed"]
    seeds = ", ".join(f"{count:,} on {store}" for store, count in SEEDS_FULL.items())
    passed = sum(o.state == "passed" for o in outcomes)
    return (
        f"`./run test --full`: {passed} parts passed, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)};"
        f" {len(MUTANTS)} planted bugs, seeds: {seeds}; {whole:,.0f} s."
    )


def chosen(names: list[str]) -> list[Part]:
    """The parts of these names, all if there is none.

    Raises:
        SystemExit: no part has that name.
    """
    known = {part.name: part for part in PARTS}
    for name in names:
        if name not in known:
            raise SystemExit(f"./run test: no part is called {name}. Parts: {', '.join(known)}.")
    return [part for part in PARTS if not names or part.name in names]


def main(args: list[str]) -> int:
    """Run the parts asked for; returns 0 if none failed."""
    parser = argparse.ArgumentParser(prog="./run test", description="Every check, part by part.")
    parser.add_argument("--full", action="store_true", help="slow tests, many seeds, mutants")
    parser.add_argument("part", nargs="*", help=", ".join(part.name for part in PARTS))
    given = parser.parse_args(args)
    parts = chosen(given.part)
    began = time.monotonic()
    with databases.server() if any(p.name in ("postgres", "sim-pg") for p in parts) else nullcontext() as url:
        outcomes = run_all(parts, Setting(given.full, url), say)
    whole = time.monotonic() - began
    print(table(outcomes, whole))
    if given.full and not given.part:
        from tests.bench import report

        report.note(summary(outcomes, whole))
    return 1 if any(o.state == "failed" for o in outcomes) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
