"""People that a list speaks of, with their numbers and postings: loaded together, asked about one by one."""

from functools import cached_property
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz

from baarada.interop.tables.columns import SEEN
from baarada.interop.tables.matching import Pages, pages_of
from baarada.interop.tables.parsed import Parsed
from baarada.journal import actions as journal
from baarada.journal import runtime, tokens
from baarada.kernel.days import PartialDate
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import queries, spelling
from baarada.registry.models import ExtraValue, Facility, Person, Posting
from baarada.registry.searchkeys import plain

LIKE_ENOUGH = 60
"""Below this likeness of names (of 100), a known number is not enough: it may have been mistyped."""
MOST_POSTINGS = 3
"""So many postings of a person are what a row without a seal is taken to have seen."""


class Known:
    """Some people with their numbers and postings, loaded together."""

    def __init__(self, ids: set[UUID]) -> None:
        self.people: dict[UUID, Person] = {}
        for piece in in_pieces(ids):
            self.people |= {p.pk: p for p in Person.objects.filter(pk__in=piece).select_related("office")}
        self.numbers = queries.numbers_of(self.people)
        self.postings = queries.current_postings(self.people, runtime.today())
        self._career: dict[Any, dict[UUID, list[Any]]] = {}
        self.returned: set[UUID] = set()
        """Those whose row came back with the seal of what was written out."""
        self._named: dict[UUID, UUID] = {}
        self._places: dict[UUID, UUID] = {}
        for piece in in_pieces({p.facility_id for some in self.postings.values() for p in some}):
            self._places |= dict(Facility.objects.filter(pk__in=piece).values_list("pk", "canonical"))

    def rows(self, model: Any, pk: UUID) -> list[Any]:
        """Somebody's rows of one kind of a career, newest first; read for all these people at once."""
        self.load(model)
        return self._career[model].get(self.people[pk].canonical, [])

    def load(self, model: Any) -> None:
        """Read the rows of one kind of these people's careers, once."""
        if model not in self._career:
            self._career[model] = queries.rows_of(model, {p.canonical for p in self.people.values()})

    def holds(self, pk: UUID) -> bool:
        """True for a person who is still here."""
        return pk in self.people and not self.people[pk].deleted

    def current(self, pk: UUID, on: Any, facility: Facility | None = None) -> Posting | None:
        """The posting that a row speaks of: the one it was written from, else of those running the one at
        the facility it names, else the main one."""
        named = self._named.get(pk)
        if named:
            return next((p for p in self.postings[pk] if p.pk == named), None)
        running = [p for p in self.postings.get(pk, []) if p.span.holds(on)]
        there = [p for p in running if facility is not None and self.is_at(p, facility)]
        return next(iter(there or running), None)

    def is_at(self, posting: Posting, facility: Facility) -> bool:
        """True for a posting at a facility, under any of its ids."""
        return self._places.get(posting.facility_id, posting.facility_id) == facility.canonical

    def unposted(self, pk: UUID) -> bool:
        """True for somebody without a posting: only then does a list say which office is in charge."""
        return not self.postings.get(pk)

    def seen(self, pk: UUID, sealed: str, row: Parsed) -> tuple[str, Pages]:
        """What a row was written from, sealed and open; what stands now, where the seal is of something else.

        From then on a row that came back sealed speaks of the posting it was written from.
        """
        pages = pages_of(sealed, self.lanes) if sealed else {}
        self._named.pop(pk, None)
        self.returned.discard(pk)
        if pk not in pages:
            now = self.pages(pk)
            return tokens.seal(*now.values()), now
        if row.cells.get(SEEN) == sealed:
            self.returned.add(pk)
            for posting in self.postings.get(pk, []):
                if posting.pk in pages:
                    self._named[pk] = posting.pk
        return sealed, pages

    def pages(self, pk: UUID) -> Pages:
        """What somebody sees who looks at a person and the present postings now."""
        name = self.people[pk].canonical
        # Of a country's own fields every one has its column; of anything else a row speaks of the latest.
        most = {ExtraValue: None}
        career = [
            row
            for model, rows in self._career.items()
            for row in rows.get(name, [])[: most.get(model, MOST_POSTINGS)]
        ]
        found = [self.people[pk], *self.postings.get(pk, [])[:MOST_POSTINGS], *career]
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


def may_be_named(row: Parsed, person: Person) -> bool:
    """False where the names are so different that a known number may have been mistyped."""
    own = fold(" ".join(str(row.values.get(k) or "") for k in ("family_name", "given_names"))).split()
    theirs = (person.sort_key or "").split()
    if not own or not theirs or set(own) == set(theirs):
        return True
    few, many = sorted(([spelling.sound(w) for w in own], [spelling.sound(w) for w in theirs]), key=len)
    best = [max(fuzz.ratio(word, other) for other in many) for word in few]
    return sum(best) / len(best) >= LIKE_ENOUGH


def name_keys(row: Parsed) -> set[str]:
    """The full names a row may be found under: as written, and in known spellings of its words."""
    family, given = fold(row.values.get("family_name") or ""), fold(row.values.get("given_names") or "")
    if not family:
        return set()
    families = {family, *spelling.aliases(family)}
    givens = {given, *spelling.aliases(given)}
    return {f"{f} {g}".strip() for f in families for g in givens}
