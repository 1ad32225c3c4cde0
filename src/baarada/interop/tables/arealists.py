"""Lists of areas, with what they lie in, and of how many people live in them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from baarada.interop.models import ImportRow
from baarada.interop.tables import cells
from baarada.interop.tables.areafinder import AreaFinder
from baarada.interop.tables.cells import BadCell
from baarada.interop.tables.columns import ID, Column, column_of, of_model
from baarada.interop.tables.exporting import PIECE, cell_of
from baarada.interop.tables.matching import Pages, own_id, whole_units
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.placelists import Known, PlaceKind, PlaceRows, grouped, sealed
from baarada.interop.tables.returning import as_seen
from baarada.interop.tables.said import Said, cells_of, changed, refuse
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import lists, rules
from baarada.registry.display import partial_day
from baarada.registry.facts import FACTS
from baarada.registry.models import Area, Inclusion, Population
from baarada.registry.searchkeys import plain

PARENT, PARENT_KIND, SINCE = "parent", "parent_kind", "parent_starts"
_AREA_WORDS = {
    "name": "nom|lieu|localite|circonscription|designation|commune|cercle|region|district||name|area",
    "kind": "niveau|type|type de lieu|echelon||level|kind|type of area",
    "code": "code|pcode|code officiel|identifiant||code|area code",
    "other_names": "autres noms|autre nom|ancien nom|alias||other names",
    "iso": "code iso|iso",
    "capital": "chef lieu|cheflieu||chief town|capital",
    "starts": "date de creation|cree le|existe depuis|creation||exists since|created on",
    "ends": "date de suppression|supprime le|existe jusquau||existed until|abolished on",
    "legal": "texte|texte de creation|loi|decret|reference||legal text",
    "latitude": "lat|latitude|y",
    "longitude": "lon|long|lng|longitude|x",
    "source": "source",
    "quality": "qualite|certitude||quality|certainty",
    "note": "note|notes|observation|observations|obs|remarques",
}
_POPULATION_WORDS = {
    "year": "annee|exercice||year",
    "people": "population|habitants|population totale|effectif|nombre d habitants||people|inhabitants|population",
    "perimeter": "perimetre|decoupage||perimeter",
    "edition": "edition|recensement ou projection|nature du chiffre||count or estimate",
    "source": "source|source du chiffre||source",
    "quality": "qualite|certitude||quality|certainty",
    "note": "note|notes|observation|observations|obs|remarques",
}


def _area_columns() -> list[Column]:
    own = of_model(Area, _AREA_WORDS)
    above = [
        column_of(
            PARENT, gettext_lazy("Lies in"),
            "appartient a|rattache a|lieu de rattachement|parent|region de rattachement|cercle de rattachement||"
            "lies in|parent|part of",
        ),
        column_of(PARENT_KIND, gettext_lazy("Level of what it lies in"), "niveau de rattachement||parent level"),
        column_of(SINCE, gettext_lazy("Lies in it since"), "rattache depuis|date de rattachement||lies in it since"),
    ]  # fmt: skip
    return [*own[:3], *above, *own[3:]]


def _population_columns() -> list[Column]:
    area = [
        column_of(
            "area", pgettext_lazy("map", "Area"),
            "lieu|nom|commune|cercle|district|district sanitaire|region|localite|aire de sante||area|name|place",
        ),
        column_of("kind", FACTS[Area]["kind"].label, "niveau|type|type de lieu||level"),
        column_of("within", gettext_lazy("Lies in"), "dans|appartient a|region de rattachement||lies in|within|parent"),
        column_of("code", FACTS[Area]["code"].label, "code|pcode|code du lieu||area code|code"),
    ]  # fmt: skip
    return [*area, *of_model(Population, _POPULATION_WORDS)]


AREAS = PlaceKind(
    key="areas", label=gettext_lazy("Areas"), model=Area, about="area", columns=_area_columns,
    names=tuple(_AREA_WORDS), needed=("name",), soft=("quality",),
    facts={PARENT_KIND: FACTS[Area]["kind"], SINCE: FACTS[Inclusion]["starts"]},
)  # fmt: skip
POPULATIONS = PlaceKind(
    key="populations", label=gettext_lazy("Populations"), model=Population, about="area", columns=_population_columns,
    names=tuple(_POPULATION_WORDS), needed=("area", "code"), soft=("quality",),
    facts={"kind": FACTS[Area]["kind"], "code": FACTS[Area]["code"]},
)  # fmt: skip


class _OfAreas(PlaceRows):
    """What lists of areas and lists of populations share."""

    named: tuple[str, ...]
    """The columns that name areas."""

    def __init__(self, by: Actor) -> None:
        super().__init__(by)
        self.areas = AreaFinder(self.today)

    def look_ahead(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Look up together the areas that some rows name."""
        some = list(rows)
        ids = {pk for _line, row in some if (pk := own_id(row.get(ID, "")))}
        self.areas.look_ahead((row.get(key, "") for _line, row in some for key in self.named), ids)

    def places_by_id(self, ids: set[UUID]) -> dict[UUID, Any]:
        """Areas by id."""
        return {a.pk: a for piece in in_pieces(ids) for a in Area.objects.live().filter(pk__in=piece)}

    def level(self, row: Parsed, key: str) -> str:
        """The level that a cell names; empty for none."""
        try:
            return cells.code("area_kind")(row.cells[key]) if row.cells.get(key) else ""
        except BadCell as bad:
            row.refuse(key, bad)
            return ""

    def told(self, row: Parsed) -> dict[str, Any]:
        """The values of a row, with what was kept in words."""
        told = row.extra.get("told")
        return row.values | (
            {"note": "\n".join(filter(None, (row.values.get("note"), told)))} if told else {}
        )


# -- populations --------------------------------------------------------------------------


class Populations(_OfAreas):
    """Reads, plans and writes rows of lists of populations."""

    spec = POPULATIONS
    named = ("area", "within", "code")

    def place(self, row: Parsed) -> Any:
        """The area of a row: by its code, else by its name."""
        name, code = row.cells.get("area", ""), row.cells.get("code", "")
        if own_id(row.cells.get(ID, "")) and not row.cell("area") and not row.cell("code"):
            return None
        if not name and not code:
            row.refuse("area", _("Write the name or the code of the area."))
            return None
        try:
            coded = self.areas.alike(code) if code else []
            return coded[0] if len(coded) == 1 else self.areas.one(
                name or code, self.level(row, "kind"), row.cells.get("within", "")
            )  # fmt: skip
        except BadCell as bad:
            row.refuse("area" if name else "code", bad)
            return None

    def known_of(self, places: Mapping[UUID, Any], ids: Iterable[UUID]) -> Known:
        """The figures of some areas, and some figures by id."""
        found: dict[UUID, Population] = {}
        for piece in in_pieces(places):
            found |= {p.pk: p for p in Population.objects.live().filter(area_id__in=piece)}
        for piece in in_pieces(set(ids) - found.keys()):
            found |= {p.pk: p for p in Population.objects.live().filter(pk__in=piece)}
        owners = self.places_by_id({p.area_id for p in found.values()} - places.keys())
        return Known(found, grouped(found.values(), lambda p: p.area_id), {**owners, **places})

    def target(self, place: Any, record: Any) -> UUID | None:
        """The page of the area."""
        return record.area_id if record is not None else super().target(place, record)

    def title(self, row: Parsed, place: Any, record: Any) -> str:
        """The area and the year."""
        words = [
            row.cells.get("area", "") or row.cells.get("code", "") or str(place or ""),
            row.cells.get("year", ""),
        ]
        return " ".join(t for t in words if t)

    def said(self, row: Parsed, place: Any, record: Any, known: Known, pages: Pages) -> list[Said]:
        """A figure that is here, or a new one."""
        values, returned = self.told(row), record is not None
        if record is not None and place is not None and place.pk != record.area_id:
            row.refuse("area", _("This figure is of %(area)s. Empty the identifier to add one of another area.") % {
                "area": known.places.get(record.area_id) or "",
            })  # fmt: skip
        if record is None:
            record = next((p for p in known.of.get(place.pk, []) if _is_same_count(p, values)), None)
        if record is None:
            needed = {"year": None, "people": None, "source": None, **values}
            refuse(row, rules.check_population(needed, self.today))
            return [Said(Population, None, {"area": place, **values})]
        found = changed(Population, record, values, pages, returned=returned)
        refuse(row, rules.check_population(found, self.today))
        return [Said(Population, record, found)] if found else []

    def same(self, row: Parsed, said: Said) -> Any:
        """One row tells a figure."""
        if said.record is not None:
            return said.record.pk
        names = ("year", "perimeter", "source", "edition")
        return (said.values["area"].pk, *(fold(str(said.values.get(name) or "")) for name in names))

    def add(self, act: journal.Act, row: Parsed, kept: ImportRow, said: Said, known: Known) -> None:
        """Add a figure."""
        act.add(Population, entry_kind="population.added", **said.values)

    def change(self, act: journal.Act, said: Said, pages: Pages) -> None:
        """Write facts of a figure."""
        page = pages.get(said.record.pk) or journal.seen(said.record)
        fields = whole_units(Population, said.values, said.record)
        act.change(said.record, fields, seen=page, kind="population.changed")


def _is_same_count(record: Population, values: Mapping[str, Any]) -> bool:
    """True for the figure of the same year and perimeter, from the same source as far as it is said."""
    if record.year != values.get("year") or fold(record.perimeter or "") != fold(
        values.get("perimeter") or ""
    ):
        return False
    said = ((getattr(record, name) or "", values.get(name) or "") for name in ("source", "edition"))
    return all(not one or not other or fold(one) == fold(other) for one, other in said)


# -- areas --------------------------------------------------------------------------------


class Areas(_OfAreas):
    """Reads, plans and writes rows of lists of areas. What an area lies in is here, or in a row above."""

    spec = AREAS
    named = ("name", "code", PARENT)

    def __init__(self, by: Actor) -> None:
        super().__init__(by)
        self.coming: dict[str, list[Any]] = {}
        """Areas that rows so far add, by folded name and by code."""

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        row = super().parse(line, found, untouched)
        since = row.read(SINCE, cells.day)
        if since is not None:
            row.extra[SINCE] = since
        if not row.cells.get(ID) and not row.values.get("name"):
            row.refuse("name", _("Write the name of the area."))
        return row

    def place(self, row: Parsed) -> Any:
        """The area that a row is about; None for a new one."""
        if row.problems:
            return None
        own = own_id(row.cells.get(ID, ""))
        if own:
            return self.areas.areas.get(own)
        name, code = row.values["name"], row.values.get("code", "")
        coded = [a for a in self.areas.alike(code) if plain(a.code or "") == plain(code)] if code else []
        if coded:
            return coded[0]
        found = [
            a for a in self.areas.alike(name, row.values.get("kind") or "", row.cells.get(PARENT, ""))
            if not (code and a.code) and fold(a.name or "") == fold(name)
        ]  # fmt: skip
        if len(found) > 1:
            sentence = _(
                "%(count)s areas are called “%(text)s”. Add the level and what it lies in, or write the code."
            )
            row.refuse("name", sentence % {"count": len(found), "text": name})
        return found[0] if len(found) == 1 else None

    def known_of(self, places: Mapping[UUID, Any], ids: Iterable[UUID]) -> Known:
        """Some areas."""
        found = dict(places) | self.places_by_id(set(ids) - places.keys())
        return Known(found, {}, found)

    # -- what a row says ----------------------------------------------------------------

    def said(self, row: Parsed, place: Any, record: Any, known: Known, pages: Pages) -> list[Said]:
        """A new area, facts of one that is here, and what it lies in."""
        values, area = self.told(row), record if record is not None else place
        parent = self._parent(row)
        if area is None:
            problems = rules.check_area({"name": None, "kind": None, **values})
            refuse(row, problems | rules.check_position(values.get("latitude"), values.get("longitude")))
            new = Said(Area, None, values)
            if not row.problems:
                self._expect(values)
            return [new, *self._placed(values, parent, row.extra.get(SINCE) or values.get("starts"))]
        found = changed(Area, area, values, pages, returned=record is not None)
        held = {name: getattr(area, name) for name in ("starts", "ends", "latitude", "longitude")} | found
        problems = rules.check_area(found | {"starts": held["starts"], "ends": held["ends"]})
        refuse(row, problems | rules.check_position(held["latitude"], held["longitude"]), only=found)
        return ([Said(Area, area, found)] if found else []) + self._moved(row, area, parent)

    def _parent(self, row: Parsed) -> Any:
        """What the area of a row lies in: here, or in a row above; None where the row does not say."""
        cell = row.cell(PARENT)
        if not cell:
            return None
        kind = self.level(row, PARENT_KIND)
        found = self.areas.alike(cell, kind)
        above = [a for a in self.coming.get(fold(cell), []) if not kind or a.kind == kind]
        if len(found) + len(above) == 1:
            return (found + above)[0]
        try:
            return above[0] if above and not found else self.areas.one(cell, kind)
        except BadCell as bad:
            row.refuse(PARENT, bad)
            return None

    def _expect(self, values: Mapping[str, Any]) -> None:
        """Note an area that rows below may lie in."""
        new = SimpleNamespace(
            pk=None, name=values.get("name"), kind=values.get("kind"), code=values.get("code")
        )
        for key in {fold(new.name or ""), fold(new.code or "")} - {""}:
            self.coming.setdefault(key, []).append(new)

    def _placed(self, values: Mapping[str, Any], parent: Any, since: Any) -> list[Said]:
        if parent is None:
            return []
        span = {"parent": parent, "starts": since, "ends": values.get("ends"), "legal": values.get("legal")}
        return [Said(Inclusion, None, {n: v for n, v in span.items() if v is not None})]

    def _moved(self, row: Parsed, area: Area, parent: Any) -> list[Said]:
        """An area that lies in another from a day on; one of the same level as that ends on its eve."""
        now = self.areas.parents(area.pk)
        if parent is None or any(one.parent_id == parent.pk for one in now):
            return []
        old = next((r for r in now if self.areas.areas[r.parent_id].kind == parent.kind), None)
        since = row.extra.get(SINCE)
        if old is None:
            return self._placed({}, parent, since or area.starts)
        before = self.areas.areas[old.parent_id]
        if since is None:
            sentence = _("%(area)s lies in %(old)s here. Write since when it lies in %(new)s.")
            row.refuse(SINCE, sentence % {"area": area, "old": before, "new": parent.name})
            return []
        if old.starts and since.first() <= old.starts.first():
            sentence = _("%(area)s lies in %(old)s since %(day)s: choose a later day.")
            row.refuse(SINCE, sentence % {"area": area, "old": before, "day": partial_day(old.starts)})
            return []
        last = PartialDate.on(since.first() - timedelta(days=1))
        return [Said(Inclusion, old, {"starts": old.starts, "ends": last}), *self._placed({}, parent, since)]

    def same(self, row: Parsed, said: Said) -> Any:
        """One row is about an area."""
        if said.record is not None:
            return said.record.pk
        if said.model is Inclusion:
            return (row.line,)
        values = said.values
        return plain(values["code"]) if values.get("code") else (
            fold(values.get("name") or ""), values.get("kind"), fold(row.cells.get(PARENT, ""))
        )  # fmt: skip

    # -- writing ----------------------------------------------------------------------

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write an area with what it lies in."""
        row.extra["area"] = known.places.get(kept.target) if kept.target else None
        super().write(act, row, kept, known)

    def add(self, act: journal.Act, row: Parsed, kept: ImportRow, said: Said, known: Known) -> None:
        """Add an area, or place one in another."""
        if said.model is Area:
            area = act.create(Area, entry_kind="area.added", **said.values)
            row.extra["area"] = area
            for key in {fold(area.name or ""), fold(area.code or "")} - {""}:
                self.coming[key] = [a for a in self.coming.get(key, []) if a.pk is not None] + [area]
            return
        act.add(Inclusion, entry_kind="area.placed", area=row.extra["area"], **said.values)

    def change(self, act: journal.Act, said: Said, pages: Pages) -> None:
        """Write facts of an area, or the end of what it lies in."""
        model = type(said.record)
        page = pages.get(said.record.pk) or journal.seen(said.record)
        kind = "area.changed" if model is Area else "area.placed"
        act.change(said.record, whole_units(model, said.values, said.record), seen=page, kind=kind)


# -- out ----------------------------------------------------------------------------------


def population_rows(ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of a list of populations, in the order given."""
    seen_by.require("export")
    for piece in in_pieces(ids, PIECE):
        found = Population.objects.in_bulk(piece)
        shown = _populations_shown(found)
        for pk in piece:
            if pk in found:
                yield sealed(pk, shown[pk], found[pk])


def populations_written(pages: Mapping[UUID, Pages]) -> dict[UUID, dict[str, str]]:
    """What the rows of some figures were, each as it stood on its page."""
    found = Population.objects.filter(pk__in=list(pages))
    return _populations_shown({p.pk: as_seen(p, pages[p.pk].get(p.pk)) for p in found})


def _populations_shown(found: Mapping[UUID, Population]) -> dict[UUID, dict[str, str]]:
    areas = AreaFinder(runtime.today())
    areas.look_ahead((), {p.area_id for p in found.values()})
    out = {}
    for pk, one in found.items():
        area = areas.areas.get(one.area_id)
        above = _shown_parent(areas, one.area_id)
        out[pk] = cells_of(one, _POPULATION_WORDS) | {
            "area": str(area or ""), "kind": lists.label("area_kind", area.kind) if area else "",
            "code": (area.code or "") if area else "",
            "within": str(areas.areas[above.parent_id]) if above else "",
        }  # fmt: skip
    return out


def area_rows(ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of a list of areas, in the order given."""
    seen_by.require("export")
    for piece in in_pieces(ids, PIECE):
        areas = AreaFinder(runtime.today())
        areas.look_ahead((), piece)
        for pk in piece:
            if pk in areas.areas:
                area, above = areas.areas[pk], _shown_parent(areas, pk)
                yield sealed(pk, _area_cells(area, above, areas), area, *([above] if above else []))


def areas_written(pages: Mapping[UUID, Pages]) -> dict[UUID, dict[str, str]]:
    """What the rows of some areas were, each as it stood on its page, with what it lay in then."""
    named = [pk for some in pages.values() for pk in some]
    rows = {r.pk: r for piece in in_pieces(named) for r in Inclusion.objects.filter(pk__in=piece)}
    areas = AreaFinder(runtime.today())
    areas.look_ahead((), {*pages, *(r.parent_id for r in rows.values())})
    out = {}
    for pk, own in pages.items():
        if pk in areas.areas:
            above = next((as_seen(rows[one], own[one]) for one in own if one in rows), None)
            out[pk] = _area_cells(as_seen(areas.areas[pk], own.get(pk)), above, areas)
    return out


def _shown_parent(areas: AreaFinder, area: UUID) -> Inclusion | None:
    """Of several that an area lies in, the one that is shown."""
    return min(
        areas.parents(area),
        key=lambda r: (lists.order_of("area_kind", areas.areas[r.parent_id].kind), str(r.parent_id)), default=None,
    )  # fmt: skip


def _area_cells(area: Area, above: Inclusion | None, areas: AreaFinder) -> dict[str, str]:
    parent = areas.areas.get(above.parent_id) if above else None
    return cells_of(area, _AREA_WORDS) | {
        PARENT: str(parent or ""), PARENT_KIND: lists.label("area_kind", parent.kind) if parent else "",
        SINCE: cell_of(above.starts) if above else "",
    }  # fmt: skip
