"""The invariants, asked of the shipped code against the simulator's own knowledge."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import cbor2

from baarada.journal import batches, dump
from baarada.journal.applying import needs
from baarada.journal.arriving import APPLIED, EARLY, FORK, FROZEN, KNOWN, OWN_LONGER, UNKNOWN_ORIGIN
from baarada.journal.engine import Engine
from baarada.journal.entries import LaneKey
from baarada.journal.merging import State
from baarada.journal.schema import LINK
from baarada.journal.store import Lane
from baarada.kernel.clocks import HybridClock
from tests.sim.oracle import Gid, Key
from tests.sim.types import CHILD, FILE, ITEM, NEW, NEWER
from tests.sim.world import ASKED, PACK_BATCHES, PACK_BYTES, Failed, Node, World, demand, frozen
from tests.vectors import second_reader

WAITS = {LINK: "for a link", ITEM: "for an item", FILE: "for a file", CHILD: "for a child"}


def in_the_middle(world: World, node: Node) -> None:
    """What must hold on any node at any time, whatever has not arrived yet."""
    acknowledged_here(world, node)
    for key, state in node.store.load(world.files + world.children + world.items).items():
        held = node.applied(key)
        if not whole(world, key):
            continue
        units = node.schema.types[key[0]].members
        for unit in units:
            truly = world.oracle.in_conflict(held, key, unit, units=units)
            listed = unit in state.conflicts
            demand(listed or not truly, "I5", f"a conflict is not listed: {key} unit {unit} on {node.origin}")
            if listed and not complete(world, held, unit):
                continue
            if listed == truly:
                check_shown(world, node, state, held, unit)


def complete(world: World, held: set[Gid], unit: int) -> bool:
    """True if everything the writes build on is held too."""
    writes = [g for g in held if unit in world.oracle.writes[g].units()]
    return all(world.oracle.past(g, unit) <= held for g in writes)


def whole(world: World, key: Key) -> bool:
    """True if nothing of the record was erased."""
    return not any(world.oracle.writes[g].key == key for g in world.erased)


def all_shows(node: Node, key: Key) -> bool:
    """True if nothing of the record waits, as a row does that was moved to a file since erased.

    What builds on an entry that waits is not yet told from what was written apart: it is listed, to be safe.
    """
    return not node.store.waiting(h.ref for h in node.store.entries_of(key))


def acknowledged_here(world: World, node: Node) -> None:
    """I1: what the page called kept is in the journal, byte for byte."""
    own = {
        gid: data for gid, data in world.acked.items() if gid[0] == node.origin and gid not in world.erased
    }
    check_has(world, node, own)


def check_has(world: World, node: Node, wanted: dict[Gid, bytes]) -> None:
    lanes = {lane.key: lane.number for lane in node.store.lanes()}
    for gid, data in wanted.items():
        check_one(world, node, lanes.get(LaneKey(gid[0], gid[1])), gid, data)


def check_one(world: World, node: Node, number: int | None, gid: Gid, data: bytes) -> None:
    demand(number, "I1", f"the lane of {gid} is not on {node.origin}")
    kept = node.store.contents(number, gid[2], gid[2])
    if gid in world.erased:
        demand(not kept, "I1", f"an erased entry is still readable on {node.origin}")
    else:
        demand(kept == [(gid[2], data)], "I1", f"{gid} is lost on {node.origin}")


def check_shown(world: World, node: Node, state: State, held: set[Gid], unit: int) -> None:
    """I4, I5: the value shown is the one that the simulator's knowledge asks for."""
    oracle, key = world.oracle, state.key
    oracle.doubted = doubted_here(node)
    spec = node.schema.types[key[0]]
    wanted = oracle.shown(held, key, unit, spec.members)
    shown = tuple(v[0] if isinstance(v, list) else v for v in (state.values[n] for n in spec.members[unit]))
    if wanted is None:
        wanted = (False,) if unit == 0 else (None,) * len(shown)
    demand(shown == wanted, "I4", f"{key} unit {unit} on {node.origin} shows {shown}, not {wanted}")


def doubted_here(node: Node) -> set[Gid]:
    """The entries that a verdict known to this node marks."""
    out = set()
    for number, first, last in node.store.doubted():
        key = node.store.lane(number).key
        out |= {(key.origin, key.office, seq) for seq in range(first, last + 1)}
    return out


def settle(world: World) -> None:
    """Faults stop: clocks are set right, keys are known, everything is delivered, everybody meets everybody."""
    for node in world.nodes:
        node.fail_in, node.skew = None, 0
        node.load_pack()
        if node.strangers:
            meet_strangers(world, node)
    world.now += 400 * 86_400_000
    world.deliver_due(everything=True)
    for _ in range(12):
        before = [[(lane.key, lane.last) for lane in n.store.lanes()] for n in world.nodes]
        for node in world.nodes:
            for other in world.nodes:
                if node is not other:
                    world.meet(node, other, faulty=False)
        if before == [[(lane.key, lane.last) for lane in n.store.lanes()] for n in world.nodes]:
            return
    raise Failed("I13: meetings do not end")


def meet_strangers(world: World, node: Node) -> None:
    """A key becomes known: what was refused for want of it is taken, once."""
    strangers, node.strangers = node.strangers, set()
    if node.engine.retry():
        world.count("taken when its origin became known")
    left = [q.detail for q in node.store.quarantined() if q.reason == UNKNOWN_ORIGIN]
    demand(not strangers & set(left), "I1", f"{node.origin} still refuses {left}")
    demand(node.engine.retry() == 0, "I3", "what was taken is taken again")


def upgrade(world: World) -> None:
    """Every node gets the newest version."""
    for node in world.nodes:
        if node.schema is not NEW:
            node.schema = NEW
            if hasattr(node.store, "use"):
                node.store.use(NEW)
            else:
                node.store.schema = NEW
            node.start()
            node.engine.upgrade()
            node.load_pack()
            refused = [q.data for q in node.store.quarantined() if q.data in PACK_BYTES]
            demand(not refused, "I12", "a release that this version brings is still refused")


def at_the_end(world: World) -> None:
    """What must hold once faults have stopped and everybody has met."""
    for node in world.nodes:
        acknowledged_here(world, node)
    settle(world)
    old = [n for n in world.nodes if n.schema is not NEW]
    demand(len({dump.digest(n.store) for n in old}) < 2, "I2", f"old nodes differ: {differences(old)}")
    unknown_survives(world)
    upgrade(world)
    digests = {n.origin: dump.digest(n.store) for n in world.nodes}
    demand(len(set(digests.values())) == 1, "I2", f"nodes differ: {differences(world.nodes)}")
    for node in world.nodes:
        check_has(world, node, world.acked)
        bookkeeping(node)
    node = world.nodes[0]
    everything_shows(world, node)
    links(world, node)
    any_order(world, node, digests[node.origin])
    rebuilt(node, digests[node.origin])
    for each in world.nodes:
        as_known(world, each)
    gapless(world)
    sealed(world)
    forks(world)
    restored(world)


def differences(nodes: list[Node]) -> str:
    """In what the dumps of two nodes differ, the first records of it."""
    lines = [set(dump.lines(node.store)) for node in nodes]
    for node, own in zip(nodes[1:], lines[1:], strict=True):
        if own != lines[0]:
            return f"{nodes[0].origin} and {node.origin}\n" + compare(lines[0], own)
    return "in order only"


def compare(mine: set[bytes], yours: set[bytes]) -> str:
    """The first lines that only one side has, part by part."""
    only = [cbor2.loads(line) for line in sorted(mine - yours)[:2]]
    there = [cbor2.loads(line) for line in sorted(yours - mine)[:2]]
    return "\n".join(f"{a}\n{b}" for a, b in zip_longest(only, there))[:3000]


def everything_shows(world: World, node: Node) -> None:
    """I4, I5 with nothing missing: exactly the conflicts there are, exactly the values there should be."""
    for state in node.store.states():
        if state.type not in (ITEM, FILE, CHILD, NEWER, LINK) or state.key not in {
            w.key for w in world.oracle.writes.values()
        }:
            continue
        held = node.applied(state.key)
        for unit in NEW.types[state.type].members:
            truly = world.oracle.in_conflict(held, state.key, unit)
            listed = unit in state.conflicts
            if not (whole(world, state.key) and all_shows(node, state.key)):
                demand(listed or not truly, "I5", f"a conflict is not listed: {state.key} unit {unit}")
                continue
            if listed and not truly:
                truly = world.oracle.in_conflict(held, state.key, unit, strict=True)
                demand(truly, "I5", f"{state.key} unit {unit} is listed without a conflict")
                continue
            demand(listed == truly, "I5", f"{state.key} unit {unit}: listed {listed}, truly {truly}")
            check_shown(world, node, state, held, unit)
            count_conflict(world, node, state, unit, held)


def count_conflict(world: World, node: Node, state: State, unit: int, held: set[Gid]) -> None:
    """For the tally: which kinds of real concurrency came up."""
    heads = world.oracle.heads(held, unit)
    if len(heads) > 1:
        world.count(f"concurrent {NEW.types[state.type].fields[unit].merge}")
    if unit == 0 and world.oracle.unseen(held, state.key):
        world.count("delete against edit")
    if unit in state.conflicts and len(NEW.types[state.type].members[unit]) > 1:
        world.count("concurrent group")
    if unit in state.conflicts:
        refs = set(state.conflicts[unit].heads)
        demand(
            node.store.held(refs).keys() == refs, "I5", f"a value of {state.key} unit {unit} cannot be read"
        )


def bookkeeping(node: Node) -> None:
    """I3: nothing waits that has all it needs, and no base is awaited that is here."""
    for ref in node.store.waits():
        wanted = needs(node.schema, node.store.held([ref])[ref].entry)
        demand(wanted - node.store.created(wanted).keys(), "I3", f"{ref} waits for nothing on {node.origin}")
    shown = {state.key for state in node.store.states()}
    for key, units in node.store.named_early(shown).items():
        for unit, refs in units.items():
            here = [ref for ref in refs if node.engine.picture.find(ref)]
            demand(not here, "I3", f"{key} unit {unit} on {node.origin} awaits {here}, which are here")


def links(world: World, node: Node) -> None:
    """I11: files linked in force bear one name, and no others do: the smallest id that is not deleted, if any."""
    states = {s.key: s for s in node.store.states()}
    name = {key: key[1] for key in states if key[0] == FILE}
    pairs = [
        (s.values[2], s.values[3])
        for s in states.values()
        if s.type == LINK and s.values[4] and not s.values[0]
    ]
    for _ in pairs:
        for one, other in pairs:
            low = min(name[FILE, one], name[FILE, other])
            name[FILE, one] = name[FILE, other] = low
    live = {low: key[1] for key, low in sorted(name.items(), reverse=True) if not states[key].values[0]}
    name = {key: live.get(low, low) for key, low in name.items()}
    for key, state in states.items():
        if key[0] == FILE:
            demand(state.canonical == name[key], "I11", f"{key} is called {state.canonical.hex()}")
        elif key[0] in (CHILD, NEWER):
            wanted = name[FILE, state.values[1]] if state.values[1] else state.id
            demand(state.canonical == wanted, "I11", f"a row of {key} has another name")


def unknown_survives(world: World) -> None:
    """I12: an old node hands on what it does not know, bit for bit."""
    unknown = {
        gid: data
        for gid, data in world.acked.items()
        if (w := world.oracle.writes[gid]).key[0] == NEWER or (w.key[0] == FILE and 12 in w.fields)
    }
    for node in world.nodes:
        if node.schema is not NEW:
            check_has(world, node, world.acked)
            demand(
                all(node.schema.types.get(NEWER) is None for _ in unknown),
                "I12",
                "an old node knows too much",
            )
            world.counts["unknown handed on"] += len(unknown)


def fresh_engine(world: World, schema: Any = NEW) -> Engine:
    """A node that has nothing yet, of the newest version."""
    return Engine(
        schema, world.make_store(schema), HybridClock(lambda: world.now), origin="fresh.1",
        key_of=world.keys.get, pack_hashes=lambda: frozenset(b.header.hash for b in PACK_BATCHES),
    )  # fmt: skip


def any_order(world: World, node: Node, digest: str) -> None:
    """I3: batches in any order, some of them twice, give the same picture."""
    engine = fresh_engine(world)
    out = []
    for lane in node.store.lanes():
        seq = 1
        while seq <= lane.sealed:
            batch = node.store.batch(lane.number, seq)
            out.append(batches.write(batch, level=1))
            seq = batch.header.last + 1
    for data in world.rng.sample(out, len(out)) + world.rng.sample(out, len(out) // 3):
        outcome = engine.receive(data)
        demand(outcome in (APPLIED, EARLY, KNOWN), "I3", f"an honest batch was {outcome}")
    demand(dump.digest(engine.store) == digest, "I3", "another order gives another picture")


def rebuilt(node: Node, digest: str) -> None:
    """I10: the picture drawn again from the journal is the same."""
    before = set(dump.lines(node.store))
    node.engine.rebuild()
    after = set(dump.lines(node.store))
    demand(dump.digest(node.store) == digest, "I10", f"rebuilt differs:\n{compare(before, after)}")


def as_known(world: World, node: Node) -> None:
    """I10: a record as known then is what the page showed then."""
    if world.erased or node.store.doubted():
        return
    for cut, shown in node.cuts:
        for key, before in shown.items():
            state = node.engine.as_known(key, cut)
            now = frozen(state) if state else None
            if now != before and state is not None:
                # Since then the node may have learned fields that its old version could not show.
                known = {n for n, _ in before[0]}
                now = (
                    tuple(v for v in now[0] if v[0] != 12 or 12 in known),
                    tuple(c for c in now[1] if c[0] != 12),
                )
                before = (before[0], tuple(c for c in before[1] if c[0] != 12))
            if now is not None and any(c[0] == 0 for c in now[1]):
                continue
            world.count("as known then")
            demand(now == before, "I10", f"{key} as known then: {now}, was {before}")


def gapless(world: World) -> None:
    """I6: no number is missing, and one number has one content everywhere."""
    for node in world.nodes:
        for lane in node.store.lanes():
            seqs = [seq for seq, _ in node.store.contents(lane.number, 1, lane.last)]
            erased = {g[2] for g in world.erased if (g[0], g[1]) == tuple(lane.key)}
            demand(
                set(seqs) | erased >= set(range(1, lane.last + 1)),
                "I6",
                f"a gap in {lane.key} on {node.origin}",
            )


def sealed(world: World) -> None:
    """I6: the chain holds, signatures fit, and the ends of every lane agree; judged by the second reader."""
    heads: dict[LaneKey, bytes] = {}
    for node in world.nodes:
        for lane in node.store.lanes():
            demand(heads.setdefault(lane.key, lane.head) == lane.head, "I6", f"{lane.key} has two ends")
            chain, seq = [], 1
            while seq <= lane.sealed:
                batch = node.store.batch(lane.number, seq)
                chain.append(judged(world, batch))
                seq = batch.header.last + 1
            try:
                second_reader.check_chain(chain)
            except second_reader.Bad as bad:
                raise Failed(f"I6: {lane.key} on {node.origin}: {bad}") from bad
            for gid, data in [((*lane.key, s), d) for one in chain for s, d in one["contents"].items()]:
                demand(
                    world.acked.get(gid, data) == data, "I6", f"{gid} says something else on {node.origin}"
                )


def judged(world: World, batch: batches.Batch) -> dict[str, Any]:
    """A batch as the second reader reads it; the same batch is read once."""
    same = batch.header.raw, batch.signature, batch.key, frozenset(batch.contents.items())
    found: dict[str, Any] | None = world.read.get(same)
    if found is None:
        try:
            data = batches.write(batch, level=1)
            found = second_reader.read(data, world.keys, {b.header.hash for b in PACK_BATCHES})
        except second_reader.Bad as bad:
            raise Failed(f"I6: a batch that a node keeps: {bad}") from bad
        world.read[same] = found
    ASKED["I6"] += 1
    return found


def forks(world: World) -> None:
    """I6: two histories under one number are found, named, and both kept."""
    node = world.rng.choice(world.nodes)
    lanes = [lane for lane in node.store.lanes() if lane.key.origin == node.origin and lane.last]
    if world.rng.random() > 0.3 or not lanes:
        return
    lane = world.rng.choice(lanes)
    target = fresh_engine(world)
    first = node.store.batch(lane.number, 1)
    target.receive(batches.write(first, level=1))
    contents = [data for _, data in node.store.contents(lane.number, 1, 1)]
    if not contents:
        return
    other = batches.seal(lane.key, 1, contents, previous=b"", stamp=1, signer=node.signer)
    demand(target.receive(batches.write(other, level=1)) == "refused", "I6", "a fork was taken")
    number = target.store.lane_number(lane.key)
    demand(target.store.lane(number).frozen, "I6", "a forked lane was not frozen")
    demand(any(q.reason == FORK and q.data for q in target.store.quarantined()), "I6", "a fork was not named")
    world.count("quarantine: fork")
    demand(target.receive(batches.write(first, level=1)) == "refused", "I6", "a frozen lane was written")
    demand(any(q.reason == FROZEN for q in target.store.quarantined()), "I6", "a frozen lane was not named")
    world.count("quarantine: frozen")
    fork_later(world, node, lane)


def fork_later(world: World, node: Node, lane: Lane) -> None:
    """I6: a batch that goes on from another past is a fork too, though no number is held twice."""
    target = fresh_engine(world)
    first = node.store.batch(lane.number, 1)
    target.receive(batches.write(first, level=1))
    content = node.store.contents(lane.number, 1, 1)[0][1]
    moved = cbor2.dumps(cbor2.loads(content) | {1: first.header.last + 1})
    other = batches.seal(
        lane.key, first.header.last + 1, [moved], previous=bytes(32), stamp=1, signer=node.signer
    )
    demand(target.receive(batches.write(other, level=1)) == "refused", "I6", "another past was taken")
    demand(
        any(q.reason == FORK and q.data for q in target.store.quarantined()),
        "I6",
        "another past was not named",
    )


def restored(world: World) -> None:
    """A node that came back from an old copy does not write over its own later entries."""
    node = world.rng.choice(world.nodes)
    lanes = [lane for lane in node.store.lanes() if lane.key.origin == node.origin and lane.sealed]
    if world.rng.random() > 0.3 or not lanes:
        return
    lane = world.rng.choice(lanes)
    engine = Engine(
        NEW, world.make_store(NEW), HybridClock(lambda: world.now), origin=node.origin, signer=node.signer,
        key_of=world.keys.get,
    )  # fmt: skip
    outcome = engine.receive(batches.write(node.store.batch(lane.number, 1), level=1))
    demand(outcome == "refused", "I6", "a restored node took its own later entries as another's")
    demand(any(q.reason == OWN_LONGER for q in engine.store.quarantined()), "I6", "not named")
    world.count("quarantine: own lane longer")


def tally_refused(world: World) -> None:
    """Count what was ever refused: nothing refused is thrown away."""
    for node in world.nodes:
        for item in node.store.quarantined():
            world.count(f"quarantine: {item.reason}")


def tally(world: World) -> None:
    """Count what waits, so that a run can show that it tried everything."""
    for node in world.nodes:
        for ref in node.store.waits():
            held = node.store.held([ref])[ref]
            for key in (
                needs(node.schema, held.entry) - node.store.created(needs(node.schema, held.entry)).keys()
            ):
                world.count(f"waits: {WAITS.get(key[0], 'for the type of a later version')}")
            if not node.store.waiting([ref]):
                world.count("waits: for a field of a later version")
