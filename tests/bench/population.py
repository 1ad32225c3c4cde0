"""Lists of an invented health workforce, with the names and in the proportions that a country really has.

The same seed gives the same lists. Few names are borne by many people, which is what makes telling them apart
hard; every list is brought in by the program's own import.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from baarada.packs.reader import Pack, read

PACK = "mali"
SEED = 7
STAFF = 16
"""People for each facility."""
PEOPLE_HEADINGS = (
    "Nom", "Prénom", "Sexe", "Date de naissance", "Lieu de naissance", "Téléphone", "Matricule", "NINA", "N° ordre",
    "Passeport", "Qualification", "Structure", "District", "Prise de service", "N° décision", "Date de la décision",
    "Type d'agent", "Employeur", "Statut de l'agent", "Catégorie", "Échelon", "Financement", "Date d'engagement",
    "Diplôme", "Année du diplôme", "Nature de l'inscription", "Ordre professionnel", "N° licence", "Licence depuis",
)  # fmt: skip
FACILITY_HEADINGS = ("Code", "Nom", "Type", "Niveau", "Secteur", "District", "Latitude", "Longitude")
_BEGIN, _END = (
    ("Ba", "Ko", "Sa", "Dia", "Nié", "Tou", "Fa", "Kou", "Mo", "Sé"),
    ("la", "ni", "ra", "gou", "ba", "na"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An invented health centre."""

    code: str
    name: str
    district: str


class Population:
    """The lists of so many people."""

    def __init__(self, size: int, seed: int = SEED) -> None:
        self.size = size
        self.seed = seed
        self.pack: Pack = read(PACK)
        self.districts = [o["name"] for o in self.pack.tables["offices"] if o["kind"] == "district"]
        self.cadres = [c["label_m"] for c in self.pack.tables["cadres"]][:40]
        self.places = list(self._places())

    def _places(self) -> Iterator[Place]:
        rng = random.Random(f"{self.seed} places")
        for i in range(max(self.size // STAFF, 10)):
            name = "".join((rng.choice(_BEGIN), rng.choice(_END), rng.choice(_END))) + f" {i}"
            yield Place(f"X{i:05}", f"CSCom de {name}", self.districts[i % len(self.districts)])

    def facilities(self) -> Iterator[list[str]]:
        """The rows of the list of facilities."""
        rng = random.Random(f"{self.seed} facilities")
        for place in self.places:
            position = (f"{rng.uniform(11, 15):.5f}", f"{rng.uniform(-11, 0):.5f}")
            yield [place.code, place.name, "CSCOM", "1", "COMMU", place.district, *position]

    def people(self, start: int = 0, count: int | None = None) -> Iterator[list[str]]:
        """The rows of the list of people, from some number on."""
        names = {
            (kind, sex): _weighted([n for n in self.pack.names if n.kind == kind and n.sex in ("", sex)])
            for kind in ("family", "given") for sex in "FM"
        }  # fmt: skip
        for i in range(start, start + (self.size if count is None else count)):
            rng = random.Random(f"{self.seed} person {i}")
            sex = rng.choice("FM")
            (family,) = rng.choices(*names["family", sex])
            (given,) = rng.choices(*names["given", sex])
            born = date(1962, 1, 1) + timedelta(days=rng.randrange(14_000))
            starts = date(2008, 1, 1) + timedelta(days=rng.randrange(6_000))
            place = rng.choice(self.places)
            yield [
                family, given, sex, f"{born:%d/%m/%Y}", rng.choice(self.districts).split()[-1],
                f"{rng.choice('679')}{i:07}", f"{i:07}-{rng.choice('ABCDEFGH')}",
                f"{1 + i:014}{rng.choice('ABCDEFGH')}", f"O{i:06}", f"PA{i:07}", rng.choice(self.cadres),
                place.name, place.district, f"{starts:%d/%m/%Y}",
                f"{starts:%Y}-{i:07}/MSDS", f"{starts:%d/%m/%Y}",
                "fonct-etat", "ETAT", "FONC-E", rng.choice(("A", "B2", "B1", "C")), str(1 + i % 15), "BN",
                f"{starts:%d/%m/%Y}", rng.choice(("DM", "LIC-SI", "LIC-SO", "DT")), f"{starts.year - 1}",
                "inscription", "ONIIM", f"L{i:06}", f"{starts.year}",
            ]  # fmt: skip


def _weighted(names: list) -> tuple[list[str], list[int]]:
    return [n.name for n in names], [n.weight for n in names]


def write(path: Path, headings: tuple[str, ...], rows: Iterator[list[str]]) -> None:
    """Write rows as a workbook, as offices send them."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Liste")
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)
