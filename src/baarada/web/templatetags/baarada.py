"""How templates write dates, numbers, names and facts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from baarada.indicators import telling
from baarada.journal import runtime
from baarada.kernel.days import PartialDate
from baarada.registry import display, facts, lists, summaries

register = template.Library()


@register.filter
def day(value: PartialDate | date | None) -> str:
    """``12 mars 1985``, as far as it is known."""
    if value is None:
        return ""
    return display.partial_day(value) if isinstance(value, PartialDate) else display.whole_day(value)


@register.filter
def short_day(value: PartialDate | date | None) -> str:
    """``3 nov. 2026``, in a column."""
    if value is None:
        return ""
    if isinstance(value, PartialDate):
        return display.partial_day(value, short=True)
    return display.whole_day(value, short=True)


@register.filter
def since(value: PartialDate | date | None, form: str = "") -> str:
    """``depuis le 4 mars 2019``; ``:"short"`` in a column."""
    return display.since(value, short=form == "short") if value else ""


@register.filter
def until(value: PartialDate | date | None, form: str = "") -> str:
    """``jusqu'au 4 mars 2019``; ``:"short"`` in a column."""
    return display.until(value, short=form == "short") if value else ""


@register.filter
def on_day(value: PartialDate | date | None, form: str = "") -> str:
    """``le 4 mars 2019``, ``en 2019``; ``:"short"`` in a column."""
    return display.on(value, short=form == "short") if value else ""


@register.filter
def typed_day(value: PartialDate | None) -> str:
    """``12/03/1985``, as it is typed."""
    if not isinstance(value, PartialDate):
        return value or ""
    parts = [f"{n:02}" for n in (value.day, value.month) if n]
    return "/".join([*parts, f"{value.year:04}"])


@register.filter
def moment(value: datetime | None) -> str:
    """``mardi 3 novembre 2026 à 10 h 14``."""
    return display.moment(value) if value else ""


@register.filter
def short_moment(value: datetime | None) -> str:
    """The day of a moment in a column: ``3 nov. 2026``."""
    return display.whole_day(timezone.localtime(value).date(), short=True) if value else ""


@register.filter
def lower_first(text: Any) -> str:
    """The same words within a sentence."""
    return f"{str(text)[:1].lower()}{str(text)[1:]}"


@register.filter
def count(value: Any) -> str:
    """``4 273 984``."""
    return display.number(int(value or 0))


@register.filter
def phone(value: str | None) -> str:
    """``76 41 20 58``."""
    return display.phone(value) if value else ""


@register.filter
def heading_name(person: Any) -> str:
    """``TRAORÉ Mariam``."""
    return display.heading_name(person)


@register.filter
def person_name(person: Any) -> str:
    """``Mariam Traoré``."""
    return display.person_name(person)


@register.filter
def paper_name(paper: Any) -> str:
    """What a paper is called in a sentence."""
    return summaries.paper(paper)


@register.filter
def of(found: dict[Any, Any], key: Any) -> Any:
    """What a table holds under a key; None where it holds nothing."""
    return found.get(key)


@register.filter
def label(code: str | None, list_: str) -> str:
    """What a code of a list means."""
    return lists.label(list_, code)


@register.filter
def cadre(pk: Any, sex: str | None = None) -> str:
    """A cadre's name, feminine for a woman."""
    return lists.cadre_label(pk, sex)


@register.filter
def size(value: int | None) -> str:
    """``120 ko``."""
    return display.size(value) if value else ""


@register.filter
def short_name(place: Any) -> str:
    """What people call an office whose full name ends with its initials: ``DRH-SDS``."""
    name = str(place or "")
    _long, mark, initials = name.rpartition("(")
    return initials.rstrip(")") if mark and name.endswith(")") and len(name) > LONG_NAME else name


LONG_NAME = 40
"""Letters that the top bar has room for."""


@register.filter
def quoted(text: str | None) -> str:
    """Somebody's words in the quotation marks of the language."""
    if not text:
        return ""
    return f"«\u00a0{text}\u00a0»" if lists.language() == "fr" else f"“{text}”"


@register.filter
def share(value: int | None) -> str:
    """``80 %``."""
    return display.percent(value) if value is not None else ""


@register.filter
def density(value: Decimal | None, places: int | None = None) -> str:
    """``33,45``; ``:2`` for always so many decimals."""
    return telling.decimal(value, places) if value is not None else ""


@register.filter
def age(born: PartialDate | None) -> str:
    """Whole years today."""
    return str(display.age(born, runtime.today())) if born else ""


@register.simple_tag
def fact_label(record: Any, name: str) -> Any:
    """What a field is called."""
    return facts.fact(type(record), name).label


@register.simple_tag
def fact_value(record: Any, name: str, sex: str | None = None) -> str:
    """A field's value in words."""
    fact = facts.fact(type(record), name)
    if fact.reads == facts.PLACE:
        return getattr(record, f"{name}_label", None) or ""
    return display.show(fact, getattr(record, name), sex=sex)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small drawing beside words."""
    return format_html(
        '<svg class="ic" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-{}"/></svg>', name
    )


_TICK = ("M2 6.4l2.6 2.8 4-6.6", "M12 6.4l2.6 2.8 4-6.6", "M22 6.4l2.6 2.8 4-6.6")


@register.simple_tag
def ticks(reached: int, words: str) -> SafeString:
    """One to three ticks: how far something has travelled."""
    drawn = "".join(
        f'<path d="{_TICK[i]}"/>' if i < reached else f'<circle cx="{5.5 + 10 * i}" cy="7" r="1.5"/>'
        for i in range(3)
    )
    return format_html(
        '<svg class="ticks" viewBox="0 0 32 12" role="img" aria-label="{}">{}</svg>',
        words,
        mark_safe(drawn),  # noqa: S308
    )


@register.simple_tag(takes_context=True)
def with_query(context: Any, **changed: Any) -> str:
    """This address with some of its query changed; None takes a part away."""
    query = context["request"].GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"
