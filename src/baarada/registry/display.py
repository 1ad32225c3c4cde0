"""How values read: dates, numbers, telephones, codes, in the language of the moment."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_AP, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from baarada.journal.models import Record
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import as_uuid
from baarada.kernel.text import in_a_sentence
from baarada.registry import facts, groups, lists
from baarada.registry.facts import Fact
from baarada.registry.models import FULL_TIME, MICRO, Area, Office, Person

NARROW = "\u202f"
"""A narrow space that does not break: between thousands, before a colon in French."""
FIXED = "\u00a0"

_SHORT_MONTHS_FR = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]


def whole_day(day: date, *, weekday: bool = False, short: bool = False) -> str:
    """``12 mars 1985``, with its weekday, or short (``12 mars 1985`` in a column: ``3 nov. 2026``)."""
    french = lists.language() == "fr"
    number = f"1{_ordinal()}" if day.day == 1 and french else str(day.day)
    if short:
        month = _SHORT_MONTHS_FR[day.month - 1] if french else str(MONTHS_AP[day.month])
    else:
        month = str(MONTHS[day.month])
    text = f"{number}{FIXED}{month} {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {text}" if weekday else text


def _ordinal() -> str:
    return "er"


def partial_day(day: PartialDate, *, short: bool = False, note: bool = True) -> str:
    """A day as far as it is known: ``mars 1985``, ``1985 (année seule)``."""
    if day.day:
        return whole_day(day.first(), short=short)
    if day.month:
        return f"{MONTHS[day.month]} {day.year}"
    return _("%(year)s (year only)") % {"year": day.year} if note else str(day.year)


def since(day: PartialDate | date, *, short: bool = False) -> str:
    """``depuis le 4 mars 2019``, ``depuis mars 2019``, ``depuis 2019``."""
    words = {"day": _plain(day, short)}
    if _is_whole(day):
        return _("since %(day)s") % words
    return pgettext("month or year", "since %(day)s") % words


def until(day: PartialDate | date, *, short: bool = False) -> str:
    """``jusqu'au 4 mars 2019``, ``jusqu'en mars 2019``, ``jusqu'en 2019``."""
    words = {"day": _plain(day, short)}
    if _is_whole(day):
        return _("until %(day)s") % words
    return pgettext("month or year", "until %(day)s") % words


def on(day: PartialDate | date, *, short: bool = False) -> str:
    """``le 4 mars 2019``, ``en mars 2019``, ``en 2019``."""
    words = {"day": _plain(day, short)}
    if _is_whole(day):
        return _("on %(day)s") % words
    return pgettext("month or year", "in %(day)s") % words


def span(starts: PartialDate | None, ends: PartialDate | None, *, short: bool = False) -> str:
    """``depuis le 4 mars 2019``, ``4 mars 2019 → 2021``; empty where neither day is known.

    Where ``short``, the year of two whole days of one year is said once, and the line is not broken:
    ``4 mars → 12 avr. 2019``.
    """
    if starts and ends:
        first = _plain(starts, short)
        if short and starts.day and ends.day and starts.year == ends.year:
            first = first.removesuffix(str(starts.year)).rstrip(" \u00a0,")
        told = f"{first} → {_plain(ends, short)}"
        return told.replace(" ", FIXED) if short else told
    if ends:
        return until(ends, short=short)
    return since(starts, short=short) if starts else ""


def _is_whole(day: PartialDate | date) -> bool:
    return not isinstance(day, PartialDate) or bool(day.day)


def _plain(day: PartialDate | date, short: bool) -> str:
    if isinstance(day, PartialDate):
        return partial_day(day, short=short, note=False)
    return whole_day(day, short=short)


def moment(when: datetime) -> str:
    """``mardi 3 novembre 2026 à 10 h 14``."""
    local = timezone.localtime(when)
    day = whole_day(local.date(), weekday=True)
    if lists.language() == "fr":
        return f"{day} à {local.hour}{FIXED}h{FIXED}{local.minute:02}"
    return f"{day}, {local.hour}:{local.minute:02}"


def number(value: int) -> str:
    """``4 273 984``, with a space that does not break."""
    return f"{value:,}".replace(",", NARROW if lists.language() == "fr" else ",")


def decimal(value: float, places: int = 1) -> str:
    """``4,8``."""
    text = f"{value:,.{places}f}"
    if lists.language() == "fr":
        return text.replace(",", NARROW).replace(".", ",")
    return text


def percent(part: int, whole: int = FULL_TIME) -> str:
    """``80 %``."""
    shown = round(100 * part / whole)
    return f"{shown}{FIXED}%" if lists.language() == "fr" else f"{shown}%"


def phone(digits: str) -> str:
    """``76 41 20 58``; anything that is not a plain number is left as it was typed."""
    plain = "".join(c for c in digits if c.isdigit())
    if len(plain) == 8 and not digits.strip().startswith("+"):
        return FIXED.join(plain[i : i + 2] for i in range(0, 8, 2))
    return digits


def size(count: int) -> str:
    """``120 ko``."""
    if count < 1000:
        return ngettext("%(n)s byte", "%(n)s bytes", count) % {"n": count}
    if count < 1_000_000:
        return _("%(n)s kB") % {"n": number(round(count / 1000))}
    if count < 1_000_000_000:
        return _("%(n)s MB") % {"n": decimal(count / 1_000_000)}
    return _("%(n)s GB") % {"n": decimal(count / 1_000_000_000)}


def degrees(micro: int) -> str:
    """Micro-degrees as degrees: ``12,65017``."""
    return decimal(micro / MICRO, 5)


def duration(first: date, last: date) -> str:
    """``7 ans 8 mois``, both days included."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * 12 + end.month - first.month
    if end.day < first.day:
        months -= 1
    months = max(months, 0)
    years, months = divmod(months, 12)
    parts = []
    if years:
        parts.append(ngettext("%(n)s year", "%(n)s years", years) % {"n": years})
    if months:
        parts.append(ngettext("%(n)s month", "%(n)s months", months) % {"n": months})
    days = (last - first).days + 1
    return " ".join(parts) or ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def age(born: PartialDate, on: date) -> int:
    """Whole years on a day; from the first day it can be."""
    first = born.first()
    return on.year - first.year - ((on.month, on.day) < (first.month, first.day))


def person_name(person: Person) -> str:
    """``Mariam Traoré``, in a sentence."""
    return str(person) or _("(no name)")


def heading_name(person: Person) -> str:
    """``TRAORÉ Mariam``, in headings and lists."""
    family = (person.family_name or "").upper()
    return " ".join(n for n in (family, in_a_sentence(person.given_names or "")) if n) or _("(no name)")


def show(fact: Fact, value: Any, *, sex: str | None = None) -> str:
    """A value in words; empty where there is none.

    ``value`` may be what a model holds or what an entry does (a day as yyyymmdd, an id as
    bytes, a reference with its label).
    """
    if value is None or value == "" or value == []:
        return ""
    return _WORDS.get(fact.reads, _text)(fact, value, sex)


def _text(fact: Fact, value: Any, sex: str | None) -> str:
    return str(value)


def _texts(fact: Fact, value: Any, sex: str | None) -> str:
    return ", ".join(value)


def _day(fact: Fact, value: Any, sex: str | None) -> str:
    return partial_day(value if isinstance(value, PartialDate) else PartialDate.of(value))


def _code(fact: Fact, value: Any, sex: str | None) -> str:
    return lists.label(fact.list, value)


def _codes(fact: Fact, value: Any, sex: str | None) -> str:
    return ", ".join(lists.label(fact.list, v) for v in value)


def _cadre(fact: Fact, value: Any, sex: str | None) -> str:
    return lists.cadre_label(_uuid(value), sex)


def _yes_no(fact: Fact, value: Any, sex: str | None) -> str:
    return _("yes") if value else _("no")


def _place(fact: Fact, value: Any, sex: str | None) -> str:
    if isinstance(value, list | tuple):
        return value[1] or ""
    if isinstance(value, Record):
        return str(value)
    found = Area.objects.filter(pk=_uuid(value)).first()
    return str(found) if found else ""


def _office(fact: Fact, value: Any, sex: str | None) -> str:
    return office_name(_uuid(value)) if not isinstance(value, Record) else str(value)


def _person(fact: Fact, value: Any, sex: str | None) -> str:
    person = value if isinstance(value, Record) else Person.objects.filter(pk=_uuid(value)).first()
    return str(person) if person else ""


def _uuid(value: Any) -> UUID | None:
    if isinstance(value, Record):
        return value.pk
    return as_uuid(value) if isinstance(value, bytes) else value


def office_name(pk: Any) -> str:
    """The name of an office; empty where it is not here."""
    found = Office.objects.filter(pk=pk).values_list("name", flat=True).first()
    return found or ""


_WORDS = {
    facts.TEXTS: _texts,
    facts.DAY: _day,
    facts.CODE: _code,
    facts.CODES: _codes,
    facts.CADRE: _cadre,
    facts.PHONE: lambda fact, value, sex: phone(value),
    facts.NUMBER: lambda fact, value, sex: number(value),
    facts.SHARE: lambda fact, value, sex: percent(value),
    facts.DEGREES: lambda fact, value, sex: degrees(value),
    facts.YES_NO: _yes_no,
    facts.ANSWER: _yes_no,
    facts.GROUP: lambda fact, value, sex: groups.label(value),
    facts.PLACE: _place,
    facts.OFFICE: _office,
    facts.PERSON: _person,
    facts.SIZE: lambda fact, value, sex: size(value),
}
