"""``./run test`` itself: what fails is shown, what did not run is said."""

import os

import pytest

from tests import databases, runner
from tests.runner import NotHere, Outcome, Part, Setting

HERE = Setting(full=False, postgres=None)


def part(name, *codes, **more):
    commands = [runner.python("-c", code) for code in codes]
    return Part(name, "for the test", lambda setting: iter(commands), **more)


def test_a_part_passes_when_all_its_commands_do():
    outcome = runner.run_part(part("good", "print(1)", "print(2)"), HERE)

    assert outcome.state == "passed"
    assert outcome.seconds > 0


def test_a_part_fails_with_its_first_command_and_keeps_what_it_said():
    outcome = runner.run_part(part("bad", "print('here'); raise SystemExit(4)", "print('never')"), HERE)

    assert outcome.state == "failed"
    assert "here" in outcome.said
    assert "never" not in outcome.said


def test_a_part_that_hangs_is_ended_and_says_so(monkeypatch):
    monkeypatch.setattr(runner, "LIMIT", 0.0)

    stuck = runner.run_part(part("stuck", "import threading; threading.Event().wait()"), HERE)

    assert stuck.state == "failed"
    assert "It hung, and was ended after 0 seconds." in stuck.said


def test_what_a_failed_part_said_is_shown(capsys):
    runner.say(runner.run_part(part("bad", "raise SystemExit('the reason')"), HERE))

    assert "the reason" in capsys.readouterr().out


def test_a_part_without_what_it_needs_says_so():
    def nothing(setting):
        raise NotHere("no server")

    assert runner.run_part(part("p", "1", needs=nothing), HERE).state == "failed"
    spared = runner.run_part(part("p", "1", needs=nothing, may_be_missing=True), HERE)
    assert (spared.state, spared.said) == ("not run", "no server")


def test_without_a_server_the_postgresql_half_did_not_run():
    (postgres,) = runner.chosen(["postgres"])

    outcome = runner.run_part(postgres, HERE)

    assert outcome.state == "not run"
    assert "this half did not run" in outcome.said


@pytest.mark.parametrize("path", ["", "/", "/postgres"])
def test_the_postgresql_half_has_a_database_of_its_own(path):
    (postgres,) = runner.chosen(["postgres"])

    added = postgres.needs(Setting(full=False, postgres=f"postgres://rh:x@centre:5433{path}"))

    assert added == {"BAARADA_TEST_DATABASE": f"postgres://rh:x@centre:5433/baarada_{os.getpid()}"}


def test_outcomes_come_in_the_order_asked_and_are_counted():
    parts = [part("a", "1"), part("b", "raise SystemExit(1)"), part("c", "1")]
    said = []

    outcomes = runner.run_all(parts, HERE, said.append)

    assert [o.part.name for o in outcomes] == ["a", "b", "c"]
    assert len(said) == 3
    assert runner.table(outcomes, 1.0).splitlines()[-1] == "2 passed, 1 failed"


def test_what_did_not_run_is_in_the_last_line():
    outcomes = [Outcome(part("a"), "passed"), Outcome(part("b"), "not run")]

    assert runner.table(outcomes, 1.0).splitlines()[-1] == "1 passed, 0 failed, 1 skipped"


def test_an_unknown_part_gets_a_sentence():
    with pytest.raises(SystemExit, match="no part is called spelling"):
        runner.chosen(["spelling"])


def test_main_fails_if_a_part_does(monkeypatch, capsys):
    monkeypatch.setattr(runner, "PARTS", (part("bad", "raise SystemExit(1)"),))

    assert runner.main(["bad"]) == 1
    assert "0 passed, 1 failed" in capsys.readouterr().out


def test_names_of_parts_are_all_different():
    names = [p.name for p in runner.PARTS]

    assert len(set(names)) == len(names)


def test_a_server_of_our_own_answers_and_is_gone_afterwards(monkeypatch):
    """On a machine without PostgreSQL's programs there is none, and the half says that it did not run."""
    monkeypatch.delenv(databases.SETTING, raising=False)
    monkeypatch.setattr(databases, "LOCAL", "postgres://postgres@127.0.0.1:1/postgres")

    with databases.server() as url:
        assert (url is None) == (databases.programs() is None)
        assert url is None or databases.answers(url)
    assert url is None or not databases.answers(url)


def test_a_full_run_is_told_in_a_line():
    good, bad = (
        runner.run_part(part("good", "1"), HERE),
        runner.run_part(part("bad", "raise SystemExit(3)"), HERE),
    )

    assert "1 parts passed, 1 failed: bad;" in runner.summary([good, bad], 1797.2)
    assert "0 failed;" in runner.summary([good], 1.0)
    assert runner.summary([good], 1797.2).endswith(" 1,797 s.")
