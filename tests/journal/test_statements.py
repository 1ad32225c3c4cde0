"""Questions about the journal ask the database as often for many entries as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baarada.journal import actions, queries, verification
from baarada.journal import runtime as journal
from tests.invented.models import File


def statements(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


@pytest.fixture
def file(country, fatou):
    with actions.write("created", by=fatou) as act:
        return act.create(File, name="Traoré")


def edit(file, by, times):
    for i in range(times):
        found = File.objects.get(pk=file.pk)
        with actions.write("changed", by=by) as act:
            act.change(found, {"phone": str(i)}, seen=actions.seen(found))


def test_a_long_history_asks_no_more_than_a_short_one(file, fatou):
    edit(file, fatou, 1)
    short = statements(lambda: queries.history(file))
    edit(file, fatou, 8)

    assert statements(lambda: queries.history(file)) == short


def test_verifying_asks_no_more_for_more_entries_of_a_record(file, fatou):
    edit(file, fatou, 1)
    short = statements(lambda: list(verification.verify(journal.engine())))
    edit(file, fatou, 8)

    assert statements(lambda: list(verification.verify(journal.engine()))) == short
