"""What is known of somebody beside identity and career: relatives, languages, contacts, the country's own facts."""

from django.db import models

from baarada.journal.fields import Day, Flag, Inside, Number, Text, Texts
from baarada.journal.models import Record
from baarada.registry.models.base import SpanQuerySet
from baarada.registry.models.people import Person


class Relative(Record):
    """Somebody of the family: a child or another dependent, the next of kin, whom to tell in an emergency."""

    person = Inside(Person)
    name = Text()
    link = Text()
    sex = Text()
    born = Day()
    dependent = Flag()
    notify = Flag()
    phone = Text()
    address = Text()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 46
        numbers = {
            "person": 1, "name": 2, "link": 3, "sex": 4, "born": 5, "dependent": 6, "notify": 7, "phone": 8,
            "address": 9, "note": 10,
        }  # fmt: skip
        person = ["person", "name", "born"]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"])]


class LanguageSkill(Record):
    """How well somebody speaks, reads and writes a language."""

    person = Inside(Person)
    language = Text()
    spoken = Text()
    read = Text()
    written = Text()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 47
        numbers = {"person": 1, "language": 2, "spoken": 3, "read": 4, "written": 5, "note": 6}
        person = ["person"]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"])]


class Contact(Record):
    """One more way to reach somebody: another telephone and whose it is, mobile money, a postal box."""

    person = Inside(Person)
    kind = Text()
    value = Text()
    owner = Text()
    network = Text()
    preferred = Flag()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 48
        numbers = {"person": 1, "kind": 2, "value": 3, "owner": 4, "network": 5, "preferred": 6, "note": 7}
        person = ["person"]
        together = [("kind", "value")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"])]


class ExtraValue(Record):
    """What somebody's file says in a field that the country added (``extra_field`` among its lists).

    One of ``value``, ``number``, ``day``, ``texts`` holds the value, as the type of the field has it. The id is made of
    the person's and the field's: two offices that fill in one field of one person write one record.
    """

    person = Inside(Person)
    field = Text()
    value = Text()
    number = Number()
    day = Day()
    texts = Texts()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 49
        numbers = {"person": 1, "field": 2, "value": 3, "number": 4, "day": 5, "texts": 6}
        person = ["person", "field"]
        together = [("value", "number", "day", "texts")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), models.Index(fields=["field"])]
