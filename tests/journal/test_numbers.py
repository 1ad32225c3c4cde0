"""A number means for ever what it meant when it was first written."""

from tests.journal import numbers


def test_no_number_has_changed_its_meaning():
    now, kept = numbers.now(), numbers.kept()
    for type_, fields in kept.items():
        for number, meaning in fields.items():
            assert now.get(type_, {}).get(number, meaning) == meaning, f"type {type_} field {number}"


def test_every_number_is_written_down():
    """After a new field: python -m tests.journal.numbers"""
    now, kept = numbers.now(), numbers.kept()
    assert {(t, n) for t, fields in now.items() for n in fields} <= {
        (t, n) for t, fields in kept.items() for n in fields
    }
