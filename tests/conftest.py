"""The cast: who the people in the tests are, what they may see, where they work."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import hypothesis
import pytest
from django.utils import translation

from baarada import translations
from baarada.journal import actions, cuts, runtime
from baarada.kernel.actors import Actor
from baarada.kernel.ids import as_id

TODAY = date(2026, 11, 20)
_CLOCK = [1_795_156_200_000]
"""20 November 2026 in the morning."""


# Nothing is timed: a slow machine fails no test. The examples are the same in each run, so a change is
# judged by what it changes; ``./run test --full`` looks for others.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("others", deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Pages are tested in the French of the moment; ``./run`` has compiled it already."""
    translations.compile_if_stale()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, only what asks for a database: the rest was tried on SQLite, and would do the same again.

    Pages ask what the rooms below ask, which are tried on both: of them PostgreSQL sees those of strange addresses at
    each run, and all of them in ``./run test --full``.
    """
    if os.environ.get("BAARADA_TEST_DATABASE"):
        quick = "not slow" in (config.option.markexpr or "")
        wanted = [item for item in items if uses_database(item) and not (quick and is_of_pages(item))]
        kept = set(wanted)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = wanted


def is_of_pages(item: pytest.Item) -> bool:
    """True for a test of pages, but for those of addresses that no page makes."""
    return "web" in item.path.parts and item.path.name != "test_strange_addresses.py"


def uses_database(item: pytest.Item) -> bool:
    """True for a test with a database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & {"db", "transactional_db"}) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def fresh_process(settings) -> Iterator[None]:
    """Each test begins as a program does: nothing remembered, and a clock that moves a second at each look."""

    def wall() -> int:
        _CLOCK[0] += 1_000
        return _CLOCK[0]

    start = _CLOCK[0]
    settings.BAARADA_WALL_MS = wall
    forget()
    yield
    forget()
    _CLOCK[0] = start


def forget() -> None:
    """Nothing of an earlier register is remembered."""
    from baarada.registry import lists, search, searchkeys

    # A page asked for in another language leaves it in force.
    translation.deactivate()
    runtime.forget()
    cuts.forget()
    lists.forget()
    searchkeys.forget_words()
    search.forget_vocabulary()


def move_clock(days: float) -> None:
    """Let days pass."""
    _CLOCK[0] += int(days * 86_400_000)


@dataclass
class Country:
    """A small country: one national office, a region, two districts."""

    national: object
    region: object
    kadiolo: object
    niena: object


@pytest.fixture
def country(db) -> Country:
    """Three levels of offices, set up as ``baarada init`` would."""
    from baarada.registry.models import Office

    root = runtime.new_id()
    runtime.set_up(office=root, root=root)
    by = Actor(bytes(16), "mise en place", root, "national")
    with actions.write("set up", by=by) as act:
        national = act.create(Office, id_=root, name="DRH-SDS", kind="national", code="nat")
        region = act.create(Office, name="DRS Sikasso", kind="region", parent=national, code="sik")
        kadiolo = act.create(Office, name="District de Kadiolo", kind="district", parent=region, code="kad")
        niena = act.create(Office, name="District de Niéna", kind="district", parent=region, code="nie")
    return Country(national, region, kadiolo, niena)


def actor(name: str, office) -> Actor:
    """Somebody acting for an office."""
    return Actor(runtime.new_id(), name, as_id(office.pk), office.kind)


@pytest.fixture
def amina(country) -> Actor:
    """HR officer of the district of Kadiolo."""
    return actor("Amina Ouattara", country.kadiolo)


@pytest.fixture
def cheick(country) -> Actor:
    """HR manager of the region of Sikasso."""
    return actor("Cheick Diarra", country.region)


@pytest.fixture
def fatou(country) -> Actor:
    """HR director, Bamako."""
    return actor("Fatou Keïta", country.national)
