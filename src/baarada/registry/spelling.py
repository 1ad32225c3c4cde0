"""How a name may also be spelt: rules and known variants, given by the country's pack.

``sound`` brings the spellings of one name together (Coulibaly, Kulubali); ``aliases`` knows those that no rule
gives (Traoré, Tarawélé). Without a pack only doubled letters are undone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from baarada.kernel.text import fold

ANYWHERE, START, END = "any", "start", "end"


@dataclass(frozen=True, slots=True)
class Rule:
    """Write ``new`` for ``old``: anywhere in a word, or only at its start or end.

    ``before`` asks for one of these letters after it (``di`` is ``j`` before a vowel).
    """

    old: str
    new: str
    where: str = ANYWHERE
    before: str = ""


@dataclass(slots=True)
class Spelling:
    """The rules in their order, and the variants of names by folded word."""

    rules: list[Rule] = field(default_factory=list)
    aliases: dict[str, frozenset[str]] = field(default_factory=dict)


_now = Spelling()


def use(rules: Iterable[Rule], variants: Iterable[Iterable[str]]) -> None:
    """Take a country's rules, and groups of spellings of one name."""
    _now.rules = list(rules)
    _now.aliases = {}
    for group in variants:
        words = frozenset(fold(v) for v in group)
        for word in words:
            _now.aliases[word] = _now.aliases.get(word, frozenset()) | words


def rules_in_use() -> list[Rule]:
    """What :func:`sound` goes by."""
    return list(_now.rules)


def sound(word: str) -> str:
    """The form that the spellings of a folded word share.

    >>> sound("diallo") == sound("dialo")
    True
    """
    for rule in _now.rules:
        word = _apply(rule, word)
    out = [letter for i, letter in enumerate(word) if i == 0 or word[i - 1] != letter]
    return "".join(out)


def _apply(rule: Rule, word: str) -> str:
    if rule.old not in word:
        return word
    if rule.where == START:
        return (
            rule.new + word[len(rule.old) :] if word.startswith(rule.old) and _fits(rule, word, 0) else word
        )
    if rule.where == END:
        return word[: -len(rule.old)] + rule.new if word.endswith(rule.old) else word
    out, place = [], 0
    while place < len(word):
        if word.startswith(rule.old, place) and _fits(rule, word, place):
            out.append(rule.new)
            place += len(rule.old)
        else:
            out.append(word[place])
            place += 1
    return "".join(out)


def _fits(rule: Rule, word: str, place: int) -> bool:
    after = word[place + len(rule.old) : place + len(rule.old) + 1]
    return not rule.before or (bool(after) and after in rule.before)


def aliases(word: str) -> frozenset[str]:
    """Known spellings of the same name, the folded word itself left out."""
    return _now.aliases.get(word, frozenset()) - {word}


def slips(word: str, vocabulary: list[str]) -> list[str]:
    """Words that a slip of the finger away: one letter in short words, two in long ones."""
    if len(word) < 4:
        return []
    most = 1 if len(word) < 7 else 2
    found = process.extract(word, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=12)
    return [w for w, distance, _ in found if distance]
