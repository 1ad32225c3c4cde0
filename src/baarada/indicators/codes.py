"""What codes of lists and cadres mean on a day, read from one database: that of now, or one as known then."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from baarada.kernel.text import fold
from baarada.registry.models import Cadre, ListItem

MOST_STEPS = 20
"""A choice that was replaced so many times in turn goes in a circle."""


def standing(row: Any, on: date, by_pk: dict[UUID, Any]) -> Any:
    """The choice that stands for one on a day: itself, or what replaced it once it had ended."""
    for _step in range(MOST_STEPS):
        ended = row.ends is not None and row.ends.last() < on
        after = by_pk.get(row.replaced_by_id) if ended else None
        if after is None:
            return row
        row = after
    return row


class Codes:
    """Lists and cadres as they hold on a day."""

    def __init__(self, on: date, lists: Iterable[str], *, db: str = "default") -> None:
        self.on = on
        items = ListItem.objects.using(db).filter(list__in=sorted(set(lists)), deleted=False)
        self._by_pk: dict[UUID, Any] = {i.pk: i for i in items}
        self._items = {(i.list, i.code): i for i in self._by_pk.values()}
        self._cadres: dict[UUID, Any] = {c.pk: c for c in Cadre.objects.using(db).filter(deleted=False)}

    def code(self, list_: str, code: str | None) -> str:
        """The code that stands for one on the day; empty where there is none."""
        item = self._items.get((list_, code or ""))
        return (standing(item, self.on, self._by_pk).code if item else code) or ""

    def label(self, list_: str, code: str) -> str:
        """What a code means; the code itself where the list does not know it."""
        item = self._items.get((list_, code))
        return str(item) if item else code

    def order(self, list_: str, code: str) -> tuple[int, str]:
        """Where a code stands in its list."""
        item = self._items.get((list_, code))
        return (item.order if item and item.order is not None else 10_000, fold(code))

    def in_order(self, list_: str) -> list[str]:
        """All codes of a list, in its order."""
        found = [code for name, code in self._items if name == list_ and code]
        return sorted(found, key=lambda code: self.order(list_, code))

    def cadre(self, pk: UUID | None) -> Any:
        """The cadre that stands for one on the day; None where it is not known."""
        found = self._cadres.get(pk) if pk else None
        return standing(found, self.on, self._cadres) if found else None

    @staticmethod
    def cadre_label(cadre: Any) -> str:
        """A cadre's name for men and women."""
        man, woman = cadre.label("M"), cadre.label("F")
        return man if fold(man)[:4] == fold(woman)[:4] else f"{woman} / {man}"
