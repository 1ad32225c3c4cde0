"""What somebody asks for on a page and the worker does: a backup, a look at whether all is as it was written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from baarada.journal import runtime, verification
from baarada.kernel.errors import Refused
from baarada.upkeep import backup

ASKED, FAILED, NONE = "asked", "failed", ""
"""How the last backup that was asked for fares; ``NONE`` where it is done, or nothing was asked."""


@task()
def back_up(language: str = "") -> str:
    """Make today's backup anew; returns the sentence of a failure, in the language of who asked."""
    with override(language or settings.LANGUAGE_CODE):
        try:
            backup.again(runtime.today())
        except Refused as refused:
            return str(refused)
    return ""


@task()
def verify() -> dict[str, int]:
    """Look at everything; returns how many entries there are, and how many things are not as they were written."""
    engine = runtime.engine()
    problems = sum(1 for _problem in verification.verify(engine))
    return {"entries": sum(lane.last for lane in engine.store.lanes()), "problems": problems}


def ask() -> None:
    """Have the worker make a backup."""
    back_up.enqueue(get_language() or "")


def ask_to_verify() -> None:
    """Have the worker look at everything, if it is not about to."""
    if not verified().under_way:
        verify.enqueue()


def state() -> tuple[str, str]:
    """How the last backup that was asked for fares, with the sentence of its failure."""
    found = _last(back_up)
    if found is None:
        return NONE, ""
    if found.status in (TaskResultStatus.READY, TaskResultStatus.RUNNING):
        return ASKED, ""
    sentence = found.return_value if found.status == TaskResultStatus.SUCCESSFUL else ""
    failed = found.status == TaskResultStatus.FAILED or bool(sentence)
    return (FAILED, str(sentence or "")) if failed else (NONE, "")


@dataclass(frozen=True, slots=True)
class Verified:
    """What the last look at everything found. ``at`` is None where there was none."""

    at: datetime | None = None
    entries: int = 0
    problems: int = 0
    under_way: bool = False
    failed: bool = False


def verified() -> Verified:
    """The last look at everything that somebody asked for on a page."""
    found = _last(verify)
    if found is None:
        return Verified()
    if found.status in (TaskResultStatus.READY, TaskResultStatus.RUNNING):
        return Verified(under_way=True)
    if found.status == TaskResultStatus.FAILED:
        return Verified(at=found.finished_at, failed=True)
    return Verified(found.finished_at, **found.return_value)


def _last(one: Any) -> DBTaskResult | None:
    return DBTaskResult.objects.filter(task_path=one.module_path).order_by("-enqueued_at").first()
