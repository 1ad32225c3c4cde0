"""The check that keeps calls out that only POSIX has."""

from pathlib import Path

import pytest

from tests import portable


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl",
        "import os\nos.fork()",
        "from os import getuid",
        "import os\nos.geteuid()",
        "import signal\nsignal.signal(signal.SIGHUP, f)",
        "import signal\nkill(pid, signal.SIGKILL)",
        "import resource\nresource.setrlimit(1, 2)",
        "import pwd, os",
        "x = '/tmp/x'",
        "open('/dev/null', 'wb')",
        "str(path).split('/')",
        "subprocess.run(['x'], preexec_fn=f)",
        "multiprocessing.get_context('fork')",
        "path.read_text()",
        "path.write_text(text)",
        "open(path)",
        "if ready:\n    import grp",
    ],
)
def test_a_planted_call_is_found(code):
    assert portable.problems(code)


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nif sys.platform != 'win32':\n    import fcntl\n    fcntl.flock(f, 2)",
        "import os\nif hasattr(os, 'geteuid') and ready:\n    os.geteuid()",
        "import os\nx = os.getuid() if hasattr(os, 'getuid') else 0",
        "try:\n    import resource\nexcept ImportError:\n    resource = None",
        "path.read_text(encoding='utf-8')",
        "open(path, 'rb')",
        "url.split('/')",
        "x = 'and/or'",
        "x = '/temporary'",
    ],
)
def test_what_asks_first_or_is_everywhere_is_let_through(code):
    assert portable.problems(code) == []


def test_a_guard_ends_where_its_block_ends():
    code = "import os, sys\nif sys.platform == 'linux':\n    os.fork()\nos.fork()"

    assert [line for line, _ in portable.problems(code)] == [4]


def test_a_file_is_named_with_its_line(tmp_path: Path):
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "x.py").write_text("\nimport fcntl\n", encoding="utf-8")

    assert list(portable.scan(tmp_path / "room")) == ["room/x.py:2: the module fcntl is not on Windows"]
