"""Tables of what is not settled: entries that wait, bases that have not come, refused and early arrivals, acts."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models

from baarada.journal.entries import Ref
from baarada.journal.merging import Key
from baarada.journal.sqlentries import EntryTables
from baarada.journal.store import NEEDS_FIELDS, ActCount, Quarantined
from baarada.kernel.pieces import in_pieces


class WaitingTables(EntryTables):
    """What waits, what was refused, what came before its turn; and how many entries each act has."""

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
