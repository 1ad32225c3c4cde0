"""What a list of careers, posts, areas or populations going out holds, narrowed as the pages narrow it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from baarada.interop.tables.selections import MOST_NAMED, Query, Selection, id_in, named
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import BadDate, PartialDate, parse
from baarada.kernel.text import tidy
from baarada.registry import lists, queries, rowlists
from baarada.registry.display import partial_day
from baarada.registry.models import (
    Absence,
    Area,
    Contact,
    Employment,
    Exit,
    Facility,
    Identifier,
    LanguageSkill,
    Licence,
    Office,
    PersonnelAct,
    Population,
    Post,
    Posting,
    Qualification,
    Relative,
)
from baarada.registry.rowlists import Narrowed

MOST_KINDS = 40


@dataclass(frozen=True, slots=True)
class Sort:
    """A list that can go out: the kind whose columns it has, the records it holds, its name."""

    columns: str
    models: tuple[Any, ...]
    title: Any


SORTS: dict[str, Sort] = {
    "absences": Sort("absences", (Absence,), gettext_lazy("Absences")),
    "exits": Sort("exits", (Exit,), pgettext_lazy("list", "Departures")),
    "acts": Sort("acts", (PersonnelAct,), gettext_lazy("Sanctions, awards, appraisals")),
    "diplomas": Sort("credentials", (Qualification,), gettext_lazy("Diplomas and trainings")),
    "licences": Sort("credentials", (Licence,), gettext_lazy("Registrations and licences")),
    "credentials": Sort("credentials", (Qualification, Licence), gettext_lazy("Diplomas and licences")),
    "employments": Sort("employments", (Employment,), gettext_lazy("Administrative statuses")),
    "postings": Sort("postings", (Posting,), gettext_lazy("Postings")),
    "numbers": Sort("numbers", (Identifier,), gettext_lazy("Numbers and identity papers")),
    "relatives": Sort("relatives", (Relative,), gettext_lazy("Families and dependents")),
    "languages": Sort("languages", (LanguageSkill,), gettext_lazy("Levels in languages")),
    "contacts": Sort("contacts", (Contact,), gettext_lazy("Other contacts")),
    "posts": Sort("posts", (Post,), gettext_lazy("Established posts")),
    "populations": Sort("populations", (Population,), gettext_lazy("Populations")),
}
OF_PEOPLE = (
    "employments", "postings", "credentials", "absences", "acts", "exits", "numbers", "relatives", "languages",
    "contacts",
)  # fmt: skip
"""The lists that say more of people who were chosen."""

STATES: dict[str, Any] = {
    rowlists.NOW: pgettext_lazy("rows", "Under way today"), rowlists.COMING: pgettext_lazy("rows", "To come"),
    rowlists.OVER: pgettext_lazy("rows", "Over"), rowlists.NOT_BACK: gettext_lazy("Over, the return is not noted"),
    rowlists.VALID: pgettext_lazy("rows", "Valid today"), rowlists.SOON: gettext_lazy("Expire within 3 months"),
    rowlists.EXPIRED: pgettext_lazy("rows", "Expired"), "vacant": pgettext_lazy("posts", "Vacant"),
    "filled": pgettext_lazy("posts", "Filled"), "frozen": pgettext_lazy("posts", "Frozen"),
    "abolished": pgettext_lazy("posts", "Abolished"),
}  # fmt: skip
"""What rows are narrowed to, in words."""


def narrowed_by(query: Query, model: Any) -> Narrowed:
    """What an address narrows a list to; what names nothing is left out."""
    state = _first(query, "state")
    cadres = [pk for text in query.get("cadre", ())[:MOST_KINDS] if (pk := id_in(text))]
    # PostgreSQL has no text with the character 0 in it.
    said = tuple(k for k in query.get("kind", ()) if k and "\0" not in k)[:MOST_KINDS]
    return Narrowed(
        facility=named(Facility, query.get("facility", ())),
        office=named(Office, query.get("office", ())),
        area=named(Area, query.get("area", ())),
        kinds=tuple(map(str, cadres)) if model is Post else said,
        state=state if state in rowlists.STATES.get(model, ()) else "",
        since=_day(_first(query, "from")),
        until=_day(_first(query, "to")),
        people=tuple(pk for pk in map(id_in, query["id"]) if pk)[:MOST_NAMED] if "id" in query else None,
        facility_kinds=said if model is Post else (),
        facility_name=tidy(_first(query, "name"))[:120],
    )


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")


def _day(text: str) -> PartialDate | None:
    try:
        return parse(text) if text.strip() else None
    except BadDate:
        return None


def words(narrowed: Narrowed, model: Any) -> list[str]:
    """What a list is narrowed to, in words."""
    out = [str(one) for one in (narrowed.facility, narrowed.office, narrowed.area) if one]
    out += [kind_label(model, code) for code in narrowed.kinds]
    out += [str(STATES[narrowed.state])] if narrowed.state else []
    out += [lists.label("facility_type", code) for code in narrowed.facility_kinds]
    out += [f"« {narrowed.facility_name} »"] if narrowed.facility_name else []
    if narrowed.since:
        out.append(_("from %(day)s") % {"day": partial_day(narrowed.since, note=False)})
    if narrowed.until:
        out.append(_("until %(day)s") % {"day": partial_day(narrowed.until, note=False)})
    return out


def kind_label(model: Any, code: str) -> str:
    """What a kind of row is called."""
    if model is Post:
        pk = id_in(code)
        return lists.cadre_of_both(pk) if pk else ""
    return lists.label(rowlists.KINDS[model][1], code)


def select(word: str, query: Query, seen_by: Actor) -> Selection:
    """The rows of a list of careers, posts or populations that somebody may see."""
    sort, today = SORTS[word], runtime.today()
    found = [
        rowlists.find(model, narrowed_by(query, model), seen_by=seen_by, on=today) for model in sort.models
    ]
    said = [*words(narrowed_by(query, sort.models[0]), sort.models[0]), *query.get("words", ())]
    return Selection(
        sort.columns,
        str(sort.title),
        " · ".join(said),
        sum(one.order_by().count() for one in found),
        _ids(found),
    )


def areas(query: Query, seen_by: Actor) -> Selection:
    """The areas of the map, all or those within one."""
    seen_by.require("facility.see")
    within = named(Area, query.get("area", ()))
    found = Area.objects.live()
    if within is not None:
        found = found.filter(pk__in=queries.area_and_below(within, runtime.today()))
    found = found.order_by("sort_key", "pk")
    said = [str(within)] if within else []
    return Selection("areas", _("Areas"), " · ".join(said), found.count(), _ids([found]))


def people(
    kind: str, title: Any, choose: Callable[..., QuerySet[Any]], query: Query, seen_by: Actor
) -> Selection:
    """The people of a list of one sort, of one office if one is named."""
    office = named(Office, query.get("office", ()))
    found = choose(seen_by=seen_by)
    if office is not None:
        found = found.filter(office=office)
    said = [str(office)] if office else []
    return Selection(kind, str(title), " · ".join(said), found.count(), _ids([found]))


def _ids(found: list[QuerySet[Any]]) -> Callable[[], Iterator[UUID]]:
    return lambda: chain.from_iterable(one.values_list("pk", flat=True).iterator(2000) for one in found)
