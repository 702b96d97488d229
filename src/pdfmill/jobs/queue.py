"""Which job is next, and whether another one may wait.

The order is the table's, not the broker's: a message only says that there is work in a queue. Urgent jobs come first;
among equals the clients take turns. A job's turn is given when it is submitted: one more than the last waiting job of
its client, but never behind the queue's present turn. So a client's thousand jobs wait one behind the other, and
another client's single job stands beside the first of them (start-time fair queueing, Goyal et al. 1996, with jobs of
equal cost).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, func, literal, or_, select, text, union_all
from sqlalchemy.orm import Session

from pdfmill.config.settings import QueueSettings
from pdfmill.core.errors import QueueFull, TooManyJobs
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job
from pdfmill.jobs.status import JobStatus

#: What a refused client is told to wait, in seconds.
_COME_BACK_AFTER_S = 30

#: How long a job that crashed waits for a moment in which it can run alone; after that it runs beside others.
PATIENCE_FOR_SOLITUDE = timedelta(seconds=60)


def require_room(database: Database, settings: QueueSettings, queue: str, client: str) -> None:
    """Refuse a job before its files are read, when too many wait.

    Raises:
        TooManyJobs: This client has its share of the queue.
        QueueFull: The queue is full.
    """
    with database.read() as session:
        own = _count_waiting(session, queue, settings.max_pending_per_client, client)
        if own >= settings.max_pending_per_client:
            raise TooManyJobs(
                f"{own} of your jobs wait in the queue {queue!r} already. Send more when some of them have ended.",
                retry_after_s=_COME_BACK_AFTER_S,
            )
        if _count_waiting(session, queue, settings.max_pending) >= settings.max_pending:
            raise QueueFull(
                f"{settings.max_pending} jobs wait in the queue {queue!r} already. Try again later; the limit is "
                "PDFMILL_QUEUE__MAX_PENDING.",
                retry_after_s=_COME_BACK_AFTER_S,
            )


def _count_waiting(session: Session, queue: str, most: int, client: str | None = None) -> int:
    """How many jobs wait, counted up to ``most``."""
    waiting = select(Job.id).where(Job.queue == queue, Job.status == JobStatus.PENDING)
    if client is not None:
        waiting = waiting.where(Job.client == client)
    return session.scalar(select(func.count()).select_from(waiting.limit(most).subquery())) or 0


def turn_of(session: Session, queue: str, client: str) -> int:
    """The turn of a job that is being submitted."""
    waiting = (Job.queue == queue, Job.status == JobStatus.PENDING)
    last_of_client = session.scalar(select(func.max(Job.turn)).where(*waiting, Job.client == client))
    if last_of_client is not None:
        return last_of_client + 1
    return session.scalar(select(func.min(Job.turn)).where(*waiting)) or 0


def next_job(session: Session, queue: str, *, suspects: bool = True, max_running: int | None = None) -> Job | None:
    """The job to claim next; None if there is none. Locks its row where the database locks rows.

    Args:
        suspects: Whether jobs count that crashed before and should run alone.
        max_running: Most jobs of the queue that may run at once.
    """
    if max_running is not None:
        _count_alone(session, queue)
        if not may_start(session, queue, max_running):
            return None
    now = utc_now()
    query = select(Job).where(
        Job.queue == queue,
        Job.status == JobStatus.PENDING,
        Job.not_before <= now,
        Job.cancel_requested_at.is_(None),
    )
    if not suspects:
        query = query.where(or_(Job.crashes == 0, Job.not_before <= now - PATIENCE_FOR_SOLITUDE))
    query = query.order_by(Job.urgency, Job.turn, Job.created_at).limit(1)
    return session.scalar(query.with_for_update(skip_locked=True))


def may_start(session: Session, queue: str, max_running: int) -> bool:
    """Whether fewer jobs of the queue run than may."""
    running = select(func.count()).where(Job.queue == queue, Job.status == JobStatus.PROCESSING)
    return (session.scalar(running.where(Job.lease_owner.is_not(None))) or 0) < max_running


def _count_alone(session: Session, queue: str) -> None:
    """Two workers that count at the same time would both find room; the lock is the transaction's."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite lets one writer in at a time anyway
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:queue))"), {"queue": f"pdfmill queue {queue}"})


@dataclass(frozen=True)
class QueueState:
    """How a queue stands.

    Attributes:
        pending: Jobs that wait.
        processing: Jobs that are worked on; batches that wait for their items are not among them.
        oldest_s: Age in seconds of the one that waits longest; 0 if none does.
    """

    pending: int
    processing: int
    oldest_s: float


def queue_states(database: Database, queues: Iterable[str]) -> dict[str, QueueState]:
    """How each queue stands now."""
    with database.read() as session:
        # One question for each queue, because an index answers it without a look at the jobs; all in one statement.
        waiting = {queue: (pending, oldest) for queue, pending, oldest in session.execute(_waiting(queues))}
        running = select(Job.queue, func.count().label("jobs")).where(Job.status == JobStatus.PROCESSING)
        running = running.where(Job.lease_owner.is_not(None)).group_by(Job.queue)
        processing = {row.queue: row.jobs for row in session.execute(running)}
    return {
        queue: QueueState(pending, processing.get(queue, 0), _age_s(oldest))
        for queue, (pending, oldest) in waiting.items()
    }


def _waiting(queues: Iterable[str]) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(literal(queue), func.count(), func.min(Job.created_at)).where(
                Job.queue == queue, Job.status == JobStatus.PENDING
            )
            for queue in queues
        )
    )


def _age_s(since: datetime | None) -> float:
    return 0.0 if since is None else max((utc_now() - since).total_seconds(), 0.0)
