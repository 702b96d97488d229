"""The process that makes lost messages and dead workers harmless.

It is no periodic Celery task: those reach a worker through the very broker that may be gone.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import PdfMillError
from pdfmill.jobs.database import Database
from pdfmill.jobs.dispatch import Dispatcher
from pdfmill.jobs.policy import RetryPolicy
from pdfmill.jobs.recovery import due_for_hint, note_hint, reap
from pdfmill.worker.spool import sweep_spool

log = get_logger(__name__)

#: Seconds between two sweeps of the spool.
SWEEP_EVERY_S = 60


@dataclass(frozen=True)
class Round:
    """What one round did: jobs taken from dead workers, hints sent."""

    reaped: int
    hinted: int


class Reconciler:
    """Takes jobs from dead workers and hints again at jobs that wait.

    Args:
        every_s: Seconds between two rounds.
    """

    def __init__(
        self, database: Database, dispatcher: Dispatcher, policy: RetryPolicy, *, spool: Path, every_s: float
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._policy = policy
        self._spool = spool
        self._every_s = every_s
        self._swept = 0.0

    def run(self, stop: threading.Event) -> None:
        """One round after another until ``stop`` is set; what one round cannot do, the next one tries."""
        while not stop.is_set():
            try:
                done = self.run_once()
                if done.reaped:
                    log.info("took jobs from dead workers", jobs=done.reaped)
            except PdfMillError as error:
                log.warning("round failed", code=error.code, cause=repr(error.__cause__))
            stop.wait(self._every_s)

    def run_once(self) -> Round:
        """One round."""
        reaped = reap(self._database, self._policy)
        hinted = 0
        for job_id, operation in due_for_hint(self._database):
            if not self._dispatcher.dispatch(job_id, operation):
                break  # the broker is away; the next round tries again
            note_hint(self._database, job_id)
            hinted += 1
        if time.monotonic() - self._swept > SWEEP_EVERY_S:
            self._swept = time.monotonic()
            sweep_spool(self._database, self._spool)
        return Round(len(reaped), hinted)
