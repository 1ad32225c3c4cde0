"""How writes meet, for all histories: any order, any grouping, any repetition of arrival gives the same bytes."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baarada.journal import batches, drafts, dump, merging
from baarada.journal.batches import KeySigner
from baarada.journal.drafts import Seen
from baarada.journal.engine import Engine
from baarada.journal.entries import CHANGE, CREATE, PROPOSE, Draft, Writer, canonical, ref_of
from baarada.journal.memory import MemoryStore
from baarada.journal.schema import IN_CHARGE, LATEST, OWNER, PERSON, FieldSpec, Schema, TypeSpec
from baarada.kernel.clocks import HybridClock
from baarada.kernel.ids import IdMaker
from tests.journal.nodes import sealed, signer

FILE, ROW = 40, 41
START = 1_795_000_000_000


def field(number, kind="text", merge=LATEST, owner="", target=0):
    return FieldSpec(number=number, name=f"f{number}", kind=kind, merge=merge, owner=owner, target=target)


def schema():
    return Schema([
        TypeSpec(number=FILE, name="File", together=[(4, 5)], fields={f.number: f for f in (
            field(1), field(2, merge=OWNER, owner="national"), field(3, merge=PERSON),
            field(4, merge=PERSON), field(5, merge=PERSON), field(6, merge=OWNER, owner=IN_CHARGE),
        )}),
        TypeSpec(number=ROW, name="Row", file=1, fields={f.number: f for f in (
            field(1, "inside", PERSON, target=FILE), field(2),
        )}),
    ])  # fmt: skip


SCHEMA = schema()
UNITS = {FILE: ((1,), (2,), (3,), (4, 5), (6,)), ROW: ((2,),)}
OFFICE = bytes(16)


class Network:
    """A few nodes that write apart and sometimes meet."""

    def __init__(self, nodes):
        self.now = START
        random = iter(range(10**6))
        self.new_id = IdMaker(
            lambda: START, lambda n: hashlib.sha256(str(next(random)).encode()).digest()[:n]
        )
        self.signers = {f"n{i}.1": signer(f"n{i}") for i in range(nodes)}
        self.nodes = [self.node(origin, i) for i, origin in enumerate(self.signers)]
        self.keys = []

    def node(self, origin, index=0):
        engine = Engine(
            SCHEMA, MemoryStore(SCHEMA), HybridClock(lambda: self.now), origin=origin,
            signer=self.signers.get(origin), key_of=lambda o: self.signers[o].public if o in self.signers else None,
        )  # fmt: skip
        kind = "national" if index == 0 else "district"
        engine.who = Writer(bytes(16), OFFICE if index < 2 else bytes([index]) * 16, kind, origin)
        return engine

    def commit(self, engine, made):
        self.now += 1
        engine.commit(made, act=self.new_id(), writer=engine.who)
        engine.seal()

    def step(self, step):
        """One thing that a person does."""
        index, what, which, unit, value = step
        engine = self.nodes[index % len(self.nodes)]
        here = sorted(engine.store.created(self.keys))
        if what == "meet":
            self.meet(self.nodes[which % len(self.nodes)], engine)
        elif what == "create" or not here:
            self.create(engine, here, which, value)
        else:
            self.edit(engine, engine.store.load([here[which % len(here)]]).popitem()[1], what, unit, value)

    def create(self, engine, here, which, value):
        files = [key for key in here if key[0] == FILE]
        type_, fields = (
            (ROW, {1: files[which % len(files)][1], 2: value}) if files and which % 3 else (FILE, {1: value})
        )
        again = [key for key in self.keys if key not in here and key[0] == FILE]
        if type_ == FILE and again and which % 2:
            id_, fresh = again[0][1], False
        else:
            id_, fresh = self.new_id(), True
        draft = Draft(office=OFFICE, type=type_, id=id_, kind="made", mode=CREATE, fields=fields, fresh=fresh)
        self.commit(engine, [draft])
        if (type_, id_) not in self.keys:
            self.keys.append((type_, id_))

    def edit(self, engine, state, what, unit, value):
        seen = Seen.of(state)
        if what == "delete":
            make = drafts.restore if state.values[0] else drafts.delete
            self.commit(engine, [make(seen, office=OFFICE, kind="deleted")])
            return
        units = UNITS[state.type]
        fields = dict.fromkeys(units[unit % len(units)], value)
        made = drafts.change(
            engine, seen, fields, office=OFFICE, writer=engine.who, kind="changed", mode=CHANGE
        )
        self.commit(engine, made)

    def meet(self, source, target):
        for data in sealed(source.store):
            target.receive(data)

    def everything(self):
        """All that anybody wrote."""
        return [data for engine in self.nodes for data in own(engine)]


def own(engine):
    return [data for data in sealed(engine.store) if batches.read(data).header.lane.origin == engine.origin]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(["edit", "edit", "edit", "meet", "meet", "create", "delete"]),
        st.integers(0, 7), st.integers(0, 4), st.sampled_from("abc"),
    ),
    min_size=3, max_size=24,
)  # fmt: skip
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def played(steps, nodes=3):
    network = Network(nodes)
    for step in steps:
        network.step(step)
    return network


def digest_of(network, arrivals):
    engine = network.node("fresh.1")
    for data in arrivals:
        engine.receive(data)
    return dump.digest(engine.store), engine


class TestAnyOrder:
    @many
    @given(STEPS, st.randoms(use_true_random=False))
    def test_any_order_and_any_repetition_give_the_same_picture(self, steps, rng):
        network = played(steps)
        everything = network.everything()
        truth, _ = digest_of(network, everything)

        shuffled = everything + everything[::2]
        rng.shuffle(shuffled)
        assert digest_of(network, shuffled)[0] == truth

    @many
    @given(STEPS)
    def test_what_is_drawn_again_is_the_same_and_so_is_what_one_record_gives_alone(self, steps):
        network = played(steps)
        truth, engine = digest_of(network, network.everything())
        states = {state.key: state for state in engine.store.states()}

        engine.rebuild()
        assert dump.digest(engine.store) == truth
        cut = {lane.number: lane.last for lane in engine.store.lanes()}
        alone = {key: engine.as_known(key, cut) for key in states}
        assert {k: (s.values, s.heads, s.conflicts) for k, s in alone.items()} == {
            k: (s.values, s.heads, s.conflicts) for k, s in states.items()
        }

    @many
    @given(STEPS)
    def test_nodes_that_have_met_agree_whoever_met_first(self, steps):
        network = played(steps)
        for one in (*network.nodes, *network.nodes):
            for other in network.nodes:
                network.meet(one, other)
        assert len({dump.digest(node.store) for node in network.nodes}) == 1

    @many
    @given(STEPS, st.data())
    def test_entries_sealed_in_other_pieces_give_the_same_picture(self, steps, data):
        network = played(steps)
        truth, engine = digest_of(network, network.everything())
        arrivals = []
        for lane in engine.store.lanes():
            if lane.key.origin not in network.signers:
                continue
            contents = [c for _, c in engine.store.contents(lane.number, 1, lane.last)]
            arrivals += regrouped(lane.key, contents, network.signers[lane.key.origin], data)
        assert digest_of(network, arrivals)[0] == truth

    @many
    @given(STEPS)
    def test_a_conflict_is_two_values_of_which_neither_writer_knew_the_other(self, steps):
        network = played(steps)
        _, engine = digest_of(network, network.everything())
        for state in engine.store.states():
            for unit, conflict in state.conflicts.items():
                assert len(conflict.heads) > 1
                assert engine.store.held(conflict.heads).keys() == set(conflict.heads)
                held = engine.store.held(conflict.heads).values()
                if unit:
                    for one in held:
                        based = set(one.entry.bases.get(unit, ()))
                        assert not based & set(conflict.heads) or one.entry.mode == PROPOSE


def regrouped(lane, contents, by: KeySigner, data):
    """The same entries in batches of other sizes."""
    out, previous, first = [], b"", 1
    while contents:
        size = data.draw(st.integers(1, len(contents)))
        batch = batches.seal(
            lane, first, contents[:size], previous=previous, stamp=START << 16, signer=by, key=bytes(32)
        )
        out.append(batches.write(batch, level=1))
        contents, previous, first = contents[size:], batch.header.hash, first + size
    return out


class TestClasses:
    """One page open on two screens: what shows, and who decides."""

    @pytest.fixture
    def pair(self):
        """The capital and a district that hold one file: its key, and what both saw."""
        network = Network(3)
        capital, district, other = network.nodes
        draft = Draft(
            office=OFFICE, type=FILE, id=network.new_id(), kind="made", mode=CREATE,
            fields={1: "a", 2: "a", 3: "a", 4: "a", 5: "a", 6: "a"}, fresh=True,
        )  # fmt: skip
        network.commit(capital, [draft])
        for node in (district, other):
            network.meet(capital, node)
        return network, (FILE, draft.id)

    def write(self, network, node, key, fields):
        state = node.store.load([key])[key]
        network.commit(
            node,
            drafts.change(node, Seen.of(state), fields, office=OFFICE, writer=node.who, kind="changed"),
        )

    def merged(self, network, key):
        _, engine = digest_of(network, network.everything())
        return engine.store.load([key])[key]

    def test_latest_shows_the_later_clock_and_offers_the_other(self, pair):
        network, key = pair
        self.write(network, network.nodes[1], key, {1: "first"})
        self.write(network, network.nodes[0], key, {1: "second"})

        state = self.merged(network, key)
        assert (state.values[1], set(state.conflicts)) == ("second", {1})

    def test_owner_shows_the_owners_value_though_it_is_older(self, pair):
        network, key = pair
        self.write(network, network.nodes[0], key, {2: "of the capital"})
        self.write(network, network.nodes[1], key, {2: "of the district"})

        state = self.merged(network, key)
        assert (state.values[2], set(state.conflicts)) == ("of the capital", {2})

    def test_owner_in_charge_is_the_office_of_the_lane(self, pair):
        network, key = pair
        self.write(network, network.nodes[1], key, {6: "of the office in charge"})
        self.write(network, network.nodes[2], key, {6: "of another"})

        assert self.merged(network, key).values[6] == "of the office in charge"

    def test_person_shows_what_was_agreed_until_somebody_decides(self, pair):
        network, key = pair
        self.write(network, network.nodes[0], key, {3: "b"})
        self.write(network, network.nodes[1], key, {3: "c"})

        state = self.merged(network, key)
        assert (state.values[3], set(state.conflicts)) == ("a", {3})

    def test_a_group_is_one_value(self, pair):
        network, key = pair
        self.write(network, network.nodes[0], key, {4: "b", 5: "b"})
        self.write(network, network.nodes[1], key, {4: "b", 5: "c"})

        state = self.merged(network, key)
        assert (state.values[4], state.values[5], set(state.conflicts)) == ("a", "a", {4})
        with pytest.raises(ValueError, match="change together"):
            self.write(network, network.nodes[0], key, {4: "b"})

    def test_the_same_value_twice_and_different_fields_are_no_conflict(self, pair):
        network, key = pair
        self.write(network, network.nodes[0], key, {3: "b"})
        self.write(network, network.nodes[1], key, {3: "b", 1: "x"})

        state = self.merged(network, key)
        assert (state.values[3], state.values[1], state.conflicts) == ("b", "x", {})

    def test_a_deletion_and_an_edit_it_did_not_see_are_a_question(self, pair):
        network, key = pair
        capital, district, _ = network.nodes
        self.write(network, district, key, {1: "x"})
        network.commit(
            capital, [drafts.delete(Seen.of(capital.store.load([key])[key]), office=OFFICE, kind="d")]
        )

        state = self.merged(network, key)
        assert (state.values[0], state.values[1], set(state.conflicts)) == (False, "x", {0})
        assert len(state.conflicts[0].heads) == 2

    def test_a_deletion_that_saw_everything_stands(self, pair):
        network, key = pair
        capital, district, _ = network.nodes
        self.write(network, district, key, {1: "x"})
        network.meet(district, capital)
        network.commit(
            capital, [drafts.delete(Seen.of(capital.store.load([key])[key]), office=OFFICE, kind="d")]
        )

        state = self.merged(network, key)
        assert (state.values[0], state.conflicts) == (True, {})

    def test_a_record_created_twice_has_both_values(self, pair):
        network, key = pair
        alone = network.node("n9.1")
        network.signers["n9.1"] = alone.sealer.signer = signer("n9")
        alone.who = network.nodes[1].who
        draft = Draft(office=OFFICE, type=FILE, id=key[1], kind="made", mode=CREATE, fields={1: "a", 3: "z"})
        network.commit(alone, [draft])
        network.nodes.append(alone)

        state = self.merged(network, key)
        assert set(state.conflicts) == {2, 3, 4, 6}
        assert len(state.heads[merging.BIRTHS]) == 2
        self.write(network, alone, key, {3: "y"})
        assert "y" in {h.entry.fields.get(3) for h in self.heads(network, key, 3)}

    def heads(self, network, key, unit):
        _, engine = digest_of(network, network.everything())
        return engine.store.held(engine.store.load([key])[key].heads_of(unit)).values()


class TestCanonical:
    @many
    @given(STEPS)
    def test_an_entry_read_and_written_again_is_the_same_bytes(self, steps):
        network = played(steps)
        for engine in network.nodes:
            names = {lane.number: lane.key for lane in engine.store.lanes()}
            for number in names:
                for seq, data in engine.store.contents(number, 1, 100):
                    (held,) = engine.store.held([ref_of(number, seq)]).values()
                    assert canonical(held.entry, number, names.__getitem__) == data
