"""What the columns of a list can be: their names in French and English, what their cells take."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from baarada.journal import runtime
from baarada.kernel.text import fold
from baarada.registry import extras, facts, lists
from baarada.registry.facts import FACTS
from baarada.registry.models import Employment, Facility, Licence, Person, Posting, Qualification

PEOPLE, FACILITIES = "people", "facilities"
KINDS: dict[str, Any] = {PEOPLE: _("People"), FACILITIES: _("Facilities")}
"""What a list can be of; the kinds beside these two are added by ``kinds.py``."""

ID, SEEN = "id", "seen"
"""The opaque last columns of an export: which record a row is, and what stood in it when it was written."""


_ELIDED = re.compile(r"\b(d|l|qu|jusqu) (?=[a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """How the columns of a further kind of list are known."""

    columns: Callable[[], list["Column"]]
    fact: Callable[[str], Any]
    """What a column, by its key, reads as; None for a place, a name, a number."""
    needed: Callable[[], tuple[str, ...]]
    """Of these columns, at least one must be there."""


FURTHER: dict[str, Headed] = {}
ABOUT: dict[str, str] = {PEOPLE: "person", FACILITIES: "facility"}
"""Whose page says more of a row: a person's, a facility's, an area's."""
MORE: list[Callable[[str], list["Column"]]] = []
"""What gives further columns for a kind of list: a room above, or the pack of a country."""


@dataclass(frozen=True)
class Column:
    """One thing that a column can be. ``words`` are headings met in lists, folded; ``english`` those in English."""

    key: str
    label: Any
    words: tuple[str, ...] = ()
    english: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    """Headings that mean this column only where no other does."""

    # Asked for once for each heading of a file and each column that it may be.
    @cached_property
    def labels(self) -> set[str]:
        """Its own name in each language, folded."""
        labels = set()
        for language, _name in settings.LANGUAGES:
            with override(language):
                labels.add(fold(str(self.label)))
        return labels

    @cached_property
    def names(self) -> set[str]:
        """Every heading that means this column, folded: its label in each language, and words met in lists."""
        return self.labels | {*self.words, *self.english}


def column_of(key: str, label: Any, words: str = "", weak: str = "") -> Column:
    """A column; of its words, those behind ``||`` are English."""
    french, _mark, english = words.partition("||")
    return Column(key, label, _words(french), _words(english), _words(weak))


def _words(text: str) -> tuple[str, ...]:
    """The words of a text, each also as it folds with its apostrophe: “date d effet” and “date deffet”."""
    words = [w.strip() for w in text.split("|") if w.strip()]
    return tuple(dict.fromkeys([*words, *(_ELIDED.sub(r"\1", w) for w in words)]))


def of_model(
    model: Any, words: dict[str, str], prefix: str = "", *, labels: Mapping[str, Any] | None = None,
    weak: Mapping[str, str] | None = None,
) -> list[Column]:  # fmt: skip
    """The columns of some fields; ``labels`` are for those whose own label another column of the list bears."""
    return [
        column_of(
            prefix + name,
            (labels or {}).get(name) or FACTS[model][name].label,
            found,
            (weak or {}).get(name, ""),
        )
        for name, found in words.items()
    ]


REASON = column_of("reason", _("Reason, and what to do"))
"""The last column of the rows that came back refused: it is for people, and says nothing of anybody."""

SHEET = column_of("sheet", _("Sheet of the file"))
LINE = column_of("line", _("Row of the file"))
OURS = (REASON, SHEET, LINE)
"""Columns that this program writes for people into what goes back: they are never read."""

_ID = column_of(ID, _("Baarada identifier"), "identifiant baarada|baarada identifier")
_SEEN = column_of(SEEN, _("Version read"), "version lue|version read")

_PERSON = of_model(
    Person,
    {
        "family_name": "nom|noms|nom de famille||family name|last name|surname",
        "given_names": "prenom|prenoms|prenom s|prenom 1|premier prenom||given name|given names|first name|first names",
        "other_names": "autres noms|autre nom|nom de jeune fille|surnom||other names|maiden name",
        "title": "titre|civilite||title",
        "sex": "sexe|genre|s||sex|gender",
        "born": "date de naissance|date naissance|date naiss|naissance|ne le|nee le|ddn||birth date|date of birth|dob",
        "birth_place": "lieu de naissance|lieu naissance||birth place|place of birth",
        "birth_area": "region de naissance|cercle de naissance|commune de naissance||area of birth",
        "birth_country": "pays de naissance||country of birth",
        "nationality": "nationalite||nationality",
        "other_nationalities": "autre nationalite|autres nationalites|double nationalite||other nationalities",
        "marital": "situation matrimoniale|situation de famille|etat civil||marital status",
        "children": "enfants|nombre d enfants|nombre denfants|nb enfants|enfants a charge||children",
        "languages": "langues|langues parlees||languages",
        "phone": "telephone|tel|contact|contacts|n tel|no tel|numero de telephone|mobile|portable||phone",
        "phone2": "telephone 2|tel 2|deuxieme telephone|autre telephone||second telephone|phone 2",
        "email": "e mail|mail|courriel|adresse electronique||email",
        "address": "adresse|domicile|residence||address",
        "residence": "lieu de residence|commune de residence|region de residence||area of residence",
        "residence_country": "pays de residence||country of residence",
        "contact_name": "personne a prevenir|contact urgence||person to notify|emergency contact",
        "contact_link": "lien|lien de parente||relation",
        "contact_phone": "telephone de la personne a prevenir|tel urgence||emergency phone",
    },
)
_FULL_NAME = column_of(
    "full_name", _("Family name and given names"),
    "nom et prenom|nom et prenoms|noms et prenoms|nom prenom|nom prenoms|noms prenoms|nom complet|"
    "nom et prenom s|agent|nom de l agent|nom de lagent||full name|name",
)  # fmt: skip
_GIVEN_FIRST = column_of(
    "given_first", _("Given names and family name"),
    "prenom et nom|prenoms et nom|prenom nom|prenoms nom|prenom s et nom|prenom s nom",
)  # fmt: skip
_GIVEN_MORE = column_of(
    "given_more", _("Second given name"),
    "prenom 2|deuxieme prenom|2eme prenom|second prenom|autre prenom|autres prenoms||middle name|second name",
)  # fmt: skip
NAMES = ("full_name", "given_first", "given_more")
"""Columns that hold a name as some lists write it: they are read, and never written."""
_POSTING = of_model(
    Posting,
    {
        "cadre": "cadre|qualif|qualification|profession|categorie professionnelle||occupation",
        "facility": "structure|affectation|lieu d affectation|lieu daffectation|etablissement|"
        "structure d affectation|structure daffectation|structure sanitaire|lieu de travail||"
        "facility|posting|workplace",
        "unit": "service|unite||unit|ward",
        "job": "fonction|poste occupe|poste|emploi||job|function",
        "kind": "nature de l affectation|nature||kind of posting",
        "starts": "date de prise de service|prise de service|date ps|date prise service|dps|"
        "date d affectation|date daffectation|date affectation|"
        "depuis|depuis le|date de debut|premier jour||start date|since|first day",
        "ends": "date de fin|fin|dernier jour||end date|last day",
        "share": "part du temps|temps de travail|taux||share of time|fte",
        "decision": "decision|n decision|no decision|decision no|numero de decision|acte|n acte|decision n",
        "decided": "date de la decision|date decision||date of the decision",
        "reason": "motif|motif de l affectation||reason",
        "end_reason": "motif de fin|motif de depart||reason of the end",
    },
    "posting.",
    # Of two that a heading may mean, the first in the order of the columns: the cadre, unless another heading is it.
    weak={"cadre": "corps"},
)
_EMPLOYMENT = of_model(
    Employment,
    {
        "worker": "type d agent|type agent|categorie d agent||kind of worker|worker type",
        "employer": "employeur||employer",
        "status": "statut|statut de l agent|statut administratif||employment status",
        "position": "position|position administrative||statutory position",
        "corps": "corps d appartenance||civil service corps",
        "category": "categorie|cat|categorie fp||category",
        "grade": "grade actuel",
        "tier": "classe||class",
        "step": "echelon|ech||step",
        "index": "indice|indice de solde||index|salary index",
        "funding": "financement|prise en charge|bailleur||funding|paid by",
        "contract_kind": "nature du contrat|type de contrat||contract type|kind of contract",
        "contract": "n contrat|no contrat|numero de contrat||contract number",
        "hours": "heures par semaine|heures hebdomadaires|horaire hebdomadaire||hours a week|weekly hours",
        "starts": "date d engagement|date engagement|date de recrutement|date d entree a la fonction publique|"
        "date d integration|date d embauche||hire date|employed since",
    },
    "employment.",
    labels={"starts": _("Employed since"), "corps": _("Corps of the civil service")},
    weak={"corps": "corps"},
)
_QUALIFICATION = of_model(
    Qualification,
    {
        "diploma": "diplome|dernier diplome|diplome le plus eleve||diploma|highest diploma",
        "title": "intitule du diplome||title of the diploma",
        "field": "specialite|specialite du diplome|filiere|option||field of study",
        "institution": "ecole|institut|ecole de formation|etablissement de formation||school|institution",
        "country": "pays de formation||country of study",
        "awarded": "annee d obtention|date d obtention|annee du diplome|date du diplome||year of graduation",
    },
    "qualification.",
    labels={"title": _("Title of the diploma"), "field": _("Subject of the diploma")},
)
_LICENCE = of_model(
    Licence,
    {
        "kind": "nature de l inscription||licence type",
        "body": "ordre professionnel||professional order|council",
        "reference": "n licence|no licence|n agrement||licence number|license number",
        "status": "etat de la licence||licence status|license status",
        "starts": "licence depuis||licence from",
        "ends": "fin de validite de la licence|licence jusqu au||licence until|license expiry",
    },
    "licence.",
    labels={
        "reference": _("Licence no."),
        "status": _("State of the licence"),
        "starts": _("Licence valid from"),
        "ends": _("Licence valid until"),
    },
)
OF_A_CAREER: dict[str, tuple[Any, list[str]]] = {
    prefix: (model, [c.key.partition(".")[2] for c in found])
    for prefix, model, found in (
        ("employment", Employment, _EMPLOYMENT), ("qualification", Qualification, _QUALIFICATION),
        ("licence", Licence, _LICENCE),
    )
}  # fmt: skip
"""What a list of people says of a career: by the prefix of its columns, the kind of record and its fields."""

_OFFICE = column_of(
    "office", _("Office in charge"), "district|district sanitaire|bureau|direction||office|office in charge"
)
_NOTE = column_of("note", _("Note"), "note|notes|observation|observations|obs|remarque|remarques")

_FACILITY = of_model(
    Facility,
    {
        "code": "code|code national|identifiant|id structure|code structure||facility id|national code",
        "name": "nom|structure|nom de la structure|etablissement|designation||name|facility|facility name",
        "other_names": "autres noms|nom d origine|alias||name source|other names",
        "kind": "type|type de structure|categorie|nature||type code|kind|kind of facility",
        "level": "niveau|niveau de soins||level|level of care",
        "sector": "secteur|statut juridique||sector",
        "component": "composante||component",
        "locality": "localite|village|quartier||locality",
        "starts": "ouverture|date d ouverture|date douverture||opened|opened on|opening date",
        "ends": "fermeture|date de fermeture||closed|closed on|closing date",
        "latitude": "lat|latitude|y",
        "longitude": "lon|long|lng|longitude|x",
        "codes": "codes ailleurs|dhis2|code dhis2||codes in other systems",
        "services": "services|services offerts|paquet||services offered",
        "phone": "telephone|tel|contact||phone",
        "email": "e mail|courriel|mail||email",
        "address": "adresse||address",
        "source": "source",
        "quality": "qualite|certitude||quality|certainty",
        "note": "note|notes|observation|observations|obs|remarques",
    },
)
_PLACES = [
    column_of("region", _("Region"), "region|region sanitaire"),
    column_of("cercle", pgettext_lazy("map", "Area below the region"), "cercle|departement|province||county"),
    column_of("cercle_code", _("Code of that area"), "cercle pcode|code cercle|pcode||area code"),
    column_of("commune", _("Commune"), "commune|arrondissement||municipality"),
    column_of("office", _("Health district"), "district|district sanitaire|bureau||health district|office"),
    column_of("duplicate_of", _("Duplicate of (code)"), "doublon de|doublon||duplicate of"),
]


AREAS = ("birth_area", "residence")
"""Of the columns of people, those that name an area."""
FIELDS = {
    PEOPLE: [c.key for c in (*_PERSON, _NOTE)],
    FACILITIES: [c.key for c in _FACILITY],
}
"""The columns that are fields of the record a row is about, under the field's own name."""


def columns(kind: str) -> list[Column]:
    """Everything a column of a list of this kind can be, in the order of an export."""
    return [*_own_columns(kind), *more(kind), _ID, _SEEN]


def more(kind: str) -> list[Column]:
    """The columns that others give to a kind of list."""
    return [column for give in MORE for column in give(kind)]


def _own_columns(kind: str) -> list[Column]:
    if kind in FURTHER:
        return FURTHER[kind].columns()
    if kind == FACILITIES:
        return [*_FACILITY, *map(_with_levels, _PLACES)]
    career = [*_EMPLOYMENT, *_QUALIFICATION, *_LICENCE]
    names = (_FULL_NAME, _GIVEN_FIRST)
    own = (_GIVEN_MORE, *_PERSON, *_numbers())
    return [*names, *own, *_POSTING, *career, _with_levels(_OFFICE), _NOTE]


def _with_levels(one: Column) -> Column:
    """The column of the office, headed by a level of the country's map where offices bear the name of that level."""
    if one.key != "office":
        return one
    levels = [{fold(i.label_fr or ""), fold(i.label_en or "")} for i in lists.items("area_kind")]
    offices = {fold(text or "") for i in lists.items("office_kind") for text in (i.label_fr, i.label_en)}
    words = {word for level in levels if level & offices for word in level if word}
    return Column(one.key, one.label, (*one.words, *sorted(words)), one.english)


_NUMBER_WORDS = {
    "payroll": "mle|matle|matr|matricule|n mle|no mle|n matricule|numero matricule|mat||payroll number|staff number",
    "national": "nina|n nina|nin|cni|carte nationale||national id|national identity number",
    "council": "n ordre|no ordre|numero d ordre|numero dordre|ordre||council number|registration number",
    "passport": "passeport|passport|n passeport",
}


def _numbers() -> list[Column]:
    """One column for each kind of identifier that the country knows."""
    out = []
    for item in lists.items("identifier_kind"):
        role = lists.attribute("identifier_kind", item.code, "role")
        own = column_of(f"number.{item.code}", str(item), _NUMBER_WORDS.get(role, ""))
        french, english = (fold(item.label_fr or ""),), (fold(item.label_en or ""), fold(item.code or ""))
        out.append(Column(own.key, own.label, own.words + french, own.english + english))
    return out


def column(kind: str, key: str) -> Column | None:
    """A column by its key."""
    return next((c for c in columns(kind) if c.key == key), None)


_TAKES: dict[str, Any] = {
    facts.TEXT: _("Text"),
    facts.LONG: _("Text"),
    facts.TEXTS: _("One or several, with a semicolon between them"),
    facts.CODES: _("One or several, with a semicolon between them"),
    facts.NUMBER: _("A whole number"),
    facts.PHONE: _("A telephone number"),
    facts.YES_NO: _("Yes or no"),
    facts.ANSWER: _("Yes or no"),
    facts.EMAIL: _("An e-mail address"),
    facts.PLACE: _("Its name or its code, as the register has it"),
}
"""What to write in a column, by how its values read."""


def takes(kind: str, one: Column) -> str:
    """What to write in a column, in a sentence."""
    if one.key.startswith("number."):
        return str(_("As it stands on the paper; set the column to text, so that nothing is rounded"))
    known = _fact(kind, one)
    if known is None or known.reads == facts.OFFICE:
        return str(_TAKES[facts.PLACE])
    some = _items(known)
    return "; ".join(some) if some else str(_TAKES.get(known.reads) or known.hint)


def choices(kind: str, one: Column) -> list[str]:
    """What a cell of a column can hold, where that is one of a list."""
    known = _fact(kind, one)
    several = (facts.CODES, facts.TEXTS)
    return _items(known) if known is not None and known.reads not in several else []


def is_number(one: Column) -> bool:
    """True where digits are a name, not a quantity: a spreadsheet must not round them or drop their zeros."""
    return one.key.startswith("number.") or one.key in ("phone", "phone2", "contact_phone", "code", "number")


def _fact(kind: str, one: Column) -> Any:
    if one.key.startswith(extras.PREFIX):
        field = extras.field_of(one.key.removeprefix(extras.PREFIX))
        return field.fact if field else None
    if kind in FURTHER:
        return FURTHER[kind].fact(one.key)
    prefix, _dot, name = one.key.rpartition(".")
    career = OF_A_CAREER.get(prefix)
    model = career[0] if career else Posting if prefix else Facility if kind == FACILITIES else Person
    return FACTS[model].get(name)


def _items(known: Any) -> list[str]:
    """What can be chosen today: what was retired is still read, and no longer offered."""
    today = runtime.today()
    if known.reads == facts.CADRE:
        return [cadre.label() for cadre in lists.cadres(today)]
    return [str(item) for item in lists.items(known.list, today)] if known.list else []
