"""A facility's page: facts with their history, where it lay when, offices, staff, what is missing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from baarada.journal import queries as journal
from baarada.kernel.actors import Actor
from baarada.registry import facts, lists, places, posts
from baarada.registry import queries as registry
from baarada.registry.models import MICRO, Assignment, Facility, Office, Posting, Unit
from baarada.registry.places import CadreCount, Enclosing, FacilityFile
from baarada.web.paging import Part, part
from baarada.web.records.facts import Shown, by_unit, shown_facts, unit_number
from baarada.web.records.questions import Question, questions

NATURE = ("name", "other_names", "code", "kind", "level", "sector", "component", "starts", "services")
PLACE = ("area", "locality", "address", "latitude", "phone", "email", "codes", "source", "quality", "note")
WANTED = ("kind", "code", "level", "sector", "component", "area", "locality", "latitude", "phone", "services")
"""Facts without which a facility counts as incomplete."""


@dataclass(slots=True)
class FacilityPage:
    """Everything the page shows."""

    file: FacilityFile
    facility: Facility
    office: Office | None
    above: list[Enclosing]
    """Where it lies on the day shown."""
    places: list[tuple[Enclosing, str]]
    """Every area it ever lay in, each with how that stands to the day shown."""
    nature: list[Shown]
    place: list[Shown]
    units: list[tuple[Unit, bool]]
    """Services, each with whether something about it is to be decided."""
    assignments: list[tuple[Assignment, bool]]
    questions: list[Question]
    missing: list[tuple[str, str]]
    complete: int
    staff: Part | None
    people: int
    cadres: list[CadreCount]
    posts: list[posts.Line]
    histories: dict[Any, Any]

    @property
    def position(self) -> tuple[str, str] | None:
        """Latitude and longitude in degrees, as a map reads them."""
        return position(self.facility)

    @property
    def most(self) -> int:
        """How many the most frequent cadre has: the longest bar."""
        return max((c.people for c in self.cadres), default=0)


def build(
    file: FacilityFile, on: date, known: date | None, *, seen_by: Actor, after: str = ""
) -> FacilityPage:
    """The page of a facility for a day; ``known`` leaves out staff and history, and shows what was known then."""
    facility = file.facility
    histories = {} if known else journal.histories([facility])
    conflicts = {} if known else by_unit(file.conflicts)
    above = places.enclosing(facility.area_id)
    postings = None if known else places.staff(file.ids, on, seen_by=seen_by)
    cadres = places.cadre_counts(postings, on) if postings is not None else []
    missing = missing_facts(file, on)
    total = len(WANTED) + 1
    return FacilityPage(
        file=file, facility=facility, office=file.office_on(on), places=[(one, one.when(on)) for one in above],
        above=[one for one in above if one.when(on) == "now"],
        nature=shown_facts(facility, NATURE, histories, conflicts),
        place=shown_facts(facility, PLACE, histories, conflicts),
        units=[(u, _undecided(u, conflicts)) for u in file.units],
        assignments=[(a, _undecided(a, conflicts)) for a in file.assignments],
        questions=[] if known else questions(file.conflicts, file.rows),
        missing=missing, complete=round(100 * (total - len(missing)) / total),
        staff=_staff_part(postings, after), people=sum(c.people for c in cadres), cadres=cadres, histories=histories,
        posts=[] if known else posts.of_facility(file.ids, on, seen_by=seen_by),
    )  # fmt: skip


def _staff_part(postings: QuerySet[Posting] | None, after: str) -> Part | None:
    if postings is None:
        return None
    found = part(postings, after, key="person__sort_key")
    found.rows = registry.named(found.rows)
    return found


def _undecided(record: Any, conflicts: Any) -> bool:
    names = type(record).Merge.numbers
    units = {unit_number(record, n) for n in names}
    found = (conflicts.get((record.pk, unit)) for unit in units)
    return any(row is not None and row.merge != "latest" for row in found)


def missing_facts(file: FacilityFile, on: date) -> list[tuple[str, str]]:
    """What is not known of a facility, in words, each with the address where it is completed."""
    facility = file.facility
    revise = reverse("web:revise", args=["facility", facility.pk, "correct"])
    out = []
    if file.office_on(on) is None:
        out.append((_("The office in charge"), reverse("web:assign-facility", args=[facility.pk])))
    for name in WANTED:
        attribute = "area_id" if name == "area" else name
        if getattr(facility, attribute) in (None, "", []):
            label = str(facts.unit_label(Facility, name))
            out.append((label, f"{revise}?fields={','.join(facts.unit_of(Facility, name))}"))
    return out


def position(record: Any) -> tuple[str, str] | None:
    """A position in degrees, with a point, as a map reads it; None where it is not known."""
    if record.latitude is None or record.longitude is None:
        return None
    return f"{record.latitude / MICRO:.6f}", f"{record.longitude / MICRO:.6f}"


def cadre_rows(page: FacilityPage) -> list[tuple[str, int, int, str]]:
    """Cadres with how many people, how many women among them, and the length of the bar."""
    return [
        (
            lists.cadre_of_both(c.cadre) or _("cadre not known"),
            c.people,
            c.women,
            f"{100 * c.people / page.most:.1f}%",
        )
        for c in page.cadres
    ]
