"""What choosing one value or another changes, for those who have to choose."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import as_uuid
from baarada.kernel.spans import Span
from baarada.registry import display, lists, queries
from baarada.registry.models import Person, Posting
from baarada.web.records.questions import Question, Side


@dataclass(slots=True)
class Effect:
    """One line: what is looked at, and what it becomes with each value."""

    label: str
    becomes: list[str]
    values: list[str] = field(default_factory=list)

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Each value with what it leads to."""
        return list(zip(self.values, self.becomes, strict=True))


Lines = Callable[[Any, list[Side]], list[Effect]]


def effects(question: Question) -> list[Effect]:
    """The lines for a disagreement; none where a choice changes nothing else."""
    known: dict[tuple[Any, str], Lines] = {
        (Person, "born"): _of_birth, (Person, "office"): _of_office, (Person, "sex"): _of_sex,
        (Posting, "starts"): _of_span, (Posting, "facility"): _of_facility,
    }  # fmt: skip
    lines = known.get((type(question.record), question.name))
    found = lines(question.record, question.sides) if lines else []
    for line in found:
        line.values = [side.text for side in question.sides]
    return [line for line in found if len(set(line.becomes)) > 1]


def _postings(person: Person) -> list[Posting]:
    today = runtime.today()
    return queries.current_postings([person.canonical], today).get(person.canonical, [])


def _of_birth(person: Person, sides: list[Side]) -> list[Effect]:
    today = runtime.today()
    born = [side.fields["born"] for side in sides]
    out = [Effect(_("Age today"), [_age(b, today) for b in born])]
    began = [p.starts for p in _postings(person) if p.starts]
    if began:
        first = min(began).first()
        out.append(Effect(_("Age on the first day of the first posting"), [_age(b, first) for b in born]))
    return out


def _age(born: PartialDate | None, on: date) -> str:
    """Whole years on a day; between two where the day of birth is not known."""
    if born is None:
        return _("not known")
    most, least = display.age(born, on), display.age(PartialDate.on(born.last()), on)
    if most == least:
        return ngettext("%(n)s year", "%(n)s years", most) % {"n": most}
    return _("%(least)s or %(most)s years") % {"least": least, "most": most}


def _of_office(person: Person, sides: list[Side]) -> list[Effect]:
    today = runtime.today()
    posting = next((p for p in _postings(person) if p.span.holds(today) and p.facility_id), None)
    office = queries.office_of_facility(posting.facility_id, today) if posting else None
    if posting is None or office is None:
        return []
    label = _("Office to which %(facility)s answers") % {"facility": posting.facility_label or ""}
    return [
        Effect(
            label, [_("this one") if s.fields["office"] == office.pk.bytes else _("another") for s in sides]
        )
    ]


def _of_sex(person: Person, sides: list[Side]) -> list[Effect]:
    posting = next(iter(_postings(person)), None)
    if posting is None or not posting.cadre_id:
        return []
    return [Effect(_("Cadre"), [lists.cadre_label(posting.cadre_id, s.fields["sex"]) for s in sides])]


def _of_span(_posting: Posting, sides: list[Side]) -> list[Effect]:
    today = runtime.today()
    spans = [Span(s.fields["starts"], s.fields["ends"]) for s in sides]
    in_post = Effect(_("In post today"), [_("yes") if span.holds(today) else _("no") for span in spans])
    return [in_post, Effect(_("Duration until today or its end"), [_duration(span) for span in spans])]


def _duration(span: Span) -> str:
    if span.starts is None:
        return _("beginning not known")
    today, first = runtime.today(), span.starts.first()
    last = min(span.ends.last(), today) if span.ends else today
    return display.duration(first, last) if first <= last else _("not begun")


def _of_facility(_posting: Posting, sides: list[Side]) -> list[Effect]:
    today = runtime.today()
    cells = []
    for side in sides:
        place = side.fields["facility"]
        office = queries.office_of_facility(as_uuid(place[0]), today) if place else None
        cells.append(str(office) if office else _("not known"))
    return [Effect(_("Office to which the facility answers"), cells)]
