"""Search keys: kept in step with records, inside the transaction that changes them.

A machine table, made of records alone: ``remake`` makes it anew.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from baarada.journal.applying import Changed
from baarada.journal.merging import State
from baarada.journal.rows import uuid_in
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import rules, spelling
from baarada.registry.models import (
    Absence,
    Area,
    Contact,
    Employment,
    Exit,
    Facility,
    Identifier,
    Licence,
    NameWord,
    Office,
    Paper,
    Person,
    PersonnelAct,
    Posting,
    Record,
)

FULL, WORD, NUMBER, PHONE, NAME, CODE, REFERENCE = range(1, 8)
"""Kinds of key: a person's full name in either order; a word of it; an identifier; a telephone; the name of a
place, or a word of it; its code; the number of a decision or a paper."""

LEAST_FIGURES = 6
"""Fewer figures are no telephone."""

_known_words: set[str] = set()
_NOT_KEY = re.compile(r"[^0-9a-z]+")


def plain(text: str) -> str:
    """A number as it is looked up: letters and figures only."""
    return _NOT_KEY.sub("", fold(text))


def person_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The keys of a person, from the values of the fields."""
    family, given = fold(values.get("family_name") or ""), fold(values.get("given_names") or "")
    yield from (
        (key, FULL)
        for key in dict.fromkeys((f"{family} {given}".strip(), f"{given} {family}".strip()))
        if key
    )
    others = [fold(name) for name in values.get("other_names") or ()]
    yield from ((name, FULL) for name in others if name)
    words = dict.fromkeys(word for name in (family, given, *others) for word in name.split())
    yield from ((word, WORD) for word in words)
    for phone in ("phone", "phone2"):
        digits = "".join(c for c in values.get(phone) or "" if c.isdigit())
        if digits:
            yield phone_key(digits), PHONE


SMALL_WORDS = frozenset(["de", "du", "des", "la", "le", "les", "et", "en", "d", "l", "of", "the", "and"])


_INITIAL = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_])")


def fold_place(text: str) -> str:
    """The comparison form of a place: no small words, initials joined ("C.S. of the North": "cs north")."""
    return " ".join(word for word in fold(_INITIAL.sub(r"\1", text)).split() if word not in SMALL_WORDS)


def phone_key(digits: str) -> str:
    """A telephone without the prefix of the country."""
    return digits[-rules.phone_rule.length :] if rules.phone_rule.length else digits


def place_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The keys of a facility, an area, an office."""
    names = [fold_place(name) for name in (values.get("name"), *(values.get("other_names") or ())) if name]
    keys = dict.fromkeys(k for name in names for k in (name, *_tails(name)))
    yield from ((key, NAME) for key in keys)
    if values.get("code"):
        yield plain(values["code"]), CODE


def _tails(name: str) -> Iterator[str]:
    """A name from each of its words on, so that any word finds it: "health centre north", "north"."""
    words = name.split()
    return (" ".join(words[i:]) for i in range(1, len(words)))


def number_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The key of an identifier."""
    if values.get("number"):
        yield plain(values["number"]), NUMBER


def paper_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The keys of a paper: its reference, its title."""
    if values.get("reference"):
        yield plain(values["reference"]), REFERENCE
    if values.get("title"):
        yield fold(values["title"]), REFERENCE


def posting_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The key of a posting, or of another row of a career: its decision."""
    if values.get("decision"):
        yield plain(values["decision"]), REFERENCE


def contact_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The key of another way to reach somebody: its figures, where they are those of a telephone."""
    digits = "".join(c for c in values.get("value") or "" if c.isdigit())
    if len(digits) >= LEAST_FIGURES and "@" not in (values.get("value") or ""):
        yield phone_key(digits), PHONE


def licence_keys(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The keys of a licence: its number, its decision."""
    if values.get("reference"):
        yield plain(values["reference"]), NUMBER
    yield from posting_keys(values)


MAKERS: dict[type[Record], Callable[[dict[str, Any]], Iterator[tuple[str, int]]]] = {
    Person: person_keys,
    Identifier: number_keys,
    Facility: place_keys,
    Area: place_keys,
    Office: place_keys,
    Paper: paper_keys,
    Posting: posting_keys,
    Employment: posting_keys,
    Absence: posting_keys,
    PersonnelAct: posting_keys,
    Exit: posting_keys,
    Licence: licence_keys,
    Contact: contact_keys,
}
_by_type = {model.Merge.number: make for model, make in MAKERS.items()}  # type: ignore[attr-defined]


def between(kind: int, ranges: Sequence[tuple[str, str]], most: int) -> list[tuple[int, UUID]]:
    """The records whose key of a sort lies in a range, from its start up to, not including, its end.

    Gives the number of the range with each, range after range, at most so many.
    """
    if not ranges:
        return []
    # Each range by itself, in the order of the index: a join would let the database read all keys instead.
    one = (
        "SELECT * FROM (SELECT %s AS number, target FROM registry_search_key"
        " WHERE kind = %s AND key >= %s AND key < %s ORDER BY key, target LIMIT %s) AS found"
    )
    sql = f"{' UNION ALL '.join([one] * len(ranges))} LIMIT %s"
    params = [part for n, (start, end) in enumerate(ranges) for part in (n, kind, start, end, most)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, most])
        found = cursor.fetchall()
    return sorted((n, target if isinstance(target, UUID) else UUID(bytes=target)) for n, target in found)


def beginning(starts: Sequence[tuple[int, str]], end: str, most: int) -> list[tuple[int, int, UUID]]:
    """The records with a key of a sort that begins with a text, up to ``end`` behind it: several texts at once.

    Gives the number of the text, the kind of record and its id; each text's by their keys, at most so many of each.
    """
    one = (
        "SELECT * FROM (SELECT %s AS number, key, target, type FROM registry_search_key"
        " WHERE kind = %s AND key >= %s AND key < %s ORDER BY key, target LIMIT %s) AS found"
    )
    params = [part for n, (kind, text) in enumerate(starts) for part in (n, kind, text, f"{text}{end}", most)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(starts)), params)
        found = [
            (n, key, t if isinstance(t, UUID) else UUID(bytes=t), type_)
            for n, key, t, type_ in cursor.fetchall()
        ]
    return [(n, type_, target) for n, _key, target, type_ in sorted(found)]


def follow(changed: Changed) -> None:
    """Bring the search keys of changed records up to date."""
    gone = [key for key in [*changed.old, *changed.removed] if key[0] in _by_type]
    _forget([id_ for _, id_ in gone])
    states = [*changed.new.values(), *changed.old.values()]
    _add([s for s in states if s.type in _by_type and not s.values[0]])


def _forget(ids: Iterable[bytes]) -> None:
    with connection.cursor() as cursor:
        for piece in in_pieces(ids):
            marks = ", ".join(["%s"] * len(piece))
            cursor.execute(f"DELETE FROM registry_search_key WHERE target IN ({marks})", _ids(piece))


def _ids(ids: Sequence[bytes]) -> list[bytes] | list[UUID | None]:
    return [uuid_in(i) for i in ids] if connection.vendor == "postgresql" else list(ids)


def _add(states: list[State]) -> None:
    from baarada.journal import runtime

    types = runtime.schema().types
    names = {type_: {n: field.name for n, field in types[type_].fields.items()} for type_ in _by_type}
    rows, words = [], set()
    for state in states:
        known = names[state.type]
        values = {known[number]: value for number, value in state.values.items() if value and number in known}
        target = _ids([state.id])[0]
        for key, kind in dict.fromkeys(_by_type[state.type](values)):
            rows.append((key, kind, state.type, target))
            if kind == WORD:
                words.add(key)
    if rows:
        with connection.cursor() as cursor:
            sql = "INSERT INTO registry_search_key (key, kind, type, target) VALUES (%s, %s, %s, %s)"
            cursor.executemany(sql, rows)
    _learn(words)


def _learn(words: set[str]) -> None:
    """Words of names that were not met before."""
    new = sorted(words - _known_words)
    if new:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO registry_name_word (word, sound) VALUES (%s, %s) ON CONFLICT (word) DO NOTHING",
                [(word, spelling.sound(word)) for word in new],
            )
        # Only what is kept counts as known: the transaction may yet be rolled back.
        connection.on_commit(lambda: _known_words.update(new))


def forget_words() -> None:
    """Learn words anew: between tests, after a restore."""
    _known_words.clear()


KEYS_NUMBER = 2
"""Goes up when the same record would get other keys than before."""


def rules_in_use() -> str:
    """A mark of all that keys are made by: where it changes, keys made before are no longer found."""
    found = repr((KEYS_NUMBER, spelling.rules_in_use(), rules.phone_rule.length))
    return hashlib.sha256(found.encode()).hexdigest()


def remake() -> None:
    """Make all keys anew from the records, all or nothing."""
    from baarada.journal import runtime
    from baarada.registry.models import SearchKey

    with transaction.atomic():
        SearchKey.objects.all().delete()
        NameWord.objects.all().delete()
        forget_words()
        states = runtime.engine().store.states()
        for piece in in_pieces((s for s in states if s.type in _by_type and not s.values[0]), 500):
            _add(piece)
