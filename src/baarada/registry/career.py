"""What can be done to somebody's career beside the postings: a row added, a departure for good."""

from collections.abc import Mapping, Sequence
from typing import Any

from baarada.journal.drafts import Seen
from baarada.journal.models import Record
from baarada.kernel.actors import Actor
from baarada.registry import rules
from baarada.registry.actions import Done, Why, act_of
from baarada.registry.checking import check_row
from baarada.registry.models import OF_A_CAREER, Exit, Facility, Person, Posting

Values = Mapping[str, Any]


def add_row(
    model: type[Record], person: Person, values: Values, *, by: Actor, why: Why | None = None
) -> Done:
    """Write one more row of a career: a status, a diploma, a licence, an absence, an act, a departure.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require("record.change")
    assert model in OF_A_CAREER
    rules.refuse(check_row(model, values, person.born))
    with act_of(f"{model.__name__.lower()}.added", by, why) as act:
        found = act.create(model, person=person, **_labelled(values))
    return Done(act.id, found)


def leave(
    person: Person,
    values: Values,
    ending: Sequence[tuple[Posting, Seen]],
    *,
    by: Actor,
    why: Why | None = None,
) -> Done:
    """Somebody leaves for good: a departure is written, and the postings still running end with it, in one act.

    ``ending`` are those postings as they stood on the page.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require("posting.end")
    problems = check_row(Exit, values, person.born)
    left = values.get("left")
    for posting, _seen in ending:
        if backwards := rules.check_span(posting.starts, left):
            problems["left"] = backwards["ends"]
    rules.refuse(problems)
    with act_of("exit.added", by, why) as act:
        found = act.create(Exit, person=person, **_labelled(values))
        for posting, seen in ending:
            last = {"starts": posting.starts, "ends": left, "end_reason": values["kind"]}
            act.change(posting, last, seen=seen, kind="posting.ended")
    return Done(act.id, found)


def _labelled(values: Values) -> dict[str, Any]:
    """The values with the name of the facility as its writer saw it."""
    facility = values.get("facility")
    return (
        {**values, "facility": (facility, str(facility))} if isinstance(facility, Facility) else dict(values)
    )
