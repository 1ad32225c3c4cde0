"""The store on SQL: SQLite on a laptop, PostgreSQL at a centre.

Statements are written here by hand, and only here: an import writes seven rows a person, and the
objects of an ORM would cost more than the rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import cbor2
from django.conf import settings
from django.db import connections, models, transaction

from baarada.journal import guard
from baarada.journal.batches import Batch, read_header
from baarada.journal.entries import LaneKey, Ref, lane_of, ref_of, seq_of
from baarada.journal.merging import Conflict, Held, Key, State
from baarada.journal.models import record_models
from baarada.journal.rows import Table, bytes_out, same, uuid_in, uuid_out
from baarada.journal.schema import LINK, Schema
from baarada.journal.store import (
    NEEDS_FIELDS,
    ActCount,
    Lane,
    Quarantined,
    Ranges,
    entry_at,
    in_ranges,
    pointing_to,
)
from baarada.kernel.ids import Id

MOST_PARAMETERS = 900
"""SQLite takes about a thousand in one statement."""

ERASED, DOUBTED = "erased", "doubted"


def in_pieces(items: Iterable[Any], size: int = MOST_PARAMETERS) -> Iterator[list[Any]]:
    """Lists of at most ``size``."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece


class SqlStore:
    """Keeps the journal and its picture in one database. One per thread."""

    def __init__(self, schema: Schema, using: str = "default") -> None:
        self.schema = schema
        self.using = using
        self.connection = connections[using]
        vendor = self.connection.vendor
        self.is_postgres = vendor == "postgresql"
        known = [m for m in record_models() if m.Merge.number in schema.types]  # type: ignore[attr-defined]
        self.tables = {t.type: t for t in (Table(m, schema, vendor) for m in known)}
        self.id_in = uuid_in if self.is_postgres else same
        self.id_out = uuid_out if self.is_postgres else bytes_out
        self._lanes: dict[int, Lane] = {}
        self._numbers: dict[LaneKey, int] = {}
        self._keys: dict[int, LaneKey] = {}
        self._ranges: dict[str, Ranges] = {}
        self._depth = 0

    # -- plumbing -------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the guard is open inside."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        self._forget()
        self._depth = 1
        try:
            with transaction.atomic(using=self.using), guard.opened():
                yield
        except BaseException:
            self._forget()
            raise
        finally:
            self._depth = 0

    def _forget(self) -> None:
        """What was read may have changed since, or may never have been kept."""
        self._lanes.clear()
        self._numbers.clear()
        self._ranges.clear()

    def _all(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            found: list[Any] = cursor.fetchall()
        return found

    def _run(self, sql: str, params: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)

    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(sql, rows)

    def _marks(self, count: int) -> str:
        return ", ".join(["%s"] * count)

    # -- lanes ----------------------------------------------------------------------

    _LANE = "SELECT number, origin, office, last, sealed, head, stamp, frozen FROM journal_lane"

    def _lane(self, row: Sequence[Any]) -> Lane:
        key = LaneKey(row[1], self.id_out(row[2]))
        lane = Lane(row[0], key, row[3], row[4], bytes(row[5]), row[6], bool(row[7]))
        self._lanes[lane.number] = lane
        self._numbers[key] = lane.number
        return lane

    def lane(self, number: int) -> Lane:
        lane = self._lanes.get(number) if self._depth else None
        if lane is None:
            lane = self._lane(self._all(f"{self._LANE} WHERE number = %s", [number])[0])
        return lane.copy()

    def lane_key(self, number: int) -> LaneKey:
        """What lane a number means; it never changes, so it is read once."""
        if self._depth:
            return self.lane(number).key
        if number not in self._keys:
            self._keys[number] = self.lane(number).key
        return self._keys[number]

    def lane_number(self, key: LaneKey) -> int:
        number = self._numbers.get(key)
        if number is None:
            office = self.id_in(key.office)
            found = self._all(f"{self._LANE} WHERE origin = %s AND office = %s", [key.origin, office])
            number = self._lane(found[0]).number if found else self._new_lane(key)
        return number

    def _new_lane(self, key: LaneKey) -> int:
        with guard.opened():
            self._run(
                "INSERT INTO journal_lane (origin, office, last, sealed, head, stamp, frozen)"
                " VALUES (%s, %s, 0, 0, %s, 0, %s) ON CONFLICT (origin, office) DO NOTHING",
                [key.origin, self.id_in(key.office), b"", False],
            )
        found = self._all(
            f"{self._LANE} WHERE origin = %s AND office = %s", [key.origin, self.id_in(key.office)]
        )
        return self._lane(found[0]).number

    def lanes(self) -> list[Lane]:
        return [self._lane(row).copy() for row in self._all(f"{self._LANE} ORDER BY number")]

    def lock(self, numbers: Iterable[int]) -> None:
        numbers = sorted(numbers)
        if self.is_postgres and numbers:
            rows = self._all(
                f"{self._LANE} WHERE number IN ({self._marks(len(numbers))}) ORDER BY number FOR UPDATE",
                numbers,
            )
            for row in rows:
                self._lane(row)

    def save_lane(self, lane: Lane) -> None:
        self._run(
            "UPDATE journal_lane SET last = %s, sealed = %s, head = %s, stamp = %s, frozen = %s WHERE number = %s",
            [lane.last, lane.sealed, lane.head, lane.stamp, lane.frozen, lane.number],
        )
        self._lanes[lane.number] = lane.copy()

    def last_stamps(self, origin: str) -> tuple[int, int]:
        sql = "SELECT max(CASE WHEN origin = %s THEN stamp END), max(stamp) FROM journal_lane"
        own, anyone = self._all(sql, [origin])[0]
        return own or 0, anyone or 0

    # -- entries --------------------------------------------------------------------

    def append(self, rows: list[tuple[Held, bytes]]) -> None:
        self._many(
            "INSERT INTO journal_entry (ref, type, entity, act, payload) VALUES (%s, %s, %s, %s, %s)",
            [
                (h.ref, h.entry.type, self.id_in(h.entry.id), self.id_in(h.entry.act), data)
                for h, data in rows
            ],
        )

    def _helds(self, rows: Iterable[tuple[Ref, Any]]) -> list[Held]:
        doubted = self.doubted()
        out = []
        for ref, data in rows:
            lane = self._lanes.get(lane_of(ref)) or self.lane(lane_of(ref))
            entry = entry_at(self, ref, bytes(data))
            out.append(Held(ref, entry, lane.key.origin, lane.key.office, in_ranges(ref, doubted)))
        return out

    def held(self, refs: Iterable[Ref]) -> dict[Ref, Held]:
        out: dict[Ref, Held] = {}
        for piece in in_pieces(set(refs)):
            sql = f"SELECT ref, payload FROM journal_entry WHERE ref IN ({self._marks(len(piece))})"
            out |= {held.ref: held for held in self._helds(self._all(sql, piece))}
        return out

    def entries_of(self, key: Key) -> list[Held]:
        sql = "SELECT ref, payload FROM journal_entry WHERE entity = %s AND type = %s ORDER BY ref"
        return self._helds(self._all(sql, [self.id_in(key[1]), key[0]]))

    def entries_of_all(self, keys: Iterable[Key]) -> dict[Key, list[Held]]:
        out: dict[Key, list[Held]] = {key: [] for key in keys}
        for piece in in_pieces(list(out)):
            ids = [self.id_in(id_) for _, id_ in piece]
            sql = (
                "SELECT ref, type, entity, payload FROM journal_entry"
                f" WHERE entity IN ({self._marks(len(ids))}) ORDER BY ref"
            )
            rows = [
                ((type_, self.id_out(entity)), ref, data) for ref, type_, entity, data in self._all(sql, ids)
            ]
            rows = [row for row in rows if row[0] in out]
            helds = self._helds((ref, data) for _key, ref, data in rows)
            for (key, _ref, _data), held in zip(rows, helds, strict=True):
                out[key].append(held)
        return out

    def entries_of_act(self, act: Id, after: Ref, most: int) -> list[Held]:
        sql = "SELECT ref, payload FROM journal_entry WHERE act = %s AND ref > %s ORDER BY ref LIMIT %s"
        return self._helds(self._all(sql, [self.id_in(act), after, most]))

    def contents(self, lane: int, first: int, last: int) -> list[tuple[int, bytes]]:
        sql = "SELECT ref, payload FROM journal_entry WHERE ref BETWEEN %s AND %s ORDER BY ref"
        rows = self._all(sql, [ref_of(lane, first), ref_of(lane, last)])
        return [(seq_of(ref), bytes(data)) for ref, data in rows]

    def add_batch(self, lane: int, batch: Batch) -> None:
        partial = None
        if batch.key is None:
            partial = cbor2.dumps([batch.salts, [[*r, h] for r, h in batch.parts.items()]])
        self._run(
            "INSERT INTO journal_batch (lane, first, last, header, signature, key, partial)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (lane, first)"
            " DO UPDATE SET key = excluded.key, partial = excluded.partial",
            [
                lane,
                batch.header.first,
                batch.header.last,
                batch.header.raw,
                batch.signature,
                batch.key,
                partial,
            ],
        )

    def batch(self, lane: int, seq: int) -> Batch | None:
        sql = (
            "SELECT header, signature, key, partial FROM journal_batch"
            " WHERE lane = %s AND first <= %s ORDER BY first DESC LIMIT 1"
        )
        for raw, signature, key, partial in self._all(sql, [lane, seq]):
            header = read_header(bytes(raw))
            if seq > header.last:
                return None
            held = self.contents(lane, header.first, header.last)
            salts, parts = cbor2.loads(bytes(partial)) if partial is not None else ({}, [])
            return Batch(
                header,
                bytes(signature),
                {s - header.first: data for s, data in held},
                bytes(key) if key is not None else None,
                salts,
                {(a, b): h for a, b, h in parts},
            )
        return None

    # -- records --------------------------------------------------------------------

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
        for spec in table.spec.inside:
            if spec.target not in (0, type_):
                continue
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

    # -- waiting, quarantine, acts --------------------------------------------------

    def wait(self, ref: Ref, needs: Iterable[Key]) -> None:
        self._many(
            "INSERT INTO journal_wait (ref, type, entity) VALUES (%s, %s, %s)",
            [(ref, type_, self.id_in(id_)) for type_, id_ in sorted(needs)],
        )

    def waiting_on(self, keys: Iterable[Key]) -> list[Ref]:
        out: set[Ref] = set()
        for piece in in_pieces(keys, 400):
            wanted = set(piece)
            ids = [self.id_in(id_) for _, id_ in piece]
            sql = f"SELECT ref, type, entity FROM journal_wait WHERE entity IN ({self._marks(len(ids))})"
            out |= {ref for ref, type_, id_ in self._all(sql, ids) if (type_, self.id_out(id_)) in wanted}
        return sorted(out)

    def waiting(self, refs: Iterable[Ref]) -> set[Ref]:
        out: set[Ref] = set()
        for piece in in_pieces(set(refs)):
            sql = f"SELECT ref, type FROM journal_wait WHERE ref IN ({self._marks(len(piece))}) AND NOT entity = %s"
            out |= {ref for ref, _ in self._all(sql, [*piece, self.id_in(NEEDS_FIELDS[1])])}
        return out

    def end_wait(self, refs: Iterable[Ref]) -> None:
        for piece in in_pieces(set(refs)):
            self._run(f"DELETE FROM journal_wait WHERE ref IN ({self._marks(len(piece))})", piece)

    def waits(self) -> Iterator[Ref]:
        yield from (ref for (ref,) in self._all("SELECT DISTINCT ref FROM journal_wait ORDER BY ref"))

    def name_early(self, key: Key, unit: int, refs: Iterable[Ref]) -> None:
        rows = [(key[0], self.id_in(key[1]), unit, ref) for ref in sorted(refs)]
        self._many("INSERT INTO journal_named (type, entity, unit, ref) VALUES (%s, %s, %s, %s)", rows)

    def named_early(self, keys: Iterable[Key]) -> dict[Key, dict[int, set[Ref]]]:
        out: dict[Key, dict[int, set[Ref]]] = {}
        for piece in in_pieces(keys, 400):
            wanted = set(piece)
            ids = [self.id_in(id_) for _, id_ in piece]
            sql = (
                f"SELECT type, entity, unit, ref FROM journal_named WHERE entity IN ({self._marks(len(ids))})"
            )
            for type_, id_, unit, ref in self._all(sql, ids):
                key = (type_, self.id_out(id_))
                if key in wanted:
                    out.setdefault(key, {}).setdefault(unit, set()).add(ref)
        return out

    def forget_named(self, key: Key, unit: int | None = None, ref: Ref = 0) -> None:
        sql, params = (
            "DELETE FROM journal_named WHERE type = %s AND entity = %s",
            [key[0], self.id_in(key[1])],
        )
        if unit is not None:
            sql, params = f"{sql} AND unit = %s AND ref = %s", [*params, unit, ref]
        self._run(sql, params)

    def count_acts(self, counts: Iterable[ActCount]) -> None:
        for one in counts:
            entry = one.first.entry
            self._run(
                "INSERT INTO journal_act (act, first, kind, account, name, office, stamp, count, about)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (act) DO UPDATE SET count = journal_act.count + excluded.count",
                [
                    self.id_in(one.act), one.first.ref, entry.kind, self.id_in(entry.writer.account),
                    entry.writer.name, self.id_in(entry.writer.office), entry.stamp, one.count,
                    self.id_in(one.about),
                ],
            )  # fmt: skip

    def quarantine(self, item: Quarantined) -> None:
        same = [item.reason, item.ref, item.data]
        if self._all("SELECT id FROM journal_quarantine WHERE reason = %s AND ref = %s AND data = %s", same):
            return
        self._run(
            "INSERT INTO journal_quarantine (reason, detail, data, ref, seen) VALUES (%s, %s, %s, %s, %s)",
            [item.reason, item.detail, item.data, item.ref, self._now()],
        )

    def release(self, item: Quarantined) -> None:
        self._run(
            "DELETE FROM journal_quarantine WHERE reason = %s AND ref = %s AND data = %s",
            [item.reason, item.ref, item.data],
        )

    def _now(self) -> Any:
        field: models.Field[Any, Any] = models.DateTimeField()
        return field.get_db_prep_value(
            datetime.fromtimestamp(settings.BAARADA_WALL_MS() / 1000, UTC), self.connection
        )

    def quarantined(self) -> list[Quarantined]:
        rows = self._all("SELECT reason, data, ref, detail FROM journal_quarantine ORDER BY id")
        return [Quarantined(reason, bytes(data), ref, detail) for reason, data, ref, detail in rows]

    def keep_early(self, lane: int, first: int, data: bytes) -> None:
        same = "SELECT id FROM journal_early WHERE lane = %s AND first = %s AND data = %s"
        if not self._all(same, [lane, first, data]):
            self._run(
                "INSERT INTO journal_early (lane, first, data) VALUES (%s, %s, %s)", [lane, first, data]
            )

    def take_early(self, lane: int, first: int) -> list[bytes]:
        where = "FROM journal_early WHERE lane = %s AND first = %s"
        found = sorted(bytes(data) for (data,) in self._all(f"SELECT data {where}", [lane, first]))
        if found:
            self._run(f"DELETE {where}", [lane, first])
        return found

    # -- erasure, verdicts, the whole -----------------------------------------------

    def erase(self, ranges: Ranges) -> set[Key]:
        touched: set[Key] = set()
        self._add_ranges(ERASED, ranges)
        for lane, first, last in ranges:
            span = [ref_of(lane, first), ref_of(lane, last)]
            where = "FROM journal_entry WHERE ref BETWEEN %s AND %s"
            touched |= {(t, self.id_out(e)) for t, e in self._all(f"SELECT type, entity {where}", span)}
            self._run(f"DELETE {where}", span)
            self._run("DELETE FROM journal_wait WHERE ref BETWEEN %s AND %s", span)
        return touched

    def _add_ranges(self, kind: str, ranges: Ranges) -> None:
        rows = [(kind, *r) for r in ranges if r not in self._read_ranges(kind)]
        self._many("INSERT INTO journal_range (kind, lane, first, last) VALUES (%s, %s, %s, %s)", rows)
        self._ranges.pop(kind, None)

    def _read_ranges(self, kind: str) -> Ranges:
        if kind not in self._ranges or not self._depth:
            rows = self._all("SELECT lane, first, last FROM journal_range WHERE kind = %s", [kind])
            self._ranges[kind] = sorted((a, b, c) for a, b, c in rows)
        return self._ranges[kind]

    def erased(self) -> Ranges:
        return self._read_ranges(ERASED)

    def doubt(self, ranges: Ranges) -> None:
        self._add_ranges(DOUBTED, ranges)

    def doubted(self) -> Ranges:
        return self._read_ranges(DOUBTED)

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
            sql = f"SELECT DISTINCT entity FROM journal_entry {where} ORDER BY entity LIMIT %s"
            ids = [row[0] for row in self._all(sql, [*params, size])]
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
