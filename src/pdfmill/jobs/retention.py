"""Purging what has outlived its time: files first, then the row's state, so that a purge cut short can be repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobEvent, JobFile
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import Storage
from pdfmill.jobs.tally import FILE_BYTES_REMOVED, JOBS_PURGED

#: Jobs purged in one transaction: it is short, and a hundred thousand jobs need little memory.
BATCH = 200

#: Jobs purged between two looks at the free space.
_ROOM_BATCH = 20

#: A result must not vanish while whoever asked for it is about to fetch it.
_KEPT_AT_LEAST = timedelta(minutes=10)

_ENDED = [status for status in JobStatus if status.is_terminal and status is not JobStatus.EXPIRED]


@dataclass(frozen=True)
class Purged:
    """What was removed: jobs, items of batches not counted apart, and the bytes of their files."""

    jobs: int = 0
    freed_bytes: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(self.jobs + other.jobs, self.freed_bytes + other.freed_bytes)


def purge_expired(database: Database, storage: Storage) -> Purged:
    """Remove the files and the result of finished jobs past their time; their rows stay as EXPIRED.

    The items of a batch go with it, and not before: it may be that it is gathered last.
    """
    total = Purged()
    while True:
        with database.read() as session:
            ids = session.scalars(select(Job.id).where(*_is_expired()).limit(BATCH)).all()
        purged = _purge(database, storage, ids, "expired")
        total += purged
        if not purged.jobs:
            return total


def count_expired(database: Database) -> Purged:
    """What `purge_expired` would remove."""
    with database.read() as session:
        jobs = session.scalar(select(func.count()).select_from(Job).where(*_is_expired())) or 0
        batch_or_item = func.coalesce(Job.parent_id, Job.id)
        expired = select(Job.id).where(*_is_expired())
        freed = session.scalar(
            select(func.sum(JobFile.size_bytes)).join(Job, JobFile.job_id == Job.id).where(batch_or_item.in_(expired))
        )
    return Purged(jobs, int(freed or 0))


def make_room(database: Database, storage: Storage, wanted_bytes: int) -> Purged:
    """Remove the oldest results before their time until enough of the storage's disk is free.

    What has not ended, or ended minutes ago, is never touched; a storage that does not know its free space neither.
    """
    total = Purged()
    while (free_bytes := storage.free_bytes()) is not None and free_bytes < wanted_bytes:
        ended_long_ago = Job.finished_at < utc_now() - _KEPT_AT_LEAST
        oldest = select(Job.id).where(Job.status.in_(_ENDED), Job.parent_id.is_(None), ended_long_ago)
        with database.read() as session:
            ids = session.scalars(oldest.order_by(Job.finished_at).limit(_ROOM_BATCH)).all()
        purged = _purge(database, storage, ids, "no room")
        total += purged
        if not purged.jobs:
            break
    return total


def forget_expired(database: Database, older_than: timedelta) -> int:
    """Delete the rows of jobs that expired so long ago that nobody asks for them any more; returns how many."""
    forgotten = 0
    long_ago = (Job.status == JobStatus.EXPIRED, Job.expires_at <= utc_now() - older_than)
    while True:
        with database.write() as session:
            ids = session.scalars(select(Job.id).where(*long_ago).limit(BATCH)).all()
            session.execute(delete(Job).where(Job.id.in_(ids)))  # the database deletes events with it
        forgotten += len(ids)
        if len(ids) < BATCH:
            return forgotten


def _is_expired() -> tuple[ColumnElement[bool], ...]:
    return Job.status.in_(_ENDED), Job.expires_at <= utc_now(), Job.parent_id.is_(None)


def _purge(database: Database, storage: Storage, ids: Sequence[str], reason: str) -> Purged:
    with database.write() as session:
        mine = lock(session, ids, _ENDED)  # so that none of them is tried again while its files go
        items = session.scalars(select(Job.id).where(Job.parent_id.in_(mine))).all()
        freed_bytes = _remove_files(session, storage, [*mine, *items])
        mark_as_expired(session, mine)
        JOBS_PURGED.add(session, reason, amount=len(mine))
    return Purged(len(mine), freed_bytes)


def lock(session: Session, ids: Sequence[str], statuses: Collection[JobStatus]) -> list[str]:
    """Those of the jobs that are in one of these states; nobody else changes them until the transaction ends.

    They are asked for by id alone: given states as well, SQLite walks through all jobs that are in them.
    """
    locked = select(Job.id, Job.status).where(Job.id.in_(ids)).order_by(Job.id).with_for_update()
    return [job_id for job_id, status in session.execute(locked) if status in statuses]


def _remove_files(session: Session, storage: Storage, ids: Iterable[str]) -> int:
    files = list(chain.from_iterable(_files_of(session, each) for each in _pieces(list(ids))))
    for file in files:
        storage.delete(file.storage_key)
    for file in files:
        FILE_BYTES_REMOVED.add(session, file.role, amount=file.size_bytes)
    return sum(file.size_bytes for file in files)


def _files_of(session: Session, ids: Sequence[str]) -> Sequence[JobFile]:
    return session.scalars(select(JobFile).where(JobFile.job_id.in_(ids))).all()


def _pieces(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """A batch may have more items than a statement takes parameters."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def mark_as_expired(session: Session, ids: Sequence[str]) -> None:
    """A terminal state → EXPIRED, after the files were purged. What is left names nothing of the document.

    Args:
        ids: Of jobs in such a state that the transaction has locked.
    """
    if not ids:
        return
    gone: dict[str, object] = {"result": None, "warnings": [], "options": {}, "sealed_options": None}
    session.execute(
        update(Job)
        .where(Job.id.in_(ids))
        .values(status=JobStatus.EXPIRED, **gone)
        .execution_options(synchronize_session=False)
    )
    session.execute(insert(JobEvent), [{"job_id": each, "kind": JobStatus.EXPIRED.value, "data": {}} for each in ids])
    session.execute(delete(Job).where(Job.parent_id.in_(ids)).execution_options(synchronize_session=False))
    session.execute(delete(JobFile).where(JobFile.job_id.in_(ids)).execution_options(synchronize_session=False))
