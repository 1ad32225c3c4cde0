"""A batch's entries laid out by column, so that like stands beside like and compresses.

The layout is not what is signed: entries are rebuilt from it and hashed one by one. Every
id is written once, in the order of first use, and then named by its distance from
the newest; what repeats (acts, writers, facilities, first names) is written once in a table
and then named by its place; what entries have in common (type, kind, fields present)
is written once as a *shape*.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import cbor2

from baarada.journal.entries import TAKEN_APART_BADLY, Unreadable

PLAIN, IDS, LABELLED, INDEXED = range(4)
"""How a column of values is written: as they are; as ids; as ids each with a label; as places in a table."""

_STAMP, _WRITER, _ACT, _KIND, _TYPE, _ID, _MODE, _FIELDS, _BASES = range(2, 11)
_SCHEMA = 14

(IDS_KEY, LANES, WRITERS, ACTS, KINDS, SHAPES, SHAPE_OF, STAMPS, WRITER_OF, ACT_OF, ENTITIES, BASES, OPTIONS,
 VALUES) = range(14)  # fmt: skip
Columns = dict[int, Any]
RawEntry = dict[int, Any]
"""An entry as the decoded map of its canonical bytes."""

MOST_IDS = 200_000


class _Ids:
    """Every id once; a use is its distance from the newest, 0 for a new one."""

    def __init__(self) -> None:
        self.place: dict[bytes, int] = {}

    def use(self, value: bytes | None) -> int | None:
        if value is None:
            return None
        place = self.place.get(value)
        if place is None:
            self.place[value] = len(self.place)
            return 0
        return len(self.place) - place

    def planes(self) -> bytes:
        """All ids, transposed: first bytes first, so that equal beginnings stand together."""
        joined = b"".join(self.place)
        return b"".join(joined[i::16] for i in range(16))


class _Table(dict[Any, int]):
    """Distinct things, each with its place in order of first use."""

    def use(self, value: Any) -> int:
        return self.setdefault(value, len(self))


class _Column:
    """The values of one field of one type, and how they will be written."""

    def __init__(self, values: list[Any]) -> None:
        some = [v for v in values if v is not None]
        self.mode = PLAIN
        if some and all(_is_id(v) for v in some):
            self.mode = IDS
        elif some and all(isinstance(v, list) and len(v) == 2 and _is_id(v[0]) for v in some):
            self.mode = LABELLED
        keys = [cbor2.dumps(v) for v in values]
        distinct = dict(zip(keys, values, strict=True))
        self.table: _Column | None = None
        self.out: list[list[Any]] = [[], []]
        if len(distinct) * (4 if self.mode == IDS else 2) < len(values):
            self.table = _Column(list(distinct.values()))
            place = {key: i for i, key in enumerate(distinct)}
            self.places = [place[key] for key in keys]
            self.distinct = list(distinct.values())

    def add(self, value: Any, ids: _Ids) -> None:
        """Write the next value in the order of the entries (not for a column with a table)."""
        if self.mode == IDS:
            self.out[0].append(ids.use(value))
        elif self.mode == LABELLED:
            self.out[0].append(ids.use(value and value[0]))
            if value is not None:
                self.out[1].append(value[1])
        else:
            self.out[0].append(value)

    def add_table(self, ids: _Ids) -> None:
        if self.table:
            for value in self.distinct:
                self.table.add(value, ids)

    def written(self) -> list[Any]:
        if self.table:
            return [INDEXED, self.table.written(), self.places]
        return [self.mode, *self.out[: 2 if self.mode == LABELLED else 1]]


def write(entries: Iterable[RawEntry]) -> Columns:
    """Lay entries out by column. Bases in the same lane become distances back from the entry."""
    entries = list(entries)
    ids, lanes, writers, acts, kinds, shapes = _Ids(), _Table(), _Table(), _Table(), _Table(), _Table()
    columns = _collect(entries)
    for raw in entries:
        acts.use(raw[_ACT])
        writers.use(tuple(raw[_WRITER]))
        for refs in raw.get(_BASES, {}).values():
            for ref in refs:
                if not isinstance(ref, int):
                    lanes.use((ref[0], ref[1]))
    out: Columns = {
        ACTS: [ids.use(act) for act in acts],
        WRITERS: [[ids.use(w[0]), ids.use(w[1]), w[2], w[3]] for w in writers],
        LANES: [[origin, ids.use(office)] for origin, office in lanes],
    }
    for of_type in columns.values():
        for column in of_type.values():
            column.add_table(ids)
    out |= {key: [] for key in (SHAPE_OF, STAMPS, WRITER_OF, ACT_OF, ENTITIES, BASES)}
    options: dict[int, list[Any]] = {}
    last_stamp = 0
    for raw in entries:
        out[SHAPE_OF].append(shapes.use(_shape(raw, kinds)))
        out[STAMPS].append(raw[_STAMP] - last_stamp)
        last_stamp = raw[_STAMP]
        out[WRITER_OF].append(writers[tuple(raw[_WRITER])])
        out[ACT_OF].append(acts[raw[_ACT]])
        out[ENTITIES].append(ids.use(raw[_ID]))
        for refs in raw.get(_BASES, {}).values():
            out[BASES] += [
                raw[1] - ref if isinstance(ref, int) else [lanes[ref[0], ref[1]], ref[2]] for ref in refs
            ]
        for key in _options(raw):
            options.setdefault(key, []).append(raw[key])
        for number, value in raw[_FIELDS].items():
            column = columns[raw[_TYPE]][number]
            if not column.table:
                column.add(value, ids)
    out[VALUES] = {
        type_: {number: column.written() for number, column in of_type.items()}
        for type_, of_type in columns.items()
    }
    out[KINDS] = list(kinds)
    out[SHAPES] = [[*s[:4], list(s[4]), list(s[5]), list(s[6])] for s in shapes]
    out[OPTIONS] = options
    out[IDS_KEY] = ids.planes()
    return dict(sorted(out.items()))


def _collect(entries: list[RawEntry]) -> dict[int, dict[int, _Column]]:
    values: dict[int, dict[int, list[Any]]] = {}
    for raw in entries:
        of_type = values.setdefault(raw[_TYPE], {})
        for number, value in raw[_FIELDS].items():
            of_type.setdefault(number, []).append(value)
    return {t: {n: _Column(column) for n, column in of_type.items()} for t, of_type in values.items()}


def _options(raw: RawEntry) -> list[int]:
    return [key for key in raw if key > _BASES and key != _SCHEMA]


def _shape(raw: RawEntry, kinds: _Table) -> tuple[Any, ...]:
    based = [n for unit, refs in raw.get(_BASES, {}).items() for n in (unit, len(refs))]
    return (
        raw[_TYPE], kinds.use(raw[_KIND]), raw[_MODE], raw[_SCHEMA],
        tuple(raw[_FIELDS]), tuple(based), tuple(_options(raw)),
    )  # fmt: skip


def _is_id(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == 16


class _IdsRead:
    def __init__(self, planes: bytes) -> None:
        if len(planes) % 16 or len(planes) > MOST_IDS * 16:
            raise Unreadable("the ids are cut")
        count = len(planes) // 16
        joined = bytearray(len(planes))
        for i in range(16):
            joined[i::16] = planes[i * count : (i + 1) * count]
        self.all = [bytes(joined[i * 16 : i * 16 + 16]) for i in range(count)]
        self.used = 0

    def use(self, distance: int | None) -> bytes | None:
        if distance is None:
            return None
        if distance == 0:
            self.used += 1
            return self.all[self.used - 1]
        if not 0 < distance <= self.used:
            raise Unreadable("an id lies outside the batch")
        return self.all[self.used - distance]


def _values(column: list[Any], ids: _IdsRead) -> Iterator[Any]:
    """The values of a column, each read when its entry is."""
    mode = column[0]
    if mode == INDEXED:
        table = list(_values(column[1], ids))
        return (_at(table, place) for place in column[2])
    if mode == IDS:
        return (ids.use(v) for v in column[1])
    if mode == LABELLED:
        labels = iter(column[2])
        return (v if v is None else [ids.use(v), next(labels)] for v in column[1])
    if mode != PLAIN:
        raise Unreadable("a column is written in a way this version does not know")
    return iter(column[1])


def _at(table: list[Any], place: int) -> Any:
    if not 0 <= place < len(table):
        raise Unreadable("a table is too short")
    return table[place]


def read(columns: Columns, seqs: Sequence[int]) -> list[RawEntry]:
    """Rebuild entries from columns; ``seqs`` are their sequences in the lane.

    Raises:
        Unreadable: the columns do not fit together.
    """
    try:
        return _read(columns, seqs)
    except (*TAKEN_APART_BADLY, StopIteration, RuntimeError) as error:
        raise Unreadable(f"columns do not fit: {type(error).__name__}") from error


def _read(columns: Columns, seqs: Sequence[int]) -> list[RawEntry]:
    if any(len(columns[key]) != len(seqs) for key in (SHAPE_OF, STAMPS, WRITER_OF, ACT_OF, ENTITIES)):
        raise Unreadable("columns are of different lengths")
    ids = _IdsRead(columns[IDS_KEY])
    acts = [ids.use(act) for act in columns[ACTS]]
    writers = [[ids.use(w[0]), ids.use(w[1]), w[2], w[3]] for w in columns[WRITERS]]
    lanes = [[lane[0], ids.use(lane[1])] for lane in columns[LANES]]
    values = {
        type_: {number: _values(column, ids) for number, column in of_type.items()}
        for type_, of_type in columns[VALUES].items()
    }
    bases = iter(columns[BASES])
    options = {key: iter(column) for key, column in columns[OPTIONS].items()}
    out: list[RawEntry] = []
    stamp = 0
    for i, seq in enumerate(seqs):
        type_, kind, mode, schema, fields, based, rest = _at(columns[SHAPES], columns[SHAPE_OF][i])
        stamp += columns[STAMPS][i]
        raw: RawEntry = {
            1: seq,
            _STAMP: stamp,
            _WRITER: _at(writers, columns[WRITER_OF][i]),
            _ACT: _at(acts, columns[ACT_OF][i]),
            _KIND: _at(columns[KINDS], kind),
            _TYPE: type_,
            _ID: ids.use(columns[ENTITIES][i]),
            _MODE: mode,
        }
        of_type = values.get(type_, {})
        named = [_base(next(bases), seq, lanes) for k in range(1, len(based), 2) for _ in range(based[k])]
        raw[_FIELDS] = {number: next(of_type[number]) for number in fields}
        if based:
            place = iter(named)
            raw[_BASES] = {
                based[k]: [next(place) for _ in range(based[k + 1])] for k in range(0, len(based), 2)
            }
        raw.update(sorted({_SCHEMA: schema, **{key: next(options[key]) for key in rest}}.items()))
        out.append(raw)
    return out


def _base(base: int | list[int], seq: int, lanes: list[list[Any]]) -> Any:
    return seq - base if isinstance(base, int) else [*_at(lanes, base[0]), base[1]]
