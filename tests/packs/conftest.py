"""Packs for the tests: the program's own, and copies that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from baarada.packs import reader


@pytest.fixture(params=reader.available())
def pack(request) -> reader.Pack:
    """Each pack of the program in turn."""
    return reader.read(request.param)


@pytest.fixture
def mali() -> reader.Pack:
    return reader.read("mali")


@pytest.fixture
def demo() -> reader.Pack:
    return reader.read("demo")


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the invented country, in place of the program's packs."""
    shutil.copytree(reader.FOLDER / "demo", tmp_path / "demo")
    monkeypatch.setattr(reader, "FOLDER", tmp_path)
    return tmp_path / "demo"
