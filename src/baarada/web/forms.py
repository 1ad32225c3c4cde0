"""Forms made of facts: one field for each, reading what people type into what the register keeps."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count
from django.urls import reverse_lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baarada.interop.tables import cells
from baarada.journal import runtime
from baarada.journal.models import Record
from baarada.kernel.days import BadDate, PartialDate, parse
from baarada.kernel.text import fold
from baarada.registry import extras, facts, lists, posts, search
from baarada.registry.errors import Invalid
from baarada.registry.facts import Fact
from baarada.registry.models import (
    FULL_TIME,
    MICRO,
    Area,
    Cadre,
    Facility,
    Inclusion,
    ListItem,
    Office,
    Post,
    Unit,
)
from baarada.registry.queries import office_of_facility, offices, units_of

PARTED = " · "
"""Between a facility's name and its office, in a field that takes both."""


class DayField(forms.CharField):
    """A day as it is typed: 12/03/1985, 03/1985, 1985."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=40,
            widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, PartialDate):
            return value
        parts = [f"{n:02}" for n in (value.day, value.month) if n]
        return "/".join([*parts, f"{value.year:04}"])

    def clean(self, value: Any) -> PartialDate | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse(text)
        except BadDate as bad:
            raise forms.ValidationError(cells.day_problem(bad)) from None


class _CellField(forms.CharField, ABC):
    """A field read like a cell of a list."""

    @abstractmethod
    def read(self, text: str) -> Any:
        """What a text says; raises ``BadCell``."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except cells.BadCell as bad:
            raise forms.ValidationError(str(bad)) from None


class NumberField(_CellField):
    """A whole number."""

    def read(self, text: str) -> int:
        return cells.number(text)


class ShareField(_CellField):
    """A share of time, in per cent."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value * 100 // FULL_TIME}" if isinstance(value, int) else value

    def read(self, text: str) -> int:
        try:
            return cells.share(text if "%" in text else f"{text}%")
        except cells.BadCell:
            # Once more as it was typed, so that the sentence quotes that.
            return cells.share(text)


class DegreesField(_CellField):
    """Degrees of latitude or longitude."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value / MICRO:.6f}".rstrip("0").rstrip(".") if isinstance(value, int) else value

    def read(self, text: str) -> int:
        return cells.degrees(text)


class TextsField(forms.CharField):
    """Several texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str] | None:
        return [line for line in (super().clean(value) or "").split("\n") if line.strip()] or None


class FacilityField(forms.CharField):
    """A facility by its name, with its office where several bear one name. Choices are offered while typing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, **kwargs)
        self.widget.attrs |= {
            "list": "facility-names",
            "autocomplete": "off",
            "hx-get": reverse_lazy("web:facility-choices"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#facility-names",
        }

    def prepare_value(self, value: Any) -> Any:
        return facility_label(value) if isinstance(value, Facility) else value

    def clean(self, value: Any) -> Facility | None:
        text = super().clean(value)
        if not text:
            return None
        name, _mark, office_name = text.partition(PARTED)
        finder = cells.Finder()
        try:
            office = finder.office(office_name) if office_name else None
            return finder.facility(name, office)
        except cells.BadCell as bad:
            near = search.facilities_like(name, most=4)
            names = "; ".join(facility_label(f) for f in near)
            hint = _("Near: %(names)s.") % {"names": names}
            raise forms.ValidationError(f"{bad} {hint}" if near else str(bad)) from None


def facility_label(facility: Facility, office: Any = None) -> str:
    """``Name · office``, as a field takes it back."""
    office = office or office_of_facility(facility, runtime.today())
    return f"{facility}{PARTED}{office}" if office else str(facility)


class AreaField(forms.CharField):
    """An area by its name, with its level where several bear one name. Choices are offered while typing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, **kwargs)
        self.widget.attrs |= {
            "list": "area-names",
            "autocomplete": "off",
            "hx-get": reverse_lazy("web:area-choices"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#area-names",
        }

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, tuple | list):
            return value[1]
        return area_labels([value])[value.pk] if isinstance(value, Area) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        return self._named(text)

    def _named(self, text: str) -> Area:
        name, *marks = text.split(PARTED)
        kinds = {fold(str(item)): item.code or "" for item in lists.items("area_kind")}
        kind = next((kinds[fold(mark)] for mark in marks if fold(mark) in kinds), "")
        within = next((mark for mark in marks if fold(mark) not in kinds), "")
        found = cells.Finder().areas(name, kind, within)
        # Of an area that was and one that is, the one that is.
        found = [area for area in found if area.ends is None] or found
        if not found:
            raise forms.ValidationError(_("No area is called “%(text)s”.") % {"text": text})
        if len(found) > 1:
            names = ", ".join(area_labels(found[:6]).values())
            sentence = _("Several areas are called “%(text)s”. Write one of these: %(names)s.")
            raise forms.ValidationError(sentence % {"text": name, "names": names})
        return found[0]


def area_labels(areas: Sequence[Area]) -> dict[UUID, str]:
    """``Name · level`` of some areas, as a field takes them back; with what they lie in where that is not enough."""
    namesakes = Area.objects.live().filter(sort_key__in={a.sort_key for a in areas}).order_by()
    counted = {
        (key, kind): n for key, kind, n in namesakes.values_list("sort_key", "kind").annotate(Count("pk"))
    }
    rows = Inclusion.objects.in_force(runtime.today()).filter(area_id__in=[a.pk for a in areas])
    above = {row.area_id: str(row.parent) for row in rows.select_related("parent") if row.parent}
    out = {}
    for area in areas:
        several = counted.get((area.sort_key, area.kind), 0) > 1
        marks = [lists.label("area_kind", area.kind), above.get(area.pk, "") if several else ""]
        out[area.pk] = PARTED.join([str(area), *(m for m in marks if m)])
    return out


class _Offered:
    """Offers what is in force today and what the record holds already; what was retired since is taken all the same.

    A sheet of paper of last year names last year's choices, and a record opened again keeps its own.
    """

    held: frozenset[str] = frozenset()

    def prepare_value(self, value: Any) -> Any:
        shown = value if isinstance(value, list) else str(getattr(value, "pk", value) or "")
        self.held = frozenset(shown if isinstance(shown, list) else [shown])
        return shown

    def offers(self, row: Cadre | ListItem, code: str, today: date) -> bool:
        """True for a choice that the form shows."""
        return row.span.holds(today) or code in self.held


class CodeField(_Offered, forms.ChoiceField):
    """A choice of a list."""

    def __init__(self, list_: str, **kwargs: Any) -> None:
        self.list = list_
        self.only: Callable[[ListItem], bool] = lambda _row: True
        """What a choice must be, where a form does not take all."""
        super().__init__(choices=lambda: [("", _("Choose…")), *_offered(self)], **kwargs)

    def offers(self, row: Any, code: str, today: date) -> bool:
        return self.only(row) and super().offers(row, code, today)

    def valid_value(self, value: Any) -> bool:
        found = lists.item(self.list, str(value))
        return self.only(found) if found is not None else str(value) in self.held


class CodesField(_Offered, forms.MultipleChoiceField):
    """Several choices of a list."""

    def __init__(self, list_: str, **kwargs: Any) -> None:
        self.list = list_
        super().__init__(choices=lambda: _offered(self), widget=forms.CheckboxSelectMultiple, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return lists.item(self.list, str(value)) is not None or str(value) in self.held


def _offered(field: CodeField | CodesField) -> list[tuple[str, str]]:
    today = runtime.today()
    found = [(i.code or "", str(i)) for i in lists.items(field.list) if field.offers(i, i.code or "", today)]
    # What stands in the record and in no list any more: shown, so that saving the form does not empty it.
    gone = sorted(code for code in field.held if code and lists.item(field.list, code) is None)
    return [*found, *((code, code) for code in gone)]


class CadreField(_Offered, forms.ChoiceField):
    """A cadre of the country's list, by component."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=lambda: _cadre_choices(self), **kwargs)

    def valid_value(self, value: Any) -> bool:
        return str(value) in {str(c.pk) for c in lists.cadres()}

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return lists.cadre(UUID(chosen)) if chosen else None


def _cadre_choices(field: CadreField) -> list[tuple[str, Any]]:
    today = runtime.today()
    groups: dict[str, list[tuple[str, str]]] = {}
    for cadre in lists.cadres():
        if field.offers(cadre, str(cadre.pk), today):
            group = lists.label("component", cadre.component) or _("Others")
            groups.setdefault(group, []).append((str(cadre.pk), lists.cadre_of_both(cadre.pk)))
    return [("", _("Choose…")), *groups.items()]


class OfficeField(forms.ChoiceField):
    """An office."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=lambda: [("", _("Choose…")), *((str(o.pk), str(o)) for o in offices())], **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return str(getattr(value, "pk", value) or "")

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return Office.objects.filter(pk=UUID(chosen)).first() if chosen else None


class UnitField(forms.CharField):
    """A service, by its name: looked for in the facility chosen beside it (``FactForm.clean``)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return (
            str(value)
            if isinstance(value, Unit | Post)
            else value[1]
            if isinstance(value, tuple | list)
            else value
        )


class PostField(UnitField):
    """An established post, by its number: looked for in the facility chosen beside it (``FactForm.clean``)."""


class _Suggesting(forms.TextInput):
    """A text, with the names of a list offered while it is typed."""

    def __init__(self, list_: str) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.list = list_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The box, and the names in force today."""
        names = f"{name}-names"
        box = super().render(name, value, {**(attrs or {}), "list": names}, renderer)
        offered = [(str(item),) for item in lists.items(self.list, runtime.today())]
        return format_html(
            '{}<datalist id="{}">{}</datalist>',
            box,
            names,
            format_html_join("", '<option value="{}">', offered),
        )


def field_for(fact: Fact, *, required: bool = False, target: Any = None) -> forms.Field:
    """The form field of a fact; ``target`` is the kind of record that a reference leads to."""
    common: dict[str, Any] = {"label": fact.label, "required": required, "help_text": fact.hint}
    match fact.reads:
        case facts.DAY:
            return DayField(**common)
        case facts.CODE:
            return CodeField(fact.list, **common)
        case facts.CODES:
            return CodesField(fact.list, **common)
        case facts.CADRE:
            return CadreField(**common)
        case facts.OFFICE:
            return OfficeField(**common)
        case facts.YES_NO:
            return forms.BooleanField(**common)
        case facts.ANSWER:
            answers = [("", _("Choose…")), ("1", _("yes")), ("0", _("no"))]
            return forms.TypedChoiceField(choices=answers, coerce=int, empty_value=None, **common)
        case facts.NUMBER:
            return NumberField(**common)
        case facts.SHARE:
            return ShareField(**common)
        case facts.DEGREES:
            return DegreesField(**common)
        case facts.TEXTS:
            return TextsField(widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, **common)
        case facts.LONG:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=fact.most, **common)
        case facts.PHONE:
            return forms.CharField(
                max_length=40,
                widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
                **common,
            )
        case facts.EMAIL:
            return forms.CharField(
                max_length=200, widget=forms.TextInput(attrs={"inputmode": "email"}), **common
            )
        case facts.PLACE:
            return {Facility: FacilityField, Unit: UnitField, Post: PostField}.get(target, AreaField)(
                **common
            )
    return _short_text(fact, common)


def _short_text(fact: Fact, common: dict[str, Any]) -> forms.Field:
    """A text of one line, with names offered where a list has some."""
    if fact.suggests:
        hint = _("Choose one of the names offered, or write another")
        return forms.CharField(
            max_length=fact.most,
            widget=_Suggesting(fact.suggests),
            **common | {"help_text": fact.hint or hint},
        )
    return forms.CharField(max_length=fact.most, **common)


REASON = gettext_lazy("Why, in a sentence")


class FactForm(forms.Form):
    """A form over some facts of one kind of record.

    ``why`` adds what justifies a change: reason, decision, since when. ``facility`` is the one in which a
    service is looked for where the form itself names none. ``known`` are facts that read otherwise than their
    kind of record says.
    """

    def __init__(
        self, model: type[Record], names: Iterable[str], *args: Any, required: Iterable[str] = (),
        why: Iterable[str] = (), facility: Any = None, known: Mapping[str, Fact] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.facility = facility
        needed = set(required)
        self.names = list(names)
        for name in self.names:
            target: Any = model._meta.get_field(name).related_model
            fact = (known or {}).get(name) or facts.fact(model, name)
            self.fields[name] = field_for(fact, required=False, target=target)
            self.fields[name].needed = name in needed  # type: ignore[attr-defined]
        for name in why:
            self.fields[f"why_{name}"] = _why_field(name)
        for name, value in self.initial.items():
            if isinstance(offered := self.fields.get(name), _Offered):
                offered.prepare_value(value)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "in")

    def clean(self) -> dict[str, Any]:
        """Find the service that was named among those of the facility."""
        data = super().clean() or self.cleaned_data
        for field, name in [(f, data.get(f)) for f in self.names if isinstance(self.fields[f], UnitField)]:
            if not name or self.errors.get("facility"):
                continue
            facility = data.get("facility") or self.facility
            is_post = isinstance(self.fields[field], PostField)
            found = _in_facility(facility, name, is_post) if facility else None
            if found is not None:
                data[field] = found
            else:
                self.add_error(field, _no_post(name, facility) if is_post else _no_unit(name, facility))
        return data

    def values(self) -> dict[str, Any]:
        """The facts that were typed."""
        out = {}
        for name in self.names:
            value = self.cleaned_data.get(name)
            out[name] = None if value in ("", []) else value
        return out

    def why(self) -> Any:
        """What justifies the change."""
        from baarada.registry.actions import Why

        data = self.cleaned_data
        return Why(
            reason=data.get("why_reason") or None,
            decision=data.get("why_decision") or None,
            effective=data.get("why_effective"),
        )

    def take(self, invalid: Invalid) -> None:
        """Put the sentences of a refusal beside their fields."""
        for name, sentence in invalid.problems.items():
            target = f"why_{name}" if f"why_{name}" in self.fields else name
            self.add_error(target if target in self.fields else None, str(sentence))


def _in_facility(facility: Facility, name: str, is_post: bool) -> Any:
    """A post or a service of a facility, as its number or name was typed."""
    if is_post:
        return posts.find(facility, name)
    return next((u for u in units_of(facility) if fold(u.name or "") == fold(name)), None)


def _no_post(number: str, facility: Any) -> str:
    """Why a post was not found."""
    if facility is None:
        return _("Name the facility first, then its post.")
    sentence = _(
        "%(facility)s has no post “%(number)s”. Its page lists its posts; without one, leave this empty."
    )
    return sentence % {"facility": facility, "number": number}


def _no_unit(name: str, facility: Any) -> str:
    """Why a service was not found, with those that are there."""
    if facility is None:
        return _("Name the facility first, then its service.")
    known = ", ".join(str(u) for u in units_of(facility)[:12])
    if not known:
        return _("No service of %(facility)s is described yet: add it on its page, or leave this empty.") % {
            "facility": facility
        }
    return _("%(facility)s has no service “%(name)s”. Its services: %(known)s.") % {
        "facility": facility, "name": name, "known": known,
    }  # fmt: skip


def _why_field(name: str) -> forms.Field:
    if name == "reason":
        return forms.CharField(label=REASON, required=False, max_length=500)
    if name == "decision":
        return forms.CharField(label=gettext_lazy("Decision no."), required=False, max_length=80)
    return DayField(
        label=gettext_lazy("Since when"),
        required=False,
        help_text=gettext_lazy("12/03/1985, or 03/1985, or only 1985"),
    )


def initial_of(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """What a form shows of a record before anything is typed."""
    out = {}
    for name in names:
        fact = extras.fact_of(record, name)
        if fact.reads == facts.PLACE:
            model: Any = type(record)._meta.get_field(name).related_model
            target = getattr(record, f"{name}_id")
            found = model.objects.filter(pk=target).first() if target else None
            out[name] = found or getattr(record, f"{name}_label", None)
        elif fact.reads in (facts.CADRE, facts.OFFICE):
            out[name] = getattr(record, f"{name}_id")
        else:
            out[name] = getattr(record, name)
    return out
