"""Backups as people make them: by the program itself, while another process writes."""

import os
import re
import subprocess
import sys

from baarada.config import VARIABLES

WRITER = """
import sys, django
django.setup()
from baarada.journal import actions, runtime
from baarada.kernel.actors import Actor
from baarada.registry.models import Office, Person
office = Office.objects.get(pk=runtime.node().root)
by = Actor(runtime.new_id(), "Assa Pun", runtime.root_office(), "national")
for number in range(100_000):
    with actions.write("person.added", by=by) as act:
        act.create(Person, family_name=f"Corvelin {number}", sex="F", office=office)
    if not number:
        print("begun", flush=True)
"""


def environment(home):
    """What a person's shell has: nothing of the tests' own settings."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    path = os.pathsep.join(p for p in sys.path if p)
    return kept | {
        "BAARADA_HOME": str(home), "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "baarada.settings",
        "BAARADA_LANGUAGE": "en",
    }  # fmt: skip


def baarada(home, *words, stdin=""):
    done = subprocess.run(
        [sys.executable, "-m", "baarada", *map(str, words)], env=environment(home), input=stdin, text=True,
        capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_written_meanwhile_is_not_taken_for_something_wrong(tmp_path):
    """Everything is looked at as it stood at one moment, while somebody goes on writing."""
    home = tmp_path / "home"
    baarada(home, "init", "--pack", "demo", "--no-input")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout.readline() == "begun\n"
        said = baarada(home, "verify")
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()

    assert "All is as it was written" in said


def test_a_backup_made_while_another_process_writes_is_whole(tmp_path):
    """Restored on an empty machine, it verifies; what was written before it began is in it."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "stick" / "b.zip"
    baarada(old, "init", "--pack", "demo", "--no-input")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment(old), stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout.readline() == "begun\n"
        said = baarada(old, "backup", file)
    finally:
        writer.kill()
        writer.wait()

    entries = re.search(r"Entries: (\d+)", said).group(1)
    assert f"entries: {entries}" in baarada(new, "restore", file)
    assert f"All is as it was written. Entries: {entries}" in baarada(new, "verify").replace("\u202f", "")
