"""What is remembered of the lists of a sender, to be looked at and taken away."""

from typing import Any
from uuid import UUID

from baarada.interop.models import LearnedHeading, LearnedValue
from baarada.interop.tables import columns
from baarada.kernel.actors import Actor

MOST_HEADINGS = 300
HEADING, WORD = "heading", "word"
"""The sorts of things that are remembered."""


def headings(sender: UUID, *, seen_by: Actor) -> list[LearnedHeading]:
    """The headings of a sender that were matched by hand."""
    seen_by.require("import", at=sender.bytes)
    return list(LearnedHeading.objects.filter(sender=sender).order_by("kind", "heading")[:MOST_HEADINGS])


def taken_for(one: LearnedHeading) -> str:
    """What a heading is taken for; nothing where it is left out."""
    found = columns.column(one.kind, one.key) if one.kind in columns.KINDS else None
    return str(found.label) if found else ""


def words(sender: UUID, *, seen_by: Actor, after: str = "", most: int = 50) -> list[LearnedValue]:
    """What a sender means by some words, the latest first."""
    seen_by.require("import", at=sender.bytes)
    found = LearnedValue.objects.filter(sender=sender).order_by("-pk")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    return list(found[:most])


def forget(sender: UUID, sort: str, one: str, *, by: Actor) -> None:
    """Forget one thing that is remembered of a sender; nothing where it is gone already."""
    by.require("import", at=sender.bytes)
    model: Any = {HEADING: LearnedHeading, WORD: LearnedValue}.get(sort)
    if model is not None and one.isdecimal() and len(one) < 19:
        model.objects.filter(pk=int(one), sender=sender).delete()
