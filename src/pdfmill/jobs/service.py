"""What clients do with jobs: submit, look, cancel, delete, fetch the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, true, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pdfmill.config.settings import QueueSettings, QuotaSettings
from pdfmill.core.caller import EVERYTHING, Caller
from pdfmill.core.crash_points import crash_point
from pdfmill.core.errors import (
    DatabaseUnavailable,
    IdempotencyConflict,
    InvalidRequest,
    InvalidTransition,
    JobExpired,
    JobNotFinished,
    ResultUnavailable,
    UnknownJob,
)
from pdfmill.core.operation import AnyOperation
from pdfmill.jobs import tally
from pdfmill.jobs.base import new_job_id, utc_now
from pdfmill.jobs.batches import ItemCounts, count_items, items_of
from pdfmill.jobs.database import Database, call_after_commit
from pdfmill.jobs.dispatch import FIRST_REHINT, Dispatcher
from pdfmill.jobs.models import FileRole, Job, JobEvent, JobFile
from pdfmill.jobs.orphans import input_key
from pdfmill.jobs.policy import Retention
from pdfmill.jobs.queue import require_room, turn_of
from pdfmill.jobs.quotas import count_job, require_quota
from pdfmill.jobs.sealing import Sealer, secrets_of
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import Label, Storage
from pdfmill.jobs.submission import ANYBODY, Idempotency, Submitter, Upload, refuse_empty


@dataclass(frozen=True)
class JobPage:
    """A page of jobs, newest first; ``next_cursor`` is None on the last one."""

    jobs: Sequence[Job]
    next_cursor: str | None


class JobService:
    """The job table as one caller sees it: another owner's jobs do not exist there.

    As it is made, the caller is the server itself, which sees everything; edges ask `for_caller` for their own view.
    """

    def __init__(
        self,
        database: Database,
        storage: Storage,
        dispatcher: Dispatcher,
        *,
        retention: Retention,
        queue: QueueSettings,
        sealer: Sealer,
        quota: QuotaSettings,
    ) -> None:
        self._caller = EVERYTHING
        self._sealer = sealer
        self._quota = quota
        self._queue = queue
        self._database = database
        self._storage = storage
        self._dispatcher = dispatcher
        self._retention = retention

    def for_caller(self, caller: Caller) -> JobService:
        """The same table, with nothing in it but what this caller may see."""
        bound = copy(self)
        bound._caller = caller
        return bound

    def require_room(self, operation: AnyOperation, client: str, size_bytes: int = 0) -> None:
        """Refuse a submission before its files are read, when too many jobs wait already.

        Args:
            size_bytes: What the request brings.

        Raises:
            TooManyJobs, QueueFull, QuotaExceeded: As they say.
        """
        require_quota(self._database, self._quota, self._caller.owner, size_bytes)
        require_room(self._database, self._queue, operation.queue, client)

    def idempotency(
        self, key: str, operation: AnyOperation, options: Mapping[str, Any], uploads: Sequence[Upload]
    ) -> Idempotency:
        """What makes two requests the same: the operation, the options with their defaults, the bytes of the files."""
        parsed = operation.parse_options(options)
        shown = parsed.model_dump(mode="json") | secrets_of(parsed)
        described = [operation.name, shown, [upload.file.sha256 for upload in uploads]]
        return Idempotency(key, self._sealer.fingerprint(described))

    def submit(
        self,
        operation: AnyOperation,
        options: Mapping[str, Any],
        uploads: Sequence[Upload],
        idempotency: Idempotency | None = None,
        submitter: Submitter = ANYBODY,
    ) -> tuple[Job, bool]:
        """Accept a job: when this returns, it is stored durably and will be worked on, whatever dies.

        The uploads are published or discarded in any case. A key seen before returns the job it made.

        Returns:
            The job, and whether it is new.

        Raises:
            InvalidOptions, WrongInputCount, UnsupportedMediaType, EmptyInput: The request is refused; nothing is kept.
            IdempotencyConflict: The key was used for another request.
        """
        job_id = new_job_id()
        keys: list[str] = []
        try:
            parsed = operation.parse_options(options)
            if operation.batch is None:  # in a batch, an empty file fails alone
                refuse_empty(uploads)
            operation.check_inputs([upload.media_type for upload in uploads])
            earlier = self._earlier(idempotency)
            if earlier is not None:
                return earlier, False
            files = []
            for position, upload in enumerate(uploads):
                keys.append(input_key(job_id, position))
                files.append(self._publish_input(upload, keys[-1], position))
            crash_point("published")
            job = self._new_job(job_id, operation, files, submitter, idempotency)
            job.options = parsed.model_dump(mode="json")  # masks secrets
            job.sealed_options = self._sealer.seal(job_id, parsed)
            job = self._insert(job)
        except DatabaseUnavailable:
            raise  # whether the row is there nobody knows: the files of one that is must stay, see `jobs.orphans`
        except BaseException:
            for key in keys:
                self._storage.delete(key)
            raise
        finally:
            for upload in uploads:
                upload.file.discard()
        if job.id != job_id:  # another request with the same key was faster
            for key in keys:
                self._storage.delete(key)
        return job, job.id == job_id

    def get(self, job_id: str) -> Job:
        """The job.

        Raises:
            UnknownJob: There is none of that id.
        """
        with self._database.read() as session:
            return self._load(session, job_id)

    def events_after(self, job_id: str, sequence: int) -> tuple[Sequence[JobEvent], Job]:
        """What happened to a job after the event of that number, oldest first, and the job as it is not before that.

        Raises:
            UnknownJob: There is none of that id.
        """
        later = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.sequence > sequence)
        with self._database.read() as session:
            events = session.scalars(later.order_by(JobEvent.sequence)).all()
            return events, self._load(session, job_id)

    def list_jobs(
        self,
        *,
        status: JobStatus | None = None,
        operation: str | None = None,
        batch: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> JobPage:
        """Jobs, newest first, ``limit`` at a time: those that clients submitted, or the items of one batch."""
        query = select(Job).where(self._visible()).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit + 1)
        query = query.where(Job.parent_id.is_(None) if batch is None else Job.parent_id == batch)
        if status is not None:
            query = query.where(Job.status == status)
        if operation is not None:
            query = query.where(Job.operation == operation)
        if cursor is not None:
            created_at, _, job_id = cursor.partition("~")
            query = query.where(tuple_(Job.created_at, Job.id) < (_parse_instant(created_at), job_id))
        with self._database.read() as session:
            jobs = list(session.scalars(query))
        more = len(jobs) > limit
        jobs = jobs[:limit]
        return JobPage(jobs, f"{jobs[-1].created_at.isoformat()}~{jobs[-1].id}" if more else None)

    def count_items(self, jobs: Sequence[Job]) -> dict[str, ItemCounts]:
        """How the items are doing of those jobs that are batches, by the batch's id."""
        with self._database.read() as session:
            return count_items(session, [job.id for job in jobs])

    def cancel(self, job_id: str) -> Job:
        """Cancel a job: a pending one at once; of a running one the worker kills the sandbox within two seconds.

        The items of a batch are cancelled with it. Asking twice is harmless.

        Raises:
            UnknownJob: There is none of that id.
            InvalidTransition: The job has ended already.
        """
        with self._database.write() as session:
            self._load(session, job_id)
            items = items_of(session, job_id, lock=True)  # before the batch, as a worker locks them
            job = self._load(session, job_id, lock=True)
            if job.status is not JobStatus.CANCELLED and job.status.is_terminal:
                raise InvalidTransition(
                    f"The job is {job.status} already; there is nothing to cancel.", job_status=job.status
                )
            for each in (job, *items):
                self._cancel(each)
            return job

    def _cancel(self, job: Job) -> None:
        if job.status is JobStatus.PENDING or job.is_waiting_for_items:
            job.mark_as_cancelled(expires_at=self._retention.end_of(job, JobStatus.CANCELLED))
        elif job.status is JobStatus.PROCESSING:
            job.cancel_requested_at = job.cancel_requested_at or utc_now()

    def retry(self, job_id: str) -> Job:
        """Give a failed job another try, with all its tries before it.

        Raises:
            UnknownJob: There is none of that id.
            InvalidTransition: The job did not fail, or is the item of a batch that has ended.
        """
        with self._database.write() as session:
            job = self._load(session, job_id, lock=True)
            if job.parent_id is not None and not self._load(session, job.parent_id).is_waiting_for_items:
                raise InvalidTransition(
                    "The batch of this job has ended. Submit the file again.", job_status=job.status
                )
            job.requeue()
            call_after_commit(session, lambda: self._hint(job.id, job.operation))
            return job

    def delete(self, job_id: str) -> None:
        """Forget a finished job and its files, so that nothing of them can be read in database or storage.

        Raises:
            UnknownJob: There is none of that id.
            JobNotFinished: Cancel it first.
            InvalidTransition: It is an item of a batch.
        """
        with self._database.write() as session:
            job = self._load(session, job_id, lock=True)
            if job.parent_id is not None:
                raise InvalidTransition(
                    f"The job is an item of a batch, and goes with it: delete {job.parent_id}.", job_status=job.status
                )
            if not job.status.is_terminal:
                raise JobNotFinished(
                    f"The job is {job.status}. Cancel it first, then delete it.", job_status=job.status
                )
            # Files first: if this dies halfway, the row still names what is left to remove.
            for file in (file for each in (job, *items_of(session, job_id)) for file in each.files):
                self._storage.delete(file.storage_key)
                tally.FILE_BYTES_REMOVED.add(session, file.role, amount=file.size_bytes)
            session.execute(delete(Job).where(Job.id == job_id))  # the database deletes items, files and events with it
        self._database.erase_traces()

    def result_file(self, job_id: str, position: int = 0) -> JobFile:
        """An output file of a completed job.

        Raises:
            UnknownJob, JobNotFinished, JobExpired: As they say.
            ResultUnavailable: The job failed or was cancelled, or has no such output.
        """
        job = self.get(job_id)
        if not job.status.is_terminal:
            raise JobNotFinished(
                f"The job is {job.status}. Ask again when it is COMPLETED; `?wait=30` waits for it.",
                job_status=job.status,
            )
        if job.status is JobStatus.EXPIRED:
            raise JobExpired("The files of this job were removed after its time. Submit it again.")
        if job.status is not JobStatus.COMPLETED:
            reason = f": {job.failure.title.lower()} ({job.failure.code})" if job.failure else ""
            raise ResultUnavailable(f"The job is {job.status}{reason}. It has no result.", job_status=job.status)
        for file in job.outputs:
            if file.position == position:
                return file
        raise ResultUnavailable(f"The job has {len(job.outputs)} output files, counted from 0.", job_status=job.status)

    def _load(self, session: Session, job_id: str, *, lock: bool = False) -> Job:
        """The job; with ``lock`` no claim can come in between on a database that locks rows (SQLite locks them all)."""
        query = select(Job).where(Job.id == job_id, self._visible())
        job = session.scalar(query.with_for_update() if lock else query)
        if job is None:
            raise UnknownJob("There is no job of that id on this server. It may have been deleted.")
        return job

    def _visible(self) -> ColumnElement[bool]:
        """Which jobs there are for this caller."""
        return true() if self._caller.is_admin else Job.owner == self._caller.owner

    def _earlier(self, idempotency: Idempotency | None) -> Job | None:
        if idempotency is None:
            return None
        with self._database.read() as session:
            own = (Job.owner == self._caller.owner, Job.idempotency_key == idempotency.key)
            job = session.scalar(select(Job).where(*own))
        if job is not None and job.request_fingerprint != idempotency.fingerprint:
            raise IdempotencyConflict(
                "This Idempotency-Key was used with another file or other options. Use a new key for a new request."
            )
        return job

    def _publish_input(self, upload: Upload, key: str, position: int) -> JobFile:
        stored = self._storage.publish(upload.file, key, Label(upload.name, upload.media_type))
        return JobFile(
            role=FileRole.INPUT,
            position=position,
            name=upload.name,
            media_type=upload.media_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            storage_key=key,
        )

    def _new_job(
        self,
        job_id: str,
        operation: AnyOperation,
        files: list[JobFile],
        submitter: Submitter,
        idempotency: Idempotency | None,
    ) -> Job:
        now = utc_now()
        return Job(
            id=job_id,
            operation=operation.name,
            queue=operation.queue,
            files=files,
            events=[JobEvent(kind=JobStatus.PENDING, data={})],
            owner=self._caller.owner,
            client=submitter.client,
            urgency=submitter.urgency,
            ttl_s=submitter.ttl_s,
            trace_parent=submitter.trace_parent,
            idempotency_key=idempotency and idempotency.key,
            request_fingerprint=idempotency and idempotency.fingerprint,
            created_at=now,
            not_before=now,
            next_hint_at=now + FIRST_REHINT,
            hints=1,
        )

    def _insert(self, job: Job) -> Job:
        """The job, now in the table, or the one that another request with the same key has put there."""
        key, fingerprint = job.idempotency_key, job.request_fingerprint
        try:
            with self._database.write() as session:
                job.turn = turn_of(session, job.queue, job.client)
                session.add(job)
                count_job(session, job.owner)
                tally.JOBS_SUBMITTED.add(session, job.operation)
                tally.FILE_BYTES_STORED.add(session, FileRole.INPUT, amount=sum(file.size_bytes for file in job.inputs))
                call_after_commit(session, lambda: self._hint(job.id, job.operation))
        except IntegrityError:
            if key is None or fingerprint is None:
                raise
            earlier = self._earlier(Idempotency(key, fingerprint))
            if earlier is None:
                raise
            return earlier
        return job

    def _hint(self, job_id: str, operation: str) -> None:
        self._dispatcher.dispatch(job_id, operation)


def _parse_instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest("The cursor is not one that this server gave out. Start again without it.") from None
