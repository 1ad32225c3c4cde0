"""The rows of a pack that no public source bears out, as lines that a reviewer reads.

``python -m tests.packs.unsure`` writes the golden files anew: look at what changed before it is kept.
"""

from collections.abc import Iterator
from pathlib import Path

from baarada.packs import reader

GOLDEN = Path(__file__).parent / "golden"

NAMED_BY = {
    "populations": ("area", "year", "perimeter"),
    "inclusions": ("area", "parent", "starts"),
    "assignments": ("facility", "office"),
    "lists": ("list", "code"),
}
"""The columns that tell a row from the others of its table; its code elsewhere."""


def lines(pack: reader.Pack) -> Iterator[str]:
    """Table, quality and row, sorted."""
    for table, rows in sorted(pack.tables.items()):
        yield from sorted(
            f"{table} {row['quality']} {' '.join(row.get(n, '') for n in NAMED_BY.get(table, ('code',)))}".strip()
            for row in rows
            if row["quality"] != "sourced"
        )


def golden(pack: reader.Pack) -> Path:
    """The file that holds them."""
    return GOLDEN / f"{pack.name}-unsure.txt"


if __name__ == "__main__":
    for name in reader.available():
        pack = reader.read(name)
        golden(pack).write_text("\n".join(lines(pack)) + "\n", encoding="utf-8", newline="\n")
