"""The HTTP edge: routes, problems, OpenAPI. Renderings of the registry and of the job table."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g
from werkzeug.middleware.proxy_fix import ProxyFix

from pdfmill.access.audit import AuditLog
from pdfmill.access.keys import Keys
from pdfmill.access.links import DownloadLinks
from pdfmill.access.rates import RateLimiter
from pdfmill.api.downloads import download_routes
from pdfmill.api.events import EventStreams, event_routes
from pdfmill.api.guard import Guard, access_of
from pdfmill.api.headers import add_headers
from pdfmill.api.health import HealthChecks, health_routes
from pdfmill.api.jobs import job_routes
from pdfmill.api.metrics import metric_routes
from pdfmill.api.openapi import documentation_routes
from pdfmill.api.operations import operation_routes
from pdfmill.api.problems import handle_errors
from pdfmill.api.uploads import receive_uploads
from pdfmill.api.waiting import Waiting
from pdfmill.config.pepper import Pepper
from pdfmill.config.settings import Settings
from pdfmill.core.operation import Registry
from pdfmill.core.provider import NOBODY, Offer
from pdfmill.jobs.database import Database
from pdfmill.jobs.service import JobService
from pdfmill.jobs.storage import Storage

__all__ = ["Doors", "HealthChecks", "register_api"]


@dataclass(frozen=True)
class Doors:
    """What decides who gets at what."""

    guard: Guard
    links: DownloadLinks

    @classmethod
    def of(cls, settings: Settings, keys: Keys, pepper: Pepper) -> Doors:
        """As the settings say."""
        limiter, audit = RateLimiter(settings.broker_url), AuditLog(settings.audit_log)
        return cls(
            Guard(keys, limiter, audit, settings.server, settings.access),
            DownloadLinks(pepper, keys, good_for_s=settings.access.link_minutes * 60),
        )


def register_api(  # noqa: PLR0913 - what the composition root has
    app: Flask,
    *,
    registry: Registry,
    database: Database,
    jobs: JobService,
    storage: Storage,
    doors: Doors,
    health: HealthChecks,
    settings: Settings,
    offer: Offer = NOBODY,
) -> None:
    """Give a Flask application the API.

    Raises:
        TypeError: A route does not declare who may call it.
    """

    def jobs_of_caller() -> JobService:
        return jobs.for_caller(g.caller)

    threads, longest_s = settings.server.threads, settings.server.max_wait_s
    waiting = Waiting(threads=threads, longest_s=longest_s)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    if settings.server.trusted_proxies:
        # The address only: the host that was asked for is compared with the origin of browsers, and comes as it was.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.server.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    add_headers(app)
    handle_errors(app)
    doors.guard.protect(app)
    receive_uploads(app, storage, settings.upload)
    longest_ttl_s = int(settings.retention.longest_ttl_hours * 3600)
    app.register_blueprint(operation_routes(registry, jobs_of_caller, waiting, longest_ttl_s, offer))
    app.register_blueprint(job_routes(jobs_of_caller, storage, waiting))
    app.register_blueprint(event_routes(jobs_of_caller, EventStreams(threads=threads, longest_s=longest_s)))
    app.register_blueprint(download_routes(jobs_of_caller, jobs.for_caller, doors.links, storage))
    app.register_blueprint(health_routes(health))
    queues = sorted({operation.queue for operation in registry})
    app.register_blueprint(metric_routes(database, queues, settings.data_dir, settings.run_dir))
    app.register_blueprint(documentation_routes(registry))
    for rule in app.url_map.iter_rules():
        access_of(app, rule.endpoint)
