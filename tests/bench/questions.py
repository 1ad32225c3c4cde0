"""What people type into the one box: a name misspelt, the beginning of one, a number, a telephone."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.population import PEOPLE_HEADINGS, Population

MISSPELT, PREFIX, NUMBER, PHONE = "misspelt name", "beginning of a name", "number", "telephone"
SORTS = (MISSPELT, PREFIX, NUMBER, PHONE)
_FAMILY, _GIVEN, _PHONE, _NUMBER = (
    PEOPLE_HEADINGS.index(h) for h in ("Nom", "Prénom", "Téléphone", "Matricule")
)


@dataclass(frozen=True, slots=True)
class Question:
    """Something typed, of some sort, by somebody who looks for the person whose payroll number is ``wanted``."""

    sort: str
    text: str
    wanted: str


QUESTIONS = 200
ALL_QUESTIONS = "200 typed"


def typed(population: Population) -> list[Question]:
    """As many questions of each sort, about people of all parts of the register."""
    count = min(QUESTIONS, population.size // 5)
    rng = random.Random(f"{population.seed} questions")
    out = []
    for sort in SORTS:
        for _ in range(count // len(SORTS)):
            row = next(population.people(rng.randrange(population.size), 1))
            out.append(Question(sort, _TEXTS[sort](row, rng), row[_NUMBER]))
    rng.shuffle(out)
    return out


def _misspelt(row: list[str], rng: random.Random) -> str:
    words = [row[_GIVEN], row[_FAMILY]]
    slip = rng.randrange(2)
    words[slip] = _slip(words[slip], rng)
    return " ".join(words).lower()


def _slip(word: str, rng: random.Random) -> str:
    """One letter doubled, left out or exchanged with the next: not the first, which people know."""
    if len(word) < 4:
        return word + word[-1]
    place = rng.randrange(1, len(word) - 1)
    return rng.choice([
        word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    ])  # fmt: skip


def _begun(row: list[str], rng: random.Random) -> str:
    return f"{row[_FAMILY]} {row[_GIVEN][:3]}".lower() if rng.random() < 0.5 else row[_GIVEN][:4].lower()


_TEXTS: dict[str, Callable[[list[str], random.Random], str]] = {
    MISSPELT: _misspelt,
    PREFIX: _begun,
    NUMBER: lambda row, rng: row[_NUMBER],
    PHONE: lambda row, rng: row[_PHONE],
}
