"""The choices of a facet: many on a page, so they are put together here and not tag by tag."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from baarada.registry.display import number
from baarada.web.people.narrowing import Choice

register = template.Library()


@register.simple_tag
def choices(name: str, some: Sequence[Choice]) -> SafeString:
    """Boxes to tick, or links, each with how many it would give."""
    return format_html_join("", "{}", ((_link(c) if c.link else _box(name, c),) for c in some))


def _box(name: str, one: Choice) -> SafeString:
    checked = SafeString(" checked") if one.chosen else ""
    return format_html(
        '<label><input type="checkbox" name="{}" value="{}"{}><span>{}</span><span>{}</span></label>',
        name, one.value, checked, one.label, _count(one),
    )  # fmt: skip


def _link(one: Choice) -> SafeString:
    return format_html(
        '<a class="to" href="{}"><span>{}</span><span>{}</span></a>', one.link, one.label, _count(one)
    )


def _count(one: Choice) -> str:
    return "" if one.count is None else number(one.count)
