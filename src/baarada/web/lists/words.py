"""The further facts of choices in words, and what groups of lists are called."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from baarada.registry import lists
from baarada.registry.display import number
from baarada.registry.models import ListItem

GROUPS: dict[str, Any] = {
    "work": _("Work and career"),
    "person": _("People"),
    "study": _("Studies and licences"),
    "place": _("Places and offices"),
    "paper": _("Papers, texts, lists"),
    "": _("Others"),
}

ATTRIBUTES: dict[str, tuple[Any, str]] = {
    "level": (_("Level"), "facility_level"),
    "sector": (_("Sector"), "sector"),
    "catchment": (_("Serves"), "area_kind"),
    "nhwa": (_("In the world's health workforce accounts"), ""),
    "role": (pgettext_lazy("identifier", "Given as"), ""),
    "mask": (_("Written"), ""),
    "pattern": (_("Pattern"), ""),
    "check": (_("Check figure"), ""),
    "example": (_("Example"), ""),
    "state": (pgettext_lazy("choice", "State"), ""),
    "effect": (_("Effect"), ""),
    "asks": (_("Asks for"), ""),
    "iso": (_("ISO code"), ""),
    "alpha3": (_("ISO code"), ""),
    "category": (_("Category"), "category"),
    "facility_type": (_("Type of facility"), "facility_type"),
    "cadre": (_("Cadre"), "cadre"),
    "least": (_("At least"), ""),
    "number": (_("Aimed at"), ""),
    "most": (_("At most"), ""),
    "paper": (_("Paper"), "paper_kind"),
    "of": (_("Fact of"), ""),
    "type": (pgettext_lazy("choice", "Holds"), ""),
    "list": (_("Chosen from"), "list"),
    "unit": (_("Unit"), ""),
    "group": (_("Group"), "extra_group"),
    "child": (_("Child"), ""),
}
"""What a further fact is called, and the list that its value is of."""

VALUES: dict[tuple[str, str], Any] = {
    ("nhwa", "public"): _("public"),
    ("nhwa", "private_not_for_profit"): _("private, not for profit"),
    ("nhwa", "private_for_profit"): _("private, for profit"),
    ("role", "payroll"): _("payroll number"),
    ("role", "national"): _("national number"),
    ("role", "council"): _("number of an order"),
    ("role", "passport"): _("passport"),
    ("role", "social"): _("social security"),
    ("role", "insurance"): _("health insurance"),
    ("role", "other"): pgettext_lazy("identifier", "other"),
    ("state", "active"): pgettext_lazy("choice", "active"),
    ("state", "away"): _("away, still of the service"),
    ("state", "gone"): _("gone for good"),
    ("state", "suspended"): _("suspended"),
    ("state", "ended"): pgettext_lazy("choice", "ended"),
    ("effect", "moves"): _("goes to another post"),
    ("effect", "away"): _("away, still of the service"),
    ("effect", "gone"): _("gone for good"),
    ("effect", "unknown"): pgettext_lazy("choice", "not known"),
    ("asks", "payroll"): _("payroll number"),
    ("asks", "grade"): _("grade"),
    ("asks", "contract"): _("contract"),
    ("asks", "licence"): _("licence"),
    ("asks", "diploma"): _("diploma"),
    ("catchment", "health_area"): _("health area"),
    ("catchment", "village"): _("village"),
    ("check", "none"): pgettext_lazy("check", "none"),
    ("of", "person"): _("person"),
    ("type", "text"): _("text"),
    ("type", "long"): _("long text"),
    ("type", "number"): pgettext_lazy("choice", "number"),
    ("type", "day"): _("day"),
    ("type", "code"): _("one choice"),
    ("type", "codes"): _("several choices"),
    ("type", "yes_no"): _("yes or no"),
    ("type", "phone"): _("telephone"),
    ("type", "email"): _("e-mail"),
    ("child", "yes"): _("yes"),
}
"""Values that the program itself knows."""


QUIET = frozenset({"pattern", "check", "of"})
"""Further facts that a list leaves to the page of each choice."""
NAMED = {"norm": frozenset({"cadre", "facility_type"})}
"""Those that the name of a choice says already."""


def attributes_of(row: ListItem, *, all_: bool = True) -> Iterator[tuple[Any, str]]:
    """The further facts of a choice: what each is called and its value, both in words; or those that a list shows."""
    quiet = QUIET | NAMED.get(row.list or "", frozenset())
    for line in row.attributes or []:
        name, _mark, value = line.partition("=")
        if name in quiet and not all_:
            continue
        label, list_ = ATTRIBUTES.get(name, (name, ""))
        parts = value.split("+") if name == "asks" else [value]
        yield label, ", ".join(_value(row, name, list_, part) for part in parts)


def _value(row: ListItem, name: str, list_: str, value: str) -> str:
    if (name, value) in VALUES:
        return str(VALUES[name, value])
    if name == "cadre":
        return next((str(c) for c in lists.cadres() if c.code == value), value)
    if name == "group" and row.list == lists.LISTS:
        return str(GROUPS.get(value, value))
    if name == "asks":
        return lists.label("worker_kind", value)
    if value.isascii() and value.isdigit() and name in ("least", "most", "number"):
        return number(int(value))
    return lists.label(list_, value) if list_ else value
