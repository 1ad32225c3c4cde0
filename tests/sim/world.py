"""A network of nodes on one thread: people write, nodes meet, clocks and disks fail."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from baarada.journal import batches, drafts, undoing
from baarada.journal.batches import KeySigner
from baarada.journal.drafts import Seen
from baarada.journal.engine import ClockWrong, Engine
from baarada.journal.entries import (
    CHANGE,
    CORRECT,
    CREATE,
    DECIDE,
    NOTE,
    PROPOSE,
    Draft,
    Entry,
    LaneKey,
    Writer,
    canonical,
    read,
    ref_of,
)
from baarada.journal.merging import Held, State
from baarada.journal.schema import DELETED, ERASURE, IN_CHARGE, LINK, VERDICT
from baarada.journal.sealing import pack_secret
from baarada.kernel.clocks import DAY_MS, HybridClock
from baarada.kernel.ids import IdMaker
from tests.sim.oracle import Gid, Key, Oracle, Write
from tests.sim.types import CHILD, DISTRICT, FILE, ITEM, NATIONAL, NEW, NEWER, OLD, REGION

START_MS = 1_790_000_000_000
YEAR_1970_MS, YEAR_2099_MS = 86_400_000, 4_070_908_800_000


class Crash(Exception):
    """The power goes."""


class DiskFull(Exception):
    """No room."""


class Failed(AssertionError):
    """An invariant does not hold."""


def demand(truth: Any, invariant: str, what: str) -> None:
    """Fail with the invariant's name; count that it was asked."""
    ASKED[invariant] += 1
    if not truth:
        raise Failed(f"{invariant}: {what}")


ASKED: Counter[str] = Counter()
"""How often each invariant was asked in this process: none may be there in name only."""


@dataclass
class Page:
    """What somebody has open on a screen, perhaps since yesterday."""

    seen: Seen
    known: frozenset[Gid]
    values: dict[int, Any]
    conflicts: dict[int, Any]


def _signer(seed: str) -> KeySigner:
    return KeySigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest()))


_SIGNERS = [_signer(f"node {i}") for i in range(8)]
_ROGUE = _signer("rogue")

PACK = "pack:sim"
ROOT = hashlib.sha256(b"office 0").digest()[:16]


def _pack() -> list[batches.Batch]:
    """Two releases of a country pack: some items, then a change to one of them and another item."""
    lane, writer = LaneKey(PACK, ROOT), Writer(bytes(16), ROOT, NATIONAL, "pack")
    ids = [hashlib.sha256(f"pack item {i}".encode()).digest()[:16] for i in range(4)]

    def entry(seq: int, id_: bytes, mode: int, fields: dict[int, Any], **more: Any) -> Entry:
        return Entry(
            seq, (START_MS - DAY_MS << 16) + seq, writer, bytes(16), "pack", ITEM, id_, mode, fields, **more
        )

    releases = [
        [entry(i + 1, ids[i], CREATE, {1: "abc"[i]}) for i in range(3)],
        [entry(4, ids[0], CHANGE, {1: "z"}, bases={1: (ref_of(1, 1),)}), entry(5, ids[3], CREATE, {1: "d"})],
    ]
    out: list[batches.Batch] = []
    for entries in releases:
        contents = [canonical(e, 1, lambda number: lane) for e in entries]
        previous = out[-1].header.hash if out else b""
        out.append(
            batches.seal(
                lane, entries[0].seq, contents, previous=previous, stamp=entries[-1].stamp, signer=None,
                key=pack_secret(PACK),
            )
        )  # fmt: skip
    return out


PACK_BATCHES = _pack()
PACK_BYTES = [batches.write(batch, level=1) for batch in PACK_BATCHES]
PACK_ENTRIES = [read(c, 1, lambda key: 1) for b in PACK_BATCHES for c in b.contents.values()]


class Node:
    """One machine."""

    def __init__(self, world: World, index: int, kind: str, new: bool, store: Any) -> None:
        self.world = world
        self.index = index
        self.kind = kind
        self.schema = NEW if new else OLD
        self.store = store
        self.office = hashlib.sha256(f"office {index}".encode()).digest()[:16]
        self.origin = f"node{index}.1"
        self.account = hashlib.sha256(f"account {index}".encode()).digest()[:16]
        self.signer = _SIGNERS[index]
        self.skew = 0
        self.confirmed: int | None = None
        self.strangers: set[str] = set()
        self.pages: list[Page] = []
        self.cuts: list[tuple[dict[int, int], dict[Key, tuple[Any, ...]]]] = []
        self.fail_in: int | None = None
        self.fail_with: type[Exception] = Crash
        self.last_stamp = 0
        self.start()

    def start(self) -> None:
        """Switch the machine on: what was only in memory is gone."""
        self.store.before_write = self._before_write
        self.clock = HybridClock(self.wall)
        self.engine = Engine(
            self.schema, self.store, self.clock, origin=self.origin, signer=self.signer, key_of=self._key_of,
            built_ms=START_MS - DAY_MS, confirmed_ms=lambda: self.confirmed,
            pack_hashes=lambda: frozenset(b.header.hash for b in PACK_BATCHES[: self.releases]),
        )  # fmt: skip

    @property
    def releases(self) -> int:
        """How many releases of the pack this version brings."""
        return 2 if self.schema is NEW else 1

    def load_pack(self) -> None:
        """What a program does when it starts."""
        for data in PACK_BYTES[: self.releases]:
            self.receive(data)

    def wall(self) -> int:
        return self.world.now + self.skew

    def _key_of(self, origin: str) -> bytes | None:
        if origin in self.strangers:
            return None
        return self.world.keys.get(origin)

    def _before_write(self, what: str) -> None:
        if self.fail_in is not None:
            self.fail_in -= 1
            if self.fail_in < 0:
                self.fail_in = None
                self.world.count(f"failed before: {' '.join(what.split()[:3])}")
                raise self.fail_with(what)

    def writer(self) -> Writer:
        return Writer(self.account, self.office, self.kind, f"person {self.index}")

    def gid(self, held: Held) -> Gid:
        return (held.origin, held.office, held.entry.seq)

    def applied(self, key: Key) -> set[Gid]:
        """The entries of a record that show here."""
        helds = self.store.entries_of(key)
        waiting = self.store.waiting(h.ref for h in helds)
        refused = {item.ref for item in self.quarantined() if item.ref}
        return {self.gid(h) for h in helds if h.ref not in waiting and h.ref not in refused}

    def quarantined(self) -> list[Any]:
        return self.store.quarantined()

    def open(self, key: Key) -> Page | None:
        """Somebody opens a record's page."""
        state = self.store.load([key]).get(key)
        if state is None:
            return None
        page = Page(Seen.of(state), frozenset(self.applied(key)), dict(state.values), dict(state.conflicts))
        self.pages.append(page)
        return page

    def commit(self, made: list[Draft], knowns: list[frozenset[Gid]]) -> bytes | None:
        """Somebody saves; returns the act, or None if the machine refused or died."""
        act = self.world.new_id()
        try:
            helds = self.engine.commit(made, act=act, writer=self.writer())
        except ClockWrong:
            self.world.count("clock asked")
            if self.world.rng.random() < 0.5:
                self.confirmed = self.wall()
            else:
                self.skew = 0
            return None
        except DiskFull:
            self.world.count("fault: disk full")
            return None
        except Crash:
            self.world.count("fault: crash")
            self.start()
            return None
        self._check_clock(helds)
        for held, known in zip(helds, knowns, strict=True):
            self.world.acknowledge(self, held, known)
        return act

    def _check_clock(self, helds: list[Held]) -> None:
        """I4: later than all this node wrote, than all it received from clocks that may be right; no further."""
        wall, floor = self.wall(), max(START_MS - DAY_MS, self.confirmed or self.last_stamp >> 16)
        demand(wall >= floor - DAY_MS, "I4", f"{self.origin} wrote with a clock at {wall}")
        for held in helds:
            stamp = held.entry.stamp
            most = max(wall + DAY_MS << 16, self.last_stamp) + len(helds)
            demand(
                self.last_stamp < stamp <= most, "I4", f"{held.entry.seq} of {self.origin} has stamp {stamp}"
            )
            self.last_stamp = stamp

    def receive(self, data: bytes) -> str:
        try:
            outcome = self.engine.receive(data)
            self.world.count(f"arrival: {outcome}")
        except DiskFull:
            self.world.count("fault: disk full")
            return "failed"
        except Crash:
            self.world.count("fault: crash")
            self.start()
            return "failed"
        return outcome

    def outgoing(self, other: Node) -> list[bytes]:
        """The batches that another node lacks."""
        self.engine.seal()
        theirs = {lane.key: lane.last for lane in other.store.lanes()}
        out = []
        for lane in self.store.lanes():
            seq = theirs.get(lane.key, 0) + 1
            while seq <= lane.sealed:
                batch = self.store.batch(lane.number, seq)
                out.append(batches.write(batch, level=1))
                seq = batch.header.last + 1
        return out


@dataclass
class World:
    """All nodes, the mail between them, and what only the simulator knows."""

    seed: int
    steps: list[tuple[str, int]]
    make_store: Callable[[Any], Any]
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.now = START_MS + self.rng.randrange(DAY_MS)
        self.new_id = IdMaker(lambda: self.now, self.rng.randbytes)
        self.oracle = Oracle()
        self.keys: dict[str, bytes] = {"rogue.1": _ROGUE.public}
        self.mail: list[tuple[int, int, bytes]] = []
        self.acked: dict[Gid, bytes] = {}
        self.erased: set[Gid] = set()
        self.acts: list[tuple[Node, bytes]] = []
        self.items: list[Key] = []
        self.files: list[Key] = []
        self.children: list[Key] = []
        self.links: list[Key] = []
        self.read: dict[Any, dict[str, Any]] = {}
        self.rogue_last: dict[bytes, tuple[int, bytes]] = {}
        count = self.rng.randint(4, 6)
        kinds = [NATIONAL, REGION] + [DISTRICT] * (count - 2)
        self.nodes = [self._node(i, kind, i == 0 or self.rng.random() < 0.6) for i, kind in enumerate(kinds)]
        for node in self.nodes:
            self.keys[node.origin] = node.signer.public
        for entry in PACK_ENTRIES:
            self._know_pack(entry)
        if self.rng.random() < 0.3:
            self.rng.choice(self.nodes).strangers.add(self.rng.choice(self.nodes).origin)

    def _know_pack(self, entry: Entry) -> None:
        key = (entry.type, entry.id)
        known = frozenset(w.gid for w in self.oracle.writes.values() if w.key == key)
        self.oracle.add(
            Write(
                (PACK, ROOT, entry.seq), key, entry.mode, entry.stamp, dict(entry.fields), NATIONAL, ROOT, known,
                frozenset(NEW.types[ITEM].members),
            )
        )  # fmt: skip
        if key not in self.items:
            self.items.append(key)

    def _node(self, index: int, kind: str, new: bool) -> Node:
        return Node(self, index, kind, new, self.make_store(NEW if new else OLD))

    def count(self, what: str) -> None:
        self.counts[what] += 1

    # -- the story --------------------------------------------------------------------

    def run(self) -> None:
        """Play all steps. Each has its own chance, so that leaving one out leaves the others as they were."""
        for kind, seed in self.steps:
            self.rng = random.Random(seed)
            self.now += self.rng.choice((1, 1000, 3_600_000, DAY_MS))
            node = self.rng.choice(self.nodes)
            getattr(self, f"do_{kind}")(node)
            self.deliver_due()

    def acknowledge(self, node: Node, held: Held, known: frozenset[Gid]) -> None:
        """The page said "kept": from now on it must never be lost."""
        entry = held.entry
        gid = node.gid(held)
        for other in known:
            stamp = self.oracle.writes[other].stamp
            lifts = stamp >> 16 <= node.wall() + DAY_MS
            demand(entry.stamp > stamp or not lifts, "I4", f"{gid} is not later than {other}, which it knew")
        lane = {lane.key: lane.number for lane in node.store.lanes()}
        names = {number: key for key, number in lane.items()}
        self.acked[gid] = canonical(entry, lane[LaneKey(held.origin, held.office)], names.__getitem__)
        self.oracle.add(
            Write(
                gid, (entry.type, entry.id), entry.mode, entry.stamp, dict(entry.fields), entry.writer.kind,
                entry.writer.office, known,
                frozenset(node.schema.types[entry.type].members),
            )
        )  # fmt: skip

    # -- people write -----------------------------------------------------------------

    def do_write(self, node: Node) -> None:
        makers = [
            (self.make_file, 8 if len(self.files) < 4 else 1), (self.make_item, 2), (self.make_child, 3),
            (self.make_newer, 2), (self.make_again, 2), (self.edit, 24), (self.edit_old_page, 14), (self.note, 2),
            (self.delete, 4), (self.restore, 2), (self.decide, 8), (self.link, 3), (self.unlink, 3), (self.undo, 3),
            (self.erase, 0.5), (self.verdict, 3),
        ]  # fmt: skip
        done = False
        for _ in range(6):
            make = self.rng.choices([m for m, _ in makers], [w for _, w in makers])[0]
            if make(node):
                done = True
                break
        if done:
            self.count("writes")

    def save(self, node: Node, made: list[Draft], known: frozenset[Gid] = frozenset()) -> bool:
        act = node.commit(made, [known] * len(made)) if made else None
        if act:
            self.acts.append((node, act))
        return act is not None

    def _create(
        self, node: Node, type_: int, fields: dict[int, Any], office: bytes, into: list[Key], id_: bytes = b""
    ) -> bool:
        fresh = not id_
        id_ = id_ or self.new_id()
        draft = Draft(
            office=office, type=type_, id=id_, kind="created", mode=CREATE, fields=fields, fresh=fresh
        )
        if not self.save(node, [draft]):
            return False
        into.append((type_, id_))
        return True

    def make_item(self, node: Node) -> bool:
        office = self.nodes[0].office
        return self._create(node, ITEM, {1: self.word()}, office, self.items)

    def make_file(self, node: Node) -> bool:
        fields = {n: self.value(n, node) for n in (1, 2, 4, 5, 8) if self.rng.random() < 0.8}
        return self._create(node, FILE, fields, node.office, self.files)

    def make_again(self, node: Node) -> bool:
        """The same id again, from an old system's list, where the first is not known yet."""
        absent = sorted(set(self.files) - node.store.created(self.files).keys())
        if not absent:
            return False
        id_ = self.rng.choice(absent)[1]
        waited = bool(node.store.waiting_on([(FILE, id_)]))
        fields = {n: self.value(n, node) for n in (1, 2, 4)}
        if not self._create(node, FILE, fields, self.office_of((FILE, id_)), [], id_):
            return False
        self.count("created twice")
        if waited:
            self.count("released by a creation made here")
        return True

    def make_child(self, node: Node) -> bool:
        return self._child(node, CHILD, {2: self.place(), 3: self.day(), 5: self.word()}, self.children)

    def make_newer(self, node: Node) -> bool:
        return node.schema is NEW and self._child(node, NEWER, {2: self.word()}, [])

    def _child(self, node: Node, type_: int, fields: dict[int, Any], into: list[Key]) -> bool:
        file = self.some(node, self.files)
        if file is None or file.values[DELETED]:
            return False
        return self._create(node, type_, {1: file.seen.id} | fields, self.office_of(file.seen.key), into)

    def office_of(self, key: Key) -> bytes:
        """The office in charge: that of whoever made the record."""
        return next(w.gid[1] for w in self.oracle.writes.values() if w.key == key and w.mode == CREATE)

    def some(self, node: Node, keys: list[Key]) -> Page | None:
        """Open one of these records, if any is here."""
        here = sorted(node.store.created(keys))
        return node.open(self.rng.choice(here)) if here else None

    def word(self) -> str:
        return self.rng.choice("abcdefghij")

    def day(self) -> int:
        return self.rng.choice((19790000, 19850312, 19851231, 20200101))

    def place(self) -> list[Any]:
        return [hashlib.sha256(self.word().encode()).digest()[:16], self.word()]

    def value(self, number: int, node: Node) -> Any:
        here = sorted(node.store.created(self.items))
        return {
            1: self.word, 2: self.word, 3: lambda: self.word() if self.rng.random() < 0.8 else None,
            4: lambda: self.rng.randrange(5), 5: self.day, 6: self.day, 7: self.day,
            8: lambda: self.rng.choice(here)[1] if here else None, 9: self.place, 12: self.word,
        }[number]()  # fmt: skip

    def edit(self, node: Node) -> bool:
        keys = self.rng.choices((self.files, self.children, self.items), (6, 3, 1))[0]
        page = self.some(node, keys)
        return page is not None and self._edit(node, page)

    def edit_old_page(self, node: Node) -> bool:
        if not node.pages:
            return False
        page = self.rng.choice(node.pages)
        if page.seen.key not in node.store.created([page.seen.key]):
            return False
        self.count("edit on an old page")
        return self._edit(node, page)

    def _edit(self, node: Node, page: Page) -> bool:
        if page.values[DELETED]:
            return False
        spec = node.schema.types[page.seen.type]
        units = [u for u in spec.members if u != DELETED]
        if self.rng.random() < 0.7:
            # A row moves to another file now and then.
            units = [u for u in units if u != spec.file]
        if page.seen.type not in (FILE, CHILD, ITEM):
            return False
        fields: dict[int, Any] = {}
        for unit in self.rng.sample(units, self.rng.randint(1, min(2, len(units)))):
            if unit in page.conflicts:
                continue
            for number in spec.members[unit]:
                fields[number] = (
                    self.child_value(number, node) if page.seen.type == CHILD else self.value(number, node)
                )
        mode = self.rng.choice((CHANGE, CHANGE, CORRECT))
        made = drafts.change(
            node.engine, page.seen, fields, office=self.office_of(page.seen.key), writer=node.writer(),
            kind="changed", mode=mode,
        )  # fmt: skip
        for draft in made:
            self.check_proposed(node, page, draft)
        return self.save(node, made, page.known)

    def check_proposed(self, node: Node, page: Page, draft: Draft) -> None:
        """I5: a fact that another office owns and has written is proposed, any other is changed."""
        if any(self.oracle.writes[g].key == page.seen.key for g in self.erased):
            # What an erased write had replaced stands again, and nobody can tell any more whose the erased one was.
            return
        writer, spec = node.writer(), NEW.types[draft.type]
        for unit in {spec.unit_of[number] for number in draft.fields}:
            owner = spec.fields[unit].owner
            owns = writer.office == draft.office if owner == IN_CHARGE else writer.kind == owner
            heads = self.oracle.heads(page.known, unit)
            if any(not self.oracle.past(g, unit) <= page.known for g in heads):
                # What came between has not come here: what it replaced still stands, and so does whose it is.
                continue
            taken = any(self.oracle.writes[g].owns(unit) for g in heads)
            elsewhere = bool(owner) and not owns and taken
            demand(
                elsewhere == (draft.mode == PROPOSE),
                "I5",
                f"mode {draft.mode} of unit {unit} by {node.origin}",
            )
            if elsewhere:
                self.count("proposal")

    def child_value(self, number: int, node: Node) -> Any:
        here = sorted(node.store.created(self.files))
        file = lambda: self.rng.choice(here)[1]  # noqa: E731
        return {1: file, 2: self.place, 3: self.day, 4: self.day, 5: self.word}[number]()

    def note(self, node: Node) -> bool:
        page = self.some(node, self.files)
        if page is None:
            return False
        draft = Draft(
            office=self.office_of(page.seen.key), type=FILE, id=page.seen.id, kind="noted", mode=NOTE,
            fields={2: self.word()}, bases={2: page.seen.behind(2)}, effective=20190000,
        )  # fmt: skip
        self.count("note")
        return self.save(node, [draft], page.known)

    def delete(self, node: Node) -> bool:
        page = self.some(node, self.rng.choices((self.files, self.children, self.links), (4, 4, 1))[0])
        if page is None or page.values[DELETED] or DELETED in page.conflicts:
            return False
        draft = drafts.delete(page.seen, office=self.office_of(page.seen.key), kind="deleted")
        return self.save(node, [draft], page.known)

    def restore(self, node: Node) -> bool:
        page = self.some(node, self.rng.choice((self.files, self.files, self.links)))
        if page is None or not page.values[DELETED] or DELETED in page.conflicts:
            return False
        self.count("restored")
        draft = drafts.restore(page.seen, office=self.office_of(page.seen.key), kind="restored")
        return self.save(node, [draft], page.known)

    def decide(self, node: Node) -> bool:
        keys = [k for merge in ("latest", "owner", "person") for k in node.store.conflicted(merge)]
        page = self.some(node, keys) if keys else None
        if page is None:
            return False
        self.count("decision")
        unit = self.rng.choice(sorted(page.conflicts))
        office = self.office_of(page.seen.key)
        if unit == DELETED:
            make = self.rng.choice((drafts.delete, drafts.restore))
            made = [make(page.seen, office=office, kind="decided", mode=DECIDE)]
        else:
            heads = node.store.held(page.conflicts[unit].heads)
            entry = self.rng.choice([h.entry for _, h in sorted(heads.items())])
            members = node.schema.types[page.seen.type].members[unit]
            fields = {n: entry.fields.get(n) for n in members}
            made = drafts.change(
                node.engine,
                page.seen,
                fields,
                office=office,
                writer=node.writer(),
                kind="decided",
                mode=DECIDE,
            )
        return self.save(node, made, page.known)

    def link(self, node: Node) -> bool:
        here = sorted(node.store.created(self.files))
        if len(here) < 2:
            return False
        one, other = self.rng.sample(here, 2)
        fields = {1: FILE, 2: one[1], 3: other[1], 4: True}
        self.count("link")
        return self._create(node, LINK, fields, self.office_of(one), self.links)

    def unlink(self, node: Node) -> bool:
        page = self.some(node, self.links)
        if page is None or 4 in page.conflicts or page.values[DELETED]:
            return False
        self.count("unlink")
        made = drafts.change(
            node.engine, page.seen, {4: not page.values[4]}, office=self.office_of(page.seen.key),
            writer=node.writer(), kind="unlinked",
        )  # fmt: skip
        return self.save(node, made, page.known)

    def undo(self, node: Node) -> bool:
        if not self.acts:
            return False
        _, act = self.rng.choice(self.acts)
        if not node.store.entries_of_act(act, 0, 1):
            return False
        for piece in undoing.pieces(node.engine, act):
            if any(d.type not in node.schema.types or d.type in (ERASURE, VERDICT) for d in piece.drafts):
                return False
            knowns = [self._undo_knows(node, d) for d in piece.drafts]
            self.count("undo")
            if piece.drafts:
                done = node.commit(piece.drafts, knowns)
                if done is None:
                    return False
                self.acts.append((node, done))
        return True

    def _undo_knows(self, node: Node, draft: Draft) -> frozenset[Gid]:
        if (
            draft.fields == {DELETED: True}
            and draft.bases.keys() == {DELETED}
            and len(draft.bases[DELETED]) == 1
        ):
            base = node.store.held(draft.bases[DELETED])
            if not any(h.entry.mode == CREATE for h in base.values()):
                # A decision taken back brings back the question it answered, not an answer to it.
                return frozenset(node.gid(h) for h in base.values())
        return frozenset(node.applied((draft.type, draft.id)))

    def _own_types(self, node: Node, type_: int, gids: list[Gid]) -> bool:
        value = [[origin, office, seq, seq] for origin, office, seq in sorted(gids)]
        return self._create(node, type_, {1: value, 2: "because"}, self.nodes[0].office, [])

    def erase(self, node: Node) -> bool:
        page = self.some(self.nodes[0], self.files)
        if page is None:
            return False
        children = [w.key for w in self.oracle.writes.values() if w.fields.get(1) == page.seen.id]
        keys = {page.seen.key, *children} if self.rng.random() < 0.6 else {page.seen.key}
        gids = [g for g, w in self.oracle.writes.items() if w.key in keys]
        if self.rng.random() < 0.3:
            # Only an edit: what it replaced shows again.
            gids = [g for g in gids if self.oracle.writes[g].mode != CREATE][-1:]
        if not gids or not self._own_types(self.nodes[0], ERASURE, gids):
            return False
        self.erased |= set(gids)
        self.count("erasure")
        return True

    def verdict(self, node: Node) -> bool:
        bad = [g for g, w in self.oracle.writes.items() if w.stamp >> 16 > self.now + DAY_MS]
        if not bad or not self._own_types(self.nodes[0], VERDICT, bad):
            return False
        self.count("verdict")
        return True

    # -- nodes meet -------------------------------------------------------------------

    def do_meet(self, node: Node) -> None:
        other = self.rng.choice([n for n in self.nodes if n is not node])
        self.count("meetings")
        self.meet(node, other, faulty=True)

    def meet(self, node: Node, other: Node, *, faulty: bool) -> None:
        for source, target in ((node, other), (other, node)):
            try:
                out = source.outgoing(target)
            except (Crash, DiskFull) as error:
                self.count(f"fault: {'crash' if isinstance(error, Crash) else 'disk full'}")
                source.start()
                continue
            for data in self.spoil(out, target) if faulty else out:
                target.receive(data)

    def spoil(self, out: list[bytes], target: Node) -> list[bytes]:
        """What the line does to batches on their way."""
        if not out:
            return out
        kind = self.rng.choice(("none", "none", "reorder", "repeat", "gap", "delay", "cut", "flip"))
        if kind != "none":
            self.count(f"fault: {kind}")
            self.count("faults")
        place = self.rng.randrange(len(out))
        if kind == "reorder":
            out = self.rng.sample(out, len(out))
        elif kind == "repeat":
            out = out + self.rng.sample(out, self.rng.randint(1, len(out)))
        elif kind == "gap":
            out = out[:place] + out[place + 1 :]
        elif kind == "delay":
            due = self.now + self.rng.randrange(14 * DAY_MS)
            self.mail.append((due, target.index, out[place]))
            out = out[:place] + out[place + 1 :]
        elif kind == "cut":
            out[place] = out[place][: self.rng.randrange(len(out[place]))]
        elif kind == "flip":
            data = bytearray(out[place])
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
            out[place] = bytes(data)
        return out

    def deliver_due(self, everything: bool = False) -> None:
        due = [m for m in self.mail if everything or m[0] <= self.now]
        self.mail = [m for m in self.mail if m not in due]
        for _, index, data in due:
            self.nodes[index].receive(data)

    # -- machines fail ----------------------------------------------------------------

    def do_clock(self, node: Node) -> None:
        kind = self.rng.choice(("1970", "2099", "jump", "right"))
        self.count(f"fault: clock {kind}" if kind != "right" else "clock set right")
        node.skew = {
            "1970": YEAR_1970_MS - self.now,
            "2099": YEAR_2099_MS - self.now,
            "jump": self.rng.randrange(-40, 40) * DAY_MS // 10,
            "right": 0,
        }[kind]
        self.count("faults")

    def do_fail(self, node: Node) -> None:
        node.fail_in = self.rng.randrange(25)
        node.fail_with = self.rng.choice((Crash, DiskFull))

    def do_restart(self, node: Node) -> None:
        node.start()

    def do_pack(self, node: Node) -> None:
        node.load_pack()

    def do_cut(self, node: Node) -> None:
        """Remember what shows now, to ask for it later."""
        cut = {lane.number: lane.last for lane in node.store.lanes()}
        keys = self.files + self.children
        shown = {key: frozen(state) for key, state in node.store.load(keys).items()}
        node.cuts.append((cut, shown))

    def do_rogue(self, node: Node) -> None:
        """A key everybody knows signs what no honest program would."""
        kind = self.rng.choice(("bad value", "no authority", "too new", "unreadable entry", "stranger"))
        type_, fields, id_, mode = FILE, {4: "not a number"}, self.new_id(), CREATE
        if kind == "bad value" and self.files and self.rng.random() < 0.7:
            id_, mode = self.rng.choice(self.files)[1], CHANGE
        if kind == "no authority":
            gid = next(iter(self.acked), ("node0.1", bytes(16), 1))
            type_, fields = ERASURE, {1: [[gid[0], gid[1], gid[2], gid[2]]]}
        office = self.nodes[0].office
        seq, previous = self.rogue_last.get(office, (0, b""))
        entry = Entry(
            seq + 1, self.now << 16, Writer(bytes(16), office, DISTRICT, "rogue"), self.new_id(), "x", type_,
            id_, mode, fields,
        )  # fmt: skip
        content = canonical(entry, 1, lambda number: LaneKey("rogue.1", office))
        if kind == "unreadable entry":
            content = cbor2.dumps(cbor2.loads(content) | {3: [b"short", office, DISTRICT, "rogue"]})
        lane = LaneKey("nobody.1" if kind == "stranger" else "rogue.1", office)
        batch = batches.seal(
            lane, seq + 1, [content], previous=previous, stamp=entry.stamp, signer=_ROGUE, key=bytes(32)
        )
        data = too_new(batch) if kind == "too new" else batches.write(batch, level=1)
        if kind in ("bad value", "no authority"):
            self.rogue_last[office] = (seq + 1, batch.header.hash)
        node.receive(data)


def too_new(batch: batches.Batch) -> bytes:
    """The same batch with a header that asks for a reader of the future."""
    header = cbor2.loads(batch.header.raw) | {2: 99}
    raw = cbor2.dumps(header)
    signature = _ROGUE.sign(batches.SIGNED_BEFORE + raw)
    body = cbor2.loads(batches.write(batch, level=1))[3]
    return cbor2.dumps([batches.MAGIC, raw, signature, body])


def frozen(state: State) -> tuple[Any, ...]:
    """What a page shows of a record."""
    conflicts = tuple(
        (u, c.merge, tuple(sorted(c.heads)), c.shown) for u, c in sorted(state.conflicts.items())
    )
    values = tuple((n, repr(v)) for n, v in sorted(state.values.items()) if v is not None)
    return values, conflicts
