"""What lists of people and lists of facilities share in telling rows from what is here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from baarada.interop.tables.columns import ID
from baarada.interop.tables.parsed import Parsed
from baarada.journal import tokens
from baarada.journal.drafts import Seen
from baarada.registry.facts import unit_of

MOST_CANDIDATES = 5

GONE = _("This file is not here any more. Make the dry run again.")

Pages = dict[UUID, Seen]
"""What stood in a row when it was written out, by record."""


def pages_of(token: str, lanes: Mapping[bytes, int] | None = None) -> Pages:
    """What a row's sealed last column says; nothing if it was touched, or comes from another node."""
    try:
        return {UUID(bytes=page.id): page for page in tokens.unseal(token, lanes)} if token else {}
    except tokens.BadToken:
        # What stands now is then the base.
        return {}


def own_id(cell: str) -> UUID | None:
    """The record that a row says it is."""
    try:
        return UUID(cell.strip()) if cell.strip() else None
    except ValueError:
        return None


def whole_units(model: Any, values: dict[str, Any], record: Any) -> dict[str, Any]:
    """Values with those they change together with, as they stand, where the list does not say."""
    out = dict(values)
    for name in values:
        for other in unit_of(model, name):
            if other not in out:
                out[other] = getattr(record, other)
    return out


def refuse_twice(row: Parsed, line: int) -> None:
    """Refuse a row about somebody, or something, that an earlier row of the file changes."""
    if line != row.line:
        row.refuse(
            ID, _("Row %(line)s of the file is about the same file. Put both into one row.") % {"line": line}
        )
