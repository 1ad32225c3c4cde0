"""Facts with their clocks: many on a page, so they are put together here and not tag by tag."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from baarada.registry.display import number
from baarada.web.records.facts import Shown
from baarada.web.templatetags.baarada import icon

register = template.Library()


@register.simple_tag
def fact_rows(rows: Iterable[Shown], panel: Any = None, known: Any = None) -> SafeString:
    """What each fact holds, and its clock; as of an earlier day (``known``) there are no clocks.

    The fact is marked of which ``panel`` shows the history.
    """
    opened = (panel["record"].pk, panel["name"]) if panel else None
    clock = None if known else icon("clock")
    absent, said = _badge("none", _("not known")), _("History: %(fact)s, values:")
    return SafeString("".join(
        _row(row, absent, _history(row, said, clock) if clock else "", (row.record.pk, row.name) == opened)
        for row in rows
    ))  # fmt: skip


def _row(row: Shown, absent: str, history: str, is_open: bool) -> str:
    mark = ' class="open"' if is_open else ""
    value = escape(row.value) if row.value else absent
    if row.to_decide:
        value += " " + _badge("stop", _("to decide"))
    if row.others:
        address, words = reverse("web:decisions"), _("another value")
        value += f' <a class="small" href="{address}?tab=others">{words}</a>'
    return f"<div{mark}><dt>{escape(str(row.label))}</dt><dd>{value}</dd><dd>{history}</dd></div>"


def _badge(style: str, words: str) -> str:
    return f'<span class="b {style}">{words}</span>'


def _history(row: Shown, said: str, clock: SafeString) -> str:
    held = number(row.held) if row.held else '<span class="vh">0</span>'
    asked = f"?fact={row.record.pk}.{row.name}"
    return (
        f'<a class="h" href="{asked}#panel" hx-get="{asked}" hx-target="#panel" '
        'hx-swap="innerHTML show:#panel:top" hx-push-url="true">'
        f'<span class="vh">{said % {"fact": escape(str(row.label))}} </span>{clock} {held}</a>'
    )
