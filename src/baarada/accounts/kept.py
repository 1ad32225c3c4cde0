"""What an account keeps at hand on this machine: views of the list of people, files opened last, numbers pasted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baarada.accounts.models import NumberList, NumberListPerson, OpenedFile, SavedView
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.errors import Refused
from baarada.kernel.ids import as_uuid
from baarada.kernel.pieces import in_pieces
from baarada.kernel.text import fold, tidy
from baarada.registry import numbers
from baarada.registry.models import Person
from baarada.sqlite import wal_is_safe

MOST_VIEWS, LONGEST_NAME, LONGEST_QUERY = 50, 60, 4_000
MOST_OPENED = 10
MOST_LISTS = 20
PATIENCE_MS = 50
"""So long it is waited to note what was opened: reading never waits for an import."""


# -- views -------------------------------------------------------------------------------------


def views(*, seen_by: Actor) -> QuerySet[SavedView]:
    """The views of an account, and those that its office shares; by name."""
    own = Q(account=as_uuid(seen_by.account)) | Q(office=as_uuid(seen_by.office), shared=True)
    return SavedView.objects.filter(own).order_by("name", "pk")


def keep_view(name: str, query: str, *, shared: bool, by: Actor) -> SavedView:
    """Keep a list of people under a name.

    Raises:
        Refused: the name is missing, too long or taken, or there are too many views.
    """
    own = SavedView.objects.filter(account=as_uuid(by.account))
    if own.count() >= MOST_VIEWS:
        raise Refused(_("You keep %(n)s views already. Delete one first.") % {"n": MOST_VIEWS})
    if not query or len(query) > LONGEST_QUERY:
        raise Refused(_("Nothing narrows this list: there is no view to keep. Set a filter first."))
    return SavedView.objects.create(
        account=as_uuid(by.account), office=as_uuid(by.office), name=_view_name(name, by), query=query,
        shared=shared, made=runtime.now(),
    )  # fmt: skip


def revise_view(view: SavedView, name: str, *, shared: bool, by: Actor) -> None:
    """Give a view another name, share it or keep it for oneself.

    Raises:
        Refused: it is somebody else's, or the name will not do.
    """
    _own(view, by)
    view.name, view.shared = _view_name(name, by, but=view), shared
    view.save(update_fields=["name", "shared"])


def drop_view(view: SavedView, *, by: Actor) -> None:
    """Forget a view.

    Raises:
        Refused: it is somebody else's.
    """
    _own(view, by)
    view.delete()


def _own(view: SavedView, by: Actor) -> None:
    if view.account != as_uuid(by.account):
        raise Refused(_("This view is a colleague's. Ask them, or keep one of your own."))


def _view_name(text: str, by: Actor, but: SavedView | None = None) -> str:
    name = tidy(text).replace("\n", " ")
    if not fold(name):
        raise Refused(_("Write the name of the view."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name of a view has at most %(n)s letters.") % {"n": LONGEST_NAME})
    others = SavedView.objects.filter(account=as_uuid(by.account)).exclude(pk=but.pk if but else None)
    if fold(name) in map(fold, others.values_list("name", flat=True)):
        raise Refused(_("You keep a view named %(name)s already. Choose another name.") % {"name": name})
    return name


# -- files opened last ---------------------------------------------------------------------------


def note_opened(person: UUID, *, by: Actor) -> None:
    """Note that somebody's file was opened. Where the database is busy with something longer, it is not noted.

    Nothing is written where this file is the one that was opened last.
    """
    rows = _opened_by(by)
    if next(iter(rows), None) == person:
        return
    # One statement: a file that is there comes first again, a new one takes the place of the oldest.
    full = len(rows) >= MOST_OPENED
    place = rows[person] if person in rows else list(rows.values())[-1] if full else None
    try:
        with _in_passing():
            if place is None:
                OpenedFile.objects.create(account=as_uuid(by.account), person=person, at=runtime.now())
            else:
                OpenedFile.objects.filter(pk=place).update(person=person, at=runtime.now())
    except (OperationalError, IntegrityError):
        return


def _opened_by(by: Actor) -> dict[UUID, int]:
    """The files that somebody opened, the latest first, with their rows.

    In plain words, as every file asks it: Django would take longer to put the question than the database to answer.
    """
    id_ = OpenedFile._meta.get_field("account")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person, id FROM accounts_opened_file WHERE account = %s ORDER BY at DESC",
            [id_.get_db_prep_value(as_uuid(by.account), connection)],
        )
        return {id_.from_db_value(person, None, connection): pk for person, pk in cursor.fetchall()}


@contextmanager
def _in_passing() -> Iterator[None]:
    """Statements in here wait for nobody, and nobody waits for the disk: a power failure may lose what they write.

    Nothing else can be lost with it, nor be harmed: what is written outside still reaches the disk first.
    """
    eager = _settings(f"busy_timeout={PATIENCE_MS}", "synchronous=NORMAL", "synchronous_commit=off")
    patience = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    usual = _settings(f"busy_timeout={patience}", "synchronous=FULL", "synchronous_commit=DEFAULT")
    with connection.cursor() as cursor:
        for statement in eager:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in usual:
                cursor.execute(statement)


def _settings(busy: str, durable: str, postgres: str) -> list[str]:
    """The statements that set a connection; how durable it is cannot be changed within a transaction."""
    alone = not connection.in_atomic_block
    if connection.vendor == "sqlite":
        # Without WAL a database that is not written out in order may be harmed.
        return [f"PRAGMA {busy}", *([f"PRAGMA {durable}"] if alone and wal_is_safe() else [])]
    return [f"SET {postgres}"] if alone else []


def opened(*, seen_by: Actor) -> list[UUID]:
    """The files that an account opened last, the latest first, under the names they go by now."""
    seen_by.require("person.see")
    rows = OpenedFile.objects.filter(account=as_uuid(seen_by.account)).order_by("-at")[:MOST_OPENED]
    ids = [row.person for row in rows]
    names = dict(Person.objects.live().filter(pk__in=ids).values_list("pk", "canonical"))
    return list(dict.fromkeys(names[pk] for pk in ids if pk in names))


# -- numbers pasted --------------------------------------------------------------------------------


def keep_numbers(text: str, *, by: Actor) -> NumberList:
    """Look pasted numbers up, and keep whom they found as a list.

    Raises:
        Refused: there is none, or there are too many.
    """
    typed = numbers.parted(text)
    if not typed:
        raise Refused(_("Paste one number a line: payroll numbers, national identity numbers, telephones."))
    if len(typed) > numbers.MOST_AT_ONCE:
        n = numbers.MOST_AT_ONCE
        raise Refused(
            ngettext(
                "At most %(n)s number is looked up at once.",
                "At most %(n)s numbers are looked up at once.",
                n,
            )
            % {"n": n}
        )
    found = numbers.look_up(typed, seen_by=by)
    with transaction.atomic():
        _drop_oldest(by)
        made = NumberList.objects.create(
            id=as_uuid(runtime.new_id()), account=as_uuid(by.account), made=runtime.now(), typed=len(found),
            absent=[one.text for one in found if not one.people],
            several=[one.text for one in found if len(one.people) > 1], again=_again(found),
        )  # fmt: skip
        people = list(dict.fromkeys(pk for one in found for pk in one.people))
        for piece in in_pieces(people, 400):
            NumberListPerson.objects.bulk_create(NumberListPerson(list=made, person=pk) for pk in piece)
    return made


def _again(found: Sequence[numbers.LookedUp]) -> list[str]:
    seen: set[UUID] = set()
    out = []
    for one in found:
        if seen.intersection(one.people):
            out.append(one.text)
        seen.update(one.people)
    return out


def _drop_oldest(by: Actor) -> None:
    own = (
        NumberList.objects.filter(account=as_uuid(by.account)).order_by("-made").values_list("pk", flat=True)
    )
    NumberList.objects.filter(pk__in=list(own[MOST_LISTS - 1 :])).delete()


def number_list(pk: Any) -> NumberList | None:
    """A list of pasted numbers, if it is still kept."""
    return NumberList.objects.filter(pk=pk).first() if pk else None


def number_lists(*, seen_by: Actor) -> QuerySet[NumberList]:
    """The lists of numbers that an account pasted, the latest first."""
    return NumberList.objects.filter(account=as_uuid(seen_by.account)).order_by("-made")


def among(found: NumberList) -> Q:
    """The condition on an outline that its person is in a list of numbers, whatever name the file goes by now."""
    ids = NumberListPerson.objects.filter(list=found).values("person")
    return Q(person__in=Person.objects.filter(pk__in=ids).values("canonical"))
