"""Long work, done by the worker beside the pages."""

import logging
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language, override
from django_tasks import task

from baarada.interop.models import FAILED, IMPORTING, PLANNING, UNDOING, UPLOADED, ExportJob, ImportJob
from baarada.interop.tables import jobs, outgoing
from baarada.kernel.errors import Refused

log = logging.getLogger(__name__)


@task()
def go_on(job_id: str, language: str = "") -> None:
    """Do what a job's state says is under way; sentences are in the language of who asked for it."""
    job = ImportJob.objects.filter(pk=UUID(job_id)).first()
    if job is not None:
        with override(language or settings.LANGUAGE_CODE):
            _go_on(job)


def _go_on(job: ImportJob) -> None:
    try:
        if job.state == UPLOADED:
            jobs.read(job)
        elif job.state == PLANNING:
            jobs.plan(job)
        elif job.state == IMPORTING:
            jobs.write(job)
        elif job.state == UNDOING:
            jobs.undo(job, by=jobs.undoer(job))
    except Refused as refused:
        jobs.fail(job, str(refused))
    except Exception:
        jobs.fail(job, "")
        log.exception("import failed", extra={"job": str(job.pk), "kind": job.kind})
        raise


def enqueue(job: ImportJob, state: str) -> None:
    """Have the worker do the next step of a job."""
    ImportJob.objects.filter(pk=job.pk).update(
        state=state, done=0 if state != IMPORTING else job.done, stop=False
    )
    go_on.enqueue(str(job.pk), get_language() or "")


@task()
def write_out(job_id: str, language: str = "") -> None:
    """Write a list out, in the language of who asked for it."""
    job = ExportJob.objects.filter(pk=UUID(job_id)).first()
    if job is None or job.state not in outgoing.UNDER_WAY:
        return
    with override(language or settings.LANGUAGE_CODE):
        try:
            outgoing.write(job)
        except Refused as refused:
            outgoing.fail(job, str(refused))
        except Exception:
            outgoing.fail(job, "")
            log.exception("export failed", extra={"job": str(job.pk), "kind": job.kind})
            raise


def enqueue_export(job: ExportJob) -> None:
    """Have the worker write a list out."""
    write_out.enqueue(str(job.pk), get_language() or "")


def take_up_again() -> int:
    """Ask again for work that a stop of the machine interrupted: the queue may have lost it."""
    found = list(jobs.unfinished())
    for job in found:
        go_on.enqueue(str(job.pk))
    lists = list(outgoing.unfinished())
    for one in lists:
        write_out.enqueue(str(one.pk))
    return len(found) + len(lists)


__all__ = ["FAILED", "enqueue", "enqueue_export", "go_on", "take_up_again", "write_out"]
