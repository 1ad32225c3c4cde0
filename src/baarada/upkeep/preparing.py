"""Bring a register to this version of the program, at every start."""

from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.packs import loader
from baarada.registry import searchkeys
from baarada.upkeep.setup import migrate

SEARCH_FILE = "search.made"
"""Remembers in the home what the search keys were made by."""


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


def _bring_search_up_to_date(say: Callable[[str], None]) -> None:
    """Make the search keys anew where they were made by other spellings, or by an older program."""
    path = settings.CONFIG.home / SEARCH_FILE
    if path.exists() and path.read_text(encoding="utf-8") == searchkeys.rules_in_use():
        return
    say(_("Preparing the search."))
    searchkeys.remake()
    note_search()


def note_search() -> None:
    """Remember that all search keys of this register were made by the spellings of the moment."""
    (settings.CONFIG.home / SEARCH_FILE).write_text(searchkeys.rules_in_use(), encoding="utf-8")


def is_behind() -> bool:
    """True if the tables are those of an older version of the program."""
    executors = [MigrationExecutor(connections[alias]) for alias in ("default", "queue")]
    return any(one.migration_plan(one.loader.graph.leaf_nodes()) for one in executors)
