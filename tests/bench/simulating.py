"""How many simulated networks a second one process plays."""

import time
from typing import Any

from tests.bench import floors

FIRST_SEED = 1
SEEDS = 30
SIGNATURES = 2_000


def simulate(size: int) -> dict[str, Any]:
    """Play seeds in memory; ``floor`` is a signature, made and checked."""
    from tests.sim.run import plan, play

    seconds, signatures = [], []
    for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
        signatures.append(floors.signatures(SIGNATURES // SEEDS) / (SIGNATURES // SEEDS))
        began = time.perf_counter()
        play(seed, plan(seed))
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "floor": signatures}
