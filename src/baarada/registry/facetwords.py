"""Facets of lists of people in words: what each of their values is called."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from baarada.registry import facets, groups, lists, outlines
from baarada.registry.facets import AGES, FACETS, UNKNOWN
from baarada.registry.models import Area, Facility, Office

STATES: dict[str, Promise] = {
    outlines.IN_POST: gettext_lazy("In post"),
    outlines.AWAY: gettext_lazy("Absent"),
    outlines.TO_COME: gettext_lazy("To come"),
    outlines.LEFT: gettext_lazy("Has left the post"),
    outlines.GONE: gettext_lazy("No longer in service"),
    outlines.NO_POST: gettext_lazy("Without a posting"),
}
LICENCES: dict[str, Promise] = {
    outlines.VALID: pgettext_lazy("licence", "Valid"),
    outlines.SUSPENDED: pgettext_lazy("licence", "Suspended"),
    outlines.EXPIRED: pgettext_lazy("licence", "Expired"),
}
LACKING: dict[str, Promise] = {
    "born": gettext_lazy("Date of birth"),
    "birth_place": gettext_lazy("Place of birth"),
    "nationality": gettext_lazy("Nationality"),
    "phone": gettext_lazy("Telephone"),
    "number": gettext_lazy("Any number"),
    "payroll": gettext_lazy("Payroll number"),
    "diploma": gettext_lazy("Diploma"),
    "paper": gettext_lazy("Scanned paper"),
}
WORDS: dict[str, dict[str, Promise]] = {"state": STATES, "licence": LICENCES, "lacks": LACKING}
"""Values that are the program's own, by facet, in their order."""


class Labels:
    """Values of facets in words; names of places are read at once for all that are asked for."""

    def __init__(self, wanted: Iterable[tuple[str, str]]) -> None:
        ids: dict[str, set[UUID]] = {"place": set(), "office": set(), "area": set()}
        for name, value in wanted:
            pk = _id(value) if name in ids and value != UNKNOWN else None
            if pk:
                ids[name].add(pk)
        models: dict[str, type[Any]] = {"place": Facility, "office": Office, "area": Area}
        self.names = {
            (name, str(pk)): called or ""
            for name, some in ids.items()
            if some
            for pk, called in models[name].objects.filter(pk__in=some).values_list("pk", "name")
        }

    def __call__(self, name: str, value: str) -> str:
        facet = FACETS[name]
        if value == UNKNOWN:
            return _("not given")
        if name in WORDS:
            return str(WORDS[name].get(value, value))
        if facet.kind == facets.CODE:
            return lists.label(facet.list, value)
        if facet.kind == facets.GROUP:
            return groups.label(value)
        if facet.kind == facets.AGE:
            return age_words(int(value))
        if facet.kind == facets.FILE:
            return _("To decide")
        if name == "cadre":
            return lists.cadre_of_both(_id(value)) or _("not here")
        return self.names.get((name, value)) or _("not here")

    def said(self, name: str, value: str) -> str:
        """A value behind the words of its facet: ``Sexe : Féminin``."""
        return f"{FACETS[name].label}{_(':')} {self(name, value)}"


def age_words(first: int) -> str:
    """An age group by its first year: ``25–34 ans``."""
    older = [age for age in AGES if age > first]
    if not first:
        return _("under %(age)s years") % {"age": older[0]}
    if not older:
        return _("%(age)s years and over") % {"age": first}
    return _("%(first)s–%(last)s years") % {"first": first, "last": older[0] - 1}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
