"""The kinds of list beside people and facilities, made known to what reads, writes out and shows lists."""

from functools import partial
from typing import Any

from baarada.interop.tables import (
    arealists,
    careerkinds,
    careerlists,
    columns,
    countedselections,
    exporting,
    extracells,
    jobs,
    peoplekinds,
    placelists,
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
        _add_career(kind)
    _add_place(postlists.KIND, postlists.Posts, postlists.rows_out, postlists.written)
    _add_place(arealists.AREAS, arealists.Areas, arealists.area_rows, arealists.areas_written)
    _add_place(
        arealists.POPULATIONS, arealists.Populations, arealists.population_rows, arealists.populations_written
    )
    _add_people(
        peoplekinds.PRIVATE, peoplekinds.private_columns, peoplekinds.Private, peoplekinds.private_rows
    )
    _add_people(peoplekinds.CHW, peoplekinds.chw_columns, peoplekinds.CommunityWorkers, exporting.people_rows)
    columns.MORE.append(extracells.columns_of)
    for word in rowselections.SORTS:
        selections.MAKERS[word] = partial(rowselections.select, word)
    selections.MAKERS[arealists.AREAS.key] = rowselections.areas
    selections.MAKERS[countedselections.COUNTED] = countedselections.select


def _add_career(kind: careerkinds.CareerKind) -> None:
    headed = Headed(
        columns=partial(careerlists.columns_of, kind),
        fact=partial(careerlists.fact_of, kind),
        needed=whom.needed,
    )
    _add(
        kind.key, kind.label, "person", headed, reader=partial(careerlists.CareerRows, kind),
        rows=partial(careerlists.rows_out, kind), written=partial(careerlists.written, kind),
    )  # fmt: skip


def _add_place(kind: placelists.PlaceKind, reader: Any, rows: Any, written: Any) -> None:
    headed = Headed(columns=kind.columns, fact=kind.fact, needed=partial(tuple, kind.needed))
    _add(kind.key, kind.label, kind.about, headed, reader=reader, rows=rows, written=written)


def _add_people(kind: str, head: Any, reader: Any, rows: Any) -> None:
    label = peoplekinds.LABELS[kind]
    headed = Headed(columns=head, fact=peoplekinds.fact, needed=peoplekinds.needed)
    _add(kind, label, "person", headed, reader=reader, rows=rows, written=returning.people)
    selections.MAKERS[kind] = partial(rowselections.people, kind, label, peoplekinds.CHOSEN[kind])


def _add(key: str, label: Any, about: str, headed: Headed, *, reader: Any, rows: Any, written: Any) -> None:
    columns.KINDS[key] = label
    columns.ABOUT[key] = about
    columns.FURTHER[key] = headed
    jobs.READERS[key] = reader
    exporting.ROWS[key] = rows
    returning.WRITTEN[key] = written
