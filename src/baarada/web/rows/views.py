"""One page for every list over the whole register: narrowed by place, kind, state and period, a page at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from baarada.interop.tables import rowselections
from baarada.interop.tables.rowselections import STATES
from baarada.journal import runtime
from baarada.registry import lists, queries, rowlists
from baarada.registry.display import partial_day
from baarada.registry.models import Absence, Exit, Licence, PersonnelAct, Population, Post, Qualification
from baarada.registry.rowlists import Narrowed
from baarada.web.pages import ActorRequest, number_in, page, signed_in, uuid_in
from baarada.web.places.listing import Choice, area_choices
from baarada.web.rows import lines

PAGE = 25
MOST_COUNTED = 1000
"""So many rows are counted; of a longer list it is said that it is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One list: its name in addresses, what it is called, what its page says."""

    name: str
    title: Any
    about: Any
    kinds: Any
    """What its kinds are called; empty where it has none."""
    period: Any
    """What its period is about."""
    empty: Any
    room: str = "people"


SHOWN: Mapping[str, Shown] = {
    "absences": Shown(
        name="absences", title=gettext_lazy("Absences"),
        about=gettext_lazy("Leaves and other absences, the latest first"),
        kinds=gettext_lazy("Kind of absence"), period=gettext_lazy("They begin"),
        empty=gettext_lazy("An absence is noted in the file of the person, or comes in with a list."),
    ),
    "exits": Shown(
        name="exits", title=pgettext_lazy("list", "Departures"),
        about=gettext_lazy("Who left for good, the latest first"),
        kinds=gettext_lazy("Reason of the departure"), period=gettext_lazy("Last day of service"),
        empty=gettext_lazy("A departure is noted in the file of the person, or comes in with a list."),
    ),
    "acts": Shown(
        name="acts-of-staff", title=gettext_lazy("Sanctions and awards"),
        about=gettext_lazy("Sanctions, awards, appraisals, accidents, the latest first"),
        kinds=gettext_lazy("Kind of act"), period=gettext_lazy("Date of the act"),
        empty=gettext_lazy("An act is noted in the file of the person, or comes in with a list."),
    ),
    "diplomas": Shown(
        name="diplomas", title=gettext_lazy("Diplomas and trainings"),
        about=gettext_lazy("What people learned, the latest first"),
        kinds=gettext_lazy("Kind of study"), period=gettext_lazy("Awarded on"),
        empty=gettext_lazy("A diploma is noted in the file of the person, or comes in with a list."),
    ),
    "licences": Shown(
        name="licences", title=gettext_lazy("Registrations and licences"),
        about=gettext_lazy("With their validity, the last to expire first"),
        kinds=gettext_lazy("Kind of licence"), period=gettext_lazy("They expire"),
        empty=gettext_lazy("A licence is noted in the file of the person, or comes in with a list."),
    ),
    "posts": Shown(
        name="all-posts", title=gettext_lazy("Established posts"),
        about=gettext_lazy("By facility, with who holds them today"),
        kinds=gettext_lazy("Cadre"), period="", room="facilities",
        empty=gettext_lazy("Posts are added on the page of a facility, or come in with a list."),
    ),
    "populations": Shown(
        name="populations", title=gettext_lazy("Populations"),
        about=gettext_lazy("Inhabitants by area and year, the latest first"),
        kinds="", period=pgettext_lazy("population", "Year"), room="facilities",
        empty=gettext_lazy("A figure is added on the page of an area, or comes in with a list."),
    ),
}  # fmt: skip
MODELS: Mapping[str, Any] = {
    "absences": Absence, "exits": Exit, "acts": PersonnelAct, "diplomas": Qualification, "licences": Licence,
    "posts": Post, "populations": Population,
}  # fmt: skip


@require_safe
@signed_in
def rows(request: ActorRequest, word: str) -> HttpResponse:
    """One kind of rows over the whole register: absences, departures, posts and the like."""
    model, shown, today = MODELS[word], SHOWN[word], runtime.today()
    query = {name: values for name, values in request.GET.lists() if name != "id"}
    narrowed = rowselections.narrowed_by(query, model)
    found = rowlists.find(model, narrowed, seen_by=request.actor, on=today)
    part, following = _part(found, rowlists.order(model, narrowed.state), request.GET.get("after", ""))
    total = found.order_by()[: MOST_COUNTED + 1].count()
    context = {
        "room": shown.room,
        "word": word,
        "shown": shown,
        "address": reverse(f"web:{shown.name}"),
        "export": f"{reverse('web:export', args=[word])}?{_kept(request.GET)}",
        "narrowed": narrowed,
        "total": min(total, MOST_COUNTED),
        "longer": total > MOST_COUNTED,
        "headings": lines.HEADINGS.get(model, lines.OF_CAREERS),
        "lines": lines.lines(model, part, today, seen_by=request.actor),
        "after": following,
        "first": "after" not in request.GET,
        "tabs": _tabs(word),
        "chips": _chips(request.GET, narrowed, model),
        "areas": area_choices(narrowed.area, today),
        "offices": queries.offices() if model is not Population else [],
        "kinds": _kinds(model, narrowed),
        "states": [Choice(s, str(STATES[s]), s == narrowed.state) for s in rowlists.STATES.get(model, ())],
        "typed": {name: request.GET.get(name, "")[:20] for name in ("from", "to")},
    }
    return page(request, "web/rows/rows.html", context, part="results")


def _part(found: Any, keys: tuple[str, ...], after: str) -> tuple[list[Any], str]:
    """The rows behind a place, and where the next page begins.

    Raises:
        Http404: there is no such place.
    """
    if after:
        value, _mark, text = after.partition("|")
        pk = uuid_in(text)
        place: Any = uuid_in(value) if keys[0] == "canonical" else number_in(value)
        if pk is None or place is None:
            raise Http404
        found = rowlists.behind(found, keys, place, pk)
    out = list(found[: PAGE + 1])
    last = out[PAGE - 1] if len(out) > PAGE else None
    return out[:PAGE], f"{getattr(last, keys[0].lstrip('-'))}|{last.pk}" if last else ""


def _tabs(word: str) -> list[tuple[str, Any, bool]]:
    """The lists beside this one: those about people, or those about places."""
    room = SHOWN[word].room
    return [
        (reverse(f"web:{one.name}"), one.title, name == word)
        for name, one in SHOWN.items()
        if one.room == room
    ]


def _kinds(model: Any, narrowed: Narrowed) -> list[Choice]:
    """The sorts of thing that a list can be narrowed to."""
    if model is Population:
        return []
    if model is Post:
        some: Iterable[tuple[str, str]] = [(str(c.pk), c.label()) for c in lists.cadres()]
    else:
        some = lists.choices(rowlists.KINDS[model][1])
    return [Choice(code, label, code in narrowed.kinds) for code, label in some]


def _chips(query: QueryDict, narrowed: Narrowed, model: Any) -> list[tuple[str, str]]:
    """What is narrowed, in words, each with the address without it."""
    name = "cadre" if model is Post else "kind"
    out = [
        (str(one), _kept(query, but=key))
        for key, one in (
            ("facility", narrowed.facility),
            ("area", narrowed.area),
            ("office", narrowed.office),
        )
        if one
    ]
    out += [
        (rowselections.kind_label(model, code), _kept(query, but=name, value=code)) for code in narrowed.kinds
    ]
    if narrowed.state:
        out.append((str(STATES[narrowed.state]), _kept(query, but="state")))
    for key, day, words in (
        ("from", narrowed.since, _("from %(day)s")),
        ("to", narrowed.until, _("until %(day)s")),
    ):
        if day:
            out.append((words % {"day": partial_day(day, note=False)}, _kept(query, but=key)))
    return [(words, f"?{left}") for words, left in out]


def _kept(query: QueryDict, *, but: str = "", value: str = "") -> str:
    """An address's query from the beginning of the list, without one filter."""
    left = query.copy()
    left.pop("after", None)
    left.setlist(but, [v for v in left.getlist(but) if value and v != value])
    return left.urlencode()
