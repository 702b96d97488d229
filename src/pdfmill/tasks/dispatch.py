"""Hints over Celery."""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import ChannelError, OperationalError

from pdfmill.config.logging import get_logger
from pdfmill.core.crash_points import crash_point
from pdfmill.core.operation import Registry

log = get_logger(__name__)

#: After a hint that could not be sent, none is tried for this long: a broker that does not even refuse would hold up
#: every submission.
_REST_S = 2.0


class CeleryDispatcher:
    """Sends a job's id to its queue; see `pdfmill.jobs.dispatch.Dispatcher`.

    Args:
        celery: Gives the Celery application when the first hint is sent.
    """

    def __init__(self, celery: Callable[[], Celery], registry: Registry) -> None:
        self._celery = celery
        self._registry = registry
        self._rests_until = 0.0

    def dispatch(self, job_id: str, operation: str) -> bool:
        """Send a hint; whether the broker took it."""
        if time.monotonic() < self._rests_until:
            return False
        crash_point("before-hint")
        described = self._registry.get(operation)
        try:
            self._celery().send_task(
                described.task_name, args=(job_id,), queue=described.queue, retry=False, ignore_result=True
            )
        except (OperationalError, OSError) as error:
            self._rests_until = time.monotonic() + _REST_S
            log.warning("hint not sent; the reconciler will", job_id=job_id, cause=repr(error))
            return False
        crash_point("after-hint")
        return True

    def messages_in(self, queue: str) -> int | None:
        """How many messages wait in a queue; None if the broker does not say."""
        try:
            with self._celery().connection_for_read() as connection:
                declared = connection.default_channel.queue_declare(queue=queue, passive=True)
                return int(declared.message_count)
        except ChannelError:
            return 0  # no worker has made the queue yet, or the broker has forgotten it
        except (OperationalError, OSError) as error:
            log.warning("the broker does not tell how many messages wait", queue=queue, cause=repr(error))
            return None
