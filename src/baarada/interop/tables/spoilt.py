"""Numbers that a spreadsheet or a typist spoilt, told by what the other numbers of their column look like.

A number is never mended in silence: what it may have been is proposed, and somebody says so once for the whole file.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from baarada.interop.tables.answers import BadCell
from baarada.interop.tables.parsed import Parsed
from baarada.kernel.text import tidy

MENDED, KEPT = "mended", "kept"
LEAST_ROWS = 5
MOST_OF_ALL = 0.8
"""So many numbers of a column look alike before one that does not is held to be spoilt."""
MOST_ZEROS = 4
"""So many zeros may have been lost."""
MOST_SHAPES = 2_000
LONGEST = 40
_AS_FIGURE = str.maketrans("OoIl", "0011")
_AS_LETTER = str.maketrans("01", "OI")
_POINT = ".0"


def shape(number: str) -> str:
    """What a number looks like: 9 for a figure, A for a letter, other marks as they are."""
    return "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in number[:LONGEST])


def shapes(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What the numbers of each column look like, where most of them look alike: by column key."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        for key, cell in row.items():
            if key.startswith("number."):
                own = counted.setdefault(key, Counter())
                found = shape(tidy(cell).removesuffix(_POINT))
                if found in own or len(own) < MOST_SHAPES:
                    own[found] += 1
    out = {}
    for key, own in counted.items():
        common, times = own.most_common(1)[0]
        if times >= LEAST_ROWS and times >= MOST_OF_ALL * own.total():
            out[key] = common
    return out


def mended(number: str, wanted: str) -> str:
    """What a number may have been before it was spoilt; the number itself where nothing tells.

    >>> mended("142318K", "9999999A"), mended("O142318K", "9999999A"), mended("123456.0", "")
    ('0142318K', '0142318K', '123456')
    """
    if number.endswith(_POINT) and number.removesuffix(_POINT).isdigit():
        number = number.removesuffix(_POINT)
    if not wanted or shape(number) == wanted:
        return number
    missing = len(wanted) - len(number)
    tries = [_by_place(number, wanted)] if not missing else []
    if 0 < missing <= MOST_ZEROS and wanted[:missing] == "9" * missing:
        tries += ["0" * missing + number, "0" * missing + _by_place(number, wanted[missing:])]
    return next((one for one in tries if shape(one) == wanted), number)


def _by_place(number: str, wanted: str) -> str:
    """Letters that look like figures as figures, where figures are wanted; and the other way."""
    ways = {"9": _AS_FIGURE, "A": _AS_LETTER}
    return "".join(
        c.translate(ways[mark]) if mark in ways else c for c, mark in zip(number, wanted, strict=True)
    )


@dataclass(slots=True)
class Numbers:
    """Reads the numbers of a file: what its columns look like, and what somebody said of those that do not."""

    shapes: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""

    def read(self, row: Parsed, key: str) -> str:
        """A number of a row; nothing where it is empty or, with a problem noted, looks spoilt."""
        return row.read(key, lambda cell: self._read(row, key, tidy(cell))) or ""

    def _read(self, row: Parsed, key: str, number: str) -> str:
        found = mended(number, self.shapes.get(key, ""))
        if found == number:
            return number
        row.spoilt.append((key, number, found))
        if not self.answer:
            raise BadCell(
                _("This number looks spoilt. Say for the whole file whether it is %(number)s.")
                % {"number": found}
            )
        return found if self.answer == MENDED else number
