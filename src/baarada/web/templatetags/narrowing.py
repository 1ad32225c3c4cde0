"""The choices of a facet: many on a page, so they are put together here and not tag by tag."""

from collections.abc import Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString

from baarada.registry.display import number
from baarada.web.people.narrowing import Choice

register = template.Library()


@register.simple_tag
def choices(name: str, some: Sequence[Choice]) -> SafeString:
    """Boxes to tick, or links, each with how many it would give."""
    # Escaped here: two hundred calls of Django's own would be a tenth of the page.
    return SafeString("".join(_link(one) if one.link else _box(escape(name), one) for one in some))


def _box(name: str, one: Choice) -> str:
    checked = " checked" if one.chosen else ""
    return (
        f'<label><input type="checkbox" name="{name}" value="{escape(one.value)}"{checked}>'
        f"<span>{escape(one.label)}</span><span>{_count(one)}</span></label>"
    )


def _link(one: Choice) -> str:
    address, label = escape(one.link), escape(one.label)
    return f'<a class="to" href="{address}"><span>{label}</span><span>{_count(one)}</span></a>'


def _count(one: Choice) -> str:
    return "" if one.count is None else number(one.count)
