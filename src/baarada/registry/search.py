"""One box: any part of a name in any spelling, any number, telephone, place or decision.

The same on both databases: misspellings are resolved against the small vocabulary of name words,
then looked up exactly among folded keys with a plain index. Each hit says why it was found.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from baarada.kernel.actors import Actor
from baarada.kernel.text import fold
from baarada.registry import spelling
from baarada.registry.models import Area, Facility, Identifier, NameWord, Paper, Person, Posting, SearchKey
from baarada.registry.searchkeys import CODE, FULL, NAME, NUMBER, PHONE, REFERENCE, WORD, fold_place, plain

MOST_WORDS = 5
MOST_FOUND = 500
"""Beyond this the page says "more than 500": nobody reads them, and counting them would cost."""
MOST_SPELLINGS = 12
_END = "\U0010ffff"

EXACT, BEGINS, ALIAS, SOUNDS, SLIP = range(5)
"""How a typed word led to a word of the register, nearest first."""


@dataclass(frozen=True, slots=True)
class Spelt:
    """A word of the register that a typed word may mean."""

    word: str
    typed: str
    how: int


@dataclass(slots=True)
class Hit:
    """Something found, and why."""

    target: UUID
    cost: int
    why: str = ""


@dataclass(slots=True)
class Results:
    """What was found of each sort, nearest first. ``more`` says that there was more than was counted."""

    query: str
    people: list[Hit] = field(default_factory=list)
    facilities: list[Hit] = field(default_factory=list)
    areas: list[Hit] = field(default_factory=list)
    papers: list[Hit] = field(default_factory=list)
    decisions: list[Hit] = field(default_factory=list)
    more: bool = False


def search(query: str, *, seen_by: Actor) -> Results:
    """Find people, facilities, areas, papers and decisions."""
    seen_by.require("search")
    found = Results(query.strip()[:200])
    words = fold(found.query).split()[:MOST_WORDS]
    if not words:
        return found
    number = plain(found.query)
    if any(c.isdigit() for c in number):
        _numbers(number, found)
    else:
        found.people = _people(words)
    _places(found)
    found.more = len(found.people) >= MOST_FOUND
    return found


# -- people by name -----------------------------------------------------------------------


def _people(words: list[str]) -> list[Hit]:
    """People whose names hold all words, in some spelling of them."""
    hits: dict[UUID, Hit] = {}
    spellings = [_spellings(word, last=i == len(words) - 1) for i, word in enumerate(words)]
    if not all(spellings):
        return []
    combos = sorted(product(*spellings), key=lambda c: sum(s.how for s in c))[:60]
    for combo in combos:
        if len(hits) >= MOST_FOUND:
            break
        _by_full_name(combo, hits)
    if len(words) > 1 and len(hits) < 20:
        _by_words(spellings, hits)
    return _named(hits)


def _by_full_name(combo: tuple[Spelt, ...], hits: dict[UUID, Hit]) -> None:
    """A name that begins with these words, in either order of family and given names."""
    start = " ".join(s.word for s in combo)
    if combo[-1].how == BEGINS:
        where = Q(key__gte=start, key__lt=f"{start}{_END}")
    else:
        where = Q(key=start) | Q(key__gte=f"{start} ", key__lt=f"{start} {_END}")
    rows = SearchKey.objects.filter(where, kind=FULL).order_by("key", "target")
    cost, why = sum(s.how for s in combo), _why(combo)
    for target in rows.values_list("target", flat=True)[: MOST_FOUND - len(hits)]:
        hits.setdefault(target, Hit(target, cost, why))


def _by_words(spellings: list[list[Spelt]], hits: dict[UUID, Hit]) -> None:
    """Names that hold the words in any order, the rarest word first."""
    choices = [{s.word: s for s in group} for group in spellings]
    rarest = min(range(len(choices)), key=lambda i: _count(list(choices[i])))
    rows = SearchKey.objects.filter(key__in=list(choices[rarest]), kind=WORD)
    for i, group in enumerate(choices):
        if i != rarest:
            own = SearchKey.objects.filter(key__in=list(group), kind=WORD)
            rows = rows.filter(target__in=own.values("target"))
    targets = list(dict.fromkeys(rows.values_list("target", flat=True)[:MOST_FOUND]))
    combo = tuple(group[0] for group in spellings)
    for target in targets:
        hits.setdefault(target, Hit(target, 3 + sum(s.how for s in combo), _why(combo)))


def _count(words: list[str]) -> int:
    return SearchKey.objects.filter(key__in=words, kind=WORD)[:2000].count()


def _named(hits: dict[UUID, Hit]) -> list[Hit]:
    """Nearest first, then by name; each file once, under its own name."""
    if not hits:
        return []
    order: dict[UUID, tuple[str, UUID]] = {}
    ids = list(hits)
    for place in range(0, len(ids), 400):
        rows = Person.objects.filter(pk__in=ids[place : place + 400], deleted=False)
        order |= {pk: (key, name) for pk, key, name in rows.values_list("pk", "sort_key", "canonical")}
    best: dict[UUID, Hit] = {}
    for hit in sorted(
        (h for h in hits.values() if h.target in order), key=lambda h: (h.cost, order[h.target][0])
    ):
        name = order[hit.target][1]
        best.setdefault(name, Hit(name, hit.cost, hit.why))
    return list(best.values())


# -- spellings ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Vocabulary:
    words: list[str]
    until: float


_vocabulary: list[_Vocabulary] = []
KEEP_SECONDS = 60


def _words() -> list[str]:
    """The words of all names, kept for a minute: some thousands in a whole country."""
    if not _vocabulary or _vocabulary[0].until < time.monotonic():
        found = list(NameWord.objects.values_list("word", flat=True))
        _vocabulary[:] = [_Vocabulary(found, time.monotonic() + KEEP_SECONDS)]
    return _vocabulary[0].words


def forget_vocabulary() -> None:
    """Read the vocabulary anew at the next search."""
    _vocabulary.clear()


def _spellings(typed: str, *, last: bool) -> list[Spelt]:
    """The words of the register that a typed word may mean, nearest first."""
    found: dict[str, Spelt] = {}

    def add(words: Iterable[str], how: int) -> None:
        for word in words:
            found.setdefault(word, Spelt(word, typed, how))

    known = set(
        NameWord.objects.filter(word__in={typed, *spelling.aliases(typed)}).values_list("word", flat=True)
    )
    add(known & {typed}, EXACT)
    if last and len(typed) >= 2:
        # The last word may not be finished: "mari" begins Mariam and Marie.
        add([typed] if _begins(typed) else [], BEGINS)
    add(sorted(known - {typed}), ALIAS)
    add(
        sorted(NameWord.objects.filter(sound=spelling.sound(typed)).values_list("word", flat=True)[:40]),
        SOUNDS,
    )
    if not any(s.how in (EXACT, ALIAS, SOUNDS) for s in found.values()):
        add(spelling.slips(typed, _words()), SLIP)
    out = list(found.values())
    if typed in known and last and _begins(typed, longer=True):
        out.insert(1, Spelt(typed, typed, BEGINS))
    return out[:MOST_SPELLINGS]


def _begins(typed: str, longer: bool = False) -> bool:
    rows = NameWord.objects.filter(word__gte=typed, word__lt=f"{typed}{_END}")
    return (rows.exclude(word=typed) if longer else rows).exists()


def _why(combo: tuple[Spelt, ...]) -> str:
    """Why these words were taken for those typed; empty where they are the same."""
    reasons = []
    for spelt in combo:
        if spelt.how in (ALIAS, SOUNDS):
            reasons.append(_("“%(typed)s” is also spelt %(word)s") % _both(spelt))
        elif spelt.how == SLIP:
            reasons.append(_("%(word)s is close to “%(typed)s”") % _both(spelt))
    return "; ".join(reasons)


def _both(spelt: Spelt) -> dict[str, str]:
    return {"typed": spelt.typed.capitalize(), "word": spelt.word.capitalize()}


# -- numbers, places --------------------------------------------------------------------------


def _numbers(number: str, found: Results) -> None:
    """A payroll number, a telephone, a decision: the whole of it or how it begins."""
    keys = _beginning(number, (NUMBER, PHONE, REFERENCE))
    by_kind: dict[int, list[UUID]] = {}
    for kind, target in keys.values_list("kind", "target")[:100]:
        by_kind.setdefault(kind, []).append(target)
    people: dict[UUID, Hit] = {}
    for file in _files(Identifier, by_kind.get(NUMBER, ())):
        people.setdefault(file, Hit(file, 0, _("by its number")))
    for target in by_kind.get(PHONE, ()):
        people.setdefault(target, Hit(target, 0, _("by the telephone")))
    found.people = _named(people)
    references = by_kind.get(REFERENCE, ())
    found.papers = [
        Hit(pk, 0) for pk in Paper.objects.live().filter(pk__in=references).values_list("pk", flat=True)
    ]
    found.decisions = [
        Hit(pk, 0) for pk in Posting.objects.live().filter(pk__in=references).values_list("pk", flat=True)
    ]


def _beginning(start: str, kinds: Iterable[int]) -> QuerySet[SearchKey]:
    return SearchKey.objects.filter(key__gte=start, key__lt=f"{start}{_END}", kind__in=list(kinds)).order_by(
        "key", "target"
    )


def _files(model: Any, ids: Iterable[UUID]) -> list[UUID]:
    """The files that some rows belong to."""
    return list(model.objects.live().filter(pk__in=list(ids)).values_list("canonical", flat=True))


def _places(found: Results) -> None:
    """Facilities, areas and papers whose name holds the words from some word on."""
    start = fold_place(found.query)
    types: dict[int, list[UUID]] = {}
    for type_, target in _beginning(start, (NAME, CODE)).values_list("type", "target")[:200]:
        types.setdefault(type_, []).append(target)
    number = Facility.Merge.number
    found.facilities = _live(Facility, types.get(number, ()))
    found.areas = _live(Area, types.get(Area.Merge.number, ()))
    if not found.papers:
        titles = _beginning(fold(found.query), (REFERENCE,)).values_list("target", flat=True)[:50]
        found.papers = _live(Paper, titles)


def _live(model: Any, ids: Iterable[UUID]) -> list[Hit]:
    ids = list(dict.fromkeys(ids))
    live = set(model.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
    return [Hit(pk, 0) for pk in ids if pk in live]


def facilities_like(query: str, most: int = 20) -> list[Facility]:
    """Facilities whose name begins, from some word on, as was typed: for choosing one."""
    start = fold_place(query)
    if not start:
        return []
    keys = _beginning(start, (NAME, CODE)).filter(type=Facility.Merge.number)
    ids = list(dict.fromkeys(keys.values_list("target", flat=True)[: most * 3]))
    rows = {f.pk: f for f in Facility.objects.live().filter(pk__in=ids)}
    return [rows[pk] for pk in ids if pk in rows][:most]


def lookalikes(family: str, given: str, *, most: int = 10, seen_by: Actor) -> list[Hit]:
    """People who may be the one about to be added."""
    return search(f"{family} {given}", seen_by=seen_by).people[:most]
