"""Outlines that a country's pack names: taken from an npm package when the program is built.

A pack names the package, its version, the file in it and that file's hash. Nothing of it lies in the repository;
where it cannot be fetched, maps are left out until the next build.
"""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from baarada.packs import shapes

FOLDER = Path(__file__).parent
SECONDS = 120
LARGEST = 5_000_000


class NotFetched(Exception):
    """A package that could not be had, or that does not hold what it should. Its text says why."""


def wanted() -> dict[str, dict[str, Any]]:
    """What each pack says of its outlines, by the pack's name."""
    found = {}
    for path in sorted(FOLDER.glob("*/pack.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8")).get("outlines")
        if said:
            found[path.parent.name] = said
    return found


def build(target: Path, said: dict[str, Any]) -> None:
    """Write a pack's outlines, by level and by code, unless the same ones are there.

    Raises:
        NotFetched: the package cannot be had, or is not the one that the pack means.
    """
    made_of = f"{said['package']} {said['version']} {said['sha256']} {shapes.GRID}"
    if target.exists() and json.loads(target.read_text(encoding="utf-8")).get("made_of") == made_of:
        return
    topology = json.loads(_fetch(said))
    rings = {
        said["codes"][properties["name"]]: found
        for properties, found in shapes.of_topology(topology) if properties.get("name") in said["codes"]
    }  # fmt: skip
    level = {"source": said["source"], "rings": rings}
    held = {said["level"]: level, "made_of": made_of, "notice": said["notice"]}
    text = json.dumps(held, ensure_ascii=False)
    target.write_text(text, encoding="utf-8")


def _fetch(said: dict[str, Any]) -> bytes:
    """The one file that is wanted: the package is read only so far, and the file held against its hash."""
    with tempfile.TemporaryDirectory() as folder:
        package = _packed(f"{said['package']}@{said['version']}", Path(folder))
        try:
            with tarfile.open(package, mode="r:gz") as opened:
                data = _file_in(opened, said["file"])
        except (OSError, tarfile.TarError, EOFError) as error:
            raise NotFetched(str(error)) from None
    if hashlib.sha256(data).hexdigest() != said["sha256"]:
        raise NotFetched(f"{said['file']} is not the file that was chosen")
    return data


def _packed(name: str, folder: Path) -> Path:
    """The package as npm brings it, from wherever this machine's npm is told to ask; nothing of it is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetched("npm is not installed. On Debian: apt-get install npm")
    command = [npm, "pack", name, "--pack-destination", str(folder), "--ignore-scripts", "--silent"]
    try:
        # A fixed program, and a name that the pack of this very repository gives.
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS, cwd=folder)  # noqa: S603
        return next(folder.glob("*.tgz"))
    except (OSError, subprocess.SubprocessError, StopIteration):
        raise NotFetched(f"npm could not bring {name}") from None


def _file_in(package: tarfile.TarFile, name: str) -> bytes:
    for member in package:
        if member.name == name and member.isfile():
            found = package.extractfile(member) or io.BytesIO()
            return found.read(LARGEST)
    raise NotFetched(f"{name} is not in the package")
