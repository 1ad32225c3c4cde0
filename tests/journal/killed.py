"""A program that writes to a register of its own until it is killed. Run by ``test_crash``.

python -m tests.journal.killed begin | write | common | together NUMBER | images FOLDER | full | check
"""

import json
import shutil
import sys
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402

from baarada.journal import actions, dump, runtime, verification  # noqa: E402
from baarada.journal.models import ActRow, EntryRow  # noqa: E402
from baarada.kernel.actors import Actor  # noqa: E402
from tests.invented.models import Child, File  # noqa: E402

A_PIECE = 4
"""Entries of one act."""


def write(number):
    """One act of four entries, which is there whole or not at all."""
    by = Actor(bytes(16), f"act {number}", runtime.root_office(), "national")
    with actions.write("written", by=by) as act:
        file = act.create(File, name=f"File {number}", motto="x" * 300)
        act.create(Child, file=file, note=str(number))
        act.create(Child, file=file, note="y" * 300)
        act.create(File, name=f"Other {number}")


def begin():
    """Make the register."""
    call_command("migrate", verbosity=0)
    root = runtime.new_id()
    runtime.set_up(office=root, root=root)


def written():
    """The numbers of the acts that are there."""
    return sorted(int(name.split()[1]) for name in ActRow.objects.values_list("name", flat=True))


def go_on():
    """Write acts for ever; each is told once it is kept."""
    number = max(written(), default=0)
    while True:
        number += 1
        write(number)
        if number % 7 == 0:
            runtime.engine().seal()
        print(number, flush=True)


def together(number):
    """Write acts beside others that do the same, and change what they changed."""
    by = Actor(runtime.new_id(), f"act {number}", runtime.root_office(), "national")
    for n in range(12):
        with actions.write("written", by=by, act=runtime.new_id()) as act:
            file = act.create(File, name=f"File {number} {n}")
            for _ in range(A_PIECE - 2):
                act.create(Child, file=file)
            common = File.objects.get(name="common")
            act.change(common, {"phone": f"{number} {n}"}, seen=actions.seen(common))
        if n % 3 == 0:
            runtime.engine().seal()


def common():
    """The file that all change."""
    by = Actor(bytes(16), "act 0", runtime.root_office(), "national")
    with actions.write("written", by=by) as act:
        act.create(File, name="common")


def images(folder):
    """A few acts, and what the files look like after each."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
        cursor.execute("PRAGMA journal_mode")
        print(cursor.fetchone()[0], flush=True)
    database = Path(connection.settings_dict["NAME"])
    for number in range(1, 4):
        write(number)
        image = Path(folder) / str(number)
        image.mkdir(parents=True)
        for name in (database.name, f"{database.name}-wal"):
            shutil.copy(database.parent / name, image / name)


def full():
    """Write until the disk is full; then make room, and write again."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (count,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {count + 12}")
    number = 0
    try:
        while True:
            write(number + 1)
            number += 1
    except DatabaseError as error:
        print(type(error).__name__, flush=True)
    assert written() == list(range(1, number + 1))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
    write(number + 1)


def check():
    """Say what is there, and whether it is as it was written."""
    engine = runtime.engine()
    problems = [f"{p.what}: {p.where}" for p in verification.verify(engine)]
    before = dump.digest(engine.store)
    engine.rebuild()
    again = dump.digest(engine.store)
    whole = set(ActRow.objects.values_list("count", flat=True)) <= {A_PIECE}
    counts = {"entries": EntryRow.objects.count(), "last": sum(lane.last for lane in engine.store.lanes())}
    print(
        json.dumps(
            {"problems": problems, "acts": written(), "whole": whole, "same": before == again, **counts}
        )
    )


if __name__ == "__main__":
    {
        "begin": begin, "write": go_on, "common": common, "together": together, "images": images, "full": full,
        "check": check,
    }[sys.argv[1]](*sys.argv[2:])  # fmt: skip
