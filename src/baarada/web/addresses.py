"""Addresses of pages: those of one kind differ only by the ids in them, so that each kind is worked out once."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

MOST = 1_000
"""Kinds of page that are kept."""
_ID = object()
"""In the place of an id."""


def address(name: str, *args: Any) -> str:
    """The address of a page, as ``reverse`` gives it.

    Raises:
        NoReverseMatch: there is no such page.
    """
    ids = [str(arg) for arg in args if type(arg) is UUID]
    kind = tuple(_ID if type(arg) is UUID else arg for arg in args)
    return _kind(name, kind, get_urlconf(), get_script_prefix()).format(*ids)


@lru_cache(MOST)
def _kind(name: str, args: tuple[Any, ...], urlconf: str | None, prefix: str) -> str:
    """The address with ``{}`` in the place of each id."""
    del urlconf, prefix
    marks = [UUID(int=number) for number in range(len(args))]
    found = reverse(name, args=[mark if arg is _ID else arg for mark, arg in zip(marks, args, strict=True)])
    # An id may stand in another order than given, and a brace of the address itself is one.
    found = found.replace("{", "{{").replace("}", "}}")
    ids = [mark for mark, arg in zip(marks, args, strict=True) if arg is _ID]
    for place, mark in enumerate(ids):
        found = found.replace(str(mark), f"{{{place}}}")
    return found
