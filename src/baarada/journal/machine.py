"""The one list of tables that are not journalled: what belongs to this machine, and why.

Whatever is not here is a :class:`~baarada.journal.models.Record`. What is here is not carried to other nodes,
has no history, and is lost or made anew where a register is drawn again from its journal.
"""

from django.apps import apps
from django.db import models

from baarada.journal.models import Record

MACHINE_TABLES = {
    "journal.LaneRow": "the journal itself: where each lane ends",
    "journal.EntryRow": "the journal itself: the entries",
    "journal.BatchRow": "the journal itself: headers, signatures and salts of sealed batches",
    "journal.ActRow": "worked out from the entries, for lists of acts",
    "journal.ConflictRow": "worked out from the entries, for the queue of decisions",
    "journal.WaitRow": "worked out from the entries: what waits, and for what",
    "journal.NamedRow": "worked out from the entries: bases that have not come yet",
    "journal.QuarantineRow": "the log of what arrived here and was refused",
    "journal.EarlyRow": "what arrived here before its turn",
    "journal.RangeRow": "worked out from the entries: what was erased, what a wrong clock wrote",
    "journal.OriginRow": "the keys of origins known here",
    "journal.CutRow": "where this node stood when each day ended, signed by itself",
    "journal.NodeRow": "which node this is",
    "registry.SearchKey": "worked out from the records, for the search box",
    "registry.NameWord": "worked out from the records, for misspelt names",
    "registry.Outline": "worked out from the records, for lists of people",
    "accounts.SignIn": "passwords and second factors: they belong to one machine",
    "accounts.SavedView": "lists that people keep at hand on this machine: addresses, no facts",
    "accounts.OpenedFile": "the files that each account opened last on this machine",
    "accounts.NumberList": "numbers pasted on this machine, to look their bearers up",
    "accounts.NumberListPerson": "whom the pasted numbers found, until the list is dropped",
    "interop.ImportJob": "the state of an import on this machine; what it wrote are entries",
    "interop.ImportRow": "the rows of a file being imported, until they are entries",
    "interop.ExportJob": "the state of an export on this machine",
    "interop.LearnedHeading": "what this machine remembers of the headings of its lists",
    "interop.LearnedValue": "what this machine remembers of the words that a sender of lists uses",
    "sessions.Session": "who is signed in at this machine",
    "django_tasks_database.DBTaskResult": "the queue of work of this machine; restarted from the journal",
    "contenttypes.ContentType": "Django's own list of models",
    "auth.Permission": "not used; comes with Django's sign-in",
    "auth.Group": "not used; comes with Django's sign-in",
    "auth.Group_permissions": "not used; comes with Django's sign-in",
}
"""By the model's label: why its rows are no entries."""


def unlisted() -> list[type[models.Model]]:
    """The installed models that are neither journalled nor in the list."""
    found = apps.get_models(include_auto_created=True)
    return [m for m in found if not issubclass(m, Record) and m._meta.label not in MACHINE_TABLES]
