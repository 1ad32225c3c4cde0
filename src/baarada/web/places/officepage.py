"""An office's page, and the tree of all offices."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from baarada.journal import queries as journal
from baarada.journal.models import ConflictRow
from baarada.kernel.actors import Actor
from baarada.registry import places
from baarada.registry.models import Equipment, Office
from baarada.registry.places import Charge
from baarada.web.records.facts import Shown, by_unit, shown_facts
from baarada.web.records.questions import Question, questions

NATURE = ("name", "kind", "code", "parent", "area", "starts")
CONTACT = ("phone", "email", "address", "equipment", "source", "quality", "note")


@dataclass(slots=True)
class Branch:
    """An office in the tree, with what answers to it."""

    office: Office
    charge: Charge
    below: list["Branch"] = field(default_factory=list)
    more: bool = False
    """True where what answers to it is on its own page."""


@dataclass(slots=True)
class OfficePage:
    """Everything the page shows."""

    office: Office
    above: list[Office]
    """From the top down."""
    below: list[Branch]
    charge: Charge
    nature: list[Shown]
    contact: list[Shown]
    equipment: list[Equipment]
    questions: list[Question]


def _itemised(row: Shown) -> bool:
    """Whether a fact is empty and has a list of its own on the page: equipment, which is noted piece by piece."""
    return row.name == "equipment" and not row.value and not row.to_decide


def build(office: Office, on: date, *, seen_by: Actor) -> OfficePage:
    """The page of an office."""
    histories = journal.histories([office])
    rows = list(ConflictRow.objects.filter(entity=office.pk))
    conflicts = by_unit(rows)
    below = places.offices_below([office]).get(office.pk, [])
    charges = places.charges([office, *below], on, seen_by=seen_by)
    return OfficePage(
        office=office, above=list(reversed(places.offices_above(office))),
        below=[Branch(one, charges[one.pk]) for one in below], charge=charges[office.pk],
        nature=shown_facts(office, NATURE, histories, conflicts),
        contact=[row for row in shown_facts(office, CONTACT, histories, conflicts) if not _itemised(row)],
        equipment=places.equipment_of(office, seen_by=seen_by),
        questions=[q for q in questions(rows, [office]) if q.blocks],
    )  # fmt: skip


def tree(on: date, *, seen_by: Actor) -> list[Branch]:
    """The offices at the top with the two levels below them; deeper ones are on their parent's page."""
    top = list(Office.objects.live().filter(parent__isnull=True).order_by("sort_key", "pk"))
    below = places.offices_below(top)
    second = [o for some in below.values() for o in some]
    deeper = places.offices_below(second)
    third = [o for some in deeper.values() for o in some]
    charges = places.charges([*top, *second, *third], on, seen_by=seen_by)
    rows = Office.objects.live().filter(parent_id__in=[o.pk for o in third])
    followed = set(rows.values_list("parent_id", flat=True))

    def branch(office: Office, levels: list[dict[UUID, list[Office]]]) -> Branch:
        under = levels[0].get(office.pk, []) if levels else []
        inside = [branch(one, levels[1:]) for one in under]
        return Branch(office, charges[office.pk], inside, more=not levels and office.pk in followed)

    return [branch(one, [below, deeper]) for one in top]
