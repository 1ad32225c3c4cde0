"""The simulator's own knowledge of who knew what, and what should therefore show.

It shares no code with ``journal.merging``: it never looks at the bases that entries carry, only at
what stood on the page from which each was written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from baarada.journal.entries import CREATE, NOTE, PROPOSE, UNDO
from baarada.journal.schema import IN_CHARGE, LATEST, OWNER
from tests.sim.types import NEW

Gid = tuple[str, bytes, int]
"""An entry's name on every machine: origin, office, sequence."""
Key = tuple[int, bytes]


@dataclass(frozen=True)
class Write:
    """One entry, as the simulator saw it being made."""

    gid: Gid
    key: Key
    mode: int
    stamp: int
    fields: dict[int, Any]
    writer_kind: str
    writer_office: bytes
    known: frozenset[Gid]
    """Every entry of the record that was on the page."""
    shown_units: frozenset[int]
    """The units that the writer's version could show."""

    def units(self) -> set[int]:
        spec = NEW.types[self.key[0]]
        if self.mode == CREATE:
            return set(spec.members)
        return set() if self.mode == NOTE else {spec.unit_of[n] for n in self.fields}

    def value(self, unit: int) -> tuple[Any, ...]:
        out = []
        for number in NEW.types[self.key[0]].members[unit]:
            value = self.fields.get(number)
            if number == 0:
                value = bool(value)
            # The label of a reference is not part of what it says.
            out.append(value[0] if isinstance(value, list) else value)
        return tuple(out)

    def owns(self, unit: int) -> bool:
        owner = NEW.types[self.key[0]].fields[unit].owner
        return self.writer_office == self.gid[1] if owner == IN_CHARGE else self.writer_kind == owner

    @property
    def order(self) -> tuple[int, str, bytes, int]:
        return (self.stamp, *self.gid)


class Oracle:
    """All writes ever made, and what each writer knew."""

    def __init__(self) -> None:
        self.writes: dict[Gid, Write] = {}
        self._past: dict[tuple[Gid, int], frozenset[Gid]] = {}
        self.doubted: set[Gid] = set()

    def add(self, write: Write) -> None:
        self.writes[write.gid] = write

    def past(self, gid: Gid, unit: int) -> frozenset[Gid]:
        """The writes of a unit that a write was made knowing, from its page or through those on its page."""
        found = self._past.get((gid, unit))
        if found is None:
            known = frozenset(g for g in self.writes[gid].known if unit in self.writes[g].units())
            # A proposal replaces nothing, so what only its writer knew is not answered through it.
            found = known.union(*(self.past(g, unit) for g in known if self.writes[g].mode != PROPOSE))
            self._past[gid, unit] = found
        return found

    def replaced(self, gid: Gid, others: Iterable[Gid], unit: int) -> bool:
        return any(gid in self.past(o, unit) and self.writes[o].mode != PROPOSE for o in others if o != gid)

    def heads(self, held: Iterable[Gid], unit: int) -> set[Gid]:
        """The writes of a unit that no other was made knowing."""
        writes = [g for g in held if unit in self.writes[g].units()]
        return {g for g in writes if not self.replaced(g, writes, unit)}

    def unseen(self, held: set[Gid], key: Key, strict: bool = False, units: Any = None) -> set[Gid]:
        """Edits that none of the standing deletions was made knowing.

        ``strict`` counts what really stood on the page: not fields that the writer's old version did not
        show, nor edits that it knew only through others. Such edits may be listed or not. ``units`` are those
        that the version asked knows, all by default.
        """
        deletions = [g for g in self.heads(held, 0) if self.writes[g].value(0) == (True,)]
        if not deletions:
            return set()
        out: set[Gid] = set()
        for unit in units or NEW.types[key[0]].members:
            if unit:
                edits = {g for g in self.heads(held, unit) if self.writes[g].mode != CREATE}
                out |= {g for g in edits if not any(self._saw(d, g, unit, strict) for d in deletions)}
        # A decision on the mark itself is one of the heads, no unseen edit.
        return out - self.heads(held, 0)

    def _saw(self, deletion: Gid, edit: Gid, unit: int, strict: bool) -> bool:
        if strict:
            return edit in self.writes[deletion].known and unit in self.writes[deletion].shown_units
        return edit in self.past(deletion, unit)

    def in_conflict(
        self, held: set[Gid], key: Key, unit: int, strict: bool = False, units: Any = None
    ) -> bool:
        values = {self.writes[g].value(unit) for g in self.heads(held, unit)}
        return len(values) > 1 or (unit == 0 and bool(self.unseen(held, key, strict, units)))

    def shown(self, held: set[Gid], key: Key, unit: int, units: Any = None) -> tuple[Any, ...] | None:
        """The value to show; None where people never agreed on one."""
        heads = self.heads(held, unit)
        if not self.in_conflict(held, key, unit, units=units):
            return self.writes[max(heads, key=lambda g: self.writes[g].order)].value(unit)
        return self._pick(held, heads, unit, NEW.types[key[0]].fields[unit].merge)

    def _pick(self, held: set[Gid], heads: set[Gid], unit: int, merge: str) -> tuple[Any, ...] | None:
        def rank(g: Gid) -> Any:
            return (g not in self.doubted, *self.writes[g].order)

        if merge == LATEST:
            return self.writes[max(heads, key=rank)].value(unit)
        if merge == OWNER:
            own = {g for g in heads if self.writes[g].owns(unit)}
            return self.writes[max(own or heads, key=rank)].value(unit)
        return self._agreed(held, heads, unit)

    def _agreed(self, held: set[Gid], heads: set[Gid], unit: int) -> tuple[Any, ...] | None:
        common = {g for g in held if unit in self.writes[g].units()}
        for head in heads:
            common &= self.past(head, unit)
        common -= self._undone(heads.union(*(self.past(h, unit) for h in heads)), unit)
        last = {g for g in common if not any(g in self.past(o, unit) for o in common)}
        values = {self.writes[g].value(unit) for g in last}
        if len(values) < 2:
            return values.pop() if values else None
        return self._agreed(held, last, unit)

    def _undone(self, writes: set[Gid], unit: int) -> set[Gid]:
        """What some of these writes took back: the last that was known of the unit when they did."""
        out: set[Gid] = set()
        for gid in writes:
            if self.writes[gid].mode == UNDO:
                past = self.past(gid, unit)
                out |= {g for g in past if not any(g in self.past(o, unit) for o in past)}
        return out
