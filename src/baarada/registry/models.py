"""The records of the register.

Numbers of types and fields are permanent: a field that goes keeps its number for ever, under
``retired``. Codes (of kinds, reasons, sectors ...) are those of ``ListItem``.
"""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language

from baarada.journal.fields import Day, Flag, IdField, Inside, Number, Outside, Text, Texts
from baarada.journal.models import NATIONAL_SCOPE, Record
from baarada.kernel.days import PartialDate
from baarada.kernel.spans import Span
from baarada.kernel.text import fold, in_a_sentence

NATIONAL = "national"
IN_CHARGE = "in charge"
FULL_TIME = 10_000
"""A whole post, in ten-thousandths."""
MICRO = 1_000_000
"""Micro-degrees in a degree."""


def ordering(*names: str) -> Any:
    """A derived column that orders a list as people expect: no accents, no capitals."""

    def key(values: dict[str, Any]) -> str:
        return fold(" ".join(str(values[n]) for n in names if values.get(n)))

    return key


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


class Office(Spanned):
    """The HR unit in charge of people: the scope in which what is written about them travels."""

    code = Text()
    name = Text()
    kind = Text()
    parent = Inside("self")
    area = Outside("registry.Area")
    phone = Text()
    email = Text()
    address = Text()
    starts = Day()
    ends = Day()
    equipment = Text()
    source = Text()
    quality = Text()
    note = Text()
    sort_key = models.TextField(default="", editable=False)

    Derived = {"sort_key": ordering("name")}

    class Merge:
        number = 16
        numbers = {
            "code": 1, "name": 2, "kind": 3, "parent": 4, "area": 5, "phone": 6, "email": 7, "address": 8,
            "starts": 9, "ends": 10, "equipment": 11, "source": 12, "quality": 13, "note": 14,
        }  # fmt: skip
        owner = dict.fromkeys(("code", "name", "kind", "parent", "area", "starts", "ends"), NATIONAL)
        together = [("starts", "ends")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["parent"]), models.Index(fields=["code"])]

    def __str__(self) -> str:
        return self.name or ""


class Area(Spanned):
    """A place on the map of the administration: country, region, cercle, health district, commune."""

    kind = Text()
    name = Text()
    other_names = Texts()
    code = Text()
    iso = Text()
    capital = Text()
    starts = Day()
    ends = Day()
    legal = Text()
    latitude = Number()
    longitude = Number()
    source = Text()
    quality = Text()
    note = Text()
    sort_key = models.TextField(default="", editable=False)

    Derived = {"sort_key": ordering("name")}

    class Merge:
        number = 17
        numbers = {
            "kind": 1, "name": 2, "other_names": 3, "code": 4, "iso": 5, "capital": 6, "starts": 7, "ends": 8,
            "legal": 9, "latitude": 10, "longitude": 11, "source": 12, "quality": 13, "note": 14,
        }  # fmt: skip
        owner = dict.fromkeys(
            ("kind", "name", "code", "iso", "capital", "starts", "ends", "legal", "latitude", "longitude"),
            NATIONAL,
        )
        together = [("starts", "ends"), ("latitude", "longitude")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["kind", "sort_key"]), models.Index(fields=["code"])]

    def __str__(self) -> str:
        return self.name or ""


class Inclusion(Spanned):
    """An area lies in another over a span of days: a reform closes one and opens another."""

    area = Inside(Area)
    parent = Inside(Area)
    starts = Day()
    ends = Day()
    legal = Text()
    quality = Text()
    note = Text()

    class Merge:
        number = 18
        numbers = {"area": 1, "parent": 2, "starts": 3, "ends": 4, "legal": 5, "quality": 6, "note": 7}
        owner = dict.fromkeys(("area", "parent", "starts", "ends"), NATIONAL)
        together = [("starts", "ends")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["area"]), models.Index(fields=["parent"])]


class Facility(Spanned):
    """A place where people work for health."""

    name = Text()
    other_names = Texts()
    code = Text()
    kind = Text()
    level = Number()
    sector = Text()
    component = Text()
    area = Outside(Area)
    area_label: str | None
    locality = Text()
    starts = Day()
    ends = Day()
    latitude = Number()
    longitude = Number()
    codes = Texts()
    """Codes in other systems, each as ``system:code``."""
    services = Texts()
    phone = Text()
    email = Text()
    address = Text()
    source = Text()
    quality = Text()
    note = Text()
    sort_key = models.TextField(default="", editable=False)

    Derived = {"sort_key": ordering("name")}

    class Merge:
        number = 19
        numbers = {
            "name": 1, "other_names": 2, "code": 3, "kind": 4, "level": 5, "sector": 6, "component": 7, "area": 8,
            "locality": 9, "starts": 10, "ends": 11, "latitude": 12, "longitude": 13, "codes": 14, "services": 15,
            "phone": 16, "email": 17, "address": 18, "source": 19, "quality": 20, "note": 21,
        }  # fmt: skip
        owner = dict.fromkeys(
            ("name", "code", "kind", "level", "sector", "component", "area", "starts", "ends"), NATIONAL
        )
        together = [("starts", "ends"), ("latitude", "longitude")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [
            models.Index(fields=["sort_key"]), models.Index(fields=["area"]), models.Index(fields=["code"]),
            models.Index(fields=["canonical"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or ""


class Assignment(Spanned):
    """The office a facility answers to, over a span of days."""

    facility = Inside(Facility)
    office = Inside(Office)
    starts = Day()
    ends = Day()
    quality = Text()
    note = Text()

    class Merge:
        number = 20
        numbers = {"facility": 1, "office": 2, "starts": 3, "ends": 4, "quality": 5, "note": 6}
        owner = dict.fromkeys(("office", "starts", "ends"), NATIONAL)
        together = [("starts", "ends")]
        file = "facility"
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["canonical"]), models.Index(fields=["office"])]


class Unit(Spanned):
    """A service or ward inside a facility."""

    facility = Inside(Facility)
    name = Text()
    kind = Text()
    parent = Outside("self")
    starts = Day()
    ends = Day()
    beds = Number()
    note = Text()

    class Merge:
        number = 21
        numbers = {
            "facility": 1, "name": 2, "kind": 3, "parent": 4, "starts": 5, "ends": 6, "beds": 7, "note": 8,
        }  # fmt: skip
        together = [("starts", "ends")]
        file = "facility"
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["canonical"])]

    def __str__(self) -> str:
        return self.name or ""


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


class Person(Record):
    """Somebody who works, worked, or will work for health."""

    family_name = Text()
    given_names = Text()
    other_names = Texts()
    sex = Text()
    born = Day()
    birth_place = Text()
    birth_area = Outside(Area)
    nationality = Text()
    marital = Text()
    children = Number()
    languages = Texts()
    phone = Text()
    phone2 = Text()
    email = Text()
    address = Text()
    residence = Outside(Area)
    contact_name = Text()
    contact_link = Text()
    contact_phone = Text()
    dependents = Texts()
    photo = Outside("registry.Paper")
    office = Inside(Office)
    note = Text()
    sort_key = models.TextField(default="", editable=False)

    Derived = {"sort_key": ordering("family_name", "given_names")}
    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 24
        numbers = {
            "family_name": 1, "given_names": 2, "other_names": 3, "sex": 4, "born": 5, "birth_place": 6,
            "birth_area": 7, "nationality": 8, "marital": 9, "children": 10, "languages": 11, "phone": 12,
            "phone2": 13, "email": 14, "address": 15, "residence": 16, "contact_name": 17, "contact_link": 18,
            "contact_phone": 19, "dependents": 20, "photo": 21, "office": 22, "note": 23,
        }  # fmt: skip
        person = ["family_name", "given_names", "sex", "born", "nationality", "office"]
        together = [("contact_name", "contact_link", "contact_phone")]
        scope = "office"

    class Meta:
        indexes = [
            models.Index(fields=["sort_key", "id"]), models.Index(fields=["office", "sort_key"]),
            models.Index(fields=["canonical"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return " ".join(in_a_sentence(n) for n in (self.given_names, self.family_name) if n)


class Identifier(Record):
    """A number by which some body knows a person: payroll number, national identity, order."""

    person = Inside(Person)
    kind = Text()
    number = Text()
    issuer = Text()
    country = Text()
    issued = Day()
    expires = Day()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 25
        numbers = {
            "person": 1, "kind": 2, "number": 3, "issuer": 4, "country": 5, "issued": 6, "expires": 7, "note": 8,
        }  # fmt: skip
        person = ["person", "kind", "number"]
        together = [("kind", "number")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"])]


class Posting(Spanned):
    """A person's place in a facility over a span of days; several may run at once, one is the main one."""

    person = Inside(Person)
    facility = Outside(Facility)
    facility_label: str | None
    unit = Outside(Unit)
    unit_label: str | None
    cadre = Inside(Cadre)
    job = Text()
    kind = Text()
    starts = Day()
    ends = Day()
    share = Number()
    main = Flag()
    decision = Text()
    decided = Day()
    reason = Text()
    end_reason = Text()
    taken_up = Day()
    note = Text()

    class Merge:
        number = 26
        numbers = {
            "person": 1, "facility": 2, "unit": 3, "cadre": 4, "job": 5, "kind": 6, "starts": 7, "ends": 8,
            "share": 9, "main": 10, "decision": 11, "decided": 12, "reason": 13, "end_reason": 14, "taken_up": 15,
            "note": 16,
        }  # fmt: skip
        person = ["person"]
        owner = dict.fromkeys(
            ("facility", "unit", "cadre", "kind", "starts", "ends", "share", "main"), IN_CHARGE
        )
        together = [("starts", "ends")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), models.Index(fields=["facility", "ends"])]


class Paper(Record):
    """A scanned paper. Its pages lie in the papers folder, under the hash of their content."""

    person = Inside(Person)
    kind = Text()
    title = Text()
    reference = Text()
    dated = Day()
    pages = Number()
    hash = Text()
    size = Number()
    media = Text()
    shelf = Text()
    text = Text()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 27
        numbers = {
            "person": 1, "kind": 2, "title": 3, "reference": 4, "dated": 5, "pages": 6, "hash": 7, "size": 8,
            "media": 9, "shelf": 10, "text": 11, "note": 12,
        }  # fmt: skip
        person = ["person", "hash"]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"])]

    def __str__(self) -> str:
        return self.title or self.reference or ""


# -- machine tables: worked out from the records, made anew at any time ----------------


class FoldedField(models.TextField):
    """Folded text compared byte by byte, the same on both databases."""

    def db_parameters(self, connection: Any) -> Any:
        found = super().db_parameters(connection)
        found["collation"] = "C" if connection.vendor == "postgresql" else None
        return found


class SearchKey(models.Model):
    """A folded key by which a record is found: a name in either order, a word, a number, a phone."""

    key = FoldedField()
    kind = models.SmallIntegerField()
    type = models.SmallIntegerField()
    target = IdField()

    class Meta:
        db_table = "registry_search_key"
        indexes = [
            # The sort of key first: "mari" must not step over thousands of people to find a place.
            models.Index(fields=["kind", "key", "target"], name="registry_search_key_key"),
            models.Index(fields=["target"], name="registry_search_key_target"),
        ]


class NameWord(models.Model):
    """A word of somebody's name, to resolve misspellings against; words that are gone do no harm."""

    word = FoldedField(primary_key=True)
    sound = FoldedField(db_index=True)

    class Meta:
        db_table = "registry_name_word"
