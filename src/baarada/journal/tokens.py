"""What was on a page, as a sealed text that travels with it: in a form, in the last column of a sheet.

It names the writes that stood behind each field, so that saving never has to ask what stands
now. It says nothing a person could read, and cannot be changed unseen.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import cbor2
from django.conf import settings

from baarada.journal import runtime
from baarada.journal.drafts import Seen
from baarada.journal.entries import LaneKey, Ref, lane_of, ref_of, seq_of
from baarada.journal.sql import SqlStore

SEAL_BYTES = 12
LONGEST = 20_000
_FINGERPRINT_BYTES = 6


class BadToken(ValueError):
    """A text that this node did not seal, or that names entries it does not hold."""


def seal(*pages: Seen) -> str:
    """Seal what somebody sees of one or several records."""
    lanes: dict[int, int] = {}

    def short(ref: Ref) -> list[int]:
        return [lanes.setdefault(lane_of(ref), len(lanes)), seq_of(ref)]

    body = [
        [p.type, p.id, short(p.created), {u: [short(r) for r in refs] for u, refs in sorted(p.heads.items())}]
        for p in pages
    ]
    names = [_fingerprint(_key(number)) for number in lanes]
    data: bytes = cbor2.dumps([names, body])
    return base64.urlsafe_b64encode(_mark(data) + data).rstrip(b"=").decode()


def lanes_here() -> dict[bytes, int]:
    """The lanes held here by what stands for them in a sealed text: for reading many."""
    return {_fingerprint(lane.key): lane.number for lane in runtime.engine().store.lanes()}


def unseal(text: str, lanes: Mapping[bytes, int] | None = None) -> list[Seen]:
    """Read a sealed text back. ``lanes``: where many are read, ``lanes_here`` asked once.

    Raises:
        BadToken: it was changed, or comes from another node.
    """
    if len(text) > LONGEST:
        raise BadToken("too long")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise BadToken("not sealed here") from error
    mark, data = raw[:SEAL_BYTES], raw[SEAL_BYTES:]
    if not hmac.compare_digest(mark, _mark(data)):
        raise BadToken("not sealed here")
    names, body = cbor2.loads(data)
    known = lanes_here() if lanes is None else lanes
    try:
        numbers = [known[name] for name in names]
    except KeyError as error:
        raise BadToken("names a lane that is not here") from error
    return [_seen(numbers, *page) for page in body]


def _seen(numbers: list[int], type_: int, id_: bytes, created: list[int], heads: dict[int, Any]) -> Seen:
    def ref(short: list[int]) -> Ref:
        return ref_of(numbers[short[0]], short[1])

    return Seen(type_, id_, ref(created), {u: tuple(map(ref, refs)) for u, refs in heads.items()})


def _key(number: int) -> LaneKey:
    store = runtime.engine().store
    assert isinstance(store, SqlStore)
    return store.lane_key(number)


def _fingerprint(key: LaneKey) -> bytes:
    return hashlib.sha256(key.origin.encode() + b"\x00" + key.office).digest()[:_FINGERPRINT_BYTES]


def _mark(data: bytes) -> bytes:
    key = hashlib.sha256(b"baarada seen\x00" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, data, "sha256")[:SEAL_BYTES]
