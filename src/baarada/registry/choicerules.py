"""What must be true of a choice of a list, and of a cadre, when a person writes it.

What several choices must be to one another is looked up among the lists that this process keeps.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from baarada.kernel.days import PartialDate
from baarada.kernel.text import fold
from baarada.registry import identifiers, lists, rules
from baarada.registry.display import partial_day
from baarada.registry.models import Cadre, ListItem

Values = Mapping[str, Any]
Choice = ListItem | Cadre

KNOWN = {
    "area_kind": {"country"},
    "office_kind": {"national", "order"},
    "posting_kind": {"appointment", "transfer", "secondment", "interim"},
    "post_status": {"open", "frozen", "abolished"},
    "quality": {"sourced", "recalled", "estimated"},
    "sex": {"F", "M"},
}
"""Codes that the program itself knows: they cannot be retired."""
CLOSED = frozenset({"post_status", "quality", "sex"})
"""Lists whose every code the program knows: nothing is added to them."""
TYPES = frozenset({"text", "long", "number", "day", "code", "codes", "yes_no"})
"""What a field of the country may hold."""
MOST_CHOICES = 2_000
"""Choices of one list: beyond that it is no list to choose from."""
_CODE = re.compile(r"[\w./-]{1,40}")
_LIST_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


def check_new(list_: str, values: Values) -> dict[str, Any]:
    """Problems with a choice that somebody adds to a list, by field."""
    here = lists.items(list_)
    problems = rules.check_span(values.get("starts"), values.get("ends"))
    problems |= check_attributes(list_, {"attributes": [], **values})
    problems |= _check_code(list_, values.get("code"), (i.code for i in here))
    if not values.get("label_fr"):
        problems["label_fr"] = _("Write the words that people choose.")
    if list_ in CLOSED:
        problems[""] = _("The program itself knows every choice of this list: none can be added.")
    elif len(here) >= MOST_CHOICES:
        problems[""] = _("This list is full: retire choices that nobody needs, or make a second list.")
    return problems


def check_new_cadre(values: Values) -> dict[str, Any]:
    """Problems with a cadre that somebody adds, by field."""
    problems = rules.check_span(values.get("starts"), values.get("ends"))
    problems |= _check_code("", values.get("code"), (c.code for c in lists.cadres()))
    if not values.get("label_m"):
        problems["label_m"] = _("Write the name of the cadre.")
    if len(lists.cadres()) >= MOST_CHOICES:
        problems[""] = _("This list is full: retire choices that nobody needs, or make a second list.")
    return problems


def _check_code(list_: str, code: Any, taken: Iterable[str | None]) -> dict[str, Any]:
    form = _LIST_CODE if list_ == lists.LISTS else _CODE
    if not code:
        return {"code": _("Write a short code; it never changes.")}
    if not form.fullmatch(code):
        if list_ == lists.LISTS:
            return {"code": _("The code of a list takes small letters without accents, figures and _.")}
        return {"code": _("A code takes letters, figures and . - _ / without spaces, 40 at most.")}
    if fold(code) in {fold(other or "") for other in taken}:
        return {"code": _("The code %(code)s is taken. Choose another.") % {"code": code}}
    return {}


def check(row: Choice, fields: Values) -> dict[str, Any]:
    """Problems with facts of a choice or a cadre that somebody changes, by field."""
    problems = rules.check_span(fields.get("starts", row.starts), fields.get("ends", row.ends))
    if isinstance(row, ListItem):
        problems |= check_attributes(row.list or "", fields)
    label = "label_m" if isinstance(row, Cadre) else "label_fr"
    if label in fields and not fields[label]:
        problems[label] = _("Write the words that people choose.")
    if fields.get("ends") and is_known(row):
        problems["ends"] = needed()
    return problems


def check_attributes(list_: str, values: Values) -> dict[str, Any]:
    """The sentence about further facts of a choice that are not written as such, or that the program could not read."""
    if "attributes" not in values:
        return {}
    lines = values["attributes"] or []
    bad = [line for line in lines if not re.fullmatch(r"[a-z0-9_]+=\S.*", line)]
    if bad:
        return {"attributes": _("“%(line)s” is not written as name=value.") % {"line": bad[0][:60]}}
    told = dict(line.split("=", 1) for line in lines)
    problem = _check_field(told) if list_ == "extra_field" else _check_pattern(told.get("pattern", ""))
    return {"attributes": problem} if problem else {}


def _check_field(told: Mapping[str, str]) -> str:
    """The sentence about a field of the country that no form could show."""
    if told.get("type") not in TYPES:
        return _("Say what the field holds: type=text, long, number, day, code, codes or yes_no.")
    if told["type"] in ("code", "codes") and told.get("list") not in lists.codes():
        return _("Say which list it is chosen from: list= and the code of a list that exists.")
    return ""


def _check_pattern(pattern: str) -> str:
    """The sentence about the form of a number that cannot be tried."""
    sentence = _("The pattern %(pattern)s cannot be read. It goes from ^ to $.") % {"pattern": pattern[:60]}
    if identifiers.form_of(pattern) is None:
        return sentence
    return "" if not pattern or (pattern.startswith("^") and pattern.endswith("$")) else sentence


def is_known(row: Choice) -> bool:
    """True for what the program itself needs: a list, or a code that it knows."""
    if isinstance(row, Cadre):
        return False
    return row.list == lists.LISTS or row.code in KNOWN.get(row.list or "", ())


def needed() -> str:
    """The sentence about a choice that the program itself needs."""
    return _("The program itself needs this choice: its words can change, it cannot be retired.")


def check_retirement(row: Choice, day: PartialDate | None, successor: Choice | None) -> dict[str, Any]:
    """Problems with retiring a choice from a day on, by field."""
    if is_known(row):
        return {"": needed()}
    problems: dict[str, Any] = {}
    if day is None:
        problems["day"] = _("Write the first day on which it is not chosen any more; a year alone will do.")
    elif row.starts and day.first() <= row.starts.first():
        problems["day"] = _("It cannot be retired on %(day)s, as it begins on %(starts)s.") % {
            "day": partial_day(day), "starts": partial_day(row.starts),
        }  # fmt: skip
    if successor is None:
        return problems
    if successor.pk == row.pk:
        problems["successor"] = _("A choice cannot replace itself. Choose another.")
    elif type(successor) is not type(row) or getattr(successor, "list", "") != getattr(row, "list", ""):
        problems["successor"] = _("What replaces a choice belongs to the same list.")
    elif row in lists.successors(successor):
        problems["successor"] = _("%(other)s is itself replaced by this choice later. Choose another.") % {
            "other": successor
        }
    elif day is not None and not successor.span.holds(day.first()):
        problems["successor"] = _("%(other)s is not in force on %(day)s. Choose one that is, or another day.") % {
            "other": successor, "day": partial_day(day),
        }  # fmt: skip
    return problems
