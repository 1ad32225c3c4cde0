"""Finding people, opening files and facilities: what the questions behind the pages take."""

import random
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from baarada.journal import queries as journal
from baarada.journal import runtime
from baarada.registry import queries, search
from baarada.registry.models import Facility, Person
from baarada.registry.searchkeys import plain
from tests.bench import building, floors
from tests.bench.population import Population
from tests.bench.questions import SORTS, typed

SAMPLE = 60


def sample(size: int) -> int:
    """How many people's files are opened: fewer where there is hardly anybody, to try the bench itself."""
    return min(SAMPLE, size // 20)


def ask(size: int) -> dict[str, Any]:
    """Ask, each question between two looks at its floor; seconds of each, and how many statements."""
    by = building.somebody()
    asked = typed(Population(size))
    search.search("traore", seen_by=by)
    row = Person.objects.order_by("pk").values_list("pk", flat=True)[size // 2]
    floor = lambda: floors.one_row(Person, row)  # noqa: E731
    out: dict[str, Any] = {}
    for sort in SORTS:
        texts = [q.text for q in asked if q.sort == sort]
        out[f"search, {sort}"] = _beside(floor, texts, lambda text: search.search(text, seen_by=by))
    _know_whom_they_find(asked, by)
    rng = random.Random(size)
    people = rng.sample(list(Person.objects.order_by("pk").values_list("pk", flat=True)), sample(size))
    places = list(Facility.objects.filter(code__startswith="X").order_by("pk"))
    today = runtime.today()
    out["file"] = _beside(floor, people, lambda pk: queries.person_file(pk, seen_by=by, on=today))
    out["history"] = _beside(
        floor, people, lambda pk: journal.histories(queries.person_file(pk, seen_by=by, on=today).rows)
    )
    out["facility"] = _beside(
        floor,
        rng.sample(places, min(sample(size), len(places))),
        lambda f: queries.staff_of(f, today, seen_by=by),
    )
    return out


def _beside(floor: Callable[[], Any], items: list[Any], work: Callable[[Any], Any]) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as captured:
        work(items[0])
    seconds, at_least = [], []
    for item in items:
        at_least.append(floors.timed(floor))
        began = time.perf_counter()
        work(item)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "floor": at_least, "statements": len(captured)}


def _know_whom_they_find(asked: list[Any], by: Any) -> None:
    """A search that finds nobody is quick: numbers must find the person meant."""
    for question in [q for q in asked if q.sort == "number"][:10]:
        hits = search.search(question.text, seen_by=by).people
        found = queries.numbers_of([hit.target for hit in hits])
        if not any(plain(n.number) == plain(question.wanted) for rows in found.values() for n in rows):
            raise RuntimeError("a search by number did not find the person")
