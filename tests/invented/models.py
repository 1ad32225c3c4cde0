"""Invented records: all three classes of merging and a group, without a line of merge code of their own."""

from django.db import models

from baarada.journal.fields import Day, Inside, Number, Outside, Text
from baarada.journal.models import Record


class Item(Record):
    label = Text()

    class Merge:
        number = 220
        numbers = {"label": 1}


class File(Record):
    name = Text()
    phone = Text()
    address = Text()
    grade = Number()
    born = Day()
    starts = Day()
    ends = Day()
    item = Inside(Item)
    place = Outside(Item)
    motto = Text()
    shout = models.TextField(default="", editable=False)

    Derived = {"shout": lambda values: (values.get("name") or "").upper()}

    class Merge:
        number = 221
        numbers = {
            "name": 1, "phone": 2, "address": 3, "grade": 4, "born": 5, "starts": 6, "ends": 7, "item": 8,
            "place": 9, "motto": 12,
        }  # fmt: skip
        person = ["name", "born", "starts", "ends"]
        owner = {"grade": "national"}
        together = [("starts", "ends")]


class Child(Record):
    file = Inside(File)
    post = Outside(Item)
    starts = Day()
    ends = Day()
    note = Text()

    class Merge:
        number = 222
        numbers = {"file": 1, "post": 2, "starts": 3, "ends": 4, "note": 5}
        person = ["file"]
        owner = dict.fromkeys(("post", "starts", "ends"), "in charge")
        together = [("starts", "ends")]
        file = "file"


class Newer(Record):
    file = Inside(File)
    text = Text()

    class Merge:
        number = 223
        numbers = {"file": 1, "text": 2}
        person = ["file"]
        file = "file"
