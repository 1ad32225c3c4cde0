"""The permanent numbers: what each number has meant in any entry that may be out there.

    python -m tests.journal.numbers

adds new ones to ``numbers.json``. What stands there is never changed and never taken away.
"""

import json
from pathlib import Path

FILE = Path(__file__).with_name("numbers.json")
INVENTED = range(220, 224)


def now():
    """For each type of record: for each field its kind, what it points to, and the unit it merges in."""
    from baarada.journal import runtime

    return {
        str(spec.number): {
            str(f.number): [f.kind, f.target, spec.unit_of[f.number]] for f in spec.fields.values()
        }
        for spec in sorted(runtime.schema().types.values(), key=lambda spec: spec.number)
        if spec.number not in INVENTED
    }


def kept():
    """The numbers as they were written down."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def add():
    """Write new numbers down."""
    old = kept()
    for type_, fields in now().items():
        for number, meaning in fields.items():
            old.setdefault(type_, {}).setdefault(number, meaning)
    lines = [
        f' "{t}": {{{", ".join(f"{json.dumps(n)}: {json.dumps(m)}" for n, m in fields.items())}}}'
        for t, fields in sorted(old.items(), key=lambda item: int(item[0]))
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    import django

    django.setup()
    add()
