"""Rows of lists of people, read: what they say of somebody, and what in them cannot be."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from baarada.interop.tables import cells, extracells
from baarada.interop.tables.births import day_of_year
from baarada.interop.tables.careers import Careers
from baarada.interop.tables.cells import Finder
from baarada.interop.tables.columns import AREAS, ID
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.spoilt import Numbers
from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.registry import rules
from baarada.registry.models import Area
from baarada.registry.searchkeys import plain

_PERSON_READERS: dict[str, Any] = {
    "title": cells.text, "birth_country": cells.code("nationality"), "residence_country": cells.code("nationality"),
    "other_nationalities": cells.codes("nationality"),
    "family_name": cells.family, "given_names": cells.text, "other_names": cells.texts, "sex": cells.sex,
    "born": cells.day, "birth_place": cells.text, "nationality": cells.code("nationality"),
    "marital": cells.code("marital"), "children": cells.number, "languages": cells.codes("language"),
    "email": cells.text, "address": cells.text, "contact_name": cells.text,
    "contact_link": cells.text, "contact_phone": cells.text, "note": cells.text,
}  # fmt: skip
_POSTING_READERS: dict[str, Any] = {
    "job": cells.text, "kind": cells.code("posting_kind"), "starts": cells.day, "ends": cells.day,
    "share": cells.share, "decision": cells.text, "decided": cells.day, "reason": cells.code("posting_reason"),
    "end_reason": cells.code("end_reason"),
}  # fmt: skip


class PeopleRows:
    """Reads rows of lists of people."""

    def __init__(self) -> None:
        self.finder = Finder()
        self.careers = Careers(self.finder)
        self.today = runtime.today()
        self.numbers_met: dict[tuple[str, str], int] = {}
        self.areas_met: dict[str, list[Area]] = {}
        """Areas by what rows call them."""
        self.year_only: set[str] = set()
        """Days of the year that stand for a birth of which only the year is known."""
        self.numbers = Numbers()

    def look_ahead(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Look up together what some rows, given their cells by column key, will ask for one by one."""
        self.finder.look_ahead(row.get("posting.facility", "") for _line, row in rows)

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        row = Parsed(line, found, untouched)
        self._name(row)
        for key, reader in _PERSON_READERS.items():
            value = row.read(key, reader)
            if value is not None:
                row.values[key] = value
        if "born" in row.values and day_of_year(row.values["born"]) in self.year_only:
            row.values["born"] = PartialDate(row.values["born"].year)
        self._phones(row)
        self._areas(row)
        if row.cell("given_more"):
            given = f"{row.values.get('given_names', '')} {row.cell('given_more')}"
            row.values["given_names"] = cells.text(given)
        for key in found:
            if key.startswith("number."):
                value = self.numbers.read(row, key)
                if value:
                    row.numbers.append((key.removeprefix("number."), value))
        self._posting(row)
        self.careers.parse(row)
        extracells.parse(row)
        self._check(row)
        return row

    def _name(self, row: Parsed) -> None:
        for key, given_first in (("full_name", False), ("given_first", True)):
            if whole := row.cell(key):
                title, name = cells.titled(whole)
                family, given = cells.names(name, given_first=given_first)
                row.values["family_name"] = family
                if given:
                    row.values["given_names"] = given
                if title:
                    row.values["title"] = title
        # What the column of the title says itself comes after, and stands.
        if title := cells.titled(row.cell("family_name"))[0]:
            row.values["title"] = title

    def _areas(self, row: Parsed) -> None:
        """Where somebody was born and lives; what is no area of the map is kept as the place in words."""
        for key, words in zip(AREAS, ("birth_place", "address"), strict=True):
            cell = row.cell(key)
            if cell not in self.areas_met:
                self.areas_met[cell] = self.finder.areas(cell) if cell else []
            found = self.areas_met[cell]
            if len(found) == 1:
                row.values[key] = (found[0], str(found[0]))
            elif cell and words not in row.values:
                row.values[words] = cells.text(cell)
            elif cell:
                sentence = _("No one area is called “%(text)s”. Correct the name, or empty the cell.")
                row.refuse(key, sentence % {"text": cell})

    def _phones(self, row: Parsed) -> None:
        first, *others = cells.phones(row.cell("phone")) or [""]
        others = list(dict.fromkeys([*others, *cells.phones(row.cell("phone2"))]))
        if len(others) > 1:
            row.refuse(
                "phone", _("This row holds more than two telephones. Keep two; the others fit in the note.")
            )
        for key, value in (("phone", first), ("phone2", others[0] if others else "")):
            if value:
                row.values[key] = value

    def _posting(self, row: Parsed) -> None:
        office = row.read("office", self.finder.office)
        if office is not None:
            row.values["office"] = office
        cadre = row.read("posting.cadre", self.finder.cadre)
        facility = row.read("posting.facility", lambda cell: self.finder.facility(cell, office))
        posting = {name: row.read(f"posting.{name}", reader) for name, reader in _POSTING_READERS.items()}
        row.posting = {name: value for name, value in posting.items() if value is not None}
        if cadre is not None:
            row.posting["cadre"] = cadre
        if facility is not None:
            row.posting["facility"] = facility
        if row.cell("posting.unit"):
            row.extra["unit"] = cells.text(row.cell("posting.unit"))

    def _check(self, row: Parsed) -> None:
        if not row.cells.get(ID) and not row.values.get("family_name"):
            row.refuse(
                "family_name" if "family_name" in row.cells else "full_name", _("Write the family name.")
            )
        for key, sentence in rules.check_person(row.values, self.today).items():
            row.refuse(key, sentence)
        if row.posting:
            for key, sentence in rules.check_posting(row.posting, row.values.get("born"), self.today).items():
                row.refuse(f"posting.{key}", sentence)
        for kind, number in row.numbers:
            for sentence in rules.check_identifier({"kind": kind, "number": number}).values():
                row.refuse(f"number.{kind}", sentence)
            earlier = self.numbers_met.setdefault((kind, plain(number)), row.line)
            if earlier != row.line:
                row.refuse(
                    f"number.{kind}",
                    _("This number is already in row %(line)s of the file.") % {"line": earlier},
                )
