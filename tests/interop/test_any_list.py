"""Whatever a list holds: nothing is lost in silence, and the same list again writes nothing."""

from pathlib import Path

from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from baarada.interop.models import CHANGE, DOUBT, NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import cells, jobs
from baarada.journal.models import EntryRow
from baarada.registry import lists
from baarada.registry.models import Identifier, Person, Posting
from tests.interop.conftest import forget, write_csv

some = st.sampled_from

PEOPLE = (
    ("Ostrel", "Ivo", "M", "12/03/1985"),
    ("Ostrel", "Ivo", "F", "1985"),
    ("Vardane", "Selma", "F", "03/1985"),
)
OTHERWISE = (
    some(["Ostrel", "Vardane", "OSTREL", "Östrel", "Ostrel Ivo", ""]), some(["Ivo", "Selma", ""]),
    some(["M", "F", "", "?"]), some(["31/12/1985", "31/02/1985", "", "13/03/1985"]),
)  # fmt: skip
"""Few people, so that most lists speak of one of them twice; and how a cell of theirs may be written otherwise."""


@st.composite
def rows(draw):
    """Rows in which little differs: the same people twice, half told, and told wrongly."""
    who = list(draw(some(PEOPLE)))
    for at in draw(st.sets(st.integers(0, 3), max_size=2)):
        who[at] = draw(OTHERWISE[at])
    cadre = draw(some(["", "Nobody", *[str(c) for c in lists.cadres()[:2]]]))
    return [
        *who, draw(some(["", "612000001", "612000002 / 612000003", "12"])), draw(some(["", "P1", "P2", "p 1", "P3"])),
        cadre, draw(some(["", "Poste de Larma", "POSTE LARMA", "Nowhere"])),
        draw(some(["", "2015", "01/02/2015", "2030"])),
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
    third = _bring(path, by)
    assert third.counts[CHANGE] <= again.counts[CHANGE] + again.counts[SAME]
    assert Person.objects.count() == people[0]


def _is_all_here(row: ImportRow) -> None:
    """Nothing that a row says is dropped as known already, if it is not."""
    who = Person.objects.get(pk=row.target)
    postings, said = list(Posting.objects.filter(person=who)), row.cells
    told = who.note or ""
    assert said.get("sex", who.sex) == who.sex
    assert set(cells.phones(said.get("phone", ""))) <= {who.phone, who.phone2}
    numbers = [cell for key, cell in said.items() if key.startswith("number.")]
    assert not numbers or Identifier.objects.filter(person=who).exists()
    assert not said.get("posting.facility") or postings
    for key in ("posting.cadre", "posting.starts"):
        cell = said.get(key, "")
        assert not cell or cell in told or any(_holds(p, cell) for p in postings)


def _holds(posting: Posting, cell: str) -> bool:
    """True where a posting is of this cadre, or runs on that day."""
    if any(char.isdigit() for char in cell):
        return posting.span.holds(cells.day(cell).first())
    return cell == str(lists.cadre(posting.cadre_id))


def _bring(path: Path, by: object) -> object:
    job = jobs.begin("people", path, path.name, by=by)
    jobs.plan(job)
    for row in job.rows.filter(status=SAME):
        _is_all_here(row)
    jobs.ready(job)
    jobs.write(job)
    job.refresh_from_db()
    return job
