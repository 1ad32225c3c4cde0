"""Choices and cadres, read once and kept for a short while: every page shows them, they hardly ever change."""

import time
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from baarada.journal.applying import Changed
from baarada.kernel.text import fold
from baarada.registry.models import Cadre, ListItem

KEEP_SECONDS = 30


@dataclass(slots=True)
class _Kept:
    items: dict[tuple[str, str], ListItem]
    cadres: dict[UUID, Cadre]
    until: float
    ordered: dict[tuple[str, str], list[ListItem]] = field(default_factory=dict)
    """The choices of a list in their order, by list and language."""
    named: dict[tuple[str, str], dict[str, ListItem]] = field(default_factory=dict)
    """The same by what they are called."""


_kept: list[_Kept] = []


def forget(changed: Changed | None = None) -> None:
    """Read lists anew at the next look, where a change touched them."""
    types = {ListItem.Merge.number, Cadre.Merge.number}
    if changed is None or any(key[0] in types for key in [*changed.new, *changed.old, *changed.removed]):
        _kept.clear()


def _read() -> _Kept:
    # Taken once: another thread may forget it between two looks.
    kept = next(iter(_kept), None)
    if kept is not None and kept.until > time.monotonic():
        return kept
    items = {(i.list or "", i.code or ""): i for i in ListItem.objects.filter(deleted=False)}
    cadres = {c.pk: c for c in Cadre.objects.filter(deleted=False)}
    kept = _Kept(items, cadres, time.monotonic() + KEEP_SECONDS)
    _kept[:] = [kept]
    return kept


def label(list_: str, code: str | None) -> str:
    """What a code means, in the language of the moment; the code itself where the list does not know it."""
    if not code:
        return ""
    item = _read().items.get((list_, code))
    return str(item) if item else code


def items(list_: str, on: date | None = None) -> list[ListItem]:
    """The choices of a list, in their order; only those in force on a day if one is given."""
    found = _ordered(_read(), list_, language())
    return list(found) if on is None else [i for i in found if i.span.holds(on)]


def _ordered(kept: _Kept, list_: str, spoken: str) -> list[ListItem]:
    if (list_, spoken) not in kept.ordered:
        found = [i for (name, _), i in kept.items.items() if name == list_]
        found.sort(key=lambda i: (i.order is None, i.order or 0, fold(str(i))))
        kept.ordered[list_, spoken] = found
    return kept.ordered[list_, spoken]


def named(list_: str, text: str) -> ListItem | None:
    """The first choice of a list with this code, or with this label in some language; None if there is none.

    Asked for every cell of a long import: the names are folded once, not at each cell.
    """
    kept, spoken = _read(), language()
    if (list_, spoken) not in kept.named:
        names: dict[str, ListItem] = {}
        for item in _ordered(kept, list_, spoken):
            for name in (item.code, item.label_fr, item.label_en):
                if name:
                    names.setdefault(fold(name), item)
        kept.named[list_, spoken] = names
    return kept.named[list_, spoken].get(fold(text))


def choices(list_: str, on: date | None = None) -> list[tuple[str, str]]:
    """Codes and labels, for a form."""
    return [(i.code or "", str(i)) for i in items(list_, on)]


def order_of(list_: str, code: str | None) -> tuple[int, str]:
    """Where a choice stands in its list; what the list does not know comes last."""
    item = _read().items.get((list_, code or ""))
    return (item.order if item and item.order is not None else 10_000, code or "")


def attribute(list_: str, code: str | None, name: str) -> str:
    """A further fact of a choice, empty where it has none."""
    item = _read().items.get((list_, code or ""))
    pairs = (a.partition("=") for a in (item.attributes if item else []) or [])
    return next((value for key, _, value in pairs if key == name), "")


def cadres(on: date | None = None) -> list[Cadre]:
    """All cadres, in their order."""
    found = [c for c in _read().cadres.values() if on is None or c.span.holds(on)]
    return sorted(found, key=lambda c: (c.order is None, c.order or 0, fold(str(c))))


def cadre(pk: Any) -> Cadre | None:
    """A cadre by its id."""
    return _read().cadres.get(pk)


def cadre_label(pk: Any, sex: str | None = None) -> str:
    """A cadre's name, feminine for a woman; empty where it is not known."""
    found = cadre(pk)
    return found.label(sex) if found else ""


def cadre_of_both(pk: Any) -> str:
    """A cadre's name where the sex is not known: both names, if one does not begin as the other."""
    man, woman = cadre_label(pk, "M"), cadre_label(pk, "F")
    return man if fold(man)[:4] == fold(woman)[:4] else f"{woman} / {man}"


def language() -> str:
    """``fr`` or ``en``: the language of the moment."""
    return "en" if get_language() == "en" else "fr"
