"""Errors of the request: options, settings, paths."""

from __future__ import annotations

from typing import Any

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.kind import ErrorKind


class InvalidRequest(PdfMillError):
    code = "invalid_request"
    title = "The request cannot be understood"
    kind = ErrorKind.INVALID_REQUEST


class InvalidOptions(InvalidRequest):
    """One or more options are unknown or out of range; ``errors`` is a list of {field, message}."""

    code = "invalid_options"
    title = "An option is unknown or out of range"

    def __init__(self, detail: str, *, errors: list[dict[str, str]], **extras: Any) -> None:
        super().__init__(detail, errors=errors, **extras)


class WrongInputCount(InvalidRequest):
    code = "wrong_input_count"
    title = "The number of files does not fit the operation"


class InvalidPageRange(InvalidRequest):
    code = "invalid_page_range"
    title = "The page range cannot be read"


class InvalidSettings(InvalidRequest):
    code = "invalid_settings"
    title = "A setting is unknown or out of range"


class IdempotencyConflict(InvalidRequest):
    code = "idempotency_conflict"
    title = "This Idempotency-Key was used for another request"


class UnusablePath(InvalidRequest):
    """A path on the user's own machine; only the command line and the client meet one."""

    code = "unusable_path"
    title = "A file or folder cannot be used"


class MethodNotAllowed(PdfMillError):
    code = "method_not_allowed"
    title = "This address does not take that method"
    kind = ErrorKind.METHOD_NOT_ALLOWED


class UnknownLanguage(InvalidRequest):
    """``installed`` lists the languages that there are."""

    code = "unknown_language"
    title = "A language for OCR is not installed"


class UnsupportedMediaType(PdfMillError):
    code = "unsupported_media_type"
    title = "The operation does not take this kind of file"
    kind = ErrorKind.UNSUPPORTED_INPUT


class OutputExists(PdfMillError):
    """On the user's own machine; a server never meets an old output."""

    code = "output_exists"
    title = "The output file exists already"
    kind = ErrorKind.CONFLICT
