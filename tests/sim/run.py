"""Run simulated networks from seeds; print how to replay and shrink the first that fails.

./run sim --seeds N --jobs J --start S [--store memory|sqlite|postgres] [--shrink SEED]
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
from baarada.journal.store import MemoryStore
from tests.sim import checks, memo
from tests.sim.types import NEW
from tests.sim.world import World

Steps = list[tuple[str, int]]
memo.install()


def plan(seed: int) -> Steps:
    """The steps of a seed: at least 60 writes, 8 meetings and 2 faults, in some order."""
    rng = random.Random(seed)
    kinds = ["write"] * rng.randint(68, 80) + ["meet"] * rng.randint(12, 20)
    kinds += rng.choices(["clock", "fail", "restart"], [4, 4, 1], k=rng.randint(3, 6))
    kinds += ["cut"] * 2 + ["check"] * 2 + ["rogue"] * rng.randint(0, 2)
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


def play(seed: int, steps: Steps, make_store: Callable[[Any], Any] = memory_store) -> Counter[str]:
    """Play a seed's steps and check everything; returns what came up.

    Raises:
        Failed: an invariant does not hold.
    """
    world = SimWorld(seed, steps, make_store)
    world.run()
    checks.at_the_end(world)
    checks.tally(world)
    return world.counts


def final_state(seed: int, steps: Steps, make_store: Callable[[Any], Any]) -> str:
    """The digest of what every node holds in the end."""
    world = SimWorld(seed, steps, make_store)
    world.run()
    checks.settle(world)
    checks.upgrade(world)
    return dump.digest(world.nodes[0].store)


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


def _fails(seed: int) -> Callable[[Steps], bool]:
    def fails(steps: Steps) -> bool:
        try:
            play(seed, steps)
        except Exception:
            return True
        return False

    return fails


def one(args: tuple[int, str]) -> tuple[int, Counter[str], str]:
    """One seed, in a worker process."""
    seed, kind = args
    make, done = maker(kind)
    try:
        return seed, play(seed, plan(seed), make), ""
    except Exception:
        return seed, Counter(), traceback.format_exc()
    finally:
        done()


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
        return show_shrunk(args.shrink)
    began = time.monotonic()
    total, failure, seed = run(args.start, args.seeds, args.jobs, args.store)
    took = time.monotonic() - began
    for name, number in sorted(total.items()):
        print(f"{number:9,}  {name}")
    if failure:
        print(failure)
        print(f"seed {seed} fails. Replay: ./run sim --start {seed} --seeds 1 --store {args.store}")
        print(f"Shrink: ./run sim --shrink {seed}")
        return 1
    print(f"{args.seeds} seeds clean ({args.store}), {args.seeds / took:.1f} a second")
    return 0


def show_shrunk(seed: int) -> int:
    """Print the fewest steps of a seed that still fail."""
    fails = _fails(seed)
    steps = plan(seed)
    if not fails(steps):
        print(f"seed {seed} is clean")
        return 0
    steps = shrink(seed, steps, fails)
    print(f"seed {seed} fails with {len(steps)} steps:")
    for step in steps:
        print("  ", step)
    try:
        play(seed, steps)
    except Exception:
        traceback.print_exc()
    return 1


if __name__ == "__main__":
    sys.exit(main())
