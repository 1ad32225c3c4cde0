"""Births on the last or first day of the year: asked once for the whole file, then read as a person said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from baarada.interop.models import PLANNED
from baarada.interop.tables import asking, jobs
from baarada.interop.tables.births import BIRTHS, Births, Question
from baarada.kernel.days import PartialDate
from baarada.kernel.errors import Refused
from baarada.registry.models import Person
from tests.interop.conftest import counts, person


def births(year_only=6, others=20, day="31/12"):
    """A list in which some births are on one day of the year."""
    rows = [person(n, family=f"Fin{n}", born=f"{day}/{1970 + n}") for n in range(year_only)]
    return rows + [person(100 + n, family=f"Autre{n}", born=f"{n + 1:02}/05/1980") for n in range(others)]


def born():
    return [str(b) for b in Person.objects.order_by("born").values_list("born", flat=True)]


class TestAsking:
    def test_many_births_on_one_day_are_asked_about_once(self, bring):
        job = bring(births(), write=False)

        assert asking.questions(job) == [Question(BIRTHS, ["12-31"], 6, "")]

    def test_the_first_day_of_the_year_is_asked_about_too(self, bring):
        job = bring(births(day="01/01") + births(5, 0, day="31/12/"), write=False)

        assert asking.questions(job) == [Question(BIRTHS, ["01-01", "12-31"], 11, "")]

    def test_a_few_are_taken_at_their_word(self, bring):
        assert asking.questions(bring(births(4), write=False)) == []

    def test_other_days_are_never_asked_about(self, bring):
        assert asking.questions(bring(births(12, day="12/03"), write=False)) == []

    def test_a_year_alone_is_no_such_day(self, bring):
        rows = [person(n, family=f"An{n}", born=str(1970 + n)) for n in range(12)]

        assert asking.questions(bring(rows, write=False)) == []

    @trying(deadline=None)
    @given(st.lists(st.dates(date(1900, 1, 1), date(2010, 1, 1)), max_size=400))
    def test_chance_alone_is_not_asked_about(self, days):
        """Where births are spread over the year, five on its last day are none too many in a long list."""
        counter = Births()
        for day in days:
            counter.look(f"{day:%d/%m/%Y}")

        for name, count in counter.suspicious().items():
            assert count >= 5 and count * 365 >= 8 * counter.exact
            assert name in ("12-31", "01-01")


class TestAnswering:
    def test_year_only_is_what_comes_in_and_only_for_those_days(self, bring, by):
        job = bring(births(), write=False)

        asking.set_option(job, BIRTHS, "year", by=by)
        jobs.plan(job)
        jobs.ready(job)
        jobs.write(job)

        assert born()[:6] == ["1970", "1971", "1972", "1973", "1974", "1975"]
        assert set(born()[6:]) == {f"1980-05-{n + 1:02}" for n in range(20)}

    @pytest.mark.parametrize("answer", ["exact", None])
    def test_exact_days_stay_and_unanswered_the_file_is_taken_at_its_word(self, bring, by, answer):
        job = bring(births(), write=False)
        if answer:
            asking.set_option(job, BIRTHS, answer, by=by)
            jobs.plan(job)

        jobs.ready(job)
        jobs.write(job)

        assert born()[:2] == ["1970-12-31", "1971-12-31"]

    def test_the_same_file_is_not_asked_about_again_and_changes_nothing(self, bring, by):
        job = bring(births(), write=False)
        asking.set_option(job, BIRTHS, "year", by=by)
        jobs.plan(job)
        jobs.ready(job)
        jobs.write(job)

        again = bring(births(), write=False)

        assert asking.questions(again) == [Question(BIRTHS, ["12-31"], 6, "year")]
        assert counts(again) == {"same": 26}

    def test_the_dry_run_is_made_anew_and_keeps_what_was_said_of_doubts(self, bring, by):
        bring([person(1, family="Ostrel", given="Ivo", payroll="", born="12/03/1985")])
        rows = [
            *births(),
            person(50, family="Ostrel", given="Ivo", payroll="", born="12/03/1985", phone="6 12 000 001"),
        ]
        job = bring(rows, write=False)
        doubt = job.rows.get(status="doubt")
        jobs.answer(doubt, "new", by=by)

        asking.set_option(job, BIRTHS, "year", by=by)
        jobs.plan(job)

        assert counts(job) == {"new": 27}
        assert job.rows.get(line=doubt.line).answered

    @pytest.mark.parametrize(("name", "value"), [(BIRTHS, "month"), ("sex", "F"), ("", "")])
    def test_another_answer_is_refused(self, bring, by, name, value):
        job = bring(births(), write=False)

        with pytest.raises(Refused, match="one of the answers"):
            asking.set_option(job, name, value, by=by)
        assert job.options.get(BIRTHS) is None and job.state == PLANNED

    def test_it_is_too_late_when_the_import_has_begun(self, bring, by):
        job = bring(births())

        with pytest.raises(Refused, match="has begun"):
            asking.set_option(job, BIRTHS, "year", by=by)
        assert isinstance(Person.objects.first().born, PartialDate)
