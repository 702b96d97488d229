"""The one error hierarchy; `core.failure` is the form in which an error leaves the process.

    PdfMillError
    ├── InvalidRequest ── InvalidOptions, WrongInputCount, InvalidPageRange, InvalidSettings, IdempotencyConflict,
    │                     UnusablePath
    ├── UnsupportedMediaType, MethodNotAllowed
    ├── DamagedInput, EmptyInput, EncryptedInput, ForbiddenContent, NoPages
    ├── InputTooLarge, ArchiveTooLarge, TooManyPages, TooManyPixels, MemoryExceeded, TooManyProcesses, OutputTooLarge
    ├── NotFound ── UnknownOperation, UnknownJob
    ├── QueueFull, TooManyJobs, WaitedTooLong
    ├── AddressInUse, AlreadyServing, OutputExists, InvalidTransition, JobNotFinished, ResultUnavailable, JobExpired
    ├── MissingDependency, EngineFailed, OutputRejected, SandboxCrashed, Quarantined
    ├── StorageFull, StorageUnavailable, FileMissing, DatabaseUnavailable, BrokerUnavailable, ServerUnreachable
    ├── DeadlineExceeded, Cancelled
    ├── those of callers, see `core.access_errors`
    └── InternalError

Each class states a stable ``code``, a ``title`` and a ``kind``; the kind is a row of `ErrorKind`. ``detail`` is public
by construction: it says what failed, why if that is not obvious, and what to do next. The technical cause travels only
as ``__cause__`` into the log.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pdfmill.core.error_kind import ErrorKind


class PdfMillError(Exception):
    """An error with a stable code and a message for whoever asked.

    Args:
        detail: One or two public sentences; never a path of the server, never the text of a foreign exception.
        extras: Facts a program may use (``limit_bytes=…``), JSON-able, public as well.
    """

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong inside pdfmill"
    kind: ClassVar[ErrorKind] = ErrorKind.INTERNAL

    def __init__(self, detail: str, **extras: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extras = extras


class InternalError(PdfMillError):
    """Anything that is not ours. The text is generic; the cause is in the log under ``trace_id``."""

    def __init__(
        self,
        detail: str = "The server made a mistake. The log holds the cause under the trace id of this message.",
        **extras: Any,
    ) -> None:
        super().__init__(detail, **extras)


# --- the request -------------------------------------------------------------------------------------------------


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


class UnsupportedMediaType(PdfMillError):
    code = "unsupported_media_type"
    title = "The operation does not take this kind of file"
    kind = ErrorKind.UNSUPPORTED_INPUT


class OutputExists(PdfMillError):
    """On the user's own machine; a server never meets an old output."""

    code = "output_exists"
    title = "The output file exists already"
    kind = ErrorKind.CONFLICT


# --- the document ------------------------------------------------------------------------------------------------


class EmptyInput(PdfMillError):
    code = "empty_input"
    title = "The file is empty"
    kind = ErrorKind.UNREADABLE_INPUT


class DamagedInput(PdfMillError):
    code = "damaged_input"
    title = "The file is damaged beyond repair"
    kind = ErrorKind.UNREADABLE_INPUT


class EncryptedInput(PdfMillError):
    code = "password_required"
    title = "The file is protected by a password"
    kind = ErrorKind.UNREADABLE_INPUT


class ForbiddenContent(PdfMillError):
    """Something that no honest document needs and an attack does."""

    code = "forbidden_content"
    title = "The file holds something that is not opened here"
    kind = ErrorKind.UNREADABLE_INPUT


class NoPages(PdfMillError):
    code = "no_pages"
    title = "The document has no pages"
    kind = ErrorKind.UNREADABLE_INPUT


# --- limits ------------------------------------------------------------------------------------------------------


class InputTooLarge(PdfMillError):
    code = "input_too_large"
    title = "The file is larger than this server accepts"
    kind = ErrorKind.LIMIT_EXCEEDED


class ArchiveTooLarge(PdfMillError):
    code = "archive_too_large"
    title = "The file unpacks to more than this server accepts"
    kind = ErrorKind.LIMIT_EXCEEDED


class TooManyPages(PdfMillError):
    code = "too_many_pages"
    title = "The document has more pages than this server accepts"
    kind = ErrorKind.LIMIT_EXCEEDED


class TooManyPixels(PdfMillError):
    code = "too_many_pixels"
    title = "A page or an image is too large to be drawn"
    kind = ErrorKind.LIMIT_EXCEEDED


class MemoryExceeded(PdfMillError):
    code = "memory_exceeded"
    title = "The document needs more memory than a job may use"
    kind = ErrorKind.LIMIT_EXCEEDED


class TooManyProcesses(PdfMillError):
    code = "too_many_processes"
    title = "The job started more processes than a job may have"
    kind = ErrorKind.LIMIT_EXCEEDED


class OutputTooLarge(PdfMillError):
    code = "output_too_large"
    title = "The job wrote more than a job may write"
    kind = ErrorKind.LIMIT_EXCEEDED


# --- jobs --------------------------------------------------------------------------------------------------------


class NotFound(PdfMillError):
    code = "not_found"
    title = "There is nothing at this address"
    kind = ErrorKind.NOT_FOUND


class UnknownOperation(NotFound):
    code = "unknown_operation"
    title = "There is no such operation"


class UnknownJob(NotFound):
    code = "unknown_job"
    title = "There is no such job"


class QueueFull(PdfMillError):
    code = "queue_full"
    title = "Too many jobs are waiting"
    kind = ErrorKind.UPSTREAM_UNAVAILABLE


class TooManyJobs(PdfMillError):
    """One client has too many jobs waiting; the others' are still taken."""

    code = "too_many_jobs"
    title = "You have too many jobs waiting"
    kind = ErrorKind.RATE_LIMITED


class WaitedTooLong(PdfMillError):
    code = "waited_too_long"
    title = "The job waited too long"
    kind = ErrorKind.TIMED_OUT


class InvalidTransition(PdfMillError):
    code = "invalid_transition"
    title = "The job is past the point where this is possible"
    kind = ErrorKind.CONFLICT


class JobNotFinished(PdfMillError):
    code = "job_not_finished"
    title = "The job has not finished"
    kind = ErrorKind.CONFLICT


class ResultUnavailable(PdfMillError):
    code = "result_unavailable"
    title = "The job ended without a result"
    kind = ErrorKind.CONFLICT


class AddressInUse(PdfMillError):
    code = "address_in_use"
    title = "The server's address is taken"
    kind = ErrorKind.CONFLICT


class AlreadyServing(PdfMillError):
    code = "already_serving"
    title = "Another server works on this data directory"
    kind = ErrorKind.CONFLICT


class JobExpired(PdfMillError):
    code = "job_expired"
    title = "The files of this job are gone"
    kind = ErrorKind.GONE


class Cancelled(PdfMillError):
    code = "cancelled"
    title = "The job was cancelled"
    kind = ErrorKind.CANCELLED


class DeadlineExceeded(PdfMillError):
    code = "deadline_exceeded"
    title = "The job took longer than it may"
    kind = ErrorKind.TIMED_OUT


class SandboxCrashed(PdfMillError):
    """The process that had the document open died. Retried by the job engine, which counts."""

    code = "sandbox_crashed"
    title = "The document crashed the program that read it"
    kind = ErrorKind.ENGINE_FAILED


class Quarantined(PdfMillError):
    """The job killed its sandbox or lost its worker too often."""

    code = "quarantined"
    title = "The document brought its worker down again and again"
    kind = ErrorKind.ENGINE_FAILED


# --- engines and surroundings ------------------------------------------------------------------------------------


class MissingDependency(PdfMillError):
    code = "missing_dependency"
    title = "A program that this operation needs is not installed"
    kind = ErrorKind.ENGINE_MISSING


class EngineFailed(PdfMillError):
    code = "engine_failed"
    title = "A program that this operation uses failed"
    kind = ErrorKind.ENGINE_FAILED


class OutputRejected(PdfMillError):
    code = "output_rejected"
    title = "The output did not pass its own check"
    kind = ErrorKind.ENGINE_FAILED


class StorageFull(PdfMillError):
    code = "storage_full"
    title = "The server's disk is almost full"
    kind = ErrorKind.INSUFFICIENT_STORAGE


class StorageUnavailable(PdfMillError):
    code = "storage_unavailable"
    title = "The file storage does not answer"
    kind = ErrorKind.STORAGE_UNAVAILABLE


class FileMissing(PdfMillError):
    """A stored file is gone that a row still names; asking again does not bring it back."""

    code = "file_missing"
    title = "A file of the job is gone from the storage"
    kind = ErrorKind.GONE

    def __init__(
        self, detail: str = "A file of this job is missing from the storage. Submit the job again.", **extras: Any
    ) -> None:
        super().__init__(detail, **extras)


class DatabaseUnavailable(PdfMillError):
    code = "database_unavailable"
    title = "The database does not answer"
    kind = ErrorKind.STORAGE_UNAVAILABLE


class BrokerUnavailable(PdfMillError):
    code = "broker_unavailable"
    title = "The message broker does not answer"
    kind = ErrorKind.UPSTREAM_UNAVAILABLE


class ServerUnreachable(PdfMillError):
    code = "server_unreachable"
    title = "The pdfmill server does not answer"
    kind = ErrorKind.UPSTREAM_UNAVAILABLE


def error_classes() -> dict[str, type[PdfMillError]]:
    """Every error class by its code.

    Raises:
        ValueError: Two classes claim one code.
    """
    from pdfmill.core import access_errors  # noqa: F401 - its classes must exist to be found

    found: dict[str, type[PdfMillError]] = {}
    waiting: list[type[PdfMillError]] = [InternalError, *PdfMillError.__subclasses__()]
    while waiting:
        error_class = waiting.pop()
        waiting.extend(error_class.__subclasses__())
        if found.setdefault(error_class.code, error_class) is not error_class:
            raise ValueError(f"{error_class.__name__} repeats the code {error_class.code!r}")
    return found
