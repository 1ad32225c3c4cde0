"""The kinds of list beside people and facilities, made known to what reads, writes out and shows lists."""

from functools import partial
from typing import Any

from baarada.interop.tables import (
    careerkinds,
    careerlists,
    columns,
    exporting,
    jobs,
    returning,
    rowselections,
    selections,
    whom,
)
from baarada.interop.tables.columns import Headed


def make_known() -> None:
    """Add the further kinds: once, when the program begins."""
    for kind in careerkinds.KINDS:
        headed = Headed(
            columns=partial(careerlists.columns_of, kind),
            fact=partial(careerlists.fact_of, kind),
            needed=whom.needed,
        )
        _add(
            kind.key, kind.label, "person", headed, reader=partial(careerlists.CareerRows, kind),
            rows=partial(careerlists.rows_out, kind), written=partial(careerlists.written, kind),
        )  # fmt: skip

    for word in rowselections.SORTS:
        if rowselections.SORTS[word].columns in columns.FURTHER:
            selections.MAKERS[word] = partial(rowselections.select, word)


def _add(key: str, label: Any, about: str, headed: Headed, *, reader: Any, rows: Any, written: Any) -> None:
    columns.KINDS[key] = label
    columns.ABOUT[key] = about
    columns.FURTHER[key] = headed
    jobs.READERS[key] = reader
    exporting.ROWS[key] = rows
    returning.WRITTEN[key] = written
