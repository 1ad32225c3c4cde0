"""An invented country with a health centre, somebody who brings lists in, and lists as offices write them."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.conf import settings
from django.db import transaction
from django.utils import translation

from baarada.interop.models import ImportJob
from baarada.interop.tables import columns, jobs, reading, sheets
from baarada.journal import cuts, runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.packs import loader, reader
from baarada.registry import actions, country, lists, search
from baarada.registry.models import Facility, Office
from tests.conftest import actor

LOADED_MS = 1_795_000_000_000
"""Two days before the tests begin."""

HEADINGS = (
    "Nom", "Prénom", "Sexe", "Date de naissance", "Téléphone", "Matricule", "Qualification", "Structure",
    "Prise de service",
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are looked for in English."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def invented(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The pack of an invented country, loaded once for a file of tests: that takes longer than most of them."""
    wall = settings.BAARADA_WALL_MS
    settings.BAARADA_WALL_MS = lambda: LOADED_MS
    with django_db_blocker.unblock(), transaction.atomic():
        loader.load("demo")
        settings.BAARADA_WALL_MS = wall
        country.use(reader.read("demo"))
        forget()
        yield
        transaction.set_rollback(True)
    country.rules.phone_rule.region, country.rules.phone_rule.length = "", 0
    country.spelling.use([], [])
    forget()


def forget() -> None:
    """What this process remembers of a register that is gone."""
    runtime.forget()
    cuts.forget()
    lists.forget()
    search.forget_vocabulary()


@pytest.fixture
def db(invented: None, django_db_blocker: Any) -> Iterator[None]:
    """In this room: the invented country, and what a test writes taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
    forget()


@pytest.fixture
def larma(db: None) -> Facility:
    """A health centre, under the first district of the country."""
    by = Actor(bytes(16), "Set up", runtime.root_office(), "national")
    kind = lists.items("facility_type")[0].code
    return actions.add_facility({"name": "Poste de Larma", "kind": kind}, office=district(), by=by).record


def district() -> Office:
    """An office below others."""
    return Office.objects.filter(parent__parent__isnull=False).order_by("code").first()


@pytest.fixture
def by(larma: Facility) -> Actor:
    """Amina, of the office that the health centre answers to."""
    return actor("Amina Ouattara", district())


@pytest.fixture
def region(larma: Facility) -> Actor:
    """Cheick, of the office above."""
    return actor("Cheick Diarra", district().parent)


@pytest.fixture
def national(larma: Facility) -> Actor:
    """Fatou, who speaks for the country."""
    return actor("Fatou Keïta", Office.objects.get(pk=runtime.node().root))


def person(number: int = 1, **other: str) -> list[str]:
    """A row of a list of people; anything may be given another value by its heading's key."""
    cells = {
        "family": "Ostrel", "given": f"Ivo{number}", "sex": "M", "born": "12/03/1985", "phone": "",
        "payroll": f"P{number:05}", "cadre": str(lists.cadres()[0]), "facility": "Poste de Larma",
        "starts": "01/02/2015",
    } | other  # fmt: skip
    return list(cells.values())


def write_csv(
    path: Path, rows: Sequence[Sequence[str]], *, headings: Sequence[str] = HEADINGS, encoding: str = "utf-8",
    separator: str = ",",
) -> Path:  # fmt: skip
    """A list as a text file."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([headings, *rows])
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], *, headings: Sequence[str] = HEADINGS) -> Path:
    """A list as a workbook."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Liste")
        for number, row in enumerate([headings, *rows]):
            sheet.write_row(number, 0, row)
    return path


Bring = Callable[..., ImportJob]


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are taken apart here: another process for each list would take longer than most tests."""

    def read(source: Path, spool: Path, **limits: Any) -> sheets.Book:
        code = reading.main(source, spool, *sheets.asides())
        if code:
            raise Refused(sheets.SENTENCES[code])
        return sheets.open_again(spool)

    monkeypatch.setattr(sheets, "read", read)


@pytest.fixture
def bring(by, tmp_path, in_this_process) -> Bring:
    """Bring rows in: read, dry run, and unless told otherwise to the end."""

    def bring(
        rows: Sequence[Sequence[str]] | Path, *, kind: str = columns.PEOPLE, headings: Sequence[str] = HEADINGS,
        write: bool = True, who: Actor | None = None,
    ) -> ImportJob:  # fmt: skip
        path = rows if isinstance(rows, Path) else write_csv(tmp_path / "list.csv", rows, headings=headings)
        job = jobs.begin(kind, path, path.name, by=who or by)
        jobs.plan(job)
        if write:
            jobs.ready(job)
            jobs.write(job)
        return job

    return bring


def counts(job: ImportJob) -> dict[str, int]:
    """What the rows would do, without what none does."""
    return {status: n for status, n in job.counts.items() if n}
