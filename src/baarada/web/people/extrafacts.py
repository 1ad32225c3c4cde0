"""What the country asks beside the facts of everybody: on a file's page, and the form that fills it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from baarada.journal import actions as journal
from baarada.journal import tokens
from baarada.journal.drafts import Seen
from baarada.journal.models import ConflictRow
from baarada.journal.schema import LATEST
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_uuid
from baarada.registry import extras, filling, lists, queries
from baarada.registry.display import show
from baarada.registry.errors import Invalid
from baarada.registry.extras import ExtraField
from baarada.registry.models import Employment, ExtraValue, Person
from baarada.web.forms import field_for
from baarada.web.pages import ActorRequest, done, nothing_changed, page, refused, signed_in
from baarada.web.records.views import home_of, record_of


@dataclass(slots=True)
class ExtraLine:
    """One field of the country on a file, in words."""

    record: ExtraValue | None
    label: str
    value: str
    to_decide: bool


@dataclass(slots=True)
class ExtraGroup:
    """Fields that belong together."""

    label: str
    lines: list[ExtraLine]

    @property
    def told(self) -> list[ExtraLine]:
        """The fields of which something was noted."""
        return [line for line in self.lines if line.record is not None]

    @property
    def untold(self) -> list[ExtraLine]:
        """The fields that are asked and not noted."""
        return [line for line in self.lines if line.record is None]


def extra_groups(
    rows: Iterable[ExtraValue], conflicts: Iterable[ConflictRow], asked: Employment | None
) -> list[ExtraGroup]:
    """What is known, and what is asked of this kind of worker, by group."""
    known: dict[str, list[ExtraValue]] = {}
    for row in rows:
        known.setdefault(row.field or "", []).append(row)
    undecided = {row.entity for row in conflicts if row.merge != LATEST}
    out: dict[str, ExtraGroup] = {}
    for field in _fields_of(asked, known):
        lines = [_line(field, row, row.pk in undecided) for row in known.get(field.code, [])]
        label = lists.label(extras.GROUPS, field.group) or _("Further facts")
        out.setdefault(field.group, ExtraGroup(label, [])).lines.extend(lines or [_line(field, None, False)])
    return list(out.values())


def _fields_of(status: Employment | None, known: dict[str, Any]) -> list[ExtraField]:
    """The fields asked of a kind of worker, and those of which something is known all the same."""
    worker = status.worker if status else None
    now = [f for f in extras.fields() if (worker and worker in f.asks) or f.code in known]
    gone = [f for code in known if code not in {n.code for n in now} and (f := extras.field_of(code))]
    return [*now, *gone]


def _line(field: ExtraField, row: ExtraValue | None, to_decide: bool) -> ExtraLine:
    value = show(field.fact, extras.value_of(row)) if row is not None else ""
    return ExtraLine(row, str(field.fact.label), value, to_decide)


class ExtraForm(forms.Form):
    """The fields that the country added, those asked of this kind of worker first."""

    # A country may call a field like something that the page itself sends.
    prefix = "extra"

    def __init__(
        self, asked: Iterable[ExtraField], others: Iterable[ExtraField], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked_codes = [field.code for field in asked]
        self.known = {field.code: field for field in (*asked, *others)}
        for code, field in self.known.items():
            self.fields[code] = made = field_for(field.fact)
            if not isinstance(made.widget, forms.CheckboxSelectMultiple):
                made.widget.attrs.setdefault("class", "in")

    @property
    def asked(self) -> list[Any]:
        """The fields asked for."""
        return [field for field in self if field.name in self.asked_codes]

    @property
    def others(self) -> list[Any]:
        """The others."""
        return [field for field in self if field.name not in self.asked_codes]

    def values(self) -> dict[str, Any]:
        """What was typed, by the code of the field; nothing where a field is empty."""
        return {
            code: None if (value := self.cleaned_data.get(code)) in ("", []) else value for code in self.known
        }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Fill in the country's own fields of a file."""
    person: Person = record_of("person", pk)
    status = next(iter(queries.rows_of(Employment, [person.canonical]).get(person.canonical, [])), None)
    asked = extras.asked_of(status.worker if status else None)
    others = [f for f in extras.fields() if f not in asked]
    found = filling.rows_of(person, (field.code for field in (*asked, *others)))
    rows = {code: row for code, row in found.items() if not row.deleted}
    if request.method == "POST":
        form = ExtraForm(asked, others, request.POST)
        if form.is_valid() and (answer := _save(request, person, form)) is not None:
            return answer
    else:
        form = ExtraForm(asked, others, initial={code: extras.value_of(row) for code, row in rows.items()})
    context = {
        "form": form, "person": person, "room": "people", "back": home_of(person),
        "worker": lists.label("worker_kind", status.worker) if status else "",
        "seen": request.POST.get("seen") or tokens.seal(*(journal.seen(row) for row in rows.values())),
    }  # fmt: skip
    return page(request, "web/people/extras.html", context, status=422 if form.errors else 200)


def _save(request: ActorRequest, person: Person, form: ExtraForm) -> HttpResponse | None:
    try:
        act = filling.fill(person, form.values(), seen=_seen(request), by=request.actor)
    except Invalid as invalid:
        for code, sentence in invalid.problems.items():
            form.add_error(code, str(sentence))
        return None
    except Refused as refusal:
        refused(request, refusal)
        return None
    if act is None:
        nothing_changed(request)
    else:
        done(request, _("The file was completed."), act)
    return redirect("web:person", person.canonical)


def _seen(request: ActorRequest) -> dict[UUID, Seen]:
    try:
        found = tokens.unseal(request.POST.get("seen", ""))
    except tokens.BadToken:
        raise Refused(
            _("This page is too old or was altered. Open the file again, then redo the change.")
        ) from None
    return {as_uuid(one.id): one for one in found}
