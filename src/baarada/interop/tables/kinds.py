"""The kinds of list beside people and facilities, made known to what reads, writes out and shows lists."""

from functools import partial
from typing import Any

from baarada.interop.tables import (
    arealists,
    careerkinds,
    careerlists,
    columns,
    exporting,
    jobs,
    postlists,
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

    for place, reader, rows, written in (
        (postlists.KIND, postlists.Posts, postlists.rows_out, postlists.written),
        (arealists.AREAS, arealists.Areas, arealists.area_rows, arealists.areas_written),
        (
            arealists.POPULATIONS, arealists.Populations, arealists.population_rows,
            arealists.populations_written,
        ),
    ):  # fmt: skip
        headed = Headed(columns=place.columns, fact=place.fact, needed=partial(tuple, place.needed))
        _add(place.key, place.label, place.about, headed, reader=reader, rows=rows, written=written)
    for word in rowselections.SORTS:
        if rowselections.SORTS[word].columns in columns.FURTHER:
            selections.MAKERS[word] = partial(rowselections.select, word)
    selections.MAKERS[arealists.AREAS.key] = rowselections.areas
    rowselections.FURTHER[arealists.AREAS.key] = arealists.AREAS.label


def _add(key: str, label: Any, about: str, headed: Headed, *, reader: Any, rows: Any, written: Any) -> None:
    columns.KINDS[key] = label
    columns.ABOUT[key] = about
    columns.FURTHER[key] = headed
    jobs.READERS[key] = reader
    exporting.ROWS[key] = rows
    returning.WRITTEN[key] = written
