"""Rows: the way between the core's states and the columns of a record's table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import cbor2

from baarada.journal.entries import Ref
from baarada.journal.merging import State
from baarada.journal.models import Record
from baarada.journal.schema import Schema
from baarada.journal.values import ENTRIES, FLAG, ID, INSIDE, OUTSIDE, TEXTS
from baarada.kernel.ids import Id


@dataclass(slots=True)
class _Column:
    """How one field goes into its columns and comes back."""

    number: int
    names: tuple[str, ...]
    write: Callable[[Any], tuple[Any, ...]] | None
    """None where the value goes in as it is."""
    read: Callable[..., Any]


class Table:
    """A record's table: its columns, and the way between them and the core's states."""

    def __init__(self, model: type[Record], schema: Schema, vendor: str) -> None:
        self.model = model
        self.type: int = model.Merge.number  # type: ignore[attr-defined]
        self.name = model._meta.db_table
        self.spec = schema.types[self.type]
        self.id_in = uuid_in if vendor == "postgresql" else same
        self.id_out = uuid_out if vendor == "postgresql" else bytes_out
        self.columns = [self._column(number) for number in self.spec.fields if number]
        self.derived = list(model.Derived.items())
        own = ("id", "created", "heads", "canonical", "deleted")
        self.names = [*own, *(n for c in self.columns for n in c.names)]
        self.all_names = [*self.names, *(name for name, _ in self.derived)]
        quoted = ", ".join(f'"{n}"' for n in self.all_names)
        marks = ", ".join(["%s"] * len(self.all_names))
        self.insert = f'INSERT INTO "{self.name}" ({quoted}) VALUES ({marks})'
        sets = ", ".join(f'"{n}" = excluded."{n}"' for n in self.all_names[1:])
        self.upsert = f'{self.insert} ON CONFLICT ("id") DO UPDATE SET {sets}'
        self.select = "SELECT " + ", ".join(f'"{n}"' for n in self.names) + f' FROM "{self.name}"'

    def _column(self, number: int) -> _Column:
        spec = self.spec.fields[number]
        field = self.model._meta.get_field(spec.name)
        column = str(getattr(field, "column", spec.name))
        if spec.kind in (ID, INSIDE):
            return _Column(number, (column,), lambda v: (self.id_in(v),), self.id_out)
        if spec.kind == OUTSIDE:
            names = (column, f"{spec.name}_label")
            return _Column(number, names, self._outside_in, self._outside_out)
        if spec.kind == TEXTS:
            return _Column(number, (column,), lambda v: ("\n".join(v) if v else None,), _texts_out)
        if spec.kind == ENTRIES:
            return _Column(number, (column,), lambda v: (v and cbor2.dumps(v),), _cbor_out)
        if spec.kind == FLAG:
            return _Column(number, (column,), None, lambda v: None if v is None else bool(v))
        return _Column(number, (column,), None, same)

    def _outside_in(self, value: Any) -> tuple[Any, Any]:
        return (None, None) if value is None else (self.id_in(value[0]), value[1])

    def _outside_out(self, id_: Any, label: Any) -> Any:
        return None if id_ is None else [self.id_out(id_), label]

    def row(self, state: State) -> tuple[Any, ...]:
        """A state as a row."""
        values = state.values
        out: list[Any] = [
            self.id_in(state.id),
            state.created,
            _heads_in(state.heads),
            self.id_in(state.canonical),
            values[0],
        ]
        for column in self.columns:
            value = values.get(column.number)
            if column.write is None:
                out.append(value)
            else:
                out += column.write(value)
        if self.derived:
            by_name = {self.spec.fields[n].name: v for n, v in values.items()}
            out += [function(by_name) for _, function in self.derived]
        return tuple(out)

    def state(self, row: Sequence[Any]) -> State:
        """A row as a state, without its conflicts."""
        values: dict[int, Any] = {0: bool(row[4])}
        place = 5
        for column in self.columns:
            width = len(column.names)
            values[column.number] = column.read(*row[place : place + width])
            place += width
        return State(self.type, self.id_out(row[0]), row[1], values, read_heads(row[2]), self.id_out(row[3]))


def same(value: Any) -> Any:
    """A value that SQLite keeps as it is."""
    return value


def uuid_in(value: Id | None) -> UUID | None:
    """An id as PostgreSQL takes it."""
    return None if value is None else UUID(bytes=value)


def uuid_out(value: UUID | None) -> Any:
    """An id that PostgreSQL gave, as 16 bytes."""
    return None if value is None else value.bytes


def bytes_out(value: Any) -> Any:
    """An id that SQLite gave, as 16 bytes."""
    return None if value is None else bytes(value)


def _texts_out(value: str | None) -> Any:
    return value.split("\n") if value else None


def _cbor_out(value: Any) -> Any:
    return None if value is None else cbor2.loads(bytes(value))


def _heads_in(heads: dict[int, tuple[Ref, ...]]) -> bytes | None:
    return cbor2.dumps({u: list(h) if len(h) > 1 else h[0] for u, h in heads.items()}) if heads else None


def read_heads(data: Any) -> dict[int, tuple[Ref, ...]]:
    """The heads column of a record as Python."""
    if not data:
        return {}
    return {u: tuple(h) if isinstance(h, list) else (h,) for u, h in cbor2.loads(bytes(data)).items()}
