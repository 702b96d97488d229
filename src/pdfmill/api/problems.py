"""Every error as application/problem+json (RFC 9457), in one shape."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, json, request
from werkzeug.exceptions import HTTPException

from pdfmill.config.logging import get_logger
from pdfmill.core.errors import (
    InputTooLarge,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PdfMillError,
    UnsupportedMediaType,
)
from pdfmill.core.failure import Failure

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


def handle_errors(app: Flask) -> None:
    """Turn whatever goes wrong in a request into a problem."""
    app.register_error_handler(PdfMillError, _ours)
    app.register_error_handler(HTTPException, _werkzeugs)
    app.register_error_handler(Exception, _anything)


def problem_response(failure: Failure) -> Response:
    """A failure as a response. ``type`` is a URN, since a name is stable and an address is not."""
    body = {
        **failure.extras,
        "type": f"urn:pdfmill:problem:{failure.code}",
        "title": failure.title,
        "status": failure.http_status,
        "detail": failure.detail,
        "instance": request.path,
        "code": failure.code,
        "kind": failure.kind,
        "retryable": failure.retryable,
    }
    if failure.trace_id is not None:
        body["trace_id"] = failure.trace_id
    g.problem_code = failure.code
    response = Response(json.dumps(body), status=failure.http_status, content_type=MEDIA_TYPE)
    if "retry_after_s" in failure.extras:
        response.headers["Retry-After"] = str(failure.extras["retry_after_s"])
    return response


def _ours(error: PdfMillError) -> Response:
    if isinstance(error, InternalError):
        return _anything(error)
    # What is wrong with a request itself is told to whoever sent it; its cause would quote the request in the log.
    if error.kind.http_status >= 500:
        log.info("request refused", code=error.code, cause=repr(error.__cause__))
    return problem_response(Failure.of(error))


def _werkzeugs(error: HTTPException) -> Response:
    """Flask's own refusals: no route, wrong method, a body that is too large or no form."""
    translated = _translate(error)
    if translated is None:
        return _anything(error)
    response = problem_response(Failure.of(translated))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _translate(error: HTTPException) -> PdfMillError | None:
    match error.code:
        case 404:
            return NotFound(f"There is nothing at {request.path}. /docs shows what there is.")
        case 405:
            return MethodNotAllowed(f"{request.path} does not take {request.method}. /docs shows what it takes.")
        case 413:
            return InputTooLarge(
                "The request is larger than this server accepts. Send a smaller file, or raise "
                "PDFMILL_UPLOAD__MAX_UPLOAD_MIB."
            )
        case 415:
            return UnsupportedMediaType("The request's Content-Type is not one that this address takes; see /docs.")
        case 400 | 416 | 422:
            return InvalidRequest(f"The request cannot be read: {error.description}")
    return None


def _anything(error: Exception) -> Response:
    trace_id = secrets.token_hex(8)
    log.error("request failed by a defect", trace_id=trace_id, exc_info=error)
    return problem_response(Failure.of(InternalError(), trace_id))
