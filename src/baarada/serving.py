"""``baarada serve``: the pages and the worker, watched by a small process that imports neither.

This process makes the register ready (in a child that ends), starts the worker beside, and gives the
address to a web server. What dies is started again; Ctrl-C stops all of it.
"""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

from baarada import config, logs
from baarada.sentences import gettext as _

WORKER_ELSEWHERE = 3
"""The exit code of a worker that found another one at work on the same register."""
LARGEST_MB = 400
"""A web process that has grown beyond this is replaced."""
STOP_SECONDS = 10
PAUSES = (1, 2, 5, 15, 60)
"""How many seconds to wait before a worker that keeps dying is started again."""
LONG_ENOUGH = 60


def main(args: list[str]) -> None:
    """Serve until told to stop.

    Raises:
        SystemExit: it cannot start; its text says why, or the process that found out has said it.
    """
    given = parser().parse_args(args)
    serve(given.host, given.port, worker=not given.no_worker)


def parser() -> argparse.ArgumentParser:
    """What ``baarada serve`` takes."""
    out = argparse.ArgumentParser(prog="baarada serve", description="Serve pages to browsers.")
    out.add_argument("--host", default="127.0.0.1", help="Address to listen on. Default: this machine only.")
    out.add_argument("--port", type=port, default=8000, help="Default: 8000.")
    out.add_argument("--no-worker", action="store_true", help="Serve pages only: a worker runs elsewhere.")
    return out


def port(text: str) -> int:
    """A port that was typed.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(
            _("“%(text)s” is not a port: write a number from 1 to 65535.") % {"text": text}
        )
    return int(text)


def serve(host: str, port: int, *, worker: bool = True, say: Callable[[str], None] = print) -> None:
    """Make the register ready, then serve it until told to stop.

    Raises:
        SystemExit: it cannot start.
    """
    found = config.read()
    refuse_taken(host, port)
    if not is_local(host) and "BAARADA_HOSTS" not in os.environ:
        say(_("Browsers of other machines are refused until BAARADA_HOSTS holds the name they come by."))
    ready = subprocess.run(command("prepare"), check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    if ready.returncode:
        raise SystemExit(ready.returncode)
    threading.Thread(target=_announce, args=(host, port, say), daemon=True).start()
    with beside() if worker else contextlib.nullcontext():
        _SERVERS[found.server](host, port, found.threads)


def command(*args: str) -> list[str]:
    """``baarada ARGS`` by this interpreter."""
    return [sys.executable, "-m", "baarada", *args]


def is_local(host: str) -> bool:
    """True for an address that only this machine reaches."""
    return host in ("localhost", "::1") or host.startswith("127.")


def address(host: str, port: int) -> str:
    """What a person types into a browser of this machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared with, not listened on
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def refuse_taken(host: str, port: int) -> None:
    """Find out at once whether the address may be listened on.

    Raises:
        SystemExit: it may not; the text says why.
    """
    try:
        family, kind, *__, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise SystemExit(_("%(host)s is no address of this machine.") % {"host": host}) from None
    with socket.socket(family, kind) as probe:
        try:
            if sys.platform != "win32":
                # A port that another server left a moment ago is free; on Windows this would share a taken one.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
        except OSError as error:
            sentence = _(
                "%(host)s:%(port)s cannot be used (%(why)s). Another Baarada may be running; choose another port: "
                "--port %(next)s"
            )
            found = {"host": host, "port": port, "why": error.strerror, "next": port + 1}
            raise SystemExit(sentence % found) from None


def _announce(host: str, port: int, say: Callable[[str], None]) -> None:
    """Say the address once somebody answers there."""
    target = "127.0.0.1" if host in ("0.0.0.0", "") else "::1" if host == "::" else host  # noqa: S104
    while True:
        try:
            socket.create_connection((target, port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            break
    say(_("Baarada is on %(address)s   Ctrl-C stops it.") % {"address": address(host, port)})
    sys.stdout.flush()


def _granian(host: str, port: int, threads: int) -> None:
    import multiprocessing

    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # A fork of a process with threads may stand still for ever.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "baarada.wsgi:application",
        host,
        port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        log_level=LogLevels.error,
        log_dictconfig=logs.configuration("ERROR", "_granian"),
        respawn_failed_workers=True,
        workers_max_rss=LARGEST_MB,
        workers_kill_timeout=STOP_SECONDS,
    )
    server.serve()


def _waitress(host: str, port: int, threads: int) -> None:
    import waitress

    from baarada.wsgi import application

    waitress.serve(application, host=host, port=port, threads=threads, ident=None)


_SERVERS = {"granian": _granian, "waitress": _waitress}


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """A worker in a process of its own, started again when it dies.

    It ends when this process closes its end of a pipe, or is itself ended, even by force: no signal is
    needed, so that it is the same on every system.
    """
    keeper = _Keeper()
    thread = threading.Thread(target=keeper.keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.end()
        thread.join(STOP_SECONDS + 1)


class _Keeper:
    """Keeps one worker running."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()

    def keep(self) -> None:
        """Start the worker, again and again."""
        deaths = 0
        while not self.ending.is_set():
            began = time.monotonic()
            code = self._run()
            if time.monotonic() - began > LONG_ENOUGH:
                deaths = 0
            pause = PAUSES[-1] if code == WORKER_ELSEWHERE else PAUSES[min(deaths, len(PAUSES) - 1)]
            deaths += 1
            self.ending.wait(pause)

    def _run(self) -> int:
        with self.lock:
            if self.ending.is_set():
                return 0
            # Our own program, by our own interpreter.
            self.child = subprocess.Popen(command("worker", "--beside"), stdin=subprocess.PIPE)  # noqa: S603
        return self.child.wait()

    def end(self) -> None:
        """Close the pipe, and wait for the worker to go."""
        with self.lock:
            self.ending.set()
            child = self.child
        if child is None or child.stdin is None:
            return
        with contextlib.suppress(OSError):
            child.stdin.close()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def end_with_parent() -> None:
    """Have this process end when the one that started it has gone, even by force."""
    import multiprocessing
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
