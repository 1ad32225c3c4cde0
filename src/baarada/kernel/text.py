"""Text as it is kept and as it is compared."""

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
# Letters that Unicode does not take apart into a base and a mark.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ɔ": "o", "ɛ": "e", "ŋ": "n", "ɲ": "n"}
)


def tidy(text: str) -> str:
    """Return ``text`` as it is kept: NFC, no control characters, single spaces, trimmed.

    Line breaks survive; everything else that counts as white space becomes one space.
    """
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:] and _is_composed(text):
        return text
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C" or c == "\u200d")
    # Last: a control character may have kept a letter and its accent apart.
    text = unicodedata.normalize("NFC", text)
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return "\n".join(lines).strip()


def _is_composed(text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def is_tidy(text: str) -> bool:
    """True if ``text`` is already as :func:`tidy` would keep it."""
    return text == tidy(text)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the comparison form: lower case, no accents, words of a to z and 0 to 9.

    The names, places and choices of a list come again and again: the last ones are remembered.

    >>> fold("  Traoré, N'Golo ")
    'traore ngolo'
    """
    lowered = text.lower()
    if not lowered.isascii():
        lowered = lowered.translate(_LETTERS)
    # An apostrophe joins (N'Golo is written Ngolo); any other mark parts words.
    lowered = lowered.replace("'", "").replace("\u2019", "").replace("\u02bc", "")
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFD", lowered)
        lowered = "".join(c for c in lowered if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", lowered).strip()


def in_a_sentence(name: str) -> str:
    """A name as it stands in a sentence: one that was typed in capitals gets its small letters back.

    >>> in_a_sentence("N'DIAYE"), in_a_sentence("N'Golo")
    ("N'Diaye", "N'Golo")
    """
    if not name.isupper():
        return name
    return _WORD.sub(lambda word: word.group()[0] + word.group()[1:].lower(), name)
