"""Machine tables of imports: the work under way. What an import writes goes through the journal."""

from typing import Any
from uuid import UUID

from django.db import models

from baarada.journal.fields import IdField

UPLOADED, READ, PLANNING, PLANNED, IMPORTING, STOPPED, DONE, UNDOING, UNDONE, FAILED = (
    "uploaded", "read", "planning", "planned", "importing", "stopped", "done", "undoing", "undone", "failed",
)  # fmt: skip
"""States of an import."""

NEW, CHANGE, SAME, DOUBT, REFUSED = "new", "change", "same", "doubt", "refused"
"""What a row would do."""
ASIDE = "aside"
"""Of a row that says nothing of anybody: a total, headings once more."""
NOBODY = UUID(int=0)
"""In place of a sender that nobody named."""


class ImportJob(models.Model):
    """One file brought in: from upload to undo."""

    id = IdField(primary_key=True)
    kind = models.TextField()
    file_name = models.TextField()
    digest = models.TextField()
    account = IdField()
    writer: Any = models.JSONField()
    """The actor: name, office and its kind."""
    sender = IdField(default=NOBODY)
    """The office that the file is from: what is remembered of its lists is remembered of this office."""
    begun = models.DateTimeField()
    state = models.TextField(default=UPLOADED, db_index=True)
    sheets: Any = models.JSONField(default=list)
    """For each sheet of the file: its name, where its headings stand, whether it is read, and if not, why."""
    mapping: Any = models.JSONField(default=list)
    """For each column of the file: heading, key, certainty, and in which sheets it stands where."""
    options: Any = models.JSONField(default=dict)
    """What a person decided for the whole file, by name."""
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    counts: Any = models.JSONField(default=dict)
    act = IdField(null=True)
    undo_act = IdField(null=True)
    left: Any = models.JSONField(default=list)
    """After an undo: what stayed because others built on it."""
    stop = models.BooleanField(default=False)
    message = models.TextField(default="")
    finished = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_import_job"


class ImportRow(models.Model):
    """One row of a file, and what it would do."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows")
    line = models.IntegerField()
    cells: Any = models.JSONField()
    status = models.TextField()
    problems: Any = models.JSONField(default=list)
    """Column key, what was written, the sentence."""
    target = IdField(null=True)
    seen = models.TextField(default="")
    candidates: Any = models.JSONField(default=list)
    changes = models.IntegerField(default=0)
    title = models.TextField(default="")
    answered = models.BooleanField(default=False)
    written = models.BooleanField(default=False)

    class Meta:
        db_table = "interop_import_row"
        indexes = [models.Index(fields=["job", "status", "line"], name="interop_import_row_status")]
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="interop_import_row_line")]


WAITING, WRITING = "waiting", "writing"
"""States of an export, besides stopped, done and failed."""


class ExportJob(models.Model):
    """One long list written out by the worker, kept for some days."""

    id = IdField(primary_key=True)
    kind = models.TextField()
    """The sort of selection."""
    query: Any = models.JSONField()
    """What narrows it."""
    form = models.TextField()
    title = models.TextField()
    account = IdField(db_index=True)
    writer: Any = models.JSONField()
    """The actor: name, office and its kind."""
    begun = models.DateTimeField()
    state = models.TextField(default=WAITING, db_index=True)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    stop = models.BooleanField(default=False)
    message = models.TextField(default="")
    finished = models.DateTimeField(null=True)

    class Meta:
        db_table = "interop_export_job"


class LearnedHeading(models.Model):
    """A heading of a sender that was matched by hand once: next time it is known."""

    kind = models.TextField()
    sender = IdField(default=NOBODY)
    heading = models.TextField()
    key = models.TextField()

    class Meta:
        db_table = "interop_learned_heading"
        constraints = [
            models.UniqueConstraint(fields=["kind", "heading", "sender"], name="interop_learned_heading_key")
        ]


class LearnedValue(models.Model):
    """What a sender means by a word that no list knows: said by hand once, known the next time."""

    sender = IdField()
    what = models.TextField()
    """What the word names: ``cadre``, ``facility``, ``office``, ``area``, ``sex`` or a list of choices."""
    written = models.TextField()
    """The word, folded."""
    text = models.TextField()
    """The word as it was written."""
    choice = models.TextField()
    """A code or the id of a record; empty where the cell is to be left out."""
    said = models.DateTimeField()

    class Meta:
        db_table = "interop_learned_value"
        constraints = [
            models.UniqueConstraint(fields=["sender", "what", "written"], name="interop_learned_value_key")
        ]
