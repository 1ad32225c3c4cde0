"""Search keys: kept in step with records, inside the transaction that changes them."""

from baarada.journal.applying import Changed


def follow(changed: Changed) -> None:
    """Bring the search keys of changed records up to date."""
    del changed
