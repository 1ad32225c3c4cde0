"""Copies the people of a register into plain tables: the same names, numbers, postings and careers."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.test import Client

from tests.bench.admin import models

PIECE = 2_000


def fill() -> dict[str, Any]:
    """Make and fill the tables, unless they are; returns the cookie of somebody signed in, and every id of a file."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    if not User.objects.exists():
        _copy()
        User.objects.create_superuser("bench", password="a-measured-password")
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get())
    people = models.Person.objects.order_by("pk").values_list("pk", flat=True)
    return {
        "cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}",
        "people": list(people),
    }


def _copy() -> None:
    cadres = _keep(models.Cadre, "registry_cadre", "code, label_m", lambda r: {"code": r[0], "name": r[1]})
    facilities = _keep(
        models.Facility, "registry_facility", "code, name, kind",
        lambda r: {"code": r[0] or "", "name": r[1], "kind": r[2] or ""},
    )  # fmt: skip
    people = _keep(
        models.Person, "registry_person", "family_name, given_names, sex, born, birth_place, phone",
        lambda r: {
            "family_name": r[0], "given_names": r[1] or "", "sex": r[2], "born": _day(r[3]), "birth_place": r[4] or "",
            "phone": r[5] or "",
        },
    )  # fmt: skip

    def of(row: Any) -> dict[str, Any]:
        return {"person_id": people[_key(row[0])]}

    _keep(models.Identifier, "registry_identifier", "person_id, kind, number",
          lambda r: of(r) | {"kind": r[1], "number": r[2]})  # fmt: skip
    columns = "person_id, facility_id, cadre_id, starts, ends, decision"
    _keep(models.Posting, "registry_posting", columns, lambda r: of(r) | {
        "facility_id": facilities.get(_key(r[1])), "cadre_id": cadres.get(_key(r[2])), "starts": _day(r[3]),
        "ends": _day(r[4]), "decision": r[5] or "",
    })  # fmt: skip
    _keep(models.Employment, "registry_employment", "person_id, status, category, step, starts", lambda r: of(r) | {
        "status": r[1] or "", "category": r[2] or "", "step": r[3], "starts": _day(r[4]),
    })  # fmt: skip
    _keep(models.Qualification, "registry_qualification", "person_id, diploma, awarded",
          lambda r: of(r) | {"diploma": r[1] or "", "awarded": _day(r[2])})  # fmt: skip
    _keep(models.Licence, "registry_licence", "person_id, body, reference, starts",
          lambda r: of(r) | {"body": r[1] or "", "reference": r[2] or "", "starts": _day(r[3])})  # fmt: skip
    _keep(models.Absence, "registry_absence", "person_id, kind, starts, ends",
          lambda r: of(r) | {"kind": r[1], "starts": _day(r[2]), "ends": _day(r[3])})  # fmt: skip
    _place(people)


def _place(people: dict[bytes, int]) -> None:
    """Where each works now: shown in the list."""
    rows = models.Posting.objects.filter(ends=None).values_list("person_id", "facility_id", "cadre_id")
    placed = [models.Person(pk=pk, facility_id=place, cadre_id=cadre) for pk, place, cadre in rows.iterator()]
    models.Person.objects.bulk_update(placed, ["facility", "cadre"], batch_size=200)


def _keep(
    model: type[Any], table: str, columns: str, make: Callable[[Any], dict[str, Any]]
) -> dict[bytes, int]:
    """Copy a table; returns the number of each row by its id in the register."""
    numbers: dict[bytes, int] = {}
    count = itertools.count(1)
    for piece in _rows(f"SELECT id, {columns} FROM {table} WHERE NOT deleted ORDER BY id"):
        objects = []
        for row in piece:
            number = numbers[_key(row[0])] = next(count)
            objects.append(model(pk=number, **make(row[1:])))
        model.objects.bulk_create(objects)
    return numbers


def _rows(sql: str) -> Iterator[list[Any]]:
    with connections["register"].cursor() as cursor:
        cursor.execute(sql)
        while piece := cursor.fetchmany(PIECE):
            yield piece


def _key(id_: Any) -> bytes:
    return b"" if id_ is None else getattr(id_, "bytes", None) or bytes(id_)


def _day(number: int | None) -> date | None:
    return date(number // 10_000, number // 100 % 100 or 1, number % 100 or 1) if number else None
