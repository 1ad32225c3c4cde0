"""What can be done to the rows of somebody's file beside postings, numbers, papers: one added, a departure for good."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from baarada.journal.actions import Act
from baarada.journal.drafts import Seen
from baarada.journal.models import Record
from baarada.kernel.actors import Actor
from baarada.registry import rules, summaries
from baarada.registry.actions import Done, Why, act_of
from baarada.registry.checking import check_row
from baarada.registry.display import partial_day
from baarada.registry.models import OF_A_CAREER, PERSONAL, Employment, Exit, Person, Posting

Values = Mapping[str, Any]


def add_row(
    model: type[Record], person: Person, values: Values, *, by: Actor, why: Why | None = None
) -> Done:
    """Write one more row of a file: a status, a diploma, a licence, an absence, a relative, a language ...

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require("record.change")
    assert model in (*OF_A_CAREER, *PERSONAL)
    rules.refuse(check_row(model, values, person.born))
    with act_of(f"{model.__name__.lower()}.added", by, why) as act:
        found = act.create(model, person=person, **values)
    return Done(act.id, found)


def leave(
    person: Person, values: Values, ending: Sequence[tuple[Posting | Employment, Seen]], *, by: Actor,
    why: Why | None = None,
) -> Done:  # fmt: skip
    """Somebody leaves for good: a departure is written, and what still runs ends with it, in one act.

    ``ending`` are those postings and statuses as they stood on the page; what ends before is left as it is.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require("posting.end")
    known = Exit.objects.live().filter(canonical=person.canonical)
    rules.refuse(check_leaving(person, values, [row for row, _seen in ending], gone=known.exists()))
    with act_of("exit.added", by, why) as act:
        found = write_leaving(act, person, values, ending)
    return Done(act.id, found)


def write_leaving(
    act: Act, person: Person, values: Values, ending: Sequence[tuple[Posting | Employment, Seen]]
) -> Exit:
    """Write a departure, and the end of what still runs then, into an act that is under way."""
    found = act.create(Exit, entry_kind="exit.added", person=person, **values)
    left = values["left"]
    for row, seen in ending:
        if runs_on(row, left):
            last = {"starts": row.starts, "ends": left, "end_reason": values["kind"]}
            act.change(row, last, seen=seen, kind=f"{type(row).__name__.lower()}.ended")
    return found


def runs_on(row: Posting | Employment, left: Any) -> bool:
    """True for what would still run after a departure."""
    return row.ends is None or row.ends.last() > left.last()


def check_leaving(
    person: Person, values: Values, rows: Sequence[Posting | Employment], *, gone: bool
) -> dict[str, Any]:
    """What stands against a departure, by field. ``gone``: one is noted already; ``rows`` are what may end."""
    problems = check_row(Exit, values, person.born)
    if problems:
        return problems
    left = values["left"]
    if gone:
        return {
            "left": _("A departure is noted in the file already: correct that one, or mark it as deleted.")
        }
    for row in (row for row in rows if runs_on(row, left)):
        if row.starts and left.last() < row.starts.first():
            place = getattr(row, "facility_label", None) or summaries.title(row)
            sentence = _(
                "%(what)s begins only on %(day)s: mark that line as deleted first, or choose a later day."
            )
            return {"left": sentence % {"what": place, "day": partial_day(row.starts)}}
    return {}
