"""The simulator itself: it is deterministic, it can fail, it says how to replay, and it tries everything."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.databases import postgres_url
from tests.sim import run
from tests.sim.world import Failed, World

ROOT = Path(__file__).parent.parent.parent


def sim(*args):
    return subprocess.run(
        [sys.executable, "-m", "tests.sim", *map(str, args)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


class TestSeeds:
    @pytest.mark.parametrize("seed", range(1, 13))
    def test_a_seed_is_clean_and_big_enough(self, seed):
        _, counts, failure = run.one((seed, "memory"))

        assert failure == ""
        assert all(counts[name] >= least for name, least in run.LEAST.items())

    def test_one_seed_gives_one_history(self):
        steps = run.plan(7)
        assert run.play(7, steps) == run.play(7, steps)

    def test_memory_and_sqlite_give_the_same_picture(self):
        digests = {run.final_digest(3, kind) for kind in ("memory",)}
        out = subprocess.run(
            [sys.executable, "-c", "from tests.sim import run; print(run.final_digest(3, 'sqlite'))"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert {out.stdout.strip()} == digests

    def test_a_few_seeds_on_sqlite(self):
        done = sim("--seeds", 1, "--store", "sqlite")

        assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
        assert "1 seeds clean (sqlite)" in done.stdout


class TestFailing:
    @pytest.fixture
    def broken(self, monkeypatch):
        """A world in which a link of two files breaks an invariant."""

        def breaking(world, node):
            raise Failed("I99: no link at all")

        monkeypatch.setattr(World, "link", breaking)

    def test_the_first_failing_seed_is_named_with_how_to_replay_and_shrink_it(self, broken, capsys):
        assert run.main(["--seeds", "3", "--start", "4"]) == 1

        out = capsys.readouterr().out
        assert "I99: no link at all" in out
        assert "./run sim --start 4 --seeds 1 --store memory" in out
        assert "./run sim --shrink 4 --store memory" in out

    def test_a_failing_seed_shrinks_to_the_steps_that_matter(self, broken, capsys):
        assert run.main(["--shrink", "4"]) == 1

        out = capsys.readouterr().out
        assert "I99" in out
        assert len([line for line in out.splitlines() if line.startswith("   ('")]) <= 20

    def test_a_clean_seed_has_nothing_to_shrink(self, capsys):
        assert run.main(["--shrink", "4"]) == 0
        assert "seed 4 is clean" in capsys.readouterr().out

    def test_a_run_in_which_something_never_came_up_fails(self, monkeypatch, capsys):
        counts = Counter(dict.fromkeys(run.SITUATIONS, 11))
        assert run.missing(counts, 100) == []
        del counts["erasure"]
        counts["undo"] = 9
        assert run.missing(counts, 100) == ["erasure: 0 of 10", "undo: 9 of 10"]
        assert run.missing(counts, 99) == []

        monkeypatch.setattr(run, "run", lambda *args: (counts, "", -1))
        assert run.main(["--seeds", "100"]) == 1
        assert "erasure: 0 of 10" in capsys.readouterr().out

    def test_a_seed_in_which_too_little_happens_fails(self, monkeypatch):
        monkeypatch.setitem(run.LEAST, "meetings", 10_000)
        assert "meetings" in run.one((1, "memory"))[2]


@pytest.mark.slow
class TestManySeeds:
    def test_two_thousand_in_memory_with_everything_in_it(self):
        done = sim("--seeds", 2_000, "--jobs", 2, "--start", 10_000)
        assert done.returncode == 0, done.stdout[-3_000:]

    @pytest.mark.parametrize("store", ["sqlite", "postgres"])
    def test_sixty_on_sql(self, store):
        if store == "postgres":
            assert postgres_url(), "no PostgreSQL server answers here"
        done = sim("--seeds", 60, "--store", store, "--start", 20_000)
        assert done.returncode == 0, done.stdout[-3_000:]
