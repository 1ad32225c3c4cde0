"""The worker: long work that pages ask for, and the daily backup. One at a time for a register."""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from baarada import sqlite
from baarada.indicators import known
from baarada.interop import tasks
from baarada.interop.tables import jobs, outgoing
from baarada.journal import runtime
from baarada.kernel.errors import Refused
from baarada.registry import paperdrafts, papers, scans
from baarada.upkeep import backup, preparing

log = logging.getLogger(__name__)

LOCK_FILE = "worker.lock"
LOOK_SECONDS = 1.0
"""How often the queue is looked at."""
BACKUP_SECONDS = 600
"""How often it is asked whether today's backup is there."""
FIRST_BACKUP_SECONDS = 60
"""How long after its start: a machine just switched on has other things to do."""
KEPT_DAYS = 14
"""How long the queue remembers what was done."""


class Elsewhere(Refused):
    """Another worker is at work on this register."""

    def __init__(self) -> None:
        super().__init__(_("Another worker is at work on this register. There must be only one."))


@contextmanager
def alone() -> Iterator[None]:
    """Be the only worker of this register.

    The lock is SQLite's own, which every system frees when the process ends, however it ends.

    Raises:
        Elsewhere: there is another.
    """
    library = sqlite.library()
    settings.CONFIG.home.mkdir(parents=True, exist_ok=True)
    lock = library.connect(str(settings.CONFIG.home / LOCK_FILE), timeout=0, isolation_level=None)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except library.OperationalError:
            raise Elsewhere from None
        yield
    finally:
        lock.close()


class Stopped(SystemExit):
    """The worker was told to stop. Raised wherever it is: what was under way is rolled back, and begun again later."""


class Working:
    """One worker's life."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self.next_backup = time.monotonic() + FIRST_BACKUP_SECONDS

    def stop(self, *signal: Any) -> None:
        """End. Called in the main thread, by a signal."""
        self.ending.set()
        raise Stopped(0)

    def run(self) -> None:
        """Work until told to stop.

        Raises:
            Elsewhere: another worker is at work.
        """
        with alone():
            begin()
            while not self.ending.is_set():
                do_waiting()
                if time.monotonic() >= self.next_backup:
                    tidy()
                    follow_lists()
                    back_up()
                    self.next_backup = time.monotonic() + BACKUP_SECONDS
                self.ending.wait(LOOK_SECONDS)

    def run_once(self) -> None:
        """Do what waits, make today's backup, and return."""
        with alone():
            begin()
            do_waiting()
            tidy()
            follow_lists()
            back_up()


def begin() -> None:
    """Take up what an earlier worker left: its task is lost with it, what it worked on says how far it came."""
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).delete()
    tasks.take_up_again()


def do_waiting() -> None:
    """Do every task that waits."""
    worker = Worker(
        queue_names=["*"], excluded_queue_names=[], interval=0, batch=True, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id=f"worker-{runtime.new_id().hex()}",
    )  # fmt: skip
    worker.run()


def tidy() -> None:
    """Remove what nobody needs any more: files of lists, pages of papers left in preparation, pictures of pages."""
    outgoing.forget_old()
    jobs.forget_files()
    paperdrafts.forget_old()
    papers.forget_pictures()
    papers.forget_strays()
    scans.forget_old()
    known.forget_old()


def follow_lists() -> None:
    """Bring lists of people up to date with the lists of the country; where others write, it is tried again later."""
    try:
        if preparing.follow_lists():
            log.info("the lists of people follow the lists of the country")
    except DatabaseError as error:
        log.error("the lists of people could not follow", extra={"reason": type(error).__name__})


def back_up() -> None:
    """Make today's backup if it is not there. One that fails is tried again, and the pages say how old the last is."""
    try:
        made = backup.daily(runtime.today())
    except (Refused, OSError, DatabaseError) as error:
        log.error("the daily backup failed", extra={"reason": type(error).__name__})
        print(f"baarada worker: {error}", file=sys.stderr)
        return
    finally:
        close_old_connections()
    if made is not None:
        log.info("the daily backup is made", extra={"bytes": made.bytes, "count": made.entries})
        old = runtime.now() - timedelta(days=KEPT_DAYS)
        DBTaskResult.objects.finished().filter(finished_at__lt=old).delete()
