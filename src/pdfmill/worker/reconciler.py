"""The process that makes lost messages and dead workers harmless.

It is no periodic Celery task: those reach a worker through the very broker that may be gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import PdfMillError
from pdfmill.jobs.database import Database
from pdfmill.jobs.dispatch import Dispatcher
from pdfmill.jobs.news import News
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.queue import may_start
from pdfmill.jobs.recovery import (
    DueJob,
    LeaseWatch,
    count_due,
    due_for_hint,
    fail_overdue,
    mend_times,
    note_hints,
    reap,
    wake_forgotten_batches,
)
from pdfmill.jobs.retention import make_room
from pdfmill.jobs.storage import Storage
from pdfmill.worker.cleaning import sweep
from pdfmill.worker.spool import Spool

log = get_logger(__name__)

#: Seconds between two sweeps of files that nobody needs.
SWEEP_EVERY_S = 60

#: A wall clock that fell back by more than this against the steady one was set.
_CLOCK_WAS_SET_S = 1.0


@dataclass(frozen=True)
class Round:
    """What one round did, in jobs: taken from dead workers, failed because nobody began them, hinted at."""

    reaped: int
    overdue: int
    hinted: int


class Reconciler:
    """Takes jobs from dead workers and hints again at jobs that wait.

    Args:
        every_s: Seconds between two rounds.
        clock: Seconds, steady.
    """

    def __init__(
        self,
        database: Database,
        storage: Storage,
        dispatcher: Dispatcher,
        policy: JobPolicy,
        *,
        spool: Spool,
        every_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._storage = storage
        self._dispatcher = dispatcher
        self._policy = policy
        self._spool = spool
        self._every_s = every_s
        self._clock = clock
        self._leases = LeaseWatch(policy.lease, clock)
        self._clock_lead = time.time() - clock()
        self._swept = clock()

    def run(self, stop: threading.Event) -> None:
        """One round after another until ``stop`` is set; what one round cannot do, the next one tries."""
        news = News(self._database.url)
        while not stop.is_set():
            try:
                done = self.run_once()
                if done.reaped or done.overdue:
                    log.info("jobs recovered", from_dead_workers=done.reaped, overdue=done.overdue)
            except PdfMillError as error:
                log.warning("round failed", code=error.code, cause=repr(error.__cause__))
            news.wait(self._every_s, stop)
        news.close()

    def run_once(self) -> Round:
        """One round."""
        reaped = reap(self._database, self._policy, self._leases)
        self._mend_times()
        wake_forgotten_batches(self._database)
        overdue = fail_overdue(self._database, self._policy)
        hinted = self._send_hints()
        if self._clock() - self._swept > SWEEP_EVERY_S:
            self._swept = self._clock()
            self.sweep()
        return Round(len(reaped), len(overdue), len(hinted))

    def sweep(self) -> int:
        """Remove files that nobody needs, and results before their time if the disk is full; returns how many."""
        early = make_room(self._database, self._storage, self._policy.make_room_below_bytes)
        if early.jobs:
            log.warning("results were removed before their time: the disk is almost full", jobs=early.jobs)
        return sweep(self._database, self._storage, self._spool, self._policy)

    def _mend_times(self) -> None:
        lead = time.time() - self._clock()
        was_set_back = lead < self._clock_lead - _CLOCK_WAS_SET_S
        self._clock_lead = lead
        mended = mend_times(self._database, timedelta(0) if was_set_back else self._policy.longest_delay)
        if mended:
            log.warning("the clock was set back: jobs that wait for a time in the future are due now", jobs=mended)

    def _send_hints(self) -> list[DueJob]:
        empty, full = [], []
        for queue, due in count_due(self._database).items():
            messages = self._dispatcher.messages_in(queue)
            if messages is not None and (messages >= due or self._is_at_its_limit(queue)):
                full.append(queue)
            elif messages == 0:
                empty.append(queue)
        sent: list[DueJob] = []
        for job in due_for_hint(self._database, empty_queues=empty, full_queues=full):
            if not self._dispatcher.dispatch(job.job_id, job.operation):
                break  # the broker is away; the next round tries again
            sent.append(job)
        if sent:
            note_hints(self._database, sent)
        return sent

    def _is_at_its_limit(self, queue: str) -> bool:
        """Whether no more jobs of the queue may run now; the end of one that does sends the next hint."""
        most = self._policy.max_running.get(queue)
        if most is None:
            return False
        with self._database.read() as session:
            return not may_start(session, queue, most)
