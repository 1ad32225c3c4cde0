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
