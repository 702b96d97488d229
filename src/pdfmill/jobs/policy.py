"""How often, and after how long, a job is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from pdfmill.config.settings import Settings


@dataclass(frozen=True)
class RetryPolicy:
    """Limits and delays of repeated attempts.

    Two counters on purpose: ``max_crashes`` is small, because a document that kills its own sandbox will do so again;
    ``max_lost`` is large, because the death of a worker is rarely the fault of the job it was running.
    """

    lease: timedelta
    max_retries: int
    max_crashes: int
    max_lost: int
    retry_delay: timedelta
    crash_delay: timedelta
    retention: timedelta

    @classmethod
    def of(cls, settings: Settings) -> RetryPolicy:
        """The policy that the settings describe."""
        worker = settings.worker
        return cls(
            lease=timedelta(seconds=worker.lease_s),
            max_retries=worker.max_retries,
            max_crashes=worker.max_crashes,
            max_lost=worker.max_lost,
            retry_delay=timedelta(seconds=worker.retry_delay_s),
            crash_delay=timedelta(seconds=worker.crash_delay_s),
            retention=timedelta(hours=settings.retention.hours),
        )

    def delay_before_retry(self, retries: int, chance: random.Random | None = None) -> timedelta:
        """60 s × the number of this retry, ± 10 % so that jobs which failed together do not return together.

        Args:
            retries: Retries so far, 0 for the first.
            chance: Source of the spread, for tests.
        """
        spread = (chance or random).uniform(0.9, 1.1)
        return self.retry_delay * (retries + 1) * spread
