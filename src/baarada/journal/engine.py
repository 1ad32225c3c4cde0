"""The core: takes local writes and arriving batches, and keeps the picture true to the journal.

One thread; the clock, the store and the signer are passed in, so that the simulator runs this very code.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from baarada.journal import batches, merging
from baarada.journal.batches import Altered, Batch, Header, Signer, TooNew
from baarada.journal.entries import (
    CREATE,
    LONGEST_ENTRY,
    MODES,
    Entry,
    LaneKey,
    Ref,
    Unreadable,
    Writer,
    canonical,
    lane_of,
    ref_of,
    seq_of,
)
from baarada.journal.merging import Held, Key, State
from baarada.journal.schema import (
    ERASED_ENTRIES,
    ERASURE,
    LINK,
    LINK_ONE,
    LINK_OTHER,
    LINK_TYPE,
    SCHEMA_NUMBER,
    VERDICT,
    VERDICT_ENTRIES,
    Schema,
)
from baarada.journal.store import (
    NEEDS_FIELDS,
    NEEDS_NEWER,
    ActCount,
    Lane,
    Quarantined,
    Ranges,
    Store,
    entry_at,
    in_ranges,
)
from baarada.journal.values import BadValue, Value, check
from baarada.kernel.clocks import DAY_MS, HybridClock, ms_of
from baarada.kernel.ids import Id

NATIONAL = "national"
"""The kind of office that alone may erase, and judge a clock."""

APPLIED, KNOWN, EARLY, REFUSED = "applied", "known", "early", "refused"
"""What became of a batch that arrived."""

UNREADABLE, ALTERED, UNKNOWN_ORIGIN, TOO_NEW, FORK, FROZEN, OWN_LONGER, BAD_VALUE, NO_AUTHORITY = (
    "unreadable", "altered", "unknown origin", "too new", "fork", "frozen", "own lane longer", "bad value",
    "no authority",
)  # fmt: skip
"""Reasons to quarantine."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """An entry about to be written. ``fresh`` says that its record's id was made just now."""

    office: Id
    type: int
    id: Id
    kind: str
    mode: int
    fields: dict[int, Value]
    bases: dict[int, tuple[Ref, ...]] = field(default_factory=dict)
    effective: int | None = None
    reason: str | None = None
    decision: str | None = None
    claimed: int | None = None
    about: Id | None = None
    fresh: bool = False


@dataclass(slots=True)
class Changed:
    """What an apply did to the picture: for search keys and other things derived from it."""

    new: dict[Key, State] = field(default_factory=dict)
    old: dict[Key, State] = field(default_factory=dict)
    removed: set[Key] = field(default_factory=set)
    renamed: dict[Key, Id] = field(default_factory=dict)
    """Files whose canonical id changed."""


class UnknownOrigin(Exception):
    """A batch of an origin whose key is not known here (yet)."""


class ClockWrong(Exception):
    """The machine's clock is behind what is known to have passed. Times in milliseconds."""

    def __init__(self, now_ms: int, at_least_ms: int) -> None:
        super().__init__(f"{now_ms} < {at_least_ms}")
        self.now_ms = now_ms
        self.at_least_ms = at_least_ms


class Engine:
    """One node's journal.

    ``origin`` names the node and its incarnation; ``key_of`` gives the public key of an origin, None
    where it is not known. ``built_ms`` is when this version was made, and ``confirmed_ms`` the time at which
    a person last said that the clock is right: before either, less a day, nothing is written.
    """

    def __init__(
        self, schema: Schema, store: Store, clock: HybridClock, *, origin: str = "",
        signer: Signer | None = None, key_of: Callable[[str], bytes | None] = lambda origin: None,
        on_change: Callable[[Changed], None] = lambda changed: None, built_ms: int = 0,
        confirmed_ms: Callable[[], int | None] = lambda: None,
    ) -> None:  # fmt: skip
        self.schema = schema
        self.store = store
        self.clock = clock
        self.origin = origin
        self.signer = signer
        self.key_of = key_of
        self.on_change = on_change
        self.built_ms = built_ms
        self.confirmed_ms = confirmed_ms
        self._drawn: dict[int, int] | None = None

    # -- writing here ---------------------------------------------------------------

    def commit(self, drafts: list[Draft], *, act: Id, writer: Writer) -> list[Held]:
        """Append entries to this node's lanes and apply them, all or nothing.

        Raises:
            ClockWrong: this machine's clock cannot be right; a person has to look.
            BadValue: an entry is too long, or points inside to a record that is not here.
        """
        with self.store.transaction():
            self._check_clock()
            numbers = {
                office: self.store.lane_number(LaneKey(self.origin, office))
                for office in dict.fromkeys(d.office for d in drafts)
            }
            self.store.lock(sorted(numbers.values()))
            lanes = {office: self.store.lane(number) for office, number in numbers.items()}
            helds = [self._entry(d, lanes[d.office], act, writer) for d in drafts]
            self._append(helds)
            for lane in lanes.values():
                self.store.save_lane(lane)
            self._apply(helds, fresh={(d.type, d.id) for d in drafts if d.fresh}, local=True)
            for number in numbers.values():
                self._seal(self.store.lane(number), full_only=True)
        return helds

    def _check_clock(self) -> None:
        last = self.store.last_stamp(self.origin)
        self.clock.last = max(self.clock.last, last)
        now, confirmed = self.clock.now_ms(), self.confirmed_ms()
        floor = max(self.built_ms, ms_of(last)) if confirmed is None else max(confirmed, self.built_ms)
        if now < floor - DAY_MS:
            raise ClockWrong(now, floor)

    def _entry(self, draft: Draft, lane: Lane, act: Id, writer: Writer) -> Held:
        self.clock.last = max(self.clock.last, lane.stamp)
        lane.last += 1
        lane.stamp = self.clock.tick()
        entry = Entry(
            lane.last, lane.stamp, writer, act, draft.kind, draft.type, draft.id, draft.mode, draft.fields,
            draft.bases, draft.effective, draft.reason, draft.decision, SCHEMA_NUMBER, draft.claimed, draft.about,
        )  # fmt: skip
        return Held(ref_of(lane.number, lane.last), entry, lane.key.origin, lane.key.office)

    def _append(self, helds: list[Held]) -> None:
        names: dict[int, LaneKey] = {}

        def name(number: int) -> LaneKey:
            key = names.get(number)
            if key is None:
                key = names[number] = self.store.lane(number).key
            return key

        rows = [(held, canonical(held.entry, lane_of(held.ref), name)) for held in helds]
        if any(len(data) > LONGEST_ENTRY for _, data in rows):
            raise BadValue("an entry is longer than 64 kB")
        self._keep(rows)

    def _keep(self, rows: list[tuple[Held, bytes]]) -> None:
        self.store.append(rows)
        counts: dict[Id, ActCount] = {}
        for held, _ in rows:
            one = counts.get(held.entry.act)
            if one is None:
                one = counts[held.entry.act] = ActCount(held.entry.act, held, 0, held.entry.about)
            one.count += 1
        self.store.count_acts(counts.values())

    # -- sealing --------------------------------------------------------------------

    def seal(self) -> list[Batch]:
        """Seal what this node wrote and has not sealed yet; returns the new batches."""
        with self.store.transaction():
            own = [lane for lane in self.store.lanes() if self._writes(lane) and lane.sealed < lane.last]
            self.store.lock([lane.number for lane in own])
            return [batch for lane in own for batch in self._seal(self.store.lane(lane.number))]

    def _writes(self, lane: Lane) -> bool:
        return lane.key.origin == self.origin or lane.key.origin.startswith(batches.PACK_ORIGIN)

    def _seal(self, lane: Lane, full_only: bool = False) -> list[Batch]:
        sealed: list[Batch] = []
        while lane.sealed < lane.last - (batches.MOST_ENTRIES - 1 if full_only else 0):
            rows = self.store.contents(
                lane.number, lane.sealed + 1, min(lane.last, lane.sealed + batches.MOST_ENTRIES)
            )
            contents = _as_many_as_fit([data for _, data in rows])
            last = ref_of(lane.number, lane.sealed + len(contents))
            pack = lane.key.origin.startswith(batches.PACK_ORIGIN)
            batch = batches.seal(
                lane.key,
                lane.sealed + 1,
                contents,
                previous=lane.head,
                stamp=self.store.held([last])[last].entry.stamp,
                signer=None if pack else self.signer,
                key=pack_secret(lane.key.origin) if pack else None,
            )
            self.store.add_batch(lane.number, batch)
            lane.sealed, lane.head = batch.header.last, batch.header.hash
            self.store.save_lane(lane)
            sealed.append(batch)
        return sealed

    # -- arriving -------------------------------------------------------------------

    def receive(self, data: bytes) -> str:
        """Take a batch that came by any road; returns what became of it.

        Nothing is thrown away: what cannot be taken waits, or lies in quarantine with its reason.
        """
        with self.store.transaction():
            outcome = self._receive(data)
            if outcome == APPLIED:
                self._take_followers(batches.read(data).header.lane)
        return outcome

    def _receive(self, data: bytes) -> str:
        try:
            batch = batches.read(data, self._check_origin)
            number = self.store.lane_number(batch.header.lane)
            self.store.lock([number])
            entries = self._entries(batch, number)
        except UnknownOrigin as error:
            return self._refuse(UNKNOWN_ORIGIN, data, str(error))
        except TooNew as error:
            return self._refuse(TOO_NEW, data, str(error))
        except Unreadable as error:
            return self._refuse(UNREADABLE, data, str(error))
        except Altered as error:
            return self._refuse(ALTERED, data, str(error))
        return self._place(batch, entries, self.store.lane(number), data)

    def _check_origin(self, header: Header, signature: bytes) -> None:
        origin = header.lane.origin
        if origin.startswith(batches.PACK_ORIGIN):
            return
        public = self.key_of(origin)
        if public is None:
            raise UnknownOrigin(origin)
        batches.check_signature(header, signature, public)

    def _entries(self, batch: Batch, number: int) -> list[tuple[Held, bytes]]:
        lane, first = batch.header.lane, batch.header.first
        rows = []
        for index, content in sorted(batch.contents.items()):
            ref = ref_of(number, first + index)
            entry = entry_at(self.store, ref, content)
            if entry.seq != first + index:
                raise Unreadable("an entry has another's place")
            rows.append((Held(ref, entry, lane.origin, lane.office), content))
        return rows

    def _refuse(self, reason: str, data: bytes, detail: str) -> str:
        self.store.quarantine(Quarantined(reason, data, 0, detail))
        return REFUSED

    def _place(self, batch: Batch, rows: list[tuple[Held, bytes]], lane: Lane, data: bytes) -> str:
        header = batch.header
        if lane.frozen:
            return self._refuse(FROZEN, data, lane.key.origin)
        if header.last <= lane.last:
            return self._compare(batch, rows, lane, data)
        if lane.key.origin == self.origin:
            return self._refuse(OWN_LONGER, data, f"{header.last} > {lane.last}")
        if header.first > lane.last + 1:
            self.store.keep_early(lane.number, header.first, data)
            return EARLY
        if header.first <= lane.last or header.previous != lane.head:
            return self._fork(lane, data)
        lane.last = lane.sealed = header.last
        lane.head, lane.stamp = header.hash, header.stamp
        self.store.save_lane(lane)
        self._take(batch, rows, lane)
        return APPLIED

    def _compare(self, batch: Batch, rows: list[tuple[Held, bytes]], lane: Lane, data: bytes) -> str:
        """A batch of numbers already held: the same, the same showing more, or a fork."""
        mine = self.store.batch(lane.number, batch.header.first)
        if mine is None or mine.header.raw != batch.header.raw:
            return self._fork(lane, data)
        more = [row for row in rows if row[0].entry.seq - batch.header.first not in mine.contents]
        if more:
            self._take(batches.join(mine, batch), more, lane)
        return KNOWN

    def _fork(self, lane: Lane, data: bytes) -> str:
        lane.frozen = True
        self.store.save_lane(lane)
        return self._refuse(FORK, data, lane.key.origin)

    def _take(self, batch: Batch, rows: list[tuple[Held, bytes]], lane: Lane) -> None:
        erased = self.store.erased()
        if erased:
            gone = {h.ref for h, _ in rows if in_ranges(h.ref, erased)}
            rows = [row for row in rows if row[0].ref not in gone]
            show = {i for i in batch.contents if ref_of(lane.number, batch.header.first + i) not in gone}
            if gone:
                batch = batches.excerpt(batch, show)
        self.store.add_batch(lane.number, batch)
        doubted = self.store.doubted()
        for held, _ in rows:
            self.clock.receive(held.entry.stamp)
            held.doubted = in_ranges(held.ref, doubted)
        self._keep(rows)
        self._apply([held for held, _ in rows])

    def _take_followers(self, key: LaneKey) -> None:
        """Early batches whose predecessors have now come."""
        number = self.store.lane_number(key)
        while early := self.store.take_early(number, self.store.lane(number).last + 1):
            for data in early:
                self._receive(data)

    # -- applying -------------------------------------------------------------------

    def _apply(self, helds: list[Held], fresh: set[Key] | None = None, local: bool = False) -> None:
        work = _Work(self, fresh or set(), local)
        todo = helds
        while todo:
            born = work.run(todo)
            released = self.store.held(self.store.waiting_on(born)) if born and not fresh else {}
            todo = [held for _, held in sorted(released.items())]
        work.save()
        self._follow(work, [h for h in work.applied if h.entry.type < 16])
        self.on_change(work.changed)

    def rebuild(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Empty the picture and draw it again from the journal alone.

        ``progress`` is told, from time to time, how many entries have been applied.
        """
        done = 0
        with self.store.transaction():
            self.store.clear_picture()
            self._drawn = {}
            try:
                for lane in self.store.lanes():
                    for first in range(1, lane.last + 1, batches.MOST_ENTRIES):
                        last = min(lane.last, first + batches.MOST_ENTRIES - 1)
                        self._drawn[lane.number] = last
                        refs = (ref_of(lane.number, seq) for seq in range(first, last + 1))
                        helds = sorted(self.store.held(refs).items())
                        self._apply([held for _, held in helds])
                        done += len(helds)
                        progress(done)
            finally:
                self._drawn = None

    def upgrade(self) -> None:
        """After a new version: show what it knows and the old one did not."""
        with self.store.transaction():
            refs = self.store.waiting_on([NEEDS_NEWER])
            self._apply([held for _, held in sorted(self.store.held(refs).items())])
            late = self.store.held(self.store.waiting_on([NEEDS_FIELDS]))
            changed = Changed()
            self._redo({(h.entry.type, h.entry.id) for h in late.values()}, changed)
            self.on_change(changed)

    def find(self, ref: Ref) -> Held | None:
        """An entry held and shown. While the picture is drawn again: only as far as it is drawn."""
        if self._drawn is not None and seq_of(ref) > self._drawn.get(lane_of(ref), 0):
            return None
        held = self.store.held([ref]).get(ref)
        return None if held is None or self.store.waiting([ref]) else held

    def _follow(self, work: "_Work", own: list[Held]) -> None:
        """What links, erasures and verdicts do beyond their own record."""
        linked: dict[int, set[Id]] = {}
        for held in own:
            state = work.states.get((held.entry.type, held.entry.id))
            if state is None:
                continue
            if held.entry.type == LINK:
                ids = linked.setdefault(state.values[LINK_TYPE], set())
                ids |= {state.values[LINK_ONE], state.values[LINK_OTHER]}
            elif held.entry.type == ERASURE:
                self._erase(self._ranges(state.values[ERASED_ENTRIES]), work.changed)
            elif held.entry.type == VERDICT:
                self._doubt(self._ranges(state.values[VERDICT_ENTRIES]))
        for type_, ids in linked.items():
            self._rename(type_, ids, work.changed)

    def _ranges(self, value: Value) -> Ranges:
        return [
            (self.store.lane_number(LaneKey(origin, office)), first, last)
            for origin, office, first, last in value or []
        ]

    def _rename(self, type_: int, ids: set[Id], changed: Changed) -> None:
        """Give linked files one name, the smallest id among them."""
        names: dict[Id, Id] = {}
        for start in sorted(ids):
            if start not in names:
                group = self._group(type_, start)
                names |= dict.fromkeys(group, min(group))
        # A file that was unlinked leaves others behind, whose name may have been its id.
        before = self.store.canonical({(type_, i) for i in names})
        news = {i: name for i, name in names.items() if before.get((type_, i), name) != name}
        if news:
            self.store.set_canonical(type_, news)
            changed.renamed |= {(type_, i): name for i, name in news.items()}

    def _group(self, type_: int, start: Id) -> set[Id]:
        group, todo = {start}, {start}
        while todo:
            pairs = self.store.links_of(type_, todo)
            todo = {i for pair in pairs for i in pair} - group
            group |= todo
        return group

    def _erase(self, ranges: Ranges, changed: Changed) -> None:
        """Drop the content of entries; their hashes stay, so that no signature breaks."""
        for number in sorted({number for number, _, _ in ranges}):
            self.store.lock([number])
            lane = self.store.lane(number)
            if self._writes(lane):
                self._seal(lane)
            self._hide(number, lane.sealed, [r for r in ranges if r[0] == number])
        self._redo(self.store.erase(ranges), changed)

    def _hide(self, number: int, sealed: int, ranges: Ranges) -> None:
        """Keep the batches of a lane without these entries, and without the secret that salts them."""
        seq = min(first for _, first, _ in ranges)
        stop = min(sealed, max(last for _, _, last in ranges))
        while seq <= stop and (batch := self.store.batch(number, seq)) is not None:
            first = batch.header.first
            show = {i for i in batch.contents if not in_ranges(ref_of(number, first + i), ranges)}
            if len(show) < len(batch.contents):
                self.store.add_batch(number, batches.excerpt(batch, show))
            seq = batch.header.last + 1

    def _redo(self, keys: set[Key], changed: Changed) -> None:
        """Work records out anew after some of their entries, or of those they need, are gone."""
        linked = self.store.load(key for key in keys if key[0] == LINK)
        for key in sorted(keys):
            helds = self.store.entries_of(key)
            self.store.end_wait(h.ref for h in helds)
            state = self._replay(key, helds, lambda ref: True)
            self._wait_again(helds)
            self._name_again(key, helds)
            if state is not None:
                state.canonical = self._canonical(state)
                self.store.save([], [state])
                changed.old[key] = state
                continue
            self.store.remove(key)
            changed.removed.add(key)
            changed.old.pop(key, None)
            self._wait_again(helds)
            self._redo(self.store.referring([key]), changed)
        for link in linked.values():
            self._rename(link.values[LINK_TYPE], {link.values[LINK_ONE], link.values[LINK_OTHER]}, changed)

    def _name_again(self, key: Key, helds: list[Held]) -> None:
        self.store.forget_named(key)
        spec = self.schema.types.get(key[0])
        waiting = self.store.waiting(h.ref for h in helds)
        shown = {h.ref for h in helds} - waiting
        for held in helds:
            if spec is not None and held.ref in shown and held.entry.mode != CREATE:
                for unit in merging.replaced_units(held.entry, spec):
                    missing = set(held.entry.bases.get(unit, ())) - shown
                    if missing:
                        self.store.name_early(key, unit, missing)

    def _wait_again(self, helds: list[Held]) -> None:
        for held in helds:
            needs = self.needs(held.entry)
            unmet = needs - self.store.created(needs).keys()
            if unmet:
                self.store.wait(held.ref, unmet)
            elif not self.knows_fields(held.entry):
                self.store.wait(held.ref, {NEEDS_FIELDS})

    def knows_fields(self, entry: Entry) -> bool:
        """True if this version knows every field the entry writes."""
        fields = self.schema.types[entry.type].fields
        return all(number in fields for number in entry.fields)

    def _canonical(self, state: State) -> Id:
        spec = self.schema.types[state.type]
        file = (spec.fields[spec.file].target, state.values[spec.file]) if spec.file else state.key
        return self.store.canonical([file]).get(file, file[1])

    def _doubt(self, ranges: Ranges) -> None:
        self.store.doubt(ranges)
        keys = self.store.conflicted("latest") + self.store.conflicted("owner")
        states = self.store.load(set(keys))
        for state in states.values():
            spec = self.schema.types[state.type]
            for unit in list(state.conflicts):
                merging.settle(state, unit, spec, self.find)
        self.store.save([], list(states.values()))

    # -- as known then --------------------------------------------------------------

    def as_known(self, key: Key, cut: dict[int, int]) -> State | None:
        """The record as it stood when each lane ended where ``cut`` says; None if unknown then.

        ``cut`` maps lane numbers to sequences. A lane that is not in it was not known.
        """

        def within(ref: Ref) -> bool:
            return seq_of(ref) <= cut.get(lane_of(ref), 0)

        return self._replay(key, [h for h in self.store.entries_of(key) if within(h.ref)], within)

    def _replay(self, key: Key, helds: list[Held], within: Callable[[Ref], bool]) -> State | None:
        if key[0] not in self.schema.types:
            return None
        wanted = {n for h in helds for n in self.needs(h.entry)} - {key}
        met = {k for k, ref in self.store.created(wanted).items() if within(ref)} | {key}
        return merging.replay(
            key, [h for h in helds if self.needs(h.entry) <= met], self.schema.types[key[0]]
        )

    def needs(self, entry: Entry) -> set[Key]:
        """The records that must exist before an entry can show: its own, and those it points inside to."""
        spec = self.schema.types.get(entry.type)
        if spec is None or entry.mode not in MODES:
            return {NEEDS_NEWER}
        out: set[Key] = set() if entry.mode == CREATE else {(entry.type, entry.id)}
        for field_spec in spec.inside:
            value = entry.fields.get(field_spec.number)
            if isinstance(value, bytes):
                target = field_spec.target or entry.fields.get(LINK_TYPE)
                if isinstance(target, int):
                    out.add((target, value))
        return out


def _as_many_as_fit(contents: list[bytes]) -> list[bytes]:
    """Entries up to the size of a batch; at least one."""
    size, count = 0, 0
    for data in contents:
        size += len(data)
        if count and size > batches.MOST_BYTES * 16:
            break
        count += 1
    return contents[:count]


def pack_secret(origin: str) -> bytes:
    """The salt key of a pack's batches: public, and the same everywhere, as packs hold no secret."""
    return hashlib.sha256(b"baarada pack\x00" + origin.encode()).digest()


class _Work:
    """One round of applying: what was loaded, what has changed, what is to be saved."""

    def __init__(self, engine: Engine, fresh: set[Key], local: bool) -> None:
        self.engine = engine
        self.store = engine.store
        self.schema = engine.schema
        self.fresh = fresh
        self.local = local
        self.states: dict[Key, State] = {}
        self.absent: set[Key] = set()
        self.new: dict[Key, None] = {}
        self.touched: dict[Key, None] = {}
        self.found: dict[Ref, Held | None] = {}
        self.exists: set[Key] = set()
        self.canonical: dict[Key, Id] = {}
        self.named: dict[Key, dict[int, set[Ref]]] = {}
        """Bases that a write names but that are not applied here yet."""
        self.coming: set[Ref] = set()
        """Entries of this round whose turn has not come: in the store, but not in the picture."""
        self.applied: list[Held] = []
        self.changed = Changed()

    def run(self, helds: list[Held]) -> set[Key]:
        """Apply what can be, let the rest wait; returns the records created."""
        self._prepare(helds)
        self.coming = {held.ref for held in helds}
        born: set[Key] = set()
        done: list[Ref] = []
        late: list[Ref] = []
        for held in helds:
            problem = self._problem(held.entry)
            if problem:
                self.store.quarantine(Quarantined(problem, b"", held.ref))
                continue
            needs = {key for key in self.engine.needs(held.entry) if key not in self.exists}
            if needs:
                self._wait(held.ref, needs)
                continue
            done.append(held.ref)
            if not self.engine.knows_fields(held.entry):
                # Shown as far as this version goes, and applied again after an upgrade.
                late.append(held.ref)
            self.coming.discard(held.ref)
            self.found[held.ref] = held
            key = (held.entry.type, held.entry.id)
            if held.entry.mode == CREATE and key not in self.states:
                born.add(key)
                self._create(held, key)
            else:
                self._change(held, key)
            self.applied.append(held)
        if not self.local:
            self.store.end_wait(done)
        for ref in late:
            self.store.wait(ref, {NEEDS_FIELDS})
        return born

    def _wait(self, ref: Ref, needs: set[Key]) -> None:
        if self.local:
            raise BadValue("an entry points to a record that is not here")
        self.store.wait(ref, needs)

    def _prepare(self, helds: list[Held]) -> None:
        keys = {(h.entry.type, h.entry.id) for h in helds} - self.fresh - self.states.keys() - self.absent
        loaded = self.store.load(keys)
        self.states |= loaded
        if not self.local:
            self.named |= self.store.named_early(loaded)
        self.exists |= loaded.keys()
        self.absent |= keys - loaded.keys()
        wanted = {n for h in helds for n in self.engine.needs(h.entry)}
        wanted -= self.exists | self.absent | self.fresh
        self.exists |= self.store.created(wanted).keys()
        files = {
            f for h in helds if (f := self._file(h.entry)) and f not in self.fresh and f not in self.states
        }
        self.canonical |= self.store.canonical(files - self.canonical.keys())

    def _file(self, entry: Entry) -> Key | None:
        """The file that a new record belongs to."""
        spec = self.schema.types.get(entry.type)
        if spec is None or not spec.file or entry.mode != CREATE:
            return None
        value = entry.fields.get(spec.file)
        return (spec.fields[spec.file].target, value) if isinstance(value, bytes) else None

    def _problem(self, entry: Entry) -> str:
        if entry.type in (ERASURE, VERDICT) and entry.writer.kind != NATIONAL:
            return NO_AUTHORITY
        spec = self.schema.types.get(entry.type)
        if spec is None or self.local:
            return ""
        try:
            for number, value in entry.fields.items():
                if number in spec.fields:
                    check(spec.fields[number].kind, value)
        except BadValue:
            return BAD_VALUE
        return ""

    def find(self, ref: Ref) -> Held | None:
        """An applied entry, from this round or from the store."""
        if ref in self.coming:
            return None
        if ref not in self.found:
            self.found[ref] = self.engine.find(ref)
        return self.found[ref]

    def _create(self, held: Held, key: Key) -> None:
        spec = self.schema.types[key[0]]
        state = State(*key)
        merging.create(state, held, spec)
        file = self._file(held.entry)
        if file is None:
            state.canonical = key[1]
        elif file in self.states:
            state.canonical = self.states[file].canonical
        else:
            state.canonical = self.canonical.get(file, file[1])
        self.states[key] = state
        self.exists.add(key)
        self.new[key] = None

    def _change(self, held: Held, key: Key) -> None:
        spec, state = self.schema.types[key[0]], self.states[key]
        if key not in self.new:
            self.touched[key] = None
        if held.entry.mode == CREATE:
            merging.create_again(state, held, spec, self.find)
            return
        named = self.named.setdefault(key, {})
        early = frozenset(unit for unit, refs in named.items() if held.ref in refs)
        absent = merging.change(state, held, spec, self.find, early)
        for unit in early:
            self.store.forget_named(key, unit, held.ref)
        if not self.local:
            for unit, refs in absent.items():
                missing = [ref for ref in refs if self.find(ref) is None]
                if missing:
                    self.store.name_early(key, unit, missing)
                    named.setdefault(unit, set()).update(missing)

    def save(self) -> None:
        """Write the records back."""
        self.changed.new = {key: self.states[key] for key in self.new}
        self.changed.old = {key: self.states[key] for key in self.touched}
        self.store.save(list(self.changed.new.values()), list(self.changed.old.values()))
