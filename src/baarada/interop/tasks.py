"""Long work, done by the worker beside the pages."""

import logging
from uuid import UUID

from django_tasks import task

from baarada.interop.models import FAILED, IMPORTING, PLANNING, UNDOING, ImportJob
from baarada.interop.tables import jobs
from baarada.kernel.errors import Refused

log = logging.getLogger(__name__)


@task()
def go_on(job_id: str) -> None:
    """Do what a job's state says is under way."""
    job = ImportJob.objects.get(pk=UUID(job_id))
    try:
        if job.state == PLANNING:
            jobs.plan(job)
        elif job.state == IMPORTING:
            jobs.write(job)
        elif job.state == UNDOING:
            jobs.undo(job, by=jobs.actor(job))
    except Refused as refused:
        jobs.fail(job, str(refused))
    except Exception:
        jobs.fail(job, "")
        log.exception("import failed", extra={"job": job_id, "kind": job.kind})
        raise


def enqueue(job: ImportJob, state: str) -> None:
    """Have the worker do the next step of a job."""
    ImportJob.objects.filter(pk=job.pk).update(
        state=state, done=0 if state != IMPORTING else job.done, stop=False
    )
    go_on.enqueue(str(job.pk))


def take_up_again() -> int:
    """Ask again for work that a stop of the machine interrupted: the queue may have lost it."""
    found = list(jobs.unfinished())
    for job in found:
        go_on.enqueue(str(job.pk))
    return len(found)


__all__ = ["FAILED", "enqueue", "go_on", "take_up_again"]
