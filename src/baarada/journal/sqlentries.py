"""The journal's own tables on SQL: lanes, entries, batches, and which entries were erased or are doubted."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cbor2
from django.db import connections, transaction

from baarada.journal import guard
from baarada.journal.batches import Batch, read_header
from baarada.journal.entries import LaneKey, Ref, lane_of, ref_of, seq_of
from baarada.journal.merging import Held, Key
from baarada.journal.rows import bytes_out, same, uuid_in, uuid_out
from baarada.journal.store import Lane, Ranges, entry_at, in_ranges
from baarada.kernel.ids import Id
from baarada.kernel.pieces import in_pieces

ERASED, DOUBTED = "erased", "doubted"
TURNS = 0x0BAA
"""Sets these locks apart from others in the same database."""


class Connection:
    """One database, and how statements reach it. One per thread."""

    def __init__(self, using: str = "default") -> None:
        self.using = using
        self.connection = connections[using]
        self.is_postgres = self.connection.vendor == "postgresql"
        self.id_in = uuid_in if self.is_postgres else same
        self.id_out = uuid_out if self.is_postgres else bytes_out
        self._depth = 0

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

    def take_turn(self, work: int, *, alone: bool = True) -> None:
        # SQLite has one writer in any case.
        if self.is_postgres:
            how = "" if alone else "_shared"
            self._all(f"SELECT pg_advisory_xact_lock{how}(%s, %s)", [TURNS, work])

    def _forget(self) -> None:
        """What was read may have changed since, or may never have been kept."""

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


class EntryTables(Connection):
    """What is never drawn anew: lanes, entries, batches, ranges of entries."""

    def __init__(self, using: str = "default") -> None:
        super().__init__(using)
        self._lanes: dict[int, Lane] = {}
        self._numbers: dict[LaneKey, int] = {}
        self._keys: dict[int, LaneKey] = {}
        self._ranges: dict[str, Ranges] = {}

    def _forget(self) -> None:
        self._lanes.clear()
        self._numbers.clear()
        self._ranges.clear()

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

    # -- erasure, verdicts -----------------------------------------------------------

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
