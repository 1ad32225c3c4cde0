"""Which database a table lies in."""

from typing import Any


class QueueRouter:
    """The task queue lies in a file of its own; everything else in the register's database."""

    APPS = frozenset({"django_tasks_database"})

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """The database of a model."""
        return "queue" if model._meta.app_label in self.APPS else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """The queue's tables in the queue's file only, and nothing else there."""
        return (db == "queue") == (app_label in self.APPS)
