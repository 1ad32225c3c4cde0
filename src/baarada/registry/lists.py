"""Choices and cadres, read once and kept for a short while: every page shows them, they hardly ever change."""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast
from uuid import UUID

from django.utils.translation import get_language

from baarada.journal.applying import Changed
from baarada.kernel.text import fold
from baarada.registry.models import Cadre, ListItem

T = TypeVar("T")
KEEP_SECONDS = 30
LISTS = "list"
"""The list whose choices are the lists themselves."""


@dataclass(slots=True)
class _Kept:
    items: dict[tuple[str, str], ListItem]
    coded: dict[UUID, ListItem]
    """The same choices by their ids."""
    cadres: dict[UUID, Cadre]
    until: float
    ordered: dict[tuple[str, str], list[ListItem]] = field(default_factory=dict)
    """The choices of a list in their order, by list and language."""
    named: dict[tuple[str, str], dict[str, ListItem]] = field(default_factory=dict)
    """The same by what they are called."""
    made: dict[Hashable, Any] = field(default_factory=dict)
    """What others made of them."""


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
    # Of a code that two offices added apart, the older row stands for it.
    found = list(ListItem.objects.filter(deleted=False).order_by("-pk"))
    items = {(i.list or "", i.code or ""): i for i in found}
    cadres = {c.pk: c for c in Cadre.objects.filter(deleted=False)}
    kept = _Kept(items, {i.pk: i for i in found}, cadres, time.monotonic() + KEEP_SECONDS)
    _kept[:] = [kept]
    return kept


def made(name: Hashable, work: Callable[[], T]) -> T:
    """What ``work`` makes of lists, made once while they are kept.

    ``name`` says what it is, with all that it depends on besides the lists and the language of the moment.
    """
    kept, key = _read(), (name, language())
    if key not in kept.made:
        kept.made[key] = work()
    return cast(T, kept.made[key])


def label(list_: str, code: str | None) -> str:
    """What a code means, in the language of the moment; the code itself where the list does not know it."""
    if not code:
        return ""
    found = item(list_, code)
    return str(found) if found else code


def item(list_: str, code: str | None) -> ListItem | None:
    """A choice by its code."""
    return _read().items.get((list_, code or ""))


def codes() -> list[str]:
    """The codes of all lists: those that are named, and those that only have choices."""
    kept = _read()
    named = {code for name, code in kept.items if name == LISTS}
    return sorted({name for name, _ in kept.items} | named)


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
    found = item(list_, code)
    return (found.order if found and found.order is not None else 10_000, code or "")


def attribute(list_: str, code: str | None, name: str) -> str:
    """A further fact of a choice, empty where it has none."""
    return next(iter(attributes(list_, code, name)), "")


def attributes(list_: str, code: str | None, name: str) -> list[str]:
    """All values of a further fact of a choice that may be told several times."""
    found = item(list_, code)
    pairs = (a.partition("=") for a in (found.attributes if found else []) or [])
    return [value for key, _, value in pairs if key == name]


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


# -- what stands for what on a day ------------------------------------------------------------


def standing(list_: str, code: str | None, on: date) -> str:
    """The code that a code counts as on a day: itself while in force, then what replaced it, and so on.

    Records keep the code that was written. A choice that ended without being replaced, one whose successor is not
    here, and one in a circle of successors count as themselves.
    """
    kept = _read()
    first = kept.items.get((list_, code or ""))
    found = _follow(first, kept.coded, on) if first else None
    return (found.code if found and found.list == list_ else None) or code or ""


def standing_codes(list_: str, on: date) -> dict[str, str]:
    """The codes of a list that count as another on a day, each with that other. Few: none, as a rule."""
    found = {i.code or "": standing(list_, i.code, on) for i in items(list_) if i.ends is not None}
    return {code: other for code, other in found.items() if other != code}


def counted_as(list_: str, codes_: Iterable[str], on: date) -> list[str]:
    """All codes that count as one of some on a day: what a query that narrows by these has to look for.

    One that was replaced is looked for under what it counts as.
    """
    asked = {standing(list_, code, on) for code in codes_}
    moved = standing_codes(list_, on)
    return sorted((asked - moved.keys()) | {code for code, other in moved.items() if other in asked})


def standing_cadre(pk: Any, on: date) -> Any:
    """The id of the cadre that a cadre counts as on a day, as :func:`standing` for codes."""
    kept = _read()
    first = kept.cadres.get(pk)
    return _follow(first, kept.cadres, on).pk if first else pk


def standing_cadres(on: date) -> dict[UUID, UUID]:
    """The cadres that count as another on a day, each with that other, by their ids."""
    found = {c.pk: standing_cadre(c.pk, on) for c in _read().cadres.values() if c.ends is not None}
    return {pk: other for pk, other in found.items() if other != pk}


Choice = TypeVar("Choice", ListItem, Cadre)


def _follow(first: Choice, known: Mapping[UUID, Choice], on: date) -> Choice:
    """The last of a chain of successors that is reached on a day."""
    seen = {first.pk}
    now = first
    while now.ends is not None and now.ends.last() < on and now.replaced_by_id in known:
        if now.replaced_by_id in seen:
            return first
        now = known[now.replaced_by_id]
        seen.add(now.pk)
    return now


def successors(first: ListItem | Cadre) -> list[Any]:
    """What replaces a choice, what replaces that, and so on, whatever the day; each once."""
    known: Mapping[UUID, Any] = _read().cadres if isinstance(first, Cadre) else _read().coded
    out: list[Any] = []
    now = known.get(first.replaced_by_id)
    while now is not None and now.pk != first.pk and now not in out:
        out.append(now)
        now = known.get(now.replaced_by_id)
    return out


def language() -> str:
    """``fr`` or ``en``: the language of the moment."""
    return "en" if get_language() == "en" else "fr"
