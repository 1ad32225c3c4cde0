"""How the headings of a list are recognised: as they were matched by hand before, by their words, by likeness."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz

from baarada.interop.models import LearnedHeading
from baarada.interop.tables.columns import FACILITIES, FURTHER, ID, OURS, PEOPLE, Column, columns
from baarada.kernel.text import fold

SURE, TO_CONFIRM, LEFT = "sure", "to confirm", "left"
NEARLY = 88
"""From this likeness of a heading on (of 100), a column is proposed, to be confirmed."""
MOST_OTHERS = 50
"""So many senders are asked what they took one heading for."""
_FIGURE_OF_SEX = r"(?:[12] *[=:-] *\w+|\w+ *[=:-] *[12])"
_HOW_TO_WRITE = re.compile(
    r"[\[(] *(?:[mfh][/, ou-]+[mfh]|[djmay/ .-]{2,12}|fcfa"
    rf"|{_FIGURE_OF_SEX}(?:[ ,;/]+(?:et +)?{_FIGURE_OF_SEX})?) *[\])]",
    re.IGNORECASE,
)
"""A remark in brackets on how cells are written: (M/F), (jj/mm/aaaa). Any other may change what it is: (conjoint)."""


_NEUTRAL = frozenset((
    "identite", "identification", "etat civil", "agent", "agents", "personnel", "renseignements",
    "informations", "situation administrative", "situation professionnelle", "affectation actuelle", "carriere",
    "identity", "person", "staff", "administrative situation", "structure", "coordonnees", "contacts", "adresse",
))  # fmt: skip
"""Headings over several columns that do not change what those mean. Any other may: “Conjoint”, “Père”."""
_A_DAY = frozenset(("date", "le", "jour", "jour mois annee", "day"))
"""Headings that say no more than the one above them: “Naissance”, and below it “Le”."""
_JOINED = ("{1} de {0}", "{1} {0}", "{0} {1}", "{1} de la {0}", "{1} d {0}", "{1} of {0}")


@dataclass(slots=True)
class Title:
    """What stands over a column: its heading, and one over several columns if there is such a row."""

    text: str
    group: str = ""

    @property
    def whole(self) -> str:
        """Both in one."""
        return " › ".join(t for t in (self.group, self.text) if t)


@dataclass(slots=True)
class Proposal:
    """What a column of a file is taken for."""

    index: int
    heading: str
    key: str = ""
    certainty: str = LEFT
    remembered: bool = False
    ours: bool = False
    """True for a column that this program writes for people: it is left out without a question."""
    texts: list[str] = field(default_factory=list)
    """What it may be known by."""
    alone: str = ""
    """What stands over this column alone, where something stands over several."""
    neutral: bool = True


Learned = Mapping[str, tuple[str, str]]
"""For a heading, folded: the key it was matched to by hand, and how sure that makes it."""


def learned(kind: str, headings: Iterable[str], sender: UUID | None) -> Learned:
    """What some headings were matched to: by this sender; else by others, where most of them said one thing."""
    folded = {fold(heading) for heading in headings} - {""}
    known = {"", *(c.key for c in columns(kind))}
    own: dict[str, str] = {}
    others: dict[str, Counter[str]] = {}
    found = LearnedHeading.objects.filter(kind=kind, heading__in=folded).order_by("-pk")
    for heading, key, who in found.values_list("heading", "key", "sender")[: MOST_OTHERS * (len(folded) + 1)]:
        if key not in known:
            continue
        if who == sender:
            own[heading] = key
        else:
            others.setdefault(heading, Counter())[key] += 1
    out = {heading: (key, SURE) for heading, key in own.items()}
    for heading, counted in others.items():
        key, _times = counted.most_common(1)[0]
        out.setdefault(heading, (key, SURE if len(counted) == 1 else TO_CONFIRM))
    return out


def propose(
    kind: str,
    headings: Sequence[str | Title],
    sender: UUID | None = None,
    known_before: Learned | None = None,
) -> list[Proposal]:
    """Take each heading for a column: as it was matched by hand before, by its words, or by its likeness."""
    known = columns(kind)
    titles = [one if isinstance(one, Title) else Title(one) for one in headings]
    before = learned(kind, [t.whole for t in titles], sender) if known_before is None else known_before
    out = [_proposal(i, title) for i, title in enumerate(titles)]
    taken: set[str] = set()
    # What a person said comes first, whatever stands to the left of it.
    for one in out:
        found = before.get(fold(one.heading))
        if found is not None and found[0] not in taken:
            one.remembered = True
            _take(one, found[0], found[1], taken)
    open_ = [one for one in out if not one.key and not one.remembered and fold(one.heading)]
    for one in open_:
        one.ours = any(fold(one.heading) in ours.names for ours in OURS)
    for certainty, match in (
        (SURE, _by_label), (SURE, _by_words), (SURE, _by_weak_words), ("", _by_own_words),
        (TO_CONFIRM, _by_halves), (TO_CONFIRM, _by_likeness),
    ):  # fmt: skip
        _match(known, open_, taken, certainty, match)
    return out


Match = Callable[[list[Column], str, set[str]], str]


def _match(known: list[Column], open_: list[Proposal], taken: set[str], certainty: str, match: Match) -> None:
    for one in open_:
        texts = one.texts if certainty else [one.alone]
        sure = certainty or (SURE if one.neutral else TO_CONFIRM)
        for text in texts:
            if text and not one.key and not one.ours:
                _take(one, match(known, text, taken), sure, taken)


def _proposal(index: int, title: Title) -> Proposal:
    if not title.group or not title.text:
        return Proposal(index, title.whole, texts=[title.whole])
    texts = [joined.format(title.group, title.text) for joined in _JOINED]
    if fold(title.text) in _A_DAY:
        texts.append(title.group)
    return Proposal(index, title.whole, texts=texts, alone=title.text, neutral=fold(title.group) in _NEUTRAL)


def _by_own_words(known: list[Column], heading: str, taken: set[str]) -> str:
    """By what stands over the column alone, whatever stands over several."""
    ways: tuple[Match, ...] = (_by_label, _by_words, _by_weak_words)
    return next((key for way in ways if (key := way(known, heading, taken))), "")


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


def learn(kind: str, matched: dict[str, str], sender: UUID) -> None:
    """Remember what headings of a sender were matched to by hand; no key for one that is left out."""
    for heading, key in matched.items():
        if fold(heading):
            LearnedHeading.objects.update_or_create(
                kind=kind, heading=fold(heading), sender=sender, defaults={"key": key}
            )


REQUIRED = {PEOPLE: ("family_name", "full_name", "given_first"), FACILITIES: ("name",)}
"""Of these, at least one column is needed."""


def missing(kind: str, keys: set[str]) -> list[Any]:
    """The labels of columns without which a list cannot be read."""
    needed = FURTHER[kind].needed() if kind in FURTHER else REQUIRED[kind]
    if keys & {*needed, ID}:
        return []
    return [c.label for c in columns(kind) if c.key in needed]
