"""Tasks that keep the house clean; sent by the beat schedule."""

from __future__ import annotations

from celery import shared_task

from pdfmill.config.logging import get_logger
from pdfmill.jobs.retention import purge_expired
from pdfmill.jobs.schedule import take_slot
from pdfmill.tasks.base import ContextTask

log = get_logger(__name__)

#: Seconds between two clean-ups.
CLEANUP_EVERY_S = 600.0


@shared_task(bind=True, base=ContextTask, name="pdfmill.cleanup_expired_jobs")  # type: ignore[untyped-decorator]  # Celery has no types
def cleanup_expired_jobs(task: ContextTask) -> dict[str, int]:
    """Purge the files of jobs past their time, and uploads that nobody finished; once in each interval."""
    if not take_slot(task.parts.database, task.name, CLEANUP_EVERY_S):
        return {}
    counts = {
        "expired_jobs": purge_expired(task.parts.database, task.parts.storage),
        "abandoned_uploads": task.parts.storage.sweep_incoming(),
    }
    task.parts.database.erase_traces()
    log.info("cleaned up", **counts)
    return counts
