"""The composition root: builds the parts once and hands each to those that need it."""

from __future__ import annotations

import gc
import signal
import threading
from functools import cached_property
from pathlib import Path

from celery import Celery
from celery.beat import EmbeddedService, Scheduler
from flask import Flask

from pdfmill.access.exposure import refuse_exposure
from pdfmill.access.keys import Keys
from pdfmill.config.logging import configure_logging
from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import Settings, load_settings
from pdfmill.config.tracing import configure_tracing
from pdfmill.core import named_registry
from pdfmill.core.limits import MIB
from pdfmill.jobs.database import Database
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.sealing import Sealer
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import open_storage
from pdfmill.operations import load_registry
from pdfmill.providers.service import Providers, open_providers
from pdfmill.tasks.celery import check_broker, make_celery
from pdfmill.tasks.dispatch import CeleryDispatcher
from pdfmill.worker.preparation import Preparer
from pdfmill.worker.processes import announce
from pdfmill.worker.reconciler import Reconciler
from pdfmill.worker.runner import AttemptRunner
from pdfmill.worker.sandbox import Sandbox, check_sandbox
from pdfmill.worker.spool import Spool


class Parts:
    """Everything one process of pdfmill is made of; what a process does not use is never built."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = load_registry()
        self.policy = JobPolicy.of(settings)
        self.database = Database(settings.database_url, busy_timeout_s=settings.database.busy_timeout_s)
        self.storage = open_storage(settings)
        self.spool = Spool(settings.spool_dir, min_free_bytes=settings.storage.min_free_mib * MIB)
        self.dispatcher = CeleryDispatcher(lambda: self.celery, self.registry)

    @cached_property
    def jobs(self) -> JobService:
        """The job table as clients see it."""
        return JobService(
            self.database,
            self.storage,
            self.dispatcher,
            retention=self.policy.retention,
            queue=self.settings.queue,
            sealer=self.sealer,
            quota=self.settings.quota,
        )

    @cached_property
    def pepper(self) -> Pepper:
        """The server's own secret."""
        return Pepper.of(self.settings)

    @cached_property
    def sealer(self) -> Sealer:
        """What keeps passwords of waiting jobs."""
        return Sealer(self.pepper)

    @cached_property
    def keys(self) -> Keys:
        """The API keys."""
        return Keys(self.database, self.pepper)

    @cached_property
    def providers(self) -> Providers:
        """The language models and translators."""
        return open_providers(self.settings.provider)

    @cached_property
    def runner(self) -> AttemptRunner:
        """What works on jobs in this process; its sandbox belongs to this process alone."""
        return AttemptRunner(
            database=self.database,
            storage=self.storage,
            dispatcher=self.dispatcher,
            policy=self.policy,
            registry=self.registry,
            preparer=Preparer(self.storage, self.registry, self.sealer, self.settings.limits),
            spool=self.spool,
            start_sandbox=_start_sandbox,
            providers=self.providers,
        )

    @cached_property
    def reconciler(self) -> Reconciler:
        """What makes lost messages and dead workers harmless."""
        return Reconciler(
            self.database,
            self.storage,
            self.dispatcher,
            self.policy,
            spool=self.spool,
            every_s=self.settings.worker.reconcile_every_s,
        )

    @cached_property
    def celery(self) -> Celery:
        """The Celery application."""
        return make_celery(self.flask_app, self.settings, self.registry)

    @cached_property
    def flask_app(self) -> Flask:
        """The Flask application: the context of every task, and what `serve_api` gives the routes to."""
        app = Flask("pdfmill", static_folder=None)
        app.extensions["pdfmill"] = self
        return app

    def serve_api(self) -> Flask:
        """Give the application its routes."""
        # Here, because workers and the reconciler need the context but neither routes nor their documentation.
        from pdfmill.api import Doors, HealthChecks, register_api

        health = HealthChecks(
            {
                "database": self.database.check,
                "storage": self.storage.check,
                "broker": lambda: check_broker(self.celery),
                "sandbox": lambda: check_sandbox(self.settings.spool_dir),
            }
        )
        register_api(
            self.flask_app,
            registry=self.registry,
            database=self.database,
            jobs=self.jobs,
            storage=self.storage,
            doors=Doors.of(self.settings, self.keys, self.pepper),
            health=health,
            settings=self.settings,
            offer=self.providers.offer,
        )
        return self.flask_app


def _start_sandbox(spool: Path) -> Sandbox:
    name = named_registry.name_in_environment()
    if name is None:
        return Sandbox.start(spool)
    return Sandbox.start(spool, registry=name, extra_readable=(named_registry.folder(name),))


def create_app(settings: Settings | None = None) -> Flask:
    """The web application."""
    settings = settings or load_settings()
    configure_logging(settings.log, part="web")
    configure_tracing(settings.tracing, part="web")
    parts = Parts(settings)
    refuse_exposure(settings.server, parts.keys)
    app = parts.serve_api()
    announce(settings.run_dir, "web")
    parts.database.close()  # gunicorn forks from here, and a connection must not be used by two processes
    gc.collect()
    gc.freeze()  # as in `create_celery`
    return app


def create_celery(settings: Settings | None = None) -> Celery:
    """The Celery application of a worker."""
    settings = settings or load_settings()
    configure_logging(settings.log, part="worker")
    configure_tracing(settings.tracing, part="worker")
    celery = Parts(settings).celery
    # The pool forks from here: what is frozen stays shared with the children, because no collection writes to it.
    gc.collect()
    gc.freeze()
    return celery


def run_reconciler(settings: Settings) -> None:
    """Reconcile, and send what the beat schedule says, until SIGTERM or SIGINT."""
    configure_logging(settings.log, part="reconciler")
    configure_tracing(settings.tracing, part="reconciler")
    parts = Parts(settings)
    announce(settings.run_dir, "reconciler")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # The plain scheduler keeps its times in memory; the default one leaves a file where it is started.
    schedule = EmbeddedService(parts.celery, thread=True, scheduler_cls=Scheduler)
    schedule.start()
    try:
        parts.reconciler.run(stop)
    finally:
        schedule.stop()
        parts.database.close()
