"""Whole files taken in by the hundred: people with their numbers, postings and careers, as an archive holds them.

The rules are those of a file opened by hand. Everything is one act, written in pieces of at most 500 entries, each
piece in one transaction: a stop leaves whole files, and what is here can be taken back as one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.journal.models import Record
from baarada.kernel.actors import Actor
from baarada.kernel.ids import Id
from baarada.registry import extras, filling, rules
from baarada.registry.checking import check_row
from baarada.registry.models import FULL_TIME, OF_A_CAREER, PERSONAL, Identifier, Person, Posting

Values = Mapping[str, Any]
MOST_ENTRIES = 500
"""In one transaction."""
TAKEN_IN = "people.taken_in"
_DEFAULTS: dict[type[Record], Values] = {Posting: {"kind": "appointment", "share": FULL_TIME, "main": True}}
_KINDS: dict[type[Record], str] = {Identifier: "identifier.added", Posting: "posting.started"}


@dataclass(slots=True)
class File:
    """Somebody's file: their own facts, and the rows below, each with its kind of record."""

    person: Values
    rows: Sequence[tuple[type[Record], Values]] = ()
    own_fields: Values = field(default_factory=dict)
    """What it says in the fields that the country added, by their code."""


def take_in(
    files: Iterable[File], *, by: Actor, reason: str, act: Id | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Id:  # fmt: skip
    """Write files that are new; returns the act. ``tell`` is told how many files each piece held.

    ``reason`` says where they come from. A file names its office in charge, and each posting its facility.

    Raises:
        Invalid: with a sentence for each field of the first file that breaks a rule; the pieces before it stay.
    """
    by.require("person.add")
    found = act or runtime.new_id()
    today = runtime.today()
    for piece in _pieces(files):
        for file in piece:
            rules.refuse(problems(file, today))
        with transaction.atomic(), journal.write(TAKEN_IN, by=by, reason=reason, act=found) as one:
            for file in piece:
                # The first entry of an act says what the act was.
                person = one.add(Person, entry_kind="person.added" if one.drafts else "", **file.person)
                add_rows(one, person, file.rows)
                for code, value in file.own_fields.items():
                    filling.add(one, person, code, value)
        tell(len(piece))
    return found


def add_rows(act: journal.Act, person: Person | Id, rows: Iterable[tuple[type[Record], Values]]) -> None:
    """Write rows of somebody's file by an act under way; the caller has checked them."""
    for model, values in rows:
        kind = _KINDS.get(model) or f"{model.__name__.lower()}.added"
        act.add(
            model,
            entry_kind=kind if act.drafts else "",
            person=person,
            **{**_DEFAULTS.get(model, {}), **values},
        )


def _pieces(files: Iterable[File]) -> Iterator[list[File]]:
    """Files together as long as they are no more entries than one transaction takes."""
    piece: list[File] = []
    entries = 0
    for file in files:
        size = 1 + len(file.rows) + len(file.own_fields)
        if piece and entries + size > MOST_ENTRIES:
            yield piece
            piece, entries = [], 0
        piece.append(file)
        entries += size
    if piece:
        yield piece


def problems(file: File, today: date) -> dict[str, Any]:
    """What stands against a file, by field."""
    born = file.person.get("born")
    found = rules.check_person({"family_name": None, "sex": None, **file.person}, today)
    for model, values in file.rows:
        found |= check(model, values, born, today)
    return found | extras.problems(file.own_fields)


def check(model: type[Record], values: Values, born: Any, today: date) -> dict[str, Any]:
    """What stands against one row of a file, by field."""
    if model is Posting:
        return rules.check_posting({"facility": None, "cadre": None, "starts": None, **values}, born, today)
    if model is Identifier:
        return rules.check_identifier({"kind": None, **values})
    assert model in (*OF_A_CAREER, *PERSONAL)
    return check_row(model, values, born)
