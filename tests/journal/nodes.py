"""Other nodes for the tests: they keep their journal in memory, and what they write comes as batches."""

import hashlib

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from baarada.journal import actions, batches, drafts, guard, runtime
from baarada.journal.batches import KeySigner
from baarada.journal.drafts import Seen
from baarada.journal.engine import Engine
from baarada.journal.entries import CHANGE, CREATE, Draft, Writer
from baarada.journal.memory import MemoryStore
from baarada.journal.models import OriginRow
from baarada.kernel.clocks import HybridClock
from baarada.kernel.ids import as_id
from tests.invented.models import File

ITEM, FILE, CHILD, NEWER = 220, 221, 222, 223


def signer(name):
    """The signing key of an origin, the same on every run."""
    return KeySigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


def make(by, **fields):
    """Make a file through the door."""
    with actions.write("created", by=by) as act:
        return act.create(File, **fields)


def load(record):
    """The record as it now stands."""
    return type(record).objects.get(pk=record.pk)


def change(record, by, *, seen=None, **fields):
    """Change a record through the door, from what stands now or from what was seen; returns it as it then stands."""
    with actions.write("changed", by=by) as act:
        act.change(record, fields, seen=seen or actions.seen(record))
    return load(record)


def trust(origin, public):
    """Have this database know the key of an origin."""
    with guard.opened():
        OriginRow.objects.create(origin=origin, public=public)


def rows(sql, *params):
    """What a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def tamper(sql, *params):
    """Change the database behind the journal's back, as somebody with the file in hand could."""
    with guard.opened(), connection.cursor() as cursor:
        cursor.execute(sql, params)


class Other:
    """A node elsewhere, of the same or another version."""

    def __init__(self, name="elsewhere", *, kind="district", schema=None, known=True, ahead_ms=0):
        self.origin = f"{name}.1"
        self.signer = signer(name)
        self.schema = schema or runtime.schema()
        self.clock = HybridClock(lambda: runtime.now_ms() + ahead_ms)
        self.office = hashlib.sha256(f"office {name}".encode()).digest()[:16]
        self.writer = Writer(bytes(16), self.office, kind, f"person {name}")
        self.engine = Engine(
            self.schema, MemoryStore(self.schema), self.clock, origin=self.origin, signer=self.signer,
            key_of=self._key_of, pack_hashes=runtime.pack_hashes,
        )  # fmt: skip
        self.keys = {}
        if known:
            trust(self.origin, self.signer.public)

    def _key_of(self, origin):
        return self.keys.get(origin) or runtime.key_of(origin)

    @property
    def store(self):
        return self.engine.store

    def _commit(self, made):
        return self.engine.commit(made, act=runtime.new_id(), writer=self.writer)

    def create(self, type_, fields, *, id_=None, office=None, act=None):
        """Make a record; returns its key."""
        new = as_id(id_) if id_ else runtime.new_id()
        draft = Draft(
            office=office or self.office, type=type_, id=new, kind="made", mode=CREATE, fields=fields,
            fresh=id_ is None,
        )  # fmt: skip
        self.engine.commit([draft], act=act or runtime.new_id(), writer=self.writer)
        return type_, new

    def state(self, key):
        return self.store.load([key])[key]

    def change(self, key, fields, *, seen=None, mode=CHANGE):
        """Change a record as it stands here."""
        seen = seen or Seen.of(self.state(key))
        made = drafts.change(
            self.engine, seen, fields, office=self.office, writer=self.writer, kind="changed", mode=mode
        )
        return self._commit(made)

    def delete(self, key):
        return self._commit([drafts.delete(Seen.of(self.state(key)), office=self.office, kind="deleted")])

    def erase(self, *ranges):
        """A national decision: ``ranges`` are (origin, office, first, last)."""
        return self.create(2, {1: [list(r) for r in ranges], 2: "because"})

    def batches(self):
        """All that this node holds, sealed, as bytes."""
        self.engine.seal()
        return sealed(self.store)

    def new(self):
        """What was written since the last call, sealed."""
        return [batches.write(batch, level=1) for batch in self.engine.seal()]

    def own(self):
        """All that this node wrote itself, sealed, as bytes."""
        return [data for data in self.batches() if batches.read(data).header.lane.origin == self.origin]

    def meet(self, engine):
        """Give all there is to an engine; returns what became of each."""
        return [engine.receive(data) for data in self.batches()]

    def hear(self, engine):
        """Take all that an engine has sealed."""
        engine.seal()
        for data in sealed(engine.store):
            self.engine.receive(data)


def sealed(store):
    """Every sealed batch of a store, lane by lane."""
    out = []
    for lane in store.lanes():
        seq = 1
        while seq <= lane.sealed:
            batch = store.batch(lane.number, seq)
            out.append(batches.write(batch, level=1))
            seq = batch.header.last + 1
    return out


def seal_raw(lane, entries, by, *, first=1, previous=b"", key=bytes(32)):
    """A batch of entries as maps, signed in due form, whatever they say."""
    contents = [cbor2.dumps(entry) for entry in entries]
    return batches.seal(lane, first, contents, previous=previous, stamp=entries[-1][2], signer=by, key=key)


def raw_entry(seq, office, type_, id_, mode, fields, **more):
    """An entry as the map of its canonical bytes."""
    entry = {
        1: seq, 2: (runtime.now_ms() << 16) + seq, 3: [bytes(16), office, "district", "somebody"],
        4: runtime.new_id(), 5: "made", 6: type_, 7: id_, 8: mode, 9: fields, 14: 1,
    }  # fmt: skip
    entry |= {int(key[1:]): value for key, value in more.items()}
    return dict(sorted(entry.items()))
