"""Nodes that meet this one."""

import pytest

from baarada.journal import runtime
from tests.journal.nodes import Other


@pytest.fixture
def engine(country):
    """This node's engine, over the database under test."""
    return runtime.engine()


@pytest.fixture
def elsewhere(country) -> Other:
    """A district that this node knows."""
    return Other("elsewhere")


@pytest.fixture
def capital(country) -> Other:
    """A national node that this node knows."""
    return Other("capital", kind="national")
