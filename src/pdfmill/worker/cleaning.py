"""The clean-up of a whole server: jobs past their time, files of nobody, room on a full disk."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pdfmill.config.logging import get_logger
from pdfmill.jobs.database import Database
from pdfmill.jobs.orphans import sweep_orphans
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.retention import count_expired, forget_expired, make_room, purge_expired
from pdfmill.jobs.storage import Storage
from pdfmill.worker.spool import Spool

log = get_logger(__name__)


@dataclass(frozen=True)
class Cleaned:
    """What a clean-up removed, or would remove.

    Attributes:
        expired_jobs: Jobs past their time.
        early_jobs: Jobs whose files went before their time, because the disk was almost full.
        freed_bytes: Bytes of the files of both.
        forgotten_jobs: Rows of jobs that expired long ago.
        orphaned_files: Stored files that no job names, and work directories of dead attempts.
        abandoned_uploads: Uploads that a process did not finish before it died.
    """

    expired_jobs: int = 0
    early_jobs: int = 0
    freed_bytes: int = 0
    forgotten_jobs: int = 0
    orphaned_files: int = 0
    abandoned_uploads: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def clean(database: Database, storage: Storage, spool: Spool, policy: JobPolicy) -> Cleaned:
    """Remove all that nobody needs. Safe to do twice at once, and to break off anywhere."""
    expired = purge_expired(database, storage)
    early = make_room(database, storage, policy.make_room_below_bytes)
    cleaned = Cleaned(
        expired_jobs=expired.jobs,
        early_jobs=early.jobs,
        freed_bytes=expired.freed_bytes + early.freed_bytes,
        forgotten_jobs=forget_expired(database, policy.forget_after),
        orphaned_files=sweep(database, storage, spool, policy),
        abandoned_uploads=storage.sweep_incoming(),
    )
    database.erase_traces()
    log.info("cleaned up", **cleaned.as_dict())
    return cleaned


def preview(database: Database) -> Cleaned:
    """What is past its time now; nothing is removed."""
    expired = count_expired(database)
    return Cleaned(expired_jobs=expired.jobs, freed_bytes=expired.freed_bytes)


def sweep(database: Database, storage: Storage, spool: Spool, policy: JobPolicy) -> int:
    """Remove files that belong to no job and directories that belong to no attempt; returns how many."""
    removed = spool.sweep(database) + sweep_orphans(database, storage, policy.orphaned_after)
    if removed:
        log.info("removed files that belong to no job", files=removed)
    return removed
