"""Backups: opened and verified before they are announced; one a day by itself.

A backup holds only what is sealed. What a node sealed is the same for ever; an entry not sealed yet could
be sealed twice, here and by whoever restores it, and the two would not be the same.
"""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from baarada import sqlite
from baarada.journal import runtime
from baarada.journal.models import LaneRow
from baarada.kernel import durable
from baarada.kernel.clocks import DAY_MS
from baarada.kernel.errors import Refused
from baarada.upkeep import archive
from baarada.upkeep.archive import Say, Unsound

KEPT_DAYS, KEPT_MONTHS = 7, 6
TRIES = 30
"""How often the copy is begun again because somebody wrote in the instant between sealing and copying."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was verified."""

    path: Path
    entries: int
    papers: int
    bytes: int
    lost: list[str]
    """Papers that are missing or altered in the register itself, by their hash."""


def backup(target: Path, *, say: Say = lambda text: None) -> Made:
    """Write a backup while the register goes on; returns it once it was opened, restored aside and counted.

    Raises:
        Refused: it could not be written, or what was written is not what is here.
    """
    if target.exists():
        raise Refused(_("%(file)s is there already. Choose another name.") % {"file": target})
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.passing_folder() as folder:
            # What is here before the copy begins is the least that the copy must hold.
            lanes = [[x.key.origin, x.key.office.hex(), x.last] for x in runtime.engine().store.lanes()]
            say(_("Copying the database."))
            _copy_sealed(folder / archive.DATABASE)
            say(_("Adding papers and keys."))
            archive.pack(part, folder / archive.DATABASE, lanes)
        say(_("Opening it again."))
        made = _check(part, target)
        durable.settle(part)
        part.replace(target)
        durable.settle_name(target)
    except OSError as error:
        raise Refused(
            _("The backup could not be written to %(file)s: %(why)s.")
            % {"file": target, "why": error.strerror or error}
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return made


def _copy_sealed(target: Path) -> None:
    """The register's database as an SQLite file, as of one moment at which all was sealed."""
    if connection.vendor != "sqlite":
        with archive.as_database(target) as alias:
            call_command("migrate", database=alias, verbosity=0)
    for _attempt in range(TRIES):
        runtime.engine().seal()
        if _copy_if_sealed(target):
            return
    raise Refused(
        _("The register is written to without a pause. Wait for the import to end, then try again.")
    )


def _copy_if_sealed(target: Path) -> bool:
    """Copy the database as it is now; False if somebody has written since it was sealed."""
    return _copy_file(target) if connection.vendor == "sqlite" else _copy_rows(target)


def _copy_file(target: Path) -> bool:
    connection.ensure_connection()
    copy = sqlite.library().connect(str(target))
    try:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
    with archive.as_database(target) as alias:
        return _all_sealed(alias)


def _copy_rows(target: Path) -> bool:
    with archive.as_database(target) as alias, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        sealed = _all_sealed("default")
        if sealed:
            archive.copy_tables("default", alias)
        return sealed


def _all_sealed(alias: str) -> bool:
    return not LaneRow.objects.using(alias).filter(sealed__lt=F("last")).exists()


def _check(path: Path, shown: Path) -> Made:
    """Open a backup, restore it aside, verify and count it."""
    manifest = archive.read_manifest(path)
    with archive.passing_folder() as folder, archive.opened(path) as file:
        archive.take_out(file, folder, archive.DATABASE, archive.KEYS)
        try:
            found = archive.check(file, folder, manifest)
        except Unsound as unsound:
            raise Refused(
                _("The backup was written, but is not what should be here (%(what)s). Run: baarada verify")
                % {"what": unsound}
            ) from None
    return Made(shown, found.entries, found.papers, path.stat().st_size, found.lost)


# -- every day, by itself -------------------------------------------------------------------


def daily(today: date) -> Made | None:
    """Today's backup, unless it is there already; older ones make room.

    Raises:
        Refused: it failed; the day of the last good one, which pages show, stays what it was.
    """
    folder = settings.CONFIG.backup_folder
    target = folder / f"baarada-{today.isoformat()}.zip"
    if target.exists():
        return None
    _forget_halves(folder)
    made = backup(target)
    _make_room(folder, today)
    return made


def again(today: date) -> Made:
    """Today's backup anew: what was written since the last is in it.

    Raises:
        Refused: it failed; the one that was there stays.
    """
    target = settings.CONFIG.backup_folder / f"baarada-{today.isoformat()}.zip"
    if not target.exists():
        made = daily(today)
        assert made is not None
        return made
    newer = target.with_name(f"baarada-{today.isoformat()}.{secrets.token_hex(4)}.zip")
    made = backup(newer)
    try:
        newer.replace(target)
        durable.settle_name(target)
    except OSError as error:
        newer.unlink(missing_ok=True)
        raise Refused(
            _("The backup could not be written to %(file)s: %(why)s.")
            % {"file": target, "why": error.strerror or error}
        ) from None
    return replace(made, path=target)


def _forget_halves(folder: Path) -> None:
    """Take away what a backup left behind that was cut off by a power failure."""
    for path in folder.glob("baarada-*.zip.*.part"):
        if _is_old(path):
            path.unlink(missing_ok=True)
    for path in settings.CONFIG.work.glob(archive.PASSING):
        if _is_old(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_old(path: Path) -> bool:
    return runtime.now_ms() - path.stat().st_mtime * 1000 > DAY_MS


def _make_room(folder: Path, today: date) -> None:
    """Keep the last seven, and the first of each of the last six months."""
    found = sorted((one for one in _dated(folder) if one[0] <= today), reverse=True)
    months: dict[tuple[int, int], date] = {}
    for day, _path in reversed(found):
        months.setdefault((day.year, day.month), day)
    kept = {day for day, _path in found[:KEPT_DAYS]} | {months[m] for m in sorted(months)[-KEPT_MONTHS:]}
    for day, path in found:
        if day not in kept:
            path.unlink()


def _dated(folder: Path) -> Iterator[tuple[date, Path]]:
    for path in folder.glob("baarada-????-??-??.zip"):
        with contextlib.suppress(ValueError):
            yield date.fromisoformat(path.stem.removeprefix("baarada-")), path


def last() -> date | None:
    """The day of the newest daily backup; none of a day to come, which a clock that was wrong has left behind."""
    today = runtime.today()
    days = (day for day, _path in _dated(settings.CONFIG.backup_folder))
    return max((day for day in days if day <= today), default=None)
