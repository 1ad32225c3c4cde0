"""Whom a row of a list is about: the columns that name somebody, and finding them. Nobody is added to the register.

A number decides (unless the names differ altogether). Name, birth and workplace together decide where one person
fits all three; anything less is put to a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.interop.models import DOUBT, REFUSED
from baarada.interop.tables import cells, columns
from baarada.interop.tables.births import day_of_year
from baarada.interop.tables.cells import Finder
from baarada.interop.tables.columns import ID, Column
from baarada.interop.tables.exporting import cell_of
from baarada.interop.tables.knownpeople import Known, may_be_named
from baarada.interop.tables.matching import MOST_CANDIDATES, own_id
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.interop.tables.people import People
from baarada.kernel.days import PartialDate
from baarada.registry.display import heading_name
from baarada.registry.facts import FACTS
from baarada.registry.models import Person

AT = "at"
"""The column of the facility where somebody works."""
NAMES = ("full_name", "family_name")

Numbers = Mapping[int, set[UUID]]
Named = Mapping[int, list[UUID]]


def whom_columns() -> list[Column]:
    """The columns that say who a row is about: numbers, name, birth, workplace."""
    known = {c.key: c for c in columns.columns(columns.PEOPLE)}
    numbers = [c for key, c in known.items() if key.startswith("number.")]
    place = known["posting.facility"]
    at = Column(AT, gettext_lazy("Workplace"), place.words, place.english)
    return [*numbers, known["full_name"], known["family_name"], known["given_names"], known["born"], at]


def needed() -> tuple[str, ...]:
    """Of these columns a list needs at least one, to say who its rows are about."""
    return (*(c.key for c in whom_columns() if c.key.startswith("number.")), *NAMES)


def fact(key: str) -> Any:
    """What a column that names somebody reads as."""
    return FACTS[Person].get(key)


def whom_cells(person: Person, numbers: Iterable[Any], postings: Sequence[Any]) -> dict[str, str]:
    """What the columns say of somebody."""
    out = {name: cell_of(getattr(person, name)) for name in ("family_name", "given_names", "born")}
    for one in numbers:
        out.setdefault(f"number.{one.kind}", one.number or "")
    out[AT] = (postings[0].facility_label or "") if postings else ""
    return out


@dataclass(slots=True)
class Hits:
    """Whom some rows may be about."""

    numbered: Numbers
    named: Named

    @property
    def everybody(self) -> set[UUID]:
        """All of them."""
        return {pk for found in (*self.numbered.values(), *self.named.values()) for pk in found}


class Whom:
    """Reads who rows are about, and finds them."""

    def __init__(self, by: Any, finder: Finder) -> None:
        self.people = People(by)
        self.finder = finder

    def parse(self, row: Parsed, year_only: set[str]) -> None:
        """Read the cells that name somebody."""
        whole = row.cell("full_name")
        if whole:
            row.values["family_name"], row.values["given_names"] = cells.names(cells.titled(whole)[1])
        for key, reader in (("family_name", cells.family), ("given_names", cells.text), ("born", cells.day)):
            value = row.read(key, reader)
            if value is not None:
                row.values[key] = value
        if "born" in row.values and day_of_year(row.values["born"]) in year_only:
            row.values["born"] = PartialDate(row.values["born"].year)
        for key in row.cells:
            if key.startswith("number."):
                number = row.read(key, cells.text)
                if number:
                    row.numbers.append((key.removeprefix("number."), number))
        if row.cell(AT):
            row.extra[AT] = self._facility(row.cell(AT))

    def _facility(self, cell: str) -> Any:
        """Where somebody works; None where no one facility is meant: then it settles no doubt."""
        try:
            return self.finder.facility(cell)
        except cells.BadCell:
            return None

    def find(self, rows: Sequence[Parsed]) -> Hits:
        """Whom some rows may be about: asked once for all of them."""
        numbered = self.people.by_number(rows)
        rest = [r for r in rows if not own_id(r.cells.get(ID, "")) and not numbered.get(r.line)]
        return Hits(numbered, self.people.by_name(rest))

    def of(self, row: Parsed, hits: Hits, known: Known) -> UUID | Plan:
        """The one whom a row is about; where that is not sure, a plan that says so."""
        numbered = sorted(pk for pk in hits.numbered.get(row.line, set()) if known.holds(pk))
        if len(numbered) > 1:
            return Plan(DOUBT, candidates=_few(numbered))
        for pk in numbered:
            if not may_be_named(row, known.people[pk]):
                return Plan(DOUBT, candidates=[str(pk)])
            return pk
        alike = [pk for pk in hits.named.get(row.line, []) if known.holds(pk) and known.may_be(pk, row)]
        sure = [pk for pk in alike if not row.numbers and self._fits(row, pk, known)]
        if len(sure) == 1:
            return sure[0]
        if alike:
            return Plan(DOUBT, candidates=_few(alike))
        _refuse_unknown(row)
        return Plan(REFUSED)

    def _fits(self, row: Parsed, pk: UUID, known: Known) -> bool:
        """True where birth and workplace are said, known and the same."""
        place, born = row.extra.get(AT), known.people[pk].born
        if place is None or born is None or row.values.get("born") is None:
            return False
        return any(
            known.is_at(p, place) for p in known.postings.get(pk, []) if p.span.holds(self.people.today)
        )


def _few(found: Iterable[UUID]) -> list[str]:
    return [str(pk) for pk in found][:MOST_CANDIDATES]


def _refuse_unknown(row: Parsed) -> None:
    """Say that nobody is found, at the cell that would find them."""
    key = (
        f"number.{row.numbers[0][0]}"
        if row.numbers
        else next((k for k in NAMES if row.cells.get(k)), NAMES[0])
    )
    if not row.numbers and not row.values.get("family_name"):
        row.refuse(key, _("Write the number or the name of the person."))
    else:
        row.refuse(key, _("Nobody here has this number or name. Add the person first, or correct the cell."))


def refuse_another(row: Parsed, owner: Person, hits: Hits, known: Known) -> None:
    """Refuse a row that came back with the number of somebody else than the line it was written from."""
    others = {pk for pk in hits.numbered.get(row.line, set()) if pk != owner.canonical}
    if others:
        sentence = _(
            "This row was written from a line of %(name)s, and the number is that of %(other)s. "
            "Empty the identifier to add a line for them."
        )
        other = known.people.get(min(others))
        row.refuse(f"number.{row.numbers[0][0]}", sentence % {
            "name": heading_name(owner), "other": heading_name(other) if other else "",
        })  # fmt: skip
