"""Run simulated networks from seeds; print how to replay and shrink the first that fails.

./run sim --seeds N --jobs J --start S [--store memory|sqlite|postgres] [--shrink SEED]

A run of a hundred seeds or more also fails if one of the situations it is there for came up too seldom.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from baarada.journal import dump
from baarada.journal.memory import MemoryStore
from tests.sim import checks
from tests.sim.memo import remembering
from tests.sim.types import NEW
from tests.sim.world import ASKED, World

Steps = list[tuple[str, int]]


def plan(seed: int) -> Steps:
    """The steps of a seed: at least 60 writes, 8 meetings and 2 faults, in some order."""
    rng = random.Random(seed)
    kinds = ["write"] * rng.randint(76, 88) + ["meet"] * rng.randint(12, 20)
    kinds += rng.choices(["clock", "fail", "restart"], [4, 4, 1], k=rng.randint(3, 6))
    kinds += ["cut"] * 2 + ["check"] * 2 + ["pack"] * 2 + ["rogue"] * rng.randint(0, 2)
    rng.shuffle(kinds)
    # Something to write about first.
    kinds = ["write"] * 6 + kinds
    return [(kind, rng.randrange(2**62)) for kind in kinds]


def memory_store(schema: Any) -> MemoryStore:
    return MemoryStore(schema or NEW)


class SimWorld(World):
    def do_check(self, node: Any) -> None:
        checks.in_the_middle(self, node)
        checks.tally(self)


LEAST = {"writes": 60, "meetings": 8, "faults": 2}
"""What every seed has, at the least."""

SITUATIONS = (
    *(f"concurrent {what}" for what in ("latest", "owner", "person", "group")),
    *(f"fault: clock {what}" for what in ("1970", "2099", "jump")),
    *(f"fault: {what}" for what in ("crash", "cut", "delay", "disk full", "flip", "gap", "reorder", "repeat")),
    *(f"waits: for {what}" for what in (
        "a child", "a file", "a link", "an item", "a field of a later version", "the type of a later version",
    )),
    *(f"quarantine: {what}" for what in (
        "altered", "bad value", "fork", "frozen", "no authority", "own lane longer", "too new", "unknown origin",
        "unreadable",
    )),
    *(f"arrival: {what}" for what in ("applied", "early", "known", "refused")),
    *(f"asked: {invariant}" for invariant in ("I1", "I2", "I3", "I4", "I5", "I6", "I10", "I11", "I12")),
    "as known then", "clock asked", "created twice", "decision", "delete against edit", "edit on an old page",
    "erasure", "link", "note", "proposal", "released by a creation made here", "restored",
    "taken when its origin became known", "undo", "unknown handed on", "unlink", "verdict",
)  # fmt: skip
"""What must come up, at least once in ten seeds, wherever enough seeds are run to say so."""
ENOUGH = 100


def missing(total: Counter[str], seeds: int) -> list[str]:
    """The situations that came up too seldom for a run of so many seeds to mean anything."""
    if seeds < ENOUGH:
        return []
    return [f"{name}: {total[name]} of {seeds // 10}" for name in SITUATIONS if total[name] < seeds // 10]


@remembering()
def play(seed: int, steps: Steps, make_store: Callable[[Any], Any] = memory_store) -> Counter[str]:
    """Play a seed's steps and check everything; returns what came up.

    Raises:
        Failed: an invariant does not hold.
    """
    ASKED.clear()
    world = SimWorld(seed, steps, make_store)
    world.run()
    checks.at_the_end(world)
    checks.tally(world)
    checks.tally_refused(world)
    for invariant, number in ASKED.items():
        world.counts[f"asked: {invariant}"] += number
    return world.counts


@remembering()
def final_digest(seed: int, kind: str) -> str:
    """The digest of what every node holds in the end, kept in stores of a kind.

    Nothing fails on the way: a store in memory and one on SQL would fail before different writes.
    """
    make, done = maker(kind)
    world = SimWorld(seed, [step for step in plan(seed) if step[0] != "fail"], make)
    try:
        world.run()
        checks.settle(world)
        checks.upgrade(world)
        return dump.digest(world.nodes[0].store)
    finally:
        done()


def shrink(seed: int, steps: Steps, fails: Callable[[Steps], bool]) -> Steps:
    """Leave out steps while it still fails: halves first, then single steps."""
    size = len(steps) // 2
    while size:
        place = 0
        while place < len(steps):
            shorter = steps[:place] + steps[place + size :]
            if fails(shorter):
                steps = shorter
            else:
                place += size
        size //= 2
    return steps


def _fails(seed: int, kind: str) -> Callable[[Steps], bool]:
    return lambda steps: bool(one_of(seed, steps, kind)[1])


def one_of(seed: int, steps: Steps, kind: str) -> tuple[Counter[str], str]:
    """Play some steps on stores of a kind; what came up, and how it failed."""
    make, done = maker(kind)
    try:
        return play(seed, steps, make), ""
    except Exception:
        return Counter(), traceback.format_exc()
    finally:
        done()


def one(args: tuple[int, str]) -> tuple[int, Counter[str], str]:
    """One seed, in a worker process."""
    seed, kind = args
    counts, failure = one_of(seed, plan(seed), kind)
    few = [f"{name}: {counts[name]} of {least}" for name, least in LEAST.items() if counts[name] < least]
    if few and not failure:
        failure = f"too little happens: {', '.join(few)}"
    return seed, counts, failure


def maker(kind: str) -> tuple[Callable[[Any], Any], Callable[[], None]]:
    """How to make stores of a kind, and how to throw them away."""
    if kind == "memory":
        return memory_store, lambda: None
    from tests.sim import sqlstores

    return sqlstores.maker(kind)


def run(start: int, seeds: int, jobs: int, kind: str) -> tuple[Counter[str], str, int]:
    """Run seeds; returns the tally, the first failure's report and its seed."""
    total: Counter[str] = Counter()
    work = [(seed, kind) for seed in range(start, start + seeds)]
    if jobs == 1:
        try:
            return _gather(map(one, work), total, seeds)
        finally:
            if kind == "postgres":
                _tidy(0)
    with ProcessPoolExecutor(jobs) as pool:
        out = _gather(pool.map(one, work, chunksize=10), total, seeds)
        if kind == "postgres":
            list(pool.map(_tidy, range(jobs * 4)))
        pool.shutdown(cancel_futures=True)
        return out


def _tidy(_: int) -> None:
    from tests.sim import sqlstores

    sqlstores.drop_databases()


def _gather(results: Any, total: Counter[str], seeds: int) -> tuple[Counter[str], str, int]:
    for done, (seed, counts, failure) in enumerate(results, 1):
        total += counts
        if failure:
            return total, failure, seed
        if sys.stderr.isatty() and done % 50 == 0:
            print(f"\r{done} / {seeds}", end="", file=sys.stderr, flush=True)
    return total, "", -1


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run sim", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--start", type=int, default=1)
    parser.add_argument("--store", choices=("memory", "sqlite", "postgres"), default="memory")
    parser.add_argument("--shrink", type=int, metavar="SEED")
    args = parser.parse_args(argv)
    if args.shrink is not None:
        return show_shrunk(args.shrink, args.store)
    began = time.monotonic()
    total, failure, seed = run(args.start, args.seeds, args.jobs, args.store)
    took = time.monotonic() - began
    for name, number in sorted(total.items()):
        print(f"{number:9,}  {name}")
    if failure:
        print(failure)
        print(f"seed {seed} fails. Replay: ./run sim --start {seed} --seeds 1 --store {args.store}")
        print(f"Shrink: ./run sim --shrink {seed} --store {args.store}")
        return 1
    print(f"{args.seeds} seeds clean ({args.store}), {args.seeds / took:.1f} a second")
    if few := missing(total, args.seeds):
        print("But this came up too seldom:", *few, sep="\n  ")
        return 1
    return 0


def show_shrunk(seed: int, kind: str) -> int:
    """Print the fewest steps of a seed that still fail."""
    fails = _fails(seed, kind)
    steps = plan(seed)
    if not fails(steps):
        print(f"seed {seed} is clean")
        return 0
    steps = shrink(seed, steps, fails)
    print(f"seed {seed} fails with {len(steps)} steps:")
    for step in steps:
        print("  ", step)
    print(one_of(seed, steps, kind)[1])
    return 1


if __name__ == "__main__":
    sys.exit(main())
