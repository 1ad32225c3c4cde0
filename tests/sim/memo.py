"""The same bytes are read by many nodes: remember what pure functions of the shipped code gave.

Only functions of their arguments alone are wrapped, and results are copied where a caller may keep them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from baarada.journal import batches

_MOST = 4_000


_known: dict[str, dict[Any, Any]] = {}


@contextmanager
def remembering() -> Iterator[None]:
    """Have the shipped functions remember, as long as this lasts."""
    shipped = batches._unpack, batches.write, batches.check_signature
    batches._unpack = _remember("unpack", shipped[0], _unpack_key, _copy)  # type: ignore[assignment]
    batches.write = _remember("write", shipped[1], _write_key, lambda data: data)  # type: ignore[assignment]
    batches.check_signature = _remember("signature", shipped[2], _signature_key, lambda none: none)  # type: ignore[assignment]
    try:
        yield
    finally:
        batches._unpack, batches.write, batches.check_signature = shipped  # type: ignore[assignment]


def _write_key(batch: batches.Batch, *, level: int = batches.LEVEL) -> Any:
    shown, hidden = frozenset(batch.contents.items()), frozenset(batch.parts.items())
    return batch.header.raw, batch.signature, batch.key, shown, hidden, frozenset(batch.salts.items()), level


def _unpack_key(header: Any, signature: bytes, packed: bytes) -> Any:
    return header.raw, signature, packed


def _signature_key(header: Any, signature: bytes, public: bytes) -> Any:
    return header.raw, signature, public


def _copy(batch: batches.Batch) -> batches.Batch:
    return batches.Batch(
        batch.header, batch.signature, dict(batch.contents), batch.key, dict(batch.salts), dict(batch.parts)
    )


def _remember(
    name: str, function: Callable[..., Any], key: Callable[..., Any], copy: Callable[[Any], Any]
) -> Any:
    known = _known.setdefault(name, {})

    def remembered(*args: Any, **options: Any) -> Any:
        place = key(*args, **options)
        if place not in known:
            if len(known) > _MOST:
                known.clear()
            known[place] = function(*args, **options)
        return copy(known[place])

    return remembered
