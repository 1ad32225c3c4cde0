"""What a database knows of its tables when it plans how to answer."""

from django.db import connection

MANY = 1_000
"""From so many rows written at once, what was known is not true any more."""


def refresh() -> None:
    """Have PostgreSQL look at its tables anew, after much was written at once.

    It would by itself, minutes later, unless its keeper has switched that off. Until then it takes the tables for
    small, and reads and sorts them whole where an index gives the rows in order. SQLite plans by its indexes alone.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
