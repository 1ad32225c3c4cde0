"""Laws, decrees, norms and plans: what decisions rest on."""

from django.db import models

from baarada.journal.fields import Day, Outside, Text
from baarada.journal.models import NATIONAL_SCOPE
from baarada.registry.models.base import NATIONAL, Spanned, ordering


class LegalText(Spanned):
    """A law, decree, norm, criterion or plan, in force over a span of days."""

    kind = Text()
    number = Text()
    title = Text()
    dated = Day()
    signed_by = Text()
    starts = Day()
    ends = Day()
    replaced_by = Outside("self")
    subject = Text()
    found_at = Text()
    """Where it can be read: an address, a shelf mark."""
    extract = Text()
    """The words that decisions cite."""
    quality = Text()
    note = Text()
    sort_key = models.TextField(default="", editable=False)

    Derived = {"sort_key": ordering("title")}

    class Merge:
        number = 30
        numbers = {
            "kind": 1, "number": 2, "title": 3, "dated": 4, "signed_by": 5, "starts": 6, "ends": 7,
            "replaced_by": 8, "subject": 9, "found_at": 10, "extract": 11, "quality": 12, "note": 13,
        }  # fmt: skip
        owner = dict.fromkeys([n for n in numbers if n not in ("found_at", "quality", "note")], NATIONAL)
        together = [("starts", "ends"), ("kind", "number")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["sort_key", "id"])]

    def __str__(self) -> str:
        return self.title or self.number or ""
