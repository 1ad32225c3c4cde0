"""Making a register of a backup.

A restored node may have written more than its backup holds, and another machine may still be writing.
It therefore goes on as a new incarnation, in lanes of its own: no sequence number is ever given twice.
"""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from baarada import config
from baarada.interop.tables import jobs, outgoing
from baarada.journal import cuts, runtime, statistics
from baarada.journal.models import NodeRow
from baarada.kernel.errors import Refused
from baarada.registry import searchkeys
from baarada.upkeep import archive
from baarada.upkeep.archive import Damaged, Found, Say, Unsound
from baarada.upkeep.setup import migrate


def restore(source: Path, *, say: Say = lambda text: None) -> Found:
    """Make a register of a backup, in a BAARADA_HOME that holds none; returns what the backup held.

    All or nothing: the papers and keys take their place when the database is whole.

    Raises:
        Refused: the file is no backup, or a register is already here, or the disk is full.
    """
    _refuse_if_taken()
    try:
        with archive.passing_folder() as folder:
            found = _verified(source, folder, say)
            say(_("Filling the database."))
            migrate()
            with archive.as_database(folder / archive.DATABASE) as alias, transaction.atomic():
                archive.copy_tables(alias, "default")
                runtime.begin_again(runtime.signer(folder / archive.KEYS))
                jobs.after_restore()
                outgoing.after_restore()
                _put_in_place(folder)
            # Last, when the database is kept: until then this folder holds no register, and takes the backup again.
            _remember(found)
            statistics.refresh()
    except OSError as error:
        raise Refused(
            _("The backup could not be restored to %(folder)s: %(why)s.")
            % {"folder": settings.CONFIG.home, "why": error.strerror or error}
        ) from None
    return found


def look_at(source: Path) -> Found:
    """What a backup holds, verified as if it were restored; nothing is changed.

    Raises:
        Refused: the file is no backup, or damaged.
    """
    with archive.passing_folder() as folder:
        return _verified(source, folder, lambda text: None)


def _refuse_if_taken() -> None:
    here = settings.CONFIG
    if here.pack or here.papers.exists() or (here.keys / runtime.KEY_FILE).exists():
        raise Refused(
            _("%(folder)s already holds a register. Choose another BAARADA_HOME; nothing was changed.")
            % {"folder": here.home}
        )
    if NodeRow._meta.db_table in connection.introspection.table_names() and NodeRow.objects.exists():
        raise Refused(
            _(
                "The database %(name)s already holds a register. Choose another BAARADA_DATABASE; nothing was changed."
            )
            % {"name": here.database["NAME"]}
        )


def _verified(source: Path, folder: Path, say: Say) -> Found:
    manifest = archive.read_manifest(source)
    say(_("Taking the backup apart."))
    with archive.opened(source) as file:
        archive.take_out(file, folder, archive.DATABASE, archive.PAPERS, archive.KEYS)
        # An older version's backup is brought to this version first: it is read by this version's tables.
        with archive.as_database(folder / archive.DATABASE) as alias:
            _bring_up_to_date(source, alias)
        try:
            return archive.check(file, folder, manifest)
        except Unsound:
            raise Damaged(source) from None


def _bring_up_to_date(source: Path, alias: str) -> None:
    try:
        call_command("migrate", database=alias, verbosity=0)
    except DatabaseError:
        raise Damaged(source) from None


def _put_in_place(folder: Path) -> None:
    """Move papers and keys into the home: within one disk, so that this takes no room and no time."""
    for part in (archive.PAPERS, archive.KEYS):
        for path in sorted(p for p in (folder / part).rglob("*") if p.is_file()):
            target = settings.CONFIG.home / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            config.make_private(path)
            path.replace(target)


def _remember(found: Found) -> None:
    said = found.manifest
    config.make_private(settings.CONFIG.home)
    config.write_node(
        settings.CONFIG.home, pack=said["pack"], time_zone=said["time_zone"], demo=bool(said["demo"])
    )
    runtime.forget()
    cuts.forget()
    searchkeys.forget_words()
