"""The name of a sheet, where it is the name of a place: a workbook often has one sheet for each district."""

from collections.abc import Callable
from typing import Any

from baarada.interop.tables import columns
from baarada.interop.tables.answers import BadCell
from baarada.interop.tables.cells import Finder
from baarada.kernel.text import fold, tidy
from baarada.registry import lists
from baarada.registry.searchkeys import fold_place

_SHORTEST = 3
Found = tuple[str, str]
"""A column, and the name as the register knows it; nothing of either where it is no place."""


def place_of(kind: str) -> Callable[[str], Found]:
    """What takes the name of a sheet for a place that a list of this kind has a column of."""
    finder = Finder()
    known = {c.key for c in columns.columns(kind)}
    ways: list[tuple[str, Callable[[str], Any]]] = [
        (key, find)
        for key, find in (("office", finder.office), ("posting.facility", lambda text: _whole(finder, text)))
        if key in known
    ]
    if "cercle" in known:
        ways.append(("cercle", finder.area))

    def find(name: str) -> Found:
        for text in dict.fromkeys((tidy(name), _without_levels(name))):
            # “A”, “1”: too short to be the name of a place.
            for key, way in ways if len(fold(text)) >= _SHORTEST and not fold(text).isdigit() else ():
                if _found(way, text):
                    return key, text
        return "", ""

    return find


def _whole(finder: Finder, text: str) -> Any:
    """A facility whose whole name this is: a word of it would say too little."""
    found = finder.facility(text)
    return found if fold_place(found.name or "") == fold_place(text) else None


def _found(way: Callable[[str], Any], text: str) -> bool:
    try:
        return way(text) is not None
    except BadCell:
        return False


def _without_levels(name: str) -> str:
    """A name without the words for levels of the map and kinds of office: “Cercle de X” is X."""
    words = {"cercle", "district", "region", "ds", "de", "du", "des", "la", "le", "les", "d", "l"}
    for list_ in ("area_kind", "office_kind"):
        words |= {word for item in lists.items(list_) for word in fold(str(item)).split()}
    kept = [word for word in tidy(name).replace("_", " ").split() if fold(word) not in words]
    return " ".join(kept)
