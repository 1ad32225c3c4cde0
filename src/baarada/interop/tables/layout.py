"""What of a file is a list: which of its sheets, below which headings, and what each column is taken for.

Several sheets are read as one list. A column with one heading in all of them is one column: it is asked about once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from baarada.interop.models import READ, ImportJob
from baarada.interop.tables import asides, columns, headings, reading, recognising, sheets
from baarada.interop.tables.headings import Headings
from baarada.interop.tables.places import place_of
from baarada.interop.tables.recognising import LEFT, SURE, TO_CONFIRM, Proposal
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.text import fold

EMPTY, HIDDEN, OURS, NO_LIST, UNLIKE, BY_HAND = "empty", "hidden", "ours", "no list", "unlike", "by hand"
"""Why a sheet is left aside."""
NAME = -1
"""In place of a column's number: the name of the sheet, which may say where its people work."""
ANYTHING = {"": ""}
"""In place of the cells that are read, where it is not known yet which are."""
_ALIKE = 0.5
"""So much of the columns of the one have two sheets of one list in common, at least."""


def folder(job: ImportJob) -> Path:
    """Where a job keeps its file and its rows."""
    return Path(settings.CONFIG.work) / f"import-{job.pk.hex}"


def book_of(job: ImportJob) -> sheets.Book:
    """The rows of a job's file."""
    return sheets.open_again(folder(job) / "rows")


@dataclass(slots=True)
class Sketch:
    """A sheet as it is looked at first."""

    first: headings.Rows = ()
    rows: int = 0
    filled: int = 0
    """Rows that hold anything."""
    heads: Headings = field(default_factory=Headings)
    why: str = ""

    @property
    def below(self) -> int:
        """The filled rows below the headings."""
        return self.filled - sum(any(cells) for number, cells in self.first if number <= self.heads.last)


def lay_out(job: ImportJob) -> None:
    """Look at each sheet of a file: which are the list, where their headings stand, what their columns are.

    Raises:
        Refused: there is no row below any headings, or too many columns.
    """
    book = book_of(job)
    sketches = _sketches(book)
    for sketch in sketches:
        sketch.heads = headings.find(job.kind, sketch.first, job.sender)
    _choose(job, sketches, book.parts)
    before = 0
    job.sheets = []
    for part, sketch in zip(book.parts, sketches, strict=True):
        job.sheets.append(_as_json(part, sketch, before))
        before += sketch.rows
    _match_anew(job)
    check(job)


def _sketches(book: sheets.Book) -> list[Sketch]:
    out: list[Sketch] = []
    for at, number, cells in book.rows():
        while len(out) <= at:
            out.append(Sketch(first=[]))
        one = out[at]
        one.rows += 1
        one.filled += any(cells)
        if len(one.first) < headings.MOST_HEADING_ROWS:
            one.first = [*one.first, (number, cells)]
    return out + [Sketch(first=[]) for _part in book.parts[len(out) :]]


def _choose(job: ImportJob, sketches: Sequence[Sketch], parts: Sequence[sheets.Part]) -> None:
    """Say of each sheet why it is left aside; of those that are the list, nothing."""
    lists: list[tuple[Sketch, set[str]]] = []
    for sketch, part in zip(sketches, parts, strict=True):
        found = recognising.propose(job.kind, sketch.heads.titles, job.sender)
        keys = {one.key for one in found if one.key}
        if part.ours:
            sketch.why = OURS
        elif not sketch.filled:
            sketch.why = EMPTY
        elif part.hidden:
            sketch.why = HIDDEN
        elif recognising.missing(job.kind, keys) or sketch.below < 1:
            sketch.why = NO_LIST
        else:
            lists.append((sketch, keys))
    best = max((keys for _sketch, keys in lists), key=len, default=set())
    for sketch, keys in lists:
        if len(keys & best) < _ALIKE * min(len(best), max(len(keys), 2)) or (len(keys) < 2 < len(best)):
            sketch.why = UNLIKE
    if not lists:
        _take_the_longest(sketches, parts)


def _take_the_longest(sketches: Sequence[Sketch], parts: Sequence[sheets.Part]) -> None:
    """Where no sheet has headings that are known, the longest is the list: its columns are matched by hand."""
    possible = [s for s, part in zip(sketches, parts, strict=True) if s.why == NO_LIST and not part.ours]
    hidden = [sketch for sketch in sketches if sketch.why == HIDDEN]
    longest = max(possible or hidden or sketches, key=lambda s: s.filled * len(s.heads.titles), default=None)
    if longest is not None:
        longest.why = ""


def _as_json(part: sheets.Part, sketch: Sketch, before: int) -> dict[str, Any]:
    heads = sketch.heads
    return {
        "name": part.name, "before": before, "rows": sketch.rows, "below": sketch.below, "why": sketch.why,
        "first": heads.first, "last": heads.last, "wide": part.wide,
        "titles": [[title.text, title.group] for title in heads.titles],
    }  # fmt: skip


def used(job: ImportJob) -> list[int]:
    """The numbers of the sheets that are read."""
    return [at for at, sheet in enumerate(job.sheets) if not sheet["why"]]


def check(job: ImportJob) -> None:
    """Refuse a file without a row to read, or with more columns than are read; count its rows.

    Raises:
        Refused: in one sentence.
    """
    own = [job.sheets[at] for at in used(job)]
    if any(sheet["wide"] for sheet in own):
        raise Refused(sheets.SENTENCES[reading.TOO_WIDE])
    job.total = sum(sheet["below"] for sheet in own)
    if not job.total:
        raise Refused(_("This file has headings, and no row below them."))


# -- columns ------------------------------------------------------------------------------


def _match_anew(job: ImportJob) -> None:
    """Take the columns of the sheets that are read for what their headings say; what was chosen here stays."""
    chosen = {fold(one["heading"]): one for one in job.mapping if one.get("chosen")}
    job.mapping = []
    for at in used(job):
        titles = [recognising.Title(text, group) for text, group in job.sheets[at]["titles"]]
        for one in recognising.propose(job.kind, titles, job.sender):
            _add(job.mapping, one, at)
    _add_names(job)
    for one in job.mapping:
        said = chosen.get(fold(one["heading"]))
        if said is not None:
            one |= {name: said[name] for name in ("key", "certainty", "chosen")}


def _add(mapping: list[dict[str, Any]], one: Proposal, at: int) -> None:
    """Add a column of a sheet: to one with the same heading in another sheet, if there is one."""
    heading = fold(one.heading)
    for known in mapping:
        here = {sheet for sheet, _column in known["at"]}
        if heading and fold(known["heading"]) == heading and known["key"] == one.key and at not in here:
            known["at"].append([at, one.index])
            return
    mapping.append({
        "index": len(mapping), "heading": one.heading, "key": one.key, "certainty": one.certainty,
        "remembered": one.remembered, "ours": one.ours, "at": [[at, one.index]],
    })  # fmt: skip


def _add_names(job: ImportJob) -> None:
    """The names of the sheets as one more column, where they say a place that no column does."""
    finder = place_of(job.kind)
    found = {at: finder(job.sheets[at]["name"]) for at in used(job) if job.sheets[at]["name"]}
    keys = Counter(key for key, _name in found.values() if key)
    if not keys:
        return
    key = keys.most_common(1)[0][0]
    taken = {at for one in job.mapping for at, _column in one["at"] if one["key"] == key}
    for at, (own, name) in found.items():
        job.sheets[at]["place"] = name if own == key else job.sheets[at]["name"]
    free = [at for at in found if at not in taken]
    if free:
        certainty = SURE if all(found[at][0] == key for at in free) else TO_CONFIRM
        job.mapping.append({
            "index": len(job.mapping), "heading": str(_("(name of the sheet)")), "key": key,
            "certainty": certainty, "remembered": False, "ours": False, "at": [[at, NAME] for at in free],
        })  # fmt: skip


def match(job: ImportJob, keys: dict[int, str], *, by: Actor) -> None:
    """Take columns for what a person says they are, and remember it.

    Raises:
        Refused: a column is taken twice, or one is missing without which the list cannot be read, or somebody else
            has gone on with the file.
    """
    by.require("import")
    for at in used(job):
        _check_sheet(job, at, keys)
    learned = {}
    for one in job.mapping:
        key = keys.get(one["index"], "")
        one["chosen"] = key != one["key"] or one["certainty"] == TO_CONFIRM or one.get("chosen", False)
        if one["chosen"] and one["at"][0][1] != NAME:
            learned[one["heading"]] = key
        one["key"], one["certainty"] = key, SURE if key else LEFT
    _keep(job, job.state, mapping=job.mapping)
    recognising.learn(job.kind, learned, job.sender)


def _keep(job: ImportJob, was: str, **fields: Any) -> None:
    """Write fields of a file, unless the worker or another window has gone on with it since it was read.

    Raises:
        Refused: it has.
    """
    if not ImportJob.objects.filter(pk=job.pk, state=was).update(**fields):
        raise Refused(
            _("Somebody has gone on with this file meanwhile, in another window. Look at it again.")
        )


def _check_sheet(job: ImportJob, at: int, keys: dict[int, str]) -> None:
    here = [keys.get(one["index"], "") for one in job.mapping if at in {sheet for sheet, _c in one["at"]}]
    counted = Counter(key for key in here if key)
    name = job.sheets[at]["name"] if len(used(job)) > 1 else ""
    double = next((key for key, count in counted.items() if count > 1), None)
    if double:
        label = next(c.label for c in columns.columns(job.kind) if c.key == double)
        sentence = _("Two columns are taken for “%(column)s”. Choose one.")
        if name:
            sentence = _("Two columns of the sheet “%(sheet)s” are taken for “%(column)s”. Choose one.")
        raise Refused(sentence % {"column": label, "sheet": name})
    missing = recognising.missing(job.kind, set(counted))
    if missing:
        sentence = _("No column is taken for “%(column)s”. Choose it.")
        if name:
            sentence = _(
                "No column of the sheet “%(sheet)s” is taken for “%(column)s”. Choose it, or leave the sheet aside."
            )
        raise Refused(sentence % {"column": missing[0], "sheet": name})


def choose_sheets(job: ImportJob, read: set[int], rows: dict[int, int], sender: UUID, *, by: Actor) -> None:
    """Read other sheets, below other headings, as another sender's: ``rows`` says where headings stand, by sheet.

    Raises:
        Refused: no sheet is left, or nothing is below the headings, or somebody else has gone on with the file.
    """
    by.require("import", at=sender.bytes)
    first: dict[int, headings.Rows] = {}
    for at, number, cells in book_of(job).rows():
        if number <= headings.MOST_HEADING_ROWS:
            first[at] = [*first.get(at, ()), (number, cells)]
    job.sender = sender
    for at, sheet in enumerate(job.sheets):
        _choose_one(job, sheet, first.get(at, ()), rows.get(at, sheet["last"]))
        sheet["why"] = "" if at in read else sheet["why"] or BY_HAND
    _match_anew(job)
    check(job)
    # What an earlier dry run found was of other rows.
    was, job.state, job.counts = job.state, READ, {}
    with transaction.atomic():
        _keep(
            job, was, state=READ, counts={}, sender=sender, sheets=job.sheets, mapping=job.mapping, total=job.total,
        )  # fmt: skip
        job.rows.all().delete()


def _choose_one(job: ImportJob, sheet: dict[str, Any], first: headings.Rows, row: int) -> None:
    if row == sheet["last"]:
        return
    if row not in {number for number, _cells in first}:
        raise Refused(
            _("Headings stand on one of the first %(most)s rows.") % {"most": headings.MOST_HEADING_ROWS}
        )
    heads = headings.at(job.kind, first, row, job.sender)
    between = sum(any(cells) for n, cells in first if min(row, sheet["last"]) < n <= max(row, sheet["last"]))
    sheet["below"] += between if row < sheet["last"] else -between
    sheet |= {"first": row, "last": row, "titles": [[t.text, t.group] for t in heads.titles]}


def examples(job: ImportJob, most: int = 3) -> dict[int, list[str]]:
    """Some values of each column, by its number in the mapping, for the page that asks what it is."""
    out: dict[int, list[str]] = {one["index"]: [] for one in job.mapping}
    columns_ = [(one["index"], sheet, column) for one in job.mapping for sheet, column in one["at"]]
    for index, sheet, column in columns_:
        if column == NAME and len(out[index]) < most:
            out[index].append(job.sheets[sheet]["name"])
    own = set(used(job))
    for at, number, cells in book_of(job).rows():
        last = job.sheets[at]["last"]
        if (
            at in own
            and last < number <= last + 60
            and not asides.why(cells, ANYTHING, job.sheets[at]["titles"])
        ):
            for index, sheet, column in columns_:
                cell = cells[column] if sheet == at and 0 <= column < len(cells) else ""
                if cell and cell not in out[index] and len(out[index]) < most:
                    out[index].append(cell)
    return out


def headings_out(job: ImportJob) -> dict[str, str]:
    """How the columns that are read are headed, by their key, in a file that goes back and may come again."""
    labels = {c.key: str(c.label) for c in columns.columns(job.kind)}
    return {
        one["key"]: labels.get(one["key"], "") if one["at"][0][1] == NAME else one["heading"]
        for one in job.mapping
        if one["key"]
    }


# -- rows ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Place:
    """Where a row stands in the file."""

    sheet: str
    row: int


def sheet_of(job: ImportJob, line: int) -> dict[str, Any]:
    """The sheet that a line of a job lies in."""
    whole = {"name": "", "before": 0, "titles": []}
    return next((sheet for sheet in reversed(job.sheets) if line > sheet["before"]), whole)


def place_in(job: ImportJob, line: int) -> Place:
    """The sheet and the row that a line of a job is."""
    sheet = sheet_of(job, line)
    return Place(sheet["name"], line - sheet["before"])


Line = tuple[int, dict[str, str], list[str]]
"""A line of a job, its cells by column key, all its cells."""


def lines(job: ImportJob) -> Iterator[Line]:
    """The rows below the headings that hold anything: their line, their cells by column key, all their cells.

    A line is counted through all sheets of the file.
    """
    keys: dict[int, dict[int, str]] = {at: {} for at in used(job)}
    for one in job.mapping:
        for sheet, column in one["at"] if one["key"] else ():
            keys.setdefault(sheet, {})[column] = one["key"]
    for at, number, cells in book_of(job).rows():
        sheet = job.sheets[at]
        if sheet["why"] or number <= sheet["last"] or not any(cells):
            continue
        named = keys[at]
        found = {key: cells[i] for i, key in named.items() if 0 <= i < len(cells) and cells[i]}
        if found and NAME in named:
            found.setdefault(named[NAME], sheet.get("place") or sheet["name"])
        yield sheet["before"] + number, found, cells
