"""Is the process alive, and can it work?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

from flask import Blueprint, Response
from pydantic import Field

from pdfmill import __version__
from pdfmill.api.guard import public
from pdfmill.api.jobs import answer
from pdfmill.api.schemas import CheckView, ReadinessView, View
from pdfmill.config.logging import get_logger
from pdfmill.core.errors import PdfMillError

log = get_logger(__name__)

_CHECK_TIMEOUT_S = 15

#: Starting a sandbox and trying to break out takes real work, and load balancers ask every second or so.
_KEPT_FOR_S = 600
_KEPT_CHECKS = ("sandbox",)

Check = Callable[[], str]


class Liveness(View):
    """The process answers."""

    alive: bool = Field(default=True, description="Always true; a process that does not work does not answer.")
    version: str = Field(default=__version__, description="The version of pdfmill.")


class HealthChecks:
    """Tries each part of the server.

    Args:
        checks: By name; each returns what it found, or raises.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._kept: dict[str, tuple[float, CheckView]] = {}
        self._lock = threading.Lock()

    def run(self) -> ReadinessView:
        """Try all parts at once."""
        pool = ThreadPoolExecutor(len(self._checks))
        try:
            futures = {name: pool.submit(self._run_one, name) for name in self._checks}
            results = []
            for name, future in futures.items():
                try:
                    results.append(future.result(_CHECK_TIMEOUT_S))
                except TookTooLong:
                    detail = f"no answer in {_CHECK_TIMEOUT_S} s"
                    results.append(CheckView(name=name, ok=False, detail=detail, duration_ms=_CHECK_TIMEOUT_S * 1000))
        finally:
            pool.shutdown(wait=False)
        return ReadinessView(ready=all(each.ok for each in results), checks=results)

    def _run_one(self, name: str) -> CheckView:
        if name not in _KEPT_CHECKS:
            return self._try(name)
        with self._lock:  # one at a time: a hundred probes must not start a hundred sandboxes
            made_at, kept = self._kept.get(name, (-_KEPT_FOR_S, None))
            if kept is None or time.monotonic() - made_at > _KEPT_FOR_S:
                kept = self._try(name)
                self._kept[name] = (time.monotonic(), kept)
            return kept

    def _try(self, name: str) -> CheckView:
        started = time.monotonic()
        try:
            ok, detail = True, self._checks[name]()
        except PdfMillError as error:
            ok, detail = False, error.detail
            log.warning("health check failed", check=name, code=error.code, cause=repr(error.__cause__))
        except Exception:
            ok, detail = False, "The check failed by a defect; the log holds the cause."
            log.exception("health check failed by a defect", check=name)
        took_ms = round((time.monotonic() - started) * 1000, 1)
        return CheckView(name=name, ok=ok, detail=detail, duration_ms=took_ms)


def health_routes(health: HealthChecks) -> Blueprint:
    """``/livez``, ``/readyz``."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/livez")
    @public()
    def live() -> Response:
        return answer(Liveness())

    @blueprint.get("/readyz")
    @public()
    def ready() -> Response:
        view = health.run()
        return answer(view, status=200 if view.ready else 503)

    return blueprint
