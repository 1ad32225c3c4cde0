"""How the country comes into the register: lists of the first districts, then the archives of all the others.

The first districts send lists, brought in as the page of imports does it, and type in what a list has no room for.
Later the others take their archives in, file by file.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings

from baarada.accounts import actions as accounts
from baarada.accounts.models import SignIn
from baarada.interop.tables import columns, jobs
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.kernel.pieces import in_pieces
from baarada.registry import actions, extras, intake, lists, rules
from baarada.registry.intake import File
from baarada.registry.models import Facility, Office, Person
from baarada.upkeep.demo.files import Register, key_of, row
from baarada.upkeep.demo.lives import Life, Lives
from baarada.upkeep.demo.people import Cast, Place, Row, facility_rows, write_list
from baarada.upkeep.demo.workforce import Seat

if TYPE_CHECKING:
    from baarada.upkeep.demo.story import Story

LISTS_FROM, LISTS_TO = 722, 520
ARCHIVES_FROM, ARCHIVES_TO = 60, 42
"""Days before today on which the first districts sent their lists, the others took their archives in."""
UNPOSTED = 40
"""Of so many people on a list one has no posting."""
LISTED = 400
"""A list of more people was never sent: the others of the district are in its archive."""
TYPED_AT_ONCE = 60
"""Files whose older rows are typed in as one piece: about 250 entries."""

Tell = Callable[[int], None]


class Lists:
    """Brings a story's people in."""

    def __init__(self, story: "Story") -> None:
        self.story = story
        self.inventor = story.inventor
        self.cast: Cast = story.inventor.cast(story.workers)
        self.lives = Lives(story.inventor, story.workforce, story.seed, story.today, extras.fields())
        self.first = [d.office for d in story.script.districts]
        self.others = sorted(set(self.cast.seats) - set(self.first))
        self._register: Register | None = None

    def sizes(self) -> tuple[int, int]:
        """How many people come by lists, and how many in the archives of the other districts."""
        by_list = sum(len(self.cast.seats.get(office, ())) for office in self.first)
        return by_list, sum(map(len, self.cast.seats.values())) - by_list

    @property
    def register(self) -> Register:
        """The records that lives speak of."""
        if self._register is None:
            facilities: dict[str, Facility] = {}
            for codes in in_pieces(p.code for p in self.cast.places):
                facilities |= {f.code: f for f in Facility.objects.live().filter(code__in=codes)}
            self._register = Register(
                {o.code: o for o in Office.objects.live() if o.code}, facilities,
                {c.code: c for c in lists.cadres() if c.code},
            )  # fmt: skip
        return self._register

    # -- the first districts ------------------------------------------------------------

    def facilities(self) -> None:
        """The list of health centres, from the national office."""
        story = self.story
        story.day(LISTS_FROM + 4)
        rows = list(facility_rows(self.cast.places, story.script))
        self.bring(columns.FACILITIES, rows, story.script.words["facility_list"], story.national)

    def first_districts(self, tell: Tell) -> None:
        """Each of the first districts brings in its list, and types in the rest."""
        for place, office in enumerate(self.first):
            on = self.story.day(LISTS_FROM - place * (LISTS_FROM - LISTS_TO) // len(self.first))
            seats = self.cast.seats.get(office, [])
            listed, archived = seats[:LISTED], seats[LISTED:]
            by = self.story.actors[office]
            lives = [self.lives.of(*seat, on) for seat in listed]
            rows = [
                _without_posting(row(life)) if i % UNPOSTED == 7 else row(life)
                for i, life in enumerate(lives)
            ]
            name = self.story.script.words["staff_list"].format(office=office)
            if rows:
                self.bring(columns.PEOPLE, rows, name, by)
                self.type_in(lives, by)
            tell(len(listed))
            self.take_in(archived, on, by, tell)
            self.take_in(listed, on, by, lambda some: None, listed=True)

    def bring(self, kind: str, rows: Sequence[Row], name: str, by: Actor, *, to_the_end: bool = True) -> Any:
        """Bring a list in as the page of imports does; or leave it after its dry run."""
        path = settings.CONFIG.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_list(path, kind, rows)
        try:
            job = jobs.begin(kind, path, name, by=by)
        finally:
            path.unlink()
        jobs.plan(job)
        if to_the_end:
            jobs.ready(job)
            jobs.write(job)
        return job

    def type_in(self, lives: Sequence[Life], by: Actor) -> None:
        """Type in what a list has no room for."""
        office = self.register.offices[lives[0].office]
        found = Person.objects.live().filter(office=office).values("pk", "family_name", "given_names", "born")
        people = {key_of(one): one["pk"] for one in found}
        for piece in in_pieces(lives, TYPED_AT_ONCE):
            with actions.act_of(
                intake.TAKEN_IN, by, actions.Why(reason=self.story.script.words["archive"])
            ) as act:
                for life in piece:
                    rows = self.register.older(life)
                    for model, values in rows:
                        rules.refuse(intake.check(model, values, life.person.get("born"), runtime.today()))
                    if rows and (pk := people.get(key_of(life.person))):
                        intake.add_rows(act, Person(pk=pk, office=office), rows)

    # -- the whole country ---------------------------------------------------------------

    def archives(self, tell: Tell) -> None:
        """Each of the other districts takes its archive in."""
        for place, office in enumerate(self.others):
            on = self.story.day(ARCHIVES_FROM - place * (ARCHIVES_FROM - ARCHIVES_TO) // len(self.others))
            self.take_in(self.cast.seats[office], on, self._officer(office), tell)

    def _officer(self, office: str) -> Actor:
        """Somebody who writes for a district, from this day on."""
        inventor, words = self.inventor, self.story.script.words
        sex = inventor.random.choice("FM")
        login = f"rh.{office}"
        accounts.add_account(
            login=login, name=f"{inventor.name('given', sex)} {inventor.name('family', sex)}",
            office=self.register.offices[office], password=None, by=self.story.national, title=words["officer"][sex],
        )  # fmt: skip
        found = accounts.actor_of(SignIn.objects.get(login=login))
        assert found is not None
        return found

    def take_in(self, seats: Sequence[Any], on: date, by: Actor, tell: Tell, *, listed: bool = False) -> None:
        """Take an archive in: who works there, who left, and a few people twice; of those ``listed`` only who left."""
        apart: list[Life] = []
        name = self.story.script.words["archive"]
        looked = 0

        def files() -> Iterator[File]:
            nonlocal looked
            for seat, place in seats:
                yield from self._files(seat, place, on, apart, listed)
                looked += 1

        def forward(files: int) -> None:
            nonlocal looked
            # Of people at work, not of files: who left was not promised.
            del files
            tell(looked)
            looked = 0

        intake.take_in(files(), by=by, reason=name, tell=forward)
        tell(looked)
        for life in apart:
            self._written_apart(life, by)

    def _files(self, seat: Seat, place: Place, on: date, apart: list[Life], listed: bool) -> Iterator[File]:
        """The files that come of a seat."""
        lives = [] if listed else [self.lives.of(seat, place, on)]
        if self.lives.rare["leavers"].deal():
            lives.append(self.lives.leaver(seat, place, on))
        lives += [again for life in lives[:1] if (again := self.lives.again(life))]
        if lives and self.lives.rare["apart"].deal():
            apart.append(lives[0])
        return map(self.register.file, lives)

    def _written_apart(self, life: Life, here: Actor) -> None:
        """Two offices write a birth, neither knowing of the other."""
        names = {name: life.person[name] for name in ("family_name", "given_names")}
        office = self.register.offices[life.office]
        person = (
            Person.objects.live().filter(office=office, **names, born__isnull=False).order_by("pk").last()
        )
        if person is not None:
            year = person.born.year
            one, other = PartialDate(year, 5, 2), PartialDate(year, 2, 5)
            self.story.both_write(person, {"born": one}, {"born": other}, here, self.story.national)


def _without_posting(row: Row) -> Row:
    return {key: cell for key, cell in row.items() if not key.startswith("posting.")}
