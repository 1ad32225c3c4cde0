"""What a field may hold, in the journal: text, whole numbers, days, ids, and lists of them.

No floating numbers: money is in francs, a share of time in ten-thousandths, a
position in micro-degrees. So two machines never disagree on the bytes of a value.
"""

from typing import Any

from baarada.kernel.days import BadDate, PartialDate
from baarada.kernel.text import is_tidy, tidy

Value = Any
"""None, bool, int, str, bytes (an id), or a list of these."""

TEXT, NUMBER, DAY, FLAG, ID, INSIDE, OUTSIDE, TEXTS, ENTRIES = (
    "text", "number", "day", "flag", "id", "inside", "outside", "texts", "entries",
)  # fmt: skip
KINDS = frozenset({TEXT, NUMBER, DAY, FLAG, ID, INSIDE, OUTSIDE, TEXTS, ENTRIES})

LONGEST_TEXT = 20_000
MOST_TEXTS = 100
_BIGGEST = 2**63 - 1


class BadValue(ValueError):
    """A value that its field cannot hold."""


def normal(kind: str, value: Value) -> Value:
    """Return ``value`` as the journal keeps it: text tidied, empty text as None.

    Raises:
        BadValue: the field's kind cannot hold it.
    """
    if kind == TEXT and isinstance(value, str):
        text = tidy(value)
        # What was tidied just now need not be looked at for that again.
        if len(text) > LONGEST_TEXT:
            raise _bad(kind, text)
        return text or None
    if kind == TEXTS and isinstance(value, list | tuple):
        value = [t for t in (tidy(str(v)) for v in value) if t] or None
    elif kind == OUTSIDE and isinstance(value, list | tuple) and len(value) == 2:
        label = value[1]
        value = [value[0], (tidy(label) or None) if isinstance(label, str) else label]
    check(kind, value)
    return value


def check(kind: str, value: Value) -> None:
    """Raise ``BadValue`` unless ``value`` is one that the journal keeps in this kind of field."""
    if value is not None and not _CHECKS[kind](value):
        raise _bad(kind, value)


def _bad(kind: str, value: Value) -> BadValue:
    return BadValue(f"{kind} cannot be {value!r:.60}")


def same(kind: str, one: Value, other: Value) -> bool:
    """True if two values of a field say the same; the label of a reference does not count."""
    if kind == OUTSIDE and one is not None and other is not None:
        return bool(one[0] == other[0])
    return bool(one == other)


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and is_tidy(value)


def _is_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_BIGGEST <= value <= _BIGGEST


def _is_day(value: Value) -> bool:
    if not _is_number(value) or value < 0:
        return False
    try:
        PartialDate.of(value)
    except BadDate:
        return False
    return True


def _is_id(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) == 16


def _is_outside(value: Value) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and _is_id(value[0])
        and (value[1] is None or _is_text(value[1]))
    )


def _is_texts(value: Value) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST_TEXTS and all(map(_is_text, value))


def _is_entries(value: Value) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, list)
        and len(v) == 4
        and isinstance(v[0], str)
        and _is_id(v[1])
        and all(_is_number(n) and n > 0 for n in v[2:])
        for v in value
    )


_CHECKS = {
    TEXT: _is_text,
    NUMBER: _is_number,
    DAY: _is_day,
    FLAG: lambda value: isinstance(value, bool),
    ID: _is_id,
    INSIDE: _is_id,
    OUTSIDE: _is_outside,
    TEXTS: _is_texts,
    ENTRIES: _is_entries,
}
