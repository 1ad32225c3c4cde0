"""What the registry refuses, each with its sentence."""

from typing import Any

from baarada.kernel.errors import Refused


class Invalid(Refused):
    """Values that cannot be true. ``problems`` maps a field to its sentence; "" for the whole."""

    def __init__(self, problems: dict[str, Any]) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(str(sentence) for sentence in self.problems.values())
