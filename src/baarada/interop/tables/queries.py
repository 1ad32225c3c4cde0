"""What can be asked of imports: those somebody may see, their rows, what a row would change, in words."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from baarada.interop.models import CHANGE, DOUBT, REFUSED, ImportJob, ImportRow
from baarada.interop.tables import columns, extracells, jobs, layout
from baarada.interop.tables.careers import CAREER, Said
from baarada.interop.tables.extracells import EXTRA
from baarada.interop.tables.parsed import Parsed
from baarada.interop.tables.people import People
from baarada.interop.tables.said import Said as RowSaid
from baarada.interop.tables.within import ROW, line_of
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.ids import as_uuid
from baarada.kernel.text import fold
from baarada.registry import facts, lists, summaries
from baarada.registry import queries as registry
from baarada.registry.display import heading_name, number, office_name, partial_day, show
from baarada.registry.models import Assignment, Facility, Identifier, Person, Posting
from baarada.registry.searchkeys import plain

MOST_COUNTED = 5000
"""So many refused rows are looked through for what refuses most of them."""
FREQUENT = 3


def imports(*, seen_by: Actor) -> QuerySet[ImportJob]:
    """The imports of this account and of its office, the latest first."""
    seen_by.require("import")
    own = Q(account=as_uuid(seen_by.account)) | Q(writer__1=seen_by.office.hex())
    return ImportJob.objects.filter(own).order_by("-pk")


def rows(job: ImportJob, status: str, *, after: int = 0) -> QuerySet[ImportRow]:
    """The rows of one kind behind a line of the file."""
    return job.rows.filter(status=status, line__gt=after).order_by("line")


def open_doubts(job: ImportJob) -> QuerySet[ImportRow]:
    """The doubts that nobody has settled yet."""
    return job.rows.filter(status=DOUBT, answered=False).order_by("line")


def frequent_reasons(job: ImportJob, most: int = 5) -> list[tuple[str, int]]:
    """The sentences that refuse several rows, the most frequent first, among the first rows refused."""
    found = rows(job, REFUSED).values_list("problems", flat=True)[:MOST_COUNTED]
    counted = Counter(sentence for problems in found for sentence in {s for _key, _cell, s in problems})
    return [(sentence, n) for sentence, n in counted.most_common(most) if n >= FREQUENT]


# -- what a row would change --------------------------------------------------------------


@dataclass(slots=True)
class Change:
    """One fact that a row would change: what it is called, what stands, what comes."""

    label: str
    old: str
    new: str


def changes_of(job: ImportJob, found: Sequence[ImportRow]) -> dict[int, list[Change]]:
    """For each row that changes something: its changes in words, by line."""
    changed = [row for row in found if row.status == CHANGE]
    reader = jobs.reader_of(job)
    known = reader.known_for(changed)
    words: Callable[..., list[Change]] = _row_change
    if job.kind == columns.FACILITIES:
        words = _facility_change
    elif isinstance(reader, People):
        words = _person_change
    out = {}
    parsed_rows = jobs.parse(reader, [(row.line, row.cells) for row in changed])
    for row, parsed in zip(changed, parsed_rows, strict=True):
        # Somebody may have marked it as deleted since the dry run.
        changes = reader.changes(parsed, row, known) if known.holds(row.target) else []
        out[row.line] = [
            change for sort, what in changes for change in words(sort, what, row.target, known, parsed)
        ]
    return out


def _person_change(sort: str, what: Any, pk: UUID, known: Any, row: Parsed) -> list[Change]:
    person = known.people[pk]
    if sort == "person":
        return _fields(person, what)
    if sort == "number":
        return [Change(lists.label("identifier_kind", what[0]), "", what[1])]
    if sort == "renumber":
        identifier, number = what
        return [Change(lists.label("identifier_kind", identifier.kind), identifier.number or "", number)]
    if sort == CAREER:
        return _career_change(what)
    if sort == EXTRA:
        return [Change(*extracells.told(what))]
    current = known.current(pk, runtime.today(), row.posting.get("facility"))
    if sort == "posting":
        return _fields(current, what, person.sex)
    starts = what.get("starts")
    new = ", ".join(t for t in (str(what["facility"]), partial_day(starts) if starts else "") if t)
    old = (current.facility_label or "") if current else ""
    return [Change(_("Transfer") if sort == "transfer" else _("Posting"), old, new)]


def _career_change(said: Said) -> list[Change]:
    if said.record is not None:
        return _fields(said.record, said.values)
    model = columns.OF_A_CAREER[said.prefix][0]
    known = facts.FACTS[model]
    words = ", ".join(t for name, value in said.values.items() if (t := show(known[name], value)))
    return [Change(str(facts.NAMES[model]), summaries.title(said.ended) if said.ended else "", words)]


def _row_change(sort: str, what: RowSaid, pk: UUID, known: Any, row: Parsed) -> list[Change]:
    """A new record, or facts of one that is here."""
    del sort, pk, known, row
    if what.record is not None:
        # A first day that stands goes along with a last day that changes.
        return [change for change in _fields(what.record, what.values) if change.old != change.new]
    fields = facts.FACTS[what.model]
    words = ", ".join(t for name, value in what.values.items() if (t := show(fields[name], value)))
    name = str(facts.NAMES[what.model])
    ended = ", ".join(getattr(row, "facility_label", None) or summaries.title(row) for row in what.ended)
    # What ends with it, as “what stood”.
    return [Change(name if what.times == 1 else f"{what.times} × {name}", ended, words)]


def _facility_change(sort: str, what: Any, pk: UUID, known: Any, row: Parsed) -> list[Change]:
    del row
    if sort == "facility":
        return _fields(known.facilities[pk], what)
    office, old = what
    label = str(facts.fact(Assignment, "office").label)
    return [Change(label, str(old.office) if old is not None and old.office else "", str(office))]


def _fields(record: Any, values: dict[str, Any], sex: str | None = None) -> list[Change]:
    return [_field(record, name, value, sex) for name, value in values.items()]


def _field(record: Any, name: str, value: Any, sex: str | None) -> Change:
    known = facts.fact(type(record), name)
    old, new = _now(record, name, sex), show(known, value, sex=sex)
    if old == new and name == "area":
        # A region, its district and its chief town often bear one name.
        old, new = _with_kind(record.area, old), _with_kind(value[0], new)
    return Change(str(known.label), old, new)


def _with_kind(area: Any, name: str) -> str:
    return f"{name} ({lists.label('area_kind', area.kind)})" if area is not None else name


def _now(record: Any, name: str, sex: str | None = None) -> str:
    known = facts.fact(type(record), name)
    if known.reads == facts.PLACE:
        return getattr(record, f"{name}_label", None) or ""
    if known.reads == facts.CADRE:
        return lists.cadre_label(getattr(record, f"{name}_id"), sex)
    if known.reads == facts.OFFICE:
        return office_name(getattr(record, f"{name}_id"))
    return show(known, getattr(record, name), sex=sex)


# -- a doubt ------------------------------------------------------------------------------


@dataclass(slots=True)
class Compared:
    """One thing that the row and a file both may say."""

    label: str
    row: str
    file: str
    alike: bool


@dataclass(slots=True)
class Candidate:
    """A file that a row may be about."""

    choice: str
    """The answer that means it."""
    name: str
    about: str
    compared: list[Compared] = field(default_factory=list)
    pk: UUID | None = None
    """None for an earlier row of the same file."""


def candidates_of(row: ImportRow) -> list[Candidate]:
    """The files that a row in doubt may be about, each beside what the row says; or earlier rows of its own file."""
    earlier = [line for one in row.candidates if (line := line_of(one))]
    ids = [UUID(pk) for pk in row.candidates if not line_of(pk)]
    reader = jobs.reader_of(row.job)
    (parsed,) = jobs.parse(reader, [(row.line, row.cells)])
    found = (_people if columns.ABOUT[row.job.kind] == "person" else _facilities)(ids, parsed) if ids else []
    return found + [_earlier(row, other) for other in row.job.rows.filter(line__in=earlier).order_by("line")]


def _earlier(row: ImportRow, other: ImportRow) -> Candidate:
    """An earlier row of the same file, cell by cell."""
    headings = {one["key"]: one["heading"] for one in row.job.mapping if one["key"]}
    lines = [
        Compared(heading, row.cells.get(key, ""), other.cells.get(key, ""), False)
        for key, heading in headings.items()
        if row.cells.get(key) or other.cells.get(key)
    ]
    for line in lines:
        line.alike = bool(line.row) and fold(line.row) == fold(line.file)
    where = _("row %(row)s of the file") % {"row": where_of(row.job, other.line)}
    return Candidate(f"{ROW}{other.line}", other.title, where, lines)


def where_of(job: ImportJob, line: int) -> str:
    """Where a line of a job stands in its file: the row; before it the sheet, where the list lies in several."""
    place = layout.place_in(job, line)
    shown = number(place.row)
    several = len(layout.used(job)) > 1
    return _("%(sheet)s, %(row)s") % {"sheet": place.sheet, "row": shown} if several else shown


def _people(ids: Iterable[UUID], row: Parsed) -> list[Candidate]:
    ids = list(ids)
    people = {p.pk: p for p in Person.objects.filter(pk__in=ids)}
    numbers = registry.numbers_of(ids)
    postings = registry.current_postings(ids, runtime.today())
    return [
        _person(people[pk], numbers.get(pk, []), next(iter(postings.get(pk, [])), None), row)
        for pk in ids
        if pk in people
    ]


def _person(person: Person, numbers: Sequence[Identifier], posting: Posting | None, row: Parsed) -> Candidate:
    lines = [_name_compared(person, row)]
    lines += _compared(person, row.values, ("born", "sex", "birth_place", "phone", "phone2"))
    lines += _number_compared(numbers, row)
    if posting is not None:
        # The cadre's name needs the sex; where the row has none, the file's is as good.
        lines += _compared(posting, row.posting, ("cadre", "facility", "job", "starts"), person.sex)
    about = ", ".join(
        t for t in (
            next((n.number or "" for n in numbers), ""),
            lists.cadre_label(posting.cadre_id, person.sex) if posting else "",
            (posting.facility_label or "") if posting else "",
        ) if t
    )  # fmt: skip
    return Candidate(
        str(person.pk), heading_name(person), about, [line for line in lines if line.row or line.file],
        person.pk,
    )  # fmt: skip


def _name_compared(person: Person, row: Parsed) -> Compared:
    family, given = row.values.get("family_name") or "", row.values.get("given_names") or ""
    name = " ".join(t for t in (family.upper(), given) if t)
    here = heading_name(person)
    return Compared(_("Name"), name, here, sorted(fold(name).split()) == sorted(fold(here).split()))


def _number_compared(numbers: Sequence[Identifier], row: Parsed) -> list[Compared]:
    have = {n.kind: n.number or "" for n in numbers}
    theirs = dict(row.numbers)
    return [
        Compared(
            lists.label("identifier_kind", kind), theirs.get(kind, ""), have.get(kind, ""),
            plain(theirs.get(kind, "")) == plain(have.get(kind, "")),
        )
        for kind in {**theirs, **have}
    ]  # fmt: skip


def _facilities(ids: Iterable[UUID], row: Parsed) -> list[Candidate]:
    found = {f.pk: f for f in Facility.objects.filter(pk__in=list(ids))}
    names = ("name", "code", "kind", "sector", "area", "locality", "latitude", "longitude")
    return [
        Candidate(
            str(pk), str(found[pk]), ", ".join(t for t in (found[pk].code, found[pk].area_label) if t),
            [line for line in _compared(found[pk], row.values, names) if line.row or line.file], pk,
        )
        for pk in ids
        if pk in found
    ]  # fmt: skip


def _compared(
    record: Any, values: dict[str, Any], names: Iterable[str], sex: str | None = None
) -> list[Compared]:
    out = []
    for name in names:
        known = facts.fact(type(record), name)
        value = values.get(name)
        theirs = show(known, value, sex=sex) if value is not None else ""
        here = _now(record, name, sex)
        out.append(Compared(str(known.label), theirs, here, bool(theirs) and fold(theirs) == fold(here)))
    return out


# -- after an undo ------------------------------------------------------------------------


@dataclass(slots=True)
class LeftOver:
    """Something that an undo left as it is."""

    record: Any
    facts: list[str]
    """Which facts; none for a record that stays whole."""


def left_over(job: ImportJob, start: int, most: int) -> list[LeftOver]:
    """What an undo left because others have changed it since, some of it from a place in the list."""
    listed = job.left[start : start + most]
    by_number = {model.Merge.number: model for model in facts.FACTS}  # type: ignore[attr-defined]
    ids: dict[Any, list[UUID]] = {}
    for one in listed:
        ids.setdefault(by_number.get(int(one["type"])), []).append(UUID(one["id"]))
    records: dict[UUID, Any] = {}
    for model, wanted in ids.items():
        if model is not None:
            records |= {r.pk: r for r in model.objects.filter(pk__in=wanted)}
    return [
        LeftOver(records[UUID(one["id"])], _unit_labels(records[UUID(one["id"])], one["units"]))
        for one in listed
        if UUID(one["id"]) in records
    ]


def _unit_labels(record: Any, units: str) -> list[str]:
    model = type(record)
    names = {number: name for name, number in model.Merge.numbers.items()}
    found = [names.get(int(unit), "") for unit in units.split(",") if unit]
    return [str(facts.unit_label(model, name)) for name in found if name in facts.FACTS[model]]
