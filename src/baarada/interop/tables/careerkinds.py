"""Lists of the rows of careers: what their columns are, and what makes a row the same as one that is here.

Each kind is declared once; ``careerlists.py`` reads and writes them all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from baarada.interop.tables.careers import meant, overlap
from baarada.interop.tables.columns import Column, of_model
from baarada.kernel.text import fold
from baarada.registry.models import (
    Absence,
    Contact,
    Employment,
    Exit,
    Identifier,
    LanguageSkill,
    Licence,
    PersonnelAct,
    Posting,
    Qualification,
    Relative,
)
from baarada.registry.searchkeys import plain

Values = dict[str, Any]
Meant = Callable[[Values, Sequence[Any]], tuple[Any, Values]]
"""The record, of somebody's, that a row speaks of (None: a new one), and what the row then says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sort of record that the rows of a list hold."""

    model: Any
    words: Mapping[str, str]
    """Its columns by field, each with the headings met in lists: French, then behind ``||`` English."""
    meant: Meant
    firm: tuple[str, ...] = ()
    """Fields that must be readable; of others, what no list knows is kept in words, in the note."""
    labels: Mapping[str, Any] | None = None
    prefix: str = ""

    def columns(self) -> list[Column]:
        """Its columns, in their order."""
        return of_model(self.model, dict(self.words), self.prefix, labels=self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareerKind:
    """A kind of list of which each row says something of somebody's career."""

    key: str
    label: Any
    parts: tuple[Part, ...]


_DECISION = "decision|n decision|no decision|n de la decision|numero de decision|reference|ref||decision no"
_DECIDED = "date de la decision|date decision|decision du||date of the decision"
_NOTE = "note|notes|observation|observations|obs|remarque|remarques||notes"
_STARTS = "date de debut|debut|du|depuis|depuis le|a compter du|date d effet|date deffet|premier jour||start date|from"
_ENDS = "date de fin|fin|au|jusqu au|jusquau|dernier jour||end date|to|until"


def _same_day(one: Any, other: Any) -> bool:
    """True for days that may be the same, also where one is not known."""
    return one is None or other is None or overlap(one, other)


def _differ(one: Any, other: Any) -> bool:
    """True for two words of which both are known and not the same."""
    return bool(one) and bool(other) and fold(str(one)) != fold(str(other))


def _first(found: Callable[[Values, Any], bool]) -> Meant:
    """The first record that a rule takes for the same."""
    return lambda values, records: (next((r for r in records if found(values, r)), None), values)


def _same_study(values: Values, record: Any) -> bool:
    if values.get("reference") and record.reference:
        return plain(values["reference"]) == plain(record.reference)
    names = ("kind", "diploma", "title", "field", "institution")
    if any(_differ(values.get(name), getattr(record, name)) for name in names):
        return False
    if not _same_day(values.get("awarded"), record.awarded) or not _same_day(
        values.get("starts"), record.starts
    ):
        return False
    return any(values.get(name) and getattr(record, name) for name in ("diploma", "title", "field"))


def _same_licence(values: Values, record: Any) -> bool:
    if _differ(values.get("kind"), record.kind) or _differ(values.get("body"), record.body):
        return False
    if values.get("reference") and record.reference:
        return plain(values["reference"]).lstrip("0") == plain(record.reference).lstrip("0")
    return _same_day(values.get("starts"), record.starts)


def _same_absence(values: Values, record: Any) -> bool:
    return not _differ(values.get("kind"), record.kind) and _same_day(values.get("starts"), record.starts)


def _same_act(values: Values, record: Any) -> bool:
    if _differ(values.get("kind"), record.kind):
        return False
    if values.get("decision") and record.decision:
        return plain(values["decision"]) == plain(record.decision)
    if values.get("dated") and record.dated:
        return overlap(values["dated"], record.dated) and not _differ(values.get("nature"), record.nature)
    return not _differ(values.get("nature"), record.nature) and values.get("dated") == record.dated


def _same_exit(values: Values, record: Any) -> bool:
    return not _differ(values.get("kind"), record.kind) and _same_day(values.get("left"), record.left)


def _same_number(values: Values, record: Any) -> bool:
    same = plain(values.get("number") or "") == plain(record.number or "")
    return same and not _differ(values.get("kind"), record.kind)


def _same_relative(values: Values, record: Any) -> bool:
    same = fold(values.get("name") or "") == fold(record.name or "")
    return (
        same and not _differ(values.get("link"), record.link) and _same_day(values.get("born"), record.born)
    )


def _same_contact(values: Values, record: Any) -> bool:
    same = plain(values.get("value") or "") == plain(record.value or "")
    return same and not _differ(values.get("kind"), record.kind)


def _same_posting(values: Values, record: Any) -> bool:
    place = values.get("facility")
    same = place is None or record.facility_id == place[0].pk
    return same and _same_day(values.get("starts"), record.starts)


EMPLOYMENTS = CareerKind(key="employments", label=_("Administrative statuses"), parts=(
    Part(
        model=Employment,
        words={
            "worker": "type d agent|type agent|categorie d agent||kind of worker",
            "employer": "employeur||employer",
            "status": "statut|statut de l agent|statut administratif||employment status",
            "position": "position|position administrative||statutory position",
            "corps": "corps d appartenance||civil service corps",
            "category": "categorie|cat|categorie fp||category",
            "grade": "grade actuel|nouveau grade",
            "tier": "classe|nouvelle classe||class",
            "step": "echelon|ech|nouvel echelon||step",
            "index": "indice|indice de solde|nouvel indice||index|salary index",
            "funding": "financement|prise en charge|bailleur||funding|paid by",
            "contract_kind": "nature du contrat|type de contrat||contract type|kind of contract",
            "contract": "n contrat|no contrat|numero de contrat||contract number",
            "hours": "heures par semaine|heures hebdomadaires||hours a week|weekly hours",
            "starts": f"date d engagement|date de recrutement|{_STARTS}",
            "ends": f"fin de contrat|date de fin de contrat|{_ENDS}",
            "decision": _DECISION,
            "decided": _DECIDED,
            "end_reason": "motif de fin||reason of the end",
            "note": _NOTE,
        },
        meant=lambda values, records: meant(Employment, values, list(records)),
    ),
))  # fmt: skip
CREDENTIALS = CareerKind(key="credentials", label=_("Diplomas and licences"), parts=(
    Part(
        model=Qualification,
        prefix="qualification.",
        words={
            "kind": "nature de la formation|type de formation||kind of study",
            "diploma": "diplome|dernier diplome|diplome obtenu||diploma",
            "title": "intitule du diplome|intitule|intitule de la formation||title of the diploma",
            "field": "specialite|specialite du diplome|filiere|option|theme||field of study",
            "institution": "ecole|institut|ecole de formation|etablissement de formation|organisateur||"
            "school|institution",
            "country": "pays de formation|pays||country of study",
            "awarded": "annee d obtention|date d obtention|annee du diplome|date du diplome||year of graduation",
            "reference": "n diplome|no diplome|numero du diplome||diploma number",
            "starts": "debut de la formation||training from",
            "ends": "fin de la formation||training to",
            "hours": "heures|nombre d heures|volume horaire||hours",
            "note": "observation sur le diplome",
        },
        labels={
            "title": _("Title of the diploma"), "field": _("Subject of the diploma"),
            "starts": _("Training from"), "ends": _("Training until"), "note": _("Note on the diploma"),
        },
        meant=_first(_same_study),
    ),
    Part(
        model=Licence,
        prefix="licence.",
        words={
            "kind": "nature de l inscription|type de licence||licence type",
            "body": "ordre professionnel|ordre||professional order|council",
            "reference": "n licence|no licence|numero de licence|n agrement|n d inscription||"
            "licence number|license number",
            "cadre": "profession autorisee||licensed cadre",
            "specialty": "specialite autorisee||licensed specialty",
            "status": "etat de la licence|statut de la licence||licence status|license status",
            "starts": "licence depuis|date de delivrance|delivree le|date d inscription||licence from|issued on",
            "ends": "fin de validite de la licence|fin de validite|licence jusqu au|date d expiration|expire le||"
            "licence until|license expiry|expires on",
            "facility": "lieu d exercice prive|cabinet||place of practice",
            "decision": "n de l agrement|decision d agrement",
            "note": _NOTE,
        },
        labels={
            "reference": _("Licence no."), "cadre": _("Cadre of the licence"),
            "specialty": _("Specialty of the licence"), "status": _("State of the licence"),
            "starts": _("Licence valid from"), "ends": _("Licence valid until"),
            "decision": _("Decision on the licence"),
        },
        meant=_first(_same_licence),
    ),
))  # fmt: skip
ABSENCES = CareerKind(key="absences", label=_("Absences"), parts=(
    Part(
        model=Absence,
        words={
            "kind": "nature|nature du conge|type de conge|type|type d absence|motif|nature de l absence||"
            "kind|type of leave",
            "starts": f"date de depart|depart|depart en conge|{_STARTS}",
            "ends": _ENDS,
            "days": "nombre de jours|nb jours|jours|duree|duree en jours||days",
            "asked": "date de la demande|demande le||asked on",
            "decision": f"autorisation|n autorisation|{_DECISION}",
            "returned": "date de retour|retour|date de reprise|reprise|reprise de service||back on|return date",
            "note": _NOTE,
        },
        firm=("kind",),
        meant=_first(_same_absence),
    ),
))  # fmt: skip
ACTS = CareerKind(key="acts", label=_("Sanctions, awards, appraisals"), parts=(
    Part(
        model=PersonnelAct,
        words={
            "kind": "type|type d acte|categorie d acte||kind|type of act",
            "nature": "nature|nature de la sanction|nature de la distinction|sanction|distinction|intitule||nature",
            "dated": "date|date de l acte|date de la sanction|date de la notation||date",
            "starts": _STARTS,
            "ends": _ENDS,
            "given_by": "autorite|autorite signataire|signataire|prononcee par|notateur||decided by|authority",
            "score": "note chiffree|mention|appreciation|points||mark|score",
            "decision": _DECISION,
            "reason": "motif|motifs|faits||reason",
            "note": _NOTE,
        },
        firm=("kind",),
        meant=_first(_same_act),
    ),
))  # fmt: skip
EXITS = CareerKind(key="exits", label=pgettext_lazy("list", "Departures"), parts=(
    Part(
        model=Exit,
        words={
            "kind": "motif|motif de depart|motif du depart|raison|raison du depart|nature du depart||"
            "reason|reason of leaving",
            "left": "date de depart|date du depart|date de cessation|cessation de service|date de cessation de service|"
            "date de la retraite|date de deces|date||last day|exit date|date of leaving",
            "country": "pays|pays de destination||country",
            "destination": "destination|nouvel employeur|organisme d accueil||new employer",
            "decision": f"acte|n acte|arrete|n arrete|{_DECISION}",
            "decided": _DECIDED,
            "note": _NOTE,
        },
        firm=("kind",),
        meant=_first(_same_exit),
    ),
))  # fmt: skip
POSTINGS = CareerKind(key="postings", label=_("Postings"), parts=(
    Part(
        model=Posting,
        words={
            "facility": "structure|affectation|structure d affectation|lieu d affectation|nouvelle structure|"
            "nouvelle affectation|etablissement|lieu de travail||facility|new facility",
            "unit": "service|unite||unit|ward",
            "cadre": "cadre|qualif|qualification|profession|corps||occupation",
            "job": "fonction|emploi||job|function",
            "post": "n poste|no poste|numero de poste|poste n||post number",
            "kind": "nature de l affectation|nature||kind of posting",
            "starts": f"date d affectation|date de prise de service|prise de service|{_STARTS}",
            "ends": _ENDS,
            "share": "part du temps|temps de travail|taux||share of time|fte",
            "main": "affectation principale|principale||main|main posting",
            "decision": _DECISION,
            "decided": _DECIDED,
            "reason": "motif|motif de l affectation||reason",
            "end_reason": "motif de fin|motif de depart||reason of the end",
            "taken_up": "prise de service effective|certificat de prise de service||took up duty on",
            "ceased": "cessation de service|date de cessation de service||ceased duty on",
            "note": _NOTE,
        },
        firm=("facility", "cadre", "post", "share", "main"),
        meant=_first(_same_posting),
    ),
))  # fmt: skip

NUMBERS = CareerKind(key="numbers", label=_("Numbers and identity papers"), parts=(
    Part(
        model=Identifier,
        words={
            "kind": "type de numero|type de piece|nature de la piece|piece||kind of number|type of document",
            "number": "numero|n|no|numero de la piece|n de la piece||number|document number",
            "issuer": "delivre par|autorite|autorite de delivrance||issued by|issuer",
            "country": "pays|pays de delivrance||country",
            "issued": "delivre le|date de delivrance||issued on|issue date",
            "expires": "expire le|valable jusqu au|date d expiration|fin de validite||valid until|expiry date",
            "note": _NOTE,
        },
        firm=("kind", "number"),
        meant=_first(_same_number),
    ),
))  # fmt: skip

RELATIVES = CareerKind(key="relatives", label=_("Families and dependents"), parts=(
    Part(
        model=Relative,
        prefix="relative.",
        words={
            "name": "nom et prenoms du parent|nom du parent|nom de l enfant|nom du conjoint|ayant droit||relative",
            "link": "lien|lien de parente|parente||relation|link",
            "sex": "sexe du parent|sexe de l enfant||sex of the relative",
            "born": "date de naissance du parent|date de naissance de l enfant|ne ou nee le||born on",
            "dependent": "a charge|charge||dependent",
            "notify": "a prevenir|a prevenir en cas d urgence||to be told",
            "phone": "telephone du parent|tel du parent||telephone of the relative",
            "address": "adresse du parent||address of the relative",
            "note": _NOTE,
        },
        labels={
            "name": _("Name of the relative"), "sex": _("Sex of the relative"), "born": _("Birth of the relative"),
            "phone": _("Telephone of the relative"), "address": _("Address of the relative"),
        },
        firm=("name", "dependent", "notify"),
        meant=_first(_same_relative),
    ),
))  # fmt: skip
LANGUAGES = CareerKind(key="languages", label=_("Levels in languages"), parts=(
    Part(
        model=LanguageSkill,
        words={
            "language": "langue|langues||language",
            "spoken": "parle|parlee|oral||spoken",
            "read": "lu|lue|lecture||read",
            "written": "ecrit|ecrite|ecriture||written",
            "note": _NOTE,
        },
        firm=("language",),
        meant=_first(lambda values, record: not _differ(values.get("language"), record.language)),
    ),
))  # fmt: skip
CONTACTS = CareerKind(key="contacts", label=_("Other contacts"), parts=(
    Part(
        model=Contact,
        words={
            "kind": "nature du contact|type de contact||kind of contact",
            "value": "numero|numero ou adresse|contact||number or address",
            "owner": "proprietaire|a qui|titulaire||owner",
            "network": "reseau|operateur|couverture||network",
            "preferred": "prefere|a essayer en premier||preferred",
            "note": _NOTE,
        },
        firm=("kind", "value", "preferred"),
        meant=_first(_same_contact),
    ),
))  # fmt: skip

KINDS = (
    EMPLOYMENTS, POSTINGS, CREDENTIALS, ABSENCES, ACTS, EXITS, NUMBERS, RELATIVES, LANGUAGES, CONTACTS,
)  # fmt: skip
