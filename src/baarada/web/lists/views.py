"""All lists, one list, one choice; a list as a file."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from baarada.interop.tables import exporting
from baarada.journal import actions as journal
from baarada.journal import queries, runtime, tokens
from baarada.journal.models import ConflictRow
from baarada.registry import choicerules, choices, choiceuse, lists
from baarada.registry.choicerules import Choice
from baarada.registry.choiceuse import CADRES
from baarada.web.lists import listpage
from baarada.web.pages import ActorRequest, page, signed_in
from baarada.web.records.facts import by_unit, panel, shown_facts, sort_of
from baarada.web.records.questions import questions
from baarada.web.tables.files import made_file

ROOM = "more"


def known_list(code: str) -> str:
    """The code of an address, or a page not found."""
    if code != CADRES and code not in lists.codes():
        raise Http404
    return code


def choice_of(pk: UUID) -> Choice:
    """The choice of an address, or a page not found."""
    found = choices.find(pk)
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def all_lists(request: ActorRequest) -> HttpResponse:
    """Everything that people choose from."""
    return page(
        request, "web/lists/lists.html", {"room": ROOM, "groups": listpage.all_lists(runtime.today())}
    )


@require_safe
@signed_in
def one_list(request: ActorRequest, code: str) -> HttpResponse:
    """The choices of a list, or the cadres."""
    found = listpage.lines(known_list(code), runtime.today(), seen_by=request.actor)
    context = {
        "room": ROOM, "code": code, "name": listpage.name_of(code), "lines": found,
        "closed": code in choicerules.CLOSED, "unsure": sum(_is_unsure(line) for line in found),
        "is_lists": code == lists.LISTS, "told": any(line.told for line in found),
        "counted": any(choiceuse.fields_of(code)),
    }  # fmt: skip
    return page(request, "web/lists/list.html", context)


def _is_unsure(line: listpage.Line) -> bool:
    return bool(line.row.quality) and line.row.quality != listpage.SOURCED


@require_safe
@signed_in
def choice(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One choice: its facts, what replaces it, where it is used."""
    row = choice_of(pk)
    conflicts = list(ConflictRow.objects.filter(entity=row.pk))
    names = listpage.names_shown(row)
    rows = shown_facts(row, names, queries.histories([row]), by_unit(conflicts))
    context: dict[str, Any] = {
        "room": ROOM,
        "page": listpage.build(row, rows, runtime.today()),
        "choice": row,
        "sort": sort_of(row),
        "questions": [q for q in questions(conflicts, [row]) if q.blocks],
        "panel": panel(request.GET.get("fact", ""), [row]),
        "seen": tokens.seal(journal.seen(row)),
    }
    return page(request, "web/lists/choice.html", context, part="panel")


@require_safe
@signed_in
def export(request: ActorRequest, code: str, form: str) -> HttpResponseBase:
    """A list as a file."""
    request.actor.require("export")
    if form not in (exporting.XLSX, exporting.CSV):
        raise Http404
    found = listpage.lines(known_list(code), runtime.today(), seen_by=request.actor)
    title = listpage.name_of(code)
    about = exporting.About(title, "", request.actor.name, runtime.now(), returns=False)

    def write(target: Any) -> None:
        exporting.write_table(listpage.headings(), listpage.cells(found), target, about, form=form)

    return made_file(f"{title} {runtime.today().isoformat()}.{form}", write)
