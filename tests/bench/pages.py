"""Pages as browsers get them: from ``baarada serve``, on one machine with whoever asks."""

import http.client
import random
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import quote

import psutil
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from baarada.accounts.models import SignIn
from baarada.registry.models import Facility, Person
from tests.bench.asking import sample
from tests.bench.population import Population
from tests.bench.questions import PREFIX, SORTS, Question, typed
from tests.bench.registers import MEGABYTE, taken
from tests.bench.urls import FLOOR

AT_ONCE = 8
ROUNDS = 5
SECONDS_TO_START = 600
SECONDS_AT_REST = 3
LONG_KEPT = 86_400
_LINKED = re.compile(r"<(?:link|script|img)\b[^>]*?\b(?:href|src)=[\"']([^\"']+)[\"'][^>]*>")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for one request."""

    status: int
    seconds: float
    bytes: int
    """Of head and body as they were sent."""
    headers: dict[str, str]
    body: bytes


class Browser:
    """Somebody signed in, with one connection that is kept open."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self.headers = {"Cookie": cookie, "Accept-Encoding": "gzip, br", "Accept-Language": "fr"}

    def get(self, path: str) -> Answer:
        """Ask for a page.

        Raises:
            RuntimeError: it is none.
        """
        began = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - began
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {response.getheader('Location') or ''}")
        head = sum(len(name) + len(value) + 4 for name, value in response.getheaders())
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, seconds, head + len(body), found, body)


def serve(size: int) -> dict[str, Any]:
    """Serve, ask, and say what pages took, weighed and needed."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(SignIn.objects.get())
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    addresses = _addresses(size)
    out: dict[str, Any] = {
        "statements": {name: _statements(client, paths[-1]) for name, paths in addresses.items()}
    }
    with server(sys.executable, "-m", "baarada", "serve") as (process, port):
        browser = Browser(port, cookie)
        for paths in addresses.values():
            browser.get(paths[0])
        time.sleep(SECONDS_AT_REST)
        out["at_rest_mb"] = taken(process) / MEGABYTE
        out["alone"] = {
            name: _alone(browser, (paths * sample(size))[: sample(size)], addresses["floor"][0])
            for name, paths in addresses.items()
        }
        peak = taken(process)
        questions = [as_asked(q) for q in typed(Population(size))]
        out["together"] = _together(port, cookie, questions, addresses["floor"])
        out["busy_mb"] = max(peak, taken(process)) / MEGABYTE
        out["weights"] = {name: _weigh(browser, paths[0]) for name, paths in addresses.items()}
    return out


def search_for(text: str) -> str:
    """The address of the results of a search."""
    return f"{reverse('web:search')}?q={quote(text)}"


def as_asked(question: Question) -> str:
    """The address that a question comes to: while a name is being typed, the first hits under the box."""
    found = search_for(question.text)
    return f"{found}&quick=1" if question.sort == PREFIX else found


def _addresses(size: int) -> dict[str, list[str]]:
    """The pages of each sort that are asked for."""
    rng = random.Random(size)
    people = rng.sample(list(Person.objects.order_by("pk").values_list("pk", flat=True)), sample(size))
    places = list(Facility.objects.filter(code__startswith="X").order_by("pk").values_list("pk", flat=True))
    asked = typed(Population(size))
    out = {f"search, {sort}": [search_for(q.text) for q in asked if q.sort == sort] for sort in SORTS}
    out["search, while typing"] = [as_asked(q) for q in asked if q.sort == PREFIX]
    return out | {
        "home": [reverse("web:home")],
        "people": [reverse("web:people")],
        "person": [reverse("web:person", args=[pk]) for pk in people],
        "facilities": [reverse("web:facilities")],
        "facility": [reverse("web:facility", args=[pk]) for pk in rng.sample(places, min(sample(size), len(places)))],
        "floor": [f"/{FLOOR}{people[0]}/"],
    }  # fmt: skip


def _statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


@contextmanager
def server(*command: str) -> Iterator[tuple[psutil.Process, int]]:
    """A program that serves, on a port of its own: it is told which with ``--port``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    child = subprocess.Popen([*command, "--port", str(port)])
    process = psutil.Process(child.pid)
    try:
        _await(port)
        yield process, port
    finally:
        everybody = process.children(recursive=True)
        child.terminate()
        _gone, left = psutil.wait_procs([process, *everybody], timeout=20)
        for one in left:
            one.kill()


def _await(port: int) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _alone(browser: Browser, paths: Sequence[str], floor: str) -> dict[str, list[float]]:
    """One person asks for pages, each between two looks at the floor."""
    seconds, at_least = [], []
    for path in paths:
        at_least.append(browser.get(floor).seconds)
        seconds.append(browser.get(path).seconds)
    return {"seconds": seconds, "floor": at_least}


def _together(port: int, cookie: str, paths: Sequence[str], floor: Sequence[str]) -> dict[str, list[float]]:
    """Eight people ask at once: rounds of the work and rounds of the floor in turn, never mixed."""
    seconds: list[float] = []
    at_least: list[float] = []
    share = len(paths) // ROUNDS
    for i in range(ROUNDS):
        piece = paths[i * share : (i + 1) * share]
        at_least += crowd(port, cookie, list(floor) * share)
        seconds += crowd(port, cookie, piece)
    return {"seconds": seconds, "floor": at_least}


def crowd(port: int, cookie: str, paths: Sequence[str]) -> list[float]:
    """Eight people ask for pages at once; the seconds of each page."""
    todo: SimpleQueue[str] = SimpleQueue()
    for path in paths:
        todo.put(path)
    out: list[float] = []
    failed: list[Exception] = []

    def ask() -> None:
        browser = Browser(port, cookie)
        try:
            while True:
                out.append(browser.get(todo.get_nowait()).seconds)
        except Empty:
            browser.connection.close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return out


def _weigh(browser: Browser, path: str) -> dict[str, int]:
    """What a page takes to transfer: at the first visit, and again when the browser has kept what it may."""
    page = browser.get(path)
    first = later = page.bytes
    html = _unpacked(page)
    for linked in dict.fromkeys(_LINKED.findall(html)):
        if linked.startswith("/") and not linked.startswith("//"):
            found = browser.get(linked)
            first += found.bytes
            if not _is_kept(found.headers.get("cache-control", "")):
                later += found.bytes
    return {"first": first, "later": later, "html": page.bytes}


def _unpacked(page: Answer) -> str:
    import gzip

    body = gzip.decompress(page.body) if page.headers.get("content-encoding") == "gzip" else page.body
    return body.decode()


def _is_kept(control: str) -> bool:
    """True if a browser uses a file again without asking."""
    age = re.search(r"max-age=(\d+)", control)
    return "immutable" in control or bool(age and int(age[1]) >= LONG_KEPT)
