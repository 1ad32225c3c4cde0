"""The bench's own arithmetic, and that it measures at all."""

import json
import os
import subprocess
import sys

import pytest

from tests.bench import report
from tests.bench.figures import Figure, growths, middle, over, percentile
from tests.bench.population import PEOPLE_HEADINGS, Population
from tests.bench.questions import SORTS, typed
from tests.bench.registers import ROOT


def figure(name="import", database="sqlite", size=100, value=6.0, floor=2.0, at_most=None, growth=1.1):
    return Figure(name, database, size, value, "ms", floor, at_most, growth)


class TestFigures:
    def test_a_ratio_is_the_value_in_floors(self):
        assert figure().ratio == 3.0

    @pytest.mark.parametrize(("at_most", "ok"), [(3.0, True), (2.9, False), (None, None)])
    def test_a_figure_is_held_against_its_budget_by_its_ratio(self, at_most, ok):
        assert figure(at_most=at_most).ok is ok

    @pytest.mark.parametrize(("at_most", "ok"), [(6.0, True), (5.9, False)])
    def test_without_a_floor_the_value_itself_is_held(self, at_most, ok):
        assert figure(floor=None, at_most=at_most).ok is ok

    def test_what_bench_json_says(self):
        assert figure(at_most=4.0).as_json() == {
            "name": "import", "database": "sqlite", "size": 100, "value": 6.0, "unit": "ms", "floor": 2.0,
            "ratio": 3.0, "at_most": 4.0, "ok": True,
        }  # fmt: skip

    def test_the_figures_beyond_their_budgets(self):
        assert over([figure(at_most=4.0), figure(name="slow", at_most=2.0), figure(name="watched")]) == [
            figure(name="slow", at_most=2.0)
        ]


class TestPercentiles:
    def test_nineteen_of_twenty(self):
        assert percentile(range(1, 21)) == 19

    def test_the_middle_of_three_and_of_four(self):
        assert (middle([9, 1, 5]), middle([4, 3, 2, 1])) == (5, 2)

    def test_of_one(self):
        assert percentile([7]) == 7

    def test_of_nothing_there_is_none(self):
        with pytest.raises(ValueError, match="nothing"):
            percentile([])


class TestGrowth:
    def test_ratios_are_compared_so_that_a_busy_machine_is_no_growth(self):
        (grown,) = growths([figure(), figure(size=400, value=12.0, floor=4.0)])

        assert (grown.name, grown.size, grown.value, grown.ok) == ("growth of import", 400, 1.0, True)

    def test_more_than_a_tenth_is_too_much(self):
        (grown,) = growths([figure(), figure(size=400, value=6.8)])

        assert grown.ok is False

    def test_each_database_grows_for_itself(self):
        found = growths(
            [figure(), figure(size=400), figure(database="postgres"), figure(size=400, database="postgres")]
        )

        assert [f.database for f in found] == ["sqlite", "postgres"]

    def test_one_size_says_nothing_of_growth(self):
        assert growths([figure(), figure(name="other", size=400)]) == []

    def test_what_belongs_to_the_whole_register_may_grow(self):
        assert growths([figure(growth=None), figure(size=400, growth=None)]) == []


class TestPopulation:
    def test_the_same_seed_gives_the_same_people(self):
        assert list(Population(300).people(5, 3)) == list(Population(300).people())[5:8]

    def test_no_number_is_borne_twice(self):
        rows = list(Population(300).people())

        for heading in ("Téléphone", "Matricule", "NINA", "N° ordre", "Passeport"):
            place = PEOPLE_HEADINGS.index(heading)
            assert len({row[place] for row in rows}) == 300

    def test_as_many_questions_of_each_sort(self):
        asked = typed(Population(2_000))

        assert {sort: sum(q.sort == sort for q in asked) for sort in SORTS} == dict.fromkeys(SORTS, 50)


class TestPage:
    def test_a_line_says_the_largest_registers_on_each_database(self):
        figures = [
            figure("whole import", size=25, value=8.0), figure("whole import", size=100, value=6.0),
            figure("whole import", "postgres", 100, 7.0),
        ]  # fmt: skip

        found = report.line(figures, "abc123", "2026-11-21")

        assert found == "- 2026-11-21, `abc123`, 100 people: whole import 3.50 × postgres, 3.00 × sqlite.\n"

    def test_a_run_of_a_part_leaves_the_other_figures(self, tmp_path, monkeypatch):
        monkeypatch.setattr(report, "PAGE", tmp_path / "measures.md")
        monkeypatch.setattr(report, "_today", lambda: "2026-11-22")
        monkeypatch.setattr(report, "_commit", lambda: "first")
        report.log([figure("verify", value=2.0), figure("growth of verify"), figure("verify", "postgres")])
        monkeypatch.setattr(report, "_commit", lambda: "second")
        report.log([figure("verify", value=3.0), figure("rebuild", value=1.0)])

        table = [row for row in report.PAGE.read_text("utf-8").splitlines() if row.startswith("| ")]
        assert [(row.split(" | ")[0][2:], row.split("`")[-2]) for row in table[2:]] == [
            ("verify", "second"), ("verify", "first"), ("rebuild", "second"), ("growth of verify", "first"),
        ]  # fmt: skip

    def test_runs_are_kept_and_the_table_is_the_last_ones(self, tmp_path, monkeypatch):
        monkeypatch.setattr(report, "PAGE", tmp_path / "measures.md")
        monkeypatch.setattr(report, "_commit", lambda: "abc123")

        report.log([figure("verify", value=2.0)])
        report.log([figure("verify", value=4.0)])

        text = report.PAGE.read_text("utf-8")
        assert [line.rpartition(":")[2] for line in text.splitlines() if line.startswith("- ")] == [
            " verify 1.00 × sqlite.",
            " verify 2.00 × sqlite.",
        ]
        assert text.count("| verify |") == 1
        assert "| verify | sqlite | 100 | 4.00 | ms | 2.00 × |  |  | " in text


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A register of a hundred people, measured; figures by name."""
    folder = tmp_path_factory.mktemp("bench")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAARADA_")}
    out = folder / "bench.json"
    command = [
        sys.executable,
        "-m",
        "tests.bench",
        "--sizes",
        "100",
        "--databases",
        "sqlite",
        "--out",
        str(out),
    ]
    for plan in ("import", "questions", "pages", "admin", "trust"):
        command += ["--only", plan]
    found = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment | {"BAARADA_BENCH_CACHE": str(folder / "cache"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert out.exists(), found.stderr[-3000:]
    assert not list((folder / "cache").glob("*/copy"))
    return {f["name"]: f for f in json.loads(out.read_text("utf-8"))}


def test_a_small_register_is_measured_from_file_to_rebuild(measured):
    assert measured["writing an import"]["at_most"] == 4.0
    assert measured["search, number, statements"]["value"] < 12
    assert measured["rebuild"]["ratio"] > 0
    assert measured["the same list again"]["ratio"] > 0


def test_the_same_is_asked_of_a_plain_admin(measured):
    beside = [name for name in measured if name.startswith("beside an admin: ")]
    assert len(beside) == 7
    assert all(measured[name]["value"] > 0 and measured[name]["floor"] > 0 for name in beside)
    # So small a register says nothing of which is quicker.
    assert all(measured[name]["at_most"] is None for name in beside)


def test_pages_are_measured_from_the_program_that_serves(measured):
    assert measured["page: person, statements"]["ok"]
    assert measured["weight: person, first"]["ok"]
    assert 0 < measured["weight: person, later"]["value"] < measured["weight: person, first"]["value"]

    def test_a_run_of_every_check_is_a_line_and_leaves_the_table(self, tmp_path, monkeypatch):
        monkeypatch.setattr(report, "PAGE", tmp_path / "measures.md")
        monkeypatch.setattr(report, "_commit", lambda: "abc123")
        report.log([figure("verify", value=2.0)])
        before = report.PAGE.read_text("utf-8")

        report.note("all is well")

        after = report.PAGE.read_text("utf-8")
        assert [line for line in after.splitlines() if line not in before.splitlines()] == [
            f"- {report._today()}, `abc123`, all is well"
        ]
        report.log([figure("verify", value=4.0)])
        assert "all is well" in report.PAGE.read_text("utf-8")
