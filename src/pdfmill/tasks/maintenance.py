"""Tasks that look after the house."""

from __future__ import annotations

import os
import platform
from typing import Any

from celery import shared_task

from pdfmill import __version__
from pdfmill.jobs.schedule import take_slot
from pdfmill.tasks.base import ContextTask
from pdfmill.worker.cleaning import clean

#: Seconds between two clean-ups.
CLEANUP_EVERY_S = 600.0


@shared_task(bind=True, base=ContextTask, name="pdfmill.cleanup_expired_jobs")  # type: ignore[untyped-decorator]  # Celery has no types
def cleanup_expired_jobs(task: ContextTask) -> dict[str, int]:
    """Purge jobs past their time and what dead processes left, see `worker.cleaning`; once in each interval."""
    parts = task.parts
    if not take_slot(parts.database, task.name, CLEANUP_EVERY_S):
        return {}
    return clean(parts.database, parts.storage, parts.spool, parts.policy).as_dict()


@shared_task(bind=True, base=ContextTask, name="pdfmill.health_check", ignore_result=False)  # type: ignore[untyped-decorator]  # Celery has no types
def health_check_task(task: ContextTask) -> dict[str, str]:
    """Whether a worker that takes messages can do its work: database and storage tried from where it runs.

    Raises:
        DatabaseUnavailable, StorageUnavailable, StorageFull: Which part does not answer.
    """
    return {
        "worker": f"{platform.node()} {os.getpid()}",
        "version": __version__,
        "database": task.parts.database.check(),
        "storage": task.parts.storage.check(),
    }


@shared_task(bind=True, base=ContextTask, name="pdfmill.get_task_status", ignore_result=False)  # type: ignore[untyped-decorator]  # Celery has no types
def get_task_status(task: ContextTask, job_id: str) -> dict[str, Any]:
    """What the job table says of a job, and what the broker holds of its queue.

    The table is right. A message is a hint that names a job, and whoever gets it works on the one whose turn it is; so
    no message's state tells of a job.

    Raises:
        UnknownJob: There is none of that id.
    """
    job = task.parts.jobs.get(job_id)
    return {
        "job_id": job.id,
        "operation": job.operation,
        "status": job.status.value,
        "progress": job.progress,
        "attempt": job.attempt,
        "error": job.error,
        "worked_on_by": job.lease_owner,
        "messages_in_queue": task.parts.dispatcher.messages_in(job.queue),
    }
