"""Files as people send them: each with what it must give, through dry run, answers, import, search and undo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter

from baarada.interop.models import DOUBT, NEW, REFUSED
from baarada.interop.tables import asking, columns, exporting, jobs, layout
from baarada.journal import runtime
from baarada.registry import lists, search
from baarada.registry.models import Facility, Identifier, Office, Person, Posting
from tests.interop.conftest import HEADINGS, counts, write_csv

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Formula:
    """A cell that is worked out, with what it showed when the file was saved."""

    text: str
    shown: Any


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the top, cells that are merged, whether it is hidden."""

    rows: Rows
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden: bool = False


def book(path: Path, sheets: Mapping[str, Sheet | Rows]) -> Path:
    """A workbook as a spreadsheet program saves it."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as out:
        day = out.add_format({"num_format": "dd/mm/yyyy"})
        for name, found in sheets.items():
            one = found if isinstance(found, Sheet) else Sheet(found)
            sheet = out.add_worksheet(name)
            if one.hidden:
                sheet.hide()
            for place in one.merged:
                sheet.merge_range(*place, "")
            for row, cells in enumerate(one.rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, Formula):
                        sheet.write_formula(row, column, cell.text, None, cell.shown)
                    elif isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    elif cell != "":
                        sheet.write(row, column, cell)
    return path


def who(number: int = 1, **other: Any) -> list[Any]:
    """A row below the usual headings; anything may be given another value."""
    cells = {
        "family": "Ostrel", "given": f"Ivo{number}", "sex": "M", "born": "12/03/1985", "phone": "",
        "payroll": f"P{number:05}", "cadre": "Médecin", "facility": "Poste de Larma", "starts": "01/02/2015",
    }  # fmt: skip
    return list((cells | other).values())


def people(*numbers: int, **other: Any) -> list[list[Any]]:
    return [who(number, **other) for number in numbers]


@dataclass(frozen=True)
class Sent:
    """A file, and what it must give."""

    sheets: Mapping[str, Sheet | Rows] | Callable[[Path], Path]
    new: int = 0
    refused: int = 0
    doubt: int = 0
    aside: int = 0
    asked: Mapping[str, int] = field(default_factory=dict)
    """Words that nothing here is called, with how many rows."""
    left: Sequence[str] = ()
    """Sheets that are left aside."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What is said of words that are asked about, and of the whole file."""
    then: int | None = None
    """How many come in once the answers are given."""
    born: Sequence[str] = ()
    numbers: Sequence[str] = ()
    sexes: str = ""
    names: Sequence[str] = ()
    offices: Sequence[str] = ()
    cadres: Sequence[str] = ()


TITLES = [
    ["RÉPUBLIQUE DE ZEMBRIE", "", "", "Un Peuple"], [], ["MINISTÈRE DE LA SANTÉ"], [],
    ["LISTE NOMINATIVE DU PERSONNEL AU 3 NOVEMBRE 2026"], [],
]  # fmt: skip
SHORT = ("Nom", "Prénom", "Sexe", "Date de naissance", "Matricule")


def short(*rows: Sequence[Any]) -> list[list[Any]]:
    return [list(SHORT), *map(list, rows)]


def numbered(*numbers: str) -> list[list[Any]]:
    """People with these numbers."""
    return short(*(("Ostrel", f"Ivo{n}", "M", "12/03/1985", number) for n, number in enumerate(numbers)))


MAMADOU = {"family": "Traoré", "given": "Mamadou", "born": "31/12/1979"}


def written(key: str, *cells: str) -> list[list[Any]]:
    """People of whom one thing is written in these ways."""
    return [who(number, **{key: cell}) for number, cell in enumerate(cells)]


def dated(*days: Any) -> list[list[Any]]:
    """People born on these days."""
    return short(*(("Ostrel", f"Ivo{n}", "M", day, f"P{n:05}") for n, day in enumerate(days)))


def sexed(*cells: str, heading: str = "Sexe") -> list[list[Any]]:
    rows = [("Ostrel", f"Ivo{n}", cell, "12/03/1985", f"P{n:05}") for n, cell in enumerate(cells)]
    return [["Nom", "Prénom", heading, *SHORT[3:]], *map(list, rows)]


def text(content: str, encoding: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "liste.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return make


def filled_model(folder: Path) -> Path:
    """The empty list that Baarada gives, with two rows typed into it."""
    known = [
        c for c in columns.columns(columns.PEOPLE) if c.key not in (*columns.NAMES, columns.ID, columns.SEEN)
    ]
    typed = {"family_name": "Ostrel", "given_names": "Ivo1", "sex": "Male", "born": "1985"}
    rows = [[str(c.label) for c in known], [typed.get(c.key, "") for c in known]]
    exporting.write_model(columns.PEOPLE, folder / "model.xlsx")
    return book(folder / "filled.xlsx", {
        "List": rows, "How to fill it in": [["Family name", "Text"]] * 40,
        "Choices": [["Sex", "Family name"], ["Female", "Male"]],
    })  # fmt: skip


H = list(HEADINGS)
FILES: dict[str, Sent] = {
    "a workbook": Sent({"Feuil1": [H, *people(1, 2)]}, new=2),
    "text of an old Windows": Sent(text("Nom;Prénom;Sexe\nOstrél;Zoë;F\n", "cp1252"), new=1, names=["Ostrél Zoë"]),
    "text of two bytes a letter": Sent(text("Nom\tPrénom\tSexe\nOstrél\tZoë\tF\n", "utf-16"), new=1),
    "cells of several lines": Sent(
        text('Nom,Prénom,Sexe,Observations\nOstrel,Ivo,M,"une\nautre, ""dite"""\n', "utf-8"), new=1
    ),
    "headings on row 7 below titles": Sent(
        {"Liste": Sheet([*TITLES, H, *people(1, 2, 3)], merged=[(2, 0, 2, 8), (4, 0, 4, 8)])}, new=3
    ),
    "an empty column and a number before each row": Sent(
        {"Liste": [["", "N°", *H], *(["", n, *who(n)] for n in (1, 2))]}, new=2
    ),
    "two rows of headings": Sent({"Liste": Sheet([
        ["Nom", "Prénom", "Sexe", "Naissance", "", "Matricule"],
        ["", "", "", "Date", "Lieu", ""],
        ["Ostrel", "Ivo", "M", "12/03/1985", "Corvane", "P1"],
    ], merged=[(0, 3, 0, 4), (0, 0, 1, 0)])}, new=1, born=["1985-03-12"]),
    "headings over all columns": Sent({"Liste": [
        *TITLES,
        ["Identité", "", "", "Naissance", "", "Prise de service", ""],
        ["Nom", "Prénom", "Sexe", "Le", "Lieu", "Date", "Décision"],
        ["Ostrel", "Ivo", "M", "12/03/1985", "Corvane", "01/02/2015", "12/MS"],
    ]}, new=1, born=["1985-03-12"]),
    "one sheet for each zone": Sent(
        {"Ambrel": [H, *people(1, 2, facility="")], "Zone de Corvane": [H, *people(3, facility="")]},
        new=3, offices=["hz-ambrel", "hz-ambrel", "hz-corvane"],
    ),
    "one zone whose sheet has another name": Sent(
        {
            "Ambrel": [H, *people(1, facility="")], "Corvane": [H, *people(2, facility="")],
            "Les autres": [H, *people(3, facility="")],
        },
        new=2, refused=1, asked={"Les autres": 1}, answers={"Les autres": "hz-gombrel"}, then=3,
    ),
    "sheets with other headings": Sent({
        "A": [H, *people(1)],
        "B": [["Matricule", "NOM ET PRENOM", "Sexe", "Date naiss."], ["P9", "VARDANE Selma", "F", "1990"]],
    }, new=2, names=["Ostrel Ivo1", "VARDANE Selma"]),
    "a cover, a legend, an empty and a hidden sheet": Sent({
        "Couverture": [["Direction"], ["Personnel de santé, novembre 2026"]],
        "Liste": [*TITLES, H, *people(1, 2)],
        "Légende": [["SF", "Sage-femme"], ["INF", "Infirmier"]] * 30,
        "Feuil4": [],
        "Vieux": Sheet([H, *people(7, 8, 9)], hidden=True),
    }, new=2, left=["Couverture", "Légende", "Feuil4", "Vieux"]),
    "a list of facilities beside": Sent({
        "Personnel": [H, *people(1, 2)],
        "Structures": [["Nom", "Type", "Commune"], ["Poste de Larma", "PS", "Larma"]],
    }, new=2, left=["Structures"]),
    "totals, blanks, headings once more": Sent({"Liste": [
        H, *people(1, 2), ["Sous-total", "", "", "", "", "", "", 2], [], H, *people(3), [],
        ["TOTAL GÉNÉRAL", 3], ["", "Total", "3"],
    ]}, new=3, aside=4),
    "a closing line": Sent({"Liste": [
        H, *people(1), [], ["Arrêté la présente liste à un agent"], ["", "", "", "Fait à Talmira, le 3 novembre"],
        ["", "", "", "", "", "Le Directeur"],
    ]}, new=1, aside=3),
    "numbers beside the columns that are read": Sent(
        {"Liste": [["N°", *H], [1, *who(1)], [2], [3]]}, new=1, aside=2
    ),
    "names in one cell": Sent({"Liste": [
        ["Nom et prénoms", "Sexe"], ["TRAORE Mamadou", "M"], ["Ostrel Ivo", "M"], ["Vardane, Selma Ana", "F"],
    ]}, new=3, names=["Ostrel Ivo", "TRAORE Mamadou", "Vardane Selma Ana"]),
    "given names first": Sent({"Liste": [
        ["Prénoms et Nom", "Sexe"], ["Mamadou Traore", "M"], ["Ana Selma VARDANE", "F"],
    ]}, new=2, names=["Traore Mamadou", "VARDANE Ana Selma"]),
    "names in three cells": Sent({"Liste": [
        ["Nom", "Prénom 1", "Prénom 2", "Sexe"], ["Traore", "Awa", "Fanta", "F"], ["Ostrel", "Ivo", "", "M"],
    ]}, new=2, names=["Ostrel Ivo", "Traore Awa Fanta"]),
    "days in every style": Sent({"Liste": dated(
        "31/12/1979", "1979", "29221", "00/00/1975", "xx/xx/1975", "12 mars 1985", "31-déc-79", "1985-03-12 00:00",
        "vers 1960", "03/1985", "12.03.1985", "1979.0",
    )}, new=12, born=[
        "1979-12-31", "1979", "1980-01-01", "1975", "1975", "1985-03-12", "1979-12-31", "1985-03-12", "1960",
        "1985-03", "1985-03-12", "1979",
    ]),
    "days that a spreadsheet keeps": Sent(
        {"Liste": dated(date(1979, 12, 31), 29221, 29221.5, 1979, Formula("=DATE(1985,3,12)", 31118))}, new=5,
        born=["1979-12-31", "1980-01-01", "1980-01-01", "1979", "1985-03-12"],
    ),
    "days that cannot be": Sent({"Liste": dated("31/02/1985", "12/13/1985", "hier", "12/03/1985")}, new=1, refused=3),
    "many births on the last day of the year": Sent(
        {"Liste": dated(*["31/12/1979"] * 6, "12/03/1985")}, new=7, answers={"births": "year"}, then=7,
        born=["1979"] * 6 + ["1985-03-12"],
    ),
    "the sex in words": Sent(
        {"Liste": sexed("H", "F", "Homme", "Femme", "Masculin", "féminin", "Mme", "M.")}, new=8, sexes="MFMFMFFM"
    ),
    "the sex in figures": Sent(
        {"Liste": sexed("1", "2", "1")}, refused=3, asked={"1": 3}, answers={"1": "F"}, then=3, sexes="FMF"
    ),
    "figures told in the heading": Sent({"Liste": sexed("1", "2", heading="Sexe (1=M, 2=F)")}, new=2, sexes="MF"),
    "figures told in a legend": Sent(
        {"Liste": sexed("1", "2", "2"), "Légende": [["1 : Féminin"], ["2 : Masculin"]]}, new=3, sexes="FMM",
        left=["Légende"],
    ),
    "a number in exponents": Sent({"Liste": numbered("1.23457E+11", "1,23457E+11", "123457")}, new=1, refused=2),
    "a number too great for a spreadsheet": Sent({"Liste": numbered(12345678901234567, 4)}, new=1, refused=1),
    "a number with a point": Sent(
        {"Liste": numbered("123456.0", "654321")}, new=1, refused=1, answers={"numbers": "mended"}, then=2,
        numbers=["123456", "654321"],
    ),
    "numbers that lost their zeros": Sent(
        {"Liste": numbered(
            "0142318K", "0142319K", "0142320L", "0142321L", "0142322M", "0142323M", "0142324M", "42325M",
        )},
        new=7, refused=1, answers={"numbers": "mended"}, then=8,
        numbers=[f"01423{n}" for n in ("18K", "19K", "20L", "21L", "22M", "23M", "24M")] + ["0042325M"],
    ),
    "a letter among figures": Sent(
        {"Liste": numbered("0142318K", "0142319K", "0142320L", "0142321L", "0142322M", "O142323M")},
        new=5, refused=1, answers={"numbers": "kept"}, then=6,
    ),
    "numbers of all lengths": Sent({"Liste": numbered("7", "12", "345", "12045", "1", "99")}, new=6),
    "cadres in their spellings": Sent(
        {"Liste": [H, *written("cadre", "Méd.", "INF", "sage femme", "S-F", "MÉDECIN", "220")]},
        new=6, cadres=["110", "210", "220", "220", "110", "220"],
    ),
    "a cadre that nobody here knows": Sent(
        {"Liste": [H, *people(1, 2, cadre="ISS"), *people(3)]}, new=1, refused=2, asked={"ISS": 2},
        answers={"ISS": "210"}, then=3, cadres=["210", "210", "110"],
    ),
    "a facility in its spellings": Sent(
        {"Liste": [H, *written("facility", "POSTE LARMA", "poste  de lârma", "Poste-de-Larma")]},
        new=3,
    ),
    "a facility that nobody here knows": Sent(
        {"Liste": [H, *people(1, 2, facility="PS/Larma 2"), *people(3)]}, new=1, refused=2,
        asked={"PS/Larma 2": 2}, answers={"PS/Larma 2": "Poste de Larma"}, then=3,
    ),
    "a facility to be left out": Sent(
        {"Liste": [H, *people(1, facility="à affecter")]}, refused=1, asked={"à affecter": 1},
        answers={"à affecter": ""}, then=1,
    ),
    "a number twice": Sent({"Liste": [H, who(1), who(2, payroll="P00001")]}, new=1, refused=1),
    "two namesakes with numbers": Sent(
        {"Liste": [H, *(who(1, payroll=number, **MAMADOU) for number in ("P1", "P2"))]},
        new=2,
    ),
    "two namesakes without numbers": Sent(
        {"Liste": [H, *[who(1, payroll="", **MAMADOU)] * 2]}, new=1, doubt=1
    ),
    "somebody on two sheets": Sent(
        {"Ambrel": [H, who(1, payroll="")], "Corvane": [H, who(1, payroll=""), who(2)]}, new=2, doubt=1
    ),
    "errors of formulas": Sent({"Liste": [
        [*H, "Contrôle"], [*who(1, starts=Formula("=NA()", "#N/A")), ""], [*who(2), Formula("=A1/0", "#DIV/0!")],
        [*who(3, family=Formula("=A99", "#REF!")), ""],
    ]}, new=1, refused=2),
    "values worked out": Sent(
        {"Liste": [H, who(1, family=Formula('=UPPER("ostrel")', "OSTREL"))]}, new=1, names=["OSTREL Ivo1"]
    ),
    "the model of Baarada filled in": Sent(filled_model, new=1, born=["1985"], left=[]),
}  # fmt: skip


def choice(what: str, label: str) -> str:
    """What an answer is kept as, by how people call it."""
    if not label:
        return ""
    if what == "cadre":
        return str(next(c.pk for c in lists.cadres() if c.code == label))
    if what == "office":
        return str(Office.objects.get(code=label).pk)
    return str(Facility.objects.get(name=label).pk) if what == "facility" else label


def answer(job, answers, by):
    """Say what a file is asked about, and make the dry run again."""
    asked = asking.words_asked(job)
    words = {n: choice(one.what, answers[one.text]) for n, one in enumerate(asked) if one.text in answers}
    if words:
        asking.say(job, words, by=by)
    for name in asking.OPTIONS.keys() & answers.keys():
        asking.set_option(job, name, answers[name], by=by)
    jobs.plan(job)


def check_people(sent: Sent) -> None:
    """What came in is what the file says."""
    found = list(Person.objects.live().order_by("sort_key", "pk"))
    by_row = sorted(found, key=lambda p: (len(p.given_names), p.given_names))
    if sent.born:
        assert [str(p.born) for p in by_row] == list(sent.born)
    if sent.sexes:
        assert "".join(p.sex for p in by_row) == sent.sexes
    if sent.names:
        assert [f"{p.family_name} {p.given_names}" for p in found] == list(sent.names)
    if sent.offices:
        assert [p.office.code for p in by_row] == list(sent.offices)
    if sent.numbers:
        assert sorted(n.number for n in Identifier.objects.live()) == sorted(sent.numbers)
    if sent.cadres:
        codes = {p.person_id: p.cadre.code for p in Posting.objects.live().select_related("cadre")}
        assert [codes[p.pk] for p in by_row] == list(sent.cadres)


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_what_it_holds(name, larma, by, tmp_path, bring):
    sent = FILES[name]
    path = sent.sheets(tmp_path) if callable(sent.sheets) else book(tmp_path / "liste.xlsx", sent.sheets)
    job = bring(path, write=False)

    assert (counts(job).get(NEW, 0), counts(job).get(REFUSED, 0), counts(job).get(DOUBT, 0)) == (
        sent.new, sent.refused, sent.doubt,
    ), [(r.line, r.status, r.problems, r.title) for r in job.rows.all()]  # fmt: skip
    assert job.counts.get("aside", 0) == sent.aside
    assert {one.text: one.rows for one in asking.words_asked(job)} == sent.asked
    assert [s["name"] for s in job.sheets if s["why"] and s["why"] != layout.OURS] == list(sent.left)
    if sent.answers:
        answer(job, sent.answers, by)
        assert counts(job).get(NEW, 0) == sent.then
    assert not Person.objects.exists()

    jobs.ready(job)
    jobs.write(job)

    assert Person.objects.live().count() == job.counts[NEW]
    check_people(sent)
    for one in Person.objects.live():
        given = one.given_names.rstrip("0123456789")
        hits = search.search(f"{one.family_name} {given}", seen_by=by).people
        assert one.pk in {hit.target for hit in hits}
    again = bring(path, write=False)
    assert again.counts[NEW] == 0
    jobs.undo(job, by=by)
    assert not Person.objects.live().exists()


def test_there_are_more_than_forty_of_them():
    assert len(FILES) > 40


def test_refused_rows_go_back_with_their_sheet_and_row_and_come_in_mended(by, larma, tmp_path, bring):
    """What goes back can be mended and brought again as it is: its own columns are not asked about."""
    rows = {
        "Ambrel": [H, who(1, facility="")],
        "Corvane": [["Titre"], H, who(2, facility="", born="31/02/1985")],
    }
    job = bring(book(tmp_path / "liste.xlsx", rows))
    about = exporting.About(job.file_name, "", by.name, runtime.now())
    target = tmp_path / "dehors.xlsx"
    exporting.write_refused(job.rows.filter(status=REFUSED), job, target, about)

    import python_calamine

    head, row = python_calamine.CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert head[-3:] == ["Sheet of the file", "Row of the file", "Reason, and what to do"]
    assert row[-3:-1] == ["Corvane", "3"]
    mended = [cell.replace("31/02", "28/02") for cell in row]
    again = bring(write_csv(tmp_path / "mended.csv", [mended], headings=head))

    assert counts(again) == {NEW: 1}
    assert [one["heading"] for one in again.mapping if not one["key"] and not one["ours"]] == []
    assert Person.objects.get(given_names="Ivo2").office.code == "hz-corvane"


@pytest.mark.parametrize(
    ("what", "word", "first"),
    [
        ("cadre", "Méd. spécial.", "Specialist physician"), ("cadre", "Nurce", "Nurse"), ("cadre", "ISS", ""),
        ("cadre", "AT", ""), ("facility", "Post de Larmah", "Poste de Larma"), ("facility", "Poste de Quendral", ""),
        ("list:marital", "Maried", "Married"), ("sex", "G", ""),
    ],
)  # fmt: skip
def test_what_is_near_is_offered_and_nothing_else(larma, by, what, word, first):
    found = asking.alike(what, word, UUID(bytes=by.office))

    assert [label.split(",")[0] for _value, label in found[:1]] == ([first] if first else [])
    assert {value for value, _label in found} <= {value for value, _l in asking.choices(what)} | {
        str(larma.pk)
    }
