"""The store on SQL: SQLite on a laptop, PostgreSQL at a centre.

Statements are written by hand, here and in the two modules beneath, and only there: an import writes
seven rows a person, and the objects of an ORM would cost more than the rows.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import cbor2

from baarada.journal.entries import Ref
from baarada.journal.merging import Conflict, Key, State
from baarada.journal.models import record_models
from baarada.journal.rows import Table
from baarada.journal.schema import LINK, Schema
from baarada.journal.sqlwaiting import WaitingTables
from baarada.journal.store import pointing_to
from baarada.kernel.ids import Id
from baarada.kernel.pieces import in_pieces


class SqlStore(WaitingTables):
    """Keeps the journal and its picture in one database. One per thread."""

    def __init__(self, schema: Schema, using: str = "default") -> None:
        super().__init__(using)
        self.schema = schema
        known = [m for m in record_models() if m.Merge.number in schema.types]  # type: ignore[attr-defined]
        self.tables = {t.type: t for t in (Table(m, schema, self.connection.vendor) for m in known)}

    def _by_type(self, keys: Iterable[Key]) -> dict[int, list[Id]]:
        # In one order, so that two writers that lock the same rows wait for each other and do not deadlock.
        out: dict[int, list[Id]] = {}
        for type_, id_ in sorted(keys):
            if type_ in self.tables:
                out.setdefault(type_, []).append(id_)
        return out

    def _where_id(self, ids: list[Id], select: str, lock: str = "") -> list[Any]:
        rows: list[Any] = []
        for piece in in_pieces(sorted(ids)):
            sql = f'{select} WHERE "id" IN ({self._marks(len(piece))}){lock}'
            rows += self._all(sql, [self.id_in(i) for i in piece])
        return rows

    def load(self, keys: Iterable[Key]) -> dict[Key, State]:
        lock = ' ORDER BY "id" FOR UPDATE' if self.is_postgres and self._depth else ""
        out: dict[Key, State] = {}
        for type_, ids in self._by_type(keys).items():
            table = self.tables[type_]
            for row in self._where_id(ids, table.select, lock):
                state = table.state(row)
                out[state.key] = state
        self._load_conflicts(out)
        return out

    def _load_conflicts(self, states: dict[Key, State]) -> None:
        # Only what was written by two hands, or deleted, can be in conflict.
        maybe = {k for k, s in states.items() if 0 in s.heads or any(len(h) > 1 for h in s.heads.values())}
        for piece in in_pieces(maybe, 400):
            ids = [self.id_in(id_) for _, id_ in piece]
            sql = (
                "SELECT type, entity, unit, merge, heads, shown FROM journal_conflict"
                f" WHERE entity IN ({self._marks(len(ids))})"
            )
            for type_, entity, unit, merge, heads, shown in self._all(sql, ids):
                state = states.get((type_, self.id_out(entity)))
                if state is not None:
                    refs = tuple(cbor2.loads(bytes(heads)))
                    state.conflicts[unit] = Conflict(unit, merge, refs, shown)

    def created(self, keys: Iterable[Key]) -> dict[Key, Ref]:
        out: dict[Key, Ref] = {}
        for type_, ids in self._by_type(keys).items():
            select = f'SELECT "id", "created" FROM "{self.tables[type_].name}"'
            out |= {(type_, self.id_out(i)): ref for i, ref in self._where_id(ids, select)}
        return out

    def canonical(self, keys: Iterable[Key]) -> dict[Key, Id]:
        out: dict[Key, Id] = {}
        for type_, ids in self._by_type(keys).items():
            select = f'SELECT "id", "canonical" FROM "{self.tables[type_].name}"'
            rows = self._where_id(ids, select)
            out |= {(type_, self.id_out(i)): self.id_out(c) for i, c in rows}
        return out

    def save(self, new: list[State], changed: list[State]) -> None:
        for states, statement in ((new, "insert"), (changed, "upsert")):
            by_type: dict[int, list[State]] = {}
            for state in states:
                by_type.setdefault(state.type, []).append(state)
            for type_, group in by_type.items():
                table = self.tables[type_]
                self._many(getattr(table, statement), [table.row(s) for s in group])
        listed = self._listed([s.key for s in changed if not s.conflicts])
        self._save_conflicts([s for s in [*new, *changed] if s.conflicts or s.key in listed])

    def _listed(self, keys: list[Key]) -> set[Key]:
        """The records among these that a disagreement is listed of: looked up, since it may be of another moment."""
        out: set[Key] = set()
        for piece in in_pieces(keys, 400):
            sql = f"SELECT type, entity FROM journal_conflict WHERE entity IN ({self._marks(len(piece))})"
            rows = self._all(sql, [self.id_in(id_) for _, id_ in piece])
            out |= {(type_, self.id_out(entity)) for type_, entity in rows}
        return out

    def _save_conflicts(self, states: list[State]) -> None:
        for state in states:
            self._run(
                "DELETE FROM journal_conflict WHERE entity = %s AND type = %s",
                [self.id_in(state.id), state.type],
            )
            rows = []
            for conflict in state.conflicts.values():
                stamp = max((h.entry.stamp for h in self.held(conflict.heads).values()), default=0)
                rows.append((
                    state.type, self.id_in(state.id), conflict.unit, conflict.merge,
                    cbor2.dumps(list(conflict.heads)), conflict.shown, self.id_in(state.canonical), stamp,
                ))  # fmt: skip
            self._many(
                "INSERT INTO journal_conflict (type, entity, unit, merge, heads, shown, file, stamp)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                rows,
            )

    def set_canonical(self, type_: int, names: dict[Id, Id]) -> None:
        for id_, name in names.items():
            params = [self.id_in(name), self.id_in(id_)]
            self._run(f'UPDATE "{self.tables[type_].name}" SET "canonical" = %s WHERE "id" = %s', params)
            # The conflicts of the file, then those of its rows, bear its name too.
            own = [self.id_in(name), type_, self.id_in(id_)]
            self._run("UPDATE journal_conflict SET file = %s WHERE type = %s AND entity = %s", own)
            for spec in self.schema.children.get(type_, ()):
                table = self.tables[spec.number]
                column = table.model._meta.get_field(spec.fields[spec.file].name).column  # type: ignore[union-attr]
                self._run(f'UPDATE "{table.name}" SET "canonical" = %s WHERE "{column}" = %s', params)
                self._run(
                    "UPDATE journal_conflict SET file = %s WHERE type = %s AND entity IN"
                    f' (SELECT "id" FROM "{table.name}" WHERE "{column}" = %s)',
                    [params[0], spec.number, params[1]],
                )

    def remove(self, key: Key) -> None:
        if key[0] not in self.tables:
            # Of a type that only a later version knows: it was never shown.
            return
        self._run(f'DELETE FROM "{self.tables[key[0]].name}" WHERE "id" = %s', [self.id_in(key[1])])
        self._run(
            "DELETE FROM journal_conflict WHERE entity = %s AND type = %s", [self.id_in(key[1]), key[0]]
        )

    def referring(self, keys: Iterable[Key]) -> set[Key]:
        out: set[Key] = set()
        wanted = self._by_type(keys)
        for type_, ids in wanted.items():
            for table in self.tables.values():
                out |= self._referring(table, type_, ids)
        return out

    def naming(self, key: Key) -> set[Key]:
        pointing = pointing_to(self.schema, key[0])
        if not pointing:
            return set()
        # The id's bytes stand in the payload as they are.
        found = "position(%s IN payload)" if self.is_postgres else "instr(payload, %s)"
        marks = self._marks(len(pointing))
        sql = f"SELECT DISTINCT type, entity FROM journal_entry WHERE type IN ({marks}) AND {found} > 0"
        return {(type_, self.id_out(i)) for type_, i in self._all(sql, [*pointing, key[1]])} - {key}

    def _referring(self, table: Table, type_: int, ids: list[Id]) -> set[Key]:
        out: set[Key] = set()
        outside = [spec for spec in table.spec.outside if spec.target == type_]
        for spec in [*(spec for spec in table.spec.inside if spec.target in (0, type_)), *outside]:
            column = table.model._meta.get_field(spec.name).column  # type: ignore[union-attr]
            where = '"of_type" = %s AND ' if table.type == LINK else ""
            for piece in in_pieces(ids, 400):
                before: list[Any] = [type_] if table.type == LINK else []
                params = [self.id_in(i) for i in piece]
                if spec.number == table.spec.file:
                    # Rows of a file bear its name, which is indexed.
                    names = set(self.canonical((type_, i) for i in piece).values())
                    where = f'"canonical" IN ({self._marks(len(names))}) AND ' if names else ""
                    before = [self.id_in(n) for n in names]
                sql = (
                    f'SELECT "id" FROM "{table.name}" WHERE {where}"{column}" IN ({self._marks(len(piece))})'
                )
                out |= {(table.type, self.id_out(i)) for (i,) in self._all(sql, before + params)}
        return out

    def links_of(self, type_: int, ids: set[Id]) -> list[tuple[Id, Id]]:
        table = self.tables[LINK].name
        out: list[tuple[Id, Id]] = []
        for piece in in_pieces(sorted(ids), 400):
            params = [self.id_in(i) for i in piece]
            marks = self._marks(len(piece))
            sql = (
                f'SELECT "one", "other" FROM "{table}" WHERE "of_type" = %s AND "active" AND NOT "deleted"'
                f' AND ("one" IN ({marks}) OR "other" IN ({marks}))'
            )
            rows = self._all(sql, [type_, *params, *params])
            out += [(self.id_out(a), self.id_out(b)) for a, b in rows]
        return out

    def conflicted(self, merge: str) -> list[Key]:
        rows = self._all("SELECT DISTINCT type, entity FROM journal_conflict WHERE merge = %s", [merge])
        return sorted((t, self.id_out(e)) for t, e in rows)

    def states(self) -> Iterator[State]:
        for type_ in sorted(self.tables):
            table, last = self.tables[type_], None
            while True:
                where = "" if last is None else 'WHERE "id" > %s'
                params: list[Any] = [] if last is None else [self.id_in(last)]
                rows = self._all(f'{table.select} {where} ORDER BY "id" LIMIT 500', params)
                states = {s.key: s for s in map(table.state, rows)}
                self._load_conflicts(states)
                yield from states.values()
                if len(rows) < 500:
                    break
                last = list(states)[-1][1]

    def entities(self, size: int) -> Iterator[list[Key]]:
        """Every record that any entry is about, some at a time, by id."""
        last: Any = None
        while True:
            where = "" if last is None else "WHERE entity > %s"
            params: list[Any] = [] if last is None else [last]
            # Without DISTINCT: PostgreSQL would read the whole journal for it, each time.
            sql = f"SELECT entity FROM journal_entry {where} ORDER BY entity LIMIT %s"
            ids = list(dict.fromkeys(row[0] for row in self._all(sql, [*params, size])))
            if not ids:
                return
            marks = self._marks(len(ids))
            rows = self._all(
                f"SELECT DISTINCT type, entity FROM journal_entry WHERE entity IN ({marks})", ids
            )
            yield [(type_, self.id_out(entity)) for type_, entity in rows]
            last = ids[-1]

    def counts(self) -> dict[int, int]:
        """How many rows each type of record has."""
        return {t.type: self._all(f'SELECT count(*) FROM "{t.name}"')[0][0] for t in self.tables.values()}

    def clear_picture(self) -> None:
        names = [t.name for t in self.tables.values()]
        for name in [*names, "journal_conflict", "journal_wait", "journal_named"]:
            self._run(f'DELETE FROM "{name}"')
        self._forget()
