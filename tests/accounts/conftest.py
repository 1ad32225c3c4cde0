"""Sentences are looked for in English."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The French of each sentence is looked at where translations are."""
    with translation.override("en"):
        yield
