"""Purging what has outlived its time: files first, then the row's state, so that a purge cut short can be repeated."""

from __future__ import annotations

from sqlalchemy import delete, select

from pdfmill.core.errors import InvalidTransition
from pdfmill.jobs.base import utc_now
from pdfmill.jobs.batches import items_of
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job, JobFile
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import Storage

#: Jobs purged per transaction.
BATCH = 100


def purge_expired(database: Database, storage: Storage) -> int:
    """Remove the files and the result of finished jobs past their time; their rows stay as EXPIRED.

    The items of a batch go with it, and not before: it may be that it is gathered last.

    Returns:
        How many jobs expired.
    """
    expired = 0
    while batch := _expired_ids(database):
        for job_id in batch:
            expired += _purge(database, storage, job_id)
    return expired


def _expired_ids(database: Database) -> list[str]:
    ended = [status for status in JobStatus if status.is_terminal and status is not JobStatus.EXPIRED]
    query = select(Job.id).where(Job.status.in_(ended), Job.expires_at <= utc_now(), Job.parent_id.is_(None))
    with database.read() as session:
        return list(session.scalars(query.limit(BATCH)))


def _purge(database: Database, storage: Storage, job_id: str) -> bool:
    with database.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None:
            return False
        for file in (file for each in (job, *items_of(session, job_id)) for file in each.files):
            storage.delete(file.storage_key)
        try:
            job.mark_as_expired()
        except InvalidTransition:
            session.rollback()  # another purge was faster
            return False
        session.execute(delete(Job).where(Job.parent_id == job_id))
        session.execute(delete(JobFile).where(JobFile.job_id == job_id))
        return True
