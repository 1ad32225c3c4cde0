"""The rows of a table of people: many cells on a page, so they are put together here and not tag by tag."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils.html import conditional_escape as shown
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from baarada.registry import display
from baarada.registry.outlines import AWAY, GONE, IN_POST, LEFT, TO_COME
from baarada.web.addresses import address
from baarada.web.people.columns import CADRE, PLACE, STATE
from baarada.web.people.listing import Row
from baarada.web.people.lists import Heading

register = template.Library()


@register.simple_tag
def people_rows(rows: Iterable[Row], headings: Sequence[Heading]) -> SafeString:
    """A line of the table for each person: the name with its number, then the columns that are shown."""
    colon = _(":")
    labels = {head.key: f"{shown(head.label)}{colon}" for head in headings}
    return SafeString("".join(_row(row, labels) for row in rows))


def _row(row: Row, labels: dict[str, str]) -> str:
    cells = "\n".join(_cell(row, key, cell, labels) for key, cell in row.cells)
    return f'<tr role="row">{_head(row)}\n{cells}</tr>\n'


def _head(row: Row) -> str:
    link, name = address("web:person", row.person.pk), shown(display.heading_name(row.person))
    mark = " " + _badge("stop", _("to decide")) if row.to_decide else ""
    number = shown(row.number.number) if row.number else _("without a number")
    why = f" · {shown(row.why)}" if row.why else ""
    return (
        f'<th role="rowheader" scope="row"><a class="hit" href="{link}">{name}</a>{mark}<br>'
        f'<span class="small mute">{number}{why}</span></th>'
    )


def _cell(row: Row, key: str, cell: Any, labels: dict[str, str]) -> str:
    if key == CADRE:
        words = shown(row.cadre) or _none(_("cadre not known"))
        return f'<td role="cell">{words}</td>'
    if key == PLACE:
        return f'<td role="cell">{_place(row)}</td>'
    if key == STATE:
        return f'<td role="cell" class="nw">{_state(row)}</td>'
    if not cell:
        none = _none(_("not given"))
        return f'<td role="cell">{none}</td>'
    return f'<td role="cell" data-l="{labels.get(key, "")}">{shown(cell)}</td>'


def _place(row: Row) -> str:
    posting = row.posting
    if posting is None or not posting.facility_label:
        return _none(_("no facility"))
    since = display.since(posting.starts, short=True) if posting.starts else ""
    return shown(posting.facility_label) + (f'<br><span class="small mute">{since}</span>' if since else "")


def _state(row: Row) -> str:
    """How somebody stands, in a cell."""
    posting = row.posting
    if row.state == IN_POST:
        return _("In post")
    if row.state == AWAY:
        return _("Absent")
    if row.state == LEFT:
        return _("Left %(when)s") % {"when": _on(posting and posting.ends)}
    if row.state == GONE:
        return _("Left %(when)s") % {"when": _on(row.gone)} if row.gone else _("No longer in service")
    if row.state == TO_COME:
        return _("To come, %(when)s") % {"when": _on(posting and posting.starts)}
    return _none(_("without a posting"))


def _on(day: Any) -> str:
    return display.on(day, short=True) if day else ""


def _none(words: str) -> str:
    return _badge("none", words)


def _badge(style: str, words: str) -> str:
    return f'<span class="b {style}">{words}</span>'
