"""Invented records, with every class of merging, a group, files, and fields that old versions lack."""

from baarada.journal.schema import IN_CHARGE, LATEST, OWNER, PERSON, FieldSpec, Schema, TypeSpec
from baarada.journal.values import DAY, INSIDE, NUMBER, OUTSIDE, TEXT

ITEM, FILE, CHILD, NEWER = 220, 221, 222, 223
NATIONAL, REGION, DISTRICT = "national", "region", "district"


def _fields(*specs: FieldSpec) -> dict[int, FieldSpec]:
    return {spec.number: spec for spec in specs}


def _f(
    number: int, name: str, kind: str = TEXT, merge: str = LATEST, owner: str = "", target: int = 0
) -> FieldSpec:
    return FieldSpec(number=number, name=name, kind=kind, merge=merge, owner=owner, target=target)


def schema(new: bool) -> Schema:
    """What a node knows: a node with an older version lacks one type and one field."""
    item = TypeSpec(number=ITEM, name="Item", fields=_fields(_f(1, "label")))
    file_fields = [
        _f(1, "name", merge=PERSON),
        _f(2, "phone"),
        _f(3, "address"),
        _f(4, "grade", NUMBER, OWNER, NATIONAL),
        _f(5, "born", DAY, PERSON),
        _f(6, "starts", DAY, PERSON),
        _f(7, "ends", DAY, PERSON),
        _f(8, "item", INSIDE, LATEST, target=ITEM),
        _f(9, "place", OUTSIDE, LATEST, target=ITEM),
    ]
    if new:
        file_fields.append(_f(12, "motto"))
    file = TypeSpec(number=FILE, name="File", fields=_fields(*file_fields), together=[(6, 7)])
    child = TypeSpec(
        number=CHILD,
        name="Child",
        fields=_fields(
            _f(1, "file", INSIDE, PERSON, target=FILE),
            _f(2, "post", OUTSIDE, OWNER, IN_CHARGE),
            _f(3, "starts", DAY, OWNER, IN_CHARGE),
            _f(4, "ends", DAY, OWNER, IN_CHARGE),
            _f(5, "note"),
        ),
        together=[(3, 4)],
        file=1,
    )
    newer = TypeSpec(
        number=NEWER,
        name="Newer",
        fields=_fields(_f(1, "file", INSIDE, PERSON, target=FILE), _f(2, "text")),
        file=1,
    )
    return Schema([item, file, child, newer] if new else [item, file, child])


OLD, NEW = schema(new=False), schema(new=True)
