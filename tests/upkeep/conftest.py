"""A home of its own for each test of backups, and what a register holds."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from baarada.journal import actions, cuts, runtime
from baarada.kernel.actors import Actor
from baarada.registry import papers
from baarada.registry.models import Office, Paper, Person
from baarada.upkeep import backup
from tests.emptying import committed, empty_database


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are looked for in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def home(settings, tmp_path) -> Path:
    """An empty BAARADA_HOME that belongs to this test."""
    live_in(settings, tmp_path / "home", pack="demo")
    return settings.CONFIG.home


def live_in(settings, folder: Path, *, pack: str = "") -> None:
    """Have this process live in another BAARADA_HOME."""
    settings.CONFIG = replace(
        settings.CONFIG, home=folder, backup_folder=folder.parent / f"{folder.name}-backups", pack=pack,
        time_zone="Asia/Kathmandu",
    )  # fmt: skip
    runtime.forget()
    cuts.forget()


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """In this room: without a transaction around the test, which a copy of the database could not see into.

    Restoring also opens databases that were not known when the test began, which Django's own test case forbids.
    """
    with django_db_blocker.unblock(), committed():
        yield


@pytest.fixture
def register(db, home) -> Actor:
    """A register with one office and one person; gives who writes in it."""
    return fill()


def fill() -> Actor:
    """Make the register in which each test begins."""
    root = runtime.new_id()
    runtime.set_up(office=root, root=root)
    by = Actor(runtime.new_id(), "Fatou Keïta", root, "national")
    with actions.write("set up", by=by) as act:
        act.create(Office, id_=root, name="DGP", kind="national", code="dgp")
    add_person(by, "Traoré")
    return by


def add_person(by: Actor, name: str) -> Person:
    """One more person, as any page would add one."""
    with actions.write("created", by=by) as act:
        return act.create(
            Person, family_name=name, sex="F", office=Office.objects.get(pk=runtime.node().root)
        )


def add_paper(by: Actor, person: Person, content: bytes) -> Path:
    """A paper, and its file under the hash of what it holds."""
    digest = hashlib.sha256(content).hexdigest()
    place = papers.path(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    with actions.write("paper.added", by=by) as act:
        act.create(
            Paper, person=person, title="Décision", hash=digest, size=len(content), media="application/pdf"
        )
    return place


def names() -> set[str]:
    """Who is in the register."""
    return set(Person.objects.values_list("family_name", flat=True))


_made: list[Path] = []


@pytest.fixture
def any_backup(db, settings, tmp_path, tmp_path_factory) -> Path:
    """A backup of such a register, made once: a copy that the test may spoil."""
    if not _made:
        folder = tmp_path_factory.mktemp("backup")
        live_in(settings, folder / "home", pack="demo")
        fill()
        _made.append(backup.backup(folder / "of today.zip").path)
        empty_database()
    shutil.copy(_made[0], tmp_path / "of today.zip")
    return tmp_path / "of today.zip"
