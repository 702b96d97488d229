"""What the reconciler does: take jobs from the dead, and hint again at what waits. Two of them at once are harmless."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select, update

from pdfmill.core.errors import InvalidTransition
from pdfmill.jobs.attempts import count_as_lost
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, utc_now
from pdfmill.jobs.owner import is_known_dead
from pdfmill.jobs.policy import RetryPolicy
from pdfmill.jobs.service import FIRST_REHINT
from pdfmill.jobs.status import JobStatus

#: Longest time between two hints at a job that is due.
LONGEST_REHINT = timedelta(seconds=60)

#: Hints per round; a broker that comes back must not be flooded.
HINTS_PER_ROUND = 500


def reap(database: Database, policy: RetryPolicy) -> list[str]:
    """Take jobs from workers that died, by their lease or because the process is gone; returns the job ids.

    The job goes back to PENDING and is counted as lost; after ``policy.max_lost`` times it is quarantined. One whose
    cancellation was asked for is CANCELLED, since its worker cannot do that any more.
    """
    reaped = []
    with database.read() as session:
        running = session.execute(
            select(Job.id, Job.attempt, Job.lease_owner, Job.lease_until).where(Job.status == JobStatus.PROCESSING)
        ).all()
    now = utc_now()
    for job_id, attempt, owner, lease_until in running:
        if lease_until is not None and lease_until > now and not (owner and is_known_dead(owner)):
            continue
        if _take(database, policy, job_id, attempt):
            reaped.append(job_id)
    return reaped


def _take(database: Database, policy: RetryPolicy, job_id: str, attempt: int) -> bool:
    with database.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None or job.attempt != attempt or job.status is not JobStatus.PROCESSING:
            return False
        if job.lease_until is not None and job.lease_until > utc_now() and not is_known_dead(job.lease_owner or "///"):
            return False  # it beat in the meantime
        try:
            if job.cancel_requested_at is not None:
                job.mark_as_cancelled(expires_at=utc_now() + policy.retention)
            else:
                count_as_lost(job, policy)
        except InvalidTransition:
            session.rollback()
            return False
        return True


def due_for_hint(database: Database) -> Sequence[tuple[str, str]]:
    """(job id, operation) of pending jobs that are due and whose last hint seems lost, oldest first."""
    now = utc_now()
    query = (
        select(Job.id, Job.operation)
        .where(
            Job.status == JobStatus.PENDING,
            or_(Job.next_hint_at.is_(None), Job.next_hint_at <= now),
            Job.not_before <= now,
        )
        .order_by(Job.next_hint_at)
        .limit(HINTS_PER_ROUND)
    )
    with database.read() as session:
        return [(job_id, operation) for job_id, operation in session.execute(query).all()]


def note_hint(database: Database, job_id: str) -> None:
    """Write down that a hint was sent; the next follows after a time that doubles with each."""
    with database.write(durable=False) as session:
        hints = session.scalar(select(Job.hints).where(Job.id == job_id)) or 0
        wait = min(FIRST_REHINT * 2 ** min(hints, 10), LONGEST_REHINT)
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.status == JobStatus.PENDING)
            .values(hints=Job.hints + 1, next_hint_at=utc_now() + wait)
            .execution_options(synchronize_session=False)
        )
