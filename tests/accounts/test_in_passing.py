"""What is noted in passing need not outlive a power failure; all that is written after it does."""

import pytest
from django.db import OperationalError, connection

from baarada.accounts import kept
from tests.emptying import committed


@pytest.fixture
def db(django_db_setup, django_db_blocker):
    """Here: without a transaction around the test, in which nobody changes how durable a connection is."""
    with django_db_blocker.unblock(), committed():
        yield


def setting(pragma, name):
    """How a connection is set now."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}" if connection.vendor == "sqlite" else f"SHOW {name}")
        return str(cursor.fetchone()[0])


def durable():
    return setting("synchronous", "synchronous_commit") in ("2", "on")


def test_only_what_is_written_inside_waits_for_no_disk(db):
    assert durable()
    patience = setting("busy_timeout", "lock_timeout")
    with kept._in_passing():
        assert not durable()
    assert durable()
    assert setting("busy_timeout", "lock_timeout") == patience


def test_it_is_durable_again_where_nothing_could_be_written(db):
    with pytest.raises(OperationalError), kept._in_passing():
        raise OperationalError("database is locked")
    assert durable()


def test_without_wal_it_is_as_durable_as_ever(db, monkeypatch):
    monkeypatch.setattr(kept, "wal_is_safe", lambda: False)
    with kept._in_passing():
        assert durable() or connection.vendor == "postgresql"


def test_within_a_transaction_nothing_is_changed(django_db_blocker, transaction_around):
    with kept._in_passing():
        assert durable()


@pytest.fixture
def transaction_around(db):
    from django.db import transaction

    with transaction.atomic():
        yield
