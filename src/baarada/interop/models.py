"""Machine tables of imports: the work under way. What an import writes goes through the journal."""

from typing import Any

from django.db import models

from baarada.journal.fields import IdField

UPLOADED, READ, PLANNING, PLANNED, IMPORTING, STOPPED, DONE, UNDOING, UNDONE, FAILED = (
    "uploaded", "read", "planning", "planned", "importing", "stopped", "done", "undoing", "undone", "failed",
)  # fmt: skip
"""States of an import."""

NEW, CHANGE, SAME, DOUBT, REFUSED = "new", "change", "same", "doubt", "refused"
"""What a row would do."""


class ImportJob(models.Model):
    """One file brought in: from upload to undo."""

    id = IdField(primary_key=True)
    kind = models.TextField()
    file_name = models.TextField()
    digest = models.TextField()
    account = IdField()
    writer: Any = models.JSONField()
    """The actor: name, office and its kind."""
    begun = models.DateTimeField()
    state = models.TextField(default=UPLOADED, db_index=True)
    sheet = models.TextField(default="")
    heading_row = models.IntegerField(default=0)
    mapping: Any = models.JSONField(default=list)
    """For each column of the file: heading, key, certainty."""
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
    """A heading matched by hand once: next time it is known."""

    kind = models.TextField()
    heading = models.TextField()
    key = models.TextField()

    class Meta:
        db_table = "interop_learned_heading"
        constraints = [
            models.UniqueConstraint(fields=["kind", "heading"], name="interop_learned_heading_key")
        ]
