"""What a figure counts, by what it can be broken down, what densities are held against: all of it data."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Definition:
    """What one figure is."""

    code: str
    version: int
    label: Label
    counts: Label
    """What is counted, in a sentence."""
    over: Label
    """What it is divided by; empty for a count."""
    source: Label


HEADCOUNT = Definition(
    "headcount",
    1,
    _("Staff in post"),
    _(
        "Everybody with a posting that runs on the day and who has not left for good; each person once, where the "
        "main posting is. Files linked as one person count as one."
    ),
    "",
    _("Follows the health workforce stock of the National Health Workforce Accounts (WHO, module 1)."),
)
DENSITY = Definition(
    "density",
    1,
    _("Doctors, nurses and midwives for each 10,000 inhabitants"),
    _("Staff in post who are doctors, nurses or midwives, by the place of the main posting."),
    _(
        "Inhabitants of the place in the latest year known, not after the year of the day; nothing is estimated."
    ),
    _(
        "Follows SDG indicator 3.c.1 (WHO): doctors 221, nurses 2221 and 3221, midwives 2222 and 3222 of ISCO-08."
    ),
)
DEFINITIONS = {one.code: one for one in (HEADCOUNT, DENSITY)}


@dataclass(frozen=True, slots=True)
class Occupation:
    """Cadres that are counted together, by the beginning of their ISCO-08 code."""

    code: str
    label: Label
    isco: tuple[str, ...]

    def holds(self, cadre: Any) -> bool:
        """True for a cadre of this occupation; one that the country says is not core staff is none."""
        return cadre.core is not False and (cadre.isco or "").startswith(self.isco)


OCCUPATIONS = (
    Occupation("doctors", _("Doctors"), ("221",)),
    Occupation("nurses", _("Nurses"), ("2221", "3221")),
    Occupation("midwives", _("Midwives"), ("2222", "3222")),
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A density that others have drawn as a line: never shown without where it comes from."""

    value: Decimal
    source: Label
    year: int
    means: Label
    caveat: Label

    def missing(self, staff: int, people: int) -> int:
        """How many more staff so many people would need to reach it."""
        wanted = (self.value * people / 10_000).to_integral_value(ROUND_CEILING)
        return max(0, int(wanted) - staff)


THRESHOLDS = (
    Threshold(
        Decimal("22.8"),
        _("WHO, World Health Report"),
        2006,
        _("below it, most countries did not reach 80% of births attended by skilled staff"),
        _("often printed as 23"),
    ),
    Threshold(
        Decimal("33.45"),
        _("ILO, deficit of access to staff"),
        2013,
        _("median density of countries of low vulnerability"),
        _("printed as 34.5 in “A Universal Truth” (WHO, 2013)"),
    ),
    Threshold(
        Decimal("44.5"),
        _("WHO, requirements for universal coverage and the SDGs"),
        2016,
        _("median attainment of 12 tracer indicators of the SDGs (SDG index)"),
        _("indicative minimum"),
    ),
)
"""Marks to compare with, all for doctors, nurses and midwives; none is a norm of a country."""

UNKNOWN, ELSEWHERE = "", "-"
"""Keys of lines: what is not known; what is known but lies at no place of the level asked for."""


@dataclass(frozen=True, slots=True)
class Dim:
    """One way to break a figure down."""

    name: str
    label: Label
    list: str = ""
    """The list whose codes it holds."""
    unknown: Label = ""


PLACE, OFFICE, FACILITY, UNIT = "place", "office", "facility", "unit"
CADRE, GROUP = "cadre", "group"
OCCUPATION = "occupation"
CORE = "core"
"""The key of all occupations of a density together."""
SEX, AGE, AGE5 = "sex", "age", "age5"
QUALIFICATION, FUNDING, WORKER = "qualification", "funding", "worker"

DIMS = {
    one.name: one
    for one in (
        Dim(PLACE, _("Place"), unknown=_("place not known")),
        Dim(OFFICE, _("Office in charge"), unknown=_("no office in charge")),
        Dim(FACILITY, _("Facility"), unknown=_("facility not known")),
        Dim("type", _("Type of facility"), "facility_type", _("type not known")),
        Dim(UNIT, _("Unit"), unknown=_("no unit noted")),
        Dim("service", _("Kind of unit"), "unit_kind", _("no unit noted")),
        Dim(CADRE, _("Cadre"), unknown=_("cadre not known")),
        Dim(GROUP, _("NHWA group"), unknown=_("group not known")),
        Dim(OCCUPATION, _("Occupation"), unknown=_("cadre not known")),
        Dim(SEX, _("Sex"), "sex", _("sex not known")),
        Dim(AGE, _("Age"), unknown=_("age not known")),
        Dim(AGE5, _("Age by five years"), unknown=_("age not known")),
        Dim(QUALIFICATION, _("Highest qualification"), "diploma", _("no diploma noted")),
        Dim(FUNDING, _("Source of funding"), "funding", _("funding not known")),
        Dim("sector", _("Sector"), "sector", _("sector not known")),
        Dim("component", _("Component"), "component", _("component not known")),
        Dim(WORKER, _("Kind of worker"), "worker_kind", _("kind not known")),
    )
}
"""By name. Levels of places (``region`` ...) are added by the country's own list: see ``asking.dims``."""

NHWA_AGES = (25, 35, 45, 55, 65)
FIVE_YEARS = tuple(range(20, 70, 5))
"""The first year of each age group but the youngest."""
