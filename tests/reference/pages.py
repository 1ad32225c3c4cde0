"""The reference pages that are made from the program."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import load_command_class
from django.urls import URLPattern, URLResolver, get_resolver

from baarada import cli, config, demonstrating, serving
from baarada.journal import runtime
from baarada.journal.machine import MACHINE_TABLES
from baarada.journal.models import record_models
from baarada.journal.schema import DELETED, TypeSpec
from tests.reference.fields import CHW, WHO

FOLDER = Path(__file__).parent.parent.parent / "docs" / "reference"
MADE = "<!-- Made from the program by ./run reference. Change the program, not this page. -->"


def commands() -> Iterator[str]:
    """Every command of ``baarada``, with what it takes."""
    yield "# Commands"
    yield "`baarada` alone lists them. `./run COMMAND` does the same from a copy of the source."
    for name, text in cli.COMMANDS.items():
        found = help_of(name)
        yield f"## baarada {name}"
        yield text
        if found:
            yield f"```\n{found}\n```"


def help_of(name: str) -> str:
    """What ``baarada NAME --help`` says, without the options that all commands have from Django."""
    if name in _BEFORE_DJANGO:
        return _BEFORE_DJANGO[name]().format_help().strip()
    for app in apps.get_app_configs():
        if (
            app.name.startswith("baarada.")
            and (Path(app.path) / "management/commands" / f"{name}.py").exists()
        ):
            parser = load_command_class(app.name, name).create_parser("baarada", name)
            for action in list(parser._actions):
                if set(action.option_strings) & _DJANGO_OPTIONS:
                    action.help = argparse.SUPPRESS
            return parser.format_help().strip()
    return ""


_BEFORE_DJANGO = {"serve": serving.parser, "demo": demonstrating.parser}
"""Commands that start before Django does."""

_DJANGO_OPTIONS = {
    "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color",
    "--skip-checks",
}  # fmt: skip


def variables() -> Iterator[str]:
    """Every setting."""
    yield "# Settings"
    yield "All come from the environment. One that cannot be used ends the program at its start, with a sentence."
    rows = [[f"`{name}`", text] for name, text in config.VARIABLES.items()]
    yield table(["setting", "what it says"], rows)


def records() -> Iterator[str]:
    """Every journalled record, and every table that is not journalled."""
    yield "# Records"
    yield (
        "What the journal keeps. Numbers are permanent. *How it merges* when two people write it apart: **latest**, "
        "the later one shows and the other is offered; **owner**, the owner's shows and the other is proposed; "
        "**person**, somebody decides. Fields *with* one another merge as one. Every record also has field 0, the "
        "mark of deletion, which a person decides."
    )
    about = {
        m.__name__: " ".join((m.__doc__ or "").split()) for m in record_models() if m.__module__ != _INVENTED
    }
    for spec in runtime.schema().types.values():
        if spec.name in about:
            yield f"## {spec.name} ({spec.number})"
            yield about[spec.name]
            yield table(["no.", "field", "holds", "merges", "with"], list(_fields(spec)))
    yield "## Not journalled"
    yield "Tables of one machine. Everything else is a record."
    yield table(["table", "why"], [[f"`{name}`", why] for name, why in sorted(MACHINE_TABLES.items())])


_INVENTED = "tests.invented.models"


def _fields(spec: TypeSpec) -> Iterator[list[str]]:
    for number, field in spec.fields.items():
        if number == DELETED:
            continue
        target = runtime.schema().types.get(field.target)
        held = f"{field.kind} → {target.name}" if target else field.kind
        merge = f"{field.merge}: {field.owner}" if field.owner else field.merge
        group = [spec.fields[n].name for n in spec.members[spec.unit_of[number]] if n != number]
        yield [str(number), f"`{field.name}`", held, merge, ", ".join(group)]


def addresses() -> Iterator[str]:
    """Every page."""
    yield "# Addresses"
    yield "The pages, by address. In French, as people read them aloud; they do not change."
    rows = [[f"`/{path}`", name, about] for path, name, about in _pages(get_resolver(), "")]
    yield table(["address", "name", "what it shows"], rows)


def _pages(resolver: URLResolver, before: str) -> Iterator[tuple[str, str, str]]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _pages(pattern, path)
        elif isinstance(pattern, URLPattern):
            about = (pattern.callback.__doc__ or "").strip().split("\n")[0]
            yield path, pattern.name or "", about


def fields() -> Iterator[str]:
    """Every field that the world asks for, and where it is here."""
    yield "# Fields asked of the register"
    yield (
        "What WHO's minimum data set for health workforce registries (2015) and the master list of community health "
        "workers (2021) ask for, and where each field is kept, seen, brought in and written out. A list goes in and "
        "out with the same columns: `kind column`, as in `baarada import KIND FILE`; `*` stands for the country's "
        "own kinds of number, or its own fields."
    )
    for title, found in (("Minimum data set", WHO), ("Community health workers", CHW)):
        yield f"## {title}"
        rows = [
            [one.group, one.name, f"`{one.kept}`", f"`{one.page}`", f"`{one.column}`" if one.column else ""]
            for one in found
        ]
        yield table(["section", "field", "kept in", "page", "list and column, in and out"], rows)


def table(headings: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


PAGES = {
    "commands": commands,
    "settings": variables,
    "records": records,
    "addresses": addresses,
    "fields": fields,
}


def text_of(page: str) -> str:
    """A page as it should be. Nothing of the machine it is made on comes in."""
    said = "\n\n".join([MADE, *PAGES[page]()]) + "\n"
    return re.sub(re.escape(str(settings.CONFIG.home)), "BAARADA_HOME", said)


def main(args: list[str]) -> int:
    """Write the pages, or with ``--check`` only say which are not current."""
    old = []
    for page in PAGES:
        path = FOLDER / f"{page}.md"
        text = text_of(page)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            old.append(path.name)
            if "--check" not in args:
                path.write_text(text, encoding="utf-8", newline="\n")
    if "--check" in args and old:
        print(f"Not current in docs/reference: {', '.join(old)}. Run: ./run reference")
        return 1
    print("The reference is current." if not old else f"Written: {', '.join(old)}.")
    return 0
