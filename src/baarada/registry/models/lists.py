"""What facts are chosen from: cadres and the other lists of the country."""

from django.db import models
from django.utils.translation import get_language

from baarada.journal.fields import Day, Flag, Number, Outside, Text, Texts
from baarada.journal.models import NATIONAL_SCOPE
from baarada.registry.models.base import NATIONAL, Spanned


class Cadre(Spanned):
    """An occupation, with its place in the international classifications."""

    code = Text()
    label_m = Text()
    label_f = Text()
    label_en = Text()
    corps = Text()
    category = Text()
    component = Text()
    isco = Text()
    isco_title = Text()
    nhwa = Text()
    body = Text()
    core = Flag()
    """Counted for SDG 3.c.1."""
    order = Number()
    starts = Day()
    ends = Day()
    replaced_by = Outside("self")
    spellings = Texts()
    quality = Text()
    note = Text()

    class Merge:
        number = 22
        numbers = {
            "code": 1, "label_m": 2, "label_f": 3, "label_en": 4, "corps": 5, "category": 6, "component": 7,
            "isco": 8, "isco_title": 9, "nhwa": 10, "body": 11, "core": 12, "order": 13, "starts": 14, "ends": 15,
            "replaced_by": 16, "spellings": 17, "quality": 18, "note": 19,
        }  # fmt: skip
        owner = dict.fromkeys([n for n in numbers if n not in ("spellings", "quality", "note")], NATIONAL)
        together = [("starts", "ends")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["code"])]

    def __str__(self) -> str:
        return self.label()

    def label(self, sex: str | None = None) -> str:
        """The name in the language of the moment, feminine for a woman."""
        if get_language() == "en" and self.label_en:
            return self.label_en
        return (self.label_f if sex == "F" else self.label_m) or self.label_m or self.code or ""


class ListItem(Spanned):
    """One choice of a list: a kind of facility, a reason, a sector. Retired, remapped, never deleted."""

    list = Text()
    code = Text()
    label_fr = Text()
    label_en = Text()
    order = Number()
    starts = Day()
    ends = Day()
    replaced_by = Outside("self")
    attributes = Texts()
    """Further facts of the choice, each as ``name=value``."""
    quality = Text()
    note = Text()

    class Merge:
        number = 23
        numbers = {
            "list": 1, "code": 2, "label_fr": 3, "label_en": 4, "order": 5, "starts": 6, "ends": 7,
            "replaced_by": 8, "attributes": 9, "quality": 10, "note": 11,
        }  # fmt: skip
        owner = dict.fromkeys([n for n in numbers if n not in ("quality", "note")], NATIONAL)
        together = [("starts", "ends")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["list", "code"])]

    def __str__(self) -> str:
        found = self.label_en if get_language() == "en" else self.label_fr
        return found or self.label_fr or self.code or ""
