"""Short rows of a file, many on its page: put together here and not tag by tag."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import conditional_escape as shown
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from baarada.registry.models import Person
from baarada.web.addresses import address
from baarada.web.people.careerrows import Group
from baarada.web.people.lacking import Line

register = template.Library()


@register.simple_tag
def add_links(person: Person, groups: Iterable[Group]) -> SafeString:
    """A link for each kind of row that can be added to a file."""
    return SafeString("".join(
        f'<a class="nw" href="{address("web:add-row", person.pk, group.sort)}">{shown(str(group.label).lower())}</a>'
        for group in groups
    ))  # fmt: skip


@register.simple_tag
def lacking_rows(lines: Iterable[Line]) -> SafeString:
    """The papers that a file lacks, each with the form that adds it."""
    add, colon = pgettext("paper", "Add"), _(":")
    return SafeString("".join(
        f'<li class="one"><span>{shown(line.step)}<br><span class="small mute">{shown(line.papers)}</span></span>'
        f'<a class="btn tight" href="{shown(line.address)}">{add}'
        f'<span class="vh">{colon} {shown(line.words)}</span></a></li>'
        for line in lines
    ))  # fmt: skip


@register.simple_tag
def missing_rows(facts: Iterable[tuple[Any, str]]) -> SafeString:
    """The facts that a file lacks, each with where it is completed."""
    complete, colon = pgettext("verb", "Complete"), _(":")
    return SafeString("".join(
        f'<li class="one"><span>{shown(words)}</span><a class="btn tight" href="{shown(link)}">{complete}'
        f'<span class="vh">{colon} {shown(words)}</span></a></li>'
        for words, link in facts
    ))  # fmt: skip
