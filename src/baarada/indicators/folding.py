"""From what stands in the tables to the lines of a figure: codes remapped, areas raised to a level, cadres grouped."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.indicators import asking
from baarada.indicators import definitions as d
from baarada.indicators.areas import AreaMap, OfficeTree
from baarada.indicators.codes import Codes
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import extras, groups
from baarada.registry.models import Facility, Unit

PIECE = 400
Order = tuple[Any, ...]


class Folding:
    """Keys, labels and order of the lines of one figure."""

    def __init__(self, question: asking.Question, areas: AreaMap, *, db: str) -> None:
        self.db = db
        self.areas = areas
        self.within = areas.within(question.area) if question.area else None
        self._top = question.office
        asked = (*d.DIMS.values(), *asking.own_fields().values())
        self.lists = {one.name: one.list for one in asked if one.list}
        self.codes = Codes(question.on, self.lists.values(), db=db)

    @cached_property
    def offices(self) -> OfficeTree:
        """The offices, read where a figure asks for them."""
        return OfficeTree(self._top, db=self.db)

    def key(self, name: str, raw: Any) -> str:
        """The line that something in a table belongs to."""
        if raw is None or raw == "":
            return d.UNKNOWN
        if name in self.lists:
            return self.codes.code(self.lists[name], raw)
        if name in (d.CADRE, d.GROUP, d.OCCUPATION):
            return self._of_cadre(name, self.codes.cadre(raw))
        if name in (d.AGE, d.AGE5) or name.startswith(extras.PREFIX):
            return str(raw)
        if name == d.OFFICE:
            return self.offices.line(raw).hex
        if name in (d.FACILITY, d.UNIT):
            return raw.hex
        return self.areas.at_level(raw, name, self.within)

    def _of_cadre(self, name: str, cadre: Any) -> str:
        if cadre is None:
            return d.UNKNOWN
        if name == d.OCCUPATION:
            return next((one.code for one in d.OCCUPATIONS if one.holds(cadre)), d.ELSEWHERE)
        return cadre.pk.hex if name == d.CADRE else cadre.nhwa or d.UNKNOWN

    def level_of(self, raws: Iterable[tuple[UUID | None, int]], kinds: list[str]) -> str:
        """Of some levels of places, the one in which most people are; by the list's order where they are alike."""
        held = dict.fromkeys(sorted(kinds, key=lambda kind: self.codes.order(asking.LEVELS, kind)), 0)
        for pk, n in raws:
            for kind in held:
                if self.areas.at_level(pk, kind, self.within) not in (d.UNKNOWN, d.ELSEWHERE):
                    held[kind] += n
        return max(held, key=lambda kind: held[kind])

    def labels(self, name: str, keys: Iterable[str]) -> dict[str, tuple[str, Order]]:
        """What lines are called, and where each stands: unknown comes last, never left out."""
        found = {key: self._called(name, key) for key in keys if key not in (d.UNKNOWN, d.ELSEWHERE)}
        if name in (d.FACILITY, d.UNIT):
            found = self._names(name, found)
        out = {key: (label, (0, *order)) for key, (label, order) in found.items()}
        return out | {
            d.ELSEWHERE: (
                _("other occupations") if name == d.OCCUPATION else _("outside these places"),
                (1,),
            ),
            d.UNKNOWN: (str(asking.dim(name).unknown), (2,)),
        }

    def _called(self, name: str, key: str) -> tuple[str, Order]:
        """A line's name and place; a key that an address made up is called by itself."""
        try:
            return self._label(name, key)
        except ValueError:
            return key, (True, 0, key)

    def _label(self, name: str, key: str) -> tuple[str, Order]:
        if name in self.lists:
            list_ = self.lists[name]
            return self.codes.label(list_, key), self.codes.order(list_, key)
        if name == d.CADRE:
            cadre = self.codes.cadre(UUID(hex=key))
            if cadre is None:
                return key, (True, 0, key)
            label = self.codes.cadre_label(cadre)
            return label, (cadre.order is None, cadre.order or 0, fold(label))
        if name == d.OCCUPATION:
            found = {one.code: (str(one.label), (place,)) for place, one in enumerate(d.OCCUPATIONS)}
            return found.get(key, (_("Doctors, nurses and midwives"), (len(found),)))
        if name == d.GROUP:
            label = groups.label(key)
            return label, (fold(label),)
        if name == d.OFFICE:
            called, sort_key = self.offices.names.get(UUID(hex=key), (_("not here yet"), ""))
            return called, (sort_key, key)
        if name.startswith(extras.PREFIX):
            return (_("yes"), (0,)) if key == "1" else (_("no"), (1,))
        if name in (d.AGE, d.AGE5):
            return age_label(int(key), d.NHWA_AGES if name == d.AGE else d.FIVE_YEARS), (int(key),)
        place = self.areas.places.get(UUID(hex=key)) if name not in (d.FACILITY, d.UNIT) else None
        return (place.name, place.order) if place else (key, (key,))

    def _names(self, name: str, found: dict[str, Any]) -> dict[str, Any]:
        """Facilities and units by their names; one that is not here yet says so."""
        there: dict[str, str] = {}
        for piece in in_pieces((pk for key in found if (pk := _id(key))), PIECE):
            if name == d.FACILITY:
                facilities = Facility.objects.using(self.db).filter(pk__in=piece)
                there |= {pk.hex: text or "" for pk, text in facilities.values_list("pk", "name")}
                continue
            units = (
                Unit.objects.using(self.db).filter(pk__in=piece).values_list("pk", "name", "facility__name")
            )
            there |= {pk.hex: f"{text or ''} ({where})" if where else text for pk, text, where in units}
        missing = _("not here yet")
        return {key: (there.get(key) or missing, (fold(there.get(key) or ""), key)) for key in found}


def _id(key: str) -> UUID | None:
    """The id that a line's key is; None for one that an address made up."""
    try:
        return UUID(hex=key)
    except ValueError:
        return None


def age_label(first: int, firsts: tuple[int, ...]) -> str:
    """An age group in words: ``25–34``."""
    if not first:
        return _("under %(age)s") % {"age": firsts[0]}
    after = [one for one in firsts if one > first]
    if not after:
        return _("%(age)s and over") % {"age": first}
    return f"{first}–{after[0] - 1}"
