"""Lives as the register takes them: as files written whole, or as rows of a list and what a list does not hold."""

from collections.abc import Iterator, Mapping
from typing import Any

from baarada.journal.models import Record
from baarada.kernel.days import PartialDate
from baarada.registry.intake import File
from baarada.registry.models import (
    Absence,
    Cadre,
    Employment,
    Exit,
    Facility,
    Identifier,
    Licence,
    Office,
    Posting,
    Qualification,
    Relative,
)
from baarada.upkeep.demo.lives import Life, Values
from baarada.upkeep.demo.people import Row

Rows = Iterator[tuple[type[Record], Mapping[str, Any]]]


class Register:
    """The records that lives speak of by code."""

    def __init__(
        self, offices: Mapping[str, Office], facilities: Mapping[str, Facility], cadres: Mapping[str, Cadre]
    ) -> None:
        self.offices = offices
        self.places = {code: (found, str(found)) for code, found in facilities.items()}
        self.cadres = cadres

    def file(self, life: Life) -> File:
        """A life as one file."""
        person = {**life.person, "office": self.offices[life.office]}
        numbers = [(Identifier, {"kind": kind, "number": number}) for kind, number in life.numbers]
        rows: list[tuple[type[Record], Mapping[str, Any]]] = [
            *numbers,
            *self.postings(life.postings),
            *self.career(life, whole=True),
        ]
        return File(person, rows, life.own_fields)

    def older(self, life: Life) -> list[tuple[type[Record], Mapping[str, Any]]]:
        """What a list has no room for: earlier postings and statuses, further studies, absences."""
        return [*self.postings(life.postings[:-1]), *self.career(life, whole=False)]

    def postings(self, postings: list[Values]) -> Rows:
        """Postings, each at its facility."""
        for one in postings:
            yield Posting, {
                **one, "facility": self.places[one["facility"].code], "cadre": self.cadres[one["cadre"]],
            }  # fmt: skip

    def career(self, life: Life, *, whole: bool) -> Rows:
        """The rows of a career; not ``whole``: without those that a list holds."""
        yield from ((Employment, one) for one in (life.employments if whole else life.employments[:-1]))
        yield from ((Qualification, one) for one in life.qualifications[0 if whole else 1 :])
        if whole:
            yield from ((Licence, one) for one in life.licences)
            yield from ((Exit, one) for one in life.exits)
        yield from ((Absence, one) for one in life.absences)
        yield from ((Relative, one) for one in life.relatives)


def row(life: Life) -> Row:
    """A life as a row of an office's list: the last posting, the last status, the first diploma."""
    out: Row = {name: _cell(value) for name, value in life.person.items()}
    out |= {f"number.{kind}": number for kind, number in life.numbers}
    last = dict(life.postings[-1])
    out["posting.facility"] = last.pop("facility").code
    out |= {f"posting.{name}": _cell(value) for name, value in last.items()}
    for prefix, rows in (
        ("employment", life.employments[-1:]), ("qualification", life.qualifications[:1]), ("licence", life.licences),
    ):  # fmt: skip
        for one in rows:
            out |= {f"{prefix}.{name}": _cell(value) for name, value in one.items()}
    return out | {"office": life.office}


def _cell(value: Any) -> str:
    if isinstance(value, PartialDate):
        return _written(value)
    if isinstance(value, list):
        return "; ".join(value)
    return str(value)


def _written(day: PartialDate) -> str:
    return f"{day.first():%d/%m/%Y}" if day.day else str(day.year)


def key_of(names: Mapping[str, Any]) -> tuple[str, str, Any]:
    """By what a life is found again among the people of its office."""
    return names["family_name"], names["given_names"], names.get("born")
