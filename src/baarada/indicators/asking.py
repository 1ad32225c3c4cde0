"""What is asked of a figure: the day, what was known, where, broken down by what. Read from an address or a command."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.indicators.areas import COUNTRY, AreaMap, Place
from baarada.indicators.definitions import DIMS, PLACE, Dim
from baarada.journal import runtime
from baarada.kernel.days import BadDate, parse
from baarada.kernel.errors import Refused
from baarada.registry import extras, lists

MOST_DIMS = 3
LEVELS = "area_kind"
"""The list of levels of places."""


@dataclass(frozen=True, slots=True)
class Question:
    """One figure asked for."""

    on: date
    known: date | None = None
    by: tuple[str, ...] = ()
    area: UUID | None = None
    facility: UUID | None = None
    office: UUID | None = None
    """In the facilities that answer to an office, or to one below it."""
    cells: tuple[tuple[str, str], ...] = ()
    """Narrowed to some lines: what each is broken down by, and the line's key."""

    def narrowed(self, cells: Iterable[tuple[str, str]]) -> "Question":
        """The same question of the people behind one line."""
        return replace(self, by=(), cells=(*self.cells, *cells))


def dims() -> dict[str, Dim]:
    """All ways to break a figure down: those of the program, each level of places, and the country's own fields."""
    levels = {
        item.code: Dim(item.code, str(item), unknown=DIMS[PLACE].unknown)
        for item in lists.items(LEVELS) if item.code and item.code != COUNTRY
    }  # fmt: skip
    return levels | DIMS | own_fields()


def own_fields() -> dict[str, Dim]:
    """The country's own fields of which a file says one choice, or yes or no."""
    return {
        f"{extras.PREFIX}{field.code}": Dim(
            f"{extras.PREFIX}{field.code}", field.label, field.list, _("not known")
        )
        for field in extras.fields()
        if field.type in ("code", "yes_no")
    }


def dim(name: str) -> Dim:
    """One way to break a figure down."""
    return dims().get(name) or Dim(name, name, unknown=DIMS[PLACE].unknown)


def is_level(name: str) -> bool:
    """True for a level of places."""
    return name not in DIMS and not name.startswith(extras.PREFIX)


def read_by(names: Iterable[str]) -> tuple[str, ...]:
    """The ways to break down that some words name.

    Raises:
        Refused: a word names none, or there are too many.
    """
    found = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    known = dims()
    for name in found:
        if name not in known:
            raise Refused(
                _("A figure is not broken down by “%(name)s”. Choose among: %(names)s.")
                % {"name": name[:40], "names": ", ".join(known)}
            )
    if len(found) > MOST_DIMS:
        raise Refused(
            _("A figure is broken down by %(most)s things at most. Leave some out.") % {"most": MOST_DIMS}
        )
    return found


def read_day(text: str) -> date:
    """A day as people type it; of a month or a year, its last.

    Raises:
        Refused: it is none.
    """
    try:
        return parse(text).last()
    except BadDate:
        raise Refused(_("“%(text)s” is not a day. Write it as 31/12/2025.") % {"text": text[:40]}) from None


def read_known(text: str) -> date | None:
    """The day as of which the register is asked; None for what is known now.

    Raises:
        Refused: it is no day.
    """
    found = read_day(text)
    return found if found < runtime.today() else None


def read_area(text: str, areas: AreaMap) -> Place:
    """The area with a code or a name, on the day of the map.

    Raises:
        Refused: there is none, or there are several of that name.
    """
    found = areas.named(text)
    if not found:
        top = areas.country
        codes = [areas.places[pk].code for pk in (areas.below.get(top.pk, ()) if top else ())]
        raise Refused(
            _("No place had the code “%(code)s” on that day. There were, among others: %(codes)s.")
            % {"code": text[:40], "codes": ", ".join(sorted(filter(None, codes))[:12]) or "–"}
        )
    if len(found) > 1:
        raise Refused(
            _("Several places are called “%(name)s”: name one by its code (%(codes)s).")
            % {"name": text[:40], "codes": ", ".join(sorted(p.code for p in found)[:12])}
        )
    return found[0]


def read_cells(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The lines that an address names, each as ``what:key``.

    Raises:
        Refused: one names nothing.
    """
    out = []
    for text in texts:
        name, mark, key = text.partition(":")
        if not mark or len(key) > 200:
            raise Refused(_("This address names no line of a figure. Begin again from the figure."))
        out.append((name, key))
    read_by(dict(out))
    return tuple(out)


def of_address(query: Mapping[str, Sequence[str]]) -> Question:
    """The question of which these are the parts of an address, without what it is broken down by: see ``address``.

    Raises:
        Refused: a day or a line is none.
    """

    def first(name: str) -> str:
        return next(iter(query.get(name, ())), "")

    return Question(
        on=read_day(first("on")) if first("on") else runtime.today(),
        known=read_known(first("known")) if first("known") else None,
        area=_id(first("area")), facility=_id(first("facility")), office=_id(first("office")),
        cells=read_cells(query.get("is", ())),
    )  # fmt: skip


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def address(question: Question) -> list[tuple[str, str]]:
    """A question as the parts of an address."""
    out = [("on", question.on.isoformat())]
    if question.known:
        out.append(("known", question.known.isoformat()))
    if question.facility:
        out.append(("facility", str(question.facility)))
    if question.office:
        out.append(("office", str(question.office)))
    # Named also where it is the whole country: a page that is not told begins with the reader's own place.
    out.append(("area", str(question.area or "")))
    out += [("by", name) for name in question.by]
    return out + [("is", f"{name}:{key}") for name, key in question.cells]
