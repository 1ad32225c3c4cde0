"""The core: takes local writes and arriving batches, and keeps the picture true to the journal.

One thread; the clock, the store and the signer are passed in, so that the simulator runs this very code.
"""

from collections.abc import Callable

from baarada.journal.applying import Changed
from baarada.journal.arriving import Arrivals
from baarada.journal.batches import Batch, Signer
from baarada.journal.entries import (
    LONGEST_ENTRY,
    Draft,
    Entry,
    LaneKey,
    Writer,
    canonical,
    check,
    lane_of,
    ref_of,
)
from baarada.journal.merging import Held, Key, State
from baarada.journal.picture import Picture
from baarada.journal.schema import DELETED, FIRST_FREE_TYPE, SCHEMA_NUMBER, Schema
from baarada.journal.sealing import Sealer
from baarada.journal.store import NAMING, Lane, Store, count_acts
from baarada.journal.values import BadValue
from baarada.kernel.clocks import DAY_MS, HybridClock, ms_of
from baarada.kernel.ids import Id


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
    ``pack_hashes`` are those of the releases of country packs that this program holds: no other is taken.
    ``before_change`` is told inside the transaction, before a lane grows by a write or by an arrival,
    ``on_redrawn`` when all tables were drawn again.
    """

    def __init__(
        self, schema: Schema, store: Store, clock: HybridClock, *, origin: str = "",
        signer: Signer | None = None, key_of: Callable[[str], bytes | None] = lambda origin: None,
        on_change: Callable[[Changed], None] = lambda changed: None, built_ms: int = 0,
        confirmed_ms: Callable[[], int | None] = lambda: None,
        pack_hashes: Callable[[], frozenset[bytes]] = frozenset,
        before_change: Callable[["Engine"], None] = lambda engine: None,
        on_redrawn: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.schema = schema
        self.store = store
        self.clock = clock
        self.origin = origin
        self.built_ms = built_ms
        self.confirmed_ms = confirmed_ms
        self.sealer = Sealer(store, origin, signer)
        self.picture = Picture(schema, store, self.sealer, on_change, on_redrawn)
        self.before_change = before_change
        self.arrivals = Arrivals(
            store, self.picture, origin, key_of, pack_hashes, lambda: before_change(self)
        )

    def commit(self, drafts: list[Draft], *, act: Id, writer: Writer) -> list[Held]:
        """Append entries to this node's lanes and apply them, all or nothing.

        Raises:
            ClockWrong: this machine's clock cannot be right; a person has to look.
            BadValue: an entry is too long, or points inside to a record that is not here.
        """
        with self.store.transaction():
            self.store.take_turn(NAMING, alone=any(map(self._may_rename, drafts)))
            self._check_clock()
            self.before_change(self)
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
            self.picture.apply(helds, fresh={(d.type, d.id) for d in drafts if d.fresh}, local=True)
            for number in numbers.values():
                self.sealer.seal(self.store.lane(number), full_only=True)
        return helds

    def _may_rename(self, draft: Draft) -> bool:
        """True if a change may give files another name, and so must see every row of them."""
        spec = self.schema.types.get(draft.type)
        return draft.type < FIRST_FREE_TYPE or (
            DELETED in draft.fields and spec is not None and not spec.file
        )

    def _check_clock(self) -> None:
        last, received = self.store.last_stamps(self.origin)
        # From what is kept and from nothing else: it holds after a restart, in another process, and after a
        # write that failed while the clock was wrong.
        self.clock.last = last
        self.clock.receive(received)
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
        check(entry)
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
        self.store.append(rows)
        self.store.count_acts(count_acts(helds))

    def seal(self) -> list[Batch]:
        """Seal what this node wrote and has not sealed yet; returns the new batches."""
        with self.store.transaction():
            return self.sealer.seal_all()

    def receive(self, data: bytes) -> str:
        """Take a batch that came by any road; returns what became of it (see ``arriving``)."""
        return self.arrivals.receive(data)

    def rebuild(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Empty the picture and draw it again from the journal alone."""
        self.picture.rebuild(progress)

    def upgrade(self) -> None:
        """After a new version: show what it knows and the old one did not, take what the old one could not."""
        self.picture.upgrade()
        self.retry()

    def retry(self) -> int:
        """Take again what was refused for a reason that may have passed; returns how many batches were taken."""
        return self.arrivals.retry()

    def as_known(self, key: Key, cut: dict[int, int]) -> State | None:
        """The record as it stood when each lane ended where ``cut`` says; None if unknown then."""
        return self.picture.as_known([key], cut).get(key)
