"""Arrivals: a batch that came by any road is taken, waits, or is refused with its reason."""

from collections.abc import Callable

from baarada.journal import batches
from baarada.journal.batches import Altered, Batch, Header, TooNew
from baarada.journal.entries import LaneKey, Unreadable, ref_of
from baarada.journal.merging import Held
from baarada.journal.picture import Picture
from baarada.journal.sealing import is_pack
from baarada.journal.store import NAMING, Lane, Quarantined, Store, count_acts, entry_at, in_ranges

APPLIED, KNOWN, EARLY, REFUSED = "applied", "known", "early", "refused"
"""What became of a batch that arrived."""

UNREADABLE, ALTERED, UNKNOWN_ORIGIN, TOO_NEW, FORK, FROZEN, OWN_LONGER = (
    "unreadable", "altered", "unknown origin", "too new", "fork", "frozen", "own lane longer",
)  # fmt: skip
"""Reasons to refuse a batch."""

MAY_PASS = frozenset({UNKNOWN_ORIGIN, TOO_NEW})
"""Reasons that end when a key or a later version comes."""


class UnknownOrigin(Exception):
    """A batch of an origin whose key is not known here (yet)."""


class Arrivals:
    """Takes batches into one node's journal. ``own`` is the node's origin."""

    def __init__(
        self, store: Store, picture: Picture, own: str,
        key_of: Callable[[str], bytes | None], pack_hashes: Callable[[], frozenset[bytes]],
        before_change: Callable[[], None],
    ) -> None:  # fmt: skip
        self.store = store
        self.picture = picture
        self.own = own
        self.key_of = key_of
        self.pack_hashes = pack_hashes
        self.before_change = before_change

    def receive(self, data: bytes) -> str:
        """Take a batch that came by any road; returns what became of it.

        Nothing is thrown away: what cannot be taken waits, or lies in quarantine with its reason.
        """
        with self.store.transaction():
            self.store.take_turn(NAMING)
            self.before_change()
            lane, outcome = self._receive(data)
            if lane is not None and outcome == APPLIED:
                self._take_followers(lane)
        return outcome

    def retry(self) -> int:
        """Take again the batches whose reason to be refused may have passed; returns how many were taken.

        One that is still refused is kept again, with the reason that now holds.
        """
        taken = 0
        for item in self.store.quarantined():
            if item.reason in MAY_PASS:
                with self.store.transaction():
                    self.store.release(item)
                    taken += self.receive(item.data) != REFUSED
        return taken

    def _receive(self, data: bytes) -> tuple[LaneKey | None, str]:
        try:
            batch = batches.read(data, self._check_origin)
            number = self.store.lane_number(batch.header.lane)
            self.store.lock([number])
            entries = self._entries(batch, number)
        except UnknownOrigin as error:
            return None, self._refuse(UNKNOWN_ORIGIN, data, str(error))
        except TooNew as error:
            return None, self._refuse(TOO_NEW, data, str(error))
        except Unreadable as error:
            return None, self._refuse(UNREADABLE, data, str(error))
        except Altered as error:
            return None, self._refuse(ALTERED, data, str(error))
        return batch.header.lane, self._place(batch, entries, self.store.lane(number), data)

    def _check_origin(self, header: Header, signature: bytes) -> None:
        origin = header.lane.origin
        if is_pack(origin):
            # Nobody signs a pack: it is taken only where this program holds the very same one.
            if header.hash not in self.pack_hashes():
                raise UnknownOrigin(origin)
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
        if lane.key.origin == self.own:
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
            held.doubted = in_ranges(held.ref, doubted)
        self.store.append(rows)
        self.store.count_acts(count_acts(held for held, _ in rows))
        self.picture.apply([held for held, _ in rows])

    def _take_followers(self, key: LaneKey) -> None:
        """Early batches whose predecessors have now come."""
        number = self.store.lane_number(key)
        while early := self.store.take_early(number, self.store.lane(number).last + 1):
            for data in early:
                self._receive(data)
