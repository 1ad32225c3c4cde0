"""What is asked once about a whole file: births of which only the year is known, spoilt numbers, words that nothing
here is called. Answers about words are remembered of the file's sender."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from baarada.interop.models import PLANNED, ImportJob, LearnedValue
from baarada.interop.tables import answers, births, cells, layout, spoilt
from baarada.interop.tables.answers import Answers, Asked, Unknowns
from baarada.interop.tables.births import BIRTH_DAYS, BIRTHS, Births, Question
from baarada.interop.tables.parsed import Parsed
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.text import fold
from baarada.registry import lists, search
from baarada.registry import queries as registry
from baarada.registry.models import Area, Facility, Office
from baarada.registry.searchkeys import fold_place

NUMBERS, SPOILT, SHAPES = "numbers", "spoilt", "shapes"
"""Of an import's options: the answer, how many numbers look spoilt with some of them, what columns look like."""
WORDS, NEEDED, UNKNOWN, UNKNOWN_MORE = "words", "needed", "unknown", "unknown_more"
"""Of an import's options: answers about words of this file; those that its dry run needed; words not known yet."""
OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    **births.OPTIONS, NUMBERS: (spoilt.MENDED, spoilt.KEPT),
})  # fmt: skip
"""Questions about a whole file, with their answers."""
BORN = "born"
SAME_FILES = 5
"""Among so many earlier imports of the same file its answers are looked for."""
EXAMPLES = 5
LEGEND_ROWS = 300
MOST_ALIKE = 5
MOST_OF_SENDER = 500
LIKE_ENOUGH, NEARLY, SHORTENED = 70, 80, 90
Choices = list[tuple[str, str]]
"""What can be chosen: value and label."""
MOST_NEAR = 3
SHORTEST = 3
SHARED_BY, SHARED_PART = 3, 5
"""A word that three choices, and a fifth of all, have in common does not tell them apart."""
_LEGEND = re.compile(r"(?<![0-9a-z])([12]) ?[=:-] ?([a-z]+)|(?<![a-z])([a-z]+) ?[=:-] ?([12])(?![0-9])")


class Seen:
    """What a dry run sees in the rows of a file that it asks about afterwards."""

    def __init__(self) -> None:
        self.births = Births()
        self.unknowns = Unknowns()
        self.spoilt = 0
        self.examples: list[list[str]] = []

    def look(self, rows: Iterable[Parsed]) -> None:
        """Look at some rows."""
        for row in rows:
            self.births.look(row.cells.get(BORN, ""))
            self.unknowns.look(row)
            self.spoilt += bool(row.spoilt)
            self.examples += [[cell, found] for _key, cell, found in row.spoilt][
                : EXAMPLES - len(self.examples)
            ]

    def as_options(self) -> dict[str, Any]:
        """What to note of it with the job."""
        return {
            BIRTH_DAYS: self.births.suspicious(), UNKNOWN: self.unknowns.as_json(),
            UNKNOWN_MORE: self.unknowns.more, SPOILT: {"count": self.spoilt, "examples": self.examples},
        }  # fmt: skip


def note(job: ImportJob, found: dict[str, Any]) -> None:
    """Keep some options with a job."""
    job.options = {**job.options, **found}
    ImportJob.objects.filter(pk=job.pk).update(options=job.options)


# -- before a dry run -----------------------------------------------------------------------


def answered_before(job: ImportJob) -> dict[str, Any]:
    """What was answered about this very file when it came before; what the file itself says of its figures."""
    same = ImportJob.objects.filter(kind=job.kind, digest=job.digest).exclude(pk=job.pk).order_by("-pk")
    own = {WORDS: _legend(job)}
    # Words are remembered of the sender: what was forgotten there is asked again.
    kept = {*OPTIONS, BIRTH_DAYS}
    for options in same.values_list("options", flat=True)[:SAME_FILES]:
        if OPTIONS.keys() & options.keys():
            return own | {name: value for name, value in options.items() if name in kept}
    return own


def _legend(job: ImportJob) -> dict[str, str]:
    """Which figure stands for which sex, where the headings or a sheet beside the list say so: “1 = masculin”."""
    found: set[str] = set()
    for at, number, row in layout.book_of(job).rows():
        sheet = job.sheets[at]
        if number <= (LEGEND_ROWS if sheet["why"] else sheet["last"]):
            for cell in row:
                found |= _said_of_sexes(cell)
    return {answers.key_of(answers.SEX, "1"): found.pop()} if len(found) == 1 else {}


def _said_of_sexes(cell: str) -> set[str]:
    """What a cell says that 1 stands for: M or F."""
    out = set()
    plain = " ".join(fold(part) if part.strip().isalnum() else part for part in re.split(r"([=:\-])", cell))
    for one, word, other_word, other in _LEGEND.findall(plain.lower()):
        try:
            sex = cells.sex(word or other_word)
        except answers.BadCell:
            continue
        out.add(sex if (one or other) == "1" else {"F": "M", "M": "F"}[sex])
    return out


def begin_anew(job: ImportJob) -> None:
    """Look at a file before its dry run: what the numbers of its columns look like."""
    rows = (found for _line, found, _cells in layout.lines(job))
    note(job, {SHAPES: spoilt.shapes(rows)})


def furnish(reader: Any, job: ImportJob, *, fresh: bool) -> None:
    """Give what reads a file's rows what was decided about the whole of it.

    A dry run asks anew what its sender's words mean; from then on what it needed holds.
    """
    own = job.options.get(WORDS) or {}
    before = answers.of_sender(job.sender) if fresh else job.options.get(NEEDED) or {}
    reader.answers = Answers({**before, **own})
    reader.numbers = spoilt.Numbers(job.options.get(SHAPES) or {}, job.options.get(NUMBERS, ""))
    if job.options.get(BIRTHS) == births.YEAR_ONLY:
        reader.year_only = set(job.options.get(BIRTH_DAYS, {}))


# -- questions ------------------------------------------------------------------------------


def questions(job: ImportJob) -> list[Question]:
    """What a person is asked once for the whole file. Births: unanswered, the file is taken at its word."""
    out = []
    days: dict[str, int] = job.options.get(BIRTH_DAYS) or {}
    if days:
        out.append(Question(BIRTHS, sorted(days), sum(days.values()), job.options.get(BIRTHS, "")))
    numbers = job.options.get(SPOILT) or {}
    if numbers.get("count"):
        some = [f"{cell} → {found}" for cell, found in numbers["examples"]]
        out.append(Question(NUMBERS, some, numbers["count"], job.options.get(NUMBERS, "")))
    return out


def _check_open(job: ImportJob, by: Actor) -> None:
    by.require("import")
    if job.act is not None or job.state != PLANNED:
        raise Refused(_("This import has begun. Take it back, then bring the file in again."))


def set_option(job: ImportJob, name: str, value: str, *, by: Actor) -> None:
    """Answer a question about the whole file. The dry run must then be made again: by ``plan``, or the worker.

    Raises:
        Refused: there is no such question or answer, or the import has begun.
    """
    _check_open(job, by)
    if name not in OPTIONS or value not in OPTIONS[name]:
        raise Refused(_("Choose one of the answers shown."))
    note(job, {name: value})


def words_asked(job: ImportJob) -> list[Asked]:
    """The words of a file that nothing here is called, those of most rows first."""
    return [Asked(**one) for one in job.options.get(UNKNOWN) or []]


def say(job: ImportJob, said: Mapping[int, str], *, by: Actor) -> None:
    """Say what words of a file mean, by their place among those asked; remembered of its sender.

    An answer is a code, the id of a record, or nothing for a cell to be left out. The dry run must then be made again.

    Raises:
        Refused: there is no such choice, or the import has begun.
    """
    _check_open(job, by)
    asked = words_asked(job)
    found = {}
    for place, text in said.items():
        if not 0 <= place < len(asked):
            raise Refused(_("Choose one of the answers shown."))
        found[place] = _chosen(asked[place].what, text)
    own = dict(job.options.get(WORDS) or {})
    for place, choice in found.items():
        one = asked[place]
        own[answers.key_of(one.what, one.text)] = choice
        answers.remember(job.sender, one.what, one.text, choice)
    note(job, {WORDS: own})


def _chosen(what: str, text: str) -> str:
    """An answer as it is kept, once it is sure that there is such a choice."""
    model: Any = {answers.FACILITY: Facility, answers.AREA: Area}.get(what)
    known = text == answers.EMPTY or text in {value for value, _label in choices(what)}
    if known or (model is not None and _is_id(text) and model.objects.live().filter(pk=UUID(text)).exists()):
        return text
    raise Refused(_("Choose one of the answers shown."))


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def choices(what: str) -> Choices:
    """Everything a word can mean, where that is not too much to be shown: value and label."""
    today = runtime.today()
    if what == answers.CADRE:
        return [(str(cadre.pk), cadre.label()) for cadre in lists.cadres(today)]
    if what == answers.OFFICE:
        return [(str(office.pk), str(office)) for office in registry.offices()]
    if what == answers.SEX:
        return [(item.code or "", str(item)) for item in lists.items("sex") if item.code in ("F", "M")]
    if what.startswith(answers.LIST):
        return [(item.code or "", str(item)) for item in lists.items(what.removeprefix(answers.LIST), today)]
    return []


def alike(what: str, text: str, sender: UUID) -> Choices:
    """What a word most likely means: as others said of theirs, then by likeness."""
    if what == answers.FACILITY:
        found = [(str(f.pk), _with_place(f)) for f in _facilities_alike(text, sender)]
    elif what == answers.AREA:
        found = [(str(a.pk), _with_kind(a)) for a in search.areas_like(text, MOST_ALIKE)]
    elif what == answers.CADRE:
        called = [(str(cadre.pk), cadre.label()) for cadre in cells.Finder().cadres_called(text)]
        found = called[:MOST_ALIKE] or _nearest(text, choices(what), _names(what))
    else:
        found = _nearest(text, choices(what), _names(what)) if what != answers.SEX else []
    others = (
        LearnedValue.objects.filter(what=what, written=fold(text)).exclude(sender=sender).exclude(choice="")
    )
    said = dict.fromkeys(others.order_by("-pk").values_list("choice", flat=True)[:MOST_ALIKE], "")
    labels = dict([*choices(what), *found]) if said else {}
    first = [(choice, labels[choice]) for choice in said if choice in labels]
    return list(dict.fromkeys([*first, *found]))[:MOST_ALIKE]


def _nearest(text: str, known: Sequence[tuple[str, str]], names: Mapping[str, Sequence[Any]]) -> Choices:
    """The choices most like a word, by any of their names. What many share (a kind of facility) says nothing."""
    called = {
        value: [fold_place(t).split() for t in names.get(value, [label]) if t] for value, label in known
    }
    counted = Counter(word for some in called.values() for word in {w for words in some for w in words})
    shared = {word for word, n in counted.items() if n >= SHARED_BY and n * SHARED_PART >= len(known)}
    own = [w for w in fold_place(text).split() if not any(fuzz.ratio(w, other) >= NEARLY for other in shared)]
    scores = {
        value: max(_likeness(own, [word for word in words if word not in shared]) for words in [[], *some])
        for value, some in called.items()
    }
    best = sorted((one for one in known if scores[one[0]] >= LIKE_ENOUGH), key=lambda one: -scores[one[0]])
    return best[:MOST_NEAR]


def _names(what: str) -> dict[str, Sequence[Any]]:
    """Everything that some choices are called, in any language."""
    if what == answers.CADRE:
        return {
            str(c.pk): [c.label_m, c.label_f, c.label_en, *(c.spellings or [])]
            for c in lists.cadres(runtime.today())
        }
    if what.startswith(answers.LIST):
        items = lists.items(what.removeprefix(answers.LIST), runtime.today())
        return {i.code or "": [i.label_fr, i.label_en] for i in items}
    return {}


def _likeness(own: Sequence[str], theirs: Sequence[str]) -> float:
    """How like some words are to others, of 100; each may be shortened, as in “Aide soign.”."""
    if not own or not theirs:
        return 0.0
    short = all(len(w) >= SHORTEST and any(other.startswith(w) for other in theirs) for w in own)
    alike = fuzz.ratio(" ".join(own), " ".join(theirs))
    return max(alike, SHORTENED + alike / 100) if short else alike


def _facilities_alike(text: str, sender: UUID) -> list[Facility]:
    """Facilities whose name ends like a word; then those of the sender that are spelt much like it."""
    office = Office.objects.filter(pk=sender).first()
    own = list(registry.facilities_of_office(office, runtime.today())[:MOST_OF_SENDER]) if office else []
    near = _nearest(text, [(str(f.pk), str(f)) for f in own], {})
    by_id = {str(f.pk): f for f in own}
    called = cells.Finder().facilities_called(text)[:MOST_ALIKE]
    ways = [*called, *search.facilities_alike(text, MOST_ALIKE), *(by_id[pk] for pk, _name in near)]
    return list({f.pk: f for f in ways}.values())[:MOST_ALIKE]


def _with_place(facility: Facility) -> str:
    return ", ".join(t for t in (str(facility), facility.area_label) if t)


def _with_kind(area: Area) -> str:
    return ", ".join(t for t in (str(area), lists.label("area_kind", area.kind)) if t)


def label_of(what: str, choice: str) -> str:
    """What an answer is called."""
    if choice == answers.EMPTY:
        return _("the cell is left empty")
    model: Any = {answers.FACILITY: Facility, answers.AREA: Area, answers.OFFICE: Office}.get(what)
    if model is not None:
        found = model.objects.filter(pk=UUID(choice)).first() if _is_id(choice) else None
        return str(found) if found else _("no longer here")
    return dict(choices(what)).get(choice) or _("no longer here")


def column_of(job: ImportJob, key: str) -> str:
    """How a file heads a column."""
    return next(islice((one["heading"] for one in job.mapping if one["key"] == key), 1), key)
