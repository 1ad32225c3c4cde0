"""Long lists are written beside the pages: followed, stopped, kept for a week; and what a restart does to them."""

import csv
from uuid import UUID

import pytest

from baarada.interop import tasks
from baarada.interop.models import DONE, FAILED, STOPPED, WAITING, WRITING, ExportJob
from baarada.interop.tables import columns, exporting, outgoing
from baarada.journal import actions as journal
from baarada.kernel.errors import NotAllowed, Refused
from baarada.registry.models import Office, Person
from tests.conftest import move_clock


@pytest.fixture
def many(by):
    """Somewhat more people than one look at the progress."""
    office = Office.objects.get(pk=UUID(bytes=by.office))
    with journal.write("person.added", by=by) as act:
        for n in range(outgoing.LOOK_ROWS + 20):
            act.create(Person, family_name=f"Ostrel {n:04}", sex="F", office=office)
    return by


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def begun(by, form="csv"):
    return outgoing.begin(columns.PEOPLE, {}, form, by=by)


class TestWriting:
    def test_the_file_holds_every_row_in_the_order_of_the_screen(self, many):
        job = begun(many)
        assert (job.state, job.total, outgoing.file(job)) == (WAITING, 520, None)

        tasks.enqueue_export(job)

        job.refresh_from_db()
        found = rows(outgoing.file(job))
        assert (job.state, job.done, job.total, job.size) == (
            DONE,
            520,
            520,
            outgoing.file(job).stat().st_size,
        )
        assert [r[0] for r in found[1:]] == [f"Ostrel {n:04}" for n in range(520)]

    def test_it_says_how_far_it_is(self, many, monkeypatch):
        job, told = begun(many), []
        in_pieces = exporting.in_pieces

        def followed(ids, size):
            for piece in in_pieces(ids, size):
                told.append(ExportJob.objects.values_list("state", "done").get(pk=job.pk))
                yield piece

        monkeypatch.setattr(exporting, "in_pieces", followed)
        outgoing.write(job)

        assert told == [(WRITING, 0), (WRITING, 500)]

    def test_it_stops_when_asked_and_leaves_no_half_file(self, many, monkeypatch, settings):
        job = begun(many)
        in_pieces = exporting.in_pieces

        def interrupted(ids, size):
            for piece in in_pieces(ids, size):
                outgoing.stop(job, by=many)
                yield piece

        monkeypatch.setattr(exporting, "in_pieces", interrupted)
        outgoing.write(job)

        assert job.state == STOPPED
        assert outgoing.file(job) is None
        assert list(settings.CONFIG.work.glob(f"export-{job.pk.hex}*")) == []

    def test_what_a_stop_of_the_machine_left_half_is_written_again(self, many):
        job = begun(many)
        outgoing.path(job).parent.mkdir(parents=True, exist_ok=True)
        outgoing.path(job).with_suffix(".part").write_text("half")
        ExportJob.objects.filter(pk=job.pk).update(state=WRITING, done=500)

        assert tasks.take_up_again() == 1

        job.refresh_from_db()
        assert (job.state, len(rows(outgoing.file(job)))) == (DONE, 521)
        assert not outgoing.path(job).with_suffix(".part").exists()

    def test_a_job_that_is_done_is_not_done_again(self, many):
        job = begun(many)
        outgoing.write(job)
        before = outgoing.file(job).stat().st_mtime_ns

        tasks.write_out.enqueue(str(job.pk))

        assert outgoing.file(job).stat().st_mtime_ns == before

    def test_a_failure_is_told(self, many, monkeypatch):
        job = begun(many)

        def broken(*args, **more):
            raise Refused("The list cannot be written now.")

        monkeypatch.setattr(exporting, "write", broken)
        tasks.enqueue_export(job)

        job.refresh_from_db()
        assert (job.state, job.message) == (FAILED, "The list cannot be written now.")


class TestBeginning:
    def test_a_list_of_nobody_is_refused(self, by):
        with pytest.raises(Refused, match="nothing to write"):
            begun(by)

    @pytest.mark.parametrize(("kind", "form"), [("nothing", "csv"), ("people", "docx"), ("people", "")])
    def test_what_is_no_list_is_refused(self, many, kind, form):
        with pytest.raises(Refused, match="no such list"):
            outgoing.begin(kind, {}, form, by=many)

    def test_only_who_may_take_lists_out_begins_one(self, many):
        from dataclasses import replace

        with pytest.raises(NotAllowed):
            begun(replace(many, rights=frozenset({"person.see"})))

    def test_each_sees_their_own(self, many, region):
        job = begun(many)

        assert list(outgoing.exports(seen_by=many)) == [job]
        assert list(outgoing.exports(seen_by=region)) == []


class TestKeeping:
    def test_a_list_is_gone_after_seven_days_with_its_file(self, many):
        job = begun(many)
        outgoing.write(job)
        file = outgoing.file(job)

        move_clock(6.9)
        assert outgoing.forget_old() == 0
        move_clock(0.2)
        assert outgoing.forget_old() == 1

        assert not file.exists()
        assert not ExportJob.objects.exists()

    def test_one_under_way_is_kept(self, many):
        job = begun(many)
        move_clock(30)

        assert outgoing.forget_old() == 0
        assert ExportJob.objects.get() == job

    def test_a_file_that_somebody_is_fetching_is_kept_until_the_next_day(self, many, monkeypatch):
        job = begun(many)
        outgoing.write(job)
        move_clock(8)

        def busy(self, missing_ok=False):
            raise PermissionError

        with monkeypatch.context() as patch:
            patch.setattr("pathlib.Path.unlink", busy)
            assert outgoing.forget_old() == 0
        assert outgoing.forget_old() == 1

    def test_it_can_be_dropped_before(self, many):
        job = begun(many)
        outgoing.write(job)
        file = outgoing.file(job)

        outgoing.drop(job, by=many)

        assert not file.exists() and not ExportJob.objects.exists()

    def test_a_restored_register_knows_none(self, many):
        begun(many)

        outgoing.after_restore()

        assert not ExportJob.objects.exists()
