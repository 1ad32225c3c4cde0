"""Over registers of all kinds, the question to the database gives what a slow and obvious count gives."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from baarada.indicators import figures
from baarada.indicators.asking import Question
from baarada.kernel.days import PartialDate
from baarada.registry import actions as registry
from baarada.registry.models import Exit, Inclusion, Person, Posting

pytestmark = pytest.mark.django_db

days = st.none() | st.builds(
    lambda y, m, d: PartialDate(y, m, d if m else 0),
    st.sampled_from([1961, 1999, 2000, 2023, 2024]), st.integers(0, 12), st.sampled_from([0, 1, 15, 28]),
)  # fmt: skip
asked = st.builds(date, st.sampled_from([2023, 2024, 2025]), st.integers(1, 12), st.sampled_from([1, 15, 28]))
postings = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 2), st.sampled_from([None, "MED", "INF"]), days, days,
        st.sampled_from([None, 5000, 10000]), st.booleans(), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip
exits = st.lists(st.tuples(st.integers(0, 3), days), max_size=2)
people = st.lists(st.tuples(st.sampled_from(["F", "M", None]), days, st.booleans()), min_size=4, max_size=4)


def holds(row, on):
    return row.span.holds(on)


def gone(posting, on):
    for one in Exit.objects.filter(deleted=False, canonical=posting.canonical):
        began = posting.starts.number if posting.starts else 0
        if one.left is None or (one.left.last() < on and one.left.number >= began):
            return True
    return False


def placing(person, on):
    """The posting that places somebody on a day, in the plain words of the definition."""
    rows = [
        p
        for p in Posting.objects.filter(deleted=False, canonical=person.pk)
        if holds(p, on) and not gone(p, on)
    ]
    order = lambda p: (  # noqa: E731
        not p.main, -(10_000 if p.share is None else p.share), p.starts.number if p.starts else 0, p.pk.bytes,
    )  # fmt: skip
    return min(rows, key=order, default=None)


def region_of(posting, on):
    area = posting.facility.area if posting.facility else None
    while area is not None and area.kind != "region":
        step = next((i for i in Inclusion.objects.filter(area=area, deleted=False) if i.span.holds(on)), None)
        area = step.parent if step else None
    return area.name if area else "lieu inconnu"


def age_of(person, on):
    born = person.born
    if born is None:
        return "âge inconnu"
    day = date(born.year, born.month or 6, born.day or (30 if not born.month else 15))
    if day > on:
        return "âge inconnu"
    years = on.year - day.year - ((on.month, on.day) < (day.month, day.day))
    groups = ((25, "moins de 25"), (35, "25–34"), (45, "35–44"), (55, "45–54"), (65, "55–64"))
    return next((label for limit, label in groups if years < limit), "65 et plus")


def slow(on):
    """Region, sex, age and cadre of everybody counted."""
    out = Counter()
    for person in Person.objects.filter(deleted=False):
        posting = placing(person, on) if person.canonical == person.pk else None
        if posting is not None:
            cadre = posting.cadre.label_m if posting.cadre else "cadre non connu"
            sex = {"F": "Féminin", "M": "Masculin"}.get(person.sex, "sexe inconnu")
            out[region_of(posting, on), sex, age_of(person, on), cadre] += 1
    return out


@settings(
    max_examples=25, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(people=people, postings=postings, exits=exits, linked=st.booleans(), on=asked)
def test_the_count_is_that_of_the_definition(
    register, land, cadres, fatou, people, postings, exits, linked, on
):
    with transaction.atomic():
        moved(register, land)
        places = [register.facility("Nord", land["north"]), register.facility("Est", land["east"]), None]
        files = [register.person(f"P{n}", sex, born) for n, (sex, born, _gone) in enumerate(people)]
        for who, where, cadre, starts, ends, share, main, struck in postings:
            row = register.post(
                files[who],
                places[where],
                cadres.get(cadre),
                starts,
                ends=ends,
                share=share,
                main=main or None,
            )
            if struck and starts is None:
                register.change(row, deleted=True)
        for who, left in exits:
            register.leave(files[who], left=left, kind="x")
        if linked:
            registry.link_people(files[0], files[1], by=fatou)
        for person, (_sex, _born, deleted) in zip(files, people, strict=True):
            if deleted:
                register.change(person, deleted=True)

        wanted = slow(on)
        figure = figures.headcount(Question(on, by=("region", "sex", "age")), seen_by=fatou)
        fourth = figures.headcount(Question(on, by=("cadre",)), seen_by=fatou)

        assert figure.value == sum(wanted.values()) == sum(line.value for line in figure.lines)
        by_three = Counter()
        by_cadre = Counter()
        for (region, sex, age, cadre), n in wanted.items():
            by_three[region, sex, age] += n
            by_cadre[cadre] += n
        assert {line.labels: line.value for line in figure.lines} == dict(by_three)
        assert {line.labels[0]: line.value for line in fourth.lines} == dict(by_cadre)
        transaction.set_rollback(True)


def moved(register, land):
    """The east passed from the south to the north on 1 January 2024."""
    step = Inclusion.objects.get(area=land["east"])
    register.change(step, starts=None, ends=PartialDate(2023, 12, 31))
    register.write(Inclusion, area=land["east"], parent=land["north"], starts="01/01/2024")
