"""A long list written out beside the pages: begun, written by the worker, fetched, gone after some days.

The file takes its name when it is whole; what a stop of the machine left half is written again from the start.
"""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baarada.interop.models import DONE, FAILED, STOPPED, WAITING, WRITING, ExportJob
from baarada.interop.tables import exporting, selections
from baarada.interop.tables.selections import Query
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_id, as_uuid

AT_ONCE = 2000
"""Up to so many rows a list is written while the browser waits."""
KEPT_DAYS = 7
LOOK_ROWS = 500
"""After so many rows it is said how far the work is, and asked whether to stop."""
UNDER_WAY = (WAITING, WRITING)


class _Stop(Exception):
    """Somebody asked for the work to stop."""


def exports(*, seen_by: Actor) -> QuerySet[ExportJob]:
    """The lists that this account had written, the latest first."""
    seen_by.require("export")
    return ExportJob.objects.filter(account=as_uuid(seen_by.account)).order_by("-pk")


def begin(kind: str, query: Query, form: str, *, by: Actor) -> ExportJob:
    """Note a list to be written; the worker writes it (``tasks.enqueue_export``).

    Raises:
        Refused: there is no such list, it is empty, or it cannot be written in this form.
    """
    found = selections.select(kind, query, seen_by=by)
    if found is None or form not in (exporting.XLSX, exporting.CSV):
        raise Refused(_("There is no such list."))
    if not found.count:
        raise Refused(_("Nobody and nothing is in this list: there is nothing to write."))
    return ExportJob.objects.create(
        id=as_uuid(runtime.new_id()), kind=kind, query={name: list(values) for name, values in query.items()},
        form=form, title=found.title, account=as_uuid(by.account), writer=[by.name, by.office.hex(), by.kind],
        begun=runtime.now(), total=found.count,
    )  # fmt: skip


def write(job: ExportJob) -> None:
    """Write the list, from its start.

    Raises:
        Refused: whoever asked for it may not have it any more.
    """
    by = actor(job)
    ExportJob.objects.filter(pk=job.pk).update(state=WRITING, done=0)
    found = selections.select(job.kind, job.query, seen_by=by)
    if found is None:
        raise Refused(_("There is no such list."))
    about = exporting.About(found.title, found.filter, by.name, runtime.now())
    half = path(job).with_suffix(".part")
    half.parent.mkdir(parents=True, exist_ok=True)
    try:
        count = exporting.write(
            found.columns,
            _followed(job, found.ids()),
            half,
            about,
            seen_by=by,
            form=job.form,
            only=found.only,
        )
        half.replace(path(job))
    except _Stop:
        ExportJob.objects.filter(pk=job.pk).update(state=STOPPED, finished=runtime.now())
    else:
        ExportJob.objects.filter(pk=job.pk).update(
            state=DONE, done=count, total=count, size=path(job).stat().st_size, finished=runtime.now()
        )
    finally:
        half.unlink(missing_ok=True)
        job.refresh_from_db()


def _followed(job: ExportJob, ids: Iterable[UUID]) -> Iterator[UUID]:
    """The ids, noting how far they were taken."""
    for count, pk in enumerate(ids):
        if count % LOOK_ROWS == 0:
            own = ExportJob.objects.filter(pk=job.pk)
            own.update(done=count)
            if own.filter(stop=True).exists():
                raise _Stop
        yield pk


def actor(job: ExportJob) -> Actor:
    """Whoever asked for the list."""
    name, office, kind = job.writer
    return Actor(as_id(job.account), name, bytes.fromhex(office), kind)


def path(job: ExportJob) -> Path:
    """Where the file lies, once it is whole."""
    return Path(settings.CONFIG.work) / f"export-{job.pk.hex}.{job.form}"


def file(job: ExportJob) -> Path | None:
    """The file to send; None where it is not there (yet, or any more)."""
    found = path(job)
    return found if job.state == DONE and found.exists() else None


def stop(job: ExportJob, *, by: Actor) -> None:
    """Ask for the work to stop."""
    by.require("export")
    ExportJob.objects.filter(pk=job.pk, state__in=UNDER_WAY).update(stop=True)


def fail(job: ExportJob, sentence: str) -> None:
    """Say why the list could not be written."""
    ExportJob.objects.filter(pk=job.pk).update(state=FAILED, message=sentence, finished=runtime.now())


def drop(job: ExportJob, *, by: Actor) -> None:
    """Forget a list and its file."""
    by.require("export")
    _forget(job)


def _forget(job: ExportJob) -> None:
    # The file first: without its row nobody would ever remove it.
    path(job).unlink(missing_ok=True)
    job.delete()


def unfinished() -> QuerySet[ExportJob]:
    """Work that a stop of the machine interrupted."""
    return ExportJob.objects.filter(state__in=UNDER_WAY).order_by("begun")


def forget_old() -> int:
    """Remove the lists of more than seven days; returns how many there were."""
    before = runtime.now() - timedelta(days=KEPT_DAYS)
    gone = 0
    for job in list(ExportJob.objects.filter(begun__lt=before).exclude(state__in=UNDER_WAY)):
        # A file that is being fetched cannot be removed on every system: next time.
        with contextlib.suppress(OSError):
            _forget(job)
            gone += 1
    return gone


def after_restore() -> None:
    """Forget lists whose files are not in a backup."""
    ExportJob.objects.all().delete()
