"""Settings from the environment: typed, told in one place, refused at start with a sentence.

This module imports nothing heavy: ``baarada --help`` reads it.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from baarada.kernel import durable
from baarada.sentences import gettext as _
from baarada.sentences import gettext_noop


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
    scans: Path | None = None

    @property
    def scan_folder(self) -> Path:
        """Where the scanner writes, and scans wait to be filed."""
        return self.scans or self.home / "scans"

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


SERVERS = ("waitress",) if os.name == "nt" else ("granian", "waitress")
"""Granian stands still at shutdown on Windows, and is not installed there."""

LOCAL_NAMES = "localhost,127.0.0.1,[::1]"
"""Under which a browser of this machine reaches this machine."""

VARIABLES = {
    "BAARADA_HOME": gettext_noop("Folder of the database, papers and keys. Default: ./var"),
    "BAARADA_DATABASE": gettext_noop(
        "postgres://user:password@host:port/name; default: an SQLite file in BAARADA_HOME"
    ),
    "BAARADA_BACKUP_FOLDER": gettext_noop(
        "Folder of the daily backup; best on another disk. Default: BAARADA_HOME/backups"
    ),
    "BAARADA_SCAN_FOLDER": gettext_noop(
        "Folder into which the scanner writes; what lies there is filed on the page of scans. "
        "Default: BAARADA_HOME/scans"
    ),
    "BAARADA_HOSTS": gettext_noop(
        "Names under which browsers reach this node, with commas. Default: this machine only"
    ),
    "BAARADA_HTTPS": gettext_noop(
        "yes when browsers come by HTTPS: cookies are then refused over plain HTTP. Default: no"
    ),
    "BAARADA_LANGUAGE": gettext_noop("fr or en. Default: fr"),
    "BAARADA_LOG_LEVEL": gettext_noop("DEBUG, INFO, WARNING or ERROR. Default: INFO"),
    "BAARADA_SERVER": gettext_noop(
        "granian or waitress. Default: granian; on Windows there is only waitress"
    ),
    "BAARADA_THREADS": gettext_noop("How many pages are made at the same time, 1 to 64. Default: 4"),
    "BAARADA_DEBUG": gettext_noop("yes shows errors in full to the browser: for makers only. Default: no"),
}


def read(environ: Mapping[str, str] | None = None) -> Config:
    """Read all settings.

    Raises:
        BadSetting: one cannot be used; its text says which, and what to write instead.
    """
    env = os.environ if environ is None else environ
    for name in env:
        if name.startswith("BAARADA_") and name not in VARIABLES and not name.startswith(_FOR_TESTS):
            raise BadSetting(
                name, _("there is no such setting. There are: %(names)s.") % {"names": ", ".join(VARIABLES)}
            )
    home = Path(env.get("BAARADA_HOME") or "var").absolute()
    node = _node(home)
    return Config(
        home=home,
        database=_database(env.get("BAARADA_DATABASE", ""), home),
        backup_folder=Path(env.get("BAARADA_BACKUP_FOLDER") or home / "backups").absolute(),
        hosts=[h.strip() for h in (env.get("BAARADA_HOSTS") or LOCAL_NAMES).split(",") if h.strip()],
        https=_yes_no(env, "BAARADA_HTTPS"),
        debug=_yes_no(env, "BAARADA_DEBUG"),
        language=_one_of(env, "BAARADA_LANGUAGE", ("fr", "en")),
        log_level=_one_of(env, "BAARADA_LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        server=_one_of(env, "BAARADA_SERVER", SERVERS),
        threads=_number(env, "BAARADA_THREADS", 4, 1, 64),
        pack=str(node.get("pack", "")),
        time_zone=str(node.get("time_zone", "UTC")),
        demo=bool(node.get("demo", False)),
        scans=Path(env["BAARADA_SCAN_FOLDER"]).absolute() if env.get("BAARADA_SCAN_FOLDER") else None,
    )


def refuse_folder(found: Config) -> None:
    """Refuse a home where a database is damaged.

    Raises:
        BadSetting: it lies on a network, or in a folder that a cloud copies.
    """
    from baarada import disks

    why = disks.why_not(found.home)
    if why:
        raise BadSetting("BAARADA_HOME", why)


_FOR_TESTS = ("BAARADA_TEST_", "BAARADA_SHARED")
NODE_FILE = "node.json"
PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
"""For nobody but the account that runs the program."""


def _node(home: Path) -> dict[str, Any]:
    """What ``baarada init`` wrote about this node: its country pack and time zone."""
    path = home / NODE_FILE
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return dict(found)
    except (OSError, ValueError, TypeError) as error:
        raise BadSetting(
            "BAARADA_HOME",
            _("%(file)s cannot be read (%(why)s). Restore it from a backup.") % {"file": path, "why": error},
        ) from None


def write_node(home: Path, *, pack: str, time_zone: str, demo: bool = False) -> None:
    """Remember what this node is, for the next start."""
    home.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"pack": pack, "time_zone": time_zone, "demo": demo}, indent=2)
    (home / NODE_FILE).write_text(text + "\n", encoding="utf-8")


def make_private(path: Path) -> None:
    """Close a file or a folder to other accounts, where the disk knows such rights (a memory stick does not)."""
    with contextlib.suppress(OSError):
        path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE)


def keep_private(path: Path, data: bytes) -> None:
    """Write a file that only the account running this program may read; it is there whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.touch(mode=PRIVATE)
    part.write_bytes(data)
    durable.settle(part)
    part.replace(path)
    durable.settle_name(path)


def _yes_no(env: Mapping[str, str], name: str) -> bool:
    text = (env.get(name) or "no").strip().lower()
    if text not in ("yes", "no", "1", "0", "true", "false", "oui", "non"):
        raise BadSetting(name, _("“%(text)s” is neither yes nor no.") % {"text": text})
    return text in ("yes", "1", "true", "oui")


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = (env.get(name) or choices[0]).strip()
    if text not in choices:
        raise BadSetting(
            name, _("“%(text)s” is not one of %(choices)s.") % {"text": text, "choices": ", ".join(choices)}
        )
    return text


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = (env.get(name) or str(default)).strip()
    if not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(
            name,
            _("“%(text)s” is not a whole number from %(least)s to %(most)s.")
            % {"text": text, "least": least, "most": most},
        )
    return int(text)


def _database(url: str, home: Path) -> dict[str, Any]:
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "baarada.sqlite3")}
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise BadSetting(
            "BAARADA_DATABASE", _("write postgres://user:password@host:port/name, or leave it out.")
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
