"""Lists as districts send them: invented people, posted in the facilities of a list of facilities."""

import csv
import os
import random
from pathlib import Path

SHARED = Path(os.environ.get("BAARADA_SHARED") or Path(__file__).parents[3] / "shared") / "data" / "mali"
DISTRICTS = ("Kadiolo", "Sikasso", "Kignan")
FAMILIES = (
    "Traoré", "Coulibaly", "Diarra", "Keïta", "Koné", "Sanogo", "Diallo", "Sidibé", "Berthé", "Ballo", "Dembélé",
    "Konaté", "Ouattara",
)  # fmt: skip
WOMEN = ["Fatoumata", "Awa", "Kadiatou", "Rokia", "Oumou", "Aminata", "Salimata", "Korotoumou", "Hawa"]
MEN = ["Bakary", "Moussa", "Seydou", "Issa", "Lassina", "Cheick", "Modibo", "Yaya", "Drissa"]
CADRES = ("Sage-femme", "Infirmier d’État", "Matrone", "Aide-soignant")
HEADINGS = (
    "MLE",
    "NOM",
    "PRENOM",
    "SEXE",
    "DATE NAISS.",
    "QUALIF.",
    "AFFECTATION",
    "PRISE DE SERVICE",
    "CONTACT",
)
INVENTED = [(f"CSCom de l’essai {n}", DISTRICTS[n % 3]) for n in range(1, 41)]
MIDWIFE = "0142-318.K"


def facilities(folder: Path) -> Path:
    """The country's list of facilities; where that is not at hand, forty invented ones."""
    found = SHARED / "facilities.csv"
    if found.exists():
        return found
    path = folder / "structures.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "type_code", "district"])
        writer.writerows([name, "CSCOM", district] for name, district in INVENTED)
    return path


def places(path: Path) -> list[str]:
    """Names that one facility of three districts alone bears."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["name"] for row in rows]
    return [row["name"] for row in rows if row["district"] in DISTRICTS and names.count(row["name"]) == 1]


def staff(path: Path, rows: int, where: list[str], *, seed: int, first: int = 100) -> Path:
    """A list of staff with payroll numbers, as CSV with semicolons in the encoding of old spreadsheets."""
    chance = random.Random(seed)
    with path.open("w", encoding="cp1252", errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS)
        for n in range(rows):
            writer.writerow(_row(chance, first + n, where))
    return path


def _row(chance: random.Random, n: int, where: list[str]) -> list[str]:
    woman = chance.random() < 0.5
    number = f"{n // 1000:04}-{n % 1000:03}.{'ABCDEFGHJK'[n % 10]}"
    return [
        number, chance.choice(FAMILIES), chance.choice(WOMEN if woman else MEN), "F" if woman else "M",
        f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(1968, 1998)}",
        chance.choice(CADRES if woman else CADRES[1:2] + CADRES[3:]), chance.choice(where),
        f"01/{chance.randint(1, 12):02}/{chance.randint(2005, 2024)}", f"7{chance.randint(1_000_000, 9_999_999)}",
    ]  # fmt: skip


def with_midwife(path: Path, where: str) -> Path:
    """The same list, its first row a midwife whose name is often misspelt."""
    lines = path.read_text(encoding="cp1252").splitlines()
    lines[1] = f"{MIDWIFE};Traoré;Mariam;F;1985;Sage-femme;{where};04/03/2019;76412058"
    path.write_text("\n".join(lines) + "\n", encoding="cp1252")
    return path
