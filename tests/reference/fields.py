"""What the world asks of a register of health workers, field by field, and where each has its place here.

Two lists: the minimum data set for health workforce registries (WHO 2015), and the master list of community health
workers (2021).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field asked for, with where it is kept, shown, read and written."""

    group: str
    name: str
    kept: str = ""
    """Record and field."""
    page: str = ""
    """The page where it is seen and written, by the name of its address."""
    column: str = ""
    """Kind of list and column: the same in and out. A star stands for every field of a sort."""


def _person(group: str, name: str, field: str, column: str = "") -> Field:
    return Field(group, name, f"Person.{field}", "person", f"people {column or field}")


def _row(group: str, name: str, kept: str, column: str) -> Field:
    return Field(group, name, kept, "add-row", column)


WHO = [
    Field("1 Identification", "Unique identifier", "Person.id", "person", "people id"),
    Field("1 Identification", "Other identifiers: kind", "Identifier.kind", "add-number", "people number.*"),
    Field(
        "1 Identification", "Other identifiers: number", "Identifier.number", "add-number", "people number.*"
    ),
    Field(
        "1 Identification", "Other identifiers: issuer", "Identifier.issuer", "add-number", "numbers issuer"
    ),
    Field(
        "1 Identification",
        "Other identifiers: country",
        "Identifier.country",
        "add-number",
        "numbers country",
    ),
    Field(
        "1 Identification",
        "Other identifiers: issue date",
        "Identifier.issued",
        "add-number",
        "numbers issued",
    ),
    Field(
        "1 Identification",
        "Other identifiers: expiry date",
        "Identifier.expires",
        "add-number",
        "numbers expires",
    ),
    _person("2 Name", "Family name", "family_name"),
    _person("2 Name", "Given names", "given_names"),
    _person("2 Name", "Other or maiden name", "other_names"),
    _person("2 Name", "Title", "title"),
    _person("3 Birth", "Sex", "sex"),
    _person("3 Birth", "Date of birth, as far as it is known", "born"),
    _person("3 Birth", "Place of birth", "birth_place"),
    _person("3 Birth", "Area of birth", "birth_area"),
    _person("3 Birth", "Country of birth", "birth_country"),
    _person("4 Citizenship, residence, language", "Citizenship", "nationality"),
    _person("4 Citizenship, residence, language", "Other citizenships", "other_nationalities"),
    _person("4 Citizenship, residence, language", "Area of residence", "residence"),
    _person("4 Citizenship, residence, language", "Country of residence", "residence_country"),
    _person("4 Citizenship, residence, language", "Languages", "languages"),
    _row("4 Citizenship, residence, language", "Level: spoken", "LanguageSkill.spoken", "languages spoken"),
    _row("4 Citizenship, residence, language", "Level: read", "LanguageSkill.read", "languages read"),
    _row(
        "4 Citizenship, residence, language", "Level: written", "LanguageSkill.written", "languages written"
    ),
    _person("5 Address", "Address", "address"),
    _person("6 Contact", "Telephone", "phone"),
    _person("6 Contact", "Second telephone", "phone2"),
    _person("6 Contact", "E-mail", "email"),
    _person("6 Contact", "Emergency contact: name", "contact_name"),
    _person("6 Contact", "Emergency contact: relation", "contact_link"),
    _person("6 Contact", "Emergency contact: telephone", "contact_phone"),
    _row("6 Contact", "Further telephones and addresses: kind", "Contact.kind", "contacts kind"),
    _row("6 Contact", "Further telephones and addresses: value", "Contact.value", "contacts value"),
    _row(
        "6 Contact", "Further telephones and addresses: preferred", "Contact.preferred", "contacts preferred"
    ),
    _row("6 Contact", "Next of kin", "Relative.notify", "relatives relative.notify"),
    _row("7 Education and licences", "Diploma", "Qualification.diploma", "credentials qualification.diploma"),
    _row(
        "7 Education and licences",
        "Title of the diploma",
        "Qualification.title",
        "credentials qualification.title",
    ),
    _row(
        "7 Education and licences", "Field of study", "Qualification.field", "credentials qualification.field"
    ),
    _row(
        "7 Education and licences",
        "Institution",
        "Qualification.institution",
        "credentials qualification.institution",
    ),
    _row(
        "7 Education and licences",
        "Country of study",
        "Qualification.country",
        "credentials qualification.country",
    ),
    _row(
        "7 Education and licences",
        "Date awarded",
        "Qualification.awarded",
        "credentials qualification.awarded",
    ),
    _row(
        "7 Education and licences",
        "Specialty, certificate, training",
        "Qualification.kind",
        "credentials qualification.kind",
    ),
    _row(
        "7 Education and licences",
        "Training: first day",
        "Qualification.starts",
        "credentials qualification.starts",
    ),
    _row(
        "7 Education and licences",
        "Training: last day",
        "Qualification.ends",
        "credentials qualification.ends",
    ),
    _row(
        "7 Education and licences",
        "Training: hours",
        "Qualification.hours",
        "credentials qualification.hours",
    ),
    _row("7 Education and licences", "Licence: type", "Licence.kind", "credentials licence.kind"),
    _row("7 Education and licences", "Licence: number", "Licence.reference", "credentials licence.reference"),
    _row("7 Education and licences", "Licence: issuing body", "Licence.body", "credentials licence.body"),
    _row("7 Education and licences", "Licence: cadre", "Licence.cadre", "credentials licence.cadre"),
    _row("7 Education and licences", "Licence: issue date", "Licence.starts", "credentials licence.starts"),
    _row("7 Education and licences", "Licence: expiry date", "Licence.ends", "credentials licence.ends"),
    _row("7 Education and licences", "Licence: status", "Licence.status", "credentials licence.status"),
    _row("8 Employment", "Status", "Employment.status", "employments status"),
    _row("8 Employment", "Statutory position", "Employment.position", "employments position"),
    _row("8 Employment", "On leave", "Absence.kind", "absences kind"),
    _row("8 Employment", "Retired, deceased, left the country", "Exit.kind", "exits kind"),
    Field(
        "8 Employment",
        "Occupation (cadre, with its ISCO-08 code)",
        "Posting.cadre",
        "start-posting",
        "postings cadre",
    ),
    Field("8 Employment", "Job title", "Posting.job", "start-posting", "postings job"),
    _row("8 Employment", "Grade", "Employment.grade", "employments grade"),
    _row("8 Employment", "Contract", "Employment.contract", "employments contract"),
    _row("8 Employment", "Contract: kind", "Employment.contract_kind", "employments contract_kind"),
    _row("8 Employment", "Hours a week", "Employment.hours", "employments hours"),
    Field("8 Employment", "Full or part time", "Posting.share", "start-posting", "postings share"),
    Field("8 Employment", "Start date", "Posting.starts", "start-posting", "postings starts"),
    Field("8 Employment", "End date", "Posting.ends", "end-posting", "postings ends"),
    Field("8 Employment", "Reason for leaving", "Posting.end_reason", "end-posting", "postings end_reason"),
    _row("8 Employment", "Employer", "Employment.employer", "employments employer"),
    Field("8 Employment", "Sector", "Facility.sector", "facility", "facilities sector"),
    Field("9 Employment address", "Facility", "Posting.facility", "start-posting", "postings facility"),
    Field(
        "9 Employment address",
        "Facility: code in the master list",
        "Facility.code",
        "facility",
        "facilities code",
    ),
    Field("9 Employment address", "Facility: type", "Facility.kind", "facility", "facilities kind"),
    Field(
        "9 Employment address",
        "Facility: administrative unit",
        "Facility.area",
        "facility",
        "facilities cercle",
    ),
    Field(
        "9 Employment address", "Facility: latitude", "Facility.latitude", "facility", "facilities latitude"
    ),
    Field(
        "9 Employment address",
        "Facility: longitude",
        "Facility.longitude",
        "facility",
        "facilities longitude",
    ),
    Field(
        "10 Submission", "Who sent it, when, from where: every value has its entry", "Person.created", "acts"
    ),
]


def _chw(group: str, name: str, kept: str, page: str, column: str) -> Field:
    return Field(group, name, kept, page, f"chw {column}")


def _extra(group: str, name: str) -> Field:
    """One of the country's own fields (the list ``extra_field`` of its pack)."""
    return Field(group, name, "ExtraValue.value", "extras", "chw extra.*")


CHW = [
    _chw("Identify", "National and other numbers", "Identifier.number", "add-number", "number.*"),
    _chw("Identify", "Family name", "Person.family_name", "person", "family_name"),
    _chw("Identify", "Given names", "Person.given_names", "person", "given_names"),
    _chw("Identify", "Sex", "Person.sex", "person", "sex"),
    _chw("Identify", "Date of birth", "Person.born", "person", "born"),
    Field("Identify", "Photograph", "Person.photo", "add-paper"),
    _chw("Describe", "Type", "Posting.cadre", "start-posting", "posting.cadre"),
    _chw("Describe", "Education level", "Qualification.diploma", "add-row", "qualification.diploma"),
    _chw("Describe", "Languages", "Person.languages", "person", "languages"),
    _chw("Describe", "Marital status", "Person.marital", "person", "marital"),
    _chw("Describe", "Pre-service training", "Qualification.title", "add-row", "qualification.title"),
    _row("Describe", "In-service training", "Qualification.kind", "credentials qualification.kind"),
    _chw("Describe", "Competency certificate", "Licence.reference", "add-row", "licence.reference"),
    _chw("Describe", "Certificate: expiry", "Licence.ends", "add-row", "licence.ends"),
    _extra("Describe", "Functions performed"),
    _extra("Describe", "Mentorship area"),
    _extra("Describe", "Equipment and incentives"),
    _extra("Describe", "Amount of the remuneration"),
    _chw("Describe", "Source of the remuneration", "Employment.funding", "add-row", "employment.funding"),
    _row("Describe", "Relatives and dependents", "Relative.name", "relatives relative.name"),
    _chw("Enumerate", "Status", "Employment.status", "add-row", "employment.status"),
    _chw("Enumerate", "Start date", "Posting.starts", "start-posting", "posting.starts"),
    _chw("Enumerate", "End date", "Posting.ends", "end-posting", "posting.ends"),
    _chw("Enumerate", "Reason for departure", "Posting.end_reason", "end-posting", "posting.end_reason"),
    _chw("Locate", "Village or site of service", "Person.address", "person", "address"),
    _extra("Locate", "Position of the site, people and households covered, distance to the facility"),
    _chw("Locate", "Attached facility", "Posting.facility", "start-posting", "posting.facility"),
    _extra("Locate", "Supervisor"),
    _chw("Contact", "Telephone", "Person.phone", "person", "phone"),
    _chw("Contact", "Second telephone", "Person.phone2", "person", "phone2"),
    _chw("Contact", "E-mail", "Person.email", "person", "email"),
    _row("Contact", "Owner of the telephone", "Contact.owner", "contacts owner"),
    _row("Contact", "Network", "Contact.network", "contacts network"),
    _row("Contact", "Mobile-money number", "Contact.value", "contacts value"),
]
