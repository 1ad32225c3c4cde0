"""Two years in a few districts: lists come in, people move and leave, offices disagree.

Each act is one of those that pages offer, by somebody of the cast, on its day.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from baarada.accounts import actions as accounts
from baarada.accounts.models import SignIn
from baarada.interop.tables import columns, jobs
from baarada.journal import actions as journal
from baarada.journal import runtime
from baarada.kernel.actors import Actor
from baarada.kernel.days import PartialDate
from baarada.registry import actions, career, lists, papers, posts
from baarada.registry.actions import Why
from baarada.registry.models import FULL_TIME, Absence, Exit, Facility, Office, Person, Post, Posting
from baarada.upkeep.demo import drawing
from baarada.upkeep.demo.clock import StoryClock
from baarada.upkeep.demo.files import row
from baarada.upkeep.demo.lists import Lists
from baarada.upkeep.demo.people import ENOUGH, Inventor, Row
from baarada.upkeep.demo.script import Script
from baarada.upkeep.demo.workforce import PUBLIC, Seat, Workforce

DAYS = 730
"""How long ago the story begins."""
ACTS_FROM, ACTS_TO = 500, 62
MOST_TOLD = 500
"""Beyond so many people the same number of acts is told."""

Tell = Callable[[int], None]


class Story:
    """Tells one country's story."""

    def __init__(self, script: Script, clock: StoryClock, workers: int, seed: int, today: date) -> None:
        self.script = script
        self.clock = clock
        self.workers = workers
        self.seed = seed
        self.today = today
        self.random = random.Random(f"{seed} story")  # noqa: S311 - a story, not a secret
        self.workforce = Workforce(script.pack)
        self.inventor = Inventor(script, self.workforce, seed)
        self.lists = Lists(self)
        self.actors: dict[str, Actor] = {}
        self.offices: dict[str, Office] = {}
        self.places: dict[str, list[Facility]] = {}
        self.waiting: dict[str, list[Any]] = {}
        """By office, the people to whom nothing has happened yet."""

    def steps(self) -> list[tuple[int, Callable[[Tell], None]]]:
        """The parts of the story in their order, each with how much it is."""
        told = self._told()
        by_list, archived = self.lists.sizes()
        return [
            (by_list, self._districts),
            (len(told), lambda tell: self._tell(told, tell)),
            (archived, self.lists.archives),
            (11, self._now),
        ]

    # -- at the beginning -------------------------------------------------------------

    def open_desks(self) -> None:
        """Give the cast their accounts. Nobody comes in by password."""
        program = accounts.system_actor(accounts.SET_UP, runtime.root_office())
        codes = {one.office for one in self.script.cast} | {d.office for d in self.script.districts}
        self.offices = {o.code: o for o in Office.objects.live().filter(code__in=codes)}
        for one in self.script.cast:
            accounts.add_account(
                login=one.login, name=one.name, office=self.offices[one.office], password=None, by=program,
                title=one.title,
            )  # fmt: skip
            found = accounts.actor_of(SignIn.objects.get(login=one.login))
            assert found is not None
            self.actors.setdefault(one.office, found)

    @property
    def national(self) -> Actor:
        """Whoever speaks for the country."""
        return next(a for a in self.actors.values() if a.kind == "national")

    def between(self) -> Actor:
        """Whoever stands between the first district and the country."""
        return next(a for a in self.actors.values() if a.kind == "region")

    def day(self, ago: int) -> date:
        """Let time pass until so many days before today; returns that day."""
        day = self.today - timedelta(days=ago)
        self.clock.move_to(day, 8 * 60 + self.random.randrange(8 * 60))
        return day

    def _districts(self, tell: Tell) -> None:
        """The list of health centres, then the first districts' lists of their people."""
        self.lists.facilities()
        public = {kind for shares in self.workforce.data["places"][PUBLIC].values() for kind in shares}
        for facility in Facility.objects.live().order_by("code"):
            place = self.inventor.places.get(facility.code or "")
            # The offices of the story move nobody into a private practice.
            if place and place.office in self.offices and place.kind in public:
                self.places.setdefault(place.office, []).append(facility)
        self.lists.first_districts(tell)
        # Nothing more happens to who left; and private practices do not tell the offices what happens there.
        gone = Exit.objects.live().values("person")
        elsewhere = Facility.objects.live().exclude(kind__in=public).values("pk")
        private = Posting.objects.live().filter(ends=None, facility_id__in=elsewhere).values("person")
        for office, one in self.offices.items():
            found = Person.objects.live().filter(office=one).exclude(pk__in=gone).exclude(pk__in=private)
            self.waiting[office] = list(found.order_by("pk").values_list("pk", flat=True))
            self.random.shuffle(self.waiting[office])

    # -- the two years ----------------------------------------------------------------

    def _told(self) -> list[Callable[[str, Actor], None]]:
        """What happens, in no order: so many of each act for a hundred people."""
        often: list[tuple[int, Callable[[str, Actor], None]]] = [
            (6, self._new_phone), (4, self._new_address), (4, self._family_grows), (3, self._birth_corrected),
            (1, self._older_phone), (5, self._moves), (1, self._moves_away), (3, self._leaves),
            (2, self._goes_into_training), (3, self._works_in_two_places), (2, self._another_number),
            (2, self._arrives), (4, self._rests),
        ]  # fmt: skip
        hundreds = min(self.workers, MOST_TOLD) / 100
        told = [act for times, act in often for _time in range(max(1, round(times * hundreds)))]
        self.random.shuffle(told)
        return told

    def _tell(self, told: Sequence[Callable[[str, Actor], None]], tell: Tell) -> None:
        self._services()
        desks = [d.office for d in self.script.districts if d.office in self.actors]
        for place, act in enumerate(told):
            self.day(ACTS_FROM - place * (ACTS_FROM - ACTS_TO) // len(told))
            able = [d for d in desks if len(self.waiting[d]) > ENOUGH] or [
                d for d in desks[1:] if self.waiting[d]
            ]
            office = self.random.choice(able or desks[1:])
            act(office, self.actors[office])
            tell(1)

    def _services(self) -> None:
        """The larger centres have services."""
        self.day(ACTS_FROM + 5)
        for office, facilities in self.places.items():
            large = next(f for f in facilities if f.kind == self.script.data["large"])
            for kind, name in self.script.data["units"].items():
                actions.add_unit(large, {"kind": kind, "name": name}, by=self.actors[office])
            self._posts(large, self.actors[office])
        # A health centre comes under the office of a neighbour.
        here, next_door = (d.office for d in self.script.districts[:2])
        facility = self.places[next_door].pop()
        actions.assign_facility(facility, self.offices[here], starts=self._today(), by=self.national)

    def _posts(self, facility: Facility, by: Actor) -> None:
        """The established posts of some cadres: one more of each than people are there."""
        here = (
            Posting.objects.live().filter(facility=facility, ends=None).select_related("cadre").order_by("pk")
        )
        for code in self.script.data["posts"]["cadres"]:
            staff = [p for p in here if p.cadre and p.cadre.code == code]
            cadre = next(c for c in lists.cadres() if c.code == code)
            values = {"cadre": cadre, "funding": self.script.data["posts"]["funding"]}
            posts.add(facility, values, count=len(staff) + 1, by=by)
            made = Post.objects.live().filter(facility=facility, cadre=cadre).order_by("number")
            for posting, post in zip(staff, made, strict=False):
                actions.revise(posting, {"post": post}, seen=journal.seen(posting), by=by)

    def _next(self, office: str) -> Person | None:
        """Somebody of an office to whom nothing has happened yet."""
        while self.waiting[office]:
            person = Person.objects.select_related("office").get(pk=self.waiting[office].pop())
            if not person.deleted:
                return person
        return None

    def _born(self, office: str) -> Person | None:
        """The same, of whom a birth is known."""
        while (person := self._next(office)) is not None:
            if person.born is not None:
                return person
        return None

    def _posted(self, office: str) -> tuple[Person, Posting] | None:
        """The same, with the posting."""
        while (person := self._next(office)) is not None:
            found = Posting.objects.live().filter(person=person, ends=None).order_by("pk").first()
            if found is not None:
                return person, found
        return None

    def _today(self) -> PartialDate:
        return PartialDate.on(runtime.today())

    def _why(self, words: str) -> Why:
        return Why(reason=self.script.words[words])

    def _new_phone(self, office: str, by: Actor) -> None:
        if person := self._next(office):
            actions.revise(person, {"phone": self.inventor.phone()}, seen=journal.seen(person), by=by)

    def _new_address(self, office: str, by: Actor) -> None:
        if person := self._next(office):
            value = {"address": self.random.choice(self.script.words["address"])}
            actions.revise(person, value, seen=journal.seen(person), by=by)

    def _family_grows(self, office: str, by: Actor) -> None:
        if person := self._next(office):
            value = {"marital": self.script.codes["married"][0], "children": (person.children or 0) + 1}
            actions.revise(person, value, seen=journal.seen(person), by=by)

    def _birth_corrected(self, office: str, by: Actor) -> None:
        if person := self._born(office):
            actions.revise(
                person, {"born": self._other_day(person)}, seen=journal.seen(person), by=by,
                mode=actions.MODES["correct"], why=self._why("wrong_birth"),
            )  # fmt: skip

    def _other_day(self, person: Person) -> PartialDate:
        """Another day of the same year."""
        born = person.born
        found = PartialDate(born.year, self.random.randrange(1, 13), self.random.randrange(1, 29))
        return found if found != born else PartialDate(born.year)

    def _older_phone(self, office: str, by: Actor) -> None:
        if person := self._next(office):
            why = Why(reason=self.script.words["from_paper"], effective=PartialDate(self.today.year - 7))
            actions.note_older(person, {"phone": self.inventor.phone()}, by=by, why=why)

    def _moves(self, office: str, by: Actor) -> None:
        self._transfer(office, office, by)

    def _moves_away(self, office: str, by: Actor) -> None:
        others = [o for o in self.places if o != office]
        self._transfer(office, self.random.choice(others), by)

    def _transfer(self, office: str, to: str, by: Actor) -> Any:
        found = self._posted(office)
        if found is None:
            return None
        person, old = found
        facility = self.random.choice([f for f in self.places[to] if f.pk != old.facility_id])
        starts = max(self._today(), PartialDate.on(old.starts.last() + timedelta(days=1)))
        values = {
            "facility": facility, "cadre": old.cadre, "starts": starts, "share": FULL_TIME,
            "decision": self.inventor.decision(runtime.today()), "decided": self._today(),
            "reason": self.script.codes[self.random.choice(("need", "wish"))],
        }  # fmt: skip
        return actions.transfer(
            person, old, values, seen=journal.seen(old), seen_person=journal.seen(person), by=by,
            why=Why(decision=values["decision"]),
        )  # fmt: skip

    def _leaves(self, office: str, by: Actor) -> None:
        reason = self.random.choice(self.script.codes["left"])
        if reason not in self.script.codes["for_good"]:
            self._end(office, reason, by)
        elif found := self._posted(office):
            person, posting = found
            values = {"kind": reason, "left": max(self._today(), posting.starts)}
            career.leave(person, values, [(posting, journal.seen(posting))], by=by)

    def _rests(self, office: str, by: Actor) -> None:
        if person := self._next(office):
            first = self._today().first()
            days = self.random.randrange(3, 31)
            values = {
                "kind": self.random.choice(self.script.codes["leave"]), "starts": PartialDate.on(first),
                "ends": PartialDate.on(first + timedelta(days=days - 1)), "days": days,
            }  # fmt: skip
            career.add_row(Absence, person, values, by=by)

    def _goes_into_training(self, office: str, by: Actor) -> None:
        self._end(office, self.script.codes["training"], by)

    def _end(self, office: str, reason: str, by: Actor) -> None:
        if found := self._posted(office):
            last = max(self._today(), found[1].starts)
            actions.end_posting(found[1], last=last, end_reason=reason, seen=journal.seen(found[1]), by=by)

    def _works_in_two_places(self, office: str, by: Actor) -> None:
        if found := self._posted(office):
            person, first = found
            actions.revise(first, {"share": 6000}, seen=journal.seen(first), by=by)
            other = self.random.choice([f for f in self.places[office] if f.pk != first.facility_id])
            values = {
                "facility": other, "cadre": first.cadre, "starts": self._today(), "share": 4000, "main": False,
                "kind": "secondment", "decision": self.inventor.decision(runtime.today()),
            }  # fmt: skip
            actions.start_posting(person, values, by=by)

    def _another_number(self, office: str, by: Actor) -> None:
        if person := self._next(office):
            roles = {
                lists.attribute("identifier_kind", i.code, "role"): i.code
                for i in lists.items("identifier_kind")
            }
            values = {"kind": roles["insurance"], "number": f"X{self.random.randrange(10**6):06}"}
            actions.add_identifier(person, values, by=by)

    def _arrives(self, office: str, by: Actor) -> None:
        """Somebody new is entered by hand."""
        facility = self.random.choice(self.places[office])
        sex = self.random.choice("FM")
        values = {
            "family_name": self.inventor.name("family", sex), "given_names": self.inventor.name("given", sex),
            "sex": sex, "born": PartialDate(self.today.year - 27, 1 + self.random.randrange(12)),
            "phone": self.inventor.phone(), "nationality": self.script.codes["country"],
        }  # fmt: skip
        cadre = self.random.choice([c for c in lists.cadres() if c.code in self.script.data["recruits"]])
        posting = {
            "facility": facility, "cadre": cadre, "starts": self._today(),
            "reason": self.script.codes["first_posting"], "decision": self.inventor.decision(runtime.today()),
        }  # fmt: skip
        actions.add_person(values, posting=posting, by=by)

    # -- the last weeks, and what waits -------------------------------------------------

    def _now(self, tell: Tell) -> None:
        first, second = self.script.districts[:2]
        here, region = self.actors[first.office], self.between()
        for ago, act in (
            (40, self._taken_back), (28, self._list_taken_back), (26, self._same_person), (21, self._papers),
            (14, self._births), (9, self._names), (6, self._cadres), (5, self._share_proposed), (4, self._phones),
            (3, self._settled), (1, self._late_list),
        ):  # fmt: skip
            self.day(ago)
            act(first.office, second.office, here, region)
            tell(1)

    def both_write(self, record: Any, one: Any, other: Any, here: Actor, region: Actor) -> None:
        """Two offices change what they both have open on their screens."""
        seen = journal.seen(record)
        actions.revise(record, one, seen=seen, by=here)
        self.clock.ms += 3_600_000
        actions.revise(type(record).objects.get(pk=record.pk), other, seen=seen, by=region)

    def _settled(self, first: str, second: str, here: Actor, region: Actor) -> None:
        person = self._born(first)
        day, other = PartialDate(person.born.year, 3, 12), PartialDate(person.born.year, 3, 21)
        self.both_write(person, {"born": day}, {"born": other}, here, region)
        person = Person.objects.get(pk=person.pk)
        self.clock.ms += 86_400_000
        actions.decide(
            person, {"born": day}, seen=journal.seen(person), by=self.national, why=self._why("settled")
        )

    def _births(self, first: str, second: str, here: Actor, region: Actor) -> None:
        for _one in range(2):
            person = self._born(first)
            year = person.born.year
            self.both_write(
                person, {"born": PartialDate(year, 4, 12)}, {"born": PartialDate(year, 12, 4)}, here, region
            )

    def _names(self, first: str, second: str, here: Actor, region: Actor) -> None:
        person = self._next(first)
        one, other = (self.inventor.name("given", person.sex) for _name in range(2))
        self.both_write(
            person, {"given_names": f"{person.given_names} {one}"}, {"given_names": f"{other} {person.given_names}"},
            here, region,
        )  # fmt: skip

    def _cadres(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """Both change somebody's cadre: it is the office in charge that says."""
        _person, posting = self._posted(first)
        one, other = [
            c for c in lists.cadres() if c.code in self.script.data["recruits"] and c != posting.cadre
        ][:2]
        self.both_write(posting, {"cadre": one}, {"cadre": other}, here, region)

    def _share_proposed(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """The region proposes a share of time to the office in charge."""
        _person, posting = self._posted(first)
        actions.revise(posting, {"share": FULL_TIME // 2}, seen=journal.seen(posting), by=region)

    def _phones(self, first: str, second: str, here: Actor, region: Actor) -> None:
        person = self._next(first)
        one, other = ({"phone": self.inventor.phone()} for _phone in range(2))
        self.both_write(person, one, other, here, region)

    def _taken_back(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """A transfer that was not to be."""
        done = self._transfer(first, second, region)
        self.clock.ms += 5_400_000
        actions.undo(done.act, by=region)

    def _list_taken_back(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """A list brought in by mistake."""
        rows = [self._someone(second) for _row in range(5)]
        by = self.actors[second]
        job = self.lists.bring(
            columns.PEOPLE, rows, self.script.words["staff_list"].format(office=second), by
        )
        self.clock.ms += 1_200_000
        jobs.undo(job, by=by)

    def _someone(self, office: str) -> Row:
        """A new row of an office's list."""
        place = self.inventor.places[self.random.choice(self.places[office]).code]
        cadre = self.random.choice(self.script.data["recruits"])
        seat = Seat(office, place.kind, self.workforce.group_of[cadre], cadre, PUBLIC)
        return row(self.lists.lives.of(seat, place, runtime.today())) | {"born": self._birthday()}

    def _birthday(self) -> str:
        return f"{self.random.randrange(1, 29):02}/{self.random.randrange(1, 13):02}/{self.today.year - 31}"

    def _same_person(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """Somebody whose file was opened twice."""
        person = self._next(first)
        facts = {n: getattr(person, n) for n in ("family_name", "given_names", "sex", "born")}
        again = actions.add_person(facts, by=self.actors[second]).record
        self.clock.ms += 86_400_000
        actions.link_people(person, Person.objects.get(pk=again.pk), by=region, why=self._why("same_person"))

    def _papers(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """A few papers are scanned."""
        for place in range(3):
            person, posting = self._posted(first)
            for paper, ending in zip(self.script.data["papers"], ("pdf", "png"), strict=True):
                self._scan(person, posting, paper, ending, f"{place + 1}-{ending}", here)
        self._pile()

    def _pile(self) -> None:
        """A few scans wait to be filed. In the demonstration's own folder only: another one may be a true scanner's."""
        folder = settings.CONFIG.home / "scans"
        folder.mkdir(exist_ok=True)
        postings = Posting.objects.live().filter(ends=None).select_related("person").order_by("-pk")[:3]
        for number, (posting, paper) in enumerate(
            zip(postings, self.script.data["papers"] * 2, strict=False), 1
        ):
            drawing.draw(folder / f"scan-{number:04}.jpg", self._lines(posting.person, posting, paper))

    def _lines(self, person: Person, posting: Posting, paper: Any) -> list[str]:
        told = {
            "decision": posting.decision, "name": person, "facility": posting.facility_label,
            "cadre": lists.cadre_label(posting.cadre_id, person.sex),
        }  # fmt: skip
        return [line.format(**told) for line in paper["lines"]]

    def _scan(self, person: Person, posting: Posting, paper: Any, ending: str, shelf: str, by: Actor) -> None:
        path = drawing.draw(settings.CONFIG.work / f"paper.{ending}", self._lines(person, posting, paper))
        try:
            kept = papers.keep(path)
        finally:
            path.unlink()
        values = {
            "kind": paper["kind"], "title": paper["title"], "dated": posting.decided, "shelf": shelf,
            "reference": posting.decision, **kept.values(),
        }  # fmt: skip
        actions.add_paper(person, values, by=by)

    def _late_list(self, first: str, second: str, here: Actor, region: Actor) -> None:
        """A list that waits for its doubts to be settled."""
        rows = [self._someone(first) for _row in range(4)]
        for _row in range(2):
            # The name of somebody who is here, and nothing else that would say who it is.
            person = self._next(first)
            rows.append(
                {"family_name": person.family_name, "given_names": person.given_names, "sex": person.sex,
                 "phone": self.inventor.phone(), "office": first}
            )  # fmt: skip
        rows.append(self._someone(first) | {"born": f"30/02/{self.today.year - 30}"})
        self.lists.bring(columns.PEOPLE, rows, self.script.words["late_list"], here, to_the_end=False)
