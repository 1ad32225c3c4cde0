"""Reads a country's pack: ``pack.toml`` and tables in CSV. The format: ``docs/reference/packs.md``.

Nothing here knows the database. Tables are read when first asked for, and refused at the line
that is wrong.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from baarada.kernel.ids import Id, as_id, as_uuid

FOLDER = Path(__file__).parent

TABLES = ("areas", "populations", "inclusions", "offices", "facilities", "assignments", "cadres", "lists")
"""The journalled tables, in the order in which they are written: what is pointed to comes first."""

BETWEEN = "|"
"""Parts the texts of a cell that holds several."""


class BadPack(ValueError):
    """A pack's file that cannot be used: where, and why."""

    def __init__(self, place: object, why: str) -> None:
        super().__init__(f"{place}: {why}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a journalled table. Empty cells are left out."""

    table: str
    place: str
    """File and line, for whoever has to mend it."""
    id: Id
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """Rows that came out together. Once out, a release never changes: ``hash`` is that of its sealed header."""

    number: int
    at: datetime
    act: Id
    schema: int
    """The schema number its entries bear: that of the day it came out, for ever."""
    hash: str
    folder: Path

    @property
    def ms(self) -> int:
        """When it came out, in milliseconds."""
        return int(self.at.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class PhoneRule:
    """How telephones are written in the country."""

    code: str
    """What stands behind the + from abroad."""
    digits: int
    """Figures of a number within the country."""
    leading: tuple[str, ...]
    """What a number may begin with."""
    mobile: tuple[str, ...]
    """What a mobile number begins with."""

    def national(self, text: str) -> str | None:
        """The figures of a number of this country, without its prefix; None if it is none.

        >>> rule = PhoneRule("999", 8, ("6", "7"), ("7",))
        >>> rule.national("+999 76 41 20 58"), rule.national("76-41-20-58"), rule.national("12 34")
        ('76412058', '76412058', None)
        """
        found = "".join(c for c in text if c.isdigit())
        for prefix in (f"00{self.code}", self.code):
            if len(found) == len(prefix) + self.digits:
                found = found.removeprefix(prefix)
        return found if len(found) == self.digits and found.startswith(self.leading) else None


@dataclass(frozen=True, slots=True)
class Name:
    """A family name or a given name that people of the country bear."""

    kind: str
    """``family`` or ``given``."""
    sex: str
    """``F`` or ``M``; empty for both."""
    name: str
    weight: int
    """How common it is, in 100,000 of its kind and sex."""
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Respelling:
    """Write ``new`` for ``old`` in a folded word: anywhere, or at its start or end.

    ``before`` asks for one of these letters after it.
    """

    old: str
    new: str
    where: str
    before: str


@dataclass(frozen=True, slots=True)
class View:
    """A list of people that every office of the country looks at: its name, and what narrows it."""

    titles: Mapping[str, str]
    filter: Mapping[str, tuple[str, ...]]
    """Codes by the name of a facet, as in an address."""


@dataclass(frozen=True)
class Pack:
    """A country: what its ``pack.toml`` says, and its tables."""

    name: str
    titles: Mapping[str, str]
    credits: Mapping[str, str]
    """Whom to name where the data is shown, by language."""
    time_zone: str
    nationality: str
    """The code, in the list ``nationality``, of the country's own people."""
    root: Id
    """The office at the root of the tree."""
    account: Id
    """Who signs the entries."""
    author: str
    """The name under which they are shown."""
    phone: PhoneRule
    releases: tuple[Release, ...]
    views: tuple[View, ...]
    """Lists of people that stand beside that of everybody."""
    folder: Path

    @property
    def origin(self) -> str:
        """The origin of its entries."""
        return f"pack:{self.name}"

    def title(self, language: str) -> str:
        """The country's name, in French where the language is not known."""
        return self.titles.get(language) or self.titles["fr"]

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Names that people bear, with what else they are spelt like."""
        lines = _lines(self.folder / "names.csv")
        return tuple(
            Name(c["kind"], c["sex"], c["name"], int(c["weight"]), split(c["variants"])) for _, c in lines
        )

    @cached_property
    def spelling(self) -> tuple[Respelling, ...]:
        """Rules that bring the spellings of a name together, in the order in which they are applied."""
        lines = _lines(self.folder / "spelling.csv")
        return tuple(Respelling(c["from"], c["to"], c["where"], c["before"]) for _, c in lines)

    @property
    def variants(self) -> list[tuple[str, ...]]:
        """Groups of spellings of one name."""
        return [(n.name, *n.variants) for n in self.names if n.variants]

    def rows(self, release: Release) -> Iterator[Row]:
        """The rows of a release, in the order in which they are written."""
        for table in TABLES:
            path = release.folder / f"{table}.csv"
            if path.exists():
                yield from _rows(table, path)

    @cached_property
    def tables(self) -> Mapping[str, list[dict[str, str]]]:
        """Every table as its last release leaves it: cells by column, the id as text under ``id``."""
        found: dict[str, dict[Id, dict[str, str]]] = {table: {} for table in TABLES}
        for release in self.releases:
            for row in self.rows(release):
                found[row.table].setdefault(row.id, {"id": str(as_uuid(row.id))}).update(row.cells)
        return {table: list(rows.values()) for table, rows in found.items()}

    def id_of(self, table: str, code: str) -> Id:
        """The id of the row that bears a code.

        Raises:
            KeyError: none does.
        """
        for row in self.tables[table]:
            if row.get("code") == code:
                return as_id(row["id"])
        raise KeyError(f"{self.name}: {table} has no {code}")


def available() -> list[str]:
    """The names of the packs that came with the program."""
    return sorted(path.parent.name for path in FOLDER.glob("*/pack.toml"))


def read(name: str, folder: Path | None = None) -> Pack:
    """Read a pack's ``pack.toml``; its tables are read when first asked for.

    ``folder`` holds the packs, where they are not the program's own.

    Raises:
        BadPack: there is no such pack, or something is missing in it.
    """
    path = (folder or FOLDER) / name / "pack.toml"
    if not path.is_file():
        raise BadPack(name, f"no such pack. Known: {', '.join(available())}.")
    try:
        return _pack(name, path.parent, tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise BadPack(path, f"{type(error).__name__} {error}") from error


def _pack(name: str, folder: Path, data: dict[str, Any]) -> Pack:
    phone = data["phone"]
    return Pack(
        name=name,
        titles=data["title"],
        credits=data["credits"],
        time_zone=data["time_zone"],
        nationality=data["nationality"],
        root=as_id(data["root_office"]),
        account=as_id(data["account"]),
        author=data["author"],
        phone=PhoneRule(phone["code"], phone["digits"], tuple(phone["leading"]), tuple(phone["mobile"])),
        releases=tuple(_release(folder, one) for one in data["releases"]),
        views=tuple(_view(one) for one in data.get("views", ())),
        folder=folder,
    )


def _view(data: dict[str, Any]) -> View:
    return View(
        {"fr": data["fr"], "en": data["en"]}, {n: tuple(map(str, v)) for n, v in data["filter"].items()}
    )


def _release(folder: Path, data: dict[str, Any]) -> Release:
    at: datetime = data["at"]
    if at.utcoffset() != UTC.utcoffset(None):
        raise ValueError(f"the instant of release {data['number']} is not in UTC")
    number = int(data["number"])
    return Release(
        number, at, as_id(data["act"]), int(data["schema"]), data["hash"], folder / f"release-{number}"
    )


def split(cell: str) -> tuple[str, ...]:
    """The texts of a cell that holds several."""
    return tuple(cell.split(BETWEEN)) if cell else ()


def _rows(table: str, path: Path) -> Iterator[Row]:
    for place, cells in _lines(path):
        try:
            id_ = as_id(cells.pop("id"))
        except (KeyError, ValueError):
            raise BadPack(place, "a row begins with its id") from None
        yield Row(table, place, id_, {name: cell for name, cell in cells.items() if cell})


def _lines(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Each line with its place; refused where it has more or fewer cells than the header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader)
        for cells in reader:
            place = f"{path.parent.parent.name}/{path.parent.name}/{path.name}:{reader.line_num}"
            if len(cells) != len(header):
                raise BadPack(place, f"{len(cells)} cells under {len(header)} headings")
            yield place, dict(zip(header, cells, strict=True))
