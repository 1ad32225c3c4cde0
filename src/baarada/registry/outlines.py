"""Outlines: how each person stands on a day, in one row, so that lists are narrowed and counted without joins.

A machine table, made of records alone and kept in step with them inside the transaction that changes them;
``remake`` makes it anew.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from baarada.journal import runtime
from baarada.journal.applying import Changed
from baarada.journal.merging import Key
from baarada.journal.rows import uuid_in
from baarada.journal.schema import LINK, LINK_ONE, LINK_OTHER, LINK_TYPE
from baarada.kernel.days import PartialDate
from baarada.kernel.ids import Id
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold
from baarada.registry import lists
from baarada.registry.models import (
    OF_A_PERSON,
    Absence,
    Cadre,
    Employment,
    Exit,
    Facility,
    Identifier,
    Licence,
    Outline,
    Paper,
    Person,
    Posting,
    Qualification,
)

IN_POST, AWAY, TO_COME, LEFT, GONE, NO_POST = "in", "away", "coming", "left", "gone", "none"
"""How somebody stands: in post, in post but absent, posted from a later day, without a posting any more, gone for
good, never posted."""
VALID, SUSPENDED, EXPIRED = "valid", "suspended", "expired"
"""What somebody's registrations and licences come to; empty where none is known."""
MISSING = ("born", "birth_place", "nationality", "phone", "number", "payroll", "diploma", "paper")
"""Facts whose absence is kept, each as the bit of its place."""
FOREVER = 99_991_231
LAST = "~"
"""Behind all folded text: where the name of a place or a cadre is not known."""
NOT_KNOWN = FOREVER
"""The first day of a posting that has none: it comes last."""
MOST_SPANS = 12
"""So many changes to come are looked ahead; behind them the last one stands."""
PIECE = 400

_OF_FILE = {model.Merge.number for model in (Person, *OF_A_PERSON)}  # type: ignore[attr-defined]
_PERSON, _FACILITY, _CADRE = (m.Merge.number for m in (Person, Facility, Cadre))

_READ: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Posting, ("id", "main", "starts", "ends", "facility_id", "facility_label", "cadre_id", "kind")),
    (Employment, ("id", "starts", "ends", "worker", "employer", "funding", "position")),
    (Licence, ("starts", "ends", "status")),
    (Absence, ("starts", "ends", "returned")),
    (Exit, ("left",)),
    (Identifier, ("kind",)),
    (Qualification, ("id",)),
    (Paper, ("id",)),
)
"""What is read of the rows of a file."""


class _Person(NamedTuple):
    id: Any
    sort_key: str
    office: Any
    sex: str | None
    born: int | None
    birth_place: str | None
    nationality: str | None
    phone: str | None


class _Posting(NamedTuple):
    id: Any
    main: bool | None
    starts: int | None
    ends: int | None
    facility: Any
    label: str | None
    cadre: Any
    kind: str | None


class _Status(NamedTuple):
    id: Any
    starts: int | None
    ends: int | None
    worker: str | None
    employer: str | None
    funding: str | None
    position: str | None


class _Place(NamedTuple):
    id: Any
    key: str
    area: Any
    kind: str | None
    sector: str | None
    component: str | None


_NOWHERE = _Place(None, "", None, None, None, None)
_NO_STATUS = _Status(None, None, None, None, None, None, None)


# -- days as they are kept: yyyymmdd, with zeros for what is not known ------------------------


def _first(day: int | None) -> int:
    """The earliest day that a partial date can be; the beginning of time where there is none."""
    if not day:
        return 0
    return day + (101 if day % 10_000 == 0 else 1 if day % 100 == 0 else 0)


def _last(day: int | None) -> int:
    """A day that no day of a partial date lies behind; the end of time where there is none."""
    if not day:
        return FOREVER
    return day + (1231 if day % 10_000 == 0 else 31 if day % 100 == 0 else 0)


def _holds(starts: int | None, ends: int | None, on: int) -> bool:
    return _first(starts) <= on <= _last(ends)


# -- one person --------------------------------------------------------------------------------


class _File:
    """What is known of somebody, as far as lists ask for it."""

    def __init__(self, person: _Person, rows: dict[type[Any], list[Any]]) -> None:
        self.person = person
        self.postings = [_Posting(*row) for row in rows.get(Posting, ())]
        statuses = [_Status(*row) for row in rows.get(Employment, ())]
        self.statuses = sorted(statuses, key=lambda s: (-(s.starts or s.ends or 0), s.id))
        self.licences = rows.get(Licence, [])
        # Back at work: the day of the return is no day of the absence any more.
        self.absences = [(s, min(_last(e), _last(back) if not back else _first(back) - 1))
                         for s, e, back in rows.get(Absence, ())]  # fmt: skip
        self.gone = min((_last(left) for (left,) in rows.get(Exit, ()) if left), default=FOREVER)
        self.numbers = {kind for (kind,) in rows.get(Identifier, ())}
        self.diploma, self.paper = bool(rows.get(Qualification)), bool(rows.get(Paper))

    def turns(self, today: int) -> list[int]:
        """The days to come on which something changes by itself."""
        spans = [(p.starts, p.ends) for p in self.postings]
        spans += [(s.starts, s.ends) for s in self.statuses]
        spans += [(starts, ends) for starts, ends, _status in self.licences]
        found = {_first(starts) for starts, _ends in spans} | {_last(ends) + 1 for _starts, ends in spans}
        found |= {_first(starts) for starts, _last_ in self.absences}
        found |= {last + 1 for _starts, last in self.absences} | {self.gone}
        return sorted(day for day in found if today < day < FOREVER)[:MOST_SPANS]

    def posting(self, on: int) -> _Posting | None:
        """The posting that counts: running before ended, main before others, the latest."""
        return min(
            self.postings,
            key=lambda p: (not _holds(p.starts, p.ends, on), not p.main, -(p.starts or 0), p.id),
            default=None,
        )

    def status(self, on: int) -> _Status:
        """The status that holds, else the latest."""
        running = (s for s in self.statuses if _holds(s.starts, s.ends, on))
        return next(running, None) or next(iter(self.statuses), _NO_STATUS)

    def state(self, posting: _Posting | None, position: str | None, on: int) -> str:
        """How somebody stands."""
        if posting is not None and _holds(posting.starts, posting.ends, on):
            absent = any(_first(starts) <= on <= last for starts, last in self.absences)
            away = lists.attribute("position", position, "state") == "away"
            return AWAY if absent or away else IN_POST
        if self.gone <= on:
            return GONE
        if posting is None:
            return NO_POST
        return TO_COME if posting.starts and _first(posting.starts) > on else LEFT

    def licence(self, on: int) -> str:
        """What the registrations and licences come to."""
        found = {
            lists.attribute("licence_status", status, "state") if _holds(starts, ends, on) else "ended"
            for starts, ends, status in self.licences
        }
        if found & {"", "active"}:
            return VALID
        return SUSPENDED if "suspended" in found else EXPIRED if found else ""

    def missing(self, payroll: set[str]) -> int:
        """Which facts are not there."""
        p = self.person
        there = (
            p.born, p.birth_place, p.nationality, p.phone, self.numbers, self.numbers & payroll, self.diploma,
            self.paper,
        )  # fmt: skip
        return sum(1 << place for place, value in enumerate(there) if not value)


def _rows(file: _File, places: dict[Any, _Place], today: int, payroll: set[str]) -> Iterator[tuple[Any, ...]]:
    """The outlines of somebody, from today on."""
    p, missing = file.person, file.missing(payroll)
    turns = file.turns(today)
    for first, last, on in zip([0, *turns], [*(t - 1 for t in turns), FOREVER], [today, *turns], strict=True):
        posting, status = file.posting(on), file.status(on)
        place, cadre = _NOWHERE, None
        if posting is not None:
            here = _Place(posting.facility, fold(posting.label or ""), None, None, None, None)
            place, cadre = places.get(posting.facility, here), posting.cadre
        yield (
            p.id, first, last, p.sort_key, p.office, p.sex or "", p.born or 0,
            file.state(posting, status.position, on), place.id, place.key or LAST, place.area, place.kind or "",
            place.sector or "", place.component or "", cadre, _cadre_key(cadre), (posting and posting.kind) or "",
            (posting and posting.starts) or NOT_KNOWN, status.worker or "", status.employer or "",
            status.funding or "", status.position or "", file.licence(on), missing,
        )  # fmt: skip


def _cadre_key(cadre: Any) -> str:
    found = lists.cadre(cadre if isinstance(cadre, UUID) else UUID(bytes=cadre)) if cadre else None
    return (found and fold(found.label_m or "")) or LAST


_COLUMNS = [f.column for f in Outline._meta.concrete_fields if not f.primary_key]
_INSERT = f"INSERT INTO registry_outline ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"


# -- keeping in step ---------------------------------------------------------------------------


def follow(changed: Changed) -> None:
    """Bring the outlines of whoever was changed up to date."""
    files = set(changed.left)
    facilities: set[Id] = set()
    for state in [*changed.new.values(), *changed.old.values()]:
        if state.type in _OF_FILE:
            files |= {state.canonical, state.id} if state.type == _PERSON else {state.canonical}
        elif state.type == LINK:
            ends = {state.values[LINK_ONE], state.values[LINK_OTHER]}
            (files if state.values[LINK_TYPE] == _PERSON else facilities).update(ends)
    keys: Iterable[Key] = [*changed.new, *changed.old, *changed.removed, *changed.renamed]
    files |= {id_ for type_, id_ in keys if type_ == _PERSON}
    files |= {name for (type_, _id), name in changed.renamed.items() if type_ == _PERSON}
    facilities |= {id_ for type_, id_ in keys if type_ == _FACILITY}
    for piece in in_pieces(sorted(facilities), PIECE):
        files |= _posted_in(_ids(piece))
    for piece in in_pieces(sorted(files), PIECE):
        _refresh(_ids(piece))
    _follow_cadres([id_ for type_, id_ in changed.old if type_ == _CADRE])


def _follow_cadres(cadres: Sequence[Id]) -> None:
    with connection.cursor() as cursor:
        for cadre in _ids(cadres):
            cursor.execute(
                "UPDATE registry_outline SET cadre_key = %s WHERE cadre = %s", [_cadre_key(cadre), cadre]
            )


def _ids(ids: Iterable[Id]) -> list[Any]:
    """Ids as this database takes them."""
    return [uuid_in(i) for i in ids] if connection.vendor == "postgresql" else list(ids)


def _posted_in(facilities: Sequence[Any]) -> set[Id]:
    """The files of all that were ever posted in some facilities, under any of their ids."""
    found = _select(
        "SELECT DISTINCT canonical FROM registry_posting WHERE facility_id IN (SELECT f.id FROM registry_facility f"
        " JOIN registry_facility g ON f.canonical = g.canonical WHERE g.id IN ({}))"
        " OR facility_id IN ({})",
        facilities,
        facilities,
    )
    return {i.bytes if isinstance(i, UUID) else bytes(i) for (i,) in found}


def _refresh(ids: Sequence[Any]) -> None:
    """Make the outlines of some files anew, under whatever name they go now."""
    found = _select("SELECT canonical FROM registry_person WHERE id IN ({})", ids)
    names = sorted({*ids, *(name for (name,) in found)})
    if connection.vendor == "postgresql":
        # Two writers of one file, each seeing only its own change, would leave two outlines of it.
        _select("SELECT id FROM registry_person WHERE id IN ({}) ORDER BY id FOR UPDATE", names)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM registry_outline WHERE person IN ({_marks(names)})", names)
        rows = list(_made(names))
        if rows:
            cursor.executemany(_INSERT, rows)


def _made(names: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    people = _select(
        "SELECT id, sort_key, office_id, sex, born, birth_place, nationality, phone FROM registry_person"
        " WHERE id IN ({}) AND canonical = id AND NOT deleted",
        names,
    )
    rows: dict[Any, dict[type[Any], list[Any]]] = defaultdict(dict)
    for model, columns in _READ:
        quoted = ", ".join(f'"{c}"' for c in columns)
        sql = f'SELECT canonical, {quoted} FROM "{model._meta.db_table}"'
        for name, *row in _select(sql + " WHERE canonical IN ({}) AND NOT deleted", names):
            rows[name].setdefault(model, []).append(row)
    places = _places({row[4] for of in rows.values() for row in of.get(Posting, ()) if row[4]})
    today = PartialDate.on(runtime.today()).number
    payroll = {
        item.code for item in lists.items("identifier_kind")
        if lists.attribute("identifier_kind", item.code, "role") == "payroll"
    }  # fmt: skip
    for person in people:
        yield from _rows(_File(_Person(*person), rows.get(person[0], {})), places, today, payroll)


def _places(ids: set[Any]) -> dict[Any, _Place]:
    """What facilities are; of linked files, the one that gives the name."""
    out: dict[Any, _Place] = {}
    for piece in in_pieces(sorted(ids), PIECE):
        found = _select(
            "SELECT f.id, g.id, g.sort_key, g.area_id, g.kind, g.sector, g.component FROM registry_facility f"
            " JOIN registry_facility g ON g.id = f.canonical WHERE f.id IN ({})",
            piece,
        )
        out |= {id_: _Place(*row) for id_, *row in found}
    return out


def _marks(ids: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(ids))


def _select(sql: str, *ids: Sequence[Any]) -> list[Any]:
    """Rows as the database gives them; each pair of braces takes some ids."""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(*map(_marks, ids)), [i for some in ids for i in some])
        return cursor.fetchall()


# -- making anew -------------------------------------------------------------------------------

OUTLINES_NUMBER = 1
"""Goes up when the same records would get other outlines than before."""


def rules_in_use() -> str:
    """A mark of all that outlines are made by besides the records of people and facilities."""
    told = [
        (name, item.code, lists.attribute(name, item.code, wanted))
        for name, wanted in (("identifier_kind", "role"), ("licence_status", "state"), ("position", "state"))
        for item in lists.items(name)
    ]
    return hashlib.sha256(repr((OUTLINES_NUMBER, sorted(map(str, told)))).encode()).hexdigest()


def are_lost() -> bool:
    """True if there are people and no outline of any."""
    return Person.objects.exists() and not Outline.objects.exists()


def remake() -> None:
    """Make all outlines anew from the records, all or nothing."""
    with transaction.atomic():
        Outline.objects.all().delete()
        for ids in _everybody():
            _refresh(ids)


def renew() -> None:
    """Bring all outlines up to date while people work: a piece at a time, so that nobody waits for more than one."""
    for ids in _everybody():
        with transaction.atomic():
            _refresh(ids)


def _everybody() -> Iterator[list[Any]]:
    last: Any = None
    while True:
        where = "" if last is None else " WHERE id > %s"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM registry_person{where} ORDER BY id LIMIT {PIECE}",
                [] if last is None else [last],
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]
