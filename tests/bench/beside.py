"""Our pages beside those of a plain Django admin over the same people, asked the same in turns."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.test import Client
from django.urls import reverse

from baarada.accounts.models import SignIn
from baarada.registry.models import Person
from tests.bench.asking import sample
from tests.bench.pages import ROUNDS, Browser, as_asked, crowd, server
from tests.bench.population import Population
from tests.bench.questions import ALL_QUESTIONS, NUMBER, SORTS, Question, typed

ADMIN = (sys.executable, "-m", "tests.bench.admin")
PEOPLE = "/admin/staff/person/"


def admin(size: int) -> dict[str, Any]:
    """Seconds of both for the same searches, files and list."""
    theirs = _filled()
    client = Client(SERVER_NAME="localhost")
    client.force_login(SignIn.objects.get())
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    rng = random.Random(size)
    ours = rng.sample(list(Person.objects.order_by("pk").values_list("pk", flat=True)), sample(size))
    files = [(reverse("web:person", args=[pk]), f"{PEOPLE}{other}/change/")
             for pk, other in zip(ours, rng.sample(theirs["people"], sample(size)), strict=True)]  # fmt: skip
    lists = [(reverse("web:people"), PEOPLE)] * sample(size)
    with (
        server(sys.executable, "-m", "baarada", "serve") as (_process, port),
        server(*ADMIN, "serve") as (_p, other),
    ):
        both = (port, cookie), (other, theirs["cookie"])
        asked = typed(Population(size))
        _know_whom_it_finds(both[1], asked)
        return {
            "search": {ALL_QUESTIONS: _searched(both, asked)} | {
                sort: _searched(both, [q for q in asked if q.sort == sort]) for sort in SORTS
            },
            "file": _opened(both, files),
            "list": _opened(both, lists),
        }  # fmt: skip


def _filled() -> dict[str, Any]:
    """The admin's own copy of the people, made by its own program."""
    answer = Path(settings.CONFIG.home).parent / "admin-filled.json"
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([*ADMIN, "fill", str(answer)], check=True, env=environment)
    found: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    return found


def _know_whom_it_finds(theirs: tuple[int, str], asked: list[Question]) -> None:
    """A search that finds nobody is quick: the admin must find whose number is typed."""
    browser = Browser(*theirs)
    for question in [q for q in asked if q.sort == NUMBER][:5]:
        page = browser.get(f"{PEOPLE}?q={quote(question.text)}").body.decode()
        if len(set(re.findall(rf"{PEOPLE}\d+/change/", page))) != 1:
            raise RuntimeError("the admin did not find the person by number")


def _searched(both: Any, asked: list[Question]) -> dict[str, list[float]]:
    """Eight people ask at once, us and the admin in turns."""
    seconds: dict[str, list[float]] = {"ours": [], "admin": []}
    share = max(len(asked) // ROUNDS, 1)
    for start in range(0, len(asked), share):
        piece = asked[start : start + share]
        for (name, (port, cookie)), paths in zip(
            zip(seconds, both, strict=True),
            (map(as_asked, piece), (f"{PEOPLE}?q={quote(q.text)}" for q in piece)),
            strict=True,
        ):
            seconds[name] += crowd(port, cookie, list(paths))
    return seconds


def _opened(both: Any, paths: list[tuple[str, str]]) -> dict[str, list[float]]:
    """One person opens pages, ours and the admin's in turns."""
    ours, admin_ = (Browser(*one) for one in both)
    for browser, path in zip((ours, admin_), paths[0], strict=True):
        browser.get(path)
    pairs = [(ours.get(mine).seconds, admin_.get(other).seconds) for mine, other in paths]
    return {"ours": [a for a, _b in pairs], "admin": [b for _a, b in pairs]}
