"""The HTTP edge: routes, problems, OpenAPI. Renderings of the registry and of the job table."""

from __future__ import annotations

from flask import Flask

from pdfmill.api.headers import add_headers
from pdfmill.api.health import HealthChecks, health_routes
from pdfmill.api.jobs import job_routes
from pdfmill.api.openapi import documentation_routes
from pdfmill.api.operations import operation_routes
from pdfmill.api.problems import handle_errors
from pdfmill.api.uploads import receive_uploads
from pdfmill.config.settings import Settings
from pdfmill.core.operation import Registry
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import Storage

__all__ = ["HealthChecks", "register_api"]


def register_api(
    app: Flask,
    *,
    registry: Registry,
    jobs: JobService,
    storage: Storage,
    health: HealthChecks,
    settings: Settings,
) -> None:
    """Give a Flask application the API."""
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    add_headers(app)
    handle_errors(app)
    receive_uploads(app, storage, settings.upload)
    app.register_blueprint(operation_routes(registry, jobs, settings.server))
    app.register_blueprint(job_routes(jobs, storage, settings.server))
    app.register_blueprint(health_routes(health))
    app.register_blueprint(documentation_routes(registry))
