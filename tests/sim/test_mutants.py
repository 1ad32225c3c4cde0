"""Planted bugs are caught: the simulator would see the bug if somebody made it."""

import pytest

from tests.sim import mutants
from tests.sim.mutants import BY_NAME, MOST_SEEDS, MUTANTS, QUICK, Gone, Mutant


def test_every_mutant_still_finds_the_text_that_it_replaces():
    for mutant in MUTANTS:
        for file, text in mutants.mutated(mutant).items():
            compile(text, file, "exec")

    assert len(BY_NAME) == len(MUTANTS) >= 25


def test_a_mutant_whose_text_is_gone_fails_loudly():
    with pytest.raises(Gone, match="0 times"):
        mutants.mutated(Mutant("old", "", (("journal/merging.py", "no such line", ""),)))
    with pytest.raises(Gone, match="times"):
        mutants.mutated(Mutant("vague", "", (("journal/merging.py", "return", ""),)))


@pytest.mark.parametrize(("none", "seeds"), [(mutants.NONE, 3), (mutants.NONE_SQL, 1)], ids=["memory", "sql"])
def test_the_same_run_without_a_mutant_is_clean(none, seeds):
    assert mutants.seeds_needed(none, seeds) == (0, "")


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_caught(name):
    needed, how = mutants.seeds_needed(BY_NAME[name], 10)
    assert needed, how


@pytest.mark.slow
@pytest.mark.parametrize("name", [m.name for m in MUTANTS if m.name not in QUICK])
def test_every_planted_bug_is_caught(name):
    needed, _ = mutants.seeds_needed(BY_NAME[name])
    assert 0 < needed <= MOST_SEEDS
