"""What becomes of jobs in time: how often they are tried, how long they wait, how long they are kept."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pdfmill.config.settings import RetentionSettings, Settings
from pdfmill.core.limits import MIB
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.models import Job
from pdfmill.jobs.status import JobStatus

_DISK_FULL_DELAY = timedelta(seconds=30)
_LONGEST_ASKED_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Retention:
    """How long the files of ended jobs are kept, by how they ended."""

    completed: timedelta
    failed: timedelta
    cancelled: timedelta

    @classmethod
    def of(cls, settings: RetentionSettings) -> Retention:
        """What the settings say."""

        def kept(hours: float | None) -> timedelta:
            return timedelta(hours=settings.hours if hours is None else hours)

        return cls(kept(None), kept(settings.failed_hours), kept(settings.cancelled_hours))

    @classmethod
    def alike(cls, kept: timedelta) -> Retention:
        """The same time for all."""
        return cls(kept, kept, kept)

    def end_of(self, job: Job, status: JobStatus) -> datetime:
        """Until when the files of a job are kept that ends now, with that status; its client's word wins."""
        by_status = {
            JobStatus.COMPLETED: self.completed,
            JobStatus.FAILED: self.failed,
            JobStatus.CANCELLED: self.cancelled,
        }
        return utc_now() + (by_status[status] if job.ttl_s is None else timedelta(seconds=job.ttl_s))


@dataclass(frozen=True)
class JobPolicy:
    """Limits and delays.

    Two counters on purpose: ``max_crashes`` is small, because a document that kills its own sandbox will do so again;
    ``max_lost`` is large, because the death of a worker is rarely the fault of the job it was running.

    Attributes:
        lease: How long a worker is believed to be alive without a heartbeat.
        heartbeat: Time between two heartbeats.
        max_wait: How long a job may wait for a worker.
        orphaned_after: Age at which a stored file that no job names is removed.
        make_room_below_bytes: Free space below which the oldest results go before their time.
        forget_after: Age at which an expired job's row is deleted.
        max_running: By queue, most jobs that may run at once on all workers together.
    """

    lease: timedelta
    max_retries: int
    max_crashes: int
    max_lost: int
    retry_delay: timedelta
    crash_delay: timedelta
    retention: Retention
    heartbeat: timedelta
    max_wait: timedelta
    orphaned_after: timedelta
    make_room_below_bytes: int
    forget_after: timedelta
    max_running: Mapping[str, int]

    @classmethod
    def of(cls, settings: Settings) -> JobPolicy:
        """The policy that the settings describe."""
        worker = settings.worker
        return cls(
            lease=timedelta(seconds=worker.lease_s),
            max_retries=worker.max_retries,
            max_crashes=worker.max_crashes,
            max_lost=worker.max_lost,
            retry_delay=timedelta(seconds=worker.retry_delay_s),
            crash_delay=timedelta(seconds=worker.crash_delay_s),
            retention=Retention.of(settings.retention),
            heartbeat=timedelta(seconds=worker.heartbeat_s),
            max_wait=timedelta(hours=settings.queue.max_wait_hours),
            orphaned_after=timedelta(seconds=settings.storage.orphaned_after_s),
            make_room_below_bytes=settings.make_room_below_mib * MIB,
            forget_after=timedelta(days=settings.retention.forget_after_days),
            max_running=settings.queue.max_running,
        )

    def delay_before_retry(
        self, retries: int, *, asked_for_s: float = 0, chance: random.Random | None = None
    ) -> timedelta:
        """60 s × the number of this retry, ± 10 % so that jobs which failed together do not return together.

        Args:
            retries: Retries so far, 0 for the first.
            asked_for_s: Seconds that whoever refused the work asked for (``Retry-After``): never less than these, but
            for
                more than ten minutes.
            chance: Source of the spread, for tests.
        """
        spread = (chance or random).uniform(0.9, 1.1)
        return max(self.retry_delay * (retries + 1) * spread, min(timedelta(seconds=asked_for_s), _LONGEST_ASKED_FOR))

    def delay_when_disk_is_full(self, attempt: int) -> timedelta:
        """Half a minute, longer with each attempt up to ten minutes; nobody knows when there will be space."""
        return min(_DISK_FULL_DELAY * attempt, _LONGEST_ASKED_FOR)

    @property
    def longest_delay(self) -> timedelta:
        """No job waits longer than this for its next attempt. One that seems to was written before a clock was set."""
        return max(self.retry_delay * self.max_retries * 1.1, self.crash_delay, _LONGEST_ASKED_FOR)
