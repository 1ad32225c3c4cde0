"""Kinds of lists in groups: people and facilities, which most offices send, stand apart from the others."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from baarada.interop.tables import arealists, careerkinds, columns, peoplekinds, postlists

FIRST = (columns.PEOPLE, columns.FACILITIES)
_OF_PERSONS = (careerkinds.NUMBERS, careerkinds.RELATIVES, careerkinds.LANGUAGES, careerkinds.CONTACTS)
_OF_PLACES = (postlists.KIND, arealists.AREAS, arealists.POPULATIONS)
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Career of the staff"),
        tuple(kind.key for kind in careerkinds.KINDS if kind not in _OF_PERSONS),
    ),
    (gettext_lazy("Identity, family, contacts"), tuple(kind.key for kind in _OF_PERSONS)),
    (gettext_lazy("Posts and places"), tuple(kind.key for kind in _OF_PLACES)),
    (gettext_lazy("Private sector and community"), (peoplekinds.PRIVATE, peoplekinds.CHW)),
)


def grouped(kinds: Sequence[str]) -> list[tuple[Any, list[str]]]:
    """The kinds beside people and facilities, by group, in the order given; a kind of no group comes last."""
    placed = {key for _label, keys in GROUPS for key in keys}
    out = [(label, [kind for kind in kinds if kind in keys]) for label, keys in GROUPS]
    out.append((gettext_lazy("Other lists"), [k for k in kinds if k not in placed and k not in FIRST]))
    return [(label, found) for label, found in out if found]
