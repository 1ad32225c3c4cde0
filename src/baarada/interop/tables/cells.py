"""Cells as people type them, read into values; what cannot be read gets a sentence."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from baarada.interop.tables import answers
from baarada.interop.tables.answers import BadCell, LeftEmpty, Unknown
from baarada.journal import runtime
from baarada.journal.values import MOST_TEXTS
from baarada.kernel.days import BadDate, PartialDate, parse
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold, tidy
from baarada.registry import lists
from baarada.registry.models import (
    FULL_TIME,
    MICRO,
    Area,
    Cadre,
    Facility,
    Inclusion,
    Office,
    SearchKey,
    Unit,
)
from baarada.registry.queries import office_of_facility
from baarada.registry.searchkeys import CODE, NAME, fold_place, plain

MOST_ALIKE = 50
"""So many records of one name are looked at."""
AHEAD = 300
"""So many names are looked up together."""
EXCEL_ZERO = date(1899, 12, 30)
MOST = 10**12
"""No number of a list is greater."""


def text(cell: str) -> str:
    """Text as it is kept."""
    return tidy(cell)


_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_WHOLE = re.compile(r"(\d{4}|\d{8})[.,]0+")
_TIME = re.compile(r"[ T]\d{1,2}[:h]\d{2}.*$")
_NOT_KNOWN = re.compile(
    r"^(?:[x?._*-]{1,2}|jj|mm)(?=[/. -])|(?<=[/. -])(?:[x?._*]{1,2}|mm)(?=[/. -])", re.IGNORECASE
)
_MONTH_FIRST = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4}|\d{2})")


def day(cell: str) -> PartialDate:
    """A day in any usual style: 31/12/1979, 1979, 00/00/1975, xx/xx/1975, ISO, or the number a spreadsheet keeps.

    Raises:
        BadCell: no such day.
    """
    found = cell.strip()
    serial = _SERIAL.fullmatch(found)
    if serial and 10_000 <= int(serial[1]) <= 80_000:
        return PartialDate.on(EXCEL_ZERO + timedelta(days=int(serial[1])))
    # 1979.0 as some programs keep a year; a date cell with a time of day: the day counts.
    found = _TIME.sub("", _WHOLE.sub(r"\1", found))
    found = _NOT_KNOWN.sub("00", found)
    try:
        return parse(found)
    except BadDate as bad:
        raise BadCell(_other_order(found) or day_problem(bad)) from None


def _other_order(cell: str) -> str:
    """The question about a day whose month is greater than twelve: it may be the month first."""
    found = _MONTH_FIRST.fullmatch(cell)
    if not found or not int(found[1]) <= 12 < int(found[2]):
        return ""
    try:
        meant = parse(f"{found[2]}/{found[1]}/{found[3]}")
    except BadDate:
        return ""
    return _("%(text)s: there is no month %(month)s. If it is %(day)s, write it so.") % {
        "text": cell, "month": found[2], "day": meant.first().strftime("%d/%m/%Y"),
    }  # fmt: skip


def day_problem(bad: BadDate) -> str:
    """The sentence about text that is no day."""
    sentences = {
        "no such month": _("%(text)s: there is no such month. Write day, month, year."),
        "no such day": _("%(text)s: that month has no such day. Write the right day, or only the year."),
        "out of range": _("%(text)s: this year cannot be. Write it with four figures."),
    }
    sentence = sentences.get(bad.reason, _("%(text)s is not a date. Write it as 12/03/1985, or only 1985."))
    return sentence % {"text": bad.text}


_SEX = {
    **dict.fromkeys(
        ("f", "feminin", "feminine", "femme", "fem", "female", "woman", "mme", "mlle", "madame", "fille"), "F"
    ),
    **dict.fromkeys(
        ("m", "h", "masculin", "homme", "hom", "masc", "male", "man", "mr", "monsieur", "garcon"), "M"
    ),
}
_OTHER = {"F": "M", "M": "F", "1": "2", "2": "1"}


def sex(cell: str) -> str:
    """F or M, from the usual ways of writing it. Which figure stands for which differs from list to list."""
    word = fold(cell.removesuffix(".0"))
    found = _SEX.get(word)
    if found is None and word in ("1", "2"):
        # What the one stands for says what the other does.
        first = answers.said(answers.SEX, "1")
        found = first if word == "1" or first is None else _OTHER[first]
        if found is None:
            raise Unknown(_("Say for the whole file whether 1 is male or female."), answers.SEX, "1")
    if found is None:
        found = answers.said(answers.SEX, cell)
    if found is None:
        raise Unknown(_("Write F or M."), answers.SEX, cell)
    return found


_TENTHS = re.compile(r"^(-?\d+)[.,]0+$")
_ORDINAL = re.compile(r"^(\d+)(?:er|[eè]re|e|[eè]|i?[eè]me|nde?|°)$", re.IGNORECASE)


def number(cell: str) -> int:
    """A whole number."""
    digits = cell.replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    # As a spreadsheet keeps it (310.0), or as it is said (2e, 1er).
    digits = _ORDINAL.sub(r"\1", _TENTHS.sub(r"\1", digits))
    try:
        found = int(digits)
    except ValueError:
        raise BadCell(_("%(text)s is not a whole number.") % {"text": cell}) from None
    if abs(found) > MOST:
        raise BadCell(_("%(text)s is too great a number.") % {"text": cell})
    return found


def share(cell: str) -> int:
    """A share of time: ``80 %``, ``0.8``, ``80``; in ten-thousandths."""
    try:
        value = float(cell.replace("%", "").replace(",", ".").strip())
        return round(value * FULL_TIME) if value <= 1 and "%" not in cell else round(value * 100)
    except (ValueError, OverflowError):
        raise BadCell(_("%(text)s is not a share of time. Write it in per cent.") % {"text": cell}) from None


def degrees(cell: str) -> int:
    """Degrees as micro-degrees."""
    try:
        return round(float(cell.replace(",", ".").replace("°", "").strip()) * MICRO)
    except (ValueError, OverflowError):
        raise BadCell(_("%(text)s is not a position in degrees.") % {"text": cell}) from None


def texts(cell: str) -> list[str]:
    """Several short texts in one cell, parted by ; | or line breaks."""
    for mark in ("|", "\n"):
        cell = cell.replace(mark, ";")
    found = [t for t in (tidy(part) for part in cell.split(";")) if t]
    if len(found) > MOST_TEXTS:
        raise BadCell(_("A cell holds at most %(most)s texts.") % {"most": MOST_TEXTS})
    return found


def phones(cell: str) -> list[str]:
    """Telephones in one cell, parted by / ; , or "et"."""
    for mark in (";", ",", " et ", " - "):
        cell = cell.replace(mark, "/")
    return [t for t in (tidy(part) for part in cell.split("/")) if t]


def code(list_: str, *, unique: bool = False) -> Callable[[str], str]:
    """A reader of one list's choices: by code, label or the beginning of a label; ``unique``: of one label only."""

    def read(cell: str) -> str:
        if found := lists.named(list_, cell):
            return found.code or ""
        wanted = fold(cell)
        items = lists.items(list_)
        near = [i for i in items if len(wanted) > 2 and fold(item_label(i)).startswith(wanted)]
        if len(near) == 1 or (near and not unique):
            # The first in the list's own order: "privé" is the ordinary sort of private.
            return near[0].code or ""
        chosen = answers.said(answers.LIST + list_, cell)
        if any(item.code == chosen for item in items):
            return str(chosen)
        sentence = _("“%(text)s” is in no list. Choose one of: %(choices)s.") % {
            "text": cell, "choices": ", ".join(str(i) for i in items[:6]) + ("…" if len(items) > 6 else ""),
        }  # fmt: skip
        raise Unknown(sentence, answers.LIST + list_, cell)

    return read


def item_label(item: Any) -> str:
    """A choice's French label."""
    return item.label_fr or item.code or ""


def codes(list_: str) -> Callable[[str], list[str]]:
    """A reader of several choices in one cell."""
    one = code(list_)

    def read(cell: str) -> list[str]:
        out = []
        for part in texts(cell.replace(",", ";")):
            with suppress(LeftEmpty):
                out.append(one(part))
        return out

    return read


_TITLE = re.compile(
    r"(?:(?:dr|docteur|pr|prof|professeur|mme|madame|mlle|mademoiselle|mr|monsieur)\b\.?|m\.)\s*(?=[^\W\d_]{2})",
    re.IGNORECASE,
)


def titled(cell: str) -> tuple[str, str]:
    """The title or civility before a name, and the name: ``Dr KEÏTA Awa`` is Doctor Awa Keïta.

    A single M is a letter of the name unless a point follows it.
    """
    text, found = tidy(cell), []
    while match := _TITLE.match(text):
        found.append(match[0].strip())
        text = text[match.end() :]
    return " ".join(found), text


def family(cell: str) -> str:
    """A family name, without the title before it."""
    return text(titled(cell)[1])


def names(cell: str, *, given_first: bool = False) -> tuple[str, str]:
    """Family name and given names in one cell.

    Words in capitals, or before a comma, are the family name; else it is the first word, or the last one in a list
    that writes given names first.
    """
    before, comma, after = cell.partition(",")
    if comma and before.strip() and after.strip():
        return tidy(before), tidy(after.replace(",", " "))
    words = tidy(cell).split()
    capitals = [w for w in words if w.isupper() and sum(map(str.isalpha, w)) > 1]
    if capitals and len(capitals) < len(words):
        return " ".join(capitals), " ".join(w for w in words if w not in capitals)
    if given_first:
        return (words[-1] if words else ""), " ".join(words[:-1])
    return (words[0] if words else ""), " ".join(words[1:])


class Finder:
    """Finds cadres, facilities, areas and offices by what lists call them; remembers what it found."""

    def __init__(self) -> None:
        self._facilities: dict[tuple[str, str], Facility] = {}
        self._ahead: dict[str, list[Facility]] = {}
        """What was looked up together, by what lists call it."""
        self._areas: dict[tuple[str, ...], Area | None] = {}
        self._offices: dict[str, Office] = {}
        self._in_charge: dict[UUID, Office | None] = {}
        self._units: dict[UUID, dict[str, Unit]] = {}
        self._cadres: dict[str, list[Cadre]] = {}
        for cadre in lists.cadres():
            for name in (cadre.code, cadre.label_m, cadre.label_f, cadre.label_en):
                self._name_cadre(name, cadre)
        named = set(self._cadres)
        for cadre in lists.cadres():
            # An abbreviation says less than the name of a cadre, and may stand for several.
            for name in cadre.spellings or []:
                if fold(name) not in named:
                    self._name_cadre(name, cadre)

    def _name_cadre(self, name: str | None, cadre: Cadre) -> None:
        known = self._cadres.setdefault(fold(name or ""), [])
        if cadre not in known:
            known.append(cadre)

    def cadres_called(self, cell: str) -> list[Cadre]:
        """The cadres of a code, label or usual abbreviation: several where it may stand for several."""
        return self._cadres.get(fold(cell)) or self._cadres.get(fold(cell).rstrip("s")) or []

    def cadre(self, cell: str) -> Cadre:
        """A cadre by code, label or usual abbreviation."""
        found = self.cadres_called(cell)
        if len(found) == 1:
            return found[0]
        chosen = answers.said(answers.CADRE, cell)
        own = next((c for c in lists.cadres() if str(c.pk) == chosen), None)
        if own is not None:
            return own
        sentence = _("Unknown cadre: “%(text)s”. Write it as in the list of cadres.") % {"text": cell}
        if found:
            sentence = _("“%(text)s” may be one of several cadres: %(cadres)s. Write which.") % {
                "text": cell, "cadres": ", ".join(map(str, found)),
            }  # fmt: skip
        raise Unknown(sentence, answers.CADRE, cell)

    def facility(self, cell: str, office: Office | None = None) -> Facility:
        """A facility by code or name; of several with one name, the one of the office."""
        key = (cell, str(office.pk) if office else "")
        if key not in self._facilities:
            self._facilities[key] = self._find_facility(cell, office)
        return self._facilities[key]

    def _find_facility(self, cell: str, office: Office | None) -> Facility:
        found = self.facilities_called(cell)
        if len(found) > 1 and office is not None:
            own = [f for f in found if self._answers_to(f, office)]
            found = own or found
        if len(found) == 1:
            return found[0]
        chosen = answers.said_id(answers.FACILITY, cell)
        said = Facility.objects.live().filter(pk=chosen).first() if chosen else None
        if said is not None:
            return said
        sentence = _("No facility is called “%(text)s”. Choose another name, or add the facility first.") % {
            "text": cell
        }
        if found:
            sentence = _("%(count)s facilities are called “%(text)s”. Add the district, or write the code.") % {
                "count": len(found), "text": cell,
            }  # fmt: skip
        raise Unknown(sentence, answers.FACILITY, cell)

    def facilities_called(self, cell: str) -> list[Facility]:
        """The facilities of a code or name."""
        found: list[Facility] = self._keyed(Facility, cell)
        return found

    def unit(self, facility: UUID, name: str) -> Unit | None:
        """A service of a facility by its name; None if it has none of that name."""
        if facility not in self._units:
            found = Unit.objects.live().filter(facility_id=facility)
            self._units[facility] = {fold(u.name or ""): u for u in found}
        return self._units[facility].get(fold(name))

    def remember_unit(self, unit: Unit) -> None:
        """A service that the list at hand has brought in."""
        self._units[unit.facility_id][fold(unit.name or "")] = unit

    def _answers_to(self, facility: Facility, office: Office) -> bool:
        found = self.office_of(facility)
        return found is not None and found.pk == office.pk

    def office_of(self, facility: Facility) -> Office | None:
        """The office that a facility answers to today: asked once, however many rows name the facility."""
        if facility.pk not in self._in_charge:
            self._in_charge[facility.pk] = office_of_facility(facility, runtime.today())
        return self._in_charge[facility.pk]

    def look_ahead(self, facilities: Iterable[str]) -> None:
        """Look some facilities up together, before rows ask for them one by one."""
        known = {cell for cell, _office in self._facilities}
        for piece in in_pieces(sorted(set(facilities) - known - self._ahead.keys() - {""}), AHEAD):
            ids = _targets(Facility, piece)
            # Names that very many bear are looked up by themselves, as far as one is read.
            if sum(map(len, ids.values())) < MOST_ALIKE * AHEAD:
                found = Facility.objects.live().in_bulk({pk for some in ids.values() for pk in some})
                self._ahead |= {cell: [found[pk] for pk in some if pk in found] for cell, some in ids.items()}

    def _keyed(self, model: Any, cell: str) -> list[Any]:
        if model is Facility and cell in self._ahead:
            found = self._ahead[cell][:MOST_ALIKE]
        else:
            found = list(model.objects.live().filter(pk__in=_targets(model, [cell], MOST_ALIKE)[cell]))
        by_code = [f for f in found if plain(f.code or "") == plain(cell)]
        whole = [f for f in found if fold_place(f.name or "") == fold_place(cell)]
        # Linked files (a facility listed twice) are one.
        return _one_of_each(by_code or whole or found)

    def office(self, cell: str) -> Office:
        """An office by code or name, or by the name of its area."""
        if cell not in self._offices:
            ways: list[list[Office]] = []
            # Most cells name an office outright: the other ways are looked at where one has not found it.
            for way in (
                lambda: self._keyed(Office, cell),
                # “Zone d'Ambrel”: the apostrophe joins, and the word is looked up as it is joined.
                lambda: self._keyed(Office, f"d'{cell}"),
                lambda: self._by_area(self._keyed(Area, cell)),
                lambda: self._beginning(cell),
            ):
                ways.append(way())
                if len(ways[-1]) == 1:
                    break
            found = ways[-1] if len(ways[-1]) == 1 else []
            self._offices[cell] = found[0] if found else self._said_office(cell, several=any(ways))
        return self._offices[cell]

    @staticmethod
    def _said_office(cell: str, *, several: bool) -> Office:
        chosen = answers.said_id(answers.OFFICE, cell)
        own = Office.objects.live().filter(pk=chosen).first() if chosen else None
        if own is not None:
            return own
        sentence = (
            _("Several offices are called “%(text)s”.") if several else _("No office is called “%(text)s”.")
        )
        raise Unknown(sentence % {"text": cell}, answers.OFFICE, cell)

    def _by_area(self, areas: list[Area]) -> list[Office]:
        """The offices of some areas: those that lie deepest in the tree, where several bear one name.

        An office called as a level of the map (health district) comes before a hospital or school of that area.
        """
        found = list(Office.objects.live().filter(area_id__in=[a.pk for a in areas]).order_by("pk"))
        found = [o for o in found if o.kind in self._levels()] or found
        above = {o.parent_id for o in found}
        return [o for o in found if o.pk not in above]

    @staticmethod
    def _levels() -> set[str]:
        """The kinds of office that are called as a level of the country's map."""
        levels = {str(i.label_fr) for i in lists.items("area_kind")}
        return {i.code or "" for i in lists.items("office_kind") if str(i.label_fr) in levels}

    def _beginning(self, cell: str) -> list[Office]:
        """The office of the area whose name goes on where the cell ends, as with a city in brackets."""
        start = fold_place(cell)
        keys = SearchKey.objects.filter(
            type=Area.Merge.number, kind=NAME, key__gte=f"{start} ", key__lt=f"{start}!"
        )
        ids = set(keys.values_list("target", flat=True)[:20])
        return self._by_area(list(Area.objects.live().filter(pk__in=ids)))

    def area(self, cell: str, kind: str = "", within: str = "", code: str = "") -> Area | None:
        """An area by its name and level, inside another if a name occurs twice; None if there is none."""
        key = (cell, kind, within, code)
        if key not in self._areas:
            self._areas[key] = self._find_area(cell, kind, within, code)
        return self._areas[key]

    def areas(self, cell: str, kind: str = "", within: str = "") -> list[Area]:
        """The areas of a name: of one level, if it is given; inside another, where that tells them apart."""
        found: list[Area] = [a for a in self._keyed(Area, cell) if not kind or a.kind == kind]
        if len(found) > 1 and within:
            parents = {a.pk for a in self._keyed(Area, within)}
            inside = Inclusion.objects.live().filter(area_id__in=[a.pk for a in found], parent_id__in=parents)
            own = set(inside.values_list("area_id", flat=True))
            found = [a for a in found if a.pk in own] or found
        return found

    def _find_area(self, cell: str, kind: str, within: str, code_: str) -> Area | None:
        found: list[Area] = list(Area.objects.live().filter(code=code_)) if code_ else []
        if not found and cell:
            found = self.areas(cell, kind, within)
        # Of an area that was and one that is, the one that is.
        found.sort(key=lambda a: (a.ends is not None, str(a.pk)))
        return found[0] if found else None


def _targets(model: Any, cells: list[str], most: int = MOST_ALIKE * AHEAD) -> dict[str, list[UUID]]:
    """For each cell, the records that bear it as their code or their name, in all at most so many."""
    codes, names = [{make(cell) for cell in cells} for make in (plain, fold_place)]
    own = Q(kind=CODE, key__in=codes) | Q(kind=NAME, key__in=names)
    rows = SearchKey.objects.filter(own, type=model.Merge.number).values_list("kind", "key", "target")
    by_key: dict[tuple[int, str], set[UUID]] = {}
    for kind, key, target in rows[:most]:
        by_key.setdefault((kind, key), set()).add(target)
    return {
        cell: sorted(by_key.get((CODE, plain(cell)), set()) | by_key.get((NAME, fold_place(cell)), set()))
        for cell in cells
    }


def _one_of_each(found: list[Any]) -> list[Any]:
    by_name: dict[UUID, Any] = {}
    for record in sorted(found, key=lambda r: (r.pk != r.canonical, str(r.pk))):
        by_name.setdefault(record.canonical, record)
    return list(by_name.values())


_YES, _NO = {"oui", "o", "yes", "y", "vrai", "true", "1", "x"}, {"non", "n", "no", "faux", "false", "0"}


def yes_no(cell: str) -> bool:
    """Yes or no, from the usual ways of writing it.

    Raises:
        BadCell: neither.
    """
    if fold(cell) in _YES | _NO:
        return fold(cell) in _YES
    raise BadCell(_("Write yes or no."))
