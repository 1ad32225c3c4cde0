"""Nothing in the program is wired to one country: outside the packs, no name of theirs."""

import re
import unicodedata
from pathlib import Path

import baarada
from baarada.packs import reader

SRC = Path(baarada.__file__).parent
COUNTRY = ("Mali", "mali", "Malian", "malien", "malienne", "Malien", "Malienne")


def plain(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def words():
    """The country, its regions, its cercles and its corps, with and without accents."""
    tables = reader.read("mali").tables
    places = {row["name"] for row in tables["areas"] if row["kind"] in ("region", "cercle")}
    # A corps named by one common word (teaching) proves nothing.
    corps = {row["corps"] for row in tables["cadres"] if " " in row["corps"]}
    found = {*COUNTRY, *places, *corps}
    return found | {plain(word) for word in found}


def files():
    """The code and pages of every room, and what reads the packs; not the packs themselves, nor translations."""
    for pattern in ("*.py", "*.html", "*.js", "*.css", "*.toml", "*.txt"):
        for path in SRC.rglob(pattern):
            inside = path.relative_to(SRC).parts
            if inside[0] != "packs" or len(inside) == 2:
                yield path


def test_no_room_names_a_place_or_a_corps_of_mali():
    """Code for one country would be a fork in disguise."""
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, words()), key=len, reverse=True)) + r")(?!\w)"
    )
    found = [
        f"{path.relative_to(SRC).as_posix()}:{number}: {hit.group()}"
        for path in sorted(files())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for hit in pattern.finditer(line)
    ]
    assert not found, "\n".join(found)


def test_a_country_brings_no_code():
    """A pack is tables and one file of settings."""
    kinds = {path.suffix for name in reader.available() for path in (SRC / "packs" / name).rglob("*.*")}

    assert kinds <= {".csv", ".toml", ".md"}
