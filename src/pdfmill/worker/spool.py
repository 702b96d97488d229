"""The folder of the attempts' work directories."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from pdfmill.core.errors import StorageFull
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import translated_errors

#: A directory this young may belong to an attempt whose claim another connection does not see yet.
YOUNG_S = 60

#: The lock file of `worker.gate`.
GATE = "gate.lock"


@dataclass(frozen=True)
class Spool:
    """A folder of this machine with a directory for each attempt that runs.

    Attributes:
        min_free_bytes: Space that must stay free; no attempt is begun with less.
    """

    folder: Path
    min_free_bytes: int = 0

    def make(self) -> None:
        """Make the folder. An unprivileged sandbox has to pass through it, and may list nothing on the way."""
        with translated_errors():
            self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)

    def require_space(self) -> None:
        """Refuse to begin an attempt for which there is no room.

        Raises:
            StorageFull: Less than the floor is free.
            StorageUnavailable: The disk does not say.
        """
        with translated_errors():
            free = shutil.disk_usage(self.folder).free
        if free < self.min_free_bytes:
            raise StorageFull(
                "The worker's disk is almost full. Free space; the floor is PDFMILL_STORAGE__MIN_FREE_MIB."
            )

    def sweep(self, database: Database) -> int:
        """Remove the work directories of attempts that nobody is making any more; returns how many."""
        oldest = time.time() - YOUNG_S
        left = [path for path in self.folder.glob("*-*") if path.is_dir() and path.stat().st_mtime < oldest]
        if not left:
            return 0
        with database.read() as session:
            query = select(Job.id, Job.attempt).where(Job.status == JobStatus.PROCESSING)
            running = {f"{job_id}-{attempt}" for job_id, attempt in session.execute(query).all()}
        dead = [path for path in left if path.name not in running]
        for path in dead:
            shutil.rmtree(path, ignore_errors=True)
        return len(dead)
