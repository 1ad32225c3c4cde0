"""What numbers look like: the form that the country says each kind has, and its check digit.

A number that does not fit is doubted, never refused: a pack may recall its form, and papers hold what they hold.
"""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from baarada.registry import lists

LIST = "identifier_kind"
LONGEST = 60
LONGEST_PATTERN = 200
_REPEATED = re.compile(r"\)[*+]|\)\{[0-9]*,|[*+?,|)][^()]*\)\{")


def _luhn(digits: list[int]) -> bool:
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod97(digits: list[int]) -> bool:
    """ISO 7064: the whole number leaves 1 when divided by 97."""
    return int("".join(map(str, digits))) % 97 == 1


def _mod11(digits: list[int]) -> bool:
    """ISO 7064, figures only: weights go up by one from the right."""
    return sum(place * d for place, d in enumerate(reversed(digits), start=1)) % 11 == 0


CHECKS: dict[str, Callable[[list[int]], bool]] = {"luhn": _luhn, "mod97": _mod97, "mod11": _mod11}
"""Check digits by the name that a pack gives them (attribute ``check``)."""


def doubt(kind: str | None, number: str | None) -> str:
    """Why a number may be wrong, in a sentence; empty where nothing speaks against it."""
    written = "".join((number or "").split()).upper()
    if not kind or not written or len(written) > LONGEST:
        return ""
    pattern, example = lists.attribute(LIST, kind, "pattern"), lists.attribute(LIST, kind, "example")
    if pattern and not _fits(pattern, written):
        sentence = _("%(kind)s is not usually written like this; look at the paper again.")
        like = _("For example: %(example)s.") % {"example": example} if example else ""
        return f"{sentence % {'kind': lists.label(LIST, kind)}} {like}".strip()
    check = CHECKS.get(lists.attribute(LIST, kind, "check"))
    digits = [int(c) for c in written if c in "0123456789"]
    if check is not None and len(digits) > 1 and not check(digits):
        return _(
            "The check digit of this number (%(number)s) does not fit: one figure is wrong, or two are exchanged."
        ) % {"number": number}
    return ""


def _fits(pattern: str, number: str) -> bool:
    found = form_of(pattern)
    return found is None or found.fullmatch(number) is not None


def form_of(pattern: str) -> re.Pattern[str] | None:
    """The form of a number, ready to be tried; None where it cannot be read, or might be tried for hours.

    A group that is repeated at will may make one wrong number cost a day of work; one repeated so many times, of
    parts that are each so long, does not.
    """
    if len(pattern) > LONGEST_PATTERN or _REPEATED.search(pattern):
        return None
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return None
