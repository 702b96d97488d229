"""Waiting for a job inside a request."""

from __future__ import annotations

import threading
import time

from pdfmill.jobs.models import Job
from pdfmill.jobs.service import JobService

_FIRST_LOOK_S, _SLOWEST_LOOK_S, _GROWTH = 0.02, 0.25, 1.3


class Waiting:
    """Long polls of one web server process.

    Each takes a thread, so at most half of them may wait: the rest must go on answering.
    """

    def __init__(self, *, threads: int, longest_s: float) -> None:
        self._longest_s = longest_s
        self._places = threading.BoundedSemaphore(max(1, threads // 2))

    def until_finished(self, jobs: JobService, job: Job, seconds: float) -> Job:
        """The job when it has ended, or as it is after ``seconds``; at once where too many wait already."""
        if job.status.is_terminal or seconds <= 0 or not self._places.acquire(blocking=False):
            return job
        try:
            until = time.monotonic() + min(seconds, self._longest_s)
            pause = _FIRST_LOOK_S
            while not job.status.is_terminal and (left := until - time.monotonic()) > 0:
                time.sleep(min(pause, left))
                pause = min(pause * _GROWTH, _SLOWEST_LOOK_S)
                job = jobs.get(job.id)
            return job
        finally:
            self._places.release()
