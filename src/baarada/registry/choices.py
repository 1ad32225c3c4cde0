"""Administration of lists: adding a choice or a cadre, retiring one, replacing it by another from a day on.

Nothing that was written is rewritten: records keep their codes, and ``lists.standing`` tells what a code counts as.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from baarada.journal.drafts import Seen
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.registry import choicerules, lists, rules
from baarada.registry.actions import Done, Why, act_of
from baarada.registry.choicerules import Choice, Values
from baarada.registry.models import Cadre, ListItem

RIGHT = "list.change"


def add(list_: str, values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Add a choice to a list.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require(RIGHT)
    rules.refuse(choicerules.check_new(list_, values))
    with act_of("listitem.added", by, why) as act:
        found = act.create(ListItem, **{**values, "list": list_})
    return Done(act.id, found)


def add_cadre(values: Values, *, by: Actor, why: Why | None = None) -> Done:
    """Add a cadre.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require(RIGHT)
    rules.refuse(choicerules.check_new_cadre(values))
    with act_of("cadre.added", by, why) as act:
        found = act.create(Cadre, **values)
    return Done(act.id, found)


def retire(
    row: Choice, day: PartialDate | None, *, seen: Seen, by: Actor, successor: Choice | None = None,
    why: Why | None = None,
) -> Done:  # fmt: skip
    """Offer a choice no more from ``day`` on; ``successor`` is what it counts as from that day.

    What was written before stays, and is counted as before for days before. A choice retired already gets the new
    day and successor.

    Raises:
        Invalid: with a sentence for each field.
    """
    by.require(RIGHT)
    rules.refuse(choicerules.check_retirement(row, day, successor))
    assert day is not None
    last = PartialDate.on(day.first() - timedelta(days=1))
    verb = "replaced" if successor is not None else "retired"
    fields = {"starts": row.starts, "ends": last, "replaced_by": successor}
    with act_of(f"{type(row).__name__.lower()}.{verb}", by, why) as act:
        act.change(row, fields, seen=seen)
    return Done(act.id, row)


def bring_back(row: Choice, *, seen: Seen, by: Actor, why: Why | None = None) -> Done:
    """Offer a retired choice again, as if it had never been retired."""
    by.require(RIGHT)
    with act_of(f"{type(row).__name__.lower()}.brought_back", by, why) as act:
        act.change(row, {"starts": row.starts, "ends": None, "replaced_by": None}, seen=seen)
    return Done(act.id, row)


def offered_instead(row: Choice) -> list[Choice]:
    """The choices that may replace one: those of its list that have no last day."""
    found: list[Any] = lists.cadres() if isinstance(row, Cadre) else lists.items(row.list or "")
    return [c for c in found if c.pk != row.pk and c.ends is None]


def find(pk: UUID) -> Choice | None:
    """A choice or a cadre by its id; None where there is none."""
    models: tuple[Any, ...] = (ListItem, Cadre)
    return next((row for model in models for row in model.objects.live().filter(pk=pk)), None)
