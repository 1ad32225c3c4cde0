"""Tables: records that are journalled, and the journal's own.

A journalled record says, in an inner class ``Merge``, how its fields meet when two
people change them apart::

    class Merge:
        number = 26                        # permanent
        numbers = {"person": 1, ...}       # permanent, one for each field
        person = ["facility", ...]         # a person decides
        owner = {"grade": "national"}      # the owner's value shows
        together = [("starts", "ends")]    # merge as one
        file = "person"                    # whose file the record belongs to
        scope = "person.office"            # the office in charge of it

All other fields are of class *latest*.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.apps import apps
from django.db import models

from baarada.journal import schema
from baarada.journal.fields import EntryRanges, Flag, IdField, Number, Text, kind_of
from baarada.journal.schema import FieldSpec, Schema, TypeSpec

NATIONAL_SCOPE = "national"
"""Reference data, readable everywhere: in the scope of the office at the root of the tree."""


class Record(models.Model):
    """A row that only the journal writes."""

    id = IdField(primary_key=True, editable=False)
    created = models.BigIntegerField(editable=False)
    """The entry that made the record."""
    heads = models.BinaryField(null=True, editable=False)
    """For fields changed since: the writes that nothing has replaced."""
    canonical = IdField(null=True, editable=False)
    """Of linked files, the smallest id among those not deleted; kept on every row of a file."""
    deleted = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    class Merge:
        """See the module."""

    Derived: ClassVar[dict[str, Callable[[dict[str, Any]], Any]]] = {}
    """Columns worked out from the fields when a row is written: name to function of the values by name."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Not this way: see ``journal.actions.write``."""
        raise TypeError("A journalled record is written through journal.actions.write.")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Not this way: see ``journal.actions.write``."""
        raise TypeError("A journalled record is marked deleted through journal.actions.write.")


class Link(Record):
    """Two files of one person (or place), taken as one. Reversible: unlinking changes ``active``."""

    of_type = Number()
    one = IdField(null=True)
    other = IdField(null=True)
    active = Flag()

    class Merge:
        number = schema.LINK
        numbers = {"of_type": 1, "one": 2, "other": 3, "active": 4}

    class Meta:
        indexes = [models.Index(fields=["one"]), models.Index(fields=["other"])]


class Erasure(Record):
    """A national decision to remove the content of entries everywhere."""

    entries = EntryRanges()
    reason = Text()

    class Merge:
        number = schema.ERASURE
        numbers = {"entries": 1, "reason": 2}


class Verdict(Record):
    """A national decision that a wrong clock wrote these entries."""

    entries = EntryRanges()
    reason = Text()

    class Merge:
        number = schema.VERDICT
        numbers = {"entries": 1, "reason": 2}


def record_models() -> list[type[Record]]:
    """Every journalled model, by its number."""
    found = [m for m in apps.get_models() if issubclass(m, Record)]
    return sorted(found, key=lambda m: m.Merge.number)  # type: ignore[attr-defined]


def type_spec(model: type[Record]) -> TypeSpec:
    """What the core needs to know of a model.

    Raises:
        ValueError: a field has no number, or two classes.
    """
    merge: Any = model.Merge
    fields: dict[int, FieldSpec] = {}
    for name, number in merge.numbers.items():
        field = model._meta.get_field(name)
        kind = kind_of(field)  # type: ignore[arg-type]
        owner = getattr(merge, "owner", {}).get(name, "")
        cls = schema.PERSON if name in getattr(merge, "person", ()) else schema.LATEST
        target = getattr(field.related_model, "Merge", None) if field.is_relation else None
        fields[number] = FieldSpec(
            number=number,
            name=name,
            kind=kind,
            merge=schema.OWNER if owner else cls,
            owner=owner,
            target=getattr(target, "number", 0),
        )
    _check_complete(model, merge)
    file = getattr(merge, "file", "")
    together = [tuple(merge.numbers[n] for n in group) for group in getattr(merge, "together", ())]
    return TypeSpec(
        number=merge.number,
        name=model.__name__,
        fields=fields,
        together=together,
        file=merge.numbers[file] if file else 0,
    )


_OWN_COLUMNS = {"id", "created", "heads", "canonical", "deleted"}


def _check_complete(model: type[Record], merge: Any) -> None:
    columns = {f.name for f in model._meta.concrete_fields} - _OWN_COLUMNS - model.Derived.keys()
    labels = {f"{n}_label" for n in merge.numbers}
    missing = columns - merge.numbers.keys() - labels
    retired = set(getattr(merge, "retired", {}))
    numbers = [*merge.numbers.values(), *retired]
    if missing or len(set(numbers)) != len(numbers):
        raise ValueError(f"{model.__name__}: fields without a number {sorted(missing)}, or one number twice")


def build_schema() -> Schema:
    """The schema of all installed records."""
    own = {schema.LINK, schema.ERASURE, schema.VERDICT}
    return Schema([type_spec(m) for m in record_models() if m.Merge.number not in own])  # type: ignore[attr-defined]


# -- the journal's own tables ---------------------------------------------------------


class LaneRow(models.Model):
    """One origin's entries for one office."""

    number = models.AutoField(primary_key=True)
    origin = models.TextField()
    office = IdField()
    last = models.BigIntegerField(default=0)
    sealed = models.BigIntegerField(default=0)
    head = models.BinaryField(default=b"")
    stamp = models.BigIntegerField(default=0)
    frozen = models.BooleanField(default=False)

    class Meta:
        db_table = "journal_lane"
        constraints = [models.UniqueConstraint(fields=["origin", "office"], name="journal_lane_key")]


class EntryRow(models.Model):
    """One entry: its canonical bytes, and what they are looked up by."""

    ref = models.BigIntegerField(primary_key=True)
    type = models.IntegerField()
    entity = IdField(db_index=True)
    act = IdField(db_index=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "journal_entry"


class BatchRow(models.Model):
    """A sealed batch: header, signature, and the secrets behind its leaves. Its entries are in ``EntryRow``."""

    lane = models.IntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    header = models.BinaryField()
    signature = models.BinaryField()
    key = models.BinaryField(null=True)
    partial = models.BinaryField(null=True)
    """For an excerpt: the salts of shown leaves and the hashes of hidden subtrees."""

    class Meta:
        db_table = "journal_batch"
        constraints = [models.UniqueConstraint(fields=["lane", "first"], name="journal_batch_place")]


class ActRow(models.Model):
    """An act, for lists: what it was, who did it, how much it wrote."""

    act = IdField(primary_key=True)
    first = models.BigIntegerField()
    kind = models.TextField()
    account = IdField()
    name = models.TextField()
    office = IdField()
    stamp = models.BigIntegerField(db_index=True)
    count = models.IntegerField()
    about = IdField(null=True, db_index=True)

    class Meta:
        db_table = "journal_act"
        indexes = [
            models.Index(fields=["kind", "stamp"], name="journal_act_kind"),
            models.Index(fields=["account", "stamp"], name="journal_act_account"),
        ]


class ConflictRow(models.Model):
    """Several values for one unit of fields of a record."""

    type = models.IntegerField()
    entity = IdField()
    unit = models.IntegerField()
    merge = models.TextField()
    heads = models.BinaryField()
    shown = models.BigIntegerField()
    file = IdField()
    """The file it concerns, by its canonical id."""
    stamp = models.BigIntegerField()
    """The latest of the writes that disagree."""

    class Meta:
        db_table = "journal_conflict"
        indexes = [
            models.Index(fields=["type", "entity"], name="journal_conflict_record"),
            models.Index(fields=["merge", "stamp"], name="journal_conflict_queue"),
            models.Index(fields=["file"], name="journal_conflict_file"),
        ]


class WaitRow(models.Model):
    """An entry that waits for a record, or for a newer version of the program."""

    ref = models.BigIntegerField(db_index=True)
    type = models.IntegerField()
    entity = IdField()

    class Meta:
        db_table = "journal_wait"
        indexes = [models.Index(fields=["type", "entity"], name="journal_wait_need")]


class NamedRow(models.Model):
    """A base that a write names but that is not shown here yet."""

    type = models.IntegerField()
    entity = IdField()
    unit = models.IntegerField()
    ref = models.BigIntegerField()

    class Meta:
        db_table = "journal_named"
        indexes = [models.Index(fields=["type", "entity"], name="journal_named_record")]


class QuarantineRow(models.Model):
    """Something refused, with its reason: a batch's bytes, or an entry held that changes nothing."""

    reason = models.TextField()
    detail = models.TextField()
    data = models.BinaryField()
    ref = models.BigIntegerField()
    seen = models.DateTimeField()

    class Meta:
        db_table = "journal_quarantine"


class EarlyRow(models.Model):
    """A batch that came before its predecessors."""

    lane = models.IntegerField()
    first = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "journal_early"
        indexes = [models.Index(fields=["lane", "first"], name="journal_early_place")]


class RangeRow(models.Model):
    """Entries erased, or doubted by a verdict."""

    kind = models.TextField()
    lane = models.IntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        db_table = "journal_range"


class OriginRow(models.Model):
    """The public key of an origin."""

    origin = models.TextField(primary_key=True)
    public = models.BinaryField()

    class Meta:
        db_table = "journal_origin"


class CutRow(models.Model):
    """Where every lane ended when a day ended, signed."""

    day = models.IntegerField(primary_key=True)
    positions = models.BinaryField()
    public = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        db_table = "journal_cut"


class NodeRow(models.Model):
    """This node: who it is. One row."""

    node = IdField()
    incarnation = models.IntegerField(default=1)
    office = IdField()
    root = IdField()
    """The office at the root of the tree, in whose scope reference data lies."""
    schema = models.IntegerField(default=schema.number_now)
    confirmed_ms = models.BigIntegerField(null=True)
    """When a person last said that this machine's clock is right."""

    class Meta:
        db_table = "journal_node"
