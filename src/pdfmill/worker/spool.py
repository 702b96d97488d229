"""Work directories that dead attempts left behind."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from sqlalchemy import select

from pdfmill.jobs.database import Database
from pdfmill.jobs.models import Job
from pdfmill.jobs.status import JobStatus

#: A directory this young may belong to an attempt whose claim another connection does not see yet.
YOUNG_S = 60


def sweep_spool(database: Database, spool: Path) -> int:
    """Remove the work directories of attempts that nobody is making any more; returns how many."""
    oldest = time.time() - YOUNG_S
    left = [path for path in spool.glob("*-*") if path.is_dir() and path.stat().st_mtime < oldest]
    if not left:
        return 0
    with database.read() as session:
        query = select(Job.id, Job.attempt).where(Job.status == JobStatus.PROCESSING)
        running = {f"{job_id}-{attempt}" for job_id, attempt in session.execute(query).all()}
    dead = [path for path in left if path.name not in running]
    for path in dead:
        shutil.rmtree(path, ignore_errors=True)
    return len(dead)
