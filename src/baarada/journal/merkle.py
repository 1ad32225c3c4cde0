"""A Merkle tree over salted leaves, of which any part can be shown alone.

The tree is that of RFC 6962: a leaf is hashed behind a zero byte, an inner node behind a one,
and ``n`` leaves part at the largest power of two below ``n``. An excerpt gives some
leaves, and the hash of each largest subtree that holds none of them, from left to right.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence

Hash = bytes
"""Thirty-two bytes, SHA-256."""

SALT_BYTES = 32
HASH_BYTES = 32
Range = tuple[int, int]
"""A subtree: the leaves from the first number up to, not including, the second."""


def salt(key: bytes, index: int) -> bytes:
    """The salt of leaf ``index`` of a batch whose secret is ``key``."""
    return hmac.digest(key, index.to_bytes(8, "big"), "sha256")


def leaf(salt_: bytes, content: bytes) -> Hash:
    """The hash of a leaf. The salt keeps a short content (a phone number) from being guessed."""
    return hashlib.sha256(b"\x00" + salt_ + content).digest()


def _node(left: Hash, right: Hash) -> Hash:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _middle(start: int, stop: int) -> int:
    return start + (1 << (stop - start - 1).bit_length() - 1)


def root(leaves: Sequence[Hash]) -> Hash:
    """The root over all leaves (at least one)."""
    return subtree(leaves, 0, len(leaves))


def subtree(leaves: Sequence[Hash], start: int, stop: int) -> Hash:
    """The hash of the subtree over ``leaves[start:stop]``."""
    if stop - start == 1:
        return leaves[start]
    middle = _middle(start, stop)
    return _node(subtree(leaves, start, middle), subtree(leaves, middle, stop))


def hidden(count: int, shown: set[int]) -> list[Range]:
    """The largest subtrees of a tree of ``count`` leaves that hold no shown leaf, left to right."""
    return list(_hidden(0, count, sorted(shown)))


def _hidden(start: int, stop: int, shown: list[int]) -> Iterator[Range]:
    inside = [i for i in shown if start <= i < stop]
    if not inside:
        yield start, stop
    elif stop - start > 1:
        middle = _middle(start, stop)
        yield from _hidden(start, middle, inside)
        yield from _hidden(middle, stop, inside)


def root_of_parts(count: int, leaves: Mapping[int, Hash], parts: Mapping[Range, Hash]) -> Hash:
    """The root, from the shown leaves and the hashes of the hidden subtrees.

    Raises:
        KeyError: a subtree is neither shown nor given.
    """

    def walk(start: int, stop: int) -> Hash:
        given = parts.get((start, stop))
        if given is not None:
            return given
        if stop - start == 1:
            return leaves[start]
        middle = _middle(start, stop)
        return _node(walk(start, middle), walk(middle, stop))

    return walk(0, count)
