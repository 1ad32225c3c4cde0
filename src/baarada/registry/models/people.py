"""People, the numbers they are known by, where they work, their papers."""

from django.db import models

from baarada.journal.fields import Day, Flag, Inside, Number, Outside, Text, Texts
from baarada.journal.models import Record
from baarada.kernel.text import in_a_sentence
from baarada.registry.models.base import IN_CHARGE, Spanned, SpanQuerySet, ordering
from baarada.registry.models.lists import Cadre
from baarada.registry.models.places import Area, Facility, Office, Unit


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
    title = Text()
    birth_country = Text()
    residence_country = Text()
    other_nationalities = Texts()
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
            "title": 24, "birth_country": 25, "residence_country": 26, "other_nationalities": 27,
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
    post = Outside("registry.Post")
    post_label: str | None
    ceased = Day()
    note = Text()

    class Merge:
        number = 26
        numbers = {
            "person": 1, "facility": 2, "unit": 3, "cadre": 4, "job": 5, "kind": 6, "starts": 7, "ends": 8,
            "share": 9, "main": 10, "decision": 11, "decided": 12, "reason": 13, "end_reason": 14, "taken_up": 15,
            "note": 16, "post": 17, "ceased": 18,
        }  # fmt: skip
        person = ["person"]
        owner = dict.fromkeys(
            ("facility", "unit", "post", "cadre", "kind", "starts", "ends", "share", "main"), IN_CHARGE
        )
        together = [("starts", "ends")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [
            models.Index(fields=["canonical"]),
            models.Index(fields=["facility", "ends"]),
            models.Index(fields=["post"]),
        ]


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
    proves = Texts()
    """The rows of the career that somebody said it proves, by id."""

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 27
        numbers = {
            "person": 1, "kind": 2, "title": 3, "reference": 4, "dated": 5, "pages": 6, "hash": 7, "size": 8,
            "media": 9, "shelf": 10, "text": 11, "note": 12, "proves": 13,
        }  # fmt: skip
        person = ["person", "hash"]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), models.Index(fields=["hash"])]

    def __str__(self) -> str:
        return self.title or self.reference or ""
