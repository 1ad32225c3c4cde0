"""The groups of figures: which registers each asks for, and what it says of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tests.bench import budgets, registers
from tests.bench.figures import FOR_EACH, FOR_ONE, Figure, middle, percentile
from tests.bench.questions import ALL_QUESTIONS, PREFIX
from tests.bench.registers import Register

Say = Callable[[str], None]
Plan = Callable[[Sequence[str], Sequence[int], Say], list[Figure]]
Measure = Callable[["Maker", Register, dict[str, Any], Say], Iterable[Figure]]

MS = 1000.0


class Maker:
    """Makes figures of one register."""

    def __init__(self, register: Register) -> None:
        self.register = register

    def __call__(
        self, name: str, value: float, unit: str, floor: float | None = None, at_most: float | None = None, *,
        growth: float | None = None,
    ) -> Figure:  # fmt: skip
        return Figure(name, self.register.database, self.register.size, value, unit, floor, at_most, growth)


def _each(measure: Measure) -> Plan:
    """A plan that measures every register in turn, making it where it is not there."""

    def plan(databases: Sequence[str], sizes: Sequence[int], say: Say) -> list[Figure]:
        out: list[Figure] = []
        for database in databases:
            for size in sizes:
                register, built = registers.made(database, size, say)
                out += measure(Maker(register), register, built, say)
        return out

    return plan


def _imports(figure: Maker, register: Register, built: dict[str, Any], say: Say) -> Iterable[Figure]:
    """Writing an import, and the whole of it; what it takes on disk and in memory."""
    del say
    people = register.size
    writing, floor = (MS * built[k] / people for k in ("writing", "floor"))
    whole = MS * (built["reading"] + built["planning"]) / people + writing
    unit, most = "ms a person", budgets.WRITING[register.database]
    yield figure("writing an import", writing, unit, floor, most, growth=FOR_EACH)
    yield figure("whole import", whole, unit, floor, budgets.WHOLE_IMPORT, growth=FOR_EACH)
    yield figure("reading a workbook", MS * built["reading"] / people, unit, MS * built["sheet"] / people)
    yield figure("entries written", built["rows"] / built["writing"], "a second")
    yield figure(
        "on disk", built["bytes"] / people, "bytes a person", built["floor_bytes"] / people, growth=FOR_EACH
    )
    yield figure("memory, import", built["peak_mb"], "MB at most", None, budgets.PEAK_MB)


def _questions(figure: Maker, register: Register, built: dict[str, Any], say: Say) -> Iterable[Figure]:
    """The questions behind the pages."""
    del built
    say(f"asking {register.size} people on {register.database}")
    found = register.run("ask")
    peak = found.pop("peak_mb")
    for name, one in found.items():
        seconds, floor = one["seconds"], MS * middle(one["floor"])
        yield figure(f"{name}, median", MS * middle(seconds), "ms", floor, growth=_growth(name))
        yield figure(f"{name}, p95", MS * percentile(seconds), "ms", floor)
        yield figure(f"{name}, statements", one["statements"], "statements", growth=FOR_ONE)
    yield figure("memory, questions", peak, "MB at most")


def _growth(name: str) -> float | None:
    """The beginning of a name finds more people in a larger register, up to the 500 that are counted: not judged."""
    return None if PREFIX in name else FOR_ONE


def _pages(figure: Maker, register: Register, built: dict[str, Any], say: Say) -> Iterable[Figure]:
    """Pages from the server: how long, how heavy, with how much memory."""
    del built
    say(f"serving {register.size} people on {register.database}")
    found = register.run("serve")
    together = found["together"]
    value, floor = (MS * percentile(together[k]) for k in ("seconds", "floor"))
    yield figure("search page, p95 of 200, 8 at once", value, "ms", floor, budgets.SEARCH_PAGE)
    for name, one in found["alone"].items():
        if name != "floor":
            most = budgets.PERSON_PAGE if name == "person" else None
            value, floor = (MS * middle(one[k]) for k in ("seconds", "floor"))
            yield figure(f"page: {name}, median", value, "ms", floor, most, growth=_growth(name))
            most = budgets.PERSON_STATEMENTS if name == "person" else None
            yield figure(f"page: {name}, statements", found["statements"][name], "statements", None, most)
    for name, weight in found["weights"].items():
        if name != "floor":
            yield figure(f"weight: {name}, first", weight["first"], "bytes", None, budgets.FIRST_PAGE_BYTES)
            yield figure(f"weight: {name}, later", weight["later"], "bytes", None, budgets.LATER_PAGE_BYTES)
    yield figure("memory, serving at rest", found["at_rest_mb"], "MB", None, budgets.AT_REST_MB)
    yield figure("memory, serving", found["busy_mb"], "MB", None, budgets.PEAK_MB)


def _admin(figure: Maker, register: Register, built: dict[str, Any], say: Say) -> Iterable[Figure]:
    """Our pages beside those of a plain Django admin over the same people: the admin's are the floor."""
    del built
    say(f"a plain admin beside {register.size} people on {register.database}")
    found = register.run("admin")
    most = next(
        (most for size, most in sorted(budgets.ADMIN.items(), reverse=True) if register.size >= size), None
    )
    for name, one in found["search"].items():
        value, floor = (MS * percentile(one[k]) for k in ("ours", "admin"))
        judged = most if name == ALL_QUESTIONS else None
        yield figure(f"beside an admin: search, {name}, p95, 8 at once", value, "ms", floor, judged)
    value, floor = (MS * middle(found["file"][k]) for k in ("ours", "admin"))
    yield figure("beside an admin: file, median", value, "ms", floor, most)
    value, floor = (MS * middle(found["list"][k]) for k in ("ours", "admin"))
    yield figure("beside an admin: list of people, median", value, "ms", floor)


def _trust(figure: Maker, register: Register, built: dict[str, Any], say: Say) -> Iterable[Figure]:
    """The same list again; rebuilding and verifying, for each entry."""
    del built
    copy = registers.copied(register)
    try:
        say(f"the same list again: {register.size} people on {register.database}")
        found = copy.run("again")
        value, floor = (MS * found[k] / found["people"] for k in ("seconds", "floor"))
        yield figure("the same list again", value, "ms a person", floor, growth=FOR_EACH)
        for task in ("verify", "rebuild"):
            say(f"{task}: {register.size} people on {register.database}")
            found = copy.run(task)
            value, floor = (MS * found[k] / found["entries"] for k in ("seconds", "floor"))
            yield figure(task, value, "ms an entry", floor, growth=FOR_EACH)
            yield figure(f"memory, {task}", found["peak_mb"], "MB at most", None, budgets.PEAK_MB)
    finally:
        registers.drop(copy)


def _simulator(databases: Sequence[str], sizes: Sequence[int], say: Say) -> list[Figure]:
    """Simulated networks, in memory."""
    del databases, sizes
    say("playing seeds")
    found = registers.alone("simulate")
    seed = middle(found["seconds"])
    floor = middle(found["floor"])
    return [
        Figure("a simulated network", "memory", 0, MS * seed, "ms a seed", MS * floor),
        Figure("simulated networks", "memory", 0, 1 / seed, "a second"),
    ]


PLANS: dict[str, Plan] = {
    "import": _each(_imports),
    "questions": _each(_questions),
    "pages": _each(_pages),
    "admin": _each(_admin),
    "trust": _each(_trust),
    "simulator": _simulator,
}
