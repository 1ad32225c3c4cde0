"""The database under test where one transaction around a test will not do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, connections, transaction

from baarada.journal import cuts, guard, runtime
from baarada.registry import lists, search, searchkeys


@contextmanager
def committed() -> Iterator[None]:
    """What a test writes is written for good, and others see it; it is emptied at the end."""
    yield
    empty_database()
    connections.close_all()


def empty_database() -> None:
    """What a new machine has: tables, and nothing in them."""
    with guard.opened(), transaction.atomic(), connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label not in ("django_tasks_database", "contenttypes", "auth"):
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
    runtime.forget()
    cuts.forget()
    lists.forget()
    search.forget_vocabulary()
    searchkeys.forget_words()
