"""Bugs planted in the shipped core, one at a time: each must be caught by the simulator within 200 seeds.

    python -m tests.sim.mutants [--jobs J] [--seeds N] [name ...]

A mutant is exact text in a shipped file and what stands there instead. Where the text is gone the mutant
fails loudly, so that a check is never kept for code that no longer exists.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "baarada"
ROOMS = ("kernel", "journal")
"""What the simulator runs in memory; nothing else is copied then."""
MOST_SEEDS = 200
MOST_SECONDS = 600


class Gone(Exception):
    """The text that a mutant replaces is not in the shipped file, or there more than once."""


@dataclass(frozen=True)
class Mutant:
    """A planted bug: in each file, what is replaced by what."""

    name: str
    what: str
    changes: tuple[tuple[str, str, str], ...]
    store: str = "memory"


def _one(name: str, what: str, file: str, before: str, after: str, store: str = "memory") -> Mutant:
    return Mutant(name, what, ((file, before, after),), store)


def _sql(name: str, what: str, before: str, after: str, file: str = "sql") -> Mutant:
    """A bug in the store on SQL: the simulator runs over SQLite."""
    return _one(name, what, f"journal/{file}.py", before, after, "sqlite")


ARRIVING, APPLYING, BATCHES, CLOCKS = (
    "journal/arriving.py", "journal/applying.py", "journal/batches.py", "kernel/clocks.py",
)  # fmt: skip
DRAFTS, ENGINE, ENTRIES, MERGING, PICTURE, SEALING, UNDOING = (
    f"journal/{name}.py"
    for name in ("drafts", "engine", "entries", "merging", "picture", "sealing", "undoing")
)

MUTANTS = (
    # -- what a write builds on
    _one("base-at-save", "base is what stands when saving, not what was on the page", DRAFTS,
         "bases={u: seen.behind(u) for u in these}",
         "bases={u: engine.store.load([seen.key])[seen.key].heads_of(u) for u in these}"),
    _one("base-creation-only", "an edit names the creation, not the edit it replaces", DRAFTS,
         "return merging.standing(self.heads, unit, self.created)", "return (self.created,)"),
    _one("proposal-replaces", "a proposal takes the place of what it saw", MERGING,
         "dethroned = () if entry.mode == PROPOSE else bases", "dethroned = bases"),
    _one("nobody-proposes", "an office changes a fact that another office owns", DRAFTS,
         "draft(these, as_mode) for these, as_mode in ((changed, mode), (proposed, PROPOSE)) if these",
         "draft(these, as_mode) for these, as_mode in ((changed, mode), (proposed, mode)) if these"),
    _one("note-writes", "a note on the past changes the present", MERGING,
         "    if entry.mode == NOTE:\n        return []\n    return list(dict.fromkeys(",
         "    return list(dict.fromkeys("),
    _one("named-forgotten", "a base that comes after what replaced it stands again", MERGING,
         "        if unit not in named:\n            heads =", "        if True:\n            heads ="),
    _one("second-creation-dropped", "a record created twice keeps what came first", APPLYING,
         "merging.create_again(state, held, spec, self.find, early)", "pass"),
    # -- what shows
    _one("ties-by-arrival", "of two phone numbers the one that arrived last shows", MERGING,
         "    if field_spec.merge == LATEST:\n        return max(heads, key=lambda h: h.rank)",
         "    if field_spec.merge == LATEST:\n        return max(heads, key=lambda h: h.ref)"),
    _one("person-by-clock", "the later of two birth dates shows", MERGING,
         "    return _agreed(heads, spec, unit, find)\n\n\ndef _agreed",
         "    return max(heads, key=lambda h: h.rank)\n\n\ndef _agreed"),
    _one("agreed-by-clock", "the last agreed value is told by the clock", MERGING,
         "last = [held for ref, held in shared.items() if ref not in replaced]",
         "last = sorted(shared.values(), key=lambda h: h.place)[-1:]"),
    _one("owner-ignored", "the later grade shows, whoever wrote it", MERGING,
         "return max([h for h in heads if h.owns(field_spec)] or heads, key=lambda h: h.rank)",
         "return max(heads, key=lambda h: h.rank)"),
    _one("group-torn", "of a group only the first field is compared", MERGING,
         "    members = spec.members[unit]\n    kinds =", "    members = spec.members[unit][:1]\n    kinds ="),
    _one("equal-disagree", "the same value written twice is a conflict", MERGING,
         "if len(rivals) == len(found) and _values_agree(found, spec, unit):", "if len(rivals) == 1:"),
    _one("conflict-unlisted", "the value is picked, and nobody is told", MERGING,
         "        state.conflicts[unit] = Conflict(unit, spec.unit_spec(unit).merge, refs, shown.ref if shown else 0)",
         "        del refs"),
    _one("delete-wins", "a deletion wins silently over an edit it did not see", MERGING,
         "rivals = found + (_unseen(state, found, find) if unit == DELETED else [])", "rivals = found"),
    _one("delete-stays", "an edit that comes after the deletion it did not know is not asked about", MERGING,
         "    if state.heads.get(DELETED) and DELETED not in entry.fields:\n"
         "        settle(state, DELETED, spec, find)\n",
         ""),
    _one("verdict-ignored", "what a wrong clock wrote goes on winning", MERGING,
         "return (not self.doubted, *self.place)", "return (True, *self.place)"),
    # -- what arrives
    Mutant("holes-accepted", "a batch is taken although one before it is missing", (
        (ARRIVING, "if header.first > lane.last + 1:", "if False:"),
        (ARRIVING, "if header.first <= lane.last or header.previous != lane.head:", "if header.first <= lane.last:"),
    )),
    _one("early-dropped", "a batch that came early is not applied when its predecessors come", ARRIVING,
         "            if lane is not None and outcome == APPLIED:\n                self._take_followers(lane)\n", ""),
    _one("early-edit-dropped", "an edit that comes before the creation is dropped", APPLYING,
         "                self._wait(held.ref, unmet)\n                continue", "                continue"),
    _one("inside-never-waits", "a row shows before the file it belongs to", APPLYING,
         "        if isinstance(value, bytes):\n            target =",
         "        if False:\n            target ="),
    _one("released-still-waits", "what was released goes on waiting", PICTURE,
         "            self.store.end_wait(refs)\n            # What waited", "            # What waited"),
    _one("released-as-local", "what waited is judged as if written here", PICTURE,
         "            work.local = False\n", ""),
    _one("fork-by-number", "a batch that goes on from another past is taken", ARRIVING,
         "if header.first <= lane.last or header.previous != lane.head:", "if header.first <= lane.last:"),
    _one("fork-unseen", "a second history under the same numbers passes for the first", ARRIVING,
         "if mine is None or mine.header.raw != batch.header.raw:", "if mine is None:"),
    _one("frozen-thaws", "a forked lane goes on", ARRIVING,
         "        lane.frozen = True\n        self.store.save_lane(lane)\n", ""),
    _one("restored-overwrites", "a restored node takes its own later entries as another's", ARRIVING,
         "        if lane.key.origin == self.own:\n", "        if False:\n"),
    _one("signature-unread", "a signature is not checked", ARRIVING,
         "        batches.check_signature(header, signature, public)\n", ""),
    _one("root-unread", "entries are not held against what was signed", BATCHES,
         "    check_root(batch)\n    return batch\n", "    return batch\n"),
    _one("bad-value-shown", "a number's field shows what is no number", APPLYING,
         "        for number, value in entry.fields.items():\n            if number in spec.fields:",
         "        for number, value in entry.fields.items():\n            if False:"),
    _one("anyone-erases", "an office that is not national removes entries", APPLYING,
         "if entry.type in (ERASURE, VERDICT) and entry.writer.kind != NATIONAL:", "if False:"),
    # -- clocks, disks
    _one("own-clock", "a stamp is the machine's own time", CLOCKS,
         "self.last = max(self.last + 1, stamp_of(self.now_ms()))", "self.last = stamp_of(self.now_ms())"),
    _one("deaf-clock", "what is received does not lift the clock", ENGINE,
         "        self.clock.receive(received)\n", ""),
    _one("lifted-clock", "a clock far ahead lifts all others", CLOCKS,
         "self.last = max(self.last, min(stamp, most))", "self.last = max(self.last, stamp)"),
    _one("clock-unasked", "a machine in 1970 goes on writing", ENGINE,
         "        if now < floor - DAY_MS:\n", "        if False:\n"),
    _one("half-arrival", "an arrival is written in pieces", ARRIVING,
         "        with self.store.transaction():\n            self.store.take_turn(NAMING)\n"
         "            self.before_change()",
         "        if True:\n            self.before_change()"),
    _one("half-write", "a write is kept in pieces", ENGINE,
         "        with self.store.transaction():\n            self.store.take_turn(NAMING, alone=any(",
         "        if True:\n            self.store.take_turn(NAMING, alone=any("),
    # -- what is drawn again, undone, linked, erased, unknown
    _one("rebuild-ahead", "while drawing again, writes to come are seen already", PICTURE,
         "        if self._drawn is not None and seq_of(ref) > self._drawn.get(lane_of(ref), 0):\n"
         "            return None\n", ""),
    _one("as-known-now", "what is known now is shown as known then", PICTURE,
         "    return seq_of(ref) <= cut.get(lane_of(ref), 0)", "    return True"),
    _one("undo-all", "an undo takes back what others have built on", UNDOING,
         "    if heads != (held.ref,):\n", "    if False:\n"),
    _one("unlink-keeps-name", "files that are no longer linked keep the common name", PICTURE,
         "if before.get((type_, i), name) != name}", "if before.get((type_, i), name) > name}"),
    _one("deleted-names", "a deleted file goes on naming those linked with it", PICTURE,
         "        for type_, id_ in self._files(work.turned):", "        for type_, id_ in self._files(()):"),
    _one("deleted-first", "a link to a deleted file gives its name", PICTURE,
         "key=lambda id_: (id_ in deleted, id_)", "key=lambda id_: (False, id_)"),
    _one("row-unnamed", "a new row of a linked file bears the file's own id", APPLYING,
         "return self.canonical.get(file, file[1])", "return file[1]"),
    _one("moved-row-unnamed", "a row that moves to another file keeps the name of the first", APPLYING,
         "            self.changed.left.add(state.canonical)\n            state.canonical = self._name(state)\n",
         "            self.changed.left.add(state.canonical)\n"),
    _one("erased-shown", "an erased entry still shows", PICTURE,
         "        self._redo(self.store.erase(ranges), changed)", "        self._redo(set(), changed)"),
    _one("erased-returns", "what was erased is taken again from a node that had not heard", ARRIVING,
         "        erased = self.store.erased()\n", "        erased = []\n"),
    _one("upgrade-forgets", "what the old version did not know stays hidden after an upgrade", APPLYING,
         "            if not knows_fields(self.schema, held.entry):", "            if False:"),
    _one("refused-for-ever", "what was refused for want of a key stays refused when the key comes", ARRIVING,
         "            if item.reason in MAY_PASS:", "            if False:"),
    _one("extra-lost", "a batch is written without the fields that this version does not know", ENTRIES,
         "        _FIELDS: dict(sorted(entry.fields.items())),",
         "        _FIELDS: {n: v for n, v in sorted(entry.fields.items()) if n != 12},"),
)  # fmt: skip

SQL_MUTANTS = (
    _sql("sql-waits-for-ever", "what has come is still waited for",
         "        for piece in in_pieces(set(refs)):\n            self._run(f\"DELETE FROM journal_wait",
         "        for piece in in_pieces(set[int]()):\n            self._run(f\"DELETE FROM journal_wait",
         "sqlwaiting"),
    _sql("sql-conflicts-stay", "a conflict that was decided stays in the queue",
         '"DELETE FROM journal_conflict WHERE entity = %s AND type = %s",\n                [self.id_in(state.id)',
         '"DELETE FROM journal_conflict WHERE entity = %s AND type = %s AND unit < 0",\n'
         "                [self.id_in(state.id)"),
    _sql("sql-rows-unnamed", "the rows of a linked file are not renamed",
         "for spec in self.schema.children.get(type_, ()):", "for spec in ():"),
    _sql("sql-erased-stays", "the content of an erased entry stays",
         '            self._run(f"DELETE {where}", span)\n', "", "sqlentries"),
    _sql("sql-early-forgotten", "bases that have not come yet are not looked up",
         "                if key in wanted:\n                    out.setdefault(key, {}).setdefault(unit",
         "                if False:\n                    out.setdefault(key, {}).setdefault(unit", "sqlwaiting"),
    _sql("sql-range-stale", "an erasure is not known within its own transaction",
         "        self._ranges.pop(kind, None)\n", "", "sqlentries"),
    _sql("sql-dead-links", "a link that was deleted goes on joining files",
         ' AND "active" AND NOT "deleted"', ' AND "active"'),
    _sql("sql-pointing-now", "rows of an erased file that point elsewhere now stay",
         "        pointing = pointing_to(self.schema, key[0])\n        if not pointing:",
         "        pointing = pointing_to(self.schema, key[0])\n        if True:"),
)  # fmt: skip

MUTANTS += SQL_MUTANTS
NONE, NONE_SQL = Mutant("none", "the shipped code", ()), Mutant("none-sql", "the shipped code", (), "sqlite")
"""What must not be caught: else a mutant may be caught for what is wrong with the way it is run."""
BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
QUICK = ("base-at-save", "ties-by-arrival", "delete-wins")
"""Those that every test run plants."""


def mutated(mutant: Mutant) -> dict[str, str]:
    """The changed files as text.

    Raises:
        Gone: the shipped text is not what the mutant replaces.
    """
    out: dict[str, str] = {}
    for file, before, after in mutant.changes:
        text = out.get(file) or (SOURCE / file).read_text(encoding="utf-8")
        if text.count(before) != 1:
            raise Gone(f"{mutant.name}: {file} holds {text.count(before)} times: {before!r}")
        out[file] = text.replace(before, after)
    return out


def seeds_needed(mutant: Mutant, seeds: int = MOST_SEEDS) -> tuple[int, str]:
    """How many seeds it takes to catch a mutant (0: not caught), and the last line of how it failed."""
    with tempfile.TemporaryDirectory(prefix="baarada-mutant-") as folder:
        copy, store = Path(folder) / "baarada", mutant.store
        unused = shutil.ignore_patterns("__pycache__")
        if store == "memory":
            copy.mkdir()
            shutil.copy(SOURCE / "__init__.py", copy)
            for room in ROOMS:
                shutil.copytree(SOURCE / room, copy / room, ignore=unused)
        else:
            shutil.copytree(SOURCE, copy, ignore=unused)
        for file, text in mutated(mutant).items():
            (copy / file).write_text(text, encoding="utf-8")
        path = os.pathsep.join((folder, str(ROOT)))
        done = subprocess.run(
            [sys.executable, "-m", "tests.sim", "--seeds", str(seeds), "--start", "1", "--store", store],
            env=os.environ | {
                "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "DJANGO_SETTINGS_MODULE": "tests.settings",
                "BAARADA_TEST_HOME": str(Path(folder) / "home"),
            },
            cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=MOST_SECONDS, check=False,
        )  # fmt: skip
    found = re.search(r"^seed (\d+) fails", done.stdout, re.MULTILINE)
    if found is None:
        if "seeds clean" not in done.stdout:
            raise RuntimeError(f"the simulator did not run: {done.stderr[-2_000:]}")
        return 0, ""
    how = [
        line
        for line in done.stdout[: found.start()].splitlines()
        if re.match(r"[\w.]+(Error|Failed|Exception|Bad)\b|\w+: ", line)
    ]
    return int(found.group(1)), how[-1][:150] if how else ""


def main(argv: list[str] | None = None) -> int:
    """Plant mutants and say how soon each was caught; 1 if one was not."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim.mutants")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=MOST_SEEDS)
    parser.add_argument("names", nargs="*", metavar="name")
    args = parser.parse_args(argv)
    chosen = [BY_NAME[name] for name in args.names] or list(MUTANTS)
    escaped = list(_report(chosen, args.seeds, args.jobs))
    print(f"{len(chosen) - len(escaped)} of {len(chosen)} caught within {args.seeds} seeds")
    return 1 if escaped else 0


def _report(chosen: list[Mutant], seeds: int, jobs: int) -> Iterable[str]:
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda mutant: seeds_needed(mutant, seeds), chosen)
        for mutant, (needed, how) in zip(chosen, results, strict=True):
            print(f"{needed or 'ESCAPED':>7}  {mutant.name:24} {how or mutant.what}", flush=True)
            if not needed:
                yield mutant.name


if __name__ == "__main__":
    sys.exit(main())
