"""Which rules a record answers to: those of its kind, told for the fields that somebody touched."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baarada.journal import runtime
from baarada.journal.models import Record
from baarada.kernel.days import PartialDate
from baarada.kernel.spans import Span
from baarada.registry import choicerules, extras, lists, rules
from baarada.registry.models import (
    OF_A_CAREER,
    PERSONAL,
    Absence,
    Area,
    Cadre,
    Contact,
    Employment,
    Equipment,
    Exit,
    ExtraValue,
    Facility,
    Identifier,
    LanguageSkill,
    LegalText,
    Licence,
    ListItem,
    Paper,
    Person,
    PersonnelAct,
    Population,
    Post,
    Posting,
    Qualification,
    Relative,
)

Values = Mapping[str, Any]


def check(record: Record, fields: Values, *, only: Values | None = None) -> dict[str, Any]:
    """The problems of a record's fields, of the kind the record is; ``only`` those of some of them."""
    today = runtime.today()
    match record:
        case Person():
            problems = rules.check_person(fields, today)
        case Posting():
            span = {"starts": record.starts, "ends": record.ends}
            problems = rules.check_posting({**span, **fields}, record.person.born, today)
            if only is None or {"post", "starts", "ends"} & only.keys():
                held = check_post(record.canonical, {"post": record.post_id, **span, **fields})
                return problems if only is None else _of(problems, only) | held
        case Identifier():
            problems = rules.check_identifier({"number": record.number, **fields})
        case Facility():
            problems = rules.check_facility(fields)
        case Area():
            problems = rules.check_area(fields)
        case Population():
            problems = rules.check_population(fields, today)
        case Post():
            problems = rules.check_post({"starts": record.starts, "ends": record.ends, **fields})
        case Paper():
            problems = rules.check_paper(fields, today)
        case Cadre() | ListItem():
            problems = choicerules.check(record, fields)
        case Equipment():
            problems = rules.check_equipment({"starts": record.starts, "ends": record.ends, **fields}, today)
        case LegalText():
            problems = rules.check_legal_text({"starts": record.starts, "ends": record.ends, **fields}, today)
        case ExtraValue():
            problems = _check_extra(record, fields)
        case _ if type(record) in (*OF_A_CAREER, *PERSONAL):
            known = {name: getattr(record, name) for name in _own_names(type(record))}
            problems = check_row(type(record), {**known, **fields}, record.person.born)  # type: ignore[attr-defined]
        case _:
            problems = rules.check_span(fields.get("starts"), fields.get("ends"))
    return problems if only is None else _of(problems, only)


def _check_extra(record: ExtraValue, fields: Values) -> dict[str, Any]:
    field = extras.field_of(record.field)
    sentence = extras.check(field, fields.get(field.column)) if field else ""
    return {field.column: sentence} if field and sentence else {}


def _of(problems: dict[str, Any], only: Values) -> dict[str, Any]:
    return {name: text for name, text in problems.items() if name in only}


def check_post(canonical: UUID, values: Values) -> dict[str, Any]:
    """The sentence about an established post that another holds at the time of a posting, under ``post``.

    ``values`` are the posting's: ``post`` a record or its id, ``starts``, ``ends``.
    """
    post = values.get("post")
    if post is None:
        return {}
    new = Span(values.get("starts"), values.get("ends"))
    others = Posting.objects.live().of_those_here(Person).filter(post_id=getattr(post, "pk", post))
    found = others.exclude(canonical=canonical).select_related("person")
    holder = next((p for p in found if p.span.overlaps(new)), None)
    if holder is None:
        return {}
    return {
        "post": _(
            "%(person)s holds the post %(number)s at that time. End that posting first, or choose another post."
        )
        % {"person": holder.person, "number": holder.post_label or ""}
    }


def check_row(model: type[Record], values: Values, born: PartialDate | None) -> dict[str, Any]:
    """The problems of a row of a career; every field that is not said counts as empty."""
    today = runtime.today()
    said = {name: values.get(name) for name in _own_names(model)}
    if model is Employment:
        return rules.check_employment(said)
    if model is Qualification:
        return rules.check_qualification(said, born, today)
    if model is Licence:
        return rules.check_licence(said)
    if model is Absence:
        return rules.check_absence(said)
    if model is PersonnelAct:
        return rules.check_personnel_act(said, today)
    if model is Exit:
        return rules.check_exit(said, born)
    if model is Relative:
        return rules.check_relative(said, today)
    if model is LanguageSkill:
        return rules.check_language(said)
    if model is Contact:
        return rules.check_contact(said, lists.attribute("contact_kind", said["kind"], "type"))
    raise TypeError(model)


def _own_names(model: type[Record]) -> list[str]:
    """The fields of a row but those that point elsewhere: no rule looks at them."""
    numbers: dict[str, int] = model.Merge.numbers  # type: ignore[attr-defined]
    return [name for name in numbers if not model._meta.get_field(name).is_relation]
