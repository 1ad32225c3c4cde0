"""Disagreements: two values, who wrote each; one decides, nothing is lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baarada.journal import actions as journal
from baarada.journal import queries, runtime, tokens
from baarada.journal.models import ActRow, ConflictRow
from baarada.journal.schema import LATEST, OWNER, PERSON
from baarada.kernel.clocks import stamp_of
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import as_uuid
from baarada.registry import actions, conflicts, facts
from baarada.registry.models import Paper
from baarada.web.desk import waiting
from baarada.web.desk.effects import effects
from baarada.web.desk.subjects import Subject, subjects
from baarada.web.desk.words import said_of
from baarada.web.pages import ActorRequest, done, number_in, page, refused, signed_in
from baarada.web.records.questions import DELETED, Question, Side, label_of, name_of_unit, questions
from baarada.web.records.views import page_seen

PAGE = 25
DISAGREEMENTS, PROPOSALS, OTHERS, WAITING, DECIDED = (
    "disagreements", "proposals", "others", "waiting", "decided",
)  # fmt: skip
MERGES = {DISAGREEMENTS: PERSON, PROPOSALS: OWNER, OTHERS: LATEST}
TABS = {merge: tab for tab, merge in MERGES.items()}
DECIDING = "conflict.decided"
LONGEST_REASON = 500
MOST_PAPERS = 40


# -- the queue ----------------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """One disagreement in the queue."""

    row: ConflictRow
    subject: Subject | None
    label: Any
    since: datetime
    days: int
    address: str
    current: bool
    owner: Any = ""
    """Who decides, where it is somebody's own fact."""


@dataclass(slots=True)
class Queue:
    """A page of the queue, and the addresses of the pages around it."""

    tab: str
    lines: list[Line]
    first: str
    next: str


@require_safe
@signed_in
def queue(request: ActorRequest) -> HttpResponse:
    """What is to be decided: the queue, with its first question beside it where there is room."""
    asked = number_in(request.GET.get("d", ""))
    if asked:
        return _go_to(request, asked)
    tab = request.GET.get("tab", DISAGREEMENTS)
    context: dict[str, Any] = {"room": "decisions", "tab": tab, "tabs": _tabs(request)}
    if tab == WAITING:
        return page(request, "web/desk/waiting.html", context | waiting.context(request))
    if tab == DECIDED:
        return page(request, "web/desk/decided.html", context | _decided(request))
    if tab not in MERGES:
        raise Http404
    rows, more = _page(request, MERGES[tab])
    if tab == OTHERS:
        return page(request, "web/desk/others.html", context | _others(request, rows, more))
    first = rows[0] if rows else None
    context |= {"queue": _queue(request, tab, rows, more, first), "alone": False}
    if first is not None:
        context |= _asked(request, first)
    return page(request, "web/desk/decisions.html", context)


def _go_to(request: ActorRequest, pk: int) -> HttpResponse:
    row = ConflictRow.objects.filter(pk=pk).first()
    if row is None:
        refused(request, _("This disagreement is settled, or has other values since. Here is what waits."))
        return redirect("web:decisions")
    return redirect(address_of(row))


def address_of(row: ConflictRow) -> str:
    """The page of a disagreement."""
    return reverse("web:decision", args=[row.entity, row.unit])


def _tabs(request: ActorRequest) -> list[tuple[str, str, int]]:
    counts = conflicts.counts(seen_by=request.actor)
    begin = timezone.localtime(runtime.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month = stamp_of(int(begin.timestamp() * 1000))
    return [
        (DISAGREEMENTS, _("Disagreements"), counts[PERSON]),
        (PROPOSALS, _("Proposals"), counts[OWNER]),
        (OTHERS, _("Other values"), counts[LATEST]),
        (WAITING, _("Waiting"), waiting.count()),
        (DECIDED, _("Decided this month"), ActRow.objects.filter(kind=DECIDING, stamp__gte=month).count()),
    ]


def _page(request: ActorRequest, merge: str) -> tuple[list[ConflictRow], bool]:
    """Rows of the queue after the one that the address names, and whether there are more."""
    found = _after(conflicts.waiting(merge, seen_by=request.actor), request.GET.get("after", ""))
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def _after(rows: QuerySet[ConflictRow], place: str) -> QuerySet[ConflictRow]:
    stamp, _dot, pk = place.partition(".")
    if not (stamp.isdecimal() and pk.isdecimal() and len(place) < 40):
        return rows
    return rows.filter(Q(stamp__gt=int(stamp)) | Q(stamp=int(stamp), pk__gt=int(pk)))


def _place(row: ConflictRow) -> str:
    return f"{row.stamp}.{row.pk}"


def _queue(
    request: ActorRequest, tab: str, rows: list[ConflictRow], more: bool, current: ConflictRow | None
) -> Queue:
    found = subjects((row.type, row.entity) for row in rows)
    now = runtime.now()
    after = request.GET.get("after", "")
    query = f"?{urlencode({'after': after})}" if after else ""
    lines = []
    for row in rows:
        since = queries.when(row.stamp)
        lines.append(
            Line(
                row, found.get((row.type, row.entity)), label_of(row), since, max((now - since).days, 0),
                address_of(row) + query, current is not None and row.pk == current.pk,
                facts.owner_of(conflicts.models()[row.type], name_of_unit(row)),
            )
        )  # fmt: skip
    here = f"{reverse('web:decisions')}?tab={tab}"
    return Queue(tab, lines, here if after else "", f"{here}&after={_place(rows[-1])}" if more else "")


# -- one question -------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def decision(request: ActorRequest, pk: UUID, unit: int) -> HttpResponse:
    """One disagreement: what each value says and changes; settling it."""
    row = conflicts.find(pk, unit)
    if request.method == "POST":
        return _settle(request, unit, row)
    if row is None:
        refused(request, _("This disagreement is settled, or has other values since. Here is what waits."))
        return redirect("web:decisions")
    return _show(request, row)


def _show(request: ActorRequest, row: ConflictRow, *, changed: str = "", status: int = 200) -> HttpResponse:
    tab = TABS[row.merge]
    rows, more = _page(request, row.merge)
    context = {
        "room": "decisions", "tab": tab, "tabs": _tabs(request), "alone": True, "changed": changed,
        "queue": _queue(request, tab, rows, more, row), "reason": request.POST.get("reason", ""),
    } | _asked(request, row)  # fmt: skip
    return page(request, "web/desk/decisions.html", context, status=status)


def _asked(request: ActorRequest, row: ConflictRow) -> dict[str, Any]:
    """Everything the card of one question shows."""
    subject = subjects([(row.type, row.entity)]).get((row.type, row.entity))
    if subject is None:
        raise Http404
    question = questions([row], [subject.record])[0]
    following = _after(conflicts.waiting(row.merge, seen_by=request.actor), _place(row)).first()
    seen = tokens.seal(journal.seen(subject.record))
    revise = ""
    if subject.sort and question.name != DELETED:
        query = urlencode({
            "fields": ",".join(question.fields), "next": reverse("web:decisions"), "seen": seen,
        })  # fmt: skip
        revise = f"{reverse('web:revise', args=[subject.sort, row.entity, 'correct'])}?{query}"
    return {
        "question": question,
        "subject": subject,
        "sides": list(zip(question.sides, _papers(question), strict=True)),
        "me": as_uuid(request.actor.account),
        "effects": effects(question),
        "may": conflicts.may_decide(subject.record, question.fields, by=request.actor),
        "seen": seen,
        "action": address_of(row),
        "revise": revise,
        "following": address_of(following) if following else "",
    }


def _papers(question: Question) -> list[list[Paper]]:
    """For each value the papers it rests on: those of its act, and those that bear the number of its decision."""
    papers = list(
        Paper.objects.live().filter(canonical=question.row.file).order_by("-dated", "pk")[:MOST_PAPERS]
    )
    acts = {held.ref: held.entry.act for held in queries.writes(paper.created for paper in papers)}
    return [
        [
            paper
            for paper in papers
            if acts.get(paper.created) == side.act.bytes
            or (side.decision and paper.reference == side.decision)
        ]
        for side in question.sides
    ]


def _settle(request: ActorRequest, unit: int, row: ConflictRow | None) -> HttpResponse:
    """Write the value chosen, if the page showed all the values that now stand."""
    if row is None:
        refused(request, _("Somebody settled this meanwhile. Nothing was written; the file shows the value."))
        return redirect("web:decisions")
    subject = subjects([(row.type, row.entity)]).get((row.type, row.entity))
    if subject is None:
        raise Http404
    record = subject.record
    try:
        seen = page_seen(request, record)
        if _changed_since(record, unit, seen):
            sentence = _("Another value came in while you were looking. Here are all of them: choose again.")
            return _show(request, row, changed=sentence, status=422)
        question = questions([row], [record])[0]
        side = _chosen(question, request.POST.get("keep", ""))
        why = actions.Why(reason=request.POST.get("reason", "")[:LONGEST_REASON] or None)
        if question.name == DELETED:
            act = actions.decide_deleted(record, side.fields[DELETED], seen=seen, by=request.actor, why=why)
        else:
            act = actions.decide(record, side.fields, seen=seen, by=request.actor, why=why)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _show(request, row, changed=str(refusal), status=422)
    done(request, _said(subject, question, side), act)
    following = _after(conflicts.waiting(row.merge, seen_by=request.actor), _place(row)).first()
    return redirect(
        address_of(following) if following else f"{reverse('web:decisions')}?tab={TABS[row.merge]}"
    )


def _changed_since(record: Any, unit: int, page_: Any) -> bool:
    """True if what stands is not what the page showed: of the fact, or of the whole record where that is at stake."""
    now = journal.seen(record)
    if unit == 0:
        return bool(now.heads != page_.heads)
    return bool(set(now.behind(unit)) != set(page_.behind(unit)))


def _chosen(question: Question, ref: str) -> Side:
    offered = [*question.sides, *([question.before] if question.before else [])]
    side = next((s for s in offered if str(s.ref) == ref), None)
    if side is None:
        raise Refused(_("Choose one of the values shown."))
    return side


def _said(subject: Subject, question: Question, side: Side) -> str:
    if question.name == DELETED:
        words = _("%(who)s: marked as deleted.") if side.fields[DELETED] else _("%(who)s: kept.")
        return words % {"who": subject.whole}
    return _("%(who)s: %(value)s is kept.") % {"who": subject.name, "value": side.text}


# -- other values, several at once ----------------------------------------------------------


@dataclass(slots=True)
class Other:
    """One line of the list: the value shown and the other one."""

    question: Question
    subject: Subject
    mark: str
    shown: Side
    others: list[Side]


def _others(request: ActorRequest, rows: list[ConflictRow], more: bool) -> dict[str, Any]:
    lines = _lines(rows)
    records = {line.subject.record.pk: line.subject.record for line in lines}
    here = f"{reverse('web:decisions')}?tab={OTHERS}"
    return {
        "lines": lines,
        "seen": tokens.seal(*(journal.seen(record) for record in records.values())),
        "first": here if request.GET.get("after") else "",
        "next": f"{here}&after={_place(rows[-1])}" if more else "",
    }


def _lines(rows: list[ConflictRow]) -> list[Other]:
    found = subjects((row.type, row.entity) for row in rows)
    records = [subject.record for subject in found.values()]
    asked = {question.row.pk: question for question in questions(rows, records)}
    out = []
    for row in rows:
        if row.pk in asked:
            question = asked[row.pk]
            shown = next((s for s in question.sides if row.shown in _refs(s)), question.sides[-1])
            others = [s for s in question.sides if s is not shown]
            out.append(
                Other(question, found[row.type, row.entity], f"{row.entity}.{row.unit}", shown, others)
            )
    return out


def _refs(side: Side) -> set[int]:
    return {side.ref, *(held.ref for held in side.same)}


@require_POST
@signed_in
def settle_others(request: ActorRequest) -> HttpResponse:
    """Keep the values shown, or take the others, on all lines ticked: one act."""
    back = redirect(f"{reverse('web:decisions')}?tab={OTHERS}")
    take = request.POST.get("do") == "take"
    try:
        page_ = {seen.id: seen for seen in tokens.unseal(request.POST.get("seen", ""))}
    except tokens.BadToken:
        refused(request, _("This page is too old or was altered. Tick the lines again."))
        return back
    marks = request.POST.getlist("line")[:PAGE]
    choices, late = [], 0
    for line in _lines(_rows_of(marks)):
        record = line.subject.record
        seen = page_.get(record.pk.bytes)
        if seen is None or len(line.others) != 1 or _changed_since(record, line.question.row.unit, seen):
            late += 1
            continue
        side = line.others[0] if take else line.shown
        choices.append(actions.Choice(record, side.fields, seen))
    late += len(set(marks)) - late - len(choices)
    return _settle_all(request, choices, late, take) or back


def _rows_of(marks: list[str]) -> list[ConflictRow]:
    asked = Q(pk__in=())
    for mark in marks:
        entity, _dot, unit = mark.partition(".")
        try:
            asked |= Q(entity=UUID(entity), unit=number_in(unit))
        except ValueError:
            continue
    return list(ConflictRow.objects.filter(asked, merge=LATEST).order_by("stamp", "pk"))


def _settle_all(
    request: ActorRequest, choices: list[actions.Choice], late: int, take: bool
) -> HttpResponse | None:
    if choices or not late:
        try:
            act = actions.decide_many(choices, by=request.actor)
        except NotAllowed:
            raise
        except Refused as refusal:
            refused(request, refusal)
            return None
        n = len(choices)
        if take:
            words = ngettext("%(n)s value accepted.", "%(n)s values accepted.", n)
        else:
            words = ngettext("%(n)s value kept as shown.", "%(n)s values kept as shown.", n)
        done(request, words % {"n": n}, act)
    if late:
        words = ngettext(
            "%(n)s line changed while you were looking: it was left as it is.",
            "%(n)s lines changed while you were looking: they were left as they are.",
            late,
        )
        refused(request, words % {"n": late})
    return None


# -- decided ------------------------------------------------------------------------------


def _decided(request: ActorRequest) -> dict[str, Any]:
    found = ActRow.objects.filter(kind=DECIDING).order_by("-stamp", "act")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 20:
        found = found.filter(stamp__lt=int(before))
    rows = list(found[: PAGE + 1])
    here = f"{reverse('web:decisions')}?tab={DECIDED}"
    return {
        "acts": said_of(rows[:PAGE]),
        "first": here if before else "",
        "next": f"{here}&before={rows[PAGE - 1].stamp}" if len(rows) > PAGE else "",
    }
