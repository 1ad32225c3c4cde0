"""How imports are spoken of: their states, their columns, how long they still take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from baarada.interop.models import (
    ASIDE,
    CHANGE,
    DONE,
    DOUBT,
    FAILED,
    IMPORTING,
    NEW,
    PLANNED,
    PLANNING,
    READ,
    REFUSED,
    SAME,
    STOPPED,
    UNDOING,
    UNDONE,
    UPLOADED,
    ImportJob,
)  # fmt: skip
from baarada.interop.tables import columns, layout, recognising
from baarada.kernel.text import fold
from baarada.registry import lists
from baarada.registry.display import number

STATES: dict[str, tuple[Any, str]] = {
    UPLOADED: (gettext_lazy("being read"), "n"),
    READ: (gettext_lazy("columns to confirm"), "warn"),
    PLANNING: (gettext_lazy("dry run under way"), "n"),
    PLANNED: (gettext_lazy("dry run done, nothing written"), "warn"),
    IMPORTING: (gettext_lazy("import under way"), "n"),
    STOPPED: (gettext_lazy("stopped"), "warn"),
    DONE: (gettext_lazy("imported"), "ok"),
    UNDOING: (gettext_lazy("being taken back"), "n"),
    UNDONE: (gettext_lazy("taken back"), "none"),
    FAILED: (gettext_lazy("not finished"), "stop"),
}
"""What a state is called, and the badge it wears."""

SORTS = {
    "nouvelles": NEW,
    "modifiees": CHANGE,
    "inchangees": SAME,
    "en-doute": DOUBT,
    "refusees": REFUSED,
    "laissees": ASIDE,
}
"""What a row would do, by the word in an address."""

SORT_LABELS = {
    NEW: pgettext_lazy("rows", "To create"),
    CHANGE: pgettext_lazy("rows", "To change"),
    SAME: pgettext_lazy("rows", "Unchanged"),
    DOUBT: pgettext_lazy("rows", "In doubt"),
    REFUSED: pgettext_lazy("rows", "Refused"),
    ASIDE: pgettext_lazy("rows", "Left aside"),
}

STEPS = (
    pgettext_lazy("spreadsheet", "File"),
    gettext_lazy("Columns"),
    gettext_lazy("Dry run"),
    gettext_lazy("Import"),
)
FILE, COLUMNS, DRY_RUN, IMPORT, ALL_DONE = range(5)
_STEP = {
    UPLOADED: FILE, READ: COLUMNS, PLANNING: DRY_RUN, PLANNED: DRY_RUN, IMPORTING: IMPORT, DONE: ALL_DONE,
    UNDOING: ALL_DONE, UNDONE: ALL_DONE,
}  # fmt: skip


@dataclass(slots=True)
class Step:
    """One step of an import as the page draws it."""

    words: Any
    done: bool
    current: bool


def steps(job: ImportJob) -> list[Step]:
    """The four steps, with where the job is."""
    now = _STEP.get(job.state, IMPORT if job.act else DRY_RUN if job.mapping else FILE)
    out = [Step(words, place < now, place == now) for place, words in enumerate(STEPS)]
    if job.state == PLANNED:
        out[DRY_RUN].words = _("Dry run, nothing is written yet")
    return out


WHY_ASIDE = {
    layout.EMPTY: gettext_lazy("empty"),
    layout.HIDDEN: gettext_lazy("hidden in the file"),
    layout.OURS: gettext_lazy("written by Baarada beside the list"),
    layout.NO_LIST: gettext_lazy("no headings of this kind of list: a cover, a legend?"),
    layout.UNLIKE: gettext_lazy("its headings are those of another list"),
    layout.BY_HAND: gettext_lazy("left aside by you"),
}
"""Why a sheet is not read."""


@dataclass(slots=True)
class SheetRow:
    """One sheet of a file, as the page shows it."""

    index: int
    name: str
    rows: int
    read: bool
    row: int
    """Where its headings stand, or the lower of two rows of them."""
    why: Any


def sheet_rows(job: ImportJob) -> list[SheetRow]:
    """The sheets of a file but those that this program wrote beside a list."""
    return [
        SheetRow(
            at,
            sheet["name"],
            sheet["below"],
            not sheet["why"],
            sheet["last"],
            WHY_ASIDE.get(sheet["why"], ""),
        )
        for at, sheet in enumerate(job.sheets)
        if sheet["why"] != layout.OURS
    ]


def about_sheets(job: ImportJob) -> list[str]:
    """Which sheets are read, and where their headings stand, in a few words."""
    read = [job.sheets[at] for at in layout.used(job)]
    left = sum(not row.read for row in sheet_rows(job))
    out = []
    if len(read) == 1:
        if read[0]["name"]:
            out.append(_("sheet “%(sheet)s”") % {"sheet": read[0]["name"]})
        out.append(_headings_on(read[0]["first"], read[0]["last"]))
    elif read:
        out.append(ngettext("%(n)s sheet", "%(n)s sheets", len(read)) % {"n": number(len(read))})
    if left:
        out.append(ngettext("%(n)s sheet left aside", "%(n)s sheets left aside", left) % {"n": number(left)})
    return out


def _headings_on(first: int, last: int) -> str:
    if first == last:
        return _("headings on row %(n)s") % {"n": number(last)}
    return _("headings on rows %(first)s and %(last)s") % {"first": number(first), "last": number(last)}


@dataclass(slots=True)
class ColumnRow:
    """One column of a file, with what it is taken for and why."""

    index: int
    heading: str
    examples: list[str]
    key: str
    certainty: str
    badge: str
    words: str
    why: str
    where: str = ""
    """The sheets it stands in, where it does not stand in all that are read."""


def column_rows(job: ImportJob, examples: dict[int, list[str]]) -> list[ColumnRow]:
    """The columns of a file that have a heading or hold anything."""
    labels = {c.key: str(c.label) for c in columns.columns(job.kind)}
    several = len(layout.used(job)) > 1
    out = [
        _column_row(one, examples.get(one["index"], []), labels)
        for one in job.mapping
        if one["heading"] or examples.get(one["index"])
    ]
    for row in out if several else ():
        row.where = _only_in(job, row.index)
    return out


def _only_in(job: ImportJob, index: int) -> str:
    """The sheets that a column stands in, where it does not stand in all of them."""
    own = sorted({at for at, _column in job.mapping[index]["at"]})
    return "" if own == layout.used(job) else ", ".join(job.sheets[at]["name"] for at in own)


def _column_row(one: dict[str, Any], examples: list[str], labels: dict[str, str]) -> ColumnRow:
    badge, words = {
        recognising.SURE: ("ok", _("sure")),
        recognising.TO_CONFIRM: ("warn", _("to confirm")),
    }.get(one["certainty"], ("none", _("left out")))
    return ColumnRow(
        one["index"], one["heading"], examples, one["key"], one["certainty"], badge, words, _why(one, labels)
    )


def _why(one: dict[str, Any], labels: dict[str, str]) -> str:
    if one.get("chosen"):
        kept = one["key"] and one["at"][0][1] != layout.NAME
        return _("as chosen here; remembered") if kept else _("as chosen here")
    if one["remembered"]:
        if one["certainty"] == recognising.TO_CONFIRM:
            return _("most senders mean this by it")
        return _("as somebody chose the last time")
    if one["at"][0][1] == layout.NAME:
        return _("the name of the sheet is that of a place") if one["key"] else ""
    if one["certainty"] == recognising.SURE:
        return _("known heading")
    if one["certainty"] == recognising.TO_CONFIRM:
        return _("the heading may mean “%(heading)s”") % {"heading": labels.get(one["key"], "")}
    if one.get("ours"):
        return _("written here for the reader")
    return _("column without a heading") if not one["heading"] else _("heading not known")


def choices(kind: str) -> list[tuple[str, str]]:
    """What a column can be taken for."""
    return [("", _("Do not import")), *((c.key, str(c.label)) for c in columns.columns(kind))]


def headings_known(kind: str) -> list[tuple[str, str]]:
    """For the help: each column, with headings that are known for it in the language of the moment."""
    own = (columns.ID, columns.SEEN)
    return [
        (str(c.label), ", ".join(_few(c.words if lists.language() == "fr" else c.english, str(c.label))))
        for c in columns.columns(kind)
        if c.key not in own
    ]


def _few(words: Sequence[str], label: str, most: int = 4) -> list[str]:
    """The first words that say more than the label does; a word with its apostrophe is the same word."""
    found = {w.replace(" ", ""): w for w in reversed(words) if w and w != fold(label)}
    return list(reversed(found.values()))[:most]


def time_left(seconds: float) -> str:
    """``about 2 minutes``."""
    minutes = round(seconds / 60)
    if seconds < 10:
        return _("a few seconds")
    if minutes < 2:
        n = max(10, round(seconds / 10) * 10)
        return _("about %(n)s seconds") % {"n": n}
    return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
