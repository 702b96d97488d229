"""Errors of jobs and of the server that keeps them."""

from __future__ import annotations

from pdfmill.core.errors.base import PdfMillError
from pdfmill.core.errors.kind import ErrorKind


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


class DataDirectoryNotEmpty(PdfMillError):
    code = "data_directory_not_empty"
    title = "There is something in the data directory already"
    kind = ErrorKind.CONFLICT


class BackupUnreadable(PdfMillError):
    code = "backup_unreadable"
    title = "The backup cannot be restored"
    kind = ErrorKind.UNREADABLE_INPUT


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
