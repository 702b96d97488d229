"""The base of every task: runs inside the Flask application's context."""

from __future__ import annotations

from typing import Any, Protocol

from celery import Task
from celery.backends.base import DisabledBackend
from flask import Flask, current_app

from pdfmill.jobs.database import Database
from pdfmill.jobs.dispatch import Dispatcher
from pdfmill.jobs.policy import JobPolicy
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import Storage
from pdfmill.worker.runner import AttemptRunner
from pdfmill.worker.spool import Spool


class Parts(Protocol):
    """What a task takes from the composition root."""

    @property
    def database(self) -> Database: ...

    @property
    def storage(self) -> Storage: ...

    @property
    def spool(self) -> Spool: ...

    @property
    def policy(self) -> JobPolicy: ...

    @property
    def dispatcher(self) -> Dispatcher: ...

    @property
    def jobs(self) -> JobService: ...

    @property
    def runner(self) -> AttemptRunner: ...


class ContextTask(Task):  # type: ignore[misc]  # Celery has no types
    """A task that runs inside the application context of the Flask app it was set up with."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task's body with ``current_app`` set."""
        flask_app: Flask = self.app.flask_app
        with flask_app.app_context():
            return self.run(*args, **kwargs)

    @property
    def parts(self) -> Parts:
        """What the composition root built."""
        parts: Parts = current_app.extensions["pdfmill"]
        return parts

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Publish progress through Celery's result backend, where one is configured.

        The job's row, which clients see, is written by the attempt itself.
        """
        if not isinstance(self.backend, DisabledBackend):
            super().update_state(*args, **kwargs)
