"""The one line of log that tells a job's whole life, written when its end has been committed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pdfmill.config.logging import get_logger

if TYPE_CHECKING:
    from pdfmill.jobs.models import Job

log = get_logger(__name__)


def tell_story(job: Job) -> None:
    """Everything that an operator asks about a job that ended; nothing that its document or its client said.

    What the last attempt took (``cpu_s``, ``peak_memory_mib``, ``tier``) is bound by its worker and stands beside.
    """
    log.info(
        "job ended",
        job_id=job.id,
        operation=job.operation,
        status=job.status.value,
        code=job.failure.code if job.failure else None,
        owner=job.owner or None,
        batch_id=job.parent_id,
        attempts=job.attempt,
        retries=job.retries,
        crashes=job.crashes,
        lost=job.lost,
        waited_s=_seconds(job.created_at, job.started_at or job.finished_at),
        ran_s=_seconds(job.started_at, job.finished_at),
        input_bytes=sum(file.size_bytes for file in job.inputs),
        output_bytes=sum(file.size_bytes for file in job.outputs),
        warnings=len(job.warnings),
        trace_parent=job.trace_parent,
    )


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return round((end - begin).total_seconds(), 3) if begin and end else None
