"""Established positions: what a facility may have people for, filled or not."""

from django.db import models

from baarada.journal.fields import Day, Inside, Outside, Text
from baarada.journal.models import NATIONAL_SCOPE
from baarada.registry.models.base import NATIONAL, Spanned
from baarada.registry.models.lists import Cadre
from baarada.registry.models.places import Facility, Unit

OPEN, FROZEN, ABOLISHED = "open", "frozen", "abolished"
"""What somebody decides of a post. That it is filled is told by who holds it."""


class Post(Spanned):
    """One established position in a facility. It is filled on the days on which a posting names it."""

    facility = Inside(Facility)
    unit = Outside(Unit)
    unit_label: str | None
    number = Text()
    job = Text()
    cadre = Inside(Cadre)
    funding = Text()
    status = Text()
    norm = Text()
    starts = Day()
    ends = Day()
    decision = Text()
    note = Text()

    class Merge:
        number = 28
        numbers = {
            "facility": 1, "unit": 2, "number": 3, "job": 4, "cadre": 5, "funding": 6, "status": 7, "norm": 8,
            "starts": 9, "ends": 10, "decision": 11, "note": 12,
        }  # fmt: skip
        owner = dict.fromkeys(("number", "job", "cadre", "funding", "status", "starts", "ends"), NATIONAL)
        together = [("starts", "ends")]
        file = "facility"
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["canonical"])]

    def __str__(self) -> str:
        return self.number or ""
