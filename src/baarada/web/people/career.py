"""The career line: postings to scale, newest first, with the gaps between them drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.safestring import SafeString

from baarada.registry import summaries
from baarada.registry.display import duration
from baarada.registry.models import Absence, Employment, Posting

GAP_DAYS = 45
"""A shorter hole between two postings is not worth a question."""
LEAST_WIDTH = 0.4
MOST_TOLD = 3
"""So many statuses or absences are named beside their bars: the latest."""
ROOM_FOR_TODAY = 12
"""So much of the drawing's width before its end has no year written: the word for today stands there."""


@dataclass(slots=True)
class Bar:
    """One row: a posting, or a gap. Places and widths in per cent of the drawing."""

    posting: Posting | None
    first: date
    last: date
    running: bool
    x: str
    width: str
    style: str
    duration: str


@dataclass(slots=True)
class Lane:
    """What held beside the postings, on one line of the drawing: statuses, or absences."""

    kind: str
    """``statuses`` or ``absences``."""
    words: str
    days: str
    bars: list[tuple[str, str, str]]
    """Where each begins, how wide it is, its style."""


@dataclass(slots=True)
class Career:
    """The whole line, with its years and today's mark."""

    bars: list[Bar]
    years: list[tuple[int, str]]
    today: str
    lanes: list[Lane] = field(default_factory=list)

    @property
    def scale(self) -> SafeString:
        """The years above the bars."""
        return SafeString("".join(f'<text x="{x}" y="12">{year}</text>' for year, x in self.years))

    @property
    def marks(self) -> SafeString:
        """The thin lines of the years, and today's: the same behind each bar."""
        years = "".join(f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="24"/>' for _year, x in self.years)
        return SafeString(f'{years}<line class="today" x1="{self.today}" x2="{self.today}" y1="-8" y2="32"/>')


def career(postings: list[Posting], today: date, rows: Sequence[Any] = ()) -> Career:
    """Draw the postings of somebody who is seen today, and below them the statuses and absences among some rows."""
    dated = [p for p in postings if p.starts]
    if not dated:
        return Career([_undated(p) for p in postings], [], "")
    beside = [r for r in rows if isinstance(r, Employment | Absence) and r.starts]
    first_year = min(r.starts.first().year for r in (*dated, *beside))
    begin, end = date(first_year, 1, 1), date(max(today.year + 1, first_year + 1), 1, 1)
    span = (end - begin).days

    def place(day: date) -> float:
        return 100 * min(max((day - begin).days, 0), span) / span

    bars = [_bar(p, today, place) for p in dated] + [_undated(p) for p in postings if not p.starts]
    bars += _gaps(dated, today, place)
    bars.sort(key=lambda b: (not b.running, -b.first.toordinal()))
    step = max(1, (end.year - first_year) // 6)
    years = [(y, f"{place(date(y, 1, 1)):.2f}%") for y in range(first_year, end.year, step)]
    years = [(y, x) for y, x in years if float(x[:-1]) < place(today) - ROOM_FOR_TODAY]
    return Career(bars, years, f"{place(today):.2f}%", _lanes(beside, today, place))


def _lanes(rows: Sequence[Any], today: date, place: Callable[[date], float]) -> list[Lane]:
    out = []
    for kind, model in (("statuses", Employment), ("absences", Absence)):
        own = sorted((r for r in rows if isinstance(r, model)), key=lambda r: (r.starts.number, str(r.pk)))
        if own:
            bars = [_drawn(row, today, place) for row in own]
            words = "; ".join(dict.fromkeys(map(summaries.title, own[-MOST_TOLD:])))
            out.append(Lane(kind, words, summaries.days(own[-1]), bars))
    return out


def _drawn(row: Any, today: date, place: Callable[[date], float]) -> tuple[str, str, str]:
    first, last = row.starts.first(), row.ends.last() if row.ends else today
    x = place(first)
    width = max(place(max(last, first) + timedelta(days=1)) - x, LEAST_WIDTH)
    style = "f2" if isinstance(row, Absence) else "f3" if row.span.holds(today) else "f0"
    return f"{x:.2f}%", f"{width:.2f}%", style


def _bar(posting: Posting, today: date, place: Any) -> Bar:
    first = posting.starts.first()
    running = posting.span.holds(today)
    last = today if running and not posting.ends else posting.ends.last() if posting.ends else today
    style = "f1" if posting.main else "fl"
    return _make(posting, first, max(last, first), running, style, place)


def _make(posting: Posting | None, first: date, last: date, running: bool, style: str, place: Any) -> Bar:
    x = place(first)
    width = max(place(last + timedelta(days=1)) - x, LEAST_WIDTH)
    return Bar(posting, first, last, running, f"{x:.2f}%", f"{width:.2f}%", style, duration(first, last))


def _undated(posting: Posting) -> Bar:
    return Bar(posting, date.min, date.min, posting.ends is None, "0%", "0%", "f1", "")


def _gaps(postings: list[Posting], today: date, place: Any) -> list[Bar]:
    """Spans between the first posting and today in which nothing is known."""
    spans = sorted((p.starts.first(), p.ends.last() if p.ends else today) for p in postings)
    out: list[Bar] = []
    reached = spans[0][1]
    for first, last in spans[1:]:
        if (first - reached).days > GAP_DAYS:
            out.append(
                _make(None, reached + timedelta(days=1), first - timedelta(days=1), False, "fx", place)
            )
        reached = max(reached, last)
    return out
