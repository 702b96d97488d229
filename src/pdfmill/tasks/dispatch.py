"""Hints over Celery."""

from __future__ import annotations

from collections.abc import Callable

from celery import Celery
from kombu.exceptions import OperationalError

from pdfmill.config.logging import get_logger
from pdfmill.core.operation import Registry

log = get_logger(__name__)


class CeleryDispatcher:
    """Sends a job's id to its queue; see `pdfmill.jobs.dispatch.Dispatcher`.

    Args:
        celery: Gives the Celery application when the first hint is sent.
    """

    def __init__(self, celery: Callable[[], Celery], registry: Registry) -> None:
        self._celery = celery
        self._registry = registry

    def dispatch(self, job_id: str, operation: str) -> bool:
        """Send a hint; whether the broker took it."""
        described = self._registry.get(operation)
        try:
            self._celery().send_task(
                described.task_name, args=(job_id,), queue=described.queue, retry=False, ignore_result=True
            )
        except (OperationalError, OSError) as error:
            log.warning("hint not sent; the reconciler will", job_id=job_id, error=repr(error))
            return False
        return True
