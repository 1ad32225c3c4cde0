"""The people behind a number: by name, each with the posting that counted them."""

from dataclasses import dataclass

from django.db.models import F

from baarada.indicators.asking import Question
from baarada.indicators.figures import Counting
from baarada.kernel.actors import Actor
from baarada.registry.models import Person, Posting
from baarada.web.paging import PAGE, behind


@dataclass(slots=True)
class Row:
    """Somebody counted."""

    person: Person
    posting: Posting
    cadre: str


@dataclass(slots=True)
class Behind:
    """A page of the people behind a number."""

    rows: list[Row]
    total: int
    next: str
    first: bool
    narrowed: list[tuple[str, str]]
    """What the number was of, in words."""


def people(question: Question, after: str, *, seen_by: Actor, db: str) -> Behind:
    """The people whom a question counts, behind a place in the list.

    Raises:
        Http404: there is no such place.
        Refused: the place was not on the map on that day.
    """
    seen_by.require("person.see")
    work = Counting(question, db=db)
    counted = work.people()
    found = Person.objects.using(db).filter(canonical=F("pk"), pk__in=counted.order_by().values("canonical"))
    page = list(behind(found, after)[: PAGE + 1])
    shown = page[:PAGE]
    postings = {p.canonical: p for p in counted.filter(canonical__in=[p.pk for p in shown])}
    rows = [Row(person, postings[person.pk], _cadre(work, postings[person.pk], person)) for person in shown]
    more = f"{shown[-1].sort_key}|{shown[-1].pk}" if len(page) > PAGE else ""
    return Behind(rows, counted.count(), more, not after, work.words())


def _cadre(work: Counting, posting: Posting, person: Person) -> str:
    cadre = work.folding.codes.cadre(posting.cadre_id)
    return cadre.label(person.sex) if cadre else ""
