"""How many records bear each choice of a list."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from baarada.kernel.actors import Actor
from baarada.registry import facts, lists
from baarada.registry.choicerules import Choice, is_known, needed
from baarada.registry.counting import count
from baarada.registry.models import Cadre

CADRES = "cadre"
"""What the cadres are called where lists are told apart by code: they are records of their own."""


def fields_of(list_: str) -> Iterator[tuple[Any, str, bool]]:
    """The fields that are chosen from a list: kind of record, name, whether it holds several codes."""
    for model, known in facts.FACTS.items():
        for name, fact in known.items():
            if (fact.reads == facts.CADRE) if list_ == CADRES else (fact.list == list_):
                yield model, name, fact.reads == facts.CODES


def uses(list_: str, *, seen_by: Actor) -> dict[Any, int]:
    """How many records bear each choice of a list, by code; of the cadres, by id. Kept while nothing is written."""
    seen_by.require("person.see")
    return count(("uses", list_), lambda: uses_now(list_))


def uses_now(list_: str) -> dict[Any, int]:
    """The same, counted now: one question for each field that is chosen from the list."""
    out: dict[Any, int] = defaultdict(int)
    for model, name, several in fields_of(list_):
        rows: Any = model.objects.filter(deleted=False, **{f"{name}__isnull": False}).order_by()
        column = f"{name}_id" if list_ == CADRES else name
        for value, n in rows.values_list(column).annotate(Count("pk")):
            for one in value if several else [value]:
                out[one] += n
    return dict(out)


def where_used(row: Choice) -> list[tuple[Any, Any, int]]:
    """Which records bear a choice: kind of record, what the fact is called, how many."""
    list_, key = (CADRES, row.pk) if isinstance(row, Cadre) else (row.list or "", row.code)
    out = []
    for model, name, several in fields_of(list_):
        rows: Any = model.objects.filter(deleted=False)
        if several:
            n = sum(
                m
                for value, m in rows.order_by().values_list(name).annotate(Count("pk"))
                if key in (value or [])
            )
        else:
            n = rows.filter(**{f"{name}_id" if list_ == CADRES else name: key}).count()
        if n:
            out.append((facts.NAMES[model], facts.fact(model, name).label, n))
    return out


def check_deletion(row: Choice) -> dict[str, Any]:
    """The sentence about a choice that is no mistake: the program needs it, or something was written with it."""
    if is_known(row):
        return {"": needed()}
    list_, key = (CADRES, row.pk) if isinstance(row, Cadre) else (row.list or "", row.code)
    if uses_now(list_).get(key):
        return {"": _("Something was written with this choice. Retire it: what was written stays.")}
    others: list[Any] = lists.cadres() if isinstance(row, Cadre) else lists.items(row.list or "")
    if any(other.replaced_by_id == row.pk for other in others):
        return {"": _("Another choice counts as this one. Put that one back in force first.")}
    return {}
