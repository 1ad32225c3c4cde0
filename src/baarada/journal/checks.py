"""Asked by ``manage.py check``: is every record declared in full?"""

from typing import Any

from django.core.checks import Error, register

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
