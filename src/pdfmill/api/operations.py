"""Operations: what there is, and submitting a job for one."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from flask import Blueprint, Response, g, request

from pdfmill.api.guard import requires
from pdfmill.api.jobs import JobsOfCaller, answer
from pdfmill.api.schemas import InventoryView, JobView, MissingEngine, OperationList, OperationView, ProviderView
from pdfmill.api.uploads import TTL_FIELD, uploads_and_options
from pdfmill.api.waiting import Waiting
from pdfmill.config.tracing import span, trace_parent
from pdfmill.core.caller import Scope
from pdfmill.core.errors import InvalidRequest
from pdfmill.core.operation import AnyOperation, Registry
from pdfmill.core.provider import Need, Offer
from pdfmill.engines.probe import missing
from pdfmill.jobs.models import DEFAULT_URGENCY, Job
from pdfmill.jobs.submission import Submitter

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PREFER_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?:$|[,;\s])")

_PRIORITY_URGENCY = re.compile(r"(?:^|,)\s*u=([0-7])\s*(?:$|[,;])")


#: No job's files are removed sooner: whoever asked for them needs a moment to fetch them.
SHORTEST_TTL_S = 60


def operation_routes(
    registry: Registry, jobs: JobsOfCaller, waiting: Waiting, longest_ttl_s: int, offer: Offer
) -> Blueprint:
    """``/v1/operations``; each operation has a route of its own, so that the documentation shows its options.

    Args:
        longest_ttl_s: Seconds that a client may have its files kept at most.
    """
    blueprint = Blueprint("operations", __name__, url_prefix="/v1/operations")

    @blueprint.get("")
    @requires(Scope.JOBS_READ)
    def list_operations() -> Response:
        return answer(OperationList(items=[_view(operation, offer) for operation in registry]))

    @blueprint.get("/<name>")
    @requires(Scope.JOBS_READ)
    def show_operation(name: str) -> Response:
        return answer(_view(registry.get(name), offer))

    @blueprint.post("/<name>")
    @requires(Scope.JOBS_WRITE)
    def unknown_operation(name: str) -> NoReturn:
        registry.get(name)
        raise AssertionError("a registered operation has a route of its own")

    for operation in registry:
        view = _submit_view(operation, jobs, waiting, longest_ttl_s, offer)
        blueprint.add_url_rule(f"/{operation.name}", f"submit_{operation.name}", view, methods=["POST"])
    return blueprint


def _submit_view(
    operation: AnyOperation, jobs: JobsOfCaller, waiting: Waiting, longest_ttl_s: int, offer: Offer
) -> Any:
    def accept() -> tuple[Job, bool]:
        """The job, and whether it is new."""
        key = _idempotency_key()
        client = _client()

        def require_room(size_bytes: int) -> None:
            jobs().require_room(operation, client, size_bytes)

        require_room(request.content_length or 0)
        with uploads_and_options(operation, jobs(), require_room) as (uploads, options):
            submitter = Submitter(client, _urgency(), _ttl_s(longest_ttl_s), trace_parent())
            operation.check_provider(options, offer)
            idempotency = jobs().idempotency(key, operation, options, uploads) if key else None
            return jobs().submit(operation, options, uploads, idempotency, submitter)

    @requires(Scope.JOBS_WRITE, deed="job.submit")
    def submit() -> Response:
        seconds = _preferred_wait()
        with span(f"submit {operation.name}", parent=request.headers.get("traceparent")):
            job, is_new = accept()
        g.job_id = job.id
        if seconds is not None:
            job = waiting.until_finished(jobs(), job, seconds)
        finished_in_time = seconds is not None and job.status.is_terminal
        response = answer(JobView.of(job), status=200 if finished_in_time else 202)
        response.headers["Location"] = f"/v1/jobs/{job.id}"
        if finished_in_time:
            response.headers["Preference-Applied"] = f"wait={seconds}"
        elif not job.status.is_terminal:
            response.headers["Retry-After"] = "1"
        if not is_new:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    return submit


def _view(operation: AnyOperation, offer: Offer) -> OperationView:
    absent = [MissingEngine(name=each.name, hint=each.hint) for each in missing(operation.requires)]
    return OperationView(
        name=operation.name,
        title=operation.title,
        summary=operation.summary,
        queue=operation.queue,
        accepts=list(operation.accepts.media_types),
        options_schema=operation.options.model_json_schema(),
        result_schema=operation.result.model_json_schema(mode="serialization"),
        available=not absent,
        missing=absent,
        inventories=[
            InventoryView(option=each.option, values=list(each.look()), hint=each.hint)
            for each in operation.inventories
        ],
        providers=[_provider_view(need, offer) for need in operation.asks],
        url=f"/v1/operations/{operation.name}",
    )


def _provider_view(need: Need, offer: Offer) -> ProviderView:
    seat = offer.seat(need)
    if seat is None:
        return ProviderView(need=need.value, provider=None, model="", languages=[])
    return ProviderView(need=need.value, provider=seat.provider, model=seat.model, languages=list(seat.languages))


def _preferred_wait() -> int | None:
    """Seconds of ``Prefer: wait=`` (RFC 7240)."""
    match = _PREFER_WAIT.search(request.headers.get("Prefer", ""))
    return int(match[1]) if match else None


def _urgency() -> int:
    """``u`` of the Priority header (RFC 9218), 0 to 7; what is not understood is ignored, as the RFC has it."""
    match = _PRIORITY_URGENCY.search(request.headers.get("Priority", ""))
    return int(match[1]) if match else DEFAULT_URGENCY


def _ttl_s(longest_s: int) -> int | None:
    """How long the client wants its files kept, in seconds.

    Raises:
        InvalidRequest: It is no number, or out of range.
    """
    text = request.values.get(TTL_FIELD, "")
    if text == "":
        return None
    if not (text.isascii() and text.isdecimal() and SHORTEST_TTL_S <= int(text[:12]) <= longest_s):
        raise InvalidRequest(
            f"{TTL_FIELD} is a number of seconds from {SHORTEST_TTL_S} to {longest_s}; the upper limit is "
            "PDFMILL_RETENTION__LONGEST_TTL_HOURS."
        )
    return int(text)


def _client() -> str:
    """Who takes turns with whom: the owner of the key, or else the address that the connection comes from."""
    owner: str = g.caller.owner
    return owner or request.remote_addr or ""


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidRequest("An Idempotency-Key has 1 to 255 visible ASCII characters; a UUID is a good one.")
    return key
