"""From the job table to a worker's attention."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

#: The reconciler hints at a pending job again after this time, doubled with every hint.
FIRST_REHINT = timedelta(seconds=2)


class Dispatcher(Protocol):
    """Sends hints: messages that tell a worker to look at a job.

    A hint is best effort. It never raises and never blocks for long: a broker that is away costs the job some seconds,
    until the reconciler hints again, and nothing else.
    """

    def dispatch(self, job_id: str, operation: str) -> bool:
        """Send a hint; whether the broker took it."""

    def messages_in(self, queue: str) -> int | None:
        """How many messages wait in a queue; None if the broker does not say."""
