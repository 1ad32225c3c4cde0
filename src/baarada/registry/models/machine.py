"""Machine tables: worked out from the records, made anew at any time."""

from typing import Any

from django.db import models

from baarada.journal.fields import IdField


class FoldedField(models.TextField):
    """Folded text compared byte by byte, the same on both databases."""

    def db_parameters(self, connection: Any) -> Any:
        found = super().db_parameters(connection)
        found["collation"] = "C" if connection.vendor == "postgresql" else None
        return found


class SearchKey(models.Model):
    """A folded key by which a record is found: a name in either order, a word, a number, a phone."""

    key = FoldedField()
    kind = models.SmallIntegerField()
    type = models.SmallIntegerField()
    target = IdField()

    class Meta:
        db_table = "registry_search_key"
        indexes = [
            # The sort of key first: "mari" must not step over thousands of people to find a place.
            models.Index(fields=["kind", "key", "target"], name="registry_search_key_key"),
            models.Index(fields=["target"], name="registry_search_key_target"),
        ]


class NameWord(models.Model):
    """A word of somebody's name, to resolve misspellings against; words that are gone do no harm."""

    word = FoldedField(primary_key=True)
    sound = FoldedField(db_index=True)

    class Meta:
        db_table = "registry_name_word"


class Outline(models.Model):
    """What lists of people are narrowed, counted and ordered by: how somebody stands over a span of days.

    One row of a person holds on any day from the one on which it was made; what is already known to change later
    (a leave that ends, a transfer decided for next month) has its row already. Codes that are not known are empty.
    """

    person = IdField()
    """The file that gives the name."""
    first = models.IntegerField()
    last = models.IntegerField()
    """The days it holds, both included, as ``yyyymmdd``."""
    sort_key = FoldedField()
    office = IdField(null=True)
    sex = models.TextField()
    born = models.IntegerField()
    state = models.TextField()
    facility = IdField(null=True)
    place_key = FoldedField()
    area = IdField(null=True)
    facility_type = models.TextField()
    sector = models.TextField()
    component = models.TextField()
    cadre = IdField(null=True)
    cadre_key = FoldedField()
    posting_kind = models.TextField()
    since = models.IntegerField()
    worker = models.TextField()
    employer = models.TextField()
    funding = models.TextField()
    position = models.TextField()
    licence = models.TextField()
    missing = models.IntegerField()
    """Which facts the file lacks: a bit for each, see ``outlines.MISSING``."""

    class Meta:
        db_table = "registry_outline"
        indexes = [
            models.Index(fields=["person"], name="registry_outline_person"),
            models.Index(fields=["sort_key", "person"], name="registry_outline_name"),
            models.Index(fields=["office", "sort_key", "person"], name="registry_outline_office"),
            models.Index(fields=["facility", "sort_key", "person"], name="registry_outline_facility"),
            models.Index(fields=["cadre", "sort_key", "person"], name="registry_outline_cadre"),
            models.Index(fields=["place_key", "sort_key", "person"], name="registry_outline_place"),
            models.Index(fields=["cadre_key", "sort_key", "person"], name="registry_outline_cadre_key"),
            models.Index(fields=["since", "sort_key", "person"], name="registry_outline_since"),
            models.Index(fields=["area"], name="registry_outline_area"),
        ]
