"""What an address asks of figures: the day, what was known, the place, by what; and the form that changes it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from baarada.indicators import asking
from baarada.indicators import definitions as d
from baarada.indicators.asking import Question
from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_uuid
from baarada.registry.models import Area, Facility, Office
from baarada.web.pages import ActorRequest, uuid_in
from baarada.web.places.listing import Choice, area_choices

LEAST_BY = (d.PLACE,)
"""What a page is broken down by before anything is chosen."""
OFFICE_MARK = "office-"
"""Tells an office from an area in the one field of places."""
MOST_ASKED = 10
"""So many parts of an address are read."""


@dataclass(slots=True)
class Asked:
    """A question with what of the address could not be read."""

    question: Question
    area: Area | None
    facility: Facility | None
    office: Office | None
    problem: str = ""

    @property
    def query(self) -> str:
        """The question as an address."""
        return urlencode(asking.address(self.question))

    @property
    def place_query(self) -> str:
        """The same place and days, without what it is broken down by or narrowed to."""
        return urlencode(asking.address(replace(self.question, by=(), cells=())))

    @property
    def people_query(self) -> str:
        """All people of the question."""
        return urlencode(asking.address(replace(self.question, by=())))


def read(
    request: ActorRequest, *, by: tuple[str, ...] = LEAST_BY, places_only: bool = False
) -> Asked:  # fmt: skip
    """Read an address; what cannot be read is told, and left as it is without it.

    A page that is told no place begins with the reader's own office, or with its place where ``places_only``.
    """
    query = request.GET
    place = query.get("area", "")
    facility = _of(Facility, query.get("facility", ""))
    office = _of(Office, query.get("office", "") or place.removeprefix(OFFICE_MARK))
    area = _of(Area, place) if not office else None
    if "area" not in query and facility is None:
        office = _own_office(request)
    if places_only:
        area, office = (office.area if office else area), None
    asked = Asked(Question(runtime.today(), by=by), area, facility, office)
    try:
        _read_rest(asked, query)
    except Refused as refused:
        asked.problem = str(refused)
    asked.question = replace(
        asked.question, area=area.pk if area else None, facility=facility.pk if facility else None,
        office=office.pk if office else None,
    )  # fmt: skip
    return asked


def _read_rest(asked: Asked, query: QueryDict) -> None:
    if query.get("on"):
        asked.question = replace(asked.question, on=asking.read_day(query.get("on", "")))
    if query.get("known"):
        asked.question = replace(asked.question, known=asking.read_known(query.get("known", "")))
    if "by" in query:
        asked.question = replace(asked.question, by=asking.read_by(query.getlist("by")[:MOST_ASKED]))
    if "is" in query:
        cells = asking.read_cells(query.getlist("is")[:MOST_ASKED])
        asked.question = replace(asked.question, by=(), cells=cells)


def _own_office(request: ActorRequest) -> Office | None:
    """The reader's office; none for the one at the top, whose figures are those of the country."""
    own = (
        Office.objects.filter(pk=as_uuid(request.actor.office), deleted=False).select_related("area").first()
    )
    return own if own is not None and own.parent_id else None


def _of(model: Any, text: str) -> Any:
    pk = uuid_in(text)
    return model.objects.filter(pk=pk, deleted=False).first() if pk else None


def typed(day: date | None) -> str:
    """A day as it is typed in a field."""
    return f"{day:%d/%m/%Y}" if day else ""


def _office_choices(asked: Asked, own: Office | None) -> list[Choice]:
    """The reader's office and the one chosen, with those that answer to it."""
    chosen = asked.office
    found = [one for one in (own, chosen) if one is not None]
    found += (
        Office.objects.live().filter(parent=chosen or own).order_by("sort_key", "pk") if chosen or own else []
    )
    return [
        Choice(f"{OFFICE_MARK}{one.pk}", str(one), chosen is not None and one.pk == chosen.pk)
        for one in dict.fromkeys(found)
    ]  # fmt: skip


def form(request: ActorRequest, asked: Asked, *, levels_only: bool = False) -> dict[str, Any]:
    """What the form of a figure shows."""
    question = asked.question
    own = None if levels_only else _own_office(request)
    names = [
        one
        for one in asking.dims().values()
        if not levels_only or one.name == d.PLACE or asking.is_level(one.name)
    ]
    by = [*question.by, "", ""][:2]
    fields = []
    for place, chosen in enumerate(by[:1] if levels_only else by):
        label = _("Broken down by") if not place else _("then by")
        empty = Choice("", _("nothing"), not chosen)
        fields.append(
            (label, f"by-{place}", [empty, *(Choice(o.name, str(o.label), o.name == chosen) for o in names)])
        )
    return {
        "offices": [] if levels_only else _office_choices(asked, own),
        "areas": area_choices(asked.area, question.on),
        "by_fields": fields,
        "on_typed": typed(question.on),
        "known_typed": typed(question.known),
    }
