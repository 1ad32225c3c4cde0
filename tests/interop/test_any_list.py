"""Whatever a list holds: nothing is lost in silence, and the same list again writes nothing."""

from pathlib import Path

from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME
from baarada.interop.tables import jobs
from baarada.journal.models import EntryRow
from baarada.registry import lists
from baarada.registry.models import Identifier, Person, Posting
from tests.interop.conftest import forget, write_csv

some = st.sampled_from
NAMES = some(["Ostrel", "Vardane", "OSTREL", "Östrel", "Ostrel Ivo", "", "Ivo", "Selma"])


@st.composite
def rows(draw):
    """Rows in which little differs: the same people twice, half told, and told wrongly."""
    cadre = draw(some(["", "Nobody", *[str(c) for c in lists.cadres()[:2]]]))
    return [
        draw(NAMES), draw(NAMES), draw(some(["M", "F", "", "?"])),
        draw(some(["12/03/1985", "1985", "03/1985", "31/12/1985", "31/02/1985", "", "13/03/1985"])),
        draw(some(["", "612000001", "612000002 / 612000003", "12"])), draw(some(["", "P1", "P2", "p 1", "P3"])), cadre,
        draw(some(["", "Poste de Larma", "POSTE LARMA", "Nowhere"])), draw(some(["", "2015", "01/02/2015", "2030"])),
    ]  # fmt: skip


def everybody():
    return (
        Person.objects.count(),
        Posting.objects.count(),
        Identifier.objects.count(),
        EntryRow.objects.count(),
    )


@trying(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_each_row_is_accounted_for_and_none_is_written_twice(data, by, tmp_path, in_this_process):
    found = data.draw(st.lists(rows(), min_size=1, max_size=12).filter(lambda some: any(map(any, some))))
    with transaction.atomic():
        _check(found, by, tmp_path)
        transaction.set_rollback(True)
    forget()


def _check(found: list[list[str]], by: object, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", found)
    filled = sum(map(any, found))
    first = _bring(path, by)

    # Each row that holds anything is in the account, with a reason where it stays outside.
    assert sum(first.counts.values()) == first.rows.count() == filled
    assert all(row.problems for row in first.rows.filter(status=REFUSED))
    assert all(row.candidates for row in first.rows.filter(status=DOUBT))
    assert Person.objects.count() == first.counts[NEW]
    people = everybody()

    again = _bring(path, by)

    # What was somebody new is somebody known, or a doubt; nobody is there twice.
    assert again.counts[NEW] == 0
    assert Person.objects.count() == people[0]
    assert again.counts[REFUSED] >= first.counts[REFUSED] - first.counts[DOUBT]
    third = _bring(path, by)
    assert third.counts[CHANGE] <= again.counts[CHANGE] + again.counts[SAME]
    assert Person.objects.count() == people[0]


def _bring(path: Path, by: object) -> object:
    job = jobs.begin("people", path, path.name, by=by)
    jobs.plan(job)
    jobs.ready(job)
    jobs.write(job)
    job.refresh_from_db()
    return job
