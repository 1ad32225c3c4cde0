"""The house itself: every room is furnished alike, and what is written in it can be read."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import pytest

import baarada
from baarada.journal.models import record_models

SRC = Path(baarada.__file__).parent
TESTS = Path(__file__).parent
ROOMS = ("kernel", "journal", "packs", "registry", "accounts", "indicators", "interop", "upkeep", "web")
"""From the ground up: imports point down only, which import-linter proves."""

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_README = 600, 50, 12
CLOCKS = {
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time", "time.time_ns",
    "timezone.now", "timezone.localdate", "timezone.localtime", "localdate", "localtime", "now",
}  # fmt: skip
"""Calls that read the machine's clock (the last of them only without an argument)."""

CLOCK_PLACES = {"kernel/ids.py", "journal/runtime.py"}
"""Where the clock is read; everything else is given the time, or asks ``runtime``."""

WRITES = {
    "save", "delete", "create", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
}  # fmt: skip


@lru_cache(maxsize=1)
def modules() -> list[tuple[str, ast.Module, int]]:
    """Every module of the program but migrations: its place, its syntax, its number of lines."""
    found = []
    for path in sorted(SRC.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "migrations" not in path.parts and text.strip():
            found.append((path.relative_to(SRC).as_posix(), ast.parse(text), text.count("\n")))
    return found


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


class TestFurniture:
    @pytest.mark.parametrize("room", ROOMS)
    def test_a_room_says_what_lives_in_it_what_does_not_and_where_to_start(self, room):
        text = (SRC / room / "README.md").read_text(encoding="utf-8")

        assert text.startswith(f"# {room}: ")
        assert len(text.splitlines()) <= LONGEST_README
        for words in ("What lives here:", "What does not:", "Start with "):
            assert words in text

    @pytest.mark.parametrize("room", ROOMS)
    def test_what_it_names_is_there(self, room):
        text = (SRC / room / "README.md").read_text(encoding="utf-8")
        for name in re.findall(r"`([\w/]+\.(?:py|md|html))`", text):
            places = (SRC / room / name, SRC / room / "management" / "commands" / name, SRC.parents[1] / name)
            assert any(place.exists() for place in places), name

    @pytest.mark.parametrize("room", ROOMS)
    def test_a_room_has_its_own_tests(self, room):
        assert list((TESTS / room).glob("test_*.py"))

    @pytest.mark.parametrize("room", ROOMS[1:])
    def test_a_room_on_django_bears_its_own_name(self, room):
        apps = import_module(f"baarada.{room}.apps")
        configs = [c for c in vars(apps).values() if isinstance(c, type) and c.__module__ == apps.__name__]

        assert [(c.name, c.label) for c in configs] == [(f"baarada.{room}", room)]

    def test_nothing_stands_beside_the_rooms_unseen(self):
        """A new room is told here, and in the contract of imports."""
        folders = {path.parent.name for path in SRC.glob("*/__init__.py")}

        assert folders == {*ROOMS, "formats"}


class TestSize:
    def test_no_file_is_too_long_to_be_read_at_once(self):
        assert not [(name, lines) for name, _tree, lines in modules() if lines > LONGEST_FILE]

    def test_no_function_is_too_long_to_be_seen_at_once(self):
        found = [
            f"{name}:{node.lineno} {node.name}"
            for name, tree, _lines in modules()
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
        ]
        assert not found, "\n".join(found)


def undocumented(name: str, tree: ast.Module) -> Iterator[str]:
    """The public names of a module that say nothing of themselves."""
    if not ast.get_docstring(tree):
        yield name
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if node.name != "Command" and not ast.get_docstring(node):
                yield f"{name}:{node.lineno} {node.name}"
            if isinstance(node, ast.ClassDef):
                yield from undocumented_methods(name, node)


def undocumented_methods(name: str, node: ast.ClassDef) -> Iterator[str]:
    """Methods without a docstring that no base class and no protocol explains."""
    module = import_module("baarada." + name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    bases = [*getattr(module, node.name).__mro__[1:], *protocols()]
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name.startswith("_"):
            continue
        if not ast.get_docstring(method) and not any(hasattr(base, method.name) for base in bases):
            yield f"{name}:{method.lineno} {node.name}.{method.name}"


def protocols() -> list[type]:
    """What several classes promise alike, told once."""
    from baarada.journal.batches import Signer
    from baarada.journal.store import Store

    return [Store, Signer]


class TestWords:
    def test_what_others_use_says_what_it_is(self):
        found = [line for name, tree, _lines in modules() for line in undocumented(name, tree)]
        assert not found, "\n".join(found)

    def test_a_check_that_finds_nothing_is_no_check(self):
        tree = ast.parse(
            textwrap.dedent("""
            def told():
                '''Said.'''
            def untold(): pass
            def _own(): pass
        """)
        )
        assert list(undocumented("x.py", tree)) == ["x.py", "x.py:4 untold"]


class TestClock:
    def test_only_the_clock_s_own_places_read_the_machine_s_clock(self):
        """So that a test, a simulation or a demonstration can put another in its place."""
        found = [
            f"{name}:{call.lineno} {ast.unparse(call)}"
            for name, tree, _lines in modules()
            if name not in CLOCK_PLACES
            for call in calls(tree)
            if ast.unparse(call.func) in CLOCKS and not call.args
        ]
        assert not found, "\n".join(found)


class TestSaying:
    def test_only_programs_speak_to_standard_output(self):
        """Rooms return what they have to say; what they note goes to the log."""
        found = [
            f"{name}:{call.lineno}"
            for name, tree, _lines in modules()
            if "management/commands" not in name and name != "cli.py" and not is_program(tree)
            for call in calls(tree)
            if ast.unparse(call.func) == "print" and not any(k.arg == "file" for k in call.keywords)
        ]
        assert not found, "\n".join(found)


def is_program(tree: ast.Module) -> bool:
    """True for a module that is run by itself, or that the command line hands its arguments to."""
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return "main" in functions or any(
        isinstance(n, ast.If) and ast.unparse(n.test) == "__name__ == '__main__'" for n in tree.body
    )


def root_of(node: ast.expr) -> str:
    """The name at the beginning of a chain of attributes and calls: ``Person`` of ``Person.objects.filter()``."""
    while not isinstance(node, ast.Name):
        inner = getattr(node, "func", None) or getattr(node, "value", None)
        if inner is None:
            return ""
        node = inner
    return node.id


def bypasses(name: str, tree: ast.AST) -> Iterator[str]:
    """Calls that would change a journalled record's table by another way than the door."""
    records = {model.__name__ for model in record_models()}
    for call in calls(tree):
        writes = isinstance(call.func, ast.Attribute) and call.func.attr in WRITES
        if writes and root_of(call.func.value) in records:
            yield f"{name}:{call.lineno} {ast.unparse(call.func)}"


class TestTheDoor:
    def test_no_room_writes_a_record_but_through_the_journal(self):
        """The guard would refuse it at run time; here it is seen before."""
        found = [line for name, tree, _lines in modules() for line in bypasses(name, tree)]
        assert not found, "\n".join(found)

    @pytest.mark.parametrize(
        "code",
        [
            "Person.objects.filter(pk=1).update(phone='')",
            "Person.objects.create()",
            "Posting.objects.all().delete()",
            "Facility(id=1).save()",
        ],
    )
    def test_a_way_around_it_would_be_seen(self, code):
        assert list(bypasses("x.py", ast.parse(code)))

    def test_only_the_journal_and_upkeep_open_the_guard(self):
        """Restoring a backup is the one thing besides the journal that fills its tables."""
        found = {
            name
            for name, tree, _lines in modules()
            for call in calls(tree)
            if ast.unparse(call.func) in ("guard.opened", "opened") and not call.args
        }
        assert {name.split("/")[0] for name in found} == {"journal", "upkeep"}
        assert [name for name in found if name.startswith("upkeep")] == ["upkeep/archive.py"]


REFERENCE = {
    "area_and_below", "areas_above", "areas_like", "areas_within", "assignment_of", "assignment_order", "contents",
    "country", "enclosing", "facilities_alike", "facilities_like", "facilities_named", "facilities_of_office",
    "facility_counts", "joined", "kind_counts", "legal_texts", "office_of_facility", "offices", "offices_above",
    "offices_below", "part_counts", "populations", "steps", "units_of", "when",
}  # fmt: skip
"""Questions about national reference data, which everybody may read: areas, offices, what a facility answers to."""

COMPLETING = {
    "as_known", "cadre_counts", "conflicts_of", "current_postings", "find",
    "forget_vocabulary", "known_day", "models", "named", "number_order", "numbers_of", "posting_order", "rows_of",
    "said", "undecided_among",
}  # fmt: skip
"""What completes rows that were asked for in somebody's name before, or needs no table."""


class TestWhoAsks:
    def test_every_verb_takes_who_acts(self):
        """What a person asks for is asked in somebody's name."""
        from baarada.accounts import actions as accounts
        from baarada.registry import actions as registry

        without = {"check", "check_password", "set_password", "account_of", "actor_of", "as_actor"}
        without |= {"system_actor"}
        found = [name for module in (registry, accounts) for name in unnamed(module)]
        assert set(found) <= without

    def test_every_question_takes_who_asks(self):
        """A new one does, or is told here why it need not."""
        from baarada.registry import conflicts, places, queries, search

        found = {name for module in (queries, places, search, conflicts) for name in unnamed(module)}
        assert found <= REFERENCE | COMPLETING


def unnamed(module) -> Iterator[str]:
    """The public functions of a module that nobody is named to."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        own = function.__module__ == module.__name__ and not name.startswith("_")
        if own and not {"by", "seen_by"} & inspect.signature(function).parameters.keys():
            yield name
