"""A small invented country: two regions, districts, facilities, and people in all kinds of situations."""

from collections.abc import Callable
from typing import Any

import pytest

from baarada.journal import actions as journal
from baarada.kernel.days import parse
from baarada.registry import lists
from baarada.registry.models import (
    Area,
    Cadre,
    Employment,
    Exit,
    Facility,
    Inclusion,
    ListItem,
    Person,
    Population,
    Posting,
    Qualification,
    Unit,
)

LISTS = (
    ("sex", "F", "Féminin", 10), ("sex", "M", "Masculin", 20),
    ("area_kind", "country", "Pays", 10), ("area_kind", "region", "Région", 20),
    ("area_kind", "health_district", "District sanitaire", 30),
    ("diploma", "DM", "Doctorat", 10), ("diploma", "IDE", "Diplôme d'infirmier", 20),
    ("funding", "ETAT", "Budget national", 10), ("funding", "ASACO", "Budget ASACO", 20),
    ("worker_kind", "fonct", "Fonctionnaire", 10), ("worker_kind", "contract", "Contractuel", 20),
    ("sector", "PUBLIC", "Public", 10), ("sector", "COMMU", "Communautaire", 20),
    ("component", "SANTE", "Santé", 10), ("facility_type", "CSCOM", "Centre de santé communautaire", 10),
    ("unit_kind", "MAT", "Maternité", 10),
)  # fmt: skip
CADRES = (
    ("MED", "Médecin", "Médecin", "2211", "Medical doctors", True),
    ("INF", "Infirmier", "Infirmière", "2221", "Nursing professionals", True),
    ("SF", "Maïeuticien", "Sage-femme", "2222", "Midwifery professionals", True),
    ("MAT", "Matrone", "Matrone", "3222", "Midwifery associate professionals", False),
    ("CHA", "Chauffeur", "Chauffeuse", "8322", "Health management and support workers", False),
)


class Register:
    """Writes what a test needs, each in a line."""

    def __init__(self, by: Any, office: Any) -> None:
        self.by = by
        self.office = office

    def write(self, model: Any, **values: Any) -> Any:
        """A record; days are given as people type them."""
        days = {"starts", "ends", "born", "left", "awarded"} & values.keys()
        values |= {name: parse(values[name]) for name in days if isinstance(values[name], str)}
        with journal.write("set up", by=self.by) as act:
            found = act.create(model, **values)
        return model.objects.get(pk=found.pk)

    def change(self, record: Any, **values: Any) -> None:
        """Change a record as it stands."""
        record.refresh_from_db()
        with journal.write("changed", by=self.by) as act:
            if values.pop("deleted", False):
                act.delete(record, seen=journal.seen(record))
            else:
                act.change(record, values, seen=journal.seen(record))

    def area(
        self, name: str, kind: str = "region", *, code: str = "", parent: Any = None, **span: Any
    ) -> Area:
        """An area, in another from the beginning."""
        found = self.write(Area, name=name, kind=kind, code=code or name.lower())
        if parent is not None:
            self.write(Inclusion, area=found, parent=parent, **span)
        return found

    def facility(self, name: str, area: Any = None, **values: Any) -> Facility:
        """A facility."""
        return self.write(Facility, name=name, area=area, **values)

    def person(self, family: str, sex: str | None = "F", born: str | None = "1985", **values: Any) -> Person:
        """Somebody without a posting."""
        return self.write(
            Person, family_name=family, given_names="Awa", sex=sex, born=born, office=self.office, **values
        )

    def post(
        self, person: Any, facility: Any, cadre: Any = None, starts: Any = "2015", **values: Any
    ) -> Posting:
        """A posting."""
        return self.write(Posting, person=person, facility=facility, cadre=cadre, starts=starts, **values)

    employ = lambda self, person, **values: self.write(Employment, person=person, **values)  # noqa: E731
    leave = lambda self, person, **values: self.write(Exit, person=person, **values)  # noqa: E731
    qualify = lambda self, person, **values: self.write(Qualification, person=person, **values)  # noqa: E731
    unit = lambda self, facility, **values: self.write(Unit, facility=facility, **values)  # noqa: E731

    def people_of(self, area: Any, year: int, people: int, **values: Any) -> Population:
        """How many live somewhere."""
        return self.write(Population, area=area, year=year, people=people, **values)


@pytest.fixture
def register(country, fatou) -> Register:
    """Who writes into the register of this test."""
    return Register(fatou, country.kadiolo)


@pytest.fixture
def cadres(register) -> dict[str, Cadre]:
    """Lists and cadres of the country; the cadres by code."""
    for list_, code, label, order in LISTS:
        register.write(ListItem, list=list_, code=code, label_fr=label, label_en=label, order=order)
    found = {
        code: register.write(
            Cadre, code=code, label_m=man, label_f=woman, isco=isco, nhwa=group, core=core, order=10 * place
        )
        for place, (code, man, woman, isco, group, core) in enumerate(CADRES)
    }
    lists.forget()
    return found


@pytest.fixture
def land(register, cadres) -> dict[str, Any]:
    """A country with two regions, of which one has two districts."""
    del cadres
    country = register.area("Pays", "country", code="pays")
    north = register.area("Nord", code="nord", parent=country)
    south = register.area("Sud", code="sud", parent=country)
    east = register.area("Est", "health_district", code="est", parent=south)
    west = register.area("Ouest", "health_district", code="ouest", parent=south)
    return {"country": country, "north": north, "south": south, "east": east, "west": west}


@pytest.fixture
def counted() -> Callable[..., dict[tuple[str, ...], int]]:
    """The lines of a figure as a table, by their labels."""
    return lambda figure: {line.labels: line.value for line in figure.lines}
