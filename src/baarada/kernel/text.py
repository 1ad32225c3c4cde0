"""Text as it is kept and as it is compared."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
# Letters that Unicode does not take apart into a base and a mark.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ɔ": "o", "ɛ": "e", "ŋ": "n", "ɲ": "n"}
)


def tidy(text: str) -> str:
    """Return ``text`` as it is kept: NFC, no control characters, single spaces, trimmed.

    Line breaks survive; everything else that counts as white space becomes one space.
    """
    if text.isascii() and text.isalnum():
        return text
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C" or c == "\u200d")
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return "\n".join(lines).strip()


def is_tidy(text: str) -> bool:
    """True if ``text`` is already as :func:`tidy` would keep it."""
    return text == tidy(text)


def fold(text: str) -> str:
    """Return the comparison form: lower case, no accents, words of a to z and 0 to 9.

    >>> fold("  Traoré, N'Golo ")
    'traore ngolo'
    """
    lowered = text.lower().translate(_LETTERS)
    # An apostrophe joins (N'Golo is written Ngolo); any other mark parts words.
    lowered = lowered.replace("'", "").replace("\u2019", "").replace("\u02bc", "")
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFD", lowered)
        lowered = "".join(c for c in lowered if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", lowered).strip()
