"""A job's life as server-sent events (WHATWG HTML, 9.2), for who would rather be told than ask.

A stream is a convenience, never the only source of truth: it ends when the server likes, and a browser's EventSource
then comes back with the number of the last event that it has seen.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request

from pdfmill.api.guard import requires
from pdfmill.api.jobs import JobsOfCaller
from pdfmill.api.schemas import JobView
from pdfmill.core.caller import Scope
from pdfmill.core.errors import DatabaseUnavailable, UnknownJob
from pdfmill.core.progress import Progress
from pdfmill.jobs.service import JobService

_LOOK_EVERY_S = 0.25

#: Proxies close connections on which nothing is said for a minute or so.
_SILENT_AT_MOST_S = 15

#: After how many milliseconds a client comes back: when a stream was as long as it may be, and when there was no room.
_COME_BACK_MS, _COME_BACK_LATER_MS = 250, 3000


class EventStreams:
    """The streams of one web server process.

    Each takes a thread, so at most a quarter of them may stream; who comes when all are taken gets the present state
    and is told to come back, which is polling.
    """

    def __init__(self, *, threads: int, longest_s: float) -> None:
        self._longest_s = longest_s
        self._places = threading.BoundedSemaphore(max(1, threads // 4))

    def follow(self, jobs: JobService, job_id: str, seen: int) -> Iterator[str]:
        """The job, and its events after number ``seen``, until it has ended or the stream is long enough."""
        has_place = self._places.acquire(blocking=False)
        try:
            yield f"retry: {_COME_BACK_MS if has_place else _COME_BACK_LATER_MS}\n\n"
            yield _event("job", _view(jobs, job_id))
            if has_place:
                yield from self._follow(jobs, job_id, seen)
        except (UnknownJob, DatabaseUnavailable):
            return  # deleted, or away: who comes back is told so by the status of that answer
        finally:
            if has_place:
                self._places.release()

    def _follow(self, jobs: JobService, job_id: str, seen: int) -> Iterator[str]:
        until = time.monotonic() + self._longest_s
        said_at, progress = time.monotonic(), Progress()
        while True:
            events, job = jobs.events_after(job_id, seen)
            for event in events:
                seen = event.sequence
                yield _event("status", {"status": event.kind, "at": event.created_at.isoformat()}, number=seen)
            if job.status.is_terminal and events and events[-1].kind == job.status:
                yield _event("job", _view(jobs, job_id))
                return
            if (told := JobView.of(job).progress) != progress:
                progress = told
                yield _event("progress", progress.model_dump(mode="json"))
                said_at = time.monotonic()
            if time.monotonic() > until:
                return
            if time.monotonic() - said_at > _SILENT_AT_MOST_S:
                yield ": still here\n\n"
                said_at = time.monotonic()
            time.sleep(_LOOK_EVERY_S)


def event_routes(jobs: JobsOfCaller, streams: EventStreams) -> Blueprint:
    """``/v1/jobs/ID/events``."""
    blueprint = Blueprint("events", __name__, url_prefix="/v1/jobs")

    @blueprint.get("/<job_id>/events")
    @requires(Scope.JOBS_READ)
    def follow_job(job_id: str) -> Response:
        service, seen = jobs(), _last_event_id()
        events, job = service.events_after(job_id, seen)
        if job.status.is_terminal and not events:
            return Response(status=204)  # which tells an EventSource not to come back
        response = Response(streams.follow(service, job_id, seen), content_type="text/event-stream; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"
        return response

    return blueprint


def _last_event_id() -> int:
    """The number that a client has seen; one that is no number was not ours, and the client gets all."""
    told = request.headers.get("Last-Event-ID", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def _view(jobs: JobService, job_id: str) -> dict[str, Any]:
    job = jobs.get(job_id)
    return JobView.of(job, jobs.count_items([job]).get(job.id)).model_dump(mode="json")


def _event(name: str, data: dict[str, Any], number: int | None = None) -> str:
    lines = [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False)}"]
    return "\n".join([*([] if number is None else [f"id: {number}"]), *lines]) + "\n\n"
