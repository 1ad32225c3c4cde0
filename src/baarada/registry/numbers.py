"""Whose numbers these are: payroll, national identity, order, telephone; as people paste them from a list."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from baarada.kernel.actors import Actor
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import tidy
from baarada.registry.models import Identifier, Licence, Person, SearchKey
from baarada.registry.searchkeys import NUMBER, PHONE, phone_key, plain

MOST_AT_ONCE = 2_000
LONGEST = 60
PIECE = 400
_BETWEEN = re.compile(r"[\n\r\t;,|]+")
_LEAST_TOKEN = 4


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One number as it was typed, and the files of those who bear it."""

    text: str
    people: tuple[UUID, ...]


def parted(text: str) -> list[str]:
    """The numbers of a pasted text: one a line, or with a comma, a semicolon or a tab between them."""
    found = (tidy(part).replace("\n", " ")[:LONGEST] for part in _BETWEEN.split(text))
    return [part for part in found if plain(part)]


def look_up(typed: Sequence[str], *, seen_by: Actor) -> list[LookedUp]:
    """Whose these numbers are, in the order given; each is read whole, however it is written.

    What nobody bears as a whole and holds spaces is read as several numbers.
    """
    seen_by.require("search")
    bearers = _bearers(typed)
    tokens = {text: text.split() for text in typed if not bearers[text] and _may_be_several(text)}
    of_tokens = _bearers({token for parts in tokens.values() for token in parts})
    out = []
    for text in typed:
        parts = tokens.get(text, ())
        several = any(of_tokens[token] for token in parts)
        out += [LookedUp(t, of_tokens[t]) for t in parts] if several else [LookedUp(text, bearers[text])]
    return out


def _may_be_several(text: str) -> bool:
    parts = text.split()
    return len(parts) > 1 and all(len(p) >= _LEAST_TOKEN and any(c.isdigit() for c in p) for p in parts)


def _bearers(texts: Iterable[str]) -> dict[str, tuple[UUID, ...]]:
    """The files of those who bear each number, by the number as it was typed."""
    keys: dict[str, list[tuple[int, str]]] = {}
    for text in texts:
        key = plain(text)
        digits = [(PHONE, phone_key(key)), (PHONE, key)] if key.isdigit() else []
        keys[text] = list(dict.fromkeys([(NUMBER, key), *digits]))
    wanted = sorted({pair for pairs in keys.values() for pair in pairs})
    found = _files(wanted)
    return {text: tuple(dict.fromkeys(pk for pair in keys[text] for pk in found[pair])) for text in keys}


def _files(wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[UUID]]:
    """The files that keys of a kind lead to, under the names they go by."""
    out: dict[tuple[int, str], list[UUID]] = defaultdict(list)
    for kind in (NUMBER, PHONE):
        for piece in in_pieces([key for k, key in wanted if k == kind], PIECE):
            rows = SearchKey.objects.filter(kind=kind, key__in=piece).order_by("key", "target")
            by_type: dict[int, list[tuple[str, UUID]]] = defaultdict(list)
            for key, type_, target in rows.values_list("key", "type", "target"):
                by_type[type_].append((key, target))
            for model in (Identifier, Licence, Person):
                pairs = by_type.get(model.Merge.number, [])
                names = _names(model, [target for _key, target in pairs])
                for key, target in pairs:
                    if target in names and names[target] not in out[kind, key]:
                        out[kind, key].append(names[target])
    return out


def _names(model: Any, targets: Sequence[UUID]) -> dict[UUID, UUID]:
    """For each record that is not deleted, the file it belongs to, where that is here."""
    found: dict[UUID, UUID] = {}
    for piece in in_pieces(targets, PIECE):
        rows = model.objects.live().filter(pk__in=piece)
        if model is not Person:
            rows = rows.of_those_here(Person)
        found |= dict(rows.values_list("pk", "canonical"))
    return found
