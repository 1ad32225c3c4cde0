"""``baarada demo``: make a demonstration if it is not there, and open it.

It never touches a register: each demonstration has a folder of its own under ``demo`` in BAARADA_HOME, named after
how it was made. One that another version made is left where it is, and a new one made beside.
"""

import argparse
import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from baarada import config, serving
from baarada.sentences import gettext as _

FOLDER = "demo"
LEAST, MOST, USUAL = 60, 100_000, 25_000
"""Workers. With fewer there would be nobody left for the end of the story."""
COMMAND = "build_demo"
_PACKAGE = Path(__file__).parent
_KEPT = ("BAARADA_DATABASE", "BAARADA_BACKUP_FOLDER", "BAARADA_SCAN_FOLDER")
"""Settings of a true register, which a demonstration leaves alone."""


def main(args: list[str]) -> None:
    """Make what is missing, then serve it until told to stop.

    Raises:
        SystemExit: it cannot be made or served; the text says why.
    """
    given = parser().parse_args(args)
    for name in _KEPT:
        os.environ.pop(name, None)
    home = made(config.read().home, given.pack, given.workers, given.seed)
    os.environ["BAARADA_HOME"] = str(home)
    if given.build_only:
        print(_("The demonstration is in %(folder)s") % {"folder": home})
    else:
        serving.serve("127.0.0.1", given.port)


def parser() -> argparse.ArgumentParser:
    """What ``baarada demo`` takes."""
    out = argparse.ArgumentParser(
        prog="baarada demo", description=_("Make a demonstration register and open it.")
    )
    out.add_argument("--workers", type=_workers, default=USUAL, help=f"{LEAST} to {MOST}. Default: {USUAL}.")
    out.add_argument("--port", type=serving.port, default=8000, help="Default: 8000.")
    out.add_argument("--build-only", action="store_true", help="Make it, do not open it.")
    out.add_argument("--seed", type=int, default=1, help="Another number, other people. Default: 1.")
    out.add_argument("--pack", choices=packs(), default=packs()[0], help=f"Default: {packs()[0]}.")
    return out


def _workers(text: str) -> int:
    if not text.isdigit() or not LEAST <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(
            _("Write a number of workers from %(least)s to %(most)s.") % {"least": LEAST, "most": MOST}
        )
    return int(text)


def packs() -> list[str]:
    """The countries of which a demonstration can be made."""
    return [path.parent.name for path in sorted(_PACKAGE.glob("packs/*/demonstration.toml"))]


def recipe() -> str:
    """What stands for how this version makes a demonstration: another text, another demonstration."""
    sources = [
        *sorted(_PACKAGE.glob("upkeep/demo/*.py")),
        *sorted(_PACKAGE.glob("packs/*/demonstration*.toml")),
    ]
    found = hashlib.sha256()
    for path in sources:
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:8]


def made(home: Path, pack: str, workers: int, seed: int) -> Path:
    """The folder of a demonstration, made now unless it is there.

    Raises:
        SystemExit: it could not be made.
    """
    folder = home / FOLDER
    if (folder / config.NODE_FILE).exists():
        raise SystemExit(
            _("%(folder)s holds a register. Choose another BAARADA_HOME for the demonstration.")
            % {"folder": folder}
        )
    target = folder / f"{pack}-{workers}-{seed}-{recipe()}"
    if not target.exists():
        _build(target, pack, workers, seed)
    return target


def _build(target: Path, pack: str, workers: int, seed: int) -> None:
    """Make a demonstration aside, and put it in its place when it is whole."""
    print(_("Making the demonstration: %(workers)s invented people.") % {"workers": workers}, flush=True)
    aside = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    aside.mkdir(parents=True)
    options = ["--pack", pack, "--workers", str(workers), "--seed", str(seed)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, by our own interpreter
            serving.command(COMMAND, *options), check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, "BAARADA_HOME": str(aside)},
        )  # fmt: skip
        if done.returncode:
            sys.exit(done.returncode)
        # Another start may have made the same one meanwhile.
        with contextlib.suppress(FileExistsError):
            aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
