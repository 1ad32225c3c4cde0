"""Bring a register to this version of the program, at every start."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.packs import loader
from baarada.registry import outlines, searchkeys
from baarada.upkeep.setup import migrate

SEARCH_FILE = "search.made"
"""Remembers in the home what the search keys were made by."""
OUTLINES_FILE = "outlines.made"
"""The same for the outlines of people."""


def prepare(*, say: Callable[[str], None] = print) -> None:
    """Bring tables, country pack and search up to date; quick where there is nothing to do.

    Raises:
        NoNode: no register is here.
        Refused: the pack cannot be taken.
        BadPack: the pack's files are wrong.
    """
    if not settings.CONFIG.pack:
        raise runtime.NoNode
    if is_behind():
        say(_("Bringing the tables to this version."))
        migrate()
    loaded = loader.load(settings.CONFIG.pack)
    if loaded:
        say(
            _("Loaded of %(pack)s: release %(numbers)s.")
            % {"pack": settings.CONFIG.pack, "numbers": ", ".join(map(str, loaded))}
        )
    _bring_search_up_to_date(say)
    _bring_lists_up_to_date(say)


def _bring_search_up_to_date(say: Callable[[str], None]) -> None:
    """Make the search keys anew where they were made by other spellings, or by an older program."""
    path, now = settings.CONFIG.home / SEARCH_FILE, searchkeys.rules_in_use()
    if not _is_made_by(path, now):
        say(_("Preparing the search."))
        searchkeys.remake()
        path.write_text(now, encoding="utf-8")


def _bring_lists_up_to_date(say: Callable[[str], None]) -> None:
    """Make the outlines of people anew where they were made by other lists, by an older program, or are lost."""
    path, now = settings.CONFIG.home / OUTLINES_FILE, outlines.rules_in_use()
    if not _is_made_by(path, now) or outlines.are_lost():
        say(_("Preparing the lists of people."))
        outlines.remake()
        path.write_text(now, encoding="utf-8")


def follow_lists() -> bool:
    """Bring the outlines up to date while people work, where a list that they are made by has changed since.

    Returns True if it has. Counts that the pages keep follow with the next thing that is written.
    """
    path, now = settings.CONFIG.home / OUTLINES_FILE, outlines.rules_in_use()
    if _is_made_by(path, now):
        return False
    outlines.renew()
    path.write_text(now, encoding="utf-8")
    return True


def note_made() -> None:
    """Remember that all search keys and outlines of this register were made by the rules of the moment."""
    home = settings.CONFIG.home
    (home / SEARCH_FILE).write_text(searchkeys.rules_in_use(), encoding="utf-8")
    (home / OUTLINES_FILE).write_text(outlines.rules_in_use(), encoding="utf-8")


def _is_made_by(path: Path, now: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == now


def is_behind() -> bool:
    """True if the tables are those of an older version of the program."""
    executors = [MigrationExecutor(connections[alias]) for alias in ("default", "queue")]
    return any(one.migration_plan(one.loader.graph.leaf_nodes()) for one in executors)
