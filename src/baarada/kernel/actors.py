"""Who acts: the person at the keyboard, the office they act for, what they may do."""

from dataclasses import dataclass, field

from baarada.kernel.errors import NotAllowed
from baarada.kernel.ids import Id

EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a program, acting for one office.

    ``kind`` is the kind of the office (``national``, ``region``, ``district`` ...): it decides
    whose value shows for facts that belong to an office (merge class *owner*).
    """

    account: Id
    name: str
    office: Id
    kind: str
    rights: frozenset[str] = field(default=frozenset({EVERYTHING}))

    def may(self, right: str, at: Id | None = None) -> bool:
        """True if this actor holds ``right`` at the office ``at`` (anywhere if None).

        Rights by place come with roles; until then a right holds everywhere.
        """
        del at
        return EVERYTHING in self.rights or right in self.rights

    def require(self, right: str, at: Id | None = None) -> None:
        """Raise ``NotAllowed`` unless :meth:`may`."""
        if not self.may(right, at):
            raise NotAllowed(right)
