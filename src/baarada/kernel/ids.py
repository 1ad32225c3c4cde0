"""Identifiers of records: UUID version 7 (RFC 9562), as 16 bytes.

Never derived from a place or from content: a person keeps their id for life.
"""

import os
import time
from collections.abc import Callable
from uuid import UUID

Id = bytes
"""Sixteen bytes."""


def wall_ms() -> int:
    """The machine's own idea of now, in milliseconds since 1970. It decides nothing."""
    return time.time_ns() // 1_000_000


class IdMaker:
    """Makes ids from a clock and a source of random bytes, both passed in.

    The milliseconds sort ids roughly by birth, which keeps indexes compact; they
    are never read back as a time.
    """

    def __init__(
        self, now_ms: Callable[[], int] = wall_ms, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._now_ms = now_ms
        self._random = random

    def __call__(self) -> Id:
        """Return a new id."""
        tail = bytearray(self._random(10))
        tail[0] = 0x70 | tail[0] & 0x0F
        tail[2] = 0x80 | tail[2] & 0x3F
        return max(self._now_ms(), 0).to_bytes(6, "big") + bytes(tail)


new_id = IdMaker()


def as_uuid(value: Id) -> UUID:
    """The id as Python's UUID, for addresses and for people."""
    return UUID(bytes=value)


def as_id(value: Id | UUID | str) -> Id:
    """The id as 16 bytes.

    Raises:
        ValueError: the value is not an id.
    """
    if isinstance(value, bytes):
        if len(value) != 16:
            raise ValueError("An id has 16 bytes.")
        return value
    return value.bytes if isinstance(value, UUID) else UUID(value).bytes
