"""What makes dead workers and lost messages harmless. Two processes that do it at once are harmless as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from pdfmill.core.errors import InvalidTransition, WaitedTooLong
from pdfmill.core.failure import Failure
from pdfmill.jobs.attempts import count_as_lost
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.dispatch import FIRST_REHINT
from pdfmill.jobs.models import Job, wake_batches
from pdfmill.jobs.owner import is_known_dead
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.tally import HINTS_REPEATED

#: Longest time between two hints at a job that is due.
LONGEST_REHINT = timedelta(seconds=60)

#: Hints per round; a broker that comes back must not be flooded.
HINTS_PER_ROUND = 500

#: Jobs that waited too long and are failed in one round.
_FAILED_PER_ROUND = 100


@dataclass(frozen=True)
class Lease:
    """What a running job's row tells of its worker."""

    job_id: str
    attempt: int
    owner: str | None
    until: datetime | None


class LeaseWatch:
    """Tells which workers fell silent, by a clock that never steps.

    ``lease_until`` is written by another process, perhaps on another host, and wall clocks are set: after a step of an
    hour every lease in the table would seem over. So it is only compared with itself: a lease is over when the row has
    shown the same one for as long as a lease lasts.

    Args:
        clock: Seconds, steady.
    """

    def __init__(self, lease: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self._lease_s = lease.total_seconds()
        self._clock = clock
        self._since: dict[Lease, float] = {}

    def over(self, leases: Iterable[Lease]) -> list[Lease]:
        """Those of all present leases that are over: unchanged for too long, or of a process known to be dead."""
        now = self._clock()
        self._since = {lease: self._since.get(lease, now) for lease in leases}
        return [
            lease for lease, since in self._since.items() if now - since >= self._lease_s or is_known_dead(lease.owner)
        ]


def reap(database: Database, policy: JobPolicy, watch: LeaseWatch) -> list[str]:
    """Take jobs from workers that died or fell silent; returns the job ids.

    A job goes back to PENDING and is counted as lost; after ``policy.max_lost`` times it is quarantined. One whose
    cancellation was asked for is CANCELLED, since its worker cannot do that any more.
    """
    query = select(Job.id, Job.attempt, Job.lease_owner, Job.lease_until)
    query = query.where(Job.status == JobStatus.PROCESSING, Job.lease_owner.is_not(None))
    with database.read() as session:
        leases = [Lease(*row) for row in session.execute(query).all()]
    return [lease.job_id for lease in watch.over(leases) if _take(database, policy, lease)]


def reap_if_dead(database: Database, policy: JobPolicy, job_id: str) -> bool:
    """Take one job from its worker, if that was a process of this host that is gone; whether it was.

    For the worker that gets the dead one's message: the job need not wait for the reconciler.
    """
    query = select(Job.id, Job.attempt, Job.lease_owner, Job.lease_until).where(Job.id == job_id)
    query = query.where(Job.status == JobStatus.PROCESSING, Job.lease_owner.is_not(None))
    with database.read() as session:
        row = session.execute(query).one_or_none()
    if row is None:
        return False
    lease = Lease(*row)
    return is_known_dead(lease.owner) and _take(database, policy, lease)


def _take(database: Database, policy: JobPolicy, lease: Lease) -> bool:
    with database.write() as session:
        job = session.get(Job, lease.job_id, with_for_update=True)
        if job is None or (job.attempt, job.lease_owner, job.lease_until) != (lease.attempt, lease.owner, lease.until):
            return False  # it beat in the meantime, or ended
        try:
            count_as_lost(job, policy)
        except InvalidTransition:
            session.rollback()
            return False
        return True


def fail_overdue(database: Database, policy: JobPolicy) -> list[str]:
    """Fail jobs that no worker claimed in time, such as those of a queue that none serves; returns their ids."""
    overdue = (Job.status == JobStatus.PENDING, Job.not_before < utc_now() - policy.max_wait)
    with database.read() as session:
        found = session.scalars(select(Job.id).where(*overdue).limit(_FAILED_PER_ROUND)).all()
    hours = policy.max_wait.total_seconds() / 3600
    error = WaitedTooLong(
        f"The job waited longer than {hours:g} hours. Look whether a worker serves its queue, and submit it again; the "
        "limit is PDFMILL_QUEUE__MAX_WAIT_HOURS."
    )
    failed = []
    for job_id in found:
        with database.write() as session:
            job = session.get(Job, job_id, with_for_update=True)
            if job is None or job.status is not JobStatus.PENDING:
                continue
            job.mark_as_failed(Failure.of(error), expires_at=policy.retention.end_of(job, JobStatus.FAILED))
            failed.append(job_id)
    return failed


def wake_forgotten_batches(database: Database) -> int:
    """Let batches be gathered whose last two items ended at the same moment, each thinking that the other was left."""
    waiting = select(Job.id).where(Job.status == JobStatus.PROCESSING, Job.lease_owner.is_(None)).limit(1)
    with database.read() as session:
        if session.scalar(waiting) is None:
            return 0
    with database.write(durable=False) as session:
        return wake_batches(session)


def mend_times(database: Database, at_most_ahead: timedelta) -> int:
    """Bring back into the present what a clock that was set back has put into the future; returns how many jobs.

    Args:
        at_most_ahead: How far ahead a time may honestly be.
    """
    now = utc_now()
    too_far = (
        Job.status == JobStatus.PENDING,
        or_(Job.not_before > now + at_most_ahead, Job.next_hint_at > now + at_most_ahead),
    )
    with database.read() as session:
        if session.scalar(select(Job.id).where(*too_far).limit(1)) is None:
            return 0
    mend = update(Job).where(*too_far).values(not_before=now, next_hint_at=now)
    with database.write() as session:
        result = session.execute(mend.execution_options(synchronize_session=False))
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


@dataclass(frozen=True)
class DueJob:
    """A pending job that is due for a hint."""

    job_id: str
    operation: str
    hints: int


def count_due(database: Database) -> dict[str, int]:
    """By queue, the jobs that have been due for longer than a hint takes to arrive."""
    query = select(Job.queue, func.count()).where(
        Job.status == JobStatus.PENDING, Job.not_before <= utc_now() - FIRST_REHINT
    )
    with database.read() as session:
        return {str(queue): int(count) for queue, count in session.execute(query.group_by(Job.queue))}


def due_for_hint(
    database: Database, *, empty_queues: Collection[str] = (), full_queues: Collection[str] = ()
) -> Sequence[DueJob]:
    """Pending jobs that are due and whose last hint seems lost, the longest waiting first.

    Args:
        empty_queues: Queues in which the broker holds no message: there every due job's hint is lost for certain.
        full_queues: Queues in which more hints would change nothing.
    """
    now = utc_now()
    hint_is_due = or_(Job.next_hint_at.is_(None), Job.next_hint_at <= now)
    hint_is_lost = Job.queue.in_(empty_queues) & (Job.not_before <= now - FIRST_REHINT)
    query = (
        select(Job.id, Job.operation, Job.hints)
        .where(Job.status == JobStatus.PENDING, Job.not_before <= now, or_(hint_is_due, hint_is_lost))
        .where(Job.queue.not_in(full_queues))
        .order_by(Job.next_hint_at)
        .limit(HINTS_PER_ROUND)
    )
    with database.read() as session:
        return [DueJob(*row) for row in session.execute(query).all()]


def note_hints(database: Database, hinted: Sequence[DueJob]) -> None:
    """Write down that hints were sent; each job's next follows after a time that doubles."""
    now = utc_now()
    with database.write(durable=False) as session:
        HINTS_REPEATED.add(session, amount=len(hinted))
        for job in hinted:
            wait = min(FIRST_REHINT * 2 ** min(job.hints, 10), LONGEST_REHINT)
            session.execute(
                update(Job)
                .where(Job.id == job.job_id, Job.status == JobStatus.PENDING)
                .values(hints=Job.hints + 1, next_hint_at=now + wait)
                .execution_options(synchronize_session=False)
            )
