"""What a row of a list would write: a new record, or facts of one that is here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from baarada.interop.tables import cells, exporting
from baarada.interop.tables.careers import is_vaguer, noted
from baarada.interop.tables.cells import Finder
from baarada.interop.tables.matching import Pages, whole_units
from baarada.interop.tables.parsed import Parsed
from baarada.journal import actions as journal
from baarada.registry import facts, lists
from baarada.registry.facts import FACTS

ROW = "row"
"""The sort of change that writes one record."""


@dataclass(frozen=True, slots=True)
class Said:
    """A new record (``record`` is None), or what changes in one."""

    model: Any
    record: Any
    values: dict[str, Any]
    times: int = 1
    """How many records that are alike."""
    ended: list[Any] = field(default_factory=list)
    """What ends with it."""


def reader_of(fact: Any, finder: Finder) -> Callable[[str], Any]:
    """How the cells of a fact are read."""
    if fact.reads == facts.CODE:
        return cells.code(fact.list, unique=True)
    if fact.reads == facts.CODES:
        return cells.codes(fact.list)
    if fact.reads == facts.CADRE:
        return finder.cadre
    return {
        facts.DAY: cells.day, facts.NUMBER: cells.number, facts.SHARE: cells.share, facts.YES_NO: cells.yes_no,
        facts.TEXTS: cells.texts, facts.DEGREES: cells.degrees,
    }.get(fact.reads, cells.text)  # fmt: skip


def cells_of(
    record: Any, names: Iterable[str], *, sex: str | None = None, prefix: str = ""
) -> dict[str, str]:
    """Fields of a record as cells that can be read back."""
    return {f"{prefix}{name}": _cell(record, name, sex) for name in names}


def _cell(record: Any, name: str, sex: str | None) -> str:
    fact = facts.fact(type(record), name)
    if fact.reads == facts.PLACE:
        return getattr(record, f"{name}_label", None) or ""
    if fact.reads == facts.CADRE:
        found = getattr(record, f"{name}_id")
        return lists.cadre_label(found, sex) if sex else lists.cadre_of_both(found)
    value = getattr(record, name)
    if value is not None and fact.reads in (facts.CODE, facts.SHARE, facts.YES_NO, facts.DEGREES):
        return exporting.said_cell(fact, value)
    return exporting.cell_of(value)


def changed(
    model: Any, record: Any, values: Mapping[str, Any], pages: Pages, *, returned: bool
) -> dict[str, Any]:
    """What a row says otherwise of a record. ``returned``: the sheet was written here, each cell counts."""
    values = dict(values)
    if not returned:
        # Of a list that comes from elsewhere, a day that is only less exact says nothing new.
        values = {n: v for n, v in values.items() if not is_vaguer(v, getattr(record, n))}
        if "note" in values:
            values = noted(record, values)
    if not values:
        return {}
    page = pages.get(record.pk) or journal.seen(record)
    found = journal.changed_since(model, page, whole_units(model, values, record), record=record)
    return {name: value for name, value in found.items() if name in values}


def refuse(
    row: Parsed, problems: Mapping[str, Any], prefix: str = "", only: Iterable[str] | None = None
) -> bool:
    """Note the sentences about a record at the cells of its fields; True if there are any."""
    wanted = None if only is None else set(only)
    found = {name: text for name, text in problems.items() if wanted is None or name in wanted}
    for name, sentence in found.items():
        row.refuse(f"{prefix}{name}", sentence)
    return bool(found)


def label_of(model: Any, name: str) -> str:
    """What a field is called."""
    return str(FACTS[model][name].label)
