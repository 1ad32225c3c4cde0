"""Rows of several kinds in one question: all that belongs to one file."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models import expressions

from baarada.journal.fields import IdField
from baarada.journal.models import Record


def rows_of(
    kinds: Sequence[type[Record]], canonical: UUID, using: str = "default", *, deleted: bool = False
) -> list[Any]:
    """The rows of a file, in no order: of each of these kinds, in one statement.

    Those marked as deleted are left out, unless ``deleted``.

    Databases join what is alike: columns of one type stand beside each other, and what a kind has fewer of is empty.
    """
    connection = connections[using]
    wanted = IdField().get_db_prep_value(canonical, connection)
    with connection.cursor() as cursor:
        cursor.execute(_statement(tuple(kinds), using, deleted), [wanted] * len(kinds))
        found = cursor.fetchall()
    return [_instance(kinds[row[0]], row, tuple(kinds), using) for row in found]


@cache
def _layout(kinds: tuple[type[Record], ...], using: str) -> dict[str, tuple[int, int]]:
    """For each type of column, the first place that it has and how many places."""
    most: Counter[str] = Counter()
    for kind in kinds:
        most |= Counter(_type(field, using) for field in kind._meta.concrete_fields)
    out: dict[str, tuple[int, int]] = {}
    first = 1
    for type_, count in sorted(most.items()):
        out[type_] = first, count
        first += count
    return out


def _type(field: models.Field[Any, Any], using: str) -> str:
    return (field.db_type(connections[using]) or "").lower()


@cache
def _statement(kinds: tuple[type[Record], ...], using: str, deleted: bool) -> str:
    is_postgres = connections[using].vendor == "postgresql"
    parts = []
    for number, kind in enumerate(kinds):
        columns = [str(number)]
        for type_, (_first, count) in _layout(kinds, using).items():
            own = [f'"{f.column}"' for f in kind._meta.concrete_fields if _type(f, using) == type_]
            empty = f"NULL::{type_}" if is_postgres else "NULL"
            columns += [*own, *[empty] * (count - len(own))]
        where = 'WHERE "canonical" = %s' + ("" if deleted else ' AND NOT "deleted"')
        parts.append(f'SELECT {", ".join(columns)} FROM "{kind._meta.db_table}" {where}')
    return " UNION ALL ".join(parts)


def _instance(kind: type[Record], row: Sequence[Any], kinds: tuple[type[Record], ...], using: str) -> Record:
    """A row as Django itself would read it."""
    columns, connection = _columns(kind, kinds, using), connections[using]
    values = [row[place] for place, _column, _converters in columns]
    for number, (_place, column, converters) in enumerate(columns):
        for convert in converters:
            values[number] = convert(values[number], column, connection)
    return kind.from_db(using, [column.target.attname for _place, column, _converters in columns], values)


@cache
def _columns(
    kind: type[Record], kinds: tuple[type[Record], ...], using: str
) -> Sequence[tuple[int, expressions.Col, tuple[Callable[..., Any], ...]]]:
    """Of each column of a kind: its place in a row, itself, what makes its value of what the database holds."""
    connection = connections[using]
    places = {type_: first for type_, (first, _count) in _layout(kinds, using).items()}
    out = []
    for field in kind._meta.concrete_fields:
        type_ = _type(field, using)
        column = field.get_col(kind._meta.db_table)
        converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        out.append((places[type_], column, converters))
        places[type_] += 1
    return out
