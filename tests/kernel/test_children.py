"""Work on strange files: the child may fail in any way, the program goes on."""

import json

import pytest

from baarada.kernel import children
from baarada.kernel.children import ChildFailed


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Runs some code as a child's module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(code, *args, memory_mb=200, seconds=20.0, **more):
        (tmp_path / "strange_work.py").write_text(code, encoding="utf-8")
        children.run("strange_work", [str(a) for a in args], memory_mb=memory_mb, seconds=seconds, **more)

    return run


def test_it_gets_its_arguments_and_does_its_work(child, tmp_path):
    child("import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])", tmp_path / "out", "é")

    assert (tmp_path / "out").read_text(encoding="utf-8") == "é"


def test_it_gets_no_settings_and_no_secrets(child, tmp_path, monkeypatch):
    monkeypatch.setenv("BAARADA_DATABASE", "postgres://user:secret@host/name")
    monkeypatch.setenv("HOME", "/somewhere")

    child("import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))", tmp_path / "env")

    found = json.loads((tmp_path / "env").read_text())
    assert {name for name in found if name.startswith("BAARADA")} == {"BAARADA_CHILD_PATH"}
    assert "HOME" not in found


@pytest.mark.parametrize(
    ("code", "code_number"),
    [("raise ValueError", 1), ("import sys; sys.exit(4)", 4), ("import os; os._exit(9)", 9)],
)
def test_an_end_it_did_not_mean_is_told_with_its_code(child, code, code_number):
    with pytest.raises(ChildFailed) as failed:
        child(code)

    assert (failed.value.reason, failed.value.code) == ("died", code_number)


def test_one_that_crashes_is_told_as_one_that_died(child):
    with pytest.raises(ChildFailed, match="died"):
        child("import os; os.abort()")


def test_one_that_eats_memory_is_stopped(child):
    with pytest.raises(ChildFailed, match="memory"):
        child(
            "import time; x = [b'x' * 1_000_000 + bytes([n % 256]) for n in range(600)]; time.sleep(60)",
            memory_mb=100,
        )


@pytest.mark.parametrize(
    ("more", "reason"), [({"seconds": 0.3}, "time"), ({"keep_on": lambda: False}, "stopped")]
)
def test_one_that_never_ends_is_stopped(child, tmp_path, more, reason):
    """It is gone when the refusal comes: it writes its number, and no process bears it any more."""
    with pytest.raises(ChildFailed, match=reason):
        child(
            "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid()))\nwhile True: time.sleep(1)",
            tmp_path / "pid", **more,
        )  # fmt: skip

    if (tmp_path / "pid").exists():
        import psutil

        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))
