"""The ``baarada`` program. Its help is quick: nothing heavy is imported before a command is chosen."""

import os
import sys

COMMANDS = {
    "init": "Make a register in BAARADA_HOME: country pack, office, first administrator.",
    "serve": "Serve pages to browsers, with the worker beside.",
    "worker": "Do long work alone: imports, the daily backup.",
    "account": "Add an account, set a password, list accounts.",
    "import": "Bring a list in: facilities or people, from XLSX or CSV.",
    "export": "Write a list out, to XLSX or CSV.",
    "history": "Show everything ever written about a record.",
    "undo": "Take an act back; what others have since built on it stays, and is listed.",
    "verify": "Check chains, signatures, papers, and that the tables are what the journal says.",
    "rebuild": "Draw the tables again from the journal alone.",
    "backup": "Write a backup, opened and verified before it is announced.",
    "restore": "Make a register of a backup.",
    "demo": "Make a small demonstration register and open it.",
    "pack": "Load a country pack's newest release.",
}


def help_text() -> str:
    """What ``baarada`` alone prints."""
    from baarada import __version__
    from baarada.config import VARIABLES

    width = max(map(len, COMMANDS))
    lines = [f"Baarada {__version__}", "", "Commands (each with --help):"]
    lines += [f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()]
    lines += ["", "Settings, from the environment:"]
    lines += [f"  {name}\n      {text}" for name, text in VARIABLES.items()]
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
    if args[0] not in COMMANDS and args[0] not in _DJANGO:
        sys.exit(f"baarada: no command {args[0]!r}. Run baarada without one to see them all.")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["baarada", *args])


_DJANGO = frozenset({
    "check", "collectstatic", "compilemessages", "makemessages", "makemigrations", "migrate", "shell", "db_worker",
})  # fmt: skip
"""Django's own commands that makers use."""
