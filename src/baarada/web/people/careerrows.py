"""Rows of a file in words on its page (a career, the family, languages), and the forms that add one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.forms import BoundField
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.journal.models import ConflictRow
from baarada.journal.schema import LATEST
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.registry import career, facts, lists, queries, summaries
from baarada.registry.errors import Invalid
from baarada.registry.models import Employment, Exit, ListItem, Person, Posting
from baarada.web.forms import FactForm
from baarada.web.pages import ActorRequest, done, page, refused, signed_in
from baarada.web.records.facts import SORTS, word_of
from baarada.web.records.views import heading, home_of, page_seen, record_of

FIELDS = {
    "employment": (
        "worker", "employer", "status", "position", "corps", "category", "grade", "tier", "step", "index", "funding",
        "contract_kind", "contract", "hours", "starts", "ends", "decision", "decided", "note",
    ),
    "qualification": (
        "kind", "diploma", "title", "field", "institution", "country", "awarded", "reference", "starts", "ends",
        "hours", "note",
    ),
    "licence": (
        "kind", "body", "reference", "cadre", "specialty", "status", "starts", "ends", "facility", "decision", "note",
    ),
    "absence": ("kind", "starts", "ends", "days", "asked", "decision", "returned", "note"),
    "act": ("kind", "nature", "dated", "starts", "ends", "given_by", "score", "decision", "reason", "note"),
    "exit": ("kind", "left", "country", "destination", "decision", "decided", "note"),
    "relative": ("name", "link", "sex", "born", "dependent", "notify", "phone", "address", "note"),
    "language": ("language", "spoken", "read", "written", "note"),
    "contact": ("kind", "value", "owner", "network", "preferred", "note"),
}  # fmt: skip
"""What the form of each kind asks for, in its order."""
BESIDE = {
    "employment": ("corps", "category", "grade", "tier", "step", "index", "decision", "decided", "note"),
}  # fmt: skip
"""What stands in a second column where the form is long."""
NEEDED = {
    "absence": ("kind", "starts"), "act": ("kind",), "exit": ("kind", "left"), "relative": ("name",),
    "language": ("language",), "contact": ("kind", "value"),
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """One row in words, with its page."""

    record: Any
    sort: str
    title: str
    detail: str
    days: str
    to_decide: bool


@dataclass(slots=True)
class Group:
    """The rows of one kind."""

    sort: str
    label: Any
    lines: list[Line]


def groups(kinds: Iterable[Any], rows: Iterable[Any], conflicts: Iterable[ConflictRow]) -> list[Group]:
    """Rows of a file by kind, in the order of the kinds; one without a row has an empty group."""
    rows = list(rows)
    undecided = {row.entity for row in conflicts if row.merge != LATEST}
    out = []
    for model in kinds:
        sort = word_of(model)
        lines = [
            Line(
                row, sort, summaries.title(row), summaries.detail(row), summaries.days(row), row.pk in undecided
            )
            for row in rows
            if isinstance(row, model)
        ]  # fmt: skip
        out.append(Group(sort, facts.NAMES[model], lines))
    return out


class RowForm(FactForm):
    """A row of a career, in one part or two."""

    def __init__(self, sort: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(SORTS[sort], FIELDS[sort], *args, required=NEEDED.get(sort, ()), **kwargs)
        self.beside = BESIDE.get(sort, ())
        if sort == "exit":
            # Who moves, rests or studies does not leave: those reasons end a posting.
            self.fields["kind"].only = _is_for_good  # type: ignore[attr-defined]

    @property
    def first(self) -> list[BoundField]:
        """The fields of the first part."""
        return [field for field in self if field.name not in self.beside]

    @property
    def second(self) -> list[BoundField]:
        """The fields of the second part."""
        return [field for field in self if field.name in self.beside]


def _is_for_good(reason: ListItem) -> bool:
    """True for a reason for which somebody is gone, not moved or away."""
    return lists.attribute("end_reason", reason.code, "effect") == "gone"


def _titles() -> dict[str, str]:
    """What the form of each kind is called."""
    return {
        "employment": _("Add an administrative status"), "qualification": _("Add a diploma or a training"),
        "licence": _("Add a registration or a licence"), "absence": _("Add an absence"),
        "act": _("Add a sanction, an award, an appraisal"), "exit": _("Departure for good"),
        "relative": _("Add a member of the family"), "language": _("Add a level in a language"),
        "contact": _("Add another way to reach them"),
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: ActorRequest, pk: UUID, sort: str) -> HttpResponse:
    """One more row of a file. A departure also ends the postings that still run."""
    if sort not in FIELDS:
        raise Http404
    person: Person = record_of("person", pk)
    model = SORTS[sort]
    running = _running(person) if model is Exit else []
    form = RowForm(sort, request.POST or None, initial=_first(sort))
    if request.method == "POST" and form.is_valid():
        answer = _add(request, person, sort, form, running)
        if answer is not None:
            return answer
    context = {
        "form": form, "person": person, "title": _titles()[sort], "room": "people", "back": home_of(person),
        "running": running, "ends_them": "ends_them" in request.POST or request.method != "POST",
        "ending": [getattr(row, "facility_label", None) or heading(row) for row in running],
        "seen": request.POST.get("seen") or tokens.seal(*(journal.seen(p) for p in running)),
    }  # fmt: skip
    return page(request, "web/people/add_row.html", context, status=422 if form.errors else 200)


def _first(sort: str) -> dict[str, Any]:
    return {"left": PartialDate.on(runtime.today())} if sort == "exit" else {}


def _running(person: Person) -> list[Posting | Employment]:
    """The postings and statuses that run today or begin later."""
    today = runtime.today()
    rows = [
        *queries.current_postings([person.canonical], today).get(person.canonical, []),
        *queries.rows_of(Employment, [person.canonical]).get(person.canonical, []),
    ]
    return [row for row in rows if row.ends is None or row.ends.last() >= today]


def _add(
    request: ActorRequest, person: Person, sort: str, form: FactForm, running: list[Posting | Employment]
) -> HttpResponse | None:
    values = {k: v for k, v in form.values().items() if v is not None}
    model = SORTS[sort]
    try:
        if model is Exit:
            ending = [(p, page_seen(request, p)) for p in running] if "ends_them" in request.POST else []
            act = career.leave(person, values, ending, by=request.actor)
        else:
            act = career.add_row(model, person, values, by=request.actor)
    except Invalid as invalid:
        form.take(invalid)
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    done(request, _("Added: %(what)s.") % {"what": facts.NAMES[model]}, act)
    return redirect("web:person", person.canonical)
