"""A person's file as a page shows it: facts with their history, disagreements, what is missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.journal import actions, tokens
from baarada.journal import queries as journal
from baarada.journal.models import Link
from baarada.registry import extras, facts, identifiers, lists, queries, summaries
from baarada.registry.models import (
    OF_A_CAREER,
    OF_A_PERSON,
    PERSONAL,
    Employment,
    Exit,
    ExtraValue,
    Identifier,
    Licence,
    Office,
    Paper,
    Person,
    Posting,
    Qualification,
)
from baarada.registry.queries import PersonFile
from baarada.web.people.career import Career, career
from baarada.web.people.careerrows import Group, groups
from baarada.web.people.extrafacts import ExtraGroup, extra_groups
from baarada.web.records.facts import Shown, by_unit, entry_value, shown_facts, value_of
from baarada.web.records.questions import Question, questions

IDENTITY = (
    "family_name",
    "given_names",
    "other_names",
    "title",
    "sex",
    "born",
    "birth_place",
    "birth_area",
    "birth_country",
    "nationality",
    "other_nationalities",
    "marital",
    "children",
)
CONTACT = (
    "phone", "phone2", "email", "address", "residence", "residence_country", "contact_name", "languages", "dependents",
    "office", "note",
)  # fmt: skip
WANTED = ("given_names", "sex", "born", "birth_place", "nationality", "phone", "address", "contact_name")
"""Facts without which a file counts as incomplete."""


@dataclass(slots=True)
class Section:
    """Some facts of a person. What is not known, and asked of nobody, is folded away."""

    facts: list[Shown]

    @property
    def told(self) -> list[Shown]:
        """What is known, was known once, or is asked of everybody."""
        return [f for f in self.facts if _is_told(f)]

    @property
    def untold(self) -> list[Shown]:
        """The others."""
        return [f for f in self.facts if not _is_told(f)]


def _is_told(fact: Shown) -> bool:
    return bool(fact.value or fact.held or fact.to_decide or fact.others) or fact.name in WANTED


@dataclass(slots=True)
class FilePage:
    """Everything the page shows."""

    file: PersonFile
    person: Person
    career: Career
    main: Posting | None
    identity: Section
    contact: Section
    numbers: list[tuple[Identifier, Shown, str]]
    """Each with its disagreements, and why it may be wrong."""
    rows: list[Group]
    personal: list[Group]
    extras: list[ExtraGroup]
    questions: list[Question]
    missing: list[tuple[str, str]]
    complete: int
    known: date | None
    left: Posting | None = None
    gone: Exit | None = None
    """The departure for good, once its day has come."""
    histories: dict[UUID, Any] = field(default_factory=dict)


def build(file: PersonFile, today: date, known: date | None) -> FilePage:
    """The page of a file; ``known`` shows what was known when that day ended."""
    on = known or today
    if known:
        file = _as_known(file, known)
    person = file.person
    histories = journal.histories([person, *file.identifiers]) if not known else {}
    conflicts = {} if known else by_unit(file.conflicts)
    main = next((p for p in file.postings if p.span.holds(on)), None)
    left = None if main else next((p for p in file.postings if p.ends and p.ends.last() < on), None)
    gone = next((r for r in file.career if isinstance(r, Exit) and r.left and r.left.last() <= on), None)
    missing = missing_facts(file, main or left or gone, on)
    status = status_of(file, on)
    total = (
        len(WANTED) + 3 + len(asked_of(file, on)) + len(extras.asked_of(status.worker if status else None))
    )
    return FilePage(
        file=file,
        person=person,
        career=career(file.postings, on, file.career),
        main=main,
        identity=Section(shown_facts(person, IDENTITY, histories, conflicts)),
        contact=Section(shown_facts(person, CONTACT, histories, conflicts)),
        numbers=[
            (
                one,
                shown_facts(one, ("kind",), histories, conflicts)[0],
                identifiers.doubt(one.kind, one.number),
            )
            for one in file.identifiers
        ],
        rows=groups(OF_A_CAREER, file.career, file.conflicts),
        personal=groups(PERSONAL, file.personal, file.conflicts),
        extras=extra_groups(file.extras, file.conflicts, status_of(file, on)),
        questions=questions(file.conflicts, file.rows) if not known else [],
        missing=missing,
        complete=round(100 * (total - len(missing)) / total),
        known=known,
        left=left,
        gone=gone,
        histories=histories,
    )


def status_of(file: PersonFile, on: date) -> Employment | None:
    """The administrative status that holds on a day."""
    return next((row for row in file.career if isinstance(row, Employment) and row.span.holds(on)), None)


def asked_of(file: PersonFile, on: date) -> list[str]:
    """What is asked of a kind of worker beside what is asked of everybody: see ``ASKED``."""
    status = status_of(file, on)
    asked = lists.attribute("worker_kind", status.worker, "asks").split("+") if status else []
    return [name for name in ASKED if name in asked]


def _has_payroll_number(file: PersonFile, _on: date) -> bool:
    return any(lists.attribute("identifier_kind", i.kind, "role") == "payroll" for i in file.identifiers)


def _status_says(name: str) -> Callable[[PersonFile, date], bool]:
    return lambda file, on: bool((status := status_of(file, on)) and getattr(status, name))


def _has_licence(file: PersonFile, on: date) -> bool:
    """One that holds, and that nobody has suspended or withdrawn."""
    found = (row for row in file.career if isinstance(row, Licence) and row.span.holds(on))
    return any(lists.attribute("licence_status", row.status, "state") in ("", "active") for row in found)


def _has_diploma(file: PersonFile, _on: date) -> bool:
    return any(isinstance(row, Qualification) for row in file.career)


ASKED: dict[str, tuple[Promise, Callable[[PersonFile, date], bool], str]] = {
    "payroll": (gettext_lazy("A payroll number"), _has_payroll_number, "number"),
    "grade": (gettext_lazy("The category and the grade"), _status_says("category"), "employment"),
    "contract": (gettext_lazy("The number of the contract"), _status_says("contract"), "employment"),
    "licence": (gettext_lazy("A registration or a licence"), _has_licence, "licence"),
    "diploma": (gettext_lazy("A diploma"), _has_diploma, "qualification"),
}
"""What a pack may ask of a kind of worker (``asks`` in the list ``worker_kind``): words, whether a file has it,
the kind of row that brings it."""


def missing_facts(file: PersonFile, posting: Posting | Exit | None, on: date) -> list[tuple[str, str]]:
    """What a file lacks, in words, each with the address where it is completed."""
    person = file.person
    revise = reverse("web:revise", args=["person", person.pk, "correct"])
    out = [
        (str(facts.unit_label(Person, n)), f"{revise}?fields={n}")
        for n in WANTED
        if getattr(person, n) in (None, "", [])
    ]
    if not file.identifiers:
        out.append((_("A number (payroll, national identity)"), reverse("web:add-number", args=[person.pk])))
    for name in asked_of(file, on):
        words, has, sort = ASKED[name]
        if not has(file, on):
            out.append((str(words), _address(file, sort, name, on)))
    if posting is None:
        out.append((_("A posting"), reverse("web:start-posting", args=[person.pk])))
    if not file.papers:
        out.append((_("A scanned paper"), reverse("web:add-paper", args=[person.pk])))
    told = {row.field for row in file.extras if extras.value_of(row) is not None}
    status = status_of(file, on)
    for extra in extras.asked_of(status.worker if status else None):
        if extra.code not in told:
            out.append((extra.label, reverse("web:extras", args=[person.pk])))
    return out


def _address(file: PersonFile, sort: str, name: str, on: date) -> str:
    """Where a row is added; or the fact of it completed, where the row is there."""
    if sort == "number":
        return reverse("web:add-number", args=[file.person.pk])
    fact, status = {"grade": "category", "contract": "contract"}.get(name), status_of(file, on)
    if fact and status:
        fields = ",".join(facts.unit_of(Employment, fact))
        return f"{reverse('web:revise', args=['employment', status.pk, 'correct'])}?fields={fields}"
    return reverse("web:add-row", args=[file.person.pk, sort])


@dataclass(slots=True)
class Bond:
    """A link that can be taken back: to which file, and how it stood on the page."""

    link: Link
    to: Person | None
    seen: str


@dataclass(slots=True)
class Twin:
    """Another file taken as the same person: what it says differently, and the links that can be taken back."""

    person: Person
    bonds: list[Bond]
    lines: list[tuple[Any, str, str]]


def twins(file: PersonFile) -> list[Twin]:
    """The other files of somebody."""
    out = []
    for other in file.linked:
        lines = [(label, a, b) for label, a, b, differs in compare(file.person, other) if differs]
        out.append(Twin(other, _bonds(other, file), lines))
    return out


def _bonds(other: Person, file: PersonFile) -> list[Bond]:
    """The links that hold a file: each is taken back by itself, and says which file it is linked with."""
    names = {p.pk: p for p in (file.person, *file.linked)}
    out = []
    for link in file.links:
        if other.pk in (link.one, link.other):
            to = names.get(link.other if other.pk == link.one else link.one)
            out.append(Bond(link, to, tokens.seal(actions.seen(link))))
    return out


def compare(one: Person, other: Person) -> list[tuple[Any, str, str, bool]]:
    """Each fact of two files, side by side, and whether they differ."""
    out = []
    for name in (*IDENTITY, *CONTACT):
        mine, theirs = value_of(one, name), value_of(other, name)
        if mine or theirs:
            differs = bool(mine and theirs and mine != theirs)
            out.append((facts.fact(Person, name).label, mine, theirs, differs))
    return out


@dataclass(slots=True)
class Latest:
    """One of the last things written about somebody."""

    label: Any
    text: str
    by: str
    at: Any


def latest(page: FilePage, most: int = 5) -> list[Latest]:
    """The last things written about a person's own facts, newest first."""
    writes = [
        (write, name) for name, found in page.histories.get(page.person.pk, {}).items() for write in found
    ]
    writes.sort(key=lambda pair: pair[0].at, reverse=True)
    return [
        Latest(facts.unit_label(Person, name), entry_value(Person, w.values), w.by, w.at)
        for w, name in writes[:most]
    ]


def _as_known(file: PersonFile, known: date) -> PersonFile:
    """The same file as it was known when a day ended."""
    # What was struck out since was there to read on that day.
    gone = [
        row for model in OF_A_PERSON
        for row in model.objects.filter(canonical=file.person.canonical, deleted=True)
    ]  # fmt: skip
    rows = journal.as_known([*file.rows, *gone], known)
    offices = {
        o.pk: o
        for o in Office.objects.filter(pk__in=[p.office_id for p in rows.values() if isinstance(p, Person)])
    }
    for row in rows.values():
        if isinstance(row, Person):
            row.office = offices.get(row.office_id)
    models: list[type[Any]] = [Person, *OF_A_PERSON]
    kinds = {model: [r for r in rows.values() if isinstance(r, model)] for model in models}
    # Of linked files, the one that gives the name today may not have been there yet.
    person = rows.get(file.person.pk) or min(kinds[Person], key=lambda p: p.pk, default=None)
    if person is None:
        person = Person(id=file.person.pk, canonical=file.person.canonical)
    return PersonFile(
        person=person,
        linked=[p for p in kinds[Person] if p.pk != person.pk],
        links=[],
        identifiers=kinds[Identifier],
        postings=sorted(kinds[Posting], key=lambda p: queries.posting_order(p, known)),
        papers=kinds[Paper],
        career=sorted((row for model in OF_A_CAREER for row in kinds[model]), key=summaries.order),
        personal=sorted((row for model in PERSONAL for row in kinds[model]), key=summaries.order),
        extras=kinds[ExtraValue],
        office=person.office if person.office_id in offices else None,
        conflicts=[],
    )


def nearby(person: Person, today: date) -> str:
    """Cadre and place of somebody in a few words, for lists of candidates."""
    postings = queries.current_postings([person.canonical], today).get(person.canonical, [])
    if not postings:
        return ""
    return ", ".join(
        p for p in (lists.cadre_label(postings[0].cadre_id, person.sex), postings[0].facility_label) if p
    )
