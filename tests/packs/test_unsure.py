"""Every row whose quality is not *sourced* is listed, so that a review sees a new one."""

from tests.packs import unsure


def test_every_row_without_a_public_source_is_listed(pack):
    """After a new release: ``python -m tests.packs.unsure``, and read what changed."""
    kept = unsure.golden(pack).read_text(encoding="utf-8").splitlines()

    assert list(unsure.lines(pack)) == kept


def test_an_invented_country_has_no_source(demo):
    """Nothing of it may pass for a fact."""
    assert sum(len(rows) for rows in demo.tables.values()) == len(list(unsure.lines(demo)))


def test_what_is_not_sourced_in_a_norm_says_that_it_illustrates(pack):
    norms = [row for row in pack.tables["lists"] if row["list"] == "norm"]

    assert norms
    assert all(row["note"].startswith("Illustratif") for row in norms if row["quality"] != "sourced")
