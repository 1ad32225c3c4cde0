"""Words of a list that nothing here is called: asked about once for the whole file, then known of its sender.

What is known comes first: an answer counts only where a word says nothing by itself. While rows are read, the answers
that hold for their file are at hand here, whatever reads the cell.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from baarada.interop.models import LearnedValue
from baarada.journal import runtime
from baarada.kernel.text import fold

CADRE, FACILITY, OFFICE, AREA, SEX, LIST = "cadre", "facility", "office", "area", "sex", "list:"
"""What a word can name; behind the last one stands which list of choices."""
EMPTY = ""
"""In place of an answer: the cell is to be read as if it were empty."""
MOST_ASKED = 200
"""So many words of one file are asked about."""
LONGEST = 200
_BETWEEN = "|"


class BadCell(ValueError):
    """A cell that cannot be read; its text is the sentence."""


class Unknown(BadCell):
    """A word that nothing here is called, or several are: ``what`` it should name."""

    def __init__(self, sentence: str, what: str, text: str) -> None:
        super().__init__(sentence)
        self.what = what
        self.text = text


class LeftEmpty(Exception):
    """Somebody said that such a word is to be left out."""


@dataclass(slots=True)
class Answers:
    """What is known of the words of one file, by what they name and how they are written; which were needed."""

    known: Mapping[str, str] = field(default_factory=dict)
    needed: dict[str, str] = field(default_factory=dict)

    def find(self, what: str, text: str) -> str | None:
        """What a word means; None where nobody said."""
        key = key_of(what, text)
        found = self.known.get(key)
        if found is not None:
            self.needed[key] = found
        return found


_at_hand: ContextVar[Answers | None] = ContextVar("answers", default=None)


def key_of(what: str, text: str) -> str:
    """A word as answers are looked up by."""
    return f"{what}{_BETWEEN}{fold(text) or text}"


@contextmanager
def at_hand(answers: Answers) -> Iterator[None]:
    """Have answers at hand while rows are read."""
    token = _at_hand.set(answers)
    try:
        yield
    finally:
        _at_hand.reset(token)


def said(what: str, text: str) -> str | None:
    """What somebody said that a word means: a code or an id; None where nobody said.

    Raises:
        LeftEmpty: it is to be left out.
    """
    answers = _at_hand.get()
    found = answers.find(what, text) if answers is not None else None
    if found == EMPTY:
        raise LeftEmpty
    return found


def said_id(what: str, text: str) -> UUID | None:
    """As ``said``, of a record."""
    found = said(what, text)
    return UUID(found) if found else None


# -- what is remembered of a sender ---------------------------------------------------------


def of_sender(sender: UUID) -> dict[str, str]:
    """What a sender's words mean, as it was said before."""
    rows = LearnedValue.objects.filter(sender=sender).values_list("what", "written", "choice")
    return {f"{what}{_BETWEEN}{written}": choice for what, written, choice in rows}


def remember(sender: UUID, what: str, text: str, choice: str) -> None:
    """Know from now on what a word of a sender means."""
    LearnedValue.objects.update_or_create(
        sender=sender, what=what, written=(fold(text) or text)[:LONGEST],
        defaults={"text": text[:LONGEST], "choice": choice, "said": runtime.now()},
    )  # fmt: skip


# -- what is not known ----------------------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """A word of a file that is asked about."""

    key: str
    """The column."""
    what: str
    text: str
    rows: int = 0


class Unknowns:
    """Counts the words of a file that nothing here is called."""

    def __init__(self) -> None:
        self.found: dict[str, Asked] = {}
        self.more = 0
        """Words beyond those that are asked about."""

    def look(self, row: Any) -> None:
        """Count those of one row."""
        for key, what, text in row.unknown:
            word = key_of(what, text)
            if word not in self.found and len(self.found) >= MOST_ASKED:
                self.more += 1
                continue
            self.found.setdefault(word, Asked(key, what, text[:LONGEST])).rows += 1

    def as_json(self) -> list[dict[str, Any]]:
        """The words, those of most rows first."""
        some = sorted(self.found.values(), key=lambda one: (-one.rows, one.what, one.text))
        return [{"key": one.key, "what": one.what, "text": one.text, "rows": one.rows} for one in some]
