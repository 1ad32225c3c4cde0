"""Lists of people of one sort: the private register with its facilities, and the list of community health workers.

Both are lists of people with columns of their own: what a row is and what it changes is said in ``people.py``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from baarada.interop.models import NEW, REFUSED, SAME, ImportRow
from baarada.interop.tables import cells, columns, exporting
from baarada.interop.tables.careers import Careers
from baarada.interop.tables.cells import BadCell, Finder
from baarada.interop.tables.columns import ID, Column
from baarada.interop.tables.exporting import facility_cells
from baarada.interop.tables.knownpeople import Known
from baarada.interop.tables.matching import Pages
from baarada.interop.tables.parsed import Parsed, Plan
from baarada.interop.tables.people import People
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.ids import as_uuid
from baarada.kernel.pieces import in_pieces
from baarada.registry import lists, queries, rules
from baarada.registry.facts import FACTS
from baarada.registry.models import (
    Assignment,
    Cadre,
    Employment,
    Facility,
    Office,
    Person,
    Posting,
)
from baarada.registry.searchkeys import fold_place

PRIVATE, CHW = "private", "chw"
PLACE = "place."
COMMUNITY = "3253"
"""The class of community health workers in the international classification of occupations."""

_PLACE_READERS: dict[str, Any] = {
    "code": cells.text, "kind": cells.code("facility_type"), "sector": cells.code("sector"), "locality": cells.text,
    "starts": cells.day, "latitude": cells.degrees, "longitude": cells.degrees, "phone": cells.text,
    "email": cells.text, "address": cells.text,
}  # fmt: skip
_PLACE_WORDS = {
    "code": "code de la structure|code etablissement",
    "kind": "type de structure|type d etablissement|nature de l etablissement||type of facility",
    "sector": "secteur|statut juridique||sector",
    "locality": "localite|quartier|village||locality",
    "starts": "date d ouverture|ouvert le||opened on",
    "latitude": "latitude|lat", "longitude": "longitude|lon",
    "phone": "telephone de l etablissement|tel etablissement",
    "email": "e mail de l etablissement|courriel de l etablissement",
    "address": "adresse de l etablissement|adresse du cabinet",
}  # fmt: skip
_PLACE_LABELS = {
    "code": gettext_lazy("Code of the facility"), "phone": gettext_lazy("Telephone of the facility"),
    "email": gettext_lazy("E-mail of the facility"), "address": gettext_lazy("Address of the facility"),
}  # fmt: skip
_OF_PRIVATE = (
    "full_name", "family_name", "given_names", "sex", "born", "birth_place", "nationality", "phone", "email",
    "posting.cadre", "posting.job", "posting.starts", "posting.share", "employment.worker", "employment.status",
    "qualification.diploma", "qualification.field", "qualification.institution", "qualification.awarded",
    "licence.kind", "licence.body", "licence.reference", "licence.status", "licence.starts", "licence.ends",
)  # fmt: skip
_OF_CHW = (
    "full_name", "family_name", "given_names", "other_names", "sex", "born", "birth_place", "nationality", "marital",
    "languages", "phone", "phone2", "email", "address", "posting.cadre", "posting.facility", "posting.kind",
    "posting.starts", "posting.ends", "posting.share", "posting.end_reason", "employment.worker", "employment.employer",
    "employment.status", "employment.position", "employment.funding", "employment.starts", "qualification.diploma",
    "qualification.title", "qualification.field", "qualification.institution", "qualification.awarded",
    "licence.reference", "licence.ends",
)  # fmt: skip
_WORDS: Mapping[str, Mapping[str, str]] = {
    PRIVATE: {
        "posting.starts": "en exercice depuis|debut d exercice||practising since",
        "licence.reference": "n agrement|autorisation d exercice|n autorisation",
    },
    CHW: {
        "address": "village|site|hameau|village d affectation|site de l asc||village|site",
        "posting.facility": "cscom|cscom de rattachement|structure de rattachement|aire de sante||attached facility",
        "posting.cadre": "type|type d asc|asc ou relais||chw type",
        "posting.starts": "en service depuis|date de prise de fonction|date de recrutement||start date",
        "posting.end_reason": "motif de depart|motif de sortie||reason for departure",
        "employment.funding": "source de remuneration|paye par|partenaire||paid by",
        "qualification.diploma": "niveau d instruction|niveau d etude|niveau scolaire||education level",
        "qualification.title": "formation initiale|formation||pre service training",
        "licence.reference": "n certificat|certificat de competence||competency certificate",
        "licence.ends": "certificat valable jusqu au||certificate expiry",
    },
}
"""Further headings of the columns that a list of people has."""


def _taken(kind: str, keys: Sequence[str]) -> list[Column]:
    """Some columns of a list of people, with the headings that this list has for them besides."""
    known = {c.key: c for c in columns.columns(columns.PEOPLE)}
    numbers = [key for key in known if key.startswith("number.")]
    return [_also(known[key], _WORDS[kind].get(key, "")) for key in (*numbers, *keys)]


def _also(one: Column, words: str) -> Column:
    more = columns.column_of(one.key, one.label, words)
    return Column(one.key, one.label, (*more.words, *one.words), (*more.english, *one.english), one.weak)


def private_columns() -> list[Column]:
    """People with their licence, then their facility, with what it takes to add it."""
    people = {c.key: c for c in columns.columns(columns.PEOPLE)}
    places = {c.key: c for c in columns.columns(columns.FACILITIES)}
    area = [
        Column(f"{PLACE}{key}", places[key].label, places[key].words, places[key].english)
        for key in ("region", "cercle")
    ]
    own = columns.of_model(Facility, _PLACE_WORDS, PLACE, labels=_PLACE_LABELS)
    return [
        *_taken(PRIVATE, _OF_PRIVATE), people["posting.facility"], *own[:3], *area, *own[3:], people["office"],
        people["note"],
    ]  # fmt: skip


def chw_columns() -> list[Column]:
    """What the master list of community health workers says, as far as it is a fact of a person or a posting."""
    people = {c.key: c for c in columns.columns(columns.PEOPLE)}
    return [*_taken(CHW, _OF_CHW), people["office"], people["note"]]


def fact(key: str) -> Any:
    """What a column reads as."""
    prefix, _dot, name = key.rpartition(".")
    model: Any = {"": Person, "posting": Posting, "place": Facility}.get(prefix)
    if model is None and prefix in columns.OF_A_CAREER:
        model = columns.OF_A_CAREER[prefix][0]
    return FACTS[model].get(name) if model is not None else None


def needed() -> tuple[str, ...]:
    """Of these columns, at least one."""
    return ("family_name", "full_name")


# -- the private register -----------------------------------------------------------------


class _Places(Finder):
    """Finds facilities; one that is not here comes with the row that names it."""

    def __init__(self) -> None:
        super().__init__()
        self.telling: Mapping[str, Any] = {}
        """What the row at hand says of its facility."""
        self.coming: dict[str, Facility] = {}
        """Facilities that rows bring, by folded name."""
        self.told: dict[UUID, Mapping[str, Any]] = {}

    def facility(self, cell: str, office: Office | None = None) -> Facility:
        """A facility by code or name; else the one that is to be added."""
        key = fold_place(cell)
        if key in self.coming:
            return self.coming[key]
        try:
            return super().facility(cell, office)
        except BadCell:
            if self._keyed(Facility, cell):
                raise
        new = Facility(id=as_uuid(runtime.new_id()), name=cells.text(cell))
        new.canonical = new.pk
        self.coming[key], self.told[new.pk], self._in_charge[new.pk] = new, self.telling, office
        return new

    def is_coming(self, facility: Facility | None) -> bool:
        """True for a facility that is not here yet."""
        return facility is not None and facility.pk in self.told

    def came(self, old: Facility, new: Facility, office: Office | None) -> None:
        """A facility was added: rows below name it too."""
        self.coming[fold_place(old.name or "")] = new
        self._in_charge[new.pk] = office


class Private(People):
    """Reads, plans and writes rows of the private register: a person, with a facility that may be new."""

    kind = PRIVATE
    finder: _Places

    def __init__(self, by: Actor) -> None:
        super().__init__(by)
        self.finder = _Places()
        self.careers = Careers(self.finder)

    def parse(self, line: int, found: dict[str, str], untouched: frozenset[str] = frozenset()) -> Parsed:
        """Read one row, given its cells by column key and which of them say nothing new."""
        probe = Parsed(line, found, untouched)
        self.finder.telling = self._place(probe)
        alone = not any(found.get(key) for key in (ID, *needed())) and bool(found.get("posting.facility"))
        row = self._alone(probe) if alone else super().parse(line, found, untouched)
        if not alone:
            row.problems += probe.problems
        facility = row.posting.get("facility")
        if self.finder.is_coming(facility):
            problems = rules.check_facility(
                {"kind": None, **self.finder.told[facility.pk], "name": facility.name}
            )
            for name, sentence in problems.items():
                row.refuse(f"{PLACE}{name}", sentence)
        return row

    def _alone(self, row: Parsed) -> Parsed:
        """A facility of which nobody is named."""
        office = row.read("office", self.finder.office)
        place = row.read("posting.facility", lambda cell: self.finder.facility(cell, office))
        if office is not None:
            row.values["office"] = office
        if place is not None:
            row.posting["facility"] = place
        row.extra["alone"] = True
        return row

    def _place(self, row: Parsed) -> dict[str, Any]:
        """What a row says of a facility."""
        values = {name: row.read(f"{PLACE}{name}", reader) for name, reader in _PLACE_READERS.items()}
        region, below = row.cell(f"{PLACE}region"), row.cell(f"{PLACE}cercle")
        area = self.finder.area(below, "", region) if below else None
        area = area or (self.finder.area(region, "region") or self.finder.area(region) if region else None)
        if area is not None:
            values["area"] = (area, str(area))
        return {name: value for name, value in values.items() if value is not None}

    def plan(self, rows: Sequence[Parsed]) -> list[Plan]:
        """What each row would do; a facility alone is added, or here already."""
        people = [row for row in rows if not row.extra.get("alone")]
        plans = dict(zip([row.line for row in people], super().plan(people), strict=True))
        return [plans[row.line] if row.line in plans else self._plan_alone(row) for row in rows]

    def _plan_alone(self, row: Parsed) -> Plan:
        place = row.posting.get("facility")
        status = REFUSED if row.problems else NEW if self.finder.is_coming(place) else SAME
        return Plan(status, title=str(place or row.cells.get("posting.facility", "")))

    def _posting_changes(
        self, row: Parsed, person: Person, known: Known, pages: Pages
    ) -> list[tuple[str, Any]]:
        """A practice beside a posting that runs elsewhere is one more posting, not a transfer."""
        facility = row.posting.get("facility")
        current = known.current(person.pk, self.today, facility)
        if (
            facility is None
            or current is None
            or not current.span.holds(self.today)
            or known.is_at(current, facility)
        ):
            return super()._posting_changes(row, person, known, pages)
        if any(known.is_at(p, facility) for p in known.postings.get(person.pk, [])):
            return []
        self._check_cadre(row)
        return [("start", {"share": None, **row.posting, "main": False})]

    def _take_charge(self, act: journal.Act, person: Person, posting: dict[str, Any], pages: Pages) -> None:
        """A practice beside the main posting changes nothing in who is in charge."""
        if posting.get("main") is not False:
            super()._take_charge(act, person, posting, pages)

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write a row, with its facility first where that is new."""
        facility = row.posting.get("facility")
        here = kept.status == NEW or known.holds(kept.target)
        if not row.problems and here and self.finder.is_coming(facility):
            row.posting["facility"] = self._add_place(act, row, facility)
        if row.extra.get("alone"):
            return
        worker = _worker()
        if kept.status == NEW and worker:
            # Somebody known may serve the State too: of them the list does not say by whom they are employed.
            row.career.setdefault("employment", {}).setdefault("worker", worker)
        super().write(act, row, kept, known)

    def _add_place(self, act: journal.Act, row: Parsed, place: Any) -> Facility:
        sector = next((i.code for i in lists.items("sector") if _is_private(i.code or "")), None)
        values = {"sector": sector, **self.finder.told[place.pk], "name": place.name}
        new = act.create(
            Facility, entry_kind="facility.added", **{n: v for n, v in values.items() if v is not None}
        )
        new.canonical = new.pk
        office = row.values.get("office") or self._own_office
        act.create(Assignment, entry_kind="facility.assigned", facility=new, office=office)
        self.finder.came(place, new, office)
        return new


def _is_private(sector: str) -> bool:
    """True for a sector that works for profit."""
    return lists.attribute("sector", sector, "nhwa") == "private_for_profit"


def _worker() -> str:
    """The kind of worker that is asked for a licence: who practises privately."""
    found = (i.code or "" for i in lists.items("worker_kind"))
    return next((c for c in found if "licence" in lists.attribute("worker_kind", c, "asks").split("+")), "")


# -- community health workers -------------------------------------------------------------


class CommunityWorkers(People):
    """Reads, plans and writes rows of the list of community health workers."""

    kind = CHW

    def write(self, act: journal.Act, row: Parsed, kept: ImportRow, known: Known) -> None:
        """Write a row; its cadre goes without saying where the country has one alone."""
        if kept.status == NEW and row.posting.get("facility"):
            self._check_cadre(row)
        super().write(act, row, kept, known)

    def _check_cadre(self, row: Parsed) -> None:
        cadres = community_cadres()
        if "cadre" not in row.posting and len(cadres) == 1:
            row.posting["cadre"] = cadres[0]
        super()._check_cadre(row)


def community_cadres() -> list[Cadre]:
    """The cadres of community health workers."""
    return [cadre for cadre in lists.cadres() if (cadre.isco or "").startswith(COMMUNITY)]


# -- out ----------------------------------------------------------------------------------


def private_people(*, seen_by: Actor) -> QuerySet[Person]:
    """Who practises in a private facility, or is employed as a private worker."""
    today = runtime.today()
    sectors = [i.code for i in lists.items("sector") if _is_private(i.code or "")]
    places = Facility.objects.live().order_by().filter(sector__in=sectors).values("pk")
    posted = Posting.objects.in_force(today).filter(facility_id__in=places).values("canonical")
    employed = Employment.objects.in_force(today).filter(worker=_worker() or None).values("canonical")
    return queries.people(seen_by=seen_by).filter(Q(pk__in=posted) | Q(pk__in=employed))


def community_people(*, seen_by: Actor) -> QuerySet[Person]:
    """Who is posted as a community health worker."""
    cadres = [cadre.pk for cadre in community_cadres()]
    posted = Posting.objects.in_force(runtime.today()).filter(cadre_id__in=cadres).values("canonical")
    return queries.people(seen_by=seen_by).filter(pk__in=posted)


def private_rows(ids: Iterable[UUID], *, seen_by: Actor) -> Iterator[dict[str, str]]:
    """The rows of the private register, each with the facility of its posting."""
    for piece in in_pieces(ids, exporting.PIECE):
        rows = list(exporting.people_rows(piece, seen_by=seen_by))
        posted = queries.current_postings(piece, runtime.today())
        wanted = {found[0].facility_id for found in posted.values() if found}
        places = {f.pk: f for f in Facility.objects.filter(pk__in=wanted).select_related("area")}
        for row in rows:
            found = posted.get(UUID(row[ID]))
            place = places.get(found[0].facility_id) if found else None
            told = facility_cells(place, None) if place else {}
            yield {f"{PLACE}{key}": cell for key, cell in told.items()} | row


Select = Callable[..., QuerySet[Person]]
CHOSEN: dict[str, Select] = {PRIVATE: private_people, CHW: community_people}
LABELS: dict[str, Any] = {
    PRIVATE: gettext_lazy("Private register"),
    CHW: gettext_lazy("Community health workers"),
}
