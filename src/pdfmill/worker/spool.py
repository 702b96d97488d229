"""The folder of the attempts' work directories."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from pdfmill.core.context import CHECKPOINT
from pdfmill.core.errors import StorageFull
from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job
from pdfmill.jobs.status import JobStatus
from pdfmill.jobs.storage import translated_errors

#: A directory this young may belong to an attempt whose claim another connection does not see yet.
YOUNG_S = 60

#: The lock file of `worker.gate`.
GATE = "gate.lock"


_UNFINISHED = (JobStatus.PENDING, JobStatus.PROCESSING)


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

    def begin(self, job_id: str, number: int) -> Path:
        """The directory of an attempt, with the checkpoint of the last attempt at the job that was made here."""
        directory = self.folder / f"{job_id}-{number}"
        (directory / "input").mkdir(mode=0o755, parents=True)
        earlier = [path for path in self.folder.glob(f"{job_id}-*") if path != directory]
        for path in sorted(earlier, key=_number, reverse=True):
            left = path / "work" / CHECKPOINT
            # The document's own process wrote it: a link leads who knows where. What lies in it, the operation judges.
            if left.is_dir() and not (left.is_symlink() or left.parent.is_symlink()):
                (directory / "work").mkdir()
                left.rename(directory / "work" / CHECKPOINT)
                break
        for path in earlier:
            shutil.rmtree(path, ignore_errors=True)
        return directory

    def end(self, directory: Path) -> None:
        """Remove all of an attempt's directory but its checkpoint, for the next attempt; `sweep` removes that."""
        kept = directory / "work" / CHECKPOINT
        if not kept.is_dir():
            shutil.rmtree(directory, ignore_errors=True)  # what stays is swept later
            return
        for path in (*directory.iterdir(), *kept.parent.iterdir()):
            if path not in (kept, kept.parent):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def sweep(self, database: Database) -> int:
        """Remove the work directories of attempts that nobody is making any more; returns how many.

        Checkpoints of jobs that wait for another attempt stay.
        """
        oldest = time.time() - YOUNG_S
        left = [path for path in self.folder.glob("*-*") if path.is_dir() and path.stat().st_mtime < oldest]
        if not left:
            return 0
        with database.read() as session:
            query = select(Job.id, Job.attempt, Job.status).where(Job.status.in_(_UNFINISHED))
            jobs = session.execute(query).all()
        running = {f"{job_id}-{attempt}" for job_id, attempt, status in jobs if status is JobStatus.PROCESSING}
        waiting = {job_id for job_id, _, status in jobs if status is JobStatus.PENDING}
        dead = [path for path in left if path.name not in running and not _is_awaited(path, waiting)]
        for path in dead:
            shutil.rmtree(path, ignore_errors=True)
        return len(dead)


def _number(directory: Path) -> int:
    """Which attempt's directory this is."""
    number = directory.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _is_awaited(directory: Path, waiting: set[str]) -> bool:
    return directory.name.rpartition("-")[0] in waiting and (directory / "work" / CHECKPOINT).is_dir()
