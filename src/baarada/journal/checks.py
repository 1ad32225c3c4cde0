"""Asked by ``manage.py check``: is every record declared in full, and every other table listed?"""

from typing import Any

from django.core.checks import Error, register

from baarada.journal.machine import unlisted
from baarada.journal.models import build_schema


@register()
def records_are_declared(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Every record has its numbers, every field one class, every group one owner."""
    del app_configs, kwargs
    try:
        build_schema()
    except (ValueError, TypeError, AttributeError) as error:
        return [Error(str(error), id="journal.E001")]
    return []


@register()
def tables_are_journalled_or_listed(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A table whose rows would leave no trace is there on purpose, with its reason."""
    del app_configs, kwargs
    hint = "Make it a journal.Record, or add it to journal.machine with the reason."
    return [
        Error(f"{model._meta.label} is not journalled.", hint=hint, id="journal.E002") for model in unlisted()
    ]
