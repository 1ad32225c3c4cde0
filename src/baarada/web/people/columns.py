"""The columns of a list of people: three by default, any column of an export by choice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from baarada.interop.tables import columns, exporting
from baarada.interop.tables.careers import one_of
from baarada.registry import queries
from baarada.registry.models import Identifier, Person, Posting

CADRE, PLACE, STATE = "posting.cadre", "posting.facility", "state"
LIST_COLUMNS = (CADRE, PLACE, STATE)
"""What a list shows where nobody chose."""
MOST_COLUMNS = 12
ALWAYS = frozenset(["full_name", "family_name", "given_names", columns.ID, columns.SEEN])
"""What is in the first column anyway, and what is for no reader."""
SORTS = {"posting.starts": "since"}
"""Other columns that a list can be ordered by, with the name of the order."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column as its list shows it."""

    key: str
    label: Any
    sort: str = ""


_USUAL = [
    Heading(CADRE, _("Cadre"), "cadre"),
    Heading(PLACE, _("Facility"), "place"),
    Heading(STATE, _("Situation")),
]


def offered() -> list[Heading]:
    """The columns that can be chosen, in the order in which they stand."""
    out = {h.key: h for h in _USUAL}
    for one in columns.columns(columns.PEOPLE):
        if one.key not in ALWAYS:
            out.setdefault(one.key, Heading(one.key, one.label, SORTS.get(one.key, "")))
    return list(out.values())


def chosen_columns(keys: Iterable[str]) -> list[str]:
    """The columns that an address names, as far as there are such, in their order; else the usual ones."""
    wanted = set(keys)
    found = [h.key for h in offered() if h.key in wanted] if wanted else []
    return found[:MOST_COLUMNS] or list(LIST_COLUMNS)


def headings(keys: Sequence[str]) -> list[Heading]:
    """The columns of a list."""
    return [h for h in (_USUAL if set(keys) <= set(LIST_COLUMNS) else offered()) if h.key in keys]


def are_usual(keys: Iterable[str]) -> bool:
    """True if the columns are among those that a list shows where nobody chose."""
    return set(keys) <= set(LIST_COLUMNS)


def cells(
    keys: Sequence[str], people: Mapping[UUID, Person], numbers: Mapping[UUID, list[Identifier]],
    postings: Mapping[UUID, list[Posting]],
) -> dict[UUID, dict[str, str]]:  # fmt: skip
    """What the columns that were chosen say of some people, as in a file that goes out."""
    prefixes = {key.partition(".")[0] for key in keys} & columns.OF_A_CAREER.keys()
    career = {prefix: queries.rows_of(columns.OF_A_CAREER[prefix][0], people) for prefix in sorted(prefixes)}
    out = {}
    for pk, person in people.items():
        shown = {
            prefix: one_of(columns.OF_A_CAREER[prefix][0], rows[pk])
            for prefix, rows in career.items()
            if rows.get(pk)
        }
        own = list({one.kind: one for one in reversed(numbers.get(pk, []))}.values())
        posting = next(iter(postings.get(pk, ())), None)
        out[pk] = exporting.person_cells(person, own, posting, shown)
    return out
