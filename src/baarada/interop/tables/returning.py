"""Sheets that come back: what nobody touched since the sheet was written out is not read again.

What was written is made anew from the writes that the sealed last column names, and held against each cell. So
only what a person really typed counts: a rounded share of time, a place whose name several bear, a choice that no
list holds any more come back as they went.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from baarada.interop.tables import columns, exporting
from baarada.interop.tables.columns import ID, SEEN
from baarada.interop.tables.matching import Pages, own_id, pages_of
from baarada.journal import actions as journal
from baarada.journal import drafts, runtime, tokens
from baarada.journal import queries as history
from baarada.journal.drafts import Seen
from baarada.journal.merging import State
from baarada.journal.models import Record
from baarada.kernel.ids import as_id
from baarada.kernel.text import tidy
from baarada.registry.models import ExtraValue, Facility, Identifier, Person, Posting

Rows = Sequence[tuple[int, Mapping[str, str]]]
"""Lines of a file with their cells by column key."""


def untouched(kind: str, rows: Rows) -> dict[int, frozenset[str]]:
    """For each row that says which record it is, the columns that stand as they were written out."""
    own = {line: pk for line, cells in rows if (pk := own_id(cells.get(ID, "")))}
    if not own:
        return {}
    lanes = tokens.lanes_here()
    written = WRITTEN[kind](
        {own[line]: pages_of(cells.get(SEEN, ""), lanes) for line, cells in rows if line in own}
    )
    return {
        line: frozenset(
            key for key, cell in cells.items() if tidy(cell) == tidy(written.get(own[line], {}).get(key, ""))
        )
        for line, cells in rows
        if line in own
    }


def people(pages: dict[UUID, Pages]) -> dict[UUID, dict[str, str]]:
    """What the rows of some people were, each as it stood on its page."""
    people = {p.pk: p for p in Person.objects.filter(pk__in=list(pages)).select_related("office")}
    named = [pk for some in pages.values() for pk in some]
    postings = {p.pk: p for p in Posting.objects.filter(pk__in=named)}
    numbers = {n.pk: n for n in Identifier.objects.filter(pk__in=named)}
    career = {
        prefix: {row.pk: row for row in model.objects.filter(pk__in=named)}
        for prefix, (model, _names) in columns.OF_A_CAREER.items()
    }
    more = {row.pk: row for row in ExtraValue.objects.filter(pk__in=named)}
    out = {}
    for pk, person in people.items():
        own = pages[pk]
        posting = next((as_seen(postings[p], own[p]) for p in own if p in postings), None)
        held = [as_seen(numbers[n], own[n]) for n in own if n in numbers]
        shown = {
            prefix: as_seen(rows[row], own[row])
            for prefix, rows in career.items()
            for row in own
            if row in rows
        }
        told = [as_seen(more[one], own[one]) for one in own if one in more]
        out[pk] = exporting.person_cells(as_seen(person, own.get(pk)), held, posting, shown, told)
    return out


def _facilities(pages: dict[UUID, Pages]) -> dict[UUID, dict[str, str]]:
    found = Facility.objects.filter(pk__in=list(pages)).select_related("area")
    offices = exporting.offices_of([f.pk for f in found])
    return {
        f.pk: exporting.facility_cells(as_seen(f, pages[f.pk].get(f.pk)), offices.get(f.pk)) for f in found
    }


WRITTEN: dict[str, Callable[[dict[UUID, Pages]], dict[UUID, dict[str, str]]]] = {
    columns.PEOPLE: people,
    columns.FACILITIES: _facilities,
}
"""For each kind of list, what its rows were when they were written out, by record and column."""


def as_seen(record: Any, page: Seen | None) -> Any:
    """A record as it stood on a page; as it stands now where the page is not known."""
    if page is None or journal.seen(record) == page:
        return record
    return _then(record, page)


def _then(record: Record, page: Seen) -> Record:
    try:
        values = drafts.values_seen(runtime.engine(), page)
    except KeyError:
        # Erased since: nobody can say what stood there.
        return record
    state = State(page.type, page.id, page.created, values, canonical=as_id(record.canonical))
    return history.instance(type(record), state)
