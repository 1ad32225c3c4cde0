"""Files that are on the disk before anybody is told that they are kept."""

import os
from contextlib import suppress
from pathlib import Path


def settle(path: Path) -> None:
    """Have a file written out to the disk, not only to the memory that a power failure empties."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def settle_name(path: Path) -> None:
    """Have the name of a file written out, where a folder can be: a renamed file is there after a power failure."""
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
