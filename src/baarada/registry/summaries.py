"""A row of a career in a few words: what it is called, what else it says, its days."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from baarada.kernel.days import PartialDate
from baarada.registry import facts, lists
from baarada.registry.display import number, on, partial_day, show, span
from baarada.registry.models import (
    Absence,
    Contact,
    Employment,
    Exit,
    LanguageSkill,
    Licence,
    Paper,
    PersonnelAct,
    Qualification,
    Relative,
)

TITLES: dict[type[Any], tuple[str, ...]] = {
    Employment: ("status", "worker", "employer", "corps", "grade", "category"),
    Qualification: ("title", "diploma", "field", "kind", "institution"),
    Licence: ("kind", "body"),
    Absence: ("kind",),
    PersonnelAct: ("nature", "kind"),
    Exit: ("kind",),
    Relative: ("name", "link"),
    LanguageSkill: ("language",),
    Contact: ("value", "kind"),
}
"""The facts of which the first that is known names the row."""
DETAILS: dict[type[Any], tuple[str, ...]] = {
    Employment: ("worker", "employer", "corps", "category", "grade", "tier", "position", "funding"),
    Qualification: ("kind", "diploma", "field", "institution", "country"),
    Licence: ("body", "reference", "cadre", "specialty", "status", "facility"),
    Absence: (),
    PersonnelAct: ("kind", "given_by", "score"),
    Exit: ("country", "destination"),
    Relative: ("link", "phone", "address"),
    LanguageSkill: (),
    Contact: ("kind", "owner", "network"),
}
"""What else is told of it in a line."""


MARKS = ("dependent", "notify", "preferred")
"""Yes or no: told only where it is yes."""


def title(row: Any) -> str:
    """What a row is called."""
    return next((text for name in TITLES[type(row)] if (text := _said(row, name))), "") or str(
        facts.NAMES[type(row)]
    )


def detail(row: Any) -> str:
    """What else a row says, in a line."""
    called = title(row)
    parts = [text for name in DETAILS[type(row)] if (text := _said(row, name)) and text != called]
    return " · ".join([*parts, *_counted(row)])


def _counted(row: Any) -> list[str]:
    """Numbers that need a word beside them."""
    out = []
    if isinstance(row, Employment):
        if row.step is not None:
            out.append(_("step %(number)s") % {"number": row.step})
        if row.index is not None:
            out.append(_("index %(number)s") % {"number": number(row.index)})
    if isinstance(row, Absence) and row.days:
        out.append(ngettext("%(n)s day", "%(n)s days", row.days) % {"n": number(row.days)})
    if isinstance(row, Qualification) and row.hours:
        out.append(ngettext("%(n)s hour", "%(n)s hours", row.hours) % {"n": number(row.hours)})
    if isinstance(row, Relative | Contact):
        out += [str(facts.fact(type(row), name).label).lower() for name in MARKS if getattr(row, name, None)]
    if isinstance(row, LanguageSkill):
        out += [
            f"{str(facts.fact(LanguageSkill, name).label).lower()}{_(':')} {_said(row, name)}"
            for name in ("spoken", "read", "written") if getattr(row, name)
        ]  # fmt: skip
    decision = getattr(row, "decision", None)
    if decision:
        out.append(_("decision %(number)s") % {"number": decision})
    return out


def paper(row: Paper) -> str:
    """What a paper is called in a sentence: its title, else its kind, with its reference."""
    kind = lists.label("paper_kind", row.kind)
    called = row.title or kind or str(facts.NAMES[Paper])
    return f"{called} {row.reference}" if row.reference and row.reference not in called else called


def days(row: Any, *, short: bool = False) -> str:
    """The day or the days of a row; months are shortened where ``short``."""
    day = day_of(row)
    own = getattr(row, "starts", None) or getattr(row, "ends", None)
    if isinstance(row, Absence) and row.returned and row.starts:
        return pgettext("absence", "%(span)s, back %(day)s") % {
            "span": span(row.starts, row.ends, short=short), "day": on(row.returned, short=short),
        }  # fmt: skip
    if own and not (isinstance(row, Qualification) and row.awarded):
        return span(row.starts, row.ends, short=short)
    return partial_day(day, short=short, note=False) if day else ""


def day_of(row: Any) -> PartialDate | None:
    """The day by which rows are ordered."""
    found: PartialDate | None = None
    for name in ("left", "awarded", "dated", "starts", "ends", "born"):
        found = found or getattr(row, name, None)
    return found


def order(row: Any) -> tuple[int, str]:
    """Newest first; what has no day comes last."""
    day = day_of(row)
    return -(day.number if day else 0), str(row.pk)


def _said(row: Any, name: str) -> str:
    fact = facts.fact(type(row), name)
    if fact.reads == facts.PLACE:
        return getattr(row, f"{name}_label", None) or ""
    if fact.reads == facts.CADRE:
        return lists.cadre_of_both(row.cadre_id) if row.cadre_id else ""
    return show(fact, getattr(row, name))
