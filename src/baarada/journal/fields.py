"""Django fields that hold what the journal keeps. No constraint beyond the key: rules live elsewhere."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from baarada.journal import values
from baarada.kernel.days import BadDate, PartialDate


class IdField(models.Field):
    """Sixteen bytes: ``blob`` on SQLite, ``uuid`` on PostgreSQL; a ``UUID`` in Python."""

    description = "id of a record"

    def db_type(self, connection: Any) -> str:
        return "uuid" if connection.vendor == "postgresql" else "blob"

    def rel_db_type(self, connection: Any) -> str:
        return self.db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> UUID | None:
        """From the column of either database."""
        return UUID(bytes=bytes(value)) if isinstance(value, bytes | memoryview) else value

    def to_python(self, value: Any) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        try:
            return UUID(bytes=value) if isinstance(value, bytes) else UUID(str(value))
        except ValueError:
            raise ValidationError("not an id", code="invalid") from None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        found = self.to_python(value)
        if found is None or connection.vendor == "postgresql":
            return found
        return found.bytes

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(value)


class Text(models.TextField):
    """Text without a length: how long it may be is a rule, spoken at entry."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True} | kwargs))


class Number(models.BigIntegerField):
    """A whole number: francs, ten-thousandths of a post, micro-degrees."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True} | kwargs))


class Flag(models.BooleanField):
    """Yes, no, or not known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True} | kwargs))


class Day(models.IntegerField):
    """A day, a month or a year, kept as yyyymmdd with zeros; a ``PartialDate`` in Python."""

    description = "day with a precision"
    if TYPE_CHECKING:
        _pyi_private_get_type: Any
        _pyi_private_set_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True} | kwargs))

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> PartialDate | None:
        """From the whole number that is kept."""
        return None if value is None else PartialDate.of(value)

    def to_python(self, value: Any) -> PartialDate | None:
        if value is None or isinstance(value, PartialDate):
            return value
        try:
            return PartialDate.of(int(value))
        except (BadDate, ValueError):
            raise ValidationError("not a day", code="invalid") from None

    def get_prep_value(self, value: Any) -> int | None:
        return value.number if isinstance(value, PartialDate) else value


class Texts(models.TextField):
    """A few short texts, one a line; a list in Python."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True} | kwargs))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> list[str]:
        """From the lines that are kept."""
        return value.split("\n") if value else []

    def to_python(self, value: Any) -> list[str]:
        return value.split("\n") if isinstance(value, str) else list(value or [])

    def get_prep_value(self, value: Any) -> str | None:
        return value if isinstance(value, str) else "\n".join(value) if value else None


class EntryRanges(models.BinaryField):
    """Entries named one range after another (for an erasure, a verdict)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "blank": True} | kwargs))


class _Reference(models.ForeignKey):
    """A reference to another record; the database never checks it, as it may not be here yet."""

    def __init__(self, to: Any, **kwargs: Any) -> None:
        kwargs.setdefault("on_delete", models.DO_NOTHING)
        kwargs.setdefault("related_name", "+")
        kwargs |= {"db_constraint": False}
        super().__init__(to, **({"null": True, "blank": True, "db_index": False} | kwargs))


class Inside(_Reference):
    """A reference the record cannot do without: an entry waits until its target is here."""


class Outside(_Reference):
    """A reference that never waits: it carries the label that its writer saw, in a field of its own."""

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, private_only, **kwargs)
        if not cls._meta.abstract and not hasattr(cls, f"{name}_label"):
            models.TextField(null=True, blank=True).contribute_to_class(cls, f"{name}_label")


KINDS: list[tuple[type[models.Field], str]] = [
    (Inside, values.INSIDE),
    (Outside, values.OUTSIDE),
    (Day, values.DAY),
    (Flag, values.FLAG),
    (Texts, values.TEXTS),
    (EntryRanges, values.ENTRIES),
    (Text, values.TEXT),
    (Number, values.NUMBER),
    (IdField, values.ID),
]


def kind_of(field: models.Field) -> str:
    """What the journal keeps in a Django field.

    Raises:
        TypeError: the journal keeps nothing of this sort.
    """
    for cls, kind in KINDS:
        if isinstance(field, cls):
            return kind
    raise TypeError(f"{field}: use a field of journal.fields")
