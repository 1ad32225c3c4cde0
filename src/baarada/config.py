"""Settings from the environment: typed, told in one place, refused at start with a sentence.

This module imports nothing heavy: ``baarada --help`` reads it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class BadSetting(SystemExit):
    """A setting that cannot be used. The program ends with the sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Folders are made when first needed, not here."""

    home: Path
    database: dict[str, Any]
    backup_folder: Path
    hosts: list[str]
    https: bool
    debug: bool
    language: str
    log_level: str
    server: str
    threads: int
    pack: str
    time_zone: str
    demo: bool

    @property
    def papers(self) -> Path:
        """Where scanned papers lie, by the hash of their content."""
        return self.home / "papers"

    @property
    def keys(self) -> Path:
        """Secrets of this machine."""
        return self.home / "keys"

    @property
    def work(self) -> Path:
        """Files of imports under way and other passing things."""
        return self.home / "work"

    @property
    def is_sqlite(self) -> bool:
        """True on a laptop, False at a centre on PostgreSQL."""
        return str(self.database["ENGINE"]).endswith("sqlite3")


VARIABLES = {
    "BAARADA_HOME": "Folder of the database, papers and keys. Default: ./var",
    "BAARADA_DATABASE": "postgres://user:password@host:port/name; default: an SQLite file in BAARADA_HOME",
    "BAARADA_BACKUP_FOLDER": "Folder of the daily backup; best on another disk. Default: BAARADA_HOME/backups",
    "BAARADA_HOSTS": "Names under which browsers reach this node, with commas. Default: localhost,127.0.0.1",
    "BAARADA_HTTPS": "yes when browsers come by HTTPS: cookies are then refused over plain HTTP. Default: no",
    "BAARADA_LANGUAGE": "fr or en. Default: fr",
    "BAARADA_LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR. Default: INFO",
    "BAARADA_SERVER": "granian or waitress. Default: granian, waitress on Windows",
    "BAARADA_THREADS": "How many pages are made at the same time, 1 to 64. Default: 4",
    "BAARADA_DEBUG": "yes shows errors in full to the browser: for makers only. Default: no",
}


def read(environ: Mapping[str, str] | None = None) -> Config:
    """Read all settings.

    Raises:
        BadSetting: one cannot be used; its text says which, and what to write instead.
    """
    env = os.environ if environ is None else environ
    for name in env:
        if name.startswith("BAARADA_") and name not in VARIABLES and not name.startswith(_FOR_TESTS):
            raise BadSetting(name, f"no such setting. Known: {', '.join(VARIABLES)}.")
    home = Path(env.get("BAARADA_HOME") or "var").absolute()
    node = _node(home)
    return Config(
        home=home,
        database=_database(env.get("BAARADA_DATABASE", ""), home),
        backup_folder=Path(env.get("BAARADA_BACKUP_FOLDER") or home / "backups").absolute(),
        hosts=[
            h.strip() for h in (env.get("BAARADA_HOSTS") or "localhost,127.0.0.1").split(",") if h.strip()
        ],
        https=_yes_no(env, "BAARADA_HTTPS"),
        debug=_yes_no(env, "BAARADA_DEBUG"),
        language=_one_of(env, "BAARADA_LANGUAGE", ("fr", "en")),
        log_level=_one_of(env, "BAARADA_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        server=_one_of(
            env, "BAARADA_SERVER", ("waitress", "granian") if os.name == "nt" else ("granian", "waitress")
        ),
        threads=_number(env, "BAARADA_THREADS", 4, 1, 64),
        pack=str(node.get("pack", "")),
        time_zone=str(node.get("time_zone", "UTC")),
        demo=bool(node.get("demo", False)),
    )


_FOR_TESTS = ("BAARADA_TEST_", "BAARADA_SHARED")
NODE_FILE = "node.json"


def _node(home: Path) -> dict[str, Any]:
    """What ``baarada init`` wrote about this node: its country pack and time zone."""
    path = home / NODE_FILE
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return dict(found)
    except (OSError, ValueError) as error:
        raise BadSetting(
            "BAARADA_HOME", f"{path} cannot be read ({error}). Restore it from a backup."
        ) from None


def write_node(home: Path, *, pack: str, time_zone: str, demo: bool = False) -> None:
    """Remember what this node is, for the next start."""
    home.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"pack": pack, "time_zone": time_zone, "demo": demo}, indent=2)
    (home / NODE_FILE).write_text(text + "\n", encoding="utf-8")


def _yes_no(env: Mapping[str, str], name: str) -> bool:
    text = (env.get(name) or "no").strip().lower()
    if text not in ("yes", "no", "1", "0", "true", "false", "oui", "non"):
        raise BadSetting(name, f"{text!r} is neither yes nor no.")
    return text in ("yes", "1", "true", "oui")


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = (env.get(name) or choices[0]).strip()
    if text not in choices:
        raise BadSetting(name, f"{text!r} is not one of {', '.join(choices)}.")
    return text


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = (env.get(name) or str(default)).strip()
    if not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(name, f"{text!r} is not a whole number from {least} to {most}.")
    return int(text)


def _database(url: str, home: Path) -> dict[str, Any]:
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "baarada.sqlite3")}
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise BadSetting(
            "BAARADA_DATABASE", "write postgres://user:password@host:port/name, or leave it out."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
