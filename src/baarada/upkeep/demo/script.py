"""What a country's ``demonstration.toml`` says: the cast, the districts, how places are named, what people write."""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings

from baarada.accounts.models import Account
from baarada.packs import reader
from baarada.packs.reader import Pack, split

FILE = "demonstration.toml"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works with the register."""

    login: str
    name: str
    title: str
    office: str
    """The code of the office."""
    enters: bool = False
    """Can be signed in as with one click."""


@dataclass(frozen=True, slots=True)
class District:
    """A place of the story."""

    office: str


class Script:
    """One country's demonstration."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.data: dict[str, Any] = tomllib.loads((pack.folder / FILE).read_text(encoding="utf-8"))

    @cached_property
    def cast(self) -> list[Member]:
        """Who works with the register."""
        return [Member(**one) for one in self.data["cast"]]

    @cached_property
    def districts(self) -> list[District]:
        """Where the story is told."""
        return [District(**one) for one in self.data["districts"]]

    @cached_property
    def birth_places(self) -> list[str]:
        """Where people are born: the health districts, without what tells two of one name apart."""
        areas = self.pack.tables["areas"]
        return [a["name"].partition(" (")[0] for a in areas if a["kind"] == "health_district"]

    @property
    def codes(self) -> dict[str, Any]:
        """Choices of the country's lists that the story uses."""
        return dict(self.data["codes"])

    @property
    def words(self) -> dict[str, Any]:
        """What people write."""
        return dict(self.data["words"])

    def attributes(self, list_: str, name: str) -> dict[str, str]:
        """For each choice of a list that has it, a further fact of it."""
        rows = [row for row in self.pack.tables["lists"] if row["list"] == list_]
        pairs = [
            (row["code"], dict(a.split("=", 1) for a in split(row.get("attributes", "")))) for row in rows
        ]
        return {code: found[name] for code, found in pairs if name in found}


def available() -> list[str]:
    """The packs of which a demonstration can be made."""
    return [path.parent.name for path in sorted(Path(reader.FOLDER).glob(f"*/{FILE}"))]


def read(name: str) -> Script:
    """The demonstration of a pack."""
    return Script(reader.read(name))


def accounts() -> list[Account]:
    """Whom the demonstration open here can be entered as with one click; nobody where it is none."""
    if not settings.CONFIG.demo or settings.CONFIG.pack not in available():
        return []
    logins = [one.login for one in read(settings.CONFIG.pack).cast if one.enters]
    found = {a.login: a for a in Account.objects.live().filter(login__in=logins).select_related("office")}
    return [found[login] for login in logins if login in found]
