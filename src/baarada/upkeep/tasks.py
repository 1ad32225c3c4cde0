"""A backup that somebody asks for on a page, made by the worker."""

from django.conf import settings
from django.utils.translation import get_language, override
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from baarada.journal import runtime
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


def ask() -> None:
    """Have the worker make a backup."""
    back_up.enqueue(get_language() or "")


def state() -> tuple[str, str]:
    """How the last backup that was asked for fares, with the sentence of its failure."""
    found = DBTaskResult.objects.filter(task_path=back_up.module_path).order_by("-enqueued_at").first()
    if found is None:
        return NONE, ""
    if found.status in (TaskResultStatus.READY, TaskResultStatus.RUNNING):
        return ASKED, ""
    sentence = found.return_value if found.status == TaskResultStatus.SUCCESSFUL else ""
    failed = found.status == TaskResultStatus.FAILED or bool(sentence)
    return (FAILED, str(sentence or "")) if failed else (NONE, "")
