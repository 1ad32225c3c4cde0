"""Addresses that no page makes: what cannot be a value is left out, on either database."""

import pytest
from django.urls import reverse

NUL = "%00"
LONG = "9" * 40
SOMEBODY = "01a1f7a6-1090-7601-be2e-aa716665613e"


@pytest.fixture
def amina(country, browser_of):
    return browser_of("amina", country.kadiolo)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("people", f"sex={NUL}"), ("people", f"worker=a{NUL}b&sort={NUL}&col={NUL}&list={NUL}"),
        ("people", f"q={NUL}"), ("search", f"q=a{NUL}b"), ("search", f"q=traore&sex={NUL}"),
        ("people", f"group={NUL}&type={NUL}&state={NUL}&licence={NUL}"),
        ("absences", f"kind={NUL}&state={NUL}&from={NUL}"), ("absences", f"after={LONG}|{SOMEBODY}"),
        ("absences", f"facility={NUL}&area={NUL}&office={NUL}"), ("absences", f"from=01/01/{LONG}"),
        ("populations", f"after={LONG}|{SOMEBODY}"), ("populations", f"from={LONG}"), ("all-posts", f"cadre={NUL}"),
        ("all-posts", f"after={LONG}|{SOMEBODY}"), ("all-posts", f"type={NUL}&name={NUL}&q={NUL}"),
        ("texts", f"q={NUL}&kind={NUL}"), ("texts", f"after={NUL}"), ("people", f"after={NUL}"),
        ("texts", f"after=a{NUL}|{SOMEBODY}"),
        ("people", f"after=a{NUL}|{SOMEBODY}"), ("people", f"sort=place&after=a{NUL}|b|{SOMEBODY}"),
        ("people", f"sort=since&after={LONG}|b|{SOMEBODY}"), ("figure-people", f"after=a{NUL}|{SOMEBODY}"),
        ("all-posts", f"kind={NUL}"),
        ("keep-view", f"q={NUL}&sex=F"), ("columns", f"col={NUL}"), ("import-remembered", f"apres={LONG}"),
        ("import-remembered", f"apres={NUL}"), ("scans", f"f={NUL}&page={LONG}"), ("home", f"x={NUL}"),
    ],
)  # fmt: skip
def test_they_open_or_are_not_there(amina, name, query):
    assert amina.get(f"{reverse(f'web:{name}')}?{query}").status_code in (200, 302, 404)
