"""What the records of the register are made of."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, Func, IntegerField, OuterRef, Q

from baarada.journal.models import Record
from baarada.kernel.days import PartialDate
from baarada.kernel.spans import Span
from baarada.kernel.text import fold

NATIONAL = "national"
IN_CHARGE = "in charge"
ORDER = "order"
FULL_TIME = 10_000
"""A whole post, in ten-thousandths."""
MICRO = 1_000_000
"""Micro-degrees in a degree."""


def ordering(*names: str) -> Any:
    """A derived column that orders a list as people expect: no accents, no capitals."""

    def key(values: dict[str, Any]) -> str:
        return fold(" ".join(str(values[n]) for n in names if values.get(n)))

    return key


class DayOrZero(Func):
    """A day as its number, 0 where there is none: lists are ordered by it, and an index holds it.

    The 0 is written out: SQLite takes an index only where the question says the very same.
    """

    template = "COALESCE(%(expressions)s, 0)"
    output_field = IntegerField()


def by_day(name: str, field: str) -> models.Index:
    """The index of a list that is ordered by a day, the latest first."""
    return models.Index(DayOrZero(field).desc(), models.F("id").desc(), name=name)


class SpanQuerySet(models.QuerySet[Any]):
    """Rows that hold over a span of days."""

    def live(self) -> Self:
        """Not marked as deleted."""
        return self.filter(deleted=False)

    def in_force(self, on: date) -> Self:
        """Rows whose span holds ``on``; an end known only by its month or year holds to the end of it."""
        day = PartialDate.on(on).number
        imprecise = [day // 10_000 * 10_000, day // 100 * 100]
        began = Q(starts__isnull=True) | Q(starts__lte=day)
        return self.live().filter(began, Q(ends__isnull=True) | Q(ends__gte=day) | Q(ends__in=imprecise))

    def of_those_here(self, files: type[Record]) -> Self:
        """Rows whose file is not deleted, whichever of linked files gives its name."""
        return self.filter(Exists(files.objects.filter(deleted=False, pk=OuterRef("canonical"))))  # type: ignore[attr-defined]


class Spanned(Record):
    """A record that holds over a span of days."""

    objects = SpanQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def span(self) -> Span:
        """Its first and last day."""
        return Span(self.starts, self.ends)  # type: ignore[attr-defined]
