"""The people behind a figure, as a list that goes out."""

from django.utils.translation import gettext as _

from baarada.indicators import asking
from baarada.indicators.figures import Counting
from baarada.interop.tables import columns
from baarada.interop.tables.selections import Query, Selection, selection_of
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.registry import queries
from baarada.registry.display import whole_day

COUNTED = "counted"


def select(query: Query, seen_by: Actor) -> Selection | None:
    """Those whom a figure counts, as the register knows them now; None where its address is no question of today's."""
    try:
        question = asking.of_address(query)
        if question.known:
            # A file says what is known now: beside a figure of what was known it would not add up.
            return None
        work = Counting(question)
        counted, narrowed = work.people(), work.words()
    except Refused:
        return None
    words = [f"{label}{_(':')} {value}" if value else label for label, value in narrowed]
    day = _("In post on %(day)s") % {"day": whole_day(question.on)}
    found = queries.people(seen_by=seen_by).filter(pk__in=counted.order_by().values("canonical"))
    return selection_of(columns.PEOPLE, _("People in post"), [day, *words], found)
