"""What is known of somebody's working life beside the places: contracts, studies, licences, absences, acts, the end.

Each is a row of the person's file, so that it has its own days, decision and history.
"""

from django.db import models

from baarada.journal.fields import Day, Inside, Number, Outside, Text
from baarada.journal.models import Record
from baarada.registry.models.base import IN_CHARGE, NATIONAL, ORDER, Spanned, SpanQuerySet, by_day
from baarada.registry.models.lists import Cadre
from baarada.registry.models.people import Person
from baarada.registry.models.places import Facility


class Employment(Spanned):
    """By whom somebody is employed, in what status and grade, over a span of days."""

    person = Inside(Person)
    worker = Text()
    """The kind of worker: what is asked of the file depends on it."""
    employer = Text()
    status = Text()
    position = Text()
    corps = Text()
    category = Text()
    grade = Text()
    tier = Text()
    """The class within a grade."""
    step = Number()
    index = Number()
    funding = Text()
    contract = Text()
    starts = Day()
    ends = Day()
    decision = Text()
    decided = Day()
    end_reason = Text()
    contract_kind = Text()
    hours = Number()
    """Hours in a week, as the contract has them."""
    note = Text()

    class Merge:
        number = 40
        numbers = {
            "person": 1, "worker": 2, "employer": 3, "status": 4, "position": 5, "corps": 6, "category": 7, "grade": 8,
            "tier": 9, "step": 10, "index": 11, "funding": 12, "contract": 13, "starts": 14, "ends": 15,
            "decision": 16, "decided": 17, "end_reason": 18, "note": 19, "contract_kind": 20, "hours": 21,
        }  # fmt: skip
        person = ["person"]
        owner = dict.fromkeys(
            ("corps", "category", "grade", "tier", "step", "index"), NATIONAL
        ) | dict.fromkeys(
            ("worker", "employer", "status", "position", "funding", "starts", "ends"), IN_CHARGE
        )
        # One decision gives grade, class, step and index: a mixture of two would be nobody's.
        together = [
            ("starts", "ends"),
            ("category", "grade", "tier", "step", "index"),
            ("decision", "decided"),
        ]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"])]


class Qualification(Spanned):
    """A diploma, a specialty, a certificate, a course: what somebody learned, where and when."""

    person = Inside(Person)
    kind = Text()
    diploma = Text()
    title = Text()
    field = Text()
    institution = Text()
    country = Text()
    awarded = Day()
    reference = Text()
    starts = Day()
    ends = Day()
    hours = Number()
    note = Text()

    class Merge:
        number = 41
        numbers = {
            "person": 1, "kind": 2, "diploma": 3, "title": 4, "field": 5, "institution": 6, "country": 7,
            "awarded": 8, "reference": 9, "starts": 10, "ends": 11, "hours": 12, "note": 13,
        }  # fmt: skip
        person = ["person", "diploma"]
        together = [("starts", "ends")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), by_day("registry_qualification_by_day", "awarded")]


class Licence(Spanned):
    """An entry in the register of an order, a licence to practise, a permission of private practice."""

    person = Inside(Person)
    kind = Text()
    body = Text()
    reference = Text()
    cadre = Inside(Cadre)
    specialty = Text()
    status = Text()
    starts = Day()
    ends = Day()
    facility = Outside(Facility)
    facility_label: str | None
    decision = Text()
    note = Text()

    class Merge:
        number = 42
        numbers = {
            "person": 1, "kind": 2, "body": 3, "reference": 4, "cadre": 5, "specialty": 6, "status": 7,
            "starts": 8, "ends": 9, "facility": 10, "decision": 11, "note": 12,
        }  # fmt: skip
        person = ["person"]
        owner = dict.fromkeys(
            ("kind", "body", "reference", "cadre", "specialty", "status", "starts", "ends"), ORDER
        )
        together = [("starts", "ends"), ("body", "reference")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), by_day("registry_licence_by_day", "ends")]


class Absence(Spanned):
    """A leave or another absence, from its first to its last day."""

    person = Inside(Person)
    kind = Text()
    starts = Day()
    ends = Day()
    days = Number()
    asked = Day()
    decision = Text()
    returned = Day()
    note = Text()

    class Merge:
        number = 43
        numbers = {
            "person": 1, "kind": 2, "starts": 3, "ends": 4, "days": 5, "asked": 6, "decision": 7, "returned": 8,
            "note": 9,
        }  # fmt: skip
        person = ["person"]
        owner = dict.fromkeys(("kind", "starts", "ends", "days", "returned"), IN_CHARGE)
        together = [("starts", "ends")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), by_day("registry_absence_by_day", "starts")]


class PersonnelAct(Spanned):
    """A sanction, an award, an appraisal, an accident at work."""

    person = Inside(Person)
    kind = Text()
    nature = Text()
    dated = Day()
    starts = Day()
    ends = Day()
    given_by = Text()
    score = Text()
    decision = Text()
    reason = Text()
    note = Text()

    class Merge:
        number = 44
        numbers = {
            "person": 1, "kind": 2, "nature": 3, "dated": 4, "starts": 5, "ends": 6, "given_by": 7, "score": 8,
            "decision": 9, "reason": 10, "note": 11,
        }  # fmt: skip
        person = ["person", "kind"]
        together = [("starts", "ends")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), by_day("registry_act_by_day", "dated")]


class Exit(Record):
    """The end of somebody's service for health: retirement, death, resignation, departure abroad."""

    person = Inside(Person)
    kind = Text()
    left = Day()
    country = Text()
    destination = Text()
    decision = Text()
    decided = Day()
    note = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 45
        numbers = {
            "person": 1, "kind": 2, "left": 3, "country": 4, "destination": 5, "decision": 6, "decided": 7, "note": 8,
        }  # fmt: skip
        person = ["person", "kind", "left"]
        together = [("kind", "left"), ("decision", "decided")]
        file = "person"
        scope = "person.office"

    class Meta:
        indexes = [models.Index(fields=["canonical"]), by_day("registry_exit_by_day", "left")]
