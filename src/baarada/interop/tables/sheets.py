"""Files as rows on disk: read once by a watched child, then gone through a row at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cbor2
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from baarada.interop.tables import reading
from baarada.kernel import children
from baarada.kernel.errors import Refused

MEMORY_MB, SECONDS = 600, 180

SENTENCES = {
    reading.NOT_A_TABLE: _("This file is not a list. Save it as XLSX or CSV, then bring it again."),
    reading.ENCRYPTED: _("This file is protected by a password; save it without one, then bring it again."),
    reading.MACROS: _(
        "This file holds macros (programs). Save it as XLSX without macros, then bring it again."
    ),
    reading.TOO_LARGE: _("This file is larger than a list of 200,000 rows. Cut it into several files."),
    reading.TOO_WIDE: _("This file has more than 300 columns. Keep those of the list, then bring it again."),
    reading.DAMAGED: _("This file is damaged or cut short. Ask for it again, or save it again as XLSX."),
    reading.EMPTY: _("This file is empty."),
    reading.OLD_FORMAT: _("This file has the old Excel format (XLS). Save it as XLSX, then bring it again."),
    reading.NO_RESULTS: _(
        "This file holds formulas without their results. Open it in a spreadsheet program, save it, bring it again."
    ),
    reading.WEB_PAGE: _(
        "This file is a page of the web under the name of a sheet. Open it in a spreadsheet program, save it as XLSX."
    ),
    reading.OTHER_FORMAT: _(
        "This file has another format of sheets (ODS, XLSB, Numbers). Save it as XLSX, then bring it again."
    ),
}
ABOUT, HOW, CHOICES = _("About this list"), _("How to fill it in"), _("Choices")
"""Sheets that this program writes beside a list: never the list, however much they hold."""
_TOO_HEAVY = _("This file takes too much memory or time to open. Cut it into several files.")


Row = tuple[int, int, list[str]]
"""Which sheet of a file, from 0; the row's number as the person sees it, from 1; its cells."""


@dataclass(slots=True)
class Part:
    """What is known of one sheet of a file."""

    name: str
    hidden: bool
    ours: bool
    wide: bool = False
    """Known when its rows have been gone through: it has more columns than are read."""


@dataclass(slots=True)
class Book:
    """A file that was read: the rows of its sheets lie in ``spool``."""

    spool: Path
    kind: str
    parts: list[Part] = field(default_factory=list)
    """The sheets met so far, while rows are gone through."""

    def rows(self) -> Iterator[Row]:
        """Each row of each sheet, in the order of the file."""
        self.parts.clear()
        with self.spool.open("rb") as file:
            decoder = cbor2.CBORDecoder(file)
            decoder.decode()
            number = 0
            while True:
                try:
                    found = decoder.decode()
                except cbor2.CBORDecodeEOF:
                    return
                if isinstance(found, list):
                    number += 1
                    yield len(self.parts) - 1, number, found
                elif "name" in found:
                    self.parts.append(Part(found["name"], found["hidden"], found["ours"]))
                    number = 0
                else:
                    self.parts[-1].wide = found["wide"]


def read(source: Path, spool: Path, *, keep_on: Callable[[], bool] = lambda: True) -> Book:
    """Take a spreadsheet apart in a watched process.

    Raises:
        Refused: it cannot be read; the sentence says what to do.
    """
    try:
        children.run(
            "baarada.interop.tables.reading",
            [str(source), str(spool), *asides()],
            memory_mb=MEMORY_MB,
            seconds=SECONDS,
            keep_on=keep_on,
        )
    except children.ChildFailed as failed:
        spool.unlink(missing_ok=True)
        raise Refused(SENTENCES.get(failed.code, _TOO_HEAVY)) from None
    return open_again(spool)


def asides() -> list[str]:
    """The names of the sheets beside a list, in each language."""
    out = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            out += [str(name)[:31] for name in (ABOUT, HOW, CHOICES)]
    return out


def open_again(spool: Path) -> Book:
    """A file read before."""
    with spool.open("rb") as file:
        about = cbor2.CBORDecoder(file).decode()
    return Book(spool, about["kind"])
