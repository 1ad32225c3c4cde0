"""The rows of a list over the whole register, as its table shows them: made for all rows of a page at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from baarada.kernel.actors import Actor
from baarada.registry import lists, posts, queries, rowlists, summaries
from baarada.registry.display import heading_name, number
from baarada.registry.models import Absence, Exit, Facility, Licence, Person, Population, Post, Posting
from baarada.web.places.posts import STATES as POST_STATES
from baarada.web.records.facts import word_of


@dataclass(slots=True)
class Badge:
    """A word in a frame."""

    words: Any
    style: str


@dataclass(slots=True)
class Cell:
    """What stands in a column, and below it in grey; ``url`` of the page that says more."""

    text: str = ""
    small: str = ""
    url: str = ""
    lead: Badge | None = None
    """What comes before the text; ``badge`` comes below it."""
    badge: Badge | None = None
    untold: Any = ""
    """What is said where nothing is known."""


@dataclass(slots=True)
class Line:
    """One row: its head, with the page that it leads to, and its other columns."""

    head: Cell
    cells: list[Cell] = field(default_factory=list)


HEADINGS: dict[type[Any], tuple[Any, ...]] = {
    Population: (
        pgettext_lazy("map", "Area"), pgettext_lazy("population", "Year"), gettext_lazy("Inhabitants"),
        gettext_lazy("Source"),
    ),
    Post: (
        gettext_lazy("Facility and number"), gettext_lazy("Cadre"), gettext_lazy("Paid from"),
        pgettext_lazy("post", "State"),
    ),
}  # fmt: skip
"""What stands above the columns; of rows of careers all alike."""
OF_CAREERS = (
    gettext_lazy("Name and number"), gettext_lazy("Kind and details"), pgettext_lazy("career", "Dates"),
    gettext_lazy("Facility"),
)  # fmt: skip


def lines(model: Any, found: Sequence[Any], on: date, *, seen_by: Actor) -> list[Line]:
    """The rows of one page."""
    if model is Post:
        return _of_posts(found, on, seen_by)
    if model is Population:
        return [_of_population(one) for one in found]
    return _of_careers(found, on)


# -- careers ------------------------------------------------------------------------------


def _of_careers(found: Sequence[Any], on: date) -> list[Line]:
    ids = {row.canonical for row in found}
    people = Person.objects.in_bulk(ids)
    numbers, postings = queries.numbers_of(ids), queries.current_postings(ids, on)
    return [
        _of_career(
            row, people[row.canonical], numbers.get(row.canonical, []), postings.get(row.canonical, []), on
        )
        for row in found
        if row.canonical in people
    ]


def _of_career(
    row: Any, person: Person, numbers: Sequence[Any], postings: Sequence[Posting], on: date
) -> Line:
    posting = postings[0] if postings else None
    cadre = lists.cadre_label(posting.cadre_id, person.sex) if posting else ""
    known = [numbers[0].number or "" if numbers else _("without a number"), cadre]
    head = Cell(
        heading_name(person), " · ".join(t for t in known if t), reverse("web:person", args=[person.pk])
    )
    what = Cell(
        summaries.title(row), summaries.detail(row), reverse("web:record", args=[word_of(type(row)), row.pk])
    )
    when = Cell(summaries.days(row, short=True), badge=_state(row, on), untold=_("no day noted"))
    where = Cell((posting.facility_label or "") if posting else "", untold=_("no facility"))
    return Line(head, [what, when, where])


def _state(row: Any, on: date) -> Badge | None:
    """What there is to say of a row today."""
    if isinstance(row, Absence):
        if row.returned is None and row.span.holds(on):
            return Badge(_("absent today"), "warn")
        if row.returned is None and row.ends is not None and row.ends.last() < on:
            return Badge(_("return not noted"), "none")
    if isinstance(row, Licence) and row.ends is not None:
        left = (row.ends.last() - on).days
        if left < 0:
            return Badge(_("expired"), "stop")
        if left <= rowlists.SOON_DAYS:
            words = ngettext("expires in %(n)s day", "expires in %(n)s days", left)
            return Badge(words % {"n": number(left)}, "warn")
    if isinstance(row, Exit) and row.left is not None and row.left.first() > on:
        return Badge(_("to come"), "n")
    return None


# -- posts, populations -------------------------------------------------------------------


def _of_posts(found: Sequence[Post], on: date, seen_by: Actor) -> list[Line]:
    held = rowlists.holders(list(found), on, seen_by=seen_by)
    facilities = Facility.objects.in_bulk({post.canonical for post in found})
    return [_of_post(post, facilities.get(post.canonical), held.get(post.pk, []), on) for post in found]


def _of_post(post: Post, facility: Facility | None, held: Sequence[Posting], on: date) -> Line:
    state, style = POST_STATES[posts.state(post, bool(held), on)]
    small = " · ".join(t for t in (post.number, post.unit_label) if t)
    url = reverse("web:posts", args=[facility.pk]) if facility else ""
    head = Cell(str(facility) if facility else _("facility not known here"), small, url)
    names = ", ".join(heading_name(posting.person) for posting in held)
    return Line(head, [
        Cell(lists.cadre_of_both(post.cadre_id), post.job or "", untold=_("cadre not known")),
        Cell(lists.label("funding", post.funding), untold=_("not noted")),
        Cell(names, url=_person_url(held), lead=Badge(state, style)),
    ])  # fmt: skip


def _person_url(held: Sequence[Posting]) -> str:
    return reverse("web:person", args=[held[0].canonical]) if len(held) == 1 else ""


def _of_population(one: Population) -> Line:
    area = one.area
    head = Cell(str(area), lists.label("area_kind", area.kind), reverse("web:area", args=[area.pk]))
    people = Cell(number(one.people) if one.people is not None else "", untold=_("not known"))
    source, edition = one.source or "", one.edition or ""
    told = Cell(source, "" if edition in source else edition, untold=_("source not noted"))
    within = _("perimeter: %(perimeter)s") % {"perimeter": one.perimeter} if one.perimeter else ""
    return Line(head, [Cell(str(one.year or ""), within), people, told])
