"""How Celery is set up: queues, routing, acknowledgement, limits, schedule."""

from __future__ import annotations

import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_ready, worker_shutdown, worker_shutting_down
from flask import Flask
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from pdfmill.config.logging import configure_logging
from pdfmill.config.settings import Settings
from pdfmill.core.errors import BrokerUnavailable
from pdfmill.core.operation import Registry
from pdfmill.launcher.commands import QUEUES
from pdfmill.tasks.base import Parts
from pdfmill.tasks.maintenance import CLEANUP_EVERY_S
from pdfmill.worker.processes import announce

#: A POST must not wait for a broker that is away. ``retry=False`` alone does not cover opening the connection: without
#: these a publish blocks for six seconds.
_TRY_ONCE = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "interval_max": 0}

#: A Redis server that takes connections and is silent, as one behind a broken network, must not hold up a submission.
_REDIS_ANSWERS_IN_S = 1.0

_MAINTENANCE = ("cleanup_expired_jobs", "health_check", "get_task_status")

#: The backstop behind the sandbox's own deadline, in seconds on top of it: files are moved before and after.
_SOFT_LIMIT_MARGIN_S, _HARD_LIMIT_MARGIN_S = 120, 180


def make_celery(flask_app: Flask, settings: Settings, registry: Registry) -> Celery:
    """The Celery application that works in the context of ``flask_app``."""
    longest_s = max(settings.limits.for_operation(operation.limits).wall_s for operation in registry)
    celery = Celery("pdfmill", set_as_current=False)
    celery.flask_app = flask_app
    celery.conf.update(
        broker_url=settings.broker_url,
        broker_transport_options=_transport_options(settings),
        broker_connection_timeout=1,
        broker_connection_retry_on_startup=True,
        # The lease decides when a job is lost; a connection that comes back must not kill the work in between.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        task_ignore_result=True,  # the job's row is the result
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_publish_retry=False,
        task_queues=[_queue(name, settings) for name in QUEUES],
        task_default_queue="maintenance",
        task_create_missing_queues=False,
        task_routes={operation.task_name: {"queue": operation.queue} for operation in registry}
        | {f"pdfmill.{name}": {"queue": "maintenance"} for name in _MAINTENANCE},
        task_soft_time_limit=longest_s + _SOFT_LIMIT_MARGIN_S,
        task_time_limit=longest_s + _HARD_LIMIT_MARGIN_S,
        worker_proc_alive_timeout=60,
        worker_max_tasks_per_child=500,
        worker_send_task_events=True,  # so that Flower shows what happens
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        beat_schedule={
            "cleanup-expired-jobs": {"task": "pdfmill.cleanup_expired_jobs", "schedule": CLEANUP_EVERY_S},
        },
    )
    celery.set_default()
    celery.loader.import_module("pdfmill.tasks")
    celery.finalize()
    _connect_signals(flask_app, settings)
    return celery


def _queue(name: str, settings: Settings) -> Any:
    """A queue with an exchange and a key of its own: queues that share them would each get a copy of every message.

    On RabbitMQ it is a quorum queue, which survives the death of a node of the broker. Beside quorum queues Celery sets
    up delayed delivery, which warns of every exchange that is not a topic.
    """
    make_queue: Any = Queue  # kombu has few types
    make_exchange: Any = Exchange
    if _is_amqp(settings):
        return make_queue(
            name, make_exchange(name, "topic"), routing_key=name, queue_arguments={"x-queue-type": "quorum"}
        )
    return make_queue(name, make_exchange(name, "direct"), routing_key=name)


def _is_amqp(settings: Settings) -> bool:
    return settings.broker_url.startswith(("amqp", "pyamqp"))


def check_broker(celery: Celery) -> str:
    """Whether the broker answers.

    Raises:
        BrokerUnavailable: It does not; jobs are accepted all the same, and start when it is back.
    """
    try:
        with celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            return str(connection.transport_cls)
    except (OperationalError, OSError) as error:
        raise BrokerUnavailable(
            "The message broker does not answer. Jobs are accepted and will start when it is back; look at "
            "PDFMILL_BROKER__URL."
        ) from error


def _transport_options(settings: Settings) -> dict[str, Any]:
    if _is_amqp(settings):
        return dict(_TRY_ONCE)
    if not settings.broker_url.startswith(("redis", "valkey")):
        return {}
    # Without the two "unacked" options the transport looks for messages of dead workers only every 100 seconds.
    return {
        **_TRY_ONCE,
        "socket_connect_timeout": 0.2,
        "socket_timeout": _REDIS_ANSWERS_IN_S,
        "visibility_timeout": settings.broker.visibility_timeout_s,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }


def _connect_signals(flask_app: Flask, settings: Settings) -> None:
    parts: Parts = flask_app.extensions["pdfmill"]
    ready_note = settings.run_dir / "worker-ready"

    @setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def log_like_everybody(**_: Any) -> None:
        configure_logging(settings.log, part="worker", stream=sys.stderr)

    @worker_ready.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def tell_launcher(**_: Any) -> None:
        ready_note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        ready_note.touch()

    # In the main process, before it forks its pool: the children share one fork server.
    @worker_init.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def start_sandbox(**_: Any) -> None:
        announce(settings.run_dir, "worker")
        parts.runner.prepare()

    @worker_shutting_down.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def tell_children(**_: Any) -> None:
        parts.runner.stop_notice.give(settings.worker.shutdown_grace_s)

    @worker_shutdown.connect(weak=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def end_sandbox(**_: Any) -> None:
        parts.runner.close()
