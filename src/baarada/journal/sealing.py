"""Sealing: runs of entries become batches, signed and chained."""

import hashlib

from baarada.journal import batches
from baarada.journal.batches import Batch, Signer
from baarada.journal.entries import ref_of
from baarada.journal.store import Lane, Ranges, Store, in_ranges


class Sealer:
    """Seals what one origin wrote, and the packs that every node holds alike."""

    def __init__(self, store: Store, origin: str, signer: Signer | None) -> None:
        self.store = store
        self.origin = origin
        self.signer = signer

    def writes(self, lane: Lane) -> bool:
        """True if this node seals the lane."""
        return lane.key.origin == self.origin or is_pack(lane.key.origin)

    def seal_all(self) -> list[Batch]:
        """Seal everything that is not sealed yet; returns the new batches."""
        own = [lane for lane in self.store.lanes() if self.writes(lane) and lane.sealed < lane.last]
        self.store.lock([lane.number for lane in own])
        return [batch for lane in own for batch in self.seal(self.store.lane(lane.number))]

    def seal(self, lane: Lane, full_only: bool = False) -> list[Batch]:
        """Seal a lane to its end, or only batches that are full."""
        sealed: list[Batch] = []
        while lane.sealed < lane.last - (batches.MOST_ENTRIES - 1 if full_only else 0):
            rows = self.store.contents(
                lane.number, lane.sealed + 1, min(lane.last, lane.sealed + batches.MOST_ENTRIES)
            )
            contents = _as_many_as_fit([data for _, data in rows])
            last = ref_of(lane.number, lane.sealed + len(contents))
            pack = is_pack(lane.key.origin)
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

    def hide(self, number: int, ranges: Ranges) -> None:
        """Keep the batches of a lane without these entries, and without the secret that salts them."""
        self.store.lock([number])
        lane = self.store.lane(number)
        if self.writes(lane):
            self.seal(lane)
        seq = min(first for _, first, _ in ranges)
        stop = min(lane.sealed, max(last for _, _, last in ranges))
        while seq <= stop and (batch := self.store.batch(number, seq)) is not None:
            first = batch.header.first
            show = {i for i in batch.contents if not in_ranges(ref_of(number, first + i), ranges)}
            if len(show) < len(batch.contents):
                self.store.add_batch(number, batches.excerpt(batch, show))
            seq = batch.header.last + 1


def is_pack(origin: str) -> bool:
    """True for the origin of a country pack."""
    return origin.startswith(batches.PACK_ORIGIN)


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
