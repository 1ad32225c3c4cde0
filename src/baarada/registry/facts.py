"""What each field is called and how its values read: one place for pages, histories, headings of sheets.

A *fact* is a field (or a group that changes as one) as people see it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from baarada.journal.models import Link, Record
from baarada.registry import models

TEXT, LONG, TEXTS, DAY, NUMBER, SIZE, SHARE, DEGREES, YES_NO = (
    "text", "long", "texts", "day", "number", "size", "share", "degrees", "yes no",
)  # fmt: skip
CODE, CODES, CADRE, PHONE, EMAIL, PLACE, OFFICE, PERSON, ANSWER, GROUP = (
    "code", "codes", "cadre", "phone", "email", "place", "office", "person", "answer", "group",
)  # fmt: skip
"""How a value reads and is typed. An answer is 1 for yes, 0 for no; a yes or no is told of every record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field as people see it. ``list`` is the list whose codes it holds."""

    name: str
    label: Promise | str
    reads: str = TEXT
    list: str = ""
    suggests: str = ""
    """The list whose names are offered where a text is typed: something else may be written."""
    hint: Promise | str = ""
    most: int = 200
    """The longest text that a form takes."""


def _facts(*facts: Fact) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts}


def _fact(name: str, label: Any, reads: str = TEXT, **more: Any) -> Fact:
    return Fact(name=name, label=label, reads=reads, **more)


_DAY_HINT = _("12/03/1985, or 03/1985, or only 1985")
_quality = _fact("quality", _("Certainty"), CODE, list="quality")
_source = _fact("source", _("Source"))
_note = _fact("note", _("Note"), LONG, most=2000)
_starts = _fact("starts", _("First day"), DAY, hint=_DAY_HINT)
_ends = _fact("ends", _("Last day"), DAY, hint=_DAY_HINT)
_deleted = _fact("deleted", _("Marked as deleted"), YES_NO)

FACTS: dict[type[Record], dict[str, Fact]] = {
    models.Person: _facts(
        _deleted,
        _fact("family_name", _("Family name"), most=80),
        _fact("given_names", _("Given names"), most=80),
        _fact("other_names", _("Other names and spellings"), TEXTS, hint=_("One a line")),
        _fact("title", pgettext_lazy("person", "Title"), most=40, hint=_("Dr, Pr; as on letters")),
        _fact("sex", _("Sex"), CODE, list="sex"),
        _fact("born", pgettext_lazy("date", "Birth"), DAY, hint=_DAY_HINT),
        _fact("birth_place", _("Place of birth")),
        _fact("birth_area", _("Area of birth"), PLACE),
        _fact("birth_country", _("Country of birth"), CODE, list="nationality"),
        _fact("nationality", _("Nationality"), CODE, list="nationality"),
        _fact("other_nationalities", _("Other nationalities"), CODES, list="nationality"),
        _fact("marital", _("Marital status"), CODE, list="marital"),
        _fact("children", _("Children"), NUMBER),
        _fact("languages", _("Languages"), CODES, list="language"),
        _fact("phone", _("Telephone"), PHONE),
        _fact("phone2", _("Second telephone"), PHONE),
        _fact("email", _("E-mail"), EMAIL),
        _fact("address", _("Address")),
        _fact("residence", _("Area of residence"), PLACE),
        _fact("residence_country", _("Country of residence"), CODE, list="nationality"),
        _fact("contact_name", _("Person to notify")),
        _fact("contact_link", _("Relation")),
        _fact("contact_phone", _("Their telephone"), PHONE),
        _fact("dependents", _("Dependents"), TEXTS, hint=_("One a line")),
        _fact("photo", _("Photograph"), PLACE),
        _fact("office", _("Office in charge"), OFFICE),
        _note,
    ),
    models.Identifier: _facts(
        _deleted,
        _fact("person", _("Person"), PERSON),
        _fact("kind", _("Kind of number"), CODE, list="identifier_kind"),
        _fact("number", pgettext_lazy("identifier", "Number"), most=60),
        _fact("issuer", _("Issued by")),
        _fact("country", _("Country of issue"), CODE, list="nationality"),
        _fact("issued", _("Issued on"), DAY, hint=_DAY_HINT),
        _fact("expires", _("Valid until"), DAY, hint=_DAY_HINT),
        _note,
    ),
    models.Posting: _facts(
        _deleted,
        _fact("person", _("Person"), PERSON),
        _fact("facility", _("Facility"), PLACE),
        _fact("unit", _("Service"), PLACE),
        _fact("cadre", _("Cadre"), CADRE),
        _fact("job", pgettext_lazy("work", "Function")),
        _fact("kind", _("Kind of posting"), CODE, list="posting_kind"),
        _starts,
        _ends,
        _fact("share", _("Share of time"), SHARE, hint=_("In per cent of a full post")),
        _fact("main", _("Main posting"), YES_NO),
        _fact("decision", _("Decision no."), most=80),
        _fact("decided", _("Date of the decision"), DAY, hint=_DAY_HINT),
        _fact("reason", pgettext_lazy("posting", "Reason"), CODE, list="posting_reason"),
        _fact("end_reason", _("Reason of the end"), CODE, list="end_reason"),
        _fact("post", _("Established post"), PLACE, hint=_("Its number, as on the page of the facility")),
        _fact("taken_up", _("Took up duty on"), DAY, hint=_DAY_HINT),
        _fact("ceased", _("Ceased duty on"), DAY, hint=_DAY_HINT),
        _note,
    ),
    models.Paper: _facts(
        _deleted,
        _fact("person", _("Person"), PERSON),
        _fact("kind", _("Kind of paper"), CODE, list="paper_kind"),
        _fact("title", _("Title")),
        _fact("reference", _("Reference"), most=80),
        _fact("dated", _("Date of the paper"), DAY, hint=_DAY_HINT),
        _fact("pages", _("Pages"), NUMBER),
        _fact("hash", _("Fingerprint of the file")),
        _fact("size", _("Size"), SIZE),
        _fact("media", _("Kind of file")),
        _fact("shelf", _("Shelf mark"), most=60),
        _fact("text", _("Text read in the paper"), LONG, most=20_000),
        _note,
        _fact("proves", _("Steps of the career it proves"), TEXTS),
    ),
    models.Facility: _facts(
        _deleted,
        _fact("name", _("Name")),
        _fact("other_names", _("Other names and spellings"), TEXTS, hint=_("One a line")),
        _fact("code", _("National code"), most=40),
        _fact("kind", _("Kind of facility"), CODE, list="facility_type"),
        _fact("level", _("Level of care"), NUMBER),
        _fact("sector", _("Sector"), CODE, list="sector"),
        _fact("component", _("Component"), CODE, list="component"),
        _fact("area", pgettext_lazy("map", "Area"), PLACE),
        _fact("locality", _("Locality")),
        _fact("starts", _("Opened on"), DAY, hint=_DAY_HINT),
        _fact("ends", _("Closed on"), DAY, hint=_DAY_HINT),
        _fact("latitude", _("Latitude"), DEGREES, hint=_("In degrees, for example 12.65")),
        _fact("longitude", _("Longitude"), DEGREES, hint=_("In degrees, for example -7.99")),
        _fact("codes", _("Codes in other systems"), TEXTS, hint=_("One a line, as system:code")),
        _fact("services", _("Services offered"), TEXTS, hint=_("One a line")),
        _fact("phone", _("Telephone"), PHONE),
        _fact("email", _("E-mail"), EMAIL),
        _fact("address", _("Address")),
        _source,
        _quality,
        _note,
    ),
    models.Assignment: _facts(
        _deleted,
        _fact("facility", _("Facility"), PLACE),
        _fact("office", _("Office in charge"), OFFICE),
        _starts,
        _ends,
        _quality,
        _note,
    ),
    models.Unit: _facts(
        _deleted,
        _fact("facility", _("Facility"), PLACE),
        _fact("name", _("Name")),
        _fact("kind", _("Kind of service"), CODE, list="unit_kind"),
        _fact("parent", _("Part of"), PLACE),
        _starts,
        _ends,
        _fact("beds", _("Beds"), NUMBER),
        _note,
    ),
    models.Area: _facts(
        _deleted,
        _fact("kind", _("Level"), CODE, list="area_kind"),
        _fact("name", _("Name")),
        _fact("other_names", _("Other names and spellings"), TEXTS, hint=_("One a line")),
        _fact("code", pgettext_lazy("area", "Code"), most=40),
        _fact("iso", _("ISO code"), most=12),
        _fact("capital", _("Chief town")),
        _fact("starts", _("Exists since"), DAY, hint=_DAY_HINT),
        _fact("ends", _("Existed until"), DAY, hint=_DAY_HINT),
        _fact("legal", _("Legal text")),
        _fact("latitude", _("Latitude"), DEGREES),
        _fact("longitude", _("Longitude"), DEGREES),
        _source,
        _quality,
        _note,
    ),
    models.Inclusion: _facts(
        _deleted,
        _fact("area", pgettext_lazy("map", "Area"), PLACE),
        _fact("parent", _("Lies in"), PLACE),
        _starts,
        _ends,
        _fact("legal", _("Legal text")),
        _quality,
        _note,
    ),
    models.Office: _facts(
        _deleted,
        _fact("code", pgettext_lazy("area", "Code"), most=40),
        _fact("name", _("Name")),
        _fact("kind", _("Kind of office"), CODE, list="office_kind"),
        _fact("parent", _("Answers to"), OFFICE),
        _fact("area", pgettext_lazy("map", "Area"), PLACE),
        _fact("phone", _("Telephone"), PHONE),
        _fact("email", _("E-mail"), EMAIL),
        _fact("address", _("Address")),
        _starts,
        _ends,
        _fact("equipment", _("Equipment"), LONG, most=2000),
        _source,
        _quality,
        _note,
    ),
}

FACTS[models.Population] = _facts(
    _deleted,
    _fact("area", pgettext_lazy("map", "Area"), PLACE),
    _fact("year", pgettext_lazy("population", "Year"), NUMBER),
    _fact("people", _("Inhabitants"), NUMBER),
    _fact("perimeter", _("Perimeter counted"), hint=_("The year of the reform, where one has changed it")),
    _fact("edition", _("Count or estimate")),
    _source,
    _quality,
    _note,
)
FACTS[models.Post] = _facts(
    _deleted,
    _fact("facility", _("Facility"), PLACE),
    _fact("number", pgettext_lazy("post", "Number"), most=60),
    _fact("cadre", _("Cadre"), CADRE),
    _fact("job", pgettext_lazy("work", "Function")),
    _fact("unit", _("Service"), PLACE),
    _fact("funding", _("Paid from"), CODE, list="funding"),
    _fact("status", pgettext_lazy("post", "State"), CODE, list="post_status"),
    _fact("norm", _("Norm that it answers"), CODE, list="norm"),
    _fact("starts", _("Established on"), DAY, hint=_DAY_HINT),
    _fact("ends", _("Abolished on"), DAY, hint=_DAY_HINT),
    _fact("decision", _("Decision no."), most=80),
    _note,
)
FACTS[models.Employment] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("worker", _("Kind of worker"), CODE, list="worker_kind"),
    _fact("employer", _("Employer"), CODE, list="employer"),
    _fact("status", pgettext_lazy("employment", "Status"), CODE, list="status"),
    _fact("position", _("Statutory position"), CODE, list="position"),
    _fact("corps", _("Corps"), suggests="corps"),
    _fact("category", pgettext_lazy("employment", "Category"), CODE, list="category"),
    _fact("grade", _("Grade"), suggests="grade", most=80),
    _fact("tier", _("Class of the grade"), most=40),
    _fact("step", _("Step"), NUMBER),
    _fact("index", _("Salary index"), NUMBER),
    _fact("funding", _("Paid from"), CODE, list="funding"),
    _fact("contract_kind", _("Kind of contract"), CODE, list="contract_kind"),
    _fact("contract", _("Contract no."), most=80),
    _fact("hours", _("Hours a week"), NUMBER),
    _starts,
    _ends,
    _fact("decision", _("Decision no."), most=80),
    _fact("decided", _("Date of the decision"), DAY, hint=_DAY_HINT),
    _fact("end_reason", _("Reason of the end"), CODE, list="end_reason"),
    _note,
)
FACTS[models.Qualification] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("kind", _("Kind of study"), CODE, list="study_kind"),
    _fact("diploma", _("Diploma"), CODE, list="diploma"),
    _fact("title", _("Title, as on the paper")),
    _fact("field", _("Specialty or subject")),
    _fact("institution", _("School or organiser")),
    _fact("country", _("Country of study"), CODE, list="nationality"),
    _fact("awarded", _("Awarded on"), DAY, hint=_DAY_HINT),
    _fact("reference", _("Number of the diploma"), most=80),
    _starts,
    _ends,
    _fact("hours", _("Hours"), NUMBER),
    _note,
)
FACTS[models.Licence] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("kind", _("Kind of licence"), CODE, list="licence_kind"),
    _fact("body", _("Professional order"), CODE, list="order"),
    _fact("reference", pgettext_lazy("licence", "Number"), most=60),
    _fact("cadre", _("Cadre"), CADRE),
    _fact("specialty", _("Specialty")),
    _fact("status", pgettext_lazy("licence", "Status"), CODE, list="licence_status"),
    _fact("starts", _("Valid from"), DAY, hint=_DAY_HINT),
    _fact("ends", _("Valid until"), DAY, hint=_DAY_HINT),
    _fact("facility", _("Place of private practice"), PLACE),
    _fact("decision", _("Decision no."), most=80),
    _note,
)
FACTS[models.Absence] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("kind", _("Kind of absence"), CODE, list="leave_kind"),
    _starts,
    _ends,
    _fact("days", _("Days counted"), NUMBER),
    _fact("asked", _("Asked on"), DAY, hint=_DAY_HINT),
    _fact("decision", _("Decision no."), most=80),
    _fact("returned", _("Back at work on"), DAY, hint=_DAY_HINT),
    _note,
)
FACTS[models.PersonnelAct] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("kind", pgettext_lazy("personnel act", "Kind"), CODE, list="act_kind"),
    _fact("nature", _("What it is")),
    _fact("dated", _("Date of the act"), DAY, hint=_DAY_HINT),
    _starts,
    _ends,
    _fact("given_by", _("Decided by")),
    _fact("score", _("Mark"), most=40),
    _fact("decision", _("Decision no."), most=80),
    _fact("reason", pgettext_lazy("personnel act", "Reason"), LONG, most=1000),
    _note,
)
FACTS[models.Exit] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("kind", _("Reason of the departure"), CODE, list="end_reason"),
    _fact("left", _("Last day of service"), DAY, hint=_DAY_HINT),
    _fact("country", _("Country of destination"), CODE, list="nationality"),
    _fact("destination", _("Employer or place of destination")),
    _fact("decision", _("Decision no."), most=80),
    _fact("decided", _("Date of the decision"), DAY, hint=_DAY_HINT),
    _note,
)

FACTS[models.Relative] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("name", pgettext_lazy("relative", "Full name"), most=120),
    _fact("link", _("Relation"), CODE, list="relative_link"),
    _fact("sex", _("Sex"), CODE, list="sex"),
    _fact("born", pgettext_lazy("date", "Birth"), DAY, hint=_DAY_HINT),
    _fact("dependent", _("Dependent"), YES_NO),
    _fact("notify", _("To be told in an emergency"), YES_NO),
    _fact("phone", _("Telephone"), PHONE),
    _fact("address", _("Address")),
    _note,
)
FACTS[models.LanguageSkill] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("language", pgettext_lazy("speech", "Language"), CODE, list="language"),
    _fact("spoken", pgettext_lazy("language", "Spoken"), CODE, list="language_level"),
    _fact("read", pgettext_lazy("language", "Read"), CODE, list="language_level"),
    _fact("written", pgettext_lazy("language", "Written"), CODE, list="language_level"),
    _note,
)
FACTS[models.Contact] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("kind", _("Kind of contact"), CODE, list="contact_kind"),
    _fact("value", _("Number or address")),
    _fact(
        "owner", _("Whose it is"), hint=_("Where it is somebody else's: the husband's, the village chief's")
    ),
    _fact("network", _("Network"), hint=_("Which one, and where it can be caught")),
    _fact("preferred", _("To be tried first"), YES_NO),
    _note,
)
FACTS[models.ExtraValue] = _facts(
    _deleted,
    _fact("person", _("Person"), PERSON),
    _fact("field", pgettext_lazy("extra", "Field"), CODE, list="extra_field"),
    _fact("value", pgettext_lazy("extra", "Value"), LONG, most=2000),
    _fact("number", _("Value, a number"), NUMBER),
    _fact("day", _("Value, a day"), DAY, hint=_DAY_HINT),
    _fact("texts", _("Value, several choices"), TEXTS),
)
FACTS[models.LegalText] = _facts(
    _deleted,
    _fact("kind", _("Kind of text"), CODE, list="text_kind"),
    _fact("number", pgettext_lazy("legal text", "Number"), most=80),
    _fact("title", _("Title")),
    _fact("dated", pgettext_lazy("legal text", "Dated"), DAY, hint=_DAY_HINT),
    _fact("signed_by", _("Signed by")),
    _fact("starts", _("In force from"), DAY, hint=_DAY_HINT),
    _fact("ends", _("In force until"), DAY, hint=_DAY_HINT),
    _fact("replaced_by", _("Replaced by"), PLACE, hint=_("The number of the text that replaces it")),
    _fact("subject", pgettext_lazy("legal text", "Subject")),
    _fact("found_at", _("Where it can be read"), hint=_("Address, official journal, shelf mark")),
    _fact("extract", _("Words that decisions cite"), LONG, most=5000),
    _quality,
    _note,
)
FACTS[models.Equipment] = _facts(
    _deleted,
    _fact("office", _("Office"), OFFICE),
    _fact("kind", _("Kind of equipment"), CODE, list="equipment_kind"),
    _fact("label", _("Make and model")),
    _fact("serial", _("Serial or inventory number"), most=80),
    _fact("state", pgettext_lazy("equipment", "State"), CODE, list="equipment_state"),
    _fact("checked", _("Seen on"), DAY, hint=_DAY_HINT),
    _fact("holder", _("In whose hands")),
    _fact("giver", _("Given or paid by")),
    _fact("starts", _("Here since"), DAY, hint=_DAY_HINT),
    _fact("ends", _("Until"), DAY, hint=_DAY_HINT),
    _note,
)

FACTS[models.Cadre] = _facts(
    _deleted,
    _fact("code", pgettext_lazy("area", "Code"), most=40),
    _fact("label_m", _("Label in French, for a man")),
    _fact("label_f", _("Label in French, for a woman")),
    _fact("label_en", _("Label in English")),
    _fact("corps", _("Corps")),
    _fact("category", _("Category"), CODE, list="category"),
    _fact("component", _("Component"), CODE, list="component"),
    _fact("isco", _("Code in the classification of occupations")),
    _fact("isco_title", _("Title in the classification of occupations")),
    _fact("nhwa", _("Group in the world's health workforce accounts"), GROUP),
    _fact("body", _("Professional council"), CODE, list="order"),
    _fact("core", _("Counted among doctors, nurses, midwives"), YES_NO),
    _fact("order", _("Place in the list"), NUMBER),
    _starts,
    _ends,
    _fact("replaced_by", _("Replaced by"), PLACE),
    _fact("spellings", _("Other names and spellings"), TEXTS),
    _quality,
    _note,
)
FACTS[models.ListItem] = _facts(
    _deleted,
    _fact("list", _("List")),
    _fact("code", pgettext_lazy("area", "Code"), most=40),
    _fact("label_fr", _("Label in French")),
    _fact("label_en", _("Label in English")),
    _fact("order", _("Place in the list"), NUMBER),
    _starts,
    _ends,
    _fact("replaced_by", _("Replaced by"), PLACE),
    _fact("attributes", _("Further facts"), TEXTS),
    _quality,
    _note,
)
FACTS[Link] = _facts(
    _deleted,
    _fact("one", _("One file"), PERSON),
    _fact("other", _("The other file"), PERSON),
    _fact("active", _("The two files are those of one person"), YES_NO),
)

NAMES: dict[type[Record], Promise | str] = {
    models.Person: _("Person"),
    models.Identifier: pgettext_lazy("identifier", "Number"),
    models.Posting: _("Posting"),
    models.Paper: _("Paper"),
    models.Population: _("Population"),
    models.Post: _("Established post"),
    models.Employment: _("Administrative status"),
    models.Qualification: _("Diploma or training"),
    models.Licence: _("Registration or licence"),
    models.Absence: _("Absence"),
    models.PersonnelAct: _("Sanction, award, appraisal"),
    models.Exit: _("Departure"),
    models.Relative: _("Member of the family"),
    models.LanguageSkill: _("Level in a language"),
    models.Contact: _("Other way to reach them"),
    models.ExtraValue: _("Further fact"),
    models.LegalText: _("Law, norm or plan"),
    models.Equipment: _("Equipment"),
    models.Facility: _("Facility"),
    models.Assignment: _("Office in charge of a facility"),
    models.Unit: _("Service"),
    models.Area: pgettext_lazy("map", "Area"),
    models.Inclusion: _("Place of an area in another"),
    models.Office: _("Office"),
    models.Cadre: _("Cadre"),
    models.ListItem: _("Choice of a list"),
    Link: _("Two files taken as one person"),
}
"""What each kind of record is called."""

GROUPS: dict[tuple[type[Record], str], Promise | str] = {
    (models.Person, "contact_name"): _("Person to notify"),
    (models.Posting, "starts"): _("First and last day"),
    (models.Identifier, "kind"): pgettext_lazy("identifier", "Number"),
    (models.Population, "year"): _("Inhabitants in a year"),
    (models.Post, "starts"): _("Established and abolished"),
    (models.Employment, "starts"): _("First and last day"),
    (models.Employment, "category"): _("Category, grade and step"),
    (models.Employment, "decision"): _("Decision"),
    (models.Qualification, "starts"): _("First and last day"),
    (models.Licence, "starts"): _("Validity"),
    (models.Licence, "body"): _("Order and number"),
    (models.Absence, "starts"): _("First and last day"),
    (models.PersonnelAct, "starts"): _("First and last day"),
    (models.Exit, "kind"): _("Reason and day of the departure"),
    (models.Exit, "decision"): _("Decision"),
    (models.Contact, "kind"): _("Kind and number or address"),
    (models.ExtraValue, "value"): pgettext_lazy("extra", "Value"),
    (models.LegalText, "starts"): pgettext_lazy("legal text", "In force"),
    (models.LegalText, "kind"): _("Kind and number"),
    (models.Equipment, "starts"): _("First and last day"),
    (models.Equipment, "state"): _("State, and when it was seen"),
    (models.Facility, "starts"): _("Opened and closed"),
    (models.Facility, "latitude"): _("Position"),
    (models.Area, "starts"): _("Years of existence"),
    (models.Area, "latitude"): _("Position"),
    (models.Assignment, "starts"): _("First and last day"),
    (models.Inclusion, "starts"): _("First and last day"),
    (models.Unit, "starts"): _("First and last day"),
    (models.Office, "starts"): _("First and last day"),
    (models.Cadre, "starts"): _("First and last day"),
    (models.ListItem, "starts"): _("First and last day"),
}
"""What a group of fields that changes as one is called, by its first field."""

OWNERS: dict[str, Callable[[], Any]] = {
    models.NATIONAL: lambda: _("the national directorate"),
    models.IN_CHARGE: lambda: _("the office in charge"),
    models.ORDER: lambda: _("the professional order"),
}
"""Who decides a fact of class *owner*, in words."""


def fact(model: type[Record], name: str) -> Fact:
    """What people know a field by.

    Raises:
        KeyError: the field is never shown.
    """
    return FACTS[model][name]


def unit_of(model: type[Record], name: str) -> list[str]:
    """The fields that change together with one, itself included, in their order."""
    for group in getattr(model.Merge, "together", ()):
        if name in group:
            return list(group)
    return [name]


def unit_label(model: type[Record], name: str) -> Any:
    """What a field, or the group it changes with, is called."""
    first = unit_of(model, name)[0]
    return GROUPS.get((model, first)) or fact(model, first).label


def owner_of(model: type[Record], name: str) -> Any:
    """Who decides a fact, in words; empty where it is nobody's own."""
    owner = getattr(model.Merge, "owner", {}).get(name)
    return OWNERS[owner]() if owner else ""
