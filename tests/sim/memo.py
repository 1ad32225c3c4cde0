"""The same bytes are read by many nodes: remember what pure functions of the shipped code gave.

Only functions of their arguments alone are wrapped, and results are copied where a caller may keep them.
"""

from collections.abc import Callable
from typing import Any

from baarada.journal import batches

_MOST = 4_000


def install() -> None:
    """Wrap the shipped functions, once in a process."""
    if getattr(batches._unpack, "remembers", False):
        return
    batches._unpack = _remember(batches._unpack, _unpack_key, _copy)  # type: ignore[assignment]
    batches.check_signature = _remember(batches.check_signature, _signature_key, lambda none: none)  # type: ignore[assignment]


def _unpack_key(header: Any, signature: bytes, packed: bytes) -> Any:
    return header.raw, signature, packed


def _signature_key(header: Any, signature: bytes, public: bytes) -> Any:
    return header.raw, signature, public


def _copy(batch: batches.Batch) -> batches.Batch:
    return batches.Batch(
        batch.header, batch.signature, dict(batch.contents), batch.key, dict(batch.salts), dict(batch.parts)
    )


def _remember(function: Callable[..., Any], key: Callable[..., Any], copy: Callable[[Any], Any]) -> Any:
    known: dict[Any, Any] = {}

    def remembering(*args: Any) -> Any:
        place = key(*args)
        if place not in known:
            if len(known) > _MOST:
                known.clear()
            known[place] = function(*args)
        return copy(known[place])

    remembering.remembers = True  # type: ignore[attr-defined]
    return remembering
