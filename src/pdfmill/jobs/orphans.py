"""Stored files that no job names, of a process that died before it wrote them down; and jobs whose files are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import select, update

from pdfmill.jobs.base import utc_now
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import FileRole, Job, JobFile
from pdfmill.jobs.retention import lock
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import Storage

#: Keys looked up at once.
_BATCH = 500


def sweep_orphans(database: Database, storage: Storage, orphaned_after: timedelta) -> int:
    """Remove stored files that are older than ``orphaned_after`` and belong to no job; returns how many.

    The age leaves time for a submission or a publication that is under way; what a running attempt has published so
    far is spared whatever its age.
    """
    removed = 0
    for keys in _batches(storage.keys(older_than=utc_now() - orphaned_after)):
        for key in _unnamed(database, keys):
            storage.delete(key)
            removed += 1
    return removed


def expire_jobs_without_files(database: Database, storage: Storage) -> int:
    """Expire completed jobs whose outputs are not in the storage, as after a disk was lost; returns how many.

    They would offer a result that nobody can fetch. It asks the storage once for each output.
    """
    outputs = select(JobFile.job_id, JobFile.storage_key).join(Job, JobFile.job_id == Job.id)
    outputs = outputs.where(Job.status == JobStatus.COMPLETED, JobFile.role == FileRole.OUTPUT)
    with database.read() as session:
        rows = session.execute(outputs.execution_options(yield_per=_BATCH))
        lost = sorted({job_id for job_id, key in rows if not storage.exists(key)})
    for start in range(0, len(lost), _BATCH):
        with database.write() as session:
            mine = lock(session, lost[start : start + _BATCH], (JobStatus.COMPLETED,))
            due_now = update(Job).where(Job.id.in_(mine))
            session.execute(due_now.values(expires_at=utc_now()).execution_options(synchronize_session=False))
    return len(lost)


def _batches(keys: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(keys, _BATCH)):
        yield batch


def _unnamed(database: Database, keys: list[str]) -> Iterable[str]:
    owners = {key: job_of(key) for key in keys}
    with database.read() as session:
        named = set(session.scalars(select(JobFile.storage_key).where(JobFile.storage_key.in_(keys))))
        running = set(
            session.scalars(select(Job.id).where(Job.id.in_(owners.values()), Job.status == JobStatus.PROCESSING))
        )
    return [key for key in keys if key not in named and owners[key] not in running]


def input_key(job_id: str, position: int) -> str:
    """Where an input file of a job lies."""
    return f"inputs/{job_id[:2]}/{job_id}.{position}"


def output_key(job_id: str, attempt: int, position: int) -> str:
    """Where an output file of an attempt lies: no two attempts ever write to one key."""
    return f"outputs/{job_id[:2]}/{job_id}.{attempt}.{position}"


def job_of(key: str) -> str:
    """The id of the job that a key was made for."""
    return key.rpartition("/")[2].partition(".")[0]
