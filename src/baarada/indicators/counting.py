"""How people are counted: one posting of each, for any day, grouped in the database.

Everything is one question over the tables: whose posting runs on the day, has not left, and which of several
postings is the one that places the person. Few rows come back, one for each combination of codes and ids.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Field,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Mod

from baarada.indicators import definitions as d
from baarada.journal.fields import IdField
from baarada.kernel.days import PartialDate
from baarada.registry import extras
from baarada.registry.models import (
    FULL_TIME,
    Assignment,
    Employment,
    Exit,
    ExtraValue,
    Facility,
    Person,
    Posting,
    Qualification,
)

LAST_DAY = 99_999_999


def _as_number(name: str) -> Cast:
    """A day as the whole number that is kept."""
    return Cast(F(name), BigIntegerField())


def _flag(name: str) -> Case:
    return Case(When(**{name: True}, then=Value(1)), default=Value(0), output_field=BigIntegerField())


def _rank() -> Expression:
    """Which of somebody's postings places them: the main one, else the larger share, else the older.

    One number, so that two are compared at once; a posting of which two are alike in all this goes by its id.
    """
    share = Coalesce(F("share"), Value(FULL_TIME), output_field=BigIntegerField())
    began = Coalesce(_as_number("starts"), Value(0), output_field=BigIntegerField())
    return (_flag("main") * Value(100_000) + share) * Value(LAST_DAY + 1) + Value(LAST_DAY) - began


def running(on: date) -> QuerySet[Posting]:
    """Postings whose span holds the day, of files that are not deleted."""
    return Posting.objects.in_force(on).of_those_here(Person)


def _gone(on: date) -> Exists:
    """That the person of a posting left for good before the day, and not before the posting began.

    Who left on a day that nobody noted has left: no day can be told on which they were still there.
    """
    day = PartialDate.on(on).number
    this_year, this_month = day // 10_000 * 10_000, day // 100 * 100
    began = Coalesce(Cast(OuterRef("starts"), BigIntegerField()), Value(0), output_field=BigIntegerField())
    before = Q(left__lt=day) & ~Q(left__in=[this_year, this_month])
    noted = Exit.objects.live().annotate(on=_as_number("left"))
    return Exists(
        noted.filter(canonical=OuterRef("canonical")).filter(Q(left__isnull=True) | before & Q(on__gte=began))
    )


def in_post(on: date) -> QuerySet[Posting]:
    """Running postings of people who have not left."""
    return running(on).filter(~_gone(on))


def left_but_running(on: date) -> QuerySet[Posting]:
    """Running postings of people who have left: a departure was written, the posting was not ended."""
    return running(on).filter(_gone(on))


def counted(on: date) -> QuerySet[Posting]:
    """One posting of each person who is in post on the day: the one that places them."""
    ranked = in_post(on).annotate(rank=_rank())
    better = ranked.filter(canonical=OuterRef("canonical")).filter(
        Q(rank__gt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk"))
    )
    return ranked.filter(~Exists(better))


# -- where ------------------------------------------------------------------------------------


def lying_in(found: QuerySet[Posting], areas: Iterable[UUID]) -> QuerySet[Posting]:
    """Those of some postings whose facility, under any of its ids, lies in one of some areas."""
    named = Facility.objects.filter(area_id__in=list(areas), canonical=F("pk")).values("pk")
    return found.filter(facility_id__in=Facility.objects.filter(canonical__in=named).values("pk"))


def in_facility(found: QuerySet[Posting], pk: UUID) -> QuerySet[Posting]:
    """Those of some postings that are in a facility, under any of its ids."""
    name = Facility.objects.filter(pk=pk).values("canonical")
    return found.filter(facility_id__in=Facility.objects.filter(canonical__in=name).values("pk"))


def answering_to(found: QuerySet[Posting], offices: Iterable[UUID], on: date) -> QuerySet[Posting]:
    """Those of some postings whose facility answers to one of some offices on the day."""
    own = Assignment.objects.in_force(on).filter(office_id__in=list(offices)).values("canonical")
    return found.filter(facility_id__in=Facility.objects.filter(canonical__in=own).values("pk"))


# -- by what ------------------------------------------------------------------------------------


def _of_facility(name: str, kind: Field[Any, Any] | None = None) -> Subquery:
    """A fact of the posting's facility: of linked files, the one that gives the name."""
    own = Facility.objects.filter(pk=OuterRef("facility__canonical")).values(name)
    return Subquery(own, output_field=kind) if kind else Subquery(own)


def _id(name: str) -> ExpressionWrapper:
    """A reference as the id that it is."""
    return ExpressionWrapper(F(name), output_field=IdField())


def _office(on: date) -> Subquery:
    """The office that the posting's facility answers to on the day: of several, the latest."""
    own = Assignment.objects.in_force(on).filter(canonical=OuterRef("facility__canonical"))
    latest = own.order_by(F("starts").desc(nulls_last=True), "pk").values("office_id")[:1]
    return Subquery(latest, output_field=IdField())


def _of_person(name: str) -> Subquery:
    return Subquery(Person.objects.filter(pk=OuterRef("canonical")).values(name))


def _employed(name: str, on: date) -> Subquery:
    """A fact of the employment that runs on the day: of several that tell it, the one that began last."""
    runs = Employment.objects.in_force(on).filter(canonical=OuterRef("canonical")).exclude(**{name: None})
    return Subquery(
        runs.exclude(**{name: ""}).order_by(F("starts").desc(nulls_last=True), "pk").values(name)[:1]
    )


def _highest(on: date, order: Iterable[str]) -> Subquery:
    """The highest diploma awarded by the day, as the country's list orders them; those it does not know come last."""
    day = PartialDate.on(on).number
    ranks = [When(diploma=code, then=Value(place)) for place, code in enumerate(order)]
    rank = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField()) if ranks else Value(0)
    held = Qualification.objects.live().filter(canonical=OuterRef("canonical"))
    held = (
        held.filter(Q(awarded__isnull=True) | Q(awarded__lte=day)).exclude(diploma=None).exclude(diploma="")
    )
    return Subquery(held.annotate(rank=rank).order_by("rank", "diploma", "pk").values("diploma")[:1])


def _age_from(on: date, first_years: Iterable[int]) -> Subquery:
    """The first year of the age group somebody is in on the day; 0 for the youngest, nothing where it is not known.

    A year alone is read as its 30 June, a month alone as its 15th; who was born after the day has no age.
    """
    day = PartialDate.on(on).number
    number = _as_number("born")
    middle = Case(
        When(m4=0, then=F("number") + Value(630)), When(m2=0, then=F("number") + Value(15)),
        default=F("number"), output_field=BigIntegerField(),
    )  # fmt: skip
    older = [
        When(middle__lte=day - 10_000 * age, then=Value(age)) for age in sorted(first_years, reverse=True)
    ]
    none = When(Q(middle__isnull=True) | Q(middle__gt=day), then=Value(None, output_field=IntegerField()))
    group = Case(none, *older, default=Value(0), output_field=IntegerField())
    person = Person.objects.filter(pk=OuterRef("canonical")).annotate(number=number)
    person = person.annotate(m4=Mod(F("number"), Value(10_000)), m2=Mod(F("number"), Value(100)))
    return Subquery(person.annotate(middle=middle).annotate(group=group).values("group"))


def _own_field(name: str) -> Subquery:
    """What somebody's file says in a field that the country added."""
    field = extras.field_of(name.removeprefix(extras.PREFIX))
    column = field.column if field else "value"
    said = ExtraValue.objects.live().filter(canonical=OuterRef("canonical"))
    said = said.filter(field=field.code if field else "").exclude(**{column: None})
    return Subquery(said.order_by("pk").values(column)[:1])


def raw(name: str, on: date, diplomas: Iterable[str] = ()) -> Any:
    """What a way of breaking down looks at in the tables; levels of places look at the facility's area."""
    found: dict[str, Callable[[], Any]] = {
        d.OFFICE: lambda: _office(on),
        d.FACILITY: lambda: Coalesce(_id("facility__canonical"), _id("facility_id"), output_field=IdField()),
        "type": lambda: _of_facility("kind"),
        "sector": lambda: _of_facility("sector"),
        "component": lambda: _of_facility("component"),
        d.UNIT: lambda: _id("unit_id"),
        "service": lambda: F("unit__kind"),
        d.CADRE: lambda: _id("cadre_id"),
        d.GROUP: lambda: _id("cadre_id"),
        d.OCCUPATION: lambda: _id("cadre_id"),
        d.SEX: lambda: _of_person("sex"),
        d.AGE: lambda: _age_from(on, d.NHWA_AGES),
        d.AGE5: lambda: _age_from(on, d.FIVE_YEARS),
        d.QUALIFICATION: lambda: _highest(on, diplomas),
        d.FUNDING: lambda: _employed("funding", on),
        d.WORKER: lambda: _employed("worker", on),
    }
    if name.startswith(extras.PREFIX):
        return _own_field(name)
    return found.get(name, lambda: _of_facility("area_id", IdField()))()


def grouped(
    found: QuerySet[Posting], expressions: Mapping[str, Any], *, db: str, most: int
) -> list[tuple[tuple[Any, ...], int]] | None:
    """How many people there are for each combination; None where there are more than ``most`` of them."""
    names = {f"by_{place}": one for place, one in enumerate(expressions.values())}
    rows = found.using(db).order_by().annotate(**names).values_list(*names).annotate(n=Count("pk"))
    out = [(tuple(row[:-1]), row[-1]) for row in rows[: most + 1]]
    return None if len(out) > most else out
