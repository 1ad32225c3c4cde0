"""A figure in rows and in one sentence: what commands, files and pages say alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baarada.indicators import asking
from baarada.indicators import definitions as d
from baarada.indicators.areas import COUNTRY
from baarada.indicators.densities import Densities, Density
from baarada.indicators.figures import Figure, LeftOut
from baarada.registry import lists
from baarada.registry.display import number, percent, whole_day

DECIMALS = 2
"""Of a density: most are below one."""
HARMFUL = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


@dataclass(slots=True)
class Table:
    """Rows under headings; numbers stay numbers, what cannot be told is None."""

    title: str
    headings: list[str]
    rows: list[list[Any]]
    notes: list[str]


def where(figure: Figure) -> str:
    """The place of a figure: ``Ambrel (province)``, the country alone."""
    place = figure.place
    if figure.facility or figure.office:
        return figure.facility or figure.office
    if place is None:
        return _("the register")
    kind = lists.label(asking.LEVELS, place.kind)
    return place.name if place.kind == COUNTRY or not kind else f"{place.name} ({kind.lower()})"


def sentence(figure: Figure) -> str:
    """``On 21 November 2026, Ambrel (province) has 412 staff in post, of whom 38% are women.``"""
    day = whole_day(figure.question.on)
    if not figure.value:
        said = _("On %(day)s, nobody is known to be in post: %(where)s.")
        return said % {"day": day, "where": where(figure)}
    said = ngettext(
        "On %(day)s, %(where)s has %(n)s person in post",
        "On %(day)s, %(where)s has %(n)s people in post",
        figure.value,
    ) % {"day": day, "n": number(figure.value), "where": where(figure)}
    if figure.sex_known:
        said += _(", of whom %(share)s are women") % {"share": percent(figure.women, figure.sex_known)}
    return f"{said}."


def known_sentence(figure: Figure | Densities) -> str:
    """As known when; empty for now."""
    known = figure.question.known
    return _("As known when %(day)s ended.") % {"day": whole_day(known)} if known else ""


def coverage(figure: Figure) -> str:
    """Of how many the sex and the age are known."""
    return _("Sex known for %(sex)s, age for %(age)s.") % {
        "sex": percent(figure.sex_known, figure.value or 1),
        "age": percent(figure.age_known, figure.value or 1),
    }


def headcount_table(figure: Figure) -> Table:
    """A headcount as a table: its lines, and the total that they add up to."""
    headings = [str(one.label) for one in figure.by] + [_("Staff")]
    rows: list[list[Any]] = [[*line.labels, line.value] for line in figure.lines]
    total = [_("Total"), *[""] * (len(figure.by) - 1)][: max(1, len(figure.by))]
    headings = headings if figure.by else ["", *headings]
    rows.append([*total, figure.value])
    notes = [sentence(figure), known_sentence(figure), coverage(figure) if figure.value else ""]
    notes += [*left_out(figure.left_out), about(figure.definition)]
    return Table(str(figure.definition.label), headings, rows, [one for one in notes if one])


def left_out(found: Iterable[LeftOut]) -> list[str]:
    """What is not counted, a sentence for each."""
    return [_("Not counted: %(n)s %(why)s.") % {"n": number(one.count), "why": one.why} for one in found]


def about(definition: d.Definition) -> str:
    """What a figure is, in a line."""
    return _("Definition %(code)s, version %(version)s. %(counts)s %(source)s") % {
        "code": definition.code, "version": definition.version, "counts": definition.counts,
        "source": definition.source,
    }  # fmt: skip


def threshold_name(one: d.Threshold) -> str:
    """``22,8: WHO, World Health Report, 2006 ...``: never without where it comes from."""
    return _("%(value)s: %(source)s, %(year)s – %(means)s; %(caveat)s") % {
        "value": decimal(one.value), "source": one.source, "year": one.year, "means": one.means,
        "caveat": one.caveat,
    }  # fmt: skip


def decimal(value: Decimal, places: int | None = None) -> str:
    """``22,8``: as many decimals as asked for, else as the number has."""
    text = f"{value.normalize():f}" if places is None else f"{value:.{places}f}"
    whole, _mark, rest = text.partition(".")
    mark = "," if lists.language() == "fr" else "."
    return f"{number(int(whole))}{mark if rest else ''}{rest}"


def population_note(row: Density) -> str:
    """The year, edition, source and certainty of the population under a density."""
    one = row.population
    if one is None or row.value is None:
        return row.why_not
    edition, source = one.edition or "", one.source or ""
    said = [str(one.year), "" if edition in source else edition, source]
    if one.perimeter:
        said.append(_("perimeter: %(perimeter)s") % {"perimeter": one.perimeter})
    return ", ".join(text for text in said if text)


def density_table(found: Densities, *, brief: bool = False) -> Table:
    """Densities as a table, the gaps to each threshold side by side; ``brief`` tells the populations below it."""
    gaps = [_("Missing for %(value)s") % {"value": decimal(one.value)} for one in d.THRESHOLDS]
    occupations = [] if brief else [str(one.label) for one in d.OCCUPATIONS]
    headings = [
        str(found.by.label) if found.by else _("Place"), *occupations, _("Staff"), _("Inhabitants"),
        _("For each 10,000"), *gaps, *([] if brief else [_("Population: year, source"), _("Certainty")]),
    ]  # fmt: skip
    shown = [*found.rows, found.whole]
    notes = [known_sentence(found), *left_out(found.left_out)]
    if brief:
        notes += populations_told(shown)
    notes += [threshold_name(one) for one in d.THRESHOLDS]
    notes += [_("These are marks to compare with, not norms of the country."), about(found.definition)]
    rows = [_density_row(row, brief) for row in shown]
    return Table(str(found.definition.label), headings, rows, [one for one in notes if one])


def density_title(found: Densities) -> str:
    """What the chart of densities says, as a conclusion: how the place stands to the lowest threshold."""
    whole, lowest = found.whole, d.THRESHOLDS[0]
    if whole.value is None:
        return _("%(place)s: no density can be told, as %(why)s") % {
            "place": whole.label,
            "why": whole.why_not,
        }
    said = {"place": whole.label, "value": decimal(whole.value, DECIMALS), "mark": decimal(lowest.value)}
    if whole.value >= lowest.value:
        return (
            _("%(place)s has %(value)s for each 10,000 inhabitants, above the lowest mark of %(mark)s") % said
        )
    said["n"] = number(whole.missing(lowest) or 0)
    return (
        _(
            "%(place)s has %(value)s for each 10,000 inhabitants; %(n)s more would reach the lowest mark of %(mark)s"
        )
        % said
    )


def density_sentence(found: Densities) -> str:
    """What a density rests on: how many staff on which day, how many inhabitants in which year."""
    whole = found.whole
    day = whole_day(found.question.on)
    if whole.value is None or whole.population is None:
        return _("On %(day)s: %(n)s doctors, nurses and midwives in post.") % {
            "day": day, "n": number(whole.counted),
        }  # fmt: skip
    return _("On %(day)s: %(n)s doctors, nurses and midwives in post for %(people)s inhabitants (%(note)s).") % {
        "day": day, "n": number(whole.counted), "people": number(whole.population.people),
        "note": population_note(whole),
    }  # fmt: skip


def _density_row(row: Density, brief: bool) -> list[Any]:
    people = row.population.people if row.population else None
    occupations = [] if brief else row.staff.values()
    said = [row.label, *occupations, row.counted if row.is_present else None, people, row.value]
    said += [row.missing(one) for one in d.THRESHOLDS]
    return said if brief else [*said, population_note(row), certainty(row)]


def certainty(row: Density) -> str:
    """How sure the population under a density is, in a word."""
    quality = row.population.quality if row.population else None
    return lists.label("quality", quality) if quality else ""


def populations_told(rows: Iterable[Density]) -> list[str]:
    """Which populations densities rest on, each told once with its places; and why some have none."""
    found: dict[tuple[bool, str], list[str]] = {}
    for row in rows:
        told = row.value is not None
        mark = f" ({certainty(row)})" if told and not row.is_sure else ""
        found.setdefault((told, population_note(row) + mark), []).append(row.label)
    return [
        (_("Population %(note)s: %(places)s.") if told else _("No density, as %(note)s: %(places)s."))
        % {"note": note, "places": ", ".join(places)}
        for (told, note), places in found.items()
    ]


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(HARMFUL) else cell


def shown(cell: Any) -> str:
    """A cell in words."""
    if cell is None:
        return _("not known")
    if isinstance(cell, Decimal):
        return decimal(cell, DECIMALS)
    return number(cell) if isinstance(cell, int) else str(cell)


def json_of(figure: Figure | Densities) -> dict[str, Any]:
    """A figure for machines: codes and numbers; what cannot be told is null."""
    question = figure.question
    out: dict[str, Any] = {
        "definition": {"code": figure.definition.code, "version": figure.definition.version},
        "at": question.on.isoformat(), "as_known": question.known.isoformat() if question.known else None,
        "left_out": [{"why": one.why, "count": one.count} for one in figure.left_out],
    }  # fmt: skip
    if isinstance(figure, Densities):
        out["thresholds"] = [
            {"value": str(one.value), "source": str(one.source), "year": one.year, "caveat": str(one.caveat)}
            for one in d.THRESHOLDS
        ]
        out["whole"], out["rows"] = _density_json(figure.whole), [_density_json(row) for row in figure.rows]
        return out
    place = figure.place
    lines = [
        {"keys": list(line.keys), "labels": list(line.labels), "value": line.value} for line in figure.lines
    ]
    return out | {
        "place": {"code": place.code, "name": place.name} if place else None, "by": [one.name for one in figure.by],
        "value": figure.value, "women": figure.women, "sex_known": figure.sex_known, "age_known": figure.age_known,
        "lines": lines,
    }  # fmt: skip


def _density_json(row: Density) -> dict[str, Any]:
    one = row.population
    return {
        "code": row.place.code if row.place else None, "name": row.label, "staff": row.staff, "counted": row.counted,
        "population": {
            "people": one.people, "year": one.year, "perimeter": one.perimeter, "source": one.source,
            "quality": one.quality,
        } if one else None,
        "per_10_000": str(row.value) if row.value is not None else None, "why_not": row.why_not or None,
        "missing": {str(one.value): row.missing(one) for one in d.THRESHOLDS},
    }  # fmt: skip
