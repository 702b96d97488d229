"""One attempt at a job, as its worker writes it down.

Every write names the attempt; when another attempt, a cancellation or the reaper came first, it changes no row, and the
worker learns that its work is not wanted any more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from pdfmill.core.errors import InvalidTransition, Quarantined, StorageFull
from pdfmill.core.failure import Failure
from pdfmill.core.progress import Progress
from pdfmill.core.work import PastRun
from pdfmill.jobs import tally
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.batches import items_of
from pdfmill.jobs.database import Database
from pdfmill.jobs.history import Kind, recall, remember
from pdfmill.jobs.models import FileRole, Job, JobFile
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.queue import next_job, turn_of
from pdfmill.jobs.status import JobStatus


class Signal(Enum):
    """What the job table answers to a worker that reports."""

    GO_ON = "go on"
    CANCEL = "cancel"
    FENCED = "fenced"


@dataclass(frozen=True)
class Usage:
    """What an attempt took.

    Attributes:
        tier: The letter of its sandbox's tier.
    """

    tier: str
    cpu_s: float
    peak_memory_bytes: int


class Attempt:
    """A claimed job. Made by `claim_next` only.

    Attributes:
        job: The job as it was claimed, detached from any session.
        sandbox: How strong the box is that opens the document, in words; empty as long as none was started.
        usage: What it took; None until its sandbox has ended.
    """

    def __init__(self, database: Database, policy: JobPolicy, job: Job) -> None:
        self.job = job
        self.sandbox = ""
        self.usage: Usage | None = None
        self._database = database
        self._policy = policy

    @property
    def number(self) -> int:
        """Counts from 1; the fencing token."""
        return self.job.attempt

    def beat(self) -> Signal:
        """Extend the lease."""
        return self._touch(lease_until=utc_now() + self._policy.lease)

    def report(self, progress: Progress) -> Signal:
        """Write progress into the job's row."""
        return self._touch(progress=progress.model_dump())

    def look(self) -> Signal:
        """Ask whether to go on, without writing."""
        query = select(Job.cancel_requested_at).where(*self._mine())
        with self._database.read() as session:
            row = session.execute(query).one_or_none()
        return _signal(row)

    def complete(
        self,
        result: dict[str, Any],
        warnings: Sequence[str],
        outputs: Sequence[JobFile],
        *,
        cost: tuple[Kind, PastRun] | None = None,
    ) -> bool:
        """Make the outputs visible and the job COMPLETED, in one transaction; False if somebody else won.

        Args:
            cost: What is remembered of it for estimates; None if nobody wants to know.
        """

        def move(job: Job) -> None:
            expires_at = self._policy.retention.end_of(job, JobStatus.COMPLETED)
            job.mark_as_completed(result, expires_at=expires_at, warnings=list(warnings))
            job.files.extend(outputs)
            session = object_session(job)
            assert session is not None
            tally.FILE_BYTES_STORED.add(session, FileRole.OUTPUT, amount=sum(file.size_bytes for file in outputs))
            if cost is not None:
                remember(session, *cost)

        return self._settle(move)

    def split_into(self, items: Sequence[Job]) -> bool:
        """Put the items of a batch into the queue and let the batch wait for them; False if somebody else won."""

        def move(job: Job) -> None:
            job.wait_for_items()
            session = object_session(job)
            assert session is not None
            for item in items:
                item.turn = turn_of(session, item.queue, item.client)
                session.add(item)
                tally.JOBS_SUBMITTED.add(session, item.operation)
                session.flush()  # the next one's turn follows this one's

        return self._settle(move)

    def items(self) -> Sequence[Job]:
        """The items of the batch, in order; none if it has not been split."""
        with self._database.read() as session:
            return items_of(session, self.job.id)

    def past_runs(self, kind: Kind) -> Sequence[PastRun]:
        """What jobs of a kind cost, the newest first."""
        return recall(self._database, kind)

    def fail(self, failure: Failure) -> bool:
        """End the attempt with an error: a passing one is tried again later, any other fails the job.

        A full disk is the machine's trouble: it delays the job, and is not counted against it.
        """

        def move(job: Job) -> None:
            if failure.code == StorageFull.code:
                put_back(job, self._policy, self._policy.delay_when_disk_is_full(job.attempt))
            elif failure.retryable and job.retries < self._policy.max_retries:
                delay = self._policy.delay_before_retry(job.retries, asked_for_s=failure.extras.get("retry_after_s", 0))
                put_back(job, self._policy, delay, retries=job.retries + 1)
            else:
                job.mark_as_failed(failure, expires_at=self._policy.retention.end_of(job, JobStatus.FAILED))

        return self._settle(move)

    def crash(self, failure: Failure) -> bool:
        """End the attempt because its sandbox died; after some deaths the job is quarantined."""

        def move(job: Job) -> None:
            crashes = job.crashes + 1
            if crashes >= self._policy.max_crashes:
                last = Quarantined(
                    f"The document brought down the program that read it {crashes} times, so it is not tried again. "
                    f"The last time: {failure.detail}",
                    crashes=crashes,
                )
                ended = self._policy.retention.end_of(job, JobStatus.FAILED)
                job.mark_as_failed(Failure.of(last), expires_at=ended, crashes=crashes)
            else:
                put_back(job, self._policy, self._policy.crash_delay, crashes=crashes)

        return self._settle(move)

    def lost(self) -> bool:
        """The surroundings of the sandbox died, not the job: put it back and count it as lost."""
        return self._settle(lambda job: count_as_lost(job, self._policy))

    def cancelled(self) -> bool:
        """The sandbox is gone because the user wanted it so."""
        retention = self._policy.retention
        return self._settle(lambda job: job.mark_as_cancelled(expires_at=retention.end_of(job, JobStatus.CANCELLED)))

    def hand_back(self) -> bool:
        """Put the job back uncounted, because this worker stops."""
        return self._settle(lambda job: put_back(job, self._policy, timedelta(0)))

    def _touch(self, **values: Any) -> Signal:
        statement = update(Job).where(*self._mine()).values(**values).returning(Job.cancel_requested_at)
        with self._database.write(durable=False) as session:
            row = session.execute(statement.execution_options(synchronize_session=False)).one_or_none()
        return _signal(row)

    def _settle(self, move: Callable[[Job], None]) -> bool:
        with self._database.write() as session:
            job = session.get(Job, self.job.id, with_for_update=True)
            if self.usage is not None:
                self._count(session, self.usage)
            if job is None or job.attempt != self.number or job.status is not JobStatus.PROCESSING:
                tally.ATTEMPTS_FENCED.add(session)
                return False
            job.sandbox = self.sandbox or job.sandbox
            try:
                move(job)
            except InvalidTransition:
                session.rollback()
                tally.ATTEMPTS_FENCED.add(session)
                return False
            return True

    def _count(self, session: Session, usage: Usage) -> None:
        tally.ATTEMPTS_SANDBOXED.add(session, usage.tier)
        tally.CPU_SECONDS.add(session, self.job.operation, amount=usage.cpu_s)
        tally.PEAK_MEMORY.add(session, self.job.operation, size=usage.peak_memory_bytes)

    def _mine(self) -> tuple[Any, ...]:
        return Job.id == self.job.id, Job.attempt == self.number, Job.status == JobStatus.PROCESSING


def put_back(job: Job, policy: JobPolicy, delay: timedelta, **counters: int) -> None:
    """Let another attempt be made after ``delay``; a job whose cancellation was asked for ends here instead."""
    if job.cancel_requested_at is not None:
        job.mark_as_cancelled(expires_at=policy.retention.end_of(job, JobStatus.CANCELLED))
    else:
        job.mark_as_pending(not_before=utc_now() + delay, **counters)


def count_as_lost(job: Job, policy: JobPolicy) -> None:
    """Put a job back that lost its worker, or quarantine it when that has happened too often."""
    lost = job.lost + 1
    if lost >= policy.max_lost:
        error = Quarantined(f"The worker of this job died {lost} times, so it is not tried again.", lost=lost)
        job.mark_as_failed(Failure.of(error), expires_at=policy.retention.end_of(job, JobStatus.FAILED), lost=lost)
    else:
        put_back(job, policy, timedelta(0), lost=lost)


def claim_next(
    database: Database,
    policy: JobPolicy,
    queue: str,
    owner: str,
    *,
    suspects: bool = True,
    max_running: int | None = None,
) -> Attempt | None:
    """Claim the job whose turn it is in a queue; None if none is to be had.

    Args:
        owner: The process that will work on it, see `jobs.owner`.
        suspects, max_running: See `jobs.queue.next_job`.
    """
    with database.write(durable=False) as session:
        job = next_job(session, queue, suspects=suspects, max_running=max_running)
        if job is None:
            return None
        job.mark_as_processing(owner=owner, lease_until=utc_now() + policy.lease)
        return Attempt(database, policy, job)


def _signal(row: Any) -> Signal:
    if row is None:
        return Signal.FENCED
    cancel_requested_at: datetime | None = row[0]
    return Signal.CANCEL if cancel_requested_at else Signal.GO_ON
