"""The country's real list of facilities comes in whole, a list of staff after it, each twice without a change."""

import csv
import os
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from baarada.interop.models import CHANGE, NEW, SAME, ImportJob
from baarada.interop.tables import jobs
from baarada.journal.models import Link
from baarada.packs import loader
from baarada.packs.reader import read
from baarada.registry import country as particulars
from baarada.registry import lists
from baarada.registry.models import Assignment, Facility, Identifier, Person, Posting
from tests.interop.conftest import counts, forget, write_csv

SHARED = Path(os.environ.get("BAARADA_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "mali"
INVENTED = (
    ("facility_id", "name", "type_code", "region", "cercle", "district", "lat", "lon", "duplicate_of"),
    ("ML-90001", "CSCom de l'essai un", "CSCOM", "Sikasso", "Kadiolo", "Kadiolo", "10.55", "-5.75", ""),
    ("ML-90002", "CSCom de l'essai deux", "CSCOM", "Sikasso", "Kadiolo", "Kadiolo", "", "", "ML-90003"),
    ("ML-90003", "CSCom de l'essai deux (bis)", "CSCOM", "Sikasso", "Kadiolo", "Kadiolo", "10.5", "-5.7", ""),
)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The country's list of facilities; where it is not at hand, a small invented one."""
    found = SHARED / "facilities.csv"
    if found.exists():
        return found
    print(f"{found} is not here: the invented list is read instead.")
    path = tmp_path_factory.mktemp("lists") / "facilities.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(INVENTED)
    return path


@pytest.fixture
def country(django_db_setup, django_db_blocker):
    """The real country."""
    with django_db_blocker.unblock(), transaction.atomic():
        loader.load("mali")
        particulars.use(read("mali"))
        lists.forget()
        yield
        transaction.set_rollback(True)
    particulars.rules.phone_rule.length = 0
    particulars.spelling.use([], [])
    forget()


def test_the_real_list_comes_in_whole_and_twice_changes_nothing(country, real, capsys):
    """By the command, as an administrator would."""
    with real.open(encoding="utf-8", newline="") as file:
        rows = {row["facility_id"]: row for row in csv.DictReader(file)}
    doubles = {code: row["duplicate_of"] for code, row in rows.items() if row["duplicate_of"]}

    call_command("import", "facilities", real)

    here = {f.code: f for f in Facility.objects.live().filter(code__in=rows).select_related("area")}
    assert here.keys() == rows.keys()
    assert f"{len(rows)} " in capsys.readouterr().out or len(rows) == ImportJob.objects.get().rows.count()
    assert counts(ImportJob.objects.get()).keys() <= {NEW, CHANGE}
    for code, row in rows.items():
        found = here[code]
        assert (found.name, found.kind) == (row["name"].strip(), row["type_code"])
        assert found.area is not None and found.area_label in (row["cercle"], row["region"])
        assert (found.latitude, found.longitude) == tuple(
            round(float(row[name]) * 1_000_000) if row[name] else None for name in ("lat", "lon")
        )

    # Its doubles are one facility each, and can be parted again.
    assert {code: here[code].canonical for code in doubles} == {
        code: here[other].canonical for code, other in doubles.items()
    }
    assert Link.objects.filter(active=True, deleted=False).count() == len(doubles)
    shown = Facility.objects.live().filter(code__in=rows, canonical=F("pk")).count()
    assert shown == len(rows) - len(doubles)

    # Every row that names a district lies under its office.
    under = Assignment.objects.live().filter(facility__code__in=rows).count()
    assert under == sum(bool(row["district"]) for row in rows.values())

    call_command("import", "facilities", real)

    again = ImportJob.objects.order_by("begun").last()
    assert counts(again) == {SAME: len(rows)}
    assert Link.objects.filter(active=True, deleted=False).count() == len(doubles)
    assert Facility.objects.live().filter(code__in=rows).count() == len(rows)

    # All of it goes as one act.
    first = ImportJob.objects.order_by("begun").first()
    jobs.undo(first, by=jobs.actor(first))
    assert not Facility.objects.live().filter(code__in=rows.keys() - _of_the_pack(rows)).exists()
    assert not Link.objects.filter(active=True, deleted=False).exists()


def _of_the_pack(rows):
    """Codes of facilities that the country's pack holds itself."""
    return {row["code"] for row in read("mali").tables["facilities"]} & rows.keys()


def test_the_command_says_why_a_file_is_no_list(country, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"%PDF-1.7 not a list at all\x00\x01")

    with pytest.raises(CommandError, match=r"list|liste"):
        call_command("import", "facilities", path)
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import", "facilities", tmp_path / "nowhere.csv")


def test_a_column_that_nothing_stands_for_is_said(country, tmp_path, capsys):
    path = write_csv(
        tmp_path / "list.csv",
        [["X-1", "Poste", "CSCOM", "vert"]],
        headings=("Code", "Nom", "Type", "Couleur"),
    )

    call_command("import", "facilities", path, "--dry-run")

    assert "Couleur" in capsys.readouterr().err
    assert not Facility.objects.filter(code="X-1").exists()


STAFF = (
    "MLE", "NOM", "PRENOM", "SEXE", "DATE NAISS.", "QUALIF.", "DISTRICT", "AFFECTATION", "PRISE DE SERVICE", "CONTACT",
)  # fmt: skip


def staff(path, rows, people=200, seed=3):
    """A list of staff of invented people in facilities of a list, as a district would send it."""
    draw = random.Random(seed)
    names = read("mali").names
    family = [n.name for n in names if n.kind == "family"]
    given = {sex: [n.name for n in names if n.kind == "given" and n.sex == sex] for sex in "FM"}
    places = [r for r in rows if r["district"] and not r["duplicate_of"]]
    found = []
    for n in range(people):
        sex, place = draw.choice("FM"), draw.choice(places)
        born = date(1964, 1, 1) + timedelta(days=draw.randrange(13_000))
        found.append([
            f"{n:04}-{draw.randrange(1000):03}-K", draw.choice(family).upper(), draw.choice(given[sex]), sex,
            f"{born:%d/%m/%Y}", draw.choice(["Sage-femme d'État", "Matrone", "Aide-soignant", "Médecin généraliste"]),
            place["district"], place["facility_id"], f"{draw.randrange(1, 28):02}/0{draw.randrange(1, 10)}/2019",
            f"7{draw.randrange(10**7):07}",
        ])  # fmt: skip
    return write_csv(path, found, headings=STAFF, encoding="cp1252", separator=";")


def test_two_hundred_staff_come_in_and_twice_change_nothing(country, real, tmp_path):
    with real.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    call_command("import", "facilities", real)
    path = staff(tmp_path / "personnel.csv", rows)

    call_command("import", "people", path)

    job = ImportJob.objects.get(kind="people")
    assert counts(job) == {NEW: 200}
    assert (
        Person.objects.live().count()
        == Posting.objects.live().count()
        == Identifier.objects.live().count()
        == 200
    )
    # Each is in the charge of the office that the facility answers to.
    offices = dict(Assignment.objects.live().values_list("facility_id", "office_id"))
    for posting in Posting.objects.live().select_related("person"):
        assert posting.person.office_id == offices[posting.facility_id]

    call_command("import", "people", path)

    again = ImportJob.objects.filter(kind="people").order_by("begun").last()
    assert counts(again) == {SAME: 200}
    assert Person.objects.live().count() == Posting.objects.live().count() == 200


def test_the_same_seed_writes_the_same_list(tmp_path):
    rows = [{"district": "Kadiolo", "duplicate_of": "", "facility_id": "ML-90001"}]

    one, other = (staff(tmp_path / name, rows).read_bytes() for name in ("a.csv", "b.csv"))

    assert one == other != staff(tmp_path / "c.csv", rows, seed=4).read_bytes()
