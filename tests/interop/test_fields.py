"""The table of the fields that the world asks for: each has its record, its page, its column in and out."""

import pytest
from django.urls import get_resolver

from baarada.interop.tables import columns, exporting
from baarada.journal import runtime
from tests.reference.fields import CHW, WHO

PLACED = [*WHO, *CHW]
NAMES = {spec.name: spec for spec in runtime.schema().types.values()}


def _pages():
    found = set()

    def walk(resolver):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern)
            else:
                found.add(pattern.name)

    walk(get_resolver())
    return found


@pytest.mark.parametrize("one", PLACED, ids=lambda one: f"{one.group} {one.name}")
def test_a_field_is_kept_shown_read_and_written(larma, one):
    record, _dot, name = one.kept.partition(".")
    assert name in NAMES[record].by_name or name in ("id", "created")
    assert one.page in _pages()
    if one.column:
        kind, _space, key = one.column.partition(" ")
        keys = [c.key for c in columns.columns(kind)]
        assert any(k.startswith(key[:-1]) for k in keys) if key.endswith("*") else key in keys
        assert kind in exporting.ROWS


@pytest.mark.parametrize(
    "one", [one for one in PLACED if one.column], ids=lambda one: f"{one.group} {one.name}"
)
def test_its_column_stands_in_the_empty_list_to_fill_in(larma, one):
    kind, _space, key = one.column.partition(" ")
    known = {
        c.key: c
        for c in columns.columns(kind)
        if c.key == key or (key.endswith("*") and c.key.startswith(key[:-1]))
    }
    assert known
    assert all(columns.takes(kind, c) for k, c in known.items() if k not in (columns.ID, columns.SEEN))


def test_what_has_no_column():
    """Files go by themselves; who wrote what stands in the journal."""
    assert {one.kept for one in PLACED if not one.column} == {"Person.created", "Person.photo"}
