"""What goes wrong, said once."""

from typing import Any


class Refused(Exception):
    """Something was asked that cannot be done; nothing was changed.

    ``message`` is one sentence for the person who asked: the fact, then what to do.
    Rooms above pass a lazily translated string; ``str(error)`` gives it in the
    language of the moment.
    """

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(Refused):
    """The actor may not do or see this. Pages answer it as "not found"."""
