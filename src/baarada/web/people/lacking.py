"""Papers that a career asks for and that no file holds yet: on a file, and all files of an office or a facility."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.registry import paperneeds, queries
from baarada.registry.models import Facility, Office, Person
from baarada.registry.paperneeds import Missing
from baarada.web.pages import ActorRequest, page, signed_in, uuid_in
from baarada.web.paging import PAGE, behind

SHOWN = 3
"""So many papers of a file are named in a list."""


@dataclass(slots=True)
class Line:
    """A paper that is missing, and where it is added."""

    words: str
    address: str
    step: str
    papers: str
    """The two halves of the words: what is to be proved, and the papers any of which would prove it."""


def lines(person: Person, found: list[Missing]) -> list[Line]:
    """The papers that a file lacks, each with a form that knows what is added."""
    form = reverse("web:add-paper", args=[person.pk])
    return [Line(one.words, f"{form}?{_said(one)}", _capital(one.step.words), one.papers) for one in found]


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _said(one: Missing) -> str:
    row = one.step.row
    said: dict[str, Any] = {"kind": one.kinds[0], "proves": one.step.key}
    if row is not None and one.step.code != "taken_up":
        names = paperneeds.NUMBERS[one.step.code]
        said["reference"] = next((value for name in names if (value := getattr(row, name))), "")
        said["dated"] = _typed(getattr(row, "decided", None) or getattr(row, "awarded", None))
    elif row is not None:
        said["dated"] = _typed(row.taken_up)
    return urlencode({name: value for name, value in said.items() if value})


def _typed(day: PartialDate | None) -> str:
    return "/".join([f"{n:02}" for n in (day.day, day.month) if n] + [str(day.year)]) if day else ""


@require_safe
@signed_in
def lacking(request: ActorRequest) -> HttpResponse:
    """The files that lack papers: of one's own office, of another, of a facility, of everybody."""
    today, chosen = runtime.today(), request.GET.get("office", "")
    facility = Facility.objects.live().filter(pk=uuid_in(request.GET.get("facility", ""))).first()
    office = None
    if facility is not None:
        people = paperneeds.staff_of(facility, today, seen_by=request.actor)
    else:
        people = queries.people(seen_by=request.actor)
        wanted = uuid_in(chosen) or uuid_in(request.actor.office.hex())
        office = None if chosen == "all" else Office.objects.live().filter(pk=wanted).first()
        if office is not None:
            people = people.filter(office=office)
    after = request.GET.get("after", "")
    found = paperneeds.lacking(behind(people, after), today, most=PAGE, seen_by=request.actor)
    rows = [(person, lines(person, few[:SHOWN]), max(0, len(few) - SHOWN)) for person, few in found.files]
    context = {
        "rows": rows,
        "looked": found.looked, "more": found.next, "first": not after, "facility": facility, "office": office,
        "offices": queries.offices(), "room": "people", "asked": paperneeds.needs(today),
    }  # fmt: skip
    return page(request, "web/people/lacking.html", context)
