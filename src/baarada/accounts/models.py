"""Accounts travel with the journal; passwords stay on one machine."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from baarada.journal.fields import Flag, IdField, Inside, Text
from baarada.journal.models import Record
from baarada.kernel.text import tidy
from baarada.registry.models import Office, SpanQuerySet

LONGEST_LOGIN = 80


def tidy_login(login: str) -> str:
    """A login as it is kept and looked up: whatever the capitals and the keyboard it was typed with."""
    return tidy(login).lower()


class Account(Record):
    """A person who uses Baarada, acting for an office."""

    login = Text()
    name = Text()
    office = Inside(Office)
    active = Flag()
    title = Text()

    objects = SpanQuerySet.as_manager()

    class Merge:
        number = 32
        numbers = {"login": 1, "name": 2, "office": 3, "active": 4, "title": 5}
        person = ["login", "office", "active"]
        scope = "office"

    def __str__(self) -> str:
        return self.name or self.login or ""


class SignInManager(BaseUserManager["SignIn"]):
    """Finds who signs in."""

    def get_by_natural_key(self, username: str | None) -> "SignIn":
        """By login, whatever its capitals."""
        return self.get(login=tidy_login(username or ""))


class SignIn(AbstractBaseUser):
    """How somebody signs in on this machine. Not journalled: a password belongs to one machine."""

    login = models.CharField(max_length=LONGEST_LOGIN, unique=True)
    account = IdField()

    USERNAME_FIELD = "login"
    objects: Any = SignInManager()

    class Meta:
        db_table = "accounts_sign_in"


class SavedView(models.Model):
    """A list of people that somebody keeps under a name: the address's query. Shared, it is their office's too."""

    account = IdField(db_index=True)
    office = IdField(db_index=True)
    name = models.TextField()
    query = models.TextField()
    shared = models.BooleanField(default=False)
    made = models.DateTimeField()

    class Meta:
        db_table = "accounts_saved_view"

    def __str__(self) -> str:
        return self.name


class OpenedFile(models.Model):
    """A file that somebody opened lately: the last ones only."""

    account = IdField()
    person = IdField()
    at = models.DateTimeField()

    class Meta:
        db_table = "accounts_opened_file"
        constraints = [
            models.UniqueConstraint(fields=["account", "person"], name="accounts_opened_file_once")
        ]


class NumberList(models.Model):
    """Numbers that somebody pasted, and what became of them."""

    id = IdField(primary_key=True)
    account = IdField(db_index=True)
    made = models.DateTimeField()
    typed = models.IntegerField()
    """How many numbers there were."""
    absent: Any = models.JSONField(default=list)
    """Those that nobody bears, as they were typed."""
    several: Any = models.JSONField(default=list)
    """Those that more than one person bears."""
    again: Any = models.JSONField(default=list)
    """Those that lead to somebody whom one before led to already."""

    class Meta:
        db_table = "accounts_number_list"


class NumberListPerson(models.Model):
    """Somebody whom a list of numbers found."""

    list = models.ForeignKey(NumberList, on_delete=models.CASCADE, related_name="people")
    person = IdField()

    class Meta:
        db_table = "accounts_number_list_person"
