"""What the pages of lists show: all lists by group, the choices of one, one choice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from baarada.kernel.actors import Actor
from baarada.registry import choicerules, choices, choiceuse, lists
from baarada.registry.choicerules import Choice
from baarada.registry.choiceuse import CADRES
from baarada.registry.models import Cadre, ListItem
from baarada.web.lists.words import GROUPS, attributes_of
from baarada.web.records.facts import Shown, names_of

SOURCED = "sourced"
IN_FORCE, RETIRED, TO_COME = "in force", "retired", "to come"


def name_of(code: str) -> str:
    """What a list is called."""
    return _("Cadres") if code == CADRES else lists.label(lists.LISTS, code)


def list_of(row: Choice) -> str:
    """The code of the list that a choice belongs to."""
    return CADRES if isinstance(row, Cadre) else row.list or ""


def rows_of(code: str) -> list[Any]:
    """The choices of a list, or the cadres, in their order."""
    return lists.cadres() if code == CADRES else lists.items(code)


@dataclass(slots=True)
class Summary:
    """One list among all."""

    code: str
    name: str
    in_force: int
    retired: int
    unsure: int
    """Choices that no public source bears out."""


def all_lists(on: date) -> list[tuple[Any, list[Summary]]]:
    """All lists by group, by name within each."""
    groups: dict[str, list[Summary]] = {group: [] for group in GROUPS}
    for code in [CADRES, *lists.codes()]:
        group = "work" if code == CADRES else lists.attribute(lists.LISTS, code, "group")
        groups[group if group in groups else ""].append(_summary(code, on))
    return [(GROUPS[group], found) for group, found in groups.items() if found]


def _summary(code: str, on: date) -> Summary:
    rows = rows_of(code)
    states = [state_of(row, on) for row in rows]
    unsure = sum(bool(row.quality) and row.quality != SOURCED for row in rows)
    return Summary(code, name_of(code), states.count(IN_FORCE), states.count(RETIRED), unsure)


def state_of(row: Choice, on: date) -> str:
    """Whether a choice is in force on a day, was until then, or will be."""
    if row.span.holds(on):
        return IN_FORCE
    return RETIRED if row.ends and row.ends.last() < on else TO_COME


@dataclass(slots=True)
class Line:
    """One choice in its list."""

    row: Any
    name: str
    state: str
    uses: int
    successor: Any
    """What it counts as, from the day after its last."""
    told: list[tuple[Any, str]] = field(default_factory=list)
    """Its further facts."""


def lines(code: str, on: date, *, seen_by: Actor) -> list[Line]:
    """The choices of a list, those in force first."""
    used = choiceuse.uses(code, seen_by=seen_by)
    order = [IN_FORCE, TO_COME, RETIRED]
    out = [
        Line(
            row=row, name=full_name(row), state=state_of(row, on), told=told_of(row, all_=False),
            successor=successor_of(row), uses=used.get(row.pk if isinstance(row, Cadre) else row.code, 0),
        )
        for row in rows_of(code)
    ]  # fmt: skip
    return sorted(out, key=lambda line: order.index(line.state))


def successor_of(row: Choice) -> Any:
    """What replaces a choice; None where nothing does."""
    if row.ends is None:
        return None
    return next(iter(lists.successors(row)), None)


def full_name(row: Choice) -> str:
    """A choice as its list shows it: of a cadre both names."""
    return lists.cadre_of_both(row.pk) if isinstance(row, Cadre) else str(row)


def told_of(row: Choice, *, all_: bool = True) -> list[tuple[Any, str]]:
    """The further facts of a choice, in words; or those that its list shows."""
    if isinstance(row, ListItem):
        return list(attributes_of(row, all_=all_))
    facts = [
        (_("Corps"), row.corps), (_("Category"), row.category),
        (_("Component"), lists.label("component", row.component)), (_("ISCO"), row.isco),
        (_("Professional council"), lists.label("order", row.body)),
    ]  # fmt: skip
    return [(label, value) for label, value in facts if value]


@dataclass(slots=True)
class ChoicePage:
    """Everything the page of a choice shows."""

    row: Any
    name: str
    code: str
    """The list that it belongs to."""
    list_name: str
    state: str
    successor: Any
    replaces: list[Any]
    """Those that it replaces."""
    rows: list[Shown]
    uses: list[tuple[Any, Any, int]]
    fixed: bool
    """True for what the program itself needs."""


def build(row: Choice, rows: list[Shown], on: date) -> ChoicePage:
    """The page of a choice or a cadre; ``rows`` are its facts."""
    code = list_of(row)
    for one in rows:
        if one.name == "attributes":
            one.value = " · ".join(f"{label}{_(':')} {value}" for label, value in told_of(row))
    return ChoicePage(
        row=row, name=full_name(row), code=code, list_name=name_of(code), state=state_of(row, on),
        successor=successor_of(row), replaces=[c for c in rows_of(code) if c.replaced_by_id == row.pk],
        rows=rows, uses=choiceuse.where_used(row), fixed=choicerules.is_known(row),
    )  # fmt: skip


def names_shown(row: Choice) -> list[str]:
    """The facts of a choice that its page shows: its list stands above, a successor only where there is one."""
    hidden = {"list"} if row.replaced_by_id else {"list", "replaced_by"}
    return [name for name in names_of(type(row)) if name not in hidden]


def offered_instead(row: Choice) -> list[tuple[str, str]]:
    """What may replace a choice, for a form."""
    return [(str(c.pk), full_name(c)) for c in choices.offered_instead(row)]


# -- as a table -------------------------------------------------------------------------------


def headings() -> list[str]:
    """The headings of a list as a table."""
    return [
        pgettext("area", "Code"), _("Label in French"), _("Label in English"), _("From"), _("Until"),
        _("Replaced by"), _("Further facts"), _("Certainty"), _("Note"), _("Records"),
    ]  # fmt: skip


def cells(found: Sequence[Line]) -> Iterator[list[Any]]:
    """The rows of a list as a table."""
    for line in found:
        row = line.row
        french = (
            " / ".join(dict.fromkeys(n for n in (row.label_m, row.label_f) if n))
            if isinstance(row, Cadre)
            else row.label_fr
        )
        yield [
            row.code, french, row.label_en, row.starts, row.ends, full_name(line.successor) if line.successor else "",
            [f"{label}{_(':')} {value}" for label, value in line.told], lists.label("quality", row.quality), row.note,
            line.uses,
        ]  # fmt: skip
