"""Templates kept ready in each language.

What a template says whatever it is given (its words, the addresses of the menu, its drawings) is the same on each
page: it is worked out once for each language when the template is read, not each time that a page is made. More than
half of what a page takes is its template, and a third of that were words and addresses.
"""

from collections.abc import Iterator
from threading import Lock
from typing import Any

from django.template import Context, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode, TokenType, Variable
from django.template.defaulttags import URLNode
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.html import escape
from django.utils.translation import get_language

from baarada.web.addresses import address
from baarada.web.templatetags import baarada as tags

SAME_EACH_TIME = (tags.icon,)
"""Tags of ours that give the same for the same words."""


class Loader(cached.Loader):
    """Finds templates, and keeps each as it reads in a language."""

    def __init__(self, engine: Any, loaders: list[Any]) -> None:
        super().__init__(engine, loaders)
        self._reading = Lock()

    def cache_key(self, template_name: str, skip: list[Any] | None = None) -> str:
        """What a template is kept under."""
        return f"{get_language()}:{super().cache_key(template_name, skip)}"

    def get_template(self, template_name: str, skip: list[Any] | None = None) -> Template:
        """A template in the language of this request.

        Raises:
            TemplateDoesNotExist: there is none.
        """
        key = self.cache_key(template_name, skip)
        found: Template | None = self.get_template_cache.get(key)
        if found is None:
            # Nobody may be given a template while its words are being put in.
            with self._reading:
                found = base.Loader.get_template(self, template_name, skip)
                _say(found.nodelist, Context({}, autoescape=self.engine.autoescape), found)
                self.get_template_cache[key] = found
        return found


def _say(nodes: NodeList, context: Context, template: Template) -> None:
    """Put words in the place of the tags that give them, in place: others hold the same list."""
    out: list[Node] = []
    for node in nodes:
        if _is_said(node):
            with context.bind_template(template):
                node = _text(str(node.render(context)), node)
        elif type(node) is URLNode and not (node.asvar or node.kwargs):
            node = _Address(node)
        elif not isinstance(node, LanguageNode):
            for inner in _inner(node):
                _say(inner, context, template)
        if isinstance(node, TextNode) and out and isinstance(out[-1], TextNode):
            out[-1] = _text(out[-1].s + node.s, out[-1])
        else:
            out.append(node)
    nodes[:] = out


class _Address(Node):
    """The address of a page that depends on what the template is given."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.name, self.args = node.view_name, node.args
        self.token, self.origin = node.token, node.origin

    def render(self, context: Context) -> str:
        """The address, as ``{% url %}`` would write it."""
        found = address(self.name.resolve(context), *(arg.resolve(context) for arg in self.args))
        return escape(found) if context.autoescape else found


def _text(words: str, at: Node) -> TextNode:
    node = TextNode(words)
    node.token, node.origin = at.token, at.origin
    return node


def _inner(node: Node) -> Iterator[NodeList]:
    """The lists of nodes within a node: attributes, or the branches of an ``if``."""
    for value in vars(node).values():
        if isinstance(value, NodeList):
            yield value
    for _condition, branch in getattr(node, "conditions_nodelists", ()):
        yield branch


def _is_said(node: Node) -> bool:
    """True if a tag gives the same each time, in one language."""
    if isinstance(node, TranslateNode):
        return not node.asvar and _all_fixed(node.filter_expression, node.message_context)
    if isinstance(node, BlockTranslateNode):
        texts = all(token.token_type == TokenType.TEXT for token in node.singular)
        return (
            texts
            and not (node.asvar or node.plural or node.extra_context)
            and _all_fixed(node.message_context)
        )
    if isinstance(node, URLNode):
        return not (node.asvar or node.args or node.kwargs) and _all_fixed(node.view_name)
    if isinstance(node, StaticNode):
        return node.varname is None and _all_fixed(node.path)
    if isinstance(node, SimpleNode):
        plain = node.func in SAME_EACH_TIME and node.target_var is None and not node.takes_context
        return plain and _all_fixed(*node.args, *node.kwargs.values())
    return False


def _all_fixed(*given: FilterExpression | None) -> bool:
    """True if these are words written in the template, with nothing done to them."""
    return all(one is None or (not one.filters and _is_literal(one.var)) for one in given)


def _is_literal(var: Any) -> bool:
    return not isinstance(var, Variable) or var.lookups is None
