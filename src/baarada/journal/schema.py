"""What the journal knows of each type of record: its number, its fields, how they merge.

Models declare it (``models.Record``), the core only reads it, and tests and the
simulator make their own. Numbers are permanent: a field that is dropped keeps its
number for ever.
"""

from dataclasses import dataclass, field

from baarada.journal.values import ENTRIES, FLAG, INSIDE, KINDS, NUMBER, OUTSIDE, TEXT

LATEST, OWNER, PERSON = "latest", "owner", "person"
CLASSES = frozenset({LATEST, OWNER, PERSON})
IN_CHARGE = "in charge"
"""Owner of a field: the office whose scope the entry carries."""

DELETED = 0
"""The field every record has: the mark of deletion, class *person*."""

LINK, ERASURE, VERDICT = 1, 2, 3
FIRST_FREE_TYPE = 16
"""Types below are the journal's own."""

SCHEMA_NUMBER = 3
"""Written into each entry: the schema it was made under."""


def number_now() -> int:
    """The schema of this version, for a node that begins with it."""
    return SCHEMA_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field: its permanent number, what it holds, how two writes merge."""

    number: int
    name: str
    kind: str
    merge: str = LATEST
    owner: str = ""
    target: int = 0
    """For a reference: the number of the type it points to (0: any)."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.merge not in CLASSES or self.number < 0:
            raise ValueError(f"field {self.name}: bad kind, class or number")
        if (self.merge == OWNER) != bool(self.owner):
            raise ValueError(f"field {self.name}: class owner names its owner, the others none")


@dataclass(slots=True, kw_only=True)
class TypeSpec:
    """One type of record.

    ``together`` lists groups of field numbers that merge as one unit; a unit is named by its
    lowest number. ``file`` is the number of the *inside* field that names the file the
    record belongs to (a person's posting: ``person``), 0 if the record is a file itself.
    """

    number: int
    name: str
    fields: dict[int, FieldSpec]
    together: list[tuple[int, ...]] = field(default_factory=list)
    file: int = 0
    by_name: dict[str, FieldSpec] = field(init=False)
    unit_of: dict[int, int] = field(init=False)
    members: dict[int, tuple[int, ...]] = field(init=False)
    inside: tuple[FieldSpec, ...] = field(init=False)
    outside: tuple[FieldSpec, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = {DELETED: _DELETED_FIELD} | {n: self.fields[n] for n in sorted(self.fields)}
        self.by_name = {spec.name: spec for spec in self.fields.values()}
        self.unit_of = {number: number for number in self.fields}
        self.members = {number: (number,) for number in self.fields}
        for group in self.together:
            self._join(tuple(sorted(group)))
        self.inside = tuple(f for f in self.fields.values() if f.kind == INSIDE)
        self.outside = tuple(f for f in self.fields.values() if f.kind == OUTSIDE)

    def _join(self, group: tuple[int, ...]) -> None:
        specs = [self.fields[n] for n in group]
        if DELETED in group or len({(s.merge, s.owner) for s in specs}) > 1:
            raise ValueError(f"{self.name}: fields that merge together share one class and owner")
        for number in group:
            if self.unit_of[number] != number or self.members.pop(number) != (number,):
                raise ValueError(f"{self.name}: field {number} is in two groups")
            self.unit_of[number] = group[0]
        self.members[group[0]] = group

    def unit_spec(self, unit: int) -> FieldSpec:
        """The field that stands for a unit: its class and owner are those of all members."""
        return self.fields[unit]


_DELETED_FIELD = FieldSpec(number=DELETED, name="deleted", kind=FLAG, merge=PERSON)


class Schema:
    """All types of record a node knows, by number."""

    def __init__(self, types: list[TypeSpec]) -> None:
        self.types: dict[int, TypeSpec] = {}
        for spec in [*_own_types(), *types]:
            if spec.number in self.types:
                raise ValueError(f"two types have number {spec.number}")
            self.types[spec.number] = spec
        self.children: dict[int, list[TypeSpec]] = {}
        for spec in self.types.values():
            if spec.file:
                self.children.setdefault(spec.fields[spec.file].target, []).append(spec)


LINK_TYPE, LINK_ONE, LINK_OTHER, LINK_ACTIVE = 1, 2, 3, 4
ERASED_ENTRIES, VERDICT_ENTRIES = 1, 1


def _own_types() -> list[TypeSpec]:
    """Link of two files, erasure of entries, verdict on entries written by a wrong clock."""
    return [
        TypeSpec(
            number=LINK,
            name="Link",
            fields={
                LINK_TYPE: FieldSpec(number=LINK_TYPE, name="of_type", kind=NUMBER, merge=PERSON),
                LINK_ONE: FieldSpec(number=LINK_ONE, name="one", kind=INSIDE, merge=PERSON),
                LINK_OTHER: FieldSpec(number=LINK_OTHER, name="other", kind=INSIDE, merge=PERSON),
                LINK_ACTIVE: FieldSpec(number=LINK_ACTIVE, name="active", kind=FLAG, merge=PERSON),
            },
        ),
        TypeSpec(
            number=ERASURE,
            name="Erasure",
            fields={
                ERASED_ENTRIES: FieldSpec(number=ERASED_ENTRIES, name="entries", kind=ENTRIES, merge=PERSON),
                2: FieldSpec(number=2, name="reason", kind=TEXT, merge=PERSON),
            },
        ),
        TypeSpec(
            number=VERDICT,
            name="Verdict",
            fields={
                VERDICT_ENTRIES: FieldSpec(
                    number=VERDICT_ENTRIES, name="entries", kind=ENTRIES, merge=PERSON
                ),
                2: FieldSpec(number=2, name="reason", kind=TEXT, merge=PERSON),
            },
        ),
    ]
