"""What a database knows of its tables: PostgreSQL looks at them when much was written at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baarada.journal import runtime, statistics
from tests.journal.nodes import make


def test_postgres_looks_at_its_tables_and_sqlite_needs_not(country, fatou):
    make(fatou, name="Traoré")

    with CaptureQueriesContext(connection) as asked:
        statistics.refresh()

    assert [q["sql"] for q in asked] == (["ANALYZE"] if connection.vendor == "postgresql" else [])


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_every_record_is_gone_through_once_whatever_the_size_of_a_piece(country, fatou, amina, size):
    """A record with more entries than a piece holds is not met twice, and none after it is left out."""
    from tests.journal.nodes import change, load

    files = [make(fatou, name=f"n{i}") for i in range(5)]
    for number in range(4):
        change(load(files[2]), amina, phone=str(number))
    store = runtime.engine().store

    met = [key for keys in store.entities(size) for key in keys]

    assert len(met) == len(set(met))
    assert {file.pk.bytes for file in files} <= {id_ for _type, id_ in met}
