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

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.kernel.actors import Actor
from baarada.kernel.text import fold
from baarada.registry import spelling
from baarada.registry.models import (
    Absence,
    Area,
    Contact,
    Employment,
    Exit,
    Facility,
    Identifier,
    Licence,
    NameWord,
    Paper,
    Person,
    PersonnelAct,
    Posting,
    SearchKey,
)
from baarada.registry.searchkeys import (
    CODE,
    FULL,
    NAME,
    NUMBER,
    PHONE,
    REFERENCE,
    WORD,
    beginning,
    between,
    fold_place,
    phone_key,
    plain,
)

MOST_WORDS = 5
MOST_FOUND = 500
"""Beyond this the page says "more than 500": nobody reads them, and counting them would cost."""
MOST_SPELLINGS = 12
MOST_ALIKE = 40
MOST_COMBINED, MOST_LOOKED_UP = 2_000, 60
"""Spellings of several words: how many are put together, and how many of these are looked up."""
_END = "\U0010ffff"
_AFTER_SPACE = "!"

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


def search(query: str, *, seen_by: Actor, most: int = MOST_FOUND) -> Results:
    """Find people, facilities, areas, papers and decisions; at most so many people."""
    seen_by.require("search")
    found = Results(query.strip()[:200])
    words = fold(found.query).split()[:MOST_WORDS]
    if not words:
        return found
    number = plain(found.query)
    if any(c.isdigit() for c in number):
        _numbers(number, found)
    else:
        _people(words, most, found)
    _places(found)
    return found


# -- people by name -----------------------------------------------------------------------


def _people(words: list[str], most: int, found: Results) -> None:
    """People whose names hold all words, in some spelling of them."""
    hits: dict[UUID, Hit] = {}
    spellings = _spellings(words)
    if not all(spellings):
        return
    found.more = _by_full_name(_combinations(spellings), hits, most)
    if len(words) > 1 and len(hits) < 20:
        _by_words(spellings, hits)
    found.people = _named(hits)


def _combinations(spellings: list[list[Spelt]]) -> list[tuple[Spelt, ...]]:
    """Spellings of all words together, nearest first."""
    # Five words in twelve spellings each would be a quarter of a million.
    each = int(MOST_COMBINED ** (1 / len(spellings)))
    combos = product(*(group[:each] for group in spellings))
    return sorted(combos, key=lambda c: sum(s.how for s in c))[:MOST_LOOKED_UP]


def _by_full_name(combos: list[tuple[Spelt, ...]], hits: dict[UUID, Hit], most: int) -> bool:
    """Names that begin with the words, in either order of family and given names; True if there may be more."""
    ranges = []
    for combo in combos:
        start = " ".join(s.word for s in combo)
        # In folded text a space is the least of all characters: the name itself, or the name and more words.
        ranges.append((start, f"{start}{_END if combo[-1].how == BEGINS else _AFTER_SPACE}"))
    rows = between(FULL, ranges, most)
    for number, target in rows:
        if target not in hits:
            combo = combos[number]
            hits[target] = Hit(target, sum(s.how for s in combo), _why(combo))
    return len(rows) >= most


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
    # Taken once: another thread may forget it between two looks.
    kept = next(iter(_vocabulary), None)
    if kept is None or kept.until < time.monotonic():
        found = list(NameWord.objects.values_list("word", flat=True))
        kept = _Vocabulary(found, time.monotonic() + KEEP_SECONDS)
        _vocabulary[:] = [kept]
    return kept.words


def forget_vocabulary() -> None:
    """Read the vocabulary anew at the next search."""
    _vocabulary.clear()


def _spellings(words: list[str]) -> list[list[Spelt]]:
    """For each typed word, the words of the register that it may mean, nearest first."""
    asked = {word for typed in words for word in (typed, *spelling.aliases(typed))}
    known = set(NameWord.objects.filter(word__in=asked).values_list("word", flat=True))
    alike: dict[str, list[str]] = {}
    rows = NameWord.objects.filter(sound__in={spelling.sound(typed) for typed in words}).order_by("word")
    for word, sound in rows.values_list("word", "sound"):
        alike.setdefault(sound, []).append(word)
    # The last word may not be finished: "mari" begins Mariam and Marie.
    last = words[-1]
    longer = len(last) >= 2 and _begins_others(last)
    out = [_meant(typed, known, alike.get(spelling.sound(typed), []), False) for typed in words[:-1]]
    return [*out, _meant(last, known, alike.get(spelling.sound(last), []), longer)]


def _meant(typed: str, known: set[str], alike: list[str], longer: bool) -> list[Spelt]:
    """The words that one typed word may mean; ``longer`` says that it also begins others."""
    found: dict[str, Spelt] = {}

    def add(words: Iterable[str], how: int) -> None:
        for word in words:
            found.setdefault(word, Spelt(word, typed, how))

    add(known & {typed}, EXACT)
    if longer:
        add([typed], BEGINS)
    add(sorted(known & spelling.aliases(typed)), ALIAS)
    add(alike[:MOST_ALIKE], SOUNDS)
    if not any(s.how in (EXACT, ALIAS, SOUNDS) for s in found.values()):
        add(spelling.slips(typed, _words()), SLIP)
    out = list(found.values())
    if longer and typed in known:
        out.insert(1, Spelt(typed, typed, BEGINS))
    return out[:MOST_SPELLINGS]


def _begins_others(typed: str) -> bool:
    """True if words of the register begin with a typed one and go on."""
    return NameWord.objects.filter(word__gt=typed, word__lt=f"{typed}{_END}").exists()


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
    by_kind: dict[tuple[int, int], list[UUID]] = {}
    for kind, type_, target in keys.values_list("kind", "type", "target")[:100]:
        by_kind.setdefault((kind, type_), []).append(target)
    if number.isdigit() and phone_key(number) != number:
        # A telephone typed with the prefix of its country.
        whole = SearchKey.objects.filter(key=phone_key(number), kind=PHONE).order_by("target")
        for type_, target in whole.values_list("type", "target")[:100]:
            by_kind.setdefault((PHONE, type_), []).append(target)
    phones = by_kind.get((PHONE, Person.Merge.number), [])
    people: dict[UUID, Hit] = {}
    for model, kind, why in _LEADS_TO_SOMEBODY:
        for file in _files(model, by_kind.get((kind, model.Merge.number), ())):
            people.setdefault(file, Hit(file, 0, str(why)))
    for target in phones:
        people.setdefault(target, Hit(target, 0, _("by the telephone")))
    found.people = _named(people)
    found.papers = _live(Paper, by_kind.get((REFERENCE, Paper.Merge.number), ()))
    found.decisions = _live(Posting, by_kind.get((REFERENCE, Posting.Merge.number), ()))


_DECISION = gettext_lazy("by a decision")
_LEADS_TO_SOMEBODY: tuple[tuple[Any, int, Promise], ...] = (
    (Identifier, NUMBER, gettext_lazy("by its number")),
    (Licence, NUMBER, gettext_lazy("by the number of a licence")),
    (Contact, PHONE, gettext_lazy("by another telephone")),
    *((model, REFERENCE, _DECISION) for model in (Employment, Licence, Absence, PersonnelAct, Exit)),
)
"""Rows by whose number somebody is found, and why that is said to be."""


def is_family_name(word: str, *, seen_by: Actor) -> bool:
    """True if somebody here has this word, in this spelling, as the first of their family name."""
    seen_by.require("search")
    start = fold(word)
    rows = Person.objects.filter(
        sort_key__gte=f"{start} ", sort_key__lt=f"{start}{_AFTER_SPACE}", deleted=False
    )
    return bool(start) and rows.exists()


def bearers(kind: str, number: str, *, seen_by: Actor) -> list[UUID]:
    """The files of those who bear a number of a kind, however it is written."""
    seen_by.require("search")
    keys = SearchKey.objects.filter(key=plain(number), kind=NUMBER).order_by("target")
    rows = Identifier.objects.live().filter(
        pk__in=list(keys.values_list("target", flat=True)[:100]), kind=kind
    )
    return list(dict.fromkeys(rows.values_list("canonical", flat=True)))


def _beginning(start: str, kinds: Iterable[int]) -> QuerySet[SearchKey]:
    return SearchKey.objects.filter(key__gte=start, key__lt=f"{start}{_END}", kind__in=list(kinds)).order_by(
        "key", "target"
    )


def _files(model: Any, ids: Iterable[UUID]) -> list[UUID]:
    """The files that some rows belong to."""
    if not ids:
        return []
    return list(model.objects.live().filter(pk__in=list(ids)).values_list("canonical", flat=True))


def _places(found: Results) -> None:
    """Facilities, areas and papers whose name holds the words from some word on."""
    start = fold_place(found.query)
    if not start:
        # Small words alone ("de la") begin no name, and would begin all.
        return
    types: dict[int, list[UUID]] = {}
    titles: list[UUID] = []
    starts = [(NAME, start), (CODE, plain(found.query)), (REFERENCE, fold(found.query))]
    for number, type_, target in beginning(starts, _END, 200):
        (titles if starts[number][0] == REFERENCE else types.setdefault(type_, [])).append(target)
    found.facilities = _live(Facility, types.get(Facility.Merge.number, ()))
    found.areas = _live(Area, types.get(Area.Merge.number, ()))
    if not found.papers:
        found.papers = _live(Paper, titles[:50])


def _live(model: Any, ids: Iterable[UUID]) -> list[Hit]:
    ids = list(dict.fromkeys(ids))
    if not ids:
        return []
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


def areas_like(query: str, most: int = 20) -> list[Area]:
    """Areas whose name begins, from some word on, as was typed: for choosing one."""
    start = fold_place(query)
    if not start:
        return []
    keys = _beginning(start, (NAME, CODE)).filter(type=Area.Merge.number)
    ids = list(dict.fromkeys(keys.values_list("target", flat=True)[: most * 3]))
    rows = {a.pk: a for a in Area.objects.live().filter(pk__in=ids)}
    return [rows[pk] for pk in ids if pk in rows][:most]


def facilities_named(text: str) -> QuerySet[SearchKey, Any]:
    """The ids of the facilities whose name or code begins, from some word on, as was typed: for a condition."""
    number = Facility.Merge.number
    start = fold_place(text)
    keys = SearchKey.objects.filter(
        key__gte=start, key__lt=f"{start}{_END}", kind__in=(NAME, CODE), type=number
    )
    if any(c.isdigit() for c in text):
        code = plain(text)
        keys |= SearchKey.objects.filter(key__gte=code, key__lt=f"{code}{_END}", kind=CODE, type=number)
    return keys.values("target")


def facilities_alike(name: str, most: int = 6) -> list[Facility]:
    """Facilities that may be the one about to be added: their name ends like this one's, in as many words as can be.

    "CS de Sanzana" and "CSCom de Sanzana" share the word that tells them from others, which is the last.
    """
    words = fold_place(name).split()[:8]
    for first in range(len(words)):
        end = " ".join(words[first:])
        keys = SearchKey.objects.filter(key=end, kind=NAME, type=Facility.Merge.number)
        ids = list(keys.order_by("target").values_list("target", flat=True)[: most * 2])
        found = Facility.objects.live().filter(pk__in=ids).order_by("sort_key", "pk")[:most]
        if found:
            return list(found)
    return []
