"""Established posts of a facility: added in bulk, and on a day filled, vacant, frozen or gone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baarada.kernel.actors import Actor
from baarada.kernel.text import fold
from baarada.registry import queries, rules
from baarada.registry.actions import Done, Why, act_of
from baarada.registry.models import ABOLISHED, FROZEN, OPEN, Facility, Person, Post, Posting

FILLED, VACANT = "filled", "vacant"
STATES = (VACANT, FILLED, FROZEN, ABOLISHED)
"""What a post is on a day. Filled and vacant are told by postings; the rest is decided."""
MOST_AT_ONCE = 200


@dataclass(slots=True)
class Line:
    """One post on a day, with who holds it."""

    post: Post
    state: str
    holders: list[Posting]


def of_facility(ids: Iterable[UUID], on: date, *, seen_by: Actor) -> list[Line]:
    """The posts of a facility, under any of its ids, on a day: by number."""
    seen_by.require("facility.see")
    here = list(ids)
    posts = Post.objects.live().filter(facility_id__in=here)
    held: dict[UUID, list[Posting]] = {}
    rows = Posting.objects.in_force(on).of_those_here(Person).filter(facility_id__in=here)
    rows = rows.filter(post_id__in=posts.values("pk"))
    for posting in queries.named(rows.select_related("person")):
        held.setdefault(posting.post_id, []).append(posting)
    lines = [Line(p, state(p, bool(held.get(p.pk)), on), held.get(p.pk, [])) for p in posts]
    return sorted(lines, key=lambda line: (_natural(line.post.number), str(line.post.pk)))


def state(post: Post, held: bool, on: date) -> str:
    """What a post is on a day. Who holds it shows, whatever was decided since: a frozen post may be held."""
    gone = post.status == ABOLISHED or not post.span.holds(on)
    if held:
        return FILLED
    return ABOLISHED if gone else FROZEN if post.status == FROZEN else VACANT


def _natural(number: str | None) -> list[Any]:
    """As people count: P-9 before P-10."""
    return [
        (0, int(part)) if part.isdecimal() else (1, part)
        for part in re.findall(r"\d+|\D+", fold(number or ""))
    ]


def find(facility: Facility, number: str) -> Post | None:
    """A post of a facility by its number; None if it has none of that number."""
    return next((post for post in _live(facility) if fold(post.number or "") == fold(number)), None)


def _live(facility: Facility) -> QuerySet[Post]:
    """The posts of a facility, under any of its ids."""
    name = Facility.objects.filter(pk=facility.pk).values("canonical")
    found: QuerySet[Post] = Post.objects.live().filter(canonical__in=name)
    return found


def add(
    facility: Facility,
    values: Mapping[str, Any],
    *,
    count: int = 1,
    first: str = "",
    by: Actor,
    why: Why | None = None,
) -> Done:
    """Establish so many posts that are alike, numbered from ``first`` on; without it, behind those that are there.

    Raises:
        baarada.registry.errors.Invalid: with a sentence for each field.
    """
    by.require("post.add")
    values = {name: value for name, value in values.items() if value is not None}
    problems = rules.check_post({"cadre": None, **values})
    if not 1 <= count <= MOST_AT_ONCE:
        problems["count"] = _("Between 1 and %(most)s posts are added at once.") % {"most": MOST_AT_ONCE}
    known = [number or "" for number in _live(facility).values_list("number", flat=True)]
    taken = set(map(fold, known))
    free = numbers(facility, first.strip(), count, known) if not problems else []
    if not problems and not free:
        problems["first"] = _("The first number ends in figures, for example P-001.")
    for number in free:
        if fold(number) in taken:
            problems["first"] = _("There is already a post %(number)s here. Begin behind it.") % {
                "number": number
            }
    rules.refuse(problems)
    with act_of("post.added", by, why) as act:
        made = [
            act.create(Post, facility=facility, number=number, **{"status": OPEN, **values})
            for number in free
        ]
    return Done(act.id, made[0])


def numbers(facility: Facility, first: str, count: int, known: list[str]) -> list[str]:
    """Numbers one behind the other, as wide as the first; ``known`` are those that are there."""
    if not first:
        start = f"{facility.code or 'P'}-"
        own = [number[len(start) :] for number in known if number.startswith(start)]
        last = max((int(rest) for rest in own if rest.isdecimal()), default=0)
        first = f"{start}{last + 1:03}"
    found = re.fullmatch(r"(.*?)(\d{1,9})", first)
    if found is None:
        return []
    start, digits = found.groups()
    return [f"{start}{int(digits) + step:0{len(digits)}}" for step in range(count)]


def counted(lines: Iterable[Line]) -> dict[str, int]:
    """How many posts are in each state; states without a post are left out."""
    out: dict[str, int] = {}
    for one in STATES:
        found = sum(line.state == one for line in lines)
        if found:
            out[one] = found
    return out
