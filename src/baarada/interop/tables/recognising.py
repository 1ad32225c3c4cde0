"""How the headings of a list are recognised: as they were matched by hand before, by their words, by likeness."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from baarada.interop.models import LearnedHeading
from baarada.interop.tables.columns import FACILITIES, FURTHER, ID, PEOPLE, REASON, Column, columns
from baarada.kernel.text import fold

SURE, TO_CONFIRM, LEFT = "sure", "to confirm", "left"
NEARLY = 88
"""From this likeness of a heading on (of 100), a column is proposed, to be confirmed."""
MOST_HEADING_ROWS = 30
_HOW_TO_WRITE = re.compile(r"[\[(] *(?:[mfh][/, ou-]+[mfh]|[djmay/ .-]{2,12}|fcfa) *[\])]", re.IGNORECASE)
"""A remark in brackets on how cells are written: (M/F), (jj/mm/aaaa). Any other may change what it is: (conjoint)."""


@dataclass(slots=True)
class Proposal:
    """What a column of a file is taken for. ``why`` says what makes it so."""

    index: int
    heading: str
    key: str = ""
    certainty: str = LEFT
    remembered: bool = False
    ours: bool = False
    """True for the column of reasons that this program writes: it is left out without a question."""


def find_headings(kind: str, rows: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The row that holds the headings, among the first of a file, and its cells."""
    known = {name for c in columns(kind) for name in (*c.names, *c.weak)} | _learned(kind).keys()
    best: tuple[int, int, list[str]] = (0, 0, [])
    for number, cells in rows[:MOST_HEADING_ROWS]:
        score = sum(fold(cell) in known for cell in cells)
        if score > best[0]:
            best = (score, number, cells)
    if best[0]:
        return best[1], best[2]
    return next(((number, cells) for number, cells in rows if any(cells)), (1, []))


def _learned(kind: str) -> dict[str, str]:
    return dict(LearnedHeading.objects.filter(kind=kind).values_list("heading", "key"))


def propose(kind: str, headings: Sequence[str]) -> list[Proposal]:
    """Take each heading for a column: as it was matched by hand before, by its words, or by its likeness."""
    known = columns(kind)
    learned = {
        heading: key for heading, key in _learned(kind).items() if key in {"", *(c.key for c in known)}
    }
    out = [Proposal(i, heading) for i, heading in enumerate(headings)]
    taken: set[str] = set()
    # What a person said comes first, whatever stands to the left of it.
    for one in out:
        key = learned.get(fold(one.heading))
        if key is not None and key not in taken:
            one.remembered = True
            _take(one, key, SURE, taken)
    open_ = [one for one in out if not one.key and not one.remembered and fold(one.heading)]
    for one in open_:
        one.ours = fold(one.heading) in REASON.names
    ways = (
        (SURE, _by_label), (SURE, _by_words), (SURE, _by_weak_words), (TO_CONFIRM, _by_halves),
        (TO_CONFIRM, _by_likeness),
    )  # fmt: skip
    for certainty, match in ways:
        for one in open_:
            if not one.key and not one.ours:
                _take(one, match(known, one.heading, taken), certainty, taken)
    return out


def _take(one: Proposal, key: str, certainty: str, taken: set[str]) -> None:
    if key:
        one.key, one.certainty = key, certainty
        taken.add(key)


def _by_label(known: list[Column], heading: str, taken: set[str]) -> str:
    """By the column's own name: that comes before what another column is also called."""
    return next((c.key for c in known if fold(heading) in c.labels and c.key not in taken), "")


def _by_weak_words(known: list[Column], heading: str, taken: set[str]) -> str:
    """By what a column is called where nothing else is meant: “Corps” is the cadre in a list without one."""
    return next((c.key for c in known if fold(heading) in c.weak and c.key not in taken), "")


def _by_words(known: list[Column], heading: str, taken: set[str]) -> str:
    """As it stands, or without how its cells are written: “Sexe (M/F)”."""
    words = [fold(heading), fold(_HOW_TO_WRITE.sub(" ", heading))]
    return next(
        (c.key for word in words if word for c in known if word in c.names and c.key not in taken), ""
    )


def _by_halves(known: list[Column], heading: str, taken: set[str]) -> str:
    """Two words for one thing: “Corps/Cadre”. Two things in one cell are nothing."""
    halves = [
        _by_words(known, half, taken) or _by_weak_words(known, half, taken) for half in heading.split("/")
    ]
    return halves[0] if len(halves) > 1 and len(set(halves)) == 1 else ""


def _by_likeness(known: list[Column], heading: str, taken: set[str]) -> str:
    folded = fold(heading)
    if len(folded) < 4:
        return ""
    scores = [(max(fuzz.ratio(folded, name) for name in c.names), c.key) for c in known if c.key not in taken]
    score, key = max(scores, default=(0.0, ""))
    return key if score >= NEARLY else ""


def learn(kind: str, matched: dict[str, str]) -> None:
    """Remember what headings were matched to by hand; no key for one that is left out."""
    for heading, key in matched.items():
        if fold(heading):
            LearnedHeading.objects.update_or_create(kind=kind, heading=fold(heading), defaults={"key": key})


REQUIRED = {PEOPLE: ("family_name", "full_name"), FACILITIES: ("name",)}
"""Of these, at least one column is needed."""


def missing(kind: str, keys: set[str]) -> list[Any]:
    """The labels of columns without which a list cannot be read."""
    needed = FURTHER[kind].needed() if kind in FURTHER else REQUIRED[kind]
    if keys & {*needed, ID}:
        return []
    return [c.label for c in columns(kind) if c.key in needed]
