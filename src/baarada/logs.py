"""Logs: one JSON line each, without personal data.

Only fields named here are written, and messages are constant texts: what varies goes into the
fields. Names, numbers, addresses typed by people and query strings never reach a log.
"""

import logging
import traceback
from typing import Any

from pythonjsonlogger.json import JsonFormatter

ALLOWED = frozenset({
    "act", "bytes", "count", "day", "file_kind", "job", "kind", "lane", "machine", "pack", "path", "port", "reason",
    "rows", "seconds", "server", "status_code", "version", "worker",
})  # fmt: skip
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Impersonal(logging.Filter):
    """Takes away every field that is not allowed, and what a message was filled with by others."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean a record; it always passes."""
        for name in list(vars(record)):
            if name not in _STANDARD and name not in ALLOWED:
                delattr(record, name)
        if not record.name.startswith("baarada") and record.args:
            # Other people's code fills its messages with what it likes.
            record.args = None
        if record.exc_info and record.exc_info[1] is not None:
            record.reason = type(record.exc_info[1]).__name__
        return True


class Lines(JsonFormatter):
    """One JSON object a line: time, level, logger, message, fields."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", json_ensure_ascii=False)

    def formatException(self, ei: Any) -> str:
        """Where it happened, without the values: the last line of a traceback may quote what was typed."""
        frames = traceback.extract_tb(ei[2])
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        return f"{ei[0].__name__} at " + " < ".join(reversed(places))


def configuration(level: str, *others: str) -> dict[str, Any]:
    """The settings of ``logging``: everything to standard error, as lines without personal data.

    ``others`` are loggers of packages that would otherwise write by themselves.
    """
    quiet = {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django_tasks": {"level": "WARNING"},  # names each task, which is taken away as a value
        "django_tasks_db": {"level": "WARNING"},  # says every second that it looks
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"impersonal": {"()": "baarada.logs.Impersonal"}},
        "formatters": {"lines": {"()": "baarada.logs.Lines"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["impersonal"]},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": quiet | {name: {"handlers": ["stderr"], "propagate": False} for name in others},
    }
