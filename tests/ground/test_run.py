"""The script that makers and CI start: short, POSIX, and in sentences where something is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def copy(tmp_path) -> Path:
    """The script beside a lock, in a folder without an environment."""
    for name in ("run", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(copy: Path, *args, **programs):
    """Run it where these programs, and the plainest ones, are all there is."""
    folder = copy / "bin"
    folder.mkdir()
    for name in ("sh", "cat", "cksum", "dirname", "rm", "touch", "find", "head", "mv", "awk"):
        (folder / name).symlink_to(shutil.which(name))
    (folder / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    for path in folder.iterdir():
        if not path.is_symlink():
            path.chmod(0o755)
    return subprocess.run(
        ["sh", copy / "run", *args], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )


def test_without_a_python_that_is_new_enough(copy):
    done = run(copy, "demo", python3="exit 1")

    assert done.returncode == 1
    assert "Python 3.11 or later is needed" in done.stderr


def test_without_what_debian_keeps_apart(copy):
    done = run(copy, "demo", python3='[ "$1" != -m ]')

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("On Debian: apt-get install python3-venv")
    assert not (copy / ".venv").exists()


PYTHON = """
if [ "$2" = venv ]; then
    mkdir -p "$3/bin"
    printf "#!/bin/sh\\nexit 1\\n" > "$3/bin/python"
    chmod 755 "$3/bin/python"
fi"""


def test_without_a_connection(copy):
    done = run(copy, "demo", python3=f"PATH={os.environ['PATH']}; {PYTHON}")

    assert done.returncode == 1
    assert "uv could not be installed. Look at the connection" in done.stderr
    assert not (copy / ".venv" / "installed").exists()


def test_ci_calls_it_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert lines == ["#!/bin/sh", 'cd "$(dirname "$0")/.." && exec ./run test']
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert os.access(ROOT / "run", os.X_OK)


def test_it_is_short_and_its_lock_names_no_registry():
    assert len((ROOT / "run").read_text(encoding="utf-8").splitlines()) < 90
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
