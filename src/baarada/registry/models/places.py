"""Where people work: offices, areas, facilities and their services."""

from django.db import models

from baarada.journal.fields import Day, Inside, Number, Outside, Text, Texts
from baarada.journal.models import NATIONAL_SCOPE, Record
from baarada.registry.models.base import NATIONAL, Spanned, SpanQuerySet, ordering


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


class Equipment(Spanned):
    """A thing that an office works with: a computer, a motorcycle, a solar panel."""

    office = Inside(Office)
    kind = Text()
    label = Text()
    serial = Text()
    state = Text()
    checked = Day()
    holder = Text()
    giver = Text()
    starts = Day()
    """Since when the office has it."""
    ends = Day()
    note = Text()

    class Merge:
        number = 31
        numbers = {
            "office": 1, "kind": 2, "label": 3, "serial": 4, "state": 5, "checked": 6, "holder": 7, "giver": 8,
            "starts": 9, "ends": 10, "note": 11,
        }  # fmt: skip
        together = [("starts", "ends"), ("state", "checked")]
        scope = "office"

    class Meta:
        indexes = [models.Index(fields=["office"])]


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


class Population(Record):
    """How many people live in an area in a year, as one source tells it, within the perimeter that it counts."""

    area = Inside(Area)
    year = Number()
    people = Number()
    perimeter = Text()
    """Which perimeter was counted, where a reform has changed it: the year of that reform."""
    edition = Text()
    source = Text()
    quality = Text()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 29
        numbers = {
            "area": 1, "year": 2, "people": 3, "perimeter": 4, "edition": 5, "source": 6, "quality": 7, "note": 8,
        }  # fmt: skip
        owner = dict.fromkeys(("area", "year", "people", "perimeter", "edition"), NATIONAL)
        together = [("year", "people", "perimeter")]
        scope = NATIONAL_SCOPE

    class Meta:
        indexes = [models.Index(fields=["area", "year"]), models.Index(fields=["-year", "-id"])]


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
