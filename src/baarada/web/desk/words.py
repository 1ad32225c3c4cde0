"""Acts in words: what was done, by whom, when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.interop.models import ImportJob
from baarada.journal.entries import CREATE
from baarada.journal.merging import Held
from baarada.journal.models import ActRow
from baarada.journal.queries import acts_undone, when, writes
from baarada.journal.runtime import schema
from baarada.kernel.ids import as_uuid
from baarada.registry import facts
from baarada.registry.conflicts import models
from baarada.registry.models import (
    OF_A_CAREER,
    PERSONAL,
    Cadre,
    Equipment,
    ExtraValue,
    LegalText,
    ListItem,
    Population,
    Post,
)
from baarada.web.desk.subjects import Key, Subject, subjects

KINDS: dict[str, Any] = {
    "set up": gettext_lazy("Setting up"),
    "person.added": gettext_lazy("Person added"),
    "person.changed": gettext_lazy("Fact of a person changed"),
    "person.corrected": gettext_lazy("Fact of a person corrected"),
    "person.noted": gettext_lazy("Older fact of a person noted"),
    "person.deleted": gettext_lazy("File marked as deleted"),
    "person.restored": gettext_lazy("File restored"),
    "person.moved": gettext_lazy("File handed to another office"),
    "person.linked": gettext_lazy("Two files taken as one person"),
    "person.unlinked": gettext_lazy("Two files separated again"),
    "identifier.added": gettext_lazy("Number added"),
    "identifier.changed": gettext_lazy("Number changed"),
    "identifier.corrected": gettext_lazy("Number corrected"),
    "identifier.noted": gettext_lazy("Older number noted"),
    "identifier.deleted": gettext_lazy("Number marked as deleted"),
    "identifier.restored": gettext_lazy("Number restored"),
    "posting.started": gettext_lazy("Posting"),
    "posting.transferred": gettext_lazy("Transfer"),
    "posting.ended": gettext_lazy("End of a posting"),
    "posting.changed": gettext_lazy("Posting changed"),
    "posting.corrected": gettext_lazy("Posting corrected"),
    "posting.noted": gettext_lazy("Older fact of a posting noted"),
    "posting.deleted": gettext_lazy("Posting marked as deleted"),
    "paper.added": gettext_lazy("Paper added"),
    "paper.changed": gettext_lazy("Paper changed"),
    "paper.corrected": gettext_lazy("Paper corrected"),
    "paper.noted": gettext_lazy("Older fact of a paper noted"),
    "paper.deleted": gettext_lazy("Paper marked as deleted"),
    "facility.added": gettext_lazy("Facility added"),
    "facility.changed": gettext_lazy("Facility changed"),
    "facility.corrected": gettext_lazy("Facility corrected"),
    "facility.noted": gettext_lazy("Older fact of a facility noted"),
    "facility.deleted": gettext_lazy("Facility marked as deleted"),
    "facility.assigned": gettext_lazy("Facility put under another office"),
    "unit.added": gettext_lazy("Service added"),
    "unit.changed": gettext_lazy("Service changed"),
    "unit.corrected": gettext_lazy("Service corrected"),
    "unit.noted": gettext_lazy("Older fact of a service noted"),
    "unit.deleted": gettext_lazy("Service marked as deleted"),
    "area.added": gettext_lazy("Area added"),
    "area.changed": gettext_lazy("Area changed"),
    "area.corrected": gettext_lazy("Area corrected"),
    "area.noted": gettext_lazy("Older fact of an area noted"),
    "area.placed": gettext_lazy("Area placed in another"),
    "area.deleted": gettext_lazy("Area marked as deleted"),
    "inclusion.changed": gettext_lazy("Place of an area changed"),
    "inclusion.corrected": gettext_lazy("Place of an area corrected"),
    "inclusion.deleted": gettext_lazy("Place of an area marked as deleted"),
    "assignment.changed": gettext_lazy("Office of a facility changed"),
    "assignment.corrected": gettext_lazy("Office of a facility corrected"),
    "assignment.deleted": gettext_lazy("Office of a facility marked as deleted"),
    "office.changed": gettext_lazy("Office changed"),
    "office.corrected": gettext_lazy("Office corrected"),
    "office.noted": gettext_lazy("Older fact of an office noted"),
    "account.added": gettext_lazy("Account added"),
    "conflict.decided": gettext_lazy("Disagreement decided"),
    "undone": gettext_lazy("Act undone"),
    "people.imported": gettext_lazy("Import of a list of staff"),
    "people.taken_in": gettext_lazy("Files taken in from the archive"),
    "facilities.imported": gettext_lazy("Import of a list of facilities"),
    "pack.loaded": gettext_lazy("Lists of the country taken in"),
}

_DONE_TO_A_ROW = {
    "added": gettext_lazy("addition"),
    "changed": gettext_lazy("change"),
    "corrected": gettext_lazy("correction"),
    "noted": gettext_lazy("older fact noted"),
    "deleted": gettext_lazy("deletion"),
    "restored": gettext_lazy("restoration"),
    "ended": gettext_lazy("end"),
    "retired": gettext_lazy("retired from a day on"),
    "replaced": gettext_lazy("replaced from a day on"),
    "brought_back": gettext_lazy("in force again"),
}
CAREER = tuple(f"{model.__name__.lower()}." for model in OF_A_CAREER)
_PERSONAL: tuple[type[Any], ...] = (*PERSONAL, ExtraValue)
_OF_A_PERSON = tuple(f"{model.__name__.lower()}." for model in _PERSONAL)
_COMPOSED: tuple[type[Any], ...] = (
    *OF_A_CAREER, *PERSONAL, ExtraValue, LegalText, Equipment, Post, Population, Cadre, ListItem,
)  # fmt: skip
KINDS |= {
    f"{model.__name__.lower()}.{verb}": format_lazy("{} ({})", facts.NAMES[model], words)
    for model in _COMPOSED
    for verb, words in _DONE_TO_A_ROW.items()
}

MANY = ("pack.loaded", "set up")
"""Acts that are about no record more than another."""

FAMILIES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "people": (gettext_lazy("People"), ("person.", *_OF_A_PERSON)),
    "numbers": (gettext_lazy("Numbers"), ("identifier.",)),
    "postings": (gettext_lazy("Postings"), ("posting.",)),
    "career": (gettext_lazy("Administrative career"), CAREER),
    "papers": (gettext_lazy("Papers"), ("paper.",)),
    "places": (
        gettext_lazy("Facilities and places"),
        ("facility.", "unit.", "post.", "assignment.", "area.", "inclusion.", "population."),
    ),
    "lists": (gettext_lazy("Lists"), ("listitem.", "cadre.")),
    "offices": (gettext_lazy("Offices and accounts"), ("office.", "equipment.", "account.", "set up")),
    "texts": (gettext_lazy("Laws, norms and plans"), ("legaltext.",)),
    "imports": (gettext_lazy("Imports"), ("people.", "facilities.", "pack.")),
    "decisions": (gettext_lazy("Disagreements decided"), ("conflict.",)),
    "undone": (gettext_lazy("Acts undone"), ("undone",)),
}
"""Acts that people look for together: what they are called, how their kinds begin."""


def kinds_of(family: str) -> list[str]:
    """The kinds of act of a family."""
    starts = FAMILIES[family][1] if family in FAMILIES else ()
    return [kind for kind in KINDS if kind.startswith(starts)] if starts else []


@dataclass(slots=True)
class Said:
    """One act as a line."""

    act: UUID
    words: str
    by: str
    at: Any
    count: int
    undone: bool
    undoes: UUID | None
    """The act that this one took back."""
    job: UUID | None
    """The import that wrote it."""
    about: str = ""
    """What its first entry is about, and which facts."""


def said_of(acts: Sequence[ActRow]) -> list[Said]:
    """Acts as lines of a list; an import is called by its file, an undo by what it took back."""
    earlier = {a.act: a for a in ActRow.objects.filter(act__in=[a.about for a in acts if a.about])}
    pks = [*(a.act for a in acts), *earlier]
    undone = acts_undone(a.act for a in acts)
    jobs = {job.act: job for job in ImportJob.objects.filter(act__in=pks).only("pk", "act", "file_name")}
    out = [_said(a, earlier, jobs, a.act in undone) for a in acts]
    firsts = {held.ref: held for held in writes(a.first for a in acts)}
    found = subjects((h.entry.type, as_uuid(h.entry.id)) for h in firsts.values())
    for said, row in zip(out, acts, strict=True):
        if row.first in firsts and said.job is None and row.kind not in MANY:
            said.about = _about(firsts[row.first], found)
    return out


def _about(held: Held, found: dict[Key, Subject]) -> str:
    """Whom or what an entry is about and, for a change, which of its facts."""
    entry = held.entry
    subject = found.get((entry.type, as_uuid(entry.id)))
    if subject is None:
        return ""
    names = facts_of(held) if entry.mode != CREATE else []
    return f"{subject.name} ({', '.join(lower_first(n) for n in names)})" if names else subject.whole


def facts_of(held: Held) -> list[str]:
    """What the facts that an entry writes are called."""
    spec, model = schema().types[held.entry.type], models()[held.entry.type]
    known = facts.FACTS.get(model, {})
    units = dict.fromkeys(spec.unit_of[n] for n in held.entry.fields if n in spec.unit_of and n)
    names = (spec.fields[unit].name for unit in units)
    return [str(facts.unit_label(model, name)) for name in names if name in known]


def lower_first(text: str) -> str:
    """The same words within a sentence."""
    return f"{text[:1].lower()}{text[1:]}"


def _said(act: ActRow, earlier: dict[UUID, ActRow], jobs: dict[Any, ImportJob], undone: bool) -> Said:
    job = jobs.get(act.act)
    words = _words(act, job)
    if act.about is not None:
        before = earlier.get(act.about)
        words = _("Undone: %(what)s") % {
            "what": _words(before, jobs.get(act.about)) if before else _("an earlier act")
        }
    return Said(
        act.act, words, act.name, when(act.stamp), act.count, undone, act.about, job.pk if job else None
    )


def _words(act: ActRow, job: ImportJob | None) -> str:
    return _("Import of %(file)s") % {"file": job.file_name} if job else kind_words(act.kind)


def kind_words(kind: str) -> str:
    """What an act of a kind did."""
    return str(KINDS.get(kind) or _("Change"))
