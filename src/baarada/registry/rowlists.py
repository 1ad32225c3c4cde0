"""Rows of careers, posts and populations over the whole register: by place, kind and period, a page at a time.

Each list has one order, in which an index of its table stands: a page costs the same wherever it begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.registry import places, posts, queries
from baarada.registry.models import (
    ABOLISHED,
    FROZEN,
    Absence,
    Area,
    Contact,
    DayOrZero,
    Employment,
    Exit,
    Facility,
    Identifier,
    LanguageSkill,
    Licence,
    Office,
    Person,
    PersonnelAct,
    Population,
    Post,
    Posting,
    Qualification,
    Relative,
)

DAYS: Mapping[type[Any], str] = {
    Absence: "starts", PersonnelAct: "dated", Exit: "left", Qualification: "awarded", Licence: "ends",
    Employment: "starts", Posting: "starts", Identifier: "issued", Relative: "born",
}  # fmt: skip
"""The day by which the rows of a kind are ordered, and which a period is about."""
KINDS: Mapping[type[Any], tuple[str, str]] = {
    Absence: ("kind", "leave_kind"), PersonnelAct: ("kind", "act_kind"), Exit: ("kind", "end_reason"),
    Qualification: ("kind", "study_kind"), Licence: ("kind", "licence_kind"), Employment: ("status", "status"),
    Posting: ("kind", "posting_kind"), Identifier: ("kind", "identifier_kind"), Relative: ("link", "relative_link"),
    LanguageSkill: ("language", "language"), Contact: ("kind", "contact_kind"),
}  # fmt: skip
"""The field that says what sort of thing a row is, and the list of its choices. Of a post it is the cadre."""
SOON_DAYS = 90
"""What ends within so many days ends soon."""
UNPAGED = (Employment, Posting, Identifier, Relative, LanguageSkill, Contact)
"""These have no page of their own: they go out in the order in which they were written."""
NOW, COMING, OVER, NOT_BACK, VALID, SOON, EXPIRED = (
    "now",
    "coming",
    "over",
    "not-back",
    "valid",
    "soon",
    "expired",
)
STATES: Mapping[type[Any], tuple[str, ...]] = {
    Absence: (NOW, COMING, NOT_BACK), Licence: (VALID, SOON, EXPIRED), Employment: (NOW, OVER), Posting: (NOW, OVER),
    Post: posts.STATES,
}  # fmt: skip
"""What rows of a kind can be narrowed to, as they stand on a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What a list is narrowed by; nothing by default."""

    facility: Facility | None = None
    office: Office | None = None
    area: Area | None = None
    kinds: tuple[str, ...] = ()
    state: str = ""
    since: PartialDate | None = None
    until: PartialDate | None = None
    people: tuple[UUID, ...] | None = None
    """Only these, where a search has found them."""
    facility_kinds: tuple[str, ...] = ()
    facility_name: str = ""

    def __bool__(self) -> bool:
        return self != Narrowed()


def find(model: type[Any], narrowed: Narrowed, *, seen_by: Actor, on: date) -> QuerySet[Any]:
    """The rows of a kind that this actor may see, as a day sees them, in the order of their list."""
    if model is Post:
        return _posts(narrowed, seen_by, on)
    if model is Population:
        return _populations(narrowed, seen_by, on)
    return _of_careers(model, narrowed, seen_by, on)


def order(model: type[Any], state: str = "") -> tuple[str, ...]:
    """By which a list is ordered; the last is the id."""
    if model is Post:
        return ("canonical", "pk")
    if model is Population:
        return ("-year", "-pk")
    if model in UNPAGED:
        return ("pk",)
    # What ends soon: the nearest end first; else the latest first, and last what has no day.
    return ("day", "pk") if state == SOON else ("-day", "-pk")


def behind(found: QuerySet[Any], keys: tuple[str, ...], value: Any, pk: UUID) -> QuerySet[Any]:
    """The rows of a list behind a place in it."""
    key, sign = keys[0].lstrip("-"), "lt" if keys[0].startswith("-") else "gt"
    # Said twice: the first lets the database begin in the index where the page before ended.
    found = found.filter(**{f"{key}__{sign}e": value})
    return found.filter(Q(**{f"{key}__{sign}": value}) | Q(**{key: value, f"pk__{sign}": pk}))


# -- careers ------------------------------------------------------------------------------


def _of_careers(model: type[Any], narrowed: Narrowed, seen_by: Actor, on: date) -> QuerySet[Any]:
    seen_by.require("person.see")
    people = queries.people(seen_by=seen_by).order_by()
    found = model.objects.live().filter(Exists(people.filter(pk=OuterRef("canonical"))))
    if narrowed.office is not None:
        found = found.filter(canonical__in=people.filter(office=narrowed.office).values("pk"))
    if narrowed.people is not None:
        found = found.filter(canonical__in=narrowed.people)
    if narrowed.facility is not None or narrowed.area is not None:
        found = found.filter(Exists(_posting_there(model, narrowed, on)))
    if narrowed.kinds:
        found = found.filter(**{f"{KINDS[model][0]}__in": narrowed.kinds})
    if narrowed.state:
        found = _in_state(found, narrowed.state, on)
    if model in DAYS:
        found = _in_period(found.annotate(day=DayOrZero(DAYS[model])), narrowed)
    return found.order_by(*order(model, narrowed.state))


def _posting_there(model: type[Any], narrowed: Narrowed, on: date) -> QuerySet[Any]:
    """Somebody's posting in the facilities asked for: of who has left, the one that ended with it."""
    rows = Posting.objects.live() if model is Exit else Posting.objects.in_force(on)
    if model is Exit:
        rows = rows.filter(Q(ends__isnull=True) | Q(ends__gte=OuterRef("left")))
    return rows.filter(canonical=OuterRef("canonical"), facility_id__in=_facilities(narrowed, on))


def _facilities(narrowed: Narrowed, on: date) -> QuerySet[Any]:
    """The facilities asked for, under any of their ids."""
    found = Facility.objects.live().order_by()
    if narrowed.facility is not None:
        found = found.filter(canonical=narrowed.facility.canonical)
    if narrowed.area is not None:
        found = found.filter(area_id__in=queries.area_and_below(narrowed.area, on))
    return found.values("pk")


def _in_state(found: QuerySet[Any], state: str, on: date) -> QuerySet[Any]:
    day = PartialDate.on(on).number
    # An end known by its month or year alone holds to the end of it.
    vague = [day // 10_000 * 10_000, day // 100 * 100]
    over = Q(ends__lt=day) & ~Q(ends__in=vague)
    if state in (NOW, VALID):
        return found.filter(Q(starts__isnull=True) | Q(starts__lte=day)).filter(
            Q(ends__isnull=True) | Q(ends__gte=day) | Q(ends__in=vague)
        )
    if state == COMING:
        return found.filter(starts__gt=day)
    if state == NOT_BACK:
        return found.filter(over, returned__isnull=True)
    if state == SOON:
        last = PartialDate.on(on + timedelta(days=SOON_DAYS)).number
        return found.filter(ends__lte=last).filter(Q(ends__gte=day) | Q(ends__in=vague))
    return found.filter(over)


def _in_period(found: QuerySet[Any], narrowed: Narrowed) -> QuerySet[Any]:
    """Rows whose day lies in a period; a day known by its year alone lies in it if its year does."""
    if narrowed.since is not None:
        found = found.filter(day__gte=narrowed.since.number)
    if narrowed.until is not None:
        found = found.filter(day__lte=_end(narrowed.until), day__gt=0)
    return found


def _end(day: PartialDate) -> int:
    """The last number of a day, a month or a year."""
    return day.number + (0 if day.day else 99 if day.month else 9999)


# -- posts, populations -------------------------------------------------------------------


def _posts(narrowed: Narrowed, seen_by: Actor, on: date) -> QuerySet[Post]:
    here = queries.facilities(seen_by=seen_by).order_by()
    found: QuerySet[Post] = Post.objects.live().filter(Exists(here.filter(pk=OuterRef("canonical"))))
    if narrowed.facility is not None:
        found = found.filter(canonical=narrowed.facility.canonical)
    if narrowed.area or narrowed.office or narrowed.facility_kinds or narrowed.facility_name:
        wanted = places.find_facilities(
            seen_by=seen_by, on=on, office=narrowed.office, area=narrowed.area, kinds=narrowed.facility_kinds,
            text=narrowed.facility_name,
        )  # fmt: skip
        found = found.filter(canonical__in=wanted.order_by().values("pk"))
    if narrowed.kinds:
        found = found.filter(cadre_id__in=narrowed.kinds)
    if narrowed.state:
        found = _posts_in_state(found, narrowed.state, on)
    return found.order_by(*order(Post))


def _posts_in_state(found: QuerySet[Post], state: str, on: date) -> QuerySet[Post]:
    """As ``posts.state`` says it of one: who holds it shows, whatever was decided since."""
    held = Exists(Posting.objects.in_force(on).of_those_here(Person).filter(post_id=OuterRef("pk")))
    if state == posts.FILLED:
        return found.filter(held)
    in_force = Q(pk__in=Post.objects.in_force(on).values("pk"))
    gone = Q(status=ABOLISHED) | ~in_force
    left = found.filter(~held)
    if state == ABOLISHED:
        return left.filter(gone)
    frozen = Q(status=FROZEN)
    return (
        left.filter(~gone, frozen)
        if state == FROZEN
        else left.filter(in_force).exclude(status__in=(ABOLISHED, FROZEN))
    )


def holders(found: list[Post], on: date, *, seen_by: Actor) -> dict[UUID, list[Posting]]:
    """Who holds some posts on a day."""
    seen_by.require("person.see")
    rows = Posting.objects.in_force(on).of_those_here(Person).filter(post_id__in=[p.pk for p in found])
    out: dict[UUID, list[Posting]] = {}
    for posting in queries.named(rows.select_related("person")):
        out.setdefault(posting.post_id, []).append(posting)
    return out


def _populations(narrowed: Narrowed, seen_by: Actor, on: date) -> QuerySet[Population]:
    seen_by.require("facility.see")
    found = Population.objects.live().filter(Exists(Area.objects.live().filter(pk=OuterRef("area_id"))))
    if narrowed.area is not None:
        found = found.filter(area_id__in=queries.area_and_below(narrowed.area, on))
    if narrowed.since is not None:
        found = found.filter(year__gte=narrowed.since.year)
    if narrowed.until is not None:
        found = found.filter(year__lte=narrowed.until.year)
    return found.order_by(*order(Population))
