"""``baarada import``: what it says, and what it leaves behind."""

import pytest
from django.core.management import CommandError, call_command

from baarada.interop.models import ImportJob
from baarada.registry.models import Person
from tests.interop.conftest import person, write_csv
from tests.interop.test_births import births


@pytest.fixture
def run(larma, tmp_path, capsys):
    """Run it on some rows; what it said."""

    def run(rows, *options, **more):
        path = rows if not isinstance(rows, list) else write_csv(tmp_path / "list.csv", rows, **more)
        call_command("import", "people", str(path), *options)
        return capsys.readouterr()

    return run


def test_it_says_what_became_of_each_row(run, tmp_path):
    run([person(1)])
    report = tmp_path / "outside.xlsx"

    said = run(
        [person(1, phone="612000001"), person(2), person(3, sex="?"), person(1, payroll="")],
        "--report",
        str(report),
    )

    assert "Imported: created: 1, changed: 1, here already: 1, in doubt: 0, refused: 1." in said.out
    assert f"Rows that stay outside: 1, in {report}" in said.out and report.exists()
    assert "To take it back: baarada undo " in said.out


def test_a_dry_run_says_what_would_be_and_leaves_nothing(run):
    said = run([person(1), person(2)], "--dry-run")

    assert "Dry run: created: 2, " in said.out and "take it back" not in said.out
    assert not Person.objects.exists() and not ImportJob.objects.exists()


def test_what_is_here_already_offers_no_way_back(run):
    run([person(1)])

    assert "take it back" not in run([person(1)]).out


def test_it_asks_for_what_it_cannot_know(run):
    said = run(births())
    assert "6 births are on the first or last day" in said.err and "--births year" in said.err
    assert str(Person.objects.order_by("born").first().born) == "1970-12-31"


def test_births_of_which_only_the_year_is_known(run):
    said = run(births(), "--births", "year")

    assert "births are" not in said.err
    assert str(Person.objects.order_by("born").first().born) == "1970"


def test_a_list_without_names_is_not_read_and_not_kept(run):
    with pytest.raises(CommandError, match="Family name"):
        run([["M", "1985"]], headings=("Sexe", "Date de naissance"))
    assert not ImportJob.objects.exists()


def test_no_such_file(run, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        run(tmp_path / "nowhere.csv")
