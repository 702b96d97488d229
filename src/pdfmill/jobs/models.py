"""The rows: a job, its files, its events.

Each move of a job is one conditional UPDATE: whoever changes no row has lost a race, and must drop its work quietly.
``attempt`` grows with every claim and is the fencing token: it stands in the WHERE of everything an attempt writes.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Enum,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    case,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, object_session, relationship
from sqlalchemy.sql import ColumnElement

from pdfmill.core.errors import InvalidTransition
from pdfmill.core.failure import Failure
from pdfmill.jobs.base import Base, utc_now
from pdfmill.jobs.database import call_after_commit
from pdfmill.jobs.news import tell_of_work
from pdfmill.jobs.sealing import FORGOTTEN
from pdfmill.jobs.status import TRANSITIONS, JobStatus
from pdfmill.jobs.story import tell_story
from pdfmill.jobs.tally import count_move

#: Urgency of a job whose client said nothing (RFC 9218, 4.1).
DEFAULT_URGENCY = 3


class Job(Base):
    """A stored request to run one operation.

    Attributes:
        parent_id: The batch that it is an item of; None for a job that a client submitted.
        position: Which item of the batch it is, from 0.
        owner: Whose job it is; empty if it came without a key. Only its owner and administrators ever see it.
        sealed_options: Passwords among its options, see `jobs.sealing`; in ``options`` they are masked.
        client: Who submitted it, as far as the server can tell: one client's jobs do not hold up another's.
        urgency: 0 to 7, the lower the sooner (RFC 9218).
        turn: Its place among the jobs of its queue and urgency, see `jobs.queue`.
        attempt: How often it was claimed; the fencing token of the running attempt.
        sandbox: How strong the box was in which its document was opened last, in words; empty until an attempt ended.
        crashes: How often its own sandbox died under it.
        lost: How often a worker died under it.
        retries: How often it was put back after a passing error.
        not_before: It is not claimed earlier.
        next_hint_at: When the reconciler sends its broker message (again), if it is still pending.
        ttl_s: How long its files are kept after its end, in seconds; None where its client left that to the server.
        trace_parent: The span of its submission, as the header ``traceparent`` has it (W3C Trace Context).
        lease_owner: The process that works on it, see `jobs.owner`; None while nobody does. A batch in PROCESSING
        without
            one waits for its items.
        lease_until: Until when that process is believed to be alive without a heartbeat. Each heartbeat changes it; who
            waits for its end goes by its changes and a steady clock, because wall clocks step, see `jobs.recovery`.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("owner", "idempotency_key"),
        Index(None, "owner", "created_at", "id"),
        Index(None, "queue", "status", "urgency", "turn", "created_at"),
        Index(None, "client", "queue", "status", "turn"),
        Index(None, "parent_id", "created_at", "id"),
        Index(None, "status", "next_hint_at"),
        Index(None, "status", "lease_until"),
        Index(None, "status", "expires_at"),
        Index(None, "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "operation", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    operation: Mapped[str] = mapped_column(String(64))
    queue: Mapped[str] = mapped_column(String(32))
    options: Mapped[dict[str, Any]]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    sealed_options: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(80), default="")
    client: Mapped[str] = mapped_column(String(80), default="")
    urgency: Mapped[int] = mapped_column(default=DEFAULT_URGENCY)
    turn: Mapped[int] = mapped_column(default=0)
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    request_fingerprint: Mapped[str | None] = mapped_column(String(64))

    status: Mapped[JobStatus] = mapped_column(Enum(JobStatus, native_enum=False, length=12), default=JobStatus.PENDING)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any] | None]
    warnings: Mapped[list[str]] = mapped_column(default=list)
    sandbox: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[dict[str, Any] | None]

    attempt: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    retries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    next_hint_at: Mapped[datetime | None]
    hints: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(160))
    lease_until: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]

    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ttl_s: Mapped[int | None]
    trace_parent: Mapped[str | None] = mapped_column(String(64))

    files: Mapped[list[JobFile]] = relationship(
        order_by="(JobFile.role, JobFile.position)", lazy="selectin", cascade="all, delete-orphan"
    )
    events: Mapped[list[JobEvent]] = relationship(
        order_by="JobEvent.sequence", lazy="select", cascade="all, delete-orphan"
    )

    @property
    def inputs(self) -> list[JobFile]:
        return [file for file in self.files if file.role == FileRole.INPUT]

    @property
    def outputs(self) -> list[JobFile]:
        return [file for file in self.files if file.role == FileRole.OUTPUT]

    @property
    def failure(self) -> Failure | None:
        """The error of a failed job."""
        return Failure.model_validate(self.error) if self.error else None

    def mark_as_processing(self, *, owner: str, lease_until: datetime) -> None:
        """PENDING → PROCESSING: claim the job for a new attempt.

        Raises:
            InvalidTransition: Somebody else has it, it is not due, or it was cancelled.
        """
        now = utc_now()
        self._move(
            JobStatus.PROCESSING,
            Job.not_before <= now,
            Job.cancel_requested_at.is_(None),
            attempt=Job.attempt + 1,
            lease_owner=owner,
            lease_until=lease_until,
            started_at=now,
            progress={},
        )

    def mark_as_completed(self, result: dict[str, Any], *, expires_at: datetime, warnings: list[str]) -> None:
        """PROCESSING → COMPLETED, if this object's attempt still owns the job and nobody cancelled it.

        Raises:
            InvalidTransition: Somebody else won.
        """
        self._move(
            JobStatus.COMPLETED,
            Job.attempt == self.attempt,
            Job.cancel_requested_at.is_(None),
            result=result,
            warnings=warnings,
            progress={**self.progress, "percent": 100.0},
            **_ended(expires_at),
        )

    def mark_as_failed(self, error: Failure, *, expires_at: datetime, **counters: Any) -> None:
        """PROCESSING → FAILED, if this object's attempt still owns the job; PENDING → FAILED, if nobody claimed it.

        Raises:
            InvalidTransition: Somebody else won.
        """
        self._move(
            JobStatus.FAILED,
            Job.attempt == self.attempt,
            error=error.model_dump(mode="json"),
            **counters,
            **_ended(expires_at),
        )

    def mark_as_cancelled(self, *, expires_at: datetime) -> None:
        """PENDING → CANCELLED, or PROCESSING → CANCELLED once this attempt's sandbox is gone.

        Raises:
            InvalidTransition: The job was claimed or ended in the meantime.
        """
        self._move(JobStatus.CANCELLED, Job.attempt == self.attempt, **_ended(expires_at))

    def mark_as_pending(self, *, not_before: datetime, **counters: Any) -> None:
        """PROCESSING → PENDING: this attempt is over, another is to be made.

        Raises:
            InvalidTransition: Somebody else won, or the job is to be cancelled.
        """
        self._move(
            JobStatus.PENDING,
            Job.attempt == self.attempt,
            Job.cancel_requested_at.is_(None),
            not_before=not_before,
            next_hint_at=not_before,
            hints=0,
            lease_owner=None,
            lease_until=None,
            **counters,
        )

    def requeue(self) -> None:
        """FAILED → PENDING, because somebody asked for another try: all counts but the attempt start anew.

        Raises:
            InvalidTransition: The job did not fail, its files are being purged, or its password is forgotten.
        """
        if self.status is not JobStatus.FAILED:
            raise InvalidTransition(
                f"The job is {self.status}; only a FAILED one can be tried again.", job_status=self.status
            )
        if self.sealed_options is not None:
            raise InvalidTransition("The job's password was forgotten when it ended. Submit the job again.")
        now = utc_now()
        self._move(
            JobStatus.PENDING,
            Job.attempt == self.attempt,
            not_before=now,
            next_hint_at=now,
            hints=0,
            crashes=0,
            lost=0,
            retries=0,
            error=None,
            progress={},
            cancel_requested_at=None,
            finished_at=None,
            expires_at=None,
        )

    def wait_for_items(self) -> None:
        """This attempt has split the batch: it stays PROCESSING, owned by nobody, until its items have ended.

        Raises:
            InvalidTransition: Somebody else won, or the batch is to be cancelled.
        """
        self._change(
            Job.attempt == self.attempt,
            Job.cancel_requested_at.is_(None),
            lease_owner=None,
            lease_until=None,
            progress={"stage": "files"},
        )

    @property
    def is_waiting_for_items(self) -> bool:
        return self.status is JobStatus.PROCESSING and self.lease_owner is None

    def _move(self, target: JobStatus, *conditions: ColumnElement[bool], **values: Any) -> None:
        before = self.status
        if target not in TRANSITIONS[before]:
            raise InvalidTransition(f"The job is {before}; it cannot become {target} any more.", job_status=before)
        began_or_was_due = self.started_at if before is JobStatus.PROCESSING else self.not_before
        session = self._change(*conditions, status=target, **values)
        seconds = (utc_now() - (began_or_was_due or self.created_at)).total_seconds()
        count_move(session, self, before, max(seconds, 0.0), values)  # clocks step
        session.add(JobEvent(job_id=self.id, kind=target.value, data={"attempt": self.attempt, "from": before}))
        if target is JobStatus.PENDING:
            tell_of_work(session)
        if target.is_terminal:
            call_after_commit(session, partial(tell_story, self))
        if target.is_terminal and self.parent_id is not None:
            wake_batches(session, Job.id == self.parent_id)

    def _change(self, *conditions: ColumnElement[bool], **values: Any) -> Session:
        """One conditional UPDATE of this row, as it was when it was read."""
        session = object_session(self)
        assert session is not None, "a job moves inside a session"
        statement = (
            update(Job)
            .where(Job.id == self.id, Job.status == self.status, *conditions)
            .values(**values)
            .returning(Job)  # which brings this object up to date
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        if session.scalar(statement) is None:
            session.refresh(self)
            raise InvalidTransition(f"The job is {self.status} by now; somebody was faster.", job_status=self.status)
        return session


def wake_batches(session: Session, *conditions: ColumnElement[bool]) -> int:
    """Let batches be gathered whose last item has ended; returns how many."""
    item = aliased(Job)
    at_work = select(item.id).where(
        item.parent_id == Job.id, item.status.in_([status for status in JobStatus if not status.is_terminal])
    )
    has_items = select(item.id).where(item.parent_id == Job.id)
    now = utc_now()
    statement = (
        update(Job)
        .where(Job.status == JobStatus.PROCESSING, Job.lease_owner.is_(None), *conditions)
        .where(has_items.exists(), ~at_work.exists())
        .values(status=JobStatus.PENDING, not_before=now, next_hint_at=now, hints=0)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    woken = int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it
    if woken:
        tell_of_work(session)
    return woken


def _ended(expires_at: datetime) -> dict[str, Any]:
    return {
        "finished_at": utc_now(),
        "expires_at": expires_at,
        "lease_owner": None,
        "lease_until": None,
        "sealed_options": case((Job.sealed_options.is_(None), None), else_=FORGOTTEN),
    }


class FileRole:
    """Whether a file went in or came out."""

    INPUT = "input"
    OUTPUT = "output"


class JobFile(Base):
    """A file of a job, as it lies in the storage."""

    __tablename__ = "job_file"
    __table_args__ = (Index(None, "job_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(8))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(127))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(255))


class OwnerDay(Base):
    """How many jobs an owner submitted on a day (UTC)."""

    __tablename__ = "owner_day"

    owner: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    jobs: Mapped[int]


class PeriodicRun(Base):
    """When a periodic task ran last: the number of the interval, counted from 1970."""

    __tablename__ = "periodic_run"

    task: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger)


class JobEvent(Base):
    """Something that happened to a job; ``sequence`` orders the events of all jobs."""

    __tablename__ = "job_event"
    __table_args__ = (Index(None, "job_id", "sequence"),)

    # SQLite numbers rows by itself only in a column that is declared INTEGER.
    sequence: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(24))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
