"""The ``baarada`` program. Its help is quick: nothing heavy is imported before a command is chosen."""

import os
import sys

from baarada.sentences import gettext as _
from baarada.sentences import gettext_noop

COMMANDS = {
    "init": gettext_noop("Make a register in BAARADA_HOME: country pack, office, first administrator."),
    "serve": gettext_noop("Serve pages to browsers, with the worker beside."),
    "worker": gettext_noop("Do long work alone: imports, the daily backup."),
    "account": gettext_noop("Add an account, set a password, list accounts."),
    "import": gettext_noop("Bring a list in: facilities or people, from XLSX or CSV."),
    "export": gettext_noop("Write a list out, to XLSX or CSV."),
    "figures": gettext_noop("Count staff, and staff for the inhabitants, on any day, as known on any day."),
    "outlines": gettext_noop("Bring the outlines of places in, for maps."),
    "history": gettext_noop("Show everything ever written about a record."),
    "undo": gettext_noop("Take an act back; what others have since built on it stays, and is listed."),
    "verify": gettext_noop(
        "Check chains, signatures, papers, and that the tables are what the journal says."
    ),
    "rebuild": gettext_noop("Draw the tables again from the journal alone."),
    "backup": gettext_noop("Write a backup, opened and verified before it is announced."),
    "restore": gettext_noop("Make a register of a backup."),
    "demo": gettext_noop("Make a small demonstration register and open it."),
    "pack": gettext_noop("Load a country pack's newest release."),
    "prepare": gettext_noop("Bring the register to this version of the program; serve does it by itself."),
}


def help_text() -> str:
    """What ``baarada`` alone prints."""
    from baarada import __version__
    from baarada.config import VARIABLES

    width = max(map(len, COMMANDS))
    lines = [f"Baarada {__version__}", "", _("Commands (each with --help):")]
    lines += [f"  {name:<{width}}  {_(text)}" for name, text in COMMANDS.items()]
    lines += ["", _("Settings, from the environment:")]
    lines += [f"  {name}\n      {_(text)}" for name, text in VARIABLES.items()]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    """Run one command."""
    args = sys.argv[1:] if argv is None else argv
    if not args or args[0] in ("-h", "--help", "help"):
        print(help_text())
        return
    if args[0] == "--version":
        from baarada import __version__

        print(__version__)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baarada.settings")
    if args[0] not in COMMANDS and args[0] not in _DJANGO | _INNER:
        sys.exit(_("There is no command “%(name)s”. Run baarada alone to see them all.") % {"name": args[0]})
    try:
        _run(args)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(args: list[str]) -> None:
    if args[0] not in _WITHOUT_REGISTER and not {"-h", "--help"} & set(args):
        _ask_for_register()
    if args[0] == "serve":
        # The process that watches the others stays small: no Django in it.
        from baarada import serving

        serving.main(args[1:])
        return
    if args[0] == "demo":
        from baarada import demonstrating

        demonstrating.main(args[1:])
        return
    from django.core.management import CommandError, execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    from baarada.kernel.errors import Refused
    from baarada.packs.reader import BadPack

    try:
        # With this option Django lets its errors through to here, where they are shown as a sentence alone.
        execute_from_command_line(["baarada", args[0], "--traceback", *args[1:]])
    except (Refused, BadPack, CommandError) as error:
        sys.exit(str(error))
    except (OperationalError, ProgrammingError) as error:
        sys.exit(_why_not(error))


def _why_not(error: Exception) -> str:
    """Why the database could not do something: its tables may be those of an older version."""
    from django.db import DatabaseError

    from baarada.upkeep.preparing import is_behind

    try:
        if is_behind():
            return _("The tables are those of an older version of the program. Run: baarada prepare")
    except DatabaseError:
        pass  # Then it does not answer at all.
    reason = str(error).strip().splitlines()[0]
    return _("The database cannot be reached (%(why)s). Nothing was changed.") % {"why": reason}


def _ask_for_register() -> None:
    """End with a sentence where no register is, before anything is made there."""
    from baarada import config

    if not config.read().pack:
        sys.exit(_("This folder holds no register yet. Run: baarada init"))


_DJANGO = frozenset({
    "check", "collectstatic", "makemigrations", "migrate", "shell", "db_worker",
})  # fmt: skip
"""Django's own commands that makers use."""

_INNER = frozenset({"build_demo", "demo_shares"})
"""Commands that other commands start, or that makers use."""

_WITHOUT_REGISTER = _DJANGO | _INNER | {"init", "restore", "demo"}
"""Commands that make a register, or need none."""
