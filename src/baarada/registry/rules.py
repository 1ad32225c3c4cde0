"""What must be true of one record when a person writes it. Pure: no database, no clock.

Spoken at entry only: an entry written under last year's rules must still replay. What
concerns several records is a finding (``findings.py``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _

from baarada.kernel.days import PartialDate
from baarada.kernel.spans import Span
from baarada.registry.display import age, partial_day
from baarada.registry.errors import Invalid
from baarada.registry.models import FULL_TIME, MICRO, Assignment, Office

YOUNGEST, OLDEST = 14, 100
"""Ages at which somebody can be in the register."""


@dataclass(slots=True)
class PhoneRule:
    """How telephones are written in the country: set by its pack."""

    region: str = ""
    length: int = 0


phone_rule = PhoneRule()


def refuse(problems: dict[str, Any]) -> None:
    """Raise ``Invalid`` if there is any problem."""
    if problems:
        raise Invalid(problems)


def check_person(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with a person's own facts, by field."""
    problems: dict[str, Any] = {}
    if "family_name" in values and not values["family_name"]:
        problems["family_name"] = _("Write the family name; for a person with one name, write it here.")
    if "sex" in values and values["sex"] not in ("F", "M"):
        problems["sex"] = _("Choose the sex.")
    born = values.get("born")
    if isinstance(born, PartialDate):
        problem = check_birth(born, today)
        if problem:
            problems["born"] = problem
    for name in ("phone", "phone2", "contact_phone"):
        if values.get(name):
            problem = check_phone(values[name])
            if problem:
                problems[name] = problem
    if values.get("email") and not is_email(values["email"]):
        problems["email"] = _("An e-mail address has the form name@place.org.")
    if isinstance(values.get("children"), int) and not 0 <= values["children"] <= 40:
        problems["children"] = _("The number of children lies between 0 and 40.")
    return problems


def check_birth(born: PartialDate, today: date) -> str:
    """The sentence about an impossible birth; empty if there is none."""
    if born.first() > today:
        return _("The birth cannot be on %(day)s: that day is yet to come.") % {"day": partial_day(born)}
    # A birth known by its year alone is refused only where no day of that year would do.
    if (years := age(PartialDate.on(born.last()), today)) > OLDEST:
        return _("Born on %(day)s, this person would be %(age)s years old.") % {
            "day": partial_day(born), "age": years,
        }  # fmt: skip
    if (years := age(born, today)) < YOUNGEST:
        return _("Born on %(day)s, this person would be %(age)s years old; %(least)s is the least.") % {
            "day": partial_day(born), "age": years, "least": YOUNGEST,
        }  # fmt: skip
    return ""


def check_phone(text: str) -> str:
    """The sentence about a telephone that cannot be called; empty if it can.

    A number that begins with + or 00 is one of its country; any other is one of ours.
    """
    digits = "".join(c for c in text if c.isdigit())
    abroad = text.strip().startswith("+")
    if not digits:
        return _("A telephone is written in figures.")
    if abroad or digits.startswith("00"):
        try:
            good = phonenumbers.is_possible_number(phonenumbers.parse(text if abroad else f"+{digits[2:]}"))
        except phonenumbers.NumberParseException:
            good = False
        return "" if good else _("This number does not exist in the country that its prefix names.")
    if phone_rule.length and len(digits) != phone_rule.length:
        return _("This number has %(has)s figures; here it takes %(length)s.") % {
            "has": len(digits), "length": phone_rule.length,
        }  # fmt: skip
    return ""


def check_posting(values: Mapping[str, Any], born: PartialDate | None, today: date) -> dict[str, Any]:
    """Problems with a posting, by field."""
    problems: dict[str, Any] = {}
    starts, ends = values.get("starts"), values.get("ends")
    if "facility" in values and not values["facility"]:
        problems["facility"] = _("Choose the facility.")
    if "cadre" in values and not values["cadre"]:
        problems["cadre"] = _("Choose the cadre.")
    if "starts" in values and starts is None:
        problems["starts"] = _("Write the first day; a year alone will do.")
    problems |= check_span(starts, ends)
    if starts and born and starts.last() < born.first():
        problems["starts"] = _("The posting cannot begin on %(starts)s, before the birth on %(born)s.") % {
            "starts": partial_day(starts), "born": partial_day(born),
        }  # fmt: skip
    if starts and starts.first().year > today.year + 5:
        problems["starts"] = _("%(day)s lies more than five years ahead.") % {"day": partial_day(starts)}
    share = values.get("share")
    if share is not None and not 0 < share <= FULL_TIME:
        problems["share"] = _("The share of time lies between 1 and 100 per cent.")
    return problems


def check_span(starts: PartialDate | None, ends: PartialDate | None) -> dict[str, Any]:
    """The sentence about a span that ends before it begins, under ``ends``."""
    if Span(starts, ends).is_backwards and starts and ends:
        sentence = _("The last day, %(ends)s, is before the first, %(starts)s.")
        return {"ends": sentence % {"ends": partial_day(ends), "starts": partial_day(starts)}}
    return {}


def check_identifier(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with a number, by field."""
    problems: dict[str, Any] = {}
    if not values.get("number"):
        problems["number"] = _("Write the number.")
    elif re.fullmatch(r"[\d.,]+[eE]\+\d+", values["number"]):
        problems["number"] = _("A spreadsheet has spoilt this number (%(number)s). Type it again as text.") % {
            "number": values["number"]
        }  # fmt: skip
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose what kind of number it is.")
    issued, expires = values.get("issued"), values.get("expires")
    if issued and expires and Span(issued, expires).is_backwards:
        problems["expires"] = _("The number cannot end on %(ends)s, before it was issued on %(starts)s.") % {
            "ends": partial_day(expires), "starts": partial_day(issued),
        }  # fmt: skip
    return problems


def check_facility(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with a facility, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if "name" in values and not values["name"]:
        problems["name"] = _("Write the name of the facility.")
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose the kind of facility.")
    return problems | check_position(values.get("latitude"), values.get("longitude"))


def check_position(latitude: int | None, longitude: int | None) -> dict[str, Any]:
    """Problems with a position in micro-degrees."""
    problems = {}
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        problems[missing] = _("A position takes a latitude and a longitude.")
    if latitude is not None and abs(latitude) > 90 * MICRO:
        problems["latitude"] = _("A latitude lies between -90 and 90 degrees.")
    if longitude is not None and abs(longitude) > 180 * MICRO:
        problems["longitude"] = _("A longitude lies between -180 and 180 degrees.")
    return problems


def check_assignment(
    running: Sequence[Assignment], office: Office | None, starts: PartialDate | None
) -> dict[str, Any]:
    """Problems with putting a facility under an office from a day on, by field.

    ``running`` are the assignments that hold on that day.
    """
    problems: dict[str, Any] = {}
    if office is None:
        problems["office"] = _("Choose the office in charge.")
    if starts is None:
        problems["starts"] = _("Write the first day; a year alone will do.")
        return problems
    for one in running:
        if office is not None and one.office_id == office.pk:
            problems["office"] = _("On %(day)s the facility already answers to this office. Choose another.") % {
                "day": partial_day(starts)
            }  # fmt: skip
        elif one.starts and one.starts.first() == starts.first():
            sentence = _(
                "On %(day)s the facility passes to %(office)s. Choose a later day, or correct that line."
            )
            problems["starts"] = sentence % {"day": partial_day(starts), "office": one.office}
    return problems


def check_area(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with an area, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if "name" in values and not values["name"]:
        problems["name"] = _("Write the name of the area.")
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose the level.")
    return problems


def check_paper(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with a paper, by field."""
    problems: dict[str, Any] = {}
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose what kind of paper it is.")
    dated = values.get("dated")
    if dated and dated.first() > today:
        problems["dated"] = _("The paper cannot be dated %(day)s: that day is yet to come.") % {
            "day": partial_day(dated)
        }  # fmt: skip
    return problems


def check_population(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with how many people live in an area, by field."""
    problems: dict[str, Any] = {}
    year, people = values.get("year"), values.get("people")
    if "year" in values and not (isinstance(year, int) and 1900 <= year <= today.year + 50):
        problems["year"] = _("Write the year with four figures.")
    if "people" in values and not (isinstance(people, int) and people >= 0):
        problems["people"] = _("Write how many people live there, in figures.")
    if "source" in values and not values["source"]:
        problems["source"] = _("Say where the figure comes from: a count, an estimate, of whom.")
    return problems


def check_post(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with an established post, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if "cadre" in values and not values["cadre"]:
        problems["cadre"] = _("Choose the cadre.")
    if "number" in values and not values["number"]:
        problems["number"] = _("Write the number of the post.")
    return problems


# -- rows of a career -------------------------------------------------------------------


SAYS_A_STATUS = (
    "worker", "employer", "status", "position", "corps", "category", "grade", "tier", "step", "index", "funding",
    "contract", "contract_kind", "hours", "starts", "note",
)  # fmt: skip
"""Any of these is worth a row; an end or a decision alone is of nothing."""


def check_employment(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with an administrative status, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if not any(values.get(name) not in (None, "") for name in SAYS_A_STATUS):
        problems["status"] = _("Fill in at least the status, the employer or the grade.")
    for name, most in (("step", 30), ("index", 10_000), ("hours", 168)):
        if isinstance(values.get(name), int) and not 0 <= values[name] <= most:
            problems[name] = _("A number from 0 to %(most)s goes here.") % {"most": most}
    return problems


def check_qualification(values: Mapping[str, Any], born: PartialDate | None, today: date) -> dict[str, Any]:
    """Problems with a diploma or a training, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if not any(values.get(name) for name in ("diploma", "title", "field", "institution", "awarded", "note")):
        problems["diploma"] = _("Choose the diploma, or write its title as on the paper.")
    problems |= _not_ahead("awarded", values.get("awarded"), today)
    awarded = values.get("awarded")
    if awarded and born and awarded.last() < born.first():
        problems["awarded"] = _("Awarded on %(day)s, before the birth on %(born)s: one of the two is wrong.") % {
            "day": partial_day(awarded), "born": partial_day(born),
        }  # fmt: skip
    if isinstance(values.get("hours"), int) and not 0 <= values["hours"] <= 20_000:
        problems["hours"] = _("A number from 0 to %(most)s goes here.") % {"most": 20_000}
    return problems


def check_licence(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with a registration or a licence, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if not any(values.get(name) for name in ("kind", "body", "reference", "note")):
        problems["kind"] = _("Choose what kind of licence it is, or write its number.")
    return problems


def check_absence(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with an absence, by field."""
    problems = check_span(values.get("starts"), values.get("ends"))
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose what kind of absence it is.")
    if "starts" in values and values["starts"] is None:
        problems["starts"] = _("Write the first day; a year alone will do.")
    starts, returned = values.get("starts"), values.get("returned")
    if returned and starts and returned.last() < starts.first():
        problems["returned"] = _("Back at work on %(day)s, before the absence began: one of the two is wrong.") % {
            "day": partial_day(returned)
        }  # fmt: skip
    if isinstance(values.get("days"), int) and not 0 < values["days"] <= 5 * 366:
        problems["days"] = _("A number from 1 to %(most)s goes here.") % {"most": 5 * 366}
    return problems


def check_personnel_act(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with a sanction, an award, an appraisal, by field."""
    problems = check_span(values.get("starts"), values.get("ends")) | _not_ahead(
        "dated", values.get("dated"), today
    )
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose what it is: a sanction, an award, an appraisal, an accident.")
    return problems


def check_exit(values: Mapping[str, Any], born: PartialDate | None) -> dict[str, Any]:
    """Problems with a departure, by field."""
    problems: dict[str, Any] = {}
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose the reason of the departure.")
    left = values.get("left")
    if "left" in values and left is None:
        problems["left"] = _("Write the last day of service; a year alone will do.")
    if left and born and left.last() < born.first():
        problems["left"] = _("The departure on %(day)s is before the birth on %(born)s: one of the two is wrong.") % {
            "day": partial_day(left), "born": partial_day(born),
        }  # fmt: skip
    return problems


def _not_ahead(name: str, day: PartialDate | None, today: date) -> dict[str, Any]:
    if day and day.first() > today:
        return {name: _("%(day)s is yet to come.") % {"day": partial_day(day)}}
    return {}


# -- rows beside identity and contact -----------------------------------------------------


def check_relative(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with a member of the family, by field."""
    problems = _not_ahead("born", values.get("born"), today)
    if not values.get("name"):
        problems["name"] = _("Write the name; “child” alone will do where it is not known.")
    if values.get("phone") and (problem := check_phone(values["phone"])):
        problems["phone"] = problem
    return problems


def check_language(values: Mapping[str, Any]) -> dict[str, Any]:
    """Problems with a level in a language, by field."""
    if not values.get("language"):
        return {"language": _("Choose the language.")}
    if not any(values.get(name) for name in ("spoken", "read", "written", "note")):
        return {"spoken": _("Say how well it is spoken, read or written.")}
    return {}


def check_contact(values: Mapping[str, Any], takes: str) -> dict[str, Any]:
    """Problems with a way to reach somebody, by field; ``takes`` is ``phone``, ``email`` or anything else."""
    problems: dict[str, Any] = {}
    if not values.get("kind"):
        problems["kind"] = _("Choose what kind of contact it is.")
    if not values.get("value"):
        problems["value"] = _("Write the number or the address.")
    elif takes == "phone" and (problem := check_phone(values["value"])):
        problems["value"] = problem
    elif takes == "email" and not is_email(values["value"]):
        problems["value"] = _("An e-mail address has the form name@place.org.")
    return problems


def is_email(text: str) -> bool:
    """True if it has the form of an e-mail address."""
    return bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text))


# -- texts and equipment --------------------------------------------------------------------


def check_legal_text(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with a law, a norm, a plan, by field."""
    problems = check_span(values.get("starts"), values.get("ends")) | _not_ahead(
        "dated", values.get("dated"), today
    )
    if "title" in values and not values["title"]:
        problems["title"] = _("Write the title of the text.")
    return problems


def check_equipment(values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Problems with a thing that an office works with, by field."""
    problems = check_span(values.get("starts"), values.get("ends")) | _not_ahead(
        "checked", values.get("checked"), today
    )
    if "kind" in values and not values["kind"]:
        problems["kind"] = _("Choose what it is.")
    return problems
