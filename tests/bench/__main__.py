"""Measure, hold against floors, say what is over its budget.

./run bench [--sizes 25000,100000] [--databases sqlite,postgres] [--quick] [--only NAME] [--out bench.json]
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from tests.bench import plan, registers, report
from tests.bench.figures import Figure, growths, over

SIZES = (25_000, 100_000)
QUICK_SIZES = (1_000, 4_000)


def main(argv: list[str] | None = None) -> int:
    """Measure; 1 if something is over its budget or could not be measured."""
    args = _arguments(argv)
    console = Console(stderr=True)
    figures: list[Figure] = []
    try:
        for name in args.only:
            figures += plan.PLANS[name](
                args.databases, args.sizes, lambda text: console.print(f"[dim]{text}")
            )
            # A long run that is stopped leaves what it has measured.
            _keep(figures, args.out)
    except registers.TaskFailed as failed:
        console.print(str(failed), markup=False)
        return 1
    figures += growths(figures)
    report.show(figures, Console(width=None if sys.stdout.isatty() else 120))
    _keep(figures, args.out)
    if args.is_logged:
        report.log(figures)
    return 1 if over(figures) else 0


def _keep(figures: list[Figure], path: Path) -> None:
    path.write_text(json.dumps([f.as_json() for f in figures], indent=1) + "\n", "utf-8")


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=_sizes, help="people in the registers, with commas")
    parser.add_argument("--databases", type=_databases, help="sqlite, postgres or both, with a comma")
    parser.add_argument("--quick", action="store_true", help="two small registers on SQLite")
    parser.add_argument("--only", choices=list(plan.PLANS), action="append", help="one group of figures")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    args = parser.parse_args(argv)
    # What is measured at other sizes says nothing of the budgets.
    args.is_logged = not args.quick and set(args.sizes or SIZES) <= set(SIZES)
    args.sizes = args.sizes or (QUICK_SIZES if args.quick else SIZES)
    args.databases = args.databases or ((registers.SQLITE,) if args.quick else _those_here())
    args.only = args.only or list(plan.PLANS)
    return args


def _those_here() -> tuple[str, ...]:
    if registers.has_postgres():
        return registers.SQLITE, registers.POSTGRES
    print("No PostgreSQL answers here: that half is not measured.", file=sys.stderr)
    return (registers.SQLITE,)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in text.split(",")))


def _databases(text: str) -> tuple[str, ...]:
    found = tuple(one.strip() for one in text.split(","))
    if not set(found) <= {registers.SQLITE, registers.POSTGRES}:
        raise argparse.ArgumentTypeError("sqlite, postgres")
    return found


if __name__ == "__main__":
    sys.exit(main())
