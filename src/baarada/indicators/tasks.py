"""Long work that pages of figures ask for: the register as it was known on a day."""

import logging
from datetime import date

from django_tasks import task

from baarada.indicators import known
from baarada.kernel.errors import Refused

log = logging.getLogger(__name__)


@task()
def draw(day: str) -> None:
    """Draw the register as it was known when a day ended; the page that asked says why where that cannot be."""
    try:
        copy = known.copy_for(date.fromisoformat(day))
        if copy is not None:
            known.make(copy)
    except Refused:
        log.info("nothing was known then", extra={"day": day})


def ask(day: date) -> None:
    """Have the worker draw it."""
    copy = known.copy_for(day)
    if copy is not None:
        known.begin(copy)
    draw.enqueue(day.isoformat())
