"""Making a register of some size from lists, and what that takes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from baarada.interop.tables import jobs
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.pieces import in_pieces
from baarada.registry import actions, intake
from baarada.registry.models import Absence, Employment, Identifier, Licence, Person, Posting, Qualification
from baarada.upkeep import setup
from tests.bench import floors, population
from tests.bench.population import Population

MOST_AGAIN = 2_000
RECORDS = (Person, Identifier, Posting, Employment, Qualification, Licence)
"""What a row of the list becomes: nine rows of these."""
TYPED_AT_ONCE = 250


def path(name: str) -> Path:
    """Where a list lies."""
    return Path(settings.CONFIG.home).parent / f"{name}.xlsx"


def lists(size: int) -> dict[str, Any]:
    """Write the lists as workbooks."""
    made = Population(size)
    population.write(path("facilities"), population.FACILITY_HEADINGS, made.facilities())
    population.write(path("people"), population.PEOPLE_HEADINGS, made.people())
    return {}


def build(size: int) -> dict[str, Any]:
    """Set a register up, bring the lists in, and say what the people's list took."""
    setup.init(population.PACK, password="a-measured-password", say=lambda text: None)
    by = somebody()
    _bring("facilities", by, lambda done: None)
    before = bytes_of("default")
    keeper = _Floor()
    took = _bring("people", by, keeper.follow)
    keeper.tables.finish()
    on_disk = bytes_of("default") - before
    _type_in(by)
    return took | {
        "floor": keeper.tables.seconds,
        "rows": keeper.tables.rows,
        "sheet": floors.timed(lambda: floors.sheet(path("people"))),
        "bytes": on_disk,
        "floor_bytes": bytes_of(floors.ALIAS),
    }


def again(size: int) -> dict[str, Any]:
    """Look through a list of people who are all here already; the floor is a look at one row for each of them."""
    count = min(MOST_AGAIN, size // 2)
    start = size // 2
    population.write(path("again"), population.PEOPLE_HEADINGS, Population(size).people(start, count))
    began = time.perf_counter()
    job = jobs.begin("people", path("again"), "again.xlsx", by=somebody())
    jobs.plan(job)
    took = time.perf_counter() - began
    if job.counts["same"] != count:
        raise RuntimeError(f"of {count} people who are here, these would do: {job.counts}")
    ids = list(Person.objects.order_by("pk").values_list("pk", flat=True)[start : start + count])
    floor = floors.timed(lambda: [floors.one_row(Person, pk) for pk in ids])
    return {"seconds": took, "floor": floor, "people": count}


def somebody() -> Actor:
    """Who brings the lists in."""
    return Actor(bytes(16), "bench", runtime.root_office(), "national")


class _Floor:
    """Writes the rows of each piece of an import once more, as its floor: both meet the machine's same moods."""

    def __init__(self) -> None:
        self.tables = floors.PlainTables(RECORDS)

    def follow(self, people: int) -> None:
        # Ids begin with their time: the last are those just written.
        ids = list(Person.objects.order_by("-pk").values_list("pk", flat=True)[:people])
        for model in RECORDS:
            column = "pk" if model is Person else "canonical"
            for record in model.objects.filter(**{f"{column}__in": ids}).order_by("pk"):
                self.tables.add(record)


def _type_in(by: Actor) -> None:
    """What a list has no room for: an earlier posting of every second person, an absence of every third."""
    last = Posting.objects.order_by("pk").select_related("person", "cadre")
    for piece in in_pieces(enumerate(last.iterator(2000)), TYPED_AT_ONCE):
        with actions.act_of(intake.TAKEN_IN, by) as act:
            for number, posting in piece:
                intake.add_rows(act, posting.person, _earlier(number, posting))


def _earlier(number: int, posting: Posting) -> list[tuple[Any, dict[str, Any]]]:
    rows: list[tuple[Any, dict[str, Any]]] = []
    year = posting.starts.year
    if number % 2:
        rows.append((Posting, {
            "facility": (posting.facility_id, posting.facility_label), "cadre": posting.cadre, "end_reason": "MUT",
            "starts": PartialDate(year - 4), "ends": PartialDate(year - 1),
        }))  # fmt: skip
    if number % 3 == 0:
        days = {"starts": PartialDate(year + 1, 8, 1), "ends": PartialDate(year + 1, 8, 30)}
        rows.append((Absence, {"kind": "annuel", "days": 30, **days}))
    return rows


def _bring(kind: str, by: Actor, follow: Callable[[int], None]) -> dict[str, float]:
    """Bring a list in; returns seconds for reading, looking, writing, without what ``follow`` took."""
    aside = 0.0

    def tell(done: int) -> None:
        nonlocal aside
        began = time.perf_counter()
        follow(done)
        aside += time.perf_counter() - began

    start = time.perf_counter()
    job = jobs.begin(kind, path(kind), path(kind).name, by=by)
    read = time.perf_counter()
    jobs.plan(job)
    planned = time.perf_counter()
    if job.counts["new"] != job.total:
        raise RuntimeError(f"of {job.total} rows, these would do: {job.counts}")
    jobs.ready(job)
    jobs.write(job, tell=tell)
    written = time.perf_counter() - aside
    return {"reading": read - start, "planning": planned - read, "writing": written - planned}


def bytes_of(alias: str) -> int:
    """What a database takes on disk."""
    if connection.vendor == "postgresql":
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(connections[alias].settings_dict["NAME"]).stat().st_size
