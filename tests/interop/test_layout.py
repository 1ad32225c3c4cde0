"""Where a list lies in a file: whatever stands around it, the same people come in."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from baarada.interop.models import NEW
from baarada.interop.tables import asides, cells, columns, headings, jobs, layout
from baarada.interop.tables.answers import BadCell
from baarada.interop.tables.recognising import SURE, TO_CONFIRM, Title, propose
from baarada.kernel.days import PartialDate
from baarada.kernel.text import fold
from baarada.registry.models import Person
from tests.interop.conftest import forget, write_csv

some = st.sampled_from
HEADINGS = ["Nom", "Prénom", "Sexe", "Date de naissance", "Lieu de naissance"]
TITLES = (
    ["RÉPUBLIQUE", "", "", "Un Peuple"], ["Liste du personnel au 3/11/2026"], [], ["", "", "Confidentiel"],
    ["Zone :", "Ambrel"],
)  # fmt: skip
BETWEEN = (["Total", "", "", "12"], ["Sous-total", "3"], HEADINGS, ["", "TOTAL GÉNÉRAL"], ["Fait à Talmira"])


@st.composite
def sheets(draw):
    """A list with titles above it, empty columns before it, and totals and headings between its rows."""
    people = [["Ostrel", f"Ivo{n}", "M", "1985", "Larma"] for n in range(draw(st.integers(1, 4)))]
    titles = draw(st.lists(some(TITLES), max_size=12))
    body, aside = [], 0
    for one in people:
        body.append(one)
        between = draw(st.lists(some([*BETWEEN, []]), max_size=2))
        body += between
        aside += sum(map(bool, between))
    margin = [""] * draw(st.integers(0, 3))
    return [margin + list(row) if row else [] for row in (*titles, HEADINGS, *body)], len(people), aside


@trying(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=sheets())
def test_what_stands_around_a_list_does_not_change_who_comes_in(found, by, tmp_path, in_this_process):
    rows, people, aside = found
    with transaction.atomic():
        path = write_csv(tmp_path / "list.csv", rows[1:], headings=rows[0])
        job = jobs.begin(columns.PEOPLE, path, path.name, by=by)
        jobs.plan(job)

        assert job.counts[NEW] == people
        assert job.counts.get("aside", 0) == aside
        assert job.rows.count() == people + aside
        jobs.ready(job)
        jobs.write(job)
        assert Person.objects.count() == people
        transaction.set_rollback(True)
    forget()


class TestTwoRowsOfHeadings:
    def found(self, *rows):
        return headings.find(columns.PEOPLE, list(enumerate(map(list, rows), 1)))

    def test_a_row_over_several_columns_is_part_of_their_headings(self, larma):
        found = self.found(("Nom", "Prénom", "Naissance", "", "Sexe"), ("", "", "Date", "Lieu", ""))

        assert (found.first, found.last) == (1, 2)
        assert [t.whole for t in found.titles] == [
            "Nom",
            "Prénom",
            "Naissance › Date",
            "Naissance › Lieu",
            "Sexe",
        ]

    def test_a_title_above_is_none(self, larma):
        found = self.found(("LISTE DU PERSONNEL",), ("Nom", "Prénom", "Sexe"), ("Ostrel", "Ivo", "M"))
        assert (found.first, found.last) == (2, 2)

    def test_a_row_of_a_person_below_is_none(self, larma):
        found = self.found(("Nom", "", "Sexe", ""), ("Ostrel", "Ivo", "M", "Larma"))
        assert (found.first, found.last) == (1, 1)

    @pytest.mark.parametrize(
        ("group", "text", "key", "certainty"),
        [
            ("Naissance", "Lieu", "birth_place", SURE),
            ("Naissance", "Date", "born", SURE),
            ("Naissance", "Le", "born", SURE),
            ("Identité", "Nom", "family_name", SURE),
            ("Personne à prévenir", "Téléphone", "contact_phone", SURE),
            ("Conjoint", "Nom", "family_name", TO_CONFIRM),
            ("Prise de service", "Date", "posting.starts", SURE),
        ],
    )
    def test_both_say_what_a_column_is(self, larma, group, text, key, certainty):
        (found,) = propose(columns.PEOPLE, [Title(text, group)])
        assert (found.key, found.certainty) == (key, certainty)


class TestAsides:
    TITLES = [[heading, ""] for heading in HEADINGS]

    @given(
        st.lists(st.text("abcdeéTOTAL' ", min_size=1, max_size=8).filter(str.strip), min_size=2, max_size=3)
    )
    def test_a_row_that_may_be_somebody_is_never_left_aside(self, names):
        row = [*names, "M"]
        found = dict(zip(("family_name", "given_names", "sex"), row, strict=False))
        assert asides.why(row, found, self.TITLES) in ("", asides.HEADINGS)
        assert asides.why(row, found, self.TITLES) == "" or all(fold(c) in map(fold, HEADINGS) for c in row)

    @pytest.mark.parametrize("family", ["Total", "Vu", "Source", "Effectif", "Le Chef"])
    def test_a_family_may_be_called_as_a_total_is(self, family):
        row = [family, "Ivo", "M", "1985"]
        assert asides.why(row, {"family_name": family}, self.TITLES) == ""


class TestDays:
    @given(st.dates(min_value=PartialDate(1900).first(), max_value=PartialDate(2029).last()))
    def test_a_day_is_the_same_in_every_style(self, day):
        months = (
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
            "décembre",
        )  # fmt: skip
        serial = (day - cells.EXCEL_ZERO).days
        styles = [
            f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d} 00:00",
            f"{day:%Y-%m-%d}T10:30:00", f"{day.day} {months[day.month - 1]} {day.year}", f"{day:%Y%m%d}",
            f" {day:%d/%m/%Y} ",
        ]  # fmt: skip
        if serial >= 10_000:
            styles += [str(serial), f"{serial}.5", f"{serial},0"]
        assert {cells.day(style) for style in styles} == {PartialDate.on(day)}

    @given(st.integers(1900, 2029))
    def test_a_year_is_the_same_in_every_style(self, year):
        styles = (
            f"{year}", f"{year}.0", f"00/00/{year}", f"xx/xx/{year}", f"XX-XX-{year}", f"??/??/{year}", f"../../{year}",
            f"--/--/{year}", f"jj/mm/{year}", f"vers {year}", f"né en {year}",
        )  # fmt: skip
        assert {cells.day(style) for style in styles} == {PartialDate(year)}

    def test_a_month_is_known_without_its_day(self):
        assert {cells.day(c) for c in ("00/03/1985", "xx/03/1985", "03/1985", "mars 1985")} == {
            PartialDate(1985, 3)
        }

    def test_the_month_first_is_asked_about_not_guessed(self):
        with pytest.raises(BadCell, match=r"no month 13.*If it is 13/12/2024"):
            cells.day("12/13/2024")

    @given(st.text(max_size=20))
    def test_any_text_is_a_day_or_a_sentence(self, text):
        try:
            assert isinstance(cells.day(text), PartialDate)
        except BadCell as bad:
            assert str(bad)


class TestNames:
    words = st.text("abcdefgéï", min_size=2, max_size=7).map(str.capitalize)

    @given(words, st.lists(words, min_size=1, max_size=3))
    def test_they_are_told_apart_by_capitals_a_comma_or_their_order(self, family, given_):
        given_names = " ".join(given_)
        told = (family.upper(), given_names)
        assert cells.names(f"{family.upper()} {given_names}") == told
        assert cells.names(f"{given_names} {family.upper()}", given_first=True) == told
        assert cells.names(f"{family}, {given_names}") == (family, given_names)
        assert cells.names(f"{family} {given_names}") == (family, given_names)
        assert cells.names(f"{given_names} {family}", given_first=True) == (family, given_names)

    @pytest.mark.parametrize(
        ("cell", "told"),
        [
            ("Dr KEÏTA Awa", ("Dr", "KEÏTA Awa")),
            ("Pr. Traoré", ("Pr.", "Traoré")),
            ("M.DIARRA Issa", ("M.", "DIARRA Issa")),
            ("Mme Dr Koné", ("Mme Dr", "Koné")),
            ("docteur Sow", ("docteur", "Sow")),
            ("M Bah", ("", "M Bah")),
            ("Drissa Koné", ("", "Drissa Koné")),
            ("Mmadi Bah", ("", "Mmadi Bah")),
            ("Dr", ("", "Dr")),
            ("Pr 12", ("", "Pr 12")),
        ],
    )
    def test_a_title_is_no_part_of_a_name(self, cell, told):
        assert cells.titled(cell) == told

    @given(words)
    def test_a_name_without_a_title_is_a_name(self, word):
        assert cells.titled(word) == ("", word)
        assert cells.family(f"Dr {word}") == word

    def test_an_initial_is_no_family_name(self):
        assert cells.names("Koné B.") == ("Koné", "B.")


def test_a_line_is_counted_through_all_sheets(larma):
    from baarada.interop.models import ImportJob

    job = ImportJob(sheets=[{"name": "A", "before": 0, "why": ""}, {"name": "B", "before": 10, "why": ""}])
    assert [(layout.place_in(job, n).sheet, layout.place_in(job, n).row) for n in (1, 10, 11)] == [
        ("A", 1), ("A", 10), ("B", 1),
    ]  # fmt: skip
