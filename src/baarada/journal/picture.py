"""The picture: every record as it now stands, drawn from the journal and from nothing else."""

from collections.abc import Callable, Collection, Iterable

from baarada.journal import merging
from baarada.journal.applying import Changed, Round, file_of, knows_fields, needs, problem
from baarada.journal.batches import MOST_ENTRIES
from baarada.journal.entries import CREATE, LaneKey, Ref, lane_of, ref_of, seq_of
from baarada.journal.merging import Held, Key, State
from baarada.journal.schema import (
    DELETED,
    ERASED_ENTRIES,
    ERASURE,
    FIRST_FREE_TYPE,
    LATEST,
    LINK,
    LINK_ONE,
    LINK_OTHER,
    LINK_TYPE,
    OWNER,
    VERDICT,
    VERDICT_ENTRIES,
    Schema,
)
from baarada.journal.sealing import Sealer
from baarada.journal.store import NAMING, NEEDS_FIELDS, NEEDS_NEWER, Ranges, Store
from baarada.journal.values import Value
from baarada.kernel.ids import Id


def _within(ref: Ref, cut: dict[int, int]) -> bool:
    return seq_of(ref) <= cut.get(lane_of(ref), 0)


def first_of(group: Iterable[Id], deleted: Collection[Id]) -> Id:
    """The name of some linked files: the smallest id among those that are not deleted, among all if all are."""
    return min(group, key=lambda id_: (id_ in deleted, id_))


class Picture:
    """Applies entries, follows links, erasures and verdicts, and can be drawn again."""

    def __init__(
        self, schema: Schema, store: Store, sealer: Sealer, on_change: Callable[[Changed], None],
        on_redrawn: Callable[[], None],
    ) -> None:  # fmt: skip
        self.schema = schema
        self.store = store
        self.sealer = sealer
        self.on_change = on_change
        self.on_redrawn = on_redrawn
        self._drawn: dict[int, int] | None = None

    def apply(self, helds: list[Held], fresh: set[Key] | None = None, local: bool = False) -> None:
        """Bring the picture up to date with entries that were just appended, and with those that waited for them.

        ``fresh`` are records known to be new, which spares a look; ``local`` says that they were written here.
        """
        fresh = fresh or set()
        work = Round(self.schema, self.store, self.find, fresh, local)
        todo = helds
        while todo:
            # Nothing can have waited for an id that was made just now.
            born = work.run(todo) - fresh
            refs = self.store.waiting_on(born) if born else []
            todo = [held for _, held in sorted(self.store.held(refs).items())]
            self.store.end_wait(refs)
            # What waited came from elsewhere, and is judged so, even if a change made here releases it.
            work.local = False
        work.save()
        self._follow(work, [h for h in work.applied if h.entry.type < FIRST_FREE_TYPE])
        if self._drawn is None:
            self.on_change(work.changed)

    def rebuild(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Empty the picture and draw it again from the journal alone.

        What is worked out from the records is made anew at the end, when all of them are there: nothing is told of
        each change. ``progress`` is told, from time to time, how many entries have been applied.
        """
        done = 0
        with self.store.transaction():
            self.store.take_turn(NAMING)
            self.store.clear_picture()
            self._drawn = {}
            try:
                for lane in self.store.lanes():
                    for first in range(1, lane.last + 1, MOST_ENTRIES):
                        last = min(lane.last, first + MOST_ENTRIES - 1)
                        self._drawn[lane.number] = last
                        refs = (ref_of(lane.number, seq) for seq in range(first, last + 1))
                        helds = sorted(self.store.held(refs).items())
                        self.apply([held for _, held in helds])
                        done += len(helds)
                        progress(done)
            finally:
                self._drawn = None
            self.on_redrawn()

    def upgrade(self) -> None:
        """After a new version: show what it knows and the old one did not."""
        with self.store.transaction():
            self.store.take_turn(NAMING)
            refs = self.store.waiting_on([NEEDS_NEWER])
            self.store.end_wait(refs)
            helds = self.store.held(refs) | self._acquitted()
            self.apply([held for _, held in sorted(helds.items())])
            late = self.store.held(self.store.waiting_on([NEEDS_FIELDS]))
            changed = Changed()
            self._redo({(h.entry.type, h.entry.id) for h in late.values()}, changed)
            self.on_change(changed)

    def _acquitted(self) -> dict[Ref, Held]:
        """Entries that were in quarantine and that this version can show; they are there no longer."""
        items = {item.ref: item for item in self.store.quarantined() if item.ref}
        found = self.store.held(items).items()
        free = {ref: held for ref, held in found if not problem(self.schema, held.entry)}
        for ref in free:
            self.store.release(items[ref])
        return free

    def find(self, ref: Ref) -> Held | None:
        """An entry held and shown. While the picture is drawn again: only as far as it is drawn."""
        if self._drawn is not None and seq_of(ref) > self._drawn.get(lane_of(ref), 0):
            return None
        held = self.store.held([ref]).get(ref)
        if held is None or problem(self.schema, held.entry) or self.store.waiting([ref]):
            return None
        return held

    # -- links, erasures, verdicts ----------------------------------------------------

    def _follow(self, work: Round, own: list[Held]) -> None:
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
        for type_, id_ in self._files(work.turned):
            linked.setdefault(type_, set()).add(id_)
        for type_, ids in linked.items():
            self._rename(type_, ids, work.changed)

    def _ranges(self, value: Value) -> Ranges:
        return [
            (self.store.lane_number(LaneKey(origin, office)), first, last)
            for origin, office, first, last in value or []
        ]

    def _rename(self, type_: int, ids: set[Id], changed: Changed) -> None:
        """Give linked files one name: the smallest id among those of them that are not deleted."""
        names: dict[Id, Id] = {}
        for start in sorted(ids):
            if start not in names:
                group = self._group(type_, start)
                names |= dict.fromkeys(group, self._first(type_, group))
        # A file that was unlinked leaves others behind, whose name may have been its id.
        before = self.store.canonical({(type_, i) for i in names})
        news = {i: name for i, name in names.items() if before.get((type_, i), name) != name}
        if news:
            self.store.set_canonical(type_, news)
            changed.renamed |= {(type_, i): name for i, name in news.items()}

    def _first(self, type_: int, group: set[Id]) -> Id:
        if len(group) == 1:
            return min(group)
        states = self.store.load((type_, id_) for id_ in group)
        return first_of(group, {state.id for state in states.values() if state.values[DELETED]})

    def _files(self, keys: Iterable[Key]) -> list[Key]:
        """Those of some records that can be linked: not rows of a file, nor what the journal itself keeps."""
        types = self.schema.types
        return [
            key for key in keys if key[0] >= FIRST_FREE_TYPE and key[0] in types and not types[key[0]].file
        ]

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
            self.sealer.hide(number, [r for r in ranges if r[0] == number])
        self._redo(self.store.erase(ranges), changed)

    def _redo(self, keys: set[Key], changed: Changed) -> None:
        """Work records out anew after some of their entries, or of those they need, are gone."""
        linked = self.store.load(key for key in keys if key[0] == LINK)
        for key in sorted(keys):
            existed = bool(self.store.created([key]))
            changed.left.update(self.store.canonical([key]).values())
            helds = self.store.entries_of(key)
            wanted = {n for h in helds for n in needs(self.schema, h.entry)} - {key}
            state = self._replay(key, helds, set(self.store.created(wanted)))
            if state is not None:
                state.canonical = self._canonical(state)
                self.store.save([], [state])
                changed.old[key] = state
            else:
                self.store.remove(key)
                changed.removed.add(key)
                changed.old.pop(key, None)
            self._wait_again(helds)
            self._name_again(key, helds)
            if state is None and existed:
                # Those that point to it wait again, also where they have pointed elsewhere since.
                self._redo(self.store.naming(key), changed)
        for link in linked.values():
            self._rename(link.values[LINK_TYPE], {link.values[LINK_ONE], link.values[LINK_OTHER]}, changed)
        for type_, id_ in self._files(sorted(keys)):
            self._rename(type_, {id_}, changed)

    def _name_again(self, key: Key, helds: list[Held]) -> None:
        self.store.forget_named(key)
        spec = self.schema.types.get(key[0])
        waiting = self.store.waiting(h.ref for h in helds)
        shown = {h.ref for h in helds if not problem(self.schema, h.entry)} - waiting
        for held in helds:
            if spec is not None and held.ref in shown and held.entry.mode != CREATE:
                for unit in merging.replaced_units(held.entry, spec):
                    missing = set(held.entry.bases.get(unit, ())) - shown
                    if missing:
                        self.store.name_early(key, unit, missing)

    def _wait_again(self, helds: list[Held]) -> None:
        self.store.end_wait(h.ref for h in helds)
        for held in helds:
            if problem(self.schema, held.entry):
                continue
            wanted = needs(self.schema, held.entry)
            unmet = wanted - self.store.created(wanted).keys()
            if unmet:
                self.store.wait(held.ref, unmet)
            elif not knows_fields(self.schema, held.entry):
                self.store.wait(held.ref, {NEEDS_FIELDS})

    def _canonical(self, state: State) -> Id:
        spec = self.schema.types[state.type]
        file = file_of(spec, state.values) if spec.file else state.key
        if file is None:
            return state.id
        return self.store.canonical([file]).get(file, file[1])

    def _doubt(self, ranges: Ranges) -> None:
        self.store.doubt(ranges)
        keys = self.store.conflicted(LATEST) + self.store.conflicted(OWNER)
        states = self.store.load(set(keys))
        for state in states.values():
            spec = self.schema.types[state.type]
            for unit in list(state.conflicts):
                merging.settle(state, unit, spec, self.find)
            state.canonical = self._canonical(state)
        self.store.save([], list(states.values()))

    # -- as known then --------------------------------------------------------------

    def as_known(
        self, keys: Iterable[Key], cut: dict[int, int], asked: frozenset[Key] = frozenset()
    ) -> dict[Key, State]:
        """Records as they stood when each lane ended where ``cut`` says; those unknown then are left out.

        ``cut`` maps lane numbers to sequences. A lane that is not in it was not known. ``asked`` are records
        on whose account these are looked at: they may point to each other in a circle.
        """
        known = {
            key: [h for h in helds if _within(h.ref, cut)]
            for key, helds in self.store.entries_of_all(keys).items()
        }
        wanted = {n for key, helds in known.items() for h in helds for n in needs(self.schema, h.entry)}
        met = self._met(wanted - asked, cut, asked.union(known)) | asked
        found = {key: self._replay(key, helds, met) for key, helds in known.items()}
        return {key: state for key, state in found.items() if state is not None}

    def _met(self, wanted: set[Key], cut: dict[int, int], asked: frozenset[Key]) -> set[Key]:
        """The records among these that showed then: created, with all they themselves needed."""
        states = self.store.load(wanted).items()
        born = {key for key, s in states if any(_within(ref, cut) for ref in s.heads_of(merging.BIRTHS))}
        deep = {key for key in born - asked if self.schema.types[key[0]].inside}
        return born - deep | (self.as_known(deep, cut, asked).keys() if deep else set())

    def _replay(self, key: Key, helds: list[Held], met: set[Key]) -> State | None:
        """A record from some of its entries; ``met`` are the records that exist for them."""
        if key[0] not in self.schema.types:
            return None
        met = met | {key}
        known = [h for h in helds if needs(self.schema, h.entry) <= met and not problem(self.schema, h.entry)]
        return merging.replay(key, known, self.schema.types[key[0]])
