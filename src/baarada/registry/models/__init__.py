"""The records of the register.

Numbers of types and fields are permanent: a field that goes keeps its number for ever, under
``retired``. Codes (of kinds, reasons, sectors ...) are those of ``ListItem``.
"""

from typing import Any

from baarada.journal.models import Record
from baarada.registry.models.base import (
    FULL_TIME,
    IN_CHARGE,
    MICRO,
    NATIONAL,
    ORDER,
    DayOrZero,
    Spanned,
    SpanQuerySet,
    ordering,
)
from baarada.registry.models.careers import (
    Absence,
    Employment,
    Exit,
    Licence,
    PersonnelAct,
    Qualification,
)
from baarada.registry.models.lists import Cadre, ListItem
from baarada.registry.models.machine import FoldedField, NameWord, Outline, SearchKey
from baarada.registry.models.people import Identifier, Paper, Person, Posting
from baarada.registry.models.personal import Contact, ExtraValue, LanguageSkill, Relative
from baarada.registry.models.places import (
    Area,
    Assignment,
    Equipment,
    Facility,
    Inclusion,
    Office,
    Population,
    Unit,
)
from baarada.registry.models.posts import ABOLISHED, FROZEN, OPEN, Post
from baarada.registry.models.texts import LegalText

OF_A_CAREER: tuple[type[Any], ...] = (Employment, Qualification, Licence, Absence, PersonnelAct, Exit)
"""The rows of somebody's file that are shown under the career."""
PERSONAL: tuple[type[Any], ...] = (Relative, LanguageSkill, Contact)
"""Those that are shown beside identity and contact."""
OF_A_PERSON: tuple[type[Any], ...] = (Identifier, Posting, Paper, *OF_A_CAREER, *PERSONAL, ExtraValue)
"""The rows of somebody's file."""

__all__ = [
    "Contact",
    "Equipment",
    "ExtraValue",
    "LanguageSkill",
    "LegalText",
    "PERSONAL",
    "Relative",
    "Population",
    "Post",
    "OPEN",
    "FROZEN",
    "ABOLISHED",
    "OF_A_CAREER",
    "OF_A_PERSON",
    "Qualification",
    "PersonnelAct",
    "Licence",
    "Exit",
    "Employment",
    "Absence",
    "ORDER",
    "Area",
    "Assignment",
    "Cadre",
    "DayOrZero",
    "FULL_TIME",
    "Facility",
    "FoldedField",
    "IN_CHARGE",
    "Identifier",
    "Inclusion",
    "ListItem",
    "MICRO",
    "NATIONAL",
    "NameWord",
    "Office",
    "Outline",
    "Paper",
    "Person",
    "Posting",
    "Record",
    "SearchKey",
    "SpanQuerySet",
    "Spanned",
    "Unit",
    "ordering",
]
