"""Lists of established posts. A row with a number is that post; one without says how many there are of its sort.

The posts of a sort that are missing here are added, numbered behind the others: so the same list twice is no change.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.interop.models import NEW, ImportRow
from baarada.interop.tables import cells, columns
from baarada.interop.tables.cells import BadCell
from baarada.interop.tables.columns import Column, column_of, of_model
from baarada.interop.tables.exporting import PIECE, offices_of
from baarada.interop.tables.matching import Pages, whole_units
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.people import NewUnit
from baarada.interop.tables.placelists import Known, PlaceKind, PlaceRows, grouped, sealed
from baarada.interop.tables.returning import as_seen
from baarada.interop.tables.rowselections import STATES
from baarada.interop.tables.said import Said, cells_of, changed, refuse
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import facts, posts, rules
from baarada.registry.models import ABOLISHED, OPEN, Facility, Person, Post, Posting, Unit
from baarada.registry.posts import MOST_AT_ONCE

_WORDS = {
    "facility": "structure|etablissement|formation sanitaire|structure sanitaire||facility|health facility",
    "unit": "service|unite||unit|ward",
    "number": "n|no|n poste|no poste|n du poste|numero du poste|code du poste|code poste||post number|post code",
    "job": "poste|intitule du poste|intitule|emploi|fonction||job title|position",
    "cadre": "cadre|corps|qualification|profil|profession|categorie||occupation",
    "funding": "financement|prise en charge|source de financement|bailleur||funding",
    "status": "etat|etat du poste|statut|statut du poste||status|post status",
    "norm": "norme|norme d effectif|reference de la norme||norm|staffing norm",
    "starts": "date de creation|cree le|creation|ouvert le||created on|established on",
    "ends": "date de suppression|supprime le|suppression||abolished on",
    "decision": "decision|n decision|no decision|acte de creation|arrete||decision no",
    "note": "note|notes|observation|observations|obs|remarques",
}
COUNT, STATE = "count", "state"
TIMES = "times"
"""How many posts a row without a number adds, as the dry run has settled: what is written since would change it."""
DESCRIBE = ("cadre", "job", "unit", "funding")
"""What tells posts without a number apart."""


def _columns() -> list[Column]:
    own = of_model(Post, _WORDS)
    office = next(c for c in columns.columns(columns.FACILITIES) if c.key == "office")
    count = column_of(
        COUNT, gettext_lazy("Number of posts"),
        "nombre|nombre de postes|nb|nb postes|effectif|effectif prevu|effectif theorique|quantite|postes||count|posts",
    )  # fmt: skip
    state = column_of(STATE, gettext_lazy("Filled or vacant (not read)"), "occupation")
    return [own[0], office, *own[1:5], count, *own[5:], state]


KIND = PlaceKind(
    key="posts", label=gettext_lazy("Established posts"), model=Post, about="facility", columns=_columns,
    names=tuple(_WORDS), needed=("facility",), soft=("funding",),
    facts={COUNT: facts.Fact(name=COUNT, label="", reads=facts.NUMBER), STATE: facts.Fact(name=STATE, label="")},
)  # fmt: skip


class Posts(PlaceRows):
    """Reads, plans and writes rows of lists of posts."""

    spec = KIND

    def __init__(self, by: Actor) -> None:
        super().__init__(by)
        self.described: Counter[Any] = Counter()
        """How many posts of a sort the rows so far have told of."""

    def look_ahead(self, rows: Iterable[tuple[int, Mapping[str, str]]]) -> None:
        """Look up together the facilities that some rows name."""
        self.finder.look_ahead(row.get("facility", "") for _line, row in rows)

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        row = super().parse(line, found, untouched)
        if row.cell("unit"):
            row.extra["unit"] = cells.text(row.cell("unit"))
        count = row.read(COUNT, cells.number)
        row.extra[COUNT] = 1 if count is None else count
        if not 1 <= row.extra[COUNT] <= MOST_AT_ONCE:
            row.refuse(COUNT, _("Between 1 and %(most)s posts are added at once.") % {"most": MOST_AT_ONCE})
        told = row.extra.pop("told", "")
        if told:
            row.values["note"] = "\n".join(t for t in (row.values.get("note"), told) if t)
        return row

    def place(self, row: Parsed) -> Any:
        """The facility of a row."""
        cell = row.cells.get("facility", "")
        if not cell:
            row.refuse("facility", _("Write the name or the code of the facility."))
            return None
        office = None
        try:
            office = self.finder.office(row.cells["office"]) if row.cells.get("office") else None
        except BadCell:
            # It only tells facilities of one name apart.
            office = None
        return (
            row.read("facility", lambda text: self.finder.facility(text, office))
            if row.cell("facility")
            else None
        )

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write what a row was planned to do; of posts without a number, as many as it was planned to."""
        if kept.status == NEW and not row.values.get("number"):
            row.extra[TIMES] = kept.changes
        super().write(act, row, kept, known)

    def known_of(self, places: Mapping[UUID, Any], ids: Iterable[UUID]) -> Known:
        """The posts of some facilities, under any of their ids, and some posts by id."""
        found: dict[UUID, Post] = {}
        for piece in in_pieces({f.canonical for f in places.values()}):
            found |= {p.pk: p for p in Post.objects.live().filter(canonical__in=piece)}
        for piece in in_pieces(set(ids) - found.keys()):
            found |= {p.pk: p for p in Post.objects.live().filter(pk__in=piece)}
        owners = self.places_by_id({p.canonical for p in found.values()} - places.keys())
        return Known(found, grouped(found.values(), lambda p: p.canonical), {**owners, **places})

    def places_by_id(self, ids: set[UUID]) -> dict[UUID, Any]:
        """Facilities by id."""
        return {f.pk: f for piece in in_pieces(ids) for f in Facility.objects.live().filter(pk__in=piece)}

    def target(self, place: Any, record: Any) -> UUID | None:
        """The page of the facility."""
        return record.canonical if record is not None else super().target(place, record)

    def title(self, row: Parsed, place: Any, record: Any) -> str:
        """The facility and the number."""
        words = [row.cells.get("facility", "") or str(place or ""), row.cells.get("number", "")]
        return " ".join(t for t in words if t) or (str(record) if record is not None else "")

    # -- what a row says ----------------------------------------------------------------

    def said(self, row: Parsed, place: Any, record: Any, known: Known, pages: Pages) -> list[Said]:
        """A post that is here, posts that are new, or nothing."""
        values = self._with_unit(row, place, record)
        if record is not None:
            if place is not None and place.canonical != record.canonical:
                row.refuse("facility", _("A post stays in its facility: abolish it there, and add one here."))
            return self._changed(row, record, values, pages, returned=True)
        have = known.of.get(place.canonical, [])
        number = values.get("number")
        if not number:
            return self._described(row, place, values, have)
        numbers = posts.numbers(place, number, row.extra[COUNT], []) if row.extra[COUNT] > 1 else [number]
        if not numbers:
            row.refuse("number", _("The first number ends in figures, for example P-001."))
        by_number = {fold(p.number or ""): p for p in have}
        out, new = [], []
        for one in numbers:
            here = by_number.get(fold(one))
            if here is None:
                new.append(one)
            else:
                out += self._changed(row, here, values | {"number": here.number}, pages, returned=False)
        return out + [self._new(row, place, values | {"number": one}, 1) for one in new]

    def _described(
        self, row: Parsed, place: Facility, values: dict[str, Any], have: list[Post]
    ) -> list[Said]:
        """Posts without a number: those of this sort that are missing here."""
        if TIMES in row.extra:
            return [self._new(row, place, values, row.extra[TIMES])]
        told = {name: values[name] for name in DESCRIBE if name in values}
        alike = sum(_is_such(post, told) and post.status != ABOLISHED for post in have)
        sort = (place.canonical, *(fold(str(told.get(name, ""))) for name in DESCRIBE))
        before = self.described[sort]
        self.described[sort] += row.extra[COUNT]
        missing = max(0, self.described[sort] - alike) - max(0, before - alike)
        return [self._new(row, place, values, missing)] if missing else []

    def _new(self, row: Parsed, place: Facility, values: dict[str, Any], times: int) -> Said:
        refuse(row, rules.check_post({"cadre": None, **values}))
        return Said(Post, None, {"facility": place, "status": OPEN, **values}, times=times)

    def _changed(
        self, row: Parsed, record: Post, values: dict[str, Any], pages: Pages, *, returned: bool
    ) -> list[Said]:
        new = {n: v for n, v in values.items() if isinstance(v, NewUnit)}
        found = changed(
            Post, record, {n: v for n, v in values.items() if n not in new}, pages, returned=returned
        )
        span = {"starts": record.starts, "ends": record.ends}
        refuse(row, rules.check_post({**span, **found}), only=found)
        return [Said(Post, record, found | new)] if found or new else []

    def _with_unit(self, row: Parsed, place: Any, record: Any) -> dict[str, Any]:
        """The values of a row, with the service: one that is here, or a new one."""
        values, name = dict(row.values), row.extra.get("unit")
        if name and not (record is not None and fold(name) == fold(record.unit_label or "")):
            facility = record.facility_id if record is not None else place.pk
            unit = self.finder.unit(facility, name)
            values["unit"] = (unit.pk, unit.name) if unit else NewUnit(name)
        return values

    def same(self, row: Parsed, said: Said) -> Any:
        """One row changes a post, or adds its number; rows without a number add up."""
        if said.record is not None:
            return said.record.pk
        number = said.values.get("number")
        return (said.values["facility"].canonical, fold(number)) if number else (row.line,)

    # -- writing ----------------------------------------------------------------------

    def add(self, act: journal.Act, row: Parsed, kept: ImportRow, said: Said, known: Known) -> None:
        """Add posts; those without a number are numbered behind the others."""
        place, values = said.values["facility"], self._with_made_unit(act, said)
        have = known.of.setdefault(place.canonical, [])
        numbers = [values.pop("number")] if values.get("number") else posts.numbers(
            place, "", said.times, [p.number or "" for p in have]
        )  # fmt: skip
        for number in numbers:
            act.add(Post, entry_kind="post.added", number=number, **values)
            have.append(Post(number=number))

    def change(self, act: journal.Act, said: Said, pages: Pages) -> None:
        """Write facts of a post."""
        fields = whole_units(Post, self._with_made_unit(act, said), said.record)
        page = pages.get(said.record.pk) or journal.seen(said.record)
        act.change(said.record, fields, seen=page, kind="post.changed")

    def _with_made_unit(self, act: journal.Act, said: Said) -> dict[str, Any]:
        """Values in which a service that is not here yet was added, by the same act."""
        values = dict(said.values)
        if isinstance(values.get("unit"), NewUnit):
            facility = said.record.facility_id if said.record is not None else values["facility"].pk
            name = values["unit"].name
            pk = act.add(Unit, entry_kind="unit.added", facility=facility, name=name)
            unit = Unit(id=UUID(bytes=pk), name=name, facility_id=facility)
            self.finder.remember_unit(unit)
            values["unit"] = (unit.pk, unit.name)
        return values


def _is_such(post: Post, told: Mapping[str, Any]) -> bool:
    """True for a post of which everything that a row tells is so."""
    for name, value in told.items():
        here: Any = post.unit_label if name == "unit" else getattr(post, name)
        said: Any = (value.name if isinstance(value, NewUnit) else value[1]) if name == "unit" else value
        if name in ("cadre", "funding"):
            if here != said:
                return False
        elif fold(here or "") != fold(said or ""):
            return False
    return True


# -- out ----------------------------------------------------------------------------------


def rows_out(ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of a list of posts, in the order given."""
    seen_by.require("export")
    for piece in in_pieces(ids, PIECE):
        found = Post.objects.in_bulk(piece)
        shown = _shown(found)
        for pk in piece:
            if pk in found:
                yield sealed(pk, shown[pk], found[pk])


def written(pages: Mapping[UUID, Pages]) -> dict[UUID, dict[str, str]]:
    """What the rows of some posts were, each as it stood on its page."""
    found = Post.objects.filter(pk__in=list(pages))
    return _shown({p.pk: as_seen(p, pages[p.pk].get(p.pk)) for p in found})


def _shown(found: Mapping[UUID, Post]) -> dict[UUID, dict[str, str]]:
    today = runtime.today()
    facilities = Facility.objects.in_bulk({p.canonical for p in found.values()})
    offices = offices_of(list(facilities))
    held = set(
        Posting.objects.in_force(today)
        .of_those_here(Person)
        .filter(post_id__in=list(found))
        .values_list("post_id", flat=True)
    )
    out = {}
    for pk, post in found.items():
        place = facilities.get(post.canonical)
        office = offices.get(place.pk) if place else None
        names = [name for name in _WORDS if name != "facility"]
        state = {STATE: str(STATES[posts.state(post, pk in held, today)]), COUNT: "1"}
        out[pk] = cells_of(post, names) | {"facility": str(place or ""), "office": str(office or "")} | state
    return out
