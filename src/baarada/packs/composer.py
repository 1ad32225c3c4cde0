"""Turns a pack's releases into sealed batches of entries. Needs no database, no clock and no language.

The bytes must be the same on every machine and under every later version of the program: two laptops
that load one country then hold one lane, and meet as if one had copied the other. So the time, the act,
the author and the schema number of an entry are the release's own, never this machine's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from baarada.journal import batches
from baarada.journal.batches import MOST_ENTRIES, Batch
from baarada.journal.entries import (
    CHANGE,
    CORRECT,
    CREATE,
    Entry,
    LaneKey,
    Ref,
    Writer,
    canonical,
    check,
    ref_of,
)
from baarada.journal.schema import FieldSpec, Schema, TypeSpec
from baarada.journal.sealing import pack_secret
from baarada.journal.values import DAY, FLAG, INSIDE, NUMBER, OUTSIDE, TEXTS, BadValue, Value, normal
from baarada.kernel.clocks import stamp_of
from baarada.kernel.days import BadDate, parse
from baarada.kernel.ids import Id
from baarada.packs.reader import BadPack, Pack, Release, Row, split

ENTRY_KIND = "pack.loaded"

TYPES = {
    "areas": "Area",
    "populations": "Population",
    "inclusions": "Inclusion",
    "offices": "Office",
    "facilities": "Facility",
    "assignments": "Assignment",
    "cadres": "Cadre",
    "lists": "ListItem",
}
"""The type of record in each table. All are national reference: they lie in the scope of the root office."""

SHOWN_AS = ("name", "label_m", "label_fr")
"""The first of these columns that a row has is what a reference to it shows."""

HOW = "how"
"""In a later release, the column that says what becomes of a row that an earlier one made."""
MODES = {"change": CHANGE, "correct": CORRECT}

FLAGS = {"yes": True, "no": False}

_LANE = 1
"""Any number will do: a pack's entries name only entries of their own lane, and those by sequence alone."""

Key = tuple[int, Id]
"""A record: the number of its type, and its id."""
Bases = dict[int, tuple[Ref, ...]]
"""For each unit of fields, the entries that a change builds on."""


@dataclass
class Composer:
    """What the releases so far have said."""

    pack: Pack
    schema: Schema
    seq: int = 0
    values: dict[Key, dict[int, Value]] = field(default_factory=dict)
    heads: dict[Key, dict[int, int]] = field(default_factory=dict)
    """For each record and unit of fields, the sequence of the entry that wrote it last."""
    coded: dict[tuple[int, str], tuple[Id, str]] = field(default_factory=dict)
    """By type and code: the id of a record, and what it shows as."""

    def __post_init__(self) -> None:
        types = {spec.name: spec for spec in self.schema.types.values()}
        self.types = {table: types[name] for table, name in TYPES.items()}
        pack = self.pack
        self.writer = Writer(pack.account, pack.root, "national", pack.author)

    def entries(self, release: Release) -> list[Entry]:
        """The entries of the next release.

        Raises:
            BadPack: at the line that is wrong.
        """
        rows = list(self.pack.rows(release))
        if not 0 < len(rows) <= MOST_ENTRIES:
            raise BadPack(release.folder, f"{len(rows)} rows; a release holds 1 to {MOST_ENTRIES:,}")
        # All codes first, so that the order of the rows of a table does not matter.
        for row in rows:
            self._remember_code(row)
        return [self._entry(release, row, index) for index, row in enumerate(rows)]

    def _remember_code(self, row: Row) -> None:
        if "code" not in row.cells or HOW in row.cells:
            return
        place = self.types[row.table].number, code_of(row)
        if place in self.coded:
            raise BadPack(row.place, f"the code {place[1]} is taken")
        shown = next((row.cells[name] for name in SHOWN_AS if name in row.cells), "")
        self.coded[place] = row.id, shown

    def _entry(self, release: Release, row: Row, index: int) -> Entry:
        spec = self.types[row.table]
        key = spec.number, row.id
        if (HOW in row.cells) != (key in self.values):
            raise BadPack(
                row.place, f"the column {HOW} is filled for rows of earlier releases, and for no other"
            )
        self.seq += 1
        given = self._fields(row, spec)
        mode, fields, bases = self._revised(row, spec, given) if key in self.values else (CREATE, given, {})
        written = spec.members if mode == CREATE else bases
        self.values.setdefault(key, {}).update(fields)
        self.heads.setdefault(key, {}).update(dict.fromkeys(written, self.seq))
        entry = Entry(
            self.seq, stamp_of(release.ms) + index, self.writer, release.act, ENTRY_KIND, spec.number, row.id,
            mode, fields, bases, schema=release.schema,
        )  # fmt: skip
        check(entry)
        return entry

    def _revised(
        self, row: Row, spec: TypeSpec, given: dict[int, Value]
    ) -> tuple[int, dict[int, Value], Bases]:
        """A row that an earlier release made: filled cells are new values, empty ones stay as they were."""
        mode = MODES.get(row.cells[HOW])
        if mode is None:
            raise BadPack(row.place, f"{HOW} is one of {', '.join(MODES)}")
        key = spec.number, row.id
        now = self.values[key] | given
        units = sorted({spec.unit_of[number] for number in given})
        fields = {number: now.get(number) for unit in units for number in spec.members[unit]}
        bases: Bases = {unit: (ref_of(_LANE, self.heads[key][unit]),) for unit in units}
        return mode, dict(sorted(fields.items())), bases

    def _fields(self, row: Row, spec: TypeSpec) -> dict[int, Value]:
        names = {field_spec.name: field_spec for field_spec in spec.fields.values()}
        found: dict[int, Value] = {}
        for name, cell in row.cells.items():
            if name != HOW:
                if name not in names:
                    raise BadPack(row.place, f"{spec.name} has no field {name}")
                found[names[name].number] = self._value(row, names[name], cell)
        return dict(sorted(found.items()))

    def _value(self, row: Row, spec: FieldSpec, cell: str) -> Value:
        try:
            found = self._reference(spec, cell) if spec.kind in (INSIDE, OUTSIDE) else plain(spec.kind, cell)
            if normal(spec.kind, found) != found:
                raise BadValue("text that is not tidy (spaces, composed letters)")
        except (BadValue, BadDate, KeyError, ValueError) as error:
            raise BadPack(row.place, f"{spec.name}: {type(error).__name__} {error}") from None
        return found

    def _reference(self, spec: FieldSpec, code: str) -> Value:
        target, shown = self.coded[spec.target, code]
        return target if spec.kind == INSIDE else [target, shown]


def code_of(row: Row) -> str:
    """What other rows name a row by; a choice of a list by its list and its code."""
    code = row.cells["code"]
    return f"{row.cells['list']}:{code}" if "list" in row.cells else code


def plain(kind: str, cell: str) -> Value:
    """The value of a cell that names no other row.

    Raises:
        ValueError, KeyError: the field cannot hold it.
    """
    if kind == TEXTS:
        return list(split(cell))
    if kind == NUMBER:
        return int(cell)
    if kind == FLAG:
        return FLAGS[cell]
    if kind == DAY:
        day = parse(cell)
        if str(day) != cell:
            raise BadValue("a day is written 2016-01-19, 2016-01 or 2016")
        return day.number
    return cell


def compose(pack: Pack, schema: Schema) -> Iterator[tuple[Release, Batch]]:
    """Each release as the one batch that every node holds of it.

    Raises:
        BadPack: at the line that is wrong.
    """
    composer = Composer(pack, schema)
    lane = LaneKey(pack.origin, pack.root)
    previous = b""
    for release in pack.releases:
        entries = composer.entries(release)
        batch = batches.seal(
            lane, entries[0].seq, [canonical(entry, _LANE, lambda number: lane) for entry in entries],
            previous=previous, stamp=entries[-1].stamp, signer=None, key=pack_secret(pack.origin),
        )  # fmt: skip
        previous = batch.header.hash
        yield release, batch
