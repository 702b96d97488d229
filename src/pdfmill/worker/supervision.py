"""Watching one attempt while its sandbox works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import DatabaseUnavailable
from pdfmill.core.progress import Progress
from pdfmill.jobs.attempts import Attempt, Signal
from pdfmill.jobs.policy import JobPolicy
from pdfmill.worker.gate import Place
from pdfmill.worker.sandbox import Ended, SandboxProcess
from pdfmill.worker.stopping import Phase, StopNotice, WorkerStops

log = get_logger(__name__)

#: How often a running job's row is asked for a cancellation; a cancel must take effect within two seconds.
LOOK_EVERY_S = 0.5

#: Least time between two progress lines in the job's row.
REPORT_EVERY_S = 0.25

ProgressListener = Callable[[Progress], None]


class Supervisor:
    """Keeps the lease of a running attempt, passes its progress on, and ends it when it must not go on."""

    def __init__(self, policy: JobPolicy, stop_notice: StopNotice) -> None:
        self._stop_notice = stop_notice
        self._heartbeat_s = policy.heartbeat.total_seconds()
        #: Without a heartbeat for two thirds of the lease, an attempt gives up by itself: somebody may be about to
        #: take it.
        self._fenced_after_s = policy.lease.total_seconds() * 2 / 3

    @contextmanager
    def keeping_the_lease(self, attempt: Attempt) -> Iterator[None]:
        """Beat from a thread of its own while this one moves files, which may take longer than a lease lasts."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self._heartbeat_s):
                try:
                    attempt.beat()
                except DatabaseUnavailable as error:
                    log.warning("heartbeat missed: the database is away", cause=repr(error.__cause__))

        thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def watch(
        self, attempt: Attempt, process: SandboxProcess, place: Place, on_progress: ProgressListener
    ) -> Ended | None:
        """Watch the sandbox, keep the lease and pass progress on; None if another attempt has taken the job.

        Raises:
            WorkerStops: The worker stops, and this job has had its time of grace.
        """
        now = time.monotonic()
        beaten = reported = now
        waiting: Progress | None = None
        while True:
            event = process.next_event(REPORT_EVERY_S if waiting else LOOK_EVERY_S)
            if isinstance(event, Ended):
                return event
            if self._stop_notice.phase is Phase.HANDING_BACK:
                raise WorkerStops
            place.let_others_in_when_due()
            waiting = event or waiting
            now = time.monotonic()
            try:
                if now - beaten >= self._heartbeat_s:
                    signal = attempt.beat()
                    beaten = now
                elif waiting is not None and now - reported >= REPORT_EVERY_S:
                    signal = attempt.report(waiting)
                    on_progress(waiting)
                    waiting, reported = None, now
                else:
                    signal = attempt.look()
            except DatabaseUnavailable:
                # It may come back in time.
                signal = Signal.GO_ON if now - beaten < self._fenced_after_s else Signal.FENCED
            if signal is Signal.FENCED:
                return None
            if signal is Signal.CANCEL:
                process.cancel()
