"""What people install: one wheel for Linux and Windows, with everything the program reads."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from baarada import translations
from baarada.web import build

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    if not (build.HERE / "collected" / "staticfiles.json").exists():
        subprocess.run([sys.executable, "-m", "baarada.web.build"], cwd=ROOT, check=True)
    translations.compile_catalogue()
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return zipfile.ZipFile(found)


def test_it_is_for_every_system(wheel):
    assert Path(wheel.filename).name.endswith("-py3-none-any.whl")


def test_it_holds_all_that_the_program_reads(wheel):
    names = set(wheel.namelist())
    read = [
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "baarada").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".po")
    ]

    assert {"baarada/locale/fr/LC_MESSAGES/django.mo", "baarada/web/collected/staticfiles.json"} <= names
    assert set(read) <= names


def test_it_holds_nothing_else(wheel):
    outside = [n for n in wheel.namelist() if not n.startswith(("baarada/", "baarada-"))]

    assert outside == []
    assert not [n for n in wheel.namelist() if "__pycache__" in n]


def test_windows_is_asked_for_nothing_that_it_has_not(wheel):
    (metadata,) = [n for n in wheel.namelist() if n.endswith("METADATA")]
    needs = wheel.read(metadata).decode().splitlines()

    assert [n for n in needs if n.startswith("Requires-Dist: granian") and "sys_platform != 'win32'" in n]
    assert [n for n in needs if n.startswith("Requires-Dist: waitress") and ";" not in n]
    assert [n for n in needs if n.startswith("Requires-Dist: tzdata")]
