"""The place in memory in which the simulator runs the shipped core."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from baarada.journal.batches import Batch
from baarada.journal.entries import LaneKey, Ref, ref_of
from baarada.journal.merging import Held, Key, State
from baarada.journal.schema import DELETED, LINK, LINK_ACTIVE, LINK_ONE, LINK_OTHER, LINK_TYPE, Schema
from baarada.journal.store import (
    ALONE,
    ActCount,
    Lane,
    Quarantined,
    Ranges,
    in_ranges,
    pointing_to,
    refers_to,
)
from baarada.kernel.ids import Id


class _Undoable(dict[Any, Any]):
    """A dict that can go back to how it was at the last ``mark``."""

    _gone = object()

    def __init__(self) -> None:
        super().__init__()
        self._before: dict[Any, Any] = {}

    def _note(self, key: Any) -> None:
        if key not in self._before:
            self._before[key] = super().get(key, self._gone)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._note(key)
        super().__setitem__(key, value)

    def pop(self, key: Any, *default: Any) -> Any:
        self._note(key)
        return super().pop(key, *default)

    def mark(self) -> None:
        self._before.clear()

    def back(self) -> None:
        for key, value in self._before.items():
            if value is self._gone:
                super().pop(key, None)
            else:
                super().__setitem__(key, value)
        self._before.clear()


@dataclass
class MemoryStore:
    """A store in memory. ``before_write`` is called before each write: a test may fail there."""

    schema: Schema

    def __post_init__(self) -> None:
        self.tables = {
            name: _Undoable()
            for name in (
                "lanes", "numbers", "entries", "rows", "of", "states", "batches", "waits", "waited", "named",
                "acts", "quarantine", "early", "erased", "doubted",
            )
        }  # fmt: skip
        self._depth = 0

    def before_write(self, what: str) -> None:
        """For tests: raise here to stop in the middle."""

    def _put(self, table: str, key: Any, value: Any) -> None:
        self.before_write(table)
        self.tables[table][key] = value

    def _drop(self, table: str, key: Any) -> None:
        self.before_write(table)
        self.tables[table].pop(key, None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                self.before_write("commit")
        except BaseException:
            if self._depth == 1:
                for table in self.tables.values():
                    table.back()
            raise
        else:
            if self._depth == 1:
                for table in self.tables.values():
                    table.mark()
        finally:
            self._depth -= 1

    def lane(self, number: int) -> Lane:
        lane: Lane = self.tables["lanes"][number]
        return lane.copy()

    def lane_number(self, key: LaneKey) -> int:
        number = self.tables["numbers"].get(key)
        if number is None:
            number = len(self.tables["numbers"]) + 1
            self._put("numbers", key, number)
            self._put("lanes", number, Lane(number, key))
        return int(number)

    def lanes(self) -> list[Lane]:
        return [lane.copy() for _, lane in sorted(self.tables["lanes"].items())]

    def take_turn(self, work: int, *, alone: bool = True) -> None:
        pass

    def lock(self, numbers: Iterable[int]) -> None:
        pass

    def save_lane(self, lane: Lane) -> None:
        self._put("lanes", lane.number, lane.copy())

    def append(self, rows: list[tuple[Held, bytes]]) -> None:
        for held, data in rows:
            self._put("entries", held.ref, held)
            self._put("rows", held.ref, data)
            key = (held.entry.type, held.entry.id)
            self._put("of", key, (*self.tables["of"].get(key, ()), held.ref))

    def held(self, refs: Iterable[Ref]) -> dict[Ref, Held]:
        entries = self.tables["entries"]
        found = {ref: entries[ref] for ref in refs if ref in entries}
        doubted = self.doubted()
        if doubted:
            found = {ref: replace(h, doubted=in_ranges(ref, doubted)) for ref, h in found.items()}
        return found

    def entries_of(self, key: Key) -> list[Held]:
        return [h for _, h in sorted(self.held(self.tables["of"].get(key, ())).items())]

    def entries_of_all(self, keys: Iterable[Key]) -> dict[Key, list[Held]]:
        return {key: self.entries_of(key) for key in keys}

    def entries_of_act(self, act: Id, after: Ref, most: int) -> list[Held]:
        refs = sorted(r for r, h in self.tables["entries"].items() if h.entry.act == act and r > after)
        return list(self.held(refs[:most]).values())

    def contents(self, lane: int, first: int, last: int) -> list[tuple[int, bytes]]:
        rows = self.tables["rows"]
        refs = ((seq, ref_of(lane, seq)) for seq in range(first, last + 1))
        return [(seq, rows[ref]) for seq, ref in refs if ref in rows]

    def add_batch(self, lane: int, batch: Batch) -> None:
        self._put("batches", (lane, batch.header.first), replace(batch, contents={}))

    def batch(self, lane: int, seq: int) -> Batch | None:
        for (number, first), kept in self.tables["batches"].items():
            if number == lane and first <= seq <= kept.header.last:
                held = self.contents(lane, first, kept.header.last)
                batch: Batch = replace(kept, contents={s - first: data for s, data in held})
                return batch
        return None

    def load(self, keys: Iterable[Key]) -> dict[Key, State]:
        states = self.tables["states"]
        return {key: _copy(states[key]) for key in keys if key in states}

    def created(self, keys: Iterable[Key]) -> dict[Key, Ref]:
        states = self.tables["states"]
        return {key: states[key].created for key in keys if key in states}

    def referring(self, keys: Iterable[Key]) -> set[Key]:
        wanted, out = set(keys), set()
        for (type_, id_), state in self.tables["states"].items():
            spec = self.schema.types[type_]
            if refers_to(spec, state.values) & wanted:
                out.add((type_, id_))
        return out

    def naming(self, key: Key) -> set[Key]:
        pointing = pointing_to(self.schema, key[0])
        return {
            (held.entry.type, held.entry.id)
            for held in self.tables["entries"].values()
            if any(held.entry.fields.get(n) == key[1] for n in pointing.get(held.entry.type, ()))
        }

    def last_stamps(self, origin: str) -> tuple[int, int]:
        lanes = self.lanes()
        own = max((lane.stamp for lane in lanes if lane.key.origin == origin), default=0)
        return own, max((lane.stamp for lane in lanes), default=0)

    def canonical(self, keys: Iterable[Key]) -> dict[Key, Id]:
        states = self.tables["states"]
        return {key: states[key].canonical for key in keys if key in states}

    def save(self, new: list[State], changed: list[State]) -> None:
        for state in [*new, *changed]:
            self._put("states", state.key, _copy(state))

    def set_canonical(self, type_: int, names: dict[Id, Id]) -> None:
        fields = {spec.number: spec.file for spec in self.schema.children.get(type_, ())}
        for key, state in list(self.tables["states"].items()):
            file = state.id if key[0] == type_ else state.values.get(fields.get(key[0], -1))
            if file in names:
                self._put("states", key, replace(_copy(state), canonical=names[file]))

    def remove(self, key: Key) -> None:
        self._drop("states", key)

    def links_of(self, type_: int, ids: set[Id]) -> list[tuple[Id, Id]]:
        out = []
        for key, state in self.tables["states"].items():
            if key[0] != LINK or state.values[DELETED] or not state.values[LINK_ACTIVE]:
                continue
            pair = state.values[LINK_ONE], state.values[LINK_OTHER]
            if state.values[LINK_TYPE] == type_ and ids & set(pair):
                out.append(pair)
        return out

    def wait(self, ref: Ref, needs: Iterable[Key]) -> None:
        needs = frozenset(needs)
        self._put("waits", ref, needs)
        for key in needs:
            self._put("waited", key, self.tables["waited"].get(key, frozenset()) | {ref})

    def waiting_on(self, keys: Iterable[Key]) -> list[Ref]:
        return sorted({ref for key in keys for ref in self.tables["waited"].get(key, ())})

    def waiting(self, refs: Iterable[Ref]) -> set[Ref]:
        waits = self.tables["waits"]
        return {ref for ref in refs if waits.get(ref, ALONE) != ALONE}

    def end_wait(self, refs: Iterable[Ref]) -> None:
        for ref in refs:
            for key in self.tables["waits"].get(ref, ()):
                self._put("waited", key, self.tables["waited"].get(key, frozenset()) - {ref})
            self._drop("waits", ref)

    def name_early(self, key: Key, unit: int, refs: Iterable[Ref]) -> None:
        named = self.tables["named"].get((key, unit), frozenset())
        self._put("named", (key, unit), named | set(refs))

    def named_early(self, keys: Iterable[Key]) -> dict[Key, dict[int, set[Ref]]]:
        out: dict[Key, dict[int, set[Ref]]] = {}
        wanted = set(keys)
        for (key, unit), refs in self.tables["named"].items():
            if key in wanted and refs:
                out.setdefault(key, {})[unit] = set(refs)
        return out

    def forget_named(self, key: Key, unit: int | None = None, ref: Ref = 0) -> None:
        if unit is None:
            for place in [p for p in self.tables["named"] if p[0] == key]:
                self._drop("named", place)
            return
        self._put("named", (key, unit), self.tables["named"].get((key, unit), frozenset()) - {ref})

    def count_acts(self, counts: Iterable[ActCount]) -> None:
        for one in counts:
            known = self.tables["acts"].get(one.act)
            if known:
                first = min(known.first, one.first, key=lambda h: h.place)
                one = ActCount(one.act, first, known.count + one.count, known.about or one.about)
            self._put("acts", one.act, one)

    def quarantine(self, item: Quarantined) -> None:
        if (item.reason, item.data, item.ref) not in self.tables["quarantine"]:
            self._put("quarantine", (item.reason, item.data, item.ref), item)

    def release(self, item: Quarantined) -> None:
        self._drop("quarantine", (item.reason, item.data, item.ref))

    def quarantined(self) -> list[Quarantined]:
        return list(self.tables["quarantine"].values())

    def keep_early(self, lane: int, first: int, data: bytes) -> None:
        self._put("early", (lane, first), self.tables["early"].get((lane, first), frozenset()) | {data})

    def take_early(self, lane: int, first: int) -> list[bytes]:
        found = sorted(self.tables["early"].get((lane, first), ()))
        if found:
            self._drop("early", (lane, first))
        return found

    def erase(self, ranges: Ranges) -> set[Key]:
        touched: set[Key] = set()
        for lane, first, last in ranges:
            self._put("erased", (lane, first, last), True)
            for seq in range(first, last + 1):
                ref = ref_of(lane, seq)
                held: Held | None = self.tables["entries"].get(ref)
                if held:
                    key = (held.entry.type, held.entry.id)
                    touched.add(key)
                    self.end_wait([ref])
                    self._drop("entries", ref)
                    self._drop("rows", ref)
                    self._put("of", key, tuple(r for r in self.tables["of"][key] if r != ref))
        return touched

    def erased(self) -> Ranges:
        return sorted(self.tables["erased"])

    def doubt(self, ranges: Ranges) -> None:
        for one in ranges:
            self._put("doubted", one, True)

    def doubted(self) -> Ranges:
        return sorted(self.tables["doubted"])

    def conflicted(self, merge: str) -> list[Key]:
        states = self.tables["states"].items()
        return sorted(key for key, s in states if any(c.merge == merge for c in s.conflicts.values()))

    def states(self) -> Iterator[State]:
        for key in sorted(self.tables["states"]):
            yield _copy(self.tables["states"][key])

    def waits(self) -> Iterator[Ref]:
        yield from sorted(self.tables["waits"])

    def clear_picture(self) -> None:
        for name in ("states", "waits", "waited", "named"):
            for key in list(self.tables[name]):
                self._drop(name, key)


def _copy(state: State) -> State:
    return replace(state, values=dict(state.values), heads=dict(state.heads), conflicts=dict(state.conflicts))
