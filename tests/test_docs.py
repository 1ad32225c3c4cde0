"""Pages for makers: their links lead somewhere, and no decision is left out of the index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src" / "baarada").glob("*/README.md")]
)
DECISIONS = ROOT / "docs" / "decisions"


def name(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / link).exists(), link


def test_every_decision_is_in_the_index_under_its_own_title():
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for page in DECISIONS.glob("0*.md"):
        title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({page.name})" in index


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("0*.md")), ids=name)
def test_a_decision_has_its_context_and_its_consequences(page):
    lines = page.read_text(encoding="utf-8").splitlines()

    assert int(page.name[:4]) == int(lines[0].removeprefix("# ").split(".")[0])
    assert [line for line in lines if line.startswith("## ")] == [
        "## Context",
        "## Decision",
        "## Consequences",
    ]
    assert len(lines) <= 40
