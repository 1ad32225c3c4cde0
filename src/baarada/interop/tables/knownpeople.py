"""People that a list speaks of, with their numbers and postings: loaded together, asked about one by one."""

from functools import cached_property
from typing import Any
from uuid import UUID

from baarada.interop.tables.matching import Pages
from baarada.interop.tables.parsed import Parsed
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.journal.sqlentries import in_pieces
from baarada.kernel.days import PartialDate
from baarada.registry import queries
from baarada.registry.models import Person, Posting
from baarada.registry.searchkeys import plain


class Known:
    """Some people with their numbers and postings, loaded together."""

    def __init__(self, ids: set[UUID]) -> None:
        self.people: dict[UUID, Person] = {}
        for piece in in_pieces(ids):
            self.people |= {p.pk: p for p in Person.objects.filter(pk__in=piece).select_related("office")}
        self.numbers = queries.numbers_of(self.people)
        self.postings = queries.current_postings(self.people, runtime.today())
        self._named: dict[UUID, UUID] = {}

    def speak_of(self, pk: UUID, pages: Pages) -> None:
        """Take the posting that a row was written from for the one that it speaks of."""
        self._named.pop(pk, None)
        for posting in self.postings.get(pk, []):
            if posting.pk in pages:
                self._named[pk] = posting.pk

    def current(self, pk: UUID, on: Any) -> Posting | None:
        """The posting that a row speaks of: the one it was written from, or the main one running."""
        named = self._named.get(pk)
        return next(
            (p for p in self.postings.get(pk, []) if p.pk == named or (not named and p.span.holds(on))), None
        )

    def unposted(self, pk: UUID) -> bool:
        """True for somebody without a posting: only then does a list say which office is in charge."""
        return not self.postings.get(pk)

    def pages(self, pk: UUID) -> Pages:
        """What somebody sees who looks at a person and the present posting now."""
        found = [self.people[pk], *self.postings.get(pk, [])[:1]]
        return {r.pk: journal.seen(r) for r in found}

    @cached_property
    def lanes(self) -> dict[bytes, int]:
        """For reading sealed last columns."""
        return tokens.lanes_here()

    def may_be(self, pk: UUID, row: Parsed) -> bool:
        """True unless something known rules out that a row is this person."""
        person = self.people.get(pk)
        if person is None:
            return False
        if not agree(row, person.born, person.sex):
            return False
        have = {n.kind: plain(n.number or "") for n in self.numbers.get(pk, [])}
        return not any(kind in have and have[kind] != plain(number) for kind, number in row.numbers)


def agree(row: Parsed, born: PartialDate | None, sex: str | None) -> bool:
    """False if birth or sex rule out that a row is this person."""
    own = row.values.get("born")
    if own and born and (own.last() < born.first() or born.last() < own.first()):
        return False
    return not (row.values.get("sex") and sex and row.values["sex"] != sex)
